"""The verdict: the join of batch, container, logger and time that the product is built around.

A line rode in containers; loggers were attached to them; the loggers recorded. The verdict of a line is computed from the
readings of exactly those loggers over exactly the time it rode there, by this one function on the handheld (before the
receiver signs) and on the server (for ever after).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

import msgspec

from shared.coldchain.excursions import GAP_FACTOR, Excursion, Gap, Measure, Sample, find_excursions, find_gaps
from shared.coldchain.kinetic import mean_kinetic_temperature
from shared.coldchain.profiles import ProductRange
from shared.coldchain.readings import Reading, Series, TimeBasis


class Conformity(StrEnum):
    """The three answers. *Unknown* is not a kind of fine."""

    CONFORMANT = "conformant"
    NON_CONFORMANT = "non_conformant"
    UNKNOWN = "unknown"


class Ride(msgspec.Struct, frozen=True):
    """A container that a line rode in, and when. ``until`` is ``None`` while it still rides there."""

    container_id: str
    start: datetime
    until: datetime | None = None


class Attachment(msgspec.Struct, frozen=True):
    """A logger attached to a container, and when; its calibration is valid through ``calibrated_until``."""

    logger_id: str
    container_id: str
    start: datetime
    until: datetime | None = None
    calibrated_until: date | None = None


class Verdict(msgspec.Struct, frozen=True):
    """What is known of a line's temperature (and humidity) over its time in custody."""

    conformity: Conformity
    start: datetime | None
    end: datetime | None
    lowest: float | None
    """Lowest temperature read, °C."""
    highest: float | None
    """Highest temperature read, °C."""
    first: float | None
    """Temperature at departure, °C: the first reading (启运温度)."""
    last: float | None
    """Temperature on arrival, °C: the last reading (到货温度)."""
    mkt: float | None
    """Mean kinetic temperature, °C."""
    readings: int
    derived: bool
    """Whether any reading's time is derived rather than stored by the logger."""
    loggers: tuple[str, ...]
    excursions: tuple[Excursion, ...]
    gaps: tuple[Gap, ...]
    uncalibrated: tuple[str, ...] = ()
    """Loggers whose calibration had run out: their readings are shown and do not count."""


class Earlier(msgspec.Struct, frozen=True):
    """Custody on another vehicle before this one: on which route, from when; ``end`` and ``verdict`` once it was given over
    and could be judged."""

    route_id: str
    start: datetime
    end: datetime | None
    verdict: Verdict | None


TRANSFER = timedelta(seconds=300 * GAP_FACTOR)
"""How long goods may be between two vehicles before it counts as a gap: as long as a logger may be silent in transport, which
records every 5 min at most (GSP appendix 温湿度自动监测)."""


class _Stretch(msgspec.Struct, frozen=True):
    """One logger over one stretch of a ride."""

    series: Series
    start: datetime
    end: datetime


def judge(
    rides: Sequence[Ride],
    attachments: Sequence[Attachment],
    series: Mapping[str, Series],
    product_range: ProductRange,
    *,
    at: datetime,
    earlier: Earlier | None = None,
) -> Verdict:
    """The verdict of a line up to instant ``at``; with what is known of its custody on another vehicle, if it had one.

    Time in which no calibrated logger was attached to the container is a gap of the container itself (its id stands where
    a logger's would). So is, for a product with a humidity range, time in which none of them measured humidity; and the time
    between the end and the start of a ride that ends before it starts, because a clock was set back meanwhile. A line that
    rode nowhere is unknown.
    """
    excursions: list[Excursion] = []
    gaps: list[Gap] = []
    weighted: list[tuple[float, float]] = []
    used: list[tuple[str, Reading]] = []
    uncalibrated: set[str] = set()
    for ride in rides:
        end = min(ride.until or at, at)
        if end < ride.start:
            gaps.append(Gap(ride.container_id, end, ride.start))
        if end <= ride.start:
            continue
        stretches = _stretches(ride, end, attachments, series, uncalibrated)
        gaps += _uncovered(ride, end, stretches)
        if _humidity_matters(product_range):
            gaps += _uncovered(ride, end, [s for s in stretches if _measures_humidity(s)])
        for stretch in stretches:
            readings = _within(stretch)
            used += [(stretch.series.logger_id, reading) for reading in readings]
            excursions += _excursions(stretch, readings, product_range)
            gaps += _gaps(stretch, product_range)
            weighted += _weights(stretch, readings)
    verdict = _conclude(rides, at, product_range, excursions, gaps, weighted, used, uncalibrated)
    return verdict if earlier is None else _joined(verdict, earlier, product_range, at)


