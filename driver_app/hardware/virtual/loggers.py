"""Virtual loggers: what happens inside the housing. The radio around it is :mod:`driver_app.hardware.virtual.peripheral`.

Each samples a thermal curve on its own (perhaps drifting) time base, keeps a bounded memory, and answers in its maker's
protocol. Nothing runs between questions: what should have been recorded by now is worked out when somebody asks, so a
logger gives the same answer in a process that was killed and started again.
"""

import json
import struct
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from math import log
from typing import Any

import msgspec

from driver_app.hardware.virtual.thermal import Curve
from shared.clock import Clock, from_ms
from shared.loggers import bluemaestro, laird, nordic_uart, ruuvi
from shared.loggers.nordic_uart import PAYLOAD
from shared.loggers.plugin import Uart
from shared.loggers.values import Maker, address_bytes


class Span(msgspec.Struct, frozen=True):
    """A time from ``start`` to before ``end``."""

    start: datetime
    end: datetime

    def covers(self, at: datetime) -> bool:
        return self.start <= at < self.end


class Setup(msgspec.Struct, frozen=True):
    """A logger as it was set up.

    ``interval`` is in s, of the logger's own time base, which runs ``drift`` seconds fast per second of true time;
    ``capacity`` in records; ``noise`` is the half-width in °C of its repeatable sensor noise. In ``silent`` spans it
    records nothing (a gap), in ``blind`` spans its sensor has no value, in ``unreachable`` spans its radio is out of
    range. At each of ``batteries`` its battery was changed: it starts anew. It had made ``counted`` records before
    ``started``, and forgotten them. Its calendar, if it has one, was ``ahead`` s of the true time at ``started``
    (``None``: nobody had set it).
    """

    address: str
    serial: str
    interval: int
    started: datetime
    drift: float = 0.0
    capacity: int = 6_000
    noise: float = 0.05
    battery_mv: int = 2_977
    battery_percent: int = 93
    silent: tuple[Span, ...] = ()
    blind: tuple[Span, ...] = ()
    unreachable: tuple[Span, ...] = ()
    batteries: tuple[datetime, ...] = ()
    counted: int = 0
    ahead: float | None = 0.0


class Record(msgspec.Struct, frozen=True):
    """One stored record: when it was made, in s since the start on the logger's own time base, and its values."""

    number: int
    """1, 2, … since it began to count; what was not recorded has no number."""
    uptime: int
    temperature: float | None
    humidity: float | None


