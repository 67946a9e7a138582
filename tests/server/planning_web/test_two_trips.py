"""A van that comes back to load: what its handheld is given, what the desk makes of the day while it runs, and what is on
board when it breaks down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from msgspec import structs

from server.planning import arrivals, publish
from server.planning.desk import evaluate
from server.planning.desk_view import desk_of, now, to_search
from server.planning.hand import hand_of
from server.planning.keeping import keep_plan, kept_matrices, kept_plan, planned_route
from server.planning.operations import make_plan
from server.planning.problem import AGAIN
from server.planning.road.ways import Way, places_of, with_way
from server.planning.sequences import RELOAD
from server.planning.trouble import roadside
from server.planning.troubles import enter_breakdown, measured
from server.planning.under_way import under_way
from server.planning.urgent import ask, take
from server.trace import operations as trace
from server.transaction import reading, transaction
from shared.clock import ManualClock
from shared.custody.journey import Phase, StopPhase
from shared.geo import Position
from shared.work import Direction, Name, Route
from tests.server.accounts.browsing import Browser
from tests.server.fleet.samples import BY
from tests.server.planning_web import test_desk as desks
from tests.server.planning_web.test_desk import Desk, at, hand, kept, publish_all, routes_of, send, state
from tests.server.planning_web.test_urgent import comes
from tests.server.store import project

browser, desk = desks.browser, desks.desk
"""The fixtures of the desk's tests: two vans, a note on each."""

pytestmark = desks.ON_SQLITE


