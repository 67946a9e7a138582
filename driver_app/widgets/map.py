"""The route on a map that needs no network: the planned way, the stops, and where the vehicle is.

Drawn from the route itself, on plain ground: it shows order, direction and distance, which is what a driver without a signal
wants to know. Dragged with one finger, pinched with two.
"""

from math import hypot
from typing import NamedTuple

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle, SmoothEllipse, SmoothLine, SmoothRoundedRectangle
from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.stencilview import StencilView

from driver_app.widgets.chart import caption
from driver_app.widgets.icons import drawing
from driver_app.widgets.language import tr
from driver_app.widgets.projection import View, fitting, round_distance
from driver_app.widgets.stroke import dot, stroke
from driver_app.widgets.theme import theme
from shared.geo import Position

MARGIN = 44
"""dp kept free around what is fitted."""
CLICK = 12
"""dp a finger may wander and still have tapped."""


class Mark(NamedTuple):
    """A stop on the map: its id, its number, where it is, and the tone that says what became of it."""

    id: str
    number: int
    place: Position
    tone: str


class RouteMap(StencilView):
    """``way`` is the planned way, ``marks`` the stops, ``depot`` and ``here`` places or ``None``; ``on_mark`` tells the id of
    a stop that was tapped."""

    way = ObjectProperty(())
    marks = ObjectProperty(())
    depot = ObjectProperty(None, allownone=True)
    here = ObjectProperty(None, allownone=True)
    accuracy = NumericProperty(0)
    """m around ``here``."""
    __events__ = ("on_mark",)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._view: View | None = None
        self._fingers: dict[object, tuple[float, float]] = {}
        self._wandered = 0.0
        self._redraw = Clock.create_trigger(self._draw, -1)
        for prop in ("way", "marks", "depot", "here", "accuracy", "pos"):
            self.fbind(prop, self._redraw)
        self.fbind("size", self._resized)
        # weakly: theme and language outlive every widget, and `fbind` would keep it and its screen
        theme.bind(palette=self._look_again, type=self._look_again)
        tr.bind(_=self._look_again)
        self._redraw()

    def _look_again(self, *_args) -> None:
        self._redraw()

    def on_mark(self, mark_id: str) -> None:
        """A stop was tapped."""

    # what is seen

    def show_all(self) -> None:
        """Fit the whole route."""
        self._view = None
        self._redraw()

    def show_here(self) -> None:
        """The vehicle in the middle, as close as now."""
        if self.here is not None and self._view is not None:
            x, y = self._view.place(self.here)
            self._see(self._view.moved(self.width / 2 - x, self.height / 2 - y))

    def zoom(self, factor: float) -> None:
        """Closer or farther away."""
        if self._view is not None:
            self._see(self._view.zoomed(factor))

    def _see(self, view: View) -> None:
        self._view = view
        self._redraw()

    def _resized(self, *_args) -> None:
        self._view = None
        self._redraw()

    def place(self, position: Position) -> tuple[float, float]:
        """Where a place is drawn, in the window's px; the view must have been drawn."""
        assert self._view is not None
        x, y = self._view.place(position)
        return self.x + x, self.y + y

    # fingers

    def on_touch_down(self, touch) -> bool:
        if not self.collide_point(*touch.pos) or touch.is_mouse_scrolling:
            return False
        touch.grab(self)
        self._fingers[touch.uid] = touch.pos
        self._wandered = 0.0 if len(self._fingers) == 1 else float("inf")
        return True

    def on_touch_move(self, touch) -> bool:
        if touch.grab_current is not self or touch.uid not in self._fingers or self._view is None:
            return False
        before = dict(self._fingers)
        self._fingers[touch.uid] = touch.pos
        (x0, y0), (x1, y1) = before[touch.uid], touch.pos
        self._wandered += hypot(x1 - x0, y1 - y0)
        if len(self._fingers) == 1:
            if self._wandered >= dp(CLICK):
                self._see(self._view.moved(x1 - x0, y1 - y0))
            return True
        (ax, ay), (bx, by) = list(before.values())[:2]
        (cx, cy), (ex, ey) = list(self._fingers.values())[:2]
        factor = max(1.0, hypot(cx - ex, cy - ey)) / max(1.0, hypot(ax - bx, ay - by))
        middle = ((cx + ex) / 2 - self.x, (cy + ey) / 2 - self.y)
        moved = self._view.moved((cx + ex - ax - bx) / 2, (cy + ey - ay - by) / 2)
        self._see(moved.zoomed(factor, middle))
        return True

    def on_touch_up(self, touch) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._fingers.pop(touch.uid, None)
        if self._wandered < dp(CLICK) and not self._fingers:
            self._tapped(*touch.pos)
        return True

    def _tapped(self, x: float, y: float) -> None:
        near = [(hypot(px - x, py - y), mark.id) for mark in self.marks for px, py in [self.place(mark.place)]]
        found = min(near, default=(dp(99), ""))
        if found[0] <= dp(26):
            self.dispatch("on_mark", found[1])

    # drawing

    def _draw(self, *_args) -> None:
        self.canvas.clear()
        palette = theme.palette
        with self.canvas:
            Color(*palette.sunken)
            Rectangle(pos=self.pos, size=self.size)
        places = [*self.way, *(mark.place for mark in self.marks)]
        places += [place for place in (self.depot, self.here) if place is not None]
        if not places or self.width < dp(MARGIN) * 2.5 or self.height < dp(MARGIN) * 2.5:
            return
        if self._view is None:
            self._view = fitting(places, self.width, self.height, dp(MARGIN))
        with self.canvas:
            self._draw_way(palette)
            self._draw_depot(palette)
            for mark in sorted(self.marks, key=lambda mark: -mark.number):
                self._draw_mark(palette, mark)
            self._draw_here(palette)
            self._draw_scale(palette)

    def _draw_way(self, palette) -> None:
        points = [value for place in self.way for value in self.place(place)]
        if len(points) >= 4:
            Color(*palette.surface)
            stroke(points, dp(3.6))
            # three quarters over the surface; not see-through, for where pieces of a line meet they lie on each other
            pairs = zip(palette.primary[:3], palette.surface[:3], strict=True)
            Color(*(0.75 * ink + 0.25 * ground for ink, ground in pairs))
            stroke(points, dp(2))

    def _draw_depot(self, palette) -> None:
        if self.depot is None:
            return
        x, y = self.place(self.depot)
        Color(*palette.ink)
        SmoothRoundedRectangle(pos=(x - dp(13), y - dp(13)), size=(dp(26), dp(26)), radius=(dp(6),))
        self.canvas.add(drawing("depot", x - dp(9), y - dp(9), dp(18), palette.surface))

    def _draw_mark(self, palette, mark: Mark) -> None:
        x, y = self.place(mark.place)
        tone = palette.muted if mark.tone == "muted" else getattr(palette, mark.tone)
        ink = palette.surface if mark.tone == "muted" else getattr(palette, f"on_{mark.tone}")
        Color(*palette.surface)
        dot(x, y, dp(16))
        Color(*tone)
        dot(x, y, dp(14))
        words = caption(str(mark.number), theme.type.label, True)
        Color(*ink)
        Rectangle(texture=words, pos=(x - words.width / 2, y - words.height / 2), size=words.size)

    def _draw_here(self, palette) -> None:
        if self.here is None:
            return
        assert self._view is not None
        x, y = self.place(self.here)
        around = self.accuracy / self._view.metres(1.0)
        if around > dp(12):
            Color(*palette.primary[:3], 0.15)
            SmoothEllipse(pos=(x - around, y - around), size=(2 * around, 2 * around))
        Color(*palette.surface)
        dot(x, y, dp(11))
        Color(*palette.primary)
        dot(x, y, dp(8))

    def _draw_scale(self, palette) -> None:
        assert self._view is not None
        metres = round_distance(self._view.metres(self.width * 0.3))
        length = metres / self._view.metres(1.0)
        text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
        words = caption(text, theme.type.caption)
        x, y = self.x + dp(14), self.y + dp(14)
        Color(*palette.ink)
        SmoothLine(points=(x, y + dp(5), x, y, x + length, y, x + length, y + dp(5)), width=dp(1))
        Rectangle(texture=words, pos=(x, y + dp(6)), size=words.size)
