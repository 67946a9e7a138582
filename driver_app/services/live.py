"""What dispatch wants to know first: how the route stands this moment, ahead of the queue and beside the chain.

Events go in the order of their chain, so after hours without a network the newest position would be the last thing to
arrive. It is said once more, at once, in a message that is no event: nothing is concluded from it (docs/decisions/0021).
"""

from datetime import datetime
from math import inf

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.track import Track
from shared.clock import Clock
from shared.custody.journey import StopPhase
from shared.sync import Live

LIVE_EVERY = 60.0
"""Seconds (s) between two of them while a queue is being caught up on."""
CONCLUDED = frozenset({StopPhase.SIGNED, StopPhase.FAILED, StopPhase.LEFT})


class LiveReport:
    """Says how the route stands: while the server is behind, which it is after a start and after any failure until the queue
    is empty. Otherwise the events themselves tell it soon enough, and thousands of handhelds need not say everything twice.
    Only during a shift, and only where a position was heard in it."""

    def __init__(self, journal: Journal, duty: Duty, track: Track, pace: Clock) -> None:
        self._journal, self._duty, self._track, self._pace = journal, duty, track, pace
        self._told: datetime | None = None
        self._next = 0.0
        self._behind = True

    def due(self) -> Live | None:
        """What to tell now; ``None`` where the server knows all, or was told a moment ago, or there is nothing newer."""
        if not self._behind or self._pace.monotonic() < self._next:
            return None
        found = self._track.latest_at(inf)  # its instant goes with it: in a cellar the newest there is may be old
        if found is None or found[0] == self._told:
            return None
        at, position = found
        with self._duty.lock:
            if not self._duty.on_shift:
                return None
            journey, seq = self._duty.journey, self._journal.head().seq
        concluded = sum(journey.stop(stop.id).phase in CONCLUDED for stop in journey.route.stops)
        return Live(journey.route.id, at, position, seq, len(journey.alarms), concluded)

    def told(self, live: Live) -> None:
        """The server has it."""
        self._told = live.at
        self._next = self._pace.monotonic() + LIVE_EVERY

    def soon(self) -> None:
        """Tell it as soon as there is something: the network was away."""
        self._behind, self._next = True, 0.0

    def caught_up(self) -> None:
        """Nothing waits any more."""
        self._behind = False
