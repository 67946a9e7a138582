"""Element strings: separators are trusted where they are known to arrive, and missed where they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.ai import Element
from shared.codes.element_string import GS, bracketed, build, split, split_bracketed, split_unmarked
from shared.errors import Refused
from tests.shared.codes.refusals import CODE_PROBLEMS, refusal_of
from tests.shared.codes.strategies import element_lists

GTIN = "0106901234567892"


def texts(elements: tuple[Element, ...]) -> list[str]:
    return [element.text for element in elements]


@given(element_lists)
def test_what_is_built_is_split_again(elements: tuple[Element, ...]) -> None:
    assert split(build(elements)) == elements


@given(element_lists)
def test_what_people_write_is_split_again(elements: tuple[Element, ...]) -> None:
    assert split_bracketed(bracketed(elements)) == elements


@given(element_lists)
def test_a_lost_separator_never_changes_a_value(elements: tuple[Element, ...]) -> None:
    """A keyboard wedge that drops every GS: what comes out is what went in, or nothing."""
    try:
        found = split_unmarked(build(elements).replace(GS, ""))
    except Refused:
        return
    assert found == elements


def test_superfluous_separators_are_tolerated() -> None:
    plain = split(GTIN + "17271231" + "10A")
    assert split(GS + GTIN + GS + "17271231" + GS + "10A" + GS) == plain


def test_a_doubled_separator_is_a_lost_value_and_refused() -> None:
    with pytest.raises(Refused) as refused:
        split(GTIN + "10A" + GS + GS + "21B")
    assert refused.value.kind is problems.CODE_UNKNOWN_AI


def test_a_value_of_predefined_length_may_not_be_cut_by_a_separator() -> None:
    with pytest.raises(Refused) as refused:
        split("0106901" + GS + "10A")
    assert refused.value.kind is problems.CODE_LENGTH


@pytest.mark.parametrize("data", ["", GS])
def test_separators_alone_are_nothing(data: str) -> None:
    with pytest.raises(Refused) as refused:
        split(data)
    assert refused.value.kind is problems.CODE_EMPTY


@pytest.mark.parametrize(
    ("data", "readings"),
    [
        # lot 10ABC, then serial 7 whose separator was dropped: or a lot that ends in 217
        (GTIN + "10ABC217", ["(10)ABC217", "(10)ABC(21)7"]),
        (GTIN + "10ABC17271231", ["(10)ABC17271231", "(10)ABC(17)271231"]),
        (GTIN + "17271231" + "10B240901", ["(10)B240901", "(10)B(240)901"]),
    ],
)
def test_a_value_that_could_end_earlier_is_flagged_with_its_readings(data: str, readings: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        split_unmarked(data)
    assert refused.value.kind is problems.CODE_AMBIGUOUS
    for reading in readings:
        assert reading in refused.value.problem.values["readings"]


def test_even_the_only_reading_is_flagged_if_a_separator_must_have_been_lost() -> None:
    """A lot cannot have 22 characters, so there is a separator missing: where, is a guess."""
    with pytest.raises(Refused) as refused:
        split_unmarked(GTIN + "10ABCDEFGHIJKLMNOPQRS217")
    assert refused.value.kind is problems.CODE_AMBIGUOUS


@pytest.mark.parametrize("lot", ["ABC123", "LOT001", "B24", "A-5", "2X"])
def test_a_last_value_that_cannot_end_earlier_is_taken(lot: str) -> None:
    assert texts(split_unmarked(GTIN + "17271231" + "10" + lot))[-1] == f"(10){lot}"


def test_a_reading_whose_elements_do_not_go_together_is_no_reading() -> None:
    """(10)A(10)1X would be a second, different lot, and (235) stands with no serial: neither is a way to read it."""
    assert texts(split_unmarked("0106901234567892" + "10A101X")) == ["(01)06901234567892", "(10)A101X"]


def test_a_text_that_is_wrong_in_every_reading_says_what_is_wrong() -> None:
    with pytest.raises(Refused) as refused:
        split_unmarked("0106901234567891" + "10ABC")
    assert refused.value.kind is problems.CODE_CHECK_DIGIT


def test_a_hostile_text_is_called_ambiguous_after_a_bounded_search() -> None:
    with pytest.raises(Refused) as refused:
        split_unmarked("91" * 200)
    assert refused.value.kind is problems.CODE_AMBIGUOUS
    assert refused.value.problem.values["readings"] == "…"


@pytest.mark.parametrize("text", ["1(12345", "()12345", "(1", "(1)2", "(01", "(12345)12345", "(ab)1", "(17)9(90)217"])
def test_brackets_that_do_not_pair_or_name_no_ai_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        split_bracketed(text)


def test_no_text_has_no_elements() -> None:
    with pytest.raises(Refused) as refused:
        split_bracketed("")
    assert refused.value.kind is problems.CODE_EMPTY


def test_an_element_of_an_ai_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        Element("89", "1")
    assert refused.value.kind is problems.CODE_UNKNOWN_AI


@given(st.text(alphabet="0123456789()AB\x1d ~", max_size=40))
def test_any_text_gives_elements_or_a_numbered_refusal(text: str) -> None:
    for reader in (split, split_unmarked, split_bracketed):
        assert refusal_of(lambda reader=reader: reader(text)) in CODE_PROBLEMS  # type: ignore[misc]