def instant(hour: int, minute: int = 0) -> datetime:
    """On the sample day, as a clock in Beijing shows it."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def twice(app: Flask, browser: Browser, desk: Desk) -> Desk:
    """Both notes on the first van, which comes back to load for the second of them."""
    first, second = desk.day.orders
    arranged = hand(desk, (0, 1), ())
    arranged["routes"][0]["orders"] = [first, RELOAD, second]
    return kept(browser, _planned_again(app, desk), arranged)


def _planned_again(app: Flask, desk: Desk) -> Desk:
    """The same plan of vans that make two trips."""
    with app.app_context(), transaction():
        one = kept_plan(desk.plan)
        vans = tuple(structs.replace(vehicle, trips=2) for vehicle in one.problem.vehicles)
        problem = structs.replace(one.problem, vehicles=vans, matrices=kept_matrices(desk.plan))
        return replace(desk, plan=keep_plan(problem, one.plan, day=one.day, by=BY))


def published(app: Flask, browser: Browser, on: Desk) -> Route:
    """Its route, given to the handheld of the first van."""
    ids = routes_of(app, on.plan)
    assert publish_all(browser, on, ids, (0,)).status_code == 200
    with app.app_context():
        project()
        with reading():
            return publish.published_route(ids[on.vans[0]])


def left(app: Flask, clock: ManualClock, route: Route, *, second: bool) -> None:
    """The first trip is done; on the second it has left, too, or is still to leave."""
    one = route.stops[0]
    gone = route.reloads[0].departure if second else one.planned_departure
    clock.jump((gone + timedelta(minutes=1) - clock.now()).total_seconds())
    with app.app_context(), transaction():
        view = trace.route(route.id)
        assert view is not None
        view.phase, view.departed = Phase.DEPARTED.value, route.departure
        first, last = trace.stops_of(route.id)
        first.phase, first.arrived, first.left = StopPhase.LEFT.value, one.planned_arrival, one.planned_departure
        last.phase = "on_the_way" if second else StopPhase.PLANNED.value


# what the handheld is given --------------------------------------------------------------------------------------------


def test_the_handheld_is_told_which_stop_is_on_which_trip_and_when_to_load(
    app: Flask, browser: Browser, twice: Desk
) -> None:
    route = published(app, browser, twice)
    assert [stop.trip for stop in route.stops] == [1, 2]
    (reload,) = route.reloads
    with app.app_context(), reading():
        planned = planned_route(route.id)[1]
    again = next(stop for stop in planned.stops if stop.reload)
    times = (reload.arrival, reload.start, reload.departure)
    assert [round((at_ - instant(0)).total_seconds()) for at_ in times] == [again.arrival, again.start, again.departure]
    assert reload.leg_distance == again.distance
    assert route.stops[1].leg_distance == again.distance + planned.stops[2].distance
    assert sum(stop.leg_distance for stop in route.stops) + planned.return_distance == planned.distance
    depot = route.depot.fence.centre
    assert [place == depot for place in route.track] == [True, False, True, False, True]


def test_the_turns_lead_home_between_two_trips(app: Flask, browser: Browser, twice: Desk) -> None:
    route = published(app, browser, twice)
    places = places_of(route)
    assert len(places) == 5
    turns = tuple((Direction(Name(f"{n}", f"{n}"), 1.0, places[n]),) for n in range(4))
    found = with_way(route, Way(places, turns, tuple((a, b) for a, b in pairwise(places))))
    assert [stop.directions[0].text.en for stop in found.stops] == ["0", "2"]
    assert [reload.directions[0].text.en for reload in found.reloads] == ["1"]
    assert found.track == places


def test_a_planned_return_needs_no_message(app: Flask, browser: Browser, clock: ManualClock, twice: Desk) -> None:
    route = published(app, browser, twice)
    left(app, clock, route, second=False)
    state(browser.get(at(twice)))
    assert publish_all(browser, twice, routes_of(app, twice.plan), (0,)).status_code == 200
    with app.app_context(), reading():
        assert publish.messages_of(route.id) == ()
        assert publish.published_route(route.id).version == 2


def test_a_plans_page_shows_the_return_and_counts_the_stops(browser: Browser, twice: Desk) -> None:
    page = browser.get(f"/planning/plans/{twice.plan}").text
    assert "回库装货" in page
    rows = [row.split("</td>")[0] for row in page.split("<tbody>")[1].split("<td>")]
    assert [cell for cell in rows if cell in ("1", "2", "⟲")] == ["1", "⟲", "2"]


# the day runs ----------------------------------------------------------------------------------------------------------


def test_goods_of_the_second_trip_lie_at_the_depot_until_it_begins(
    app: Flask, browser: Browser, clock: ManualClock, twice: Desk
) -> None:
    route = published(app, browser, twice)
    first, second = twice.day.orders
    left(app, clock, route, second=False)
    with app.app_context(), reading():
        (begun,) = under_way(kept_plan(twice.plan))
        assert (begun.orders, begun.aboard, begun.later, begun.trip) == ((first,), (first,), (second,), 1)
        on = now(desk_of(app, twice.plan))
    ready = {order.id: order.release for order in on.problem.orders}
    assert (ready[first], on.problem.clock(ready[second] + 1800) <= f"{clock.now() + timedelta(hours=8):%H:%M}") == (
        0,
        True,
    )
    assert ready[second] > 0
    left(app, clock, route, second=True)
    with app.app_context(), reading():
        (begun,) = under_way(kept_plan(twice.plan))
        assert (begun.orders, begun.later, begun.trip) == ((first, AGAIN, second), (), 2)


def test_a_vehicle_on_its_first_trip_is_not_given_what_lies_at_the_depot(
    app: Flask, browser: Browser, clock: ManualClock, twice: Desk
) -> None:
    """Without the return the second note would have to be on board already."""
    route = published(app, browser, twice)
    left(app, clock, route, second=False)
    told = send(browser, at(twice, "/try"), {"hand": hand(twice, (0, 1), ())}).get_json()
    texts = [text for one in told["routes"] for stop in one["stops"] for text in stop["broken"]]
    assert any("#6616" in text for text in texts)


def test_the_rest_of_a_day_is_searched_with_what_is_on_board_where_it_is(
    app: Flask, browser: Browser, clock: ManualClock, twice: Desk
) -> None:
    route = published(app, browser, twice)
    left(app, clock, route, second=False)
    with app.app_context(), reading():
        on = now(desk_of(app, twice.plan))
        draft = evaluate(on.problem, on.base, hand_of(on.problem, on.kept.plan), on.names, on.reasons)
        assert draft.holds
        asked = to_search(on, draft)
    found = make_plan(asked, iterations=30)
    assert found.feasible
    for one in found.routes:
        if one.vehicle == twice.vans[0]:
            assert hand_of(asked, found).routes[0].orders[:1] == twice.day.orders[:1]
            assert len(one.stops) in (1, 3)


def test_nothing_that_lies_at_the_depot_is_searched_a_place_for_on_a_trip_that_has_begun(
    app: Flask, browser: Browser, clock: ManualClock, twice: Desk
) -> None:
    """A note of the other van, which has not left: the van on the road can take it on its next trip only."""
    apart = kept(browser, twice, hand(twice, (0,), (1,)))
    route = published(app, browser, apart)
    clock.jump((route.departure + timedelta(minutes=5) - clock.now()).total_seconds())
    with app.app_context():
        with transaction():
            view = trace.route(route.id)
            assert view is not None
            view.phase, view.departed = Phase.DEPARTED.value, route.departure
            (stop,) = trace.stops_of(route.id)
            stop.phase = "on_the_way"
        with reading():
            on = now(desk_of(app, apart.plan))
            draft = evaluate(on.problem, on.base, hand_of(on.problem, on.kept.plan), on.names, on.reasons)
            asked = to_search(on, draft)
    late = next(order for order in asked.orders if order.id == apart.day.orders[1])
    begun = planned_start(app, route.id)
    assert late.release > begun
    assert next(order for order in asked.orders if order.id == apart.day.orders[0]).release <= begun


def test_an_urgent_order_goes_on_the_trip_that_is_still_to_be_loaded(
    app: Flask, browser: Browser, clock: ManualClock, twice: Desk
) -> None:
    """The van is on its first trip and comes back anyhow: no further return is needed. The message says what else there is."""
    route = published(app, browser, twice)
    left(app, clock, route, second=False)
    order = comes(app)
    with app.app_context():
        with reading():
            asked = ask(kept_plan(twice.plan), order)
        own = [one for one in asked.choices.choices if one.vehicle == twice.vans[0]]
        assert own
        assert all(RELOAD in one.sequence[: one.sequence.index(order)] for one in own)
        choice = next(one for one in own if one.holds and one.sequence.count(RELOAD) == 1)
        with transaction():
            made = replace(twice, plan=take(asked, choice, by=BY))
    assert publish_all(browser, made, routes_of(app, made.plan), (0,)).status_code == 200
    with app.app_context(), reading():
        given = publish.published_route(route.id)
        (message,) = publish.messages_of(route.id)
    assert given.version == 2
    assert [stop.trip for stop in given.stops for note in stop.consignments if note.id == order] == [2]
    assert "N-9" in message.text


def planned_start(app: Flask, route_id: str) -> int:
    """When loading for a route began (s)."""
    with app.app_context(), reading():
        return planned_route(route_id)[1].start


# it breaks down --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", [False, True])
def test_only_what_is_on_board_is_fetched_where_it_broke_down(
    app: Flask, browser: Browser, clock: ManualClock, twice: Desk, second: bool
) -> None:
    route = published(app, browser, twice)
    left(app, clock, route, second=second)
    place = Position(39.85, 116.45)
    with app.app_context():
        with reading():
            on = kept_plan(twice.plan)
            problem = desk_of(app, twice.plan).problem
            roads = measured(problem, twice.vans[0], place)
        with transaction():
            enter_breakdown(on, twice.vans[0], at=clock.now(), position=place, roads=roads, reason="发动机故障", by=BY)
        with reading():
            after = now(desk_of(app, twice.plan)).problem
    (order,) = (order for order in after.orders if order.id == twice.day.orders[1])
    assert order.origin == (roadside(twice.vans[0]) if second else None)


# when it arrives -------------------------------------------------------------------------------------------------------


def test_a_van_that_comes_back_to_load_is_expected_as_planned_while_it_is_in_time(
    app: Flask, browser: Browser, clock: ManualClock, twice: Desk
) -> None:
    """However far from its next stop it is: it drives away from it, to the depot."""
    route = published(app, browser, twice)
    left(app, clock, route, second=False)
    one, two = route.stops
    seen = one.planned_departure + timedelta(minutes=1)
    with app.app_context():
        with transaction():
            view = trace.route(route.id)
            assert view is not None
            view.lat, view.lon, view.position_at = 39.80, 116.50, seen
        with reading():
            found = arrivals.of_route(route.id)
    assert found is not None
    assert abs(found.stops[two.id].likely - two.planned_arrival) <= timedelta(minutes=1)


def test_a_van_that_has_left_again_is_expected_by_its_way_from_the_depot(
    app: Flask, browser: Browser, clock: ManualClock, twice: Desk
) -> None:
    route = published(app, browser, twice)
    left(app, clock, route, second=True)
    two, depot = route.stops[1], route.depot.fence.centre
    with app.app_context():
        with transaction():
            view = trace.route(route.id)
            assert view is not None
            view.lat, view.lon, view.position_at = depot.lat, depot.lon, clock.now()
        with reading():
            found = arrivals.of_route(route.id)
    assert found is not None
    assert abs(found.stops[two.id].likely - two.planned_arrival) <= timedelta(minutes=2)
