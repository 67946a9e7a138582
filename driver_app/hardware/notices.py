"""What a device refuses on a thread of its own: a forged broadcast, a code cut off, a permission that is missing."""

from collections.abc import Callable
from threading import Lock

from shared.errors import Problem


class Notices:
    """Problems for whoever shows them. A listener is called on the thread of whoever notes, and must not raise."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Problem], None]] = []
        self._lock = Lock()

    def note(self, problem: Problem) -> None:
        """Tell a problem to everybody who listens."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(problem)

    def subscribe(self, listener: Callable[[Problem], None]) -> Callable[[], None]:
        """Call ``listener`` with every problem from now on; returns how to stop it."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop
