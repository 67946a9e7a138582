"""The thermal model against its own equations, solved the slow way."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_app.hardware.virtual.thermal import Box, Curve, Opening, Step
from tests.driver_app.scenes import START, at, passive, steady


def integrated(box: Box, minutes: float, step: float = 1.0) -> float:
    """Euler's method in steps of ``step`` s: no cleverness shared with the model."""
    temperature, left = box.start, box.hold
    seconds = 0.0
    while seconds < minutes * 60:
        now = START + timedelta(seconds=seconds)
        ambient = next((s.temperature for s in reversed(box.ambient) if s.at <= now), box.ambient[0].temperature)
        is_open = any(o.start <= now < o.end for o in box.openings)
        change = (ambient - temperature) / box.insulation
        if left is None or left > 0:
            change += (box.coolant - temperature) / box.coupling
        if is_open:
            change += (ambient - temperature) / box.open_coupling
        if left is not None:
            wear = max(0.0, (ambient - box.coolant) / (box.rated_ambient - box.coolant))
            left -= step * wear * (box.open_wear if is_open else 1.0)
        temperature += step * change
        seconds += step
    return temperature


def test_it_begins_where_it_is_told_and_stays_there_before() -> None:
    curve = Curve(passive(), START)
    assert curve.temperature(at(0)) == curve.temperature(at(-60)) == 4.5


def test_a_box_settles_between_coolant_and_ambient() -> None:
    """(21/36000 + 4/1800) / (1/36000 + 1/1800) = 4.8095 °C."""
    assert Curve(passive(), START).temperature(at(240)) == pytest.approx(4.8095, abs=1e-3)


def test_a_spent_coolant_lets_the_box_warm_towards_the_ambient() -> None:
    curve = Curve(Box(start=5.0, ambient=(Step(START, 30.0),), hold=3_600.0), START)
    assert curve.temperature(at(59)) < 6.5
    assert curve.temperature(at(60 + 600)) == pytest.approx(
        30.0 - (30.0 - curve.temperature(at(60))) * 2.718281828**-1, abs=1e-6
    )
    assert curve.temperature(at(60 * 200)) == pytest.approx(30.0, abs=1e-3)


def test_a_coolant_lasts_longer_where_it_is_cooler_than_rated() -> None:
    warm = Curve(Box(start=5.0, ambient=(Step(START, 30.0),), hold=3_600.0), START)
    cool = Curve(Box(start=5.0, ambient=(Step(START, 17.0),), hold=3_600.0), START)
    assert warm.temperature(at(90)) - warm.temperature(at(60)) > 1
    assert cool.temperature(at(90)) - cool.temperature(at(60)) < 0.5


def test_a_unit_runs_on() -> None:
    curve = Curve(Box(start=5.0, ambient=(Step(START, 35.0),), hold=None), START)
    assert curve.temperature(at(60 * 24 * 30)) < 8.0


def test_an_open_lid_is_an_excursion_and_closing_it_ends_it() -> None:
    curve = Curve(Box(start=4.5, ambient=(Step(START, 25.0),), openings=(Opening(at(60), at(90)),)), START)
    assert curve.temperature(at(60)) < 8 < curve.temperature(at(89))
    assert curve.temperature(at(240)) < 8


def test_a_coolant_above_the_ambient_is_not_used_up() -> None:
    """In winter an ice pack outlasts any journey."""
    curve = Curve(Box(start=5.0, ambient=(Step(START, -10.0),), coolant=4.0, hold=600.0), START)
    assert curve.temperature(at(60 * 48)) > 2.0


steps = st.lists(
    st.tuples(st.integers(-60, 300), st.integers(-20, 40)), min_size=1, max_size=4, unique_by=lambda s: s[0]
)
openings = st.lists(st.tuples(st.integers(-30, 200), st.integers(1, 40)), max_size=3)


@given(steps, openings, st.sampled_from((None, 600.0, 3_600.0, 36_000.0)), st.integers(1, 240))
def test_the_exact_solution_agrees_with_step_by_step_integration(
    ambient: list[tuple[int, int]], lids: list[tuple[int, int]], hold: float | None, minutes: int
) -> None:
    box = Box(
        start=5.0,
        ambient=tuple(Step(at(minute), float(value)) for minute, value in sorted(ambient)),
        hold=hold,
        openings=tuple(Opening(at(minute), at(minute + length)) for minute, length in lids),
    )
    assert Curve(box, START).temperature(at(minutes)) == pytest.approx(integrated(box, minutes, 4.0), abs=0.15)


def test_the_same_air_is_drier_when_it_is_warmer() -> None:
    cold, warm = Curve(steady(5.0), START), Curve(steady(20.0), START)
    assert cold.humidity(at(1)) > warm.humidity(at(1))


def test_air_at_its_dew_point_is_saturated_and_never_more() -> None:
    assert Curve(steady(1.0), START).humidity(at(1)) == 100.0
    assert Curve(steady(-5.0), START).humidity(at(1)) == 100.0


def test_a_box_without_surroundings_is_refused() -> None:
    with pytest.raises(ValueError, match="ambient"):
        Curve(Box(start=5.0, ambient=()), START)
