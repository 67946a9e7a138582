"""What a day comes to when it is arranged by hand: its times, what it breaks and by how much, and what changed."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.planning.broken import named, short
from server.planning.changes import What, changes
from server.planning.checker import Rule, accept
from server.planning.desk import Draft, evaluate
from server.planning.hand import Hand, HandRoute, hand_of, orders_of, read_hand, with_fetches, with_locks, with_trips
from server.planning.lenient import lenient
from server.planning.lookup import Lookup
from server.planning.operations import make_plan
from server.planning.plan import Cost, Plan
from server.planning.problem import NO_ROAD, Held, Lock, Matrix, Order, Problem, Site, Vehicle, Window
from server.planning.schedule import Timetable, fed, timetable
from server.planning.sequences import RELOAD, closed
from server.planning.sequences import named as as_locked
from shared import problems as catalogue
from shared.errors import Refused
from tests.server.planning.days import HOUR, line_matrix, problems, small_day

PROMISES = {
    Rule.WINDOW,
    Rule.DUE,
    Rule.HOLD,
    Rule.SHIFT,
    Rule.CAPACITY,
    Rule.ZONE,
    Rule.ACCESS,
    Rule.DEPOT,
    Rule.QUALIFICATION,
    Rule.DRIVER,
    Rule.DURATION,
    Rule.TRIP,
    Rule.DISTANCE,
    Rule.ROAD,
    Rule.RELEASE,
    Rule.MEAL,
    Rule.ALONE,
}
"""What a person can break by moving a stop; every other rule of the checker is about the plan's own numbers."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(small_day(), iterations=50)


def arranged(problem: Problem, **routes: tuple[str, ...]) -> Draft:
    """The small day with these orders on these vehicles, in this order, and the rest on none."""
    named_orders = {name for orders in routes.values() for name in orders}
    off = tuple(order.id for order in problem.orders if order.id not in named_orders)
    empty = make_plan(msgspec.structs.replace(problem, orders=problem.orders[:1]), iterations=1)
    base = msgspec.structs.replace(empty, routes=(), unserved=())
    hand = Hand(tuple(HandRoute(vehicle, orders) for vehicle, orders in routes.items()), off)
    return evaluate(problem, base, hand)


def texts(draft: Draft) -> list[str]:
    return [one.problem.text("en") for one in draft.broken]


def test_a_plan_nobody_touched_is_the_plan_itself(plan: Plan) -> None:
    draft = evaluate(small_day(), plan, hand_of(small_day(), plan))
    assert draft.plan.routes == plan.routes
    assert draft.plan.cost == plan.cost
    assert (draft.broken, draft.refused, draft.holds) == ((), (), True)


def test_a_move_that_breaks_nothing_is_a_plan_the_checker_accepts() -> None:
    draft = arranged(small_day(), V1=("c1", "a1", "a2", "b1", "e1"))
    assert draft.broken == ()
    accept(draft.problem, draft.plan)
    assert draft.plan.engine.endswith("desk")


def test_a_missed_window_says_when_until_when_and_by_how_much() -> None:
    """E receives until 11:30; from A, which opens at 13:30 the second time, it is half an hour's waiting and driving away."""
    late = Site("A", windows=(Window(13 * HOUR + 1800, 16 * HOUR),), service=300)
    day = small_day()
    day = msgspec.structs.replace(day, sites=tuple(late if site.id == "A" else site for site in day.sites))
    draft = arranged(day, V2=("a2", "e1"))
    assert texts(draft) == ["#6601 14:25 is after 11:30, when receiving ends, by 2:55"]
    (broken,) = draft.broken
    assert (broken.vehicle, broken.stop) == ("V2", 1)
    assert {found.rule for found in draft.refused} == {Rule.WINDOW}
    assert not draft.holds


def test_each_kind_of_promise_is_told_with_its_amount() -> None:
    day = small_day()
    frozen = Order("f1", "C", zone="frozen")
    heavy = Order("h1", "A", day.orders[1].amounts + day.orders[1].amounts, depot="E")
    heavy = msgspec.structs.replace(heavy, amounts=type(heavy.amounts)(45, 0, 0))
    day = msgspec.structs.replace(day, orders=(*day.orders, frozen, heavy))
    said = texts(arranged(day, V1=("b1", "f1", "h1"), V2=("c1", "e1")))
    assert "#6604 The vehicle has no compartment for frozen: f1" in said
    assert "#6605 Overloaded in 件 packs: 53, at most 40, over by 13" in said
    assert "#6615 h1 lies at E, another depot" in said
    assert "#6604 The vehicle has no compartment for 2-8: c1" in said
    said = texts(arranged(day, V2=("b1",), V1=("c1",)))
    assert "#6608 The site admits van, and not lorry" in said


