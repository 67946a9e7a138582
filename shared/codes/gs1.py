"""What GS1 elements identify: a pack, a logistic unit, a place, an asset.

Every value here holds its elements in their order and derives the rest, so no field can contradict the code. ``year`` is
the year it was read in: two-digit years are relative to it.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from shared import problems
from shared.codes.ai import Element, check_associations
from shared.codes.dates import parse_yymmdd
from shared.codes.digital_link import split
from shared.codes.element_string import bracketed
from shared.codes.keys import Grai, Gtin
from shared.errors import Refused


class Source(StrEnum):
    """The form in which the elements came."""

    ELEMENT_STRING = "element_string"
    BRACKETED = "bracketed"
    DIGITAL_LINK = "digital_link"


class Gs1Elements(msgspec.Struct, frozen=True, tag_field="kind"):
    """Elements that may stand together, one of which is a key.

    Raises:
        Refused: CODE_AI_COMBINATION, CODE_DATE.
    """

    KEYS: ClassVar[tuple[str, ...]] = ()
    """The AIs that can identify this kind of thing, the most telling first."""

    elements: tuple[Element, ...]
    source: Source
    year: int

    def __post_init__(self) -> None:
        check_associations(self.elements)
        # both are derived when asked for; asking now means that they never fail later
        _ = self.key, self.expiry

    @property
    def key(self) -> Element:
        """The element that says what this is.

        Raises:
            Refused: CODE_AI_COMBINATION without one.
        """
        for ai in self.KEYS:
            for element in self.elements:
                if element.ai == ai:
                    return element
        raise Refused(
            problems.CODE_AI_COMBINATION,
            value=self.text,
            reason="没有标识代码（GTIN、SSCC、GLN 等） / no key such as GTIN, SSCC or GLN",
        )

    def get(self, ai: str) -> str | None:
        """The value of ``ai``, if it is there."""
        return next((element.value for element in self.elements if element.ai == ai), None)

    @property
    def text(self) -> str:
        """As people write it: ``(01)…(10)…``."""
        return bracketed(self.elements)

    @property
    def lot(self) -> str | None:
        """AI (10)."""
        return self.get("10")

    @property
    def expiry(self) -> date | None:
        """The last day of use: AI (17), or the day of AI (7003); the earlier where both are there.

        Raises:
            Refused: CODE_DATE for 29 February of a year that has none.
        """
        days = [
            parse_yymmdd(element.value[:6], year=self.year, day_00=element.ai == "17")
            for element in self.elements
            if element.ai in ("17", "7003")
        ]
        return min(days, default=None)

    def _number(self, ai: str) -> int | None:
        value = self.get(ai)
        return None if value is None else int(value)


class PackCode(Gs1Elements, frozen=True, tag="pack"):
    """A trade item: a pack of a medicine or device, perhaps with lot, expiry and serial."""

    KEYS: ClassVar[tuple[str, ...]] = ("01",)

    @property
    def gtin(self) -> str:
        """14 digits."""
        return self.key.value

    @property
    def serial(self) -> str | None:
        """AI (21)."""
        return self.get("21")

    @property
    def count(self) -> int | None:
        """AI (30): how many items one code stands for."""
        return self._number("30")


class SsccCode(Gs1Elements, frozen=True, tag="sscc"):
    """A logistic unit: a carton or pallet, perhaps with what it holds (GTIN, lot, expiry, count)."""

    KEYS: ClassVar[tuple[str, ...]] = ("00",)

    @property
    def sscc(self) -> str:
        """18 digits."""
        return self.key.value

    @property
    def gtin(self) -> str | None:
        """What it holds, AI (02), or is itself, AI (01): 14 digits."""
        return self.get("02") or self.get("01")

    @property
    def count(self) -> int | None:
        """AI (37): how many of ``gtin`` it holds."""
        return self._number("37")


class GlnCode(Gs1Elements, frozen=True, tag="gln"):
    """A place or party."""

    KEYS: ClassVar[tuple[str, ...]] = ("414", "410", "411", "412", "413", "415", "416", "417")

    @property
    def role(self) -> str:
        """The AI that names it: 414 for the place itself, 410 for where to ship, …"""
        return self.key.ai

    @property
    def gln(self) -> str:
        """13 digits."""
        return self.key.value

    @property
    def extension(self) -> str | None:
        """AI (254): a door, shelf or department of it."""
        return self.get("254")


class GiaiCode(Gs1Elements, frozen=True, tag="giai"):
    """An individual asset: a logger, a vehicle."""

    KEYS: ClassVar[tuple[str, ...]] = ("8004",)

    @property
    def giai(self) -> str:
        """Up to 30 characters."""
        return self.key.value


class GraiCode(Gs1Elements, frozen=True, tag="grai"):
    """A returnable asset: a cold box."""

    KEYS: ClassVar[tuple[str, ...]] = ("8003",)

    @property
    def grai(self) -> Grai:
        """Type and serial."""
        return Grai.parse(self.key.value)


class KeyCode(Gs1Elements, frozen=True, tag="gs1_key"):
    """Any other GS1 key: pieces of an item, made-to-order items, documents, consignments of others, components, models,
    people. It is read, and no delivery knows it."""

    KEYS: ClassVar[tuple[str, ...]] = ("8006", "03", "253", "255", "401", "402", "8010", "8013", "8017", "8018")


Gs1Code = PackCode | SsccCode | GlnCode | GiaiCode | GraiCode | KeyCode

_KINDS: tuple[type[Gs1Code], ...] = (SsccCode, PackCode, GraiCode, GiaiCode, KeyCode, GlnCode)
"""What elements are taken for, first match first: a logistic unit before the item it may also be, an item before the place
it goes to."""


class PlainGtin(msgspec.Struct, frozen=True, tag_field="kind", tag="gtin"):
    """A GTIN of 14 digits and nothing else, as in EAN-13, EAN-8, UPC-A and ITF-14.

    Raises:
        Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CHECK_DIGIT.
    """

    gtin: str

    def __post_init__(self) -> None:
        Gtin(self.gtin)


class DigitalLink(msgspec.Struct, frozen=True, tag_field="kind", tag="digital_link"):
    """A GS1 Digital Link, with what it resolves to. Judged by that alone: whose host it is says nothing about the goods.

    Raises:
        Refused: CODE_DIGITAL_LINK where ``resolved`` is not what the link says, and as :func:`split`.
    """

    uri: str
    resolved: Gs1Code

    def __post_init__(self) -> None:
        if split(self.uri) != self.resolved.elements:
            raise Refused(problems.CODE_DIGITAL_LINK, value=self.uri, reason=self.resolved.text)


def resolve(elements: tuple[Element, ...], source: Source, year: int) -> Gs1Code:
    """What ``elements`` identify.

    >>> resolve((Element("414", "6901234567892"), Element("254", "B2")), Source.BRACKETED, 2026).key
    Element(ai='414', value='6901234567892')

    Raises:
        Refused: CODE_AI_COMBINATION where nothing is identified or elements must not stand together, CODE_DATE.
    """
    present = {element.ai for element in elements}
    kind = next((kind for kind in _KINDS if not present.isdisjoint(kind.KEYS)), KeyCode)
    return kind(elements, source, year)


def read_link(uri: str, year: int) -> DigitalLink:
    """A Digital Link with what it resolves to.

    Raises:
        Refused: as :func:`shared.codes.digital_link.split` and :func:`resolve`.
    """
    return DigitalLink(uri, resolve(split(uri), Source.DIGITAL_LINK, year))
