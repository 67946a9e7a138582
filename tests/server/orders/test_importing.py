"""Importing delivery notes: all of a file or nothing, and every fault by row and column."""

import io
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from openpyxl import load_workbook

from server.accounts import audit
from server.db import db
from server.fleet import operations as fleet
from server.orders import operations
from server.orders.schemas import Imported, ImportReport, Order, OrderState, Rejected
from server.transaction import transaction
from shared import problems
from shared.coldchain.profiles import AMBIENT, REFRIGERATED, ProductRange
from shared.work import Window
from tests.server.fleet.samples import BY, Fleet, enter_fleet
from tests.server.orders.samples import HEADS, HEADS_EN, TRACE, as_csv, as_xlsx, row, second


@pytest.fixture(autouse=True)
def entered(app: Flask) -> Fleet:
    with app.app_context():
        return enter_fleet()


def run(raw: bytes, filename: str = "orders.csv") -> ImportReport:
    db.session.rollback()  # whatever was looked at before is another transaction
    with transaction():
        return operations.import_orders(raw, filename, by=BY)


def faults(raw: bytes) -> list[tuple[int, dict[str, str]]]:
    report = run(raw)
    assert isinstance(report, Rejected)
    assert list(operations.orders()) == []
    return [(problem.number, problem.values) for problem in report.problems]


def cells(raw: bytes) -> list[tuple[str, str, str]]:
    """(row, column, value) of the bad cells."""
    found = faults(raw)
    assert {number for number, _ in found} == {problems.IMPORT_CELL.number}, found
    return [(values["row"], values["column"].split()[0], values["value"]) for _, values in found]


def only() -> Order:
    (order,) = operations.orders()
    return order


def test_a_note_becomes_a_consignment_with_its_lines(app: Flask, entered: Fleet) -> None:
    with app.app_context():
        report = run(as_csv([row(), second()]))
        assert isinstance(report, Imported)
        assert (len(report.consignments), report.lines, report.packs, report.new_products) == (1, 2, 60, 2)
        order = only()
        assert order.site_id == entered.xiehe
        assert order.state is OrderState.OPEN
        start, end = datetime(2026, 11, 22, 0, 0, tzinfo=UTC), datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
        assert order.wanted == Window(start, end)
        note = order.consignment
        assert (note.note_number, note.order_number, note.supplier.zh) == ("N-1", "PO-1", "国药控股北京")
        assert note.receiver == fleet.site(entered.xiehe).name
        assert note.sealed_note
        one, two = note.lines
        assert (one.lot, one.expiry, one.quantity, one.unit) == ("B24101", date(2027, 10, 31), 20, "支")
        assert one.codes == (TRACE,)
        assert not one.countable
        assert one.product.range == REFRIGERATED
        assert one.product.name.en == "Insulin glargine"
        assert two.product.range == AMBIENT
        assert two.countable


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_note_reads_the_same_in_every_usual_encoding(app: Flask, encoding: str) -> None:
    with app.app_context():
        assert isinstance(run(as_csv([row()], encoding=encoding)), Imported)
        assert only().consignment.lines[0].product.name.zh == "甘精胰岛素注射液"


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_tabs_and_semicolons_separate_as_well_as_commas(app: Flask, delimiter: str) -> None:
    text = delimiter.join(HEADS) + "\r\n" + delimiter.join(row().values())
    with app.app_context():
        assert isinstance(run(text.encode()), Imported)


def test_the_columns_may_be_called_by_their_english_names(app: Flask) -> None:
    with app.app_context():
        assert isinstance(run(as_csv([row()], heads=HEADS_EN)), Imported)


def test_a_workbook_with_a_title_dates_and_numbers_imports_like_the_text(app: Flask) -> None:
    values: dict[str, object] = {
        **row(),
        "发货日期": date(2026, 11, 22),
        "数量": 20.0,
        "出库专用章": True,
        "GTIN": 6901234567892,
    }
    with app.app_context():
        report = run(as_xlsx([values], title="随货同行单"), "notes.xlsx")
        assert isinstance(report, Imported)
        order = only()
        assert order.source == "notes.xlsx"
        assert order.consignment.shipped == date(2026, 11, 22)
        assert order.consignment.lines[0].product.gtin == "06901234567892"


def test_a_merged_cell_counts_for_every_row_it_spans(app: Flask) -> None:
    book = load_workbook(io.BytesIO(as_xlsx([row(), second()])))
    sheet = book.active
    assert sheet is not None
    for column in range(1, 7):
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    out = io.BytesIO()
    book.save(out)
    with app.app_context():
        assert isinstance(run(out.getvalue()), Imported)
        assert len(only().consignment.lines) == 2


def test_what_a_note_says_once_holds_for_its_later_rows(app: Flask) -> None:
    blank = dict.fromkeys(("订单号", "收货单位", "收货地址", "发货日期", "要求送达", "出库专用章"), "")
    with app.app_context():
        assert isinstance(run(as_csv([row(), second(**blank)])), Imported)
        assert len(only().consignment.lines) == 2


