"""The independent checker: a sound plan passes; with one thing wrong it is refused, and the rule is named."""

import ast
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from server.planning import checker, checker_cargo, checker_course, checker_route, checker_rules
from server.planning.checker import PlanRefused, Rule, accept, check
from server.planning.operations import make_plan
from server.planning.plan import Break, Cost, Plan, Route, Stop, Unserved
from server.planning.problem import Capacity, Compartment, Lock, Meal, Order, Problem, Rest, Site, Vehicle, Window
from shared import problems
from shared.errors import Refused
from tests.server.planning.days import HOUR, line_matrix, small_day

DAY = small_day()
PLAN = make_plan(DAY, iterations=50, seed=1)

Case = tuple[Problem, Plan]
change = msgspec.structs.replace


def route_with(plan: Plan, number: int = 0, **changes: object) -> Plan:
    routes = list(plan.routes)
    routes[number] = change(routes[number], **changes)
    return change(plan, routes=tuple(routes))


def stop_with(plan: Plan, number: int, **changes: object) -> Plan:
    stops = list(plan.routes[0].stops)
    stops[number] = change(stops[number], **changes)
    return route_with(plan, stops=tuple(stops))


def site_with(name: str, **changes: object) -> Problem:
    return change(DAY, sites=tuple(change(s, **changes) if s.id == name else s for s in DAY.sites))


def order_with(name: str, **changes: object) -> Problem:
    return change(DAY, orders=tuple(change(o, **changes) if o.id == name else o for o in DAY.orders))


def vehicle_with(**changes: object) -> Problem:
    return change(DAY, vehicles=(change(DAY.vehicles[0], **changes), *DAY.vehicles[1:]))


def driver_with(**changes: object) -> Problem:
    return change(DAY, drivers=(change(DAY.drivers[0], **changes), *DAY.drivers[1:]))


ROUTE: Route = PLAN.routes[0]
STOPS: tuple[Stop, ...] = ROUTE.stops
FIRST, LAST = STOPS[0], STOPS[-1]
NOWHERE = Refused(problems.PLAN_UNSERVED_ROAD, value="c1", site="C").problem
HELD = next(i for i, stop in enumerate(STOPS) if "c1" in stop.orders)
BOXED = STOPS[HELD].departure - ROUTE.start
OTHER = Refused(problems.PLAN_NOTHING, value="x").problem
EMPTY = change(ROUTE, vehicle="V2", driver="P2", stops=())
SMALL_COLD_ROOM = (Compartment("2-8", Capacity(13)), Compartment("ambient"))
B = next(i for i, stop in enumerate(STOPS) if stop.site == "B")


def test_the_plan_these_tests_start_from_is_accepted():
    assert ROUTE.vehicle == "V1"
    assert len(PLAN.routes) == 1
    assert len(STOPS) == 4
    assert not check(DAY, PLAN).violations


def test_the_checker_works_arrivals_loads_and_cost_out_by_itself():
    report = accept(DAY, PLAN)
    judged = report.routes[0]
    assert list(judged.arrivals) == [stop.arrival for stop in STOPS]
    assert judged.end == ROUTE.end
    assert judged.loads == {"2-8": (14, 140, 1400), "ambient": (19, 190, 1900)}
    hours = (ROUTE.end - ROUTE.start) / 3600
    assert report.cost.total == pytest.approx(100 + 2 * 80 + 30 * hours + 40 * hours)


def _road_closed() -> Case:
    matrix = DAY.matrices["default"]
    a, b = (next(i for i, s in enumerate(DAY.sites) if s.id == name) for name in ("D", FIRST.site))
    tables = [[list(row) for row in table] for table in (matrix.distance, matrix.duration)]
    for table in tables:
        table[a][b] = -1
    closed = change(matrix, distance=tuple(map(tuple, tables[0])), duration=tuple(map(tuple, tables[1])))
    return change(DAY, matrices={"default": closed}), PLAN


def _swapped() -> Case:
    stops = list(STOPS)
    stops[0], stops[1] = stops[1], stops[0]
    return DAY, route_with(PLAN, stops=tuple(stops))


def _late_by(seconds: int) -> Case:
    """Everything from the first service on happens later, the plan's own numbers all following."""
    stops = [
        change(
            stop,
            arrival=stop.arrival + (seconds if i else 0),
            start=stop.start + seconds,
            departure=stop.departure + seconds,
            slack=None if stop.slack is None else stop.slack - seconds,
        )
        for i, stop in enumerate(STOPS)
    ]
    end = ROUTE.end + seconds
    duration = end - ROUTE.start
    hours = duration / 3600
    cost = change(ROUTE.cost, time=30 * hours, driver=40 * hours)
    plan = route_with(PLAN, stops=tuple(stops), end=end, duration=duration, cost=cost)
    return DAY, change(plan, cost=cost)


