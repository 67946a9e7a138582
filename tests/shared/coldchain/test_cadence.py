"""The GSP recording rules: at least every 5 min in transit, every 2 min while out of range; how many probes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.coldchain.cadence import (
    GSP,
    HUMIDITY_ERROR,
    MAXIMUM_PERMISSIBLE_ERROR,
    CadenceRules,
    check_cadence,
    probes_required,
    total_gap,
)
from shared.coldchain.excursions import Gap
from shared.coldchain.profiles import REFRIGERATED
from shared.coldchain.readings import Reading
from tests.shared.coldchain.series import reading
from tests.shared.refusing import MODERATE
from tests.shared.story import at

Found = tuple[float, float, int, str]


def findings(*readings: Reading, start: float = 0, end: float | None = None, rules: CadenceRules = GSP) -> list[Found]:
    last = end if end is not None else (readings[-1].at - at(0)).total_seconds() / 60
    found = check_cadence(readings, REFRIGERATED, at(start), at(last), rules)
    return [
        ((f.start - at(0)).total_seconds() / 60, (f.end - at(0)).total_seconds() / 60, f.allowed, f.rule) for f in found
    ]


def test_the_numbers_are_those_of_the_gsp_appendix() -> None:
    assert (GSP.refresh, GSP.transport, GSP.storage, GSP.out_of_range) == (60, 300, 1800, 120)


def test_the_permissible_errors_are_those_of_the_gsp_appendix() -> None:
    assert (MAXIMUM_PERMISSIBLE_ERROR, HUMIDITY_ERROR) == (((-25.0, 0.0, 1.0), (0.0, 40.0, 0.5)), 5.0)


def test_a_record_every_five_minutes_is_enough_in_transit() -> None:
    assert findings(*[reading(m, 5.0) for m in (0, 5, 10, 15)]) == []


def test_a_second_more_than_five_minutes_is_not() -> None:
    assert findings(reading(0, 5.0), reading(5.0625, 5.0)) == [(0, 5.0625, 300, "transport")]


def test_a_record_every_two_minutes_is_enough_while_out_of_range() -> None:
    assert findings(*[reading(m, 9.0) for m in (0, 2, 4)], reading(6, 5.0)) == []


def test_five_minutes_are_too_long_after_a_reading_out_of_range() -> None:
    assert findings(reading(0, 5.0), reading(5, 9.0), reading(10, 5.0), reading(15, 5.0)) == [
        (5, 10, 120, "out_of_range")
    ]


@pytest.mark.parametrize(("value", "kept"), [(2.0, True), (8.0, True), (1.99, False), (8.01, False), (0.0, False)])
def test_the_ends_of_the_range_are_inside_for_the_rule_as_for_the_verdict(value: float, kept: bool) -> None:
    assert (findings(reading(0, value), reading(5, 5.0)) == []) is kept


def test_a_record_without_a_temperature_is_none() -> None:
    assert findings(reading(0, 5.0), reading(5, None), reading(10, 5.0)) == [(0, 10, 300, "transport")]


def test_the_rule_holds_from_the_start_of_the_trip_to_its_end() -> None:
    assert findings(reading(6, 5.0), start=0, end=12) == [(0, 6, 300, "transport"), (6, 12, 300, "transport")]


def test_a_trip_without_any_record_is_one_finding() -> None:
    assert findings(start=0, end=30) == [(0, 30, 300, "transport")]


def test_a_record_at_the_very_start_of_the_trip_counts() -> None:
    assert findings(reading(0, 9.0), reading(4, 5.0), end=5) == [(0, 4, 120, "out_of_range")]


def test_records_outside_the_trip_do_not_count() -> None:
    assert findings(reading(-1, 9.0), reading(3, 5.0), reading(40, 5.0), start=0, end=5) == []


def test_another_jurisdiction_may_state_its_own_numbers() -> None:
    hourly = CadenceRules(transport=3600, out_of_range=600)
    assert findings(reading(0, 5.0), reading(60, 5.0), rules=hourly) == []


def test_a_finding_says_how_long_the_step_was() -> None:
    (found,) = check_cadence([], REFRIGERATED, at(0), at(30))
    assert found.seconds == 1800.0


@MODERATE
@given(st.lists(st.integers(0, 120), unique=True, max_size=60).map(sorted))
def test_every_finding_is_a_step_without_a_record_longer_than_its_rule_allows(minutes: list[int]) -> None:
    for start, end, allowed, _ in findings(*[reading(m, 5.0) for m in minutes], end=120):
        assert (end - start) * 60 > allowed
        assert not any(start < m < end for m in minutes)


@pytest.mark.parametrize(
    ("volume", "probes"), [(0.5, 2), (6, 2), (20, 2), (20.01, 3), (40, 3), (40.01, 4), (60, 4), (61, 5)]
)
def test_a_compartment_needs_two_probes_and_one_more_for_each_further_20_m3_begun(volume: float, probes: int) -> None:
    assert probes_required(volume) == probes


def test_all_gaps_together_are_their_sum() -> None:
    assert total_gap([Gap("LA", at(0), at(5)), Gap("LB", at(10), at(12))]) == 420.0
