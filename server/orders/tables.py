"""From the bytes of a file to rows of text: CSV (UTF-8, UTF-16 with a mark, GB 18030) and XLSX. No meaning yet.

The bytes may be anything anybody uploads. What cannot be read is refused with its reason; nothing is guessed and no size is
trusted.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from shared import problems
from shared.errors import Refused

ROWS_MAXIMUM = 10_000
"""Rows of one file: a city's day fits many times over."""
COLUMNS_MAXIMUM = 80


@dataclass(frozen=True)
class Table:
    """A file's rows as text. ``rows`` are (number as a spreadsheet counts them, cells); rows without content are left out.

    ``sheets_left`` are further sheets with content, which were not read.
    """

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    sheets_left: tuple[str, ...] = ()


def read_table(raw: bytes, filename: str) -> Table:
    """The rows of a file, whatever its name says it is.

    Raises:
        Refused: IMPORT_UNREADABLE, IMPORT_EMPTY.
    """
    if raw.startswith(b"PK\x03\x04"):
        from server.orders.workbooks import read_workbook  # loads numpy: only where there is one to read

        table = read_workbook(raw, filename)
    else:
        table = _csv(raw, filename)
    if not table.rows:
        raise Refused(problems.IMPORT_EMPTY, value=filename)
    return table


def unreadable(filename: str, reason: object) -> Refused:
    """The refusal of a file that cannot be read."""
    return Refused(problems.IMPORT_UNREADABLE, value=filename, reason=reason)


def table_of(rows: Iterable[tuple[str, ...]], filename: str, sheets_left: tuple[str, ...] = ()) -> Table:
    """The rows that hold something, numbered from 1."""
    kept: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in enumerate(rows, 1):
        if any(cells):
            if len(kept) > ROWS_MAXIMUM:
                raise unreadable(filename, f"> {ROWS_MAXIMUM} 行 rows")
            if len(cells) > COLUMNS_MAXIMUM and any(cells[COLUMNS_MAXIMUM:]):
                raise unreadable(filename, f"> {COLUMNS_MAXIMUM} 列 columns")
            kept.append((number, cells[:COLUMNS_MAXIMUM]))
    return Table(tuple(kept), sheets_left)


# CSV -------------------------------------------------------------------------------------------------------------------


def _csv(raw: bytes, filename: str) -> Table:
    text = _text(raw, filename)
    dialect = max(",\t;", key=text[: text.find("\n") if "\n" in text else None].count)
    try:
        rows = [
            tuple(cell.strip() for cell in row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=dialect)
        ]
    except csv.Error as error:
        raise unreadable(filename, error) from error
    return table_of(rows, filename)


def _text(raw: bytes, filename: str) -> str:
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unreadable(filename, "编码不是 encoding is not UTF-8, UTF-16, GB 18030")
