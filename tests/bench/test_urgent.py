"""What the measurement of urgent orders promises apart from time: the best place is never dearer than the greedy one, and the
checker says the same of it."""

import pytest

from bench.harness import Effort, Findings
from bench.urgent import MEASUREMENT
from bench.urgent_day import city, urgent_orders
from server.planning.faults import validate
from server.planning.operations import make_plan


def test_no_choice_is_dearer_than_greedy_reinsertion_and_the_checker_agrees() -> None:
    findings = Findings(lambda _: None)
    MEASUREMENT.run(findings, Effort(quick=True))
    took, cost = findings.series
    assert len(took.ours) == len(took.peer) == findings.counts["orders"]
    assert findings.counts["first choices of which the checker says the same"] == findings.counts["orders"]
    assert all(ours <= peer + 1e-6 for ours, peer in zip(cost.ours, cost.peer, strict=True))
    assert findings.counts["alternatives ranked"] > findings.counts["alternatives worked out"]
    assert (
        findings.counts["orders for which a place holds"]
        >= findings.counts["orders for which greedy re-insertion finds a place"]
    )


@pytest.mark.parametrize("stops", [20, 200])
def test_its_day_makes_sense_and_is_the_same_for_the_same_seed(stops: int) -> None:
    problem = city(stops, 7)
    validate(problem)
    assert problem == city(stops, 7)
    assert len(problem.orders) == stops


def test_its_urgent_orders_are_not_ready_before_they_come() -> None:
    problem = city(12, 3)
    plan = make_plan(problem, iterations=20)
    for urgent in urgent_orders(problem, plan, 5, 1):
        assert urgent.order.release == urgent.now
        validate(urgent.problem)
