"""A day on which things go wrong: a driver is late, a vehicle breaks down, a site closes. What is on the road stays, the rest is
proposed anew, and handhelds get it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from server.accounts import audit
from server.context import context
from server.orders import operations as orders
from server.orders.schemas import OrderState
from server.planning import publish, troubles
from server.planning.hand import Hand, HandRoute
from server.planning.keeping import kept_plan
from server.planning.trouble import CLOSED, roadside
from server.planning.under_way import on_the_road, under_way, with_begun
from server.trace import operations as trace
from server.transaction import reading, transaction
from shared.clock import ManualClock
from shared.custody.journey import Phase, StopPhase
from tests.server.accounts.browsing import Browser
from tests.server.planning_web import test_desk as desks
from tests.server.planning_web.test_desk import (
    Desk,
    at,
    hand,
    kept,
    publish_all,
    routes_of,
    send,
    state,
    work_of,
)
from tests.server.planning_web.waiting import waited
from tests.server.store import project

browser, desk = desks.browser, desks.desk
"""The fixtures of the desk's tests: two vans, a note on each."""


def instant(hour: int, minute: int = 0) -> datetime:
    """On the sample day, as a clock in Beijing shows it."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def running(app: Flask, clock: ManualClock, browser: Browser, desk: Desk) -> Desk:
    """Both notes on the first van, published to its handheld; it has left, and the first of its stops is behind it."""
    both = kept(browser, desk, hand(desk, (0, 1), ()))
    ids = routes_of(app, both.plan)
    assert publish_all(browser, both, ids, (0,)).status_code == 200
    with app.app_context():
        project()
        with reading():
            given = publish.published_route(ids[desk.vans[0]])
        clock.jump((given.stops[0].planned_departure - clock.now()).total_seconds())
        with transaction():
            route = trace.route(given.id)
            assert route is not None
            route.phase, route.departed = Phase.DEPARTED.value, given.departure
            first, second = trace.stops_of(given.id)
            first.phase = StopPhase.LEFT.value
            first.arrived, first.left = given.stops[0].planned_arrival, given.stops[0].planned_departure
            second.phase = "on_the_way"
    return both


def shown(browser: Browser, on: Desk) -> dict[str, Any]:
    return state(browser.get(at(on)))


def orders_of(told: dict[str, Any]) -> dict[str, list[list[str]]]:
    return {route["vehicle"]: [stop["orders"] for stop in route["stops"]] for route in told["routes"]}


def replanned(browser: Browser, on: Desk) -> tuple[str, dict[str, Any]]:
    now = shown(browser, on)
    answer = send(browser, at(on, "/replan"), {"hand": now["hand"], "seen": now["seen"], "seconds": 1})
    assert answer.status_code == 200, answer.text
    address: str = answer.get_json()["search"]
    return address, waited(browser, address)


def taken(browser: Browser, on: Desk, address: str) -> Desk:
    answer = send(browser, f"{address}/accept", {})
    assert answer.status_code == 200, answer.text
    return replace(on, plan=answer.get_json()["location"].split("/")[-2])


# a late driver ---------------------------------------------------------------------------------------------------------


@desks.ON_SQLITE
def test_a_driver_who_is_late_is_late_on_the_desk_and_stays_who_drives_there(
    app: Flask,
    clock: ManualClock,
    browser: Browser,
    running: Desk,
) -> None:
    before = shown(browser, running)
    clock.advance(3600)
    told = shown(browser, running)
    (was,), (now,) = before["routes"], told["routes"]
    assert now["locked"] == 2  # the second stop is being driven to
    assert now["stops"][0] == was["stops"][0]
    assert now["stops"][1]["departure"] >= was["stops"][1]["departure"] + 3000
    assert now["end"] > was["end"]
    assert told["holds"]


@desks.ON_SQLITE
def test_a_vehicle_that_has_not_left_leaves_no_earlier_than_now(
    app: Flask,
    clock: ManualClock,
    browser: Browser,
    running: Desk,
) -> None:
    with app.app_context(), transaction():
        kept_one = kept_plan(running.plan)
        ((route_id, _),) = kept_one.routes
        second = trace.stops_of(route_id)[1]
        second.phase = StopPhase.PLANNED.value
    clock.advance(3600)
    told = send(browser, at(running, "/try"), {"hand": hand(running, (0,), (1,))}).get_json()
    other = next(route for route in told["routes"] if route["vehicle"] == running.vans[1])
    assert kept_one.problem.origin is not None
    assert kept_one.problem.origin + timedelta(seconds=other["departure"]) >= clock.now()


@desks.ON_SQLITE
def test_a_search_gives_no_vehicle_on_the_road_what_lies_at_the_depot_unless_a_person_did(
    app: Flask, browser: Browser, running: Desk
) -> None:
    with app.app_context(), reading():
        kept_one = kept_plan(running.plan)
        (begun,) = under_way(kept_one)
        assert begun.aboard == running.day.orders
        problem = with_begun(kept_one.problem, (begun,))
        now = context().clock.now()
        some = on_the_road(problem, Hand((HandRoute(running.vans[0], running.day.orders[:1]),)), (begun,), now)
        assert some.locks[0].aboard == tuple(sorted(running.day.orders))
        nothing = on_the_road(problem, Hand(()), (replace(begun, aboard=()),), now)
        assert nothing.locks[0].aboard == ()


def test_both_drivers_are_told_of_goods_that_change_vehicles_on_the_road(
    app: Flask, browser: Browser, running: Desk
) -> None:
    """The second stop is not being driven to yet: it goes to the other van, while its goods ride on the first."""
    (route_id,) = routes_of(app, running.plan).values()
    with app.app_context(), transaction():
        second = trace.stops_of(route_id)[1]
        second.phase = StopPhase.PLANNED.value
        for line in trace.lines_of(second.stop_id):
            line.loaded = line.quantity
    made = kept(browser, running, hand(running, (0,), (1,)))
    ids = routes_of(app, made.plan)
    for _again in range(2):
        assert publish_all(browser, made, ids).status_code == 200
    with app.app_context(), reading():
        (to_taking,) = publish.messages_of(ids[running.vans[1]])
        (to_giving,) = publish.messages_of(route_id)
        assert "N-2 在 京A·12345 车上" in to_taking.text
        assert "N-2: Jing A 2 delivers them" in to_giving.text


# a breakdown -----------------------------------------------------------------------------------------------------------


def broke_down(browser: Browser, on: Desk, van: int = 0, **more: str) -> str:
    """The first van broke down; returns what the desk says."""
    form = {"vehicle": on.vans[van], "reason": "发动机故障", **more}
    answer = browser.post(f"/planning/plans/{on.plan}/breakdown", form)
    assert answer.status_code == 303
    return browser.get(answer.location).text


@desks.ON_SQLITE
def test_after_a_breakdown_the_rest_is_fetched_where_the_vehicle_stands(
    app: Flask,
    clock: ManualClock,
    browser: Browser,
    running: Desk,
) -> None:
    text = broke_down(browser, running, place="39.906, 116.41")
    assert "京A·12345 于" in text
    assert "发动机故障" in text
    assert "data-replan" in text
    told = shown(browser, running)
    first, second = running.day.orders
    assert orders_of(told) == {running.vans[0]: [[first]]}
    (left,) = told["off"]
    assert left["order"] == second
    assert "在发生故障的车上" in left["reason"]
    address, search = replanned(browser, running)
    assert search["state"] == "done", search
    assert {(one["what"], *one["notes"]) for one in search["changes"]} == {
        ("added", "接货 N-2"),
        ("added", "N-2"),
    }
    made = taken(browser, running, address)
    with app.app_context(), reading():
        plan = kept_plan(made.plan)
        routes = {route.vehicle: route for route in plan.plan.routes}
        assert routes[running.vans[1]].stops[0].site == roadside(running.vans[0])
        assert plan.problem.origin is not None
        fetched = routes[running.vans[1]].stops[0]
        assert plan.problem.origin + timedelta(seconds=fetched.start) >= clock.now()
        assert routes[running.vans[0]].end_depot == roadside(running.vans[0])
    after = shown(browser, made)
    assert after["holds"]
    assert orders_of(after)[running.vans[1]] == [["\x1f" + second], [second]]
    page = browser.get(f"/planning/plans/{made.plan}").text
    assert "京A·12345 停车处" in page
    assert "接货 N-2" in page


def test_both_handhelds_get_what_came_of_a_breakdown(
    app: Flask,
    clock: ManualClock,
    browser: Browser,
    running: Desk,
) -> None:
    broke_down(browser, running, place="39.906, 116.41")
    address, _ = replanned(browser, running)
    made = taken(browser, running, address)
    ids = routes_of(app, made.plan)
    for _again in range(2):  # publishing twice says nothing twice
        assert publish_all(browser, made, ids).status_code == 200
    stays, goes = (work_of(app, device) for device in running.devices)
    assert [note.id for stop in stays.stops for note in stop.consignments] == [running.day.orders[0]]
    assert [note.id for stop in goes.stops for note in stop.consignments] == [running.day.orders[1]]
    assert goes.track[1].lat == pytest.approx(39.906)
    assert stays.track[-1].lat == pytest.approx(39.906)
    assert goes.stops[0].leg_distance > 0
    with app.app_context(), reading():
        (to_taking,) = publish.messages_of(goes.id)
        (to_waiting,) = publish.messages_of(stays.id)
        assert "39.90600, 116.41000" in to_taking.text
        assert "N-2" in to_taking.text
        assert "京A·2" in to_waiting.text
        assert [orders.order(name).route_id for name in running.day.orders] == [stays.id, goes.id]


@desks.ON_SQLITE
def test_what_was_fetched_stays_with_who_drives_to_its_receiver(
    app: Flask,
    clock: ManualClock,
    browser: Browser,
    running: Desk,
) -> None:
    broke_down(browser, running, place="39.906, 116.41")
    address, _ = replanned(browser, running)
    made = taken(browser, running, address)
    ids = routes_of(app, made.plan)
    publish_all(browser, made, ids)
    with app.app_context():
        project()
        with transaction():
            route = trace.route(ids[running.vans[1]])
            assert route is not None
            route.phase, route.departed = Phase.DEPARTED.value, clock.now()
            trace.stops_of(route.route_id)[0].phase = "on_the_way"
    told = shown(browser, made)
    locked = {route["vehicle"]: route["locked"] for route in told["routes"]}
    assert locked[running.vans[1]] == 2  # where it is fetched, and where it goes
    off = {**told["hand"], "routes": told["hand"]["routes"][:1], "off": [running.day.orders[1]]}
    answer = send(browser, at(made, "/try"), {"hand": off})
    assert answer.get_json()["problem"]["number"] == 6626


def test_a_breakdown_is_on_the_trail_and_can_be_taken_back_before_a_plan_was_made_with_it(
    app: Flask,
    browser: Browser,
    running: Desk,
) -> None:
    broke_down(browser, running, place="39.906, 116.41")
    with app.app_context(), reading():
        (entry,) = audit.entries(tag=audit.Tag.VEHICLE_BROKE_DOWN)
        assert (entry.by, entry.subject, entry.changes["reason"][1]) == ("li", "京A·12345", "发动机故障")
        (one,) = troubles.troubles_of(running.plan)
    assert "已经停运" in broke_down(browser, running, place="39.906, 116.41")
    assert browser.post(f"/planning/troubles/{one.id}/withdraw").status_code == 303
    assert len(orders_of(shown(browser, running))[running.vans[0]]) == 2
    with app.app_context(), reading():
        assert audit.entries(tag=audit.Tag.TROUBLE_WITHDRAWN)
        assert troubles.troubles_of(running.plan) == []
    broke_down(browser, running, place="39.906, 116.41")
    address, _ = replanned(browser, running)
    with app.app_context(), reading():
        (one,) = troubles.troubles_of(running.plan)
    taken(browser, running, address)
    assert "6664" in browser.post(f"/planning/troubles/{one.id}/withdraw").text


@desks.ON_SQLITE
def test_a_draft_that_was_saved_with_a_breakdown_opens_when_that_is_taken_back(
    app: Flask, browser: Browser, running: Desk
) -> None:
    broke_down(browser, running, place="39.906, 116.41")
    now = shown(browser, running)
    second = running.day.orders[1]
    other = {"vehicle": running.vans[1], "orders": [second], "driver": running.drivers[1], "locked": 0}
    moved = {"routes": [*now["hand"]["routes"], other], "off": []}
    told = send(browser, at(running, "/draft"), {"hand": moved, "seen": 0}).get_json()
    assert orders_of(told)[running.vans[1]] == [["\x1f" + second], [second]]
    with app.app_context(), reading():
        (one,) = troubles.troubles_of(running.plan)
    browser.post(f"/planning/troubles/{one.id}/withdraw")
    assert orders_of(shown(browser, running))[running.vans[1]] == [[second]]


def test_a_proposal_that_the_day_has_overtaken_is_not_taken(
    app: Flask, clock: ManualClock, browser: Browser, running: Desk
) -> None:
    broke_down(browser, running, place="39.906, 116.41")
    address, _ = replanned(browser, running)
    clock.advance(600)
    answer = send(browser, f"{address}/accept", {})
    assert answer.status_code == 200  # ten minutes are reckoned with
    again = replace(running, plan=answer.get_json()["location"].split("/")[-2])
    address, _ = replanned(browser, again)
    clock.advance(9 * 3600)
    assert send(browser, f"{address}/accept", {}).get_json()["problem"]["number"] == 6665


@desks.ON_SQLITE
def test_a_vehicle_breaks_down_where_its_handheld_is_or_where_somebody_says(
    app: Flask,
    browser: Browser,
    running: Desk,
) -> None:
    assert "位置未知" in broke_down(browser, running)
    assert "#5007" in broke_down(browser, running, place="somewhere")
    assert "#5007" in broke_down(browser, running, place="39.906, 116.41", reason="?")
    assert "#5007" in broke_down(browser, running, place="39.906, 116.41", at="nine")
    assert "#6661" in broke_down(browser, running, place="39.906, 116.41", at="23:59")
    with app.app_context(), transaction():
        route = trace.route(kept_plan(running.plan).routes[0][0])
        assert route is not None
        route.lat, route.lon, route.position_at = 39.9, 116.4, route.departed
    broke_down(browser, running)
    with app.app_context(), reading():
        (one,) = troubles.troubles_of(running.plan)
        assert one.position is not None
        assert (one.position.lat, one.position.lon) == (39.9, 116.4)


@desks.ON_SQLITE
def test_a_vehicle_that_breaks_down_in_the_depot_leaves_its_goods_there(
    app: Flask,
    clock: ManualClock,
    browser: Browser,
    desk: Desk,
) -> None:
    clock.jump((instant(6) - clock.now()).total_seconds())
    broke_down(browser, desk, place="39.795, 116.506")
    told = shown(browser, desk)
    assert orders_of(told) == {desk.vans[1]: [[desk.day.orders[1]]]}
    address, _ = replanned(browser, desk)
    made = taken(browser, desk, address)
    carried = orders_of(shown(browser, made))[desk.vans[1]]
    assert sorted(name for stop in carried for name in stop) == sorted(desk.day.orders)


# a site that is closed -------------------------------------------------------------------------------------------------


def closed(browser: Browser, on: Desk, site: str, **more: str) -> str:
    answer = browser.post(f"/planning/plans/{on.plan}/closed", {"site": site, "reason": "停水停电", **more})
    assert answer.status_code == 303
    return browser.get(answer.location).text


def test_a_closed_site_is_left_out_and_its_order_returns_to_open(
    app: Flask,
    browser: Browser,
    running: Desk,
) -> None:
    """It is being driven to: that is no reason to go on."""
    assert "当日不再收货" in closed(browser, running, running.day.fleet.tongren)
    first, second = running.day.orders
    told = shown(browser, running)
    assert orders_of(told) == {running.vans[0]: [[first]]}
    assert [(left["order"], "已关闭" in left["reason"]) for left in told["off"]] == [(second, True)]
    address, search = replanned(browser, running)
    assert search["off"] == [1, 1]
    made = taken(browser, running, address)
    assert [("已关闭" in left["reason"]) for left in shown(browser, made)["off"]] == [True]
    assert publish_all(browser, made, routes_of(app, made.plan), (0,)).status_code == 200
    given = work_of(app, running.devices[0])
    assert (given.version, len(given.stops)) == (2, 1)
    with app.app_context(), reading():
        assert orders.order(second).state is OrderState.OPEN
        (entry,) = audit.entries(tag=audit.Tag.SITE_CLOSED)
        assert (entry.by, entry.changes["reason"][1]) == ("li", "停水停电")


@desks.ON_SQLITE
def test_a_site_that_opens_again_is_visited_in_what_is_left_of_its_hours(
    app: Flask,
    browser: Browser,
    running: Desk,
) -> None:
    assert "关闭至 14:00" in closed(browser, running, running.day.fleet.tongren, until="14:00")
    told = shown(browser, running)
    (route,) = told["routes"]
    assert kept_plan_clock(app, running, route["stops"][1]["start"]) == instant(14)
    assert told["holds"]  # there is time enough: it waits
    address, _ = replanned(browser, running)
    made = taken(browser, running, address)
    with app.app_context(), reading():
        stop = kept_plan(made.plan).plan.routes[0].stops[1]
        assert stop.site.endswith(CLOSED)
    assert publish_all(browser, made, routes_of(app, made.plan), (0,)).status_code == 200
    assert work_of(app, running.devices[0]).stops[1].planned_arrival <= instant(14)


def kept_plan_clock(app: Flask, on: Desk, seconds: int) -> datetime:
    with app.app_context(), reading():
        origin = kept_plan(on.plan).problem.origin
        assert origin is not None
        return origin + timedelta(seconds=seconds)


@desks.ON_SQLITE
def test_what_cannot_be_closed_is_refused(app: Flask, browser: Browser, running: Desk) -> None:
    fleet = running.day.fleet
    assert "#5003" in closed(browser, running, "nowhere")
    assert "#5003" in closed(browser, running, fleet.depot)
    assert "#6661" in closed(browser, running, fleet.tongren, until="08:00")
    closed(browser, running, fleet.tongren)
    assert "#6660" in closed(browser, running, fleet.tongren)


@desks.ON_SQLITE
def test_forms_are_in_both_languages_and_a_routes_page_leads_to_them(
    app: Flask,
    browser: Browser,
    running: Desk,
) -> None:
    (route_id,) = routes_of(app, running.plan).values()
    page = browser.get(f"/planning/routes/{route_id}").text
    assert f"/planning/plans/{running.plan}/desk?trouble=breakdown" in page.replace("&amp;", "&")
    page = browser.get(at(running) + f"?trouble=breakdown&vehicle={running.vans[0]}").text
    assert 'data-trouble="breakdown"' in page
    assert "登记并重新排线" in page
    browser.post("/language", {"language": "en", "next": at(running)})
    assert "Record and plan again" in browser.get(at(running)).text
