"""The checker's rules for one route: legs, times, windows, rests, boxes, loads, hours and cost, each worked out anew."""

from itertools import pairwise

import msgspec

from server.planning.checker_rules import Rule, Violation, closely, violation
from server.planning.plan import Break, Cost, Route, Stop, ZoneLoad
from server.planning.problem import Driver, Matrix, Order, Problem, Site, Vehicle


class Judged(msgspec.Struct, frozen=True):
    """A route as recomputed: arrival at each stop and at the end (s), loads per zone (units, volume cm³, weight g) when
    leaving the depot, way (m) and cost (money)."""

    vehicle: str
    arrivals: tuple[int, ...]
    end: int
    distance: int
    loads: dict[str, tuple[int, int, int]]
    cost: Cost


def judge_route(problem: Problem, index: int, route: Route) -> tuple[Judged, list[Violation]]:
    """Judge the ``index``-th route of a plan. Of a route whose vehicle, depots or sites do not exist only that is said."""
    sites = {site.id: (row, site) for row, site in enumerate(problem.sites)}
    vehicle = next((v for v in problem.vehicles if v.id == route.vehicle), None)
    stops = [route.depot, *(stop.site for stop in route.stops), route.end_depot]
    strangers = [name for name in stops if name not in sites]
    nothing = Judged(route.vehicle, (), route.end, 0, {}, Cost())
    if strangers:
        return nothing, [
            violation(Rule.SITE, f"{route.vehicle} › {name}", value=name, expected="–") for name in strangers
        ]
    if vehicle is None:
        return nothing, []
    judge = _Judge(problem, index, route, vehicle, [sites[name] for name in stops])
    return judge.judged(), judge.found


