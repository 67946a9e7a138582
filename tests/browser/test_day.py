"""A dispatcher watches a stop being signed; compliance finds the lot, takes its proof away, and verifies it."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.context import context
from server.custody import live
from server.custody.models import Device
from server.db import db
from server.transaction import transaction
from shared import sync
from shared.geo import Position
from tests.browser.conftest import PASSWORD, Site
from tests.server.proof.day import DAY, DEVICE, ROUTE, Day
from tests.server.store import store_blobs, store_more

pytestmark = pytest.mark.browser


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/login")
    page.fill("input[name=name]", "quality")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")


def test_a_stop_turns_to_signed_without_a_reload_and_its_proof_is_found_and_verifies(
    page: Page, site: Site, tmp_path: Path
) -> None:
    day = Day()
    day.begin()
    with site.app.app_context():
        there = store_more(day, 0)
    sign_in(page, site)
    page.goto(f"{site.url}/board/?day={DAY.isoformat()}")
    phase = page.locator("#stop-T1 .phase")
    expect(phase).to_have_text("在途", timeout=15_000)
    page.evaluate("window.notReloaded = true")

    day.first_stop()
    with site.app.app_context():
        store_more(day, there)
        store_blobs(day)
    expect(phase).to_have_text("已签收", timeout=15_000)
    expect(page.locator("#stop-T1 .verdict")).to_be_visible()
    assert page.evaluate("window.notReloaded") is True

    page.goto(f"{site.url}/compliance/")
    page.fill("input[name=lot]", "B240801")
    page.click("form[role=search] button")
    row = page.locator("#found tbody tr").first
    expect(row).to_contain_text("甘精胰岛素")
    with page.expect_download() as started:
        row.get_by_text("证据包").click()
    bundle = tmp_path / "proof.zip"
    started.value.save_as(bundle)
    verified = subprocess.run(
        [sys.executable, "-m", "server.cli", "verify", str(bundle)], capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout
    row.get_by_role("button", name="验证").click()
    expect(page.locator("#verdict")).to_have_attribute("data-holds", "yes")


def test_the_map_shows_sites_and_routes_on_plain_ground_and_a_vehicle_ahead_of_its_record(
    page: Page, site: Site
) -> None:
    day = Day()
    day.begin()
    with site.app.app_context():
        store_more(day, 0)
    sign_in(page, site)
    page.goto(f"{site.url}/board/?day={DAY.isoformat()}")
    expect(page.locator(".marker-vehicle")).to_have_text("京A·D1234", timeout=15_000)
    expect(page.locator(".marker-planned", has_text="3")).to_be_visible()
    expect(page.locator(".plain-ground")).to_be_visible()
    assert page.locator(".marker-live").count() == 0

    with site.app.app_context(), transaction():
        now = context().clock.now()
        ahead = sync.Live(ROUTE, now, Position(39.9, 116.41), seq=200, alarms=1, concluded=2)
        live.take(ahead, db.session.get_one(Device, DEVICE), now)
    expect(page.locator(".standing")).to_contain_text("已完成 2 站", timeout=15_000)
    expect(page.locator(".standing")).to_contain_text("不作凭证")
    expect(page.locator(".marker-vehicle.marker-live")).to_be_visible()


def test_the_pages_speak_both_languages(page: Page, site: Site) -> None:
    sign_in(page, site)
    expect(page.locator("h1")).to_have_text("看板")
    page.click("form.language button[value=en]")
    expect(page.locator("h1")).to_have_text("Board")


def test_nobody_sees_the_board_without_signing_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/board/")
    assert "/login" in page.url
