"""What goes wrong on a day as a change of its problem: what happened stays, and the rest keeps every rule."""

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from server.planning.building import refuse_unknown_work
from server.planning.checker import check
from server.planning.desk import evaluate
from server.planning.faults import ProblemRefused, validate
from server.planning.hand import Hand, HandRoute, hand_of, with_fetches, with_troubles, without_strays
from server.planning.operations import make_plan
from server.planning.plan import Cost, Plan, Route
from server.planning.problem import Amounts, Capacity, Compartment, Lock, Order, Problem, Site, Vehicle, Window
from server.planning.sequences import FETCH, closed, marked, named
from server.planning.taking_over import NAMED, takeovers, to_the_taking
from server.planning.trouble import (
    CLOSED,
    Breakdown,
    Closure,
    Done,
    Measured,
    roadside,
    shut_out,
    with_breakdown,
    with_closure,
)
from shared import problems
from shared.errors import Refused
from shared.geo import Position
from shared.work import Name
from tests.server.planning.days import HOUR, line_matrix
from tests.server.planning.days import problems as random_problems

change = msgspec.structs.replace
HERE = Position(39.9, 116.4)
NOTHING = Plan("trouble", "", True, (), (), Cost(), 0.0, 0, "test")
PLACES = {"D": 0, "A": 10_000, "B": 20_000, "C": 30_000}
AT = 15_000
"""m: where the vehicle stands on the road, between A and B."""


