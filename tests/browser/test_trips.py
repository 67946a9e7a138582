"""A van of several trips at the desk: its return to the depot is seen as what it is, and moved by hand."""

from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.fleet import operations as fleet
from server.orders import operations as orders
from server.orders.schemas import Imported
from server.planning.day import Choice, day_problem
from server.planning.desk import evaluate
from server.planning.hand import Hand, HandRoute
from server.planning.keeping import keep_plan
from server.planning.operations import measure
from server.planning.plan import Cost, Plan
from server.planning.sequences import RELOAD
from server.transaction import reading, transaction
from tests.browser.conftest import Site
from tests.browser.planning_day import BY, DAWN, DAY, clock_from, enter_city, hospital
from tests.browser.test_desk import bar, ready, sign_in
from tests.server.fleet.samples import WEEK
from tests.server.orders.samples import as_csv, row

pytestmark = pytest.mark.browser
STOPS, PACKS, ROOM = 6, 5, 16
"""Six stops of five packs each, and a van that takes three of them at once."""


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """The server's clock is at dawn of the day."""
    return clock_from(DAWN, tmp_path)


def planned() -> tuple[str, str]:
    """The ids of the one van and of its plan: two trips, of three a day."""
    city = enter_city(STOPS + 1, 1)
    notes = [
        row(
            随货同行单号=f"N-{n}",
            收货单位=hospital(n),
            收货地址=f"{n + 1}号路",
            发货日期=DAY.isoformat(),
            数量=str(PACKS),
            追溯码="",
            要求送达="",
        )
        for n in range(1, STOPS + 1)
    ]
    with transaction():
        van = fleet.vehicle_entry(city.vans[0]).data
        fleet.change_vehicle(city.vans[0], replace(van, capacity=ROOM, terms=replace(van.terms, trips=3)), by=BY)
        for entry in fleet.sites():
            fleet.change_site(entry.id, replace(entry.data, hours=WEEK), by=BY)
        report = orders.import_orders(as_csv(notes), "day.csv", by=BY)
        assert isinstance(report, Imported)
    with reading():
        choice = Choice(DAY, city.depot, city.vans, city.drivers, report.consignments, time(6), time(20))
        problem = measure(day_problem(choice))
    one, two, three, four, five, six = report.consignments
    arranged = Hand((HandRoute(city.vans[0], (one, two, three, RELOAD, four, five, six)),))
    base = Plan(problem.name, "", False, (), (), cost=Cost(), seconds=0.0, seed=0, engine="hand")
    draft = evaluate(problem, base, arranged)
    assert draft.holds
    with transaction():
        return city.vans[0], keep_plan(draft.problem, draft.plan, day=DAY, by=BY)


def test_the_return_to_load_is_shown_moved_given_up_and_put_in(page: Page, site: Site) -> None:
    with site.app.app_context():
        van, plan = planned()
    sign_in(page, site)
    page.goto(f"{site.url}/planning/plans/{plan}/desk")
    ready(page)
    reloads = page.locator(".tl-reload")
    expect(reloads).to_have_count(1)
    expect(page.locator(".tl-stop:not(.tl-reload)")).to_have_text([str(n) for n in range(1, STOPS + 1)])
    place = int(reloads.first.get_attribute("data-index") or "")
    assert place == 3

    # one stop later by keyboard: four stops are too much for the first trip
    reloads.first.click()
    expect(page.locator(".desk-stop.on")).to_contain_text("回库装货")
    expect(page.locator(".desk-details")).to_contain_text("装货 ")
    bar(page, van, place).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(reloads.first).to_have_attribute("data-index", str(place + 1))
    expect(page.locator("#verdict")).to_contain_text("不满足")
    page.keyboard.press("Control+z")
    expect(page.locator("#verdict")).to_have_text("各项约束均满足。")

    # given up: one trip, with too much on it
    reloads.first.click()
    page.click("text=不再回库（并为一趟）")
    expect(reloads).to_have_count(0)
    expect(page.locator("#verdict")).to_contain_text("不满足")
    page.keyboard.press("Control+z")
    expect(reloads).to_have_count(1)

    # a third trip, and with it as much room as there is need for
    bar(page, van, place + 2).click()
    page.click("text=此站前回库装货")
    expect(reloads).to_have_count(2)
    expect(page.locator("#verdict")).to_have_text("各项约束均满足。")
    expect(page.locator(".desk-route-top")).to_contain_text("3 趟")
    bar(page, van, place + 1).click()
    expect(page.locator("text=此站前回库装货")).to_have_count(0)  # it makes three trips and no more

    # the last stop of the second trip goes to the third: the return before it falls away with the trip
    bar(page, van, place + 1).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(reloads).to_have_count(1)
    expect(page.locator("#saved")).to_have_text("与方案一致")
    page.keyboard.press("Control+z")
    expect(reloads).to_have_count(2)
    page.click("#keep")
    page.wait_for_url(lambda url: plan not in url)
    ready(page)
    expect(reloads).to_have_count(2)