def _stretches(
    ride: Ride, end: datetime, attachments: Sequence[Attachment], series: Mapping[str, Series], uncalibrated: set[str]
) -> list[_Stretch]:
    found = []
    for attachment in attachments:
        if attachment.container_id != ride.container_id:
            continue
        start, stop = max(ride.start, attachment.start), min(end, attachment.until or end)
        if stop <= start:
            continue
        if attachment.calibrated_until is not None and stop.date() > attachment.calibrated_until:
            uncalibrated.add(attachment.logger_id)
            continue
        known = series.get(attachment.logger_id) or Series(attachment.logger_id, 60, ())
        ordered = tuple(sorted(known.readings, key=lambda reading: reading.at))
        found.append(_Stretch(msgspec.structs.replace(known, readings=ordered), start, stop))
    return found


def _uncovered(ride: Ride, end: datetime, stretches: Sequence[_Stretch]) -> list[Gap]:
    """The parts of a ride during which the container carried no usable logger."""
    gaps, reached = [], ride.start
    for stretch in sorted(stretches, key=lambda s: s.start):
        if stretch.start > reached:
            gaps.append(Gap(ride.container_id, reached, stretch.start))
        reached = max(reached, stretch.end)
    if end > reached:
        gaps.append(Gap(ride.container_id, reached, end))
    return gaps


def _within(stretch: _Stretch) -> list[Reading]:
    return [r for r in stretch.series.readings if stretch.start <= r.at <= stretch.end]


def _humidity_matters(limits: ProductRange) -> bool:
    return limits.humidity_low is not None or limits.humidity_high is not None


def _measures_humidity(stretch: _Stretch) -> bool:
    return any(reading.humidity is not None for reading in stretch.series.readings)


def _excursions(stretch: _Stretch, readings: Sequence[Reading], limits: ProductRange) -> list[Excursion]:
    warm = [Sample(r.at, r.temperature) for r in readings if r.temperature is not None]
    found = _runs(stretch, warm, limits.low, limits.high, Measure.TEMPERATURE)
    if _humidity_matters(limits):
        damp = [Sample(r.at, r.humidity) for r in readings if r.humidity is not None]
        found += _runs(stretch, damp, limits.humidity_low, limits.humidity_high, Measure.HUMIDITY)
    return found


def _runs(
    stretch: _Stretch, samples: Sequence[Sample], low: float | None, high: float | None, measure: Measure
) -> list[Excursion]:
    """An excursion that is still open lasts as long as its last reading speaks: to the end of the stretch, at most until a
    gap would begin. Ending it at that reading would count a warm arrival as no time at all."""
    until = None
    if samples:
        until = min(stretch.end, samples[-1].at + timedelta(seconds=stretch.series.interval * GAP_FACTOR))
    return find_excursions(samples, low, high, logger_id=stretch.series.logger_id, measure=measure, until=until)


def _gaps(stretch: _Stretch, limits: ProductRange) -> list[Gap]:
    """A reading without a temperature is no reading: it leaves its gap open. The same holds for humidity, where the product
    asks for it, of a logger that measures it."""
    readings = stretch.series.readings
    known = [[r.at for r in readings if r.temperature is not None]]
    if _humidity_matters(limits) and _measures_humidity(stretch):
        known.append([r.at for r in readings if r.humidity is not None])
    return [
        gap
        for times in known
        for gap in find_gaps(
            times, stretch.start, stretch.end, interval=stretch.series.interval, logger_id=stretch.series.logger_id
        )
    ]


def _weights(stretch: _Stretch, readings: Sequence[Reading]) -> list[tuple[float, float]]:
    """Each reading stands for the time until the next one, at most until a gap would begin."""
    known = [(r.at, r.temperature) for r in readings if r.temperature is not None]
    longest = float(stretch.series.interval * GAP_FACTOR)
    instants = [*(at for at, _ in known), stretch.end]
    lengths = [(later - earlier).total_seconds() for earlier, later in pairwise(instants)]
    return [
        (temperature, max(1.0, min(longest, length))) for (_, temperature), length in zip(known, lengths, strict=True)
    ]


