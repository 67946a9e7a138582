"""Lines and dots with soft edges on a canvas, in the texture of a soft disc, in the colour that was set before them: one mesh
for a line, two triangles for a dot. (Kivy's smooth ellipse is a fan of 180 corners with a line around it, for each.)"""

from collections.abc import Sequence
from functools import lru_cache, partial
from math import ceil, hypot, log2

from kivy.graphics import Mesh, Rectangle
from kivy.graphics.texture import Texture

from driver_app.widgets.outline import FEATHER, Outline, capsules, coverage, joined, polygon

TEXELS = 32
"""Width and height of a disc's texture; linear filtering does the rest. A disc that is wider than so many px has more."""
STEPS = 4
"""Widths are rounded to so many parts of a pixel, so that a few textures serve all lines."""


@lru_cache(maxsize=64)
def _pixels(parts: int) -> bytes:
    """A white disc of half width ``parts`` / STEPS px, as opaque as a line's coverage is."""
    half, texels = parts / STEPS, _texels(parts)
    scale = 2 * (half + FEATHER) / texels
    centre = (texels - 1) / 2
    alphas = (
        round(255 * coverage(hypot(column - centre, row - centre) * scale, half))
        for row in range(texels)
        for column in range(texels)
    )
    return b"".join(b"\xff\xff\xff" + bytes((alpha,)) for alpha in alphas)


def _texels(parts: int) -> int:
    """A power of two, so that any driver takes it."""
    return TEXELS * 2 ** max(0, ceil(log2(2 * parts / STEPS / TEXELS)))


@lru_cache(maxsize=64)
def _disc(parts: int) -> Texture:
    texture = Texture.create(size=(_texels(parts),) * 2, colorfmt="rgba")
    texture.mag_filter = texture.min_filter = "linear"
    texture.wrap = "clamp_to_edge"
    fill = partial(_fill, parts)
    texture.add_reload_observer(fill)  # a device that was asleep may have lost it
    fill(texture)
    return texture


def _fill(parts: int, texture: Texture) -> None:
    texture.blit_buffer(_pixels(parts), colorfmt="rgba")


def disc(half: float) -> Texture:
    """The texture for lines of ``half`` px on either side of their axis."""
    return _disc(max(2, round(half * STEPS)))


def drawn(outline: Outline, half: float) -> Mesh:
    """A mesh of an outline whose lines are ``half`` px on either side."""
    vertices, indices = outline
    return Mesh(vertices=vertices, indices=indices, mode="triangles", texture=disc(half))


def dot(x: float, y: float, half: float) -> Rectangle:
    """A disc of ``half`` px around a point."""
    around = half + FEATHER
    return Rectangle(texture=disc(half), pos=(x - around, y - around), size=(2 * around, 2 * around))


def stroke(points: Sequence[float], half: float, *, close: bool = False) -> Mesh:
    """One line through points (x, y, x, y, …)."""
    return drawn(capsules(points, half, close=close), half)


def strokes(lines: Sequence[Sequence[float]], half: float) -> Mesh:
    """Several lines of one width, which do not touch."""
    return drawn(joined([capsules(points, half) for points in lines]), half)


def filled(points: Sequence[float]) -> Mesh:
    """A convex polygon with a soft edge half a pixel outside its corners."""
    half = 1 / 2
    return drawn(joined([polygon(points), capsules(points, half, close=True)]), half)
