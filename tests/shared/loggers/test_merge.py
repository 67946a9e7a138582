"""Joining downloads: nothing twice, nothing lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.coldchain.readings import Reading, TimeBasis
from shared.loggers.history import SLACK, Point, holes, merge

START = datetime(2026, 11, 22, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def reading(seconds: float, temperature: float | None = 4.5, humidity: float | None = 60.0) -> Reading:
    return Reading(at(seconds), temperature, humidity)


values = st.builds(
    reading,
    st.integers(0, 200).map(lambda n: n * 60),
    st.sampled_from((None, -18.76, -0.01, 0.0, 4.5, 8.1)),
    st.sampled_from((None, 0.0, 60.0)),
)
batches = st.lists(values, max_size=30)


@given(batches, batches)
def test_merging_twice_changes_nothing(known: list[Reading], new: list[Reading]) -> None:
    once = merge(known, new)
    again = merge(once.readings, once.fresh)
    assert again.readings == once.readings
    assert again.fresh == ()


@given(batches)
def test_what_was_downloaded_again_is_all_recognised(new: list[Reading]) -> None:
    first = merge((), new)
    second = merge(first.readings, first.readings)
    assert second.fresh == ()
    assert second.again == len(first.readings)


@given(batches, batches)
def test_the_result_is_in_order_and_holds_everything_once(known: list[Reading], new: list[Reading]) -> None:
    merged = merge(known, new)
    assert list(merged.readings) == sorted(merged.readings, key=lambda r: r.at)
    temperatures = {(r.at, r.temperature) for r in [*known, *new] if r.temperature is not None}
    assert temperatures <= {(r.at, r.temperature) for r in merged.readings}


def test_the_same_record_a_second_later_is_the_same_record_and_its_shift_is_told() -> None:
    merged = merge([reading(60)], [reading(61)])
    assert merged.fresh == ()
    assert merged.again == 1
    assert merged.shift == 1.0


def test_the_nearest_of_several_equal_records_is_the_twin() -> None:
    assert merge([reading(0), reading(4)], [reading(5)]).shift == 1.0


def test_another_value_within_the_slack_is_another_reading() -> None:
    assert merge([reading(60, 4.5)], [reading(61, 9.5)]).fresh == (reading(61, 9.5),)


def test_two_values_at_one_instant_are_both_kept() -> None:
    assert len(merge([reading(60, 4.5)], [reading(60, 9.5)]).readings) == 2


def test_the_same_value_beyond_the_slack_is_another_reading() -> None:
    later = 60 + SLACK.total_seconds() + 1
    assert len(merge([reading(60)], [reading(later)]).readings) == 2


def test_after_the_clock_was_moved_the_records_are_recognised_where_they_went() -> None:
    hour = timedelta(hours=1)
    merged = merge([reading(0), reading(60)], [reading(3600), reading(3660), reading(3720)], shift=hour)
    assert merged.fresh == (reading(3720),)
    assert merged.shift == 3600.0


def test_derived_times_are_never_matched_by_nearness() -> None:
    derived = Reading(at(60), 4.5, 60.0, TimeBasis.DERIVED)
    near = Reading(at(62), 4.5, 60.0, TimeBasis.DERIVED)
    assert len(merge([derived], [near]).readings) == 2
    assert merge([derived], [derived]).fresh == ()


def test_two_halves_of_one_reading_are_joined() -> None:
    merged = merge((), [reading(60, 4.5, None), reading(60, None, 60.0)])
    assert merged.fresh == (reading(60, 4.5, 60.0),)
    other_way = merge((), [reading(60, None, 60.0), reading(60, 4.5, None)])
    assert other_way.fresh == (reading(60, 4.5, 60.0),)


def test_halves_of_different_basis_are_not_joined() -> None:
    assert len(merge((), [reading(60, 4.5, None), Reading(at(60), None, 60.0, TimeBasis.HEARD)]).fresh) == 2


def test_a_point_takes_only_what_is_wanted() -> None:
    point, merged = Point(since=at(60)).take([reading(0), reading(60), reading(120)])
    assert merged.fresh == (reading(60), reading(120))
    assert point.newest == at(120)
    assert point.since == at(60)


def test_a_point_without_readings_has_no_newest() -> None:
    assert Point(since=at(60)).newest is None


def test_holes_are_steps_of_more_than_two_intervals() -> None:
    assert holes([reading(0), reading(60), reading(180), reading(301)], 60) == 1
    assert holes([], 60) == 0


def test_a_late_first_reading_is_a_hole_too() -> None:
    assert holes([reading(180), reading(240)], 60, at(0)) == 1
    assert holes([reading(120), reading(180)], 60, at(0)) == 0
