"""A dispatcher's morning at the planning desk: 300 notes in, a plan, stops moved, the rest planned again, and the handheld
has the new order."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from driver_app.journal.memory import MemoryJournal
from driver_app.services.bootstrap import Ports, Services, build
from driver_app.services.http import HttpTransport
from driver_app.services.sync import Did
from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.transaction import transaction
from shared.clock import ManualClock
from shared.keys import KeySigner
from shared.work import Name
from shared.work import Route as Published
from tests.browser.conftest import PASSWORD, Site
from tests.browser.planning_day import (
    DAWN,
    DAY,
    EARLY,
    clock_from,
    enrolment_text,
    enter_city,
    give_pin,
    hospital,
    notes,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """The server's clock is at dawn of the day."""
    return clock_from(DAWN, tmp_path)


class Handheld:
    """The app's services over loopback HTTP."""

    def __init__(self, code: str) -> None:
        clock = ManualClock(DAWN)
        self.pace = ManualClock(clock.at)
        self._transports: list[HttpTransport] = []
        ports = Ports(
            MemoryJournal(), clock, KeySigner(b"h" * 32), self._connect, "desk 1", secrets.token_bytes, self.pace
        )
        self.services: Services = build(ports)
        self.services.enrolment.enrol(code, "PDA-01")

    def _connect(self, url: str) -> HttpTransport:
        self._transports.append(HttpTransport(url))
        return self._transports[-1]

    def close(self) -> None:
        """Hang up."""
        for transport in self._transports:
            transport.close()

    def work(self) -> Published:
        """The route it has after its next sync."""
        self.pace.advance(3600)
        while self.services.sync.step() is not Did.IDLE:
            pass
        work = self.services.duty.work
        assert work is not None
        assert work.route is not None
        return work.route


def sign_in(page: Page, site: Site) -> None:
    with site.app.app_context(), transaction():
        account, _ = accounts.add_user(name="li", role=Role.DISPATCHER, display=Name("李调度", "Li"), by="test")
    with site.app.app_context(), transaction():
        accounts.set_password(account.id, PASSWORD, by="test")
    page.goto(f"{site.url}/login")
    page.fill("input[name=name]", "li")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")


def import_and_plan(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/orders/import")
    page.set_input_files("input[type=file]", {"name": "day.csv", "mimeType": "text/csv", "buffer": notes()})
    page.click("main form button[type=submit]")
    expect(page.locator(".alert-success")).to_contain_text("300")
    page.goto(f"{site.url}/planning/new?day={DAY.isoformat()}")
    page.fill("input[name=seconds]", "3")
    page.click("main form[method=post] button[type=submit]")
    expect(page.locator("#searching-news")).to_contain_text("正在计算", timeout=15_000)
    page.wait_for_url("**/desk", timeout=60_000)
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("#desk")).to_have_attribute("data-ready", "1", timeout=20_000)


def planned(page: Page) -> list[dict[str, Any]]:
    """The plan's routes, as the page got them."""
    routes: list[dict[str, Any]] = json.loads(page.locator("#desk-state").text_content() or "")["routes"]
    return routes


def bar(page: Page, vehicle: str, index: int) -> Locator:
    return page.locator(f'.tl-row[data-vehicle="{vehicle}"] .tl-stop[data-index="{index}"]')


def drag(page: Page, taken: Locator, after: Locator) -> None:
    """A stop behind another one, as a hand does it."""
    taken.scroll_into_view_if_needed()
    # near an edge the timeline scrolls under the hand, to another vehicle: the row to drop on stands in the middle
    after.evaluate(
        """bar => {
          const holder = bar.closest(".tl"), [row, frame] = [bar, holder].map((one) => one.getBoundingClientRect());
          holder.scrollTop += row.top - frame.top - frame.height / 2;
        }"""
    )
    page.wait_for_timeout(100)
    start, end = taken.bounding_box(), after.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 5, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] + 10, end["y"] + 8, steps=12)
    expect(page.locator(".tl-ghost-bad")).to_contain_text("#6601")  # told before it is dropped
    page.mouse.up()


