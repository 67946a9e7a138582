"""What CP-SAT is best at: matching drivers with vehicles and routes, and placing rests exactly.

All searches run on one thread with a fixed seed and a limit in deterministic time, so that the same input gives the same
answer whatever else the machine is doing.
"""

from collections.abc import Hashable, Mapping, Sequence
from importlib.metadata import version
from math import ceil

from ortools.sat.python import cp_model

from server.planning.lookup import Crew, Lookup, nameless_driver, nameless_vehicle
from server.planning.problem import Driver, Order, Vehicle
from server.planning.reasons import alone
from server.planning.schedule import Failure, Timetable, Way, back_after, drive, way
from server.planning.way import fetched_boxes

ENGINE = f"cp-sat {version('ortools')}"
MATCHING_EFFORT = 4.0
REST_EFFORT = 0.2
"""Deterministic time (about s on a fast core) a search may take: for the day, and for one route."""


def _solved(model: cp_model.CpModel, seed: int, effort: float = MATCHING_EFFORT) -> cp_model.CpSolver | None:
    """Search; ``None`` where no solution was found."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    return solver if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


# drivers and vehicles --------------------------------------------------------------------------------------------------


def pair_crews(lookup: Lookup, seed: int) -> list[Crew]:
    """A driver for each vehicle, before there are routes: the crews the search may use.

    As many kinds of orders as possible find somebody who may carry them (weighted by how many there are), then crews are as
    many, as widely usable and as long on duty as possible, then cheap. A vehicle without a driver stays at home. Without
    drivers in the problem every vehicle is a crew by itself.
    """
    problem = lookup.problem
    if not problem.drivers:
        return [lookup.crew(vehicle, None) for vehicle in problem.vehicles]
    held = {lock.vehicle: lock.driver for lock in problem.locks if lock.driver is not None}
    crews = [lookup.crew(lookup.vehicles[vehicle], lookup.drivers[driver]) for vehicle, driver in held.items()]
    out = {lock.vehicle for lock in problem.locks if lock.final and not lock.orders}
    vehicles = _classes([v for v in problem.vehicles if v.id not in held and v.id not in out], lookup)
    drivers = _driver_classes([d for d in problem.drivers if d.id not in held.values()])
    counts = _pairing(lookup, vehicles, drivers, seed)
    free_vehicles = [list(members) for members in vehicles.values()]
    free_drivers = [list(members) for members in drivers.values()]
    for (v, d), count in sorted(counts.items()):
        for _ in range(count):
            crews.append(lookup.crew(free_vehicles[v].pop(0), free_drivers[d].pop(0)))
    order = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
    return sorted(crews, key=lambda crew: order[crew.vehicle.id])


def _classes(vehicles: Sequence[Vehicle], lookup: Lookup) -> dict[Hashable, list[Vehicle]]:
    """Vehicles that are interchangeable, together; a locked one alone."""
    classes: dict[Hashable, list[Vehicle]] = {}
    for vehicle in vehicles:
        key = vehicle if vehicle.id in lookup.locks else nameless_vehicle(vehicle)
        classes.setdefault(key, []).append(vehicle)
    return classes


def _driver_classes(drivers: Sequence[Driver]) -> dict[Hashable, list[Driver]]:
    classes: dict[Hashable, list[Driver]] = {}
    for driver in drivers:
        classes.setdefault(nameless_driver(driver), []).append(driver)
    return classes


def _pairing(
    lookup: Lookup,
    vehicles: Mapping[Hashable, Sequence[Vehicle]],
    drivers: Mapping[Hashable, Sequence[Driver]],
    seed: int,
) -> dict[tuple[int, int], int]:
    """How many crews of each kind of vehicle with each kind of driver."""
    reach = _reach(lookup, [members[0] for members in vehicles.values()])
    unfit = _unfit(lookup, vehicles, drivers)
    kinds = _order_kinds(lookup, reach)
    total = sum(len(orders) for orders in kinds)
    dearest = max((driver.per_hour for driver in lookup.drivers.values()), default=0.0)
    model = cp_model.CpModel()
    crews: dict[tuple[int, int], cp_model.IntVar] = {}
    serves: list[list[cp_model.IntVar]] = [[] for _ in kinds]
    terms: list[cp_model.LinearExprT] = []
    for v, some in enumerate(vehicles.values()):
        for d, others in enumerate(drivers.values()):
            crew = lookup.crew(some[0], others[0])
            if crew.late is not None and crew.late <= crew.early:
                continue
            if (v, d) in unfit:
                continue
            number = model.new_int_var(0, min(len(some), len(others)), f"{v}x{d}")
            crews[v, d] = number
            able = [
                index
                for index, orders in enumerate(kinds)
                if v in reach[orders[0].id] and lookup.bar(crew.serving(orders[0].alone), orders[0]) is None
            ]
            for index in able:
                serves[index].append(number)
            share = sum(len(kinds[index]) for index in able) / total if total else 1.0
            cheap = 1.0 - others[0].per_hour / dearest if dearest else 0.0
            terms.append(number * (10 + round(1000 * share * _presence(crew, some[0])) + round(9 * cheap)))
    for v, some in enumerate(vehicles.values()):
        together = sum(number for (a, _), number in crews.items() if a == v)
        model.add(together <= len(some))
        if some[0].id in lookup.locks and any(a == v for a, _ in crews):
            terms.append(together * 10_000_000)  # a route that is settled needs somebody to drive it
    for d, others in enumerate(drivers.values()):
        model.add(sum(number for (_, b), number in crews.items() if b == d) <= len(others))
    for index, orders in enumerate(kinds):
        covered = model.new_bool_var(f"kind{index}")
        model.add(sum(serves[index]) >= covered)
        terms.append(covered * (1_000_000 * len(orders) // max(1, total) + 100_000))
        twice = model.new_bool_var(f"kind{index} twice")  # who alone can serve some has no time for much else
        model.add(sum(serves[index]) >= 2 * twice)
        terms.append(twice * (10_000 * len(orders) // max(1, total) + 1000))
    model.maximize(sum(terms))
    solver = _solved(model, seed)
    return {pair: solver.value(number) for pair, number in crews.items()} if solver is not None else {}


def _unfit(
    lookup: Lookup, vehicles: Mapping[Hashable, Sequence[Vehicle]], drivers: Mapping[Hashable, Sequence[Driver]]
) -> set[tuple[int, int]]:
    """Locked vehicles with drivers who may not carry what is locked, as long as there is somebody who may."""
    found: set[tuple[int, int]] = set()
    for v, (vehicle, *_) in enumerate(vehicles.values()):
        lock = lookup.locks.get(vehicle.id)
        orders = [lookup.orders[name] for name in lock.orders] if lock is not None else []
        crews = [lookup.crew(vehicle, some[0]) for some in drivers.values()]
        barred = {(v, d) for d, crew in enumerate(crews) if any(lookup.bar(crew, order) for order in orders)}
        found |= barred if len(barred) < len(crews) else set()
    return found


def _reach(lookup: Lookup, vehicles: Sequence[Vehicle]) -> dict[str, frozenset[int]]:
    """Per order the places in ``vehicles`` of those that could carry it in their hours if nobody's shift bounded them: some
    receivers are further away than some vehicles may go."""
    crews = [lookup.crew(vehicle, None) for vehicle in vehicles]
    return {
        order.id: frozenset(
            place
            for place, crew in enumerate(crews)
            if crew.lock is not None or isinstance(alone(lookup, order, crew.serving(order.alone)), Timetable)
        )
        for order in lookup.problem.orders
    }


def _order_kinds(lookup: Lookup, reach: Mapping[str, frozenset[int]]) -> list[list[Order]]:
    """Orders that ask the same of a crew but for their size; the smallest first, so that size does not rule a crew out."""
    kinds: dict[Hashable, list[Order]] = {}
    for order in sorted(
        lookup.problem.orders, key=lambda o: (o.amounts.units, o.amounts.volume, o.amounts.weight, o.id)
    ):
        key = (
            order.zone,
            order.depot,
            tuple(sorted(order.requires)),
            lookup.sites[order.site].admits,
            order.alone,
            order.origin,
            reach[order.id],
        )
        kinds.setdefault(key, []).append(order)
    return list(kinds.values())


def _presence(crew: Crew, vehicle: Vehicle) -> float:
    """Which part of the vehicle's shift the driver is there for."""
    if vehicle.shift is None or crew.late is None:
        return 1.0
    return (crew.late - crew.early) / max(1, vehicle.shift.end - vehicle.shift.start)