SINGLE: list[tuple[str, Rule, Callable[[], Case]]] = [
    ("unknown vehicle", Rule.VEHICLE, lambda: (DAY, route_with(PLAN, vehicle="V9"))),
    ("vehicle twice", Rule.VEHICLE_TWICE, lambda: (DAY, change(PLAN, routes=PLAN.routes * 2))),
    ("no driver", Rule.DRIVER, lambda: (DAY, route_with(PLAN, driver=None))),
    ("unknown driver", Rule.DRIVER, lambda: (DAY, route_with(PLAN, driver="P9"))),
    ("driver nobody asked for", Rule.DRIVER, lambda: (change(DAY, drivers=()), PLAN)),
    ("driver twice", Rule.DRIVER_TWICE, lambda: (DAY, change(PLAN, routes=PLAN.routes * 2))),
    ("driver without permit", Rule.QUALIFICATION, lambda: (driver_with(qualifications=()), PLAN)),
    ("driver without licence", Rule.QUALIFICATION, lambda: (vehicle_with(requires=("C1",)), PLAN)),
    ("driver's shift over", Rule.SHIFT, lambda: (driver_with(shift=Window(0, ROUTE.end - 1)), PLAN)),
    ("vehicle not there yet", Rule.SHIFT, lambda: (vehicle_with(shift=Window(ROUTE.start + 1, 20 * HOUR)), PLAN)),
    ("depot not open", Rule.SHIFT, lambda: (site_with("D", windows=(Window(ROUTE.start + 1, 20 * HOUR),)), PLAN)),
    ("depot closed again", Rule.SHIFT, lambda: (site_with("D", windows=(Window(0, ROUTE.departure - 1),)), PLAN)),
    ("unknown order", Rule.ORDER, lambda: (DAY, stop_with(PLAN, 0, orders=(*FIRST.orders, "zz")))),
    ("unknown order left out", Rule.ORDER, lambda: (DAY, change(PLAN, unserved=(Unserved("zz", NOWHERE),)))),
    ("order twice", Rule.ORDER_TWICE, lambda: (DAY, stop_with(PLAN, 0, orders=FIRST.orders * 2))),
    ("order served and left", Rule.ORDER_TWICE, lambda: (DAY, change(PLAN, unserved=(Unserved("c1", NOWHERE),)))),
    ("order forgotten", Rule.ORDER_MISSING, lambda: (DAY, stop_with(PLAN, 0, orders=FIRST.orders[:1]))),
    ("no reason", Rule.REASON, lambda: (DAY, change(PLAN, unserved=(Unserved("x", OTHER),)))),
    ("empty route", Rule.EMPTY, lambda: (DAY, change(PLAN, routes=(*PLAN.routes, EMPTY)))),
    ("empty stop", Rule.EMPTY, lambda: (DAY, stop_with(PLAN, 1, orders=()))),
    ("wrong site", Rule.SITE, lambda: (order_with("c1", site="E"), PLAN)),
    ("unknown site", Rule.SITE, lambda: (DAY, stop_with(PLAN, 1, site="Z"))),
    ("wrong depot", Rule.DEPOT, lambda: (DAY, route_with(PLAN, depot="A"))),
    ("wrong end", Rule.DEPOT, lambda: (vehicle_with(end="A"), PLAN)),
    ("goods elsewhere", Rule.DEPOT, lambda: (order_with("c1", depot="A"), PLAN)),
    ("no road", Rule.ROAD, _road_closed),
    ("swapped stops", Rule.LEG, _swapped),
    ("shorter way", Rule.LEG, lambda: (DAY, stop_with(PLAN, 1, distance=STOPS[1].distance - 1))),
    ("quicker way", Rule.LEG, lambda: (DAY, stop_with(PLAN, 1, duration=STOPS[1].duration - 1))),
    ("shorter way home", Rule.LEG, lambda: (DAY, route_with(PLAN, return_distance=1))),
    ("arrives sooner", Rule.ARRIVAL, lambda: (DAY, stop_with(PLAN, 1, arrival=STOPS[1].arrival - 1))),
    ("serves before arrival", Rule.EARLY, lambda: (DAY, stop_with(PLAN, 1, start=STOPS[1].arrival - 1))),
    ("too late for the window", Rule.WINDOW, lambda: (site_with(FIRST.site, windows=(Window(0, FIRST.start - 1),)), PLAN)),
    ("between the windows", Rule.WINDOW, lambda: _late_by(4 * HOUR)),
    ("after it is due", Rule.DUE, lambda: (order_with("a2", due=FIRST.start - 1), PLAN)),
    ("service cut short", Rule.SERVICE, lambda: (site_with("C", service=301), PLAN)),
    ("service per unit", Rule.SERVICE, lambda: (site_with("A", per_unit=11), PLAN)),
    ("not released", Rule.RELEASE, lambda: (order_with("a1", release=ROUTE.start + 1), PLAN)),
    ("not loaded", Rule.LOADING, lambda: (site_with("D", service=601), PLAN)),
    ("back sooner", Rule.END, lambda: (DAY, route_with(PLAN, end=ROUTE.end - 1))),
    ("out too long", Rule.DURATION, lambda: (vehicle_with(max_duration=ROUTE.duration - 1), PLAN)),
    ("a trip too long", Rule.TRIP, lambda: (vehicle_with(max_trip=ROUTE.duration - 1), PLAN)),
    ("out too far", Rule.DISTANCE, lambda: (vehicle_with(max_distance=ROUTE.distance - 1), PLAN)),
    ("too many packages", Rule.CAPACITY, lambda: (vehicle_with(capacity=Capacity(units=32)), PLAN)),
    ("too much volume", Rule.CAPACITY, lambda: (vehicle_with(capacity=Capacity(volume=329)), PLAN)),
    ("too heavy", Rule.CAPACITY, lambda: (vehicle_with(capacity=Capacity(weight=3299)), PLAN)),
    ("cold room too small", Rule.CAPACITY, lambda: (vehicle_with(compartments=SMALL_COLD_ROOM), PLAN)),
    ("no cold room", Rule.ZONE, lambda: (vehicle_with(compartments=(Compartment("ambient"),)), PLAN)),
    ("no compartment at all", Rule.ZONE, lambda: (vehicle_with(compartments=()), PLAN)),
    ("site admits others", Rule.ACCESS, lambda: (site_with("B", admits=("lorry",)), PLAN)),
    ("box too long on the way", Rule.HOLD, lambda: (order_with("c1", hold=BOXED - 1), PLAN)),
    ("doors opened", Rule.HOLD, lambda: (change(order_with("c1", hold=BOXED), opening_loss=1), PLAN)),
    ("drives without rest", Rule.REST, lambda: (change(DAY, rest=Rest(1999, 60)), PLAN)),
    ("rest from nowhere", Rule.REST_TIME, lambda: (DAY, route_with(PLAN, breaks=(Break(9, 0, 0, 1200),)))),
    ("locked order moved", Rule.LOCK, lambda: (change(DAY, locks=(Lock("V1", ("b1",)),)), PLAN)),
    ("locked route gone", Rule.LOCK, lambda: (change(DAY, locks=(Lock("V2", ("a1",)),)), PLAN)),
    ("locked driver changed", Rule.LOCK, lambda: (change(DAY, locks=(Lock("V1", driver="P2"),)), PLAN)),
    ("locked departure changed", Rule.LOCK, lambda: (change(DAY, locks=(Lock("V1", departure=ROUTE.departure + 1),)), PLAN)),
    ("no time for a meal", Rule.MEAL, lambda: (driver_with(meal=Meal(ROUTE.start, ROUTE.end - 1)), PLAN)),
    ("fetches what is no transfer", Rule.PAIR, lambda: (DAY, stop_with(PLAN, 1, fetched=("c1",)))),
    ("loads again on a single trip", Rule.RELOAD, lambda: (DAY, stop_with(PLAN, 1, reload=True))),
    ("company for a high-value order", Rule.ALONE, lambda: (order_with("c1", alone="gold"), PLAN)),
    ("way not added up", Rule.TOTAL, lambda: (DAY, route_with(PLAN, distance=ROUTE.distance + 1))),
    ("hours not added up", Rule.TOTAL, lambda: (DAY, route_with(PLAN, duration=ROUTE.duration + 1))),
    ("load not what is on board", Rule.TOTAL, lambda: (DAY, route_with(PLAN, load=ROUTE.load[:1]))),
    ("other units", Rule.TOTAL, lambda: (DAY, change(PLAN, resolution=10))),
    ("slack made up", Rule.SLACK, lambda: (DAY, stop_with(PLAN, 0, slack=1))),
    ("slack left out", Rule.SLACK, lambda: (DAY, stop_with(PLAN, 0, slack=None))),
    ("route cost", Rule.COST, lambda: (DAY, route_with(PLAN, cost=change(ROUTE.cost, distance=1.0)))),
    ("visits cost nothing", Rule.COST, lambda: (vehicle_with(per_stop=1.0), PLAN)),
    ("total cost", Rule.COST, lambda: (DAY, change(PLAN, cost=change(PLAN.cost, fixed=0.0)))),
    ("penalty hidden", Rule.COST, lambda: (DAY, change(PLAN, cost=change(PLAN.cost, penalty=1.0)))),
    ("other roads", Rule.ROADS, lambda: (DAY, change(PLAN, roads="real roads"))),
    ("not as feasible as it says", Rule.FEASIBLE, lambda: (DAY, change(PLAN, feasible=False))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "case"), [(rule, case) for _, rule, case in SINGLE], ids=[name for name, _, _ in SINGLE]
)
def test_a_plan_with_one_thing_wrong_is_refused_by_that_rule(rule, case):
    problem, plan = case()
    found = check(problem, plan).violations
    assert rule in {violation.rule for violation in found}
    for violation in found:
        assert violation.problem.text("zh")
        assert violation.problem.text("en")


