"""What one download of a logger has come to: the state that :mod:`driver_app.services.coldbox` carries from attempt to
attempt, and the forms in which it becomes durable."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from shared.clock import to_ms
from shared.coldchain.readings import Reading
from shared.custody.events import ReadingsSealed
from shared.loggers.history import SLACK, Point
from shared.work import Logger


class Mark(msgspec.Struct, frozen=True):
    """Which record a logger's readings reach to, written before each segment: the instant (ms) and number that hold before
    it is durable, and those that hold after. Whichever instant the store then shows tells which number is right."""

    before: tuple[int | None, int | None]
    after: tuple[int | None, int | None]


class Visit:
    """What one download has come to so far, over all its attempts."""

    def __init__(self, route_id: str, logger: Logger, point: Point, jump: float) -> None:
        self.route_id = route_id
        self.logger = logger
        self.point = point
        self.durable_until = point.newest
        self.jump = jump
        self.interval = logger.interval
        self.battery: int | None = None
        self.at: datetime | None = None
        self.attempts = 0
        self.absent = 0
        self.whole = False
        self.erased = False
        self.fresh = 0
        self.again = 0
        self.missed = 0
        self.told: int | None = None
        """ms by which the logger's clock ran ahead, where it said so itself."""
        self.shifts: list[float] = []
        self.arrived: list[Reading] = []
        """As the logger sent them, not yet compared with what is known."""
        self.pending: list[Reading] = []
        """Fresh, oldest first within an arrival, and not yet durable."""

    def sort(self) -> None:
        """Compare what arrived with what is known; what is fresh waits to be sealed."""
        if not self.arrived:
            return
        slack = min(SLACK, timedelta(seconds=self.interval / 3))
        self.point, merged = self.point.take(self.arrived, slack=slack, shift=timedelta(seconds=self.jump))
        self.arrived = []
        self.pending += merged.fresh
        self.again += merged.again
        if merged.shift is not None:
            self.shifts.append(merged.shift)

    @property
    def skew(self) -> int | None:
        """ms; a record that comes out earlier than before is older by the logger's clock than by the handheld's."""
        if self.told is not None or not self.shifts:
            return self.told
        return round(-(self.shifts[-1] - self.jump) * 1000)


def sealed(visit: Visit, readings: Sequence[Reading], *, complete: bool, at: datetime) -> ReadingsSealed:
    """Readings as the columns of a segment: ms, hundredths of °C and of %RH."""
    return ReadingsSealed(
        route_id=visit.route_id,
        logger_id=visit.logger.id,
        interval=visit.interval,
        basis=readings[0].basis,
        times=tuple(to_ms(reading.at) for reading in readings),
        temperatures=tuple(_hundredths(reading.temperature) for reading in readings),
        humidities=tuple(_hundredths(reading.humidity) for reading in readings),
        downloaded=at,
        skew=visit.skew,
        complete=complete,
        battery=visit.battery,
    )


def _hundredths(value: float | None) -> int | None:
    return None if value is None else round(value * 100)
