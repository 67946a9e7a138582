"""Whether a logger recorded as often as the law wants: the GSP recording rules as a per-trip report.

Source of every number: CFDA notice 2013 No. 38, GSP appendix 温湿度自动监测 (automatic monitoring of temperature and
humidity). They are the defaults of a configuration, so that another jurisdiction can state its own.
"""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

import msgspec

from shared.coldchain.excursions import Gap
from shared.coldchain.profiles import ProductRange
from shared.coldchain.readings import Reading


class CadenceRules(msgspec.Struct, frozen=True):
    """Recording rules, all in s."""

    refresh: int = 60
    """A probe's value is refreshed at least once a minute."""
    transport: int = 300
    """In transport a temperature is recorded at least every 5 min."""
    storage: int = 1800
    """In storage, at least every 30 min."""
    out_of_range: int = 120
    """While out of range, at least every 2 min."""


GSP = CadenceRules()


class CadenceFinding(msgspec.Struct, frozen=True):
    """Two successive records that lie farther apart than allowed."""

    start: datetime
    end: datetime
    allowed: int
    """s"""
    rule: str
    """``transport`` or ``out_of_range``."""

    @property
    def seconds(self) -> float:
        """The step that was found, s."""
        return (self.end - self.start).total_seconds()


def check_cadence(
    readings: Sequence[Reading], limits: ProductRange, start: datetime, end: datetime, rules: CadenceRules = GSP
) -> list[CadenceFinding]:
    """Every step between records of one logger (oldest first) in ``start`` … ``end`` that the rules do not allow.

    The step *after* a reading outside the range falls under the out-of-range rule: the law wants to see how it goes on.
    """
    known = [(r.at, r.temperature) for r in readings if r.temperature is not None and start <= r.at <= end]
    findings = []
    edges = [(start, None), *known, (end, None)]
    for (one, value), (two, _) in itertools.pairwise(edges):
        outside = value is not None and not limits.low <= value <= limits.high
        allowed, rule = (rules.out_of_range, "out_of_range") if outside else (rules.transport, "transport")
        if two - one > timedelta(seconds=allowed):
            findings.append(CadenceFinding(one, two, allowed, rule))
    return findings


def probes_required(volume: float) -> int:
    """How many probes a vehicle compartment of ``volume`` m³ needs: two, and one more for each further 20 m³ begun.

    Source: GSP appendix 温湿度自动监测, on refrigerated vehicles.

    >>> [probes_required(v) for v in (6, 20, 20.5, 40, 41)]
    [2, 2, 3, 3, 4]
    """
    return 2 + max(0, ceil((volume - 20) / 20))


MAXIMUM_PERMISSIBLE_ERROR: tuple[tuple[float, float, float], ...] = ((-25.0, 0.0, 1.0), (0.0, 40.0, 0.5))
"""(from °C, to °C, ± °C) a monitoring device may err (GSP appendix 温湿度自动监测); humidity ±5 %RH."""
HUMIDITY_ERROR = 5.0
"""± %RH."""


def total_gap(gaps: Sequence[Gap]) -> float:
    """Seconds (s) without a reading, all gaps together."""
    return sum(gap.seconds for gap in gaps)
