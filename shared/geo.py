"""Positions: WGS-84 everywhere, GCJ-02 only at the edge, distance and geofence.

Chinese maps and navigation apps show GCJ-02, a distorted WGS-84. Evidence is always WGS-84; the conversion is for display
and for handing a destination to AMap or Baidu, and the inverse is exact to well under 0.5 m.
"""

from math import asin, cos, pi, radians, sin, sqrt

import msgspec

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth in m (IUGG)."""

_A = 6_378_245.0
"""GCJ-02 semi-major axis in m (Krasovsky 1940), as in every published implementation."""
_EE = 0.00669342162296594323
"""GCJ-02 eccentricity squared."""


class Position(msgspec.Struct, frozen=True):
    """A WGS-84 point: latitude and longitude in degrees, accuracy in m where the receiver states it."""

    lat: float
    lon: float
    accuracy: float | None = None

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"no such place on earth: {self.lat}, {self.lon}")


def distance(a: Position, b: Position) -> float:
    """Great-circle distance in m between two WGS-84 points."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(h)))


class Geofence(msgspec.Struct, frozen=True):
    """A circle around a site: centre and radius in m."""

    centre: Position
    radius: float

    def contains(self, position: Position) -> bool:
        """Whether a position lies inside, giving an uncertain fix the benefit of its stated accuracy, but of one radius at
        most: a fix good to 2 km says nothing about a fence of 100 m."""
        benefit = min(max(position.accuracy or 0.0, 0.0), self.radius)
        return distance(self.centre, position) <= self.radius + benefit


def in_china(lat: float, lon: float) -> bool:
    """Whether GCJ-02 applies: the rectangle its published implementations use; outside it nothing is changed."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def wgs84_to_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """A WGS-84 point (degrees) as Chinese maps show it."""
    if not in_china(lat, lon):
        return lat, lon
    x, y = lon - 105.0, lat - 35.0
    wave = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    d_lat += (wave + 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    d_lon += (wave + 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lon += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    root = 1 - _EE * sin(radians(lat)) ** 2
    d_lat = d_lat * 180.0 / (_A * (1 - _EE) / (root * sqrt(root)) * pi)
    d_lon = d_lon * 180.0 / (_A / sqrt(root) * cos(radians(lat)) * pi)
    return lat + d_lat, lon + d_lon


def gcj02_to_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """The inverse, by fixed-point iteration until the step is below a millimetre."""
    guess_lat, guess_lon = lat, lon
    for _ in range(30):
        shown_lat, shown_lon = wgs84_to_gcj02(guess_lat, guess_lon)
        step_lat, step_lon = shown_lat - lat, shown_lon - lon
        guess_lat, guess_lon = guess_lat - step_lat, guess_lon - step_lon
        if abs(step_lat) < 1e-9 and abs(step_lon) < 1e-9:
            break
    return guess_lat, guess_lon
