"""Time-ordered ids: UUID version 7 (RFC 9562 §5.7) as text, made from a given time and given randomness.

Sorting ids sorts by creation time, which keeps database indexes dense and logs readable. Nothing here draws randomness:
the caller hands in ten bytes, so a test decides them.
"""

import uuid
from collections.abc import Callable
from datetime import datetime

from shared.clock import Clock, to_ms

Randomness = Callable[[int], bytes]
"""Gives that many random bytes: ``secrets.token_bytes`` in the products, a seeded generator in the tests."""


def uuid7(at: datetime, random: bytes) -> str:
    """A UUIDv7 for instant ``at`` from exactly ten random bytes.

    Raises:
        ValueError: ``random`` is not ten bytes long, or ``at`` lies before 1970.
    """
    if len(random) != 10:
        raise ValueError(f"a UUIDv7 takes 10 random bytes, got {len(random)}")
    milliseconds = to_ms(at)
    if milliseconds < 0:
        raise ValueError(f"a UUIDv7 counts from 1970, got {at!r}")
    value = bytearray(milliseconds.to_bytes(6, "big") + random)
    value[6] = 0x70 | value[6] & 0x0F
    value[8] = 0x80 | value[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(value)))


class Ids:
    """A source of fresh ids for one process."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self._clock = clock
        self._randomness = randomness

    def new(self) -> str:
        """A fresh UUIDv7 as text."""
        return uuid7(self._clock.now(), self._randomness(10))