def test_every_rule_has_a_case_of_its_own():
    assert {rule for _, rule, _ in SINGLE} == set(Rule)


def test_a_refused_plan_names_the_stop_and_the_amounts():
    problem, plan = vehicle_with(capacity=Capacity(units=32)), PLAN
    with pytest.raises(PlanRefused) as refused:
        accept(problem, plan)
    assert refused.value.problem.number == 6003
    assert "capacity × 1" in refused.value.problem.values["rule"]
    (violation,) = refused.value.report.violations
    assert violation.problem.values == {"where": "V1", "what": "units", "value": "33", "expected": "32"}
    problem, plan = site_with("B", admits=("lorry",)), PLAN
    (violation,) = check(problem, plan).violations
    assert violation.where == f"V1 › {B + 1} › B"


def test_waiting_longer_than_needed_is_allowed_while_it_is_stated():
    problem, plan = _late_by(60)
    assert not check(problem, plan).violations


ROAD = (0, 144_000, 288_000, 432_000)  # m; 4 hours apart at 10 m/s


def far_day(rest: Rest | None) -> Problem:
    """Three sites four hours apart, one after the other, and no way round resting."""
    return Problem(
        "far",
        (Site("D"), Site("A", service=600), Site("B", service=600), Site("C", service=600)),
        (Order("a", "A"), Order("b", "B"), Order("c", "C")),
        (Vehicle("V", "D", fixed=10_000.0),),
        matrices={"default": line_matrix(*ROAD)},
        rest=rest,
    )


