"""Driving and rest, told from positions: warned too early rather than too late."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.driving import CHINA, EUROPE, STILL, Driven, DrivingRule
from shared.geo import Position
from tests.shared.story import at

M = 1 / 111_195
"""Degrees of latitude in a metre."""


def drive(rule: DrivingRule, *legs: tuple[float, bool], every: float = 1.0) -> tuple[Driven, datetime]:
    """Minutes of driving (1 km a minute) or standing, a position every ``every`` minutes."""
    driven, now, north = Driven().step(rule, Position(39.0, 116.0), at(0)), 0.0, 0.0
    for minutes, moving in legs:
        for _ in range(round(minutes / every)):
            now += every
            north += 1000 * every if moving else 0
            driven = driven.step(rule, Position(39.0 + north * M, 116.0), at(now))
    return driven, at(now)


def minutes(rule: DrivingRule, *legs: tuple[float, bool]) -> float:
    driven, now = drive(rule, *legs)
    return driven.seconds(rule, now) / 60


def test_a_parked_vehicle_is_not_driven() -> None:
    assert minutes(CHINA, (600, False)) == 0


def test_driving_counts_from_the_first_move() -> None:
    assert minutes(CHINA, (30, False), (90, True)) == 90


def test_twenty_minutes_of_standing_are_a_rest() -> None:
    assert minutes(CHINA, (200, True), (20, False)) == 0
    assert minutes(CHINA, (200, True), (20, False), (10, True)) == 10


def test_nineteen_minutes_are_none() -> None:
    assert minutes(CHINA, (200, True), (19, False)) == 219
    assert minutes(CHINA, (200, True), (19, False), (10, True)) == 229


def test_two_short_stands_make_no_rest_in_china() -> None:
    assert minutes(CHINA, (60, True), (15, False), (60, True), (15, False)) == 150


def test_in_europe_fifteen_and_then_thirty_minutes_make_a_break() -> None:
    assert minutes(EUROPE, (60, True), (15, False), (60, True), (30, False)) == 0
    assert minutes(EUROPE, (60, True), (15, False), (60, True), (30, False), (5, True)) == 5


def test_in_europe_thirty_minutes_first_are_only_the_first_part() -> None:
    assert minutes(EUROPE, (60, True), (30, False), (60, True), (15, False)) == 165


def test_in_europe_forty_five_minutes_are_a_break_at_once() -> None:
    assert minutes(EUROPE, (60, True), (45, False)) == 0


def test_the_parts_of_one_break_do_not_help_the_next() -> None:
    whole = ((60.0, True), (15.0, False), (60.0, True), (30.0, False))
    assert minutes(EUROPE, *whole, (60, True), (30, False)) == 90


def test_a_fix_that_wanders_is_no_drive() -> None:
    driven = Driven().step(CHINA, Position(39.0, 116.0), at(0))
    for minute in range(1, 60):
        driven = driven.step(CHINA, Position(39.0 + (minute % 2) * STILL * 0.9 * M, 116.0), at(minute))
    assert driven.seconds(CHINA, at(60)) == 0


def test_an_old_position_that_comes_late_changes_nothing() -> None:
    driven, now = drive(CHINA, (60, True))
    assert driven.step(CHINA, Position(0, 0), now - timedelta(minutes=5)) == driven


def test_no_position_under_a_canopy_is_a_stand_there() -> None:
    driven, now = drive(CHINA, (200, True))
    assert driven.anchor is not None
    later = driven.step(CHINA, driven.anchor, now + timedelta(minutes=25))
    assert later.seconds(CHINA, now + timedelta(minutes=25)) == 0


def test_no_position_on_the_way_is_driving() -> None:
    driven, now = drive(CHINA, (100, True))
    assert driven.anchor is not None
    there = Position(driven.anchor.lat + 0.2, 116.0)
    later = driven.step(CHINA, there, now + timedelta(minutes=25))
    assert later.seconds(CHINA, now + timedelta(minutes=25)) == 125 * 60


@pytest.mark.parametrize("rule", [CHINA, EUROPE])
@given(legs=st.lists(st.tuples(st.integers(1, 120), st.booleans()), min_size=1, max_size=8))
def test_what_is_counted_is_never_less_than_the_drive_since_the_last_long_stand(
    rule: DrivingRule, legs: list[tuple[int, bool]]
) -> None:
    driving = 0
    stood = 0
    for length, moving in legs:
        if moving:
            driving = length if stood >= min((rule.rest, *rule.parts)) / 60 else driving + length
            stood = 0
        else:
            stood += length
    counted = minutes(rule, *((float(length), moving) for length, moving in legs))
    assert counted == 0 or counted >= (0 if stood else driving)
