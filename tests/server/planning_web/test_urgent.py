"""An urgent order at the dispatcher's pages: it comes while the day runs, is offered with what each choice costs and breaks, and
goes out as the next version of a route."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import structs
from werkzeug.test import TestResponse

from server.accounts.schemas import Role
from server.fleet import operations as fleet
from server.fleet.schemas import SiteData
from server.orders import operations as orders
from server.orders.schemas import Imported
from server.planning import publish
from server.planning.day import site_of_node
from server.planning.drafts import draft_of
from server.planning.keeping import kept_matrices, kept_plan, planned_route
from server.planning.problem import NO_ROAD, Matrix
from server.planning.sequences import RELOAD
from server.planning.troubles import enter_closure
from server.planning.urgent import ask, take
from server.planning.urgent_roads import with_site
from server.planning.urgent_view import key_of
from server.transaction import reading, transaction
from shared.clock import ManualClock
from shared.work import Name
from tests.server.accounts.browsing import Browser, person
from tests.server.fleet.samples import BY, WEEK
from tests.server.orders.samples import as_csv, row
from tests.server.planning_web.samples import DAY, keep
from tests.server.planning_web.test_desk import (
    ON_SQLITE,
    Desk,
    at,
    browser,
    desk,
    hand,
    kept,
    publish_all,
    routes_of,
    send,
    state,
    visited,
    work_of,
)

__all__ = ["browser", "desk"]
NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 at the depot, on the day."""


def comes(
    app: Flask, number: str = "N-9", receiver: str = "北京同仁医院", address: str = "东交民巷1号", **goods: str
) -> str:
    """A delivery note is imported; returns its id."""
    where = {"随货同行单号": number, "收货单位": receiver, "收货地址": address, "发货日期": DAY.isoformat()}
    note = row(**where, **({"数量": "2", "追溯码": "", "要求送达": ""} | goods))
    with app.app_context(), transaction():
        report = orders.import_orders(as_csv([note]), "late.csv", by=BY)
        assert isinstance(report, Imported)
        return report.consignments[0]


def page_of(browser: Browser, desk: Desk, order: str, more: str = "") -> str:
    answer = browser.get(f"/planning/plans/{desk.plan}/urgent/{order}{more}")
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def keys(page: str) -> list[str]:
    return re.findall(r'name="choice" value="(\w+)"', page)


def chosen(browser: Browser, desk: Desk, order: str, key: str) -> TestResponse:
    return browser.post(f"/planning/plans/{desk.plan}/urgent/{order}", {"choice": key})


def taken(browser: Browser, desk: Desk, order: str, key: str) -> Desk:
    answer = chosen(browser, desk, order, key)
    assert answer.status_code == 303, answer.text
    return replace(desk, plan=answer.location.split("/")[-2])


@pytest.fixture
def at_nine(desk: Desk, clock: ManualClock) -> Desk:
    clock.advance((NINE - clock.now()).total_seconds())
    return desk


def test_what_came_after_the_plan_waits_beside_it_and_says_who_can_take_it(
    app: Flask, browser: Browser, at_nine: Desk
) -> None:
    assert "加急单" in browser.get(at(at_nine)).text
    order = comes(app)
    listed = browser.get(f"/planning/plans/{at_nine.plan}/urgent")
    assert "N-9" in listed.text
    page = page_of(browser, at_nine, order)
    for text in (
        "加急：N-9 送 北京同仁医院",
        "与该院已有货物一并送达，第 1 站",
        "最后一站，第 1 站 北京协和医院 之后",
        "09:00",
    ):
        assert text in page
    browser.post("/language", {"language": "en", "next": "/"})
    page = page_of(browser, at_nine, order)
    for text in ("Urgent: N-9 to ", "last, after stop 1 ", "Nothing breaks.", "Leave it for later"):
        assert text in page


