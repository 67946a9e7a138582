"""What a route breaks, in words with the amount: for the dispatcher at the desk. The checker has the last word on a plan;
this says why it will refuse, before it is asked, and by how much."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import msgspec

from server.planning.hand import orders_of
from server.planning.lookup import Crew, Lookup, compartment
from server.planning.plan import Route, Stop
from server.planning.problem import DIMENSIONS, NO_ROAD, Amounts, Capacity, Order, Problem, Site
from server.planning.schedule import fed
from server.planning.sequences import boards
from shared import problems
from shared.errors import Kind, Refused
from shared.errors import Problem as Fault

Names = Mapping[str, str]
"""What people call the orders, vehicles and drivers of a problem, by id; what is not in it is called by its id."""


SOME = 3
"""How many of the goods that must not be beside others are named."""


class Broken(msgspec.Struct, frozen=True):
    """A promise that a route breaks: at which of its stops (0, 1 …; ``None``: the route as a whole), and a numbered problem
    with the value, the limit and the amount."""

    vehicle: str
    stop: int | None
    problem: Fault


def broken_promises(lookup: Lookup, crew: Crew, route: Route, names: Names) -> list[Broken]:
    """Everything a route of a plan breaks, stop by stop, then as a whole; nothing where it holds."""
    judge = _Judge(lookup, crew, route, names)
    return [*judge.stops(), *judge.whole()]


class _Judge:
    """One route, looked at promise by promise."""

    def __init__(self, lookup: Lookup, crew: Crew, route: Route, names: Names) -> None:
        self.lookup, self.crew, self.route, self.names = lookup, crew, route, names
        self.problem = lookup.problem
        self.orders = [[lookup.orders[name] for name in stop.orders] for stop in route.stops]
        self.fetched = {name: index for index, stop in enumerate(route.stops) for name in stop.fetched}
        back = [index for index, stop in enumerate(route.stops) if stop.reload]
        begins = (route.start, *(route.stops[index].start for index in back))
        ends = (*(route.stops[index].arrival for index in back), route.end)
        self.trips = tuple(zip(begins, ends, (0, *(index + 1 for index in back)), strict=True))
        """Per trip when its loading begins, when it is back, and its first stop."""

    def _name(self, key: str) -> str:
        return self.names.get(key, key)

    def _say(self, stop: int | None, entry: Kind, **values: object) -> Broken:
        return Broken(self.route.vehicle, stop, Refused(entry, **values).problem)

    def _times(self, value: int, limit: int) -> dict[str, str]:
        """A moment, the one it should not be after, and by how much it is."""
        clock = self.problem.clock
        return {"value": clock(value), "expected": clock(limit), "over": short(self.problem, value - limit)}

    def _spans(self, value: int, limit: int) -> dict[str, str]:
        parts = (value, limit, value - limit)
        return dict(zip(("value", "expected", "over"), (short(self.problem, part) for part in parts), strict=True))

    # stop by stop ------------------------------------------------------------------------------------------------------

    def stops(self) -> Iterator[Broken]:
        """What breaks at each stop."""
        matrix = self.problem.matrices[self.crew.vehicle.profile].distance
        places = [self.route.depot, *(stop.site for stop in self.route.stops), self.route.end_depot]
        rows = [self.lookup.row[place] for place in places]
        roadless = [matrix[a][b] == NO_ROAD for a, b in pairwise(rows)]
        for index, stop in enumerate(self.route.stops):
            site = self.lookup.sites[stop.site]
            if roadless[index]:
                yield self._say(index, problems.DESK_ROAD, value=site.name or self._name(site.id))
            closes = stop.departure - stop.start if stop.reload else 0  # a depot is open until all is loaded
            if site.windows and not any(w.start <= stop.start <= w.end - closes for w in site.windows):
                yield self._say(index, problems.DESK_WINDOW, **self._times(stop.start, _last(site, stop)))
            if site.admits is not None and not stop.reload and self.crew.vehicle.kind not in site.admits:
                kinds = {"value": self.crew.vehicle.kind or "–", "expected": " ".join(site.admits)}
                yield self._say(index, problems.DESK_ACCESS, **kinds)
            for order in self.orders[index]:
                yield from self._order(index, stop, order)
                yield from self._company(index, order)
        if roadless[-1]:
            yield self._say(None, problems.DESK_ROAD, value=self._name(self.route.end_depot))

    def _order(self, index: int, stop: Stop, order: Order) -> Iterator[Broken]:
        name, route, vehicle = self._name(order.id), self.route, self.crew.vehicle
        if order.due is not None and stop.start > order.due:
            yield self._say(index, problems.DESK_DUE, order=name, **self._times(stop.start, order.due))
        begins, _, first = next(trip for trip in reversed(self.trips) if trip[2] <= index)
        if order.origin is not None:
            fetched = self.fetched.get(order.id, index)
            begins, first = route.stops[fetched].start, fetched + 1
        if order.hold is not None:
            boxed = self._handed_over(index, stop) - (begins if order.loaded is None else order.loaded)
            holds = order.hold - (index - first) * self.problem.opening_loss
            if boxed > holds:
                yield self._say(index, problems.DESK_HOLD, order=name, **self._spans(boxed, holds))
        if compartment(vehicle, order.zone) is None:
            yield self._say(index, problems.DESK_ZONE, value=name, expected=order.zone)
        if order.depot is not None and order.depot != vehicle.depot:
            yield self._say(index, problems.DESK_DEPOT, value=name, expected=self._name(order.depot))
        if order.release > begins:
            clock = self.problem.clock
            times = {"value": clock(begins), "expected": clock(order.release)}
            yield self._say(index, problems.DESK_RELEASE, order=name, **times)
        driver = self.crew.driver
        missing = sorted({*order.requires} - {*driver.qualifications}) if driver is not None else []
        if driver is not None and missing:
            yield self._say(index, problems.DESK_PAPERS, value=self._name(driver.id), expected=", ".join(missing))

    def _company(self, index: int, order: Order) -> Iterator[Broken]:
        """Whether goods that want a vehicle to themselves, or share it with their group only, have it."""
        if order.alone is None:
            return
        others = [other.id for orders in self.orders for other in orders if other.alone != order.alone]
        if others:
            named_ones = " ".join(map(self._name, others[:SOME]))
            rest = f" + {len(others) - SOME}" if len(others) > SOME else ""
            yield self._say(index, problems.DESK_ALONE, order=self._name(order.id), value=named_ones + rest)

    def _handed_over(self, index: int, stop: Stop) -> int:
        """When everything at a stop is handed over (s): a vehicle that is held up there stays longer."""
        handled = [*self.orders[index], *(self.lookup.orders[name] for name in stop.fetched)]
        return stop.start + self.lookup.service(self.lookup.sites[stop.site], handled)

    # the route as a whole ----------------------------------------------------------------------------------------------

    def whole(self) -> Iterator[Broken]:
        """What breaks of the route: load, crew, hours, way."""
        route, crew, vehicle = self.route, self.crew, self.crew.vehicle
        yield from self._load()
        if crew.driver is None and self.problem.drivers:
            yield self._say(None, problems.DESK_DRIVERLESS, value=self._name(vehicle.id))
        if crew.driver is not None and (missing := sorted({*vehicle.requires} - {*crew.driver.qualifications})):
            papers = {"value": self._name(crew.driver.id), "expected": ", ".join(missing)}
            yield self._say(None, problems.DESK_PAPERS, **papers)
        if crew.leave_by is not None and route.departure > crew.leave_by:
            yield self._say(None, problems.DESK_LEAVE, **self._times(route.departure, crew.leave_by))
        if crew.late is not None and route.end > crew.late:
            yield self._say(None, problems.DESK_RETURN, **self._times(route.end, crew.late))
        yield from self._meal()
        if vehicle.max_duration is not None and route.duration > vehicle.max_duration:
            yield self._say(None, problems.DESK_DURATION, **self._spans(route.duration, vehicle.max_duration))
        for begins, ends, first in self.trips:
            if vehicle.max_trip is not None and ends - begins > vehicle.max_trip:
                at = None if first == 0 else first - 1  # said at the return that the trip begins with
                yield self._say(at, problems.DESK_TRIP, **self._spans(ends - begins, vehicle.max_trip))
        if len(self.trips) > vehicle.trips:
            yield self._say(None, problems.DESK_TRIPS, value=len(self.trips), expected=vehicle.trips)
        if vehicle.max_distance is not None and route.distance > vehicle.max_distance:
            values = (route.distance, vehicle.max_distance, route.distance - vehicle.max_distance)
            way = dict(zip(("value", "expected", "over"), map(self.problem.km, values), strict=True))
            yield self._say(None, problems.DESK_DISTANCE, **way)

    def _meal(self) -> Iterator[Broken]:
        """Whether a driver who is out when the meal may begin at the latest has it on the way."""
        meal, driver, route = self.crew.meal, self.crew.driver, self.route
        if driver is None or meal is None or not route.start < meal.latest < route.end or fed(meal, route.breaks):
            return
        clock = self.problem.clock
        within = f"{clock(meal.start)}–{clock(meal.latest)}"
        length = short(self.problem, meal.length)
        yield self._say(None, problems.DESK_MEAL, value=self._name(driver.id), expected=within, length=length)

    def _load(self) -> Iterator[Broken]:
        moments = boards(self.lookup.sequence(self.crew.vehicle, orders_of(self.route)))
        spaces: list[tuple[str, list[Amounts], Capacity]] = [
            ("", [sum(load.values(), Amounts()) for load in moments], self.crew.vehicle.capacity)
        ]
        for zone in sorted({zone for load in moments for zone in load}):
            space = compartment(self.crew.vehicle, zone)
            if space is not None:
                spaces.append((zone, [load.get(zone, Amounts()) for load in moments], space))
        told: set[tuple[str, int, int]] = set()
        for zone, some, space in spaces:
            for dimension in DIMENSIONS:
                value, limit = max(getattr(load, dimension) for load in some), getattr(space, dimension)
                if limit is None or value <= limit or (dimension, value, limit) in told:
                    continue  # a vehicle of one compartment is too full once, not twice
                told.add((dimension, value, limit))
                what = f"{zone} {_DIMENSION[dimension]}".strip()
                yield self._say(None, problems.DESK_LOAD, what=what, value=value, expected=limit, over=value - limit)


_DIMENSION = {"units": "件 packs", "volume": "cm³", "weight": "g"}


def _last(site: Site, stop: Stop) -> int:
    """The end of the window that was missed: the last one before service starts."""
    return max((w.end for w in site.windows if w.end < stop.start), default=site.windows[0].start)


def short(problem: Problem, duration: int) -> str:
    """A duration in hours and minutes (``2:35``), begun minutes counted; benchmark files as they count."""
    if problem.resolution != 1:
        return problem.span(duration)
    minutes = -(-duration // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def named(fault: Fault, names: Names) -> Fault:
    """A problem with what people call things in the place of ids."""
    return Fault(fault.number, {field: _renamed(value, names) for field, value in fault.values.items()})


def _renamed(value: str, names: Names) -> str:
    if value in names:
        return names[value]
    words = [names.get(word.strip(","), word) for word in value.split(" ")]
    return " ".join(words)