def assign_crews(
    costs: Sequence[Mapping[tuple[int, int], float]], vehicles: Sequence[int], drivers: Sequence[int], seed: int
) -> list[tuple[int, int]] | None:
    """The cheapest kind of vehicle and of driver for each route.

    ``costs`` has for each route what it costs (money) with each pair of kinds that can drive it; ``vehicles`` and
    ``drivers`` say how many there are of each kind. ``None`` where no assignment was found.
    """
    model = cp_model.CpModel()
    chosen = [{pair: model.new_bool_var(f"{r}:{pair}") for pair in options} for r, options in enumerate(costs)]
    for options in chosen:
        model.add_exactly_one(options.values())
    for v, number in enumerate(vehicles):
        model.add(sum(x for options in chosen for (a, _), x in options.items() if a == v) <= number)
    for d, number in enumerate(drivers):
        model.add(sum(x for options in chosen for (_, b), x in options.items() if b == d) <= number)
    model.minimize(
        sum(x * round(1000 * costs[r][pair]) for r, options in enumerate(chosen) for pair, x in options.items())
    )
    solver = _solved(model, seed)
    if solver is None:
        return None
    return [next(pair for pair, x in options.items() if solver.boolean_value(x)) for options in chosen]


# rests -----------------------------------------------------------------------------------------------------------------


