"""What changed between two plans of a day, stop by stop: which vehicle and when before, which vehicle and when now."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from server.planning.plan import Plan
from server.planning.sequences import FETCH

LEAST = 60
"""A stop whose time moved by less (s) did not change: nobody reads seconds on a plan."""


class What(StrEnum):
    """How a stop changed."""

    MOVED = "moved"
    EARLIER = "earlier"
    LATER = "later"
    ADDED = "added"
    DROPPED = "dropped"


class Place(msgspec.Struct, frozen=True):
    """Where orders stand in a plan: the vehicle, its driver, the stop's number (1, 2 …; returns to load again do not
    count), and when service starts (s)."""

    vehicle: str
    driver: str | None
    number: int
    start: int


class Change(msgspec.Struct, frozen=True):
    """Orders for one site that changed together. ``before`` or ``after`` is ``None`` where they are on no route."""

    what: What
    site: str
    orders: tuple[str, ...]
    before: Place | None
    after: Place | None


def changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    """Every stop that changed, in the order of the new plan's routes; what was dropped comes last.

    Orders that were one stop and become two are two changes, and the other way round.
    """
    old, new = dict(_places(before)), dict(_places(after))
    sites = {
        name: stop.site
        for plan in (before, after)
        for r in plan.routes
        for stop in r.stops
        for name in (*stop.orders, *(FETCH + fetched for fetched in stop.fetched))
    }
    groups: dict[tuple[str, Place | None, Place | None], list[str]] = {}
    for name in [*new, *(name for name in old if name not in new)]:
        groups.setdefault((sites[name], old.get(name), new.get(name)), []).append(name)
    found = []
    for (site, was, now), orders in groups.items():
        what = _what(was, now)
        if what is not None:
            found.append(Change(what, site, tuple(orders), was, now))
    return tuple(found)


def _places(plan: Plan) -> Iterator[tuple[str, Place]]:
    for route in plan.routes:
        for number, stop in enumerate((stop for stop in route.stops if not stop.reload), 1):
            for name in (*stop.orders, *(FETCH + fetched for fetched in stop.fetched)):
                yield name, Place(route.vehicle, route.driver, number, stop.start)


def _what(was: Place | None, now: Place | None) -> What | None:
    if was is None or now is None:
        return What.ADDED if was is None else What.DROPPED
    if (was.vehicle, was.driver) != (now.vehicle, now.driver):
        return What.MOVED
    if abs(now.start - was.start) < LEAST:
        return None
    return What.LATER if now.start > was.start else What.EARLIER
