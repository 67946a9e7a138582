"""The pages of the fleet."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts.schemas import Role
from server.fleet import operations as fleet
from server.fleet.forms import KINDS
from server.fleet.schemas import Subject
from server.transaction import reading
from tests.server.accounts.browsing import Browser, person, problems_on
from tests.server.fleet.samples import Fleet

FORM = re.compile(r'<(?:input|select)[^>]*? name="([^"]+)"')


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("tongue", ["zh-CN", "en"])
def test_every_kind_has_its_table_and_form_in_both_languages(browser: Browser, kind: str, tongue: str) -> None:
    language = {"Accept-Language": tongue}
    assert browser.get(f"/fleet/{kind}", **language).status_code == 200
    page = browser.get(f"/fleet/{kind}/new", **language)
    assert page.status_code == 200
    assert {field.name for field in KINDS[kind].fields} <= set(FORM.findall(page.text))


def stored(app: Flask, kind: str) -> list[tuple[str, object]]:
    """(id, data) of everything of a kind."""
    with app.app_context(), reading():
        return [(entry.id, entry.data) for entry in KINDS[kind].entries()]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_saving_an_unchanged_form_changes_nothing(app: Flask, browser: Browser, entered: Fleet, kind: str) -> None:
    before = stored(app, kind)
    for entry_id, _ in before:
        browser.get(f"/fleet/{kind}/{entry_id}")
        with app.test_request_context(), reading():
            typed = KINDS[kind].typed(KINDS[kind].entry(entry_id).data)
        assert browser.post(f"/fleet/{kind}/{entry_id}", typed).status_code == 303
    assert stored(app, kind) == before


def test_a_carrier_is_added_with_its_licence(app: Flask, browser: Browser) -> None:
    browser.get("/fleet/carriers/new")
    answer = browser.post("/fleet/carriers/new", {"name_zh": "某物流", "name_en": "", "active": "1"})
    assert answer.location is not None
    browser.get(answer.location)
    paper = {"document_zh": "许可证", "document_en": "Licence", "number": "A-1", "expires": "2026-12-01"}
    assert browser.post(f"{answer.location}/papers", paper).status_code == 303
    page = browser.get(answer.location)
    assert "还剩 9 天" in page.text
    assert "A-1" in browser.get("/fleet/").text
    carrier_id = answer.location.rsplit("/", 1)[1]
    with app.app_context(), reading():
        (stored_paper,) = fleet.qualifications(Subject.CARRIER, carrier_id)
    renewed = paper | {"expires": "2030-01-01"}
    assert browser.post(f"{answer.location}/papers/{stored_paper.id}", renewed).status_code == 303
    assert "还剩" not in browser.get(answer.location).text
    assert browser.post(f"{answer.location}/papers/{stored_paper.id}", {"remove": "1"}).status_code == 303
    with app.app_context(), reading():
        assert fleet.qualifications(Subject.CARRIER, carrier_id) == []


def test_an_expired_paper_is_red(app: Flask, browser: Browser, entered: Fleet) -> None:
    browser.get("/fleet/")
    paper = {"document_zh": "年检", "number": "Y-1", "expires": "2026-11-21"}
    browser.post(f"/fleet/vehicles/{entered.vehicle}/papers", paper)
    page = browser.get("/fleet/vehicles")
    assert "bg-red-lt" in page.text
    assert "2026-11-21 · 已过期" in page.text


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/fleet/sites/new", {"name_zh": "某地", "lat": "north"}),
        ("/fleet/containers/new", {"name_zh": "箱", "kind": "bucket"}),
        ("/fleet/loggers/new", {"serial": "X", "interval": "often"}),
        ("/fleet/loggers/new", {"serial": "X", "interval": "60", "calibrated_until": "soon"}),
        ("/fleet/vehicles/new", {"name_zh": "京B·1", "capacity": "many"}),
    ],
)
def test_a_form_that_makes_no_sense_comes_back_with_what_was_typed(
    browser: Browser, path: str, data: dict[str, object]
) -> None:
    browser.get(path)
    page = browser.post(path, data)
    assert page.status_code == 400
    assert problems_on(page) == [5007]
    assert f'value="{next(iter(data.values()))}"' in page.text


def test_a_paper_that_makes_no_sense_comes_back_beside_the_form(browser: Browser, entered: Fleet) -> None:
    browser.get("/fleet/")
    paper = {"document_zh": "年检", "number": "Y-1", "expires": "never"}
    page = browser.post(f"/fleet/vehicles/{entered.vehicle}/papers", paper)
    assert problems_on(page) == [5007]
    assert 'value="Y-1"' in page.text
    assert 'value="京A·12345"' in page.text


def test_a_paper_is_changed_only_where_it_belongs(app: Flask, browser: Browser, entered: Fleet) -> None:
    browser.get("/fleet/")
    with app.app_context(), reading():
        (paper,) = fleet.qualifications(Subject.DRIVER, entered.driver)
    page = browser.post(f"/fleet/vehicles/{entered.vehicle}/papers/{paper.id}", {"remove": "1"})
    assert problems_on(page) == [5003]


@pytest.mark.parametrize("path", ["/fleet/boats", "/fleet/vehicles/nothing", "/fleet/boats/new"])
def test_what_does_not_exist_is_not_found(browser: Browser, path: str) -> None:
    assert problems_on(browser.get(path)) == [5003]


def test_loggers_have_a_calibration_and_no_papers(browser: Browser, entered: Fleet, app: Flask) -> None:
    logger_id, _ = stored(app, "loggers")[0]
    browser.get("/fleet/")
    paper = {"document_zh": "证", "number": "1", "expires": "2030-01-01"}
    assert problems_on(browser.post(f"/fleet/loggers/{logger_id}/papers", paper)) == [5003]


def test_compliance_looks_and_does_not_touch(app: Flask, entered: Fleet, client: FlaskClient) -> None:
    with app.app_context():
        person("zhao", Role.COMPLIANCE)
    browser = Browser(client)
    browser.sign_in("zhao")
    page = browser.get("/fleet/vehicles")
    assert page.status_code == 200
    assert "/fleet/vehicles/new" not in page.text
    assert problems_on(browser.get("/fleet/vehicles/new")) == [5002]