def test_a_box_that_warms_a_late_return_and_a_long_way_are_told_with_their_amounts() -> None:
    box = Order("c1", "C", zone="2-8", hold=HOUR)
    van = Vehicle(
        "V1",
        "D",
        kind="van",
        shift=Window(6 * HOUR, 7 * HOUR),
        compartments=small_day().vehicles[0].compartments,
        max_duration=HOUR,
        max_trip=HOUR,
        max_distance=50_000,
    )
    day = small_day(orders=(box,), vehicles=(van,), drivers=())
    said = texts(arranged(day, V1=("c1",)))
    assert said == [
        "#6603 c1 is boxed for 1:05, the box holds 1:00: over by 0:05",
        "#6606 Back at 07:55, not by 07:00: late by 0:55",
        "#6613 Out for 1:55, at most 1:00: over by 0:55",
        "#6617 A trip takes 1:55, 0:55 more than the 1:00 it may",
        "#6614 60.0 km of way, at most 50.0 km: over by 10.0 km",
    ]


def test_nobody_at_the_wheel_and_papers_that_are_missing_are_told() -> None:
    day = small_day()
    draft = arranged(small_day(drivers=day.drivers[1:]), V1=("b1",), V2=("e1",))
    assert "#6609 The driver P2 does not hold controlled" in texts(draft)
    assert "#6610 Nobody drives V2" in texts(draft)
    both = Hand((HandRoute("V1", ("b1",), "P1"), HandRoute("V2", ("e1",), "P1")), ("a1", "a2", "c1"))
    empty = msgspec.structs.replace(make_plan(day, iterations=1), routes=(), unserved=())
    assert "#6611 The driver P1 drives V1 too" in texts(evaluate(day, empty, both))


def test_where_no_road_leads_that_is_told_and_the_rest_is_worked_out() -> None:
    cut = line_matrix(0, 10_000, 20_000, 30_000, 40_000)
    distance = [list(row) for row in cut.distance]
    duration = [list(row) for row in cut.duration]
    distance[1][2] = duration[1][2] = NO_ROAD
    distance[2][0] = duration[2][0] = NO_ROAD
    matrix = Matrix("cut", tuple(map(tuple, distance)), tuple(map(tuple, duration)))
    day = small_day(matrices={"default": matrix})
    said = texts(arranged(day, V1=("a2", "b1")))
    assert said == ["#6612 No road leads to B", "#6612 No road leads to D"]


def test_a_locked_departure_is_kept_and_what_was_not_ready_by_then_is_told() -> None:
    day = small_day(locks=(Lock("V1", ("a1",), "P1", 7 * HOUR),))
    draft = evaluate(
        day, arranged(small_day()).plan, Hand((HandRoute("V1", ("a1",), "P1", 1),), ("a2", "b1", "c1", "e1"))
    )
    (route,) = draft.plan.routes
    assert route.departure == 7 * HOUR
    assert texts(draft) == ["#6616 a1 is ready at 07:00, loading begins at 06:50"]
    assert draft.problem.locks == day.locks


def test_resting_is_planned_where_nobody_may_drive_on() -> None:
    """Five hours out, five back, and a window that is long over: a rest on the way out, one before the way back, one on it."""
    far = line_matrix(0, 90_000, 180_000, 180_001, 180_002)
    site = Site("B", windows=(Window(0, 60),))
    day = small_day(matrices={"default": far})
    day = msgspec.structs.replace(day, sites=tuple(site if one.id == "B" else one for one in day.sites))
    draft = arranged(day, V1=("b1",))
    assert [rest.end - rest.start for rest in draft.plan.routes[0].breaks] == [1200, 1200, 1200]
    assert Rule.REST not in {found.rule for found in draft.refused}


