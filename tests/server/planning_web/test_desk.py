"""The desk's pages: a draft is saved with every move, what breaks stays a draft, what holds becomes the next plan, and its
routes go out as the next versions of what handhelds have."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import structs
from werkzeug.test import TestResponse

from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.db import db
from server.fleet import operations as fleet
from server.fleet.schemas import ContainerData, DriverData, VehicleData
from server.orders import operations as orders
from server.planning import drafts, publish, searches
from server.planning.day import day_problem
from server.planning.desk import evaluate
from server.planning.desk_view import DESKS
from server.planning.hand import Hand, HandRoute
from server.planning.keeping import keep_plan, kept_matrices, kept_plan, kept_plans, planned_route, published_before
from server.planning.models import PlanSearch
from server.planning.operations import measure
from server.planning.plan import Cost, Plan
from server.trace import operations as trace
from server.transaction import reading, transaction
from shared import problems
from shared.clock import ManualClock
from shared.custody.journey import StopPhase
from shared.errors import Refused
from shared.work import ContainerKind, Name
from tests.server.accounts.browsing import Browser, person
from tests.server.fleet.samples import BY, PIN
from tests.server.planning_web.samples import DAY, Day, choice, enrol, enter_day, keep
from tests.server.planning_web.waiting import waited
from tests.server.store import project

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database has a part in."""


@dataclass(frozen=True)
class Desk:
    """A plan of the sample day on two vans: N-1 on the first, N-2 on the second."""

    day: Day
    plan: str
    vans: tuple[str, str]
    drivers: tuple[str, str]
    devices: tuple[str, str]


def second_van(day: Day) -> tuple[str, str]:
    """Another van like the first, and its driver."""
    with transaction():
        user, _ = accounts.add_user(name="driver.li", role=Role.DRIVER, display=Name("李师傅", "Li"), by=BY)
        accounts.set_pin(user.id, PIN, by=BY)
        van = fleet.add_vehicle(VehicleData(day.fleet.carrier, Name("京A·2", "Jing A 2"), capacity=400), by=BY)
        for code, low, high in (("8003-3", 2.0, 8.0), ("8003-4", 10.0, 30.0)):
            name = Name("厢", "Room")
            fleet.add_container(ContainerData(ContainerKind.COMPARTMENT, name, code, low, high, 9.0, 300, van), by=BY)
        driver = fleet.add_driver(DriverData(day.fleet.carrier, user.id, Name("李师傅", "Li")), by=BY)
    return van, driver


@pytest.fixture
def desk(app: Flask) -> Desk:
    with app.app_context():
        person("li", Role.DISPATCHER)
        day = enter_day()
        van, driver = second_van(day)
        with reading():
            both = {"vehicle_ids": (day.fleet.vehicle, van), "driver_ids": (day.fleet.driver, driver)}
            chosen = replace(choice(day), **both)
            problem = measure(day_problem(chosen))
        hand = Hand(
            (
                HandRoute(day.fleet.vehicle, day.orders[:1], day.fleet.driver),
                HandRoute(van, day.orders[1:], driver),
            )
        )
        nothing = Plan(problem.name, "", True, (), (), Cost(), 0.1, 0, "by hand")
        draft = evaluate(problem, nothing, hand)
        assert draft.holds
        with transaction():
            plan = keep_plan(problem, draft.plan, day=DAY, by=BY)
        return Desk(day, plan, (day.fleet.vehicle, van), (day.fleet.driver, driver), (day.device, enrol()))


@pytest.fixture
def browser(desk: Desk, client: FlaskClient) -> Browser:
    browser = Browser(client)
    browser.sign_in("li")
    browser.get(f"/planning/plans/{desk.plan}/desk")
    return browser


def send(browser: Browser, path: str, body: object) -> TestResponse:
    headers = {"X-CSRFToken": browser.token, "Accept": "application/json"}
    return browser.client.post(path, json=body, headers=headers)


