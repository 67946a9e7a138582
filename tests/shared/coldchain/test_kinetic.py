"""Mean kinetic temperature, against published values (standards §4) and against what it must obey."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.coldchain.kinetic import ACTIVATION_OVER_GAS, mean_kinetic_temperature
from tests.shared.refusing import MODERATE

PUBLISHED = [
    ([19.8, 20.2, 20.6, 21, 21.3, 21.5], 20.752780387897474),
    ([2, 2, 5, 8, 8, 8, 8], 6.250264773),
    ([5.0] * 10, 5.0),
    ([5.0] * 9 + [12.0], 6.029112480),
]


@pytest.mark.parametrize(("temperatures", "expected"), PUBLISHED)
def test_the_published_values_come_out(temperatures: list[float], expected: float) -> None:
    assert mean_kinetic_temperature((t, 1.0) for t in temperatures) == pytest.approx(expected, abs=1e-8)


def test_readings_weigh_by_the_time_they_stand_for() -> None:
    assert mean_kinetic_temperature([(5.0, 3.0), (8.0, 1.0)]) == pytest.approx(5.857974329, abs=1e-8)


def test_three_equal_readings_are_one_of_three_times_the_weight() -> None:
    apart, together = [(5.0, 1.0)] * 3 + [(8.0, 1.0)], [(5.0, 3.0), (8.0, 1.0)]
    assert mean_kinetic_temperature(apart) == pytest.approx(mean_kinetic_temperature(together), abs=1e-9)


def test_the_constant_is_exactly_ten_thousand_kelvin() -> None:
    assert ACTIVATION_OVER_GAS == 10_000.0


@pytest.mark.parametrize("nothing", [[], [(5.0, 0.0)]], ids=["no readings", "no time"])
def test_of_nothing_there_is_no_mean_and_it_is_not_zero(nothing: list[tuple[float, float]]) -> None:
    assert mean_kinetic_temperature(nothing) is None


def test_frozen_goods_have_no_kinetic_mean() -> None:
    assert mean_kinetic_temperature([(-18.0, 1.0)], frozen_goods=True) is None


def test_zero_degrees_have_a_mean_of_zero() -> None:
    assert mean_kinetic_temperature([(0.0, 1.0)]) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("temperature", [-273.15, -300.0, -272.0, 1e300])
def test_where_the_formula_has_no_answer_there_is_none(temperature: float) -> None:
    assert (
        mean_kinetic_temperature([(5.0, 1.0), (temperature, 1e9)] if temperature < -273 else [(temperature, 1.0)])
        is None
    )


WEIGHTED = st.lists(st.tuples(st.floats(-30, 60), st.floats(0.5, 1e4)), min_size=1, max_size=30)


@MODERATE
@given(WEIGHTED)
def test_the_mean_lies_between_the_coldest_and_the_warmest(weighted: list[tuple[float, float]]) -> None:
    mean = mean_kinetic_temperature(weighted)
    assert mean is not None
    assert min(t for t, _ in weighted) - 1e-6 <= mean <= max(t for t, _ in weighted) + 1e-6


@MODERATE
@given(WEIGHTED)
def test_the_mean_is_no_colder_than_the_plain_average_for_warmth_ages_more_than_cold_saves(
    weighted: list[tuple[float, float]],
) -> None:
    mean = mean_kinetic_temperature(weighted)
    average = sum(t * w for t, w in weighted) / sum(w for _, w in weighted)
    assert mean is not None
    assert mean >= average - 1e-6


@MODERATE
@given(WEIGHTED)
def test_the_order_of_readings_does_not_matter(weighted: list[tuple[float, float]]) -> None:
    assert mean_kinetic_temperature(weighted[::-1]) == pytest.approx(mean_kinetic_temperature(weighted), abs=1e-9)
