"""Time as a port, and how an instant is written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import Clock, ManualClock, Pace, PacedClock, ScaledClock, from_ms, rfc3339, to_ms
from tests.shared.refusing import MODERATE
from tests.shared.story import MORNING

INSTANTS = st.integers(0, 7_000_000_000_000_000).map(
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)
BEIJING = timezone(timedelta(hours=8))


def test_a_manual_clock_stands_still_until_it_is_told_to_move() -> None:
    clock: Clock = ManualClock(MORNING)
    assert (clock.now(), clock.now(), clock.monotonic(), clock.monotonic()) == (MORNING, MORNING, 0.0, 0.0)


def test_time_that_passes_passes_on_both_clocks() -> None:
    clock = ManualClock(MORNING, elapsed=5.0)
    clock.advance(90.5)
    assert (clock.now(), clock.monotonic()) == (MORNING + timedelta(seconds=90.5), 95.5)


def test_a_jump_moves_the_wall_clock_alone() -> None:
    clock = ManualClock(MORNING)
    clock.jump(-3600)
    assert (clock.now(), clock.monotonic()) == (MORNING - timedelta(hours=1), 0.0)


def test_a_scaled_clock_starts_at_its_anchor_and_runs_faster() -> None:
    base = ManualClock(MORNING)
    clock = ScaledClock(base, MORNING, datetime(2026, 1, 1, tzinfo=UTC), 60.0)
    base.advance(2)
    assert (clock.now(), clock.monotonic()) == (datetime(2026, 1, 1, 0, 2, tzinfo=UTC), 120.0)


def test_two_processes_with_the_same_four_values_agree_on_the_time() -> None:
    one, other = (ScaledClock(ManualClock(MORNING, elapsed), MORNING, MORNING, 120.0) for elapsed in (0.0, 77.0))
    assert one.now() == other.now()


def test_a_scaled_clock_before_its_anchor_shows_an_earlier_time() -> None:
    base = ManualClock(MORNING)
    base.jump(-1)
    assert ScaledClock(base, MORNING, MORNING, 10.0).now() == MORNING - timedelta(seconds=10)


@MODERATE
@given(st.floats(0, 86_400), st.floats(0.1, 500), st.floats(0.1, 500))
def test_a_change_of_pace_is_no_jump(seconds: float, before: float, after: float) -> None:
    pace = Pace(MORNING, MORNING, before)
    moment = MORNING + timedelta(seconds=seconds)
    assert pace.change(moment, after).now(moment) == pace.now(moment)


def test_after_a_change_of_pace_each_second_is_as_long_as_the_new_one_says() -> None:
    pace = Pace(MORNING, MORNING, 1.0).change(MORNING + timedelta(seconds=10), 60.0)
    assert pace.now(MORNING + timedelta(seconds=12)) == MORNING + timedelta(seconds=10 + 120)


def test_a_paced_clock_runs_at_the_pace_in_force_on_both_its_clocks() -> None:
    base = ManualClock(MORNING)
    pace = [Pace(MORNING, MORNING, 2.0)]
    clock: Clock = PacedClock(base, lambda: pace[0])
    base.advance(5)
    pace[0] = pace[0].change(base.now(), 100.0)
    base.advance(1)
    assert (clock.now(), clock.monotonic()) == (MORNING + timedelta(seconds=110), 110.0)


def test_the_monotonic_time_of_a_paced_clock_starts_with_the_process() -> None:
    base = ManualClock(MORNING)
    base.advance(30)
    assert PacedClock(base, lambda: Pace(MORNING, MORNING, 10.0)).monotonic() == 0.0


def test_milliseconds_count_from_1970() -> None:
    assert (to_ms(datetime(1970, 1, 1, tzinfo=UTC)), to_ms(datetime(2026, 11, 22, tzinfo=UTC))) == (
        0,
        1_795_305_600_000,
    )


def test_a_zone_does_not_change_the_instant() -> None:
    assert to_ms(datetime(2026, 11, 22, 8, tzinfo=BEIJING)) == to_ms(MORNING)


def test_parts_of_a_millisecond_are_cut_also_before_1970() -> None:
    assert (to_ms(MORNING + timedelta(microseconds=999)) - to_ms(MORNING), to_ms(from_ms(-1))) == (0, -1)


@MODERATE
@given(st.integers(-(10**13), 10**14))
def test_milliseconds_survive_the_way_there_and_back(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms


def test_an_instant_is_written_in_utc_with_three_decimals() -> None:
    assert rfc3339(datetime(2026, 11, 22, 8, 0, 0, 7999, tzinfo=BEIJING)) == "2026-11-22T00:00:00.007Z"


@MODERATE
@given(INSTANTS, INSTANTS)
def test_the_order_of_texts_is_the_order_of_times(one: datetime, other: datetime) -> None:
    assert (rfc3339(one) < rfc3339(other)) is (to_ms(one) < to_ms(other))


@MODERATE
@given(INSTANTS)
def test_a_written_instant_reads_back_to_the_millisecond(at: datetime) -> None:
    assert datetime.fromisoformat(rfc3339(at)) == from_ms(to_ms(at))


@pytest.mark.parametrize("write", [to_ms, rfc3339])
def test_an_instant_without_a_zone_is_refused_rather_than_guessed(write: object) -> None:
    assert callable(write)
    with pytest.raises(ValueError, match="needs a time zone"):
        write(datetime(2026, 11, 22))  # noqa: DTZ001 - the naive instant is what is refused
