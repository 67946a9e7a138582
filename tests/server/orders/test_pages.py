"""The pages of orders, and a whole day's file through them."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.accounts.schemas import Role
from server.orders import operations
from server.orders.schemas import OrderState
from server.transaction import reading
from tests.server.accounts.browsing import Browser, person, problems_on
from tests.server.fleet.samples import enter_fleet
from tests.server.orders.samples import as_csv, as_xlsx, row, second


@pytest.fixture
def browser(app: Flask, client: FlaskClient) -> Browser:
    with app.app_context():
        person("li", Role.DISPATCHER)
        enter_fleet()
    browser = Browser(client)
    browser.sign_in("li")
    return browser


def upload(browser: Browser, raw: bytes, name: str = "notes.csv") -> TestResponse:
    browser.get("/orders/import")
    return browser.post("/orders/import", {"file": (io.BytesIO(raw), name)})


def test_a_sound_file_is_imported_and_listed(app: Flask, browser: Browser) -> None:
    answer = upload(browser, as_xlsx([row(), second()]), "notes.xlsx")
    assert answer.location == "/orders/?state=open"
    page = browser.get(answer.location)
    assert "已导入 1 张随货同行单、2 行" in page.text
    assert "N-1" in page.text
    with app.app_context(), reading():
        (order,) = operations.orders()
    detail = browser.get(f"/orders/{order.consignment.id}")
    assert "B24101" in detail.text
    assert "83857930000879766660" in detail.text


def test_a_bad_file_shows_every_fault_by_row_and_column(app: Flask, browser: Browser) -> None:
    page = upload(browser, as_csv([row(批号="", 数量="0"), row(随货同行单号="N-2", 追溯码="", 收货单位="<b>谁</b>")]))
    assert page.status_code == 400
    assert problems_on(page) == [5102, 5102, 5102]
    assert "共 3 处问题" in page.text
    assert "&lt;b&gt;谁&lt;/b&gt;" in page.text
    with app.app_context(), reading():
        assert operations.orders() == []


def test_columns_that_were_not_read_are_told(browser: Browser) -> None:
    lines = as_csv([row()]).decode("utf-8-sig").splitlines()
    answer = upload(browser, f"{lines[0]},单价\n{lines[1]},1".encode())
    assert answer.location is not None
    assert "单价" in browser.get(answer.location).text


def test_no_file_is_refused(browser: Browser) -> None:
    browser.get("/orders/import")
    assert problems_on(browser.post("/orders/import")) == [5007]


def test_orders_are_found_by_day_and_state(browser: Browser) -> None:
    upload(browser, as_csv([row(), row(随货同行单号="N-2", 追溯码="", 发货日期="2026-11-23")]))
    assert browser.get("/orders/?day=2026-11-23").text.count("/orders/01") == 1
    assert browser.get("/orders/?state=cancelled").text.count("/orders/01") == 0
    assert browser.get("/orders/?state=published").text.count("/orders/01") == 0
    assert problems_on(browser.get("/orders/?day=tomorrow")) == [5007]


def test_an_order_is_cancelled_and_stays_on_record(app: Flask, browser: Browser) -> None:
    upload(browser, as_csv([row()]))
    with app.app_context(), reading():
        (order,) = operations.orders()
    path = f"/orders/{order.consignment.id}"
    browser.get(path)
    assert browser.post(f"{path}/cancel").location == path
    assert "已取消" in browser.get(path).text
    assert browser.post(f"{path}/release").location == path
    with app.app_context(), reading():
        assert operations.orders(state=OrderState.CANCELLED)[0].consignment == order.consignment


def test_importing_is_not_for_everybody(app: Flask, browser: Browser) -> None:
    with app.app_context():
        person("zhao", Role.COMPLIANCE)
    other = Browser(app.test_client())
    other.sign_in("zhao")
    assert other.get("/orders/").status_code == 200
    assert problems_on(other.get("/orders/import")) == [5002]
    assert problems_on(other.get("/orders/nothing")) == [5003]
