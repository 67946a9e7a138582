"""Excursions: runs outside the range, whose peaks no average hides; and gaps: time about which nothing is known."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.coldchain.excursions import GAP_FACTOR, Excursion, Measure, Sample, Side, find_excursions, find_gaps
from tests.shared.coldchain.series import samples
from tests.shared.refusing import MODERATE
from tests.shared.story import at


def excursions(*values: float, until: float | None = None) -> list[Excursion]:
    end = None if until is None else at(until)
    return find_excursions(samples(*values), 2.0, 8.0, logger_id="LA", until=end)


def gaps(minutes: list[float], start: float = 0, end: float = 60, interval: int = 60) -> list[tuple[float, float]]:
    found = find_gaps([at(m) for m in minutes], at(start), at(end), interval=interval, logger_id="LA")
    assert all(gap.logger_id == "LA" and gap.seconds > 0 for gap in found)
    return [((gap.start - at(0)).total_seconds() / 60, (gap.end - at(0)).total_seconds() / 60) for gap in found]


# excursions --------------------------------------------------------------------------------------------------------------


def test_nothing_inside_the_range_is_an_excursion() -> None:
    assert excursions(5.0, 2.5, 7.9) == []


def test_no_reading_is_no_excursion() -> None:
    assert excursions() == []


def test_exactly_two_and_exactly_eight_degrees_are_inside() -> None:
    assert excursions(2.0, 8.0) == []


@pytest.mark.parametrize(("value", "side"), [(8.01, Side.HIGH), (1.99, Side.LOW), (0.0, Side.LOW), (-0.01, Side.LOW)])
def test_one_hundredth_beyond_the_range_is_an_excursion_also_at_zero_and_below(value: float, side: Side) -> None:
    assert [(x.side, x.peak) for x in excursions(5.0, value, 5.0)] == [(side, value)]


def test_an_excursion_lasts_from_its_first_reading_to_the_first_one_back_inside() -> None:
    (found,) = excursions(5.0, 9.0, 11.5, 8.5, 7.0, 5.0)
    assert (found.start, found.end, found.seconds, found.peak, found.readings) == (at(1), at(4), 180.0, 11.5, 3)


def test_the_peak_of_a_cold_excursion_is_its_lowest_value() -> None:
    assert [x.peak for x in excursions(5.0, 1.0, -3.0, 0.0, 5.0)] == [-3.0]


def test_a_single_warm_reading_is_an_excursion_however_good_its_neighbours_are() -> None:
    (found,) = excursions(*[5.0] * 50, 8.5, *[5.0] * 50)
    assert (found.readings, found.seconds) == (1, 60.0)


def test_an_excursion_that_never_ends_ends_with_the_last_reading() -> None:
    (found,) = excursions(5.0, 9.0, 9.5)
    assert (found.start, found.end) == (at(1), at(2))


def test_where_it_is_told_how_long_the_last_reading_speaks_an_open_excursion_ends_there() -> None:
    assert [x.end for x in excursions(5.0, 9.0, until=3)] == [at(3)]


def test_an_excursion_that_ended_is_not_drawn_out() -> None:
    assert [x.end for x in excursions(9.0, 5.0, until=30)] == [at(1)]


def test_an_excursion_is_never_cut_before_its_last_reading() -> None:
    assert [x.end for x in excursions(9.0, 9.0, until=0)] == [at(1)]


def test_from_too_warm_straight_to_too_cold_is_two_excursions() -> None:
    assert [(x.side, x.start, x.end) for x in excursions(9.0, 1.0, 5.0)] == [
        (Side.HIGH, at(0), at(1)),
        (Side.LOW, at(1), at(2)),
    ]


def test_two_runs_with_one_good_reading_between_them_are_two_excursions() -> None:
    assert [x.start for x in excursions(9.0, 5.0, 9.0)] == [at(0), at(2)]


@pytest.mark.parametrize(("low", "high"), [(None, 8.0), (2.0, None), (None, None)])
def test_a_range_may_be_open_at_an_end(low: float | None, high: float | None) -> None:
    found = find_excursions(samples(1.0, 5.0, 9.0), low, high, logger_id="LA")
    assert [x.side for x in found] == ([Side.LOW] if low else []) + ([Side.HIGH] if high else [])


def test_zero_is_a_limit_like_any_other() -> None:
    found = find_excursions(samples(-0.01, 0.0, 0.01), 0.0, 0.0, logger_id="LA")
    assert [x.side for x in found] == [Side.LOW, Side.HIGH]


def test_humidity_takes_the_same_path() -> None:
    (found,) = find_excursions(samples(50.0, 80.0), 35.0, 75.0, logger_id="LA", measure=Measure.HUMIDITY)
    assert (found.measure, found.peak) == (Measure.HUMIDITY, 80.0)


TEMPERATURES = st.lists(st.integers(-3000, 3000).map(lambda hundredths: hundredths / 100), max_size=40)


@MODERATE
@given(TEMPERATURES)
def test_every_reading_outside_the_range_is_in_exactly_one_excursion_and_none_inside_is(values: list[float]) -> None:
    found = excursions(*values)
    for sample in samples(*values):
        holding = [x for x in found if x.start <= sample.at < x.end or (sample.at == x.end == at(len(values) - 1))]
        outside = not 2.0 <= sample.value <= 8.0
        assert (len(holding) >= 1) is outside or sample.at == at(len(values) - 1)
    assert sum(x.readings for x in found) == sum(not 2.0 <= value <= 8.0 for value in values)


@MODERATE
@given(TEMPERATURES)
def test_the_farthest_value_of_all_is_the_peak_of_some_excursion(values: list[float]) -> None:
    peaks = [x.peak for x in excursions(*values)]
    if values and max(values) > 8.0:
        assert max(peaks) == max(values)
    if values and min(values) < 2.0:
        assert min(peaks) == min(values)


# gaps --------------------------------------------------------------------------------------------------------------------


def test_a_reading_every_interval_leaves_no_gap() -> None:
    assert gaps([float(m) for m in range(61)]) == []


def test_one_missing_reading_is_not_yet_a_gap() -> None:
    assert gaps([float(m) for m in range(61) if m != 30]) == []


def test_two_missing_readings_are_a_gap_from_the_last_to_the_next_one() -> None:
    assert gaps([float(m) for m in range(61) if m not in (30, 31)]) == [(29, 32)]


def test_a_step_of_exactly_two_intervals_is_none_and_anything_longer_is() -> None:
    assert (gaps([0, 2, 60], end=2), gaps([0, 2.001, 60], end=2.001)) == ([], [(0, 2.001)])


def test_no_reading_at_all_is_one_gap_over_the_whole_window() -> None:
    assert gaps([]) == [(0, 60)]


def test_a_window_of_no_length_has_no_gap() -> None:
    assert (gaps([], start=5, end=5), gaps([], start=6, end=5)) == ([], [])


def test_what_is_not_known_at_the_beginning_and_at_the_end_is_a_gap() -> None:
    assert gaps([float(m) for m in range(10, 51)]) == [(0, 10), (50, 60)]


def test_a_reading_within_two_intervals_of_an_edge_covers_it() -> None:
    assert gaps([float(m) for m in range(2, 59)]) == []


def test_readings_just_outside_the_window_cover_its_edges() -> None:
    assert gaps([-1.5, *[float(m) for m in range(61)], 61.5], start=0.2, end=60.5) == []


def test_a_gap_that_reaches_over_an_edge_is_cut_there() -> None:
    minutes = [-30.0, *[float(m) for m in range(10, 51)], 90.0]
    assert gaps(minutes) == [(0, 10), (50, 60)]


def test_a_reading_long_after_the_window_does_not_make_the_gap_longer_than_the_window() -> None:
    assert gaps([90.0]) == [(0, 60)]


def test_a_reading_long_before_the_window_does_not_make_the_gap_longer_than_the_window() -> None:
    assert gaps([-90.0]) == [(0, 60)]


def test_a_window_between_two_readings_of_a_good_logger_has_no_gap() -> None:
    assert gaps([10.0, 11.0], start=10.2, end=10.8) == []


def test_a_window_inside_a_gap_is_a_gap() -> None:
    assert gaps([0.0, 60.0], start=20, end=30) == [(20, 30)]


@MODERATE
@given(
    st.lists(st.integers(-120, 240), unique=True, max_size=60).map(sorted),
    st.integers(-60, 120),
    st.integers(0, 120),
    st.sampled_from([60, 120, 300]),
)
def test_gaps_lie_within_the_window_in_order_and_hold_no_reading(
    minutes: list[int], start: int, length: int, interval: int
) -> None:
    window = (at(start), at(start + length))
    found = find_gaps([at(m) for m in minutes], *window, interval=interval, logger_id="LA")
    edges = [edge for gap in found for edge in (gap.start, gap.end)]
    assert edges == sorted(edges)
    assert all(window[0] <= edge <= window[1] for edge in edges)
    assert not any(gap.start < at(m) < gap.end for gap in found for m in minutes)


@MODERATE
@given(st.lists(st.integers(0, 120), unique=True, min_size=1, max_size=60).map(sorted), st.sampled_from([60, 120, 300]))
def test_outside_its_gaps_a_logger_is_never_silent_for_more_than_two_intervals(
    minutes: list[int], interval: int
) -> None:
    found = find_gaps([at(m) for m in minutes], at(0), at(120), interval=interval, logger_id="LA")
    known = sorted({at(0), at(120), *[at(m) for m in minutes], *[edge for g in found for edge in (g.start, g.end)]})
    for one, two in pairwise(known):
        silent = two - one > timedelta(seconds=interval * GAP_FACTOR)
        assert not silent or any(gap.start <= one and two <= gap.end for gap in found)


def test_a_sample_is_a_value_at_an_instant() -> None:
    assert Sample(at(1), 5.0) == samples(4.0, 5.0)[1]
