"""An urgent order into a day that runs: nothing that has begun is touched, the best place is found, and nobody is told a figure
that is not exact."""

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from server.planning.checker import Rule, accept, check
from server.planning.compose import compose
from server.planning.desk import evaluate
from server.planning.hand import Hand, HandRoute, hand_of, orders_of
from server.planning.insertion import Choice, Choices, Day, Figures, rank, sequence_of
from server.planning.lookup import Lookup
from server.planning.operations import make_plan
from server.planning.plan import Plan, Unserved
from server.planning.problem import Amounts, Driver, Lock, Meal, Order, Problem
from server.planning.schedule import Timetable, Way, drive, way
from server.planning.sequences import FETCH, RELOAD, tidied
from shared import problems as catalogue
from shared.errors import Refused
from tests.server.planning.days import HOUR, MORNING, line_matrix, problems, small_day
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
    catalogue.DESK_TRIP.number: Rule.TRIP,
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
        orders = tuple(change(order, origin=None, loaded=None, alone=None) for order in problem.orders)
        drivers = tuple(change(driver, meal=None) for driver in problem.drivers)
        vehicles = tuple(change(vehicle, trips=1) for vehicle in problem.vehicles)
        problem = change(problem, orders=orders, drivers=drivers, vehicles=vehicles)
    *known, late = problem.orders
    assume(known)
    plan = make_plan(change(problem, orders=tuple(known)), iterations=5, seed=1)
    locks = []
    for route in plan.routes:
        last = next((i for i, stop in enumerate(route.stops) if stop.fetched), len(route.stops))
        done = draw(st.integers(0, last))
        names = tuple(tidied(orders_of(change(route, stops=route.stops[:done]))))
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
    served = [name for name in orders_of(figures.route) if name not in (RELOAD, order.id, FETCH + order.id)]
    assert served == [name for name in orders_of(old) if name != RELOAD]  # type: ignore[arg-type]
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


@given(days())
@RELAXED
def test_a_place_looked_at_more_closely_is_never_better_than_it_seemed(
    given_day: tuple[Problem, Plan, Order, int],
) -> None:
    """Which is why whatever stands behind an exact choice belongs there."""
    problem, plan, order, now = given_day
    day = Day(problem, plan, order.id, now, {})
    for begun in day.crews():
        for least, seen in day.candidates(begun):
            closer = day.looked_at(seen, least)
            if closer is None:
                continue
            exact = day.looked_at(closer[1], closer[0])
            assert _rounded(least) <= _rounded(closer[0])
            assert exact is None or _rounded(closer[0]) <= _rounded(exact[0])


def _rounded(key: tuple[bool, bool, int, int, float]) -> tuple[bool, bool, int, int, float]:
    return (*key[:4], round(key[4], 6))


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


# one rule at a time ----------------------------------------------------------------------------------------------------


def running(order: Order, **changes: object) -> tuple[Problem, Plan]:
    """The small day, planned, and the problem with what has begun and one order more."""
    day = small_day(**changes)
    plan = make_plan(day, iterations=50, seed=1)
    return change(day, orders=(*day.orders, order)), plan


def ranked(problem: Problem, plan: Plan, order: Order, now: int) -> Choices:
    found = rank(problem, plan, order.id, now, exact=None)
    assert [key(one) for one in found.choices] == sorted(map(key, found.choices))
    return found


def left_at(plan: Plan, vehicle: str, stops: int) -> Lock:
    """A vehicle that left as planned, with so many stops behind it."""
    route = next(route for route in plan.routes if route.vehicle == vehicle)
    names = tuple(name for stop in route.stops[:stops] for name in stop.orders)
    return Lock(vehicle, names, route.driver, route.departure)


def test_a_vehicle_that_has_left_cannot_carry_what_lies_at_the_depot_and_says_when_it_left() -> None:
    urgent = Order("u", "C", Amounts(1), release=9 * HOUR)
    problem, plan = running(urgent)
    (route,) = plan.routes
    problem = change(problem, locks=(left_at(plan, route.vehicle, 1),))
    found = ranked(problem, plan, urgent, 9 * HOUR)
    assert {one.vehicle for one in found.choices} == {"V2"}
    (unable,) = found.unable
    clock = problem.clock(route.departure)
    assert unable.problem.text("en") == f"#6640 It left at {clock}; u is ready at 09:00"
    assert not any(one.used for one in found.choices)