FAR = far_day(Rest())
RESTED = make_plan(FAR, iterations=20, seed=1)


def test_a_route_with_its_rests_is_accepted():
    assert len(RESTED.routes) == 1
    assert len(RESTED.routes[0].breaks) >= 4
    assert not check(FAR, RESTED).violations


@pytest.mark.parametrize(
    ("rule", "damage"),
    [
        (Rule.REST, lambda breaks: breaks[1:]),
        (Rule.REST_TIME, lambda breaks: (change(breaks[0], end=breaks[0].end - 1), *breaks[1:])),
        (Rule.REST_TIME, lambda breaks: (change(breaks[0], start=breaks[0].start + 1), *breaks[1:])),
        (Rule.REST_TIME, lambda breaks: (change(breaks[0], driven=-1), *breaks[1:])),
        (Rule.REST_TIME, lambda breaks: (change(breaks[0], driven=10**6), *breaks[1:])),
        (Rule.END, lambda breaks: breaks[:-1]),
    ],
)
def test_a_rest_left_out_cut_short_or_moved_is_found(rule, damage):
    damaged = route_with(RESTED, breaks=tuple(damage(RESTED.routes[0].breaks)))
    assert rule in {violation.rule for violation in check(FAR, damaged).violations}


def test_a_rest_needs_no_place_where_no_rule_asks_for_one():
    unruled = far_day(None)
    plan = make_plan(unruled, iterations=20, seed=1)
    assert plan.routes[0].breaks == ()
    assert Rule.REST_TIME in {violation.rule for violation in check(unruled, RESTED).violations}


def test_costs_add_up_part_by_part():
    total = Cost(1.0, 2.0, 3.0, 4.0, 5.0) + Cost(fixed=1.0)
    assert total == Cost(2.0, 2.0, 3.0, 4.0, 5.0)
    assert total.total == 16.0


def test_the_checker_shares_no_code_with_the_engine():
    """It may import the problem, the plan, its own parts, the problem catalogue and the standard library."""
    allowed = {
        "server.planning.problem",
        "server.planning.plan",
        "server.planning.checker_rules",
        "server.planning.checker_course",
        "server.planning.checker_cargo",
        "server.planning.checker_route",
    }
    for module in (checker, checker_route, checker_course, checker_cargo, checker_rules):
        tree = ast.parse(Path(str(module.__file__)).read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        ours = {name for name in imported if name and name.startswith("server")}
        assert ours <= allowed, module.__name__
        assert not any(name in ("pyvrp", "ortools", "numpy") for name in imported if name)
