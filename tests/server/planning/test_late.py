"""A driver who is late: what is locked lasts as long as it really does, and the rest is planned from there."""

import msgspec
import pytest

from server.planning.checker import Rule, check
from server.planning.desk import evaluate
from server.planning.faults import ProblemRefused, validate
from server.planning.hand import Hand, HandRoute, hand_of, with_locks
from server.planning.lookup import Lookup
from server.planning.operations import make_plan
from server.planning.plan import Cost, Plan
from server.planning.problem import Amounts, Driver, Held, Lock, Meal, Order, Problem, Rest, Site, Vehicle, Window
from server.planning.under_way import Begun, with_begun
from server.planning.with_ortools import place_rests
from shared import problems
from tests.server.planning.days import line_matrix

change = msgspec.structs.replace
NOTHING = Plan("late", "", True, (), (), Cost(), 0.0, 0, "test")


def day(*locks: Lock, **changes: object) -> Problem:
    """Three hospitals 10 km apart on a road of 36 km/h; the last two close when a driver who is in time has been there."""
    problem = Problem(
        "late",
        (
            Site("D", service=600),
            Site("A", service=600),
            Site("B", service=600, windows=(Window(0, 6000),)),
            Site("C", service=600, windows=(Window(0, 8000),)),
        ),
        (Order("a", "A", Amounts(1)), Order("b", "B", Amounts(1)), Order("c", "C", Amounts(1))),
        (Vehicle("V1", "D", fixed=10.0), Vehicle("V2", "D", fixed=50_000.0)),
        (Driver("P1"), Driver("P2")),
        matrices={"default": line_matrix(0, 10_000, 20_000, 30_000)},
        locks=locks,
    )
    return change(problem, **changes)


def lock(until: int, *orders: str, begun: int = 1, **more: object) -> Lock:
    return Lock("V1", orders or ("a",), "P1", 600, Held(begun, until), **more)  # type: ignore[arg-type]


def test_a_driver_in_time_keeps_everything_and_of_one_who_is_late_another_takes_what_would_be() -> None:
    in_time = make_plan(day(lock(2000)), iterations=50)
    assert [(route.vehicle, len(route.stops)) for route in in_time.routes] == [("V1", 3)]
    late = make_plan(day(lock(5500)), iterations=50)
    routes = {route.vehicle: route for route in late.routes}
    assert (routes["V1"].stops[0].site, routes["V1"].stops[0].departure) == ("A", 5500)
    assert "b" in {name for stop in routes["V2"].stops for name in stop.orders}
    assert not late.unserved


def test_a_driver_held_up_until_the_time_for_the_meal_is_over_needs_none_any_more() -> None:
    """A receives until 2,000 s: whoever was there in time, and is held up until 5,500 s, cannot have eaten before."""
    meal = Meal(3000, 4000, 600)
    hungry = day(drivers=(Driver("P1", meal=meal), Driver("P2", meal=meal)))
    sites = (hungry.sites[0], change(hungry.sites[1], windows=(Window(0, 2000),)), *hungry.sites[2:])
    problem = with_begun(change(hungry, sites=sites), (Begun("V1", ("a",), "P1", 600, until=5500),))
    assert [driver.meal for driver in problem.drivers] == [None, meal]
    plan = make_plan(problem, iterations=20)
    assert not check(problem, plan).violations
    in_time = with_begun(change(hungry, sites=sites), (Begun("V1", ("a",), "P1", 600, until=2500),))
    assert [driver.meal for driver in in_time.drivers] == [meal, meal]


def test_a_vehicle_held_up_for_longer_than_a_trip_may_take_still_gets_home() -> None:
    vehicles = (Vehicle("V1", "D", max_trip=4000, max_duration=4000), Vehicle("V2", "D"))
    problem = with_begun(day(vehicles=vehicles), (Begun("V1", ("a",), "P1", 600, until=5500),))
    first = problem.vehicles[0]
    assert (first.max_trip, first.max_duration) == (6500, 6500)
    assert not check(problem, make_plan(problem, iterations=20)).violations


