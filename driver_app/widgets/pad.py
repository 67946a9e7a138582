"""The signature pad: strokes as they were drawn, and a picture made from the strokes.

The strokes are the signature; the picture is only their likeness for paper. It is drawn from them with Pillow, never taken
from the screen, so that the same strokes always give the same picture, on any handheld.
"""

from io import BytesIO

from kivy.graphics import Color, InstructionGroup, Mesh
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.relativelayout import RelativeLayout
from PIL import Image, ImageDraw

from driver_app.widgets.outline import capsules
from driver_app.widgets.rules import load_rules
from driver_app.widgets.stroke import drawn
from driver_app.widgets.tappable import Named
from driver_app.widgets.theme import theme

Stroke = tuple[tuple[float, float], ...]
"""Points (x, y), each 0 … 1 of the pad, y upwards."""

PICTURE_WIDTH = 900
"""px of the picture: a signature field of 75 mm at 300 dpi."""
_PEN = 5
_OVERSAMPLING = 3
PIECE = 200
"""Points of a stroke that are drawn as one: with each point its last piece is built anew."""


def picture(strokes: tuple[Stroke, ...], aspect: float) -> bytes:
    """The PNG of a signature: dark ink on white, ``aspect`` = width / height of the pad it was drawn on."""
    width, height = PICTURE_WIDTH, round(PICTURE_WIDTH / aspect)
    scale = _OVERSAMPLING
    image = Image.new("L", (width * scale, height * scale), 255)
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(x * width * scale, (1 - y) * height * scale) for x, y in stroke]
        draw.line(points, fill=0, width=_PEN * scale, joint="curve")
        r = _PEN * scale / 2
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - r, y - r, x + r, y + r), fill=0)
    out = BytesIO()
    # the mean of each square is all a line of one colour needs, and a search for a smaller file would find 3 %: both together
    # would keep whoever has just signed waiting for twice as long as the rest of it takes
    image.reduce(scale).save(out, "PNG")
    return out.getvalue()


class SignaturePad(RelativeLayout, Named):
    """Where a person signs. ``empty`` tells the screen whether there is anything yet."""

    hid = StringProperty("")
    empty = BooleanProperty(True)
    hint = StringProperty("")
    points = NumericProperty(0)

    def __init__(self, **kwargs):
        self._strokes: list[list[tuple[float, float]]] = []
        self._line: Mesh | None = None
        self._piece: list[float] = []
        """The last piece of the line that is being drawn, px."""
        self._ink = InstructionGroup()  # of its own: clearing the canvas would take the hint with it
        super().__init__(**kwargs)
        self.canvas.add(self._ink)
        self.fbind("size", self._redraw)
        theme.bind(palette=self._redraw)  # weakly, unlike `fbind`

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """What was drawn, normalised to the pad."""
        return tuple(tuple(stroke) for stroke in self._strokes)

    @property
    def aspect(self) -> float:
        return self.width / max(1.0, self.height)

    def png(self) -> bytes:
        """The picture of what was drawn."""
        return picture(self.strokes, self.aspect)

    def clear(self) -> None:
        """Wipe the pad."""
        self._strokes.clear()
        self.points = 0
        self.empty = True
        self._redraw()

    def show(self, strokes: tuple[Stroke, ...]) -> None:
        """Show strokes that were drawn before (after the app was killed and opened again)."""
        self._strokes = [list(stroke) for stroke in strokes]
        self.points = sum(len(stroke) for stroke in self._strokes)
        self.empty = not self._strokes
        self._redraw()

    def on_touch_down(self, touch):
        if self.disabled or not self.collide_point(*touch.pos):
            return super().on_touch_down(touch)
        touch.grab(self)
        self._strokes.append([])
        self._line = None
        self._extend(touch)
        return True

    def on_touch_move(self, touch):
        if touch.grab_current is not self:
            return super().on_touch_move(touch)
        self._extend(touch)
        return True

    def on_touch_up(self, touch):
        if touch.grab_current is not self:
            return super().on_touch_up(touch)
        touch.ungrab(self)
        self.empty = False
        return True

    def _extend(self, touch) -> None:
        """Add a point, held inside the pad: a pen that slips over the edge draws along it."""
        # touches that are grabbed arrive in the parent's coordinates, as the first one does
        x = min(1.0, max(0.0, (touch.x - self.x) / self.width))
        y = min(1.0, max(0.0, (touch.y - self.y) / self.height))
        point = (round(x, 4), round(y, 4))
        stroke = self._strokes[-1]
        if stroke and stroke[-1] == point:
            return
        stroke.append(point)
        self.points += 1
        self._draw_to(x * self.width, y * self.height)

    @property
    def _half(self) -> float:
        """px on either side of a stroke."""
        return max(1.2, self.height * 0.012)

    def _draw_to(self, x: float, y: float) -> None:
        """Draw the line on to a point, px."""
        if self._line is None or len(self._piece) >= 2 * PIECE:
            self._piece = [*self._piece[-2:], x, y] if self._line is not None else [x, y]
            self._line = drawn(capsules(self._piece, self._half), self._half)
            self._ink.add(self._line)
            return
        self._piece += (x, y)
        self._line.vertices, self._line.indices = capsules(self._piece, self._half)

    def _redraw(self, *_args) -> None:
        self._ink.clear()
        self._ink.add(Color(*theme.palette.ink))
        for stroke in self._strokes:
            points = [value for x, y in stroke for value in (x * self.width, y * self.height)]
            for start in range(0, max(1, len(points) - 2), 2 * PIECE - 2):
                self._ink.add(drawn(capsules(points[start : start + 2 * PIECE], self._half), self._half))
        self._line = None


load_rules(__file__)
