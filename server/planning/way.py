"""What a route is before it has times: its visits and legs, and the timetable it may get.

``schedule`` makes the timetable.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate, pairwise

from server.planning.lookup import Crew, Lookup
from server.planning.plan import Break
from server.planning.problem import NO_ROAD, Order, Rest, Vehicle, Window
from server.planning.sequences import FETCH, from_depot, is_fetch, is_reload, trips_of, visits_of


class Snag(Enum):
    """What prevents a timetable."""

    ROAD = "road"
    WINDOW = "window"
    HOLD = "hold"
    SHIFT = "shift"
    LOAD = "load"


@dataclass(frozen=True)
class Failure:
    """No timetable: the visit it breaks at, the value there and the limit it breaks (s; both 0 where there is none)."""

    snag: Snag
    visit: int
    value: int = 0
    limit: int = 0


@dataclass(frozen=True)
class Visit:
    """Consecutive orders for one site, handed over together; ``row`` is the site's in the matrix.

    ``release`` is when what is collected here is ready, ``hold`` the time its boxes brought here have, ``keep`` that of the
    boxes collected here, from the start of service until they are back. With ``reload`` the vehicle is at its depot to load
    again: ``release`` is when all of the next trip is there. With ``transfers`` some are fetched or handed over here.
    """

    site: str
    row: int
    orders: tuple[Order, ...]
    windows: tuple[Window, ...]
    due: int | None
    service: int
    hold: int | None
    release: int = 0
    keep: int | None = None
    reload: bool = False
    transfers: bool = False


@dataclass(frozen=True)
class Timetable:
    """When everything happens (s); legs are one more than visits, the last leads back."""

    visits: tuple[Visit, ...]
    start: int
    departure: int
    arrivals: tuple[int, ...]
    starts: tuple[int, ...]
    departures: tuple[int, ...]
    end: int
    distances: tuple[int, ...]
    durations: tuple[int, ...]
    breaks: tuple[Break, ...]

    @property
    def distance(self) -> int:
        return sum(self.distances)

    @property
    def duration(self) -> int:
        return self.end - self.start

    @property
    def trips(self) -> tuple[tuple[int, int, int], ...]:
        """Per trip the start of loading, when it is back, and the place of the last visit before that."""
        back = [index for index, visit in enumerate(self.visits) if visit.reload]
        begins = (self.start, *(self.starts[index] for index in back))
        ends = (*(self.arrivals[index] for index in back), self.end)
        return tuple(zip(begins, ends, (*(index - 1 for index in back), len(self.visits) - 1), strict=True))

    @property
    def calls(self) -> int:
        """How many visits there are, not counting returns to load again."""
        return sum(not visit.reload for visit in self.visits)


@dataclass(frozen=True)
class Way:
    """What stays the same whenever the route starts: the visits, the legs, and the time loading takes."""

    crew: Crew
    visits: tuple[Visit, ...]
    distances: tuple[int, ...]
    durations: tuple[int, ...]
    loading: int
    earliest: int
    """The first moment loading may begin: the crew's hours and the last release of the first trip."""
    rest: Rest | None
    """The rule on driving, where the route is long enough for it to matter."""
    opening_loss: int
    held: tuple[int, int] | None = None
    """The visit that is not left before a moment (s): the place to which a vehicle that is late has come."""


def way(lookup: Lookup, crew: Crew, orders: Sequence[Order], rests: bool = True) -> Way | Failure:
    """The visits and legs of a sequence; a failure where no road leads on or the vehicle's distance is too short.

    Without ``rests`` the rule on driving is left out of it.
    """
    problem, vehicle = lookup.problem, crew.vehicle
    trips = trips_of(orders)
    visits = visits_along(lookup, vehicle, orders)
    rows = [lookup.row[vehicle.depot], *(visit.row for visit in visits), lookup.row[vehicle.end_depot]]
    matrix = problem.matrices[vehicle.profile]
    distances = tuple(matrix.distance[a][b] for a, b in pairwise(rows))
    durations = tuple(matrix.duration[a][b] for a, b in pairwise(rows))
    if NO_ROAD in distances:
        return Failure(Snag.ROAD, min(distances.index(NO_ROAD), len(visits) - 1))
    if vehicle.max_distance is not None and sum(distances) > vehicle.max_distance:
        return Failure(Snag.SHIFT, len(visits) - 1, sum(distances), vehicle.max_distance)
    loading = lookup.sites[vehicle.depot].service
    earliest = max((order.release for order in trips[0] if from_depot(order)), default=crew.early)
    return Way(
        crew,
        visits,
        distances,
        durations,
        loading,
        max(crew.early, earliest),
        problem.rest if rests and problem.rest is not None and sum(durations) > problem.rest.driving else None,
        problem.opening_loss,
        held_at(crew, visits),
    )


