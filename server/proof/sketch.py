"""A small plan of a site: its geofence, and where the handheld said it was. No map, so nothing to fetch or to license."""

from collections.abc import Sequence
from html import escape
from math import cos, radians

from server.proof.chart import COLOURS, FONT, GRID, INK, SOFT
from shared.geo import EARTH_RADIUS, Geofence, Position

SIZE = 150.0
"""User units, both ways."""
_RADIANS_TO_M = EARTH_RADIUS


def draw_site(fence: Geofence, points: Sequence[tuple[str, Position]]) -> str:
    """The plan as SVG, north up: the fence as a circle, each point with its stated accuracy and its word."""
    offsets = [(word, _offset(fence.centre, at), at.accuracy or 0.0) for word, at in points]
    reach = max([fence.radius, *(max(abs(x), abs(y)) + accuracy for _, (x, y), accuracy in offsets)]) * 1.12
    scale, middle = SIZE / 2 / reach, SIZE / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE:g} {SIZE:g}" font-family="{FONT}" font-size="8">',
        f'<rect x="0.5" y="0.5" width="{SIZE - 1:g}" height="{SIZE - 1:g}" fill="#fbfcfc" stroke="{GRID}"/>',
        f'<circle cx="{middle:g}" cy="{middle:g}" r="{fence.radius * scale:.1f}" fill="#e8f1f3" stroke="{COLOURS[0]}"'
        ' stroke-width="0.7" stroke-dasharray="3 2"/>',
        f'<path d="M{middle - 4:g} {middle:g}h8M{middle:g} {middle - 4:g}v8" stroke="{INK}" stroke-width="0.9"/>',
    ]
    for number, (word, (x, y), accuracy) in enumerate(offsets):
        cx, cy, colour = middle + x * scale, middle - y * scale, COLOURS[(number + 1) % len(COLOURS)]
        parts.append(
            f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{accuracy * scale:.1f}" fill="{colour}" fill-opacity="0.14"/>'
        )
        parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="2.4" fill="{colour}"/>')
        anchor, dx = ("end", -5) if cx > SIZE * 0.66 else ("start", 5)
        where = f'x="{cx + dx:.1f}" y="{cy + 3 + 10 * number:.1f}" text-anchor="{anchor}"'
        parts.append(f'<text {where} fill="{colour}">{escape(word)}</text>')
    bar = _round_length(reach)
    parts.append(f'<path d="M6 {SIZE - 8:g}h{bar * scale:.1f}" stroke="{SOFT}" stroke-width="1"/>')
    parts.append(f'<text x="6" y="{SIZE - 11:g}" fill="{SOFT}" font-size="7">{bar:g} m</text>')
    parts.append(f'<text x="{SIZE - 6:g}" y="12" text-anchor="end" fill="{SOFT}">N ↑</text></svg>')
    return "".join(parts)


def _offset(centre: Position, at: Position) -> tuple[float, float]:
    """Metres east and north of the centre; flat earth is exact to centimetres over a geofence."""
    north = radians(at.lat - centre.lat) * _RADIANS_TO_M
    east = radians(at.lon - centre.lon) * _RADIANS_TO_M * cos(radians(centre.lat))
    return east, north


def _round_length(reach: float) -> float:
    """A round number of metres, at most half the plan's width."""
    return next((length for length in (1000, 500, 200, 100, 50, 20, 10, 5, 2) if length <= reach), 1)
