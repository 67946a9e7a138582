"""The map's geometry: places come out where they are, whatever was dragged and pinched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_app.widgets.projection import CLOSEST, View, earth, fitting, flat, round_distance
from shared.geo import Position, distance

places = st.builds(Position, st.floats(-80, 80), st.floats(-179, 179))
BEIJING = Position(39.9042, 116.4074)


@given(places)
def test_flat_and_earth_are_inverse(place: Position) -> None:
    assert distance(earth(*flat(place)), place) < 0.01


@given(st.lists(st.builds(Position, st.floats(39, 41), st.floats(115, 117)), min_size=1, max_size=20))
def test_a_fitting_view_shows_every_place_inside_the_margin(shown: list[Position]) -> None:
    view = fitting(shown, 480, 600, 40)
    for place in shown:
        x, y = view.place(place)
        assert 39 <= x <= 441
        assert 39 <= y <= 561


def test_one_place_is_in_the_middle_as_close_as_a_map_goes() -> None:
    view = fitting([BEIJING], 480, 600, 40)
    assert view.place(BEIJING) == pytest.approx((240, 300), abs=0.01)
    assert view.metres(480) == pytest.approx(CLOSEST, rel=1e-6)


def test_nothing_cannot_be_shown() -> None:
    with pytest.raises(ValueError, match="nothing"):
        fitting([], 480, 600, 40)


@given(st.floats(-300, 300), st.floats(-300, 300))
def test_what_is_dragged_follows_the_finger(right: float, up: float) -> None:
    view = fitting([BEIJING, Position(39.8, 116.5)], 480, 600, 40)
    x, y = view.place(BEIJING)
    assert view.moved(right, up).place(BEIJING) == pytest.approx((x + right, y + up), abs=0.01)


@given(st.floats(0.2, 8), st.floats(0, 480), st.floats(0, 600))
def test_what_is_under_the_pinch_stays_there(factor: float, x: float, y: float) -> None:
    view = fitting([BEIJING, Position(39.8, 116.5)], 480, 600, 40)
    under = earth(view.x + (x - 240) / view.scale, view.y + (y - 300) / view.scale)
    assert view.zoomed(factor, (x, y)).place(under) == pytest.approx((x, y), abs=0.01)


def test_a_map_goes_no_closer_than_a_fix_is_good_and_no_farther_than_the_world() -> None:
    view = View(*flat(BEIJING), 1e6, 480, 600)
    assert view.zoomed(1e9).metres(480) == pytest.approx(CLOSEST, rel=1e-6)
    assert view.zoomed(1e-9).scale == 480


def test_metres_on_the_map_are_metres_on_the_ground() -> None:
    north = Position(BEIJING.lat + 0.01, BEIJING.lon)
    view = fitting([BEIJING, north], 480, 600, 40)
    drawn = abs(view.place(north)[1] - view.place(BEIJING)[1])
    assert view.metres(drawn) == pytest.approx(distance(BEIJING, north), rel=0.005)


@pytest.mark.parametrize(("metres", "shown"), [(1, 1), (7, 5), (19, 10), (20, 20), (999, 500), (2300, 2000)])
def test_a_scale_bar_says_a_round_number(metres: float, shown: float) -> None:
    assert round_distance(metres) == shown
