"""A day as a dispatcher arranges it by hand: who drives which orders in which sequence, and what of it is settled."""

from collections.abc import Container, Iterable
from itertools import accumulate

import msgspec

from server.planning.plan import Plan
from server.planning.plan import Route as PlannedRoute
from server.planning.problem import Lock, Problem
from server.planning.sequences import FETCH, RELOAD, closed, named, tidied
from shared import problems
from shared.errors import Refused


class HandRoute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One vehicle's orders in driving order, of which the first ``locked`` are settled. ``driver`` is ``None`` in problems
    without drivers, and where nobody was found for it yet. Where it fetches an order from another site stands its name with
    :data:`~server.planning.sequences.FETCH` before it; :func:`with_fetches` puts that where it is missing. Where it comes
    back to its depot to load again stands :data:`~server.planning.sequences.RELOAD`."""

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
    """A route's orders in driving order, where it fetches some of them, and where it comes back to load again."""
    return tuple(
        name
        for stop in route.stops
        for name in ((RELOAD,) if stop.reload else (*stop.orders, *(FETCH + fetched for fetched in stop.fetched)))
    )


def with_trips(hand: Hand) -> Hand:
    """The arrangement without returns that begin or end a route, or follow one another: whoever moves the last stop of a trip
    away takes its return away with it."""
    if not any(RELOAD in route.orders for route in hand.routes):
        return hand
    return Hand(tuple(route for route in map(_tidied, hand.routes) if route.orders), hand.off)


def _tidied(route: HandRoute) -> HandRoute:
    settled = len(tidied(route.orders[: route.locked]))
    return msgspec.structs.replace(route, orders=tuple(tidied(route.orders)), locked=settled)


def with_fetches(problem: Problem, hand: Hand) -> Hand:
    """The arrangement with every order that has an ``origin`` fetched on its own route, before it is handed over: where it
    says so, if that is on the same trip, else right before; the fetching goes where the order goes."""
    origins = {order.id for order in problem.orders if order.origin is not None}
    if not origins:
        return hand
    routes = tuple(_fetching(route, origins) for route in hand.routes)
    return Hand(
        tuple(route for route in routes if route.orders), tuple(name for name in hand.off if not name.startswith(FETCH))
    )


def _fetching(route: HandRoute, origins: Container[str]) -> HandRoute:
    trips = list(accumulate(name == RELOAD for name in route.orders))
    carried = {name: trip for name, trip in zip(route.orders, trips, strict=True) if not name.startswith(FETCH)}
    orders: list[str] = []
    locked = 0
    for place, (name, trip) in enumerate(zip(route.orders, trips, strict=True), 1):
        if name.startswith(FETCH):
            order = name.removeprefix(FETCH)
            orders += [name] if carried.get(order) == trip and not {name, order} & {*orders} else []
        else:
            orders += [FETCH + name] if name in origins and FETCH + name not in orders else []
            orders.append(name)
        if place == route.locked:
            locked = len(orders)
    return msgspec.structs.replace(route, orders=tuple(orders), locked=closed(orders, locked))


def with_troubles(problem: Problem, hand: Hand) -> Hand:
    """The arrangement without what cannot be: what a vehicle whose route is over would still carry, and what goes to a site
    that receives nobody, is on no route."""
    final = {lock.vehicle: lock.orders for lock in problem.locks if lock.final}
    shut = {site.id for site in problem.sites if site.admits == ()}
    closed_out = {order.id for order in problem.orders if order.site in shut}
    routes, off = [], list(hand.off)
    for route in hand.routes:
        kept = final.get(route.vehicle)
        settled = len(route.orders) if kept is None else len(kept)
        orders = [name for name in route.orders[:settled] if name.removeprefix(FETCH) not in closed_out]
        off += [name for name in route.orders if name not in (RELOAD, *orders) and not name.startswith(FETCH)]
        if any(name != RELOAD for name in orders):
            gone = sum(name not in (RELOAD, *orders) for name in route.orders[: route.locked])
            routes.append(
                msgspec.structs.replace(route, orders=tuple(orders), locked=min(route.locked - gone, len(orders)))
            )
    return with_trips(Hand(tuple(routes), tuple(off)))


def read_hand(problem: Problem, data: bytes) -> Hand:
    """An arrangement as a page sends it (JSON), without routes that carry nothing.

    Raises:
        Refused: DESK_HAND where it is none, or not one of this problem.
    """
    try:
        hand = msgspec.json.decode(data, type=Hand)
    except (msgspec.DecodeError, ValueError) as error:
        raise _refused("JSON", str(error)) from error
    hand = with_trips(without_strays(problem, hand))
    check_hand(problem, hand)
    return Hand(tuple(route for route in hand.routes if route.orders), hand.off)


def without_strays(problem: Problem, hand: Hand) -> Hand:
    """The arrangement without the fetching of what has not to be fetched, or not any more: it was made when a vehicle was
    thought to have broken down."""
    marks = {FETCH + order.id for order in problem.orders if order.origin is not None}
    if not any(name.startswith(FETCH) and name not in marks for route in hand.routes for name in route.orders):
        return hand
    routes = []
    for route in hand.routes:
        kept = [not name.startswith(FETCH) or name in marks for name in route.orders]
        orders = tuple(name for name, keep in zip(route.orders, kept, strict=True) if keep)
        routes.append(msgspec.structs.replace(route, orders=orders, locked=sum(kept[: route.locked])))
    return Hand(tuple(routes), hand.off)


def check_hand(problem: Problem, hand: Hand) -> None:
    """Accept an arrangement that names every order of the problem once, and each vehicle at most once.

    Raises:
        Refused: DESK_HAND; DESK_BEYOND for a problem with what an arrangement has no words for yet.
    """
    _refuse_beyond(problem)
    named_in = [*(name for route in hand.routes for name in route.orders if name != RELOAD), *hand.off]
    _once("orders", named_in)
    _once("vehicles", [route.vehicle for route in hand.routes])
    known = {order.id for order in problem.orders}
    given = {name for name in named_in if not name.startswith(FETCH)}
    marks = {name.removeprefix(FETCH) for name in named_in if name.startswith(FETCH)}
    if strangers := sorted((given ^ known) | (marks - {o.id for o in problem.orders if o.origin is not None})):
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
    """A sequence of orders says nothing of what comes on board on the way but for transfers."""
    collected = [order.id for order in problem.orders if order.collect]
    if collected:
        raise Refused(problems.DESK_BEYOND, what="取件 collecting", value=" ".join(collected))


def _once(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise _refused(name, what)
        seen.add(name)


def _refused(value: str, reason: str) -> Refused:
    return Refused(problems.DESK_HAND, value=value, reason=reason)


def with_locks(problem: Problem, hand: Hand) -> Problem:
    """The problem with what is settled in the arrangement, for the rest to be planned again. The moment a vehicle left, how
    long its beginning lasts, and whether its route is over are kept from the locks that the problem had."""
    before = {lock.vehicle: lock for lock in problem.locks}
    locks = []
    for route in hand.routes:
        old = before.pop(route.vehicle, Lock(route.vehicle))
        if not route.locked:
            continue
        settled = named(tidied(route.orders[: route.locked]))
        held = old.held if old.held is not None and old.held.begun <= len(settled) else None
        locks.append(Lock(route.vehicle, settled, route.driver, old.departure, held, old.final))
    locks += [lock for lock in before.values() if lock.final and not lock.orders]
    return msgspec.structs.replace(problem, locks=tuple(locks))
