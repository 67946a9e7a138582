"""The shape of a way: decoding what a router sends, and leaving out the points nobody would miss."""

from collections.abc import Sequence
from math import cos, hypot, radians

from shared.geo import EARTH_RADIUS, Position


def decode(text: str) -> tuple[Position, ...]:
    """The WGS-84 positions of an encoded polyline with six decimals, as Valhalla writes shapes.

    Source: Google's encoded polyline algorithm, with a precision of 1e-6 instead of 1e-5 (Valhalla documentation, "Decoding a
    route shape"). Each coordinate is the difference from the one before, zig-zag coded, in groups of five bits, the lowest
    first, each plus 63; a group but the last has 32 added.

    Raises:
        ValueError: the text ends in the middle of a number, holds another character, or leaves the earth.
    """
    values: list[int] = []
    value = shift = 0
    for character in text:
        group = ord(character) - 63
        if not 0 <= group < 64:
            raise ValueError(f"no polyline: {character!r}")
        value |= (group & 31) << shift
        shift += 5
        if group < 32:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(values) % 2:
        raise ValueError("a polyline that ends too early")
    positions = []
    lat = lon = 0
    for step_lat, step_lon in zip(values[::2], values[1::2], strict=True):
        lat, lon = lat + step_lat, lon + step_lon
        positions.append(Position(lat / 1e6, lon / 1e6))
    return tuple(positions)


def simplify(shape: Sequence[Position], tolerance: float) -> tuple[Position, ...]:
    """A shape with as few of its points as it takes to stay within ``tolerance`` m of it; its ends stay.

    Source: D. Douglas, T. Peucker (1973), Algorithms for the reduction of the number of points required to represent a
    digitized line. Worked off a stack, as ways have more points than Python has frames.
    """
    if len(shape) < 3:
        return tuple(shape)
    scale = cos(radians(shape[0].lat))
    degree = radians(1) * EARTH_RADIUS
    flat = [(point.lon * scale * degree, point.lat * degree) for point in shape]
    kept = {0, len(shape) - 1}
    stack = [(0, len(shape) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        farthest = max(range(first + 1, last), key=lambda i: _off(flat[i], flat[first], flat[last]))
        if _off(flat[farthest], flat[first], flat[last]) > tolerance:
            kept.add(farthest)
            stack += [(first, farthest), (farthest, last)]
    return tuple(shape[i] for i in sorted(kept))


def _off(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    """m from a point to a stretch, on a plane."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = dx * dx + dy * dy
    along = 0.0 if square == 0 else ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / square
    along = min(1.0, max(0.0, along))
    return hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)
