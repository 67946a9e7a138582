"""Ids: UUIDs of version 7, whose order is the order of their making."""

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import ManualClock, to_ms
from shared.ids import Ids, uuid7
from tests.shared.refusing import MODERATE
from tests.shared.story import MORNING

TEN = st.binary(min_size=10, max_size=10)
INSTANTS = st.integers(0, 7_000_000_000_000_000).map(
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)


def test_the_example_of_the_standard_comes_out() -> None:
    # RFC 9562, appendix A.6: 2022-02-22 14:22:22.00 -05:00, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert uuid7(at, bytes.fromhex("0cc318c4dc0c0c07398f")) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@MODERATE
@given(INSTANTS, TEN)
def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond(at: datetime, ten: bytes) -> None:
    parsed = uuid.UUID(uuid7(at, ten))
    assert (parsed.version, parsed.variant, parsed.int >> 80) == (7, uuid.RFC_4122, to_ms(at))


@MODERATE
@given(INSTANTS, INSTANTS, TEN, TEN)
def test_an_id_made_a_millisecond_later_sorts_later(one: datetime, other: datetime, a: bytes, b: bytes) -> None:
    if to_ms(one) < to_ms(other):
        assert uuid7(one, a) < uuid7(other, b)


@MODERATE
@given(TEN, TEN)
def test_74_of_the_80_random_bits_are_in_the_id(a: bytes, b: bytes) -> None:
    def kept(ten: bytes) -> bytes:
        return bytes([ten[0] & 0x0F, ten[1], ten[2] & 0x3F, *ten[3:]])

    assert (uuid7(MORNING, a) == uuid7(MORNING, b)) is (kept(a) == kept(b))


@pytest.mark.parametrize("size", [0, 9, 11])
def test_an_id_takes_exactly_ten_random_bytes(size: int) -> None:
    with pytest.raises(ValueError, match=f"10 random bytes, got {size}"):
        uuid7(MORNING, bytes(size))


def test_no_id_is_made_before_1970() -> None:
    with pytest.raises(ValueError, match="counts from 1970"):
        uuid7(datetime(1969, 12, 31, tzinfo=UTC), bytes(10))


def test_a_source_of_ids_uses_the_clock_and_the_randomness_it_was_given() -> None:
    clock = ManualClock(MORNING)
    ids = Ids(clock, random.Random(5).randbytes)
    made = [ids.new()]
    clock.advance(1)
    made.append(ids.new())
    draws = random.Random(5)
    assert made == [
        uuid7(MORNING, draws.randbytes(10)),
        uuid7(MORNING + timedelta(seconds=1), draws.randbytes(10)),
    ]
