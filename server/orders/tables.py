"""From the bytes of a file to rows of text: CSV (UTF-8, UTF-16 with a mark, GB 18030) and XLSX. No meaning yet.

The bytes may be anything anybody uploads. What cannot be read is refused with its reason; nothing is guessed and no size is
trusted.
"""

import csv
import io
import struct
import warnings
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zipfile import BadZipFile, LargeZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from shared import problems
from shared.errors import Refused

ROWS_MAXIMUM = 10_000
"""Rows of one file: a city's day fits many times over."""
COLUMNS_MAXIMUM = 80
UNPACKED_MAXIMUM = 256 * 1024 * 1024
"""Bytes an XLSX may unpack to."""

_XLSX_BROKEN = (
    BadZipFile,
    LargeZipFile,
    InvalidFileException,
    zlib.error,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # an encrypted member; NotImplementedError (a compression nobody has) is one too
    SyntaxError,  # what the XML parsers raise
    TypeError,
    ValueError,
)
"""What opening a damaged workbook raises: the reader trusts the file's inner references, and each can lead nowhere."""


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
    table = _xlsx(raw, filename) if raw.startswith(b"PK\x03\x04") else _csv(raw, filename)
    if not table.rows:
        raise Refused(problems.IMPORT_EMPTY, value=filename)
    return table


def _unreadable(filename: str, reason: object) -> Refused:
    return Refused(problems.IMPORT_UNREADABLE, value=filename, reason=reason)


def _table(rows: Iterable[tuple[str, ...]], filename: str, sheets_left: tuple[str, ...] = ()) -> Table:
    """The rows that hold something, numbered from 1."""
    kept: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in enumerate(rows, 1):
        if any(cells):
            if len(kept) > ROWS_MAXIMUM:
                raise _unreadable(filename, f"> {ROWS_MAXIMUM} 行 rows")
            if len(cells) > COLUMNS_MAXIMUM and any(cells[COLUMNS_MAXIMUM:]):
                raise _unreadable(filename, f"> {COLUMNS_MAXIMUM} 列 columns")
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
        raise _unreadable(filename, error) from error
    return _table(rows, filename)


def _text(raw: bytes, filename: str) -> str:
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(filename, "编码不是 encoding is not UTF-8, UTF-16, GB 18030")


# XLSX ------------------------------------------------------------------------------------------------------------------


def _xlsx(raw: bytes, filename: str) -> Table:
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNPACKED_MAXIMUM:
                raise _unreadable(filename, f"> {UNPACKED_MAXIMUM} bytes")
        with warnings.catch_warnings(action="ignore"):  # about styles and extensions that hold no data
            book = load_workbook(io.BytesIO(raw), data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.max_row > 1 or sheet.max_column > 1]
        if not sheets:
            return Table(())
        left = tuple(sheet.title for sheet in sheets[1:])
        return _table(_sheet_rows(sheets[0], filename), filename, left)
    except _XLSX_BROKEN as error:
        raise _unreadable(filename, f"{type(error).__name__}: {error}") from error


def _sheet_rows(sheet: Worksheet, filename: str) -> list[tuple[str, ...]]:
    """All rows of a sheet. A merged cell counts for every row it spans, as a person reads it."""
    if sheet.max_row > ROWS_MAXIMUM * 2 or sheet.max_column > 1_000:
        raise _unreadable(filename, f"{sheet.max_row} × {sheet.max_column}")
    width = min(sheet.max_column, COLUMNS_MAXIMUM + 1)
    rows = [[_cell(value) for value in row] for row in sheet.iter_rows(max_col=width, values_only=True)]
    for merged in sheet.merged_cells.ranges:
        if merged.min_col <= width and merged.min_row <= len(rows):
            value = rows[merged.min_row - 1][merged.min_col - 1]
            for row in rows[merged.min_row - 1 : merged.max_row]:
                row[merged.min_col - 1] = value
    return [tuple(row) for row in rows]


def _cell(value: object) -> str:
    """A cell's value as a person sees it."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M") if value.time() != time() else value.date().isoformat()
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case _:
            return str(value).strip()
