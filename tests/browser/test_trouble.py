"""A vehicle breaks down in the middle of the day: the dispatcher says so, sees who fetches its goods and when, and keeps it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.orders import operations as orders
from server.orders.schemas import Imported
from server.planning.day import Choice, day_problem
from server.planning.desk import evaluate
from server.planning.hand import Hand, HandRoute
from server.planning.keeping import keep_plan, kept_plan
from server.planning.operations import measure
from server.planning.plan import Cost, Plan
from server.planning.publish import publish_route, published_route
from server.trace import operations as trace
from server.transaction import reading, transaction
from shared.custody.journey import Phase, StopPhase
from tests.browser.conftest import Site
from tests.browser.planning_day import BY, DAY, clock_from, enter_city, give_pin, notes
from tests.browser.test_desk import ready, sign_in
from tests.server.planning_web.samples import enrol
from tests.server.store import project

pytestmark = pytest.mark.browser
NOON = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
"""10:30 in Beijing."""


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """The server's clock is at :data:`NOON`, and goes on from there."""
    return clock_from(NOON, tmp_path)


def running_day(site: Site) -> str:
    """Twelve notes on two vans of three; the first van is on the road, between its second stop and its third."""
    with site.app.app_context():
        city = enter_city(12, 3)
        with transaction():
            report = orders.import_orders(notes(12), "day.csv", by=BY)
            assert isinstance(report, Imported)
        for driver in city.drivers[:3]:
            give_pin(driver)
        devices = [enrol(), enrol()]
        with reading():
            problem = measure(
                day_problem(Choice(DAY, city.depot, city.vans[:3], city.drivers[:3], report.consignments))
            )
        hand = Hand(
            (
                HandRoute(city.vans[0], report.consignments[:6], city.drivers[0]),
                HandRoute(city.vans[1], report.consignments[6:], city.drivers[1]),
            )
        )
        draft = evaluate(problem, Plan(problem.name, "", True, (), (), Cost(), 0.1, 0, "by hand"), hand)
        with transaction():
            plan = keep_plan(problem, draft.plan, day=DAY, by=BY)
        with transaction():
            for (route_id, _), device in zip(kept_plan(plan).routes, devices, strict=True):
                publish_route(route_id, device_id=device, by=BY)
        project()
        with transaction():
            route_id = kept_plan(plan).routes[0][0]
            given, view = published_route(route_id), trace.route(route_id)
            assert view is not None
            view.phase, view.departed = Phase.DEPARTED.value, given.departure
            for row, stop in zip(trace.stops_of(route_id), given.stops, strict=True):
                if stop.number <= 2:
                    row.phase, row.arrived = StopPhase.LEFT.value, stop.planned_arrival
                    row.done = row.left = stop.planned_departure
                elif stop.number == 3:
                    row.phase = "on_the_way"
            view.lat, view.lon, view.position_at = 39.88, 116.45, NOON - timedelta(minutes=3)
    return route_id


def test_a_breakdown_is_entered_and_its_goods_are_fetched_by_another(page: Page, site: Site) -> None:
    route_id = running_day(site)
    sign_in(page, site)
    page.goto(f"{site.url}/board/?day={DAY.isoformat()}")
    expect(page.locator(f"#route-{route_id} .eta").first).to_contain_text("≈")
    page.goto(f"{site.url}/planning/routes/{route_id}")
    expect(page.locator("#forecast")).to_contain_text("尚无足够数据")
    page.click("text=车辆故障…")
    ready(page)
    expect(page.locator("#trouble-dialog")).to_be_visible()
    page.fill("#breakdown input[name=reason]", "发动机故障")
    page.click("#breakdown .btn-danger")
    expect(page.locator("[data-trouble=breakdown]").first).to_contain_text("发动机故障")
    expect(page.locator("#search-news")).to_contain_text("当前最好", timeout=15_000)
    page.click("#search-stop")
    expect(page.locator("#search-found")).to_be_visible(timeout=20_000)
    expect(page.locator("#search-changes")).to_contain_text("接货 N-003")
    before = page.url
    page.click("#search-accept")
    page.wait_for_url(lambda url: url != before, timeout=15_000)
    ready(page)
    expect(page.locator("#verdict")).to_have_text("各项约束均满足。")
