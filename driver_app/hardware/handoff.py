"""Handing a destination to a navigation app: its address and datum, per app.

AMap and Baidu place coordinates in GCJ-02 (both say so in their URI documentation; Baidu's own BD-09 is avoided by naming
``coord_type=gcj02``); Google and the ``geo:`` scheme (RFC 5870) in WGS-84. Our evidence stays WGS-84: the conversion happens
here and nowhere else.

Sources: AMap "URI API, Android, 导航"; Baidu Map "URI API, 路线规划"; Google "Maps URLs and intents for Android".
"""

from urllib.parse import quote

import msgspec

from driver_app.hardware.ports import MapApp
from shared.geo import Position, wgs84_to_gcj02

SOURCE = "handover"
"""What the apps are told who asks."""


class Handoff(msgspec.Struct, frozen=True):
    """A URI to be viewed, and the app it is for (``None``: whichever takes it)."""

    uri: str
    package: str | None


def handoff(to: Position, name: str, app: MapApp) -> Handoff:
    """What opens ``app`` on the way to ``to`` (WGS-84), by truck or car.

    >>> handoff(Position(39.9, 116.4), "医院", MapApp.ANY).uri
    'geo:39.900000,116.400000?q=39.900000,116.400000(%E5%8C%BB%E9%99%A2)'
    """
    label = quote(name, safe="")
    lat, lon = wgs84_to_gcj02(to.lat, to.lon)
    match app:
        case MapApp.AMAP:
            uri = f"androidamap://navi?sourceApplication={SOURCE}&poiname={label}&lat={lat:.6f}&lon={lon:.6f}&dev=0&style=2"
            return Handoff(uri, "com.autonavi.minimap")
        case MapApp.BAIDU:
            place = f"name:{label}|latlng:{lat:.6f},{lon:.6f}"
            uri = f"baidumap://map/direction?destination={place}&coord_type=gcj02&mode=driving&src={SOURCE}"
            return Handoff(uri, "com.baidu.BaiduMap")
        case MapApp.GOOGLE:
            return Handoff(f"google.navigation:q={to.lat:.6f},{to.lon:.6f}&mode=d", "com.google.android.apps.maps")
        case MapApp.ANY:
            at = f"{to.lat:.6f},{to.lon:.6f}"
            return Handoff(f"geo:{at}?q={at}({label})", None)


PACKAGES = ("com.autonavi.minimap", "com.baidu.BaiduMap", "com.google.android.apps.maps")
"""Apps that the manifest has to name under ``<queries>``: Android 11 hides the others from us."""
