"""A route as the checker works it out anew: its legs, arrivals, trips and transfers, and whether it has a proper shape."""

from itertools import pairwise

from server.planning.checker_rules import Rule, Violation, violation
from server.planning.plan import Break, Route
from server.planning.problem import Driver, Matrix, Order, Problem, Site, Vehicle


class Course:
    """One route under judgement; ``found`` collects what is wrong with it, whichever rule sees it."""

    def __init__(
        self, problem: Problem, index: int, route: Route, vehicle: Vehicle, places: list[tuple[int, Site]]
    ) -> None:
        self.problem = problem
        self.route = route
        self.vehicle = vehicle
        self.places = places
        self.driver: Driver | None = next((d for d in problem.drivers if d.id == route.driver), None)
        self.found: list[Violation] = []
        orders = {order.id: order for order in problem.orders}
        self.orders: list[list[Order]] = [[orders[n] for n in stop.orders if n in orders] for stop in route.stops]
        self.fetched: list[list[Order]] = [[orders[n] for n in stop.fetched if n in orders] for stop in route.stops]
        self.fetched_at = self._transfers()
        self.legs = self._legs(problem.matrices[vehicle.profile])
        self._shape(index)
        self.arrivals, self.end = self._times()

    def say(self, rule: Rule, stop: int | None, **values: object) -> None:
        """Note a broken rule; ``stop`` counts from 0, ``None`` is the route as a whole."""
        where = self.route.vehicle
        if stop is not None and stop < len(self.route.stops):
            where = f"{where} › {stop + 1} › {self.route.stops[stop].site}"
        elif stop is not None:
            where = f"{where} › {self.route.end_depot}"
        self.found.append(violation(rule, where, **values))

    def _legs(self, matrix: Matrix) -> list[tuple[int, int]]:
        """Distance and duration of each leg as the matrix has them."""
        rows = [row for row, _ in self.places]
        return [(matrix.distance[a][b], matrix.duration[a][b]) for a, b in pairwise(rows)]

    def _shape(self, index: int) -> None:
        """Depots, no empty stops, and legs as the matrix says."""
        route, vehicle = self.route, self.vehicle
        if not route.stops:
            self.say(Rule.EMPTY, None, value=index + 1)
        for number, stop in enumerate(route.stops):
            if not (stop.orders or stop.fetched or stop.reload):
                self.say(Rule.EMPTY, number, value=stop.site)
        self._reloads()
        home = vehicle.depot if vehicle.end is None else vehicle.end
        for stated, expected in ((route.depot, vehicle.depot), (route.end_depot, home)):
            if stated != expected:
                self.say(Rule.DEPOT, None, value=stated, expected=expected)
        stated_legs = [(stop.distance, stop.duration) for stop in route.stops]
        stated_legs.append((route.return_distance, route.return_duration))
        for number, (stated_leg, leg) in enumerate(zip(stated_legs, self.legs, strict=True)):
            if min(leg) < 0:
                self.say(Rule.ROAD, number, value=self.places[number][1].id)
            elif stated_leg != leg:
                self.say(Rule.LEG, number, value=_pair(stated_leg), expected=_pair(leg))

    def _reloads(self) -> None:
        """Loading again: at the vehicle's own depot, handing over nothing, between two trips, and not too often."""
        stops, depot, most = self.route.stops, self.vehicle.depot, self.vehicle.trips
        for number, stop in enumerate(stops):
            if not stop.reload:
                continue
            if stop.site != depot or stop.orders:
                self.say(Rule.RELOAD, number, value=" ".join((stop.site, *stop.orders)), expected=depot)
            if number in (0, len(stops) - 1) or stops[number - 1].reload:
                self.say(Rule.EMPTY, number, value=stop.site)
        if (trips := 1 + sum(stop.reload for stop in stops)) > most:
            self.say(Rule.RELOAD, None, value=trips, expected=most)

    def _transfers(self) -> dict[str, int]:
        """Where each transfer was fetched: at its origin, once, and before it is handed over on the same trip."""
        at: dict[str, int] = {}
        waiting: set[str] = set()
        for number, stop in enumerate(self.route.stops):
            if waiting and stop.reload:
                self.say(Rule.PAIR, number, value=" ".join(sorted(waiting)), expected=self.route.vehicle)
                waiting.clear()
            for order in self.orders[number]:
                if order.origin is not None and order.id not in waiting:
                    self.say(Rule.PAIR, number, value=order.id, expected=order.origin)
                waiting.discard(order.id)
            known = {order.id: order for order in self.fetched[number]}
            for name in stop.fetched:
                if name not in known or known[name].origin != stop.site or name in at:
                    self.say(Rule.PAIR, number, value=name, expected=known[name].origin if name in known else "–")
                at[name] = number
                waiting.add(name)
        if waiting:
            self.say(Rule.PAIR, None, value=" ".join(sorted(waiting)), expected=self.route.end_depot)
        return at

    def trip(self, number: int) -> tuple[int, int, int]:
        """Of the trip that a stop is on: when its loading began, its first stop, and the stop after its last one."""
        stops = self.route.stops
        before = [i for i in range(number) if stops[i].reload]
        begun, first = (stops[before[-1]].start, before[-1] + 1) if before else (self.route.start, 0)
        return begun, first, next((i for i in range(number + 1, len(stops)) if stops[i].reload), len(stops))

    def back(self, number: int) -> int:
        """When what was collected at a stop is back at a depot."""
        after = self.trip(number)[2]
        return self.end if after == len(self.route.stops) else self.arrivals[after]

    def _times(self) -> tuple[list[int], int]:
        """Loading, then each arrival from the departure before it, and the return: against what the plan states."""
        route, problem = self.route, self.problem
        loading = self.places[0][1].service
        if route.departure != route.start + loading:
            expected = problem.clock(route.start + loading)
            self.say(Rule.LOADING, None, value=problem.clock(route.departure), expected=expected)
        leaving = [route.departure, *(stop.departure for stop in route.stops)]
        arrivals = []
        for number, (left, (_, duration)) in enumerate(zip(leaving, self.legs, strict=True)):
            arrivals.append(left + duration + sum(b.end - b.start for b in self.on_the_way(number, duration)))
        for number, stop in enumerate(route.stops):
            if stop.arrival != arrivals[number]:
                stated, expected = problem.clock(stop.arrival), problem.clock(arrivals[number])
                self.say(Rule.ARRIVAL, number, value=stated, expected=expected)
        end = arrivals.pop()
        if route.end != end:
            self.say(Rule.END, None, value=problem.clock(route.end), expected=problem.clock(end))
        return arrivals, end

    def on_the_way(self, leg: int, duration: int) -> list[Break]:
        """Rests of a leg that put off its arrival: all but those taken on arrival at a stop."""
        last = leg == len(self.route.stops)
        return [b for b in self.route.breaks if b.leg == leg and (last or b.driven < duration or duration == 0)]


def _pair(leg: tuple[int, int]) -> str:
    return f"{leg[0]} / {leg[1]}"
