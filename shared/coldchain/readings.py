"""Readings: one measured value with its time, its logger, and how that time is known.

A reading can only be made from what a logger sent. GSP's appendix on automatic temperature monitoring forbids importing
or typing readings, so there is no other way in; a "no value" code of a logger is ``None`` here, never a number.
"""

from datetime import datetime
from enum import StrEnum

import msgspec


class TimeBasis(StrEnum):
    """How the time of a reading is known."""

    LOGGER_CLOCK = "logger_clock"
    """The logger stored the time with the value (Ruuvi history). Its clock may still be off; the skew is recorded."""
    DERIVED = "derived"
    """The logger stores no times: time = moment of download - k x interval (Blue Maestro). Marked wherever it is shown."""
    HEARD = "heard"
    """An advertisement, timed by the handheld's clock at the moment it was heard."""


class Reading(msgspec.Struct, frozen=True):
    """One value of one logger.

    ``at`` is a UTC instant; ``temperature`` is in °C and ``humidity`` in %RH, each ``None`` where the logger said that it
    has no value.
    """

    at: datetime
    temperature: float | None
    humidity: float | None = None
    basis: TimeBasis = TimeBasis.LOGGER_CLOCK


class Series(msgspec.Struct, frozen=True):
    """All readings known of one logger, oldest first, with the interval (s) it was set to record at."""

    logger_id: str
    interval: int
    readings: tuple[Reading, ...]
