"""Where in a running route one more order could go: every place that leaves what has begun as it is, and the rest in its
sequence. Nothing is timed here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from server.planning.insertion_bounds import Spot
from server.planning.lookup import Crew
from server.planning.problem import Order
from server.planning.schedule import Visit
from server.planning.sequences import FETCH, fetch_of, from_depot, is_fetch, is_reload, reload_of


@dataclass(frozen=True)
class Place:
    """``spots`` are what is put before which visit; with ``anew`` loading for the first trip does not wait for what is on it
    now, as some of that is loaded later; ``first`` says that the new order is on the first trip, from the depot."""

    spots: tuple[Spot, ...]
    first: bool
    anew: bool = False


def sequence_with(old: Sequence[Order], visits: Sequence[Visit], place: Place) -> list[Order]:
    """The whole sequence of a route with something put into it."""
    at = list(accumulate((len(visit.orders) for visit in visits), initial=0))
    sequence: list[Order] = []
    done = 0
    for gap, order in place.spots:
        sequence += [*old[done : at[gap]], order]
        done = at[gap]
    return sequence + list(old[done:])


def places(crew: Crew, old: Sequence[Order], visits: Sequence[Visit], order: Order) -> Iterator[Place]:
    """Every place for an order on a crew's route (``visits``: its visits, none where it stays at home so far).

    A vehicle that has left carries only what was loaded: an order from the depot then goes behind a return to load again,
    one that is planned or, as far as the vehicle's trips allow, a new one. On such a return goods for later stops stay on
    board; where one of those rides in a passive box, or a trip may only take so long, its time goes on, and no new return is
    put before it.
    """
    route = _Route(crew, old, visits)
    if order.origin is not None:
        yield from _pairs(route, order)
        return
    for gap in route.gaps(order):
        if not (from_depot(order) and route.begun(gap)):
            yield route.place(((gap, order),), from_depot(order))
    for gap in route.open_gaps() if route.more else ():
        yield from _trips(route, gap, order)


def _trips(route: "_Route", gap: int, order: Order) -> Iterator[Place]:
    """A trip for the order before what is there, or a return before it."""
    again = reload_of(route.crew.vehicle)
    starts = gap == 0 or route.visits[gap - 1].reload
    if starts and not (gap == 0 and route.left):
        if gap < len(route.visits) and not route.visits[gap].reload:
            yield route.place(((gap, order), (gap, again)), from_depot(order), anew=True)
    elif not starts and route.divides(gap):
        yield route.place(((gap, again), (gap, order)), False, anew=True)


def _pairs(route: "_Route", order: Order) -> Iterator[Place]:
    """A transfer is fetched at one place and handed over there or at a later one of the same trip."""
    fetch = fetch_of(order)
    handing = set(route.gaps(order))
    for gap in route.gaps(fetch):
        for later in range(gap, len(route.visits) + 1):
            if later > gap and route.visits[later - 1].reload:
                break
            if later in handing:
                yield route.place(((gap, fetch), (later, order)), False)


class _Route:
    """A route as places are looked for in it."""

    def __init__(self, crew: Crew, old: Sequence[Order], visits: Sequence[Visit]) -> None:
        self.crew, self.old, self.visits = crew, old, visits
        self.left = crew.lock is not None and crew.lock.departure is not None
        self.more = bool(visits) and 1 + sum(visit.reload for visit in visits) < crew.vehicle.trips
        self._fixed = len(crew.lock.orders) if crew.lock is not None else 0
        self._at = list(accumulate((len(visit.orders) for visit in visits), initial=0))
        self._trips = list(accumulate((int(visit.reload) for visit in visits), initial=0))
        self._settled = min(self._fixed, len(old))
        self._under_way = sum(is_reload(order) for order in old[: self._settled])

    def gaps(self, order: Order) -> Iterator[int]:
        """Before which visits an order could be put. A place beside a visit to the same site is the visit itself, and
        what is settled is not visited for longer."""
        for gap in self.open_gaps():
            same_next = gap < len(self.visits) and self._same(gap, order)
            same_before = gap > 0 and self._same(gap - 1, order)
            if same_next or (same_before and self._at[gap - 1] < self._settled):
                continue
            yield gap

    def open_gaps(self) -> Iterator[int]:
        """Before which visits anything could be put."""
        return (gap for gap, at in enumerate(self._at) if at >= self._settled)

    def begun(self, gap: int) -> bool:
        """Whether the trip on which something before visit ``gap`` is has begun: it carries what was loaded for it."""
        return self.left and self.trip(gap) <= self._under_way

    def _same(self, visit: int, order: Order) -> bool:
        return not self.visits[visit].reload and self.visits[visit].site == order.site

    def trip(self, gap: int) -> int:
        """The trip (0: the first) on which something before visit ``gap`` is."""
        return self._trips[gap]

    def divides(self, gap: int) -> bool:
        """Whether the vehicle may come back before visit ``gap``: nothing that was fetched is on board, and, once it has
        left, no goods for a later stop whose time runs on, because they are in a passive box or a trip may only take so
        long."""
        rest = self._rest(gap)
        if self.begun(gap):
            limited = self.crew.vehicle.max_trip is not None
            if any(from_depot(order) and (limited or order.hold is not None) for order in rest):
                return False
        fetched = {order.id for order in rest if is_fetch(order)}
        return all(order.origin is None or FETCH + order.id in fetched for order in rest)

    def _rest(self, gap: int) -> list[Order]:
        """What of its trip is still to come at visit ``gap``."""
        rest: list[Order] = []
        for order in self.old[self._at[gap] :]:
            if is_reload(order):
                break
            rest.append(order)
        return rest

    def place(self, spots: tuple[Spot, ...], loaded: bool, *, anew: bool = False) -> Place:
        """Something put at places of the route."""
        return Place(spots, loaded and self.trip(spots[0][0]) == 0, anew)
