"""Check digits and check characters of GS1 keys.

Source: GS1 General Specifications, "Standard check digit calculations for GS1 data structures" (weights 3 and 1 from the
right, modulo 10) and "GS1 check character pair calculation" (prime weights, modulo 1021).

>>> check_digit("690123456789")
'2'
>>> check_digit("10614141234567890")
'8'
>>> check_digit("401234500005")
'4'
"""

from shared import problems
from shared.errors import Refused

DIGITS = frozenset("0123456789")
CHARSET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""The invariant subset of ISO/IEC 646 (GS1 General Specifications, "GS1 AI encodable character set 82"), in the order
that gives each character its value in the check character pair."""
_CHARSET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What a check character is written in: no 0, 1, I or O."""
_VALUE_82 = {character: value for value, character in enumerate(CHARSET_82)}
_PAIR_MODULUS = 1021


def digits(what: str, text: str) -> str:
    """``text`` itself, if it is ASCII digits only (``str.isdigit`` would let other scripts through).

    Raises:
        Refused: CODE_CHARACTERS, naming ``what`` was to be digits.
    """
    if not DIGITS.issuperset(text):
        raise Refused(problems.CODE_CHARACTERS, what=what, value=text)
    return text


def check_digit(payload: str) -> str:
    """The check digit of ``payload``, the digits of a key without it.

    Raises:
        Refused: CODE_CHARACTERS where ``payload`` is not digits.
    """
    digits("mod 10", payload)
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(payload)))
    return str(-total % 10)


def verify(what: str, key: str) -> None:
    """Hold the last digit of ``key`` against the others.

    Raises:
        Refused: CODE_LENGTH where there is nothing to check, CODE_CHARACTERS, CODE_CHECK_DIGIT.
    """
    if not key:
        raise Refused(problems.CODE_LENGTH, what=what, value=key, expected="1…")
    digits(what, key)
    expected = check_digit(key[:-1])
    if key[-1] != expected:
        raise Refused(problems.CODE_CHECK_DIGIT, value=key, expected=expected, actual=key[-1])


def check_pair(payload: str) -> str:
    """The two check characters of ``payload`` (Global Model Number, Basic UDI-DI), which is in character set 82.

    >>> check_pair("1987654Ad4X4bL5ttr2310c")
    '2K'

    Raises:
        Refused: CODE_CHARACTERS where a character is not in set 82.
    """
    if not _VALUE_82.keys() >= set(payload):
        raise Refused(problems.CODE_CHARACTERS, what="mod 1021", value=payload)
    weights = _primes(len(payload))
    total = sum(_VALUE_82[character] * weight for character, weight in zip(reversed(payload), weights, strict=True))
    high, low = divmod(total % _PAIR_MODULUS, 32)
    return _CHARSET_32[high] + _CHARSET_32[low]


def verify_pair(what: str, key: str) -> None:
    """Hold the last two characters of ``key`` against the others.

    Raises:
        Refused: CODE_LENGTH where there is no pair, CODE_CHARACTERS, CODE_CHECK_DIGIT.
    """
    if len(key) < 3:
        raise Refused(problems.CODE_LENGTH, what=what, value=key, expected="3…")
    expected = check_pair(key[:-2])
    if key[-2:] != expected:
        raise Refused(problems.CODE_CHECK_DIGIT, value=key, expected=expected, actual=key[-2:])


def _primes(count: int) -> list[int]:
    """The first ``count`` primes: the weights of the pair, from the right."""
    primes: list[int] = []
    candidate = 2
    while len(primes) < count:
        if all(candidate % prime for prime in primes):
            primes.append(candidate)
        candidate += 1
    return primes
