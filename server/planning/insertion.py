"""An urgent order into a day that runs: every way to take it along, ranked, with what each costs and breaks.

What has begun stays as it is (the problem's locks say what that is: see :mod:`server.planning.under_way`), and what is
planned keeps its sequence: the one question is where the new order goes. The ranking is exact as far as it is shown: places
are looked at in the order of lower bounds (:mod:`server.planning.insertion_bounds`), each is worked out in full when it is
its turn, and stands in its place when nothing that was not worked out can be better. What comes after that is ordered by the
bounds and carries no figures.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, count

import msgspec

from server.planning.broken import Broken, Names
from server.planning.compose import compose_route
from server.planning.insertion_bars import Unable, unable
from server.planning.insertion_begun import begun_as_planned, with_meal_as_had
from server.planning.insertion_bounds import RouteBounds
from server.planning.insertion_places import Place, places, sequence_with
from server.planning.insertion_times import Worked, work_out
from server.planning.lookup import Crew, Lookup, nameless_driver, nameless_vehicle
from server.planning.mend import route_cost
from server.planning.plan import Plan, Route, Unserved
from server.planning.problem import Order, Problem, Vehicle
from server.planning.reasons import all_crews, impossible, left_over
from server.planning.schedule import Way, way
from server.planning.sequences import FETCH, RELOAD, from_depot, is_reload, trips_of
from shared import problems
from shared.errors import Refused

EXACT = 8
"""How many of the choices are worked out unless more are asked for: what a person reads before deciding."""


class Moved(msgspec.Struct, frozen=True):
    """A stop that begins service at another moment than planned (s): its orders, and when before and after."""

    site: str
    orders: tuple[str, ...]
    before: int
    after: int


class Figures(msgspec.Struct, frozen=True):
    """What a choice comes to, worked out in full.

    ``route`` is the vehicle's route with the order in it. ``cost`` (money) is what the plan's cost changes by, ``distance``
    (m) and ``duration`` (s) what its way and its hours do. ``number`` (1, 2 …) is the stop at which the order is handed over.
    ``moved`` are the other stops whose service begins at another moment, in driving order; ``broken`` every promise that the
    route breaks then, ``over`` by how much (s) altogether, as far as it is time.
    """

    route: Route
    cost: float
    distance: int
    duration: int
    number: int
    moved: tuple[Moved, ...]
    broken: tuple[Broken, ...]
    over: int

    @property
    def handed(self) -> int:
        """When service begins at which the order is handed over (s)."""
        return self.route.stops[self.number - 1].start


class Choice(msgspec.Struct, frozen=True):
    """One way to take the order along: who, and the whole sequence of the route then, in which
    :data:`~server.planning.sequences.RELOAD` is a return to load again and :data:`~server.planning.sequences.FETCH` begins
    where a transfer is fetched.

    ``returns`` says that the order is loaded on such a return, ``used`` that the vehicle has a route without it.
    """

    vehicle: str
    driver: str | None
    sequence: tuple[str, ...]
    returns: bool
    used: bool
    figures: Figures

    @property
    def holds(self) -> bool:
        """Whether it breaks nothing."""
        return not self.figures.broken


class Further(msgspec.Struct, frozen=True):
    """A choice that comes so far behind that it was not worked out: who, and where in the sequence of the route as it is (0:
    first) the order is put, or the first thing that is put there for it."""

    vehicle: str
    driver: str | None
    place: int


class Choices(msgspec.Struct, frozen=True):
    """All ways to take an order along: those that break nothing by what they cost; then those that do, by how much: times
    before what no agreement mends (load), and by how much altogether; then by how many promises, and what they cost.

    ``choices`` are those that were worked out, the best ones; ``further`` are all others, ranked by the least they come to.
    ``unable`` are the vehicles that cannot carry it at all, with the reason. ``left`` is the last choice, to leave it: the
    reason a plan gives then; ``penalty`` is what that costs (money; ``None``: it must be served).
    """

    order: str
    choices: tuple[Choice, ...]
    further: tuple[Further, ...]
    unable: tuple[Unable, ...]
    left: Unserved
    penalty: float | None


def rank(
    problem: Problem, plan: Plan, order_id: str, now: int, *, exact: int | None = EXACT, names: Names | None = None
) -> Choices:
    """All ways to take an order along, the best first.

    ``problem`` is the plan's, with the new order in it, its locks saying what has begun, and all its matrices; ``plan`` does
    not serve the order, and keeps every rule. ``now`` (s) is the first moment at which anybody can still be told. ``exact``
    is how many choices are worked out at least (``None``: all). ``names`` are used in what breaks.

    Vehicles at home that are alike are one choice, and so are drivers.
    """
    day = Day(problem, plan, order_id, now, names or {})
    return day.choices(exact)


@dataclass(frozen=True)
class _Begun:
    """A crew with its route as it is. ``path`` has no visits where it stays at home so far."""

    crew: Crew
    orders: tuple[Order, ...]
    path: Way
    route: Route | None
    bounds: RouteBounds
    full: tuple[bool, ...]
    """Of each of its trips, whether the order is too much beside what is loaded for it at the depot."""
    firsts: tuple[int, ...]
    """Where in its sequence each visit begins, and where the last one ends."""

    def over(self, place: Place, order: Order) -> bool:
        """Whether the trip on which a place is has no room for an order from the depot."""
        if place.anew or not from_depot(order):
            return False
        return self.full[sum(visit.reload for visit in self.path.visits[: place.spots[0][0]])]


@dataclass(frozen=True)
class _Candidate:
    """A place on a route: how far it has been looked at, from the least of way and work, by the bound with its windows, to
    being worked out."""

    begun: _Begun
    place: Place
    bounded: bool = False
    worked: Worked | None = None

    @property
    def sequence(self) -> list[Order]:
        """The route's orders with the new one among them."""
        return sequence_with(self.begun.orders, self.begun.path.visits, self.place)