def test_whoever_hands_it_over_soonest_comes_first_where_that_is_asked_for(
    app: Flask, browser: Browser, at_nine: Desk
) -> None:
    order = comes(app)
    with app.app_context(), reading():
        choices = [one for one in ask(kept_plan(at_nine.plan), order, exact=60).choices.choices if one.holds]
    assert len({one.figures.handed for one in choices}) > 1
    soonest = min(choices, key=lambda one: (one.figures.handed, one.figures.cost))
    page = page_of(browser, at_nine, order, "?by=time")
    assert keys(page)[0] == key_of(soonest)
    assert page.index(">最快</span>") < page.index(keys(page)[0])


def test_the_board_leads_to_the_newest_plan_of_the_day(browser: Browser, at_nine: Desk) -> None:
    answer = browser.get(f"/planning/urgent?day={DAY.isoformat()}")
    assert answer.location.endswith(f"/planning/plans/{at_nine.plan}/urgent")
    assert browser.get("/planning/urgent?day=2020-01-01").status_code == 404


def test_a_choice_becomes_the_next_plan_and_goes_out_as_the_next_version(
    app: Flask, browser: Browser, at_nine: Desk
) -> None:
    """The van has not left: its route has a stop more, and keeps its id."""
    ids = routes_of(app, at_nine.plan)
    publish_all(browser, at_nine, ids)
    order = comes(app)
    page = page_of(browser, at_nine, order)
    made = taken(browser, at_nine, order, keys(page)[0])
    with app.app_context(), reading():
        plan = kept_plan(made.plan)
        assert plan.predecessor == at_nine.plan
        assert plan.plan.feasible
        assert plan.plan.engine.endswith("insertion")
        assert set(kept_matrices(made.plan)) == set(kept_matrices(at_nine.plan))
        vehicle = next(route.vehicle for route in plan.plan.routes if any(order in stop.orders for stop in route.stops))
    assert not state(browser.get(at(made)))["moved"]
    number = at_nine.vans.index(vehicle)
    assert publish_all(browser, made, routes_of(app, made.plan), (number,)).status_code == 200
    given = work_of(app, at_nine.devices[number])
    assert (given.version, order in {note.id for stop in given.stops for note in stop.consignments}) == (2, True)
    assert "N-9" not in browser.get(f"/planning/plans/{made.plan}/urgent").text


def test_a_van_that_has_left_is_called_back_and_its_driver_told(app: Flask, browser: Browser, at_nine: Desk) -> None:
    """It carries what was loaded: it can only come back for the order. The handheld has its stop, and a message says when."""
    both = kept(browser, at_nine, hand(at_nine, (0, 1), ()))
    ids = routes_of(app, both.plan)
    publish_all(browser, both, ids, (0,))
    visited(app, ids[both.vans[0]], 1)
    order = comes(app)
    with app.app_context():
        with reading():
            asked = ask(kept_plan(both.plan), order)
        own = [one for one in asked.choices.choices if one.vehicle == both.vans[0]]
        assert own
        assert all(one.returns for one in own)
        choice = next(one for one in own if one.holds)
        with transaction():
            made = replace(both, plan=take(asked, choice, by=BY))
        with reading():
            plan = kept_plan(made.plan)
            (again,) = (stop for stop in plan.plan.routes[0].stops if stop.reload)
    assert plan.problem.clock(again.start) >= "09:00"  # not before the order is there
    assert browser.get(at(made)).status_code == 200
    assert publish_all(browser, made, routes_of(app, made.plan), (0,)).status_code == 200
    given = work_of(app, made.devices[0])
    assert order in {note.id for stop in given.stops for note in stop.consignments}
    assert given.version == 2
    assert [stop.trip for stop in given.stops if order in {note.id for note in stop.consignments}] == [2]
    assert [reload.trip for reload in given.reloads] == [2]
    with app.app_context(), reading():
        (message,) = publish.messages_of(given.id)
    assert "N-9" in message.text
    assert "come back to" in message.text
    assert publish_all(browser, made, routes_of(app, made.plan), (0,)).status_code == 200
    with app.app_context(), reading():
        assert len(publish.messages_of(given.id)) == 1  # told once


