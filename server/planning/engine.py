"""How a plan comes about: what cannot be served is set aside with its reason, drivers are matched with vehicles, PyVRP
searches routes, every route is held to its full timetable and mended, rests are placed exactly, and drivers are matched
again with the routes there are now. Nothing here is believed: ``operations`` has the checker judge the result.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from server.planning import with_ortools, with_pyvrp
from server.planning.compose import compose
from server.planning.dedicated import dedicate
from server.planning.effort import Effort, Progress
from server.planning.exactly import Routed, small_day
from server.planning.faults import ProblemRefused
from server.planning.lookup import Crew, Lookup, nameless_driver, nameless_vehicle
from server.planning.mend import Mender, route_worth
from server.planning.plan import Plan, Unserved
from server.planning.problem import Driver, Order, Problem, Vehicle
from server.planning.reasons import all_crews, alone, impossible
from server.planning.schedule import Failure, Timetable, timetable
from server.planning.sequences import RELOAD, is_mark
from server.planning.sooner import hand_over_sooner
from server.planning.with_pyvrp_watch import Search
from shared import problems
from shared.errors import Problem as Reason
from shared.errors import Refused

ENGINE = f"{with_pyvrp.ENGINE}, {with_ortools.ENGINE}"
Thing = TypeVar("Thing")
MENDING = 0.1
"""The part of the time that is kept back for mending and assignment where there are rules the search does not know (at
most :data:`MENDING_MOST` s); a fifth of that where there are none."""
MENDING_MOST = 3.0
PATIENCE = 0.4
"""The part of the search after which, if not everything that must be served has fitted, leaving orders out is allowed."""
COMBINATIONS = 3000
"""More timetables than this are not worked out to match drivers and vehicles with routes; then each keeps its vehicle."""


def solve(problem: Problem, effort: Effort, warm: Plan | None = None) -> Plan:
    """The best plan found for a valid problem that has all its matrices, from ``warm`` on where there was a plan before.

    Raises:
        ProblemRefused: PLAN_FAULT_LOCK, what is locked breaks a rule already.
    """
    return _Day(problem, effort, warm).plan()


class _Day:
    """One problem being solved."""

    def __init__(self, problem: Problem, effort: Effort, warm: Plan | None) -> None:
        self.problem = problem
        self.warm = warm
        self.effort = effort
        self.lookup = Lookup(problem)
        self.began = effort.monotonic()

    def plan(self) -> Plan:
        reasons = self._impossible()
        open_orders = [o for o in self.problem.orders if o.id not in reasons and o.id not in self.lookup.locked]
        crews = with_ortools.pair_crews(self.lookup, self.effort.seed)
        heads = self._heads(crews)
        crews, found = small_day(self.lookup, open_orders, self._exact) or self._searched(crews, open_orders, heads)
        mender = Mender(self.lookup, crews, self._exact, self._late)
        for crew in sorted(found):
            mender.place(crew, found[crew])
        placed = {order.id for orders in mender.routes.values() for order in orders}
        reasons |= mender.insert(order for order in open_orders if order.id not in placed)
        mender.gather()
        if self._mending_likely():  # benchmark files count distance alone
            hand_over_sooner(mender, self._over)
        routes = [(crews[i], self._finish(crews[i], mender.routes[i], mender.tables[i])) for i in sorted(mender.routes)]
        routes = self._assign(routes)
        return compose(
            self.lookup,
            routes,
            {name: Unserved(name, reason) for name, reason in reasons.items()},
            seconds=self._elapsed(),
            seed=self.effort.seed,
            engine=ENGINE,
        )

    def _elapsed(self) -> float:
        return self.effort.monotonic() - self.began

    def _over(self) -> bool:
        """Whether the time that was allowed is up."""
        if self.effort.should_stop is not None and self.effort.should_stop():
            return True
        return self.effort.seconds is not None and self._elapsed() >= self.effort.seconds

    def _late(self) -> bool:
        """Whether mending has to come to an end: time is up by half as much again as was allowed, or somebody says so."""
        if self.effort.should_stop is not None and self.effort.should_stop():
            return True
        return self.effort.seconds is not None and self._elapsed() > 1.5 * self.effort.seconds

    # before the search -------------------------------------------------------------------------------------------------

    def _impossible(self) -> dict[str, Reason]:
        """The orders that nobody could serve, with the reason."""
        crews = all_crews(self.lookup)
        found = {}
        for order in self.problem.orders:
            if order.id not in self.lookup.locked:
                reason = impossible(self.lookup, order, crews)
                if reason is not None:
                    found[order.id] = reason
        return found

    def _somebody(self, order: Order, crews: Sequence[Crew]) -> bool:
        """Whether some crew of the day could carry the order if it had nothing else to do."""
        seen: set[Crew] = set()
        for crew in crews:
            kind = crew.alike()
            if kind in seen:
                continue
            seen.add(kind)
            if self.lookup.bar(crew, order) is None and isinstance(alone(self.lookup, order, crew), Timetable):
                return True
        return False

    def _heads(self, crews: Sequence[Crew]) -> dict[int, Timetable]:
        """The timetable of what is locked, by crew. It must be possible by itself: it is not for the engine to say which
        part of it to give up."""
        places = {crew.vehicle.id: index for index, crew in enumerate(crews)}
        heads = {}
        faults: list[Reason] = []
        for lock in self.problem.locks:
            index = places.get(lock.vehicle)
            if lock.final and not lock.orders:
                continue
            if index is None:
                faults.append(_lock_fault(lock.vehicle, lock.driver or "–"))
                continue
            orders = self.lookup.head(lock)
            found = self._head(crews[index], orders)
            if isinstance(found, Timetable):
                heads[index] = found
            else:
                faults += found
        if faults:
            raise ProblemRefused(self.problem.name, tuple(faults))
        return {index: head for index, head in heads.items() if head.visits}

    def _head(self, crew: Crew, orders: Sequence[Order]) -> Timetable | list[Reason]:
        """The timetable of a locked beginning, or all that speaks against it."""
        vehicle = crew.vehicle
        bars = {order.id: self.lookup.bar(crew, order) for order in orders if not is_mark(order)}
        faults = [
            _lock_fault(f"{vehicle.id}.{name}", bar.name.lower()) for name, bar in bars.items() if bar is not None
        ]
        if over := self.lookup.overload(vehicle, orders):
            faults.append(_lock_fault(vehicle.id, over))
        if faults:
            return faults
        found = timetable(self.lookup, crew, orders)
        if isinstance(found, Timetable):
            return found
        exact = self._exact(crew, orders)
        if exact is not None:
            return exact
        value = f"{found.snag.value} {self.problem.clock(found.value)} > {self.problem.clock(found.limit)}"
        stop = found.visit + 1
        return [_lock_fault(f"{vehicle.id}.{stop}", value)]

    def _searched(self, crews: Sequence[Crew], orders: Sequence[Order], heads: dict[int, Timetable]) -> Routed:
        """Routes as the search finds them, with vehicles kept for what goes alone."""
        kept = dedicate(self.lookup, crews, [order for order in orders if order.alone], self._exact, self.effort.seed)
        reachable = [order for order in orders if self._somebody(order, kept)]
        return kept, self._search(kept, reachable, heads).routes

    # the search --------------------------------------------------------------------------------------------------------

    def _search(self, crews: Sequence[Crew], orders: Sequence[Order], heads: dict[int, Timetable]) -> with_pyvrp.Found:
        """Routes with everything that must be served on them; where that is not to be had in time, with what can be."""
        known = self._known(crews)
        found = with_pyvrp.search(self.lookup, crews, orders, heads, self._how(0, PATIENCE), False, known)
        if found.feasible:
            return found
        return with_pyvrp.search(self.lookup, crews, orders, heads, self._how(found.iterations, 1.0), True, known)

    def _known(self, crews: Sequence[Crew]) -> dict[int, list[tuple[str, int]]]:
        """The routes of the plan there was, by the crew that has the vehicle now."""
        places = {crew.vehicle.id: index for index, crew in enumerate(crews)}
        return {
            places[route.vehicle]: [
                (name, stop.start)
                for stop in route.stops
                for name in ((RELOAD,) if stop.reload else stop.orders)
                if name not in self.lookup.locked
            ]
            for route in (self.warm.routes if self.warm is not None else ())
            if route.vehicle in places
        }

    def _how(self, done: int, patience: float) -> Search:
        effort = self.effort
        seconds = None
        if effort.seconds is not None:
            kept = min(MENDING * effort.seconds, MENDING_MOST) * (1.0 if self._mending_likely() else 0.2)
            seconds = max(0.0, effort.seconds - self._elapsed() - kept)
        iterations = None if effort.iterations is None else max(1, effort.iterations - done)

        def tell(count: int, cost: float | None) -> None:
            if effort.on_progress is not None:
                effort.on_progress(Progress(self._elapsed(), done + count, cost))

        return Search(effort.seed, seconds, iterations, patience, effort.should_stop, tell, effort.monotonic)

    def _mending_likely(self) -> bool:
        problem = self.problem
        boxes = any(order.hold is not None for order in problem.orders)
        return bool(problem.rest is not None or problem.drivers or problem.locks or boxes)

    # after it ----------------------------------------------------------------------------------------------------------

    def _exact(self, crew: Crew, orders: Sequence[Order]) -> Timetable | None:
        """A timetable with its rests placed by search; ``None`` where none are needed or they are not what prevents one."""
        if self.problem.rest is None or isinstance(timetable(self.lookup, crew, orders, rests=False), Failure):
            return None
        return with_ortools.place_rests(self.lookup, crew, orders, self.effort.seed)

    def _finish(self, crew: Crew, orders: Sequence[Order], known: Timetable) -> Timetable:
        """The best timetable of a route: every moment to start tried, and rests, where there are any, placed exactly."""
        found = timetable(self.lookup, crew, orders, thorough=True)
        best = found if isinstance(found, Timetable) else known
        if best.breaks:
            free = timetable(self.lookup, crew, orders, thorough=True, rests=False)
            if isinstance(free, Timetable) and not _better(self.lookup, crew, free, best):
                return best  # the rests it has cost nothing
            exact = self._exact(crew, orders)
            if exact is not None and _better(self.lookup, crew, exact, best):
                return exact
        return best

    def _assign(self, routes: list[tuple[Crew, Timetable]]) -> list[tuple[Crew, Timetable]]:
        """The routes with vehicles and drivers matched anew, now that it is known what each route asks for."""
        if not self.problem.drivers:
            return routes
        fixed = [pair for pair in routes if pair[0].lock is not None]
        free = [pair for pair in routes if pair[0].lock is None]
        taken = {crew.driver.id for crew, _ in fixed if crew.driver is not None}
        vehicles = _kinds(
            (v for v in self.problem.vehicles if v.id not in self.lookup.locks), lambda v: nameless_vehicle(v)
        )
        drivers = _kinds((d for d in self.problem.drivers if d.id not in taken), lambda d: nameless_driver(d))
        if len(vehicles) * len(drivers) <= 1 or not free:
            return routes
        tables = self._options(free, vehicles, drivers)
        costs = [
            {pair: route_worth(self.lookup, crew, found) for pair, (crew, found) in options.items()}
            for options in tables
        ]
        counts = [len(members) for members in vehicles], [len(members) for members in drivers]
        chosen = with_ortools.assign_crews(costs, *counts, self.effort.seed)
        if chosen is None:
            return routes
        better = self._named(free, tables, chosen, vehicles, drivers)
        return fixed + min((better, free), key=lambda pairs: sum(route_worth(self.lookup, c, t) for c, t in pairs))

    def _options(
        self, free: list[tuple[Crew, Timetable]], vehicles: list[list[Vehicle]], drivers: list[list[Driver]]
    ) -> list[dict[tuple[int, int], tuple[Crew, Timetable]]]:
        """For each route, with which kinds of vehicle and driver it can be driven, and how."""
        every = len(free) * len(vehicles) * len(drivers) <= COMBINATIONS
        tables = []
        for crew, found in free:
            names = [order.id for visit in found.visits for order in visit.orders]
            own = next(i for i, members in enumerate(vehicles) if crew.vehicle in members)
            driver = next(i for i, members in enumerate(drivers) if crew.driver in members)
            options = {(own, driver): (crew, found)}
            for v, some in enumerate(vehicles):
                for d, others in enumerate(drivers):
                    if (v, d) in options or (v != own and not every):
                        continue
                    other = self.lookup.crew(some[0], others[0], crew.alone)
                    orders = self.lookup.sequence(other.vehicle, names)
                    if any(self.lookup.bar(other, order) for order in orders if not is_mark(order)):
                        continue
                    if self.lookup.overload(other.vehicle, orders) is not None:
                        continue
                    table = timetable(self.lookup, other, orders)
                    if isinstance(table, Timetable):
                        options[v, d] = (other, table)
            tables.append(options)
        return tables

    def _named(
        self,
        free: list[tuple[Crew, Timetable]],
        tables: list[dict[tuple[int, int], tuple[Crew, Timetable]]],
        chosen: Sequence[tuple[int, int]],
        vehicles: list[list[Vehicle]],
        drivers: list[list[Driver]],
    ) -> list[tuple[Crew, Timetable]]:
        """The chosen kinds as vehicles and drivers by name, each used once, and the timetables finished."""
        spare_vehicles = [list(members) for members in vehicles]
        spare_drivers = [list(members) for members in drivers]
        made = []
        for options, pair, (old, known) in zip(tables, chosen, free, strict=True):
            crew = self.lookup.crew(spare_vehicles[pair[0]].pop(0), spare_drivers[pair[1]].pop(0), old.alone)
            orders = self.lookup.sequence(crew.vehicle, [o.id for visit in known.visits for o in visit.orders])
            made.append((crew, self._finish(crew, orders, options[pair][1])))
        return made


def _lock_fault(where: str, value: str) -> Reason:
    return Refused(problems.PLAN_FAULT_LOCK, where=f"locks[{where}]", value=value).problem


def _better(lookup: Lookup, crew: Crew, one: Timetable, other: Timetable) -> bool:
    return (route_worth(lookup, crew, one), one.end) < (route_worth(lookup, crew, other), other.end)


def _kinds(things: Iterable[Thing], key: Callable[[Thing], object]) -> list[list[Thing]]:
    """Things that are alike, together, in the order the first of each was seen."""
    kinds: dict[object, list[Thing]] = {}
    for thing in things:
        kinds.setdefault(key(thing), []).append(thing)
    return list(kinds.values())
