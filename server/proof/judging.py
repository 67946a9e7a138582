"""Judging again: from signed events to the journey they tell, and to the verdict a receiver should have been shown.

Used by the verifier, so nothing of the server is imported here: `shared` alone decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import isclose
from typing import Protocol

import msgspec

from shared.clock import from_ms
from shared.coldchain.readings import Reading, Series
from shared.coldchain.verdict import Verdict, judge
from shared.custody import events as e
from shared.custody.chain import Record
from shared.custody.events import ReadingsSealed
from shared.custody.journey import Journey
from shared.custody.revision import revised
from shared.errors import Problem, Refused
from shared.work import Line, Route

TEMPERATURE_TOLERANCE = 0.005
"""°C. Readings are sealed in hundredths; half a hundredth cannot come from a reading."""
KINETIC_TOLERANCE = 0.001
"""°C. The mean kinetic temperature is computed with exp and log, whose last bits differ between processors."""
_MEASURED = ("lowest", "highest", "first", "last")
_STATED = (
    "conformity",
    "start",
    "end",
    "readings",
    "derived",
    "loggers",
    "gaps",
    "uncalibrated",
)


class EntryLike(Protocol):
    """An entry of the ledger, wherever it was read from."""

    @property
    def index(self) -> int: ...
    @property
    def record(self) -> Record: ...
    @property
    def event(self) -> e.AnyEvent: ...
    @property
    def sha256(self) -> str: ...


class Folded(msgspec.Struct, frozen=True):
    """What a run of entries tells.

    ``before`` is the journey as it stood right before each VerdictShown, by that entry's index; ``refused`` are the entries
    that the table does not allow, each with its problem.
    """

    journey: Journey
    before: Mapping[int, Journey]
    refused: tuple[tuple[int, Problem], ...]


def fold(route: Route, entries: Sequence[EntryLike]) -> Folded:
    """The journey of ``route`` over ``entries`` in ledger order; what does not fit is set aside and named. Newer versions of
    the route count from where the handheld took them on."""
    journey = Journey(route)
    before: dict[int, Journey] = {}
    refused: list[tuple[int, Problem]] = []
    published: dict[str, Route] = {}
    for entry in entries:
        if isinstance(entry.event, e.RoutePublished):
            published[entry.sha256] = entry.event.route
        elif isinstance(entry.event, e.RouteRevised) and entry.event.published in published:
            journey = revised(journey, published[entry.event.published])
        if isinstance(entry.event, e.VerdictShown):
            before[entry.index] = journey
        try:
            journey = journey.apply(entry.event, entry.record.at, entry.sha256)
        except Refused as problem:
            refused.append((entry.index, problem.problem))
    return Folded(journey, before, tuple(refused))


def series_from(segments: Iterable[ReadingsSealed]) -> dict[str, Series]:
    """All readings by logger, oldest first, each instant once: what was sealed first stands.

    The interval is that of a logger's first segment, as the handheld joins them.
    """
    found: dict[str, tuple[int, dict[int, Reading]]] = {}
    for segment in segments:
        _, readings = found.setdefault(segment.logger_id, (segment.interval, {}))
        for at, temperature, humidity in zip(segment.times, segment.temperatures, segment.humidities, strict=True):
            readings.setdefault(at, _reading(at, temperature, humidity, segment))
    return {
        logger_id: Series(logger_id, interval, tuple(reading for _, reading in sorted(readings.items())))
        for logger_id, (interval, readings) in found.items()
    }


def _reading(at: int, temperature: int | None, humidity: int | None, segment: ReadingsSealed) -> Reading:
    return Reading(
        from_ms(at),
        None if temperature is None else temperature / 100,
        None if humidity is None else humidity / 100,
        segment.basis,
    )


def judge_line(journey: Journey, line: Line, series: dict[str, Series], at: datetime) -> Verdict:
    """The verdict of a line up to ``at``, as the journey and the readings known then have it."""
    rides = journey.line(line.id).rides
    return judge(rides, journey.attachments, series, line.product.range, at=at, earlier=line.earlier)


def difference(shown: Verdict, computed: Verdict) -> str | None:
    """The first field in which two verdicts differ by more than arithmetic can explain, as ``field: shown / computed``."""
    for field in _STATED:
        one, other = getattr(shown, field), getattr(computed, field)
        if one != other:
            return f"{field}: {_short(one)} / {_short(other)}"
    for field in _MEASURED:
        if not _close(getattr(shown, field), getattr(computed, field), TEMPERATURE_TOLERANCE):
            return f"{field}: {getattr(shown, field)} / {getattr(computed, field)}"
    if not _close(shown.mkt, computed.mkt, KINETIC_TOLERANCE):
        return f"mkt: {shown.mkt} / {computed.mkt}"
    if len(shown.excursions) != len(computed.excursions):
        return f"excursions: {len(shown.excursions)} / {len(computed.excursions)}"
    for one, other in zip(shown.excursions, computed.excursions, strict=True):
        same = msgspec.structs.replace(one, peak=other.peak) == other
        if not same or not _close(one.peak, other.peak, TEMPERATURE_TOLERANCE):
            return f"excursion: {one.start:%H:%M} {one.peak} / {other.start:%H:%M} {other.peak}"
    return None


def _close(one: float | None, other: float | None, tolerance: float) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=0.0, abs_tol=tolerance)


def _short(value: object) -> str:
    return f"{len(value)}" if isinstance(value, tuple) and not all(isinstance(v, str) for v in value) else str(value)
