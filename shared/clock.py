"""Time as a port: the core never asks the system what time it is.

An *instant* is a timezone-aware :class:`~datetime.datetime` in UTC. *Monotonic* time is seconds (s) since an arbitrary
start; it never goes back and is what durations are measured with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec


class Clock(Protocol):
    """Where a service learns the time."""

    def now(self) -> datetime:
        """The wall clock, as an aware UTC instant. It may be wrong, and it may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        ...


@dataclass
class ManualClock:
    """A clock that stands still until it is told to move: the clock of the tests."""

    at: datetime
    elapsed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.elapsed

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` (s) pass, on the wall clock and the monotonic clock alike."""
        self.at += timedelta(seconds=seconds)
        self.elapsed += seconds

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as a person or a network does who sets it."""
        self.at += timedelta(seconds=seconds)


@dataclass(frozen=True)
class ScaledClock:
    """Another clock, run faster: how a rehearsal puts a day into minutes.

    ``real_anchor`` on the base clock is ``anchor`` here; from there each real second is ``speed`` seconds. Two processes
    given the same four values agree on the time.
    """

    base: Clock
    real_anchor: datetime
    anchor: datetime
    speed: float

    def now(self) -> datetime:
        return self.anchor + (self.base.now() - self.real_anchor) * self.speed

    def monotonic(self) -> float:
        return self.base.monotonic() * self.speed


class Pace(msgspec.Struct, frozen=True):
    """How a rehearsal's time runs from now on: at the real instant ``real`` it is ``at``, and each real second is ``speed``
    seconds."""

    real: datetime
    at: datetime
    speed: float

    def now(self, real: datetime) -> datetime:
        """What time it is at a real instant."""
        return self.at + (real - self.real) * self.speed

    def change(self, real: datetime, speed: float) -> "Pace":
        """Another speed from the real instant ``real`` on, without a jump."""
        return Pace(real, self.now(real), speed)


class PacedClock:
    """Another clock, run at a pace that changes: slowly while hands are busy, fast while a vehicle drives.

    ``read`` gives the pace in force; all processes of a rehearsal read the same one. Monotonic time runs with the wall.
    """

    def __init__(self, base: Clock, read: Callable[[], Pace]) -> None:
        self._base = base
        self._read = read
        self._start = self.now()

    def now(self) -> datetime:
        return self._read().now(self._base.now())

    def monotonic(self) -> float:
        return (self.now() - self._start).total_seconds()


def to_ms(at: datetime) -> int:
    """Milliseconds (ms) since 1970-01-01 UTC of an aware instant, rounded down."""
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a time zone, got {at!r}")
    delta = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """The UTC instant of ``ms`` milliseconds since 1970-01-01."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def rfc3339(at: datetime) -> str:
    """An aware instant as ``2026-11-22T08:00:00.000Z``: UTC, always three decimals, so that text order is time order.

    >>> rfc3339(from_ms(1_000))
    '1970-01-01T00:00:01.000Z'
    """
    if at.tzinfo is None:
        # without this, Python would take it for the machine's own zone
        raise ValueError(f"an instant needs a time zone, got {at!r}")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
