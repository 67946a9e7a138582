"""The chart's geometry: every peak on the picture, nothing drawn through silence."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from driver_app.widgets.plot import Span, Trace, beyond, frame, hatch, lines, ticks
from shared.coldchain.excursions import Sample

START = datetime(2026, 11, 22, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def trace(*values: float) -> Trace:
    return Trace("L1", tuple(Sample(at(i), value) for i, value in enumerate(values)))


def test_the_frame_holds_the_range_and_every_sample() -> None:
    axes = frame([trace(5.0, 11.0, -1.0)], [], 2.0, 8.0, 100, 50)
    assert axes.bottom < -1.0 < 11.0 < axes.top
    assert (axes.start, axes.end) == (at(0), at(2))


def test_the_frame_holds_a_gap_after_the_last_sample() -> None:
    axes = frame([trace(5.0, 5.0)], [Span(at(1), at(30))], 2.0, 8.0, 100, 50)
    assert axes.end == at(30)


def test_a_frame_without_anything_still_has_a_width() -> None:
    axes = frame([], [], 2.0, 8.0, 100, 50)
    assert axes.end > axes.start


def test_a_trace_is_broken_where_a_gap_lies() -> None:
    known = trace(5.0, 5.0, 5.0, 5.0)
    axes = frame([known], [], 2.0, 8.0, 30, 10)
    runs = list(lines(known, [Span(at(1), at(2))], axes))
    assert [len(run) for run in runs] == [2, 2]


def test_a_trace_without_samples_is_no_line() -> None:
    axes = frame([trace(5.0)], [], 2.0, 8.0, 30, 10)
    assert list(lines(Trace("L2", ()), [], axes)) == []


def test_what_is_beyond_the_range_is_cut_where_it_crosses() -> None:
    assert list(beyond([(0, 0), (10, 20)], -5, 10)) == [(5.0, 10, 10, 20)]
    assert list(beyond([(0, 20), (10, 0)], -5, 10)) == [(0, 20, 5.0, 10)]


def test_a_jump_from_below_to_above_is_beyond_on_both_sides() -> None:
    found = list(beyond([(0, -10), (10, 30)], 0, 10))
    assert found == [(5.0, 10, 10, 30), (0, -10, 2.5, 0)]


def test_a_single_reading_beyond_is_a_point() -> None:
    assert list(beyond([(3, 20)], 0, 10)) == [(3, 20, 3, 20)]


def test_what_stays_inside_gives_nothing() -> None:
    assert list(beyond([(0, 1), (5, 9), (9, 10)], 0, 10)) == []


@given(st.lists(st.floats(-20, 30), min_size=2, max_size=30))
def test_no_peak_is_lost(values: list[float]) -> None:
    run = [(float(i), value) for i, value in enumerate(values)]
    drawn = {y for x0, y0, x1, y1 in beyond(run, 0.0, 10.0) for y in (y0, y1)}
    assert {value for value in values if value > 10.0 or value < 0.0} <= drawn


@given(st.floats(0, 300), st.floats(1, 300), st.floats(5, 200), st.floats(3, 20))
def test_hatching_stays_inside(x0: float, width: float, height: float, step: float) -> None:
    for ax, ay, bx, by in hatch(x0, x0 + width, height, step):
        assert x0 - 1e-6 <= ax <= bx <= x0 + width + 1e-6
        assert -1e-6 <= ay <= by <= height + 1e-6


def test_ticks_stand_on_round_times() -> None:
    assert [mark.strftime("%H:%M") for mark in ticks(at(7), at(140), 5)] == ["00:30", "01:00", "01:30", "02:00"]


def test_there_are_never_more_ticks_than_fit() -> None:
    assert len(ticks(at(0), at(60 * 24 * 3), 4)) <= 4
