"""The timetable of a route as it would be driven, whatever it breaks: for a person who moves stops by hand and has to see by
how much a promise fails.

Times go forward as in :mod:`server.planning.schedule`: service begins on arrival, or when the next window opens; after the
last window it begins at once, too late. Where no road leads on, the leg counts nothing. Two moments to start are tried: the
first, and the one until which starting later takes waiting away and makes nobody wait longer; of them the one that breaks
less (s, all together) is taken, then the shorter one.
"""

from collections.abc import Sequence
from itertools import pairwise

from server.planning.lookup import Crew, Lookup
from server.planning.plan import Break
from server.planning.problem import NO_ROAD, Order, Rest
from server.planning.schedule import Timetable, Visit
from server.planning.sequences import from_depot, visits_of
from server.planning.way import fetched_boxes, held_at, visit_of


def lenient(lookup: Lookup, crew: Crew, orders: Sequence[Order]) -> Timetable:
    """When everything happens on a route with at least one order, in order (s from the problem's origin)."""
    path = _Path(lookup, crew, orders)
    if crew.lock is not None and crew.lock.departure is not None:
        return path.drive(crew.lock.departure - path.loading)
    first = path.drive(path.earliest)
    delay = path.delay(first)
    if delay == 0:
        return first
    return min((first, path.drive(path.earliest + delay)), key=lambda found: (path.late(found), found.duration))


class _Path:
    """What stays the same whenever the route starts."""

    def __init__(self, lookup: Lookup, crew: Crew, orders: Sequence[Order]) -> None:
        problem, vehicle = lookup.problem, crew.vehicle
        self.crew = crew
        self.visits = tuple(visit_of(lookup, group) for group in visits_of(orders))
        self.held = held_at(crew, self.visits)
        rows = [lookup.row[vehicle.depot], *(visit.row for visit in self.visits), lookup.row[vehicle.end_depot]]
        matrix = problem.matrices[vehicle.profile]
        self.distances = tuple(_way(matrix.distance[a][b]) for a, b in pairwise(rows))
        self.durations = tuple(_way(matrix.duration[a][b]) for a, b in pairwise(rows))
        self.loading = lookup.sites[vehicle.depot].service
        self.earliest = max([crew.early, *(order.release for order in orders if from_depot(order))])
        self.opening_loss = problem.opening_loss
        needs_rest = problem.rest is not None and sum(self.durations) > problem.rest.driving
        self.rest: Rest | None = problem.rest if needs_rest else None

    def drive(self, start: int) -> Timetable:
        """Loading at ``start``, and everything as early as it may be."""
        now, driven = start + self.loading, 0
        arrivals, starts, departures = [], [], []
        breaks: list[Break] = []
        for index, visit in enumerate(self.visits):
            now, driven = self._leg(index, now, driven, breaks)
            arrivals.append(now)
            starts.append(_opening(visit, max(now, visit.release)))
            now = starts[-1] + visit.service
            if self.held is not None and self.held[0] == index:
                now = max(now, self.held[1])
            departures.append(now)
        now, _ = self._leg(len(self.visits), now, driven, breaks)
        return Timetable(
            visits=self.visits,
            start=start,
            departure=start + self.loading,
            arrivals=tuple(arrivals),
            starts=tuple(starts),
            departures=tuple(departures),
            end=now,
            distances=self.distances,
            durations=self.durations,
            breaks=tuple(breaks),
        )

    def _leg(self, index: int, now: int, driven: int, breaks: list[Break]) -> tuple[int, int]:
        """Drive a leg, resting before it and on it where it is too long to drive on: when it ends, and the time at the
        wheel since the last rest."""
        length, rule = self.durations[index], self.rest
        if rule is None or driven + length <= rule.driving:
            return now + length, driven + length
        places = ([0] if driven > 0 else []) + list(range(rule.driving, length, rule.driving))
        done = 0
        for behind in places:
            now += behind - done
            breaks.append(Break(index, behind, now, now + rule.rest))
            now, done = now + rule.rest, behind
        return now + length - done, length - done

    def delay(self, found: Timetable) -> int:
        """By how much the start can be put off so that waiting gets less and no visit later than its window allows (s)."""
        waited, room = 0, None
        for visit, arrival, start in zip(found.visits, found.arrivals, found.starts, strict=True):
            waited += start - arrival
            slack = max(0, _limit(visit, start) - start)
            room = waited + slack if room is None else min(room, waited + slack)
        return min(waited, room or 0)

    def late(self, found: Timetable) -> int:
        """How much is broken altogether (s)."""
        total = 0
        for index, visit in enumerate(found.visits):
            total += max(0, found.starts[index] - _limit(visit, found.starts[index]))
            if visit.hold is not None:
                boxed = found.starts[index] + visit.service - found.start
                total += max(0, boxed - (visit.hold - index * self.opening_loss))
        for fetched, index, hold, since in fetched_boxes(found.visits):
            boxed = found.starts[index] + found.visits[index].service
            boxed -= found.starts[fetched] if since is None else since
            total += max(0, boxed - (hold - (index - fetched - 1) * self.opening_loss))
        return total + (0 if self.crew.late is None else max(0, found.end - self.crew.late))


def _way(value: int) -> int:
    return 0 if value == NO_ROAD else value


def _opening(visit: Visit, arrival: int) -> int:
    """When service begins: at once, or when the next window opens; at once again after the last one."""
    return next((max(arrival, w.start) for w in visit.windows if w.end >= arrival), arrival)


def _limit(visit: Visit, start: int) -> int:
    """The latest start of service that keeps every promise of the visit (s), as far as its windows are not over."""
    ends = [w.end for w in visit.windows if w.start <= start <= w.end] or [w.end for w in visit.windows[-1:]]
    if visit.due is not None:
        ends.append(visit.due)
    return min(ends, default=start)