def test_a_plan_that_starts_the_rest_before_the_late_driver_can_is_refused() -> None:
    plan = make_plan(day(lock(2000)), iterations=20)
    assert not check(day(lock(2000)), plan).violations
    found = check(day(lock(5500)), plan).violations
    assert Rule.SERVICE in {one.rule for one in found}


def test_only_the_stop_that_was_reached_is_held_however_much_is_locked() -> None:
    held = day(lock(3000, "a", "b"))
    (route,) = make_plan(held, iterations=20).routes
    assert [stop.departure for stop in route.stops[:2]] == [3000, 4600]


def test_a_box_handed_over_in_time_does_not_break_by_what_holds_the_vehicle_up_afterwards() -> None:
    orders = (change(day().orders[0], hold=3000), *day().orders[1:])
    late = day(lock(5500), orders=orders)
    plan = make_plan(late, iterations=20)
    assert not check(late, plan).violations
    assert evaluate(late, NOTHING, hand_of(late, plan)).broken == ()


def test_the_desk_works_the_delay_out_and_names_what_is_late() -> None:
    late = day(lock(5500))
    draft = evaluate(late, make_plan(day(), iterations=20), Hand((HandRoute("V1", ("a", "b", "c"), "P1", 1),)))
    (route,) = draft.plan.routes
    assert route.stops[0].departure == 5500
    assert {one.problem.number for one in draft.broken} == {problems.DESK_WINDOW.number}
    assert not draft.holds


def test_longer_locks_keep_how_long_the_beginning_lasts() -> None:
    late = with_locks(day(lock(5500)), Hand((HandRoute("V1", ("a", "b", "c"), "P1", 2),)))
    assert late.locks == (lock(5500, "a", "b"),)
    shorter = with_locks(day(lock(5500, "a", "b", begun=2)), Hand((HandRoute("V1", ("a", "b", "c"), "P1", 1),)))
    assert shorter.locks[0].held is None


def test_a_route_that_is_over_takes_nothing_else() -> None:
    over = day(Lock("V1", ("a",), "P1", 600, final=True))
    plan = make_plan(over, iterations=20)
    routes = {route.vehicle: [name for stop in route.stops for name in stop.orders] for route in plan.routes}
    assert routes["V1"] == ["a"]
    assert sorted(routes["V2"]) == ["b", "c"]
    broken = make_plan(day(Lock("V1", ("a",), "P1", 600)), iterations=20)
    assert Rule.LOCK in {one.rule for one in check(over, broken).violations}
    out = day(Lock("V1", final=True))
    assert {route.vehicle for route in make_plan(out, iterations=20).routes} == {"V2"}


def test_a_vehicle_that_has_left_gets_nothing_that_lies_at_the_depot() -> None:
    gone = day(Lock("V1", ("a",), "P1", 600, aboard=("a", "b")))
    plan = make_plan(gone, iterations=20)
    routes = {route.vehicle: [name for stop in route.stops for name in stop.orders] for route in plan.routes}
    assert "c" in routes["V2"]
    assert routes["V1"][0] == "a"
    anyhow = make_plan(day(Lock("V1", ("a",), "P1", 600)), iterations=20)
    assert Rule.LOCK in {one.rule for one in check(gone, anyhow).violations}


def test_rests_are_placed_behind_what_holds_a_vehicle_up() -> None:
    held = day(lock(5500), rest=Rest(2000, 900), sites=tuple(change(site, windows=()) for site in day().sites))
    lookup = Lookup(held)
    crew = lookup.crew(held.vehicles[0], held.drivers[0])
    found = place_rests(lookup, crew, list(held.orders), seed=1)
    assert found is not None
    assert found.departures[0] == 5500
    plan = make_plan(held, iterations=20)
    assert not check(held, plan).violations


@pytest.mark.parametrize(
    "wrong",
    [
        Lock("V1", ("a",), "P1", None, Held(1, 3000)),
        Lock("V1", ("a",), "P1", 600, Held(2, 3000)),
        Lock("V1", ("a",), "P1", 600, Held(0, 3000)),
        Lock("V1", ("a",), "P1", 600, Held(1, -1)),
        Lock("V1", ("a",), "P1", 600, aboard=("nothing",)),
    ],
)
def test_what_holds_nothing_up_is_no_lock(wrong: Lock) -> None:
    with pytest.raises(ProblemRefused):
        validate(day(wrong))


