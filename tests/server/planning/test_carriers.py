"""What a visit costs, and whom it pays to call: vehicles of contracted carriers beside the own fleet."""

import msgspec
import pytest

from server.planning.checker import accept
from server.planning.explain import explain, lines
from server.planning.problem import Amounts, Capacity, Order, Site, Vehicle
from tests.server.planning.test_plans import day, made, orders_of, reasons

change = msgspec.structs.replace
SITES = (Site("A"), Site("B"), Site("C"))
ORDERS = (Order("a", "A", Amounts(4)), Order("b", "B", Amounts(4)), Order("c", "C", Amounts(4)))
OWN = Vehicle("own", "D", capacity=Capacity(12), fixed=50.0, per_km=1.0)
HIRED = Vehicle("hired", "D", capacity=Capacity(12), per_km=1.0, per_stop=30.0, carrier="快运 Express")


def test_each_visit_is_paid_once_however_many_orders_it_hands_over():
    orders = (*ORDERS, Order("a2", "A"), Order("a3", "A"))
    problem = day(SITES, orders, (HIRED,))
    plan = made(problem)
    assert plan.cost.stops == 90.0
    assert plan.cost.total == pytest.approx(60 + 90)
    assert accept(problem, plan).cost.total == pytest.approx(plan.cost.total)


@pytest.mark.parametrize(("fixed", "called"), [(50.0, "own"), (200.0, "hired")])
def test_a_carrier_is_called_only_when_that_pays(fixed, called):
    plan = made(day(SITES, ORDERS, (change(OWN, fixed=fixed), HIRED)))
    assert [route.vehicle for route in plan.routes] == [called]


def test_a_carrier_takes_what_the_own_fleet_has_no_room_for():
    """The hired vehicle takes the one visit that is left over, and not two."""
    plan = made(day(SITES, ORDERS, (change(OWN, fixed=10.0, capacity=Capacity(8)), HIRED)))
    assert plan.feasible
    assert len(orders_of(plan, "own")) == 2
    assert len(orders_of(plan, "hired")) == 1


def test_the_search_itself_weighs_what_a_visit_costs():
    """Leaving c costs 40: less than its visit by this carrier, more than the way there alone."""
    orders = (*ORDERS[:2], change(ORDERS[2], penalty=40.0))
    assert reasons(made(day(SITES, orders, (change(HIRED, per_stop=0.0),)))) == {}
    assert reasons(made(day(SITES, orders, (HIRED,)))) == {"c": 6311}


def test_a_price_by_the_visit_alone_is_not_rounded():
    """40 cents a visit, and nothing for the way: leaving it for 30 cents is cheaper, for 50 it is not."""
    only = Vehicle("only", "D", per_km=0.0, per_stop=0.4, carrier="X")
    for penalty, left in ((0.3, {"a": 6311}), (0.5, {})):
        plan = made(day(SITES, (change(ORDERS[0], penalty=penalty),), (only,)))
        assert reasons(plan) == left


def test_a_vehicle_paid_by_the_visit_stays_within_its_distance():
    hired = change(HIRED, max_distance=40_000)
    plan = made(day(SITES, ORDERS, (hired, OWN)))
    assert plan.feasible
    assert all(route.distance <= 40_000 for route in plan.routes if route.vehicle == "hired")
    assert reasons(made(day(SITES, ORDERS, (hired,)))) == {"c": 6309}


@pytest.mark.parametrize(("language", "words"), [("zh", "承运商 快运"), ("en", "carrier 快运 Express")])
def test_the_explanation_names_the_carrier_and_what_visits_cost(language, words):
    problem = day(SITES, ORDERS, (HIRED,))
    text = "\n".join(lines(problem, explain(problem, made(problem)), language))
    assert words in text
    assert "90.00" in text
