"""When a vehicle will be where: for each stop ahead the likely time of arrival, and from when to when it may be.

The model, in words. A way that was planned to take ``n`` s takes ``middle × n``, times the factor of the day's roads. What it
takes beside that varies, and the *variance grows with the way*: one leg of 40 minutes is as uncertain as two of 20. So a
deviation grows with the root of the way, and is stated for a way of :data:`REFERENCE`. Handing over is the same with numbers
of its own. Deviations of different legs and visits are independent and add up in squares; what all of them share on a day,
such as rain, is in the day's factor. A wait for a receiving window swallows what it can.

A position is a while old. At best the vehicle has driven on since as planned: from that come the likely and the earliest
time. At worst it has stood since, and :data:`SILENCE` of the silence will be lost beside that: from that comes the latest.

``earliest`` and ``latest`` are the tenth and the ninetieth percentile where the model is right: four arrivals out of five
fall in between (a test holds it to that). What the numbers are learned from is said with them (:class:`Pace`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import hypot, sqrt
from statistics import median, quantiles

import msgspec

REFERENCE = 1200.0
"""The planned time (s) for which deviations are stated: about a leg in a city."""
ENOUGH = 40
"""So many samples are needed before something is learned from them: the tenth percentile of fewer is four samples' word."""
SILENCE = 0.25
"""Share of the silence that is lost beside it, at worst: who says nothing may stand for a reason that goes on."""
DAY_WEIGHT = 7200.0
"""Planned driving (s) that the day's roads count as usual before any leg of the day was driven: one slow leg of 20 minutes
makes no slow day, ten of them do."""
DAY_LIMITS = (0.6, 2.5)
"""What a day's factor can be: outside it something else than the roads was measured."""
LATE_START = 600.0
"""How much later than planned (s) a vehicle may leave the depot, at the ninetieth percentile: an estimate."""


class Basis(StrEnum):
    """Where a pace comes from."""

    STATED = "stated"
    LEARNED = "learned"


class Pace(msgspec.Struct, frozen=True):
    """How long something takes against the plan: ``middle`` times as long (the median), and for a planned
    :data:`REFERENCE` between ``down`` s less (the tenth percentile) and ``up`` s more (the ninetieth) than that.

    ``samples`` is how many it was learned from, 0 where it was stated.
    """

    middle: float
    down: float
    up: float
    samples: int = 0

    @property
    def basis(self) -> Basis:
        return Basis.LEARNED if self.samples else Basis.STATED


LEGS = Pace(1.0, 180.0, 360.0)
"""Driving, before anything was learned: 20 planned minutes take 17 to 26. The plan's times are taken as the middle, as they
carry the traffic factors of the city; delays are longer than gains, as nobody arrives before the road allows it. An
estimate, to be replaced by what the own vehicles do."""
STAYS = Pace(1.0, 360.0, 720.0)
"""Handing over, before anything was learned: 20 planned minutes take 14 to 32, as somebody else has to come and sign. An
estimate like :data:`LEGS`."""


class Model(msgspec.Struct, frozen=True):
    """What a forecast reckons with; ``day`` is how many times as long as planned legs take today."""

    legs: Pace = LEGS
    stays: Pace = STAYS
    day: float = 1.0


class Span(msgspec.Struct, frozen=True):
    """A receiving window, UTC instants, both included."""

    start: datetime
    end: datetime


class Ahead(msgspec.Struct, frozen=True):
    """A stop that is not left yet: the planned time of the leg that leads there and of the handing over (s, without any
    wait), and the windows in which it was promised (none: at any time)."""

    stop_id: str
    leg: float
    stay: float
    windows: tuple[Span, ...] = ()


class Waiting(msgspec.Struct, frozen=True):
    """The vehicle is to leave the depot, planned at ``departure``."""

    departure: datetime


class Driving(msgspec.Struct, frozen=True):
    """The vehicle is on its way to the first stop ahead; at ``at`` so much of the leg (0 … 1, or more where it is farther
    off than where it came from) still lay before it."""

    share: float
    at: datetime


class Here(msgspec.Struct, frozen=True):
    """The vehicle is at the first stop ahead since ``arrived``; ``done`` is when everything was signed."""

    arrived: datetime
    done: datetime | None = None


Seen = Waiting | Driving | Here


