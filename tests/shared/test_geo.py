"""Positions: WGS-84 as evidence, GCJ-02 at the edge, distance and geofence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.geo import EARTH_RADIUS, Geofence, Position, distance, gcj02_to_wgs84, in_china, wgs84_to_gcj02
from tests.shared.refusing import MODERATE

PEKING_UNION = Position(39.9135, 116.4109)
PLACES = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))
IN_CHINA = st.tuples(st.floats(3.0, 53.5), st.floats(73.7, 135.0))
GCJ_VECTORS = [
    ((31.1774276, 121.5272106), (31.17530, 121.53154)),
    ((22.543847, 113.912316), (22.54080, 113.91718)),
    ((39.911954, 116.377817), (39.91335, 116.38405)),
]
"""Published conversions (standards §8), to five decimals: about a metre."""


@pytest.mark.parametrize(("wgs", "gcj"), GCJ_VECTORS)
def test_the_published_conversions_to_gcj02_come_out(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    lat, lon = wgs84_to_gcj02(*wgs)
    assert (round(lat, 5), round(lon, 5)) == gcj


@MODERATE
@given(IN_CHINA)
def test_the_way_back_from_gcj02_is_exact_to_a_centimetre(place: tuple[float, float]) -> None:
    back = gcj02_to_wgs84(*wgs84_to_gcj02(*place))
    assert distance(Position(*place), Position(*back)) < 0.01


@MODERATE
@given(IN_CHINA)
def test_in_china_the_map_is_off_by_tens_to_hundreds_of_metres(place: tuple[float, float]) -> None:
    assert 10 < distance(Position(*place), Position(*wgs84_to_gcj02(*place))) < 2000


@pytest.mark.parametrize("place", [(39.29, -76.61), (0.0, 0.0), (-33.9, 151.2), (35.68, 139.69)])
def test_outside_china_nothing_is_changed(place: tuple[float, float]) -> None:
    assert (wgs84_to_gcj02(*place), gcj02_to_wgs84(*place)) == (place, place)


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        *[((39.9, 116.4), True), ((0.8293, 72.004), True), ((55.8271, 137.8347), True), ((0.8292, 100.0), False)],
        *[((55.8272, 100.0), False), ((30.0, 72.0039), False), ((30.0, 137.8348), False)],
    ],
)
def test_gcj02_applies_within_the_published_rectangle(place: tuple[float, float], inside: bool) -> None:
    assert in_china(*place) is inside


@pytest.mark.parametrize(
    "place", [(90.01, 0.0), (-90.01, 0.0), (0.0, 180.01), (0.0, -180.01), (math.nan, 0.0), (0.0, math.inf)]
)
def test_a_place_that_is_not_on_earth_does_not_exist(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no such place on earth"):
        Position(*place)


def test_zero_degrees_north_and_east_is_a_place() -> None:
    assert Position(0.0, 0.0) == Position(0.0, 0.0, None)


def test_a_degree_of_latitude_is_about_111_km() -> None:
    assert distance(Position(39.0, 116.0), Position(40.0, 116.0)) == pytest.approx(math.radians(1) * EARTH_RADIUS)


def test_a_known_distance_comes_out() -> None:
    # two published city centres, Beijing and Shanghai, are about 1,067 km apart on a sphere
    assert distance(Position(39.9042, 116.4074), Position(31.2304, 121.4737)) == pytest.approx(1_067_000, rel=0.002)


def test_the_date_line_is_no_barrier() -> None:
    assert distance(Position(0.0, 179.99), Position(0.0, -179.99)) == pytest.approx(math.radians(0.02) * EARTH_RADIUS)


def test_the_farthest_two_places_can_be_is_half_way_round() -> None:
    assert distance(Position(0.0, 0.0), Position(0.0, 180.0)) == pytest.approx(math.pi * EARTH_RADIUS)


@MODERATE
@given(PLACES, PLACES)
def test_a_distance_is_the_same_both_ways_and_never_negative(one: Position, other: Position) -> None:
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert 0 <= distance(one, other) <= math.pi * EARTH_RADIUS + 1e-6


@MODERATE
@given(PLACES, PLACES, PLACES)
def test_a_detour_is_never_shorter(one: Position, other: Position, between: Position) -> None:
    assert distance(one, other) <= distance(one, between) + distance(between, other) + 1e-3


def north(metres: float, accuracy: float | None = None) -> Position:
    return Position(PEKING_UNION.lat + math.degrees(metres / EARTH_RADIUS), PEKING_UNION.lon, accuracy)


@pytest.mark.parametrize(
    ("position", "inside"),
    [
        (north(0), True),
        (north(149.9), True),
        (north(150.1), False),
        (north(170, 25.0), True),
        (north(180, 25.0), False),
        (north(170, 0.0), False),
    ],
    ids=["centre", "just inside", "just outside", "uncertain", "too far for its accuracy", "exact"],
)
def test_a_fence_gives_an_uncertain_fix_the_benefit_of_its_accuracy(position: Position, inside: bool) -> None:
    assert Geofence(PEKING_UNION, 150.0).contains(position) is inside


@pytest.mark.parametrize(("metres", "inside"), [(299, True), (301, False)])
def test_a_fix_good_to_two_kilometres_does_not_arrive_everywhere(metres: float, inside: bool) -> None:
    assert Geofence(PEKING_UNION, 150.0).contains(north(metres, 2000.0)) is inside


def test_a_negative_accuracy_makes_no_fence_smaller() -> None:
    assert Geofence(PEKING_UNION, 150.0).contains(north(140, -50.0))
