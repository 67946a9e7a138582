"""A large day taken apart: routes that lie near each other become a day of their own, with all that is theirs.

A search accepts a change for what it does to the cost of the whole day. In a day of 800 visits so much happens elsewhere
meanwhile that bad changes pass unseen, and the tables of all roads do not fit into the processor's cache. In a part of 200
neither is so, and parts can be searched at the same time. What is at the edge of one part is in the middle of another when
the day is taken apart anew (docs/decisions/0028-large-days.md).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp import Activity, ActivityType, ProblemData, Route, Solution

Members = Sequence[Sequence[int]]
"""Per route, or per part, the clients that are its own."""


@dataclass(frozen=True)
class Part:
    """A part of a day as a day of its own, and the way back: the whole day's number of each client and vehicle type."""

    data: ProblemData
    first: Solution
    """What the whole day has on these routes now."""
    clients: Sequence[int]
    types: Sequence[int]

    def route(self, whole: ProblemData, route: Route) -> Route:
        """A route of the part as one of the whole day."""
        steps = [self._step(activity) for activity in list(route)[1:-1]]
        return Route(whole, steps, self.types[route.vehicle_type()])

    def _step(self, activity: Activity) -> Activity:
        if activity.is_client():
            return Activity(ActivityType.CLIENT, self.clients[activity.idx])
        return Activity(ActivityType.DEPOT, activity.idx)  # depots are all in every part, in the same places


