"""What elements identify."""

from datetime import date

import msgspec
import pytest
from hypothesis import given

from shared import problems
from shared.codes.ai import Element, matches
from shared.codes.digital_link import build
from shared.codes.element_string import split_bracketed
from shared.codes.gs1 import (
    DigitalLink,
    GiaiCode,
    GlnCode,
    GraiCode,
    Gs1Elements,
    KeyCode,
    PackCode,
    PlainGtin,
    Source,
    SsccCode,
    read_link,
    resolve,
)
from shared.errors import Refused
from tests.shared.codes.refusals import is_refused
from tests.shared.codes.strategies import packs

PACK = "(01)06901234567892"


def read(text: str, year: int = 2026) -> Gs1Elements:
    return resolve(split_bracketed(text), Source.BRACKETED, year)


def test_a_pack_says_its_item_lot_expiry_serial_and_count() -> None:
    pack = read(PACK + "(10)B24(17)271200(21)S7(30)12")
    assert isinstance(pack, PackCode)
    assert (pack.gtin, pack.lot, pack.serial, pack.count) == ("06901234567892", "B24", "S7", 12)
    assert pack.expiry == date(2027, 12, 31)


def test_a_bare_pack_says_nothing_more() -> None:
    pack = read(PACK)
    assert isinstance(pack, PackCode)
    assert (pack.lot, pack.expiry, pack.serial, pack.count) == (None, None, None, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("(7003)2711301200", date(2027, 11, 30)),
        ("(17)271231(7003)2711301200", date(2027, 11, 30)),
        ("(17)271031(7003)2711301200", date(2027, 10, 31)),
    ],
)
def test_the_earlier_of_two_expiries_counts(text: str, day: date) -> None:
    assert read(PACK + text).expiry == day


def test_a_carton_says_what_it_holds() -> None:
    carton = read("(02)06901234567892(37)40(10)B24(00)106141412345678908")
    assert isinstance(carton, SsccCode)
    assert (carton.sscc, carton.gtin, carton.count) == ("106141412345678908", "06901234567892", 40)


def test_a_carton_that_is_itself_an_item_is_a_carton_first() -> None:
    carton = read("(01)06901234567892(00)106141412345678908")
    assert isinstance(carton, SsccCode)
    assert (carton.gtin, carton.count) == ("06901234567892", None)


def test_a_place_is_named_by_its_own_number_before_its_roles() -> None:
    place = read("(410)6901234567892(414)4012345000054(254)B2")
    assert isinstance(place, GlnCode)
    assert (place.gln, place.role, place.extension) == ("4012345000054", "414", "B2")


def test_assets_are_individual_or_of_a_type() -> None:
    logger, box = read("(8004)401234512AB"), read("(8003)04006381333931BOX7")
    assert isinstance(logger, GiaiCode)
    assert logger.giai == "401234512AB"
    assert isinstance(box, GraiCode)
    assert (box.grai.type, box.grai.serial) == ("4006381333931", "BOX7")


@pytest.mark.parametrize(
    "text", ["(253)1234567890128X", "(8006)123456789012310510", "(402)12345678901234560", "(8018)123456789012345675"]
)
def test_any_other_key_is_read_as_what_it_is(text: str) -> None:
    other = read(text)
    assert isinstance(other, KeyCode)
    assert other.text == text


@pytest.mark.parametrize(
    "text",
    [
        "(10)B24",
        "(99)X",
        "(400)ABC",
        "(17)271231(10)B24",
        PACK + "(37)4",
        PACK + "(02)06901234567892(37)4(00)106141412345678908",
        PACK + "(10)A(10)B",
        PACK + "(21)A(235)B",
        PACK + "(250)A",
        "(02)06901234567892(37)40",
        "(253)1234567890128(8030)AAA",
    ],
)
def test_elements_that_identify_nothing_or_do_not_go_together_are_refused(text: str) -> None:
    assert is_refused(lambda: read(text), problems.CODE_AI_COMBINATION)


def test_a_refused_combination_says_what_is_missing() -> None:
    with pytest.raises(Refused) as refused:
        read(PACK + "(250)A")
    assert "(01)+(21)" in refused.value.problem.values["reason"]


def test_the_same_statement_twice_stands() -> None:
    assert read(PACK + "(10)A" + PACK + "(10)A").lot == "A"


def test_29_february_of_a_year_without_one_is_refused_when_the_code_is_read() -> None:
    assert read(PACK + "(17)000229", 2026).expiry == date(2000, 2, 29)
    assert is_refused(lambda: read(PACK + "(17)000229", 2060), problems.CODE_DATE)


def test_a_pack_cannot_be_made_of_what_is_none() -> None:
    carton = (Element("00", "106141412345678908"),)
    assert is_refused(lambda: PackCode(carton, Source.BRACKETED, 2026), problems.CODE_AI_COMBINATION)
    assert is_refused(lambda: PlainGtin("6901234567892"), problems.CODE_LENGTH)


def test_a_link_cannot_claim_to_be_something_else() -> None:
    link = read_link("https://id.gs1.org/01/06901234567892/10/A", 2026)
    assert link.resolved.lot == "A"
    assert is_refused(
        lambda: DigitalLink("https://id.gs1.org/01/06901234567892/10/B", link.resolved), problems.CODE_DIGITAL_LINK
    )


@given(packs())
def test_a_pack_is_the_same_however_it_was_written(elements: tuple[Element, ...]) -> None:
    elements = tuple(element for element in elements if element.ai not in ("8200", "22"))
    pack = resolve(elements, Source.ELEMENT_STRING, 2026)
    link = read_link(build(elements), 2026)
    assert (link.resolved.lot, link.resolved.expiry, link.resolved.key) == (pack.lot, pack.expiry, pack.key)


def test_codes_travel_as_json() -> None:
    pack = read(PACK + "(10)B24")
    raw = msgspec.json.encode(pack)
    assert msgspec.json.decode(raw, type=PackCode | SsccCode) == pack
    assert msgspec.json.decode(raw)["kind"] == "pack"


@pytest.mark.parametrize(("pattern", "ai"), [("31nn", "3103"), ("310n", "3105"), ("01", "01")])
def test_a_pattern_means_any_digit_where_it_says_n(pattern: str, ai: str) -> None:
    assert matches(pattern, ai)
    assert not matches(pattern, "4" + ai[1:])
