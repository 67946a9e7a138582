"""Goods handed over sooner at no greater cost: every route put into a sequence in which its orders are on the road for less
time.

The search looks at money alone, and for money it is all the same in which direction a round is driven. For goods it is not:
who is near the depot may have them in the first hour or in the last. So when the routes are found, parts of each are turned
around, and visits moved to another place on it, as long as the route costs no more and keeps every rule. Only where the
planner is asked for haste (``Problem.haste``) may it cost a little.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from server.planning.lookup import Crew
from server.planning.mend import Mender, route_worth
from server.planning.problem import Order
from server.planning.schedule import Timetable, timetable
from server.planning.sequences import is_mark, is_reload

TOGETHER = 3
"""So many visits at most are moved to another place on the route together."""
WEIGHT = 0.01
"""Money that an hour of one order on the road counts for beside a route's cost: of sequences that cost the same the sooner
is taken, and of those that are as soon the cheaper."""
ABOARD = 24
"""Where long trips count for more than they cost, an hour of one order counts for a 24th of what an hour of a trip does. It
would be a sixth, as a trip of a dozen orders has half of them on board on average; tried on Beijing's days was this."""
Group = tuple[Order, ...]


def on_the_road(found: Timetable) -> int:
    """How long orders are on the road, from leaving the depot until each is handed over, all added up (s). What is collected
    or fetched on the way does not count."""
    total, left = 0, found.departure
    for visit, departure in zip(found.visits, found.departures, strict=True):
        if visit.reload:
            left = departure
            continue
        total += (departure - left) * sum(_counts(order) for order in visit.orders)
    return total


def _counts(order: Order) -> bool:
    return not (order.collect or order.origin is not None or is_mark(order))


def hand_over_sooner(mender: Mender, should_stop: Callable[[], bool]) -> None:
    """Put each route of ``mender`` into a better sequence, until there is none or ``should_stop`` says so."""
    for crew in sorted(mender.routes):
        one = _Sequence(mender, crew)
        while not should_stop() and (better := one.better(should_stop)) is not None:
            mender.routes[crew], mender.tables[crew] = better
            one = _Sequence(mender, crew)


class _Sequence:
    """A route as it is, and what it would be otherwise."""

    def __init__(self, mender: Mender, crew: int) -> None:
        self.mender = mender
        self.crew = crew
        who = mender.crews[crew]
        self.lookup = mender.lookup
        self.who: Crew = who
        self.fixed = len(who.lock.orders) if who.lock is not None else 0
        found = timetable(self.lookup, who, mender.routes[crew], thorough=True)
        self.found = found if isinstance(found, Timetable) else mender.tables[crew]
        self.groups = [tuple(visit.orders) for visit in self.found.visits]
        haste = self.lookup.problem.haste
        self.hourly = WEIGHT if haste is None else max(WEIGHT, haste.per_hour / ABOARD)
        self.worth = self._worth(self.found)
        vehicle, problem = who.vehicle, self.lookup.problem
        matrix = problem.matrices[vehicle.profile]
        self.distance, self.duration = matrix.distance, matrix.duration
        self.per_metre = problem.money(vehicle.per_km, 1, 1000)
        self.per_second = problem.money(who.per_hour, 1, 3600)
        self.weight = problem.money(self.hourly, 1, 3600)

    def _worth(self, found: Timetable) -> float:
        weight = self.lookup.problem.money(self.hourly, on_the_road(found), 3600)
        return route_worth(self.lookup, self.who, found) + weight

    def better(self, should_stop: Callable[[], bool]) -> tuple[list[Order], Timetable] | None:
        """The first better sequence, those tried first that promise most; ``None`` where there is none."""
        least = self._guess(self.groups)
        tries = [(guess, groups) for groups in self._others() if (guess := self._guess(groups)) < least - 1e-9]
        for _, groups in sorted(tries, key=lambda pair: pair[0]):
            if should_stop():
                return None
            orders = [order for group in groups for order in group]
            if self.lookup.overload(self.who.vehicle, orders) is not None:
                continue
            found = timetable(self.lookup, self.who, orders, thorough=True)
            if isinstance(found, Timetable) and self._worth(found) < self.worth - 1e-6:
                return orders, found
        return None

    def _others(self) -> Iterator[list[Group]]:
        """The sequence with a part of a trip turned around, or moved to another place on it."""
        groups = self.groups
        first = next((i for i in range(len(groups)) if sum(map(len, groups[:i])) >= self.fixed), len(groups))
        edges = [first - 1, *(i for i in range(first, len(groups)) if is_reload(groups[i][0])), len(groups)]
        for before, after in pairwise(edges):
            for i in range(before + 1, after):
                for j in range(i + 1, after):
                    yield groups[:i] + groups[i : j + 1][::-1] + groups[j + 1 :]
                for length in range(1, TOGETHER + 1):
                    part, rest = groups[i : i + length], groups[:i] + groups[i + length :]
                    if i + length > after:
                        break
                    for place in range(before + 1, after - length + 1):
                        if place != i and not (length == 1 and place in (i - 1, i + 1)):
                            yield rest[:place] + part + rest[place:]

    def _guess(self, groups: Sequence[Group]) -> float:
        """What a sequence is worth if nobody has to wait."""
        lookup, vehicle = self.lookup, self.who.vehicle
        row, way, time, road, left = lookup.row[vehicle.depot], 0, 0, 0, 0
        for group in groups:
            site = lookup.sites[group[0].site]
            there = lookup.row[site.id]
            way += self.distance[row][there]
            time += self.duration[row][there] + lookup.service(site, group)
            row = there
            if is_reload(group[0]):
                left = time
            else:
                road += (time - left) * sum(map(_counts, group))
        home = lookup.row[vehicle.end_depot]
        way, time = way + self.distance[row][home], time + self.duration[row][home]
        return self.per_metre * way + self.per_second * time + self.weight * road
