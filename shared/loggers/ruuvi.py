"""RuuviTag: advertisement format 5 (RAWv2) and the log of the Nordic UART service.

Sources: docs.ruuvi.com, "Data format 5 (RAWv2)", "Read logged history - RuuviTag" and "Heartbeat transmissions"; where they
are silent, ruuvi.firmware.c (``app_sensor.c``, ``app_log.c``, ``ruuvi_endpoints.c``).

**How the times are known.** A tag has no calendar. It counts seconds since it was started, stores that count with each
record, and is told "now" by the read command; it sends each record's age off that now. So a record's time is the logger's
own clock, anchored at the handheld's: :attr:`TimeBasis.LOGGER_CLOCK`. All records of a download shift together when the
handheld's clock is wrong, which is why the clock's known offset is recorded with every download.
"""

import struct
from datetime import UTC, datetime, timedelta

from shared import problems
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Problem, Refused
from shared.loggers.history import SLACK, Point, Straight
from shared.loggers.nordic_uart import UART
from shared.loggers.plugin import History, Plugin, Start, plain
from shared.loggers.values import Advertisement, Maker, address_text, unknown, wrong_length

COMPANY = 0x0499
"""Bluetooth SIG company identifier of Ruuvi Innovations Ltd."""

# advertisement -----------------------------------------------------------------------------------------------------------

FORMAT_5 = 5
_RAW_V2 = struct.Struct(">BhHHhhhHBH6s")
_NO_S16 = -0x8000
_NO_U16 = 0xFFFF
_NO_VOLTAGE, _NO_POWER = 0x7FF, 0x1F


def decode_advertisement(data: bytes) -> Advertisement:
    """The manufacturer specific data of a RuuviTag (after the company identifier).

    Raises:
        Refused: FRAME_UNKNOWN for another format than 5, FRAME_MALFORMED where it is not 24 bytes long.
    """
    if not data or data[0] != FORMAT_5:
        raise unknown(Maker.RUUVI, data)
    if len(data) != _RAW_V2.size:
        raise wrong_length(data, str(_RAW_V2.size))
    _, temperature, humidity, pressure, x, y, z, power, movement, sequence, address = _RAW_V2.unpack(data)
    voltage, tx = power >> 5, power & 0x1F
    return Advertisement(
        maker=Maker.RUUVI,
        format="RAWv2",
        temperature=None if temperature == _NO_S16 else round(temperature * 0.005, 3),
        humidity=None if humidity == _NO_U16 else round(humidity * 0.0025, 4),
        pressure=None if pressure == _NO_U16 else float(pressure + 50_000),
        battery_mv=None if voltage == _NO_VOLTAGE else voltage + 1600,
        tx_power=None if tx == _NO_POWER else tx * 2 - 40,
        movement=None if movement == 0xFF else movement,
        acceleration=tuple(None if axis == _NO_S16 else axis / 1000 for axis in (x, y, z)),
        sequence=None if sequence == _NO_U16 else sequence,
        address=None if address == b"\xff" * 6 else address_text(address),
    )


# history -----------------------------------------------------------------------------------------------------------------

TEMPERATURE, HUMIDITY, PRESSURE, ENVIRONMENT = 0x30, 0x31, 0x32, 0x3A
"""Endpoints: what a frame is from and to. ``ENVIRONMENT`` asks for all three at once."""
OP_WRITE, OP_READ, OP_TIMEOUT = 0x10, 0x11, 0xF0
FRAME = 11
"""Bytes of a frame: destination, source, operation, then 8 of payload."""
HEARTBEAT = 18
"""Bytes of a heartbeat: a format 5 payload cut before the address, so that it fits into one notification."""
ENDPOINTS = frozenset({TEMPERATURE, HUMIDITY, PRESSURE, ENVIRONMENT})
OPERATIONS = frozenset({OP_WRITE, OP_READ, OP_TIMEOUT})
_END = b"\xff" * 8
_NO_S32 = -0x8000_0000
_NO_U32 = 0xFFFF_FFFF
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_command(now: datetime, since: datetime | None) -> bytes:
    """The command that makes a tag send its whole environmental log from ``since`` on (``None``: from the start).

    A tag answers nothing at all when the start is not before "now" (``app_sensor_log_read``), as when the handheld's clock
    was set back: then everything is asked for.
    """
    current = int(now.timestamp())
    start = 0 if since is None else max(0, int(since.timestamp()))
    if start >= current:
        start = 0
    return struct.pack(">BBBII", ENVIRONMENT, ENVIRONMENT, OP_READ, current, start)


