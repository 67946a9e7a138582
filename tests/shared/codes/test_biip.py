"""biip as an independent reader: where it and we disagree, the reason is one of those listed here."""

import biip
import pytest
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin as TheirGtin
from biip.sscc import Sscc as TheirSscc
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.ai import Element
from shared.codes.digital_link import build as build_link
from shared.codes.element_string import GS, build, split
from shared.codes.gs1 import Source, resolve
from shared.codes.keys import GTIN_LENGTHS, Gtin, Sscc
from shared.codes.parse import parse
from shared.codes.trace import TraceCode
from shared.errors import Refused
from tests.shared.codes.refusals import is_refused, refusal_of
from tests.shared.codes.strategies import element_lists, packs, trace_codes, with_check_digit

Pairs = tuple[tuple[str, str], ...]

BIIP_ACCEPTS = {
    problems.CODE_CHECK_DIGIT: "an element whose key has a wrong check digit is kept, without the key",
    problems.CODE_LENGTH: "a value longer than allowed is cut at its maximum, and the rest read as the next element",
    problems.CODE_CONTENT: "a key need not begin with a company prefix",
    problems.CODE_UNKNOWN_AI: "a doubled separator is passed over",
}
"""What biip takes and we refuse. (It also does not ask which AIs go together: that is not part of :func:`split`.)"""


def theirs(text: str) -> Pairs | None:
    try:
        return tuple((element.ai.ai, element.value) for element in GS1Message.parse(text).element_strings)
    except biip.ParseError:
        return None


def pairs(elements: tuple[Element, ...]) -> Pairs:
    return tuple((element.ai, element.value) for element in elements)


@given(element_lists)
def test_biip_reads_the_same_elements(elements: tuple[Element, ...]) -> None:
    assert theirs(build(elements)) == pairs(elements)


@given(element_lists, st.data())
def test_of_a_damaged_element_string_biip_reads_the_same_or_a_listed_reason_says_why(
    elements: tuple[Element, ...], data: st.DataObject
) -> None:
    text = build(elements)
    place = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.sampled_from(["", *"0123456789A~%(", GS]))
    kept = data.draw(st.integers(0, 1))
    damaged = text[:place] + character + text[place + kept :]
    try:
        ours = pairs(split(damaged))
    except Refused as refused:
        kind = refused.kind
    else:
        assert theirs(damaged) == ours
        return
    assert theirs(damaged) is None or kind in BIIP_ACCEPTS
    if kind is problems.CODE_UNKNOWN_AI:
        assert theirs(damaged) is None or GS + GS in damaged


@given(packs())
def test_biip_reads_the_same_expiry_within_both_windows(elements: tuple[Element, ...]) -> None:
    """biip's window slides with the real clock: years 00 to 70 are of this century for both until 2049."""
    pack = resolve(elements, Source.ELEMENT_STRING, 2026)
    for element in GS1Message.parse(build(elements)).element_strings:
        if element.ai.ai == "17" and int(element.value[:2]) <= 70 and pack.get("7003") is None:
            assert element.date == pack.expiry


@given(st.text("0123456789", min_size=7, max_size=15) | st.sampled_from(GTIN_LENGTHS).flatmap(with_check_digit))
def test_biip_finds_the_same_gtins(text: str) -> None:
    try:
        found = TheirGtin.parse(text).as_gtin_14()
    except biip.ParseError:
        assert refusal_of(lambda: Gtin.parse(text)) is not None
    else:
        assert Gtin.parse(text).value == found


@given(st.text("0123456789", min_size=17, max_size=19) | with_check_digit(18))
def test_biip_finds_the_same_ssccs(text: str) -> None:
    try:
        found = TheirSscc.parse(text).value
    except biip.ParseError:
        assert refusal_of(lambda: Sscc(text)) is not None
    else:
        assert Sscc(text).value == found


@given(element_lists)
def test_biip_reads_the_links_that_we_write(elements: tuple[Element, ...]) -> None:
    elements = tuple(element for element in elements if element.ai != "8200")
    link = GS1DigitalLinkURI.parse(build_link(elements))
    assert {(element.ai.ai, element.value) for element in link.element_strings} == set(pairs(elements))


def test_a_wrong_check_digit_in_an_element_string_is_refused_here_and_kept_there() -> None:
    text = "]d20106901234567891"
    assert biip.parse(text).gs1_message is not None
    assert biip.parse(text).gtin is None
    assert is_refused(lambda: parse(text, year=2026), problems.CODE_CHECK_DIGIT)


def test_a_month_13_is_refused_by_both() -> None:
    text = "]d2010690123456789217261331"
    assert biip.parse(text).gs1_message is None
    assert is_refused(lambda: parse(text, year=2026), problems.CODE_DATE)


def test_a_link_behind_a_symbology_is_read_here_only() -> None:
    text = "]d1https://id.gs1.org/01/06901234567892"
    assert biip.parse(text).gs1_digital_link_uri is None
    assert parse(text, year=2026)


def test_elements_that_do_not_go_together_are_kept_there() -> None:
    text = "]d210ABC"
    assert biip.parse(text).gs1_message is not None
    assert is_refused(lambda: parse(text, year=2026), problems.CODE_AI_COMBINATION)


@given(trace_codes)
def test_a_trace_code_is_a_trace_code_here_whatever_biip_makes_of_it(code: str) -> None:
    assert parse(code, year=2026) == TraceCode(code)


def test_biip_knows_no_trace_codes() -> None:
    with pytest.raises(biip.ParseError):
        GS1Message.parse("83857930000879766660")