def test_a_row_that_does_not_say_its_own_note_is_refused(app: Flask) -> None:
    with app.app_context():
        assert cells(as_csv([row(), second(随货同行单号="")])) == [("3", "随货同行单号", "")]


def test_every_bad_cell_is_reported_by_row_and_column_and_nothing_is_imported(app: Flask) -> None:
    raw = as_csv(
        [
            row(),
            row(随货同行单号="N-2", 批号="", 数量="0", 有效期="2027-02-30", 追溯码="", GTIN="6901234567893"),
            row(随货同行单号="N-3", 贮藏条件="凉快", 收货单位="不存在的医院", 发货日期="明天", 追溯码=""),
        ]
    )
    with app.app_context():
        assert cells(raw) == [
            ("3", "有效期", "2027-02-30"),
            ("3", "数量", "0"),
            ("3", "GTIN", "6901234567893"),
            ("3", "批号", ""),
            ("4", "发货日期", "明天"),
            ("4", "贮藏条件", "凉快"),
            ("4", "收货单位", "不存在的医院"),
        ]
        assert audit.entries(tag=audit.Tag.PRODUCT_ADDED) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("数量", "-1"),
        ("数量", "1.5"),
        ("数量", "一百"),
        ("数量", "1000001"),
        ("有效期", "31/10/2027"),
        ("有效期", "2026-11-21"),
        ("发货日期", "2026-11"),
        ("药品标识码", "123"),
        ("追溯码", "83857930000879766660 83857930000879766660"),
        ("追溯码", "99999990000879766660"),
        ("追溯码", "81111110000879766660"),
        ("追溯码", "00123456789012345678"),
        ("要求送达", "11:30-08:00"),
        ("要求送达", "25:00-26:00"),
        ("要求送达", "上午"),
        ("要求送达", "2026-11-22 08:00-2026-11-23 11:00"),
        ("出库专用章", "大概"),
        ("贮藏条件", "冷藏，避免冷冻"),
        ("贮藏条件", "8-2℃"),
        ("批号", "x" * 41),
        ("药品通用名称", "#REF!"),
        ("药品通用名称", "a\x00b"),
    ],
)
def test_a_cell_that_means_nothing_is_refused(app: Flask, column: str, value: str) -> None:
    with app.app_context():
        (found,) = cells(as_csv([row(**{column: value})]))
        assert found[:2] == ("2", column)


def test_more_codes_than_packs_are_refused(app: Flask) -> None:
    codes = " ".join(f"8385793{n:013d}" for n in range(3))
    with app.app_context():
        assert cells(as_csv([row(追溯码=codes, 数量="2")])) == [("2", "追溯码", "3")]


def test_a_serial_number_needs_its_gtin(app: Flask) -> None:
    with app.app_context():
        assert cells(as_csv([row(追溯码="SN1", GTIN="")])) == [("2", "追溯码", "SN1")]
        assert isinstance(run(as_csv([row(追溯码="SN1")])), Imported)


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("冷藏", REFRIGERATED),
        ("遮光，2～8℃保存，避免冷冻", REFRIGERATED),
        ("-25℃~-10℃", ProductRange(-25, -10)),
        ("15-25°C", ProductRange(15, 25)),
        ("Refrigerated", REFRIGERATED),
        ("密闭，常温保存", AMBIENT),
    ],
)
def test_storage_words_and_degrees_become_a_range(app: Flask, words: str, limits: ProductRange) -> None:
    with app.app_context():
        assert isinstance(run(as_csv([row(贮藏条件=words)])), Imported)
        product = only().consignment.lines[0].product
        assert product.range == limits
        assert product.storage == words


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-10-31", date(2027, 10, 31)),
        ("2027年2月", date(2027, 2, 28)),
        ("20280229", date(2028, 2, 29)),
        ("2028/02", date(2028, 2, 29)),
    ],
)
def test_an_expiry_month_means_through_its_last_day(app: Flask, text: str, day: date) -> None:
    with app.app_context():
        assert isinstance(run(as_csv([row(有效期=text)])), Imported)
        assert only().consignment.lines[0].expiry == day


def test_rows_of_one_note_may_not_contradict_each_other(app: Flask) -> None:
    with app.app_context():
        found = faults(as_csv([row(), second(收货单位="北京同仁医院", 发货日期="2026-11-23")]))
        assert [(number, values["row"], values["first"], values["column"].split()[0]) for number, values in found] == [
            (problems.IMPORT_CONFLICT.number, "3", "2", "收货单位"),
            (problems.IMPORT_CONFLICT.number, "3", "2", "发货日期"),
        ]


