"""Excursions and gaps: what a series of readings says about a window of time, and what it is silent about.

A *gap* is time with no reading and is never "in range". Averages are never taken: a single reading outside the range is
an excursion, however good its neighbours are.
"""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

GAP_FACTOR = 2
"""A step longer than this many recording intervals is a gap."""


class Side(StrEnum):
    """Which end of the range was left."""

    HIGH = "high"
    LOW = "low"


class Measure(StrEnum):
    """What was measured: both take the same path."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"


class Sample(msgspec.Struct, frozen=True):
    """A value (°C or %RH) at an instant."""

    at: datetime
    value: float


class Excursion(msgspec.Struct, frozen=True):
    """A run of readings outside the range: from its first reading to the first one back inside (or the last known)."""

    logger_id: str
    measure: Measure
    side: Side
    start: datetime
    end: datetime
    peak: float
    """The farthest value, in °C or %RH."""
    readings: int

    @property
    def seconds(self) -> float:
        """How long it lasted, s."""
        return (self.end - self.start).total_seconds()


class Gap(msgspec.Struct, frozen=True):
    """Time with no reading of a logger."""

    logger_id: str
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long nothing is known, s."""
        return (self.end - self.start).total_seconds()


def find_excursions(
    samples: Sequence[Sample],
    low: float | None,
    high: float | None,
    *,
    logger_id: str,
    measure: Measure = Measure.TEMPERATURE,
    until: datetime | None = None,
) -> list[Excursion]:
    """The runs of ``samples`` (oldest first) below ``low`` or above ``high``; the ends themselves are inside.

    A run that crosses from one side to the other without touching the range is two excursions. One that the last sample
    leaves open ends at ``until``, or at that sample where it is not given.
    """
    found: list[Excursion] = []
    run: list[Sample] = []
    run_side: Side | None = None

    def close(end: datetime) -> None:
        if run and run_side is not None:
            values = [sample.value for sample in run]
            peak = max(values) if run_side is Side.HIGH else min(values)
            found.append(Excursion(logger_id, measure, run_side, run[0].at, end, peak, len(run)))
            run.clear()

    for sample in samples:
        side: Side | None = None
        if high is not None and sample.value > high:
            side = Side.HIGH
        elif low is not None and sample.value < low:
            side = Side.LOW
        if side is not run_side:
            close(sample.at)
            run_side = side
        if side is not None:
            run.append(sample)
    if run:
        close(run[-1].at if until is None else max(until, run[-1].at))
    return found


def find_gaps(times: Sequence[datetime], start: datetime, end: datetime, *, interval: int, logger_id: str) -> list[Gap]:
    """Where a logger that records every ``interval`` s has no reading in ``start`` … ``end``.

    ``times`` (oldest first) may reach beyond the window; readings just outside it still cover its edges. No reading at
    all is one gap over the whole window.
    """
    if end <= start:
        return []
    limit = timedelta(seconds=interval * GAP_FACTOR)
    before = [at for at in times if at <= start]
    after = [at for at in times if at >= end]
    points = ([before[-1]] if before else []) + [at for at in times if start < at < end] + ([after[0]] if after else [])
    if not points:
        return [Gap(logger_id, start, end)]
    edges = ([start] if points[0] > start else []) + points + ([end] if points[-1] < end else [])
    return [
        Gap(logger_id, max(one, start), min(two, end)) for one, two in itertools.pairwise(edges) if two - one > limit
    ]
