"""Small days, exactly: every route that anybody could drive, under every rule, and the cheapest choice of them.

A search that is cut off may miss what six orders need, and people see that at once in a plan that fits on one hand. So
where there are few enough sequences, each is given its timetable, with every kind of vehicle and of driver, and the choice
is SCIP's, which proves it: one more vehicle never makes such a day worse.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from server.planning.lookup import Crew, Lookup, nameless_driver, nameless_vehicle
from server.planning.mend import Exact, route_worth
from server.planning.problem import Driver, Order, Vehicle
from server.planning.reasons import all_crews
from server.planning.schedule import Failure, Snag, Timetable, timetable
from server.planning.sequences import FETCH, fetch_of, is_fetch, is_mark, is_reload, reload_of
from server.planning.with_scip import Bound, Column, Rows, recombine

FEW = 6
"""With more orders than this a day is searched."""
TRIED = 3000
"""And with more sequences to try than this."""
PARTS = 1000
"""Of one of money: costs are counted in them."""
Routed = tuple[list[Crew], dict[int, list[str]]]
"""Crews, and by their places in the list the sequences of those that drive: names of orders, and marks."""


@dataclass(frozen=True)
class Drive:
    """A route somebody could drive: who, in which sequence, and when."""

    crew: Crew
    orders: tuple[Order, ...]
    table: Timetable


class TooMany(Exception):
    """There are more sequences than are tried."""


def small_day(lookup: Lookup, orders: Sequence[Order], exact: Exact, tried: int = TRIED) -> Routed | None:
    """The cheapest day of ``orders``, of which none is locked: crews, and for some of them (by place) their orders in
    sequence, locked ones first. Orders on none of them are better left out, or cannot all be served. ``None`` where the
    day is too large to try everything, with ``tried`` sequences at most.
    """
    if len(orders) > FEW:
        return None
    try:
        drives = list(_Trying(lookup, orders, exact, tried).drives())
    except TooMany:
        return None
    pool = _Pool(lookup)
    chosen = _cheapest(lookup, orders, drives, pool)
    if chosen is None:
        return None
    crews = [pool.take(drive.crew) for drive in chosen]
    return [*crews, *pool.idle()], {index: [order.id for order in drive.orders] for index, drive in enumerate(chosen)}


class _Trying:
    """Every sequence for every kind of crew."""

    def __init__(self, lookup: Lookup, orders: Sequence[Order], exact: Exact, most: int) -> None:
        self.lookup = lookup
        self.orders = sorted(orders, key=lambda order: order.id)
        self.exact = exact
        self.most = most
        self.tried = 0

    def drives(self) -> Iterator[Drive]:
        """Whatever somebody could drive.

        Raises:
            TooMany: that cannot be tried.
        """
        groups = sorted({order.alone for order in self.orders} - {None}, key=str)
        for some in all_crews(self.lookup):
            for crew in dict.fromkeys(some.serving(group) for group in (None, *groups)):
                yield from self._with(crew)

    def _with(self, crew: Crew) -> Iterator[Drive]:
        """What one kind of crew could drive."""
        head = self.lookup.head(crew.lock)
        if any(self.lookup.bar(crew, order) for order in head if not is_mark(order)):
            return
        if head:
            table = self._table(crew, head)
            if isinstance(table, Failure):
                return
            yield Drive(crew, tuple(head), table)
        yield from self._further(crew, head, [o for o in self.orders if self.lookup.bar(crew, o) is None], len(head))

    def _further(self, crew: Crew, before: list[Order], left: Sequence[Order], fixed: int) -> Iterator[Drive]:
        """What may come after a beginning, and what after that."""
        for part, rest in self._next(crew, before, left, fixed):
            sequence = [*before, part]
            if not is_reload(part) and not _aboard(sequence):
                table = self._table(crew, sequence)
                if isinstance(table, Timetable):
                    yield Drive(crew, tuple(sequence), table)
                elif table.snag is not Snag.SHIFT:
                    continue  # what fails on the way fails whatever comes after it; from elsewhere it may be nearer home
            yield from self._further(crew, sequence, rest, fixed)

    @staticmethod
    def _next(
        crew: Crew, before: Sequence[Order], left: Sequence[Order], fixed: int
    ) -> Iterator[tuple[Order, Sequence[Order]]]:
        """What may stand next, and which orders are left then: an order, either end of a transfer, a return to load again."""
        last = before[-1] if len(before) > fixed else None
        aboard = _aboard(before)
        for order in left:
            if order.origin is not None and order.id not in aboard:
                yield fetch_of(order), left
            elif last is None or is_mark(last) or last.site != order.site or last.id < order.id:
                # what is handed over together stands in one sequence only
                yield order, [other for other in left if other is not order]
        trips = sum(map(is_reload, before)) + 1
        if left and before and not aboard and not is_reload(before[-1]) and trips < crew.vehicle.trips:
            yield reload_of(crew.vehicle), left

    def _table(self, crew: Crew, orders: Sequence[Order]) -> Timetable | Failure:
        self.tried += 1
        if self.tried > self.most:
            raise TooMany
        if self.lookup.overload(crew.vehicle, orders) is not None:
            return Failure(Snag.LOAD, -1)
        found = timetable(self.lookup, crew, orders, thorough=True)
        return found if isinstance(found, Timetable) else self.exact(crew, orders) or found


def _aboard(orders: Sequence[Order]) -> set[str]:
    """The transfers that have been fetched and not handed over."""
    fetched = {order.id.removeprefix(FETCH) for order in orders if is_fetch(order)}
    return fetched - {order.id for order in orders}


def _cheapest(lookup: Lookup, orders: Sequence[Order], drives: Sequence[Drive], pool: "_Pool") -> list[Drive] | None:
    """The drives that together cost least, what is left out included."""
    columns: dict[Hashable, Column[Drive | None]] = {}
    for drive in drives:
        serves = frozenset(order.id for order in drive.orders if not is_mark(order))
        kinds = pool.kinds(drive.crew)
        cost = round(PARTS * route_worth(lookup, drive.crew, drive.table))
        known = columns.get((serves, kinds))
        if known is None or cost < known.cost:
            columns[serves, kinds] = Column(drive, serves, kinds, cost)
    dearest = max((column.cost for column in columns.values()), default=0)
    penalties = round(PARTS * sum(order.penalty or 0.0 for order in orders))
    price = (len(orders) + 1) * dearest + penalties + 1
    for order in orders:
        cost = price * (1 + order.priority) if order.penalty is None else round(PARTS * order.penalty)
        columns[order.id] = Column(None, frozenset({order.id}), (), cost)
    needed = frozenset({order.id for order in orders} | lookup.locked)
    most = sum(abs(column.cost) for column in columns.values()) + 1
    chosen = recombine(columns.values(), Rows(needed, pool.available), frozenset(), most, Bound())
    return None if chosen is None else [drive for drive in chosen if drive is not None]


class _Pool:
    """The vehicles and drivers there are, by kind: of one kind are those that can do the same at the same cost, a locked
    vehicle and the driver who is locked to one are of their own."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self._held = {lock.driver for lock in lookup.problem.locks}
        self._out = {lock.vehicle for lock in lookup.problem.locks if lock.final and not lock.orders}
        self.vehicles: dict[Vehicle, list[Vehicle]] = {}
        for vehicle in lookup.problem.vehicles:
            self.vehicles.setdefault(self._vehicle(vehicle), []).append(vehicle)
        self.drivers: dict[Driver | None, list[Driver]] = {}
        for driver in lookup.problem.drivers:
            self.drivers.setdefault(self._driver(driver), []).append(driver)
        kinds: list[Vehicle | Driver | None] = [*self.vehicles, *self.drivers]
        self._number = {kind: number for number, kind in enumerate(kinds)}
        self.available = [*map(len, self.vehicles.values()), *map(len, self.drivers.values())]

    def _vehicle(self, vehicle: Vehicle) -> Vehicle:
        return vehicle if vehicle.id in self.lookup.locks else nameless_vehicle(vehicle)

    def _driver(self, driver: Driver | None) -> Driver | None:
        return driver if driver is None or driver.id in self._held else nameless_driver(driver)

    def kinds(self, crew: Crew) -> tuple[int, ...]:
        """The places in ``available`` of the kinds that a crew takes one of each of."""
        vehicle = self._number[self._vehicle(crew.vehicle)]
        return (vehicle,) if crew.driver is None else (vehicle, self._number[self._driver(crew.driver)])

    def take(self, crew: Crew) -> Crew:
        """A crew of that kind by name; nobody else gets its vehicle or driver."""
        vehicle = self.vehicles[self._vehicle(crew.vehicle)].pop(0)
        driver = self.drivers[self._driver(crew.driver)].pop(0) if crew.driver is not None else None
        return self.lookup.crew(vehicle, driver, crew.alone)

    def idle(self) -> list[Crew]:
        """Crews of whoever is left, as they come."""
        vehicles = [one for some in self.vehicles.values() for one in some if one.id not in self._out]
        if not self.lookup.problem.drivers:
            return [self.lookup.crew(vehicle, None) for vehicle in vehicles]
        drivers = [one for some in self.drivers.values() for one in some if one.id not in self._held]
        return [self.lookup.crew(*pair) for pair in zip(vehicles, drivers, strict=False)]
