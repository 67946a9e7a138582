"""An urgent order into a day that runs: nothing that has begun is touched, the best place is found, and nobody is told a figure
that is not exact."""

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from server.planning.checker import Rule, check
from server.planning.desk import evaluate
from server.planning.hand import Hand, HandRoute, hand_of, orders_of
from server.planning.insertion import Choice, Figures, rank, sequence_of
from server.planning.operations import make_plan
from server.planning.plan import Plan, Unserved
from server.planning.problem import Lock, Order, Problem
from shared import problems as catalogue
from shared.errors import Refused
from tests.server.planning.days import HOUR, problems
from tests.server.planning.test_desk import plain

RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
change = msgspec.structs.replace
RULES = {
    catalogue.DESK_WINDOW.number: Rule.WINDOW,
    catalogue.DESK_DUE.number: Rule.DUE,
    catalogue.DESK_HOLD.number: Rule.HOLD,
    catalogue.DESK_LOAD.number: Rule.CAPACITY,
    catalogue.DESK_RETURN.number: Rule.SHIFT,
    catalogue.DESK_LEAVE.number: Rule.SHIFT,
    catalogue.DESK_DURATION.number: Rule.DURATION,
    catalogue.DESK_DISTANCE.number: Rule.DISTANCE,
}
"""The rule of the checker that each promise of the desk is."""


@st.composite
def days(draw: st.DrawFn, simple: bool = False) -> tuple[Problem, Plan, Order, int]:
    """A planned day in which some vehicles have left, have visited the beginning of their routes or not, and one order that
    comes now (s)."""
    problem = change(draw(problems()), locks=())
    if simple:
        problem = plain(problem)
    *known, late = problem.orders
    assume(known)
    plan = make_plan(change(problem, orders=tuple(known)), iterations=5, seed=1)
    locks = []
    for route in plan.routes:
        movable = [i for i, stop in enumerate(route.stops) if stop.reload or stop.fetched]
        last = min(movable, default=len(route.stops))
        done = draw(st.integers(0, last))
        names = tuple(name for stop in route.stops[:done] for name in stop.orders)
        if any(order.origin is not None for order in known if order.id in names):
            continue
        if draw(st.booleans()):
            locks.append(Lock(route.vehicle, names, route.driver, route.departure))
        elif names and draw(st.booleans()):
            locks.append(Lock(route.vehicle, names, route.driver))
    now = draw(st.sampled_from([0, 600, HOUR, 3 * HOUR]))
    order = change(late, release=max(late.release, now))
    return change(problem, orders=(*known, order), locks=tuple(locks)), plan, order, now


def with_choice(problem: Problem, plan: Plan, figures: Figures) -> Plan:
    """The plan with a choice taken."""
    places = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
    routes = [route for route in plan.routes if route.vehicle != figures.route.vehicle] + [figures.route]
    routes.sort(key=lambda route: places[route.vehicle])
    made = change(plan, routes=tuple(routes))
    cost = made.routes[0].cost
    for route in made.routes[1:]:
        cost = cost + route.cost
    return change(made, cost=change(cost, penalty=cost.penalty + plan.cost.penalty))


def key(choice: Choice) -> tuple[bool, bool, int, int, float]:
    figures = choice.figures
    load = any(one.problem.number in (catalogue.DESK_LOAD.number, 6226) for one in figures.broken)
    return (bool(figures.broken), load, figures.over, len(figures.broken), round(figures.cost, 6))


# whatever the day ------------------------------------------------------------------------------------------------------


@given(days())
@RELAXED
def test_every_choice_keeps_what_has_begun_and_what_it_says_is_what_the_checker_finds(
    given_day: tuple[Problem, Plan, Order, int],
) -> None:
    problem, plan, order, now = given_day
    found = rank(problem, plan, order.id, now, exact=None)
    before = {route.vehicle: route for route in plan.routes}
    assert found.further == ()
    assert [key(one) for one in found.choices] == sorted(map(key, found.choices))
    for choice in found.choices:
        figures = choice.figures
        _kept(problem, order, before.get(choice.vehicle), figures)
        made = with_choice(problem, plan, figures)
        report = check(problem, made)
        assert bool(figures.broken) == bool(report.violations), report.violations
        assert figures.cost == pytest.approx(made.cost.total - plan.cost.total, abs=1e-6)
        assert report.cost.total == pytest.approx(made.cost.total, abs=1e-6)
        assert sorted(sequence_of(figures.route)) == sorted(choice.sequence)
        assert figures.route.stops[figures.number - 1].start == figures.handed
    left = change(plan, unserved=(*plan.unserved, found.left))
    cost = change(left.cost, penalty=left.cost.penalty + (order.penalty or 0.0))
    feasible = plan.feasible and order.penalty is not None
    assert not check(problem, change(left, cost=cost, feasible=feasible)).violations