def test_an_order_taken_off_says_who_did_it_and_one_that_was_off_keeps_its_reason(plan: Plan) -> None:
    hand = hand_of(small_day(), plan)
    first = hand.routes[0]
    shorter = Hand((msgspec.structs.replace(first, orders=first.orders[1:]), *hand.routes[1:]), (first.orders[0],))
    draft = evaluate(small_day(), plan, shorter)
    (left,) = draft.plan.unserved
    assert left.reason.number == 6390
    assert not draft.plan.feasible
    kept = evaluate(small_day(), msgspec.structs.replace(plan, unserved=(left,)), shorter)
    assert kept.plan.unserved == (left,)
    assert draft.holds  # an order left out with its reason is no broken rule


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        (b"{", "JSON"),
        (b'{"routes": [], "off": []}', "a1"),
        (b'{"routes": [], "off": ["a1", "a1", "a2", "b1", "c1", "e1"]}', "a1"),
        (b'{"routes": [{"vehicle": "V9", "orders": ["a1"]}], "off": ["a2", "b1", "c1", "e1"]}', "V9"),
        (b'{"routes": [{"vehicle": "V1", "orders": []}, {"vehicle": "V1", "orders": []}]}', "V1"),
        (b'{"routes": [{"vehicle": "V1", "orders": ["a1"], "driver": "P9"}], "off": ["a2", "b1", "c1", "e1"]}', "P9"),
        (b'{"routes": [{"vehicle": "V1", "orders": ["a1"], "locked": 2}], "off": ["a2", "b1", "c1", "e1"]}', "2"),
    ],
)
def test_what_is_no_arrangement_of_the_day_is_refused(sent: bytes, value: str) -> None:
    with pytest.raises(Refused, check=lambda error: error.kind is catalogue.DESK_HAND) as refused:
        read_hand(small_day(), sent)
    assert refused.value.problem.values["value"] == value


def test_routes_without_orders_are_no_routes() -> None:
    sent = b'{"routes": [{"vehicle": "V1", "orders": []}], "off": ["a1", "a2", "b1", "c1", "e1"]}'
    assert read_hand(small_day(), sent).routes == ()


def test_what_is_settled_is_locked_for_the_next_search(plan: Plan) -> None:
    hand = hand_of(small_day(), plan)
    first = msgspec.structs.replace(hand.routes[0], locked=2)
    settled = with_locks(small_day(), Hand((first, *hand.routes[1:]), hand.off))
    assert settled.locks == (Lock(first.vehicle, first.orders[:2], first.driver),)
    again = make_plan(settled, iterations=50)
    route = next(route for route in again.routes if route.vehicle == first.vehicle)
    assert orders_of(route)[:2] == first.orders[:2]
    assert hand_of(settled, again).routes[0].locked == 2


def test_ids_in_a_problem_become_names() -> None:
    fault = Refused(
        catalogue.PLAN_RULE_HOLD, where="V1 › 2 › A", order="a1", value="6:10:00", expected="5:00:00"
    ).problem
    shown = named(fault, {"V1": "京A·1", "A": "医院", "a1": "N-1"}).text("en")
    assert shown == "#6229 京A·1 › 2 › 医院: order N-1 is boxed for 6:10:00, holds 5:00:00"


def test_begun_minutes_count_and_benchmark_files_count_as_they_do() -> None:
    assert [short(small_day(), seconds) for seconds in (60, 61, 2 * HOUR + 35 * 60)] == ["0:01", "0:02", "2:35"]
    assert short(small_day(resolution=10), 25) == "2.5"


# what changed ----------------------------------------------------------------------------------------------------------


def test_changes_name_the_old_place_and_the_new_one() -> None:
    day = small_day()
    before = arranged(day, V1=("c1", "a1", "a2", "b1"), V2=("e1",)).plan
    after = arranged(day, V1=("c1", "a1", "b1", "e1")).plan
    found = {one.orders: one for one in changes(before, after)}
    assert found["e1",].what is What.MOVED
    assert [place and (place.vehicle, place.number) for place in (found["e1",].before, found["e1",].after)] == [
        ("V2", 1),
        ("V1", 4),
    ]
    assert (found["a2",].what, found["a2",].after) == (What.DROPPED, None)
    assert {one.what for one in changes(after, before)} >= {What.ADDED, What.MOVED}


def test_times_that_move_by_less_than_a_minute_are_no_change_and_others_say_which_way() -> None:
    draft = arranged(small_day(), V1=("c1", "b1"))
    (route,) = draft.plan.routes

    def later(by: int) -> Plan:
        stops = tuple(msgspec.structs.replace(stop, start=stop.start + by) for stop in route.stops)
        return msgspec.structs.replace(draft.plan, routes=(msgspec.structs.replace(route, stops=stops),))

    assert changes(draft.plan, later(59)) == ()
    assert {one.what for one in changes(draft.plan, later(60))} == {What.LATER}
    assert {one.what for one in changes(later(60), draft.plan)} == {What.EARLIER}


# whatever the day ------------------------------------------------------------------------------------------------------


def plain(problem: Problem) -> Problem:
    """The problem without what the desk refuses."""
    change = msgspec.structs.replace
    return change(problem, orders=tuple(change(order, collect=False) for order in problem.orders))


