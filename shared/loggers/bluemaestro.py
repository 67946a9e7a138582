"""Blue Maestro Tempo Disc: advertisements of versions 1, 13, 22, 23 and 27, and the ``*logall`` history.

Sources: Blue Maestro's own IOS-Tempo-Utility-App-SDK (``TDUARTAllDataDownloader.m``,
``TempoDiscDevice+CoreDataClass.m``) and Android-Tempo-App-SDK (``BMTempHumi.java``), and msupply-cold-chain, which
reads the same log. All numbers are big endian.

**How the times are known.** A disc stores no times and has no clock to ask. But it counts its records, in its log and
in every advertisement, and what the handheld saw of that count bounds when each of them was made:
:mod:`shared.loggers.counting` says how. Without any sight before the download the newest record is placed half an
interval before it, and every older one an interval earlier. Each is within half an interval of the truth, and marked
:attr:`TimeBasis.DERIVED`; what nobody can place (the disc paused unheard) gets no time and is not given out. A second
download of the same records would place them a little differently; so records are told apart by the disc's own running
count, never by their derived times.
"""

import struct
from datetime import datetime, timedelta

from shared import problems
from shared.clock import from_ms, to_ms
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Problem, Refused
from shared.loggers.counting import WRAP, Tally, bounds, place
from shared.loggers.history import Point, Straight
from shared.loggers.nordic_uart import UART
from shared.loggers.plugin import History, Plugin, Start, plain
from shared.loggers.values import Advertisement, Maker, possible_percent, possible_temperature, unknown, wrong_length

COMPANY = 0x0133
"""Bluetooth SIG company identifier of Blue Maestro Limited."""

_NO_TEMPERATURE = frozenset({-0x8000, 0x7FFF})
FAHRENHEIT = 100
"""A mode of 100 or more means that the disc was set to °F (``BMTempHumi.isInFahrenheit``)."""

# advertisement -----------------------------------------------------------------------------------------------------------

_VERSIONS = {1: "T", 13: "T", 22: "THD", 23: "THD", 27: "THPD"}
_COMMON = struct.Struct(">BBhHh")
_LENGTH = {"T": 8, "THD": 10, "THPD": 12}


def decode_advertisement(data: bytes) -> Advertisement:
    """The manufacturer specific data of a Tempo Disc (after the company identifier).

    Raises:
        Refused: FRAME_UNKNOWN for a version that is not read here, FRAME_MALFORMED where it is too short.
    """
    kind = _VERSIONS.get(data[0]) if data else None
    if kind is None:
        raise unknown(Maker.BLUE_MAESTRO, data)
    if len(data) < _LENGTH[kind]:
        raise wrong_length(data, f"≥ {_LENGTH[kind]}")
    version, battery, interval, stored, raw = _COMMON.unpack_from(data)
    fahrenheit = kind == "THD" and len(data) > 12 and data[12] >= FAHRENHEIT
    return Advertisement(
        maker=Maker.BLUE_MAESTRO,
        format=f"{kind} v{version}",
        temperature=_celsius(raw, fahrenheit),
        humidity=None if kind == "T" else decode_humidity(data[8:10]),
        dew_point=_dew_point(data[10:12], fahrenheit) if kind == "THD" else None,
        pressure=_pressure(data[10:12]) if kind == "THPD" else None,
        battery_percent=possible_percent(battery),
        interval=interval if interval > 0 else None,
        stored=stored,
    )


def _celsius(tenths: int, fahrenheit: bool) -> float | None:
    if tenths in _NO_TEMPERATURE:
        return None
    return possible_temperature(round((tenths / 10 - 32) / 1.8, 2) if fahrenheit else tenths / 10)


def _dew_point(raw: bytes, fahrenheit: bool) -> float | None:
    return _celsius(int.from_bytes(raw, "big", signed=True), fahrenheit) if len(raw) == 2 else None


def _pressure(raw: bytes) -> float | None:
    tenths = int.from_bytes(raw, "big")
    return None if tenths in (0, 0x8000, 0xFFFF) else float(tenths * 10)


def decode_temperature(raw: bytes) -> float | None:
    """°C of two bytes: signed tenths. 0x8000 and 0x7FFF are "no value"; 0xFFFF is -0.1 °C."""
    return _celsius(int.from_bytes(raw, "big", signed=True), fahrenheit=False)


