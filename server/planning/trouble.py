"""What goes wrong on a day, as a change of its planning problem: a vehicle that broke down, a site that is closed.

What was handed over stays. The rest becomes what it is: goods that lie in a vehicle at the roadside are fetched there by
another one (a transfer, see :class:`server.planning.problem.Order`), and a site that receives nobody is visited by nobody.
So the engine, the desk and the checker judge the rest of such a day by the rules they know.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from server.planning.day import site_of_node
from server.planning.plan import Route, Stop
from server.planning.problem import NO_ROAD, Lock, Matrix, Order, Problem, Site, Window
from server.planning.sequences import FETCH, named
from shared import problems
from shared.errors import Problem as Fault
from shared.errors import Refused
from shared.geo import Position

PLACE = "roadside:"
"""What the id of a site begins with at which goods of a broken-down vehicle are fetched; its vehicle's id follows."""
CLOSED = "@closed"
"""What the id of a site ends with that stands for another one from when it is closed on."""
HANDLING = 600
"""Service at the roadside (s): both drivers look at the goods and sign for them. An estimate, as is :data:`HANDLING_UNIT`."""
HANDLING_UNIT = 10
"""Service at the roadside for each pack (s)."""
A_DAY = 86_400
"""How long (s) a site without receiving hours receives after it was closed."""

Leg = tuple[int, int]
"""Distance (m) and duration (s)."""


class Measured(msgspec.Struct, frozen=True):
    """The legs from a place to every site and from every site to it, by the site's id."""

    leaving: dict[str, Leg]
    reaching: dict[str, Leg]


class Breakdown(msgspec.Struct, frozen=True):
    """A vehicle that broke down at ``at`` (s), and where; ``roads`` are the legs there and away by vehicle profile."""

    vehicle: str
    at: int
    position: Position
    name: str
    roads: dict[str, Measured]


class Closure(msgspec.Struct, frozen=True):
    """A site (by its id in the fleet) that receives nobody, until a moment (s; ``None``: not today any more)."""

    site: str
    until: int | None


class Done(msgspec.Struct, frozen=True):
    """What a vehicle has behind it and cannot be changed: its ``orders`` as they stand in a sequence, and whether it has
    ``departed``, with the rest of its ``trip`` (1, 2 …) on board."""

    orders: tuple[str, ...] = ()
    departed: bool = False
    trip: int = 1


def roadside(vehicle: str) -> str:
    """The id of the site at which the goods of a vehicle are fetched that broke down."""
    return PLACE + vehicle


def is_roadside(site: str) -> bool:
    """Whether a site is where a vehicle broke down."""
    return site.startswith(PLACE)


# a vehicle that broke down ---------------------------------------------------------------------------------------------


def with_breakdown(problem: Problem, route: Route | None, done: Done, one: Breakdown) -> Problem:
    """The problem of the rest of the day: the vehicle's route is over behind what it has done, at the place where it stands;
    whatever else it had on board other vehicles fetch there, from the moment it broke down on. ``route`` is what was planned
    for it (``None``: nothing was).

    Boxes hold from when they were loaded, less what the openings of the doors took so far. A vehicle that had not left
    carries nothing, and one that was to come back nothing of its later trips: those goods are at the depot.
    """
    aboard = _aboard(problem, route, done) if route is not None and done.departed else ()
    lock = Lock(one.vehicle, final=True)
    if route is not None and done.departed:
        held = next((known.held for known in problem.locks if known.vehicle == one.vehicle), None)
        behind = named(done.orders)
        late = held if held is not None and held.begun <= len(behind) else None  # it was late before, and still is
        lock = Lock(one.vehicle, behind, route.driver, route.departure, late, final=True)
    locks = tuple(known for known in problem.locks if known.vehicle != one.vehicle)
    problem = msgspec.structs.replace(problem, locks=(*locks, lock))
    if not aboard or route is None:
        return problem
    place = roadside(one.vehicle)
    site = Site(place, name=one.name, position=one.position, service=HANDLING, per_unit=HANDLING_UNIT)
    loaded, stops = _trips(route)[done.trip - 1]
    opened = sum(1 for stop in stops if set(stop.orders) & set(done.orders)) * problem.opening_loss
    return msgspec.structs.replace(
        problem,
        sites=(*problem.sites, site),
        matrices={name: _with_place(problem, matrix, one.roads[name]) for name, matrix in problem.matrices.items()},
        orders=tuple(
            _left(order, place, one.at, loaded, opened) if order.id in aboard else order for order in problem.orders
        ),
        vehicles=tuple(
            msgspec.structs.replace(vehicle, end=place) if vehicle.id == one.vehicle else vehicle
            for vehicle in problem.vehicles
        ),
    )