class Frames:
    """Cuts the received bytes into frames; heartbeats, which a tag sends between them, are left out.

    A frame and a heartbeat tell their length by their first byte, so the bytes may arrive in any chunking.
    """

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The frames that ``chunk`` completes.

        Raises:
            Refused: FRAME_MALFORMED where neither a frame nor a heartbeat begins.
        """
        if not self._pending and _whole_heartbeat(chunk):
            return []
        self._pending += chunk
        frames = []
        while self._pending:
            length = HEARTBEAT if self._pending[0] == FORMAT_5 else FRAME
            if len(self._pending) < length:
                break
            frame, self._pending = self._pending[:length], self._pending[length:]
            if length == HEARTBEAT:
                continue
            if frame[0] not in ENDPOINTS or frame[1] not in ENDPOINTS or frame[2] not in OPERATIONS:
                raise Refused(problems.FRAME_MALFORMED, value=frame.hex(), reason="3A|30|31|32 … 10|11|F0")
            frames.append(frame)
        return frames


def _whole_heartbeat(chunk: bytes) -> bool:
    """A heartbeat that a larger MTU left with its address: told from a short one by the address, whose two top bits are
    set (random static, Bluetooth Core 5.4 Vol 6 Part B 1.3.2.1), where otherwise a frame would begin."""
    return len(chunk) in (20, 24) and chunk[0] == FORMAT_5 and chunk[HEARTBEAT] >= 0xC0


def decode_value(endpoint: int, raw: bytes) -> float | None:
    """One logged value: °C for temperature, %RH for humidity, Pa for pressure.

    A tag leaves out what it has no value for; the widest code of each type is taken for "no value" all the same. For
    temperature that is 0x80000000 alone: 0xFFFFFFFF is -0.01 °C.
    """
    if endpoint == TEMPERATURE:
        value = int.from_bytes(raw, "big", signed=True)
        return None if value == _NO_S32 else value / 100
    number = int.from_bytes(raw, "big")
    if number == _NO_U32:
        return None
    return number / 100 if endpoint == HUMIDITY else float(number)


class RuuviDownload(Straight):
    """Reads the log of a RuuviTag (:class:`shared.loggers.history.Download`).

    ``now`` is the handheld's clock, which anchors the tag's; ``interval`` (s) is how often the tag records. The read starts
    one interval and :data:`SLACK` before the newest reading known: the firmware leaves out the first record after the
    requested start (``app_log_read_fast_forward`` steps past it), and that must be one that is kept already. ``whole`` asks
    for everything wanted instead. ``shift`` is how far the handheld's clock was moved since the known readings were taken.
    """

    def __init__(
        self,
        *,
        now: datetime,
        point: Point,
        interval: int,
        whole: bool = False,
        shift: timedelta = timedelta(),
    ) -> None:
        newest = None if whole or point.newest is None else point.newest + shift
        start = point.since if newest is None else newest
        margin = timedelta(seconds=interval) + SLACK
        self._command = read_command(now, None if start is None else start - margin)
        self._frames = Frames()
        self._at: datetime | None = None
        self._values: dict[int, float | None] = {}
        self.done = False
        self.problem: Problem | None = None
        self.number: int | None = None
        self.missed = 0

    def commands(self) -> tuple[bytes, ...]:
        return (self._command,)

    def erase(self) -> bytes | None:
        """Nothing: a tag overwrites its oldest records and is never told to forget."""
        return None

    def feed(self, chunk: bytes) -> list[Reading]:
        readings: list[Reading] = []
        for frame in self._frames.feed(chunk):
            if self.done:
                break
            readings += self._frame(frame)
        return readings

    def flush(self) -> list[Reading]:
        """The record being put together, as far as it came: for a capture that simply stops. A download never calls it."""
        return self._finish()

    def _frame(self, frame: bytes) -> list[Reading]:
        source, operation, payload = frame[1], frame[2], frame[3:]
        if operation == OP_READ:  # an echo of a command: in captures, not on the air
            return []
        if operation == OP_TIMEOUT:
            self.done = True
            self.problem = Refused(problems.LOGGER_REFUSED, value="ruuvi", reason="F0 timeout").problem
            return []
        if payload == _END:
            self.done = True
            return self._finish()
        seconds = int.from_bytes(payload[:4], "big")
        at = _EPOCH + timedelta(seconds=seconds)
        readings = [] if at == self._at else self._finish()
        self._at = at
        self._values[source] = decode_value(source, payload[4:])
        return readings

    def _finish(self) -> list[Reading]:
        at, values = self._at, self._values
        self._at, self._values = None, {}
        if at is None:
            return []
        if (
            at == _EPOCH
        ):  # the firmware's answer when a record is older than the now it was told: no time, so no reading
            self.missed += 1
            return []
        if TEMPERATURE not in values and HUMIDITY not in values:  # pressure alone
            return []
        return [Reading(at, values.get(TEMPERATURE), values.get(HUMIDITY), TimeBasis.LOGGER_CLOCK)]


def _begin(start: Start) -> RuuviDownload:
    return RuuviDownload(
        now=start.now, point=start.point, interval=start.interval, whole=start.whole, shift=start.shift
    )


PLUGIN = Plugin(names=(Maker.RUUVI,), companies={COMPANY: plain(decode_advertisement)}, history=History(UART, _begin))
