"""An urgent order into a day that runs: how long all its alternatives take to rank, and what the best one costs."""

import time

from bench.harness import Effort, Findings, Measurement, prose
from bench.urgent_day import Urgent, city, urgent_orders
from server.planning.checker import check
from server.planning.compose import compose_route
from server.planning.insertion import Choice, Choices, rank, sequence_of
from server.planning.lookup import Lookup
from server.planning.mend import route_cost
from server.planning.operations import make_plan
from server.planning.plan import Cost, Plan, Route
from server.planning.schedule import Timetable, timetable
from server.planning.sequences import from_depot, parts_of

STOPS, ORDERS = 1000, 200
QUICK_STOPS, QUICK_ORDERS = 60, 6
SEARCH, QUICK_SEARCH = 30.0, 1.0
"""s the plan of the day is searched for."""
SEED = 1


def measure(findings: Findings, effort: Effort) -> None:
    """One day, planned once; each order inserted into it as it stands at that moment, by ours and greedily."""
    problem = city(effort.of(STOPS, QUICK_STOPS), SEED)
    findings.say(f"planning {len(problem.orders)} stops")
    plan = make_plan(problem, QUICK_SEARCH if effort.quick else SEARCH, SEED)
    findings.count("routes of the day", len(plan.routes))
    findings.count("orders the day leaves out", len(plan.unserved))
    took = findings.begin("all alternatives ranked", "ms", "less", "greedy re-insertion", tail=True)
    cost = findings.begin("cost of the best that holds", "added cost", "less", "greedy re-insertion", mean=True)
    for urgent in urgent_orders(problem, plan, effort.of(ORDERS, QUICK_ORDERS), SEED + 1):
        began = time.perf_counter()
        found = rank(urgent.problem, plan, urgent.order.id, urgent.now)
        between = time.perf_counter()
        greedy = cheapest(urgent, plan)
        took.ours.append(1000 * (between - began))
        took.peer.append(1000 * (time.perf_counter() - between))
        _account(findings, urgent, plan, found)
        if found.choices and found.choices[0].holds and greedy is not None:
            cost.ours.append(found.choices[0].figures.cost)
            cost.peer.append(greedy)
        findings.count("orders for which greedy re-insertion finds a place", greedy is not None)


def _account(findings: Findings, urgent: Urgent, plan: Plan, found: Choices) -> None:
    findings.count("orders", 1)
    findings.count("alternatives ranked", len(found.choices) + len(found.further))
    findings.count("alternatives worked out", len(found.choices))
    findings.count("orders for which a place holds", bool(found.choices) and found.choices[0].holds)
    for choice in found.choices[:1]:
        agreed = choice.holds == (not check(urgent.problem, taken(plan, choice)).violations)
        findings.count("first choices of which the checker says the same", agreed)


def taken(plan: Plan, choice: Choice) -> Plan:
    """The plan with a choice taken."""
    routes = [choice.figures.route if route.vehicle == choice.vehicle else route for route in plan.routes]
    if not choice.used:
        routes.append(choice.figures.route)
    cost = sum((route.cost for route in routes), Cost(penalty=plan.cost.penalty))
    return Plan(
        **{name: getattr(plan, name) for name in plan.__struct_fields__} | {"routes": tuple(routes), "cost": cost}
    )


def cheapest(urgent: Urgent, plan: Plan) -> float | None:
    """What the peer adds: of every place of every route behind what has begun, and of a route for it alone, the cheapest that
    has a timetable; ``None`` where none has."""
    lookup, order = Lookup(urgent.problem), urgent.order
    best: float | None = None
    used = {route.vehicle for route in plan.routes}
    drivers = [driver for driver in urgent.problem.drivers if driver.id not in {route.driver for route in plan.routes}]
    for route in plan.routes:
        crew = lookup.crew(lookup.vehicles[route.vehicle], lookup.drivers[route.driver or ""])
        old = lookup.sequence(crew.vehicle, sequence_of(route))
        begun = len(crew.lock.orders) if crew.lock is not None else 0
        left = crew.lock is not None and crew.lock.departure is not None
        if lookup.bar(crew, order) is not None or (left and from_depot(order) and len(old) == begun):
            continue
        for place in range(begun, len(old) + 1):
            sequence = [*old[:place], *parts_of(order), *old[place:]]
            if lookup.overload(crew.vehicle, sequence) is not None:
                continue
            table = timetable(lookup, crew, sequence, thorough=True)
            if isinstance(table, Timetable) and _as_begun(route, compose_route(lookup, crew, table), begun):
                cost = route_cost(lookup, crew, table) - route.cost.total
                best = cost if best is None else min(best, cost)
    for vehicle in urgent.problem.vehicles:
        for driver in drivers if vehicle.id not in used else ():
            crew = lookup.crew(vehicle, driver)
            table = timetable(lookup, crew, parts_of(order), thorough=True)
            if lookup.bar(crew, order) is None and isinstance(table, Timetable):
                cost = route_cost(lookup, crew, table)
                best = cost if best is None else min(best, cost)
    return best


def _as_begun(before: Route, after: Route, orders: int) -> bool:
    """Whether the stops with the first orders are visited when they were."""
    stops = zip(before.stops, after.stops, strict=False)
    done = 0
    for old, new in stops:
        if done >= orders:
            return True
        done += len(old.orders)
        if (old.orders, old.start) != (new.orders, new.start):
            return False
    return True


MEASUREMENT = Measurement(
    "urgent",
    "Planning: an urgent order into 1,000 stops",
    prose("""
    A generated city's day of 1,000 stops, every kind of rule on, planned once. Then 200 orders come, one at a time, between
    06:30 and 14:00, each into that day as it stands at its moment: vehicles that have left, stops that are over, and the one
    being driven to, stay as they are. The time is that of ranking every place there is, the eight best with all their times,
    costs and broken promises. The cost is what the best place adds to the plan, where both find one that breaks nothing.
    """),
    prose("""
    Greedy re-insertion: the timetable of every place of every route, the cheapest that holds. It has the same timetables
    and keeps the same rules; it ranks nothing, and says of nothing what it would break. It does not let a vehicle come back
    for the order.
    """),
    measure,
)
