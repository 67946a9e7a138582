"""The independent checker: accepts or refuses a plan, rule by rule, and works every number out again by itself.

It reads the problem and the plan and nothing else of this folder: not the engine's timetable, not its idea of what fits,
not its translation for a solver. Whoever changes the engine must not have to change this file, and a test holds its
imports to that. Where the engine derives a number, this recomputes it from the problem and compares.
"""

from collections import Counter
from enum import StrEnum

import msgspec

from server.planning.checker_route import Judged, judge_route
from server.planning.checker_rules import Rule, Violation, closely, violation
from server.planning.plan import Cost, Plan, Route
from server.planning.problem import AGAIN, Lock, Problem
from shared import problems
from shared.errors import Refused

__all__ = ["PlanRefused", "Report", "Rule", "Violation", "accept", "check"]


class Verdict(StrEnum):
    """What the checker says of a plan."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Report(msgspec.Struct, frozen=True):
    """What was found: every violated rule, and the plan's cost and each route's times and loads as recomputed."""

    verdict: Verdict
    violations: tuple[Violation, ...]
    cost: Cost
    routes: tuple[Judged, ...]


class PlanRefused(Refused):
    """PLAN_REFUSED with the checker's whole report."""

    def __init__(self, name: str, report: Report) -> None:
        rules = Counter(found.rule.value for found in report.violations)
        super().__init__(
            problems.PLAN_REFUSED, value=name, rule=", ".join(f"{rule} × {n}" for rule, n in sorted(rules.items()))
        )
        self.report = report


def accept(problem: Problem, plan: Plan) -> Report:
    """The report on a plan that keeps every rule.

    Raises:
        PlanRefused: it does not; ``report.violations`` names each broken rule with the stop and the amounts.
    """
    report = check(problem, plan)
    if report.violations:
        raise PlanRefused(plan.problem, report)
    return report


def check(problem: Problem, plan: Plan) -> Report:
    """Judge a plan. The problem must be valid and carry the matrices the plan was made with."""
    found: list[Violation] = []
    found += _crews(problem, plan)
    found += _coverage(problem, plan)
    found += _locks(problem, plan)
    judged = []
    for index, route in enumerate(plan.routes):
        result, violations = judge_route(problem, index, route)
        judged.append(result)
        found += violations
    cost = _cost(problem, plan, judged)
    found += _totals(problem, plan, cost)
    verdict = Verdict.REFUSED if found else Verdict.ACCEPTED
    return Report(verdict, tuple(found), cost, tuple(judged))


def _crews(problem: Problem, plan: Plan) -> list[Violation]:
    """Every route has a vehicle and driver that exist, and none is sent out twice."""
    found = []
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    drivers = {driver.id for driver in problem.drivers}
    for name, times in Counter(route.vehicle for route in plan.routes).items():
        if name not in vehicles:
            found.append(violation(Rule.VEHICLE, name, value=name))
        if times > 1:
            found.append(violation(Rule.VEHICLE_TWICE, name, value=f"{name} × {times}"))
    for route in plan.routes:
        known = route.driver in drivers if drivers else route.driver is None
        if not known:
            found.append(violation(Rule.DRIVER, route.vehicle, value=route.driver))
    for driver, times in Counter(route.driver for route in plan.routes if route.driver is not None).items():
        if times > 1:
            where = ", ".join(route.vehicle for route in plan.routes if route.driver == driver)
            found.append(violation(Rule.DRIVER_TWICE, where, value=f"{driver} × {times}"))
    return found


def _coverage(problem: Problem, plan: Plan) -> list[Violation]:
    """Every order is served once, or listed once with a reason."""
    found = []
    orders = {order.id: order for order in problem.orders}
    served: Counter[str] = Counter()
    for route in plan.routes:
        for number, stop in enumerate(route.stops, 1):
            served.update(stop.orders)
            for name in stop.orders:
                where = f"{route.vehicle} › {number} › {stop.site}"
                if name not in orders:
                    found.append(violation(Rule.ORDER, where, value=name))
                elif orders[name].site != stop.site:
                    found.append(violation(Rule.SITE, where, value=name, expected=orders[name].site))
    left = Counter(unserved.order for unserved in plan.unserved)
    for name, times in (served + left).items():
        if times > 1:
            found.append(violation(Rule.ORDER_TWICE, plan.problem, value=f"{name} × {times}"))
        if name not in orders and name in left:
            found.append(violation(Rule.ORDER, plan.problem, value=name))
    for name in orders:
        if name not in served and name not in left:
            found.append(violation(Rule.ORDER_MISSING, plan.problem, value=name))
    for unserved in plan.unserved:
        if not 6301 <= unserved.reason.number <= 6399:
            found.append(violation(Rule.REASON, plan.problem, value=unserved.order))
    return found


