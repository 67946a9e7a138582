"""What a delivery note asks of its transport: a vehicle to itself, to go first, and a driver who may carry controlled drugs."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts.schemas import Role
from server.orders import operations
from server.orders.cells import Bad, dedicated, priority
from server.orders.schemas import Imported, Order, Rejected
from server.rowseal import sealed_tables
from server.transaction import reading, transaction
from tests.server.accounts.browsing import Browser, person
from tests.server.fleet.samples import BY, enter_fleet
from tests.server.orders.samples import as_csv, row, second

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database has a part in."""


def imported(app: Flask, *rows: dict[str, str]) -> dict[str, Order]:
    """The orders that rows make, by note."""
    with app.app_context():
        enter_fleet()
        with transaction():
            assert isinstance(operations.import_orders(as_csv(rows), "notes.csv", by=BY), Imported)
        with reading():
            return {order.consignment.note_number: order for order in operations.orders()}


def note(number: str, **changes: str) -> dict[str, str]:
    return row(随货同行单号=number, 追溯码="", **changes)


def test_a_note_says_that_it_rides_alone_with_a_group_or_with_all_others(app: Flask) -> None:
    found = imported(
        app,
        note("N-1", 专车="是"),
        note("N-2", 专车="高值A"),
        note("N-3", 专车="高值A"),
        note("N-4", 专车="否"),
        note("N-5"),
    )
    assert {number: one.dedicated for number, one in found.items()} == {
        "N-1": "",
        "N-2": "高值A",
        "N-3": "高值A",
        "N-4": None,
        "N-5": None,
    }
    assert found["N-1"].group == "国药控股北京 N-1"
    assert found["N-2"].group == found["N-3"].group == "高值A"
    assert found["N-5"].group is None


def test_notes_of_two_suppliers_with_one_number_have_a_vehicle_each(app: Flask) -> None:
    both = (note("N-1", 专车="是"), note("N-1", 供货单位="另一家", 专车="是"))
    with app.app_context():
        enter_fleet()
        with transaction():
            assert isinstance(operations.import_orders(as_csv(both), "notes.csv", by=BY), Imported)
        with reading():
            assert len({order.group for order in operations.orders()}) == 2


@ON_SQLITE
def test_a_note_says_how_urgent_it_is_once_for_all_its_rows(app: Flask) -> None:
    later = {
        "要求送达": "09:00-10:00",
        "专车": "是",
        "优先级": "1",
    }  # a row that is not the first speaks for the note too
    found = imported(
        app, row(优先级="特急"), second(), note("N-2", 要求送达=""), second(随货同行单号="N-2", **later), note("N-3")
    )
    assert {number: one.priority for number, one in found.items()} == {"N-1": 2, "N-2": 1, "N-3": 0}
    assert found["N-2"].dedicated == ""
    assert found["N-2"].wanted is not None


@ON_SQLITE
def test_two_rows_of_a_note_that_ask_for_different_things_are_refused(app: Flask) -> None:
    with app.app_context():
        enter_fleet()
        with transaction():
            report = operations.import_orders(
                as_csv([row(专车="是"), second(专车="高值A", 优先级="1")]), "n.csv", by=BY
            )
        assert isinstance(report, Rejected)
        (conflict,) = report.problems
        assert (conflict.number, conflict.values["row"], conflict.values["value"]) == (5105, "3", "高值A")


@ON_SQLITE
def test_one_controlled_line_makes_the_note_controlled(app: Flask) -> None:
    found = imported(app, row(), second(是否麻精="是"), note("N-2"))
    assert {number: one.controlled for number, one in found.items()} == {"N-1": True, "N-2": False}


@pytest.mark.parametrize(("cell", "value"), [("是", True), ("YES", True), ("√", True), ("否", False), ("0", False)])
def test_a_dedicated_vehicle_is_asked_for_or_not(cell: str, value: bool) -> None:
    assert dedicated(cell) is value


def test_anything_else_is_the_name_of_a_group() -> None:
    assert dedicated(" 疫苗  二组 ") == "疫苗 二组"
    with pytest.raises(Bad):
        dedicated("长" * 41)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("普通", 0), ("0", 0), ("优先", 1), ("High", 1), ("1.0", 1), ("２", 2), ("特急", 2), ("urgent", 2)],
)
def test_a_priority_is_read_in_words_and_numbers(cell: str, value: int) -> None:
    assert priority(cell) == value


@pytest.mark.parametrize("cell", ["3", "-1", "是", "0.5", "soon"])
def test_a_priority_that_is_none_is_refused(cell: str) -> None:
    with pytest.raises(Bad):
        priority(cell)


@ON_SQLITE
def test_what_is_asked_for_is_sealed_and_shown_in_both_languages(app: Flask, client: FlaskClient) -> None:
    found = imported(app, row(专车="高值A", 优先级="特急"), second(是否麻精="是"), note("N-2"))
    assert "consignment_terms" in {table.name for table in sealed_tables()}
    with app.app_context():
        person("li", Role.DISPATCHER)
    browser = Browser(client)
    browser.sign_in("li")
    for language, words in (("zh-CN", ("麻精药品", "专车 · 高值A", "特急")), ("en", ("controlled drugs", "urgent"))):
        browser.post("/language", {"language": language[:2], "next": "/orders/"})
        listed = browser.get("/orders/").text
        assert all(word in listed for word in words)
    page = browser.get(f"/orders/{found['N-1'].consignment.id}").text
    assert "高值A" in page
    assert "dedicated vehicle" not in browser.get(f"/orders/{found['N-2'].consignment.id}").text
