"""Dates in codes: two-digit years and day 00.

Sources: GS1 General Specifications, "Determination of century in dates" for the window, and the notes to AI (11) to (17)
for day 00, which means the last day of the month. The core has no clock: the year around which the window slides is an
argument.
"""

import calendar
from datetime import date

from shared import problems
from shared.codes.checkdigit import DIGITS
from shared.errors import Refused


def full_year(two_digits: int, year: int) -> int:
    """The four-digit year of ``two_digits``, read in ``year``: from 49 years before it to 50 years after it.

    >>> full_year(26, 2026), full_year(76, 2026), full_year(77, 2026), full_year(10, 1970)
    (2026, 2076, 1977, 2010)
    """
    difference = two_digits - year % 100
    century = year - year % 100
    if difference >= 51:
        century -= 100
    elif difference <= -50:
        century += 100
    return century + two_digits


def parse_yymmdd(text: str, *, year: int, day_00: bool) -> date:
    """The day that six digits YYMMDD mean in ``year``; with ``day_00``, day 00 is the last day of the month.

    >>> parse_yymmdd("270200", year=2026, day_00=True)
    datetime.date(2027, 2, 28)

    Raises:
        Refused: CODE_DATE for six digits that are no day, or are not six digits.
    """
    yy, month, day = _fields(text)
    return _day(text, full_year(yy, year), month, day, day_00=day_00)


def check_yymmdd(text: str, *, day_00: bool) -> None:
    """Refuse six digits that are no day in any century: 29 February passes in every fourth year.

    Raises:
        Refused: CODE_DATE.
    """
    yy, month, day = _fields(text)
    _day(text, 2000 + yy, month, day, day_00=day_00)


def check_yyyymmdd(text: str, *, day_00: bool) -> None:
    """Refuse eight digits that are no day of the Gregorian calendar.

    Raises:
        Refused: CODE_DATE.
    """
    if len(text) != 8 or not DIGITS.issuperset(text) or text[:4] == "0000":
        raise Refused(problems.CODE_DATE, value=text)
    _day(text, int(text[:4]), int(text[4:6]), int(text[6:]), day_00=day_00)


def format_yymmdd(day: date) -> str:
    """A day as six digits YYMMDD.

    >>> format_yymmdd(date(2027, 12, 31))
    '271231'
    """
    return day.strftime("%y%m%d")


def _fields(text: str) -> tuple[int, int, int]:
    if len(text) != 6 or not DIGITS.issuperset(text):
        raise Refused(problems.CODE_DATE, value=text)
    return int(text[:2]), int(text[2:4]), int(text[4:])


def _day(text: str, year: int, month: int, day: int, *, day_00: bool) -> date:
    if not 1 <= month <= 12:
        raise Refused(problems.CODE_DATE, value=text)
    last = calendar.monthrange(year, month)[1]
    if day == 0 and day_00:
        day = last
    if not 1 <= day <= last:
        raise Refused(problems.CODE_DATE, value=text)
    return date(year, month, day)
