"""Dates in codes: the century window and day 00."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.dates import check_yymmdd, check_yyyymmdd, format_yymmdd, full_year, parse_yymmdd
from shared.errors import Refused


@given(st.integers(1900, 2200), st.integers(0, 99))
def test_a_two_digit_year_lies_between_49_years_back_and_50_ahead(year: int, two_digits: int) -> None:
    found = full_year(two_digits, year)
    assert found % 100 == two_digits
    assert year - 49 <= found <= year + 50


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_a_day_within_the_window_comes_back(day: date) -> None:
    assert parse_yymmdd(format_yymmdd(day), year=2026, day_00=False) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("270200", date(2027, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("271200", date(2027, 12, 31)),
        ("270400", date(2027, 4, 30)),
    ],
)
def test_day_00_is_the_last_day_of_the_month(text: str, day: date) -> None:
    assert parse_yymmdd(text, year=2026, day_00=True) == day


@pytest.mark.parametrize("text", ["270200", "270230", "261331", "260001", "2612", "26123١", "", "2612311", "A61231"])
def test_what_is_no_exact_day_is_refused(text: str) -> None:
    for attempt in (
        lambda: parse_yymmdd(text, year=2026, day_00=False),
        lambda: check_yymmdd(text, day_00=False),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.kind is problems.CODE_DATE


def test_29_february_is_refused_in_the_century_that_lacks_it() -> None:
    check_yymmdd("000229", day_00=False)
    assert parse_yymmdd("000229", year=2026, day_00=False) == date(2000, 2, 29)
    with pytest.raises(Refused):
        parse_yymmdd("000229", year=2060, day_00=False)


@pytest.mark.parametrize("text", ["20270229", "2027022", "00000101", "2027AB01"])
def test_an_eight_digit_date_has_to_exist(text: str) -> None:
    with pytest.raises(Refused) as refused:
        check_yyyymmdd(text, day_00=False)
    assert refused.value.kind is problems.CODE_DATE
