"""The pages of planning, from choosing a day to the override of a departure."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.accounts.schemas import Role
from server.fleet import operations as fleet
from server.fleet.schemas import QualificationData, Subject
from server.planning import publish
from server.planning.keeping import kept_plan, kept_plans
from server.planning.problem import Haste
from server.transaction import reading, transaction
from shared.work import Name
from tests.server.accounts.browsing import Browser, person, problems_on
from tests.server.fleet.samples import BY
from tests.server.planning_web.samples import DAY, Day, enter_day, keep
from tests.server.planning_web.waiting import found
from tests.server.store import project


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context():
        person("li", Role.DISPATCHER)
        return enter_day()


@pytest.fixture
def browser(day: Day, client: FlaskClient) -> Browser:
    browser = Browser(client)
    browser.sign_in("li")
    return browser


def form(entered: Day, **changes: object) -> dict[str, object]:
    return {
        "day": DAY.isoformat(),
        "depot": entered.fleet.depot,
        "start": "07:00",
        "end": "19:00",
        "seconds": "1",
        "vehicle": [entered.fleet.vehicle],
        "driver": [entered.fleet.driver],
        "order": list(entered.orders),
        **changes,
    }


def planned(browser: Browser, day: Day) -> TestResponse:
    """The page of a plan made by the real planner."""
    browser.get("/planning/new")
    answer = browser.post("/planning/new", form(day))
    return browser.get(found(browser, answer))


def test_a_day_is_planned_published_and_found_again(app: Flask, browser: Browser, day: Day) -> None:
    page = browser.get(f"/planning/new?day={DAY.isoformat()}")
    assert "N-1" in page.text
    assert page.text.count(" checked") == 4
    page = planned(browser, day)
    assert "北京协和医院" in page.text
    assert "straight-line" in page.text
    route = re.search(r'data-route="([^"]+)"', page.text)
    assert route is not None
    answer = browser.post(f"/planning/routes/{route[1]}/publish", {"device": day.device})
    assert answer.location == f"/planning/routes/{route[1]}"
    assert "冷藏厢" in browser.get(answer.location).text
    assert f"/planning/routes/{route[1]}" in browser.get("/planning/").text
    with app.app_context(), reading():
        work = publish.current_work(day.device)
        assert work is not None
        assert work.route is not None
        assert {stop.site.name.zh for stop in work.route.stops} == {"北京协和医院", "北京同仁医院"}
    assert "N-1" not in browser.get(f"/planning/new?day={DAY.isoformat()}").text


def test_what_long_trips_count_for_is_asked_and_told(app: Flask, browser: Browser, day: Day) -> None:
    browser.get("/planning/new")
    page = browser.get(found(browser, browser.post("/planning/new", form(day, after="3.5", per_hour="150"))))
    assert "单趟超过 3.5 小时后每小时计 150 元" in page.text
    with app.app_context(), reading():
        (kept,) = kept_plans()
        assert kept_plan(kept.id).problem.haste == Haste(after=12_600, per_hour=150.0)


def test_where_nothing_is_asked_for_only_money_counts(app: Flask, browser: Browser, day: Day) -> None:
    assert "缩短货物在途时间" not in planned(browser, day).text
    with app.app_context(), reading():
        (kept,) = kept_plans()
        assert kept_plan(kept.id).problem.haste is None


def test_an_order_left_out_says_why(browser: Browser, day: Day) -> None:
    browser.get("/planning/new")
    answer = browser.post("/planning/new", form(day, end="08:10"))
    assert re.search(r"#63\d\d", browser.get(found(browser, answer)).text)


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"order": []}, 6004),
        ({"vehicle": []}, 6004),
        ({"depot": "nowhere"}, 5003),
        ({"seconds": "0"}, 5007),
        ({"seconds": "ten"}, 5007),
        ({"start": "morning"}, 5007),
        ({"per_hour": "much", "after": "3.5"}, 5007),
        ({"per_hour": "-1", "after": "3.5"}, 5007),
        ({"per_hour": "nan", "after": "3.5"}, 5007),
        ({"per_hour": "150", "after": ""}, 5007),
        ({"per_hour": "150", "after": "25"}, 5007),
        ({"start": "19:00", "end": "07:00"}, 5007),
        ({"day": "2026-11-24"}, 6007),
    ],
)
def test_a_day_that_cannot_be_planned_comes_back_with_the_reason(
    app: Flask, browser: Browser, day: Day, changes: dict[str, object], number: int
) -> None:
    browser.get("/planning/new")
    page = browser.post("/planning/new", form(day, **changes))
    assert page.status_code >= 400
    assert problems_on(page) == [number]
    with app.app_context(), reading():
        assert kept_plans() == []


def test_what_was_ticked_stays_ticked(browser: Browser, day: Day) -> None:
    browser.get("/planning/new")
    page = browser.post("/planning/new", form(day, order=[day.orders[0]], seconds="0"))
    assert page.text.count(" checked") == 3


def test_a_day_that_is_none_is_refused(browser: Browser) -> None:
    assert problems_on(browser.get("/planning/new?day=tomorrow")) == [5007]


def test_an_expired_paper_is_shown_before_publishing_and_can_be_overridden(
    app: Flask, browser: Browser, day: Day
) -> None:
    with app.app_context():
        route_id = keep(day)
        with transaction():
            (paper,) = fleet.qualifications(Subject.VEHICLE, day.fleet.vehicle)
            old = QualificationData(
                Subject.VEHICLE, day.fleet.vehicle, Name("年检", "Inspection"), "Y-1", DAY.replace(day=1)
            )
            fleet.change_qualification(paper.id, old, by=BY)
        with reading():
            plan_id = kept_plans()[0].id
    assert "#2011" in browser.get(f"/planning/plans/{plan_id}").text
    browser.post(f"/planning/routes/{route_id}/publish", {"device": day.device})
    page = browser.get(f"/planning/routes/{route_id}?problem=2011&subject=京A·12345")
    assert 'value="京A·12345"' in page.text
    override = {"problem": "2011", "subject": "京A·12345", "reason": "新证已到，明日换发"}
    assert problems_on(browser.post(f"/planning/routes/{route_id}/override", override | {"reason": ""})) == [5007]
    assert problems_on(browser.post(f"/planning/routes/{route_id}/override", override | {"problem": ""})) == [5007]
    assert browser.post(f"/planning/routes/{route_id}/override", override).status_code == 303
    assert "新证已到，明日换发" in browser.get(f"/planning/routes/{route_id}").text


def test_a_route_that_cannot_be_packed_says_so_instead_of_being_published(
    app: Flask, browser: Browser, day: Day
) -> None:
    with app.app_context():
        route_id = keep(day)
        with transaction():
            entry = next(one for one in fleet.containers() if one.id == day.fleet.compartment)
            fleet.change_container(entry.id, type(entry.data)(**{**vars(entry.data), "capacity": 30}), by=BY)
        with reading():
            plan_id = kept_plans()[0].id
    assert "#6006" in browser.get(f"/planning/plans/{plan_id}").text
    assert problems_on(browser.post(f"/planning/routes/{route_id}/publish", {"device": day.device})) == [6006]


def test_planning_is_the_dispatchers_business(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person("zhao", Role.COMPLIANCE)
    browser = Browser(client)
    browser.sign_in("zhao")
    for path in ("/planning/", "/planning/new", "/planning/plans/x", "/planning/routes/x"):
        assert problems_on(browser.get(path)) == [5002]


def test_what_does_not_exist_is_not_found(browser: Browser) -> None:
    for path in ("/planning/plans/x", "/planning/routes/x"):
        assert problems_on(browser.get(path)) == [5003]


def test_a_message_to_the_driver_stands_on_the_page_of_its_route(app: Flask, browser: Browser, day: Day) -> None:
    with app.app_context():
        route_id = keep(day)
    browser.get("/planning/")
    browser.post(f"/planning/routes/{route_id}/publish", {"device": day.device})
    browser.get(f"/planning/routes/{route_id}")
    assert problems_on(browser.post(f"/planning/routes/{route_id}/messages", {"text": " "})) == [5007]
    assert browser.post(f"/planning/routes/{route_id}/messages", {"text": "协和改走西门"}).status_code == 303
    with app.app_context():
        project()
    assert "协和改走西门" in browser.get(f"/planning/routes/{route_id}").text