@given(problems())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_day_that_an_arrangement_has_no_words_for_is_refused(problem: Problem) -> None:
    everything = Hand((), tuple(order.id for order in problem.orders))
    base = Plan(problem.name, "", False, (), (), cost=Cost(), seconds=0.0, seed=0, engine="test")
    problem = msgspec.structs.replace(problem, locks=())
    if problem == plain(problem):
        assert evaluate(problem, base, everything).broken == ()
    else:
        with pytest.raises(Refused) as refused:
            evaluate(problem, base, everything)
        assert refused.value.problem.number == catalogue.DESK_BEYOND.number


@st.composite
def arrangements(draw: st.DrawFn) -> tuple[Problem, Hand]:
    """Any day with its orders dealt out anyhow, on one trip or several; sometimes the first vehicle has left, and may be
    late."""
    problem = draw(problems())
    problem = plain(msgspec.structs.replace(problem, locks=()))
    drivers: list[str | None] = [driver.id for driver in problem.drivers]
    hands: dict[str, list[str]] = {}
    off = []
    for order in draw(st.permutations(problem.orders)):
        place = draw(st.sampled_from([None, *(vehicle.id for vehicle in problem.vehicles)]))
        off.append(order.id) if place is None else hands.setdefault(place, []).append(order.id)
        if place is not None and draw(st.integers(0, 3)) == 0:
            hands[place].append(RELOAD)
    routes = tuple(
        HandRoute(vehicle, tuple(orders), draw(st.sampled_from([None, *drivers]))) for vehicle, orders in hands.items()
    )
    hand = with_fetches(problem, with_trips(Hand(routes, tuple(off))))
    if not hand.routes or draw(st.booleans()):
        return problem, hand
    first = hand.routes[0]
    most = next(vehicle.trips for vehicle in problem.vehicles if vehicle.id == first.vehicle)
    count = closed(first.orders, draw(st.sampled_from([1, len(first.orders)])))
    if first.orders[:count].count(RELOAD) >= most:
        return problem, hand
    departure = draw(st.sampled_from([HOUR, 2 * HOUR]))
    held = draw(st.sampled_from([None, Held(1, departure + 600), Held(count, departure + HOUR)]))
    lock = Lock(first.vehicle, as_locked(first.orders[:count]), first.driver, departure, held)
    settled = (msgspec.structs.replace(first, locked=count), *hand.routes[1:])
    return msgspec.structs.replace(problem, locks=(lock,)), Hand(settled, hand.off)


@given(arrangements())
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_desk_says_that_something_breaks_exactly_where_the_checker_refuses(given_day: tuple[Problem, Hand]) -> None:
    """And what the checker refuses is a promise, never a number: the desk's times add up, on whatever route."""
    problem, hand = given_day
    base = Plan(problem.name, "", False, (), (), cost=Cost(), seconds=0.0, seed=0, engine="test")
    draft = evaluate(problem, base, hand)
    roadless = any(one.problem.number == catalogue.DESK_ROAD.number for one in draft.broken)
    assert bool(draft.broken) == bool(draft.refused)
    if not roadless:
        assert {found.rule for found in draft.refused} <= PROMISES | {Rule.DRIVER_TWICE, Rule.RELOAD}


@given(arrangements())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_nobody_goes_hungry_but_who_loads_all_the_time_there_is_for_a_meal(given_day: tuple[Problem, Hand]) -> None:
    problem, hand = given_day
    lookup = Lookup(problem)
    for one in hand.routes:
        crew = lookup.crew(lookup.vehicles[one.vehicle], lookup.drivers.get(one.driver or ""))
        found = lenient(lookup, crew, lookup.sequence(crew.vehicle, one.orders))
        meal = crew.meal
        if meal is not None and found.start < meal.latest < found.end and not fed(meal, found.breaks):
            assert found.departure > meal.latest


@given(arrangements())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_route_that_holds_is_as_early_as_the_lenient_timetable_of_it(given_day: tuple[Problem, Hand]) -> None:
    """Where nothing breaks, both ways of working times out agree that nothing does."""
    problem, hand = given_day
    lookup = Lookup(msgspec.structs.replace(problem, rest=None))
    for one in hand.routes:
        crew = lookup.crew(lookup.vehicles[one.vehicle], lookup.drivers.get(one.driver or ""))
        orders = lookup.sequence(crew.vehicle, one.orders)
        strict = timetable(lookup, crew, orders)
        loose = lenient(lookup, crew, orders)
        if isinstance(strict, Timetable):
            assert loose.start >= crew.early
            assert len(loose.starts) == len(strict.starts)
            if not any(len(visit.windows) > 1 for visit in strict.visits):
                assert all(
                    not visit.windows or visit.windows[0].start <= start <= visit.windows[0].end
                    for visit, start in zip(loose.visits, loose.starts, strict=True)
                )
