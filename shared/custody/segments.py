"""Custody events that carry many samples at once: a logger's readings, a vehicle's positions. Columns, signed once.

Units: ``times`` ms since 1970 (UTC); temperatures hundredths of °C, humidity hundredths of %RH; degrees x 1e6, WGS-84.
"""

from collections.abc import Sequence
from datetime import datetime

from shared import problems
from shared.coldchain.readings import TimeBasis
from shared.custody.words import CustodyEvent
from shared.errors import Refused

_LATEST = 253_402_300_800_000
"""ms: the year 10000, where instants end."""
_LARGEST = 2**31 - 1
"""Values are what a logger can store (32 bits with sign, the largest of any make), far beyond any temperature."""
_LONGEST = 86_400
"""s: no logger records more seldom than once a day."""


def _check_columns(times: tuple[int, ...], *columns: tuple[int | None, ...], largest: Sequence[int]) -> None:
    """Refuse columns that nobody could read row by row.

    Raises:
        Refused: SEGMENT_MALFORMED.
    """
    lengths = [len(times), *map(len, columns)]
    if len(set(lengths)) != 1:
        raise Refused(problems.SEGMENT_MALFORMED, value=lengths, reason="columns of different length")
    if times and (min(times) < 0 or max(times) >= _LATEST):
        raise Refused(problems.SEGMENT_MALFORMED, value=f"{min(times)} … {max(times)}", reason="no such instant")
    for column, limit in zip(columns, largest, strict=True):
        for value in column:
            if value is not None and not -limit <= value <= limit:
                raise Refused(problems.SEGMENT_MALFORMED, value=value, reason="no such value")


class ReadingsSealed(CustodyEvent, frozen=True):
    """A segment of a logger's readings, as columns: raw, signed once, the truth for ever.

    ``skew`` is logger clock minus handheld clock in ms where the logger has one. ``complete`` is false for the part of a
    download that was cut: the rest follows in another segment.

    Raises:
        Refused: SEGMENT_MALFORMED where the columns differ in length, or an instant, value or interval cannot be.
    """

    route_id: str
    logger_id: str
    interval: int
    basis: TimeBasis
    times: tuple[int, ...]
    temperatures: tuple[int | None, ...]
    humidities: tuple[int | None, ...]
    downloaded: datetime
    skew: int | None
    complete: bool
    battery: int | None = None
    """mV or %, as the maker states it."""

    def __post_init__(self) -> None:
        _check_columns(self.times, self.temperatures, self.humidities, largest=(_LARGEST, _LARGEST))
        if not 0 <= self.interval <= _LONGEST:
            raise Refused(problems.SEGMENT_MALFORMED, value=self.interval, reason="interval")


class PositionsSealed(CustodyEvent, frozen=True):
    """A segment of positions, as columns; degrees x 1e6.

    Raises:
        Refused: SEGMENT_MALFORMED where the columns differ in length, or an instant or place cannot be.
    """

    route_id: str
    times: tuple[int, ...]
    latitudes: tuple[int, ...]
    longitudes: tuple[int, ...]

    def __post_init__(self) -> None:
        _check_columns(self.times, self.latitudes, self.longitudes, largest=(90_000_000, 180_000_000))