class VirtualLogger(ABC):
    """The inside of a logger: time base, sensor, memory. A maker's subclass gives it a voice.

    ``in_range`` and ``cut_after`` are for whoever directs the scene: out of range nothing is heard of it and
    connections end; ``cut_after`` ends the next connection after that many notifications, as a list consumed from the
    front. ``hurried`` is for a world whose clock runs faster than life: there the few real milliseconds of a radio
    message would be seconds, so a command that names its moment is taken to arrive at that moment.
    """

    maker: Maker
    company: int
    uart: Uart = nordic_uart.UART

    def __init__(self, setup: Setup, curve: Curve, clock: Clock) -> None:
        self.setup = setup
        self._curve = curve
        self._clock = clock
        self._begun = setup.started
        self._changes = sorted(setup.batteries)
        self._made: list[Record | None] = []
        self._count = setup.counted
        self._dropped = setup.counted
        self.in_range = True
        self.hurried = False
        self.cut_after: list[int] = []
        self.received: list[bytes] = []
        """Every command written to it, for the record."""

    # time base and memory

    def uptime(self, at: datetime | None = None) -> float:
        """Seconds since it was started (or its battery changed), as the logger counts them, now or at an instant."""
        at = at or self._clock.now()
        while self._changes and self._changes[0] <= at:
            self.begin_anew(self._changes.pop(0))
        return (at - self._begun).total_seconds() * (1 + self.setup.drift)

    def begin_anew(self, at: datetime) -> None:
        """What a change of its battery does: time base, memory and count start again."""
        self._begun = at
        self._made = []
        self._count = self._dropped = 0

    def records(self, at: datetime | None = None) -> list[Record]:
        """The memory, oldest first, as it is now or was at an instant."""
        due = self._record(self.uptime(at))
        stored = [r for r in self._made[:due] if r is not None and r.number > self._dropped]
        return stored[-self.setup.capacity :]

    def _record(self, uptime: float) -> int:
        """Make what is due; how many intervals have begun."""
        due = int(uptime // self.setup.interval) + 1 if uptime >= 0 else 0
        for index in range(len(self._made), due):
            self._made.append(self._make(index))
        return due

    def _make(self, index: int) -> Record | None:
        seconds = index * self.setup.interval
        at = self._begun + timedelta(seconds=seconds / (1 + self.setup.drift))
        if any(span.covers(at) for span in self.setup.silent):
            return None
        self._count += 1
        return self._sample(self._count, seconds, at)

    def _sample(self, number: int, seconds: int, at: datetime) -> Record:
        if any(span.covers(at) for span in self.setup.blind):
            return Record(number, seconds, None, None)
        noise = (sha256(f"{self.setup.serial}/{number}".encode()).digest()[0] / 127.5 - 1) * self.setup.noise
        return Record(number, seconds, self._curve.temperature(at) + noise, self._curve.humidity(at))

    def forget(self) -> None:
        """Clear the memory."""
        records = self.records()
        if records:
            self._dropped = records[-1].number

    # radio

    @property
    def reachable(self) -> bool:
        """Whether its radio can be heard now."""
        return self.in_range and not any(span.covers(self._clock.now()) for span in self.setup.unreachable)

    def current(self) -> Record:
        """What its sensor measures now."""
        return self._sample(max(1, int(self.uptime())), int(self.uptime()), self._clock.now())

    @abstractmethod
    def advertisement(self) -> bytes:
        """The manufacturer specific data it sends now, after the company identifier."""

    @abstractmethod
    def answer(self, command: bytes) -> Iterator[bytes]:
        """The notifications with which it answers a written command."""


class VirtualRuuvi(VirtualLogger):
    """A RuuviTag 2in1 (temperature and humidity), as the firmware answers (see :mod:`shared.loggers.ruuvi`).

    It counts whole seconds since its start and is told the time by the read command; heartbeats come between its frames, one
    each ``heartbeat`` frames; and like the firmware it steps past the first record after a requested start.
    """

    maker = Maker.RUUVI
    company = ruuvi.COMPANY
    heartbeat = 40

    def advertisement(self) -> bytes:
        now = self.current()
        temperature = -0x8000
        if now.temperature is not None:
            temperature = max(-0x7FFF, min(0x7FFF, round(now.temperature / 0.005)))
        humidity = 0xFFFF if now.humidity is None else round(now.humidity / 0.0025)
        power = (self.setup.battery_mv - 1600) << 5 | 22  # +4 dBm
        return struct.pack(
            ">BhHHhhhHBH6s",
            ruuvi.FORMAT_5,
            temperature,
            humidity,
            51_325,
            4,
            -4,
            1036,
            power,
            66,
            int(max(0.0, self.uptime())) % 0xFFFF,
            address_bytes(self.setup.address),
        )

    def answer(self, command: bytes) -> Iterator[bytes]:
        self.received.append(command)
        if len(command) != ruuvi.FRAME or command[2] != ruuvi.OP_READ:
            return
        now, start = struct.unpack(">II", command[3:])
        if start >= now:  # the firmware says nothing to this
            return
        moment = from_ms(now * 1000) if self.hurried else self._clock.now()
        uptime = int(self.uptime(moment))
        oldest = max(0, uptime - (now - start))
        sent = 0
        for record in _stepped(self.records(moment), oldest):
            for endpoint, raw in _values(record):
                sent += 1
                if sent % self.heartbeat == 0:
                    yield self.advertisement()[: ruuvi.HEARTBEAT]
                yield struct.pack(">BBBI4s", command[1], endpoint, ruuvi.OP_WRITE, now - uptime + record.uptime, raw)
        yield bytes((command[1], command[0], ruuvi.OP_WRITE)) + b"\xff" * 8


def _stepped(records: list[Record], oldest: int) -> list[Record]:
    """``app_log_read_fast_forward``: where it has to step over older records, it steps one too far."""
    wanted = [record for record in records if record.uptime >= oldest]
    return wanted if len(wanted) == len(records) else wanted[1:]


def _values(record: Record) -> Iterator[tuple[int, bytes]]:
    """A tag sends no frame for what it has no value of."""
    if record.temperature is not None:
        yield ruuvi.TEMPERATURE, round(record.temperature * 100).to_bytes(4, "big", signed=True)
    if record.humidity is not None:
        yield ruuvi.HUMIDITY, round(record.humidity * 100).to_bytes(4, "big")


class VirtualBlueMaestro(VirtualLogger):
    """A Tempo Disc THD (version 23); it has no notion of the time of day."""

    maker = Maker.BLUE_MAESTRO
    company = bluemaestro.COMPANY

    def advertisement(self) -> bytes:
        now = self.current()
        stored = len(self.records())
        return struct.pack(
            ">BBHHhHhH",
            23,
            self.setup.battery_percent,
            self.setup.interval,
            stored,
            _tenths(now.temperature),
            0xFFFF if now.humidity is None else round(now.humidity * 10),
            _dew_point(now),
            0x0100,
        )

    def answer(self, command: bytes) -> Iterator[bytes]:
        self.received.append(command)
        if command == bluemaestro.READ_ALL:
            yield from self._log()
        elif command == bluemaestro.ERASE:
            self.forget()
            yield b"OK"
        else:
            yield b"ERROR"

    def _log(self) -> Iterator[bytes]:
        records = self.records()
        count = records[-1].number if records else self._dropped
        yield struct.pack(">HHHHBBHHc", count % 6_000, len(records), count % 0x10000, 2, 1, 0, 0, 0, b":")
        temperatures = b"".join(_tenths(r.temperature).to_bytes(2, "big", signed=True) for r in records)
        humidities = b"".join(
            (0xFFFF if r.humidity is None else round(r.humidity * 10)).to_bytes(2, "big") for r in records
        )
        dew_points = b"".join(_dew_point(r).to_bytes(2, "big", signed=True) for r in records)
        stream = bluemaestro.SECTION_END.join((temperatures, humidities, dew_points)) + b"."
        for position in range(0, len(stream), PAYLOAD):
            yield stream[position : position + PAYLOAD]


def _dew_point(record: Record) -> int:
    """Tenths of °C; Magnus, as in :mod:`driver_app.hardware.virtual.thermal`."""
    if record.temperature is None or not record.humidity:
        return -0x8000
    gamma = log(record.humidity / 100) + 17.62 * record.temperature / (243.12 + record.temperature)
    return round(10 * 243.12 * gamma / (17.62 - gamma))


def _tenths(value: float | None) -> int:
    return -0x8000 if value is None else round(value * 10)


class VirtualLaird(VirtualLogger):
    """A BT510: a log of events with the times of a calendar that somebody has to set, sent piece by piece as it is told to
    drop what was read (see :mod:`shared.loggers.laird`). Its log survives a change of the battery, its calendar does not."""

    maker = Maker.LAIRD
    company = laird.COMPANY
    uart = laird.UART
    battery_every = 10
    """Records between two reports of its battery."""

    def __init__(self, setup: Setup, curve: Curve, clock: Clock) -> None:
        super().__init__(setup, curve, clock)
        self._calendar: list[tuple[float, float]] = []
        """When it was set (by its own seconds), and to what."""
        if setup.ahead is not None:
            self._calendar.append((0.0, setup.started.timestamp() + setup.ahead))
        self._events: list[bytes] = []
        self._logged = 0
        self._text = b""

    def begin_anew(self, at: datetime) -> None:
        seconds = (at - self._begun).total_seconds() * (1 + self.setup.drift)
        self._record(seconds)
        self._write_log()
        super().begin_anew(at)
        self._calendar, self._logged = [], 0
        self._events.append(laird.EVENT.pack(0, 0, 17, 0))  # a reset

    def calendar(self, uptime: float) -> int:
        """What its clock says, or said; seconds since its start where nobody set it."""
        for since, epoch in reversed(self._calendar):
            if since <= uptime:
                return int(epoch + uptime - since)
        return int(uptime)

    def events(self) -> list[bytes]:
        """The log, oldest first."""
        self._record(self.uptime())
        self._write_log()
        return self._events

    def _write_log(self) -> None:
        for record in self._made[self._logged :]:
            if record is None or record.temperature is None:
                continue
            clock = self.calendar(record.uptime)
            self._events.append(laird.EVENT.pack(clock, round(record.temperature * 100), laird.TEMPERATURE, 0))
            if record.number % self.battery_every == 0:
                self._events.append(laird.EVENT.pack(clock, self.setup.battery_mv, 12, 1))
        self._logged = len(self._made)
        del self._events[: -self.setup.capacity]

    def advertisement(self) -> bytes:
        now = self.current()
        kind, value = 12, self.setup.battery_mv
        if now.temperature is not None:
            kind, value = laird.TEMPERATURE, round(now.temperature * 100)
        address = address_bytes(self.setup.address)[::-1]
        clock = max(0, self.calendar(self.uptime()))
        return struct.pack("<HHH6sBHIiB", 1, 0, 0x8002, address, kind, now.number % 0x10000, clock, value, 0)

    def answer(self, command: bytes) -> Iterator[bytes]:
        if command.startswith(b'{"jsonrpc"'):  # a new request; what was left of another went with its connection
            self._text = b""
        self._text += command
        if self._text.count(b"{") != self._text.count(b"}"):
            return
        text, self._text = self._text, b""
        self.received.append(text)
        request = json.loads(text)
        reply = {"jsonrpc": "2.0", "id": request["id"], **self._reply(request["method"], request.get("params", []))}
        stream = json.dumps(reply).encode()
        for position in range(0, len(stream), PAYLOAD):
            yield stream[position : position + PAYLOAD]

    def _reply(self, method: str, parameters: list[int]) -> dict[str, Any]:
        events = self.events()
        if method == "getEpoch":
            return {"result": self.calendar(self.uptime())}
        if method == "setEpoch":
            self._calendar.append((self.uptime(), float(parameters[0])))
            return {"result": "ok"}
        if method == "prepareLog":
            return {"result": len(events)}
        if method == "readLog":
            raw = b"".join(events[: min(parameters[0], laird.MOST)])
            return {"result": [len(raw), b64encode(raw).decode()]}
        if method == "ackLog":
            dropped = min(parameters[0], len(events))
            del events[:dropped]
            return {"result": dropped}
        return {"error": {"code": -32601, "message": "Method not found"}}

    def forget(self) -> None:
        self.events().clear()


MAKERS: dict[str, type[VirtualLogger]] = {
    Maker.RUUVI: VirtualRuuvi,
    Maker.BLUE_MAESTRO: VirtualBlueMaestro,
    Maker.LAIRD: VirtualLaird,
}
