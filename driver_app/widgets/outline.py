"""Lines with soft edges and round ends, as triangles. Pure: :mod:`driver_app.widgets.stroke` draws them as a mesh.

The texture is a soft disc. Each piece of a line is a capsule: half of the disc at either end, its middle column stretched in
between. Capsules that share a point make a round joint. So an edge is smooth without multisampling, which draws every pixel
of every frame several times for the sake of a few edges.
"""

from collections.abc import Sequence
from math import hypot

FEATHER = 1.0
"""px around a line in which it fades."""
Outline = tuple[list[float], list[int]]
"""Vertices (x, y, u, v one after another) and the indices of their triangles."""
_QUADS = (0, 1, 2, 2, 1, 3, 2, 3, 4, 4, 3, 5, 4, 5, 6, 6, 5, 7)
SOLID = 0.5
"""The texture's coordinate (both of them) where it is opaque."""


def coverage(distance: float, half: float) -> float:
    """How much of a pixel a line covers (0 … 1) whose axis is ``distance`` px away; ``half`` is half its width, px."""
    return min(1.0, max(0.0, half + FEATHER / 2 - distance))


def capsules(points: Sequence[float], half: float, *, close: bool = False) -> Outline:
    """A line through points (x, y, x, y, …), px; ``half`` of its width lies on either side. One point alone is a dot."""
    flat = [*points, *points[:2]] if close else list(points)
    if len(flat) == 2:
        flat *= 2
    reach = half + FEATHER
    vertices: list[float] = []
    indices: list[int] = []
    for place in range(0, len(flat) - 2, 2):
        x0, y0, x1, y1 = flat[place : place + 4]
        length = hypot(x1 - x0, y1 - y0)
        dx, dy = ((x1 - x0) / length * reach, (y1 - y0) / length * reach) if length else (reach, 0.0)
        base = len(vertices) // 4
        vertices += (
            x0 - dx - dy, y0 - dy + dx, 0.0, 0.0, x0 - dx + dy, y0 - dy - dx, 0.0, 1.0,
            x0 - dy, y0 + dx, 0.5, 0.0, x0 + dy, y0 - dx, 0.5, 1.0,
            x1 - dy, y1 + dx, 0.5, 0.0, x1 + dy, y1 - dx, 0.5, 1.0,
            x1 + dx - dy, y1 + dy + dx, 1.0, 0.0, x1 + dx + dy, y1 + dy - dx, 1.0, 1.0,
        )  # fmt: skip
        indices += (base + index for index in _QUADS)
    return vertices, indices


def polygon(points: Sequence[float]) -> Outline:
    """A filled convex polygon; its edge is as hard as the pixels, so draw a closed line along it."""
    vertices: list[float] = []
    for place in range(0, len(points), 2):
        vertices += (points[place], points[place + 1], SOLID, SOLID)
    indices = [index for n in range(1, len(points) // 2 - 1) for index in (0, n, n + 1)]
    return vertices, indices


def joined(outlines: Sequence[Outline]) -> Outline:
    """Several outlines as one."""
    vertices: list[float] = []
    indices: list[int] = []
    for more, further in outlines:
        base = len(vertices) // 4
        vertices += more
        indices += (base + index for index in further)
    return vertices, indices