def publish_to_the_handheld(page: Page, vehicle_name: str) -> None:
    page.click("#publish")
    row = page.locator("#publish-rows tr", has_text=vehicle_name)
    row.locator("select").select_option(label="PDA-01")
    page.click("#publish-now")
    expect(page.locator(".alert-success")).to_contain_text("已下发 1 条线路", timeout=15_000)
    ready(page)


def test_stops_are_moved_locked_planned_again_and_published_and_the_handheld_has_the_new_order(
    page: Page, site: Site, request: pytest.FixtureRequest
) -> None:
    with site.app.app_context():
        enter_city()
        handheld = Handheld(enrolment_text())
    request.addfinalizer(handheld.close)
    sign_in(page, site)
    import_and_plan(page, site)
    routes = planned(page)
    assert sum(len(route["stops"]) for route in routes) == 300
    names = {one["id"]: one["name"] for one in json.loads(page.locator("#desk-fixed").text_content() or "")["vehicles"]}

    sites = json.loads(page.locator("#desk-fixed").text_content() or "")["sites"]
    early = next(
        (row, index)
        for row, route in enumerate(routes)
        for index, stop in enumerate(route["stops"])
        if sites[stop["site"]]["name"] == hospital(EARLY)
    )
    home = routes[early[0]]["vehicle"]
    other = routes[early[0] + 1 if early[0] + 1 < len(routes) else early[0] - 1]
    target = other["vehicle"]

    # a route goes to the handheld
    route = next(one for one in routes if one["vehicle"] not in (home, target) and len(one["stops"]) > 5)
    vehicle = route["vehicle"]
    with site.app.app_context():
        give_pin(route["driver"])
    publish_to_the_handheld(page, names[vehicle])
    first = handheld.work()
    places = [sites[stop["site"]]["name"] for stop in route["stops"]]
    assert (first.version, [stop.site.name.zh for stop in first.stops]) == (1, places)

    # a stop that receives until 08:30, behind the last stop of a neighbouring row: it turns red, and says why
    drag(page, bar(page, home, early[1]), bar(page, target, len(other["stops"]) - 1))
    moved = bar(page, target, len(other["stops"]))
    expect(moved).to_have_class("tl-stop tl-stop-broken tl-on")
    expect(page.locator(".desk-stop.broken", has_text=hospital(EARLY))).to_contain_text("收货时间至 08:30，晚")
    expect(page.locator("#verdict")).to_contain_text("不满足")
    expect(page.locator("#keep")).to_be_disabled()
    page.click("#publish")
    expect(page.locator("#publish-why")).to_be_visible()
    expect(page.locator("#publish-now")).to_be_disabled()
    page.click("#publish-cancel")
    page.keyboard.press("Control+z")
    expect(page.locator("#verdict")).to_have_text("各项约束均满足。")
    page.keyboard.press("Control+y")
    expect(page.locator("#verdict")).to_contain_text("不满足")

    # of the published route the fourth stop one earlier, by keyboard; locked up to there; the rest, planned again, is mended
    bar(page, vehicle, 3).focus()
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("l")  # at once: it is the same stop that is meant, wherever it is by then
    expect(page.locator(f'.tl-row[data-vehicle="{vehicle}"] .tl-stop-locked')).to_have_count(3)
    page.fill("#seconds", "3")
    page.click("#replan")
    expect(page.locator("#search-found")).to_be_visible(timeout=30_000)
    expect(page.locator("#search-changes tr", has_text=hospital(EARLY))).to_contain_text("→")
    planned_at = page.url
    page.click("#search-accept")
    page.wait_for_url(lambda url: url != planned_at, timeout=15_000)
    ready(page)
    expect(page.locator("#verdict")).to_have_text("各项约束均满足。")
    head = [places[0], places[1], places[3]]

    # what the handheld has is the next version of the same route
    publish_to_the_handheld(page, names[vehicle])
    second = handheld.work()
    assert (second.id, second.version) == (first.id, 2)
    assert [stop.site.name.zh for stop in second.stops][:3] == head
    assert [stop.id for stop in second.stops][:3] == [first.stops[i].id for i in (0, 1, 3)]
