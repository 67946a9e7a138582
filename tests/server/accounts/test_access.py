"""Pages of accounts: who gets where, with what the browser has to show."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts import operations
from server.accounts.schemas import Role
from server.transaction import transaction
from shared import problems
from shared.clock import ManualClock
from shared.work import Name
from tests.server.accounts.browsing import PASSWORD, Browser, person, problems_on

NEW = "another long sentence"


@pytest.fixture
def browser(client: FlaskClient) -> Browser:
    return Browser(client)


def signed_in(app: Flask, browser: Browser, role: Role, name: str = "chen") -> Browser:
    with app.app_context():
        person(name, role)
    assert browser.sign_in(name).status_code == 303
    return browser


def test_whoever_is_not_signed_in_is_sent_to_the_login_and_back(app: Flask, browser: Browser) -> None:
    with app.app_context():
        person("chen", Role.ADMINISTRATOR)
    answer = browser.get("/users?x=1")
    assert (answer.status_code, answer.location) == (303, "/login?next=/users?x%3D1")
    assert browser.sign_in("chen", next="/users?x=1").location == "/users?x=1"
    assert browser.get("/users").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_login_never_leads_to_another_server(app: Flask, browser: Browser, elsewhere: str) -> None:
    with app.app_context():
        person("chen", Role.ADMINISTRATOR)
    browser.get(f"/login?next={elsewhere}")
    location = browser.sign_in("chen", next=elsewhere).location
    assert location is not None
    assert location.startswith("/")
    assert "evil" not in location


def test_a_wrong_password_shows_its_number_and_keeps_the_name(app: Flask, browser: Browser) -> None:
    with app.app_context():
        person("chen", Role.ADMINISTRATOR)
    page = browser.sign_in("chen", "wrong")
    assert page.status_code == 401
    assert problems_on(page) == [5001]
    assert 'value="chen"' in page.text
    assert "wrong" not in page.text


def test_failed_logins_count_although_they_are_refused(app: Flask, browser: Browser, clock: ManualClock) -> None:
    with app.app_context():
        person("chen", Role.ADMINISTRATOR)
    for _ in range(5):
        assert problems_on(browser.sign_in("chen", "wrong")) == [5001]
    assert problems_on(browser.sign_in("chen")) == [5006]
    clock.advance(11)
    assert browser.sign_in("chen").status_code == 303


def test_a_one_time_password_has_to_be_changed_before_anything_else(app: Flask, browser: Browser) -> None:
    with app.app_context(), transaction():
        _, once = operations.add_user(name="chen", role=Role.ADMINISTRATOR, display=Name("陈", "Chen"), by="x")
    assert browser.sign_in("chen", once).location == "/account/password"
    assert browser.get("/users").location == "/account/password"
    browser.get("/account/password")
    assert problems_on(browser.post("/account/password", {"old": once, "new": NEW, "again": "other"})) == [5007]
    assert problems_on(browser.post("/account/password", {"old": once, "new": "short", "again": "short"})) == [5004]
    assert browser.post("/account/password", {"old": once, "new": NEW, "again": NEW}).status_code == 303
    assert browser.get("/users").status_code == 200


def test_a_changed_password_keeps_this_session_and_ends_the_others(app: Flask, browser: Browser) -> None:
    signed_in(app, browser, Role.ADMINISTRATOR)
    other = Browser(app.test_client())
    other.sign_in("chen")
    browser.get("/account/password")
    browser.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert browser.get("/users").status_code == 200
    assert other.get("/users").status_code == 303


def test_signing_out_ends_the_session(app: Flask, browser: Browser) -> None:
    signed_in(app, browser, Role.ADMINISTRATOR)
    browser.get("/users")
    assert browser.post("/logout").location == "/login"
    assert browser.get("/users").status_code == 303


def test_a_locked_out_session_ends_at_once(app: Flask, browser: Browser) -> None:
    signed_in(app, browser, Role.DISPATCHER)
    with app.app_context(), transaction():
        operations.set_disabled(operations.account_named("chen").id, True, by="x")
    assert browser.get("/account/password").status_code == 303


@pytest.mark.parametrize("role", [Role.DRIVER, Role.DISPATCHER, Role.COMPLIANCE])
def test_users_are_the_administrators_business(app: Flask, browser: Browser, role: Role) -> None:
    signed_in(app, browser, role)
    page = browser.get("/users")
    assert page.status_code == 403
    assert problems_on(page) == [5002]


def test_a_form_without_its_token_is_refused(app: Flask, browser: Browser) -> None:
    signed_in(app, browser, Role.ADMINISTRATOR)
    browser.token = "forged"
    page = browser.post("/users/new", {"name": "li", "name_zh": "李", "role": "driver"})
    assert page.status_code == 400
    assert problems_on(page) == [problems.CSRF_FAILED.number]
    with app.app_context():
        assert [one.name for one in operations.accounts()] == ["chen"]


def test_an_administrator_adds_a_driver_with_a_pin(app: Flask, browser: Browser) -> None:
    signed_in(app, browser, Role.ADMINISTRATOR)
    browser.get("/users/new")
    page = browser.post("/users/new", {"name": "wang", "name_zh": "王师傅", "role": "driver"})
    assert "data-one-time" in page.text
    with app.app_context():
        account = operations.account_named("wang")
    browser.get(f"/users/{account.id}")
    assert browser.post(f"/users/{account.id}/pin", {"pin": "482913"}).status_code == 303
    assert (
        browser.post(f"/users/{account.id}", {"name_zh": "王", "name_en": "Wang", "role": "driver"}).status_code == 303
    )
    assert browser.post(f"/users/{account.id}/disabled", {"disabled": "1"}).status_code == 303
    assert "data-one-time" in browser.post(f"/users/{account.id}/reset").text
    with app.app_context():
        account = operations.account_named("wang")
        assert (account.display, account.disabled, account.has_pin) == (Name("王", "Wang"), True, True)


def test_a_refused_form_comes_back_with_what_was_typed(app: Flask, browser: Browser) -> None:
    signed_in(app, browser, Role.ADMINISTRATOR)
    browser.get("/users/new")
    page = browser.post("/users/new", {"name": "a b", "name_zh": "李", "role": "compliance"})
    assert page.status_code == 400
    assert problems_on(page) == [5007]
    assert 'value="李"' in page.text
    assert 'value="compliance" selected' in page.text
    assert problems_on(browser.post("/users/new", {"name": "li", "name_zh": "李", "role": "king"})) == [5007]
    account_page = browser.get("/users").text.split('href="/users/')
    own_id = account_page[2].split('"')[0]
    assert problems_on(browser.post(f"/users/{own_id}", {"name_zh": "陈", "role": "driver"})) == [5015]


def test_the_language_is_the_browsers_until_somebody_chooses(app: Flask, browser: Browser) -> None:
    assert "登录" in browser.get("/login").text
    assert "Sign in" in browser.get("/login", **{"Accept-Language": "en-GB,en;q=0.9"}).text
    assert "登录" in browser.get("/login", **{"Accept-Language": "fr"}).text
    browser.post("/language", {"language": "en", "next": "/login"})
    assert "Sign in" in browser.get("/login", **{"Accept-Language": "zh-CN"}).text
    browser.post("/language", {"language": "klingon"})
    assert "Sign in" in browser.get("/login").text


def test_a_chosen_language_comes_along_to_the_next_browser(app: Flask, browser: Browser) -> None:
    signed_in(app, browser, Role.ADMINISTRATOR)
    browser.get("/users")
    browser.post("/language", {"language": "en", "next": "/users"})
    assert "Users" in browser.get("/users").text
    other = Browser(app.test_client())
    other.sign_in("chen")
    assert "Users" in other.get("/users").text


def test_a_script_is_told_instead_of_sent_to_the_login(app: Flask, browser: Browser) -> None:
    answer = browser.get("/users", Accept="application/json")
    assert answer.status_code == 401
    assert answer.get_json()["problem"]["number"] == 5009
    with app.app_context(), transaction():
        _, once = operations.add_user(name="chen", role=Role.ADMINISTRATOR, display=Name("陈", "Chen"), by="x")
    browser.sign_in("chen", once)
    assert browser.get("/users", Accept="application/json").get_json()["problem"]["number"] == 5014


def test_a_part_of_a_page_is_not_replaced_by_a_login_page(browser: Browser) -> None:
    answer = browser.get("/users", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login?next=/users")


def test_cookies_are_for_our_pages_only(app: Flask, browser: Browser) -> None:
    with app.app_context():
        person("chen", Role.ADMINISTRATOR)
    cookie = browser.sign_in("chen").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_pages_allow_no_foreign_scripts_and_no_frames(browser: Browser) -> None:
    page = browser.get("/login")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"


def test_the_first_page_is_the_first_of_ones_menu(app: Flask, browser: Browser) -> None:
    assert browser.get("/").location == "/login"
    signed_in(app, browser, Role.DRIVER)
    assert browser.get("/").location == "/account/password"
    assert browser.get("/login").location == "/account/password"
    office = signed_in(app, Browser(app.test_client()), Role.COMPLIANCE, "li")
    first = office.get("/").location
    assert first is not None
    assert office.get(first).status_code == 200