class _Judge:
    """One route under judgement; ``found`` collects what is wrong with it."""

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
        self.loads: dict[str, tuple[int, int, int]] = {}
        self._shape(index)
        self.arrivals, self.end = self._times()
        self._stops()
        self._rests()
        self._meal()
        self._boxes()
        self._cargo()
        self._crew()
        self.cost = self._money()

    def judged(self) -> Judged:
        distance = sum(way for way, _ in self.legs)
        return Judged(self.route.vehicle, tuple(self.arrivals), self.end, distance, self.loads, self.cost)

    def _say(self, rule: Rule, stop: int | None, **values: object) -> None:
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
            self._say(Rule.EMPTY, None, value=index + 1)
        for number, stop in enumerate(route.stops):
            if not (stop.orders or stop.fetched or stop.reload):
                self._say(Rule.EMPTY, number, value=stop.site)
        self._reloads()
        home = vehicle.depot if vehicle.end is None else vehicle.end
        for stated, expected in ((route.depot, vehicle.depot), (route.end_depot, home)):
            if stated != expected:
                self._say(Rule.DEPOT, None, value=stated, expected=expected)
        stated_legs = [(stop.distance, stop.duration) for stop in route.stops]
        stated_legs.append((route.return_distance, route.return_duration))
        for number, (stated_leg, leg) in enumerate(zip(stated_legs, self.legs, strict=True)):
            if min(leg) < 0:
                self._say(Rule.ROAD, number, value=self.places[number][1].id)
            elif stated_leg != leg:
                self._say(Rule.LEG, number, value=_pair(stated_leg), expected=_pair(leg))

    def _reloads(self) -> None:
        """Loading again: at the vehicle's own depot, handing over nothing, between two trips, and not too often."""
        stops, depot, most = self.route.stops, self.vehicle.depot, self.vehicle.trips
        for number, stop in enumerate(stops):
            if not stop.reload:
                continue
            if stop.site != depot or stop.orders:
                self._say(Rule.RELOAD, number, value=" ".join((stop.site, *stop.orders)), expected=depot)
            if number in (0, len(stops) - 1) or stops[number - 1].reload:
                self._say(Rule.EMPTY, number, value=stop.site)
        if (trips := 1 + sum(stop.reload for stop in stops)) > most:
            self._say(Rule.RELOAD, None, value=trips, expected=most)

    def _transfers(self) -> dict[str, int]:
        """Where each transfer was fetched: at its origin, once, and before it is handed over on the same trip."""
        at: dict[str, int] = {}
        waiting: set[str] = set()
        for number, stop in enumerate(self.route.stops):
            if waiting and stop.reload:
                self._say(Rule.PAIR, number, value=" ".join(sorted(waiting)), expected=self.route.vehicle)
                waiting.clear()
            for order in self.orders[number]:
                if order.origin is not None and order.id not in waiting:
                    self._say(Rule.PAIR, number, value=order.id, expected=order.origin)
                waiting.discard(order.id)
            known = {order.id: order for order in self.fetched[number]}
            for name in stop.fetched:
                if name not in known or known[name].origin != stop.site or name in at:
                    self._say(Rule.PAIR, number, value=name, expected=known[name].origin if name in known else "–")
                at[name] = number
                waiting.add(name)
        if waiting:
            self._say(Rule.PAIR, None, value=" ".join(sorted(waiting)), expected=self.route.end_depot)
        return at

    def _trip(self, number: int) -> tuple[int, int, int]:
        """Of the trip that a stop is on: when its loading began, its first stop, and the stop after its last one."""
        stops = self.route.stops
        before = [i for i in range(number) if stops[i].reload]
        begun, first = (stops[before[-1]].start, before[-1] + 1) if before else (self.route.start, 0)
        return begun, first, next((i for i in range(number + 1, len(stops)) if stops[i].reload), len(stops))

    def _back(self, number: int) -> int:
        """When what was collected at a stop is back at a depot."""
        after = self._trip(number)[2]
        return self.end if after == len(self.route.stops) else self.arrivals[after]

    def _times(self) -> tuple[list[int], int]:
        """Loading, then each arrival from the departure before it, and the return: against what the plan states."""
        route, problem = self.route, self.problem
        loading = self.places[0][1].service
        if route.departure != route.start + loading:
            expected = problem.clock(route.start + loading)
            self._say(Rule.LOADING, None, value=problem.clock(route.departure), expected=expected)
        leaving = [route.departure, *(stop.departure for stop in route.stops)]
        arrivals = []
        for number, (left, (_, duration)) in enumerate(zip(leaving, self.legs, strict=True)):
            arrivals.append(left + duration + sum(b.end - b.start for b in self._on_the_way(number, duration)))
        for number, stop in enumerate(route.stops):
            if stop.arrival != arrivals[number]:
                stated, expected = problem.clock(stop.arrival), problem.clock(arrivals[number])
                self._say(Rule.ARRIVAL, number, value=stated, expected=expected)
        end = arrivals.pop()
        if route.end != end:
            self._say(Rule.END, None, value=problem.clock(route.end), expected=problem.clock(end))
        return arrivals, end

    def _on_the_way(self, leg: int, duration: int) -> list[Break]:
        """Rests of a leg that put off its arrival: all but those taken on arrival at a stop."""
        last = leg == len(self.route.stops)
        return [b for b in self.route.breaks if b.leg == leg and (last or b.driven < duration or duration == 0)]

    def _stops(self) -> None:
        """Service: not before arrival and rest, in a window, not after it is due, as long as it takes, with its slack."""
        problem = self.problem
        for number, (stop, (_, site)) in enumerate(zip(self.route.stops, self.places[1:-1], strict=True)):
            duration = self.legs[number][1]
            rested = sum(
                b.end - b.start
                for b in self.route.breaks
                if b.leg == number and b not in self._on_the_way(number, duration)
            )
            if stop.start < self.arrivals[number] + rested:
                earliest = problem.clock(self.arrivals[number] + rested)
                self._say(Rule.EARLY, number, value=problem.clock(stop.start), expected=earliest)
            if stop.reload:
                self._depot_hours(number, stop, site)
            elif site.windows and not any(w.start <= stop.start <= w.end for w in site.windows):
                hours = ", ".join(f"{problem.clock(w.start)}–{problem.clock(w.end)}" for w in site.windows)
                self._say(Rule.WINDOW, number, value=problem.clock(stop.start), expected=hours)
            for order in self.orders[number]:
                if order.due is not None and stop.start > order.due:
                    value, due = problem.clock(stop.start), problem.clock(order.due)
                    self._say(Rule.DUE, number, order=order.id, value=value, expected=due)
            handled = self.orders[number] + self.fetched[number]
            takes = site.service + sum(site.per_unit * order.amounts.units for order in handled)
            if stop.departure != stop.start + takes:
                expected = problem.clock(stop.start + takes)
                self._say(Rule.SERVICE, number, value=problem.clock(stop.departure), expected=expected)
            self._slack(number, stop, site)
            if site.admits is not None and not stop.reload and self.vehicle.kind not in site.admits:
                self._say(Rule.ACCESS, number, value=self.vehicle.kind, expected=" ".join(site.admits))

    def _depot_hours(self, number: int, stop: Stop, site: Site) -> None:
        for window in site.windows[:1]:
            if stop.start < window.start or stop.departure > window.end:
                value, hours = (
                    f"{self.problem.clock(start)}–{self.problem.clock(end)}"
                    for start, end in ((stop.start, stop.departure), (window.start, window.end))
                )
                self._say(Rule.SHIFT, number, value=value, expected=hours)

    def _slack(self, number: int, stop: Stop, site: Site) -> None:
        takes = site.service if stop.reload else 0
        latest = [w.end - takes for w in site.windows if w.start <= stop.start <= w.end - takes]
        latest += [order.due for order in self.orders[number] if order.due is not None]
        slack = min(latest) - stop.start if latest else None
        if slack != stop.slack:
            span = self.problem.span
            stated, expected = (None if value is None else span(value) for value in (stop.slack, slack))
            self._say(Rule.SLACK, number, value=stated, expected=expected)

    def _rests(self) -> None:
        """No stretch at the wheel longer than allowed; each rest long enough, and where and when the plan says.

        The rule itself: Road Traffic Safety Law of China, implementing regulations, article 62(7); its numbers are data.
        """
        rule, problem = self.problem.rest, self.problem
        leaving = [self.route.departure, *(stop.departure for stop in self.route.stops)]
        driven = 0
        for leg, (_, duration) in enumerate(self.legs):
            behind, now = 0, leaving[leg]
            for rest in sorted((b for b in self.route.breaks if b.leg == leg), key=lambda b: b.start):
                driven += rest.driven - behind
                now += rest.driven - behind
                self._driven(leg, driven)
                if not behind <= rest.driven <= duration or rest.start != now or rest.end < rest.start:
                    value, at = f"{problem.clock(rest.start)}–{problem.clock(rest.end)}", problem.clock(now)
                    self._say(Rule.REST_TIME, leg, value=value, expected=at)
                if rule is None or rest.end - rest.start < rule.rest:
                    if self._feeds(rest):
                        behind, now = rest.driven, rest.end
                        continue
                    least = problem.span(rule.rest) if rule is not None else "–"
                    self._say(Rule.REST_TIME, leg, value=problem.span(rest.end - rest.start), expected=least)
                else:
                    driven = 0
                behind, now = rest.driven, rest.end
            driven += duration - behind
            self._driven(leg, driven)
        for rest in self.route.breaks:
            if not 0 <= rest.leg < len(self.legs):
                self._say(Rule.REST_TIME, None, value=rest.leg, expected=f"0 … {len(self.legs) - 1}")

    def _feeds(self, rest: Break) -> bool:
        """Whether the driver's meal can begin in time in a break, and end in it."""
        meal = self.driver.meal if self.driver is not None else None
        if meal is None:
            return False
        begins = max(rest.start, meal.start)
        return begins <= meal.latest and begins + meal.length <= rest.end

    def _meal(self) -> None:
        """A driver who is out when the meal may begin at the latest has it on the way."""
        meal = self.driver.meal if self.driver is not None else None
        if meal is None or not self.route.start < meal.latest < self.end:
            return
        if not any(self._feeds(rest) for rest in self.route.breaks):
            clock = self.problem.clock
            value = ", ".join(f"{clock(b.start)}–{clock(b.end)}" for b in self.route.breaks) or "–"
            expected = f"{clock(meal.start)}–{clock(meal.latest)}, {self.problem.span(meal.length)}"
            self._say(Rule.MEAL, None, value=value, expected=expected)

    def _driven(self, leg: int, driven: int) -> None:
        rule = self.problem.rest
        if rule is not None and driven > rule.driving:
            self._say(Rule.REST, leg, value=self.problem.span(driven), expected=self.problem.span(rule.driving))

    def _boxes(self) -> None:
        """Every passive box is handed over within its hold time, less what each earlier opening of the doors took."""
        for number, stop in enumerate(self.route.stops):
            for order in self.orders[number]:
                if order.hold is None:
                    continue
                begun, first, after = self._trip(number)
                if order.origin is not None:
                    fetched = self.fetched_at.get(order.id, number)
                    begun, first = self.route.stops[fetched].start, fetched + 1
                opened = after - 1 - number if order.collect else number - first
                limit = order.hold - opened * self.problem.opening_loss
                boxed = self._back(number) - stop.start if order.collect else stop.departure - begun
                if boxed > limit:
                    value, holds = self.problem.span(boxed), self.problem.span(limit)
                    self._say(Rule.HOLD, number, order=order.id, value=value, expected=holds)

    def _cargo(self) -> None:
        """Whose goods it may carry, from which depot and when; what it leaves with, and what is on board then and after each
        stop, per zone and altogether, against compartments, capacity and the plan's word."""
        for number, orders in enumerate(self.orders):
            begun, _, after = self._trip(number)
            home = self.route.end_depot if after == len(self.route.stops) else self.route.stops[after].site
            for order in orders:
                if not self._has_zone(order.zone):
                    self._say(Rule.ZONE, number, value=order.id, expected=order.zone)
                lies = home if order.collect else self.route.depot
                if order.depot is not None and order.depot != lies:
                    self._say(Rule.DEPOT, number, value=lies, expected=f"{order.depot} ({order.id})")
                begins = self._comes(number, order, begun)
                if order.release > begins:
                    start, ready = self.problem.clock(begins), self.problem.clock(order.release)
                    self._say(Rule.RELEASE, number, order=order.id, value=start, expected=ready)
        self._on_board()

    def _comes(self, number: int, order: Order, begun: int) -> int:
        """When the goods of an order that a stop serves begin to be handled: ``begun`` if they come from the depot."""
        stops = self.route.stops
        if order.origin is not None:
            return stops[self.fetched_at.get(order.id, number)].start
        return stops[number].start if order.collect else begun

    def _on_board(self) -> None:
        """What is on board when each trip begins, and after each stop at which something comes on board."""
        self.loads = self._trip_load(0, None, self.route.load)
        board = dict(self.loads)
        for number, (stop, orders) in enumerate(zip(self.route.stops, self.orders, strict=True)):
            for order in orders:
                moved = _amount(order) if order.collect else _minus(_amount(order))
                board[order.zone] = _plus(board.get(order.zone, (0, 0, 0)), moved)
            for order in self.fetched[number]:
                board[order.zone] = _plus(board.get(order.zone, (0, 0, 0)), _amount(order))
            if stop.fetched or any(order.collect for order in orders):
                self._space(number, board)
            if stop.reload:
                board = self._trip_load(number + 1, number, stop.load)
            elif stop.load:
                self._say(Rule.TOTAL, number, what="装载量 (load)", value=stop.load, expected="–")

    def _has_zone(self, zone: str) -> bool:
        zones = {part.zone for part in self.vehicle.compartments}
        return zone in zones or (not zones and zone == "ambient")

    def _trip_load(self, first: int, stop: int | None, stated: tuple[ZoneLoad, ...]) -> dict[str, tuple[int, int, int]]:
        """What is loaded for the trip that begins with stop ``first``: what it brings, against what fits and is stated."""
        loaded: dict[str, tuple[int, int, int]] = {}
        for number in range(first, len(self.orders)):
            if self.route.stops[number].reload:
                break
            for order in self.orders[number]:
                if not order.collect and order.origin is None:
                    loaded[order.zone] = _plus(loaded.get(order.zone, (0, 0, 0)), _amount(order))
        self._space(stop, loaded)
        said = {load.zone: (load.amounts.units, load.amounts.volume, load.amounts.weight) for load in stated}
        if said != loaded:
            self._say(Rule.TOTAL, stop, what="装载量 (load)", value=said, expected=loaded)
        return dict(loaded)

    def _space(self, stop: int | None, board: dict[str, tuple[int, int, int]]) -> None:
        """What is on board after a stop (``None``: when leaving the depot) against what fits."""
        total = (0, 0, 0)
        for load in board.values():
            total = _plus(total, load)
        limits = [("", total, self.vehicle.capacity)]
        limits += [(part.zone, board.get(part.zone, (0, 0, 0)), part.capacity) for part in self.vehicle.compartments]
        for zone, load, capacity in limits:
            most = (capacity.units, capacity.volume, capacity.weight)
            for name, value, limit in zip(("units", "volume", "weight"), load, most, strict=True):
                if limit is not None and value > limit:
                    self._say(Rule.CAPACITY, stop, what=f"{zone} {name}".strip(), value=value, expected=limit)

    def _crew(self) -> None:
        """The driver may do it, and vehicle, driver and depots are there at the time; neither too long nor too far."""
        route, problem, vehicle = self.route, self.problem, self.vehicle
        if self.driver is not None:
            needed = {
                *vehicle.requires,
                *(need for orders in self.orders for order in orders for need in order.requires),
            }
            if missing := sorted(needed - {*self.driver.qualifications}):
                self._say(Rule.QUALIFICATION, None, value=self.driver.id, expected=", ".join(missing))
        shifts = [shift for shift in (vehicle.shift, self.driver.shift if self.driver else None) if shift is not None]
        bounds = [(shift.start, shift.end) for shift in shifts]
        bounds += [(w.start, self.end) for w in self.places[0][1].windows[:1]]
        bounds += [(0, self.end)] if not bounds else []
        bounds += [(route.start, w.end) for w in self.places[-1][1].windows[:1]]
        for start, end in bounds:
            if route.start < start or self.end > end:
                value = f"{problem.clock(route.start)}–{problem.clock(self.end)}"
                self._say(Rule.SHIFT, None, value=value, expected=f"{problem.clock(start)}–{problem.clock(end)}")
        for window in self.places[0][1].windows[:1]:
            if route.departure > window.end:
                self._say(Rule.SHIFT, None, value=problem.clock(route.departure), expected=problem.clock(window.end))
        groups = {order.alone for orders in self.orders for order in orders}
        if len(groups) > 1:
            self._say(Rule.ALONE, None, value=" + ".join(sorted(group or "–" for group in groups)))
        out = self.end - route.start
        if vehicle.max_duration is not None and out > vehicle.max_duration:
            self._say(Rule.DURATION, None, value=problem.span(out), expected=problem.span(vehicle.max_duration))
        self._trips()
        way = sum(distance for distance, _ in self.legs)
        if vehicle.max_distance is not None and way > vehicle.max_distance:
            self._say(Rule.DISTANCE, None, value=problem.km(way), expected=problem.km(vehicle.max_distance))
        if route.distance != way:
            self._say(Rule.TOTAL, None, what="里程 (distance)", value=route.distance, expected=way)
        if route.duration != out:
            self._say(Rule.TOTAL, None, what="时长 (duration)", value=route.duration, expected=out)

    def _trips(self) -> None:
        """No trip takes longer, from the start of loading until the vehicle is back, than goods may be out."""
        longest, begun = self.vehicle.max_trip, self.route.start
        if longest is None:
            return
        ends = [(number, stop.arrival, stop.start) for number, stop in enumerate(self.route.stops) if stop.reload]
        for number, back, again in [*ends, (None, self.end, self.end)]:
            if back - begun > longest:
                value, expected = self.problem.span(back - begun), self.problem.span(longest)
                self._say(Rule.TRIP, number, value=value, expected=expected)
            begun = again

    def _money(self) -> Cost:
        """The route's cost: rates are for 1000 m and 3600 s, both counted in parts of ``resolution``."""
        way = sum(distance for distance, _ in self.legs)
        hours = (self.end - self.route.start) / (3600 * self.problem.resolution)
        cost = Cost(
            fixed=self.vehicle.fixed,
            distance=self.vehicle.per_km * way / (1000 * self.problem.resolution),
            time=self.vehicle.per_hour * hours,
            driver=self.driver.per_hour * hours if self.driver is not None else 0.0,
            stops=self.vehicle.per_stop * sum(not stop.reload for stop in self.route.stops),
        )
        for part in ("fixed", "distance", "time", "driver", "penalty", "stops"):
            stated, expected = getattr(self.route.cost, part), getattr(cost, part)
            if not closely(stated, expected):
                self._say(Rule.COST, None, what=part, value=f"{stated:.4f}", expected=f"{expected:.4f}")
        return cost


def _pair(leg: tuple[int, int]) -> str:
    return f"{leg[0]} / {leg[1]}"


def _amount(order: Order) -> tuple[int, int, int]:
    return (order.amounts.units, order.amounts.volume, order.amounts.weight)


def _minus(a: tuple[int, int, int]) -> tuple[int, int, int]:
    return (-a[0], -a[1], -a[2])


def _plus(a: tuple[int, int, int], b: tuple[int, int, int]) -> tuple[int, int, int]:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])