def place_rests(lookup: Lookup, crew: Crew, orders: Sequence[Order], seed: int) -> Timetable | None:
    """The best timetable of a route that is long enough to need rests: where they cost the least time.

    A rest may be taken before leaving any place, on arrival (where it may swallow a wait), and on a leg of more than half
    of what may be driven at a stretch, at its equal parts. ``None`` where there is no timetable, or no rest is needed.
    """
    path = way(lookup, crew, orders)
    if isinstance(path, Failure) or path.rest is None:
        return None
    model = _RestModel(path)
    solver = _solved(model.model, seed, REST_EFFORT)
    return model.timetable(solver) if solver is not None else None


class _RestModel:
    """One route in CP-SAT: when loading starts, when each service starts, and at which of the possible places to rest."""

    def __init__(self, path: Way) -> None:
        assert path.rest is not None
        self.path = path
        self.rule = path.rest
        self.model = cp_model.CpModel()
        self.horizon = self._horizon()
        self.rests: dict[tuple[int, int], cp_model.IntVar] = {}
        """Whether the driver rests on a leg with so much of it (s) behind."""
        self.start = self.model.new_int_var(path.earliest, self.horizon, "start")
        self.services: list[cp_model.IntVar] = []
        self.driven: cp_model.LinearExprT = 0
        self._build()

    def _horizon(self) -> int:
        path = self.path
        if path.crew.late is not None:
            return max(path.crew.late, path.earliest)
        bounds = [bound for visit in path.visits for window in visit.windows for bound in (window.start, window.end)]
        bounds += [visit.release for visit in path.visits]
        rests = (sum(path.durations) // self.rule.driving + len(path.visits) + 1) * self.rule.rest
        bounds += [path.held[1]] if path.held is not None else []
        work = sum(visit.service for visit in path.visits) + sum(path.durations) + path.loading
        return max([path.earliest, *bounds]) + work + rests

    def _build(self) -> None:
        path, model = self.path, self.model
        now: cp_model.LinearExpr = self.start + path.loading
        if path.crew.leave_by is not None:
            model.add(now <= path.crew.leave_by)
        if path.crew.lock is not None and path.crew.lock.departure is not None:
            model.add(now == path.crew.lock.departure)
        loaded: cp_model.LinearExpr = self.start + 0
        first = 0
        arrivals: list[cp_model.LinearExpr] = []
        for index, visit in enumerate(path.visits):
            now = self._leg(index, now)
            arrivals.append(now)
            rest = self._place(index, path.durations[index]) if path.durations[index] > 0 else None
            service = model.new_int_var(path.earliest, self.horizon, f"service{index}")
            model.add(service >= now + (rest * self.rule.rest if rest is not None else 0))
            if visit.windows:
                chosen = [model.new_bool_var(f"window{index}.{w}") for w in range(len(visit.windows))]
                model.add_exactly_one(chosen)
                for window, open_ in zip(visit.windows, chosen, strict=True):
                    model.add(service >= window.start).only_enforce_if(open_)
                    model.add(service <= window.end).only_enforce_if(open_)
            if visit.release:
                model.add(service >= visit.release)
            if visit.due is not None:
                model.add(service <= visit.due)
            if visit.hold is not None:
                model.add(service + visit.service - loaded <= visit.hold - path.opening_loss * (index - first))
            if visit.reload:
                loaded, first = service + 0, index + 1
            self.services.append(service)
            now = service + visit.service
            if path.held is not None and path.held[0] == index:
                left = model.new_int_var(path.earliest, max(self.horizon, path.held[1]), "held")
                model.add_max_equality(left, [now, path.held[1]])
                now = left + 0
        end = model.new_int_var(path.earliest, self.horizon, "end")
        model.add(end == self._leg(len(path.visits), now))
        for index, visit in enumerate(path.visits):
            if visit.keep is not None:
                back = back_after(path.visits, index)
                at = end if back == len(path.visits) else arrivals[back]
                model.add(at - self.services[index] <= visit.keep - path.opening_loss * (back - 1 - index))
        for fetched, index, hold, since in fetched_boxes(path.visits):
            boxed = (
                self.services[index] + path.visits[index].service - (self.services[fetched] if since is None else since)
            )
            model.add(boxed <= hold - path.opening_loss * (index - fetched - 1))
        longest = path.crew.vehicle.max_duration
        if longest is not None:
            model.add(end - self.start <= longest)
        trip = path.crew.vehicle.max_trip
        if trip is not None:
            again = [index for index, visit in enumerate(path.visits) if visit.reload]
            begins = [self.start, *(self.services[index] for index in again)]
            for begin, ends in zip(begins, [*(arrivals[index] for index in again), end], strict=True):
                model.add(ends - begin <= trip)
        hours = 1000 if path.crew.per_hour > 0 else 1
        model.minimize(hours * (end - self.start) + (1001 - hours) * end + sum(self.rests.values()))

    def _leg(self, leg: int, now: cp_model.LinearExpr) -> cp_model.LinearExpr:
        """The moment a leg ends, rests before and during it included."""
        length = self.path.durations[leg]
        parts = max(1, ceil(2 * length / self.rule.driving)) if 2 * length > self.rule.driving else 1
        behind = 0
        for part in range(parts):
            ahead = length * (part + 1) // parts
            if leg > 0 or part > 0:
                now = now + self._place(leg, behind) * self.rule.rest
            self._drive(ahead - behind)
            behind = ahead
        return now + length

    def _place(self, leg: int, behind: int) -> cp_model.IntVar:
        """A place to rest; the time at the wheel counts from nothing after it."""
        rest = self.model.new_bool_var(f"rest{leg}.{behind}")
        self.rests[leg, behind] = rest
        after = self.model.new_int_var(0, self.rule.driving, f"after{leg}.{behind}")
        self.model.add(after >= self.driven).only_enforce_if(rest.negated())
        self.driven = after
        return rest

    def _drive(self, seconds: int) -> None:
        driven = self.model.new_int_var(0, self.rule.driving, "driven")
        self.model.add(driven >= self.driven + seconds)
        self.driven = driven

    def timetable(self, solver: cp_model.CpSolver) -> Timetable | None:
        """The timetable with the rests that were chosen, everything else as early as it may be."""
        chosen = sorted(place for place, rest in self.rests.items() if solver.boolean_value(rest))
        rests: dict[int, list[int]] = {}
        for leg, behind in chosen:
            rests.setdefault(leg, []).append(behind)
        found = drive(self.path, solver.value(self.start), rests)
        return found if isinstance(found, Timetable) else None
