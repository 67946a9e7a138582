"""Who wants to know, and how they are told."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Told = TypeVar("Told")


class Listeners(Generic[Told]):
    """Callables told about something, in the order they came, on the thread that tells."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[object, Callable[[Told], None]] = {}

    def add(self, listener: Callable[[Told], None]) -> Callable[[], None]:
        """Tell ``listener`` from now on, until the callable that is returned is called; calling it twice is harmless."""
        key = object()
        with self._lock:
            self._all[key] = listener

        def forget() -> None:
            with self._lock:
                self._all.pop(key, None)

        return forget

    def tell(self, what: Told) -> None:
        """Tell everyone. A listener that raises stops the telling: listeners must not raise."""
        with self._lock:
            everyone = list(self._all.values())
        for listener in everyone:
            listener(what)
