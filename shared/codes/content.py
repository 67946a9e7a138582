"""What the parts of an element string may hold beyond their characters: times, flags, positions, pieces.

Each check takes ``what`` (the AI as it is shown, e.g. ``(4324)``) and the value, returns nothing, and raises
:class:`~shared.errors.Refused` with CODE_CONTENT where it names no other problem. Source of every rule: the component
checks of the GS1 Barcode Syntax Dictionary, which take them from the GS1 General Specifications. The checks against lists
that others keep (ISO 3166, ISO 4217, IBAN, package types, coupon grammars, issued company prefixes) are not made: a
country on a label never decides a delivery.
"""

import re
from collections.abc import Callable

from shared import problems
from shared.codes.checkdigit import DIGITS, digits, verify, verify_pair
from shared.codes.dates import check_yymmdd, check_yyyymmdd
from shared.errors import Refused

Check = Callable[[str, str], None]

LATITUDE_MAX = 1_800_000_000
LONGITUDE_MAX = 3_600_000_000
"""(4309) writes degrees times 10⁷, shifted to start at 0: latitude + 90°, longitude + 180°."""
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SEQUENCE = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")


def _hold(ok: bool, what: str, value: str) -> None:
    if not ok:
        raise Refused(problems.CODE_CONTENT, what=what, value=value)


def check_digit(what: str, value: str) -> None:
    """The last digit is the check digit of the others."""
    verify(what, value)


def check_pair(what: str, value: str) -> None:
    """The last two characters are the check characters of the others."""
    verify_pair(what, value)


def date_or_month(_what: str, value: str) -> None:
    """YYMMDD, where day 00 is the whole month."""
    check_yymmdd(value, day_00=True)


def exact_date(_what: str, value: str) -> None:
    """YYMMDD."""
    check_yymmdd(value, day_00=False)


def long_date(_what: str, value: str) -> None:
    """YYYYMMDD."""
    check_yyyymmdd(value, day_00=False)


def long_date_or_month(_what: str, value: str) -> None:
    """YYYYMMDD, where day 00 is the whole month."""
    check_yyyymmdd(value, day_00=True)


def hour(what: str, value: str) -> None:
    """HH, 00 to 23."""
    _hold(len(value) == 2 and DIGITS.issuperset(value) and int(value) < 24, what, value)


def minute(what: str, value: str) -> None:
    """MM, 00 to 59."""
    _hold(len(value) == 2 and DIGITS.issuperset(value) and int(value) < 60, what, value)


def hour_minute(what: str, value: str) -> None:
    """HHMM of a 24-hour day."""
    hour(what, value[:2])
    minute(what, value[2:])


def yes_no(what: str, value: str) -> None:
    """0 or 1."""
    _hold(value in ("0", "1"), what, value)


def hyphen(what: str, value: str) -> None:
    """Hyphens only: the trailing sign of a temperature below zero."""
    _hold(value != "" and set(value) == {"-"}, what, value)


def zero(what: str, value: str) -> None:
    """A filler of zeros."""
    _hold(set(value) == {"0"}, what, value)


def not_zero(what: str, value: str) -> None:
    """A number above 0."""
    digits(what, value)
    _hold(value.strip("0") != "", what, value)


def no_leading_zero(what: str, value: str) -> None:
    """A number written without leading zeros."""
    digits(what, value)
    _hold(value == "0" or not value.startswith("0"), what, value)


def winding(what: str, value: str) -> None:
    """Winding direction of a roll: 0 outward, 1 inward, 9 undefined."""
    _hold(value in ("0", "1", "9"), what, value)


def sex(what: str, value: str) -> None:
    """ISO/IEC 5218."""
    _hold(value in ("0", "1", "2", "9"), what, value)


def media_type(what: str, value: str) -> None:
    """Carrier of a clinical identification: 01 to 10 assigned, 80 to 99 for local use."""
    _hold(len(value) == 2 and DIGITS.issuperset(value) and (1 <= int(value) <= 10 or int(value) >= 80), what, value)


def latitude(what: str, value: str) -> None:
    """Ten digits up to 180.0000000."""
    _hold(len(value) == 10 and DIGITS.issuperset(value) and int(value) <= LATITUDE_MAX, what, value)


def longitude(what: str, value: str) -> None:
    """Ten digits up to 360.0000000."""
    _hold(len(value) == 10 and DIGITS.issuperset(value) and int(value) <= LONGITUDE_MAX, what, value)


def piece_of_total(what: str, value: str) -> None:
    """An even number of digits: which piece, then of how many; both from 1."""
    digits(what, value)
    half, odd = divmod(len(value), 2)
    _hold(half > 0 and not odd and 1 <= int(value[:half]) <= int(value[half:]), what, value)


def sequence(what: str, value: str) -> None:
    """Position/of how many, without leading zeros."""
    match = _SEQUENCE.fullmatch(value)
    _hold(match is not None and int(match[1]) <= int(match[2]), what, value)


def percent_encoded(what: str, value: str) -> None:
    """Every ``%`` is followed by two hexadecimal digits."""
    _hold(_PERCENT.search(value) is None, what, value)


def has_non_digit(what: str, value: str) -> None:
    """At least one character that is not a digit."""
    _hold(not DIGITS.issuperset(value), what, value)


def importer_index(what: str, value: str) -> None:
    """One letter, digit, hyphen or underscore."""
    _hold(re.fullmatch(r"[0-9A-Za-z_-]", value) is not None, what, value)


def company_prefix(what: str, value: str) -> None:
    """Starts with a GS1 company prefix, of which at least four digits are fixed."""
    _hold(len(value) >= 4 and DIGITS.issuperset(value[:4]), what, value)


def company_prefix_second(what: str, value: str) -> None:
    """As :func:`company_prefix`, behind an indicator or extension digit."""
    company_prefix(what, value[1:])