def test_called_back_it_loads_again_and_goes_on_with_what_it_has() -> None:
    """Before the last stop or after it; and a passive box that is on board keeps it from coming back before."""
    urgent = Order("u", "C", Amounts(1), release=9 * HOUR)
    van = change(small_day().vehicles[0], trips=2, max_duration=None, max_distance=None)
    boxless = tuple(change(order, hold=None) for order in small_day().orders)
    for orders, back_between in ((boxless, True), (small_day().orders, False)):
        problem, plan = running(urgent, vehicles=(van,), orders=orders, drivers=small_day().drivers[:1])
        (route,) = plan.routes
        box = next(number for number, stop in enumerate(route.stops) if "c1" in stop.orders)
        problem = change(problem, locks=(left_at(plan, "V1", 0),))
        found = ranked(problem, plan, urgent, 9 * HOUR)
        assert all(one.returns for one in found.choices)
        places = {one.sequence.index("u") - 1 for one in found.choices}
        before_box = {place for place in places if place <= sum(len(stop.orders) for stop in route.stops[: box + 1])}
        assert len(before_box) > 1 or not back_between
        if not back_between:
            assert all("c1" in one.sequence[: one.sequence.index("")] for one in found.choices)


def test_a_hired_car_and_one_at_home_are_choices_and_those_alike_are_one() -> None:
    urgent = Order("u", "C", Amounts(1), release=9 * HOUR)
    vehicles = small_day().vehicles
    hired = change(vehicles[1], id="H1", carrier="hired", fixed=80.0)
    more = (*vehicles, change(vehicles[1], id="V3"), hired)
    problem, plan = running(urgent, vehicles=more, drivers=())
    problem = change(problem, locks=tuple(left_at(plan, route.vehicle, 1) for route in plan.routes))
    found = ranked(problem, plan, urgent, 9 * HOUR)
    at_home = [one.vehicle for one in found.choices if not one.used]
    assert len(at_home) == len(set(at_home)) == 4 - len(plan.routes) - (1 if len(plan.routes) == 1 else 0)
    assert "H1" in at_home


def test_nobody_free_at_the_wheel_is_told() -> None:
    urgent = Order("u", "C", Amounts(1), release=9 * HOUR)
    problem, plan = running(urgent, drivers=small_day().drivers[:1])
    found = ranked(problem, plan, urgent, 9 * HOUR)
    idle = next(vehicle.id for vehicle in problem.vehicles if vehicle.id != plan.routes[0].vehicle)
    assert [one.problem.text("en") for one in found.unable] == [f"#6610 Nobody drives {idle}"]


@pytest.mark.parametrize(
    ("urgent", "said"),
    [
        (Order("u", "C", zone="frozen"), "#6604 The vehicle has no compartment for frozen: u"),
        (Order("u", "C", Amounts(41), zone="2-8"), "#6641 Too large for it even alone (units): u"),
        (Order("u", "C", depot="E"), "#6615 u lies at E, another depot"),
        (Order("u", "C", requires=("airport",)), "#6609 The driver P1 does not hold airport"),
        (Order("u", "C", alone="gold"), "#6642 It carries goods that must not ride together with gold"),
    ],
)
def test_who_cannot_carry_it_at_all_says_why(urgent: Order, said: str) -> None:
    day = small_day()
    problem, plan = running(urgent, vehicles=day.vehicles[:1], drivers=day.drivers[:1])
    found = ranked(problem, plan, urgent, 0)
    assert found.choices == ()
    assert [one.problem.text("en") for one in found.unable] == [said]
    assert 6301 <= found.left.reason.number <= 6399


def test_a_site_that_admits_no_such_vehicle_is_told() -> None:
    urgent = Order("u", "B", Amounts(1))
    lorry = change(small_day().vehicles[1], id="V2")
    orders = (small_day().orders[1],)
    problem, plan = running(urgent, vehicles=(lorry,), orders=orders)
    found = ranked(problem, plan, urgent, 0)
    assert [one.problem.text("en") for one in found.unable] == ["#6608 The site admits van, and not lorry"]


def test_what_it_does_to_the_others_is_told_with_both_times() -> None:
    """Put in before another stop, that one begins later; and the last choice is to leave it."""
    urgent = Order("u", "C", Amounts(1), penalty=30.0)
    problem, plan = running(urgent)
    found = ranked(problem, plan, urgent, 0)
    assert found.penalty == 30.0
    assert found.left.reason.number == 6390
    first = next(one for one in found.choices if one.used and one.figures.moved)
    before = {stop.site: stop.start for route in plan.routes for stop in route.stops}
    for moved in first.figures.moved:
        assert (moved.before, moved.before != moved.after) == (before[moved.site], True)


