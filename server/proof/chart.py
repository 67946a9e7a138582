"""The temperature chart as SVG: every peak kept, the range as a band, gaps hatched, derived times dashed.

Pure: values in, text out. Used by the proof document; any page that wants the same picture can have it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

import msgspec

from shared.coldchain.chart import keep_peaks
from shared.coldchain.excursions import Sample

WIDTH, HEIGHT = 760.0, 232.0
"""User units; the picture scales."""
LEFT, RIGHT, TOP, BOTTOM = 40.0, 14.0, 30.0, 24.0
"""Margins around the plot."""
BUCKETS = 180
"""Buckets of :func:`shared.coldchain.chart.keep_peaks`: about one for each millimetre on A4."""
FONT = "Noto Sans CJK SC"
COLOURS = ("#0b6477", "#7a4b9a", "#a85b12", "#3a6a2a")
"""One a logger; the lines also differ by their label, so colour is never the only sign."""
ALARM, RANGE = "#b3261e", "#1b7f4b"
INK, SOFT, GRID = "#2b3437", "#5f6b70", "#dfe5e7"
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440))


class Curve(msgspec.Struct, frozen=True):
    """One logger's samples (°C, oldest first); ``interval`` in s is what it was set to record at."""

    label: str
    samples: tuple[Sample, ...]
    derived: bool
    interval: int


class Mark(msgspec.Struct, frozen=True):
    """An instant with a word, such as departure."""

    at: datetime
    label: str


class Picture(msgspec.Struct, frozen=True):
    """What a chart shows: from ``start`` to ``end``, the range ``low`` … ``high`` in °C, times in ``zone``."""

    start: datetime
    end: datetime
    low: float
    high: float
    curves: tuple[Curve, ...]
    gaps: tuple[tuple[datetime, datetime], ...]
    marks: tuple[Mark, ...]
    zone: str
    gap_word: str
    derived_word: str


def draw(picture: Picture) -> str:
    """The chart as an SVG document."""
    scale = _Scale(picture)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" font-family="{FONT}" font-size="9">',
        f'<rect x="{LEFT:g}" y="{TOP:g}" width="{scale.width:.1f}" height="{scale.height:.1f}" fill="#fbfcfc"/>',
        _band(picture, scale),
        *_temperatures(picture, scale),
        *_times(picture, scale),
        *_limits(picture, scale),
        *_gaps(picture, scale),
        *_curves(picture, scale),
        *_marks(picture, scale),
        *_legend(picture),
        f'<rect x="{LEFT:g}" y="{TOP:g}" width="{scale.width:.1f}" height="{scale.height:.1f}" fill="none"'
        f' stroke="{SOFT}" stroke-width="0.6"/>',
        "</svg>",
    ]
    return "".join(parts)


class _Scale:
    """Where an instant and a temperature are on the picture."""

    def __init__(self, picture: Picture) -> None:
        values = [sample.value for curve in picture.curves for sample in curve.samples]
        low, high = min([picture.low, *values]), max([picture.high, *values])
        room = max(1.0, (high - low) * 0.14)
        self.low, self.high = low - room, high + room
        self.width, self.height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        self._start = picture.start
        self._span = (picture.end - picture.start).total_seconds() or 1.0

    def x(self, at: datetime) -> float:
        part = (at - self._start).total_seconds() / self._span
        return LEFT + self.width * min(1.0, max(0.0, part))

    def y(self, value: float) -> float:
        return TOP + self.height * (self.high - value) / (self.high - self.low)


def _text(x: float, y: float, text: str, *, anchor: str = "start", fill: str = SOFT, size: float = 9) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size:g}">{escape(text)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float, dash: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"{_stroke(stroke, width, dash)}/>'


def _stroke(colour: str, width: float, dash: str) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f' stroke="{colour}" stroke-width="{width:g}"{dashed}'


def _band(picture: Picture, scale: _Scale) -> str:
    top, bottom = scale.y(picture.high), scale.y(picture.low)
    return f'<rect x="{LEFT:g}" y="{top:.1f}" width="{scale.width:.1f}" height="{bottom - top:.1f}" fill="#dff0e4"/>'


def _limits(picture: Picture, scale: _Scale) -> Iterable[str]:
    for value in (picture.high, picture.low):
        y = scale.y(value)
        yield _line(LEFT, y, LEFT + scale.width, y, RANGE, 0.9, "5 3")
        yield _text(LEFT - 5, y + 3, f"{value:g}", anchor="end", fill=RANGE, size=9.5)