class Divider:
    """Takes days of one problem apart, along different edges each time. It knows nothing of transfers: a problem that has
    some cannot be taken apart."""

    def __init__(self, data: ProblemData, seed: int) -> None:
        self.data = data
        self.near = _near(data)
        self.random = random.Random(seed)
        self.groups = data.groups()

    def parts(self, day: Solution, size: int) -> list[Part]:
        """A feasible day in parts of about ``size`` visits."""
        routes = day.routes()
        own = self._own(routes)
        together = self._together(self._closeness(own), [len(clients) for clients in own], size)
        used = [0] * self.data.num_vehicle_types
        for route in routes:
            used[route.vehicle_type()] += 1
        parts = []
        for number, members in enumerate(together):
            clients = sorted(client for member in members for client in own[member])
            counts = self._vehicles([routes[m].vehicle_type() for m in members], used, number, len(together))
            parts.append(self._part([routes[m] for m in members], clients, counts))
        return parts

    # who belongs together ----------------------------------------------------------------------------------------------

    def _own(self, routes: Sequence[Route]) -> list[list[int]]:
        """Per route the clients it visits, their alternatives, and whoever is left out nearest to it."""
        own = [[step.idx for step in route if step.is_client()] for route in routes]
        visited = {client: number for number, clients in enumerate(own) for client in clients}
        whose = dict(visited)
        for group in self.groups:
            number = next((visited[client] for client in group.clients if client in visited), None)
            if number is None:
                number = self._nearest(own, group.clients[0])
            whose |= dict.fromkeys(group.clients, number)
        for client in range(self.data.num_clients):
            if client not in whose:
                whose[client] = self._nearest(own, client)
        full: list[list[int]] = [[] for _ in routes]
        for client, number in whose.items():
            full[number].append(client)
        return full

    def _nearest(self, own: Members, client: int) -> int:
        return min(range(len(own)), key=lambda number: int(self.near[client, own[number]].min()))

    def _closeness(self, own: Members) -> NDArray[np.float64]:
        """How far two routes lie apart: the mean way from a visit of one to the nearest of the other, both ways added."""
        apart = np.zeros((len(own), len(own)))
        for other, clients in enumerate(own):
            least = self.near[:, clients].min(axis=1)
            for one, visits in enumerate(own):
                apart[one, other] = least[visits].mean()
        return apart + apart.T

    def _together(self, apart: NDArray[np.float64], sizes: Sequence[int], size: int) -> list[list[int]]:
        """Routes in parts: the first around any route, each further one beside the one before; a last half is no part."""
        left, parts = set(range(len(sizes))), list[list[int]]()
        while left:
            ordered = sorted(left)
            beside = parts[-1] if parts else [self.random.choice(ordered)]
            middle = min(ordered, key=lambda route: (float(apart[route, beside].min()), route))
            members, visits = list[int](), 0
            for route in sorted(ordered, key=lambda route: (route != middle, float(apart[middle, route]), route)):
                if members and visits + sizes[route] > size:
                    break
                members.append(route)
                visits += sizes[route]
            if sum(sizes[route] for route in left) - visits < size / 2:
                members = ordered
            parts.append(members)
            left -= set(members)
        return parts

    def _vehicles(self, kinds: Sequence[int], used: Sequence[int], number: int, parts: int) -> list[int]:
        """Per vehicle type how many a part has: those of its routes, and its share of those that stay at home."""
        counts = []
        for kind, vehicle in enumerate(self.data.vehicle_types()):
            share, rest = divmod(vehicle.num_available - used[kind], parts)
            counts.append(kinds.count(kind) + share + ((number - kind) % parts < rest))
        return counts

    # a day of their own ------------------------------------------------------------------------------------------------

    def _part(self, routes: Sequence[Route], clients: Sequence[int], counts: Sequence[int]) -> Part:
        whole = self.data
        types = [kind for kind, count in enumerate(counts) if count]
        profiles = sorted({whole.vehicle_type(kind).profile for kind in types})
        rows = sorted(
            {whole.client(client).location for client in clients} | {depot.location for depot in whole.depots()}
        )
        row = {location: number for number, location in enumerate(rows)}
        place = {client: number for number, client in enumerate(clients)}
        groups = [group for group in self.groups if group.clients[0] in place]
        group_of = {place[client]: number for number, group in enumerate(groups) for client in group.clients}
        grid = np.ix_(rows, rows)
        data = ProblemData(
            [pyvrp.Location(0, 0) for _ in rows],
            [
                _client(whole.client(client), row[whole.client(client).location], group_of.get(number))
                for number, client in enumerate(clients)
            ],
            [
                pyvrp.Depot(row[depot.location], depot.tw_early, depot.tw_late, depot.service_duration)
                for depot in whole.depots()
            ],
            [
                whole.vehicle_type(kind).replace(
                    num_available=min(counts[kind], len(clients)),
                    profile=profiles.index(whole.vehicle_type(kind).profile),
                )
                for kind in types
            ],
            [np.ascontiguousarray(whole.distance_matrix(profile)[grid]) for profile in profiles],  # type: ignore[misc]
            [np.ascontiguousarray(whole.duration_matrix(profile)[grid]) for profile in profiles],  # type: ignore[misc]
            [pyvrp.ClientGroup([place[client] for client in group.clients], group.required) for group in groups],
        )
        return Part(data, Solution(data, [_inside(data, route, place, types) for route in routes]), clients, types)


def _near(data: ProblemData) -> NDArray[np.int64]:
    """The way between any two clients, the shorter direction of it, by whoever has the shortest."""
    places = np.array([client.location for client in data.clients()])
    grid = np.ix_(places, places)
    way = np.minimum.reduce([data.distance_matrix(profile)[grid] for profile in range(data.num_profiles)])
    return np.asarray(np.minimum(way, way.T), dtype=np.int64)


def _client(client: pyvrp.Client, location: int, group: int | None) -> pyvrp.Client:
    return pyvrp.Client(
        location,
        client.delivery,
        client.pickup,
        client.service_duration,
        client.tw_early,
        client.tw_late,
        client.release_time,
        client.prize,
        client.required,
        group,
        name=client.name,
    )


def _inside(data: ProblemData, route: Route, place: dict[int, int], types: Sequence[int]) -> Route:
    """A route of the whole day as one of a part."""
    steps = [
        Activity(ActivityType.CLIENT, place[step.idx]) if step.is_client() else Activity(ActivityType.DEPOT, step.idx)
        for step in list(route)[1:-1]
    ]
    return Route(data, steps, types.index(route.vehicle_type()))