def legs(*names: str, at: int = AT, speed: int = 10) -> Measured:
    found = {name: (abs(PLACES.get(name, 0) - at), abs(PLACES.get(name, 0) - at) // speed) for name in names}
    return Measured(found, found)


def day(**changes: object) -> Problem:
    """Three hospitals on a road, their goods cold, in boxes that hold three hours; a cold van, another, and a warm one."""
    cold = (Compartment("2-8", Capacity(20)),)
    problem = Problem(
        "trouble",
        (
            Site("D", service=600),
            Site("A", service=300, windows=(Window(0, 2000),)),
            Site("B", service=300),
            Site("C", service=300),
        ),
        tuple(Order(name.lower(), name, Amounts(2), zone="2-8", hold=3 * HOUR) for name in "ABC"),
        (
            Vehicle("V1", "D", compartments=cold),
            Vehicle("V2", "D", compartments=cold, fixed=1000.0),
            Vehicle("V3", "D", fixed=10.0),
        ),
        matrices={"default": line_matrix(0, 10_000, 20_000, 30_000)},
        opening_loss=60,
    )
    return change(problem, **changes)


def planned(problem: Problem) -> Plan:
    return make_plan(problem, iterations=20)


def route_of(plan: Plan, vehicle: str) -> Route:
    return next(route for route in plan.routes if route.vehicle == vehicle)


def broken_down(problem: Problem, plan: Plan, done: Done, at: int = 2500) -> Problem:
    one = Breakdown("V1", at, HERE, "roadside", {"default": legs("D", "A", "B", "C")})
    return with_breakdown(problem, route_of(plan, "V1"), done, one)


def test_what_was_handed_over_stays_and_the_rest_is_fetched_by_a_vehicle_that_keeps_it_cold() -> None:
    problem = day()
    first = planned(problem)
    assert [route.vehicle for route in first.routes] == ["V1"]
    rest = broken_down(problem, first, Done(("a",), departed=True))
    validate(rest)
    plan = planned(rest)
    assert not check(rest, plan).violations
    before, after = route_of(first, "V1"), route_of(plan, "V1")
    assert after.stops[0] == before.stops[0]
    assert (len(after.stops), after.end_depot) == (1, roadside("V1"))
    fetching = route_of(plan, "V2").stops[0]
    assert (fetching.site, sorted(fetching.fetched)) == (roadside("V1"), ["b", "c"])
    assert fetching.start >= 2500
    assert {route.vehicle for route in plan.routes} == {"V1", "V2"}  # V3 keeps nothing cold


def test_boxes_hold_from_when_they_were_loaded_and_less_what_the_doors_took() -> None:
    problem = day()
    first = planned(problem)
    rest = broken_down(problem, first, Done(("a",), departed=True))
    by_name = {order.id: order for order in rest.orders}
    assert by_name["a"] == problem.orders[0]
    assert (by_name["b"].loaded, by_name["b"].hold) == (route_of(first, "V1").start, 3 * HOUR - 60)
    late = broken_down(problem, first, Done(("a",), departed=True), at=3 * HOUR - 900)
    reasons = {left.order: left.reason.number for left in planned(late).unserved}
    assert reasons == {"b": problems.PLAN_UNSERVED_HOLD.number, "c": problems.PLAN_UNSERVED_HOLD.number}


def test_a_vehicle_that_breaks_down_twice_on_the_way_of_its_goods_passes_them_on() -> None:
    """V1 broke down; V2 fetched, and broke down in its turn: the boxes still hold from the first loading."""
    problem = day(vehicles=(*day().vehicles, Vehicle("V4", "D", compartments=day().vehicles[0].compartments)))
    first = planned(problem)
    rest = broken_down(problem, first, Done(("a",), departed=True))
    second = planned(change(rest, locks=(*rest.locks, Lock("V4", final=True))))
    route = route_of(second, "V2")
    fetched = tuple(FETCH + name for name in route.stops[0].fetched)
    one = Breakdown("V2", 5000, HERE, "", {"default": legs("D", "A", "B", "C", roadside("V1"), at=25_000)})
    again = with_breakdown(rest, route, Done((*fetched, *route.stops[1].orders), departed=True), one)
    waiting = [order for order in again.orders if order.origin == roadside("V2")]
    assert [order.loaded for order in waiting] == [route_of(first, "V1").start]
    never = with_breakdown(rest, route, Done((), departed=True), one)
    assert {order.origin for order in never.orders if order.origin} == {roadside("V1")}  # what it had not fetched


def test_a_vehicle_in_the_depot_is_out_of_service_and_its_goods_are_where_they_were() -> None:
    problem = day()
    rest = broken_down(problem, planned(problem), Done())
    assert (rest.orders, rest.sites) == (problem.orders, problem.sites)
    assert {route.vehicle for route in planned(rest).routes} == {"V2"}
    nothing = with_breakdown(problem, None, Done(), Breakdown("V2", 0, HERE, "", {}))
    assert nothing.locks == (Lock("V2", final=True),)


def test_a_place_no_road_was_measured_to_is_reached_by_nobody() -> None:
    problem = day()
    one = Breakdown("V1", 2500, HERE, "", {"default": legs("D", "B", "C")})
    rest = with_breakdown(problem, route_of(planned(problem), "V1"), Done((), departed=True), one)
    assert rest.matrices["default"].distance[1][-1] == -1


def possible(problem: Problem) -> Plan:
    """A plan; what is locked and cannot be is no example."""
    faults: set[int] = set()
    try:
        return make_plan(problem, iterations=5, seed=3)
    except ProblemRefused as refused:
        faults = {fault.number for fault in refused.faults}
    assume(faults != {problems.PLAN_FAULT_LOCK.number})
    raise AssertionError(faults)


@given(random_problems(), st.integers(0, 3), st.integers(0, 40))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_plan_after_a_breakdown_never_moves_what_is_frozen_and_keeps_every_rule(
    problem: Problem, count: int, minutes: int
) -> None:
    first = possible(problem)
    assume(first.routes)
    route = first.routes[0]
    # a day as handhelds know it: one trip, nothing fetched or collected on the way
    plain = not any(stop.reload or stop.fetched for stop in route.stops)
    orders = {order.id: order for order in problem.orders}
    carried = [name for stop in route.stops for name in stop.orders]
    assume(plain and not any(orders[name].collect for name in carried))
    stops = route.stops[:count]
    done = Done(tuple(name for stop in stops for name in stop.orders), departed=True)
    names = [site.id for site in problem.sites]
    roads = {name: Measured(*(dict.fromkeys(names, (1000, 100)) for _ in range(2))) for name in problem.matrices}
    one = Breakdown(route.vehicle, route.departure + minutes * 60, HERE, "", roads)
    rest = with_breakdown(problem, route, done, one)
    plan = possible(rest)
    assert not check(rest, plan).violations
    after = next((found for found in plan.routes if found.vehicle == route.vehicle), None)
    frozen = [(stop.site, stop.orders, stop.start) for stop in stops]
    assert [(stop.site, stop.orders, stop.start) for stop in (after.stops if after else ())] == frozen
    handed = {name: stop.departure for other in plan.routes for stop in other.stops for name in stop.orders}
    for name in ({*carried} - {*done.orders}) & handed.keys():
        hold = orders[name].hold
        assert hold is None or handed[name] - route.start <= hold


# a site that is closed -------------------------------------------------------------------------------------------------


def test_nobody_is_sent_to_a_closed_site_and_what_happened_there_stays() -> None:
    problem = day(orders=(*day().orders, Order("a2", "A", Amounts(1), zone="2-8")))
    rest = with_closure(problem, {"a"}, Closure("A", None))
    validate(rest)
    assert {order.id: order.site for order in rest.orders} == {"a": "A", "b": "B", "c": "C", "a2": "A" + CLOSED}
    plan = planned(rest)
    assert [left.order for left in plan.unserved] == ["a2"]
    assert plan.feasible
    reasons = shut_out(rest)
    assert [(name, reason.number) for name, reason in reasons.items()] == [("a2", problems.PLAN_UNSERVED_CLOSED.number)]


@pytest.mark.parametrize(
    ("hours", "until", "left"),
    [
        ((), 7200, (Window(7200, 7200 + 86_400),)),
        ((Window(0, 3600), Window(5400, 9000)), 7200, (Window(7200, 9000),)),
        ((Window(0, 3600), Window(5400, 9000)), 4000, (Window(5400, 9000),)),
    ],
)
def test_a_site_that_opens_again_receives_in_what_is_left_of_its_hours(
    hours: tuple[Window, ...], until: int, left: tuple[Window, ...]
) -> None:
    sites = tuple(change(site, windows=hours) if site.id == "A" else site for site in day().sites)
    rest = with_closure(day(sites=sites), (), Closure("A", until))
    assert next(site.windows for site in rest.sites if site.id == "A" + CLOSED) == left
    plan = planned(rest)
    assert not plan.unserved
    (stop,) = [stop for route in plan.routes for stop in route.stops if stop.site == "A" + CLOSED]
    assert stop.start >= left[0].start


def test_a_site_that_opens_after_its_hours_stays_closed() -> None:
    sites = tuple(change(site, windows=(Window(0, 3600),)) if site.id == "A" else site for site in day().sites)
    rest = with_closure(day(sites=sites), (), Closure("A", 7200))
    assert shut_out(rest).keys() == {"a"}
    assert rest.orders[0].penalty == 0.0


def test_a_site_where_nothing_is_left_to_do_changes_nothing() -> None:
    assert with_closure(day(), {"a"}, Closure("A", None)) == day()


# arrangements and messages ---------------------------------------------------------------------------------------------


def test_an_arrangement_loses_what_cannot_be_any_more() -> None:
    problem = with_closure(day(locks=(Lock("V1", ("a",), final=True),)), {"a"}, Closure("C", None))
    hand = Hand((HandRoute("V1", ("a", "b"), locked=2), HandRoute("V2", ("c",))))
    assert with_troubles(problem, hand) == Hand((HandRoute("V1", ("a",), locked=1),), ("b", "c"))


def test_what_is_fetched_stands_before_what_is_handed_over() -> None:
    orders = {order.id: change(order, origin="D" if order.id != "a" else None) for order in day().orders}
    problem = day(orders=tuple(orders.values()))
    hand = Hand((HandRoute("V2", ("b", FETCH + "b", "a", FETCH + "c", FETCH + "c"), locked=1),), (FETCH + "b", "c"))
    assert with_fetches(problem, hand) == Hand((HandRoute("V2", (FETCH + "b", "b", "a"), locked=2),), ("c",))
    assert with_fetches(day(), hand) is hand
    assert marked(("a", "b", "c", "b", "c"), orders) == ["a", FETCH + "b", FETCH + "c", "b", "c"]
    assert named(("a", FETCH + "b", "b")) == ("a", "b", "b")


def test_fetching_that_is_not_needed_any_more_is_forgotten() -> None:
    hand = Hand((HandRoute("V2", ("a", FETCH + "b", "b", "c"), locked=3),))
    assert without_strays(day(), hand) == Hand((HandRoute("V2", ("a", "b", "c"), locked=2),))
    assert evaluate(day(), NOTHING, hand).hand.routes[0].orders == ("a", "b", "c")


@pytest.mark.parametrize(("count", "whole"), [(0, 0), (1, 1), (2, 5), (3, 5), (4, 5), (6, 6)])
def test_what_is_settled_is_settled_until_all_that_was_fetched_is_handed_over(count: int, whole: int) -> None:
    assert closed(("a", FETCH + "b", FETCH + "c", "b", "c", "d"), count) == whole


def test_a_handheld_takes_over_from_the_roadside_and_fetches_nowhere_else() -> None:
    problem = day()
    rest = broken_down(problem, planned(problem), Done(("a",), departed=True))
    route = route_of(planned(rest), "V2")
    refuse_unknown_work(rest, route)
    (over,) = takeovers(rest, route)
    assert (over.vehicle, over.position, sorted(over.orders)) == ("V1", HERE, ["b", "c"])
    elsewhere = change(route, stops=(change(route.stops[0], site="A"), *route.stops[1:]))
    with pytest.raises(Refused) as refused:
        refuse_unknown_work(rest, elsewhere)
    assert refused.value.problem.number == problems.ROUTE_BEYOND_HANDHELD.number


def test_a_message_names_a_dozen_notes_and_counts_the_others() -> None:
    text = to_the_taking(Name("京A·1", "Jing A 1"), HERE, [f"N-{number}" for number in range(NAMED + 3)])
    assert f"N-{NAMED - 1} … (+3)" in text
    assert len(text) <= 500


def test_a_hand_tells_fetching_apart() -> None:
    problem = day()
    rest = broken_down(problem, planned(problem), Done(("a",), departed=True))
    plan = planned(rest)
    hand = hand_of(rest, plan)
    orders = next(route.orders for route in hand.routes if route.vehicle == "V2")
    assert {name for name in orders if name.startswith(FETCH)} == {FETCH + "b", FETCH + "c"}
    assert with_fetches(rest, hand) == hand
