"""Goods off the road sooner: what long trips count for is weighed by the planner, and paid by nobody."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.planning.checker import check
from server.planning.operations import make_plan, worth
from server.planning.plan import Plan
from server.planning.problem import Amounts, Haste, Lock, Order, Problem, Site, Vehicle, Window, load_problem
from tests.server.planning.days import HOUR, line_matrix, problems
from tests.server.planning.test_random import RELAXED, planned

change = msgspec.structs.replace
VAN = Vehicle("V", "D", shift=Window(6 * HOUR, 18 * HOUR), fixed=100.0, per_km=1.0)
ANY_TIME = (Window(6 * HOUR, 18 * HOUR),)


def row(haste: Haste | None, trips: int = 1, vans: int = 3, sites: int = 6) -> Problem:
    """Receivers along a road from 10 to 15 km, each an hour's service: all on one trip take eight hours and cost 130."""
    names = [f"S{n}" for n in range(sites)]
    places = [10_000 + 1000 * n for n in range(sites)]
    return Problem(
        "row",
        (Site("D"), *(Site(name, windows=ANY_TIME, service=HOUR) for name in names)),
        tuple(Order(f"o{name}", name, Amounts(1)) for name in names),
        tuple(change(VAN, id=f"V{n}", trips=trips) for n in range(vans)),
        matrices={"default": line_matrix(0, *places)},
        rest=None,
        haste=haste,
    )


def made(problem: Problem) -> Plan:
    plan = make_plan(problem, iterations=200, seed=1)
    assert not check(problem, plan).violations
    assert plan.feasible
    return plan


def lengths(plan: Plan) -> list[float]:
    """Hours of each trip, the longest first."""
    return sorted((span / HOUR for route in plan.routes for span in route.trips()), reverse=True)


def test_without_haste_one_vehicle_serves_all():
    assert len(made(row(None)).routes) == 1


@pytest.mark.parametrize(("sites", "per_hour", "vehicles"), [(6, 10.0, 1), (6, 100.0, 2), (8, 10.0, 1), (8, 60.0, 2)])
def test_another_vehicle_goes_out_where_that_is_worth_more_than_it_costs(sites, per_hour, vehicles):
    """With six receivers the exact search decides, with eight PyVRP."""
    plan = made(row(Haste(4 * HOUR, per_hour), sites=sites))
    assert len(plan.routes) == vehicles


def test_one_vehicle_goes_twice_where_that_is_cheaper_than_a_second():
    plan = made(row(Haste(4 * HOUR, 50.0), trips=2))
    assert len(plan.routes) == 1
    assert len(lengths(plan)) == 2


def test_a_trip_is_longer_where_nobody_could_be_reached_otherwise():
    """A bound on trips leaves the far receiver out; haste does not."""
    far = row(Haste(HOUR, 1000.0), sites=1)
    far = change(far, matrices={"default": line_matrix(0, 100_000)})
    plan = made(far)
    assert not plan.unserved
    assert lengths(plan)[0] > 2


def test_nobody_pays_for_long_trips():
    """A plan costs what it would cost without haste: the checker has no word for it."""
    problem = row(Haste(0, 500.0), vans=1)
    plan = made(problem)
    assert check(change(problem, haste=None), plan).violations == ()
    assert plan.cost.total == pytest.approx(130.0)


def test_of_two_plans_the_one_with_shorter_trips_is_better_only_where_there_is_haste():
    one, two = made(row(None)), made(row(Haste(4 * HOUR, 100.0)))
    assert worth(row(None), one) < worth(row(None), two)
    hasty = row(Haste(4 * HOUR, 100.0))
    assert worth(hasty, two) < worth(hasty, one)


def test_what_is_on_its_way_already_counts_from_when_it_loaded():
    """The vehicle that is out has been for two hours when the rest is planned: the others take over."""
    problem = row(Haste(3 * HOUR, 200.0), sites=8, vans=4)
    held = change(problem, locks=(Lock("V0", ("oS0", "oS1"), departure=6 * HOUR),))
    spans = {route.vehicle: max(route.trips()) / HOUR for route in made(held).routes}
    assert spans["V0"] < 3.5


def test_haste_is_read_from_a_file():
    data = msgspec.json.encode(row(Haste(13_500, 100.0)))
    assert load_problem(data, "row.json").haste == Haste(after=13_500, per_hour=100.0)


@settings(RELAXED, max_examples=30)
@given(problems(), st.sampled_from([Haste(0, 30.0), Haste(2 * HOUR, 80.0), Haste(4 * HOUR, 10_000.0)]))
def test_every_plan_made_in_haste_passes_the_checker(problem, haste):
    planned(change(problem, haste=haste))