def held_at(crew: Crew, visits: Sequence[Visit]) -> tuple[int, int] | None:
    """The visit at which a late vehicle is held up, and until when (s); ``None`` where it is not."""
    held = crew.lock.held if crew.lock is not None else None
    if held is None:
        return None
    counted = accumulate(len(visit.orders) for visit in visits)
    index = next((i for i, count in enumerate(counted) if count >= held.begun), None)
    return None if index is None else (index, held.until)


def visits_along(lookup: Lookup, vehicle: Vehicle, orders: Sequence[Order]) -> tuple[Visit, ...]:
    """The visits of a sequence, returns to load again among them."""
    visits: list[Visit] = []
    following = iter(trips_of(orders)[1:])
    for group in visits_of(orders):
        if is_reload(group[0]):
            visits.append(_reload(lookup, vehicle, group, next(following)))
        else:
            visits.append(visit_of(lookup, group))
    return tuple(visits)


def _reload(lookup: Lookup, vehicle: Vehicle, marker: Sequence[Order], trip: Sequence[Order]) -> Visit:
    """Coming back to load again: the depot's window bounds the start of loading and the departure."""
    depot = lookup.sites[vehicle.depot]
    windows = tuple(Window(window.start, window.end - depot.service) for window in depot.windows)
    if any(window.end < window.start for window in windows):
        windows = (Window(-1, -1),)  # it closes before anything could be loaded
    release = max((order.release for order in trip if from_depot(order)), default=0)
    return Visit(
        depot.id, lookup.row[depot.id], tuple(marker), windows, None, depot.service, None, release=release, reload=True
    )


def visit_of(lookup: Lookup, group: Sequence[Order]) -> Visit:
    """The visit that serves orders for one site together."""
    names = tuple(order.id for order in group)
    known = lookup.visits.get(names)
    if known is None:  # most of a route stays as it was while a place for one more order is looked for
        known = lookup.visits[names] = _new_visit(lookup, group)
    return known


def _new_visit(lookup: Lookup, group: Sequence[Order]) -> Visit:
    site = lookup.sites[group[0].site]
    return Visit(
        site.id,
        lookup.row[site.id],
        tuple(group),
        site.windows,
        due=min((order.due for order in group if order.due is not None), default=None),
        service=lookup.service(site, group),
        hold=min((order.hold for order in group if order.hold is not None and from_depot(order)), default=None),
        release=max((order.release for order in group if order.collect or is_fetch(order)), default=0),
        keep=min((order.hold for order in group if order.hold is not None and order.collect), default=None),
        transfers=any(is_fetch(order) or order.origin is not None for order in group),
    )


def fetched_boxes(visits: Sequence[Visit]) -> Iterator[tuple[int, int, int, int | None]]:
    """Transfers in passive boxes: where each is fetched, where it is handed over, how long the box holds (s), and since when
    (s; ``None``: from the start of service where it is fetched)."""
    fetched: dict[str, int] = {}
    for index, visit in enumerate(visits):
        for order in visit.orders if visit.transfers else ():
            if is_fetch(order):
                fetched[order.id] = index
            elif order.origin is not None and order.hold is not None:
                yield fetched.get(FETCH + order.id, index), index, order.hold, order.loaded


def back_after(visits: Sequence[Visit], index: int) -> int:
    """The place of the next return to load again after a visit, or one past the last visit: the end of the route."""
    return next((later for later in range(index + 1, len(visits)) if visits[later].reload), len(visits))
