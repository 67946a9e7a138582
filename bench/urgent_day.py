"""A city's day of many stops with every kind of rule on, and urgent orders for it: generated, the same for the same seed."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from server.planning.plan import Plan, Route
from server.planning.problem import (
    Amounts,
    Capacity,
    Compartment,
    Driver,
    Lock,
    Matrix,
    Meal,
    Order,
    Problem,
    Rest,
    Site,
    Vehicle,
    Window,
)

HOUR = 3600
DETOUR, SPEED = 1.35, 7.5
"""Way by straight line, and m/s: a city's, as where a plan has no roads."""
WIDE = 14_000
"""m from the middle of the city to its edge."""
ALL_DAY = (Window(8 * HOUR, 11 * HOUR + 1800), Window(13 * HOUR + 1800, 17 * HOUR))
MORNING = (Window(8 * HOUR, 11 * HOUR + 1800),)
LATE = (Window(9 * HOUR, 12 * HOUR), Window(14 * HOUR, 18 * HOUR))
COLD, AMBIENT = "2-8", "ambient"


def city(stops: int, seed: int) -> Problem:
    """A day of ``stops`` orders, each for a site of its own, and vehicles for 18 stops each, some of them hired; a good part
    of them will stay at home.

    On: two windows a day, priorities, penalties, two temperature zones and boxes that hold 6 h, controlled drugs, collections
    of empty boxes, vehicles that may load again, sites for vans only, rests, meals, shifts.
    """
    rng = random.Random(seed)
    places = [(0, -9_000)] + [_place(rng) for _ in range(stops)]
    sites = [Site("D", service=1200, windows=(Window(5 * HOUR, 21 * HOUR),))]
    sites += [
        Site(
            f"S{number}",
            windows=rng.choice((ALL_DAY, ALL_DAY, MORNING, LATE)),
            service=rng.choice((180, 240, 300)),
            per_unit=10,
            admits=("van",) if rng.random() < 0.1 else None,
        )
        for number in range(1, stops + 1)
    ]
    orders = tuple(_order(rng, f"o{number}", f"S{number}") for number in range(1, stops + 1))
    matrix = _matrix(places)
    count = max(4, round(stops / 18))
    return Problem(
        f"city {stops}",
        tuple(sites),
        orders,
        (*_vans(count), *_vans(max(1, count // 8), hired=True)),
        tuple(
            Driver(
                f"P{number}",
                shift=Window(6 * HOUR, 19 * HOUR),
                qualifications=("controlled",) if number % 2 else (),
                per_hour=38.0 + number % 3,
                meal=Meal(11 * HOUR, 13 * HOUR + 1800),
            )
            for number in range(count + max(1, count // 8))
        ),
        matrices={"default": matrix},
        rest=Rest(),
        opening_loss=60,
    )


def _place(rng: random.Random) -> tuple[int, int]:
    far, turn = WIDE * math.sqrt(rng.random()), rng.uniform(0, math.tau)
    return round(far * math.cos(turn)), round(far * math.sin(turn))


def _matrix(places: list[tuple[int, int]]) -> Matrix:
    distance = [[round(math.dist(a, b) * DETOUR) for b in places] for a in places]
    duration = [[round(metres / SPEED) for metres in row] for row in distance]
    return Matrix("straight line x 1.35", tuple(map(tuple, distance)), tuple(map(tuple, duration)))


def _order(rng: random.Random, name: str, site: str) -> Order:
    cold = rng.random() < 0.4
    return Order(
        name,
        site,
        Amounts(rng.randint(1, 8), rng.randint(2, 30) * 1000, rng.randint(1, 20) * 500),
        zone=COLD if cold else AMBIENT,
        hold=6 * HOUR if cold and rng.random() < 0.3 else None,
        priority=rng.choice((0, 0, 0, 1)),
        penalty=rng.choice((None, 400.0)),
        requires=("controlled",) if rng.random() < 0.05 else (),
        collect=rng.random() < 0.05,
    )


def _vans(count: int, hired: bool = False) -> Iterator[Vehicle]:
    for number in range(count):
        yield Vehicle(
            f"{'H' if hired else 'V'}{number}",
            "D",
            kind="van" if number % 4 else "lorry",
            capacity=Capacity(110, 500_000),
            compartments=(Compartment(COLD, Capacity(60)), Compartment(AMBIENT)),
            shift=Window(6 * HOUR, 19 * HOUR),
            fixed=0.0 if hired else 120.0,
            per_km=0.0 if hired else 1.6,
            per_stop=38.0 if hired else 0.0,
            max_duration=12 * HOUR,
            carrier="hired" if hired else "",
            trips=1 if hired else 2,
        )


@dataclass(frozen=True)
class Urgent:
    """An order that comes at ``now`` (s), and the problem with it in it and what has begun by then locked."""

    problem: Problem
    order: Order
    now: int


def urgent_orders(problem: Problem, plan: Plan, count: int, seed: int) -> Iterator[Urgent]:
    """Orders for sites of the day that are wanted within hours, between 06:30 and 14:00; goods lie at the depot when they
    come, a few at another site."""
    rng = random.Random(seed)
    receivers = [site.id for site in problem.sites[1:]]
    for number in range(count):
        now = rng.randrange(6 * HOUR + 1800, 14 * HOUR, 60)
        site, origin = rng.sample(receivers, 2)
        order = msgspec.structs.replace(
            _order(rng, f"u{number}", site),
            release=now,
            due=now + rng.choice((3, 5, 8)) * HOUR,
            penalty=None,
            collect=False,
            origin=origin if rng.random() < 0.1 else None,
        )
        locks = tuple(filter(None, (_begun(route, now) for route in plan.routes)))
        known = msgspec.structs.replace(problem, orders=(*problem.orders, order), locks=locks)
        yield Urgent(known, order, now)


def _begun(route: Route, now: int) -> Lock | None:
    """What of a route is over at ``now``, with the stop being driven to: on the first trip."""
    if route.departure > now:
        return None
    reached = [route.departure, *(stop.departure for stop in route.stops)]
    last = sum(left <= now for left in reached)
    names: list[str] = []
    for stop in route.stops[:last]:
        if stop.reload:
            break
        names += stop.orders
    return Lock(route.vehicle, tuple(names), route.driver, route.departure)
