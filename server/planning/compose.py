"""From timetables to a plan: every number written down."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from server.planning.lookup import Crew, Lookup
from server.planning.plan import Cost, Plan, Route, Stop, Unserved, ZoneLoad
from server.planning.problem import Problem
from server.planning.schedule import Timetable, slack_of
from server.planning.sequences import FETCH, from_depot, is_fetch, is_mark, loads, trips_of


def compose(
    lookup: Lookup,
    routes: Sequence[tuple[Crew, Timetable]],
    unserved: Mapping[str, Unserved],
    *,
    seconds: float,
    seed: int,
    engine: str,
) -> Plan:
    """The plan of these routes, in the order of the problem's vehicles; ``unserved`` is by order."""
    problem = lookup.problem
    place = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
    made = tuple(
        compose_route(lookup, crew, found) for crew, found in sorted(routes, key=lambda pair: place[pair[0].vehicle.id])
    )
    penalty = sum(lookup.orders[name].penalty or 0.0 for name in unserved)
    return Plan(
        problem=problem.name,
        roads=roads_of(problem),
        feasible=all(lookup.orders[name].penalty is not None for name in unserved),
        routes=made,
        unserved=tuple(unserved[order.id] for order in problem.orders if order.id in unserved),
        cost=sum((route.cost for route in made), Cost(penalty=penalty)),
        seconds=seconds,
        seed=seed,
        engine=engine,
        resolution=problem.resolution,
        origin=problem.origin,
    )


def roads_of(problem: Problem) -> str:
    """What the distances of the problem's vehicles were measured on."""
    return "; ".join(sorted({problem.matrices[vehicle.profile].roads for vehicle in problem.vehicles}))


def compose_route(lookup: Lookup, crew: Crew, found: Timetable) -> Route:
    """One route of the plan."""
    problem, vehicle, driver = lookup.problem, crew.vehicle, crew.driver
    carried = [
        tuple(ZoneLoad(zone, amounts) for zone, amounts in loads(o for o in trip if from_depot(o)).items())
        for trip in trips_of(order for visit in found.visits for order in visit.orders)
    ]
    trips = accumulate(visit.reload for visit in found.visits)
    stops = tuple(
        Stop(
            site=visit.site,
            orders=tuple(order.id for order in visit.orders if not is_mark(order)),
            arrival=found.arrivals[i],
            start=found.starts[i],
            departure=found.departures[i],
            distance=found.distances[i],
            duration=found.durations[i],
            slack=slack_of(visit, found.starts[i]),
            reload=visit.reload,
            load=carried[trip] if visit.reload else (),
            fetched=tuple(order.id.removeprefix(FETCH) for order in visit.orders if is_fetch(order)),
        )
        for i, (visit, trip) in enumerate(zip(found.visits, trips, strict=True))
    )
    return Route(
        vehicle=vehicle.id,
        driver=driver.id if driver is not None else None,
        depot=vehicle.depot,
        end_depot=vehicle.end_depot,
        start=found.start,
        departure=found.departure,
        stops=stops,
        return_distance=found.distances[-1],
        return_duration=found.durations[-1],
        end=found.end,
        distance=found.distance,
        duration=found.duration,
        load=carried[0],
        breaks=found.breaks,
        cost=Cost(
            fixed=vehicle.fixed,
            distance=problem.money(vehicle.per_km, found.distance, 1000),
            time=problem.money(vehicle.per_hour, found.duration, 3600),
            driver=problem.money(driver.per_hour, found.duration, 3600) if driver is not None else 0.0,
            stops=vehicle.per_stop * found.calls,
        ),
    )
