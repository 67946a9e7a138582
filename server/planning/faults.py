"""Whether a problem makes sense: every fault at once, each a numbered problem with the path of the offending value."""

import math
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.planning.problem import (
    AGAIN,
    DIMENSIONS,
    NO_ROAD,
    Amounts,
    Capacity,
    Lock,
    Matrix,
    Order,
    Problem,
    Vehicle,
    Window,
)
from shared import problems
from shared.errors import Kind, Refused
from shared.errors import Problem as Fault

LIMIT = 10**9
"""No count, distance, duration or time may be larger: the engine multiplies them by costs in 64 bits."""
SIZE_LIMITS = {"height": 1000, "width": 1000, "length": 5000, "gross": 100_000, "axle": 40_000}
"""cm and kg: the largest vehicle that Valhalla 3.9.1 knows. A larger one it takes, saying so in small print only, for one of
its default size."""
MOST_TRIPS = 24
"""More trips no vehicle makes in a day."""
MONEY_LIMIT = 1e8
"""Neither may a fixed cost or a penalty (money); a rate for a km, an hour or a visit not more than a hundredth of it."""


class ProblemRefused(Refused):
    """PROBLEM_INVALID with every fault: ``faults``, in the order of the problem's parts."""

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        numbers = ", ".join(f"#{fault.number} {next(iter(fault.values.values()), '')}" for fault in faults)
        super().__init__(problems.PROBLEM_INVALID, value=name, reason=f"{len(faults)}: {numbers}")
        self.faults = faults


def validate(problem: Problem) -> None:
    """Accept a problem that makes sense.

    Raises:
        ProblemRefused: it does not; ``faults`` names everything that is wrong with it, not only the first thing.
        Refused: PLAN_NOTHING, there is no order or no vehicle.
    """
    if found := tuple(faults(problem)):
        raise ProblemRefused(problem.name, found)
    if not problem.orders or not problem.vehicles:
        raise Refused(problems.PLAN_NOTHING, value=problem.name)


def faults(problem: Problem) -> Iterator[Fault]:
    """Everything that makes no sense in a problem, as numbered problems 6101–6112."""
    yield from _settings(problem)
    yield from _sites(problem)
    yield from _orders(problem)
    yield from _vehicles(problem)
    yield from _drivers(problem)
    yield from _locks(problem)
    yield from _matrices(problem)


def _fault(kind: Kind, **values: object) -> Fault:
    return Refused(kind, **values).problem


def _number(where: str, value: float | None, low: float = 0, high: float = LIMIT) -> Iterator[Fault]:
    """A fault where a number is given and is not finite or not from ``low`` to ``high``."""
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        yield _fault(problems.PLAN_FAULT_NUMBER, where=where, value=value, limit=f"{low:g} … {high:g}")


