"""Small days, of which every route is tried; and that no day gets worse for having one more vehicle."""

import msgspec
import pytest
from hypothesis import assume, given, settings

from server.planning import engine, exactly
from server.planning.exactly import FEW
from server.planning.lookup import Lookup
from server.planning.operations import make_plan, worth
from server.planning.plan import Plan
from server.planning.problem import Problem
from tests.server.planning.days import problems, small_day
from tests.server.planning.test_random import RELAXED, planned

LITTLE = 0.01
"""Money: costs of a choice are counted in thousandths."""
change = msgspec.structs.replace


def no_worse(problem: Problem, plan: Plan, other: Problem, before: Plan) -> bool:
    """Whether a plan leaves out no more than another that must be served, and where it leaves out as much, costs no more."""
    left, cost = worth(problem, plan)
    left_before, cost_before = worth(other, before)
    return left < left_before or (left == left_before and cost <= cost_before + LITTLE)


def with_one_more(problem: Problem) -> Problem:
    """The problem with a second vehicle (and driver) of the kind of its last."""
    vehicle = change(problem.vehicles[-1], id="more")
    drivers = (*problem.drivers, change(problem.drivers[-1], id="more")) if problem.drivers else ()
    return change(problem, vehicles=(*problem.vehicles, vehicle), drivers=drivers)


def tried_whole(problem: Problem) -> bool:
    """Whether the day has few enough sequences."""
    lookup = Lookup(problem)
    orders = [order for order in problem.orders if order.id not in lookup.locked]
    return exactly.small_day(lookup, orders, lambda *_: None) is not None


@settings(RELAXED, max_examples=25)
@given(problems(most=FEW))
def test_no_search_finds_a_better_small_day(problem):
    assume(tried_whole(problem))
    exact = planned(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "small_day", lambda *_: None)
        searched = planned(problem, iterations=100)
    assert no_worse(problem, exact, problem, searched)


@settings(RELAXED, max_examples=25)
@given(problems(most=FEW))
def test_one_more_vehicle_makes_no_small_day_worse(problem):
    more = with_one_more(problem)
    assume(tried_whole(problem))
    assume(tried_whole(more))
    assert no_worse(more, planned(more), problem, planned(problem))


@settings(RELAXED, max_examples=15)
@given(problems(least=FEW + 1))
def test_one_more_vehicle_makes_no_larger_day_worse_that_is_planned_from_what_there_was(problem):
    more = with_one_more(problem)
    before = planned(problem, iterations=60)
    assert no_worse(more, make_plan(more, iterations=60, seed=3, warm=before), problem, before)


def test_a_day_of_too_many_sequences_is_not_tried():
    problem = small_day()
    assert len(problem.orders) <= FEW
    assert exactly.small_day(Lookup(problem), problem.orders, lambda *_: None) is not None
    assert exactly.small_day(Lookup(problem), problem.orders, lambda *_: None, tried=3) is None