def hand(desk: Desk, first: tuple[int, ...], second: tuple[int, ...], off: tuple[int, ...] = ()) -> dict[str, Any]:
    """The sample orders (0 and 1) on the two vans."""
    names = desk.day.orders
    routes = [
        {"vehicle": van, "orders": [names[i] for i in some], "driver": driver, "locked": 0}
        for van, driver, some in zip(desk.vans, desk.drivers, (first, second), strict=True)
        if some
    ]
    return {"routes": routes, "off": [names[i] for i in off]}


def state(page: TestResponse) -> dict[str, Any]:
    text = page.text.split('id="desk-state">')[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found


def at(desk: Desk, what: str = "") -> str:
    return f"/planning/plans/{desk.plan}/desk{what}"


def number(answer: TestResponse) -> int:
    told: int = answer.get_json()["problem"]["number"]
    return told


def test_the_page_has_the_plan_and_every_name_in_both_languages(browser: Browser, desk: Desk) -> None:
    page = browser.get(at(desk))
    assert page.status_code == 200
    for text in ("排线台", "N-1", "北京协和医院", "京A·12345", "王师傅"):
        assert text in page.text or json.dumps(text)[1:-1] in page.text
    shown = state(page)
    assert (shown["moved"], shown["holds"], shown["seen"], shown["changes"]) == (False, True, 0, [])
    browser.post("/language", {"language": "en", "next": at(desk)})
    page = browser.get(at(desk))
    assert "Planning desk" in page.text
    assert "Peking Union Hospital" in page.text


def test_a_try_is_answered_and_not_saved(app: Flask, browser: Browser, desk: Desk) -> None:
    told = send(browser, at(desk, "/try"), {"hand": hand(desk, (0, 1), ())}).get_json()
    assert (told["moved"], told["totals"]["routes"]) == (True, 1)
    (change,) = [one for one in told["changes"] if one["what"] == "moved"]
    assert (change["notes"], change["before"]["vehicle"], change["after"]["vehicle"]) == (["N-2"], "京A·2", "京A·12345")
    with app.app_context(), reading():
        assert drafts.draft_of(desk.plan) is None


def test_a_move_is_saved_as_a_draft_and_is_there_again(app: Flask, browser: Browser, desk: Desk) -> None:
    told = send(browser, at(desk, "/draft"), {"hand": hand(desk, (1, 0), ()), "seen": 0}).get_json()
    assert told["seen"] == 1
    shown = state(browser.get(at(desk)))
    assert (shown["seen"], shown["hand"], shown["moved"]) == (1, told["hand"], True)
    send(browser, at(desk, "/draft"), {"hand": hand(desk, (0,), (1,)), "seen": 1})
    with app.app_context(), reading():
        saved = drafts.draft_of(desk.plan)
        assert saved is not None
        assert (saved.version, saved.saved_by) == (2, "li")
    browser.get(at(desk))
    assert browser.post(at(desk, "/discard")).status_code == 303
    assert state(browser.get(at(desk)))["seen"] == 0
    assert browser.post(at(desk, "/discard")).status_code == 303


def test_a_process_that_never_showed_the_desk_answers_all_the_same(app: Flask, browser: Browser, desk: Desk) -> None:
    """Any web process may be asked; and one holds a few desks only."""
    for what in ("/try", "/draft", "/keep"):
        app.extensions["handover.desks"].clear()
        seen = 1 if what == "/keep" else 0
        assert send(browser, at(desk, what), {"hand": hand(desk, (0, 1), ()), "seen": seen}).status_code == 200
    for _ in range(DESKS + 1):
        with app.app_context():
            keep(desk.day)
    with app.app_context(), reading():
        plans = [one.id for one in kept_plans()]
    for plan in plans:
        browser.get(f"/planning/plans/{plan}/desk")
    assert len(app.extensions["handover.desks"]) == DESKS


def test_nobodys_moves_are_overwritten_unseen(browser: Browser, desk: Desk) -> None:
    send(browser, at(desk, "/draft"), {"hand": hand(desk, (1, 0), ()), "seen": 0})
    for what in ("/draft", "/keep"):
        assert number(send(browser, at(desk, what), {"hand": hand(desk, (0, 1), ()), "seen": 0})) == 6622


def test_what_is_no_arrangement_is_refused_with_its_number(browser: Browser, desk: Desk) -> None:
    for body in ({"hand": {"routes": []}}, {"hand": 1}, {}):
        assert number(send(browser, at(desk, "/try"), body)) == 6620


def hurried(app: Flask, desk: Desk) -> Desk:
    """The same day with sites that receive for five minutes only: two of them behind each other cannot both be in time."""
    with app.app_context(), transaction():
        one = kept_plan(desk.plan)
        sites = tuple(
            structs.replace(site, windows=tuple(structs.replace(w, end=w.start + 300) for w in site.windows[:1]))
            for site in one.problem.sites
        )
        problem = structs.replace(one.problem, sites=sites, matrices=kept_matrices(desk.plan))
        return replace(desk, plan=keep_plan(problem, one.plan, day=DAY, by=BY))


@ON_SQLITE
def test_what_breaks_a_promise_is_a_draft_and_never_a_plan(app: Flask, browser: Browser, desk: Desk) -> None:
    desk = hurried(app, desk)
    browser.get(at(desk))
    late = hand(desk, (0, 1), ())
    told = send(browser, at(desk, "/draft"), {"hand": late, "seen": 0}).get_json()
    assert not told["holds"]
    (route,) = told["routes"]
    reasons = [text for stop in route["stops"] for text in stop["broken"]]
    assert any(text.startswith("#6601") and "晚" in text for text in reasons)
    assert number(send(browser, at(desk, "/keep"), {"hand": late, "seen": 1})) == 6003
    with app.app_context(), reading():
        assert kept_plan(desk.plan).successor is None


def kept(browser: Browser, desk: Desk, moved: dict[str, Any], seen: int = 0) -> Desk:
    """The desk of the plan that a move was kept as."""
    answer = send(browser, at(desk, "/keep"), {"hand": moved, "seen": seen})
    assert answer.status_code == 200, answer.text
    location: str = answer.get_json()["location"]
    made = replace(desk, plan=location.split("/")[-2])
    assert browser.get(location).status_code == 200
    return made


def routes_of(app: Flask, plan: str) -> dict[str, str]:
    """Route ids of a plan by vehicle."""
    with app.app_context(), reading():
        return {route.vehicle: route_id for route_id, route in kept_plan(plan).routes}


def publish_all(browser: Browser, desk: Desk, ids: dict[str, str], vans: tuple[int, ...] = (0, 1)) -> TestResponse:
    wanted = {ids[desk.vans[i]]: desk.devices[i] for i in vans}
    return send(browser, at(desk, "/publish"), {"routes": wanted})


def work_of(app: Flask, device: str) -> publish.Route:
    with app.app_context(), reading():
        work = publish.current_work(device)
        assert work is not None
        assert work.route is not None
        return work.route


def test_what_holds_becomes_a_plan_in_the_place_of_the_other(app: Flask, browser: Browser, desk: Desk) -> None:
    send(browser, at(desk, "/draft"), {"hand": hand(desk, (0, 1), ()), "seen": 0})
    made = kept(browser, desk, hand(desk, (0, 1), ()), seen=1)
    with app.app_context(), reading():
        old, new = kept_plan(desk.plan), kept_plan(made.plan)
        assert (old.successor, new.predecessor, new.successor) == (made.plan, desk.plan, None)
        assert new.plan.engine == "by hand, desk"
        assert kept_matrices(made.plan) == kept_matrices(desk.plan)
        assert drafts.draft_of(desk.plan) is None
    page = browser.get(at(desk))
    assert made.plan in page.text  # the old one leads to the new one, and can only be looked at
    assert "data-read-only" in page.text
    assert "data-read-only" not in browser.get(at(made)).text
    assert made.plan in browser.get(f"/planning/plans/{desk.plan}").text
    for what in ("/draft", "/keep", "/replan", "/publish"):
        body = {"hand": hand(desk, (0, 1), ()), "seen": 0, "routes": {}}
        assert number(send(browser, at(desk, what), body)) == 6621


def test_a_route_that_was_published_keeps_its_id_and_goes_out_as_its_next_version(
    app: Flask, browser: Browser, desk: Desk
) -> None:
    ids = routes_of(app, desk.plan)
    assert publish_all(browser, desk, ids, (0,)).status_code == 200
    assert work_of(app, desk.devices[0]).version == 1
    made = kept(browser, desk, hand(desk, (1, 0), ()))
    again = routes_of(app, made.plan)
    assert again == {desk.vans[0]: ids[desk.vans[0]]}
    with app.app_context(), reading():
        newest, route = planned_route(ids[desk.vans[0]])
        assert (newest.id, len(route.stops)) == (made.plan, 2)
    assert publish_all(browser, made, again, (0,)).status_code == 200
    given = work_of(app, desk.devices[0])
    assert (given.id, given.version) == (ids[desk.vans[0]], 2)
    assert [note.id for stop in given.stops for note in stop.consignments] == [desk.day.orders[1], desk.day.orders[0]]
    page = browser.get(at(made))
    assert '"current": true' in page.text
    assert '"version": 2' in page.text


def test_a_route_that_was_never_published_gets_an_id_of_its_own(app: Flask, browser: Browser, desk: Desk) -> None:
    made = kept(browser, desk, hand(desk, (1,), (0,)))
    assert not set(routes_of(app, desk.plan).values()) & set(routes_of(app, made.plan).values())


def test_two_published_routes_exchange_their_goods_when_they_go_out_together(
    app: Flask, browser: Browser, desk: Desk
) -> None:
    ids = routes_of(app, desk.plan)
    publish_all(browser, desk, ids)
    made = kept(browser, desk, hand(desk, (1,), (0,)))
    assert number(publish_all(browser, made, ids, (0,))) == 5201  # the other handheld still has them on its list
    assert publish_all(browser, made, ids).status_code == 200
    for device, order in zip(desk.devices, reversed(desk.day.orders), strict=True):
        route = work_of(app, device)
        assert (route.version, [note.id for stop in route.stops for note in stop.consignments]) == (2, [order])
    with app.app_context(), reading():
        assert [orders.order(name).route_id for name in desk.day.orders] == [ids[van] for van in reversed(desk.vans)]


def test_a_published_route_that_lost_its_stops_is_told_and_found_again_when_it_gets_some(
    app: Flask, browser: Browser, desk: Desk
) -> None:
    ids = routes_of(app, desk.plan)
    publish_all(browser, desk, ids)
    made = kept(browser, desk, hand(desk, (0, 1), ()))
    assert "京A·2" in browser.get(at(made)).text.split('role="alert"')[1].split("</div>")[0]
    back = kept(browser, made, hand(desk, (0,), (1,)))
    assert routes_of(app, back.plan) == ids
    with app.app_context(), reading():
        assert dict(published_before(back.plan)) == {route_id: van for van, route_id in ids.items()}


def test_only_routes_of_the_plan_are_published_from_its_desk(app: Flask, browser: Browser, desk: Desk) -> None:
    assert number(send(browser, at(desk, "/publish"), {"routes": {"R-0": desk.devices[0]}})) == 5003


def visited(app: Flask, route_id: str, number: int) -> None:
    """A stop is over, as the views tell it."""
    with app.app_context():
        project()
        with transaction():
            row = next(row for row in trace.stops_of(route_id) if row.number == number)
            row.phase = StopPhase.LEFT.value


def test_what_was_visited_stays_where_it_is_and_the_vehicle_has_left(app: Flask, browser: Browser, desk: Desk) -> None:
    both = kept(browser, desk, hand(desk, (0, 1), ()))
    ids = routes_of(app, both.plan)
    publish_all(browser, both, ids, (0,))
    visited(app, ids[desk.vans[0]], 1)
    shown = state(browser.get(at(both)))
    assert shown["routes"][0]["locked"] == 1
    for moved in (hand(desk, (1, 0), ()), hand(desk, (1,), (0,)), hand(desk, (), (1,), (0,))):
        answer = send(browser, at(both, "/draft"), {"hand": moved, "seen": 0})
        assert number(answer) == 6626
        assert "N-1" in answer.get_json()["text"]
    told = send(browser, at(both, "/draft"), {"hand": hand(desk, (0,), (1,)), "seen": 0}).get_json()
    assert told["routes"][0]["locked"] == 1
    assert told["routes"][0]["departure"] == shown["routes"][0]["departure"]
    made = kept(browser, both, hand(desk, (0,), (1,)), seen=1)
    with app.app_context(), reading():
        (lock,) = kept_plan(made.plan).problem.locks
        assert (lock.vehicle, lock.orders, lock.departure) == (
            desk.vans[0],
            desk.day.orders[:1],
            shown["routes"][0]["departure"],
        )


def test_a_search_that_was_overtaken_by_the_road_is_not_taken(app: Flask, browser: Browser, desk: Desk) -> None:
    ids = routes_of(app, desk.plan)
    publish_all(browser, desk, ids, (0,))
    moved = hand(desk, (0,), (1,))
    moved["routes"][1]["locked"] = 1
    address, told = replanned(browser, desk, moved)
    assert told["routes"] == [2, 1]  # the first van is not needed any more
    visited(app, ids[desk.vans[0]], 1)
    assert number(send(browser, f"{address}/accept", {})) == 6626


# searches --------------------------------------------------------------------------------------------------------------


def replanned(browser: Browser, desk: Desk, moved: dict[str, Any], seconds: int = 1) -> tuple[str, dict[str, Any]]:
    answer = send(browser, at(desk, "/replan"), {"hand": moved, "seen": 0, "seconds": seconds})
    assert answer.status_code == 200, answer.text
    address: str = answer.get_json()["search"]
    return address, waited(browser, address)


def test_the_rest_is_planned_again_and_taken(app: Flask, browser: Browser, desk: Desk) -> None:
    """Two vans for two notes are one too many: the search finds that, and says which stop goes where."""
    moved = hand(desk, (0,), (1,))
    moved["routes"][1]["locked"] = 1
    address, told = replanned(browser, desk, moved)
    assert told["state"] == "done"
    assert told["routes"] == [2, 1]
    (change,) = [one for one in told["changes"] if one["what"] == "moved"]
    assert (change["before"]["vehicle"], change["after"]["vehicle"]) == ("京A·12345", "京A·2")
    assert change["after"]["number"] == 2  # behind what is locked
    location = send(browser, f"{address}/accept", {}).get_json()["location"]
    plan = location.split("/")[-2]
    with app.app_context(), reading():
        made = kept_plan(plan)
        assert made.predecessor == desk.plan
        assert [lock.orders for lock in made.problem.locks] == [desk.day.orders[1:]]
    assert state(browser.get(location))["routes"][0]["locked"] == 1
    assert number(send(browser, f"{address}/accept", {})) == 6624  # taken already


@ON_SQLITE
@pytest.mark.parametrize("seconds", [0, 121])
def test_a_search_has_bounds(browser: Browser, desk: Desk, seconds: int) -> None:
    answer = send(browser, at(desk, "/replan"), {"hand": hand(desk, (0,), (1,)), "seconds": seconds})
    assert number(answer) == 5007


@ON_SQLITE
def test_the_best_so_far_is_taken_when_somebody_asks(browser: Browser, desk: Desk) -> None:
    moved = hand(desk, (0,), (1,))
    answer = send(browser, at(desk, "/replan"), {"hand": moved, "seen": 0, "seconds": 100})
    address = answer.get_json()["search"]
    assert browser.get(address, Accept="application/json").get_json()["state"] == "running"
    assert send(browser, f"{address}/stop", {}).status_code == 200
    told = waited(browser, address)
    assert (told["state"], told["stopping"]) == ("done", True)
    assert told["progress"]["seconds"] < 60


@ON_SQLITE
def test_a_page_waits_for_a_search_and_its_button_stops_it(browser: Browser, desk: Desk) -> None:
    answer = send(browser, at(desk, "/replan"), {"hand": hand(desk, (0,), (1,)), "seen": 0, "seconds": 100})
    address = answer.get_json()["search"]
    assert 'id="searching"' in browser.get(address, Accept="text/html").text
    assert browser.post(f"{address}/stop", Accept="text/html").status_code == 303
    assert waited(browser, address)["state"] == "done"


def entered(app: Flask, seconds: int = 1) -> str:
    with app.app_context(), transaction():
        return searches.enter_search(day=DAY, seconds=seconds, by=BY)


@ON_SQLITE
def test_a_search_whose_process_is_gone_says_so(app: Flask, browser: Browser, desk: Desk, clock: ManualClock) -> None:
    search_id = entered(app)
    clock.advance(timedelta(minutes=2).total_seconds())
    assert waited_once(browser, search_id)["state"] == "running"
    clock.advance(timedelta(minutes=2).total_seconds())
    told = waited_once(browser, search_id)
    assert told["state"] == "refused"
    assert "#6623" in told["fault"]
    assert number(send(browser, f"/planning/searches/{search_id}/accept", {})) == 6624


def waited_once(browser: Browser, search_id: str) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"/planning/searches/{search_id}", Accept="application/json").get_json()
    return found