def decode_humidity(raw: bytes) -> float | None:
    """%RH of two bytes: unsigned tenths; whatever is above 100 %RH (as 0xFFFF) is "no value"."""
    tenths = int.from_bytes(raw, "big")
    return tenths / 10 if tenths <= 1000 else None


# history -----------------------------------------------------------------------------------------------------------------

READ_ALL = b"*logall"
ERASE = b"*clr"
"""Clears the stored records ("Clear Stored Data" in the maker's app). Not yet seen on a device: sent on request only."""
HEADER = 15
_HEADER = struct.Struct(">HHHHBBHHc")
SECTION_END = b",,"
STREAM_END = ord(".")
"""An aligned value that begins with this byte would be 1177.6 °C or more: no reading can be mistaken for the end."""
_COMPARED = 10
"""How many records before the new ones are compared with what is known."""


class Header:
    """The 15 bytes before the log: where the disc stands. ``count`` numbers its newest record since it was last cleared."""

    def __init__(self, raw: bytes) -> None:
        self.pointer, self.needed, self.count, self.record_size, self.mode, self.alarm, _, _, mark = _HEADER.unpack(raw)
        if mark != b":":
            raise Refused(problems.FRAME_MALFORMED, value=raw.hex(), reason="… 3A")


class BlueMaestroDownload(Straight):
    """Reads the log of a Tempo Disc (:class:`shared.loggers.history.Download`).

    ``now`` is the handheld's clock when the log is asked for, ``interval`` (s) the disc's recording interval as it
    advertises it. A disc sends whole columns, temperatures first: no record is whole before the end, so nothing is
    given out before it, and a cut download starts afresh.
    """

    def __init__(self, *, now: datetime, point: Point, interval: int, erase: bool = False) -> None:
        self._now = from_ms(to_ms(now))  # as fine as a sealed segment keeps it
        self._point = point
        self._interval = interval
        self._erase = erase
        self._pending = b""
        self._header: Header | None = None
        self._numbers: dict[datetime, int] = {}
        self._sections: list[list[bytes]] = [[]]
        self.done = False
        self.problem: Problem | None = None
        self.number: int | None = None
        self.missed = 0
        self.tally: Tally | None = None

    def commands(self) -> tuple[bytes, ...]:
        return (READ_ALL,)

    def erase(self) -> bytes | None:
        return ERASE if self._erase and self.done and self.problem is None else None

    def feed(self, chunk: bytes) -> list[Reading]:
        if self.done:
            return []
        self._pending += chunk
        if self._header is None:
            if len(self._pending) < HEADER:
                return []
            raw, self._pending = self._pending[:HEADER], self._pending[HEADER:]
            self._header = Header(raw)
            if self._header.mode >= FAHRENHEIT:
                self.done = True
                self.problem = Refused(problems.LOGGER_FAHRENHEIT, value="bluemaestro").problem
                return []
        while self._pending:
            if self._pending[0] == STREAM_END:
                return self._end(self._header)
            if len(self._pending) < 2:
                break
            pair, self._pending = self._pending[:2], self._pending[2:]
            if pair == SECTION_END:
                self._sections.append([])
            else:
                self._sections[-1].append(pair)
        return []

    def columns(self) -> list[tuple[float | None, float | None]]:
        """Temperature and humidity of each record received so far, oldest first; for a capture without a time."""
        temperatures = [decode_temperature(raw) for raw in self._sections[0]]
        humidities: list[float | None] = [None] * len(temperatures)
        if len(self._sections) > 1 and len(self._sections[1]) == len(temperatures):
            humidities = [decode_humidity(raw) for raw in self._sections[1]]
        return list(zip(temperatures, humidities, strict=True))

    def _end(self, header: Header) -> list[Reading]:
        if not self._sections[-1]:  # a separator may also follow the last section
            self._sections.pop()
        lengths = {len(section) for section in self._sections}
        if len(lengths) > 1:
            raise Refused(
                problems.FRAME_MALFORMED, value="*logall", reason=" ≠ ".join(str(len(s)) for s in self._sections)
            )
        self.done = True
        self._sections = self._sections or [[]]
        records = self.columns()
        new = len(records) if self._point.number is None else (header.count - self._point.number) % WRAP
        same = new <= len(records) and self._continues(header.count, records)
        times = self._times(header.count, len(records), same=same)
        if times is None:  # what was seen is kept for when it is read again
            self.tally = Tally(header.count, len(records), self._now, self._point.tally.sights)
            unknown_yet = Refused(problems.LOGGER_TIMES_UNKNOWN, value="bluemaestro", seconds=self._interval)
            self.problem = unknown_yet.problem
            return []
        self.number, stored = header.count, len(records)
        if same and self._point.number is not None:
            records, times = records[len(records) - new :], times[len(records) - new :]
        elif self._point.number is not None and header.count > self._point.number:
            # overwritten before they were fetched; or the disc was cleared, and has begun to count anew
            self.missed = max(0, new - len(records))
        self.tally = Tally(header.count, stored, self._now, placed=self._newest_placed(times, same=same))
        self.missed += times.count(None)
        numbers = range(header.count - len(records) + 1, header.count + 1)
        self._numbers = {at: number % WRAP for at, number in zip(times, numbers, strict=True) if at is not None}
        readings = [
            Reading(at, *record, TimeBasis.DERIVED) for at, record in zip(times, records, strict=True) if at is not None
        ]
        return self._later(readings) if self._point.number is None else readings

    def number_of(self, at: datetime) -> int | None:
        """The running count of the record that was placed at ``at``."""
        return self._numbers.get(at)

    def _continues(self, count: int, records: list[tuple[float | None, float | None]]) -> bool:
        """Whether the records that are known stand in the memory where they must: a disc that was cleared holds others
        there.

        Where a cleared disc happens to hold the same values there, its older records are left out: a gap in the series,
        which makes a verdict unknown, is better than old readings placed at new times.
        """
        known = [(r.temperature, r.humidity) for r in sorted(self._point.known, key=lambda r: r.at)]
        newest, row = self._known_up_to(len(known))
        if newest is None:
            return True
        before = records[: max(0, len(records) - (count - newest) % WRAP)]
        overlap = min(len(known), len(before), row, _COMPARED)
        return before[len(before) - overlap :] == known[len(known) - overlap :]

    def _known_up_to(self, known: int) -> tuple[int | None, int]:
        """The running count of the newest record that is known, and how many in a row are known up to it."""
        number, tally = self._point.number, self._point.tally
        if tally.count is None:
            return number, known
        if number == tally.count:
            return tally.placed or (None, 0)
        return number, 1  # that download did not get to keep everything

    def _newest_placed(self, times: list[datetime | None], *, same: bool) -> tuple[int, int] | None:
        """:attr:`Tally.placed` after this download, of whose new records ``times`` are."""
        rest = list(reversed(times))
        skipped = next((index for index, at in enumerate(rest) if at is not None), None)
        newest, earlier = self._known_up_to(len(self._point.known)) if same else (None, 0)
        if skipped is None:
            return None if newest is None else (newest, earlier)
        row = next((index for index, at in enumerate(rest[skipped:]) if at is None), len(rest) - skipped)
        joined = skipped + row == len(rest) and newest is not None and newest == self._point.number
        return ((self.number or 0) - skipped) % WRAP, row + (earlier if joined else 0)

    def _later(self, readings: list[Reading]) -> list[Reading]:
        """Without a number to go on from, what is placed later than the newest reading known: right to within one record."""
        newest = self._point.newest
        if newest is None:
            return readings
        return [reading for reading in readings if reading.at > newest + timedelta(seconds=self._interval) / 2]

    def _times(self, count: int, records: int, *, same: bool) -> list[datetime | None] | None:
        """When each record was made, as fine as a sealed segment keeps it; ``None`` where that shows only next time.

        Where the memory does not go on from the one that was seen before (``same``), and not because records were
        overwritten, only what was seen since it began anew counts.
        """
        tally, interval = self._point.tally, timedelta(seconds=self._interval)
        if not same and tally.at is not None and tally.restarted is None:
            new = (count - (tally.count or 0)) % WRAP
            if new <= records or new * interval > self._now - tally.at + 2 * interval:
                if records * interval > self._now - tally.at + 2 * interval:
                    return [None] * records  # more than can have been made since: this is another memory altogether
                tally = Tally(sights=tally.sights[-1:], restarted=tally.at)
        known = bounds(tally, count=count, stored=records, now=self._now, interval=interval)
        if known is None:
            return None
        times = place(known, records=records, interval=interval)
        return [None if at is None else from_ms(to_ms(at)) for at in times]


def _begin(start: Start) -> BlueMaestroDownload:
    return BlueMaestroDownload(now=start.now, point=start.point, interval=start.interval, erase=start.erase)


PLUGIN = Plugin(
    names=(Maker.BLUE_MAESTRO,), companies={COMPANY: plain(decode_advertisement)}, history=History(UART, _begin)
)
