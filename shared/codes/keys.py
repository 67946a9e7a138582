"""GS1 identification keys as values: a key that exists has the right length and a right check digit.

Source: GS1 General Specifications, section 3 (AI 00, 01, 410 to 417, 8003, 8004) and "Identification key" of each.
``shared.keys`` is about signatures and has nothing to do with these.
"""

import msgspec

from shared import problems
from shared.codes.ai_table import TABLE
from shared.codes.checkdigit import digits, verify
from shared.errors import Refused

GTIN_LENGTHS = (8, 12, 13, 14)


def _sized(what: str, text: str, *lengths: int) -> None:
    digits(what, text)
    if len(text) not in lengths:
        raise Refused(problems.CODE_LENGTH, what=what, value=text, expected="/".join(map(str, lengths)))


class Gtin(msgspec.Struct, frozen=True):
    """A trade item: always 14 digits, shorter forms filled up with zeros on the left.

    >>> Gtin.parse("6901234567892")
    Gtin(value='06901234567892')

    Raises:
        Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CHECK_DIGIT.
    """

    value: str

    def __post_init__(self) -> None:
        _sized("GTIN", self.value, 14)
        verify("GTIN", self.value)

    @classmethod
    def parse(cls, text: str) -> "Gtin":
        """From 8, 12, 13 or 14 digits.

        Raises:
            Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CHECK_DIGIT.
        """
        _sized("GTIN", text, *GTIN_LENGTHS)
        verify("GTIN", text)
        return cls(text.zfill(14))

    @property
    def short(self) -> str:
        """The shortest form that holds it: 8, 12, 13 or 14 digits, as under the bars.

        >>> Gtin("00000096385074").short
        '96385074'
        """
        significant = len(self.value.lstrip("0"))
        return self.value[-next(length for length in GTIN_LENGTHS if length >= significant) :]


class Gln(msgspec.Struct, frozen=True):
    """A party or a place: 13 digits.

    Raises:
        Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CHECK_DIGIT.
    """

    value: str

    def __post_init__(self) -> None:
        _sized("GLN", self.value, 13)
        verify("GLN", self.value)


class Sscc(msgspec.Struct, frozen=True):
    """A logistic unit: 18 digits.

    >>> Sscc("106141412345678908")
    Sscc(value='106141412345678908')

    Raises:
        Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CHECK_DIGIT.
    """

    value: str

    def __post_init__(self) -> None:
        _sized("SSCC", self.value, 18)
        verify("SSCC", self.value)


class Giai(msgspec.Struct, frozen=True):
    """An individual asset (a logger, a vehicle): company prefix and reference, up to 30 characters of set 82.

    Raises:
        Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CONTENT.
    """

    value: str

    def __post_init__(self) -> None:
        TABLE["8004"].check(self.value)


class Grai(msgspec.Struct, frozen=True):
    """A returnable asset (a cold box): 13 digits say which type, up to 16 more characters which one.

    >>> box = Grai.parse("04006381333931BOX7")
    >>> box.type, box.serial
    ('4006381333931', 'BOX7')

    Raises:
        Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CHECK_DIGIT.
    """

    value: str
    """Type and serial together, without the zero that AI (8003) puts before them."""

    def __post_init__(self) -> None:
        TABLE["8003"].check("0" + self.value)

    @classmethod
    def parse(cls, text: str) -> "Grai":
        """From the value of AI (8003), which begins with a zero as filler.

        Raises:
            Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CHECK_DIGIT, CODE_CONTENT.
        """
        TABLE["8003"].check(text)
        return cls(text[1:])

    @property
    def type(self) -> str:
        return self.value[:13]

    @property
    def serial(self) -> str | None:
        return self.value[13:] or None
