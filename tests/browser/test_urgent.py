"""A delivery note comes when the day is planned and given out: the dispatcher sees who can take it, takes a choice, and the
handheld has the stop in its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from server.custody import operations as custody
from server.orders import operations as orders
from server.planning.day import Choice, day_problem
from server.planning.keeping import keep_plan, kept_plan
from server.planning.operations import make_plan, measure
from server.planning.publish import Wanted, publish_together
from server.transaction import reading, transaction
from tests.browser.conftest import Site
from tests.browser.planning_day import (
    DAWN,
    DAY,
    City,
    clock_from,
    enrolment_text,
    enter_city,
    give_pin,
    hospital,
    notes,
)
from tests.browser.test_desk import Handheld, ready, sign_in
from tests.server.orders.samples import as_csv, row

pytestmark = pytest.mark.browser
BY = "test"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """The server's clock is at dawn of the day."""
    return clock_from(DAWN, tmp_path)


def planned_day(city: City, device: str) -> tuple[str, str]:
    """Forty notes on a few vans, one of which has its route on a handheld: the plan and the route."""
    with transaction():
        orders.import_orders(notes(40), "day.csv", by=BY)
    with reading():
        known = tuple(order.consignment.id for order in orders.orders(shipped=DAY))
        problem = measure(day_problem(Choice(DAY, city.depot, city.vans[:6], city.drivers[:6], known)))
    plan = make_plan(problem, iterations=300, seed=1)
    give_pin(plan.routes[0].driver or "")
    with transaction():
        kept = kept_plan(keep_plan(problem, plan, day=DAY, by=BY))
        route_id, _ = kept.routes[0]
        publish_together([Wanted(route_id, device)], by=BY)
    return kept.id, route_id


def comes(number: int) -> None:
    """A note for a hospital that gets nothing so far."""
    note = row(
        随货同行单号="URGENT-1",
        收货单位=hospital(number),
        收货地址=f"{number + 1}号路",
        发货日期=DAY.isoformat(),
        数量="3",
        追溯码="",
        要求送达="",
    )
    with transaction():
        orders.import_orders(as_csv([note]), "urgent.csv", by=BY)


def stops(route: Any) -> list[str]:
    return [stop.site.name.zh for stop in route.stops]


def test_an_urgent_note_is_ranked_taken_and_on_the_handheld(
    page: Page, site: Site, request: pytest.FixtureRequest
) -> None:
    with site.app.app_context():
        city = enter_city()
        handheld = Handheld(enrolment_text())
        request.addfinalizer(handheld.close)
        with reading():
            (device,) = (one.id for one in custody.devices())
        plan_id, route_id = planned_day(city, device)
        before = handheld.work()
        comes(151)
    sign_in(page, site)
    page.goto(f"{site.url}/planning/plans/{plan_id}/desk")
    ready(page)
    expect(page.locator("#urgent")).to_contain_text("1")
    page.click("#urgent")
    page.get_by_role("link", name="谁能送？").click()
    choices = page.locator(".urgent-choice")
    expect(choices.first.locator(".urgent-what")).to_contain_text("各项约束均满足。")
    expect(choices.last).to_contain_text("暂不安排")
    own = page.locator(".urgent-choice", has_text=vehicle_of(page, site, plan_id, route_id)).first
    place = own.locator(".urgent-who").inner_text()
    assert "之后" in place or "之前" in place
    own.get_by_role("button", name="采用").click()
    ready(page)
    expect(page.locator(".alert-success")).to_contain_text("已排入")
    expect(page.locator("#verdict")).to_have_text("各项约束均满足。")
    page.click("#publish")
    expect(page.locator("#publish-rows input:checked")).to_have_count(1)  # the one that a handheld has, as it was
    page.click("#publish-now")
    expect(page.locator(".alert-success")).to_contain_text("已下发 1 条线路", timeout=15_000)
    after = handheld.work()
    assert (after.id, after.version) == (before.id, 2)
    at = stops(after).index(hospital(151))
    assert stops(after)[:at] + stops(after)[at + 1 :] == stops(before)


def vehicle_of(page: Page, site: Site, plan_id: str, route_id: str) -> str:
    """What people call the vehicle of a route."""
    with site.app.app_context(), reading():
        vehicle = next(route.vehicle for known, route in kept_plan(plan_id).routes if known == route_id)
    fixed = page.context.request.get(f"{site.url}/planning/plans/{plan_id}/desk").text()
    told = json.loads(fixed.split('id="desk-fixed">')[1].split("</script>")[0])
    found: str = next(one["name"] for one in told["vehicles"] if one["id"] == vehicle)
    return found
