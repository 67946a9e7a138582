"""Handing a destination to a navigation app on Android: what :mod:`shared.navigation` says, and the package it is for.

Packages: AMap and Baidu "URI API, Android"; Google "Maps intents for Android". Naming one keeps Android from asking which app
to use, and from opening a browser where the app is missing.
"""

from collections.abc import Mapping

import msgspec

from shared.geo import Position
from shared.navigation import Navigator, navigation_uri


class Handoff(msgspec.Struct, frozen=True):
    """A URI to be viewed, and the app it is for (``None``: whichever takes it)."""

    uri: str
    package: str | None


_PACKAGE: Mapping[Navigator, str] = {
    Navigator.AMAP: "com.autonavi.minimap",
    Navigator.BAIDU: "com.baidu.BaiduMap",
    Navigator.GOOGLE: "com.google.android.apps.maps",
}
PACKAGES = tuple(_PACKAGE.values())
"""Apps that the manifest has to name under ``<queries>``: Android 11 hides the others from us."""


def handoff(to: Position, name: str, app: Navigator) -> Handoff:
    """What opens ``app`` on the way to ``to`` (WGS-84).

    >>> handoff(Position(39.9, 116.4), "医院", Navigator.ANY).uri
    'geo:39.900000,116.400000?q=39.900000,116.400000(%E5%8C%BB%E9%99%A2)'
    """
    return Handoff(navigation_uri(app, to, name), _PACKAGE.get(app))
