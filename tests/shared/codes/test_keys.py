"""GS1 keys that exist are valid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.keys import GTIN_LENGTHS, Giai, Gln, Grai, Gtin, Sscc
from shared.errors import Refused
from tests.shared.codes.strategies import text, with_check_digit


@given(st.sampled_from(GTIN_LENGTHS).flatmap(with_check_digit))
def test_a_gtin_of_any_length_becomes_14_digits_of_the_same_number(short: str) -> None:
    gtin = Gtin.parse(short)
    assert len(gtin.value) == 14
    assert int(gtin.value) == int(short)


@given(st.sampled_from(GTIN_LENGTHS).flatmap(with_check_digit))
def test_the_short_form_reads_back_to_the_same_gtin(short: str) -> None:
    assert Gtin.parse(Gtin.parse(short).short) == Gtin.parse(short)


def test_a_gtin_is_made_from_14_digits_only_and_parsed_from_fewer() -> None:
    with pytest.raises(Refused) as refused:
        Gtin("6901234567892")
    assert refused.value.kind is problems.CODE_LENGTH
    assert Gtin.parse("6901234567892").value == "06901234567892"


@pytest.mark.parametrize(
    ("make", "value", "problem"),
    [
        (Gtin.parse, "6901234567891", problems.CODE_CHECK_DIGIT),
        (Gtin.parse, "690123456789", problems.CODE_CHECK_DIGIT),
        (Gtin.parse, "690123456", problems.CODE_LENGTH),
        (Gtin.parse, "69012345678AB", problems.CODE_CHARACTERS),
        (Gln, "4012345000050", problems.CODE_CHECK_DIGIT),
        (Gln, "40123450000", problems.CODE_LENGTH),
        (Sscc, "106141412345678909", problems.CODE_CHECK_DIGIT),
        (Sscc, "10614141234567890", problems.CODE_LENGTH),
        (Giai, "", problems.CODE_LENGTH),
        (Giai, "4012345 7", problems.CODE_CHARACTERS),
        (Giai, "40A", problems.CODE_CONTENT),
        (Grai.parse, "14006381333931BOX7", problems.CODE_CONTENT),
        (Grai.parse, "04006381333932BOX7", problems.CODE_CHECK_DIGIT),
        (Grai, "4006381333932", problems.CODE_CHECK_DIGIT),
    ],
)
def test_what_is_no_key_is_refused(make: type, value: str, problem: object) -> None:
    with pytest.raises(Refused) as refused:
        make(value)
    assert refused.value.kind is problem


@given(with_check_digit(13), text(16, 0))
def test_a_returnable_asset_is_its_type_and_its_serial(kind: str, serial: str) -> None:
    box = Grai.parse("0" + kind + serial)
    assert (box.type, box.serial) == (kind, serial or None)


def test_the_published_gln_and_giai_are_accepted() -> None:
    assert Gln("4012345000054").value == "4012345000054"
    assert Giai("401234512AB").value == "401234512AB"
