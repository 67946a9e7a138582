"""Downloading a logger's memory, without touching a radio: a download is fed bytes and gives readings.

Makers differ in what they send (Ruuvi: frames with a time each; Blue Maestro: columns of values without any time;
Laird: JSON, a piece at a time), not in how a download is driven: :class:`Download` is that common shape. It does no I/O
and knows no clock; whoever drives it writes :meth:`Download.commands`, feeds what arrives, keeps what comes out, and
writes :meth:`Download.onward` when the logger waits for it.
"""

import itertools
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol

import msgspec

from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Problem
from shared.loggers.counting import Tally

SLACK = timedelta(seconds=5)
"""How far the time of one and the same record may differ between two downloads of a logger with a clock.

A RuuviTag counts its own seconds and is told the time with each read command; both are cut to whole seconds, which shifts
all records of a download by up to 1 s against another, and its crystal (a few ten ppm) adds seconds over a day or two. Much
shorter than any recording interval, so two records are never taken for one.
"""


class Merged(msgspec.Struct, frozen=True):
    """What became of new readings beside those already known.

    ``readings`` is everything, oldest first; ``fresh`` what was not known before, oldest first; ``again`` counts what was.
    ``shift`` (s) is how much later the known records came out this time (the logger's clock against the handheld's, since
    the last download), ``None`` where nothing came twice.
    """

    readings: tuple[Reading, ...]
    fresh: tuple[Reading, ...]
    again: int
    shift: float | None


def merge(
    known: Sequence[Reading],
    new: Iterable[Reading],
    *,
    slack: timedelta = SLACK,
    shift: timedelta = timedelta(),
) -> Merged:
    """Join new readings of one logger to known ones, dropping those that are there already. Doing it twice changes nothing.

    The same record is the same value at the same instant; for a logger with its own clock within ``slack`` of it, once
    ``shift`` (by which the handheld's clock was moved in between) is taken off. Two different values at one instant are two
    readings: nothing a logger said is lost. The two halves of one reading (temperature here, humidity there, of the same
    instant) are joined.
    """
    ordered = sorted(known, key=_instant)
    fresh: list[Reading] = []
    again = 0
    shifts: list[float] = []
    for reading in new:
        twin = _twin(ordered, reading, slack, shift)
        if twin is not None:
            again += 1
            shifts.append((reading.at - twin.at).total_seconds())
            continue
        same_instant = fresh[
            bisect_left(fresh, reading.at, key=_instant) : bisect_right(fresh, reading.at, key=_instant)
        ]
        if reading in same_instant:
            again += 1
            continue
        half = next((other for other in same_instant if _halves(other, reading)), None)
        if half is not None:
            fresh.remove(half)
            reading = _joined(half, reading)
        insort(fresh, reading, key=_instant)
    return Merged(
        tuple(sorted([*ordered, *fresh], key=_instant)), tuple(fresh), again, median(shifts) if shifts else None
    )


def _instant(reading: Reading) -> datetime:
    return reading.at


def _twin(ordered: Sequence[Reading], reading: Reading, slack: timedelta, shift: timedelta) -> Reading | None:
    """The known reading that ``reading`` repeats, the nearest in time of those that could be it."""
    if reading.basis is not TimeBasis.LOGGER_CLOCK:
        slack = shift = timedelta()
    expected = reading.at - shift
    index = bisect_left(ordered, expected - slack, key=_instant)
    best: Reading | None = None
    while index < len(ordered) and ordered[index].at <= expected + slack:
        other = ordered[index]
        index += 1
        if (other.temperature, other.humidity, other.basis) != (reading.temperature, reading.humidity, reading.basis):
            continue
        if best is None or abs(other.at - expected) < abs(best.at - expected):
            best = other
    return best


def _halves(one: Reading, other: Reading) -> bool:
    if one.basis is not other.basis:
        return False
    return (one.temperature is None) != (other.temperature is None) and (one.humidity is None) != (
        other.humidity is None
    )


def _joined(one: Reading, other: Reading) -> Reading:
    temperature = other.temperature if one.temperature is None else one.temperature
    humidity = other.humidity if one.humidity is None else one.humidity
    return Reading(one.at, temperature, humidity, one.basis)


