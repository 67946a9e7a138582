"""Delivery notes for tests, as CSV and XLSX."""

import csv
import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

HEADS_EN = (
    "Delivery note",
    "Order number",
    "Supplier",
    "Receiver",
    "Address",
    "Shipped",
    "Generic name",
    "English name",
    "Dosage form",
    "Specification",
    "Maker",
    "Marketing authorisation holder",
    "Lot",
    "Expiry",
    "Quantity",
    "Unit",
    "Storage",
    "GTIN",
    "Drug identification code",
    "Trace codes",
    "Wanted",
    "Release stamp",
    "Controlled",
    "Dedicated vehicle",
    "Priority",
)
GTIN = "06901234567892"
TRACE = "83857930000879766660"

ROW: dict[str, str] = {
    "随货同行单号": "N-1",
    "订单号": "PO-1",
    "供货单位": "国药控股北京",
    "收货单位": "北京协和医院",
    "收货地址": "东城区帅府园1号",
    "发货日期": "2026-11-22",
    "药品通用名称": "甘精胰岛素注射液",
    "英文名": "Insulin glargine",
    "剂型": "注射剂",
    "规格": "3ml:300单位",
    "生产厂商": "某某制药",
    "上市许可持有人": "某某控股",
    "批号": "B24101",
    "有效期": "2027-10-31",
    "数量": "20",
    "单位": "支",
    "贮藏条件": "冷藏",
    "GTIN": GTIN,
    "药品标识码": "8385793",
    "追溯码": TRACE,
    "要求送达": "08:00-11:30",
    "出库专用章": "是",
    "是否麻精": "否",
    "专车": "",
    "优先级": "",
}
HEADS = tuple(ROW)


def row(**changes: str) -> dict[str, str]:
    """A sound row of a note, with some cells changed."""
    assert changes.keys() <= ROW.keys()
    return ROW | changes


def second(**changes: str) -> dict[str, str]:
    """A sound second row of the same note: another product, without individual codes."""
    other = {
        "药品通用名称": "阿莫西林胶囊",
        "英文名": "Amoxicillin",
        "剂型": "胶囊剂",
        "规格": "0.25g*24",
        "批号": "A1",
        "数量": "40",
        "单位": "盒",
        "贮藏条件": "常温",
        **dict.fromkeys(("GTIN", "药品标识码", "追溯码"), ""),
    }
    return ROW | other | changes


def as_csv(rows: Sequence[Mapping[str, str]], heads: Sequence[str] = HEADS, encoding: str = "utf-8-sig") -> bytes:
    """Rows under a heading."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    for values in rows:
        writer.writerow([values[head] for head in HEADS])
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Mapping[str, object]], heads: Sequence[str] = HEADS, title: str | None = None) -> bytes:
    """Rows under a heading, and above it a title if one is given."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if title is not None:
        sheet.append([title])
    sheet.append(list(heads))
    for values in rows:
        sheet.append([values[head] for head in HEADS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