def _temperatures(picture: Picture, scale: _Scale) -> Iterable[str]:
    """Ticks at round temperatures, about six of them."""
    span = scale.high - scale.low
    step = next(step for step in (0.5, 1, 2, 5, 10, 20, 50, 1000) if span / step <= 8)
    value = -(-scale.low // step) * step
    while value < scale.high:
        y = scale.y(value)
        yield _line(LEFT, y, LEFT + scale.width, y, GRID, 0.5)
        # the limits carry their own figures
        if min(abs(y - scale.y(picture.low)), abs(y - scale.y(picture.high))) > 8:
            yield _text(LEFT - 5, y + 3, f"{value:g}", anchor="end", size=8)
        value += step
    yield _text(LEFT - 5, TOP - 6, "°C", anchor="end", size=8)


def _times(picture: Picture, scale: _Scale) -> Iterable[str]:
    """Ticks at round times of day in the site's zone, ten at most."""
    zone = ZoneInfo(picture.zone)
    span = picture.end - picture.start
    step = next((step for step in _STEPS if span / step <= 10), _STEPS[-1])
    midnight = picture.start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + step * -(-(picture.start - midnight) // step)
    while at <= picture.end:
        x = scale.x(at)
        yield _line(x, TOP, x, TOP + scale.height, GRID, 0.5)
        yield _text(x, TOP + scale.height + 12, f"{at:%H:%M}", anchor="middle", size=8)
        at += step


def _gaps(picture: Picture, scale: _Scale) -> Iterable[str]:
    """Hatched areas; drawn as single lines, which every renderer shows alike."""
    for start, end in picture.gaps:
        left, right = scale.x(start), scale.x(end)
        if right <= left:
            continue
        top, bottom = TOP, TOP + scale.height
        yield (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" fill="#f3e3c3"'
            ' fill-opacity="0.55"/>'
        )
        x = left - (bottom - top)
        while x < right:
            from_x, to_x = max(left, x), min(right, x + (bottom - top))
            if to_x > from_x:
                yield _line(from_x, bottom - (from_x - x), to_x, bottom - (to_x - x), "#b9822b", 0.45)
            x += 7
        if right - left > 26:
            yield _text((left + right) / 2, bottom - 5, picture.gap_word, anchor="middle", fill="#7a5200", size=8)


def _curves(picture: Picture, scale: _Scale) -> Iterable[str]:
    for number, curve in enumerate(picture.curves):
        colour = COLOURS[number % len(COLOURS)]
        for run in _runs(curve):
            kept = keep_peaks(run, BUCKETS)
            yield _polyline(kept, scale, colour, 1.1, "3 2" if curve.derived else "")
            for outside in _outside(run, picture.low, picture.high):
                yield _polyline(keep_peaks(outside, BUCKETS), scale, ALARM, 2.0, "3 2" if curve.derived else "")
        yield from _peak(curve, picture, scale)


def _polyline(samples: Sequence[Sample], scale: _Scale, colour: str, width: float, dash: str) -> str:
    if len(samples) == 1:
        return (
            f'<circle cx="{scale.x(samples[0].at):.1f}" cy="{scale.y(samples[0].value):.1f}" r="1.6" fill="{colour}"/>'
        )
    points = " ".join(f"{scale.x(s.at):.1f},{scale.y(s.value):.2f}" for s in samples)
    return f'<polyline points="{points}" fill="none" stroke-linejoin="round"{_stroke(colour, width, dash)}/>'


def _runs(curve: Curve) -> Iterable[list[Sample]]:
    """The stretches without a gap: a line is never drawn over time nothing is known of."""
    run: list[Sample] = []
    for sample in curve.samples:
        if run and (sample.at - run[-1].at).total_seconds() > 2 * curve.interval:
            yield run
            run = []
        run.append(sample)
    if run:
        yield run


def _outside(run: Sequence[Sample], low: float, high: float) -> Iterable[list[Sample]]:
    found: list[Sample] = []
    for sample in run:
        if low <= sample.value <= high:
            if found:
                yield found
            found = []
        else:
            found.append(sample)
    if found:
        yield found


def _peak(curve: Curve, picture: Picture, scale: _Scale) -> Iterable[str]:
    """The farthest values, written beside their points where they leave the range."""
    if not curve.samples:
        return
    highest = max(curve.samples, key=lambda sample: sample.value)
    lowest = min(curve.samples, key=lambda sample: sample.value)
    for sample, outside, lift in (
        (highest, highest.value > picture.high, -5),
        (lowest, lowest.value < picture.low, 11),
    ):
        if outside:
            x, y = scale.x(sample.at), scale.y(sample.value)
            anchor = "end" if x > WIDTH - 60 else "start" if x < LEFT + 40 else "middle"
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{ALARM}"/>'
            yield _text(x, y + lift, f"{sample.value:.2f}", anchor=anchor, fill=ALARM, size=9)


def _marks(picture: Picture, scale: _Scale) -> Iterable[str]:
    """Words above the plot; those too close to the one before go to a second row."""
    reached = [-1e9, -1e9]
    for mark in sorted(picture.marks, key=lambda mark: mark.at):
        x = scale.x(mark.at)
        yield _line(x, TOP - 3, x, TOP + scale.height, INK, 0.7, "1.5 2")
        half = 5.0 * len(mark.label) if mark.label.isascii() else 4.6 * len(mark.label)
        centre = min(max(x, LEFT + half), WIDTH - RIGHT - half)
        row = 0 if centre - half > reached[0] + 4 else 1
        reached[row] = centre + half
        yield _text(centre, TOP - 5 - 9 * row, mark.label, anchor="middle", fill=INK, size=8)


def _legend(picture: Picture) -> Iterable[str]:
    x = LEFT
    for number, curve in enumerate(picture.curves):
        colour = COLOURS[number % len(COLOURS)]
        label = f"{curve.label} ({picture.derived_word})" if curve.derived else curve.label
        yield _line(x, HEIGHT - 3.5, x + 18, HEIGHT - 3.5, colour, 1.6, "3 2" if curve.derived else "")
        yield _text(x + 22, HEIGHT - 1, label, size=8)
        x += 34 + 5.4 * sum(1 if c.isascii() else 1.7 for c in label)
