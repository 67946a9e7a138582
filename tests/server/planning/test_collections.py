"""Returns and empty boxes, picked up on the way: the load rises along the route, and everything holds at every point."""

from collections.abc import Callable

import msgspec
import pytest

from server.planning.checker import Rule, check
from server.planning.explain import explain
from server.planning.plan import Plan
from server.planning.problem import Amounts, Capacity, Compartment, Lock, Order, Problem, Rest, Site, Vehicle, Window
from tests.server.planning.days import HOUR
from tests.server.planning.test_plans import day, made, reasons

change = msgspec.structs.replace
SITES = (Site("A"), Site("B"))
V = Vehicle("V", "D", capacity=Capacity(10))


def order(name: str, site: str, units: int, **more: object) -> Order:
    return Order(name, site, Amounts(units), **more)  # type: ignore[arg-type]


def back(name: str, site: str, units: int, **more: object) -> Order:
    return order(name, site, units, collect=True, **more)


def board(problem: Problem, plan: Plan) -> list[int]:
    (route,) = explain(problem, plan).routes
    return [sum(part.amounts.units for part in entry.load) for entry in route.onboard]


def test_what_is_collected_takes_the_room_of_what_was_brought():
    problem = day(SITES, (order("a", "A", 8), back("empty", "A", 7), order("b", "B", 2)), (V,))
    plan = made(problem)
    assert plan.feasible
    assert board(problem, plan) in ([10, 9, 7], [10, 8, 7])
    assert plan.routes[0].load[0].amounts == Amounts(10)


def test_a_collection_waits_until_there_is_room_for_it():
    """A is on the way to B, but its boxes fit only after B has had its goods: the way leads by A on the way back."""
    sites = (Site("A"), Site("B"))
    plan = made(day(sites, (back("empty", "A", 7), order("b", "B", 8)), (V,)))
    assert [stop.site for stop in plan.routes[0].stops] == ["B", "A"]


def test_collections_that_fit_nowhere_together_take_a_second_vehicle_or_stay():
    orders = (back("x", "A", 6), back("y", "B", 6))
    assert len(made(day(SITES, orders, (V, change(V, id="W")))).routes) == 2
    assert list(reasons(made(day(SITES, orders, (V,)))).values()) == [6310]


def test_a_zone_is_full_at_every_point_by_its_own_compartment():
    cold = Vehicle("V", "D", compartments=(Compartment("2-8", Capacity(10)), Compartment("ambient", Capacity(3))))
    orders = (order("a", "A", 10, zone="2-8"), back("boxes", "A", 4))
    assert reasons(made(day(SITES, orders, (cold,)))) == {"boxes": 6302}
    assert reasons(made(day(SITES, (orders[0], back("cold", "B", 10, zone="2-8")), (cold,)))) == {}


def test_a_collection_is_not_made_before_it_is_ready_and_does_not_hold_the_vehicle_back():
    orders = (order("b", "B", 1), back("a", "A", 1, release=2 * HOUR))
    (route,) = made(day(SITES, orders, (V,))).routes
    assert route.start < 2 * HOUR
    assert next(stop for stop in route.stops if stop.site == "A").start >= 2 * HOUR


def test_a_collection_comes_to_the_depot_it_is_meant_for():
    ends = change(V, end="B")
    orders = (back("x", "A", 1, depot="B"), back("y", "A", 1, depot="D"))
    plan = made(day(SITES, orders, (ends,)))
    assert reasons(plan) == {"y": 6304}


def test_a_box_is_collected_as_late_as_it_may_be():
    """B opens at 5,000 s only; what A gives back would be 4,000 s older there, were it fetched at once."""
    sites = (Site("A"), Site("B", windows=(Window(5000, 6000),)))
    orders = (order("a", "A", 1, due=1500), back("warm", "A", 1, hold=3100), order("b", "B", 1))
    plan = made(day(sites, orders, (V,)))
    assert plan.feasible
    (route,) = plan.routes
    fetched = next(stop for stop in route.stops if "warm" in stop.orders)
    assert route.end - fetched.start <= 3100


def test_a_box_that_can_be_back_only_too_late_is_not_collected():
    assert reasons(made(day(SITES, (back("warm", "B", 1, hold=1999),), (V,)))) == {"warm": 6308}
    assert reasons(made(day(SITES, (back("warm", "B", 1, hold=2000),), (V,)))) == {}


def test_a_collection_is_postponed_within_one_route_of_rests():
    sites = (Site("A"), Site("B", windows=(Window(4000, 9000),)))
    orders = (order("b", "B", 1), back("warm", "A", 1, hold=4000))
    plan = made(day(sites, orders, (V,), rest=Rest(1500, 600)))
    assert plan.feasible
    assert plan.routes[0].breaks


def test_the_room_that_is_locked_counts_at_its_fullest():
    locks = (Lock("V", ("a", "x")),)
    orders = (order("a", "A", 6), back("x", "A", 8), order("b", "B", 3), back("y", "B", 2))
    assert reasons(made(day(SITES, orders, (V,), locks=locks))) == {"b": 6310}


GOOD = day(SITES, (order("a", "A", 8), back("r", "B", 9, zone="2-8", release=1500, hold=4000, depot="D")), (
    Vehicle("V", "D", capacity=Capacity(10), compartments=(Compartment("2-8", Capacity(9)), Compartment("ambient"))),
))  # fmt: skip
PLAN = made(GOOD)
LAST = PLAN.routes[0].stops[-1]


def returned(**changes: object) -> Problem:
    return change(GOOD, orders=(GOOD.orders[0], change(GOOD.orders[1], **changes)))


CASES: dict[str, tuple[Rule, Callable[[], Problem]]] = {
    "more in the body than fits": (Rule.CAPACITY, lambda: returned(amounts=Amounts(11))),
    "more in the zone than fits": (Rule.CAPACITY, lambda: returned(amounts=Amounts(10))),
    "fetched before it was ready": (Rule.RELEASE, lambda: returned(release=LAST.start + 1)),
    "too long in its box": (Rule.HOLD, lambda: returned(hold=PLAN.routes[0].end - LAST.start - 1)),
    "brought elsewhere": (Rule.DEPOT, lambda: returned(depot="A")),
    "said to be on board from the start": (Rule.TOTAL, lambda: returned(collect=False, release=0)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_plan_with_one_thing_wrong_with_a_collection_is_refused_by_that_rule(case):
    rule, damaged = CASES[case]
    assert not check(GOOD, PLAN).violations
    assert rule in {found.rule for found in check(damaged(), PLAN).violations}


def test_too_much_on_board_is_named_at_the_stop_where_it_is():
    (found,) = check(returned(amounts=Amounts(10)), PLAN).violations
    assert found.where == "V › 2 › B"
    assert found.problem.values["what"] == "2-8 units"