@ON_SQLITE
def test_a_choice_that_breaks_something_is_a_draft_for_the_desk(
    app: Flask, browser: Browser, at_nine: Desk, clock: ManualClock
) -> None:
    """It comes a quarter of an hour before the hospitals close."""
    clock.advance(7.75 * 3600)
    browser.sign_in("li")
    order = comes(app)
    page = page_of(browser, at_nine, order)
    assert "text-success" not in page.split("</ol>")[0]
    assert "#6601" in page
    made = taken(browser, at_nine, order, keys(page)[0])
    shown = state(browser.get(at(made)))
    assert (shown["moved"], shown["holds"], shown["seen"]) == (True, False, 1)
    with app.app_context(), reading():
        (left,) = kept_plan(made.plan).plan.unserved
        assert (left.order, left.reason.number) == (order, 6390)
    assert "N-9" in browser.get(f"/planning/plans/{made.plan}/urgent").text  # it still waits
    refused = browser.get(f"/planning/plans/{made.plan}/urgent/{order}")
    assert "#6643" in refused.text


@ON_SQLITE
def test_nothing_is_put_into_a_plan_that_does_not_know_what_is_closed(
    app: Flask, browser: Browser, at_nine: Desk
) -> None:
    order = comes(app)
    with app.app_context(), transaction():
        plan = kept_plan(at_nine.plan)
        last = plan.plan.routes[-1].stops[-1]
        enter_closure(plan, site_of_node(last.site), until=None, reason="收货处停电", by=BY)
    assert "#6647" in browser.get(f"/planning/plans/{at_nine.plan}/urgent/{order}").text


@ON_SQLITE
def test_who_looked_too_long_chooses_again(app: Flask, browser: Browser, at_nine: Desk) -> None:
    order = comes(app)
    key = keys(page_of(browser, at_nine, order))[0]
    assert "#6645" in chosen(browser, at_nine, order, "0" * 24).text
    made = taken(browser, at_nine, order, key)
    assert "#6621" in chosen(browser, at_nine, order, key).text
    assert "#5201" in browser.get(f"/planning/plans/{made.plan}/urgent/{order}").text


@ON_SQLITE
def test_a_choice_that_breaks_something_on_a_return_is_a_draft_with_the_return(
    app: Flask, browser: Browser, at_nine: Desk, clock: ManualClock
) -> None:
    """The van is out, and it comes a quarter of an hour before the hospitals close."""
    both = kept(browser, at_nine, hand(at_nine, (0, 1), ()))
    ids = routes_of(app, both.plan)
    publish_all(browser, both, ids, (0,))
    visited(app, ids[both.vans[0]], 1)
    clock.advance(7.75 * 3600)
    order = comes(app)
    with app.app_context():
        with reading():
            asked = ask(kept_plan(both.plan), order)
        choice = next(one for one in asked.choices.choices if one.returns)
        assert not choice.holds
        with transaction():
            made = take(asked, choice, by=BY)
        with reading():
            saved = draft_of(made)
    assert saved is not None
    (route,) = (route for route in saved.hand.routes if route.vehicle == choice.vehicle)
    assert RELOAD in route.orders[: route.orders.index(order)]
    assert browser.get(at(replace(both, plan=made))).status_code == 200