_Key = tuple[bool, bool, int, int, float]
"""Whether something breaks, whether that is more than time, by how much (s), how many promises, and the added cost."""


class Day:
    """One order, and everybody who could take it: :func:`rank` asks it, step by step."""

    def __init__(self, problem: Problem, plan: Plan, order_id: str, now: int, names: Names) -> None:
        self.problem, self.plan, self.now, self.names = problem, plan, now, names
        self.lookup = Lookup(problem)
        self.order = self.lookup.orders[order_id]
        self.unable: list[Unable] = []
        self._number = count()

    def choices(self, exact: int | None) -> Choices:
        heap = [(key, next(self._number), one) for begun in self.crews() for key, one in self.candidates(begun)]
        heapq.heapify(heap)
        done: list[Choice] = []
        while heap and (exact is None or len(done) < exact):
            key, _, one = heapq.heappop(heap)
            if one.worked is not None:
                done.append(self._choice(one, self._figures(one.begun, one.worked)))
            elif (closer := self.looked_at(one, key)) is not None:
                heapq.heappush(heap, (closer[0], next(self._number), closer[1]))
        further = tuple(_further(one) for _, _, one in sorted(heap))
        left = self._left(any(choice.holds for choice in done))
        return Choices(self.order.id, tuple(done), further, tuple(self.unable), left, self.order.penalty)

    # who -----------------------------------------------------------------------------------------------------------------

    def crews(self) -> Iterator[_Begun]:
        """Every crew that may carry the order: those with a route, then one of each kind of those at home."""
        driven = {route.vehicle for route in self.plan.routes}
        for route in self.plan.routes:
            crew = self._crew(route)
            if self._may(crew):
                yield self._begun(crew, route)
        seen: set[Vehicle] = set()
        for vehicle in self.problem.vehicles:
            kind = nameless_vehicle(vehicle)
            if vehicle.id in driven or kind in seen:
                continue
            seen.add(kind)
            yield from self._at_home(vehicle)

    def _crew(self, route: Route) -> Crew:
        driver = None if route.driver is None else self.lookup.drivers[route.driver]
        carried = next((name for stop in route.stops for name in stop.orders), None)
        group = None if carried is None else self.lookup.orders[carried].alone
        crew = self.lookup.crew(self.lookup.vehicles[route.vehicle], driver, group)
        return self._told(with_meal_as_had(crew, route), min(self.now, route.start))

    @staticmethod
    def _told(crew: Crew, at: int) -> Crew:
        return replace(crew, early=max(crew.early, at))

    def _may(self, crew: Crew) -> bool:
        why = unable(self.lookup, crew, self.order, self.names)
        if why is not None:
            self.unable.append(why)
        return why is None

    def _at_home(self, vehicle: Vehicle) -> Iterator[_Begun]:
        """A vehicle at home with one of each kind of the drivers who are free."""
        taken = {route.driver for route in self.plan.routes}
        lock = self.lookup.locks.get(vehicle.id)
        free = [driver for driver in self.problem.drivers if driver.id not in taken]
        if lock is not None and lock.driver is not None:
            free = [driver for driver in free if driver.id == lock.driver]
        kinds = list({nameless_driver(driver): driver for driver in reversed(free)}.values())
        crews = [self.lookup.crew(vehicle, driver) for driver in reversed(kinds)]
        if not self.problem.drivers:
            crews = [self.lookup.crew(vehicle, None)]
        if not crews:
            fault = Refused(problems.DESK_DRIVERLESS, value=self.names.get(vehicle.id, vehicle.id)).problem
            self.unable.append(Unable(vehicle.id, fault))
        whys = [unable(self.lookup, crew.serving(self.order.alone), self.order, self.names) for crew in crews]
        if crews and all(whys):
            self.unable += [why for why in whys[:1] if why is not None]
        for crew, why in zip(crews, whys, strict=True):
            if why is None:
                yield self._begun(self._told(crew.serving(self.order.alone), self.now), None)

    def _begun(self, crew: Crew, route: Route | None) -> _Begun:
        orders = () if route is None else tuple(self.lookup.sequence(crew.vehicle, sequence_of(route)))
        path = way(self.lookup, crew, orders) if orders else None
        if not isinstance(path, Way):  # nobody drives yet, and from the depot to the end there may be no road
            assert route is None, "a plan's route has a way"
            loading = self.lookup.sites[crew.vehicle.depot].service
            path = Way(crew, (), (0,), (0,), loading, crew.early, self.problem.rest, self.problem.opening_loss)
        bounds = RouteBounds(self.lookup, crew, path, 0 if route is None else route.duration)
        trips = [[one for one in trip if from_depot(one)] for trip in trips_of(orders)]
        full = tuple(self.lookup.overload(crew.vehicle, [*trip, self.order]) is not None for trip in trips)
        firsts = tuple(accumulate((len(visit.orders) for visit in path.visits), initial=0))
        return _Begun(crew, orders, path, route, bounds, full, firsts)

    # where ---------------------------------------------------------------------------------------------------------------

    def candidates(self, begun: _Begun) -> Iterator[tuple[_Key, _Candidate]]:
        """Every place on a route with the least it costs."""
        single = len(begun.full) == 1 and begun.crew.vehicle.trips == 1
        for place in places(begun.crew, begun.orders, begun.path.visits, self.order):
            over = begun.over(place, self.order)
            if over and not single:
                continue  # another trip takes it, or none does
            cost = begun.bounds.least(place.spots)
            if cost is not None:
                yield (over, over, 0, int(over), cost), _Candidate(begun, place)

    def looked_at(self, one: _Candidate, key: _Key) -> tuple[_Key, _Candidate] | None:
        """A place looked at more closely: by its bound, then in full. ``None`` where it turns out to be none."""
        begun, place = one.begun, one.place
        if not one.bounded:
            earliest = begun.crew.early if place.anew else begun.path.earliest
            found = begun.bounds.bound(place.spots, max(earliest, self.order.release) if place.first else earliest)
            if found is None:
                return None
            breaks = key[1] or found.over > 0
            return (breaks, key[1], found.over, int(breaks), found.cost), _Candidate(begun, place, bounded=True)
        worked = work_out(self.lookup, begun.crew, one.sequence, self.names)
        if worked is None or not begun_as_planned(begun.crew, begun.route, worked.table):
            return None
        return self._key(begun, worked), _Candidate(begun, place, bounded=True, worked=worked)

    # what ----------------------------------------------------------------------------------------------------------------

    def _key(self, begun: _Begun, worked: Worked) -> _Key:
        cost = route_cost(self.lookup, begun.crew, worked.table)
        cost -= 0.0 if begun.route is None else begun.route.cost.total
        return (bool(worked.broken), worked.hard, worked.over, len(worked.broken), cost)

    def _choice(self, one: _Candidate, figures: Figures) -> Choice:
        crew, sequence = one.begun.crew, one.sequence
        at = next(i for i, order in enumerate(sequence) if order.id.removeprefix(FETCH) == self.order.id)
        return Choice(
            crew.vehicle.id,
            None if crew.driver is None else crew.driver.id,
            tuple(order.id for order in sequence),
            not self.order.collect and self.order.origin is None and any(map(is_reload, sequence[:at])),
            one.begun.route is not None,
            figures,
        )

    def _figures(self, begun: _Begun, worked: Worked) -> Figures:
        old = begun.route
        route = compose_route(self.lookup, begun.crew, worked.table)
        number = next(i for i, stop in enumerate(route.stops, 1) if self.order.id in stop.orders)
        return Figures(
            route,
            route.cost.total - (0.0 if old is None else old.cost.total),
            route.distance - (0 if old is None else old.distance),
            route.duration - (0 if old is None else old.duration),
            number,
            _moved(old, route),
            worked.broken,
            worked.over,
        )

    def _left(self, held: bool) -> Unserved:
        """Why the order is left out if it is: somebody's decision where it could have been taken along."""
        name = self.order.id
        if held:
            return Unserved(name, Refused(problems.PLAN_UNSERVED_HAND, value=self.names.get(name, name)).problem)
        reason = impossible(self.lookup, self.order, all_crews(self.lookup))
        return Unserved(name, reason or left_over(self.order, None))


def _further(one: _Candidate) -> Further:
    crew = one.begun.crew
    place = one.begun.firsts[one.place.spots[0][0]]
    return Further(crew.vehicle.id, None if crew.driver is None else crew.driver.id, place)


def sequence_of(route: Route) -> tuple[str, ...]:
    """A route's orders in driving order, with its returns to load again and the fetching of transfers among them."""
    names: list[str] = []
    for stop in route.stops:
        names += [RELOAD] if stop.reload else [*(FETCH + name for name in stop.fetched), *stop.orders]
    return tuple(names)


def _moved(old: Route | None, new: Route) -> tuple[Moved, ...]:
    """The stops of a route that begin at another moment now."""
    if old is None:
        return ()
    starts = {name: stop.start for stop in new.stops for name in (*stop.orders, *(FETCH + one for one in stop.fetched))}
    found = []
    for stop in old.stops:
        names = [*stop.orders, *(FETCH + one for one in stop.fetched)]
        if names and starts[names[0]] != stop.start:
            found.append(Moved(stop.site, stop.orders or stop.fetched, stop.start, starts[names[0]]))
    return tuple(found)
