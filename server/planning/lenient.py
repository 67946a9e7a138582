"""The timetable of a route as it would be driven, whatever it breaks: for a person who moves stops by hand and has to see by
how much a promise fails.

Times go forward as in :mod:`server.planning.schedule`: service begins on arrival, or when the next window opens; after the
last window it begins at once, too late. Where no road leads on, the leg counts nothing. The moments to start that are tried
are the first, and those until which starting later takes waiting away and makes nobody wait longer; of them the one that
breaks less (s, all together) is taken, then the shorter one.

A driver who is out at that time has the meal on the way, at whichever place breaks least: somebody who has to eat makes
stops late, and how late is what the dispatcher has to see. Only where there is no place at which it could begin in time
(it falls into one long service) does the route go without.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from server.planning.lookup import Crew, Lookup
from server.planning.plan import Break
from server.planning.problem import NO_ROAD, Order, Rest
from server.planning.schedule import Timetable, Visit, fed, meal_places
from server.planning.sequences import from_depot, trips_of
from server.planning.way import fetched_boxes, held_at, visits_along

Place = tuple[int, int]
"""Where a meal is: on which leg, with how much of it (s) behind."""


def lenient(lookup: Lookup, crew: Crew, orders: Sequence[Order]) -> Timetable:
    """When everything happens on a route with at least one order, in order (s from the problem's origin)."""
    path = _Path(lookup, crew, orders)
    if crew.lock is not None and crew.lock.departure is not None:
        return min(path.driven(crew.lock.departure - path.loading), key=path.harm)
    made = list(path.driven(path.earliest))
    delays = {path.delay(one) for one in (path.drive(path.earliest), *made)} - {0}
    made += [one for delay in sorted(delays) for one in path.driven(path.earliest + delay)]
    return min(made, key=path.harm)


class _Path:
    """What stays the same whenever the route starts."""

    def __init__(self, lookup: Lookup, crew: Crew, orders: Sequence[Order]) -> None:
        problem, vehicle = lookup.problem, crew.vehicle
        self.crew = crew
        self.visits = visits_along(lookup, vehicle, orders)
        self.held = held_at(crew, self.visits)
        rows = [lookup.row[vehicle.depot], *(visit.row for visit in self.visits), lookup.row[vehicle.end_depot]]
        matrix = problem.matrices[vehicle.profile]
        self.distances = tuple(_way(matrix.distance[a][b]) for a, b in pairwise(rows))
        self.durations = tuple(_way(matrix.duration[a][b]) for a, b in pairwise(rows))
        self.loading = lookup.sites[vehicle.depot].service
        self.earliest = max([crew.early, *(order.release for order in trips_of(orders)[0] if from_depot(order))])
        self.opening_loss = problem.opening_loss
        needs_rest = problem.rest is not None and sum(self.durations) > problem.rest.driving
        self.rest: Rest | None = problem.rest if needs_rest else None

    def driven(self, start: int) -> Iterator[Timetable]:
        """Loading at ``start``: with the driver's meal wherever it can begin in time, or as it is where none is due, where a
        rest does for it, or where there is no time for it."""
        plain, meal = self.drive(start), self.crew.meal
        if meal is None or self.is_fed(plain):
            yield plain
            return
        eaten = [one for place in meal_places(meal, plain) if self.is_fed(one := self.drive(start, place))]
        yield from eaten or [plain]

    def is_fed(self, found: Timetable) -> bool:
        """Whether the driver has the meal on the way, or need not."""
        meal = self.crew.meal
        return meal is None or not found.start < meal.latest < found.end or fed(meal, found.breaks)

    def harm(self, found: Timetable) -> tuple[bool, int, int]:
        """What is to be little: first nobody goes hungry, then what is late, then how long it takes (s)."""
        return not self.is_fed(found), self.late(found), found.duration

    def drive(self, start: int, meal: Place | None = None) -> Timetable:
        """Loading at ``start``, and everything as early as it may be, with a meal at one place or without."""
        now, driven = start + self.loading, 0
        arrivals, starts, departures = [], [], []
        breaks: list[Break] = []
        for index, visit in enumerate(self.visits):
            eat = meal[1] if meal is not None and meal[0] == index else None
            now, driven = self._leg(index, now, driven, breaks, eat)
            arrivals.append(now)
            if eat is not None and eat == self.durations[index] > 0:
                now, driven = self._eat(index, eat, now, driven, breaks)
            starts.append(_opening(visit, max(now, visit.release)))
            now = starts[-1] + visit.service
            if self.held is not None and self.held[0] == index:
                now = max(now, self.held[1])
            departures.append(now)
        last = len(self.visits)
        now, _ = self._leg(last, now, driven, breaks, meal[1] if meal is not None and meal[0] == last else None)
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

    def _leg(self, index: int, now: int, driven: int, breaks: list[Break], eat: int | None) -> tuple[int, int]:
        """Drive a leg, with a meal when ``eat`` s of it are behind, unless that is on arrival: when it ends, and the time at
        the wheel since the last rest."""
        length = self.durations[index]
        if eat is None or eat == length > 0:
            return self._part(index, (0, length), now, driven, breaks)
        if eat > 0:
            now, driven = self._part(index, (0, eat), now, driven, breaks)
        now, driven = self._eat(index, eat, now, driven, breaks)
        return self._part(index, (eat, length), now, driven, breaks)

    def _part(self, index: int, part: Place, now: int, driven: int, breaks: list[Break]) -> tuple[int, int]:
        """Drive a part of a leg, from so much of it (s) to so much, resting before it and on it where it is too long to drive
        on."""
        done, end = part
        length, rule = end - done, self.rest
        if rule is None or driven + length <= rule.driving:
            return now + length, driven + length
        places = ([0] if driven > 0 else []) + list(range(rule.driving, length, rule.driving))
        for behind in (done + place for place in places):
            now += behind - done
            breaks.append(Break(index, behind, now, now + rule.rest))
            now, done = now + rule.rest, behind
        return now + end - done, end - done

    def _eat(self, index: int, behind: int, now: int, driven: int, breaks: list[Break]) -> tuple[int, int]:
        """The meal, after a wait for its time: when it is over, and the wheel time then. If long enough it is a rest."""
        meal = self.crew.meal
        assert meal is not None, "only a driver who has a meal eats"
        ended = max(now, meal.start) + meal.length
        breaks.append(Break(index, behind, now, ended))
        return ended, 0 if self.rest is not None and ended - now >= self.rest.rest else driven

    def delay(self, found: Timetable) -> int:
        """By how much the start can be put off so that waiting gets less and no visit later than its window allows (s)."""
        waited, room = 0, None
        eaten = {b.leg: b.end - b.start for b in found.breaks if b.driven == found.durations[b.leg] and b.driven > 0}
        for index, (visit, arrival, start) in enumerate(zip(found.visits, found.arrivals, found.starts, strict=True)):
            waited += start - arrival - eaten.get(index, 0)
            slack = max(0, _limit(visit, start) - start)
            room = waited + slack if room is None else min(room, waited + slack)
        return min(waited, room or 0)

    def late(self, found: Timetable) -> int:
        """How much is broken altogether (s)."""
        total, loaded, opened = 0, found.start, 0
        for index, visit in enumerate(found.visits):
            total += max(0, found.starts[index] - _limit(visit, found.starts[index]))
            if visit.hold is not None:
                boxed = found.starts[index] + visit.service - loaded
                total += max(0, boxed - (visit.hold - opened * self.opening_loss))
            opened += 1
            if visit.reload:
                loaded, opened = found.starts[index], 0
        for fetched, index, hold, since in fetched_boxes(found.visits):
            boxed = found.starts[index] + found.visits[index].service
            boxed -= found.starts[fetched] if since is None else since
            total += max(0, boxed - (hold - (index - fetched - 1) * self.opening_loss))
        trip = self.crew.vehicle.max_trip
        if trip is not None:
            total += sum(max(0, ends - begins - trip) for begins, ends, _ in found.trips)
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
