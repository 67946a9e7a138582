"""The made-up days in Beijing and their plans by hand, apart from time and money."""

from collections import Counter

from bench.beijing import on_the_road
from bench.beijing_day import DEPOTS, beijing_day, receivers
from bench.manual import ByHand, territories
from server.planning.checker import check
from server.planning.operations import validate

STOPS = 50


def test_a_day_is_valid_has_every_rule_on_and_is_the_same_from_the_same_seed() -> None:
    problem = beijing_day(300, 1)
    validate(problem)
    assert problem == beijing_day(300, 1)
    assert problem.orders != beijing_day(300, 2).orders
    assert len(problem.orders) == 300
    orders = problem.orders
    for what in ("hold", "due", "requires", "release", "penalty", "collect", "alone", "priority"):
        assert any(getattr(order, what) for order in orders), what
    assert {order.zone for order in orders} == {"2-8", "frozen", "15-25"}
    assert {vehicle.depot for vehicle in problem.vehicles} == {name for name, _, _ in DEPOTS}
    assert {bool(vehicle.carrier) for vehicle in problem.vehicles} == {True, False}
    assert problem.rest is not None
    assert all(driver.meal for driver in problem.drivers)


def test_territories_have_equally_many_receivers() -> None:
    counts = Counter(territories(receivers(1), 7).values())
    assert set(counts) == set(range(7))
    assert max(counts.values()) - min(counts.values()) <= 4


def test_a_plan_by_hand_keeps_every_rule_and_serves_nearly_everybody() -> None:
    problem = beijing_day(STOPS, 3)
    plan = ByHand(problem, receivers(3), 4).plan()
    assert not check(problem, plan).violations
    assert len(plan.unserved) <= 2
    assert 0 < on_the_road(plan) < 12
