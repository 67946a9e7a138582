"""A virtual world out of a small description: boxes with temperatures, loggers on the air, a way to drive, things to see.

The description is JSON (or the structs themselves); together with a clock it says everything, so that a process that is
killed and started again finds the same world. In a ``world.json``::

    {
      "loggers": [
        {
          "maker": "ruuvi", "address": "CB:B8:33:4C:88:4F", "serial": "RT-0001", "interval": 60,
          "started": "2026-11-22T00:00:00Z",
          "box": {
            "start": 4.5,
            "ambient": [{"at": "2026-11-22T00:00:00Z", "temperature": 21.0}],
            "openings": [{"start": "2026-11-22T02:00:00Z", "end": "2026-11-22T02:25:00Z"}]
          },
          "faults": [
            {"kind": "gap", "start": "2026-11-22T01:00:00Z", "end": "2026-11-22T01:30:00Z"},
            {"kind": "cut", "after": 200}
          ]
        }
      ],
      "track": [{"at": "2026-11-22T00:00:00Z", "lat": 39.9, "lon": 116.4}],
      "pictures": ["parcel.jpg"]
    }
"""

import asyncio
import logging
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from bumble.link import LocalLink

from driver_app.hardware.loop import LoopThread
from driver_app.hardware.virtual.bleak_backend import Backends, backends
from driver_app.hardware.virtual.location import Waypoint
from driver_app.hardware.virtual.loggers import MAKERS, Setup, Span, VirtualLogger
from driver_app.hardware.virtual.peripheral import Peripheral, make_device
from driver_app.hardware.virtual.thermal import Box, Curve
from shared.clock import Clock, PacedClock, ScaledClock

CENTRAL = "F0:F1:F2:F3:F4:F5"
"""The handheld's own Bluetooth address in the virtual world."""
REFRESH = 0.25
"""Real seconds between two looks at what the loggers advertise and whether they are in range."""


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that goes wrong with a logger.

    ``gap``: it records nothing from ``start`` to ``end``. ``blind``: its sensor has no value then. ``unreachable``: its radio
    is out of range then. ``cut``: a download ends after ``after`` notifications; several cuts happen one after another.
    """

    kind: Literal["gap", "blind", "unreachable", "cut"]
    start: datetime | None = None
    end: datetime | None = None
    after: int | None = None

    def __post_init__(self) -> None:
        if self.kind == "cut":
            if self.after is None:
                raise ValueError("a cut needs 'after'")
        elif self.start is None or self.end is None:
            raise ValueError(f"a {self.kind} needs 'start' and 'end'")

    def span(self) -> Span:
        """The time of the fault.

        Raises:
            ValueError: it is a cut, which has none.
        """
        if self.start is None or self.end is None:
            raise ValueError(f"a {self.kind} has no span")
        return Span(self.start, self.end)


class LoggerDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One logger and the box it lies in; ``interval`` in s, ``drift`` in s per s, ``noise`` in °C."""

    maker: Literal["ruuvi", "bluemaestro", "laird"]
    address: str
    serial: str
    interval: int
    started: datetime
    box: Box
    drift: float = 0.0
    noise: float = 0.05
    capacity: int = 6_000
    battery_mv: int = 2_977
    battery_percent: int = 93
    faults: tuple[Fault, ...] = ()


class Home(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a vehicle stands (WGS-84 degrees) and how fast it is driven from there (m/s)."""

    lat: float
    lon: float
    speed: float = 8.0


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A virtual world. ``pictures`` are what the camera sees, one after another; relative names are beside the JSON file.
    ``free`` pretends that so many bytes are left on the disk; ``None`` asks the real one."""

    loggers: tuple[LoggerDescription, ...] = ()
    track: tuple[Waypoint, ...] = ()
    home: Home | None = None
    """Where a driven vehicle stands at first; without it the position follows ``track``."""
    pictures: tuple[str, ...] = ()
    free: int | None = None


def load(path: Path) -> Description:
    """A description from a JSON file.

    Raises:
        msgspec.ValidationError: it is not one, and why.
    """
    description = msgspec.json.decode(path.read_bytes(), type=Description)
    pictures = tuple(str(path.parent / name) for name in description.pictures)
    return msgspec.structs.replace(description, pictures=pictures)


def make_logger(description: LoggerDescription, clock: Clock) -> VirtualLogger:
    """The logger described, living by ``clock``."""
    spans = {
        kind: tuple(fault.span() for fault in description.faults if fault.kind == kind)
        for kind in ("gap", "blind", "unreachable")
    }
    setup = Setup(
        address=description.address.upper(),
        serial=description.serial,
        interval=description.interval,
        started=description.started,
        drift=description.drift,
        capacity=description.capacity,
        noise=description.noise,
        battery_mv=description.battery_mv,
        battery_percent=description.battery_percent,
        silent=spans["gap"],
        blind=spans["blind"],
        unreachable=spans["unreachable"],
    )
    logger = MAKERS[description.maker](setup, Curve(description.box, description.started), clock)
    logger.hurried = isinstance(clock, PacedClock) or (isinstance(clock, ScaledClock) and clock.speed > 1)
    logger.cut_after += [fault.after for fault in description.faults if fault.after is not None]
    return logger


class World:
    """The loggers of a description on one virtual Bluetooth link, on the event loop of ``loop``.

    ``loggers`` (by address) may be directed from any thread: their switches are plain attributes.
    """

    def __init__(self, description: Description, clock: Clock, loop: LoopThread) -> None:
        self.description = description
        self.loggers = {logger.setup.address: logger for logger in (make_logger(d, clock) for d in description.loggers)}
        self._loop = loop
        self._peripherals: list[Peripheral] = []
        self._life: asyncio.Task[None] | None = None
        self._backends: Backends | None = None

    def open(self) -> Backends:
        """Switch everything on; the bleak backends of the handheld in this world."""
        self._backends = self._loop.run(self._open())
        return self._backends

    async def _open(self) -> Backends:
        # bumble writes down every packet at debug level and every packet lost in a cut as a warning: neither is news here
        logging.getLogger("bumble").setLevel(logging.ERROR)
        link = LocalLink()  # type: ignore[no-untyped-call]
        central, controller = make_device(link, CENTRAL, "handheld")
        await central.power_on()
        self._central = central
        for logger in self.loggers.values():
            peripheral = Peripheral(logger, link)
            self._peripherals.append(peripheral)
            await peripheral.open()
        self._life = asyncio.get_running_loop().create_task(self._live())
        return backends(central, controller)

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(REFRESH)
            for peripheral in self._peripherals:
                await peripheral.refresh()

    def refresh(self) -> None:
        """Have the radios follow what was just switched, without waiting for the next look."""
        self._loop.run(self._refresh())

    async def _refresh(self) -> None:
        for peripheral in self._peripherals:
            await peripheral.refresh()

    def lose(self, address: str) -> None:
        """Carry one logger away from a standing connection; it can be found again at once unless ``in_range`` is off."""
        self._loop.run(self._lose(address.upper()))

    async def _lose(self, address: str) -> None:
        for peripheral in self._peripherals:
            if peripheral.logger.setup.address == address:
                peripheral.lose()

    def close(self) -> None:
        """Switch everything off."""
        if self._backends is not None:
            self._backends = None
            self._loop.run(self._close())

    async def _close(self) -> None:
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        for peripheral in self._peripherals:
            await peripheral.close()
        await self._central.power_off()
