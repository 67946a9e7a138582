"""From places on earth to places on a screen: Web Mercator, and the part of it that a map shows. No Kivy.

Source: EPSG:3857 (spherical Mercator), the projection of the map tiles there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import asinh, atan, cos, degrees, pi, radians, sinh, tan

from shared.geo import Position

EARTH = 40_075_016.686
"""m around the equator of EPSG:3857's sphere."""
CLOSEST = 250.0
"""m that a map shows across at least: nearer than a fix is good, there is nothing to see."""


def flat(position: Position) -> tuple[float, float]:
    """A place as (x, y) in 0 … 1 of the world, y northwards."""
    return (position.lon + 180) / 360, 0.5 + asinh(tan(radians(position.lat))) / (2 * pi)


def earth(x: float, y: float) -> Position:
    """The place at (x, y) of the flat world."""
    return Position(degrees(atan(sinh((y - 0.5) * 2 * pi))), x * 360 - 180)


@dataclass(frozen=True)
class View:
    """What a map shows: the middle (flat), and how many px the whole flat world would be wide; the window's size in px."""

    x: float
    y: float
    scale: float
    width: float
    height: float

    def place(self, position: Position) -> tuple[float, float]:
        """Where a place is in the window, px from its lower left."""
        x, y = flat(position)
        return (x - self.x) * self.scale + self.width / 2, (y - self.y) * self.scale + self.height / 2

    def moved(self, right: float, up: float) -> "View":
        """What is seen once the map was dragged by so many px."""
        return View(self.x - right / self.scale, self.y - up / self.scale, self.scale, self.width, self.height)

    def zoomed(self, factor: float, at: tuple[float, float] | None = None) -> "View":
        """Closer (``factor`` > 1) or farther away, around a point of the window (its middle without one)."""
        px, py = at or (self.width / 2, self.height / 2)
        closest = self.width / (CLOSEST / self._metres_of_world())
        scale = min(max(self.scale * factor, self.width), closest)
        world_x, world_y = self.x + (px - self.width / 2) / self.scale, self.y + (py - self.height / 2) / self.scale
        x, y = world_x - (px - self.width / 2) / scale, world_y - (py - self.height / 2) / scale
        return View(x, y, scale, self.width, self.height)

    def metres(self, px: float) -> float:
        """How far so many px are on the ground, at the middle of the map."""
        return px / self.scale * self._metres_of_world()

    def _metres_of_world(self) -> float:
        return EARTH * cos(radians(earth(self.x, self.y).lat))


def fitting(places: Iterable[Position], width: float, height: float, margin: float) -> View:
    """The closest view that shows all places with ``margin`` px around them.

    Raises:
        ValueError: there is no place.
    """
    points = [flat(place) for place in places]
    if not points:
        raise ValueError("nothing to show")
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    bottom, top = min(y for _, y in points), max(y for _, y in points)
    middle = View((left + right) / 2, (bottom + top) / 2, width, width, height)
    room_x, room_y = max(1.0, width - 2 * margin), max(1.0, height - 2 * margin)
    wide = room_x / (right - left) if right > left else float("inf")
    high = room_y / (top - bottom) if top > bottom else float("inf")
    return middle.zoomed(min(wide, high, 1e9) / width)


def round_distance(metres: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is no more than ``metres``: for a scale bar."""
    power = 1.0
    while power * 10 <= metres:
        power *= 10
    return next((power * step for step in (5, 2) if power * step <= metres), power)
