"""Whatever the problem, a plan that comes out keeps every rule; and whatever is damaged in it, the checker sees it."""

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from server.planning import engine
from server.planning.checker import check
from server.planning.faults import ProblemRefused
from server.planning.hand import orders_of
from server.planning.operations import make_plan
from server.planning.plan import Plan, Route, ZoneLoad
from server.planning.problem import AGAIN, Amounts, Capacity, Lock, Problem, load_problem
from tests.server.planning.days import problems

RELAXED = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
change = msgspec.structs.replace


def planned(problem: Problem, iterations: int = 20) -> Plan:
    """The plan, which make_plan has had checked; an impossible lock is a refusal and not an example."""
    try:
        return make_plan(problem, iterations=iterations, seed=3)
    except ProblemRefused as refused:
        faults = {fault.number for fault in refused.faults}
    assert problem.locks
    assert faults == {6109}
    assume(False)
    raise AssertionError


@RELAXED
@given(problems(), st.booleans())
def test_every_plan_passes_the_checker(problem, searched):
    with pytest.MonkeyPatch.context() as patch:
        if searched:  # small days too
            patch.setattr(engine, "small_day", lambda *_: None)
        plan = planned(problem)
    assert not check(problem, plan).violations
    named = {left.order for left in plan.unserved} | {n for r in plan.routes for s in r.stops for n in s.orders}
    assert named == {order.id for order in problem.orders}
    assert all(left.reason.text("zh") and left.reason.text("en") for left in plan.unserved)


def with_a_locked_return(problem: Problem, departure: int | None) -> Problem:
    """The problem with two of its orders settled on the first vehicle, which comes back to load between them, and which can
    carry both in time."""
    plain = [order for order in problem.orders if order.origin is None]
    assume(len(plain) >= 2)
    easy = {"zone": "ambient", "requires": (), "depot": None, "hold": None, "due": None, "alone": None}
    first, second = change(plain[0], **easy, release=0), change(plain[1], **easy)
    ours = {first.id: first, second.id: second}
    free = {"compartments": (), "capacity": Capacity(), "max_duration": None, "max_distance": None, "max_trip": None}
    van = change(problem.vehicles[0], **free, shift=None, requires=(), trips=max(2, problem.vehicles[0].trips))
    there = {order.site for order in ours.values()}
    return change(
        problem,
        orders=tuple(ours.get(order.id, order) for order in problem.orders),
        sites=tuple(change(s, windows=(), admits=None) if s.id in there else s for s in problem.sites),
        vehicles=(van, *problem.vehicles[1:]),
        locks=(Lock(van.id, (first.id, AGAIN, second.id), departure=departure),),
    )


@RELAXED
@given(problems(), st.booleans(), st.sampled_from([None, 3900]))
def test_a_return_that_is_locked_is_in_every_plan_also_in_one_made_from_another(problem, searched, departure):
    problem = with_a_locked_return(problem, departure)
    with pytest.MonkeyPatch.context() as patch:
        if searched:
            patch.setattr(engine, "small_day", lambda *_: None)
        plan = planned(problem)
        again = make_plan(problem, iterations=20, seed=4, warm=plan)
    for made in (plan, again):
        assert not check(problem, made).violations
        (route,) = (route for route in made.routes if route.vehicle == problem.vehicles[0].id)
        assert orders_of(route)[:3] == problem.locks[0].orders


@settings(RELAXED, max_examples=25)
@given(problems())
def test_the_same_seed_makes_the_same_plan(problem):
    assert change(planned(problem), seconds=0.0) == change(planned(problem), seconds=0.0)


@settings(RELAXED, max_examples=25)
@given(problems())
def test_a_plan_damaged_anywhere_is_refused(problem):
    plan = planned(problem)
    for number, route in enumerate(plan.routes):
        for damaged in _damages(plan, number, route):
            assert check(problem, damaged).violations


def _damages(plan: Plan, number: int, route: Route) -> list[Plan]:
    """The plan with one number changed, or one thing left out, doubled or put elsewhere."""

    def with_route(**changes: object) -> Plan:
        routes = list(plan.routes)
        routes[number] = change(route, **changes)
        return change(plan, routes=tuple(routes))

    def with_stop(index: int, **changes: object) -> Plan:
        stops = list(route.stops)
        stops[index] = change(stops[index], **changes)
        return with_route(stops=tuple(stops))

    made = [
        change(plan, routes=plan.routes[:number] + plan.routes[number + 1 :]),
        change(plan, routes=(*plan.routes, route)),
        change(plan, feasible=not plan.feasible),
        change(plan, roads="elsewhere"),
        change(plan, cost=change(plan.cost, penalty=plan.cost.penalty + 1)),
        with_route(vehicle="nobody"),
        with_route(driver="nobody"),
        with_route(depot=route.stops[0].site),
        with_route(stops=route.stops[1:]),
        with_route(stops=(*route.stops, route.stops[0])),
        with_route(load=(*route.load, ZoneLoad("nothing", Amounts(1)))),
        with_route(cost=change(route.cost, fixed=route.cost.fixed + 1)),
    ]
    for field in ("start", "departure", "end", "distance", "duration", "return_distance", "return_duration"):
        made.append(with_route(**{field: getattr(route, field) + 1}))
    for index, stop in enumerate(route.stops):
        made += [with_stop(index, reload=not stop.reload), with_stop(index, slack=(stop.slack or 0) + 1)]
        made += [with_stop(index, orders=stop.orders[1:] if stop.orders else ("nothing",))]
        made += [with_stop(index, fetched=stop.fetched[1:] if stop.fetched else ("nothing",))]
        made += [with_stop(index, load=(*stop.load, ZoneLoad("nothing", Amounts(1))))]
        made += [
            with_stop(index, **{f: getattr(stop, f) - 1}) for f in ("arrival", "departure", "distance", "duration")
        ]
    return made


@given(problems())
@settings(RELAXED, max_examples=25)
def test_a_problem_comes_back_from_json(problem):
    assert load_problem(msgspec.json.encode(problem), "random") == problem
