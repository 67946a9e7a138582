"""The temperature chart a receiver reads before signing: every peak kept, silence hatched, derived times marked.

It is drawn from what the verdict was computed from, and says three things at a glance: the band the goods must stay in,
where they were, and where nothing is known.
"""

from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from kivy.clock import Clock
from kivy.core.text import Label as CoreLabel
from kivy.graphics import Color, Line, Rectangle
from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.relativelayout import RelativeLayout

from driver_app.widgets.language import tr
from driver_app.widgets.plot import Frame, Span, Trace, beyond, frame, hatch, lines, ticks
from driver_app.widgets.stroke import dot, stroke, strokes
from driver_app.widgets.theme import FONT, theme


@lru_cache(maxsize=128)
def caption(text: str, size: float, bold: bool = False):
    """A white texture of a short text, tinted where it is drawn."""
    label = CoreLabel(text=text, font_name=FONT, font_size=size, bold=bold)
    label.refresh()
    return label.texture


class TemperatureChart(RelativeLayout):
    """Temperatures of one or more loggers against time, with the range ``low`` … ``high`` in °C."""

    traces = ObjectProperty(())
    gaps = ObjectProperty(())
    low = NumericProperty(2.0)
    high = NumericProperty(8.0)
    zone = StringProperty("Asia/Shanghai")
    compact = BooleanProperty(False)
    """Without axis labels, for a line in a list."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._redraw = Clock.create_trigger(self._draw, -1)
        for prop in ("traces", "gaps", "low", "high", "zone", "compact", "size"):
            self.fbind(prop, self._redraw)
        # weakly: theme and language outlive every widget, and `fbind` would keep it and its screen
        theme.bind(palette=self._look_again, type=self._look_again)
        tr.bind(_=self._look_again)
        self._redraw()

    def _look_again(self, *_args) -> None:
        self._redraw()

    @property
    def _margins(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in px."""
        if self.compact:
            return dp(2), dp(2), dp(2), dp(2)
        size = theme.type.caption
        return size * 2.1, size * 1.7, dp(6), size * 0.9

    def _draw(self, *_args) -> None:
        self.canvas.clear()
        left, bottom, right, top = self._margins
        width, height = self.width - left - right, self.height - bottom - top
        if width < dp(20) or height < dp(12):
            return
        with self.canvas:
            if not any(trace.samples for trace in self.traces) and not self.gaps:
                self._nothing(left, bottom, width, height)
                return
            axes = frame(self.traces, self.gaps, self.low, self.high, width, height)
            self._band(axes, left, bottom)
            self._silence(axes, left, bottom)
            for trace in self.traces:
                self._trace(trace, axes, left, bottom)
            if not self.compact:
                self._extremes(axes, left, bottom)
                self._times(axes, left, bottom)

    def _nothing(self, left: float, bottom: float, width: float, height: float) -> None:
        self._hatching(left, left + width, bottom, height)
        if not self.compact:
            self._words(tr._("No readings"), left + width / 2, bottom + height / 2, theme.palette.unknown, plate=True)

    def _band(self, axes: Frame, left: float, bottom: float) -> None:
        palette = theme.palette
        Color(*palette.sunken)
        Rectangle(pos=(left, bottom), size=(axes.width, axes.height))
        y0, y1 = bottom + axes.y(self.low), bottom + axes.y(self.high)
        Color(*palette.ok_soft)
        Rectangle(pos=(left, y0), size=(axes.width, y1 - y0))
        for value, y in ((self.low, y0), (self.high, y1)):
            Color(*palette.ok)
            Line(points=(left, y, left + axes.width, y), width=max(1.0, dp(0.5)))
            if not self.compact:
                self._words(f"{value:g}", left - dp(5), y, palette.ok, anchor=1.0, strong=True)

    def _silence(self, axes: Frame, left: float, bottom: float) -> None:
        for gap in self.gaps:
            x0, x1 = left + axes.x(gap.start), left + axes.x(gap.end)
            self._hatching(x0, x1, bottom, axes.height)
            words = tr._("no data")
            if not self.compact and caption(words, theme.type.caption).width + dp(6) < x1 - x0:
                self._words(words, (x0 + x1) / 2, bottom + theme.type.caption, theme.palette.unknown, plate=True)

    def _hatching(self, x0: float, x1: float, bottom: float, height: float) -> None:
        Color(*theme.palette.unknown_soft)
        Rectangle(pos=(x0, bottom), size=(max(dp(2), x1 - x0), height))
        Color(*theme.palette.unknown[:3], 0.75)
        hatched = [(ax, bottom + ay, bx, bottom + by) for ax, ay, bx, by in hatch(x0, x1, height, dp(7))]
        strokes(hatched, max(0.9, dp(0.4)))

    def _trace(self, trace: Trace, axes: Frame, left: float, bottom: float) -> None:
        palette = theme.palette
        gaps = [g for g in self.gaps if getattr(g, "logger_id", trace.logger_id) == trace.logger_id]
        weight = dp(1.0 if self.compact else 1.2)
        for run in lines(trace, gaps, axes):
            placed = [value for x, y in run for value in (left + x, bottom + y)]
            Color(*palette.primary)
            if len(run) == 1:
                dot(*placed, dp(1.5))
            elif trace.derived and not self.compact:
                strokes(_dashed(run, left, bottom), weight)
            else:
                stroke(placed, weight)
            outside = list(beyond(run, axes.y(self.low), axes.y(self.high)))
            if outside:
                Color(*palette.bad)
                pieces = [(left + x0, bottom + y0, left + x1, bottom + y1) for x0, y0, x1, y1 in outside]
                strokes(pieces, weight * 1.6)

    def _extremes(self, axes: Frame, left: float, bottom: float) -> None:
        """The lowest and the highest reading, with their values: what a person asks first."""
        samples = [s for trace in self.traces for s in trace.samples]
        if not samples:
            return
        palette, room = theme.palette, theme.type.caption
        highest, lowest = max(samples, key=lambda s: s.value), min(samples, key=lambda s: s.value)
        for sample, shift in ((highest, room * 0.75), (lowest, -room * 0.75)):
            outside = not self.low <= sample.value <= self.high
            x, y = left + axes.x(sample.at), bottom + axes.y(sample.value)
            Color(*(palette.bad if outside else palette.ink))
            dot(x, y, dp(3))
            words = f"{sample.value:.1f}"
            half = caption(words, room, True).width / 2 + dp(2)
            x = min(max(x, left + half), left + axes.width - half)
            y = min(max(y + shift, bottom + room * 0.6), bottom + axes.height - room * 0.2)
            self._words(words, x, y, palette.bad if outside else palette.ink, strong=True, plate=True)

    def _times(self, axes: Frame, left: float, bottom: float) -> None:
        zone = ZoneInfo(self.zone)
        start, end = axes.start.astimezone(zone), axes.end.astimezone(zone)
        fits = max(2, int(axes.width / (theme.type.caption * 3.4)))
        for at in ticks(start, end, fits):
            x = left + axes.x(at)
            Color(*theme.palette.outline)
            Line(points=(x, bottom, x, bottom - dp(3)), width=1)
            text = at.strftime("%H:%M")
            half = caption(text, theme.type.caption).width / 2
            x = min(max(x, half), self.width - half)
            self._words(text, x, bottom - theme.type.caption * 0.95, theme.palette.muted)

    def _words(self, text, x, y, colour, *, anchor=0.5, strong=False, plate=False) -> None:
        texture = caption(text, theme.type.caption, strong)
        left, bottom = x - texture.width * anchor, y - texture.height / 2
        if plate:
            Color(*theme.palette.surface[:3], 0.82)
            Rectangle(pos=(left - dp(2), bottom + dp(2)), size=(texture.width + dp(4), texture.height - dp(4)))
        Color(*colour)
        Rectangle(texture=texture, pos=(round(left), round(bottom)), size=texture.size)


def _dashed(run, left: float, bottom: float) -> list[list[float]]:
    """The pieces of a broken line: the times of these readings are derived, not stored."""
    dash, gap = dp(5), dp(3)
    pieces: list[list[float]] = []
    pen, remaining, points = True, dash, [left + run[0][0], bottom + run[0][1]]
    for (x0, y0), (x1, y1) in pairwise(run):
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        done = 0.0
        while length - done > remaining:
            done += remaining
            x, y = left + x0 + (x1 - x0) * done / length, bottom + y0 + (y1 - y0) * done / length
            if pen:
                pieces.append([*points, x, y])
            pen, points, remaining = not pen, [x, y], gap if pen else dash
        remaining -= length - done
        if pen:
            points += [left + x1, bottom + y1]
    if pen and len(points) > 3:
        pieces.append(points)
    return pieces


def spans(pairs: tuple[tuple[datetime, datetime], ...]) -> tuple[Span, ...]:
    """Stretches of silence from (start, end) pairs."""
    return tuple(Span(start, end) for start, end in pairs)
