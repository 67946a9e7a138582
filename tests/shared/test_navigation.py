"""Each navigation app gets the destination in the datum it expects."""

import re
from urllib.parse import unquote

import pytest

from shared.geo import Position, distance, gcj02_to_wgs84
from shared.navigation import Navigator, navigation_uri

XIEHE = Position(39.9135, 116.4109)
NAME = "北京协和医院 (东院)"


def point(uri: str, pattern: str) -> Position:
    found = re.search(pattern, uri)
    assert found is not None
    return Position(float(found[1]), float(found[2]))


@pytest.mark.parametrize(
    ("navigator", "pattern"),
    [
        (Navigator.AMAP, r"lat=([\d.]+)&lon=([\d.]+)&dev=0"),
        (Navigator.BAIDU, r"location=([\d.]+),([\d.]+)&coord_type=gcj02"),
    ],
)
def test_chinese_maps_are_told_gcj02_and_that_it_is(navigator: Navigator, pattern: str) -> None:
    told = point(navigation_uri(navigator, XIEHE, NAME), pattern)
    assert distance(told, XIEHE) > 300
    assert distance(Position(*gcj02_to_wgs84(told.lat, told.lon)), XIEHE) < 0.5


@pytest.mark.parametrize(
    ("navigator", "pattern"), [(Navigator.GOOGLE, r"q=([\d.]+),([\d.]+)"), (Navigator.ANY, r"geo:([\d.]+),([\d.]+)")]
)
def test_all_others_are_told_wgs84(navigator: Navigator, pattern: str) -> None:
    assert point(navigation_uri(navigator, XIEHE, NAME), pattern) == XIEHE


def test_outside_china_nothing_is_shifted() -> None:
    baltimore = Position(39.2904, -76.6122)
    assert "lat=39.290400&lon=-76.612200" in navigation_uri(Navigator.AMAP, baltimore, "Hopkins")


@pytest.mark.parametrize("navigator", [Navigator.AMAP, Navigator.BAIDU, Navigator.ANY])
def test_a_name_with_any_sign_in_it_stays_one_field(navigator: Navigator) -> None:
    uri = navigation_uri(navigator, XIEHE, "A&B=C 医院#1?")
    assert "A&B" not in uri
    assert "A&B=C 医院#1?" in unquote(uri)
