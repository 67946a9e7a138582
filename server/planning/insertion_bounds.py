"""What putting an order into a route costs and breaks at the least, at any place of it, in a few additions.

A stretch of a route is four numbers: how long it takes, by how much it cannot but be late, and the moments between which to
begin it loses nothing. Two stretches with a way between them are a stretch again, so a route with one visit more is put
together from what comes before the visit and what comes after it. Source: T. Vidal, T. G. Crainic, M. Gendreau, C. Prins,
"A hybrid genetic algorithm with adaptive diversity management for a large class of vehicle routing problems with
time-windows", Computers & Operations Research 40 (2013): time windows with time warp, joined.

A site counts as one window from an opening to a closing: of its windows only those count that can still be reached, and
from which everything after it can still be in time. Nobody rests or eats but for the time this takes at the least, and no
box warms. So these are lower bounds: they say what to look at first, and are never shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from server.planning.lookup import Crew, Lookup
from server.planning.problem import NO_ROAD, Order, Window
from server.planning.schedule import FOREVER, Visit, Way
from server.planning.sequences import is_fetch

Stretch = tuple[int, int, int, int]
"""Duration, lateness, and the earliest and the latest moment to begin (all s)."""
NEVER = -1
"""A moment before which nothing could be in time."""


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


@dataclass(frozen=True)
class _Stand:
    """What bounds the beginning of service at a visit; ``release`` is 0 where less may have to be waited for than now."""

    service: int
    release: int
    windows: tuple[Window, ...]
    due: int

    def opening(self, arrival: int) -> int:
        """When service begins after an arrival (s); :data:`FOREVER` where that is too late."""
        start = arrival if arrival > self.release else self.release
        for window in self.windows:
            if window.end >= start:
                start = start if start > window.start else window.start
                break
        else:
            if self.windows:
                return FOREVER
        return start if start <= self.due else FOREVER

    def latest(self, ended: int) -> int:
        """The latest arrival from which service is over at ``ended`` (s); :data:`NEVER` where there is none."""
        start = min(ended - self.service, self.due)
        if self.windows:
            window = next((w for w in reversed(self.windows) if w.start <= start), None)
            if window is None:
                return NEVER
            start = min(start, window.end)
        return start if start >= self.release else NEVER

    def stretch(self, after: int = 0, until: int = FOREVER) -> Stretch:
        """The visit by itself, when it is arrived at ``after`` at the earliest, and ``until`` at the latest (s)."""
        early, latest = self.release, self.due
        if self.windows:
            near = [w for w in self.windows if w.end >= after and w.start <= until] or self.windows
            early, latest = max(early, near[0].start), min(latest, near[-1].end)
        return (
            self.service,
            0,
            min(early, latest),
            latest,
        )  # late once, by the arrival, and not by the release as well


def _stand(visit: Visit) -> _Stand:
    due = FOREVER if visit.due is None else visit.due
    return _Stand(visit.service, 0 if visit.reload else visit.release, visit.windows, due)


@dataclass(frozen=True)
class Bound:
    """What one more order comes to at the least: money, and by how much (s) something is late (0: perhaps nothing is)."""

    cost: float
    over: int


Spot = tuple[int, Order]
"""An order, the fetching of one or a return to load again, and before which visit of the route it is put (0: the first)."""


@dataclass(frozen=True)
class _Heads:
    """A route up to before each visit, loading from one moment on: as stretches of the windows that can be reached, of all
    windows, and when the vehicle is free then at the earliest (s)."""

    near: list[Stretch]
    wide: list[Stretch]
    free: list[int]
    arrivals: list[int]


@dataclass(frozen=True)
class _At:
    """How far a route with something put into it has come: the same as in :class:`_Heads`, the row of the place, and the way
    (m), the wheel time and the service (s) that were added."""

    near: Stretch
    wide: Stretch
    free: int
    row: int
    way: int
    driving: int
    service: int
    calls: int


class RouteBounds:
    """A crew's route, ready to be asked for any place. ``path`` is the route as it is; one without visits stays at home so
    far. ``duration`` is how long the route takes now (s)."""

    def __init__(self, lookup: Lookup, crew: Crew, path: Way, duration: int) -> None:
        vehicle = crew.vehicle
        matrix = lookup.problem.matrices[vehicle.profile]
        self._lookup, self._crew, self._path, self._known = lookup, crew, path, duration
        self._ways, self._times = matrix.distance, matrix.duration
        self._rows = [lookup.row[vehicle.depot], *(visit.row for visit in path.visits), lookup.row[vehicle.end_depot]]
        self._legs = [self._way(a, b) for a, b in pairwise(self._rows)]
        self._late = FOREVER if crew.late is None else crew.late
        self._known_heads: dict[int, _Heads] = {}
        self._work = path.loading + sum(path.durations) + sum(visit.service for visit in path.visits)
        self._driving = sum(path.durations)
        self._begun: dict[int, list[_At]] = {}
        self._detours: dict[tuple[str, int], tuple[int, int, int] | None] = {}

    # the route as it is --------------------------------------------------------------------------------------------------

    @cached_property
    def _stands(self) -> list[_Stand]:
        return [_stand(visit) for visit in self._path.visits]

    @cached_property
    def _arrivals(self) -> list[int]:
        """The earliest arrival at each visit and at the end (s)."""
        return self._before(self._path.earliest).arrivals

    @cached_property
    def _near(self) -> list[Stretch]:
        """The route from each visit on, by the windows that matter."""
        places = zip(self._stands, self._arrivals, self._until, strict=False)
        return self._tails([stand.stretch(after, until) for stand, after, until in places])

    @cached_property
    def _wide(self) -> list[Stretch]:
        """The route from each visit on, by all windows."""
        return self._tails([stand.stretch() for stand in self._stands])

    @cached_property
    def _until(self) -> list[int]:
        """The latest arrival at each visit, and at the end, from which everything is in time (s)."""
        found = [self._late]
        for stand, travel in zip(reversed(self._stands), reversed(self._path.durations), strict=False):
            found.append(stand.latest(found[-1] - travel))
        found.reverse()
        return found

    def _tails(self, own: Sequence[Stretch]) -> list[Stretch]:
        """The route from each visit on."""
        tail: Stretch = (0, 0, -FOREVER, self._late)
        tails = [tail]
        for one, travel in zip(reversed(own), reversed(self._path.durations), strict=False):
            tail = joined(one, tail, travel)
            tails.append(tail)
        tails.reverse()
        return tails

    def _before(self, earliest: int) -> _Heads:
        """The route up to before each visit, from loading on, which begins at ``earliest`` or later."""
        known = self._known_heads.get(earliest)
        if known is not None:
            return known
        path, lock, leave_by = self._path, self._crew.lock, self._crew.leave_by
        if lock is not None and lock.departure is not None:
            start = latest = lock.departure - path.loading
        else:
            start, latest = earliest, FOREVER if leave_by is None else leave_by - path.loading
        head = _bounded(path.loading, start, latest)
        near, wide, free, arrivals = [head], [head], [start + path.loading], []
        for stand, travel, until in zip(self._stands, path.durations, self._until, strict=False):
            arrivals.append(free[-1] + travel)
            begins = stand.opening(arrivals[-1])
            free.append(begins + stand.service)
            near.append(joined(near[-1], stand.stretch(arrivals[-1], until), travel))
            wide.append(joined(wide[-1], stand.stretch(), travel))
        arrivals.append(free[-1] + path.durations[-1])
        made = self._known_heads[earliest] = _Heads(near, wide, free, arrivals)
        return made

    # the route with something put into it --------------------------------------------------------------------------------

    def least(self, spots: Sequence[Spot]) -> float | None:
        """The least that putting something at these places costs, by way and work alone; ``None`` where no road leads
        there."""
        if len(spots) > 1 and spots[0][0] == spots[-1][0]:
            found = [self._detour(spots[0][0], [order for _, order in spots])]
        else:
            found = []
            for gap, order in spots:
                if (order.id, gap) not in self._detours:
                    self._detours[order.id, gap] = self._detour(gap, [order])
                found.append(self._detours[order.id, gap])
        way = work = calls = 0
        for one in found:
            if one is None:
                return None
            way, work, calls = way + one[0], work + one[1], calls + one[2]
        return self._cost(self._work + work, way, calls)

    def _detour(self, gap: int, orders: Sequence[Order]) -> tuple[int, int, int] | None:
        """What putting orders before a visit adds in way (m), in driving and service (s), and in visits."""
        row, onward = self._rows[gap], self._rows[gap + 1]
        way = work = calls = 0
        if self._path.visits:
            way, work = -self._legs[gap], -self._path.durations[gap]
        for order in orders:
            there = self._lookup.row[order.site]
            stand, joins = self._stand_of(order, row, there, onward)
            if self._way(row, there) == NO_ROAD:
                return None
            way, work = way + self._way(row, there), work + self._time(row, there) + stand.service
            calls, row = calls + (not joins and order.id != ""), there
        if self._way(row, onward) == NO_ROAD:
            return None
        return way + self._way(row, onward), work + self._time(row, onward), calls

    def bound(self, spots: Sequence[Spot], earliest: int) -> Bound | None:
        """The least that putting something at these places, first to last, comes to; loading begins at ``earliest`` (s) or
        later. ``None`` where no road leads there."""
        first, last = spots[0], spots[-1]
        gap, at = first[0], last[0]
        if len(spots) > 1 and at > gap:
            here = self._between(first, earliest, at)
            rest: Sequence[Spot] = spots[1:]
        else:
            here, rest = self._start(gap, earliest), spots
        for place, order in rest:
            if here is None:
                return None
            here = self._put(here, place, order)
        return None if here is None else self._closed(here, gap, at)

    def _start(self, gap: int, earliest: int) -> _At:
        heads = self._before(earliest)
        return _At(heads.near[gap], heads.wide[gap], heads.free[gap], self._rows[gap], 0, 0, 0, 0)

    def _between(self, first: Spot, earliest: int, at: int) -> _At | None:
        """The route with something put at one place, up to before a later visit ``at``; remembered, as it is asked for with
        every later one."""
        gap, order = first
        known = self._begun.get(gap)
        if known is None:
            here = self._put(self._start(gap, earliest), gap, order)
            known = self._begun[gap] = [] if here is None else [here]
        while known and len(known) <= at - gap:
            here, index = known[-1], gap + len(known) - 1
            row = self._rows[index + 1]
            travel, stand = self._time(here.row, row), self._stands[index]
            arrival = here.free + travel
            near = stand.stretch(arrival, self._until[index])
            known.append(
                _At(
                    joined(here.near, near, travel),
                    joined(here.wide, stand.stretch(), travel),
                    stand.opening(arrival) + stand.service,
                    row,
                    here.way + self._way(here.row, row),
                    here.driving + travel,
                    here.service,
                    here.calls,
                )
            )
        return known[at - gap] if known else None

    def _put(self, here: _At, place: int, order: Order) -> _At | None:
        """One order more, before visit ``place``."""
        row = self._lookup.row[order.site]
        distance = self._way(here.row, row)
        if distance == NO_ROAD:
            return None
        stand, joins = self._stand_of(order, here.row, row, self._rows[place + 1])
        travel = self._time(here.row, row)
        arrival = here.free + travel
        return _At(
            joined(here.near, stand.stretch(arrival), travel),
            joined(here.wide, stand.stretch(), travel),
            stand.opening(arrival) + stand.service,
            row,
            here.way + distance,
            here.driving + travel,
            here.service + stand.service,
            here.calls + (not joins and order.id != ""),
        )

    def _stand_of(self, order: Order, before: int, row: int, after: int) -> tuple[_Stand, bool]:
        """What bounds a visit for one order, and whether it is part of another one. At a site one is at already it takes what
        its goods take; at one that is visited next it takes no time here, so that nothing is late by what comes after it."""
        site = self._lookup.sites[order.site]
        if order.id == "":
            return _Stand(site.service, 0, (), FOREVER), False
        release = order.release if order.collect or is_fetch(order) else 0
        units = self._lookup.service(site, [order]) - site.service
        if row == before:
            return _Stand(units, release, (), FOREVER), True
        due = FOREVER if order.due is None else order.due
        return _Stand(0 if row == after else site.service + units, release, site.windows, due), row == after

    def _closed(self, here: _At, gap: int, at: int) -> Bound | None:
        """The rest of the route after the last thing that was put in."""
        onward = self._rows[at + 1]
        distance, travel = self._way(here.row, onward), self._time(here.row, onward)
        if distance == NO_ROAD:
            return None
        old = self._path.durations[gap : at + 1] if self._path.visits else (0,)
        way = here.way + distance - (sum(self._legs[gap : at + 1]) if self._path.visits else 0)
        driving = here.driving + travel - sum(old)
        arrival = here.free + travel
        # roads may have short cuts: then what is known of windows by the route as it is does not count
        later = driving + here.service >= 0 and arrival >= self._arrivals[at]
        whole = joined(here.near, self._near[at], travel) if later else None
        if whole is not None and whole[1] == 0 and arrival <= self._until[at]:
            paused = self._paused(driving, whole[3])
            return self._priced(max(whole[0], self._work + driving + here.service + paused), way, here.calls, 0)
        wide = joined(here.wide, self._wide[at], travel)
        over = max(wide[1], int(later or arrival > self._until[at]))
        return self._priced(wide[0] - wide[1], way, here.calls, over)

    def _paused(self, more: int, begins: int) -> int:
        """The least time for rests and the meal (s), where loading begins at ``begins`` at the latest; one may be the
        other."""
        rule, meal = self._lookup.problem.rest, self._crew.meal
        eaten = 0
        if meal is not None and begins < meal.latest < self._arrivals[-1]:
            eaten = meal.length
        if rule is None:
            return eaten
        return max(eaten, rule.rest * max(0, -(-(self._driving + more) // rule.driving) - 1))

    def _cost(self, duration: int, way: int, calls: int) -> float:
        vehicle, money = self._crew.vehicle, self._lookup.problem.money
        cost = money(vehicle.per_km, way, 1000) + vehicle.per_stop * calls
        cost += money(self._crew.per_hour, duration - self._known, 3600)
        return cost if self._path.visits else cost + vehicle.fixed

    def _priced(self, duration: int, way: int, calls: int, over: int) -> Bound:
        longest = self._crew.vehicle.max_duration
        if not over and longest is not None:
            over = max(0, duration - longest)
        return Bound(self._cost(duration, way, calls), over)

    def _way(self, row: int, other: int) -> int:
        return 0 if row == other else self._ways[row][other]

    def _time(self, row: int, other: int) -> int:
        return 0 if row == other else self._times[row][other]
