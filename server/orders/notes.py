"""From rows of text to delivery notes: every cell read, every fault collected, contradictions and repetitions found.

Pure: what is known already (sites, products, notes) is compared in :mod:`server.orders.operations`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.orders import cells, columns
from server.orders.cells import READERS, Bad, Wanted
from server.orders.columns import Column, Heads, cell_fault, find_heading, shown
from server.orders.tables import Table, read_table
from shared import problems
from shared.codes.trace import DRUG_ID_LENGTH, is_trace_code
from shared.coldchain.profiles import ProductRange
from shared.errors import Problem, Refused

DEFAULT_UNIT = "盒"
"""Packs, where a note does not say what it counts."""


@dataclass(frozen=True)
class ProductKey:
    """What makes two rows name the same medicine (GSP art. 73)."""

    name: str
    form: str
    specification: str
    maker: str

    def text(self) -> str:
        """As people write it."""
        return " ".join((self.name, self.specification, self.maker))


@dataclass(frozen=True)
class NoteKey:
    """What makes two rows stand on the same note: whose note, and its number."""

    supplier: str
    number: str


@dataclass(frozen=True)
class Row:
    """One row; ``None`` stands for a cell that is empty or could not be read, of which ``faults`` tells."""

    number: int
    faults: tuple[Problem, ...] = ()
    note: str | None = None
    order: str | None = None
    supplier: str | None = None
    receiver: str | None = None
    address: str | None = None
    shipped: date | None = None
    product: str | None = None
    product_en: str | None = None
    form: str | None = None
    specification: str | None = None
    maker: str | None = None
    holder: str | None = None
    lot: str | None = None
    expiry: date | None = None
    quantity: int | None = None
    unit: str | None = None
    storage: str | None = None
    range: ProductRange | None = None
    gtin: str | None = None
    drug_ids: tuple[str, ...] | None = None
    codes: tuple[str, ...] | None = None
    wanted: Wanted | None = None
    dedicated: bool | str | None = None
    priority: int | None = None
    stamp: bool | None = None
    controlled: bool | None = None

    def note_key(self) -> NoteKey | None:
        """Which note it stands on, as far as it can be told."""
        return None if self.supplier is None or self.note is None else NoteKey(self.supplier, self.note)

    def product_key(self) -> ProductKey | None:
        """Which medicine it names, as far as it can be told."""
        name, form, specification, maker = self.product, self.form, self.specification, self.maker
        if name is None or form is None or specification is None or maker is None:
            return None
        return ProductKey(name, form, specification, maker)


@dataclass(frozen=True)
class Draft:
    """A file read whole. It may be imported only if there are no ``faults``."""

    rows: tuple[Row, ...]
    faults: tuple[Problem, ...]
    ignored: tuple[str, ...]
    """Columns and sheets that were not read."""

    def notes(self) -> dict[NoteKey, list[Row]]:
        """The rows of each note, in the file's order."""
        return grouped(self.rows, Row.note_key)


def read_draft(raw: bytes, filename: str, receivers: Mapping[str, str]) -> Draft:
    """Everything a file says, and everything that is wrong with it.

    ``receivers`` are the names that receivers are known by. A file that cannot be read at all is a draft without rows.
    """
    try:
        table = read_table(raw, filename)
        heads = find_heading(table)
    except Refused as refused:
        return Draft((), (refused.problem,), ())
    rows = tuple(_inherited(_rows(table, heads, receivers)))
    if not rows:
        return Draft((), (Refused(problems.IMPORT_EMPTY, value=filename).problem,), ())
    faults = [fault for row in rows for fault in row.faults]
    faults += [*_conflicts(rows), *_repetitions(rows)]
    sheets = tuple(f"工作表 sheet: {title}" for title in table.sheets_left)
    return Draft(rows, tuple(sorted(faults, key=_row_number)), heads.ignored + sheets)


def _row_number(fault: Problem) -> int:
    return int(fault.values.get("row", "0"))


def grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Rows by a key; those without one are left out."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        if (value := key(row)) is not None:
            found.setdefault(value, []).append(row)
    return found


# one row ---------------------------------------------------------------------------------------------------------------


def _rows(table: Table, heads: Heads, receivers: Mapping[str, str]) -> Iterator[Row]:
    for number, texts in table.rows:
        if number > heads.row:
            given = {column: texts[index] if index < len(texts) else "" for column, index in heads.at.items()}
            yield _row(number, given, receivers)


def _row(number: int, given: Mapping[Column, str], receivers: Mapping[str, str]) -> Row:
    values: dict[str, Any] = {}
    faults: list[Problem] = []
    for column, cell in given.items():
        if not cell.strip():
            continue
        try:
            values[column.value] = READERS[column](cell)
            if column is Column.STORAGE:
                values["range"] = cells.storage(cell)
        except Bad as bad:
            faults.append(cell_fault(number, column, cell, str(bad)))
    row = Row(number, **values)
    return replace(row, faults=(*faults, *_row_faults(row, receivers)))