@ON_SQLITE
def test_a_search_that_breaks_tells_the_page_that_waits(app: Flask, browser: Browser, desk: Desk) -> None:
    """A problem that no planner takes: the thread has nobody to raise it to."""
    search_id = entered(app)
    with app.app_context(), reading():
        problem = kept_plan(desk.plan).problem
    searches.begin_search(app, search_id, structs.replace(problem, resolution="ten")).join(30)
    told = waited_once(browser, search_id)
    assert told["state"] == "refused"
    assert told["fault"] == Refused(problems.SERVER_FAILED, value=search_id).problem.text("zh")


@ON_SQLITE
def test_rows_of_searches_go_after_a_day(app: Flask, desk: Desk, clock: ManualClock) -> None:
    old = entered(app)
    clock.advance(timedelta(days=1, seconds=1).total_seconds())
    new = entered(app)
    with app.app_context(), reading():
        assert [row.id for row in db.session.query(PlanSearch)] == [new]
        with pytest.raises(Refused, check=lambda error: error.kind is problems.NOT_FOUND):
            searches.search(app, old)


@ON_SQLITE
def test_a_plan_that_was_kept_without_roads_is_measured_when_it_comes_on_the_desk(
    app: Flask, browser: Browser, desk: Desk
) -> None:
    """Its numbers were made up by hand: every route is worked out again."""
    with app.app_context():
        route_id = keep(desk.day)
        with reading():
            plan = planned_route(route_id)[0].id
    shown = state(browser.get(f"/planning/plans/{plan}/desk"))
    assert shown["routes"][0]["end"] != 34_200
    assert shown["moved"]


def test_the_desk_is_the_dispatchers_business(app: Flask, client: FlaskClient, desk: Desk) -> None:
    with app.app_context():
        person("zhao", Role.COMPLIANCE)
    browser = Browser(client)
    browser.sign_in("zhao")
    for path in (at(desk), "/planning/searches/x"):
        assert browser.get(path).status_code == 403


def test_a_search_that_finds_nothing_better_changes_nothing(browser: Browser, desk: Desk) -> None:
    """Both vans are locked whole: there is nothing left to plan, and the plan stays what it is."""
    moved = hand(desk, (0,), (1,))
    for route in moved["routes"]:
        route["locked"] = 1
    _, told = replanned(browser, desk, moved)
    assert (told["state"], told["changes"]) == ("done", [])
