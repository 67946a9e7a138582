"""Shapes of ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.road.polyline import decode, simplify
from shared.geo import Position, distance
from tests.server.planning_web.loopback_roads import encoded

positions = st.builds(
    lambda lat, lon: Position(lat / 1e6, lon / 1e6),
    st.integers(-90_000_000, 90_000_000),
    st.integers(-180_000_000, 180_000_000),
)


@given(st.lists(positions, max_size=20))
def test_a_shape_is_read_as_it_was_written(shape):
    assert decode(encoded(shape)) == tuple(shape)


def test_a_shape_as_valhalla_wrote_it():
    """The first points of a leg in Baltimore, which Valhalla's own answer says begins at 39.294551, -76.612802."""
    first, second = decode("mdj}iAdkacqC{Fo`Is@{cA")[:2]
    assert (first.lat, first.lon) == pytest.approx((39.294551, -76.612802), abs=1.5e-6)
    assert distance(first, second) == pytest.approx(445, abs=5)


@pytest.mark.parametrize("text", ["_", "?", "m d", "mdj}iAdkacqC\n", "~~~~~~~~~?~~~~~~~~~?"])
def test_what_is_no_shape_is_refused(text):
    with pytest.raises(ValueError, match=r"polyline|place on earth"):
        decode(text)


def test_points_on_a_straight_road_are_left_out_and_a_bend_stays():
    straight = [Position(39.9, 116.4 + step / 1000) for step in range(10)]
    bend = [*straight, Position(39.91, 116.409)]
    assert simplify(bend, 5.0) == (bend[0], straight[-1], bend[-1])


def test_a_way_that_ends_where_it_began_keeps_its_far_end():
    there = [Position(39.9, 116.4 + step / 1000) for step in range(5)]
    back = [*there, *reversed(there[:-1])]
    assert simplify(back, 5.0) == (there[0], there[-1], there[0])


@given(st.lists(st.tuples(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01)), min_size=1, max_size=12))
def test_the_ends_stay_and_nothing_is_invented(steps):
    shape = [Position(39.9 + lat, 116.4 + lon) for lat, lon in steps]
    kept = simplify(shape, 20.0)
    assert (kept[0], kept[-1]) == (shape[0], shape[-1])
    assert set(kept) <= set(shape)