def _kept(problem: Problem, order: Order, old: object, figures: Figures) -> None:
    """The frozen beginning is visited as it was, and the rest in its sequence."""
    if old is None:
        return
    lock = next((lock for lock in problem.locks if lock.vehicle == figures.route.vehicle), None)
    served = [name for name in orders_of(figures.route) if name != order.id]
    assert served == list(orders_of(old))  # type: ignore[arg-type]
    if lock is None:
        return
    assert orders_of(figures.route)[: len(lock.orders)] == lock.orders
    if lock.departure is None:
        return
    assert figures.route.departure == lock.departure
    frozen = set(lock.orders)
    was = [stop for stop in old.stops if frozen & set(stop.orders)]  # type: ignore[attr-defined]
    now = [stop for stop in figures.route.stops if frozen & set(stop.orders)]
    assert [(s.orders, s.arrival, s.start, s.departure) for s in was] == [
        (s.orders, s.arrival, s.start, s.departure) for s in now
    ]


@given(days(), st.integers(1, 4))
@RELAXED
def test_what_is_shown_is_the_beginning_of_the_whole_ranking(
    given_day: tuple[Problem, Plan, Order, int], shown: int
) -> None:
    problem, plan, order, now = given_day
    whole = rank(problem, plan, order.id, now, exact=None)
    some = rank(problem, plan, order.id, now, exact=shown)
    assert list(map(key, some.choices)) == list(map(key, whole.choices))[:shown]
    assert len(some.choices) + len(some.further) >= len(whole.choices)
    assert {one.vehicle for one in whole.choices} <= {one.vehicle for one in (*some.choices, *some.further)}


@given(days(simple=True))
@RELAXED
def test_the_first_is_the_best_of_all_places_that_the_checker_accepts(
    given_day: tuple[Problem, Plan, Order, int],
) -> None:
    problem, plan, order, now = given_day
    base = change(plan, unserved=(*plan.unserved, _missing(order)))
    costs = []
    for hand in _everywhere(problem, base, order):
        draft = evaluate(problem, base, hand)
        if draft.holds:
            costs.append(sum(r.cost.total for r in draft.plan.routes) - sum(r.cost.total for r in plan.routes))
    found = rank(problem, plan, order.id, now)
    held = [one for one in found.choices if one.holds]
    assert bool(held) == bool(costs)
    if held:
        assert found.choices[0].figures.cost == pytest.approx(min(costs), abs=1e-6)


@given(days(simple=True))
@RELAXED
def test_what_breaks_is_exactly_what_the_checker_names(given_day: tuple[Problem, Plan, Order, int]) -> None:
    problem, plan, order, now = given_day
    for choice in rank(problem, plan, order.id, now, exact=None).choices:
        if not choice.figures.broken:
            continue
        report = check(problem, with_choice(problem, plan, choice.figures))
        said = {RULES[one.problem.number] for one in choice.figures.broken}
        assert said == {found.rule for found in report.violations}


def _missing(order: Order) -> Unserved:
    return Unserved(order.id, Refused(catalogue.PLAN_UNSERVED_HAND, value=order.id).problem)


def _everywhere(problem: Problem, plan: Plan, order: Order) -> Iterator[Hand]:
    """The arrangement with the order at every place of every route behind what is settled, and on every vehicle at home with
    everybody who is free."""
    hand = hand_of(problem, plan)
    off = tuple(name for name in hand.off if name != order.id)
    lookup = {one.id: one for one in problem.orders}
    left = {lock.vehicle for lock in problem.locks if lock.departure is not None}
    for index, route in enumerate(hand.routes):
        if route.vehicle in left:
            continue  # it carries what was loaded
        for place in range(route.locked, len(route.orders) + 1):
            orders = (*route.orders[:place], order.id, *route.orders[place:])
            if place == route.locked > 0 and lookup[route.orders[place - 1]].site == order.site:
                continue  # that visit is settled
            routes = list(hand.routes)
            routes[index] = change(route, orders=orders)
            yield Hand(tuple(routes), off)
    used = {route.vehicle for route in hand.routes}
    taken = {route.driver for route in hand.routes}
    free = [driver.id for driver in problem.drivers if driver.id not in taken]
    for vehicle in problem.vehicles:
        if vehicle.id not in used:
            for driver in free if problem.drivers else [None]:
                yield Hand((*hand.routes, HandRoute(vehicle.id, (order.id,), driver)), off)
