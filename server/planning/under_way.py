"""What of a plan is happening already: stops that were visited, and the one being driven to, stay where they are and last as
long as they do."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from server.planning import arrivals
from server.planning.arrivals import Arrivals
from server.planning.hand import Hand, HandRoute, orders_of
from server.planning.keeping import Kept
from server.planning.lenient import lenient
from server.planning.lookup import Lookup
from server.planning.plan import Route
from server.planning.problem import Held, Lock, Problem, Vehicle, Window
from server.planning.sequences import FETCH, RELOAD, closed, from_depot, named
from server.planning.trouble import Done
from server.trace import operations as trace
from server.trace.projection import ON_THE_WAY, WITHDRAWN
from shared import problems
from shared.custody.journey import StopPhase
from shared.errors import Refused

AHEAD = frozenset({StopPhase.PLANNED.value, WITHDRAWN})
"""Phases of a stop that nobody is at, was at, or drives to."""


LEAST = 60
"""A delay of less (s) is none: nobody plans to the second."""


@dataclass(frozen=True)
class Begun:
    """A vehicle on the road: what of its route cannot be moved any more (as it stands in a sequence of orders), its driver,
    and when it was planned to leave (s). ``until`` is when the last of it will likely be over (s), where that is later than
    planned; ``departed`` whether it has left the depot."""

    vehicle: str
    orders: tuple[str, ...]
    driver: str | None
    departure: int
    until: int | None = None
    departed: bool = True
    aboard: tuple[str, ...] = ()
    """What a handheld has on its list for this vehicle, for the trip it is on and those before: the orders whose goods are on
    it."""
    later: tuple[str, ...] = ()
    """What it has on its list for later trips: the orders whose goods lie at the depot."""
    trip: int = 1
    """The trip it is on (1, 2 …)."""

    @property
    def done(self) -> Done:
        return Done(self.orders, self.departed, self.trip)


def under_way(kept: Kept, *, stranded: Collection[str] = (), shut: Collection[str] = ()) -> tuple[Begun, ...]:
    """The routes of a plan that have begun, as the views tell it now.

    Nobody drives on to a stop with a vehicle that is ``stranded`` (by id), nor to a site that is ``shut``: there only what
    was reached has begun.
    """
    tables = arrivals.timetables([route_id for route_id, _ in kept.routes])
    views = {route_id: view for route_id in tables if (view := trace.route(route_id)) is not None}
    stops = {route_id: trace.stops_of(route_id) for route_id in tables}
    out = [(view, stops[route_id]) for route_id, view in views.items() if view.departed is not None]
    ahead = arrivals.arrivals(out, arrivals.news_of(views.values()))
    found = []
    for route_id, route in kept.routes:
        if route_id not in tables:
            continue
        gone_to = {stop.stop_id: stop for stop in stops[route_id] if stop.phase not in AHEAD}
        reached = {
            stop_id
            for stop_id, stop in gone_to.items()
            if not (stop.phase == ON_THE_WAY and (route.vehicle in stranded or stop.site_id in shut))
        }
        departed = route_id in views and views[route_id].departed is not None
        done = {note.id: stop.id for stop in tables[route_id].stops if stop.id in reached for note in stop.consignments}
        orders = _head(orders_of(route), done)
        if not orders and not (departed and route.vehicle in stranded):
            continue
        left = {stop.stop_id: stop.left for stop in stops[route_id]}
        until = _until(kept, route, orders, done, left, ahead.get(route_id))
        trip = max((stop.trip for stop in tables[route_id].stops if stop.id in gone_to), default=1)
        listed = {note.id: stop.trip for stop in tables[route_id].stops for note in stop.consignments}
        aboard = tuple(name for name, own in listed.items() if own <= trip)
        later = tuple(name for name, own in listed.items() if own > trip)
        gone = departed or bool(orders)
        found.append(Begun(route.vehicle, orders, route.driver, route.departure, until, gone, aboard, later, trip))
    return tuple(found)


def _head(orders: tuple[str, ...], done: Collection[str]) -> tuple[str, ...]:
    """The beginning of a sequence that has begun: up to the first order that has not, without what is fetched for later, and
    without the return to load for it."""
    count = next((place for place, name in enumerate(orders) if not _is_mark(name) and name not in done), len(orders))
    while count and _is_mark(orders[count - 1]):
        count -= 1
    return orders[: closed(orders, count)]


def _is_mark(name: str) -> bool:
    return name[:1] in (RELOAD, FETCH)


def _until(
    kept: Kept,
    route: Route,
    orders: tuple[str, ...],
    done: Mapping[str, str],
    left: Mapping[str, datetime | None],
    ahead: Arrivals | None,
) -> int | None:
    """When a vehicle leaves the last stop that has begun, where that is later than planned by more than :data:`LEAST`: begun
    minutes count, so that a plan is not out of date a second later."""
    last = next((name for name in reversed(orders) if name in done), None)
    if last is None or kept.problem.origin is None:
        return None
    stop_id = done[last]
    expected = ahead.stops.get(stop_id) if ahead is not None else None
    leaves = expected.leaves if expected is not None else left[stop_id]
    if leaves is None:
        return None
    until = -int(-(leaves - kept.problem.origin).total_seconds() // 60) * 60
    planned = next(stop.departure for stop in route.stops if last in stop.orders)
    return until if until > planned + LEAST else None


def with_begun(problem: Problem, begun: tuple[Begun, ...]) -> Problem:
    """The problem with what has begun locked, as long as the locks it has are not longer; the departure is settled, and a
    vehicle that is late is held as long as it will be."""
    locks = {lock.vehicle: lock for lock in problem.locks}
    for one in begun:
        lock = locks.get(one.vehicle, Lock(one.vehicle))
        orders = named(one.orders)
        held = lock.held if one.until is None or not orders else Held(len(orders), one.until)
        longer = lock.orders if len(lock.orders) > len(orders) else orders
        locks[one.vehicle] = Lock(one.vehicle, longer, one.driver, one.departure, held, lock.final)
    return _with_hours(msgspec.structs.replace(problem, locks=tuple(locks.values())), begun)


def _with_hours(problem: Problem, begun: tuple[Begun, ...]) -> Problem:
    """The problem with the hours of vehicles and drivers that what has begun takes anyhow: a delay that cannot be helped
    any more must not keep the rest from being planned. Nor must a meal for which the time is over by then: it was had where
    the driver was held up, or it was not."""
    lookup = Lookup(problem)
    late: dict[str, int] = {}
    until = {one.driver: one.until for one in begun if one.orders and one.until is not None}
    for one in begun:
        vehicle, lock = lookup.vehicles[one.vehicle], lookup.locks[one.vehicle]
        orders = lookup.head(lock)
        if orders and one.until is not None and vehicle.profile in problem.matrices:
            found = lenient(lookup, lookup.crew(vehicle, lookup.drivers.get(one.driver or "")), orders)
            late[one.vehicle] = found.end
            if one.driver is not None:
                late[one.driver] = found.end
            lookup.vehicles[one.vehicle] = msgspec.structs.replace(
                vehicle,
                max_duration=_at_least(vehicle.max_duration, found.duration),
                max_trip=_at_least(vehicle.max_trip, max(ends - begins for begins, ends, _ in found.trips)),
            )
    return msgspec.structs.replace(
        problem,
        vehicles=tuple(
            msgspec.structs.replace(vehicle, shift=_until_at_least(vehicle.shift, late.get(vehicle.id)))
            for vehicle in lookup.vehicles.values()
        ),
        drivers=tuple(
            msgspec.structs.replace(
                driver,
                shift=_until_at_least(driver.shift, late.get(driver.id)),
                meal=driver.meal if driver.meal is not None and until.get(driver.id, 0) < driver.meal.latest else None,
            )
            for driver in problem.drivers
        ),
    )


def _at_least(limit: int | None, value: int) -> int | None:
    return None if limit is None else max(limit, value)


def _until_at_least(shift: Window | None, end: int | None) -> Window | None:
    return shift if shift is None or end is None or end <= shift.end else Window(shift.start, end)


def on_the_road(problem: Problem, hand: Hand, begun: tuple[Begun, ...], now: datetime) -> Problem:
    """The problem for a search: no vehicle that has left gets goods that lie at the depot, unless a person gave them to it,
    or it comes back for them. Goods that are on the road may change vehicles: two of them can meet.

    A vehicle that comes back can carry them on a later trip, so they are not barred from it; but nobody begins to load
    them before ``now``, so that they come too late for a trip that has begun.
    """
    known = {order.id for order in problem.orders}
    road = {name for one in begun if one.departed for name in one.aboard} & known
    given = {route.vehicle: {*route.orders} & known for route in hand.routes}
    once = {vehicle.id for vehicle in problem.vehicles if vehicle.trips == 1}
    left = {one.vehicle: one.trip for one in begun if one.departed}
    if left.keys() - once:
        settled = {name for route in hand.routes for name in _on_trips(route, left.get(route.vehicle, 0))}
        problem = _ready(problem, known - road - settled, now)
    return msgspec.structs.replace(
        problem,
        locks=tuple(
            msgspec.structs.replace(lock, aboard=tuple(sorted(road | given.get(lock.vehicle, set()))))
            if lock.vehicle in left.keys() & once
            else lock
            for lock in problem.locks
        ),
    )


def _on_trips(route: HandRoute, count: int) -> Iterator[str]:
    """What stands in an arrangement of a route on its first trips."""
    for name in route.orders:
        count -= name == RELOAD
        if count <= 0:
            return
        yield name


def _ready(problem: Problem, names: Collection[str], now: datetime) -> Problem:
    """The problem in which what lies at a depot is not loaded before ``now``: a vehicle that leaves then begins to load
    as much earlier as loading takes."""
    if problem.origin is None or not names:
        return problem
    depots = {vehicle.depot for vehicle in problem.vehicles}
    at = round((now - problem.origin) / timedelta(seconds=1))
    at -= min(site.service for site in problem.sites if site.id in depots)
    return msgspec.structs.replace(
        problem,
        orders=tuple(
            msgspec.structs.replace(order, release=max(order.release, at))
            if order.id in names and from_depot(order)
            else order
            for order in problem.orders
        ),
    )


def not_before(problem: Problem, now: datetime, begun: tuple[Begun, ...] = ()) -> Problem:
    """The problem of a day that runs: a vehicle that has not left does not leave before ``now``, nor on its next trip one
    that is on an earlier one. On a day that is over for a vehicle nothing changes: that is history."""
    if problem.origin is None:
        return problem
    at = round((now - problem.origin) / timedelta(seconds=1))
    left = {lock.vehicle for lock in problem.locks if lock.departure is not None}
    loading = {site.id: site.service for site in problem.sites}

    def later(vehicle: Vehicle) -> Vehicle:
        earliest = at - loading[vehicle.depot]
        if vehicle.id in left or vehicle.shift is None or not vehicle.shift.start < earliest < vehicle.shift.end:
            return vehicle
        return msgspec.structs.replace(vehicle, shift=Window(earliest, vehicle.shift.end))

    over = {vehicle.id for vehicle in problem.vehicles if vehicle.shift is not None and vehicle.shift.end <= at}
    waiting = {name for one in begun if one.departed and one.vehicle not in over for name in one.later}
    problem = msgspec.structs.replace(problem, vehicles=tuple(later(vehicle) for vehicle in problem.vehicles))
    return _ready(problem, waiting, now)


def settled(hand: Hand, begun: tuple[Begun, ...]) -> Hand:
    """The arrangement with what has begun locked.

    Raises:
        Refused: DESK_BEGUN where something of that was moved, or drives with somebody else.
    """
    routes = {route.vehicle: route for route in hand.routes}
    for one in begun:
        if not one.orders:
            continue
        route = routes.get(one.vehicle)
        if route is None or route.orders[: len(one.orders)] != one.orders or route.driver != one.driver:
            raise Refused(problems.DESK_BEGUN, value=one.vehicle, expected=" ".join(named(one.orders)))
        routes[one.vehicle] = msgspec.structs.replace(route, locked=max(route.locked, len(one.orders)))
    return Hand(tuple(routes.values()), hand.off)
