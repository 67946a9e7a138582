"""Refusals of work that nobody stands in front of: a position that could not be written, an alarm on a full disk.

They must neither kill the thread they happened on nor vanish: they are kept here, and whoever shows problems is told.
"""

from collections.abc import Callable

from driver_app.services.listeners import Listeners
from shared.errors import Problem, Refused


class Troubles:
    """The last refusal of background work."""

    def __init__(self) -> None:
        self._listeners: Listeners[Problem] = Listeners()
        self._latest: Problem | None = None

    def note(self, refused: Refused) -> None:
        """Keep a refusal and tell everyone."""
        self._latest = refused.problem
        self._listeners.tell(refused.problem)

    def latest(self) -> Problem | None:
        """The last one, until it is dismissed."""
        return self._latest

    def dismiss(self) -> None:
        """A person has seen it."""
        self._latest = None

    def subscribe(self, listener: Callable[[Problem], None]) -> Callable[[], None]:
        """Call ``listener`` with every refusal; returns how to stop it."""
        return self._listeners.add(listener)
