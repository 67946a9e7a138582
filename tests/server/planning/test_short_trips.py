"""Trips that may take only so long: a vehicle is paid for once, however many it makes, and who is far away finds somebody."""

import msgspec
import pytest

from server.planning.checker import check
from server.planning.lookup import Lookup
from server.planning.operations import make_plan
from server.planning.plan import Plan
from server.planning.problem import Amounts, Driver, Lock, Order, Problem, Rest, Site, Vehicle, Window
from server.planning.with_ortools import pair_crews
from tests.server.planning.days import HOUR, line_matrix

change = msgspec.structs.replace
EARLY, LATE = Window(7 * HOUR, 10 * HOUR), Window(13 * HOUR, 16 * HOUR)
VAN = Vehicle("V", "D", shift=Window(6 * HOUR, 18 * HOUR), fixed=100.0, per_km=1.0, trips=2, max_trip=3 * HOUR)


def halves(morning: int, afternoon: int, vans: int = 4) -> Problem:
    """Sites on a road that take goods in the morning and others in the afternoon, each an hour's service: two to a trip."""
    sites = [Site(f"M{n}", windows=(EARLY,), service=HOUR) for n in range(morning)]
    sites += [Site(f"A{n}", windows=(LATE,), service=HOUR) for n in range(afternoon)]
    places = [1000 * (1 + n) for n in range(len(sites))]
    return Problem(
        "halves",
        (Site("D"), *sites),
        tuple(Order(f"o{site.id}", site.id, Amounts(1)) for site in sites),
        tuple(change(VAN, id=f"V{n}") for n in range(vans)),
        matrices={"default": line_matrix(0, *places)},
        rest=None,
    )


def planned(problem: Problem) -> Plan:
    plan = make_plan(problem, iterations=300, seed=1)
    assert not check(problem, plan).violations
    assert plan.feasible
    return plan


@pytest.mark.parametrize(("morning", "afternoon", "vehicles"), [(4, 4, 2), (6, 2, 3), (2, 6, 3), (6, 6, 3)])
def test_as_many_vehicles_go_out_as_the_busier_half_of_the_day_needs(morning, afternoon, vehicles):
    assert len(planned(halves(morning, afternoon)).routes) == vehicles


def test_whoever_is_further_away_than_most_may_go_finds_a_crew_that_may():
    """Of two drivers one has the permit, and only the hired vehicle reaches the far receiver, who needs it."""
    sites = (Site("D"), Site("A"), Site("F"))
    near = tuple(Order(f"n{n}", "A", Amounts(1)) for n in range(7))
    hired = change(VAN, id="H", trips=1, max_trip=None, fixed=300.0, carrier="hired")
    problem = Problem(
        "far",
        sites,
        (*near, Order("far", "F", Amounts(1), requires=("controlled",))),
        (change(VAN, id="V"), hired),
        (Driver("P"), Driver("Q", qualifications=("controlled",))),
        matrices={"default": line_matrix(0, 10_000, 80_000)},
    )
    route = next(one for one in planned(problem).routes if any("far" in stop.orders for stop in one.stops))
    assert (route.vehicle, route.driver) == ("H", "Q")


def test_a_locked_vehicle_gets_a_driver_who_may_carry_what_is_locked():
    problem = Problem(
        "locked",
        (Site("D"), Site("A")),
        (Order("o", "A", Amounts(1), requires=("controlled",)), Order("p", "A", Amounts(1))),
        (change(VAN, id="V0"), change(VAN, id="V1")),
        (Driver("P", per_hour=1.0), Driver("Q", qualifications=("controlled",), per_hour=50.0)),
        matrices={"default": line_matrix(0, 10_000)},
        rest=Rest(),
        locks=(Lock("V0", ("o",)),),
    )
    crews = pair_crews(Lookup(problem), 0)
    assert {crew.vehicle.id: crew.driver.id for crew in crews if crew.driver is not None}["V0"] == "Q"
