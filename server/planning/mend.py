"""Putting routes right under every rule: take out what cannot stay, put in what still fits, cheapest place first.

The search in ``with_pyvrp`` does not know boxes' hold times, rests or every detail of a locked route; here each route is
held to its full timetable. The same insertion builds a plan from nothing, which is the greedy baseline of the benchmarks.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from server.planning.lookup import Crew, Lookup
from server.planning.problem import Order, Vehicle
from server.planning.reasons import left_over, stopped
from server.planning.schedule import Failure, Snag, Timetable, timetable
from server.planning.sequences import (
    FETCH,
    fetch_of,
    from_depot,
    is_mark,
    is_reload,
    parts_of,
    reload_of,
    tidy,
    visits_of,
    without,
)
from shared.errors import Problem

Exact = Callable[[Crew, Sequence[Order]], Timetable | None]
"""A slower search for a timetable, asked where the quick one finds none because of rests."""

Place = tuple[float, int, list[Order], int | None]
"""A lower bound of what an order adds (money), where in the sequence, what is put there, and where in the sequence that
makes a transfer is handed over (``None``: there too)."""


def rank(order: Order) -> tuple[bool, int, float]:
    """Who goes first where not all can be served: what must be served, then priority, then the penalty."""
    return (order.penalty is None, order.priority, order.penalty or 0.0)


def route_cost(lookup: Lookup, crew: Crew, found: Timetable) -> float:
    """Money for one route: vehicle, way, the hours of vehicle and driver, and visits."""
    problem, vehicle = lookup.problem, crew.vehicle
    way = problem.money(vehicle.per_km, found.distance, 1000) + vehicle.per_stop * found.calls
    return vehicle.fixed + way + problem.money(crew.per_hour, found.duration, 3600)


def route_worth(lookup: Lookup, crew: Crew, found: Timetable) -> float:
    """What routes are compared by, the least being the best: money, and what long trips count for."""
    spans = (ends - begins for begins, ends, _ in found.trips)
    return route_cost(lookup, crew, found) + lookup.problem.hurry(spans)


class Mender:
    """Routes under repair: ``routes`` per crew (by its place in ``crews``), each with a timetable that holds."""

    def __init__(
        self, lookup: Lookup, crews: Sequence[Crew], exact: Exact, should_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self.lookup = lookup
        self.crews = crews
        self.exact = exact
        self.should_stop = should_stop
        self.routes: dict[int, list[Order]] = {}
        self.tables: dict[int, Timetable] = {}
        self._alike = [crew.alike() for crew in crews]
        self._bars: dict[tuple[Crew, str], bool] = {}

    def place(self, crew: int, names: Sequence[str]) -> list[Order]:
        """Give a crew its route, taking out the orders that keep it from having a timetable; these are returned.

        Locked orders stay.
        """
        orders = self.lookup.sequence(self.crews[crew].vehicle, names)
        fixed = self._fixed(crew)
        removed = [order for order in orders[fixed:] if self._barred(crew, order)]
        orders = without(orders, removed)
        while orders:
            found = self.table(crew, orders)
            if isinstance(found, Failure) and found.snag is not Snag.LOAD:
                found = self.exact(self.crews[crew], orders) or found
            if isinstance(found, Timetable):
                self.routes[crew], self.tables[crew] = orders, found
                break
            if len(orders) == fixed:
                raise ValueError(f"the lock of {self.crews[crew].vehicle.id} has no timetable: {found}")
            index = self._culprit(crew, orders, fixed, found)
            removed.append(orders[index])
            orders = without(orders, removed[-1:])
        return removed

    def _culprit(self, crew: int, orders: list[Order], fixed: int, failure: Failure) -> int:
        """Which order to take out. A box that warms goes itself: it may still fit where it is handed over sooner. Else the
        first, from the lowest in rank, without which the rest stands; and where there is none, the lowest in rank of those
        up to the place where it breaks."""
        some = [i for i in range(fixed, len(orders)) if not is_mark(orders[i])]
        ranked = sorted(some, key=lambda i: (rank(orders[i]), -i))
        if failure.snag is Snag.HOLD:
            boxes = [i for i in ranked if orders[i].hold is not None and self._visit_of(orders, i) == failure.visit]
            if boxes:
                return boxes[0]
        upto = [i for i in ranked if failure.snag is Snag.LOAD or self._first_of(orders, i) <= failure.visit]
        for index in upto:
            if isinstance(self.table(crew, without(orders, [orders[index]])), Timetable):
                return index
        return (upto or ranked)[0]

    @staticmethod
    def _visit_of(orders: Sequence[Order], index: int) -> int:
        """Which visit an order belongs to: consecutive ones of a site are handed over together."""
        return len(visits_of(orders[: index + 1])) - 1

    def _first_of(self, orders: Sequence[Order], index: int) -> int:
        """The first visit an order belongs to: for a transfer that is where it is fetched."""
        name = FETCH + orders[index].id
        return self._visit_of(orders, next((i for i in range(index) if orders[i].id == name), index))

    def table(self, crew: int, orders: Sequence[Order]) -> Timetable | Failure:
        """The timetable of a crew with these orders; too much load is a failure like any other, at visit -1."""
        if self._too_much(crew, orders):
            return _OVERLOAD
        return timetable(self.lookup, self.crews[crew], orders)

    def _too_much(self, crew: int, orders: Sequence[Order]) -> bool:
        return self.lookup.overload(self.crews[crew].vehicle, orders) is not None

    def _fixed(self, crew: int) -> int:
        lock = self.crews[crew].lock
        return len(lock.orders) if lock is not None else 0

    def _barred(self, crew: int, order: Order) -> bool:
        if is_mark(order):
            return False
        key = (self._alike[crew], order.id)
        if key not in self._bars:
            self._bars[key] = self.lookup.bar(self.crews[crew], order) is not None
        return self._bars[key]

    def insert(self, orders: Iterable[Order]) -> dict[str, Problem]:
        """Put orders in where they cost least, highest rank first; what must be served before all else.

        Returns what is left over, with the reason: it fits nowhere, it costs more than leaving it, or time was up.
        """
        left: dict[str, Problem] = {}
        for order in sorted(orders, key=lambda o: (*rank(o), o.id), reverse=True):
            if self.should_stop():
                left[order.id] = stopped(order)
                continue
            best = self.cheapest(order)
            if best is None:
                left[order.id] = left_over(order, None)
                continue
            cost, crew, sequence, found = best
            if order.penalty is not None and cost > order.penalty:
                left[order.id] = left_over(order, cost)
                continue
            self.routes[crew], self.tables[crew] = sequence, found
        return left

    def gather(self) -> None:
        """Visit each site once where a route comes by it twice, unless that costs more: nobody likes to sign twice."""
        for crew in sorted(self.routes):
            while (better := self._gathered(crew)) is not None:
                self.routes[crew], self.tables[crew] = better

    def _gathered(self, crew: int) -> tuple[list[Order], Timetable] | None:
        """The route with one visit less, two visits to a site made into one; ``None`` where that is not to be had."""
        table, fixed = self.tables[crew], self._fixed(crew)
        cost = route_worth(self.lookup, self.crews[crew], table)
        groups = [list(visit.orders) for visit in table.visits]
        starts = [sum(map(len, groups[:i])) for i in range(len(groups))]
        for i, j in combinations(range(len(groups)), 2):
            if groups[i][0].site != groups[j][0].site or is_reload(groups[i][0]) or is_reload(groups[j][0]):
                continue
            for source, target in ((j, i), (i, j)):
                if starts[source] < fixed or starts[target] + len(groups[target]) < fixed:
                    continue  # neither taken from what is locked, nor put into it
                joined = [
                    group + groups[source] if k == target else group for k, group in enumerate(groups) if k != source
                ]
                sequence = tidy([order for group in joined for order in group])
                found = self.table(crew, sequence)
                if isinstance(found, Timetable) and route_worth(self.lookup, self.crews[crew], found) <= cost + 1e-9:
                    return sequence, found
        return None

    def cheapest(self, order: Order) -> tuple[float, int, list[Order], Timetable] | None:
        """The place where an order adds the least cost: that cost, the crew, its new sequence and timetable."""
        best: tuple[float, int, list[Order], Timetable] | None = None
        for crew in self._candidates(order):
            old = self.routes.get(crew, [])
            before = route_worth(self.lookup, self.crews[crew], self.tables[crew]) if old else 0.0
            if (
                all(map(from_depot, (*old, order)))
                and self.crews[crew].vehicle.trips == 1
                and self._too_much(crew, [*old, order])
            ):
                continue  # on a single trip for which all comes from the depot the place makes no difference
            for estimate, position, put, later in self._places(crew, old, order):
                if best is not None and estimate >= best[0]:
                    break
                sequence = [*old[:position], *put, *old[position:]]
                if later is not None:
                    sequence.insert(later, order)
                found = self.table(crew, sequence)
                if isinstance(found, Failure):
                    continue
                cost = route_worth(self.lookup, self.crews[crew], found) - before
                if best is None or cost < best[0]:
                    best = (cost, crew, sequence, found)
        return best

    def _candidates(self, order: Order) -> Iterator[int]:
        """Crews that may carry the order: all on the road, and one of each kind that is not."""
        idle: set[Crew] = set()
        for crew in range(len(self.crews)):
            if self._barred(crew, order):
                continue
            if not self.routes.get(crew):
                if self._alike[crew] in idle:
                    continue
                idle.add(self._alike[crew])
            yield crew

    def _places(self, crew: int, old: Sequence[Order], order: Order) -> list[Place]:
        """Places after what is locked, with a lower bound of what each adds in way and vehicle: for the order, or for a
        trip for it alone; the cheapest first."""
        vehicle, lookup = self.crews[crew].vehicle, self.lookup
        rows = [lookup.row[vehicle.depot], *(lookup.row[o.site] for o in old), lookup.row[vehicle.end_depot]]
        more = bool(old) and sum(map(is_reload, old)) + 1 < vehicle.trips
        fixed = 0.0 if old else vehicle.fixed
        between = 0 if old else self._way(crew, rows)
        places: list[Place] = []
        for position in range(self._fixed(crew), len(old) + 1):
            before, after = rows[: position + 1], rows[position + 1 :]
            for put in self._puts(vehicle, old, order, position, more):
                way = self._way(crew, [before[-1], *(lookup.row[o.site] for o in put), after[0]])
                way += between - self._way(crew, [before[-1], after[0]])
                places.append((fixed + lookup.problem.money(vehicle.per_km, way, 1000), position, put, None))
            if order.origin is not None:
                places += self._apart(crew, old, order, position, rows)
        return sorted(places, key=lambda place: (place[0], place[1], place[3] or 0))

    @staticmethod
    def _puts(vehicle: Vehicle, old: Sequence[Order], order: Order, position: int, more: bool) -> Iterator[list[Order]]:
        """What could be put at a place: the order, and where ``more`` trips are left, a trip for it."""
        parts, again = parts_of(order), reload_of(vehicle)
        yield parts
        if more and position == 0:
            yield [*parts, again]
        if more and position > 0 and (position == len(old) or is_reload(old[position])):
            yield [again, *parts]

    def _apart(
        self, crew: int, old: Sequence[Order], order: Order, position: int, rows: Sequence[int]
    ) -> Iterator[Place]:
        """Places for a transfer that is fetched at one place and handed over at a later one of the same trip."""
        lookup, vehicle = self.lookup, self.crews[crew].vehicle
        fetch = fetch_of(order)
        first, last = lookup.row[fetch.site], lookup.row[order.site]
        fetching = self._way(crew, [rows[position], first, rows[position + 1]])
        fetching -= self._way(crew, rows[position : position + 2])
        for later in range(position + 1, len(old) + 1):
            if is_reload(old[later - 1]):
                break
            way = (
                fetching
                + self._way(crew, [rows[later], last, rows[later + 1]])
                - self._way(crew, rows[later : later + 2])
            )
            yield lookup.problem.money(vehicle.per_km, way, 1000), position, [fetch], later + 1

    def _way(self, crew: int, rows: Sequence[int]) -> int:
        distance = self.lookup.problem.matrices[self.crews[crew].vehicle.profile].distance
        return sum(distance[a][b] for a, b in pairwise(rows))


_OVERLOAD = Failure(Snag.LOAD, -1)
