"""Goods are handed over sooner where that costs nothing."""

import msgspec
from hypothesis import assume, given, settings

from server.planning.lookup import Lookup
from server.planning.mend import Mender, route_cost
from server.planning.problem import Amounts, Matrix, Order, Problem, Rest, Site, Vehicle
from server.planning.schedule import Timetable, timetable
from server.planning.sequences import FETCH, RELOAD
from server.planning.sooner import hand_over_sooner, on_the_road
from tests.server.planning.days import problems
from tests.server.planning.test_random import RELAXED, planned

RING = (0, 60, 10, 20, 30)
"""km on a round of 100 km: A lies on the other side of the depot, and is 40 km away."""


def ring() -> Problem:
    """A round road with the depot and four receivers on it; driven either way it is 100 km."""
    distance = tuple(tuple(1000 * min(abs(a - b), 100 - abs(a - b)) for b in RING) for a in RING)
    duration = tuple(tuple(metres // 10 for metres in row) for row in distance)
    return Problem(
        "ring",
        tuple(Site(name) for name in "DABCE"),
        tuple(Order(f"{name.lower()}1", name, Amounts(1)) for name in "ABCE"),
        (Vehicle("V", "D", per_km=1.0),),
        matrices={"default": Matrix("ring", distance, duration)},
        rest=Rest(),
    )


def without_stopping() -> bool:
    return False


def mender_of(problem: Problem, routes: dict[str, list[str]]) -> Mender:
    lookup = Lookup(problem)
    crews = [lookup.crew(vehicle, None) for vehicle in problem.vehicles]
    mender = Mender(lookup, crews, lambda *_: None)
    for index, vehicle in enumerate(problem.vehicles):
        if vehicle.id in routes:
            assert mender.place(index, routes[vehicle.id]) == []
    return mender


def test_a_round_is_driven_the_way_on_which_more_goods_are_handed_over_early():
    mender = mender_of(ring(), {"V": ["a1", "e1", "c1", "b1"]})
    before = mender.tables[0]
    hand_over_sooner(mender, without_stopping)
    assert [order.id for order in mender.routes[0]] == ["b1", "c1", "e1", "a1"]
    assert mender.tables[0].distance == before.distance
    assert on_the_road(mender.tables[0]) < on_the_road(before)


def test_nothing_is_handed_over_sooner_at_a_greater_cost():
    problem = msgspec.structs.replace(ring(), orders=(*ring().orders, Order("a2", "A"), Order("a3", "A")))
    mender = mender_of(problem, {"V": ["b1", "c1", "e1", "a1", "a2", "a3"]})
    before = mender.tables[0]
    hand_over_sooner(mender, without_stopping)
    assert mender.tables[0].distance == before.distance == 100_000


def test_what_is_told_to_stop_leaves_the_routes_as_they_are():
    mender = mender_of(ring(), {"V": ["a1", "e1", "c1", "b1"]})
    hand_over_sooner(mender, lambda: True)
    assert [order.id for order in mender.routes[0]] == ["a1", "e1", "c1", "b1"]


@settings(RELAXED, max_examples=40)
@given(problems())
def test_no_route_becomes_dearer_and_all_of_it_stays_on_it(problem):
    """What is locked stays at its beginning, and whatever a plan's route carries is on it afterwards."""
    plan = planned(problem)
    lookup = Lookup(problem)
    for route in plan.routes:
        names = [
            name
            for stop in route.stops
            for name in ([RELOAD] if stop.reload else [*(FETCH + one for one in stop.fetched), *stop.orders])
        ]
        group = lookup.orders[next(name for name in names if name in lookup.orders)].alone
        crew = lookup.crew(lookup.vehicles[route.vehicle], lookup.drivers.get(route.driver or ""), group)
        mender = Mender(lookup, [crew], lambda *_: None)
        assume(mender.place(0, names) == [])  # a rest that only the exact search places
        before = timetable(lookup, crew, mender.routes[0], thorough=True)
        assert isinstance(before, Timetable)
        hand_over_sooner(mender, without_stopping)
        after = timetable(lookup, crew, mender.routes[0], thorough=True)
        assert isinstance(after, Timetable)
        assert sorted(order.id for order in mender.routes[0]) == sorted(names)
        assert route_cost(lookup, crew, after) <= route_cost(lookup, crew, before) + 0.01 * on_the_road(before) / 3600
        locked = len(crew.lock.orders) if crew.lock is not None else 0
        assert [order.id for order in mender.routes[0]][:locked] == names[:locked]
