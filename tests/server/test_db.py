"""The types all models share."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from server.db import Instant
from shared.clock import from_ms, to_ms

DIALECT = sqlite.dialect()
FIRST, LAST = from_ms(0).replace(tzinfo=None), from_ms(7_000_000_000_000).replace(tzinfo=None)
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@given(instants)
def test_an_instant_is_read_as_it_was_hashed(at: datetime) -> None:
    """Seals are made over ``to_ms`` of an instant with whatever microseconds the clock gave, and checked on what is read."""
    stored = Instant().process_bind_param(at, DIALECT)
    read = Instant().process_result_value(stored, DIALECT)
    assert read is not None
    assert to_ms(read) == to_ms(at)
    assert timedelta() <= at - read < timedelta(milliseconds=1)


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    beijing = datetime(2026, 11, 22, 8, tzinfo=timezone(timedelta(hours=8)))
    assert Instant().process_bind_param(beijing, DIALECT) == to_ms(datetime(2026, 11, 22, 0, tzinfo=UTC))


def test_a_time_of_no_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(FIRST, DIALECT)
