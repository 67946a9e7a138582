"""Why a plan is as it is: what each route costs, what is on board over time, how much slack each stop has, what binds."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from server.planning.plan import Plan, Route, Stop, ZoneLoad
from server.planning.problem import DIMENSIONS, Amounts, Capacity, Order, Problem, Vehicle
from shared.errors import Language

BINDING = 0.95
"""A limit of which at least this part is used up is said to bind."""

What = Literal["window", "due", "hold", "capacity", "shift", "duration", "trip", "distance"]

_WHAT: dict[str, tuple[str, str]] = {
    "window": ("收货时间", "receiving hours"),
    "due": ("期限", "due time"),
    "hold": ("保温时长", "hold time of the box"),
    "capacity": ("装载能力", "capacity"),
    "shift": ("班次", "shift"),
    "duration": ("出车时长", "hours on the road"),
    "trip": ("单趟时间上限", "time of a trip"),
    "distance": ("里程上限", "distance"),
}


class Limit(msgspec.Struct, frozen=True):
    """A limit of a route: how much of it is left (``margin``: s, m, packages, cm³ or g) and which part is used.

    ``where`` is the site, the order, or the zone and dimension it is about.
    """

    what: What
    where: str
    margin: int
    used: float

    @property
    def binds(self) -> bool:
        return self.used >= BINDING


class Onboard(msgspec.Struct, frozen=True):
    """What is on board when the vehicle leaves the depot (``site`` is the depot) or a stop at ``time`` (s)."""

    time: int
    site: str
    load: tuple[ZoneLoad, ...]


class RouteExplained(msgspec.Struct, frozen=True):
    """One route: its load over time, and its limits, the tightest first."""

    route: Route
    onboard: tuple[Onboard, ...]
    limits: tuple[Limit, ...]


class Explanation(msgspec.Struct, frozen=True):
    """A plan explained, for a page or as text."""

    plan: Plan
    routes: tuple[RouteExplained, ...]


def explain(problem: Problem, plan: Plan) -> Explanation:
    """Explain an accepted plan of the problem."""
    orders = {order.id: order for order in problem.orders}
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    return Explanation(
        plan, tuple(_explained(problem, route, vehicles[route.vehicle], orders) for route in plan.routes)
    )


def _explained(problem: Problem, route: Route, vehicle: Vehicle, orders: dict[str, Order]) -> RouteExplained:
    onboard = tuple(_onboard(route, orders))
    limits = [*_limits(problem, route, vehicle, orders), *_spaces(vehicle, onboard)]
    return RouteExplained(route, onboard, tuple(sorted(limits, key=lambda limit: -limit.used)))


def _onboard(route: Route, orders: dict[str, Order]) -> Iterator[Onboard]:
    rest = {load.zone: load.amounts for load in route.load}
    yield Onboard(route.departure, route.depot, route.load)
    for stop in route.stops:
        for name in stop.orders:
            order = orders[name]
            there, moved, sign = rest.get(order.zone, Amounts()), order.amounts, 1 if order.collect else -1
            rest[order.zone] = Amounts(
                there.units + sign * moved.units, there.volume + sign * moved.volume, there.weight + sign * moved.weight
            )
        if stop.reload:
            rest = {load.zone: load.amounts for load in stop.load}
        for name in stop.fetched:
            order = orders[name]
            rest[order.zone] = rest.get(order.zone, Amounts()) + order.amounts
        yield Onboard(stop.departure, stop.site, tuple(ZoneLoad(zone, rest[zone]) for zone in sorted(rest)))


def _limits(problem: Problem, route: Route, vehicle: Vehicle, orders: dict[str, Order]) -> Iterator[Limit]:
    sites = {site.id: site for site in problem.sites}
    for number, stop in enumerate(route.stops):
        for window in () if stop.reload else sites[stop.site].windows:
            if window.start <= stop.start <= window.end:
                yield _limit("window", stop.site, window.end - stop.start, window.end - window.start)
        yield from _promises(problem, route, number, stop, [orders[name] for name in stop.orders])
    shifts = [vehicle.shift, *(driver.shift for driver in problem.drivers if driver.id == route.driver)]
    for shift in shifts:
        if shift is not None:
            yield _limit("shift", route.vehicle, shift.end - route.end, shift.end - shift.start)
    if vehicle.max_duration is not None:
        yield _limit("duration", route.vehicle, vehicle.max_duration - route.duration, vehicle.max_duration)
    if vehicle.max_trip is not None:
        yield _limit("trip", route.vehicle, vehicle.max_trip - max(route.trips()), vehicle.max_trip)
    if vehicle.max_distance is not None:
        yield _limit("distance", route.vehicle, vehicle.max_distance - route.distance, vehicle.max_distance)


def _spaces(vehicle: Vehicle, onboard: Sequence[Onboard]) -> Iterator[Limit]:
    """Capacity against the most that is ever on board."""
    spaces = {part.zone: part.capacity for part in vehicle.compartments}
    yield from _space(
        "", [sum((load.amounts for load in board.load), Amounts()) for board in onboard], vehicle.capacity
    )
    for zone in sorted({load.zone for board in onboard for load in board.load}):
        carried = [load.amounts for board in onboard for load in board.load if load.zone == zone]
        yield from _space(zone, carried, spaces.get(zone, Capacity()))


def _promises(problem: Problem, route: Route, number: int, stop: Stop, brought: Sequence[Order]) -> Iterator[Limit]:
    loaded = max((i for i in range(number) if route.stops[i].reload), default=-1)
    back = next((i for i in range(number, len(route.stops)) if route.stops[i].reload), len(route.stops))
    start = route.start if loaded < 0 else route.stops[loaded].start
    end = route.end if back == len(route.stops) else route.stops[back].arrival
    for order in brought:
        if order.due is not None:
            yield _limit("due", order.id, order.due - stop.start, max(1, order.due - route.start))
        if order.hold is not None and order.origin is not None:
            fetched = next(i for i, earlier in enumerate(route.stops) if order.id in earlier.fetched)
            holds = order.hold - (number - fetched - 1) * problem.opening_loss
            yield _limit("hold", order.id, holds - (stop.departure - route.stops[fetched].start), max(1, holds))
        elif order.hold is not None:
            opened = back - 1 - number if order.collect else number - 1 - loaded
            holds = order.hold - opened * problem.opening_loss
            boxed = end - stop.start if order.collect else stop.departure - start
            yield _limit("hold", order.id, holds - boxed, max(1, holds))


def _space(zone: str, carried: Sequence[Amounts], capacity: Capacity) -> Iterator[Limit]:
    for dimension in DIMENSIONS:
        limit = getattr(capacity, dimension)
        if limit is not None:
            most = max(getattr(amounts, dimension) for amounts in carried)
            yield _limit("capacity", f"{zone} {dimension}".strip(), limit - most, limit)


def _limit(what: What, where: str, margin: int, whole: int) -> Limit:
    return Limit(what, where, margin, 1.0 - margin / whole if whole > 0 else 1.0)


def lines(problem: Problem, explained: Explanation, language: Language) -> Iterator[str]:
    """The explanation as text, a line at a time."""
    zh = language == "zh"
    plan = explained.plan
    cost = plan.cost
    yield (
        f"总费用 {cost.total:.2f} = 车辆 {cost.fixed:.2f} + 里程 {cost.distance:.2f} + 车时 {cost.time:.2f}"
        f" + 司机 {cost.driver:.2f} + 停站 {cost.stops:.2f} + 未送 {cost.penalty:.2f}；道路：{plan.roads}"
        if zh
        else f"cost {cost.total:.2f} = vehicles {cost.fixed:.2f} + way {cost.distance:.2f} + hours {cost.time:.2f}"
        f" + drivers {cost.driver:.2f} + visits {cost.stops:.2f} + left out {cost.penalty:.2f}; roads: {plan.roads}"
    )
    for entry in explained.routes:
        yield from _route_lines(problem, entry, _marks(problem, entry.route, zh), zh)
    for left in plan.unserved:
        yield f"{'未安排' if zh else 'not served'} {left.order}: {left.reason.text(language)}"


def _marks(problem: Problem, route: Route, zh: bool) -> str:
    """What is special about a route: the carrier it is hired from, the group of orders it is dedicated to."""
    carrier = next(vehicle.carrier for vehicle in problem.vehicles if vehicle.id == route.vehicle)
    first = next(name for stop in route.stops for name in stop.orders)
    group = next(order.alone for order in problem.orders if order.id == first)
    hired = f" ({'承运商' if zh else 'carrier'} {carrier})" if carrier else ""
    return hired + (f" ({'专车' if zh else 'dedicated to'} {group})" if group else "")


def _route_lines(problem: Problem, entry: RouteExplained, marks: str, zh: bool) -> Iterator[str]:
    route = entry.route
    yield (
        f"{route.vehicle}{marks} {route.driver or ''} {problem.clock(route.start)}–{problem.clock(route.end)}"
        f" {problem.km(route.distance)} {'费用' if zh else 'cost'} {route.cost.total:.2f}"
    )
    for stop, board in zip(route.stops, entry.onboard[1:], strict=True):
        slack = "–" if stop.slack is None else problem.span(stop.slack)
        load = ", ".join(f"{part.zone} {part.amounts.units}" for part in board.load)
        done = (
            ("再装" if zh else "loads again")
            if stop.reload
            else " ".join((*stop.orders, *(f"↑{name}" for name in stop.fetched)))
        )
        yield (
            f"  {problem.clock(stop.start)} {stop.site} [{done}]"
            f" {'余量' if zh else 'slack'} {slack} {'车上' if zh else 'on board'} {load}"
        )
    for rest in route.breaks:
        yield f"  {'休息' if zh else 'rest'} {problem.clock(rest.start)}–{problem.clock(rest.end)}"
    for limit in [limit for limit in entry.limits if limit.binds] or list(entry.limits[:1]):
        what = _WHAT[limit.what][0 if zh else 1]
        word = ("制约" if zh else "binds") if limit.binds else ("最紧" if zh else "tightest")
        yield f"  {word}: {what} {limit.where} {limit.used:.0%}"