def test_one_lot_has_one_expiry_and_one_product_one_storage(app: Flask) -> None:
    other = row(随货同行单号="N-2", 有效期="2027-11-30", 贮藏条件="冷冻", 追溯码="")
    with app.app_context():
        found = faults(as_csv([row(), other]))
        assert [values["column"].split()[0] for _, values in found] == ["贮藏条件", "有效期"]
        assert {number for number, _ in found} == {problems.IMPORT_CONFLICT.number}


def test_the_same_line_or_code_twice_is_a_repetition(app: Flask) -> None:
    with app.app_context():
        found = faults(as_csv([row(), row()]))
        assert [(number, values["row"], values["first"]) for number, values in found] == [
            (problems.IMPORT_REPEATED.number, "3", "2")
        ] * 2
        assert found[1][1]["value"] == TRACE


def test_a_note_that_was_imported_before_is_a_duplicate(app: Flask) -> None:
    with app.app_context():
        assert isinstance(run(as_csv([row()])), Imported)
        report = run(as_csv([row(), row(随货同行单号="N-2", 追溯码="")]))
        assert isinstance(report, Rejected)
        assert [(p.number, p.values["row"]) for p in report.problems] == [(problems.IMPORT_DUPLICATE.number, "2")]
        assert len(operations.orders()) == 1


def test_what_the_catalogue_knows_of_a_product_is_not_changed_by_a_note(app: Flask) -> None:
    with app.app_context():
        assert isinstance(run(as_csv([row()])), Imported)
        later = row(随货同行单号="N-2", 贮藏条件="冷冻", GTIN="06901234567908", 是否麻精="是", 追溯码="")
        report = run(as_csv([later]))
        assert isinstance(report, Rejected)
        assert [p.values["column"].split()[0] for p in report.problems] == ["贮藏条件", "GTIN", "是否麻精"]


def test_a_note_completes_what_the_catalogue_does_not_know(app: Flask) -> None:
    with app.app_context():
        assert isinstance(run(as_csv([row(英文名="", GTIN="", 药品标识码="", 追溯码="")])), Imported)
        assert isinstance(run(as_csv([row(随货同行单号="N-2", 药品标识码="8385793 8385794")])), Imported)
        product = operations.orders()[0].consignment.lines[0].product
        assert (product.name.en, product.gtin) == ("Insulin glargine", "06901234567892")
        assert product.drug_ids == ("8385793", "8385794")
        assert len(audit.entries(tag=audit.Tag.PRODUCT_CHANGED)) == 1


def test_a_controlled_drug_is_counted_pack_by_pack(app: Flask) -> None:
    with app.app_context():
        assert isinstance(run(as_csv([second(是否麻精="是")])), Imported)
        line = only().consignment.lines[0]
        assert line.product.controlled
        assert not line.countable


def test_columns_that_mean_nothing_are_told(app: Flask) -> None:
    raw = as_csv([row()]).decode("utf-8-sig").splitlines()
    text = "\n".join([raw[0] + ",单价,备注", raw[1] + ",12.5,"])
    with app.app_context():
        report = run(text.encode())
        assert isinstance(report, Imported)
        assert report.ignored == ("单价", "备注")


def test_a_file_without_the_columns_names_all_that_are_missing(app: Flask) -> None:
    heads = [head for head in HEADS if head not in ("批号", "有效期")]
    with app.app_context():
        ((number, values),) = faults((",".join(heads) + "\n" + ",".join("x" for _ in heads)).encode())
        assert (number, values["value"]) == (problems.IMPORT_NO_HEADER.number, "批号、有效期")


def test_a_column_named_twice_is_refused(app: Flask) -> None:
    with app.app_context():
        ((number, values),) = faults((",".join([*HEADS, "产品批号"]) + "\n").encode())
        assert (number, values["column"]) == (problems.IMPORT_COLUMN_TWICE.number, "批号 Lot")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", problems.IMPORT_EMPTY),
        (b"\n\n,,\n", problems.IMPORT_EMPTY),
        ((",".join(HEADS)).encode(), problems.IMPORT_EMPTY),
        (b"\x80\x81\xff\xff", problems.IMPORT_UNREADABLE),
        (b"PK\x03\x04 but no workbook", problems.IMPORT_UNREADABLE),
        (b"hello", problems.IMPORT_NO_HEADER),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_reason(app: Flask, raw: bytes, problem: object) -> None:
    with app.app_context():
        ((number, _),) = faults(raw)
        assert number == getattr(problem, "number", None)


def test_an_import_leaves_a_trail(app: Flask) -> None:
    with app.app_context():
        run(as_csv([row(), second()]))
        assert [(entry.by, entry.subject) for entry in audit.entries(tag=audit.Tag.ORDERS_IMPORTED)] == [
            (BY, "orders.csv")
        ]
        assert [entry.changes["lines"][1] for entry in audit.entries(tag=audit.Tag.CONSIGNMENT_ADDED)] == ["2"]
