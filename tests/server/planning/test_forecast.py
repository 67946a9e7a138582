"""Forecasts of arrivals: ranges that hold, in both directions of time, and promises that are named before they are missed."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.planning.forecast import (
    DAY_LIMITS,
    ENOUGH,
    LEGS,
    STAYS,
    Ahead,
    Basis,
    Certainty,
    Driving,
    Here,
    Model,
    Sample,
    Seen,
    Span,
    Waiting,
    day_factor,
    forecast,
    learned,
)

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def window(start: float, end: float) -> Span:
    return Span(after(start), after(end))


stops = st.lists(
    st.builds(
        Ahead,
        st.just("s"),
        st.floats(0, 7200),
        st.floats(0, 3600),
        st.sampled_from([(), (window(0, 9000),), (window(1800, 5400), window(9000, 14_000)), (window(-7200, -60),)]),
    ),
    min_size=1,
    max_size=4,
)
models = st.builds(Model, st.sampled_from([LEGS]), st.sampled_from([STAYS]), st.floats(*DAY_LIMITS))
sights: st.SearchStrategy[Seen] = st.one_of(
    st.builds(Waiting, st.integers(-3600, 3600).map(after)),
    st.builds(Driving, st.floats(0, 2), st.integers(-7200, 0).map(after)),
    st.builds(Here, st.integers(-7200, 0).map(after), st.sampled_from([None, NOW])),
)


@given(stops, sights, models)
def test_a_range_holds_what_is_likely_and_lies_ahead(ahead: list[Ahead], seen: Seen, model: Model) -> None:
    found = forecast(ahead, seen, NOW, model)
    for number, one in enumerate(found):
        assert one.earliest <= one.likely <= one.latest
        assert one.likely <= one.begins <= one.leaves or (isinstance(seen, Here) and number == 0)
        assert one.earliest >= NOW or (isinstance(seen, Here) and number == 0)


@given(stops, sights, models, st.integers(0, 7200))
def test_a_later_now_never_makes_a_likely_time_earlier(
    ahead: list[Ahead], seen: Seen, model: Model, later: int
) -> None:
    before, afterwards = forecast(ahead, seen, NOW, model), forecast(ahead, seen, after(later), model)
    for one, other in zip(before, afterwards, strict=True):
        assert other.likely >= one.likely - timedelta(seconds=1)  # both are rounded
        assert other.leaves >= one.leaves - timedelta(seconds=1)


@given(stops, st.floats(0, 2), models, st.integers(0, 7200), st.integers(0, 7200))
def test_an_older_position_never_makes_a_range_narrower(
    ahead: list[Ahead], share: float, model: Model, age: int, older: int
) -> None:
    fresh = forecast(ahead, Driving(share, after(-age)), NOW, model)
    stale = forecast(ahead, Driving(share, after(-age - older)), NOW, model)
    for one, other in zip(fresh, stale, strict=True):
        assert other.latest >= one.latest - timedelta(seconds=1)
        assert other.earliest <= one.earliest + timedelta(seconds=1)


def test_a_vehicle_on_its_way_arrives_when_the_rest_of_its_leg_is_driven() -> None:
    ahead = [Ahead("a", 1200, 600), Ahead("b", 600, 600)]
    first, second = forecast(ahead, Driving(0.5, NOW), NOW, Model(day=1.5))
    assert (first.likely, first.leaves) == (after(900), after(1500))
    assert second.likely == after(1500 + 900)
    assert first.likely - first.earliest < second.likely - second.earliest  # it adds up


def test_a_leg_is_as_uncertain_as_its_halves() -> None:
    whole = forecast([Ahead("b", 2400, 0)], Driving(1.0, NOW), NOW, Model())[-1]
    halves = forecast([Ahead("a", 1200, 0), Ahead("b", 1200, 0)], Driving(1.0, NOW), NOW, Model())[-1]
    assert (whole.earliest, whole.likely, whole.latest) == (halves.earliest, halves.likely, halves.latest)


def test_a_vehicle_that_has_not_left_leaves_as_planned_or_now() -> None:
    ahead = [Ahead("a", 1200, 0)]
    assert forecast(ahead, Waiting(after(600)), NOW, Model())[0].likely == after(1800)
    assert forecast(ahead, Waiting(after(-600)), NOW, Model())[0].likely == after(1200)


def test_at_a_stop_only_handing_over_is_left_and_after_the_signature_nothing() -> None:
    ahead = [Ahead("a", 1200, 1200), Ahead("b", 600, 0)]
    here = forecast(ahead, Here(after(-300)), NOW, Model())
    assert (here[0].likely, here[0].latest, here[0].leaves) == (after(-300), after(-300), after(900))
    signed = forecast(ahead, Here(after(-300), NOW), NOW, Model())
    assert (signed[0].leaves, signed[1].likely) == (NOW, after(600))


def test_a_wait_for_the_window_swallows_what_is_uncertain() -> None:
    ahead = [Ahead("a", 1200, 600, (window(7200, 9000),)), Ahead("b", 600, 0)]
    _, second = forecast(ahead, Driving(1.0, NOW), NOW, Model())
    alone = forecast([Ahead("b", 600, 0)], Driving(1.0, NOW), NOW, Model())[0]
    assert second.likely == after(7200 + 600 + 600)
    assert second.latest - second.earliest < 3 * (alone.latest - alone.earliest)


@pytest.mark.parametrize(
    ("closes", "certainty", "minutes"),
    [(600, Certainty.CERTAIN, 10), (1150, Certainty.LIKELY, 1), (1250, Certainty.POSSIBLE, 6), (1600, None, 0)],
)
def test_a_promise_is_named_before_it_is_missed(closes: int, certainty: Certainty | None, minutes: int) -> None:
    (found,) = forecast([Ahead("a", 1200, 0, (window(-3600, closes),))], Driving(1.0, NOW), NOW, Model())
    assert (found.miss and found.miss.certainty) == certainty
    if found.miss is not None:
        assert (found.miss.limit, found.miss.minutes) == (after(closes), minutes)


def test_between_two_windows_nothing_is_missed_and_the_vehicle_waits() -> None:
    hours = (window(-3600, 600), window(5400, 9000))
    (found,) = forecast([Ahead("a", 1200, 0, hours)], Driving(1.0, NOW), NOW, Model())
    assert (found.miss, found.begins) == (None, after(5400))


def drawn(rng: random.Random, planned: float, slow: float, grain: float) -> float:
    """A duration whose mean is ``slow`` times the planned one and whose variance grows with it: a gamma process."""
    return rng.gammavariate(planned * slow / grain, grain)


def test_four_arrivals_out_of_five_fall_into_the_range_that_was_learned() -> None:
    """A history of legs and visits teaches the model; on further days of the same city its ranges are counted out."""
    rng = random.Random(7)

    def leg() -> Sample:
        planned = rng.uniform(300, 2400)
        return Sample(planned, drawn(rng, planned, 1.15, 60))

    def stay() -> Sample:
        planned = rng.uniform(300, 1200)
        return Sample(planned, drawn(rng, planned, 0.9, 120))

    model = Model(learned([leg() for _ in range(800)], LEGS), learned([stay() for _ in range(800)], STAYS))
    assert model.legs.middle == pytest.approx(1.15, abs=0.05)
    inside = [0, 0, 0, 0]
    days = 500
    for _ in range(days):
        legs, stays = [leg() for _ in inside], [stay() for _ in inside]
        ahead = [Ahead(str(i), one.planned, two.planned) for i, (one, two) in enumerate(zip(legs, stays, strict=True))]
        at = 0.0
        for number, one in enumerate(forecast(ahead, Driving(1.0, NOW), NOW, model)):
            at += legs[number].actual
            inside[number] += one.earliest <= after(at) <= one.latest
            at += stays[number].actual
    for count in inside:
        assert 0.75 <= count / days <= 0.86


def test_positions_that_are_old_still_hold_what_they_promise() -> None:
    """Vehicles that drove on while nobody heard of them: the range is wider than it need be, never too narrow."""
    rng = random.Random(11)
    model = Model(learned([Sample(p := rng.uniform(300, 2400), drawn(rng, p, 1.0, 60)) for _ in range(800)], LEGS))
    inside, days = 0, 500
    for _ in range(days):
        takes, age = drawn(rng, 1800, 1.0, 60), rng.uniform(0, 900)
        if takes <= age:
            continue
        (found,) = forecast([Ahead("a", 1800, 0)], Driving(1.0, after(-age)), NOW, model)
        inside += found.earliest <= after(takes - age) <= found.latest
    assert inside / days >= 0.8


def test_few_samples_teach_nothing_and_say_so() -> None:
    few = [Sample(1200, 2400)] * (ENOUGH - 1)
    assert learned(few, LEGS) == LEGS
    assert LEGS.basis is Basis.STATED
    taught = learned([*few, Sample(1200, 2400), Sample(10, 10_000)], LEGS)
    assert (taught.basis, taught.middle, taught.samples) == (Basis.LEARNED, 2.0, ENOUGH)


@given(st.lists(st.builds(Sample, st.floats(0, 7200), st.floats(0, 20_000)), max_size=30))
@settings(max_examples=50)
def test_a_day_is_never_slower_than_its_slowest_leg_or_faster_than_its_fastest(samples: list[Sample]) -> None:
    factor = day_factor(samples, LEGS)
    ratios = [one.actual / one.planned for one in samples if one.planned >= 60]
    least, most = DAY_LIMITS
    assert max(least, min([1.0, *ratios])) - 1e-9 <= max(factor, least)
    assert factor <= min(most, max([1.0, *ratios])) + 1e-9


def test_one_slow_leg_makes_no_slow_day_and_ten_do() -> None:
    assert day_factor([Sample(1200, 3600)], LEGS) < 1.3
    assert day_factor([Sample(1200, 3600)] * 10, LEGS) > 2
