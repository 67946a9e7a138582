"""Check digits and check characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.checkdigit import CHARSET_82, check_digit, check_pair, digits, verify, verify_pair
from shared.errors import Refused
from tests.shared.codes.strategies import text


@pytest.mark.parametrize(
    ("payload", "expected"),
    [("690123456789", "2"), ("10614141234567890", "8"), ("401234500005", "4"), ("0", "0"), ("", "0")],
)
def test_check_digits_of_published_keys(payload: str, expected: str) -> None:
    assert check_digit(payload) == expected


@given(st.text("0123456789", min_size=1, max_size=30), st.data())
def test_every_single_wrong_digit_is_noticed(payload: str, data: st.DataObject) -> None:
    key = payload + check_digit(payload)
    place = data.draw(st.integers(0, len(key) - 1))
    wrong = data.draw(st.sampled_from(sorted(set("0123456789") - {key[place]})))
    verify("key", key)
    with pytest.raises(Refused) as refused:
        verify("key", key[:place] + wrong + key[place + 1 :])
    assert refused.value.kind is problems.CODE_CHECK_DIGIT


@given(text(23), st.data())
def test_every_single_wrong_character_of_a_model_number_is_noticed(payload: str, data: st.DataObject) -> None:
    key = payload + check_pair(payload)
    place = data.draw(st.integers(0, len(payload) - 1))
    wrong = data.draw(st.sampled_from(sorted(set(CHARSET_82) - {key[place]})))
    verify_pair("GMN", key)
    with pytest.raises(Refused) as refused:
        verify_pair("GMN", key[:place] + wrong + key[place + 1 :])
    assert refused.value.kind is problems.CODE_CHECK_DIGIT


def test_a_wrong_check_digit_names_the_right_one() -> None:
    with pytest.raises(Refused) as refused:
        verify("GTIN", "6901234567891")
    assert refused.value.problem.values == {"value": "6901234567891", "expected": "2", "actual": "1"}


def test_digits_of_another_script_are_no_digits() -> None:
    with pytest.raises(Refused) as refused:
        digits("GTIN", "６９０１")
    assert refused.value.kind is problems.CODE_CHARACTERS


@pytest.mark.parametrize("key", ["", "A", "AB"])
def test_a_model_number_without_room_for_its_pair_is_refused(key: str) -> None:
    with pytest.raises(Refused) as refused:
        verify_pair("GMN", key)
    assert refused.value.kind is problems.CODE_LENGTH


def test_nothing_has_no_check_digit() -> None:
    with pytest.raises(Refused) as refused:
        verify("GTIN", "")
    assert refused.value.kind is problems.CODE_LENGTH


def test_a_model_number_keeps_to_its_characters() -> None:
    with pytest.raises(Refused) as refused:
        check_pair("AB C")
    assert refused.value.kind is problems.CODE_CHARACTERS