def _conclude(
    rides: Sequence[Ride],
    at: datetime,
    limits: ProductRange,
    excursions: list[Excursion],
    gaps: list[Gap],
    weighted: list[tuple[float, float]],
    used: list[tuple[str, Reading]],
    uncalibrated: set[str],
) -> Verdict:
    known = sorted(((r.at, r.temperature) for _, r in used if r.temperature is not None), key=lambda pair: pair[0])
    values = [value for _, value in known]
    if _breaks(limits, excursions, values):
        conformity = Conformity.NON_CONFORMANT
    elif gaps or not values:
        conformity = Conformity.UNKNOWN
    else:
        conformity = Conformity.CONFORMANT
    return Verdict(
        conformity=conformity,
        start=min((ride.start for ride in rides), default=None),
        end=max((min(ride.until or at, at) for ride in rides), default=None),
        lowest=min(values, default=None),
        highest=max(values, default=None),
        first=values[0] if values else None,
        last=values[-1] if values else None,
        mkt=mean_kinetic_temperature(weighted, frozen_goods=limits.frozen_goods),
        readings=len(values),
        derived=any(reading.basis is TimeBasis.DERIVED for _, reading in used),
        loggers=tuple(sorted({logger_id for logger_id, _ in used})),
        excursions=tuple(sorted(excursions, key=lambda e: (e.start, e.logger_id, e.measure))),
        gaps=tuple(sorted(set(gaps), key=lambda g: (g.start, g.logger_id, g.end))),
        uncalibrated=tuple(sorted(uncalibrated)),
    )


def _joined(own: Verdict, earlier: Earlier, limits: ProductRange, at: datetime) -> Verdict:
    """One verdict over both custodies. What nobody has told of the earlier one is a gap, and so is a long while between the
    two. (A mean kinetic temperature over both is not known: it would need every reading of the earlier one.)"""
    here = own.start or at
    before = earlier.verdict
    gaps = list(own.gaps)
    if before is None or earlier.end is None:
        gaps.append(Gap(earlier.route_id, earlier.start, max(earlier.start, here)))
    elif here - earlier.end > TRANSFER:
        gaps.append(Gap(earlier.route_id, earlier.end, here))
    parts = [own] if before is None else [before, own]
    excursions = [one for part in parts for one in part.excursions]
    gaps += [] if before is None else before.gaps
    lows = [part.lowest for part in parts if part.lowest is not None]
    highs = [part.highest for part in parts if part.highest is not None]
    if Conformity.NON_CONFORMANT in [part.conformity for part in parts] or _breaks(limits, excursions, [*lows, *highs]):
        conformity = Conformity.NON_CONFORMANT
    elif gaps or any(part.conformity is Conformity.UNKNOWN for part in parts):
        conformity = Conformity.UNKNOWN
    else:
        conformity = Conformity.CONFORMANT
    return msgspec.structs.replace(
        own,
        conformity=conformity,
        start=earlier.start,
        lowest=min(lows, default=None),
        highest=max(highs, default=None),
        first=next((part.first for part in parts if part.first is not None), None),
        mkt=own.mkt if before is None or not before.readings else None,
        readings=sum(part.readings for part in parts),
        derived=any(part.derived for part in parts),
        loggers=tuple(sorted({name for part in parts for name in part.loggers})),
        excursions=tuple(sorted(excursions, key=lambda e: (e.start, e.logger_id, e.measure))),
        gaps=tuple(sorted(set(gaps), key=lambda g: (g.start, g.logger_id, g.end))),
        uncalibrated=tuple(sorted({name for part in parts for name in part.uncalibrated})),
    )


def _breaks(limits: ProductRange, excursions: Sequence[Excursion], values: Sequence[float]) -> bool:
    """Whether the excursions exceed what the product tolerates: nothing, unless its range states an allowance."""
    if not excursions:
        return False
    if limits.allowance == 0 or any(e.measure is Measure.HUMIDITY for e in excursions):
        return True
    beyond = (limits.hard_low is not None and min(values) < limits.hard_low) or (
        limits.hard_high is not None and max(values) > limits.hard_high
    )
    return beyond or _time_outside(excursions) > timedelta(seconds=limits.allowance)


def _time_outside(excursions: Sequence[Excursion]) -> timedelta:
    """How long the goods were outside, all excursions together: two probes that saw the same warm half hour saw half an hour
    of it, not an hour."""
    total, reached = timedelta(), None
    for one in sorted(excursions, key=lambda e: e.start):
        start = one.start if reached is None else max(one.start, reached)
        total += max(timedelta(), one.end - start)
        reached = one.end if reached is None else max(one.end, reached)
    return total


def worst(conformities: Sequence[Conformity]) -> Conformity:
    """The verdict of several lines together: the worst of them; unknown where there are none."""
    for answer in (Conformity.NON_CONFORMANT, Conformity.UNKNOWN):
        if answer in conformities:
            return answer
    return Conformity.CONFORMANT if conformities else Conformity.UNKNOWN
