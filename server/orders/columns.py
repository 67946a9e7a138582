"""The columns of a delivery note (随货同行单) and the names they go by.

Source of the fields: GSP art. 73 (supplier, maker, generic name, dosage form, specification, lot, quantity, receiver,
address, day of shipping, and the supplier's release stamp); 上市许可持有人, 有效期 and 贮藏条件 by present practice.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.orders.tables import Table
from shared import problems
from shared.errors import Problem, Refused
from shared.work import Name

HEADER_WITHIN = 20
"""The heading stands in one of the first rows: above it a note has its title and its parties."""
HEADER_LEAST = 4
"""Columns that a row has to name to be the heading."""


class Column(StrEnum):
    """A column, by the name of the field it fills."""

    NOTE = "note"
    ORDER = "order"
    SUPPLIER = "supplier"
    RECEIVER = "receiver"
    ADDRESS = "address"
    SHIPPED = "shipped"
    PRODUCT = "product"
    PRODUCT_EN = "product_en"
    FORM = "form"
    SPECIFICATION = "specification"
    MAKER = "maker"
    HOLDER = "holder"
    LOT = "lot"
    EXPIRY = "expiry"
    QUANTITY = "quantity"
    UNIT = "unit"
    STORAGE = "storage"
    GTIN = "gtin"
    DRUG_IDS = "drug_ids"
    CODES = "codes"
    WANTED = "wanted"
    DEDICATED = "dedicated"
    PRIORITY = "priority"
    STAMP = "stamp"
    CONTROLLED = "controlled"


@dataclass(frozen=True)
class Heading:
    """What a column is called, what else it may be called, and whether every row needs it."""

    name: Name
    aliases: tuple[str, ...]
    required: bool = False


def _heading(zh: str, en: str, *aliases: str, required: bool = False) -> Heading:
    return Heading(Name(zh, en), aliases, required)


HEADINGS: dict[Column, Heading] = {
    Column.NOTE: _heading(
        "随货同行单号",
        "Delivery note",
        "随货单号",
        "同行单号",
        "单据编号",
        "delivery note number",
        "note number",
        required=True,
    ),
    Column.ORDER: _heading("订单号", "Order number", "订单编号", "order"),
    Column.SUPPLIER: _heading("供货单位", "Supplier", "供货商", required=True),
    Column.RECEIVER: _heading("收货单位", "Receiver", "购货单位", "consignee", required=True),
    Column.ADDRESS: _heading("收货地址", "Address", "delivery address", "receiver address", required=True),
    Column.SHIPPED: _heading("发货日期", "Shipped", "ship date", "shipping date", "dispatch date", required=True),
    Column.PRODUCT: _heading(
        "药品通用名称", "Generic name", "通用名称", "药品名称", "品名", "product", "product name", required=True
    ),
    Column.PRODUCT_EN: _heading("英文名", "English name", "英文名称", "药品英文名"),
    Column.FORM: _heading("剂型", "Dosage form", "form", required=True),
    Column.SPECIFICATION: _heading("规格", "Specification", "strength", required=True),
    Column.MAKER: _heading("生产厂商", "Maker", "生产企业", "生产厂家", "manufacturer", required=True),
    Column.HOLDER: _heading("上市许可持有人", "Marketing authorisation holder", "持有人", "holder", "mah"),
    Column.LOT: _heading("批号", "Lot", "产品批号", "生产批号", "batch", "lot number", "batch number", required=True),
    Column.EXPIRY: _heading("有效期", "Expiry", "有效期至", "失效日期", "expires", "expiry date", required=True),
    Column.QUANTITY: _heading("数量", "Quantity", "qty", required=True),
    Column.UNIT: _heading("单位", "Unit"),
    Column.STORAGE: _heading("贮藏条件", "Storage", "贮藏", "储存条件", "储藏条件", "storage condition", required=True),
    Column.GTIN: _heading("GTIN", "GTIN", "商品条码"),
    Column.DRUG_IDS: _heading("药品标识码", "Drug identification code", "标识码", "drug id", "drug ids"),
    Column.CODES: _heading("追溯码", "Trace codes", "药品追溯码", "codes", "trace code"),
    Column.WANTED: _heading(
        "要求送达", "Wanted", "要求送达时间", "送达时间", "要求到货", "wanted time", "delivery window"
    ),
    Column.DEDICATED: _heading(
        "专车", "Dedicated vehicle", "专车配送", "单独配送", "独立用车", "dedicated", "vehicle to itself"
    ),
    Column.PRIORITY: _heading("优先级", "Priority", "优先程度", "紧急程度", "urgency"),
    Column.STAMP: _heading("出库专用章", "Release stamp", "药品出库专用章", "专用章", "stamp"),
    Column.CONTROLLED: _heading("是否麻精", "Controlled", "麻精", "麻精药品", "controlled drug"),
}
REQUIRED = tuple(column for column, heading in HEADINGS.items() if heading.required)


def shown(column: Column) -> str:
    """A column's name in both languages."""
    name = HEADINGS[column].name
    return name.zh if name.zh == name.en else f"{name.zh} {name.en}"


_BRACKETED = re.compile(r"[(\[].*?[)\]]")


def _plain(text: str) -> str:
    """A heading without what people add to it: brackets, stars, colons, spaces, case, width."""
    text = _BRACKETED.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return " ".join(text.replace("*", " ").replace(":", " ").replace("_", " ").split())


_BY_NAME: dict[str, Column] = {
    _plain(name): column
    for column, heading in HEADINGS.items()
    for name in (heading.name.zh, heading.name.en, *heading.aliases)
}


@dataclass(frozen=True)
class Heads:
    """Where the columns are: ``row`` is the heading's number, ``at`` the index of each column there is.

    ``ignored`` are headings that mean nothing here; the person is told.
    """

    row: int
    at: Mapping[Column, int]
    ignored: tuple[str, ...]


def find_heading(table: Table) -> Heads:
    """The heading of a table.

    Raises:
        Refused: IMPORT_NO_HEADER naming every required column that is not there, IMPORT_COLUMN_TWICE.
    """
    best = max(
        table.rows[:HEADER_WITHIN], key=lambda row: len({_BY_NAME.get(_plain(cell)) for cell in row[1]} - {None})
    )
    at: dict[Column, int] = {}
    ignored: list[str] = []
    twice: list[Column] = []
    for index, cell in enumerate(best[1]):
        column = _BY_NAME.get(_plain(cell))
        if column is None:
            ignored += [cell] if cell else []
        elif column in at:
            twice.append(column)
        else:
            at[column] = index
    missing = REQUIRED if len(at) < HEADER_LEAST else [column for column in REQUIRED if column not in at]
    if missing:
        raise Refused(problems.IMPORT_NO_HEADER, value=f"{'、'.join(HEADINGS[c].name.zh for c in missing)}")
    if twice:
        raise Refused(problems.IMPORT_COLUMN_TWICE, row=best[0], column=shown(twice[0]))
    return Heads(best[0], at, tuple(ignored))


def cell_fault(row: int, column: Column, value: str, reason: str) -> Problem:
    """A bad cell, by row and column."""
    return Refused(problems.IMPORT_CELL, row=row, column=shown(column), value=value, reason=reason).problem