# what is fetched and settled -------------------------------------------------------------------------------------------


def moving(*locks: Lock) -> Problem:
    """The order for B is fetched at A."""
    orders = (change(day().orders[0], site="C", id="a"), change(day().orders[1], origin="A"), day().orders[2])
    return day(*locks, orders=orders)


def test_a_transfer_is_locked_by_naming_it_where_it_is_fetched_and_where_it_is_handed_over() -> None:
    plan = make_plan(moving(Lock("V1", ("b", "b"), "P1", 600)), iterations=20)
    head = next(route for route in plan.routes if route.vehicle == "V1")
    assert [(stop.site, stop.fetched, stop.orders) for stop in head.stops[:2]] == [
        ("A", ("b",), ()),
        ("B", (), ("b",)),
    ]
    hand = hand_of(moving(), plan)
    assert with_locks(moving(), change(hand, routes=(change(hand.routes[0], locked=2), *hand.routes[1:]))).locks[
        0
    ].orders == ("b", "b")


def test_a_vehicle_that_comes_back_to_load_is_not_held_to_what_it_has_aboard() -> None:
    again = tuple(change(vehicle, trips=2) for vehicle in day().vehicles)
    with pytest.raises(ProblemRefused):
        validate(day(Lock("V1", ("a",), "P1", 600, aboard=()), vehicles=again))


@pytest.mark.parametrize("named", [("b",), ("b", "b", "b")])
def test_a_transfer_that_is_locked_in_part_is_refused(named: tuple[str, ...]) -> None:
    with pytest.raises(ProblemRefused):
        validate(moving(Lock("V1", named, "P1", 600)))


def test_a_locked_transfer_that_is_served_otherwise_is_seen_by_the_checker() -> None:
    sites = tuple(change(site, windows=()) for site in day().sites)
    free = change(moving(), sites=sites)
    plan = make_plan(change(free, locks=(Lock("V1", ("c", "b", "b"), "P1", 600),)), iterations=20)
    assert not check(change(free, locks=(Lock("V1", ("c", "b", "b"), "P1", 600),)), plan).violations
    locked = change(free, locks=(Lock("V1", ("b", "b", "c"), "P1", 600),))
    assert Rule.LOCK in {one.rule for one in check(locked, plan).violations}


def test_a_box_of_a_vehicle_that_broke_down_holds_from_when_it_was_loaded_there() -> None:
    """It is fetched at 2000 s and handed over at 4200 s; it was closed at 0."""

    def with_box(**changes: object) -> Problem:
        first, boxed, last = moving().orders
        return change(moving(), orders=(first, change(boxed, loaded=0, release=2000, **changes), last))

    plan = make_plan(with_box(hold=4200), iterations=20)
    assert not plan.unserved
    for hold, holds in ((4200, True), (4199, False)):
        found = check(with_box(hold=hold), plan).violations
        assert ({one.rule for one in found} == {Rule.HOLD}) is not holds
        draft = evaluate(with_box(hold=hold), NOTHING, hand_of(with_box(), plan))
        assert draft.holds is holds
        assert [one.problem.number for one in draft.broken] == ([] if holds else [problems.DESK_HOLD.number])
    assert [left.order for left in make_plan(with_box(hold=4199), iterations=20).unserved] == ["b"]


def test_the_desk_fetches_where_the_order_goes() -> None:
    draft = evaluate(moving(), NOTHING, Hand((HandRoute("V1", ("c", "b"), "P1"), HandRoute("V2", ("a",), "P2"))))
    (first, _second) = draft.plan.routes
    assert [(stop.site, stop.fetched) for stop in first.stops] == [("C", ()), ("A", ("b",)), ("B", ())]
    moved = evaluate(
        moving(), draft.plan, Hand((HandRoute("V1", ("c", "\x1fb"), "P1"), HandRoute("V2", ("a", "b"), "P2")))
    )
    assert [route.orders for route in moved.hand.routes] == [("c",), ("a", "\x1fb", "b")]