def _row_faults(row: Row, receivers: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with a row although each cell by itself can be read."""
    if row.receiver is not None and row.receiver not in receivers:
        yield cell_fault(row.number, Column.RECEIVER, row.receiver, "没有此收货地点 there is no such site")
    if row.expiry is not None and row.shipped is not None and row.expiry < row.shipped:
        yield cell_fault(row.number, Column.EXPIRY, row.expiry.isoformat(), "早于发货日期 before the day of shipping")
    if row.codes is None:
        return
    if row.quantity is not None and len(row.codes) > row.quantity:
        reason = f"多于数量 more than the quantity {row.quantity}"
        yield cell_fault(row.number, Column.CODES, str(len(row.codes)), reason)
    for code in row.codes:
        if row.drug_ids and is_trace_code(code) and code[:DRUG_ID_LENGTH] not in row.drug_ids:
            reason = f"不属于药品标识码 not of {' '.join(row.drug_ids)}"
            yield cell_fault(row.number, Column.CODES, code, reason)
        if cells.is_serial(code) and row.gtin is None:
            yield cell_fault(row.number, Column.CODES, code, "序列号需要 GTIN a serial number needs a GTIN")


def _inherited(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows with what their note's first row says, where they leave it empty; then what is still missing is a fault.

    A note's number and supplier are never inherited: a row must say itself where it belongs.
    """
    first: dict[NoteKey, Row] = {}
    for row in rows:
        full = row
        if (key := row.note_key()) is not None:
            head = first.setdefault(key, row)
            full = replace(
                row,
                **{
                    column.value: getattr(head, column.value)
                    for column in OF_NOTE
                    if getattr(row, column.value) is None and not _reported(row, column)
                },
            )
        missing = tuple(
            cell_fault(row.number, column, "", "必填 required")
            for column in columns.REQUIRED
            if getattr(full, column.value) is None and not _reported(row, column)
        )
        yield replace(full, faults=row.faults + missing)


OF_NOTE = (
    Column.ORDER,
    Column.RECEIVER,
    Column.ADDRESS,
    Column.SHIPPED,
    Column.WANTED,
    Column.DEDICATED,
    Column.PRIORITY,
    Column.STAMP,
)
"""What a note says once: every row of it must say the same, or nothing."""


def said_of_note(rows: Sequence[Row]) -> Row:
    """The first row of a note with what any of its rows says of the note as a whole."""
    said: dict[str, Any] = {
        column.value: next((value for row in rows if (value := getattr(row, column.value)) is not None), None)
        for column in OF_NOTE
    }
    return replace(rows[0], **said)


def _reported(row: Row, column: Column) -> bool:
    return any(fault.values.get("column") == shown(column) for fault in row.faults)


# rows against each other -----------------------------------------------------------------------------------------------

OF_PRODUCT = (Column.PRODUCT_EN, Column.HOLDER, Column.STORAGE, Column.GTIN, Column.DRUG_IDS, Column.CONTROLLED)
"""What a medicine is: every row that names it must say the same, or nothing."""


def _conflicts(rows: Sequence[Row]) -> Iterator[Problem]:
    for note in grouped(rows, Row.note_key).values():
        yield from _differing(note, OF_NOTE)
    for product in grouped(rows, Row.product_key).values():
        yield from _differing(product, OF_PRODUCT)
    for lot in grouped(rows, _lot_key).values():
        yield from _differing(lot, (Column.EXPIRY,))


def _lot_key(row: Row) -> tuple[ProductKey, str] | None:
    key = row.product_key()
    return None if key is None or row.lot is None else (key, row.lot)


def _differing(rows: Sequence[Row], of: Iterable[Column]) -> Iterator[Problem]:
    """A fault for each row that says something else than the first row that says anything."""
    for column in of:
        name = "range" if column is Column.STORAGE else column.value
        said = [row for row in rows if getattr(row, name) is not None]
        for row in said[1:]:
            if getattr(row, name) != getattr(said[0], name):
                value = _shown_value(getattr(row, column.value))
                yield Refused(
                    problems.IMPORT_CONFLICT,
                    row=row.number,
                    first=said[0].number,
                    column=shown(column),
                    value=value,
                ).problem


def _shown_value(value: object) -> str:
    match value:
        case bool():
            return "是 yes" if value else "否 no"
        case tuple():
            return " ".join(str(part) for part in value)
        case Wanted():
            return f"{value.start:%H:%M}-{value.end:%H:%M}"
        case _:
            return str(value)


def _repetitions(rows: Sequence[Row]) -> Iterator[Problem]:
    for same in grouped(rows, _line_key).values():
        for row in same[1:]:
            key = row.product_key()
            value = f"{row.note} {key.text() if key else ''} {row.lot}"
            yield _repeated(row.number, same[0].number, value)
    seen: dict[str, int] = {}
    for row in rows:
        for code in row.codes or ():
            # a serial number is only unique under its GTIN
            name = f"{row.gtin} {code}" if cells.is_serial(code) else code
            if name in seen:
                yield _repeated(row.number, seen[name], code)
            seen.setdefault(name, row.number)


def _line_key(row: Row) -> tuple[NoteKey, ProductKey, str] | None:
    note, lot = row.note_key(), _lot_key(row)
    return None if note is None or lot is None else (note, *lot)


def _repeated(row: int, first: int, value: str) -> Problem:
    return Refused(problems.IMPORT_REPEATED, row=row, first=first, value=value).problem