class Point(msgspec.Struct, frozen=True):
    """Where a download goes on: what is already durable of this logger.

    Nothing before ``since`` is wanted. ``known`` are the readings kept from there on, which a repeated download may bring
    again. ``number`` is the maker's own number of the newest record kept, for loggers that count records instead of keeping
    time, and ``tally`` what was seen of that count.
    """

    since: datetime | None = None
    known: tuple[Reading, ...] = ()
    number: int | None = None
    tally: Tally = Tally()

    @property
    def newest(self) -> datetime | None:
        """The instant of the newest reading kept."""
        return max((reading.at for reading in self.known), default=None)

    def take(
        self, readings: Iterable[Reading], *, slack: timedelta = SLACK, shift: timedelta = timedelta()
    ) -> tuple["Point", Merged]:
        """Sort out what a download brought: the point that holds once the fresh readings are durable, and those readings."""
        wanted = [reading for reading in readings if self.since is None or reading.at >= self.since]
        merged = merge(self.known, wanted, slack=slack, shift=shift)
        return msgspec.structs.replace(self, known=merged.readings), merged


def holes(readings: Sequence[Reading], interval: int, since: datetime | None = None) -> int:
    """How many steps between successive readings (and from ``since`` to the first) are longer than two intervals (s): where
    something may be missing."""
    limit = timedelta(seconds=2 * interval)
    times = sorted([reading.at for reading in readings] + ([] if since is None else [since]))
    return sum(1 for one, two in itertools.pairwise(times) if two - one > limit)


class Straight:
    """What holds for a logger that sends everything at once, keeps its own times and is asked for nothing else."""

    forgets = False
    waits = False
    whole = False
    skew: int | None = None
    tally: Tally | None = None

    def onward(self) -> tuple[bytes, ...]:
        """Nothing: it never waits."""
        return ()

    def number_of(self, at: datetime) -> int | None:  # noqa: ARG002 - a logger that keeps times numbers nothing
        """Nothing: a record is known by its time."""
        return None


class Download(Protocol):
    """One attempt to read a logger's memory.

    ``feed`` takes bytes in any chunking, except that a notification is never reordered. A download is over when ``done``;
    then ``problem`` says whether the logger refused or gave up. Bytes that cannot be what they should be are refused by
    ``feed`` with FRAME_MALFORMED. Readings given out by ``feed`` are whole: a record of which only half has arrived when the
    connection ends is not given out, and comes again with the next attempt.
    """

    @property
    def done(self) -> bool:
        """Whether the logger has sent everything, or given up."""
        ...

    @property
    def problem(self) -> Problem | None:
        """Why the logger gave up; ``None`` while running and after a good end."""
        ...

    @property
    def number(self) -> int | None:
        """The maker's number of the newest record, known when done; ``None`` where the maker keeps times instead."""
        ...

    def number_of(self, at: datetime) -> int | None:
        """The maker's number of the record that was given the time ``at``, known when done; ``None`` where it has none."""
        ...

    @property
    def missed(self) -> int:
        """Records that the logger had to overwrite before they were fetched, or that nobody can give a time to."""
        ...

    @property
    def tally(self) -> Tally | None:
        """What this download says of the logger's count, known when done; ``None`` where the maker keeps times instead."""
        ...

    @property
    def skew(self) -> int | None:
        """By how many ms the logger's clock ran ahead of the handheld's, where the logger told its time."""
        ...

    @property
    def forgets(self) -> bool:
        """Whether the logger drops what it is told to go on from (:meth:`onward`). Then everything it sends must be
        kept, also what was recorded before anybody wanted it."""
        ...

    @property
    def waits(self) -> bool:
        """Whether the logger sends no more before :meth:`onward` is written to it."""
        ...

    @property
    def whole(self) -> bool:
        """Whether everything was given out, though a logger that waits has to be told so yet."""
        ...

    def commands(self) -> tuple[bytes, ...]:
        """What to write to the logger first, in this order."""
        ...

    def onward(self) -> tuple[bytes, ...]:
        """What to write to a logger that waits, once every reading given out so far is durable."""
        ...

    def feed(self, chunk: bytes) -> list[Reading]:
        """Take in received bytes; the readings they complete, in the order the logger sends them."""
        ...

    def erase(self) -> bytes | None:
        """The command that lets the logger forget, for when all readings are durable; ``None`` where none is needed."""
        ...
