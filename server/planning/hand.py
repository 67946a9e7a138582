"""A day as a dispatcher arranges it by hand: who drives which orders in which sequence, and what of it is settled."""

from collections.abc import Iterable

import msgspec

from server.planning.plan import Plan
from server.planning.plan import Route as PlannedRoute
from server.planning.problem import Lock, Problem
from shared import problems
from shared.errors import Refused


class HandRoute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One vehicle's orders in driving order, of which the first ``locked`` are settled. ``driver`` is ``None`` in problems
    without drivers, and where nobody was found for it yet."""

    vehicle: str
    orders: tuple[str, ...]
    driver: str | None = None
    locked: int = 0


class Hand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole day; ``off`` are the orders on no route. Every order of the problem is in it exactly once."""

    routes: tuple[HandRoute, ...]
    off: tuple[str, ...] = ()


def hand_of(problem: Problem, plan: Plan) -> Hand:
    """A plan as an arrangement, with what the problem has locked."""
    locked = {lock.vehicle: len(lock.orders) for lock in problem.locks}
    routes = tuple(
        HandRoute(route.vehicle, orders_of(route), route.driver, locked.get(route.vehicle, 0)) for route in plan.routes
    )
    return Hand(routes, tuple(left.order for left in plan.unserved))


def orders_of(route: PlannedRoute) -> tuple[str, ...]:
    """A route's orders in driving order."""
    return tuple(name for stop in route.stops for name in stop.orders)


def read_hand(problem: Problem, data: bytes) -> Hand:
    """An arrangement as a page sends it (JSON), without routes that carry nothing.

    Raises:
        Refused: DESK_HAND where it is none, or not one of this problem.
    """
    try:
        hand = msgspec.json.decode(data, type=Hand)
    except (msgspec.DecodeError, ValueError) as error:
        raise _refused("JSON", str(error)) from error
    check_hand(problem, hand)
    return Hand(tuple(route for route in hand.routes if route.orders), hand.off)


def check_hand(problem: Problem, hand: Hand) -> None:
    """Accept an arrangement that names every order of the problem once, and each vehicle at most once.

    Raises:
        Refused: DESK_HAND; DESK_BEYOND for a problem with what an arrangement has no words for yet.
    """
    _refuse_beyond(problem)
    _once("orders", [*(name for route in hand.routes for name in route.orders), *hand.off])
    _once("vehicles", [route.vehicle for route in hand.routes])
    known = {order.id for order in problem.orders}
    given = {*(name for route in hand.routes for name in route.orders), *hand.off}
    if strangers := sorted(given ^ known):
        raise _refused(strangers[0], "orders")
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    drivers = {driver.id for driver in problem.drivers}
    for route in hand.routes:
        if route.vehicle not in vehicles:
            raise _refused(route.vehicle, "vehicles")
        if route.driver is not None and route.driver not in drivers:
            raise _refused(route.driver, "drivers")
        if not 0 <= route.locked <= len(route.orders):
            raise _refused(str(route.locked), "locked")


def _refuse_beyond(problem: Problem) -> None:
    """A sequence of orders says nothing of loading again, of where a transfer is fetched, of goods that ride alone, or of
    what comes on board on the way. A vehicle that has left may have been called back to load: its route stands as long as
    nobody moves anything on it, and without its return it breaks."""
    left = {lock.vehicle for lock in problem.locks if lock.departure is not None}
    again = [vehicle.id for vehicle in problem.vehicles if vehicle.trips > 1 and vehicle.id not in left]
    asked = {
        "再装 loading again": again,
        "取件 collecting": [order.id for order in problem.orders if order.collect],
        "转运 transfers": [order.id for order in problem.orders if order.origin is not None],
        "专车 alone": [order.id for order in problem.orders if order.alone is not None],
        "用餐 meals": [driver.id for driver in problem.drivers if driver.meal is not None],
    }
    for what, names in asked.items():
        if names:
            raise Refused(problems.DESK_BEYOND, what=what, value=" ".join(names))


def _once(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise _refused(name, what)
        seen.add(name)


def _refused(value: str, reason: str) -> Refused:
    return Refused(problems.DESK_HAND, value=value, reason=reason)


def with_locks(problem: Problem, hand: Hand) -> Problem:
    """The problem with what is settled in the arrangement, for the rest to be planned again. The moment a vehicle left is
    kept from the locks that the problem had."""
    left = {lock.vehicle: lock.departure for lock in problem.locks}
    locks = tuple(
        Lock(route.vehicle, route.orders[: route.locked], route.driver, left.get(route.vehicle))
        for route in hand.routes
        if route.locked
    )
    return msgspec.structs.replace(problem, locks=locks)
