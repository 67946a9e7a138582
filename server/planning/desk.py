"""The planning desk: what becomes of a day when a dispatcher moves stops by hand, and what the plan breaks by it.

An arrangement is worked out into a plan with every time and cost. A route that nobody touched is taken from the plan as it
is; a touched one gets the timetable the engine would give it, and where there is none, the times at which it would be
driven all the same (:mod:`server.planning.lenient`). Each broken promise is told with its amount. Whether such a plan may be
kept and published only the checker says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from server.planning.broken import Broken, Names, broken_promises, named
from server.planning.checker import Violation, check
from server.planning.compose import compose, compose_route
from server.planning.hand import (
    Hand,
    HandRoute,
    check_hand,
    orders_of,
    with_fetches,
    with_locks,
    with_trips,
    with_troubles,
    without_strays,
)
from server.planning.lenient import lenient
from server.planning.lookup import Crew, Lookup
from server.planning.plan import Cost, Plan, Route, Unserved
from server.planning.problem import Problem
from server.planning.roads import remarks_of
from server.planning.schedule import Timetable, timetable
from server.planning.sequences import from_depot
from shared import problems
from shared.errors import Problem as Fault
from shared.errors import Refused

ENGINE = "desk"
"""Who made a plan that was arranged by hand."""


Reasons = Mapping[str, Fault]
"""Why orders are on no route, by order."""


@dataclass(frozen=True)
class Draft:
    """An arrangement, worked out: the problem with its locks, the plan it makes, and every promise this breaks.

    ``refused`` is what the checker has against it: only a draft without any can be kept as a plan.
    """

    hand: Hand
    problem: Problem
    plan: Plan
    broken: tuple[Broken, ...]
    refused: tuple[Violation, ...]

    @property
    def holds(self) -> bool:
        return not self.refused


def evaluate(
    problem: Problem, plan: Plan, hand: Hand, names: Names | None = None, reasons: Reasons | None = None
) -> Draft:
    """Work an arrangement of the problem out, beginning from a plan of it. The problem must carry its matrices.

    A route without a driver gets the first one who is free. ``reasons`` are why orders cannot be on any route, where that is
    known beside the plan.

    Raises:
        Refused: DESK_HAND where the arrangement is not one of this problem.
    """
    hand = with_trips(without_strays(problem, hand))
    check_hand(problem, hand)
    hand = _with_drivers(problem, with_fetches(problem, with_troubles(problem, hand)))
    settled = with_locks(problem, hand)
    lookup = Lookup(settled)
    known = {route.vehicle: route for route in plan.routes}
    called = names or {}
    routes, broken = [], []
    places = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
    for one in sorted(hand.routes, key=lambda route: places[route.vehicle]):
        crew = lookup.crew(lookup.vehicles[one.vehicle], lookup.drivers.get(one.driver or ""))
        route = _route(lookup, crew, one, known.get(one.vehicle))
        routes.append(route)
        broken += broken_promises(lookup, crew, route, called)
    broken += _twice(hand, called)
    made = _plan(lookup, plan, routes, hand, reasons or {})
    refused = check(settled, made).violations
    driven = {route.vehicle for route in routes}
    return Draft(hand, settled, made, (*broken, *_unsaid(refused, broken, driven, called)), refused)


def _with_drivers(problem: Problem, hand: Hand) -> Hand:
    """The arrangement with somebody at every wheel, as long as there are people: whoever lacks no permit that is asked for
    there, and of those who has the fewest that are not."""
    taken = {route.driver for route in hand.routes} | {lock.driver for lock in problem.locks}
    free = [driver for driver in problem.drivers if driver.id not in taken]
    needs = {order.id: order.requires for order in problem.orders}
    vehicles = {vehicle.id: vehicle.requires for vehicle in problem.vehicles}
    routes = []
    for route in hand.routes:
        if route.driver is None and free:
            asked = {*vehicles[route.vehicle], *(need for name in route.orders for need in needs.get(name, ()))}
            best = min(free, key=lambda driver: (len(asked - {*driver.qualifications}), len(driver.qualifications)))
            free.remove(best)
            route = msgspec.structs.replace(route, driver=best.id)
        routes.append(route)
    return Hand(tuple(routes), hand.off)


def _route(lookup: Lookup, crew: Crew, one: HandRoute, known: Route | None) -> Route:
    """One route worked out; the one the plan has, where it is the same."""
    if (
        known is not None
        and known.driver == one.driver
        and orders_of(known) == one.orders
        and _stands(lookup, crew, known)
    ):
        return known
    orders = lookup.sequence(crew.vehicle, one.orders)
    found = timetable(lookup, crew, orders, thorough=True)
    return compose_route(lookup, crew, found if isinstance(found, Timetable) else lenient(lookup, crew, orders))


def _stands(lookup: Lookup, crew: Crew, known: Route) -> bool:
    """Whether the times of a route are still to be had: it begins when the crew is there, goes to where its orders go, ends
    where the vehicle does, loads for later trips when their goods are there, and leaves as it left; and what holds the
    vehicle up has been reckoned with."""
    lock = crew.lock
    if known.end_depot != crew.vehicle.end_depot or known.start < crew.early:
        return False
    if any(lookup.orders[name].site != stop.site for stop in known.stops for name in stop.orders):
        return False
    begins = known.start
    for stop in known.stops:
        begins = stop.start if stop.reload else begins
        carried = (lookup.orders[name] for name in stop.orders)
        if begins > known.start and any(order.release > begins for order in carried if from_depot(order)):
            return False
    if lock is None:
        return True
    if lock.departure is not None and known.departure != lock.departure:
        return False
    count = 0
    for stop in known.stops:
        count += len(stop.orders) + len(stop.fetched) + stop.reload
        if lock.held is not None and count >= lock.held.begun:
            return stop.departure >= lock.held.until
    return True


def _plan(lookup: Lookup, base: Plan, routes: Sequence[Route], hand: Hand, reasons: Reasons) -> Plan:
    """The routes as a whole plan; an order that was off before keeps its reason."""
    known = {left.order: left.reason for left in base.unserved} | {**reasons}
    unserved = {
        name: Unserved(name, known.get(name) or Refused(problems.PLAN_UNSERVED_HAND, value=name).problem)
        for name in hand.off
    }
    empty = compose(lookup, [], unserved, seconds=base.seconds, seed=base.seed, engine=base.engine)
    touched = tuple(routes) != base.routes
    return msgspec.structs.replace(
        empty,
        routes=tuple(routes),
        cost=sum((route.cost for route in routes), Cost(penalty=empty.cost.penalty)),
        engine=base.engine if not touched or ENGINE in base.engine else f"{base.engine}, {ENGINE}",
        remarks=remarks_of(lookup.problem),
    )


def _twice(hand: Hand, names: Names) -> Iterator[Broken]:
    """Drivers on more than one vehicle."""
    first: dict[str, str] = {}
    for route in hand.routes:
        if route.driver is None:
            continue
        other = first.setdefault(route.driver, route.vehicle)
        if other != route.vehicle:
            values = {"value": names.get(route.driver, route.driver), "expected": names.get(other, other)}
            yield Broken(route.vehicle, None, Refused(problems.DESK_DRIVER_TWICE, **values).problem)


def _unsaid(refused: Sequence[Violation], broken: Sequence[Broken], driven: set[str], names: Names) -> Iterator[Broken]:
    """What the checker found on routes of which the desk had nothing to say, and of the plan as a whole where it had nothing
    to say at all: nobody is left with a bare no."""
    said = {one.vehicle for one in broken}
    for found in refused:
        vehicle, *rest = found.where.split(" › ")
        if vehicle in said or (said and vehicle not in driven):
            continue
        stop = int(rest[0]) - 1 if len(rest) > 1 and rest[0].isdecimal() else None
        yield Broken(vehicle, stop, named(found.problem, names))
