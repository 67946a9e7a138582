"""Our problem in PyVRP's terms, and the way back.

What PyVRP does not know — a box's hold time, rests, a driver's assignment — is left out here and put right afterwards by
``mend``; what it does know is translated so that a route feasible there is feasible here:

* One client per order and receiving window, alternatives in a group of which exactly one is visited.
* The time a visit takes is put on the legs into its site from any other, so that orders for one site handed over together
  pay for one visit; windows move along with it. Only the time per unit is the client's own.
* What a visit costs is put on the same legs, for which distances of such vehicles are turned into money.
* What is collected at a site is picked up there, not before it is ready.
* A transfer is a shipment; of several windows at its ends only the first opening and the last end are known.
* Whom a vehicle may not serve, it cannot reach: the leg takes longer than any day.
* A driver's meal is taken off the end of the shift and the hours; where it is had, and what that puts off, is mended.
* A vehicle that makes several trips may load again at a depot that is open only as long as loading still ends in time.
* Where its trips may take only so long, each is a vehicle of its own, in its part of the day (``with_pyvrp_waves``); where
  long ones count for more than they cost, they are overtime.
* A locked route starts at the last stop of its locked orders, at the time it gets there and with their load on board.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp import ProblemData, Solution

from server.planning.lookup import Bar, Crew, Lookup, compartment
from server.planning.problem import DIMENSIONS, NO_ROAD, Order, Site, Vehicle
from server.planning.schedule import Timetable
from server.planning.sequences import FETCH, RELOAD, boards, is_fetch, parts_of
from server.planning.with_pyvrp_fleet import Trips
from server.planning.with_pyvrp_money import Prices, price_of_leaving_out, scale_of
from server.planning.with_pyvrp_waves import Wave, reloads, waves_of

UNBOUNDED = int(np.iinfo(np.int64).max)
_STEEP = 5.0
"""A unit too much starts at this many times what carrying one costs on average."""
_AGAIN = -1
"""Stands, in the place of a locked route, for the depot as a place to load again."""
_HOME = -2
"""Less a moment (s) it stands there for the depot as the end of a trip, which is paid for until then."""


class Model:
    """Our problem as PyVRP's data, and the way back. Times there count from ``zero``, so that none is negative."""

    def __init__(
        self,
        lookup: Lookup,
        crews: Sequence[Crew],
        orders: Sequence[Order],
        heads: Mapping[int, Timetable],
        spare: bool,
    ) -> None:
        self.lookup = lookup
        self.crews = list(crews)
        self.spare = spare
        self.heads = heads
        self.scale = scale_of(lookup, crews)
        self.zero = min((crew.early for crew in crews), default=0)
        self.sites = [lookup.row[crew.vehicle.depot] for crew in crews]
        self.loading = max((lookup.sites[crew.vehicle.depot].service for crew in crews), default=0)
        self.clients: list[tuple[Order, int | None, int | None]] = []
        """Per client: the order, and the earliest and latest start of its service (``None``: unbounded)."""
        self.groups: list[list[int]] = []
        # with both shipments and places to load again, a local search of PyVRP 0.14.1 may never end; ``mend`` places them
        again = any(reloads(crew) for crew in crews)
        self.transfers = [] if again else [order for order in orders if order.origin is not None]
        for order in orders:
            if order.origin is None:
                self._add(order)
        self.calls = self.clients + [self._end(part) for order in self.transfers for part in parts_of(order)]
        """Everything that has a place: the clients, then where each transfer is fetched and handed over."""
        self.dimensions = self._dimensions()
        self.crews_of: list[list[int]] = []
        """Per vehicle type: the crews it stands for."""
        self.waves: list[int] = []
        """Per vehicle type: which of its crews' trips it stands for, where each trip is a vehicle of its own; else 0."""
        self.trips: list[Trips] = []
        """The vehicle types that are trips of the same vehicles."""
        self.again: dict[str, int] = {}
        """The solver's depot at which vehicles of a depot load again."""
        if self.calls:
            self.data = self._data()

    def routes(self, best: Solution | None) -> dict[int, list[str]]:
        """A solution as sequences of orders per crew, locked orders first."""
        assigned: dict[int, list[str]] = {}
        free = [list(crews) for crews in self.crews_of]
        for route in sorted(best.routes() if best is not None else [], key=lambda one: self.waves[one.vehicle_type()]):
            between = list(route)[1:-1]
            visits = [self._name(activity) for activity in between]
            crew = free[route.vehicle_type()].pop(0)
            before = assigned.get(crew)
            assigned[crew] = visits if before is None else [*before, RELOAD, *visits]
        for index, head in self.heads.items():
            settled = [order.id for visit in head.visits for order in visit.orders]
            assigned[index] = settled + assigned.get(index, [])
        return assigned

    def _name(self, activity: pyvrp.Activity) -> str:
        """What stands in a sequence for a step of the solver's route."""
        if activity.is_client():
            return self.clients[activity.idx][0].id
        if activity.is_depot():
            return RELOAD
        name = self.transfers[activity.idx].id
        return FETCH + name if activity.is_pickup() else name

    def _end(self, part: Order) -> tuple[Order, int | None, int | None]:
        """An end of a transfer, with the earliest and latest start of its service. The solver knows one window for it: from
        the opening of the first to the end of the last."""
        windows = self.lookup.sites[part.site].windows
        start, end = (windows[0].start, windows[-1].end) if windows else (None, part.due)
        if end is not None and part.due is not None:
            end = min(end, part.due)
        return part, max(start or 0, part.release) if is_fetch(part) else start, end

    def _add(self, order: Order) -> None:
        """One client per receiving window the order can still be handed over in."""
        windows, due = self.lookup.sites[order.site].windows, order.due
        spans: list[tuple[int | None, int | None]] = [(None, due)]
        if windows:
            latest = UNBOUNDED if due is None else due
            spans = [(w.start, min(w.end, latest)) for w in windows if w.start <= latest and w.end >= order.release]
        first = len(self.clients)
        self.clients += [(order, start, end) for start, end in spans]
        if len(spans) > 1:
            self.groups.append(list(range(first, first + len(spans))))

    def _data(self) -> ProblemData:
        depots, depot_rows, places = self._depots()
        rows = np.array(depot_rows + [self.lookup.row[order.site] for order, _, _ in self.calls])
        barred = self._barred()
        horizon = self._horizon()
        shut = any(barred.values()) or any(
            NO_ROAD in row for matrix in self.lookup.problem.matrices.values() for row in matrix.distance
        )
        profiles: dict[tuple[str, frozenset[int], float, int], int] = {}
        types: list[pyvrp.VehicleType] = []
        for crew, members in self._types().items():
            vehicle = crew.vehicle
            rate = self._rate(vehicle) if vehicle.per_stop else 1
            profile = profiles.setdefault((vehicle.profile, barred[crew], vehicle.per_stop, rate), len(profiles))
            bound = horizon if shut and crew.late is None else crew.late
            waves = waves_of(crew)
            if len(waves) > 1:
                kinds = tuple(range(len(types), len(types) + len(waves)))
                self.trips.append(Trips(kinds, round(vehicle.fixed * self.scale)))
            for number, wave in enumerate(waves):
                self.crews_of.append(members)
                self.waves.append(number)
                types.append(self._type(wave, members, depots, profile, bound if len(waves) == 1 else wave.crew.late))
        tables = [
            self._tables(rows, len(depot_rows), name, shut_out, horizon, rate, round(per_stop * self.scale))
            for name, shut_out, per_stop, rate in profiles
        ]
        member = {client: group for group, clients in enumerate(self.groups) for client in clients}
        price = price_of_leaving_out(self.lookup, self.crews, [order for order, _, _ in self.calls], self.scale)
        distances: list[Any] = [distance for distance, _ in tables]  # the stubs spell these arrays by hand
        durations: list[Any] = [duration for _, duration in tables]
        return ProblemData(
            [pyvrp.Location(0, 0) for _ in rows],
            [self._client(i, len(depot_rows) + i, member.get(i), price) for i in range(len(self.clients))],
            places,
            types,
            distances,
            durations,
            [pyvrp.ClientGroup(clients, required=self._must(self.clients[clients[0]][0])) for clients in self.groups],
            [self._shipment(i, len(depot_rows), price) for i in range(len(self.transfers))],
        )

    def _rate(self, vehicle: Vehicle) -> int:
        """What one part of a m costs in the solver's numbers."""
        return round(vehicle.per_km * self.scale / (1000 * self.lookup.problem.resolution))

    def _must(self, order: Order) -> bool:
        return order.penalty is None and not self.spare

    def _prize(self, order: Order, price: int) -> int:
        if order.penalty is not None:
            return round(order.penalty * self.scale)
        return price * (1 + order.priority) if self.spare else 0

    def _load(self, order: Order) -> list[int]:
        return [getattr(order.amounts, d) if zone in (None, order.zone) else 0 for zone, d in self.dimensions]

    def _span(self, site: Site, start: int | None, end: int | None) -> tuple[int, int]:
        """When service may start, put off by the time of the visit, which is on the leg that leads there."""
        latest = UNBOUNDED if end is None else max(0, end + site.service - self.zero)
        return 0 if start is None else min(latest, max(0, start + site.service - self.zero)), latest

    def _shipment(self, index: int, depots: int, price: int) -> pyvrp.Shipment:
        order, first = self.transfers[index], len(self.clients) + 2 * index
        fetch, hand = ((self.lookup.sites[part.site], start, end) for part, start, end in self.calls[first : first + 2])
        fetch_early, fetch_late = self._span(*fetch)
        hand_early, hand_late = self._span(*hand)
        return pyvrp.Shipment(
            depots + first,
            depots + first + 1,
            fetch_early,
            fetch_late,
            fetch[0].per_unit * order.amounts.units,
            hand_early,
            hand_late,
            hand[0].per_unit * order.amounts.units,
            self._load(order),
            self._prize(order, price),
            self._must(order),
            name=order.id,
        )

    def _client(self, index: int, location: int, group: int | None, price: int) -> pyvrp.Client:
        order, start, end = self.clients[index]
        site = self.lookup.sites[order.site]
        ready = max(0, order.release - self.zero)
        load = self._load(order)
        none = [0] * len(load)
        if order.collect:
            start, ready = max(start or 0, order.release), 0
        earliest, latest = self._span(site, start, end)
        return pyvrp.Client(
            location,
            delivery=none if order.collect else load,
            pickup=load if order.collect else none,
            service_duration=site.per_unit * order.amounts.units,
            tw_early=earliest,
            tw_late=latest,
            release_time=min(ready, latest),
            prize=self._prize(order, price),
            required=self._must(order) and group is None,
            group=group,
            name=order.id,
        )

    def _dimensions(self) -> list[tuple[str | None, str]]:
        """The load dimensions that bound some vehicle: of the whole load (``None``) and of single zones."""
        found: set[tuple[str, str]] = set()
        for crew in self.crews:
            spaces = [("", crew.vehicle.capacity)] + [(part.zone, part.capacity) for part in crew.vehicle.compartments]
            for zone, capacity in spaces:
                found |= {(zone, dimension) for dimension in DIMENSIONS if getattr(capacity, dimension) is not None}
        return [(zone or None, dimension) for zone, dimension in sorted(found)]

    def prices(self) -> "Prices":
        """What lateness and too much load cost the search, from what a day of these crews costs and carries."""
        dear = median(self._dear(crew) for crew in self.crews) * self.scale
        loads = []
        for zone, dimension in self.dimensions:
            parts = [self._space(crew, zone, dimension, ()) for crew in self.crews]
            loads.append(_STEEP * dear / max(1.0, median(parts)))
        longest = max(int(self.data.duration_matrix(k).max()) for k in range(self.data.num_profiles))
        longest = max(1, longest, *(int(self.data.distance_matrix(k).max()) for k in range(self.data.num_profiles)))
        row = self.lookup.problem.matrices[self.crews[0].vehicle.profile].duration[self.sites[0]]
        time = _STEEP * dear / max(1.0, 4.0 * median(row))
        most = max(Prices.max_penalty, 50.0 * max([time, *loads]))
        return Prices(loads, time, min(most, 2.0**60 / (len(self.calls) * longest)))

    def _dear(self, crew: Crew) -> float:
        """About what a day of a crew costs (money): the vehicle, and twice there and back again to the middling site."""
        vehicle, problem = crew.vehicle, self.lookup.problem
        matrix, row = problem.matrices[vehicle.profile], self.lookup.row[vehicle.depot]
        way = problem.money(vehicle.per_km, 4 * max(0, round(median(matrix.distance[row]))), 1000)
        hours = problem.money(crew.per_hour, 4 * max(0, round(median(matrix.duration[row]))), 3600)
        return vehicle.fixed + way + hours

    def _depots(self) -> tuple[dict[tuple[str, int | None], int], list[int], list[pyvrp.Depot]]:
        """Depots by site, one more where vehicles load again, and one for each locked route at its last stop; with the
        matrix rows they stand at. Loading takes its time wherever a trip begins, and none where a route ends."""
        names = sorted({site for crew in self.crews for site in (crew.vehicle.depot, crew.vehicle.end_depot)})
        depots: dict[tuple[str, int | None], int] = {(name, None): i for i, name in enumerate(names)}
        rows = [self.lookup.row[name] for name in names]
        made = [pyvrp.Depot(i, service_duration=self.lookup.sites[name].service) for i, name in enumerate(names)]
        for name in sorted({crew.vehicle.depot for crew in self.crews if reloads(crew)}):
            depots[name, _AGAIN] = self.again[name] = len(rows)
            made.append(self._again(len(rows), name))
            rows.append(self.lookup.row[name])
        for crew in self._types():
            for wave in waves_of(crew):
                key = (crew.vehicle.end_depot, None if wave.back is None else _HOME - wave.back)
                if wave.back is not None and key not in depots:
                    depots[key] = len(rows)
                    made.append(pyvrp.Depot(len(rows), tw_early=max(0, wave.back - self.zero)))
                    rows.append(self.lookup.row[crew.vehicle.end_depot])
        for index, head in self.heads.items():
            depots[head.visits[-1].site, index] = len(rows)
            made.append(pyvrp.Depot(len(rows)))
            rows.append(head.visits[-1].row)
        return depots, rows, made

    def _again(self, location: int, name: str) -> pyvrp.Depot:
        """Where vehicles load again: open for it until so long before the depot closes as loading takes."""
        site = self.lookup.sites[name]
        opens, closes = 0, UNBOUNDED
        for window in site.windows:
            closes = max(0, window.end - site.service - self.zero)
            opens = min(closes, max(0, window.start - self.zero))
        return pyvrp.Depot(location, tw_early=opens, tw_late=closes, service_duration=site.service)

    def _types(self) -> dict[Crew, list[int]]:
        """Crews that are alike, together; a locked one alone."""
        types: dict[Crew, list[int]] = {}
        for index, crew in enumerate(self.crews):
            types.setdefault(crew.alike(), []).append(index)
        return types

    def _barred(self) -> dict[Crew, frozenset[int]]:
        """Per vehicle type the calls it may not make, but for those that are only too large: capacity sees to them."""
        whose = [order for order, _, _ in self.clients] + [order for order in self.transfers for _ in range(2)]
        return {
            crew: frozenset(i for i, order in enumerate(whose) if self.lookup.bar(crew, order) not in (None, Bar.SIZE))
            for crew in self._types()
        }

    def _type(
        self, wave: Wave, members: list[int], depots: dict[tuple[str, int | None], int], profile: int, late: int | None
    ) -> pyvrp.VehicleType:
        crew = wave.crew
        vehicle = crew.vehicle
        rate = self._rate(vehicle)
        head = self.heads.get(members[0])
        carried = [order for visit in head.visits for order in visit.orders] if head else []
        spent, driven = 0, 0
        start, fixed = crew.early, vehicle.fixed
        load_by = None if crew.leave_by is None else crew.leave_by - self.lookup.sites[vehicle.depot].service
        if wave.begins is not None:
            load_by = wave.begins if load_by is None else min(load_by, wave.begins)
        depot = depots[vehicle.depot, None]
        if head is not None:  # it is on its way: what is locked is paid for, and bounds what is left
            start, fixed, load_by = head.departures[-1], 0.0, None
            spent, driven = start - head.start, sum(head.distances[:-1])
            depot = depots[head.visits[-1].site, members[0]]
        meal = crew.meal.length if crew.meal is not None and start < crew.meal.latest else 0
        closes = UNBOUNDED if late is None else max(0, start - self.zero, late - meal - self.zero)
        limits = [None if vehicle.max_duration is None else max(0, vehicle.max_duration - spent - meal)]
        if vehicle.max_trip is not None and (vehicle.trips == 1 or head is None):
            limits.append(max(0, vehicle.max_trip - spent))  # a route that is back before it is time needs no meal
        longest = min((limit for limit in limits if limit is not None), default=UNBOUNDED)
        soon = self._soon(crew, longest, spent)
        return pyvrp.VehicleType(
            num_available=len(members),
            capacity=[self._space(crew, zone, dimension, carried) for zone, dimension in self.dimensions],
            start_depot=depot,
            end_depot=depots[vehicle.end_depot, None if wave.back is None else _HOME - wave.back],
            fixed_cost=round(fixed * self.scale) - (self._way_home(crew, head) if head is not None else 0),
            tw_early=max(0, start - self.zero),
            tw_late=closes,
            shift_duration=soon,
            max_overtime=longest - soon,
            unit_overtime_cost=0 if crew.haste is None else self._hourly(crew.haste.per_hour),
            max_distance=self._furthest(vehicle, driven),
            unit_distance_cost=1 if vehicle.per_stop else rate,
            unit_duration_cost=self._hourly(crew.per_hour),
            profile=profile,
            start_late=None if load_by is None else min(closes, max(0, start - self.zero, load_by - self.zero)),
            reload_depots=[depots[vehicle.depot, _AGAIN]] if reloads(crew) else [],
            max_reloads=vehicle.trips - 1 if reloads(crew) else 0,
            name=vehicle.id,
        )

    def _way_home(self, crew: Crew, head: Timetable) -> int:
        """What the way home from the last locked stop costs, in the solver's numbers. It is driven whether or not anything
        comes after that stop, and the solver counts it only if something does."""
        return self._rate(crew.vehicle) * head.distances[-1] + self._hourly(crew.per_hour) * head.durations[-1]

    def _hourly(self, rate: float) -> int:
        """What one part of a s costs in the solver's numbers, at so much money an hour."""
        return round(rate * self.scale / (3600 * self.lookup.problem.resolution))

    def _soon(self, crew: Crew, longest: int, spent: int) -> int:
        """How long a route may take until it counts for more than it costs, after the time that is ``spent`` already. Of
        a route that loads again the solver knows no single trip."""
        if crew.haste is None or crew.vehicle.trips > 1:
            return longest
        return min(longest, max(0, crew.haste.after - spent))

    def _furthest(self, vehicle: Vehicle, driven: int) -> int:
        """How far it may still go. Where distances are money, at most what so many m and all visits there are would cost:
        that lets too much through, and what is too far is mended."""
        if vehicle.max_distance is None:
            return UNBOUNDED
        left = max(0, vehicle.max_distance - driven)
        if not vehicle.per_stop:
            return left
        return left * self._rate(vehicle) + round(vehicle.per_stop * self.scale) * len(self.calls)

    def _space(self, crew: Crew, zone: str | None, dimension: str, carried: Sequence[Order]) -> int:
        """What the vehicle takes in one load dimension on top of the most that what is locked has on board."""
        capacity = crew.vehicle.capacity if zone is None else compartment(crew.vehicle, zone)
        limit = getattr(capacity, dimension) if capacity is not None else 0
        if limit is None:
            return sum(int(getattr(order.amounts, dimension)) for order, _, _ in self.calls)
        most = max(
            sum(int(getattr(amounts, dimension)) for name, amounts in load.items() if zone in (None, name))
            for load in boards(carried)
        )
        return max(0, int(limit) - most)

    def _horizon(self) -> int:
        """A time by which any sensible route is over, however late it starts."""
        lates = [crew.late for crew in self.crews]
        if all(late is not None for late in lates):
            return max(late for late in lates if late is not None)
        longest = max(max(row) for matrix in self.lookup.problem.matrices.values() for row in matrix.duration)
        service = sum(self.lookup.service(self.lookup.sites[order.site], [order]) for order, _, _ in self.calls)
        times = [time for _, start, end in self.calls for time in (start, end) if time is not None]
        times += [order.release for order, _, _ in self.calls] + [crew.early for crew in self.crews]
        times += [head.end for head in self.heads.values()]
        turns = max(1, min(len(self.calls), max(crew.vehicle.trips for crew in self.crews)))
        return max(times) + turns * self.loading + service + (len(self.calls) + turns + 1) * longest

    def _tables(
        self,
        rows: NDArray[np.int64],
        depots: int,
        profile: str,
        barred: frozenset[int],
        horizon: int,
        rate: int,
        per_stop: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Distances and durations between depots and clients, visits' service on the way in, no way to who is barred.

        Distances are multiplied by ``rate``; ``per_stop`` is added to those that lead to a visit.
        """
        matrix = self.lookup.problem.matrices[profile]
        grid = np.ix_(rows, rows)
        distance = np.array(matrix.distance, dtype=np.int64)[grid]
        duration = np.array(matrix.duration, dtype=np.int64)[grid]
        service = np.array([0] * depots + [self.lookup.sites[order.site].service for order, _, _ in self.calls])
        closed = distance == NO_ROAD
        columns = [depots + client for client in sorted(barred)]
        closed[:, columns] = True
        closed[columns, :] = True
        enters = rows[:, None] != rows[None, :]
        duration += np.where(enters, service[None, :], 0)
        distance[closed] = 2 * distance.max(initial=0) + 1
        distance *= rate
        distance[:, depots:] += np.where(enters[:, depots:], per_stop, 0)
        duration[closed] = max(0, horizon - self.zero) + 1
        np.fill_diagonal(distance, 0)
        np.fill_diagonal(duration, 0)
        return distance, duration
