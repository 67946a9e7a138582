"""Laird (Ezurio) Sentrius BT510: advertisements of events, and the event log over its virtual serial port.

Sources: the BT510 user guide ("Event Log", tables of advertisements and event types), and Laird's own
LairdCP/BT510-Python (``adv_parser.py``, ``event_log.py``, ``sensor_event.py`` and its recorded transcripts), with which
msupply-cold-chain agrees. A BT510 measures temperature, not humidity.

**The conversation** is JSON-RPC 2.0 in plain text, one object a message, without a terminator: ``getEpoch`` asks for the
sensor's clock, ``prepareLog [0]`` makes it ready to send the oldest events first and says how many there are, ``readLog
[n]`` gives at most 128 of them as ``[bytes, base64]``, ``ackLog [n]`` drops so many from the log and lets it go on.
There is no way to read on without dropping what was read. So the download waits before each ``ackLog``: it is written
only once everything read so far is durable, and everything is kept, also what was recorded before anybody wanted it.

**How the times are known.** An event carries the sensor's own clock, which counts seconds since 1970 once it was told
the time, and seconds since its last reset before. The download asks for the clock first; an event's time is the
handheld's now less its age by the sensor's clock: :attr:`TimeBasis.LOGGER_CLOCK`, and how far the clocks were apart is
told. What was recorded before the clock was set (a new battery, a reset) has no time anybody could know: it is counted
as missed, and the clock is set at once, so that what follows has one. A clock that was set twice between two downloads
to times far apart cannot be noticed.
"""

import json
import struct
from base64 import b64decode
from binascii import Error as Base64Error
from datetime import datetime, timedelta
from typing import Any

from shared import problems
from shared.clock import from_ms, to_ms
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Problem, Refused
from shared.loggers.counting import Tally
from shared.loggers.plugin import History, Plugin, Uart, plain
from shared.loggers.values import Advertisement, Maker, address_text, possible_temperature, unknown, wrong_length

COMPANY = 0x0077
"""Bluetooth SIG company identifier of Laird Connectivity."""
UART = Uart(
    service="569a1101-b87f-490c-92cb-11ba5ea5167c",
    rx="569a2001-b87f-490c-92cb-11ba5ea5167c",
    tx="569a2000-b87f-490c-92cb-11ba5ea5167c",
)
"""Laird's virtual serial port service; ``rx`` and ``tx`` as the sensor sees them."""

# advertisement -----------------------------------------------------------------------------------------------------------

_ADVERTISEMENT = struct.Struct("<HHH6sBHIhHB")
"""Protocol, network, flags, address (least significant byte first), event type, record number, clock, the event's value
in two of four bytes, the rest of it, resets."""
_PROTOCOL = 0x0001
TEMPERATURE = 1
"""The event type of a periodic measurement."""
_TEMPERATURES = frozenset({TEMPERATURE, 4, 5, 6, 7, 8, 9, 10, 11})
"""Event types that carry a temperature: measurements, alarms and the ends of alarms."""
_BATTERIES = frozenset({12, 13, 16})
"""Event types that carry the battery's voltage: good, told at the button, bad."""
_NO_TEMPERATURE = -0x8000


def decode_advertisement(data: bytes) -> Advertisement:
    """The manufacturer specific data of a BT510 (after the company identifier): its newest event.

    Raises:
        Refused: FRAME_UNKNOWN for another protocol, FRAME_MALFORMED for another length.
    """
    if int.from_bytes(data[:2], "little") != _PROTOCOL or len(data) < 2:
        raise unknown(Maker.LAIRD, data)
    if len(data) != _ADVERTISEMENT.size:
        raise wrong_length(data, str(_ADVERTISEMENT.size))
    _, _, _, address, event, record, _, value, _, _ = _ADVERTISEMENT.unpack(data)
    return Advertisement(
        maker=Maker.LAIRD,
        format=f"event {event}",
        temperature=_celsius(value) if event in _TEMPERATURES else None,
        battery_mv=value if event in _BATTERIES else None,
        address=address_text(address[::-1]),
        sequence=record,
        measured=event in _TEMPERATURES,
    )


