"""Product ranges: what they must be, how they are written, and the bands of the pharmacopoeia."""

from typing import Any

import msgspec
import pytest

from shared import problems
from shared.coldchain.profiles import AMBIENT, BANDS, COOL, FROZEN, REFRIGERATED, ProductRange
from tests.shared.refusing import refusal


@pytest.mark.parametrize(
    "ends",
    [
        {"low": 8.0, "high": 2.0},
        {"low": 5.0, "high": 5.0},
        {"low": 2.0, "high": float("nan")},
        {"low": 2.0, "high": 8.0, "allowance": -1},
        {"low": 2.0, "high": 8.0, "humidity_low": 75.0, "humidity_high": 35.0},
        {"low": 2.0, "high": 8.0, "hard_low": 3.0},
        {"low": 2.0, "high": 8.0, "hard_high": 7.9},
    ],
    ids=lambda ends: " ".join(f"{key}={value}" for key, value in ends.items()),
)
def test_a_range_that_contradicts_itself_does_not_exist(ends: dict[str, Any]) -> None:
    with refusal(problems.RANGE_INVALID):
        ProductRange(**ends)


@pytest.mark.parametrize(
    "ends",
    [
        {"low": -25.0, "high": 0.0},
        {"low": 0.0, "high": 0.1},
        {"low": 2.0, "high": 8.0, "hard_low": 2.0, "hard_high": 8.0},
        {"low": 2.0, "high": 8.0, "humidity_high": 0.0},
    ],
)
def test_zero_is_an_end_like_any_other_and_hard_ends_may_be_the_ends(ends: dict[str, Any]) -> None:
    assert msgspec.json.decode(msgspec.json.encode(ProductRange(**ends)), type=ProductRange) == ProductRange(**ends)


def test_a_range_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        REFRIGERATED.high = 25.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("band", "text", "frozen"),
    [
        (REFRIGERATED, "2…8 °C", False),
        (FROZEN, "-25…-10 °C", True),
        (COOL, "0…20 °C", False),
        (AMBIENT, "10…30 °C", False),
    ],
)
def test_a_range_is_written_as_people_write_it_and_knows_whether_its_goods_are_frozen(
    band: ProductRange, text: str, frozen: bool
) -> None:
    assert (band.text(), band.frozen_goods) == (text, frozen)


def test_goods_that_may_be_at_zero_are_not_frozen_goods() -> None:
    assert not ProductRange(-20.0, 0.0).frozen_goods


def test_the_storage_words_of_delivery_notes_stand_for_the_bands() -> None:
    assert BANDS == {"冷藏": REFRIGERATED, "冷冻": FROZEN, "阴凉": COOL, "常温": AMBIENT}


def test_the_bands_tolerate_nothing_by_themselves() -> None:
    assert {band.allowance for band in BANDS.values()} == {0}
