"""A small stage for everything that deals with loggers: boxes, loggers, a store that remembers, a radio of either kind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from driver_app.hardware.loop import LoopThread
from driver_app.hardware.ports import LoggerRadio
from driver_app.hardware.radio import BleakRadio
from driver_app.hardware.virtual.loggers import VirtualLogger
from driver_app.hardware.virtual.thermal import Box, Step
from driver_app.hardware.virtual.world import Description, Fault, LoggerDescription, World
from driver_app.services.coldbox import Patience
from shared.clock import Clock, ManualClock, from_ms
from shared.coldchain.readings import Reading, Series
from shared.custody.events import DownloadFailed, ReadingsSealed
from shared.work import Logger

START = datetime(2026, 11, 22, tzinfo=UTC)
RUUVI = "CB:B8:33:4C:88:4F"
DISC = "D0:11:22:33:44:55"
QUICK = Patience(find=3.0, connect=3.0, silence=3.0, pause=0.0, attempts=4)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def steady(temperature: float) -> Box:
    """A box in which it is always as warm as outside."""
    return Box(
        start=temperature, ambient=(Step(START, temperature),), coolant=temperature, rated_ambient=temperature + 10
    )


def passive() -> Box:
    return Box(start=4.5, ambient=(Step(START, 21.0),))


def ruuvi(box: Box | None = None, *faults: Fault, **changes: object) -> LoggerDescription:
    settings: dict[str, object] = {"noise": 0.0, **changes}
    return LoggerDescription("ruuvi", RUUVI, "RT-1", 60, START, box or passive(), faults=faults, **settings)  # type: ignore[arg-type]


def disc(box: Box | None = None, *faults: Fault, **changes: object) -> LoggerDescription:
    settings: dict[str, object] = {"noise": 0.0, **changes}
    return LoggerDescription("bluemaestro", DISC, "BM-1", 60, START, box or passive(), faults=faults, **settings)  # type: ignore[arg-type]


def enrolled(description: LoggerDescription) -> Logger:
    """The logger as the route names it."""
    return Logger(
        id=f"logger-{description.serial}",
        serial=description.serial,
        maker=description.maker,
        address=description.address,
        interval=description.interval,
        calibrated_until=date(2027, 6, 30),
    )


class Air:
    """An open radio, the loggers it can reach, and the world they live in (none over the direct wire)."""

    def __init__(self, radio: LoggerRadio, loggers: Sequence[VirtualLogger], world: World | None) -> None:
        self.radio = radio
        self.loggers = {logger.setup.address: logger for logger in loggers}
        self.world = world


@contextmanager
def bluetooth(clock: Clock, *descriptions: LoggerDescription, phone: Clock | None = None) -> Iterator[Air]:
    """The loggers on a real Bluetooth stack; ``clock`` is the world's, ``phone`` the handheld's where it differs."""
    loop = LoopThread("test bluetooth")
    world = World(Description(loggers=descriptions), clock, loop)
    try:
        backends = world.open()
        radio = BleakRadio(phone or clock, loop, scanner=backends.scanner, client=backends.client)
        yield Air(radio, list(world.loggers.values()), world)
        radio.close()
    finally:
        world.close()
        loop.close()


class MemoryStore:
    """Sealed segments in memory, and the small marks beside them. ``full`` makes the disk full after so many segments."""

    def __init__(self) -> None:
        self.segments: list[ReadingsSealed] = []
        self.failures: list[DownloadFailed] = []
        self.marks: dict[str, bytes] = {}
        self.before_seal: list[Exception | None] = []

    def seal(self, segment: ReadingsSealed) -> str:
        trouble = self.before_seal.pop(0) if self.before_seal else None
        if trouble is not None:
            raise trouble
        self.segments.append(segment)
        return f"segment {len(self.segments)}"

    def fail(self, event: DownloadFailed) -> str:
        self.failures.append(event)
        return f"failure {len(self.failures)}"

    def of(self, logger_id: str) -> Series:
        mine = [segment for segment in self.segments if segment.logger_id == logger_id]
        readings = sorted((r for segment in mine for r in readings_of(segment)), key=lambda r: r.at)
        return Series(logger_id, mine[-1].interval if mine else 60, tuple(readings))

    def setting(self, key: str) -> bytes | None:
        return self.marks.get(key)

    def put_setting(self, key: str, value: bytes) -> None:
        self.marks[key] = value


def readings_of(segment: ReadingsSealed) -> list[Reading]:
    return [
        Reading(from_ms(ms), None if t is None else t / 100, None if h is None else h / 100, segment.basis)
        for ms, t, h in zip(segment.times, segment.temperatures, segment.humidities, strict=True)
    ]


def clock_at(minutes: float) -> ManualClock:
    return ManualClock(at(minutes))
