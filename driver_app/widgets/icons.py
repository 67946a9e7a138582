"""Icons, drawn: a few strokes on a grid of 24 × 24, so that no icon font and no emoji has to exist on the handheld.

Each icon is a list of strokes in a small notation: ``M x y x y …`` an open line, ``Z x y x y …`` a closed one, ``F x y …`` a
filled polygon (convex), ``O x y r`` a circle, ``D x y r`` a disc, ``A x y r from to`` an arc (degrees clockwise from the
top). y grows downwards, as one sketches.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import cos, radians, sin

from kivy.graphics import Color, InstructionGroup, PopMatrix, PushMatrix, Translate
from kivy.metrics import dp
from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from driver_app.widgets.outline import Outline, capsules, joined, polygon
from driver_app.widgets.stroke import drawn

GRID = 24
ICONS: dict[str, tuple[str, ...]] = {
    "none": (),
    "back": ("M 15 5 8 12 15 19",),
    "forward": ("M 9 5 16 12 9 19",),
    "close": ("M 6 6 18 18", "M 18 6 6 18"),
    "check": ("M 5 12.5 10 17.5 19.5 7",),
    "plus": ("M 12 5 12 19", "M 5 12 19 12"),
    "minus": ("M 5 12 19 12",),
    "erase": ("Z 9 5 21 5 21 19 9 19 3 12", "M 11.5 9.5 16.5 14.5", "M 16.5 9.5 11.5 14.5"),
    "menu": ("M 4 7 20 7", "M 4 12 20 12", "M 4 17 20 17"),
    "gear": (
        "O 12 12 3.2",
        "O 12 12 6.8",
        *(
            f"M {12 + 6.8 * cos(radians(a)):.2f} {12 + 6.8 * sin(radians(a)):.2f} "
            f"{12 + 9.6 * cos(radians(a)):.2f} {12 + 9.6 * sin(radians(a)):.2f}"
            for a in range(0, 360, 45)
        ),
    ),
    "warning": ("Z 12 3.5 22 20.5 2 20.5", "M 12 10 12 14.5", "D 12 17.4 1.1"),
    "info": ("O 12 12 9", "M 12 11 12 16.5", "D 12 7.6 1.1"),
    "phone": ("Z 7 2.5 17 2.5 17 21.5 7 21.5", "M 10.5 18.5 13.5 18.5"),
    "server": ("M 7 18 6 18", "A 6.5 13.5 4.5 180 360", "A 12 10 6 290 75", "A 17.5 14 4 0 180", "M 6.5 18 17.5 18"),
    "sealed": ("Z 5 10.5 19 10.5 19 21 5 21", "M 8 10.5 8 7", "A 12 7 4 270 90", "M 16 7 16 10.5", "D 12 15.5 1.5"),
    "offline": ("M 4 4 20 20", "A 12 10 6 20 75", "A 17.5 14 4 0 120", "M 6.5 18 15 18", "A 6.5 13.5 4.5 180 340"),
    "sync": ("A 12 12 7.5 300 90", "A 12 12 7.5 120 270", "M 19.5 12 22 9", "M 19.5 12 16.6 9.4", "M 4.5 12 2 15",
             "M 4.5 12 7.4 14.6"),
    "truck": ("Z 2 6 14 6 14 17 2 17", "M 14 10 18.5 10 22 13.5 22 17 14 17", "D 7 18 2.4", "D 17.5 18 2.4"),
    "box": ("Z 3.5 8 12 3.5 20.5 8 20.5 17 12 21.5 3.5 17", "M 3.5 8 12 12.5 20.5 8", "M 12 12.5 12 21.5"),
    "pin": ("A 12 10 6.5 235 125", "M 6.7 13.8 12 21.5 17.3 13.8", "D 12 10 2.2"),
    "flag": ("M 6 21.5 6 3", "Z 6 4 18.5 4 15.5 8.5 18.5 13 6 13"),
    "person": ("O 12 8 4", "A 12 21 7.5 280 80"),
    "call": ("M 6 3.5 9.5 3.5 11 8 8.8 10 14 15.2 16 13 20.5 14.5 20.5 18 18 20.5 11 17.5 6.5 13 3.5 6 6 3.5",),
    "clock": ("O 12 12 9", "M 12 6.5 12 12 16 14.5"),
    "note": ("Z 5 3 19 3 19 21 5 21", "M 8.5 8 15.5 8", "M 8.5 12 15.5 12", "M 8.5 16 13 16"),
    "scan": ("M 3 8 3 4 7 4", "M 17 4 21 4 21 8", "M 21 16 21 20 17 20", "M 7 20 3 20 3 16", "M 7.5 8 7.5 16",
             "M 10.5 8 10.5 16", "M 13.5 8 13.5 16", "M 16.5 8 16.5 16"),
    "keyboard": ("Z 2.5 6 21.5 6 21.5 18 2.5 18", "M 6 10 6.5 10", "M 10 10 10.5 10", "M 14 10 14.5 10",
                 "M 17.7 10 18.2 10", "M 7.5 14.2 16.5 14.2"),
    "camera": ("Z 3 7 8 7 9.5 4.5 14.5 4.5 16 7 21 7 21 19.5 3 19.5", "O 12 13 3.8"),
    "pen": ("Z 4 20 5 15.5 16.5 4 20 7.5 8.5 19", "M 14 6.5 17.5 10"),
    "thermometer": ("A 12 5.5 2.5 270 90", "M 9.5 5.5 9.5 13", "M 14.5 5.5 14.5 13", "A 12 16.5 4.3 35 325",
                    "D 12 16.5 2", "M 12 9 12 16"),
    "bluetooth": ("M 6.5 7.5 17 16.5 12 21 12 3 17 7.5 6.5 16.5",),
    "depot": ("Z 3 10.5 12 4 21 10.5 21 20.5 3 20.5", "M 7.5 20.5 7.5 13.5 16.5 13.5 16.5 20.5", "M 7.5 17 16.5 17"),
    "shield": ("Z 12 3 19.5 5.5 19.5 11.5 17 17 12 21 7 17 4.5 11.5 4.5 5.5", "M 8.5 12 11.2 14.7 15.8 9.5"),
    "qr": ("Z 4 4 10 4 10 10 4 10", "Z 14 4 20 4 20 10 14 10", "Z 4 14 10 14 10 20 4 20", "D 7 7 1", "D 17 7 1",
           "D 7 17 1", "M 14 14 14 17", "M 17.5 14 20 14", "M 14 20 17 20", "M 20 17.5 20 20"),
    "language": ("O 12 12 9", "M 3 12 21 12", "M 12 3 8.5 7.5 8.5 16.5 12 21", "M 12 3 15.5 7.5 15.5 16.5 12 21"),
    "theme": ("O 12 12 8.5", "F 12 3.5 8 4.5 5 7.2 3.6 12 5 16.8 8 19.5 12 20.5"),
    "exit": ("M 14 4 5 4 5 20 14 20", "M 10 12 21 12", "M 17 8 21 12 17 16"),
    "undo": ("M 8 5 4 9 8 13", "M 4 9 14 9", "A 14 14 5 0 180", "M 14 19 8 19"),
    "hand": ("M 5 12 9 16.5 19 6.5",),
}  # fmt: skip
"""Every icon of the app."""


def arc(x: float, y: float, r: float, start: float, end: float) -> list[float]:
    """Points of an arc, clockwise from ``start`` to ``end`` degrees from the top."""
    if end < start:
        end += 360
    steps = max(6, int((end - start) / 9))
    angles = (radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return [value for a in angles for value in (x + r * sin(a), y - r * cos(a))]


def strokes(name: str) -> Iterator[tuple[str, list[float]]]:
    """The strokes of an icon: (``line``, ``closed``, ``fill`` or ``disc``, points on the grid; a disc: x, y, r)."""
    for stroke in ICONS[name]:
        letter, *rest = stroke.split()
        numbers = [float(n) for n in rest]
        if letter == "O":
            yield "closed", arc(*numbers, 0, 360)[:-2]
        elif letter == "A":
            yield "line", arc(*numbers)
        else:
            yield {"M": "line", "Z": "closed", "F": "fill", "D": "disc"}[letter], numbers


@lru_cache(maxsize=256)
def outline(name: str, size: float, half: float) -> Outline:
    """An icon in a square of ``size`` px at 0, 0, whose lines are ``half`` px on either side."""
    unit = size / GRID

    def place(points: list[float]) -> list[float]:
        return [value * unit if i % 2 == 0 else size - value * unit for i, value in enumerate(points)]

    parts: list[Outline] = []
    for kind, numbers in strokes(name):
        if kind == "disc":
            x, y, r = numbers
            ring = place(arc(x, y, max(0.1, r - half / unit), 0, 360)[:-2])
            parts += (polygon(ring), capsules(ring, half, close=True))
        elif kind == "fill":
            parts.append(polygon(place(numbers)))
        else:
            parts.append(capsules(place(numbers), half, close=kind == "closed"))
    return joined(parts)


def half_width(size: float, weight: float) -> float:
    """px on either side of a stroke that is ``weight`` wide on the grid of an icon of ``size`` px."""
    return max(dp(0.6), weight * size / GRID / 2)


def drawing(name: str, x: float, y: float, size: float, colour, weight: float = 2.0) -> InstructionGroup:
    """An icon as canvas instructions in a square of ``size`` px at (x, y); ``weight`` is the stroke on the grid of 24."""
    group, half = InstructionGroup(), half_width(size, weight)
    for part in (PushMatrix(), Translate(x, y), Color(*colour), drawn(outline(name, size, half), half), PopMatrix()):
        group.add(part)
    return group


class Icon(Widget):
    """One icon in one colour, centred in its widget."""

    name = StringProperty("none")
    colour = ColorProperty((0, 0, 0, 1))
    icon_size = NumericProperty(0)
    """px; 0 fills the widget."""
    weight = NumericProperty(2.0)

    def __init__(self, **kwargs):
        self._drawn: tuple[str, float, float] | None = None
        self._colour, self._place = Color(), Translate()
        self._shape = InstructionGroup()
        super().__init__(**kwargs)
        for part in (PushMatrix(), self._place, self._colour, self._shape, PopMatrix()):
            self.canvas.add(part)
        for prop in ("name", "colour", "icon_size", "weight", "pos", "size"):
            self.fbind(prop, self._draw)
        self._draw()

    def _draw(self, *_args) -> None:
        side = self.icon_size or min(self.width, self.height)
        # not center_x: the alias is brought up to date only after `pos` has told us
        self._place.x, self._place.y = self.x + (self.width - side) / 2, self.y + (self.height - side) / 2
        self._colour.rgba = self.colour
        if self._drawn == (self.name, side, self.weight):
            return
        self._drawn = (self.name, side, self.weight)
        half = half_width(side, self.weight)
        self._shape.clear()
        self._shape.add(drawn(outline(self.name, side, half), half))
