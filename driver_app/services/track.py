"""Where the vehicle went: positions during a shift, signed in segments.

Outside a shift nothing is kept: the handheld knows nothing about its driver (Personal Information Protection Law, the
principle of necessity; the design's decision 15).
"""

import threading
from collections.abc import Callable
from datetime import datetime

from driver_app.services.duty import Duty
from driver_app.services.listeners import Listeners
from driver_app.services.recorder import Recorder
from driver_app.services.troubles import Troubles
from shared.clock import Clock, to_ms
from shared.custody.events import PositionsSealed
from shared.errors import Refused
from shared.geo import Position

SEAL_EVERY = 120.0
"""Seconds (s) of positions in one segment: what a dead battery can lose of a track."""
FRESH = 120.0
"""Seconds (s) a position may be old and still say where something happened."""
_MICRO = 1_000_000


class Track:
    """Takes positions and seals them."""

    def __init__(self, duty: Duty, recorder: Recorder, clock: Clock, troubles: Troubles) -> None:
        self._duty, self._recorder, self._clock, self._troubles = duty, recorder, clock, troubles
        self._lock = threading.RLock()
        self._buffer: list[tuple[int, Position]] = []
        self._since = 0.0
        self._latest: tuple[float, datetime, Position] | None = None
        self._listeners: Listeners[Position] = Listeners()

    def heard(self, position: Position, at: datetime | None = None) -> None:
        """Take a position (of instant ``at``, by default now). Outside a shift it is dropped.

        A segment that is due and cannot be written is noted in :class:`Troubles`; its positions stay in memory.
        """
        if not self._duty.on_shift:
            self.forget()
            return
        now, at = self._clock.monotonic(), at or self._clock.now()
        with self._lock:
            self._latest = now, at, position
            if not self._buffer:
                self._since = now
            self._buffer.append((to_ms(at), position))
            due = now - self._since >= SEAL_EVERY
        if due:
            try:
                self.seal()
            except Refused as refused:
                self._troubles.note(refused)
        self._listeners.tell(position)

    def latest(self, max_age: float = FRESH) -> Position | None:
        """The newest position, unless it is older than ``max_age`` s, or no shift is running."""
        found = self.latest_at(max_age)
        return None if found is None else found[1]

    def latest_at(self, max_age: float = FRESH) -> tuple[datetime, Position] | None:
        """The newest position with the instant it was heard for, as :meth:`latest`."""
        with self._lock:
            found = self._latest
        if found is None or not self._duty.on_shift or self._clock.monotonic() - found[0] > max_age:
            return None
        return found[1:]

    def seal(self) -> None:
        """Write what is buffered as one segment.

        Raises:
            Refused: as :meth:`Recorder.record`; the positions stay in memory then.
        """
        # the recorder's lock first, as everywhere: a record may be waiting for it while it asks for a position
        with self._duty.lock, self._lock:
            if not self._buffer or not self._duty.on_shift:
                return
            segment = PositionsSealed(
                self._duty.route.id,
                tuple(at for at, _ in self._buffer),
                tuple(round(position.lat * _MICRO) for _, position in self._buffer),
                tuple(round(position.lon * _MICRO) for _, position in self._buffer),
            )
            self._recorder.record(segment)
            self._buffer.clear()

    def forget(self) -> None:
        """Drop what is buffered: the shift is over."""
        with self._lock:
            self._buffer.clear()
            self._latest = None

    def subscribe(self, listener: Callable[[Position], None]) -> Callable[[], None]:
        """Call ``listener`` with every position of a shift; returns how to stop it."""
        return self._listeners.add(listener)