def test_too_late_everywhere_is_ranked_by_how_late() -> None:
    """It is ready when the receiver has closed."""
    urgent = Order("u", "E", Amounts(1), release=MORNING.end)
    problem, plan = running(urgent)
    problem = change(problem, locks=tuple(left_at(plan, route.vehicle, 1) for route in plan.routes))
    found = ranked(problem, plan, urgent, MORNING.end)
    assert found.choices
    assert all(one.figures.over > 0 for one in found.choices)
    texts = [one.problem.text("en") for one in found.choices[0].figures.broken]
    assert texts[0].startswith("#6601")
    assert found.left.reason.number != 6390
    day = Day(problem, plan, "u", MORNING.end, {})
    for key_, seen in (one for begun in day.crews() for one in day.candidates(begun)):
        bounded = day.looked_at(seen, key_)
        assert bounded is not None
        exact = day.looked_at(bounded[1], bounded[0])
        assert exact is not None
        assert bounded[0][2] == exact[0][2] > 0  # by how much, to the second: nothing else is in the way here


def test_a_driver_who_would_go_without_the_meal_is_told_in_the_checkers_words() -> None:
    """The desk has no words for meals: it can only be had while the vehicle is loaded."""
    urgent = Order("u", "C", Amounts(1), release=7 * HOUR)
    day = small_day()
    hungry = Driver("P2", meal=Meal(7 * HOUR + 60, 7 * HOUR + 120))
    problem, plan = running(urgent, drivers=(day.drivers[0], hungry), vehicles=day.vehicles)
    problem = change(problem, locks=tuple(left_at(plan, route.vehicle, 1) for route in plan.routes))
    (first, *_) = ranked(problem, plan, urgent, 7 * HOUR).choices
    assert (first.driver, first.used, first.figures.over) == ("P2", False, 0)
    assert [one.problem.number for one in first.figures.broken] == [6240]
    assert first.figures.broken[0].problem.text("en").startswith("#6240 V2")


def test_a_trip_that_is_full_is_no_place_and_another_one_is() -> None:
    urgent = Order("u", "C", Amounts(6), zone="2-8")
    van = change(small_day().vehicles[0], trips=2, max_duration=None, max_distance=None)
    problem, plan = running(urgent, vehicles=(van,), drivers=small_day().drivers[:1])
    full = change(van.compartments[0], capacity=change(van.compartments[0].capacity, units=14))
    problem = change(problem, vehicles=(change(van, compartments=(full, *van.compartments[1:])),))
    found = ranked(problem, plan, urgent, 0)
    assert found.choices
    assert all("" in one.sequence for one in found.choices)


def test_what_has_begun_is_not_worked_out_anew_even_where_rests_could_be_elsewhere() -> None:
    """The driver rested in a lay-by before A, where the rule of thumb would have driven on to A: nobody says now that A was
    visited earlier."""
    far = line_matrix(0, 90_000, 180_000, 180_001, 180_002)
    van = change(small_day().vehicles[0], trips=2, max_duration=None, max_distance=None, shift=None)
    orders = (Order("a2", "A"), Order("b1", "B"))
    urgent = Order("u", "C", release=9 * HOUR)
    sites = tuple(change(site, windows=()) for site in small_day().sites)
    day = small_day(
        matrices={"default": far}, vehicles=(van,), orders=orders, sites=sites, drivers=(Driver("P1", per_hour=1.0),)
    )
    lookup = Lookup(day)
    crew = lookup.crew(van, lookup.drivers["P1"])
    path = way(lookup, crew, orders)
    assert isinstance(path, Way)
    for rests, offered in (({0: (4500,), 1: (9000,), 2: (9000,)}, False), ({1: (0,), 2: (0, 14_400)}, True)):
        found = drive(path, 6 * HOUR, rests)
        assert isinstance(found, Timetable)
        plan = compose(lookup, [(crew, found)], {}, seconds=0.0, seed=0, engine="by hand")
        accept(day, plan)
        locks = (Lock("V1", ("a2",), "P1", plan.routes[0].departure),)
        problem = change(day, orders=(*orders, urgent), locks=locks)
        assert bool(rank(problem, plan, "u", 9 * HOUR).choices) == offered
