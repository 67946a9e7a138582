"""The open solvers that planning is measured beside, each asked the same problem in its own words.

All of them get the problem's whole numbers, and every plan, theirs and ours, is judged and priced by the same checker. Only
fleets of equal vehicles are put to OR-Tools and VROOM: that is what the sets have that they are asked for.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyvrp
from pyvrp import SolveParams
from pyvrp.stop import MaxRuntime

from server.planning.checker import check
from server.planning.compose import compose
from server.planning.lookup import Lookup
from server.planning.operations import make_plan
from server.planning.problem import Problem
from server.planning.schedule import Timetable, timetable
from server.planning.with_pyvrp_model import Model

Routes = Sequence[tuple[int, Sequence[str]]]
"""Routes as the place of the vehicle in the problem, and its orders in sequence."""
Solver = Callable[[Problem, float, int], Routes | None]
"""Asks for routes within so many s, from a seed; ``None`` where nothing was found."""
THREADS = 2
EXPLORATION = 5
"""VROOM's most thorough level."""


@dataclass(frozen=True)
class Judged:
    """What came of a solver: its cost in the set's own units (``None``: nothing, or nothing that the checker accepts)."""

    cost: float | None
    seconds: float


def judged(problem: Problem, solver: Solver, seconds: float, seed: int) -> Judged:
    """Ask a solver, and have the checker judge what it answers."""
    began = time.perf_counter()
    routes = solver(problem, seconds, seed)
    took = time.perf_counter() - began
    return Judged(None if routes is None else price(problem, routes), took)


def price(problem: Problem, routes: Routes) -> float | None:
    """What routes cost, if they keep every rule and serve everybody."""
    lookup = Lookup(problem)
    made = []
    for vehicle, names in routes:
        crew = lookup.crew(problem.vehicles[vehicle], None)
        found = timetable(lookup, crew, [lookup.orders[name] for name in names], thorough=True)
        if not isinstance(found, Timetable):
            return None
        made.append((crew, found))
    plan = compose(lookup, made, {}, seconds=0.0, seed=0, engine="peer")
    return None if check(problem, plan).violations else plan.cost.total


def ours(problem: Problem, seconds: float, seed: int) -> Routes:
    """The planner as the product has it. It refuses to return what the checker refuses."""
    plan = make_plan(problem, seconds=seconds, seed=seed)
    places = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
    return [(places[route.vehicle], [name for stop in route.stops for name in stop.orders]) for route in plan.routes]


def pyvrp_alone(problem: Problem, seconds: float, seed: int) -> Routes | None:
    """PyVRP as it comes, one search, from its own first solution. It is given our translation of the problem."""
    model = _translated(problem)
    result = pyvrp.solve(
        model.data, MaxRuntime(seconds), seed, collect_stats=False, display=False, params=SolveParams()
    )
    return list(model.routes(result.best).items()) if result.is_feasible() else None


def pyvrp_priced(problem: Problem, seconds: float, seed: int) -> Routes | None:
    """As :func:`pyvrp_alone`, with our starting prices of what a plan breaks: with its own, for small numbers, it finds
    nothing in the mixed fleets' hundreds of thousands."""
    model = _translated(problem)
    params = SolveParams(penalty=model.prices())
    result = pyvrp.solve(model.data, MaxRuntime(seconds), seed, collect_stats=False, display=False, params=params)
    return list(model.routes(result.best).items()) if result.is_feasible() else None


def _translated(problem: Problem) -> Model:
    lookup = Lookup(problem)
    crews = [lookup.crew(vehicle, None) for vehicle in problem.vehicles]
    return Model(lookup, crews, list(problem.orders), {}, False)


def vroom(problem: Problem, seconds: float, seed: int) -> Routes | None:
    """VROOM at its most thorough, on as many threads as there are cores; it decides itself when it is done."""
    del seconds, seed
    import numpy as np
    import vroom as solver

    matrix = next(iter(problem.matrices.values()))
    row = {site.id: index for index, site in enumerate(problem.sites)}
    asked = solver.Input()
    asked.set_durations_matrix("car", np.array(matrix.duration, dtype=np.uint32))
    for number, vehicle in enumerate(problem.vehicles):
        shift = None if vehicle.shift is None else solver.TimeWindow(vehicle.shift.start, vehicle.shift.end)
        asked.add_vehicle(
            solver.Vehicle(
                number,
                start=row[vehicle.depot],
                end=row[vehicle.end_depot],
                capacity=[vehicle.capacity.units],
                time_window=shift,
            )
        )
    for number, order in enumerate(problem.orders):
        site = problem.sites[row[order.site]]
        windows = [solver.TimeWindow(window.start, window.end) for window in site.windows]
        asked.add_job(
            solver.Job(
                number,
                location=row[site.id],
                default_service=site.service,
                delivery=[order.amounts.units],
                **({"time_windows": windows} if windows else {}),
            )
        )
    answer = asked.solve(exploration_level=EXPLORATION, nb_threads=THREADS)
    if answer.summary.unassigned:
        return None
    jobs = answer.routes[answer.routes["type"] == "job"]
    return [
        (int(vehicle), [problem.orders[int(number)].id for number in visits["id"]])
        for vehicle, visits in jobs.groupby("vehicle_id", sort=True)
    ]


def ortools(problem: Problem, seconds: float, seed: int) -> Routes | None:
    """OR-Tools' routing library with guided local search, its recommended way for windows."""
    del seed
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    matrix = next(iter(problem.matrices.values()))
    row = {site.id: index for index, site in enumerate(problem.sites)}
    places = [row[problem.vehicles[0].depot], *(row[order.site] for order in problem.orders)]
    sites = [problem.sites[place] for place in places]
    manager = pywrapcp.RoutingIndexManager(len(places), len(problem.vehicles), 0)
    routing = pywrapcp.RoutingModel(manager)
    way = [[matrix.distance[a][b] for b in places] for a in places]
    span = [[matrix.duration[a][b] + (sites[i].service if i else 0) for b in places] for i, a in enumerate(places)]
    loads = [0, *(order.amounts.units for order in problem.orders)]
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(way))
    routing.AddDimensionWithVehicleCapacity(
        routing.RegisterUnaryTransitVector(loads), 0, [v.capacity.units for v in problem.vehicles], True, "load"
    )
    shift = problem.vehicles[0].shift
    horizon = shift.end if shift is not None else sum(map(max, span))
    routing.AddDimension(routing.RegisterTransitMatrix(span), horizon, horizon, False, "time")
    dimension: Any = routing.GetDimensionOrDie("time")
    for node in range(1, len(places)):
        for window in sites[node].windows[:1]:
            dimension.CumulVar(manager.NodeToIndex(node)).SetRange(window.start, min(window.end, horizon))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(round(seconds * 1000))
    answer = routing.SolveWithParameters(parameters)
    if answer is None:
        return None
    found = []
    for vehicle in range(len(problem.vehicles)):
        index, names = routing.Start(vehicle), []
        while not routing.IsEnd(index):
            node = manager.IndexToNode(index)
            if node:
                names.append(problem.orders[node - 1].id)
            index = answer.Value(routing.NextVar(index))
        if names:
            found.append((vehicle, names))
    return found
