"""What of a plan is happening already: stops that were visited, and the one being driven to, stay where they are."""

from dataclasses import dataclass

import msgspec

from server.planning import keeping, publish
from server.planning.hand import Hand, orders_of
from server.planning.keeping import Kept
from server.planning.problem import Lock, Problem
from server.trace import operations as trace
from server.trace.projection import WITHDRAWN
from shared import problems
from shared.custody.journey import StopPhase
from shared.errors import Refused

AHEAD = frozenset({StopPhase.PLANNED.value, WITHDRAWN})
"""Phases of a stop that nobody is at, was at, or drives to."""


@dataclass(frozen=True)
class Begun:
    """A vehicle on the road: the orders at the beginning of its route that cannot be moved any more, its driver, and when it
    was planned to leave (s)."""

    vehicle: str
    orders: tuple[str, ...]
    driver: str | None
    departure: int


def under_way(kept: Kept) -> tuple[Begun, ...]:
    """The routes of a plan that have begun, as the views tell it now."""
    found = []
    for route_id, route in kept.routes:
        if not keeping.publications(route_id=route_id, limit=1):
            continue
        touched = {stop.stop_id for stop in trace.stops_of(route_id) if stop.phase not in AHEAD}
        given = publish.published_route(route_id)
        done = {note.id for stop in given.stops if stop.id in touched for note in stop.consignments}
        orders = orders_of(route)
        head = next((number for number, name in enumerate(orders) if name not in done), len(orders))
        if head:
            found.append(Begun(route.vehicle, orders[:head], route.driver, route.departure))
    return tuple(found)


def with_begun(problem: Problem, begun: tuple[Begun, ...]) -> Problem:
    """The problem with what has begun locked, as long as the locks it has are not longer; the departure is settled."""
    locks = {lock.vehicle: lock for lock in problem.locks}
    for one in begun:
        lock = locks.get(one.vehicle)
        orders = lock.orders if lock is not None and len(lock.orders) > len(one.orders) else one.orders
        locks[one.vehicle] = Lock(one.vehicle, orders, one.driver, one.departure)
    return msgspec.structs.replace(problem, locks=tuple(locks.values()))


def settled(hand: Hand, begun: tuple[Begun, ...]) -> Hand:
    """The arrangement with what has begun locked.

    Raises:
        Refused: DESK_BEGUN where something of that was moved, or drives with somebody else.
    """
    routes = {route.vehicle: route for route in hand.routes}
    for one in begun:
        route = routes.get(one.vehicle)
        if route is None or route.orders[: len(one.orders)] != one.orders or route.driver != one.driver:
            raise Refused(problems.DESK_BEGUN, value=one.vehicle, expected=" ".join(one.orders))
        routes[one.vehicle] = msgspec.structs.replace(route, locked=max(route.locked, len(one.orders)))
    return Hand(tuple(routes.values()), hand.off)
