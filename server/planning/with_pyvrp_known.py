"""A plan there was, as a solution for PyVRP to start from."""

from collections.abc import Mapping, Sequence

import pyvrp
from pyvrp import Solution

from server.planning.sequences import RELOAD
from server.planning.with_pyvrp_model import Model
from server.planning.with_pyvrp_waves import waves_of

Visits = Sequence[tuple[str, int]]
"""The orders of a route in sequence, with the start of their service (s); locked ones left out."""


def known_day(model: Model, known: Mapping[int, Visits]) -> Solution:
    """Known routes, per crew, as a solution: one to start from. It may break rules, as the problem may have changed since;
    orders that are not to be planned here are passed over, and so are transfers."""
    kinds = {
        (crew, wave): kind
        for kind, (crews, wave) in enumerate(zip(model.crews_of, model.waves, strict=True))
        for crew in crews
    }
    calls: dict[str, list[int]] = {}
    for index, (order, _, _) in enumerate(model.clients):
        calls.setdefault(order.id, []).append(index)
    routes = []
    for crew, visits in sorted(known.items()):
        for wave, trip in enumerate(_trips(model, crew, visits)):
            steps = [step for name, start in trip if (step := _step(model, crew, name, start, calls)) is not None]
            if (crew, wave) in kinds and any(step.is_client() for step in steps):
                routes.append(pyvrp.Route(model.data, steps, kinds[crew, wave]))
    return Solution(model.data, routes)


def _trips(model: Model, crew: int, visits: Visits) -> list[list[tuple[str, int]]]:
    """A known route as the routes it is in the model: each of its trips, where each is a vehicle of its own."""
    if len(waves_of(model.crews[crew])) == 1:
        return [list(visits)]
    trips: list[list[tuple[str, int]]] = [[]]
    for visit in visits:
        if visit[0] == RELOAD:
            trips.append([])
        else:
            trips[-1].append(visit)
    return trips


def _step(model: Model, crew: int, name: str, start: int, calls: dict[str, list[int]]) -> pyvrp.Activity | None:
    """A visit of a known route, in the window it was made in where that is still one; each order only once."""
    if name == RELOAD:
        depot = model.again.get(model.crews[crew].vehicle.depot)
        return None if depot is None else pyvrp.Activity(pyvrp.ActivityType.DEPOT, depot)
    choices = calls.pop(name, None)
    if choices is None:
        return None
    ends = {index: model.clients[index][2] for index in choices}
    inside = (index for index, end in ends.items() if end is None or end >= start)
    return pyvrp.Activity(pyvrp.ActivityType.CLIENT, next(inside, choices[0]))
