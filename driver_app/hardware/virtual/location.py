"""A position that follows a track against a clock, straight from one waypoint to the next."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event, Thread

import msgspec

from driver_app.hardware.ports import Fix, Subscription
from shared import problems
from shared.clock import Clock
from shared.errors import Refused
from shared.geo import Position, distance


class Waypoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the vehicle is at an instant: WGS-84 degrees, accuracy in m."""

    at: datetime
    lat: float
    lon: float
    accuracy: float = 8.0


class Moving:
    """What both virtual locations share: being followed. ``current`` says where it is, or that there is no position."""

    def current(self) -> Fix:
        raise Refused(problems.NO_POSITION, value="-")

    def follow(self, on_fix: Callable[[Fix], None], every: float) -> Subscription:
        return _Following(self, on_fix, every)


class DrivenLocation(Moving):
    """:class:`driver_app.hardware.ports.Location` of a vehicle that is driven from where it stands, straight, at ``speed``
    (m/s): where a rehearsal's vehicle is depends on what its driver has done, not on a timetable."""

    def __init__(self, home: Position, speed: float, clock: Clock) -> None:
        self._clock = clock
        self._speed = speed
        self._from = self._to = home
        self._left = clock.now()

    def put(self, where: Position) -> None:
        """Stand there."""
        self._from = self._to = where

    def takes(self, to: Position) -> float:
        """How long the way to ``to`` takes from wherever the vehicle is, s."""
        return distance(self.current().position, to) / self._speed

    def drive(self, to: Position) -> float:
        """Leave for ``to`` now; returns how long it takes, s."""
        seconds = self.takes(to)
        self._from, self._to, self._left = self.current().position, to, self._clock.now()
        return seconds

    def follow(self, on_fix: Callable[[Fix], None], every: float) -> Subscription:
        """Fixes come at least five times a real second: a rehearsal's clock runs fast."""
        return super().follow(on_fix, min(every, 0.2))

    def current(self) -> Fix:
        at = self._clock.now()
        way = distance(self._from, self._to)
        part = min(1.0, self._speed * (at - self._left).total_seconds() / way) if way > 0 else 1.0
        lat = self._from.lat + (self._to.lat - self._from.lat) * part
        lon = self._from.lon + (self._to.lon - self._from.lon) * part
        return Fix(at, Position(lat, lon, 8.0))


class ReplayedLocation(Moving):
    """:class:`driver_app.hardware.ports.Location` along waypoints. Before the first there is no position; after the last the
    vehicle stands."""

    def __init__(self, track: Sequence[Waypoint], clock: Clock) -> None:
        self._track = sorted(track, key=lambda waypoint: waypoint.at)
        self._clock = clock

    def current(self) -> Fix:
        at = self._clock.now()
        index = bisect_right(self._track, at, key=lambda waypoint: waypoint.at)
        if index == 0:
            raise Refused(problems.NO_POSITION, value=at.isoformat())
        here = self._track[index - 1]
        there = self._track[min(index, len(self._track) - 1)]
        step = (there.at - here.at).total_seconds()
        part = (at - here.at).total_seconds() / step if step > 0 else 0.0
        position = Position(
            here.lat + (there.lat - here.lat) * part, here.lon + (there.lon - here.lon) * part, here.accuracy
        )
        return Fix(at, position)


class _Following:
    def __init__(self, location: Moving, on_fix: Callable[[Fix], None], every: float) -> None:
        self._location = location
        self._on_fix = on_fix
        self._every = every
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="location", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                fix = self._location.current()
            except Refused:
                fix = None  # no position yet: nothing to tell
            if fix is not None:
                self._on_fix(fix)
            self._stopped.wait(self._every)

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
