"""The verdict: batch × container × logger × time, in the histories a day can have. *Unknown* is not a kind of fine."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.coldchain.excursions import Gap, Measure, Side
from shared.coldchain.kinetic import mean_kinetic_temperature
from shared.coldchain.profiles import FROZEN, REFRIGERATED, ProductRange
from shared.coldchain.readings import Series, TimeBasis
from shared.coldchain.verdict import Attachment, Conformity, Ride, Verdict, judge, worst
from tests.shared.coldchain.series import by_logger, reading, steady, without
from tests.shared.refusing import MODERATE
from tests.shared.story import DAY, at

CONFORMANT, NON_CONFORMANT, UNKNOWN = Conformity.CONFORMANT, Conformity.NON_CONFORMANT, Conformity.UNKNOWN
RIDE = Ride("K", at(0))
LA = Attachment("LA", "K", at(-10), None, date(2027, 3, 1))
LB = Attachment("LB", "K", at(-10), None, date(2027, 3, 1))
LC = Attachment("LC", "B", at(-10), None, date(2027, 3, 1))
VACCINE = ProductRange(2.0, 8.0, 35.0, 75.0)
"""A product whose humidity matters too."""
TOLERANT = ProductRange(2.0, 8.0, allowance=1800, hard_low=0.0, hard_high=25.0)
"""Half an hour outside is tolerated, between 0 and 25 °C."""


def judged(
    *series: Series,
    rides: tuple[Ride, ...] = (RIDE,),
    loggers: tuple[Attachment, ...] = (LA,),
    limits: ProductRange = REFRIGERATED,
    until: float = 60,
) -> Verdict:
    return judge(rides, loggers, by_logger(*series), limits, at=at(until))


# in range, out of range --------------------------------------------------------------------------------------------------


def test_a_whole_ride_in_range_is_conformant() -> None:
    assert judged(steady("LA", -5, 65)).conformity is CONFORMANT


def test_one_reading_out_of_range_is_non_conformant() -> None:
    assert judged(steady("LA", -5, 65, m30=8.01)).conformity is NON_CONFORMANT


@pytest.mark.parametrize("temperature", [2.0, 8.0])
def test_a_ride_exactly_at_an_end_of_the_range_is_conformant(temperature: float) -> None:
    assert judged(steady("LA", -5, 65, temperature)).conformity is CONFORMANT


@pytest.mark.parametrize("temperature", [0.0, -0.5, -18.0])
def test_zero_and_negative_degrees_are_too_cold_for_refrigerated_goods(temperature: float) -> None:
    verdict = judged(steady("LA", -5, 65, m30=temperature))
    assert (verdict.conformity, verdict.lowest) == (NON_CONFORMANT, temperature)


def test_zero_degrees_all_the_way_is_a_temperature_for_goods_that_may_have_it() -> None:
    verdict = judged(steady("LA", -5, 65, 0.0), limits=ProductRange(-5.0, 5.0))
    assert (verdict.conformity, verdict.lowest, verdict.highest, verdict.first) == (CONFORMANT, 0.0, 0.0, 0.0)


def test_frozen_goods_at_minus_eighteen_are_conformant_and_have_no_kinetic_mean() -> None:
    verdict = judged(steady("LA", -5, 65, -18.0), limits=FROZEN)
    assert (verdict.conformity, verdict.mkt) == (CONFORMANT, None)


def test_what_the_logger_read_before_the_goods_were_in_the_container_does_not_count() -> None:
    verdict = judged(steady("LA", -5, 65, **{"m-3": 20.0}))
    assert (verdict.conformity, verdict.highest) == (CONFORMANT, 5.0)


def test_what_the_logger_read_after_the_goods_were_handed_over_does_not_count() -> None:
    verdict = judged(steady("LA", -5, 65, m45=20.0), rides=(Ride("K", at(0), at(40)),))
    assert (verdict.conformity, verdict.end) == (CONFORMANT, at(40))


def test_the_readings_at_the_very_start_and_end_of_a_ride_count() -> None:
    early, late = (judged(steady("LA", -5, 65, **{key: 9.0})) for key in ("m0", "m60"))
    assert (early.conformity, late.conformity) == (NON_CONFORMANT, NON_CONFORMANT)


def test_a_verdict_says_first_and_last_lowest_and_highest() -> None:
    verdict = judged(steady("LA", -5, 65, m0=4.0, m20=2.5, m40=7.5, m60=6.0))
    assert (verdict.first, verdict.last, verdict.lowest, verdict.highest) == (4.0, 6.0, 2.5, 7.5)


def test_a_verdict_says_over_which_time_by_how_many_readings_of_which_loggers() -> None:
    verdict = judged(steady("LA", -5, 65))
    assert (verdict.start, verdict.end, verdict.readings, verdict.loggers) == (at(0), at(60), 61, ("LA",))


def test_an_excursion_is_named_with_its_logger_its_time_and_its_peak() -> None:
    (found,) = judged(steady("LA", -5, 65, m30=9.0, m31=12.5)).excursions
    assert (found.logger_id, found.side, found.start, found.end, found.peak) == ("LA", Side.HIGH, at(30), at(32), 12.5)


def test_the_kinetic_mean_never_makes_an_excursion_good() -> None:
    verdict = judged(steady("LA", -5, 65, 3.0, m30=8.5))
    assert verdict.mkt is not None
    assert verdict.mkt < 8.0
    assert verdict.conformity is NON_CONFORMANT


def test_in_the_kinetic_mean_each_reading_weighs_the_time_to_the_next_one() -> None:
    series = Series("LA", 300, (reading(0, 4.0), reading(5, 9.0), reading(7, 6.0)))
    verdict = judged(series, until=12)
    assert verdict.mkt == mean_kinetic_temperature([(4.0, 300.0), (9.0, 120.0), (6.0, 300.0)])


def test_in_the_kinetic_mean_no_reading_weighs_more_than_the_time_after_which_a_gap_begins() -> None:
    series = Series("LA", 60, (reading(0, 4.0), reading(30, 9.0)))
    verdict = judged(series, until=31)
    assert verdict.mkt == mean_kinetic_temperature([(4.0, 120.0), (9.0, 60.0)])


def test_a_reading_at_the_very_end_weighs_a_second_and_not_nothing() -> None:
    series = Series("LA", 60, (reading(0, 4.0), reading(1, 9.0)))
    assert judged(series, until=1).mkt == mean_kinetic_temperature([(4.0, 60.0), (9.0, 1.0)])


def test_a_derived_time_is_marked() -> None:
    readings = tuple(reading(m, 5.0, basis=TimeBasis.DERIVED) for m in range(61))
    assert (judged(Series("LA", 60, readings)).derived, judged(steady("LA", 0, 60)).derived) == (True, False)


def test_one_derived_time_among_many_marks_the_verdict() -> None:
    readings = tuple(reading(m, 5.0, basis=TimeBasis.DERIVED if m == 30 else TimeBasis.LOGGER_CLOCK) for m in range(61))
    assert judged(Series("LA", 60, readings)).derived


def test_readings_that_come_in_the_wrong_order_give_the_same_verdict() -> None:
    ordered = without(steady("LA", -5, 65, m30=9.0), 40, 41, 42)
    shuffled = msgspec.structs.replace(ordered, readings=ordered.readings[::-1])
    assert judged(shuffled) == judged(ordered)


# not known ---------------------------------------------------------------------------------------------------------------


def test_a_gap_makes_the_verdict_unknown() -> None:
    verdict = judged(without(steady("LA", -5, 65), *range(20, 35)))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("LA", at(19), at(35)),))


def test_an_excursion_outweighs_a_gap() -> None:
    assert judged(without(steady("LA", -5, 65, m10=9.0), *range(20, 35))).conformity is NON_CONFORMANT


def test_a_reading_without_a_value_leaves_its_gap_open() -> None:
    verdict = judged(steady("LA", -5, 65, m20=None, m21=None, m22=None))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("LA", at(19), at(23)),))


def test_a_gap_at_the_start_of_the_ride_is_a_gap() -> None:
    verdict = judged(steady("LA", 10, 65))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("LA", at(0), at(10)),))


def test_a_gap_at_the_end_of_the_ride_is_a_gap() -> None:
    verdict = judged(steady("LA", -5, 40))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("LA", at(40), at(60)),))


def test_a_gap_outside_the_ride_is_none() -> None:
    series = without(steady("LA", -60, 120), *range(-50, -10), *range(70, 110))
    assert judged(series).conformity is CONFORMANT


def test_a_logger_that_was_never_read_is_a_gap_over_the_whole_ride() -> None:
    verdict = judged()
    assert (verdict.conformity, verdict.gaps, verdict.loggers) == (UNKNOWN, (Gap("LA", at(0), at(60)),), ())


def test_a_container_without_a_logger_is_a_gap_of_the_container() -> None:
    verdict = judged(loggers=())
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("K", at(0), at(60)),))


def test_a_logger_that_was_taken_off_before_the_goods_came_in_says_nothing() -> None:
    before = msgspec.structs.replace(LA, until=at(-5))
    verdict = judged(steady("LA", -60, 65), loggers=(before,))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("K", at(0), at(60)),))


def test_a_logger_that_had_run_out_and_was_taken_off_before_the_goods_came_in_is_not_held_against_them() -> None:
    before = Attachment("LB", "K", at(-60), at(-5), date(2026, 1, 1))
    verdict = judged(steady("LA", -5, 65), loggers=(before, LA))
    assert (verdict.conformity, verdict.uncalibrated) == (CONFORMANT, ())


def test_the_logger_of_another_container_says_nothing() -> None:
    verdict = judged(steady("LC", -5, 65), loggers=(LC,))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("K", at(0), at(60)),))


def test_a_line_that_rode_nowhere_is_unknown() -> None:
    verdict = judged(steady("LA", -5, 65), rides=())
    assert (verdict.conformity, verdict.start, verdict.readings) == (UNKNOWN, None, 0)


def test_a_ride_of_no_length_is_unknown() -> None:
    verdict = judged(steady("LA", -5, 65), rides=(Ride("K", at(10), at(10)),))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, ())


def test_a_verdict_before_the_ride_began_is_unknown() -> None:
    assert judged(steady("LA", -5, 65), until=-1).conformity is UNKNOWN


def test_a_ride_that_ends_before_it_starts_as_a_clock_was_set_back_is_not_known() -> None:
    back = Ride("B", at(50), at(20))
    verdict = judged(steady("LA", -5, 65), rides=(Ride("K", at(0), at(60)), back))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("B", at(20), at(50)),))


# calibration -------------------------------------------------------------------------------------------------------------


def test_a_logger_whose_calibration_ran_out_does_not_count_and_is_named() -> None:
    expired = msgspec.structs.replace(LA, calibrated_until=DAY - timedelta(days=1))
    verdict = judged(steady("LA", -5, 65), loggers=(expired,))
    assert (verdict.conformity, verdict.uncalibrated, verdict.loggers, verdict.gaps) == (
        *(UNKNOWN, ("LA",), ()),
        (Gap("K", at(0), at(60)),),
    )


def test_a_calibration_is_good_through_its_last_day() -> None:
    last_day = msgspec.structs.replace(LA, calibrated_until=DAY)
    assert judged(steady("LA", -5, 65), loggers=(last_day,)).conformity is CONFORMANT


def test_an_excursion_that_only_an_uncalibrated_logger_saw_does_not_condemn_but_neither_is_it_fine() -> None:
    expired = msgspec.structs.replace(LA, calibrated_until=date(2026, 1, 1))
    assert judged(steady("LA", -5, 65, m30=20.0), loggers=(expired,)).conformity is UNKNOWN


def test_a_calibrated_logger_beside_an_uncalibrated_one_is_enough() -> None:
    expired = msgspec.structs.replace(LA, calibrated_until=date(2026, 1, 1))
    verdict = judged(steady("LA", -5, 65, m30=20.0), steady("LB", -5, 65), loggers=(expired, LB))
    assert (verdict.conformity, verdict.uncalibrated, verdict.loggers) == (CONFORMANT, ("LA",), ("LB",))


# several loggers ---------------------------------------------------------------------------------------------------------


def test_every_logger_of_a_container_is_heard_one_that_saw_an_excursion_is_enough() -> None:
    verdict = judged(steady("LA", -5, 65), steady("LB", -5, 65, m30=9.0), loggers=(LA, LB))
    assert (verdict.conformity, [x.logger_id for x in verdict.excursions]) == (NON_CONFORMANT, ["LB"])


def test_a_gap_of_one_of_several_loggers_is_a_gap() -> None:
    verdict = judged(steady("LA", -5, 65), without(steady("LB", -5, 65), *range(20, 30)), loggers=(LA, LB))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("LB", at(19), at(30)),))


def test_a_logger_that_takes_over_without_a_break_leaves_no_gap() -> None:
    first, second = msgspec.structs.replace(LA, until=at(30)), msgspec.structs.replace(LB, start=at(30))
    verdict = judged(steady("LA", -5, 30), steady("LB", 29, 65), loggers=(first, second))
    assert (verdict.conformity, verdict.loggers) == (CONFORMANT, ("LA", "LB"))


def test_the_time_between_two_loggers_is_a_gap_of_the_container() -> None:
    first, second = msgspec.structs.replace(LA, until=at(30)), msgspec.structs.replace(LB, start=at(33))
    verdict = judged(steady("LA", -5, 65), steady("LB", -5, 65), loggers=(first, second))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("K", at(30), at(33)),))


def test_what_a_logger_read_before_and_after_it_was_attached_does_not_count() -> None:
    first, second = msgspec.structs.replace(LA, until=at(30)), msgspec.structs.replace(LB, start=at(30))
    verdict = judged(steady("LA", -5, 65, m40=20.0), steady("LB", -5, 65, m20=20.0), loggers=(first, second))
    assert verdict.conformity is CONFORMANT


def test_a_logger_that_moved_to_another_container_speaks_for_each_at_its_time() -> None:
    loggers = (
        msgspec.structs.replace(LA, until=at(30)),
        Attachment("LA", "B", at(30), None, LA.calibrated_until),
        LB,
    )
    verdict = judged(steady("LA", -5, 65, m45=20.0), steady("LB", -5, 65), loggers=loggers)
    assert verdict.conformity is CONFORMANT


# several containers ------------------------------------------------------------------------------------------------------


def test_a_line_split_over_two_containers_answers_for_both() -> None:
    rides = (Ride("K", at(0)), Ride("B", at(2)))
    verdict = judged(steady("LA", -5, 65), steady("LC", -5, 65, m30=9.0), rides=rides, loggers=(LA, LC))
    assert (verdict.conformity, verdict.loggers) == (NON_CONFORMANT, ("LA", "LC"))


def test_a_line_split_over_two_containers_one_of_them_silent_is_unknown() -> None:
    rides = (Ride("K", at(0)), Ride("B", at(2)))
    verdict = judged(steady("LA", -5, 65), rides=rides, loggers=(LA, LC))
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("LC", at(2), at(60)),))


def test_a_line_that_changed_containers_is_judged_by_each_in_its_time() -> None:
    rides = (Ride("K", at(0), at(30)), Ride("B", at(30)))
    series = (steady("LA", -5, 65, m40=20.0), steady("LC", -5, 65, m20=20.0))
    verdict = judged(*series, rides=rides, loggers=(LA, LC))
    assert (verdict.conformity, verdict.start, verdict.end) == (CONFORMANT, at(0), at(60))


def test_first_and_last_are_those_of_the_whole_journey() -> None:
    rides = (Ride("B", at(30)), Ride("K", at(0), at(30)))
    verdict = judged(steady("LC", -5, 65, 6.0), steady("LA", -5, 65, 4.0), rides=rides, loggers=(LA, LC))
    assert (verdict.first, verdict.last) == (4.0, 6.0)


# humidity ----------------------------------------------------------------------------------------------------------------


def damp(logger_id: str, humidity: float | None, *, start: int = 0, end: int = 60) -> Series:
    return Series(logger_id, 60, tuple(reading(m, 5.0, humidity) for m in range(start, end + 1)))


def test_humidity_in_range_is_conformant() -> None:
    assert judged(damp("LA", 50.0), limits=VACCINE).conformity is CONFORMANT


@pytest.mark.parametrize(
    ("humidity", "expected"), [(35.0, CONFORMANT), (75.0, CONFORMANT), (75.01, NON_CONFORMANT), (0.0, NON_CONFORMANT)]
)
def test_humidity_is_judged_like_temperature_ends_included(humidity: float, expected: Conformity) -> None:
    assert judged(damp("LA", humidity), limits=VACCINE).conformity is expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (ProductRange(2.0, 8.0, humidity_high=75.0), NON_CONFORMANT),
        (ProductRange(2.0, 8.0, humidity_low=35.0), CONFORMANT),
        (ProductRange(2.0, 8.0, humidity_low=0.0), CONFORMANT),
    ],
    ids=["not above", "not below", "not below zero"],
)
def test_humidity_may_be_limited_at_one_end_only(limits: ProductRange, expected: Conformity) -> None:
    assert judged(damp("LA", 80.0), limits=limits).conformity is expected


def test_humidity_of_a_product_that_does_not_ask_for_it_is_not_judged() -> None:
    assert judged(damp("LA", 99.0)).conformity is CONFORMANT


def test_a_product_that_asks_for_humidity_is_unknown_where_no_logger_measures_it() -> None:
    verdict = judged(damp("LA", None), limits=VACCINE)
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("K", at(0), at(60)),))


def test_missing_humidity_readings_are_a_gap_where_humidity_matters() -> None:
    readings = tuple(reading(m, 5.0, None if 20 <= m < 30 else 50.0) for m in range(61))
    verdict = judged(Series("LA", 60, readings), limits=VACCINE)
    assert (verdict.conformity, verdict.gaps) == (UNKNOWN, (Gap("LA", at(19), at(30)),))


def test_a_logger_without_humidity_beside_one_with_it_is_no_gap() -> None:
    assert judged(damp("LA", None), damp("LB", 50.0), loggers=(LA, LB), limits=VACCINE).conformity is CONFORMANT


def test_a_gap_in_both_temperature_and_humidity_is_named_once() -> None:
    verdict = judged(without(damp("LA", 50.0), *range(20, 30)), limits=VACCINE)
    assert verdict.gaps == (Gap("LA", at(19), at(30)),)


def test_humidity_out_of_range_is_not_excused_by_a_tolerated_temperature_beside_it() -> None:
    tolerant = ProductRange(2.0, 8.0, 35.0, 75.0, allowance=36_000)
    readings = tuple(reading(m, 9.0 if m == 10 else 5.0, 80.0 if m == 20 else 50.0) for m in range(61))
    verdict = judged(Series("LA", 60, readings), limits=tolerant)
    assert (verdict.conformity, [x.measure for x in verdict.excursions]) == (
        NON_CONFORMANT,
        [Measure.TEMPERATURE, Measure.HUMIDITY],
    )


def test_a_stability_allowance_is_for_temperature_and_not_for_humidity() -> None:
    tolerant = ProductRange(2.0, 8.0, 35.0, 75.0, allowance=36_000)
    verdict = judged(damp("LA", 80.0), limits=tolerant)
    assert (verdict.conformity, verdict.excursions[0].measure) == (NON_CONFORMANT, Measure.HUMIDITY)


# the stability allowance -------------------------------------------------------------------------------------------------


def warm(logger_id: str, *minutes: int, temperature: float = 12.0, end: int = 65) -> Series:
    return steady(logger_id, -5, end, **{f"m{m}": temperature for m in minutes})


def test_without_an_allowance_nothing_outside_is_tolerated() -> None:
    assert judged(warm("LA", 30)).conformity is NON_CONFORMANT


def test_an_excursion_within_the_makers_allowance_is_tolerated_and_still_shown() -> None:
    verdict = judged(warm("LA", *range(10, 40)), limits=TOLERANT)
    assert (verdict.conformity, [x.seconds for x in verdict.excursions]) == (CONFORMANT, [1800.0])


def test_an_excursion_a_minute_longer_than_the_allowance_is_not() -> None:
    assert judged(warm("LA", *range(10, 41)), limits=TOLERANT).conformity is NON_CONFORMANT


def test_the_allowance_is_spent_by_all_excursions_together() -> None:
    assert judged(warm("LA", *range(16), *range(30, 46)), limits=TOLERANT).conformity is NON_CONFORMANT


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(25.0, CONFORMANT), (25.01, NON_CONFORMANT), (0.0, CONFORMANT), (-0.01, NON_CONFORMANT)],
)
def test_no_reading_may_leave_the_hard_limits_however_short(temperature: float, expected: Conformity) -> None:
    assert judged(warm("LA", 30, temperature=temperature), limits=TOLERANT).conformity is expected


def test_two_loggers_that_saw_the_same_warm_time_spend_it_once() -> None:
    minutes = range(10, 35)
    assert (
        judged(warm("LA", *minutes), warm("LB", *minutes), loggers=(LA, LB), limits=TOLERANT).conformity is CONFORMANT
    )


def test_two_loggers_that_saw_different_warm_times_spend_both() -> None:
    series = (warm("LA", *range(20)), warm("LB", *range(30, 50)))
    assert judged(*series, loggers=(LA, LB), limits=TOLERANT).conformity is NON_CONFORMANT


def test_a_short_warm_time_within_a_long_one_does_not_end_it() -> None:
    series = (warm("LA", *range(10, 40)), warm("LB", *range(12, 15), *range(30, 38)))
    assert judged(*series, loggers=(LA, LB), limits=TOLERANT).conformity is CONFORMANT


def test_goods_that_arrive_warm_have_been_warm_until_they_arrived() -> None:
    hourly = Series("LA", 3600, (reading(0, 5.0), reading(60, 12.0)))
    verdict = judged(hourly, limits=TOLERANT, until=119)
    assert (verdict.conformity, verdict.excursions[0].end) == (NON_CONFORMANT, at(119))


def test_a_warm_last_reading_speaks_no_longer_than_until_a_gap_would_begin() -> None:
    verdict = judged(warm("LA", 20, end=20), limits=TOLERANT)
    assert (verdict.conformity, verdict.excursions[0].end, verdict.gaps) == (
        UNKNOWN,
        at(22),
        (Gap("LA", at(20), at(60)),),
    )


def test_a_tolerated_excursion_does_not_hide_a_gap() -> None:
    assert judged(without(warm("LA", 10), *range(20, 30)), limits=TOLERANT).conformity is UNKNOWN


# invariants --------------------------------------------------------------------------------------------------------------

CENTI = st.integers(-4000, 4000).map(lambda hundredths: hundredths / 100)
SERIES = st.dictionaries(st.integers(-20, 80), st.one_of(st.none(), CENTI), max_size=80)


def series_of(readings: dict[int, float | None]) -> Series:
    return Series("LA", 60, tuple(reading(m, value) for m, value in sorted(readings.items())))


@MODERATE
@given(SERIES)
def test_conformant_means_that_every_minute_was_covered_and_every_reading_inside(
    readings: dict[int, float | None],
) -> None:
    verdict = judged(series_of(readings))
    if verdict.conformity is CONFORMANT:
        values = {m: value for m, value in readings.items() if value is not None}
        assert all(2.0 <= value <= 8.0 for m, value in values.items() if 0 <= m <= 60)
        assert all(any(m + k in values for k in (0, 1, 2)) for m in range(59))


@MODERATE
@given(SERIES)
def test_non_conformant_means_that_a_reading_of_the_ride_was_outside(readings: dict[int, float | None]) -> None:
    outside = any(v is not None and not 2.0 <= v <= 8.0 for m, v in readings.items() if 0 <= m <= 60)
    assert (judged(series_of(readings)).conformity is NON_CONFORMANT) is outside


@MODERATE
@given(SERIES, st.integers(-20, 80))
def test_a_reading_taken_away_never_turns_unknown_into_conformant(
    readings: dict[int, float | None], minute: int
) -> None:
    fewer = {m: value for m, value in readings.items() if m != minute}
    before, after = judged(series_of(readings)), judged(series_of(fewer))
    assert not (before.conformity is UNKNOWN and after.conformity is CONFORMANT)


@MODERATE
@given(SERIES, st.integers(1, 7200))
def test_an_allowance_never_makes_a_verdict_worse(readings: dict[int, float | None], allowance: int) -> None:
    order = [NON_CONFORMANT, UNKNOWN, CONFORMANT]
    strict = judged(series_of(readings))
    tolerant = judged(series_of(readings), limits=ProductRange(2.0, 8.0, allowance=allowance))
    assert order.index(tolerant.conformity) >= order.index(strict.conformity)


@MODERATE
@given(SERIES)
def test_a_verdict_survives_being_written_and_read(readings: dict[int, float | None]) -> None:
    verdict = judged(series_of(readings))
    assert msgspec.json.decode(msgspec.json.encode(verdict), type=Verdict) == verdict


@pytest.mark.parametrize("value", [-273.15, -280.0, -272.9, 1e300])
def test_a_value_no_goods_ever_had_condemns_and_does_not_crash(value: float) -> None:
    verdict = judged(steady("LA", -5, 65, value))
    assert (verdict.conformity, verdict.mkt) == (NON_CONFORMANT, None)


# several lines together --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("together", "expected"),
    [
        ((CONFORMANT, CONFORMANT), CONFORMANT),
        ((CONFORMANT, UNKNOWN), UNKNOWN),
        ((UNKNOWN, NON_CONFORMANT, CONFORMANT), NON_CONFORMANT),
        ((), UNKNOWN),
    ],
)
def test_lines_together_are_as_good_as_the_worst_of_them(
    together: tuple[Conformity, ...], expected: Conformity
) -> None:
    assert worst(together) is expected
