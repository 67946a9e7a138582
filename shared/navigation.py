"""Handing a destination to a navigation app: each in its own words, and in the datum it expects.

AMap and Baidu are told GCJ-02 and that it is; Google is told WGS-84, as is everything else (RFC 5870: ``geo:`` is WGS-84
unless it says otherwise). Evidence stays WGS-84: nothing of this is recorded.

Sources: AMap Open Platform, "URI API" (``androidamap://navi`` with ``dev=0``: the coordinates are GCJ-02 already); Baidu Map
Open Platform, "URI API" (``baidumap://map/navi`` with ``coord_type=gcj02``); Google, "Maps intents"
(``google.navigation:q=lat,lon``).
"""

from enum import StrEnum
from urllib.parse import quote

from shared.geo import Position, wgs84_to_gcj02

CALLER = "handover"
"""What the apps are told who asks; AMap and Baidu want a name."""


class Navigator(StrEnum):
    """The apps a destination can be handed to."""

    AMAP = "amap"
    BAIDU = "baidu"
    GOOGLE = "google"
    ANY = "any"
    """Whatever the handheld opens ``geo:`` with."""


def navigation_uri(navigator: Navigator, place: Position, name: str) -> str:
    """What opens the way by car to a WGS-84 ``place`` called ``name`` in a navigation app.

    >>> navigation_uri(Navigator.GOOGLE, Position(39.911954, 116.377817), "协和医院")
    'google.navigation:q=39.911954,116.377817&mode=d'
    """
    label = quote(name, safe="")
    match navigator:
        case Navigator.AMAP:
            point = "lat={:.6f}&lon={:.6f}".format(*wgs84_to_gcj02(place.lat, place.lon))
            return f"androidamap://navi?sourceApplication={CALLER}&poiname={label}&{point}&dev=0&style=2"
        case Navigator.BAIDU:
            point = "{:.6f},{:.6f}".format(*wgs84_to_gcj02(place.lat, place.lon))
            return f"baidumap://map/navi?query={label}&location={point}&coord_type=gcj02&src={CALLER}"
        case Navigator.GOOGLE:
            return f"google.navigation:q={place.lat:.6f},{place.lon:.6f}&mode=d"
        case Navigator.ANY:
            point = f"{place.lat:.6f},{place.lon:.6f}"
            return f"geo:{point}?q={point}({label})"