def _names(where: str, names: Iterable[str]) -> Iterator[Fault]:
    """A fault for each name that is empty or appears again."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if not name.strip():
            yield _fault(problems.PLAN_FAULT_NAMELESS, where=f"{where}[{index}]", value=repr(name))
        elif name in seen:
            yield _fault(problems.PLAN_FAULT_DUPLICATE, where=where, value=name)
        seen.add(name)


def _known(where: str, value: str | None, known: Container[str]) -> Iterator[Fault]:
    if value is not None and value not in known:
        yield _fault(problems.PLAN_FAULT_UNKNOWN, where=where, value=value)


def _amounts(where: str, amounts: Amounts | Capacity) -> Iterator[Fault]:
    for dimension in DIMENSIONS:
        yield from _number(f"{where}.{dimension}", getattr(amounts, dimension))


def _window(where: str, window: Window | None) -> Iterator[Fault]:
    if window is None:
        return
    yield from _number(f"{where}.start", window.start)
    yield from _number(f"{where}.end", window.end)
    if window.end < window.start:
        yield _fault(problems.PLAN_FAULT_WINDOW, where=where, value=f"{window.start} … {window.end}")


def _settings(problem: Problem) -> Iterator[Fault]:
    yield from _number("resolution", problem.resolution, low=1, high=10**6)
    yield from _number("opening_loss", problem.opening_loss)
    if problem.rest is not None:
        yield from _number("rest.driving", problem.rest.driving, low=1)
        yield from _number("rest.rest", problem.rest.rest, low=1)
    if problem.haste is not None:
        yield from _number("haste.after", problem.haste.after)
        yield from _number("haste.per_hour", problem.haste.per_hour, high=MONEY_LIMIT / 100)
    if problem.origin is not None and problem.origin.tzinfo is None:
        yield _fault(problems.PLAN_FAULT_ORIGIN, where="origin", value=problem.origin)
    try:
        ZoneInfo(problem.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield _fault(problems.PLAN_FAULT_ORIGIN, where="timezone", value=problem.timezone)


def _sites(problem: Problem) -> Iterator[Fault]:
    yield from _names("sites", (site.id for site in problem.sites))
    depots = {depot for vehicle in problem.vehicles for depot in (vehicle.depot, vehicle.end_depot)}
    for site in problem.sites:
        where = f"sites[{site.id}]"
        yield from _number(f"{where}.service", site.service)
        yield from _number(f"{where}.per_unit", site.per_unit)
        for index, window in enumerate(site.windows):
            yield from _window(f"{where}.windows[{index}]", window)
        for first, second in pairwise(site.windows):
            if second.start <= first.end:
                value = f"{first.start} … {first.end}, {second.start} … {second.end}"
                yield _fault(problems.PLAN_FAULT_WINDOWS, where=f"{where}.windows", value=value)
        if site.id in depots and len(site.windows) > 1:
            yield _fault(problems.PLAN_FAULT_DEPOT_HOURS, where=where, value=len(site.windows))


def _orders(problem: Problem) -> Iterator[Fault]:
    sites = {site.id for site in problem.sites}
    yield from _names("orders", (order.id for order in problem.orders))
    for order in problem.orders:
        where = f"orders[{order.id}]"
        yield from _known(f"{where}.site", order.site, sites)
        yield from _known(f"{where}.depot", order.depot, sites)
        yield from _pair(where, order, sites)
        yield from _amounts(f"{where}.amounts", order.amounts)
        yield from _number(f"{where}.release", order.release)
        yield from _number(f"{where}.due", order.due)
        yield from _number(f"{where}.priority", order.priority, high=100)
        yield from _number(f"{where}.penalty", order.penalty, high=MONEY_LIMIT)
        yield from _number(f"{where}.hold", order.hold, low=1)
        yield from _number(f"{where}.loaded", order.loaded)
        if order.loaded is not None and order.origin is None:
            yield _fault(problems.PLAN_FAULT_PAIR, where=f"{where}.loaded", value=order.loaded, field="origin")
        if not order.zone.strip():
            yield _fault(problems.PLAN_FAULT_NAMELESS, where=f"{where}.zone", value=repr(order.zone))
        if order.alone is not None and not order.alone.strip():
            yield _fault(problems.PLAN_FAULT_NAMELESS, where=f"{where}.alone", value=repr(order.alone))


def _pair(where: str, order: Order, sites: Container[str]) -> Iterator[Fault]:
    """A transfer leads from one site to another and has nothing to do with a depot."""
    if not order.id.isprintable():
        yield _fault(problems.PLAN_FAULT_NAMELESS, where=f"{where}.id", value=repr(order.id))
    if order.origin is None:
        return
    yield from _known(f"{where}.origin", order.origin, sites)
    for field, nonsense in (
        ("site", order.site == order.origin),
        ("collect", order.collect),
        ("depot", order.depot is not None),
    ):
        if nonsense:
            yield _fault(problems.PLAN_FAULT_PAIR, where=f"{where}.origin", value=order.origin, field=field)


def _vehicles(problem: Problem) -> Iterator[Fault]:
    sites = {site.id for site in problem.sites}
    yield from _names("vehicles", (vehicle.id for vehicle in problem.vehicles))
    for vehicle in problem.vehicles:
        where = f"vehicles[{vehicle.id}]"
        yield from _known(f"{where}.depot", vehicle.depot, sites)
        yield from _known(f"{where}.end", vehicle.end, sites)
        yield from _window(f"{where}.shift", vehicle.shift)
        yield from _number(f"{where}.trips", vehicle.trips, low=1, high=MOST_TRIPS)
        yield from _number(f"{where}.max_duration", vehicle.max_duration)
        yield from _number(f"{where}.max_trip", vehicle.max_trip)
        yield from _number(f"{where}.max_distance", vehicle.max_distance)
        yield from _vehicle_costs(where, vehicle)
        for field, most in SIZE_LIMITS.items():
            yield from _number(f"{where}.{field}", getattr(vehicle, field), low=1, high=most)
        yield from _amounts(f"{where}.capacity", vehicle.capacity)
        yield from _names(f"{where}.compartments", (part.zone for part in vehicle.compartments))
        for part in vehicle.compartments:
            yield from _amounts(f"{where}.compartments[{part.zone}].capacity", part.capacity)


def _vehicle_costs(where: str, vehicle: Vehicle) -> Iterator[Fault]:
    yield from _number(f"{where}.fixed", vehicle.fixed, high=MONEY_LIMIT)
    yield from _number(f"{where}.per_km", vehicle.per_km, high=MONEY_LIMIT / 100)
    yield from _number(f"{where}.per_hour", vehicle.per_hour, high=MONEY_LIMIT / 100)
    yield from _number(f"{where}.per_stop", vehicle.per_stop, high=MONEY_LIMIT / 100)


def _drivers(problem: Problem) -> Iterator[Fault]:
    yield from _names("drivers", (driver.id for driver in problem.drivers))
    for driver in problem.drivers:
        yield from _window(f"drivers[{driver.id}].shift", driver.shift)
        yield from _number(f"drivers[{driver.id}].per_hour", driver.per_hour, high=MONEY_LIMIT / 100)
        if driver.meal is not None:
            meal = driver.meal
            yield from _window(f"drivers[{driver.id}].meal", Window(meal.start, meal.latest))
            yield from _number(f"drivers[{driver.id}].meal.length", meal.length, low=1)


def _locks(problem: Problem) -> Iterator[Fault]:
    orders = {order.id: order for order in problem.orders}
    yield from _names("locks", (lock.vehicle for lock in problem.locks))
    yield from _names("locks.driver", (lock.driver for lock in problem.locks if lock.driver is not None))
    yield from _names("locks.orders", _settled(problem, orders))
    trips = {vehicle.id: vehicle.trips for vehicle in problem.vehicles}
    for lock in problem.locks:
        where = f"locks[{lock.vehicle}]"
        yield from _known(f"{where}.vehicle", lock.vehicle, {vehicle.id for vehicle in problem.vehicles})
        yield from _known(f"{where}.driver", lock.driver, {driver.id for driver in problem.drivers})
        yield from _number(f"{where}.departure", lock.departure)
        if lock.aboard is not None and trips.get(lock.vehicle, 1) > 1:
            yield _fault(problems.PLAN_FAULT_LOCK, where=f"{where}.aboard", value=f"trips: {trips[lock.vehicle]}")
        for name in lock.aboard or ():
            yield from _known(f"{where}.aboard", name, orders)
        if lock.held is not None:
            yield from _number(f"{where}.held.until", lock.held.until)
            yield from _number(f"{where}.held.begun", lock.held.begun, low=1, high=len(lock.orders))
            if lock.departure is None:
                yield _fault(problems.PLAN_FAULT_LOCK, where=f"{where}.held", value=problem.clock(lock.held.until))
        groups = {orders[name].alone for name in lock.orders if name in orders}
        if len(groups) > 1:
            value = " + ".join(sorted(group or "–" for group in groups))
            yield _fault(problems.PLAN_FAULT_LOCK, where=f"{where}.orders", value=value)
        yield from _returns(lock, trips.get(lock.vehicle, 1))
        first = lock.orders[: lock.orders.index(AGAIN)] if AGAIN in lock.orders else lock.orders
        for name in lock.orders:
            if name == AGAIN:
                continue
            yield from _known(f"{where}.orders", name, orders)
            order = orders.get(name)
            if order is not None and order.origin is not None and lock.orders.count(name) != 2:
                yield _fault(problems.PLAN_FAULT_LOCK, where=f"{where}.orders[{name}]", value=order.origin)
            if order is None or order.collect or order.origin is not None or lock.departure is None:
                continue
            if name in first and order.release > lock.departure:
                yield _fault(
                    problems.PLAN_FAULT_LOCK,
                    where=f"{where}.orders[{name}]",
                    value=f"{problem.clock(order.release)} > {problem.clock(lock.departure)}",
                )


def _settled(problem: Problem, orders: Mapping[str, Order]) -> Iterator[str]:
    """Every locked order once, but those that are named more often than they may be; a transfer is named twice."""
    for lock in problem.locks:
        fetched: set[str] = set()
        for name in lock.orders:
            order = orders.get(name)
            if order is not None and order.origin is not None and name not in fetched:
                fetched.add(name)
            elif name != AGAIN:
                yield name


def _returns(lock: Lock, trips: int) -> Iterator[Fault]:
    """Locked returns to load again: each between two orders, and no more than the vehicle makes."""
    where, names = f"locks[{lock.vehicle}].orders", lock.orders
    ends = names[:1] == (AGAIN,) or names[-1:] == (AGAIN,)
    if ends or (AGAIN, AGAIN) in pairwise(names):
        yield _fault(problems.PLAN_FAULT_LOCK, where=where, value=" ".join(name or "⟲" for name in names))
    if AGAIN in names and names.count(AGAIN) >= trips:
        yield _fault(problems.PLAN_FAULT_LOCK, where=where, value=f"trips: {trips}")


def _matrices(problem: Problem) -> Iterator[Fault]:
    for profile, matrix in problem.matrices.items():
        for table in ("distance", "duration"):
            yield from _table(f"matrices[{profile}].{table}", problem, matrix, table)
    missing = {vehicle.profile for vehicle in problem.vehicles} - problem.matrices.keys()
    if missing:
        for site in problem.sites:
            if site.position is None:
                names = ", ".join(sorted(missing))
                yield _fault(problems.PLAN_FAULT_POSITION, where=f"sites[{site.id}]", value=names)


def _table(where: str, problem: Problem, matrix: Matrix, table: str) -> Iterator[Fault]:
    rows: tuple[tuple[int, ...], ...] = getattr(matrix, table)
    size = len(problem.sites)
    ragged = next((len(row) for row in rows if len(row) != size), size)
    if len(rows) != size or ragged != size:
        yield _fault(
            problems.PLAN_FAULT_MATRIX, where=where, value=f"{len(rows)} × {ragged}", expected=f"{size} × {size}"
        )
        return
    other = matrix.duration if table == "distance" else matrix.distance
    for i, row in enumerate(rows):
        if min(row, default=0) >= 0 and row[i] == 0 and max(row, default=0) <= LIMIT:
            continue
        for j, value in enumerate(row):
            path = f"{where}[{problem.sites[i].id}][{problem.sites[j].id}]"
            if i == j:
                yield from _number(path, value, high=0)
            elif value != NO_ROAD:
                yield from _number(path, value)
            elif len(other) > i and len(other[i]) > j and other[i][j] != NO_ROAD:
                yield _fault(problems.PLAN_FAULT_NUMBER, where=path, value=value, limit=f"{other[i][j]}")