@ON_SQLITE
def test_goods_of_another_zone_ride_where_the_vehicle_keeps_it(app: Flask, at_nine: Desk) -> None:
    """Nothing else of the day asks for room temperature alone, or for deep frost."""
    salt = {"药品通用名称": "氯化钠注射液", "GTIN": "06900000000069", "药品标识码": "8100006", "贮藏条件": "常温"}
    ice = {"药品通用名称": "冻干制剂", "GTIN": "06900000000045", "药品标识码": "8100004", "贮藏条件": "冷冻"}
    warm, frozen = comes(app, "N-7", **salt), comes(app, "N-6", **ice)
    with app.app_context():
        with reading():
            asked = ask(kept_plan(at_nine.plan), warm)
        assert asked.choices.choices[0].holds
        assert asked.choices.unable == ()
        with reading():
            asked = ask(kept_plan(at_nine.plan), frozen)
        assert asked.choices.choices == ()
        assert {one.problem.number for one in asked.choices.unable} == {6604}


@ON_SQLITE
def test_an_urgent_note_that_rides_alone_is_put_beside_nothing_else(app: Flask, at_nine: Desk) -> None:
    order = comes(app, 专车="是")
    with app.app_context(), reading():
        asked = ask(kept_plan(at_nine.plan), order, exact=60)
    assert next(one for one in asked.problem.orders if one.id == order).alone is not None
    together = [one for one in asked.choices.choices if one.holds and one.used]
    assert together == []


def test_a_plan_of_other_numbers_than_the_roads_is_worked_out_again(app: Flask, at_nine: Desk) -> None:
    """It was made by hand, and kept without roads."""
    order = comes(app)
    with app.app_context():
        route_id = keep(at_nine.day)
        with reading():
            asked = ask(planned_route(route_id)[0], order)
        assert asked.plan.routes[0].end != 34_200
        assert asked.choices.choices[0].holds


@ON_SQLITE
def test_a_place_nobody_was_sent_to_is_measured_by_the_plans_roads(app: Flask, browser: Browser, at_nine: Desk) -> None:
    with app.app_context(), transaction():
        fleet.add_site(
            SiteData(Name("新医院", "New Hospital"), "新路1号", 39.93, 116.42, service=300, hours=WEEK), by=BY
        )
    order = comes(app, "N-8", "新医院", "新路1号")
    page = page_of(browser, at_nine, order)
    assert "新医院" in page
    made = taken(browser, at_nine, order, keys(page)[0])
    with app.app_context(), reading():
        problem = kept_plan(made.plan).problem
        ((old,), (new,)) = kept_matrices(at_nine.plan).values(), kept_matrices(made.plan).values()
    assert len(new.distance) == len(problem.sites) == len(old.distance) + 1
    assert tuple(row[:-1] for row in new.distance[:-1]) == old.distance
    assert min(new.distance[-1][:-1]) > 0
    assert new.roads == old.roads


@ON_SQLITE
def test_a_second_node_of_a_place_is_as_far_from_all_as_the_first(app: Flask, at_nine: Desk) -> None:
    with app.app_context():
        with reading():
            one = kept_plan(at_nine.plan)
            problem = structs.replace(one.problem, matrices=kept_matrices(at_nine.plan))
        twin = structs.replace(problem.sites[1], id=f"{problem.sites[1].id}@1-2")
        wider = with_site(problem, twin)
        assert with_site(wider, twin) is wider
    (matrix,) = wider.matrices.values()
    for table in (matrix.distance, matrix.duration):
        assert (table[-1][1], table[1][-1], table[-1][-1]) == (0, 0, 0)
        assert table[-1][0] == table[1][0]
        assert table[0][-1] == table[0][1]
    assert isinstance(matrix, Matrix)
    assert NO_ROAD not in matrix.distance[-1]


@ON_SQLITE
def test_urgent_orders_are_the_dispatchers_business(app: Flask, client: FlaskClient, at_nine: Desk) -> None:
    with app.app_context():
        person("zhao", Role.COMPLIANCE)
    browser = Browser(client)
    browser.sign_in("zhao")
    assert browser.get(f"/planning/plans/{at_nine.plan}/urgent").status_code == 403
    assert send(browser, f"/planning/plans/{at_nine.plan}/urgent/x", {}).status_code == 403
