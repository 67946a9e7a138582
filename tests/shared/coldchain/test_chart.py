"""Thinning a series for a chart never loses what left the range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.coldchain.chart import keep_peaks
from shared.coldchain.excursions import Sample
from tests.shared.coldchain.series import samples, values_of
from tests.shared.refusing import MODERATE
from tests.shared.story import at

SERIES = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(-400, 4000)), min_size=1, max_size=400, unique_by=lambda pair: pair[0]
).map(lambda pairs: [Sample(at(minute), hundredths / 100) for minute, hundredths in sorted(pairs)])
BUCKETS = st.integers(1, 30)


@MODERATE
@given(SERIES, BUCKETS)
def test_the_highest_and_the_lowest_value_are_always_on_the_chart(series: list[Sample], buckets: int) -> None:
    kept, values = values_of(keep_peaks(series, buckets)), values_of(series)
    assert (min(kept), max(kept)) == (min(values), max(values))


@MODERATE
@given(SERIES, BUCKETS)
def test_a_chart_begins_and_ends_where_the_series_does(series: list[Sample], buckets: int) -> None:
    kept = keep_peaks(series, buckets)
    assert (kept[0], kept[-1]) == (series[0], series[-1])


@MODERATE
@given(SERIES, BUCKETS)
def test_a_chart_shows_samples_of_the_series_in_their_order_each_once(series: list[Sample], buckets: int) -> None:
    kept = keep_peaks(series, buckets)
    chosen = set(kept)
    assert kept == [sample for sample in series if sample in chosen]


@MODERATE
@given(SERIES, BUCKETS)
def test_a_chart_has_at_most_four_points_a_bucket(series: list[Sample], buckets: int) -> None:
    assert len(keep_peaks(series, buckets)) <= 4 * buckets


@MODERATE
@given(SERIES, BUCKETS)
def test_every_stretch_of_time_keeps_its_own_peak(series: list[Sample], buckets: int) -> None:
    kept = keep_peaks(series, buckets)
    start, span = series[0].at, (series[-1].at - series[0].at).total_seconds() or 1.0

    def bucket(sample: Sample) -> int:
        return min(buckets - 1, int((sample.at - start).total_seconds() / span * buckets))

    for number in {bucket(sample) for sample in series}:
        peak = max(sample.value for sample in series if bucket(sample) == number)
        assert peak in {sample.value for sample in kept if bucket(sample) == number}


def test_one_warm_minute_in_a_week_stays_on_the_smallest_chart() -> None:
    week = samples(*[5.0] * 5000, 14.5, *[5.0] * 5079)
    assert 14.5 in values_of(keep_peaks(week, 1))


def test_a_short_series_is_shown_whole() -> None:
    assert keep_peaks(samples(1.0, 2.0, 3.0, 4.0), 1) == samples(1.0, 2.0, 3.0, 4.0)


def test_nothing_is_shown_of_nothing() -> None:
    assert keep_peaks([], 5) == []


def test_many_samples_of_one_instant_keep_their_extremes() -> None:
    burst = [Sample(at(0), float(n)) for n in range(20)]
    assert values_of(keep_peaks(burst, 2)) == [0.0, 19.0]


@pytest.mark.parametrize("buckets", [0, -3])
def test_a_chart_without_buckets_is_none(buckets: int) -> None:
    with pytest.raises(ValueError, match="at least one bucket"):
        keep_peaks(samples(1.0), buckets)
