"""The checker's rules for one route: times, windows, rests, boxes, hours and cost, each worked out anew; its shape is judged
in ``checker_course``, what is on board in ``checker_cargo``."""

import msgspec

from server.planning.checker_cargo import Load, judge_cargo
from server.planning.checker_course import Course
from server.planning.checker_rules import Rule, Violation, closely, violation
from server.planning.plan import Break, Cost, Route, Stop
from server.planning.problem import Problem, Site, Vehicle


class Judged(msgspec.Struct, frozen=True):
    """A route as recomputed: arrival at each stop and at the end (s), loads per zone (units, volume cm³, weight g) when
    leaving the depot, way (m) and cost (money)."""

    vehicle: str
    arrivals: tuple[int, ...]
    end: int
    distance: int
    loads: Load
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


class _Judge(Course):
    """One route held to every rule of times, people and money."""

    def __init__(
        self, problem: Problem, index: int, route: Route, vehicle: Vehicle, places: list[tuple[int, Site]]
    ) -> None:
        super().__init__(problem, index, route, vehicle, places)
        self.done: list[int] = []
        """When everything at each stop is handed over (s): a vehicle that is held up there stays longer."""
        self._stops()
        self._rests()
        self._meal()
        self._boxes()
        self.loads = judge_cargo(self)
        self._crew()
        self.cost = self._money()

    def judged(self) -> Judged:
        distance = sum(way for way, _ in self.legs)
        return Judged(self.route.vehicle, tuple(self.arrivals), self.end, distance, self.loads, self.cost)

    def _stops(self) -> None:
        """Service: not before arrival and rest, in a window, not after it is due, as long as it takes, with its slack."""
        problem = self.problem
        for number, (stop, (_, site)) in enumerate(zip(self.route.stops, self.places[1:-1], strict=True)):
            duration = self.legs[number][1]
            rested = sum(
                b.end - b.start
                for b in self.route.breaks
                if b.leg == number and b not in self.on_the_way(number, duration)
            )
            if stop.start < self.arrivals[number] + rested:
                earliest = problem.clock(self.arrivals[number] + rested)
                self.say(Rule.EARLY, number, value=problem.clock(stop.start), expected=earliest)
            if stop.reload:
                self._depot_hours(number, stop, site)
            elif site.windows and not any(w.start <= stop.start <= w.end for w in site.windows):
                hours = ", ".join(f"{problem.clock(w.start)}–{problem.clock(w.end)}" for w in site.windows)
                self.say(Rule.WINDOW, number, value=problem.clock(stop.start), expected=hours)
            for order in self.orders[number]:
                if order.due is not None and stop.start > order.due:
                    value, due = problem.clock(stop.start), problem.clock(order.due)
                    self.say(Rule.DUE, number, order=order.id, value=value, expected=due)
            handled = self.orders[number] + self.fetched[number]
            takes = site.service + sum(site.per_unit * order.amounts.units for order in handled)
            leaves = max(stop.start + takes, self._held_until(number))
            self.done.append(stop.start + takes)
            if stop.departure != leaves:
                expected = problem.clock(leaves)
                self.say(Rule.SERVICE, number, value=problem.clock(stop.departure), expected=expected)
            self._slack(number, stop, site)
            if site.admits is not None and not stop.reload and self.vehicle.kind not in site.admits:
                self.say(Rule.ACCESS, number, value=self.vehicle.kind, expected=" ".join(site.admits))

    def _held_until(self, number: int) -> int:
        """The moment before which a stop cannot be left, as the vehicle is late there; 0 where there is none."""
        held = next((lock.held for lock in self.problem.locks if lock.vehicle == self.vehicle.id), None)
        counts = [len(stop.orders) + len(stop.fetched) + stop.reload for stop in self.route.stops]
        before = sum(counts[:number])
        if held is None or not before < held.begun <= before + counts[number]:
            return 0
        return held.until

    def _depot_hours(self, number: int, stop: Stop, site: Site) -> None:
        for window in site.windows[:1]:
            if stop.start < window.start or stop.departure > window.end:
                value, hours = (
                    f"{self.problem.clock(start)}–{self.problem.clock(end)}"
                    for start, end in ((stop.start, stop.departure), (window.start, window.end))
                )
                self.say(Rule.SHIFT, number, value=value, expected=hours)

    def _slack(self, number: int, stop: Stop, site: Site) -> None:
        takes = site.service if stop.reload else 0
        latest = [w.end - takes for w in site.windows if w.start <= stop.start <= w.end - takes]
        latest += [order.due for order in self.orders[number] if order.due is not None]
        slack = min(latest) - stop.start if latest else None
        if slack != stop.slack:
            span = self.problem.span
            stated, expected = (None if value is None else span(value) for value in (stop.slack, slack))
            self.say(Rule.SLACK, number, value=stated, expected=expected)

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
                    self.say(Rule.REST_TIME, leg, value=value, expected=at)
                if rule is None or rest.end - rest.start < rule.rest:
                    if self._feeds(rest):
                        behind, now = rest.driven, rest.end
                        continue
                    least = problem.span(rule.rest) if rule is not None else "–"
                    self.say(Rule.REST_TIME, leg, value=problem.span(rest.end - rest.start), expected=least)
                else:
                    driven = 0
                behind, now = rest.driven, rest.end
            driven += duration - behind
            self._driven(leg, driven)
        for rest in self.route.breaks:
            if not 0 <= rest.leg < len(self.legs):
                self.say(Rule.REST_TIME, None, value=rest.leg, expected=f"0 … {len(self.legs) - 1}")

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
            self.say(Rule.MEAL, None, value=value, expected=expected)

    def _driven(self, leg: int, driven: int) -> None:
        rule = self.problem.rest
        if rule is not None and driven > rule.driving:
            self.say(Rule.REST, leg, value=self.problem.span(driven), expected=self.problem.span(rule.driving))

    def _boxes(self) -> None:
        """Every passive box is handed over within its hold time, less what each earlier opening of the doors took."""
        for number, stop in enumerate(self.route.stops):
            for order in self.orders[number]:
                if order.hold is None:
                    continue
                begun, first, after = self.trip(number)
                if order.origin is not None:
                    fetched = self.fetched_at.get(order.id, number)
                    begun = self.route.stops[fetched].start if order.loaded is None else order.loaded
                    first = fetched + 1
                opened = after - 1 - number if order.collect else number - first
                limit = order.hold - opened * self.problem.opening_loss
                boxed = self.back(number) - stop.start if order.collect else self.done[number] - begun
                if boxed > limit:
                    value, holds = self.problem.span(boxed), self.problem.span(limit)
                    self.say(Rule.HOLD, number, order=order.id, value=value, expected=holds)

    def _crew(self) -> None:
        """The driver may do it, and vehicle, driver and depots are there at the time; neither too long nor too far."""
        route, problem, vehicle = self.route, self.problem, self.vehicle
        if self.driver is not None:
            needed = {
                *vehicle.requires,
                *(need for orders in self.orders for order in orders for need in order.requires),
            }
            if missing := sorted(needed - {*self.driver.qualifications}):
                self.say(Rule.QUALIFICATION, None, value=self.driver.id, expected=", ".join(missing))
        shifts = [shift for shift in (vehicle.shift, self.driver.shift if self.driver else None) if shift is not None]
        bounds = [(shift.start, shift.end) for shift in shifts]
        bounds += [(w.start, self.end) for w in self.places[0][1].windows[:1]]
        bounds += [(0, self.end)] if not bounds else []
        bounds += [(route.start, w.end) for w in self.places[-1][1].windows[:1]]
        for start, end in bounds:
            if route.start < start or self.end > end:
                value = f"{problem.clock(route.start)}–{problem.clock(self.end)}"
                self.say(Rule.SHIFT, None, value=value, expected=f"{problem.clock(start)}–{problem.clock(end)}")
        for window in self.places[0][1].windows[:1]:
            if route.departure > window.end:
                self.say(Rule.SHIFT, None, value=problem.clock(route.departure), expected=problem.clock(window.end))
        groups = {order.alone for orders in self.orders for order in orders}
        if len(groups) > 1:
            self.say(Rule.ALONE, None, value=" + ".join(sorted(group or "–" for group in groups)))
        out = self.end - route.start
        if vehicle.max_duration is not None and out > vehicle.max_duration:
            self.say(Rule.DURATION, None, value=problem.span(out), expected=problem.span(vehicle.max_duration))
        self._trips()
        way = sum(distance for distance, _ in self.legs)
        if vehicle.max_distance is not None and way > vehicle.max_distance:
            self.say(Rule.DISTANCE, None, value=problem.km(way), expected=problem.km(vehicle.max_distance))
        if route.distance != way:
            self.say(Rule.TOTAL, None, what="里程 (distance)", value=route.distance, expected=way)
        if route.duration != out:
            self.say(Rule.TOTAL, None, what="时长 (duration)", value=route.duration, expected=out)

    def _trips(self) -> None:
        """No trip takes longer, from the start of loading until the vehicle is back, than goods may be out."""
        longest, begun = self.vehicle.max_trip, self.route.start
        if longest is None:
            return
        ends = [(number, stop.arrival, stop.start) for number, stop in enumerate(self.route.stops) if stop.reload]
        for number, back, again in [*ends, (None, self.end, self.end)]:
            if back - begun > longest:
                value, expected = self.problem.span(back - begun), self.problem.span(longest)
                self.say(Rule.TRIP, number, value=value, expected=expected)
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
                self.say(Rule.COST, None, what=part, value=f"{stated:.4f}", expected=f"{expected:.4f}")
        return cost
