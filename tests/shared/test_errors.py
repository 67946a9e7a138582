"""Problems: a number, a sentence in each language, and the offending value."""

import re
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.errors import CATALOGUE, LANGUAGES, UNDECODABLE, Kind, Problem, Refused, kind, shown
from tests.shared.refusing import MODERATE

FREE = max(CATALOGUE) + 1


@pytest.fixture
def number() -> Iterator[int]:
    """A number that is free, and is free again afterwards."""
    yield FREE
    CATALOGUE.pop(FREE, None)


def test_a_refusal_names_the_number_and_the_offending_value() -> None:
    refused = Refused(problems.NOT_ENROLLED, value="HH-01")
    assert (str(refused), refused.kind, refused.problem) == (
        "#7002 This handheld is not enrolled: HH-01",
        problems.NOT_ENROLLED,
        Problem(7002, {"value": "HH-01"}),
    )


def test_a_problem_is_said_in_the_readers_language() -> None:
    problem = Refused(problems.NOT_ENROLLED, value="HH-01").problem
    assert [problem.text(language) for language in LANGUAGES] == [
        "#7002 本机尚未登记：HH-01",
        "#7002 This handheld is not enrolled: HH-01",
    ]


@pytest.mark.parametrize("values", [{}, {"value": 1, "more": 2}, {"wrong": 1}])
def test_a_problem_cannot_be_raised_without_exactly_its_values(values: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="problem 7002 needs"):
        Refused(problems.NOT_ENROLLED, **values)


def test_a_problem_travels_and_is_read_on_the_other_side() -> None:
    problem = Refused(problems.CHAIN_GAP, device="H1", expected=3, value=5).problem
    received = msgspec.json.decode(msgspec.json.encode(problem), type=Problem)
    assert received.text("zh") == "#2005 事件缺失：设备 H1 应为第 3 条，收到第 5 条"


def test_a_problem_of_a_newer_version_is_shown_with_its_values() -> None:
    assert Problem(9999, {"value": "x", "drone": "4"}).text("en") == "#9999 drone=4, value=x"


def test_a_value_that_another_version_did_not_send_is_a_question_mark() -> None:
    assert Problem(2005, {"value": "5"}).text("en") == "#2005 Missing events: ? should send ?, sent 5"


def test_a_value_that_looks_like_a_placeholder_is_shown_as_it_is() -> None:
    assert Refused(problems.NOT_ENROLLED, value="{device}").problem.text("en").endswith(": {device}")


def test_a_number_is_given_once(number: int) -> None:
    kind(number, 400, "一 {value}", "one {value}")
    with pytest.raises(ValueError, match=f"problem {number} is taken"):
        kind(number, 400, "二 {value}", "two {value}")


def test_both_languages_name_the_same_values(number: int) -> None:
    with pytest.raises(ValueError, match="zh names"):
        kind(number, 400, "一 {value}", "one {other}")
    assert number not in CATALOGUE


def test_a_new_entry_knows_its_values(number: int) -> None:
    entry = kind(number, 409, "{what} 为 {value}", "{what} is {value}")
    assert entry == Kind(number, 409, "{what} 为 {value}", "{what} is {value}")
    assert entry.fields == {"what", "value"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("a\x1db", "a<GS>b"),
        ("a\nb\x00\x7f", "a\\x0ab\\x00\\x7f"),
        (5, "5"),
        (None, "None"),
        ("批号", "批号"),
    ],
)
def test_control_characters_of_a_value_are_made_visible(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_long_value_is_cut_in_the_middle_and_keeps_both_ends() -> None:
    text = shown("8" * 50 + "x" * 500 + "123456789012345")
    assert (len(text), text[:50], text[-16:]) == (116, "8" * 50, "…123456789012345")


@MODERATE
@given(st.text(max_size=400))
def test_whatever_was_scanned_can_be_shown_on_one_line(value: str) -> None:
    text = shown(value)
    assert len(text) <= 120
    assert re.search(r"[\x00-\x1f\x7f]", text) is None


@pytest.mark.parametrize("raw", [b"{", b'"\xff"', b"[" * 100_000], ids=["cut", "not UTF-8", "nested too deep"])
def test_everything_that_decoding_can_raise_is_known(raw: bytes) -> None:
    with pytest.raises(UNDECODABLE):
        msgspec.json.decode(raw)