def _celsius(hundredths: int) -> float | None:
    return None if hundredths == _NO_TEMPERATURE else possible_temperature(hundredths / 100)


# history -----------------------------------------------------------------------------------------------------------------

EVENT = struct.Struct("<IhBB")
"""A stored event: clock (s), value, type, and a salt that tells events of one second apart."""
MOST = 128
"""Events that a BT510 sends at a time, whatever it is asked for."""
_LONGEST = 8_192
"""Bytes of an answer: 128 events are 1,368 characters, and the frame around them less than 100."""
OLDEST_FIRST = 0
CLOCK_SET = 1_577_836_800
"""s: 2020-01-01. A clock below it counts from a reset; BT510s were first sold in 2020."""
_EARLY = 5
"""s by which an event may lie ahead of the clock that was read before it: both are whole seconds, and reading takes time."""


def request(number: int, method: str, *parameters: int) -> bytes:
    """A JSON-RPC request, as the maker's own tools write it."""
    call: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    if parameters:
        call["params"] = list(parameters)
    return json.dumps({**call, "id": number}).encode()


class Answers:
    """Cuts the received text into JSON objects; it may arrive in any chunking."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> list[dict[str, Any]]:
        """The answers that ``chunk`` completes.

        Raises:
            Refused: FRAME_MALFORMED where what came is not JSON, or goes on for ever.
        """
        self._pending = (self._pending + chunk).lstrip()
        found = []
        while self._pending:
            end = _end_of_object(self._pending)
            if end is None:
                if len(self._pending) > _LONGEST:
                    raise Refused(problems.FRAME_MALFORMED, value=self._pending[:32].hex(), reason=f"> {_LONGEST} B")
                break
            text, self._pending = self._pending[:end], self._pending[end:].lstrip()
            try:
                found.append(json.loads(text))
            except ValueError as error:
                raise Refused(problems.FRAME_MALFORMED, value=text[:64].hex(), reason="JSON") from error
        return found


def _end_of_object(text: bytes) -> int | None:
    """Where the object that ``text`` begins with ends; ``None`` while it is not whole. What a BT510 sends in strings
    holds no braces (base64, "ok", numbers and names).

    Raises:
        Refused: FRAME_MALFORMED where no object begins.
    """
    if text[:1] != b"{":
        raise Refused(problems.FRAME_MALFORMED, value=text[:32].hex(), reason="{…}")
    depth = 0
    for index, byte in enumerate(text):
        depth += (byte == 0x7B) - (byte == 0x7D)
        if depth == 0:
            return index + 1
    return None


class LairdDownload:
    """Reads the event log of a BT510 (:class:`shared.loggers.history.Download`).

    ``now`` is the handheld's clock when the sensor's is asked for.
    """

    forgets = True
    tally: Tally | None = None
    number: int | None = None

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._answers = Answers()
        self._asked = ""
        self._sent = 0
        self._next: tuple[bytes, ...] = ()
        self._clock: int | None = None
        self._left = 0
        self._read = 0
        self._timeless = 0
        self.done = False
        self.problem: Problem | None = None
        self.missed = 0
        self.skew: int | None = None

    @property
    def waits(self) -> bool:
        return bool(self._next) and not self.done

    @property
    def whole(self) -> bool:
        return self._asked == "ackLog" and self._read == self._left

    def commands(self) -> tuple[bytes, ...]:
        return (self._ask("getEpoch"),)

    def onward(self) -> tuple[bytes, ...]:
        commands, self._next = self._next, ()
        return commands

    def erase(self) -> bytes | None:
        """Nothing: what was read is dropped on the way (see :meth:`onward`)."""
        return None

    def number_of(self, at: datetime) -> int | None:  # noqa: ARG002 - an event is known by its time
        """Nothing: an event is known by its time."""
        return None

    def feed(self, chunk: bytes) -> list[Reading]:
        readings: list[Reading] = []
        for answer in self._answers.feed(chunk):
            if self.done:
                break
            readings += self._answered(answer)
        return readings

    def _ask(self, method: str, *parameters: int) -> bytes:
        self._asked = method
        self._sent += 1
        return request(self._sent, method, *parameters)

    def _answered(self, answer: dict[str, Any]) -> list[Reading]:
        if answer.get("id") != self._sent:  # of a request before: an earlier connection, another phone
            return []
        if "result" not in answer:
            self.done = True
            reason = f"{self._asked}: {answer.get('error')}"
            self.problem = Refused(problems.LOGGER_REFUSED, value="laird", reason=reason).problem
            return []
        result = answer["result"]
        if self._asked == "readLog":
            return self._events(result)
        if self._asked == "getEpoch":
            self._told_time(_number(result, self._asked))
        elif self._asked == "setEpoch":
            self._next = (self._ask("prepareLog", OLDEST_FIRST),)
        elif self._asked == "prepareLog":
            self._left = _number(result, self._asked)
            self._go_on()
        else:
            self._left -= min(_number(result, self._asked), self._read)
            if result != self._read:
                self.done = True
                reason = f"{self._asked}: {result} ≠ {self._read}"
                self.problem = Refused(problems.LOGGER_REFUSED, value="laird", reason=reason).problem
                return []
            self.missed += self._timeless
            self._go_on()
        return []

    def _told_time(self, clock: int) -> None:
        if clock < CLOCK_SET:
            self._next = (self._ask("setEpoch", int(self._now.timestamp())),)
            return
        self._clock = clock
        self.skew = round((clock - self._now.timestamp()) * 1000)
        self._next = (self._ask("prepareLog", OLDEST_FIRST),)

    def _go_on(self) -> None:
        if self._left > 0:
            self._next = (self._ask("readLog", MOST),)
        else:
            self.done = True

    def _events(self, result: object) -> list[Reading]:
        raw = _log(result)
        if not raw:  # it has fewer than it said
            self.done = True
            return []
        events = list(EVENT.iter_unpack(raw))
        self._read = len(events)
        self._next = (self._ask("ackLog", self._read),)
        readings, self._timeless = [], 0
        for clock, value, kind, _ in events:
            if kind != TEMPERATURE:
                continue
            at = self._instant(clock)
            if at is None:
                self._timeless += 1
            else:
                readings.append(Reading(at, _celsius(value), None, TimeBasis.LOGGER_CLOCK))
        return readings

    def _instant(self, clock: int) -> datetime | None:
        """When an event happened; ``None`` where it was before the clock was set, or lies ahead of it."""
        if self._clock is None or clock < CLOCK_SET or clock > self._clock + _EARLY:
            return None
        return from_ms(to_ms(self._now - timedelta(seconds=self._clock - clock)))


def _number(result: object, method: str) -> int:
    """A result that must be a count or a clock.

    Raises:
        Refused: FRAME_MALFORMED where it is not.
    """
    if not isinstance(result, int) or isinstance(result, bool) or result < 0:
        raise Refused(problems.FRAME_MALFORMED, value=str(result)[:64], reason=method)
    return result


def _log(result: object) -> bytes:
    """The events of an answer to ``readLog``: ``[bytes, base64]``.

    Raises:
        Refused: FRAME_MALFORMED where it is not that, or not whole events.
    """
    if not isinstance(result, list) or len(result) != 2 or not isinstance(result[1], str):
        raise Refused(problems.FRAME_MALFORMED, value=str(result)[:64], reason="readLog")
    try:
        raw = b64decode(result[1], validate=True)
    except Base64Error as error:
        raise Refused(problems.FRAME_MALFORMED, value=result[1][:64], reason="readLog") from error
    if len(raw) != result[0] or len(raw) % EVENT.size:
        raise Refused(problems.FRAME_MALFORMED, value=str(result[0]), reason=f"readLog {len(raw)} B")
    return raw


PLUGIN = Plugin(
    names=(Maker.LAIRD,),
    companies={COMPANY: plain(decode_advertisement)},
    history=History(UART, lambda start: LairdDownload(now=start.now)),
)
