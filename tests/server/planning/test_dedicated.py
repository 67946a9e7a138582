"""A vehicle for a consignment of high value and nothing else."""

import msgspec
import pytest

from server.planning.explain import explain, lines
from server.planning.plan import Plan
from server.planning.problem import Amounts, Capacity, Compartment, Driver, Lock, Order, Site, Vehicle
from tests.server.planning.test_plans import day, made, orders_of, reasons

change = msgspec.structs.replace
SITES = (Site("A"), Site("B"), Site("C"))
GOLD = (Order("g1", "A", Amounts(2), alone="gold"), Order("g2", "C", Amounts(2), alone="gold"))
REST = (Order("a", "A", Amounts(2)), Order("b", "B", Amounts(2)))
FLEET = tuple(Vehicle(f"V{i}", "D", capacity=Capacity(10), fixed=100.0) for i in range(3))


def routes(plan: Plan) -> list[list[str]]:
    return sorted(sorted(name for stop in route.stops for name in stop.orders) for route in plan.routes)


def test_a_group_goes_by_itself_and_everything_else_together():
    assert routes(made(day(SITES, (*GOLD, *REST), FLEET))) == [["a", "b"], ["g1", "g2"]]


def test_two_groups_share_nothing():
    orders = (*GOLD, Order("s", "A", alone="silver"), *REST)
    assert routes(made(day(SITES, orders, FLEET))) == [["a", "b"], ["g1", "g2"], ["s"]]


def test_the_cheapest_assignment_of_vehicles_to_groups_is_taken():
    """Only the big one holds all the gold; silver would go in it for less, but then gold needed two others."""
    fleet = (
        Vehicle("big", "D", capacity=Capacity(4), fixed=10.0),
        Vehicle("small", "D", capacity=Capacity(2), fixed=20.0),
        Vehicle("dear", "D", capacity=Capacity(4), fixed=500.0),
    )
    plan = made(day(SITES, (*GOLD, Order("s", "A", alone="silver")), fleet))
    assert orders_of(plan, "big") in (["g1", "g2"], ["g2", "g1"])
    assert orders_of(plan, "small") == ["s"]


def test_a_group_too_large_for_one_vehicle_gets_two_to_itself():
    small = tuple(change(vehicle, capacity=Capacity(2)) for vehicle in FLEET)
    assert routes(made(day(SITES, (*GOLD, REST[0]), small))) == [["a"], ["g1"], ["g2"]]


def test_a_group_is_left_when_no_vehicle_is_left_for_it_alone():
    orders = (*(change(order, penalty=50.0) for order in GOLD), Order("f", "A", zone="frozen"))
    only = Vehicle("only", "D", compartments=(Compartment("ambient"), Compartment("frozen")))
    plan = made(day(SITES, orders, (only,)))
    assert orders_of(plan, "only") == ["f"]
    assert reasons(plan) == {"g1": 6313, "g2": 6313}
    assert "gold" in plan.reasons("en")["g1"]


def test_the_only_vehicle_for_other_goods_is_not_taken_for_a_group():
    cold = Vehicle("cold", "D", compartments=(Compartment("ambient"), Compartment("2-8")))
    plan = made(day(SITES, (*GOLD, Order("c", "B", zone="2-8")), (cold, change(FLEET[0], fixed=900.0))))
    assert orders_of(plan, "cold") == ["c"]
    assert plan.feasible


def test_not_all_who_may_carry_something_else_are_taken_for_groups():
    """Two drivers have the permit that ``b`` asks for, and they are the cheap ones; of two groups one gets the third."""
    permitted = (
        Driver("P", per_hour=20.0, qualifications=("armed",)),
        Driver("Q", per_hour=20.0, qualifications=("armed",)),
    )
    fleet = (*FLEET[:2], change(FLEET[2], fixed=900.0))
    orders = (*GOLD, Order("s", "A", Amounts(1), alone="silver"), REST[0], change(REST[1], requires=("armed",)))
    plan = made(day(SITES, orders, fleet, drivers=(*permitted, Driver("R", per_hour=40.0))))
    assert plan.feasible
    assert routes(plan) == [["a", "b"], ["g1", "g2"], ["s"]]


def test_nor_are_all_of_several_kinds_that_may():
    """No two vehicles are alike, and only the third one's driver has no permit."""
    permitted = (
        Driver("P", per_hour=20.0, qualifications=("armed",)),
        Driver("Q", per_hour=20.0, qualifications=("armed",)),
    )
    fleet = (FLEET[0], change(FLEET[1], capacity=Capacity(12)), change(FLEET[2], fixed=900.0))
    orders = (*GOLD, Order("s", "A", Amounts(1), alone="silver"), REST[0], change(REST[1], requires=("armed",)))
    plan = made(day(SITES, orders, fleet, drivers=(*permitted, Driver("R", per_hour=40.0))))
    assert plan.feasible
    assert routes(plan) == [["a", "b"], ["g1", "g2"], ["s"]]


def test_a_locked_route_goes_on_with_its_group():
    locks = (Lock("V1", ("g2",)),)
    plan = made(day(SITES, (*GOLD, *REST), FLEET, locks=locks))
    assert orders_of(plan, "V1") == ["g2", "g1"]
    assert routes(plan) == [["a", "b"], ["g1", "g2"]]


def test_drivers_are_matched_and_the_group_stays_alone():
    drivers = (Driver("P", per_hour=30.0), Driver("Q", per_hour=20.0, qualifications=("armed",)))
    gold = tuple(change(order, requires=("armed",)) for order in GOLD)
    plan = made(day(SITES, (*gold, *REST), FLEET, drivers=drivers))
    assert routes(plan) == [["a", "b"], ["g1", "g2"]]
    assert next(route.driver for route in plan.routes if "g1" in route.stops[0].orders + route.stops[1].orders) == "Q"


@pytest.mark.parametrize(("language", "words"), [("zh", "专车 gold"), ("en", "dedicated to gold")])
def test_the_explanation_names_the_group(language, words):
    problem = day(SITES, GOLD, FLEET)
    assert words in "\n".join(lines(problem, explain(problem, made(problem)), language))
