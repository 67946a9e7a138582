"""Driving and rest: how long a driver has driven without the rest that the law asks for, told from positions alone.

A rest is standing still for long enough. Anything else counts as driving: creeping in a jam, a short stop at a light, and an
unloading shorter than the rest. So a driver is warned too early rather than too late.

Sources: 道路交通安全法实施条例 art. 62 (7): not more than 4 h without stopping for a rest of at least 20 min. Regulation (EC)
561/2006 art. 7: a break of 45 min after 4 h 30; it may be split into 15 min and then 30 min.
"""

from datetime import datetime

import msgspec

from shared.geo import Position, distance

STILL = 100.0
"""m: a vehicle that stays within this of where it stopped has not moved on. Fixes wander by tens of metres under a hospital's
canopy, and no further."""


class DrivingRule(msgspec.Struct, frozen=True):
    """A rule on rests: ``longest`` s of driving, ``rest`` s of standing that end it, ``parts`` s that together do as well, in
    this order; the ``source`` it follows."""

    longest: int
    rest: int
    parts: tuple[int, ...]
    source: str


CHINA = DrivingRule(4 * 3600, 20 * 60, (), "道路交通安全法实施条例 art. 62 (7)")
EUROPE = DrivingRule(4 * 3600 + 1800, 45 * 60, (15 * 60, 30 * 60), "(EC) 561/2006 art. 7")
RULES = {"CN": CHINA, "EU": EUROPE}


class Driven(msgspec.Struct, frozen=True):
    """Where a driver stands: driving since ``since`` (``None``: not driven yet), near ``anchor`` from ``still`` to ``seen``,
    the last position; ``taken`` parts of a split rest are behind."""

    since: datetime | None = None
    anchor: Position | None = None
    still: datetime | None = None
    seen: datetime | None = None
    taken: int = 0

    def step(self, rule: DrivingRule, position: Position, at: datetime) -> "Driven":
        """After one more position; one that is not newer than the last changes nothing."""
        if self.anchor is None or self.seen is None:
            return Driven(None, position, at, at)
        if at <= self.seen:
            return self
        if distance(self.anchor, position) <= STILL:
            return msgspec.structs.replace(self, seen=at)
        taken = self._taken(rule)
        rested = taken is None or self.since is None
        return Driven(self.seen if rested else self.since, position, at, at, taken or 0)

    def seconds(self, rule: DrivingRule, at: datetime) -> float:
        """Driving without a rest until ``at``, s; 0 once the vehicle has stood for long enough."""
        if self.since is None or self._taken(rule) is None:
            return 0.0
        return max(0.0, (at - self.since).total_seconds())

    def _taken(self, rule: DrivingRule) -> int | None:
        """How many parts of a split rest are behind once the present stand counts; ``None``: the whole rest is."""
        stood = 0.0 if self.still is None or self.seen is None else (self.seen - self.still).total_seconds()
        if stood >= rule.rest:
            return None
        if self.taken < len(rule.parts) and stood >= rule.parts[self.taken]:
            return None if self.taken + 1 == len(rule.parts) else self.taken + 1
        return self.taken
