"""How a day is planned by hand: fixed territories, and in each the nearest receiver who is open. The baseline of the planner.

Each driver has a part of the city that is the same every day, cut so that the parts have equally many of the distributor's
receivers. From where the driver is, the next is whoever can be handed over soonest; when the vehicle is full or nobody is
left in reach, it goes home, loads again where it may, and goes on. Frozen goods, goods that need a driver with a permission,
and those that travel alone are sorted out first and given to vehicles that can. What is left over is put, one after the
other, where it costs least: a dispatcher on the telephone. Returns are picked up the same way.

It is given more than people have: the exact roads, the exact timetable with the cheapest departure, no slip of memory, and
the number of territories (of all that serve everybody) for which its day is cheapest.
"""

from collections.abc import Sequence

from server.planning.compose import compose
from server.planning.dedicated import dedicate
from server.planning.lookup import Crew, Lookup
from server.planning.mend import Mender
from server.planning.plan import Plan, Unserved
from server.planning.problem import Order, Problem, Site
from server.planning.schedule import Timetable, timetable
from server.planning.sequences import reload_of
from server.planning.with_ortools import pair_crews, place_rests
from shared.geo import distance


def territories(base: Sequence[Site], number: int) -> dict[str, int]:
    """Receivers by territory: the city is cut in two across its longer side, so that both halves have receivers in
    proportion to their territories, and each half again."""
    found: dict[str, int] = {}

    def cut(sites: Sequence[Site], first: int, count: int) -> None:
        if count == 1:
            found.update((site.id, first) for site in sites)
            return
        places = [site.position for site in sites if site.position is not None]
        tall = max(p.lat for p in places) - min(p.lat for p in places)
        wide = (max(p.lon for p in places) - min(p.lon for p in places)) * 0.77
        ordered = sorted(sites, key=lambda site: _along(site, tall > wide))
        half = count // 2
        place = round(len(ordered) * half / count)
        cut(ordered[:place], first, half)
        cut(ordered[place:], first + half, count - half)

    cut(base, 0, number)
    return found


def _along(site: Site, north: bool) -> float:
    assert site.position is not None
    return site.position.lat if north else site.position.lon


class ByHand:
    """One day planned by hand with a number of territories."""

    def __init__(self, problem: Problem, base: Sequence[Site], number: int) -> None:
        self.problem = problem
        self.lookup = Lookup(problem)
        self.number = number
        self.territory = territories(base, number)
        self.middle = self._middles(base)

    def plan(self) -> Plan:
        """The day; what could not be placed is unserved."""
        lookup, problem = self.lookup, self.problem
        crews = dedicate(lookup, pair_crews(lookup, 0), [o for o in problem.orders if o.alone], self._exact, 0)
        mender = Mender(lookup, crews, self._exact)
        own = self._drivers(crews)
        for number, crew in own.items():
            mine = [order for order in problem.orders if self.territory[order.site] == number and not order.collect]
            names = self._route(
                crews[crew], [o for o in mine if o.alone is None and lookup.bar(crews[crew], o) is None]
            )
            if names:
                mender.place(crew, names)
        placed = {order.id for orders in mender.routes.values() for order in orders}
        left = mender.insert(order for order in problem.orders if order.id not in placed)
        routes = [(crews[i], mender.tables[i]) for i in sorted(mender.routes)]
        unserved = {name: Unserved(name, reason) for name, reason in left.items()}
        return compose(lookup, routes, unserved, seconds=0.0, seed=0, engine="by hand")

    def _exact(self, crew: Crew, orders: Sequence[Order]) -> Timetable | None:
        if isinstance(timetable(self.lookup, crew, orders, rests=False), Timetable):
            return place_rests(self.lookup, crew, orders, 0)
        return None

    def _middles(self, base: Sequence[Site]) -> list[tuple[float, float]]:
        """The middle of each territory."""
        middles = []
        for number in range(self.number):
            places = [site.position for site in base if self.territory[site.id] == number and site.position is not None]
            middles.append((sum(p.lat for p in places) / len(places), sum(p.lon for p in places) / len(places)))
        return middles

    def _drivers(self, crews: Sequence[Crew]) -> dict[int, int]:
        """Who drives which territory: own vehicles first, each from the depot nearer to it; settled for ever."""
        free = [i for i, crew in enumerate(crews) if crew.alone is None]
        given = {}
        for number, (lat, lon) in enumerate(self.middle):

            def far(index: int, lat: float = lat, lon: float = lon) -> tuple[bool, bool, float]:
                vehicle = crews[index].vehicle
                place = self.lookup.sites[vehicle.depot].position
                assert place is not None
                way = distance(place, type(place)(lat, lon))
                return bool(vehicle.carrier), vehicle.kind == "lorry", way

            best = min(free, key=far)
            given[number] = best
            free.remove(best)
        return given

    def _route(self, crew: Crew, orders: Sequence[Order]) -> list[str]:
        """The soonest next, again and again; home and out again where the vehicle may."""
        done: list[Order] = []
        left = list(orders)
        trips = 1
        while left:
            best = min(
                ((end, order.id, order) for order in left if (end := self._end(crew, [*done, order])) is not None),
                default=None,
            )
            if best is not None:
                done.append(best[2])
                left.remove(best[2])
                continue
            if trips == crew.vehicle.trips or not done:
                break
            trips += 1
            again = [*done, reload_of(crew.vehicle)]
            if all(self._end(crew, [*again, order]) is None for order in left):
                break
            done = again
        return [order.id for order in done]

    def _end(self, crew: Crew, orders: Sequence[Order]) -> int | None:
        """When the last of some orders is handed over, if that can be."""
        if self.lookup.overload(crew.vehicle, orders) is not None:
            return None
        found = timetable(self.lookup, crew, orders)
        return found.departures[-1] if isinstance(found, Timetable) else None