def _locks(problem: Problem, plan: Plan) -> list[Violation]:
    """What is settled stays: the first orders of a route in their sequence, its driver, its departure."""
    found = []
    routes = {route.vehicle: route for route in plan.routes}
    for lock in problem.locks:
        route = routes.get(lock.vehicle)
        if route is None:
            if lock.orders:
                found.append(violation(Rule.LOCK, lock.vehicle, value="–", expected=" ".join(lock.orders)))
            continue
        head = _head(route, lock.orders)
        if head != list(lock.orders):
            found.append(violation(Rule.LOCK, lock.vehicle, value=" ".join(head), expected=" ".join(lock.orders)))
        named = sum(len(stop.orders) + len(stop.fetched) + stop.reload for stop in route.stops)
        after = named - len(lock.orders)
        if lock.final and after > 0:
            found.append(violation(Rule.LOCK, lock.vehicle, value=f"+ {after}", expected=" ".join(lock.orders)))
        found += _aboard(problem, lock, route)
        if lock.driver is not None and route.driver != lock.driver:
            found.append(violation(Rule.LOCK, lock.vehicle, value=route.driver, expected=lock.driver))
        if lock.departure is not None and route.departure != lock.departure:
            value, expected = problem.clock(route.departure), problem.clock(lock.departure)
            found.append(violation(Rule.LOCK, lock.vehicle, value=value, expected=expected))
    return found


def _aboard(problem: Problem, lock: Lock, route: Route) -> list[Violation]:
    """Nothing from a depot on a vehicle that has left but what was on the road by then."""
    if lock.aboard is None:
        return []
    may = {order.id for order in problem.orders if order.collect or order.origin is not None}
    may |= {*lock.aboard, *lock.orders}
    strays = [name for stop in route.stops for name in stop.orders if name not in may]
    return [violation(Rule.LOCK, lock.vehicle, value=name, expected=" ".join(lock.aboard)) for name in strays]


def _head(route: Route, locked: tuple[str, ...]) -> list[str]:
    """What a route begins with, as much as is locked. A transfer is named where it is fetched, and where it is handed over,
    and a return to load again by :data:`~server.planning.problem.AGAIN`;
    what is handed over and fetched at one stop has no order among itself, so there it is named as the lock does."""
    head: list[str] = []
    for stop in route.stops:
        names = [AGAIN] if stop.reload else [*stop.orders, *stop.fetched]
        if stop.fetched:
            wanted = [name for name in locked[len(head) : len(head) + len(names)] if name in names]
            names = wanted + [name for name in names if name not in wanted]
        head += names
    return head[: len(locked)]


def _cost(problem: Problem, plan: Plan, judged: list[Judged]) -> Cost:
    """The plan's cost from the recomputed routes and the penalties of the orders that are not on any of them."""
    served = {name for route in plan.routes for stop in route.stops for name in stop.orders}
    penalty = sum(order.penalty for order in problem.orders if order.penalty is not None and order.id not in served)
    return Cost(
        sum(route.cost.fixed for route in judged),
        sum(route.cost.distance for route in judged),
        sum(route.cost.time for route in judged),
        sum(route.cost.driver for route in judged),
        penalty,
        sum(route.cost.stops for route in judged),
    )


def _totals(problem: Problem, plan: Plan, cost: Cost) -> list[Violation]:
    """What the plan says of itself as a whole."""
    found = []
    for part in ("fixed", "distance", "time", "driver", "penalty", "stops", "total"):
        stated, expected = getattr(plan.cost, part), getattr(cost, part)
        if not closely(stated, expected):
            found.append(
                violation(Rule.COST, plan.problem, what=part, value=f"{stated:.4f}", expected=f"{expected:.4f}")
            )
    served = {name for route in plan.routes for stop in route.stops for name in stop.orders}
    feasible = all(order.id in served for order in problem.orders if order.penalty is None)
    if plan.feasible != feasible:
        found.append(violation(Rule.FEASIBLE, plan.problem, value=plan.feasible, expected=feasible))
    profiles = {vehicle.profile for vehicle in problem.vehicles}
    roads = "; ".join(sorted({matrix.roads for name, matrix in problem.matrices.items() if name in profiles}))
    if plan.roads != roads:
        found.append(violation(Rule.ROADS, plan.problem, value=plan.roads, expected=roads))
    if plan.resolution != problem.resolution or plan.origin != problem.origin:
        stated, expected = f"1/{plan.resolution} {plan.origin}", f"1/{problem.resolution} {problem.origin}"
        found.append(violation(Rule.TOTAL, plan.problem, what="单位 (units)", value=stated, expected=expected))
    return found