class Certainty(StrEnum):
    """How sure it is that a promise is missed: even the earliest time is too late, the likely one is, the latest one is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Miss(msgspec.Struct, frozen=True):
    """A promise that is (or may be) missed: what it was, and by how many minutes, begun ones counted; of one that is only
    possibly missed by how many at worst."""

    limit: datetime
    certainty: Certainty
    minutes: int


class Expected(msgspec.Struct, frozen=True):
    """A stop as it is expected, UTC: when the vehicle arrives, from when to when that has to be reckoned with, when handing
    over likely begins, and when the vehicle likely leaves. ``miss`` is ``None`` where the promise will be kept."""

    stop_id: str
    likely: datetime
    earliest: datetime
    latest: datetime
    begins: datetime
    leaves: datetime
    miss: Miss | None = None


def forecast(stops: Sequence[Ahead], seen: Seen, now: datetime, model: Model) -> tuple[Expected, ...]:
    """What is expected at each stop ahead, in driving order.

    ``seen`` says of the vehicle what is known, ``now`` is the instant to reckon from. Nothing is expected before ``now`` but
    what has happened; with the same knowledge a later ``now`` never makes a likely time earlier, and an older position
    never makes a range narrower.
    """
    silence = max(timedelta(0), now - seen.at) if isinstance(seen, Driving) else timedelta(0)
    best = _run(stops, seen, now, model)
    worst = best
    if isinstance(seen, Driving) and silence:
        worst = _run(stops, Driving(seen.share, now), now, model, behind=silence.total_seconds() * SILENCE)
    return tuple(_expected(stop, early, late, now) for stop, early, late in zip(stops, best, worst, strict=True))


class _Point(msgspec.Struct, frozen=True):
    """A moment (s from now): the likely one, and how much earlier and later it may be."""

    likely: float
    down: float = 0.0
    up: float = 0.0

    def after(self, planned: float, pace: Pace, factor: float = 1.0) -> "_Point":
        """The moment at which something is over that begins here and was planned to take so long (s)."""
        spread = sqrt(planned * REFERENCE) / REFERENCE * factor
        likely = self.likely + planned * pace.middle * factor
        return _Point(likely, hypot(self.down, pace.down * spread), hypot(self.up, pace.up * spread))

    def not_before(self, moment: float) -> "_Point":
        """The same, when it cannot be before a moment: that swallows what would have been earlier."""
        likely = max(self.likely, moment)
        return _Point(likely, max(0.0, likely - max(self.likely - self.down, moment)), self.up)


class _Visit(msgspec.Struct, frozen=True):
    arrival: _Point
    begins: _Point
    leaves: _Point


def _run(stops: Sequence[Ahead], seen: Seen, now: datetime, model: Model, behind: float = 0.0) -> list[_Visit]:
    """All stops ahead from what was seen, everything ``behind`` s later than that says."""
    visits: list[_Visit] = []
    point = _Point(0.0)
    for number, stop in enumerate(stops):
        if number == 0 and isinstance(seen, Here):
            arrival = _Point(_since(now, seen.arrived))
        elif number == 0 and isinstance(seen, Driving):
            left = _Point(_since(now, seen.at) + behind)
            arrival = left.after(stop.leg * seen.share, model.legs, model.day).not_before(0.0)
        else:
            if number == 0 and isinstance(seen, Waiting):
                point = _Point(max(0.0, _since(now, seen.departure)), 0.0, LATE_START)
            arrival = point.after(stop.leg, model.legs, model.day).not_before(0.0)
        begins = _opened(arrival, stop.windows, now)
        if number == 0 and isinstance(seen, Here) and seen.done is not None:
            point = _Point(0.0)
        else:
            point = begins.after(stop.stay, model.stays).not_before(0.0)
        visits.append(_Visit(arrival, begins, point))
    return visits


def _since(now: datetime, at: datetime) -> float:
    return (at - now).total_seconds()


def _opened(arrival: _Point, windows: Sequence[Span], now: datetime) -> _Point:
    """When handing over begins after an arrival: at once, or when the next window opens; after the last one at once."""

    def opening(moment: float) -> float:
        for window in windows:
            if _since(now, window.end) >= moment:
                return max(moment, _since(now, window.start))
        return moment

    likely = opening(arrival.likely)
    early, late = opening(arrival.likely - arrival.down), opening(arrival.likely + arrival.up)
    return _Point(likely, likely - early, late - likely)


def _expected(stop: Ahead, early: _Visit, late: _Visit, now: datetime) -> Expected:
    def at(moment: float) -> datetime:
        return now + timedelta(seconds=round(moment))

    likely, earliest = early.arrival.likely, early.arrival.likely - early.arrival.down
    latest = max(late.arrival.likely + late.arrival.up, likely)
    times = (at(likely), at(earliest), at(latest))
    return Expected(
        stop.stop_id, *times, at(early.begins.likely), at(early.leaves.likely), missed(stop.windows, *times)
    )


def missed(windows: Sequence[Span], likely: datetime, earliest: datetime, latest: datetime) -> Miss | None:
    """The promise that an arrival misses: the end of the last window. Between two windows it waits, and misses nothing."""
    if not windows or latest <= windows[-1].end:
        return None
    limit = windows[-1].end
    if earliest > limit:
        return Miss(limit, Certainty.CERTAIN, _minutes(likely - limit))
    if likely > limit:
        return Miss(limit, Certainty.LIKELY, _minutes(likely - limit))
    return Miss(limit, Certainty.POSSIBLE, _minutes(latest - limit))


def _minutes(over: timedelta) -> int:
    return -int(-over.total_seconds() // 60)


# what is learned -------------------------------------------------------------------------------------------------------


class Sample(msgspec.Struct, frozen=True):
    """Something that was planned to take so long (s), and took so long."""

    planned: float
    actual: float


SHORTEST = 60.0
"""A planned time (s) below which nothing is learned: the plan's own rounding is as large."""


def learned(samples: Iterable[Sample], stated: Pace) -> Pace:
    """The pace of what was done so far; the ``stated`` one where that is fewer than :data:`ENOUGH` samples."""
    known = [one for one in samples if one.planned >= SHORTEST and one.actual >= 0]
    if len(known) < ENOUGH:
        return stated
    middle = median(one.actual / one.planned for one in known)
    off = [(one.actual - middle * one.planned) / sqrt(one.planned * REFERENCE) * REFERENCE for one in known]
    tenths = quantiles(off, n=10, method="inclusive")
    return Pace(middle, max(0.0, -tenths[0]), max(0.0, tenths[-1]), len(known))


def day_factor(samples: Iterable[Sample], legs: Pace) -> float:
    """How many times as long as usual the legs of this day take, by those that were driven on it so far."""
    known = [one for one in samples if one.planned >= SHORTEST]
    usual = sum(one.planned for one in known) * legs.middle
    factor = (sum(one.actual for one in known) + DAY_WEIGHT) / (usual + DAY_WEIGHT)
    least, most = DAY_LIMITS
    return min(most, max(least, factor))
