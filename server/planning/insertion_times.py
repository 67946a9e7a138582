"""A sequence of orders with a new one in it, worked out: its timetable, or the one it would be driven by all the same, and
what that breaks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from server.planning.broken import Broken, Names, broken_promises, named
from server.planning.checker_route import judge_route
from server.planning.compose import compose_route
from server.planning.lenient import lenient
from server.planning.lookup import Crew, Lookup
from server.planning.plan import Route
from server.planning.problem import Order, Window
from server.planning.schedule import (
    FOREVER,
    Failure,
    Snag,
    Timetable,
    Visit,
    Way,
    boxed_times,
    drive,
    timetable,
    way,
)
from server.planning.sequences import from_depot


@dataclass(frozen=True)
class Worked:
    """When everything happens, and every promise this breaks: by how much altogether as far as it is time (s), and whether
    the load is too much, which no agreement mends."""

    table: Timetable
    broken: tuple[Broken, ...] = ()
    over: int = 0
    hard: bool = False


def work_out(lookup: Lookup, crew: Crew, sequence: Sequence[Order], names: Names) -> Worked | None:
    """A route worked out. Where it holds, by the timetable the engine and the desk give it; where it does not, by the times
    at which it would be driven all the same. ``None`` where it cannot be driven at all: no road leads on, one of several
    trips is too full, or something would be loaded before it is there.
    """
    orders = list(sequence)
    plain = all(map(from_depot, orders)) and crew.meal is None
    overload = lookup.overload(crew.vehicle, orders) is not None
    if overload and not plain:
        return None
    found = timetable(lookup, crew, orders, thorough=True)
    if isinstance(found, Timetable) and not overload:
        return Worked(found)
    if isinstance(found, Failure):
        if found.snag is Snag.ROAD:
            return None
        driven = lenient(lookup, crew, orders) if plain else _relaxed(lookup, crew, orders)
        if driven is None:
            return None
        found = driven
    route = compose_route(lookup, crew, found)
    broken = tuple(broken_promises(lookup, crew, route, names)) if plain else _refused(lookup, route, names)
    return Worked(found, broken, _over(lookup, crew, found), overload)


def _refused(lookup: Lookup, route: Route, names: Names) -> tuple[Broken, ...]:
    """What the checker has against a route: for what a person's desk has no words for yet."""
    _, violations = judge_route(lookup.problem, 0, route)
    found = []
    for one in violations:
        _, *rest = one.where.split(" › ")
        stop = int(rest[0]) - 1 if len(rest) > 1 and rest[0].isdecimal() else None
        found.append(Broken(route.vehicle, stop, named(one.problem, names)))
    return tuple(found)


def _relaxed(lookup: Lookup, crew: Crew, orders: Sequence[Order]) -> Timetable | None:
    """The times at which a route with returns, collections, transfers or a meal would be driven if being late, long out, or
    warm were no reason not to; without the meal where there is no time for it."""
    path = way(lookup, _patient(crew), orders)
    if isinstance(path, Failure):
        return None
    start = path.earliest
    if crew.lock is not None and crew.lock.departure is not None:
        start = crew.lock.departure - path.loading
        if start < path.earliest:
            return None
    visits = [_unhurried(visit) for visit in path.visits]
    while True:
        found = drive(replace(path, visits=tuple(visits)), start)
        if isinstance(found, Timetable):
            return replace(found, visits=path.visits)
        if found.snag is not Snag.WINDOW:
            path = _unfed(path)
            continue
        late = visits[found.visit]
        windows = (*late.windows, Window(late.windows[-1].end + 1, FOREVER)) if late.windows else ()
        visits[found.visit] = replace(late, windows=windows, due=None)


def _patient(crew: Crew) -> Crew:
    """A crew that may be out as long, as far and as late as it takes."""
    vehicle = msgspec.structs.replace(crew.vehicle, max_distance=None, max_duration=None, max_trip=None)
    return replace(crew, vehicle=vehicle, late=None, leave_by=None)


def _unhurried(visit: Visit) -> Visit:
    """A visit whose boxes may warm."""
    return replace(visit, hold=None, keep=None, transfers=False)


def _unfed(path: Way) -> Way:
    """The route of a driver who goes without the meal."""
    assert path.crew.driver is not None
    driver = msgspec.structs.replace(path.crew.driver, meal=None)
    return replace(path, crew=replace(path.crew, driver=driver))


def _over(lookup: Lookup, crew: Crew, found: Timetable) -> int:
    """By how much a timetable is late, long out or warm, all together (s)."""
    path = way(lookup, _patient(crew), [order for visit in found.visits for order in visit.orders])
    total = 0
    for visit, start in zip(found.visits, found.starts, strict=True):
        if visit.windows and not any(window.start <= start <= window.end for window in visit.windows):
            total += start - max((window.end for window in visit.windows if window.end < start), default=start)
        if visit.due is not None:
            total += max(0, start - visit.due)
    if isinstance(path, Way):  # it has no boxes to speak of where no road leads
        total += sum(max(0, boxed - holds) for _, boxed, holds in boxed_times(path, found))
    for limit, value in (
        (crew.late, found.end),
        (crew.leave_by, found.departure),
        (crew.vehicle.max_duration, found.duration),
    ):
        total += max(0, value - limit) if limit is not None else 0
    longest = crew.vehicle.max_trip
    if longest is not None:
        total += sum(max(0, ends - begins - longest) for begins, ends, _ in found.trips)
    return total
