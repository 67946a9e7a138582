"""What putting an order into a route costs and breaks at the least, at any place of it, in a few additions.

A stretch of a route is four numbers: how long it takes, by how much it cannot but be late, and the moments between which to
begin it loses nothing. Two stretches with a way between them are a stretch again, so a route with one visit more is put
together from what comes before the visit and what comes after it. Source: T. Vidal, T. G. Crainic, M. Gendreau, C. Prins,
"A hybrid genetic algorithm with adaptive diversity management for a large class of vehicle routing problems with
time-windows", Computers & Operations Research 40 (2013): time windows with time warp, joined.

Each site counts as one window from its first opening to its last closing; nobody rests or eats, and no box warms. All of that
only makes a route longer or later, so these are lower bounds: they say what to look at first, and are never shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.planning.lookup import Crew, Lookup
from server.planning.problem import NO_ROAD, Order
from server.planning.schedule import FOREVER, Visit, Way
from server.planning.sequences import is_fetch

Stretch = tuple[int, int, int, int]
"""Duration, lateness, and the earliest and the latest moment to begin (all s)."""


def joined(first: Stretch, second: Stretch, travel: int) -> Stretch:
    """Two stretches with ``travel`` s between them."""
    duration, late, early, latest = first
    duration2, late2, early2, latest2 = second
    behind = duration - late + travel
    waits = early2 - behind - latest
    waits = 0 if waits < 0 else waits
    over = early + behind - latest2
    over = 0 if over < 0 else over
    begins, ends = early2 - behind, latest2 - behind
    return (
        duration + duration2 + travel + waits,
        late + late2 + over,
        (begins if begins > early else early) - waits,
        (ends if ends < latest else latest) + over,
    )


def _bounded(service: int, early: int, latest: int) -> Stretch:
    return (service, max(0, early - latest), min(early, latest), latest)


def _stretch(visit: Visit) -> Stretch:
    """One visit by itself. What is loaded on a later trip may be less by then, so no release counts there."""
    early, latest = 0 if visit.reload else visit.release, FOREVER
    if visit.windows:
        early, latest = max(early, visit.windows[0].start), visit.windows[-1].end
    if visit.due is not None:
        latest = min(latest, visit.due)
    return _bounded(visit.service, early, latest)


@dataclass(frozen=True)
class Bound:
    """What one more order comes to at the least: money, and by how much (s) something is late (0: perhaps nothing is)."""

    cost: float
    over: int


Spot = tuple[int, Order]
"""An order, the fetching of one or a return to load again, and before which visit of the route it is put (0: the first)."""


class RouteBounds:
    """A crew's route, ready to be asked for any place. ``path`` is the route as it is; one without visits stays at home so
    far."""

    def __init__(self, lookup: Lookup, crew: Crew, path: Way, duration: int) -> None:
        vehicle = crew.vehicle
        matrix = lookup.problem.matrices[vehicle.profile]
        self._lookup, self._crew, self._path = lookup, crew, path
        self._ways, self._times = matrix.distance, matrix.duration
        self._known = duration
        self.visits = path.visits
        self._rows = [lookup.row[vehicle.depot], *(visit.row for visit in path.visits), lookup.row[vehicle.end_depot]]
        self._own = [_stretch(visit) for visit in path.visits]
        self._heads: dict[int, list[Stretch]] = {}
        tail: Stretch = (0, 0, -FOREVER, FOREVER if crew.late is None else crew.late)
        self._after = [tail]
        for one, travel in zip(reversed(self._own), reversed(path.durations), strict=False):
            tail = joined(one, tail, travel)
            self._after.append(tail)
        self._after.reverse()

    def _before(self, earliest: int) -> list[Stretch]:
        """The route up to before each visit, from loading on, which begins at ``earliest`` or later."""
        heads = self._heads.get(earliest)
        if heads is not None:
            return heads
        path, lock, leave_by = self._path, self._crew.lock, self._crew.leave_by
        if lock is not None and lock.departure is not None:
            start = latest = lock.departure - path.loading
        else:
            start, latest = earliest, FOREVER if leave_by is None else leave_by - path.loading
        head = _bounded(path.loading, start, latest)
        heads = [head]
        for one, travel in zip(self._own, path.durations, strict=False):
            head = joined(head, one, travel)
            heads.append(head)
        self._heads[earliest] = heads
        return heads

    def bound(self, spots: Sequence[Spot], earliest: int) -> Bound | None:
        """The least that putting something at these places, first to last, comes to; loading begins at ``earliest`` (s) or
        later. ``None`` where no road leads there."""
        gap = at = spots[0][0]
        head, row = self._before(earliest)[gap], self._rows[gap]
        way = calls = 0
        for place, order in spots:
            for index in range(at, place):  # what lies between two places
                there = self._rows[index + 1]
                head = joined(head, self._own[index], self._time(row, there))
                way, row = way + self._way(row, there), there
            at = place
            there = self._lookup.row[order.site]
            if self._way(row, there) == NO_ROAD:
                return None
            joins = there in (row, self._rows[place + 1])
            head = joined(head, self._part(order, row, there, joins), self._time(row, there))
            way, row, calls = way + self._way(row, there), there, calls + (not joins and order.id != "")
        onward = self._rows[at + 1]
        if self._way(row, onward) == NO_ROAD:
            return None
        whole = joined(head, self._after[at], self._time(row, onward))
        way += self._way(row, onward)
        if self.visits:  # the legs that are no more
            way -= sum(self._way(*self._rows[index : index + 2]) for index in range(gap, at + 1))
        return self._priced(whole, way, calls)

    def _part(self, order: Order, row: int, there: int, joins: bool) -> Stretch:
        """A visit for one order. With a site one is at already it takes what its goods take, and begins when that visit
        does; with one that is visited next it takes no time here, so as not to be late by what comes after it has begun."""
        site = self._lookup.sites[order.site]
        if order.id == "":
            return (site.service, 0, 0, FOREVER)
        early = order.release if order.collect or is_fetch(order) else 0
        units = self._lookup.service(site, [order]) - site.service
        if there == row:
            return (units, 0, early, FOREVER)
        latest = FOREVER if order.due is None else order.due
        if site.windows:
            early, latest = max(early, site.windows[0].start), min(latest, site.windows[-1].end)
        return _bounded(0 if joins else site.service + units, early, latest)

    def _way(self, row: int, other: int) -> int:
        return 0 if row == other else self._ways[row][other]

    def _time(self, row: int, other: int) -> int:
        return 0 if row == other else self._times[row][other]

    def _priced(self, whole: Stretch, way: int, calls: int) -> Bound:
        vehicle, money = self._crew.vehicle, self._lookup.problem.money
        cost = money(vehicle.per_km, way, 1000) + vehicle.per_stop * calls
        cost += money(self._crew.per_hour, whole[0] - whole[1] - self._known, 3600)
        over = whole[1]
        if not over and vehicle.max_duration is not None:
            over = max(0, whole[0] - vehicle.max_duration)
        return Bound(cost if self.visits else cost + vehicle.fixed, over)