def _aboard(problem: Problem, route: Route, done: Done) -> Collection[str]:
    """What the vehicle has on board: all it left with on its trip, and what it fetched, but what it handed over. Goods of an
    earlier trip for a stop that was passed over are there as well."""
    orders = {order.id: order for order in problem.orders}
    trips = _trips(route)[: done.trip]
    carried = {name for _, stops in trips for stop in stops for name in stop.orders if not orders[name].collect}
    behind = {*done.orders}
    return {name for name in carried - behind if orders[name].origin is None or FETCH + name in behind}


def _trips(route: Route) -> list[tuple[int, list[Stop]]]:
    """Per trip of a route when its loading begins (s), and its stops."""
    trips: list[tuple[int, list[Stop]]] = [(route.start, [])]
    for stop in route.stops:
        if stop.reload:
            trips.append((stop.start, []))
        else:
            trips[-1][1].append(stop)
    return trips


def _left(order: Order, place: str, at: int, loaded: int, opened: int) -> Order:
    """An order whose goods are in the vehicle by the roadside."""
    since = order.loaded if order.loaded is not None else loaded
    return msgspec.structs.replace(
        order,
        origin=place,
        depot=None,
        release=at,
        loaded=None if order.hold is None else since,
        hold=None if order.hold is None else max(1, order.hold - opened),
    )


def _with_place(problem: Problem, matrix: Matrix, measured: Measured) -> Matrix:
    """The matrix with one more row and column, for a place of which the legs are known."""
    none = (NO_ROAD, NO_ROAD)
    away = [measured.leaving.get(site.id, none) for site in problem.sites]
    there = [measured.reaching.get(site.id, none) for site in problem.sites]
    return _grown(matrix, away, there)


def _grown(matrix: Matrix, away: Sequence[Leg], there: Sequence[Leg]) -> Matrix:
    tables = []
    for index, table in enumerate((matrix.distance, matrix.duration)):
        rows = [(*row, leg[index]) for row, leg in zip(table, there, strict=True)]
        tables.append((*rows, (*(leg[index] for leg in away), 0)))
    return msgspec.structs.replace(matrix, distance=tables[0], duration=tables[1])


# a site that is closed -------------------------------------------------------------------------------------------------


def with_closure(problem: Problem, begun: Collection[str], one: Closure) -> Problem:
    """The problem without visits to a site while it is closed; what has ``begun`` (orders by id) stays what it was.

    What can still be handed over later that day is; the rest can be left out at no cost, and nobody may drive there.
    """
    moved: dict[str, Site] = {}
    for site in problem.sites:
        waiting = [o for o in problem.orders if o.site == site.id and o.id not in begun]
        if site_of_node(site.id) == one.site and not site.id.endswith(CLOSED) and waiting:
            moved[site.id] = _shut(site, one.until)
    for name, site in moved.items():
        index = next(i for i, known in enumerate(problem.sites) if known.id == name)
        problem = msgspec.structs.replace(
            problem,
            sites=(*problem.sites, site),
            matrices={key: _doubled(matrix, index) for key, matrix in problem.matrices.items()},
        )
    orders = []
    for order in problem.orders:
        later = moved.get(order.site) if order.id not in begun else None
        if later is not None:
            penalty = 0.0 if later.admits == () else order.penalty
            order = msgspec.structs.replace(order, site=later.id, penalty=penalty)
        orders.append(order)
    return msgspec.structs.replace(problem, orders=tuple(orders))


def _shut(site: Site, until: int | None) -> Site:
    """The site as it receives from then on: in what is left of its windows, or nobody."""
    windows: tuple[Window, ...] = ()
    if until is not None:
        hours = site.windows or (Window(until, until + A_DAY),)
        windows = tuple(Window(max(hour.start, until), hour.end) for hour in hours if hour.end > until)
    admits = site.admits if windows else ()
    return msgspec.structs.replace(site, id=site.id + CLOSED, windows=windows or site.windows, admits=admits)


def _doubled(matrix: Matrix, index: int) -> Matrix:
    """The matrix with one more site, at the place of one there is."""
    away = list(zip(matrix.distance[index], matrix.duration[index], strict=True))
    there = [(far[index], long[index]) for far, long in zip(matrix.distance, matrix.duration, strict=True)]
    return _grown(matrix, away, there)


def shut_out(problem: Problem) -> Mapping[str, Fault]:
    """The orders that nobody may be sent with as their site is closed, with the reason."""
    shut = {site.id: site for site in problem.sites if site.id.endswith(CLOSED) and site.admits == ()}
    return {
        order.id: Refused(
            problems.PLAN_UNSERVED_CLOSED, value=order.id, site=shut[order.site].name or order.site
        ).problem
        for order in problem.orders
        if order.site in shut
    }
