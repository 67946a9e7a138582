"""The geometry of the temperature chart: pure numbers, no Kivy, so that it can be held to its promises in tests.

No point given to the plot is left out of it or averaged: thinning is :func:`shared.coldchain.chart.keep_peaks`'s, before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from shared.coldchain.excursions import Sample

Segment = tuple[float, float, float, float]
"""A straight line: x0, y0, x1, y1 in px."""


@dataclass(frozen=True)
class Trace:
    """One logger's samples, oldest first; ``derived``: its times were worked out, not stored by the logger."""

    logger_id: str
    samples: tuple[Sample, ...]
    derived: bool = False


@dataclass(frozen=True)
class Span:
    """A stretch of time."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Frame:
    """The axes: times ``start`` … ``end`` over ``width`` px, temperatures ``bottom`` … ``top`` (°C) over ``height`` px."""

    start: datetime
    end: datetime
    bottom: float
    top: float
    width: float
    height: float

    def x(self, at: datetime) -> float:
        return (at - self.start) / (self.end - self.start) * self.width

    def y(self, value: float) -> float:
        return (value - self.bottom) / (self.top - self.bottom) * self.height


def frame(traces: Sequence[Trace], gaps: Sequence[Span], low: float, high: float, width: float, height: float) -> Frame:
    """Axes that hold the whole range, every sample and every gap, with a little room."""
    times = [s.at for t in traces for s in t.samples] + [at for g in gaps for at in (g.start, g.end)]
    values = [s.value for t in traces for s in t.samples] + [low, high]
    start = min(times, default=datetime(1970, 1, 1, tzinfo=UTC))
    end = max(times, default=start)
    if end <= start:
        end = start + timedelta(minutes=1)
    room = max(0.8, (max(values) - min(values)) * 0.18)
    return Frame(start, end, min(values) - room, max(values) + room, width, height)


def lines(trace: Trace, gaps: Sequence[Span], axes: Frame) -> Iterator[list[tuple[float, float]]]:
    """The trace as polylines in px, broken wherever a gap lies between two samples: nothing is drawn through silence."""
    run: list[tuple[float, float]] = []
    previous: Sample | None = None
    for sample in trace.samples:
        if previous is not None and any(g.start < sample.at and g.end > previous.at for g in gaps):
            yield run
            run = []
        run.append((axes.x(sample.at), axes.y(sample.value)))
        previous = sample
    if run:
        yield run


def beyond(run: Sequence[tuple[float, float]], low: float, high: float) -> Iterator[Segment]:
    """The parts of a polyline above ``high`` or below ``low`` (px), cut exactly where it crosses."""
    if len(run) == 1 and not low <= run[0][1] <= high:
        yield (*run[0], *run[0])
    for (x0, y0), (x1, y1) in pairwise(run):
        for limit, sign in ((high, 1.0), (low, -1.0)):
            a, b = sign * (y0 - limit), sign * (y1 - limit)
            if a <= 0 and b <= 0:
                continue
            cut = x0 + (x1 - x0) * a / (a - b) if (a > 0) != (b > 0) else 0.0
            if a > 0 and b > 0:
                yield x0, y0, x1, y1
            elif a > 0:
                yield x0, y0, cut, limit
            else:
                yield cut, limit, x1, y1


def hatch(x0: float, x1: float, height: float, step: float) -> Iterator[Segment]:
    """Diagonal lines over a rectangle from (x0, 0) to (x1, height), cut at its edges."""
    offset = x0 - height
    while offset < x1:
        left, right = max(offset, x0), min(offset + height, x1)
        if right > left:
            yield left, left - offset, right, right - offset
        offset += step


STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)
"""Minutes between two marks of the time axis."""


def ticks(start: datetime, end: datetime, most: int) -> list[datetime]:
    """Round instants between ``start`` and ``end``, at most ``most`` of them, of the zone both are given in."""
    minutes = (end - start).total_seconds() / 60
    step = next((s for s in STEPS if minutes / s <= most), STEPS[-1])
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    first = int((start - midnight).total_seconds() // 60 // step + 1) * step
    marks = []
    at = midnight + timedelta(minutes=first)
    while at <= end:
        marks.append(at)
        at += timedelta(minutes=step)
    return marks[:most]
