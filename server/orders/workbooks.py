"""XLSX workbooks as rows of text. Whatever opens as a zip may have been made by anybody: it is bounded before it is read."""

import io
import struct
import warnings
import zlib
from datetime import date, datetime, time
from zipfile import BadZipFile, LargeZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from server.orders.tables import COLUMNS_MAXIMUM, ROWS_MAXIMUM, Table, table_of, unreadable

UNPACKED_MAXIMUM = 256 * 1024 * 1024
"""Bytes an XLSX may unpack to."""

_BROKEN = (
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


def read_workbook(raw: bytes, filename: str) -> Table:
    """The rows of a workbook's first sheet with content.

    Raises:
        Refused: IMPORT_UNREADABLE.
    """
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNPACKED_MAXIMUM:
                raise unreadable(filename, f"> {UNPACKED_MAXIMUM} bytes")
        with warnings.catch_warnings(action="ignore"):  # about styles and extensions that hold no data
            book = load_workbook(io.BytesIO(raw), data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.max_row > 1 or sheet.max_column > 1]
        if not sheets:
            return Table(())
        left = tuple(sheet.title for sheet in sheets[1:])
        return table_of(_sheet_rows(sheets[0], filename), filename, left)
    except _BROKEN as error:
        raise unreadable(filename, f"{type(error).__name__}: {error}") from error


def _sheet_rows(sheet: Worksheet, filename: str) -> list[tuple[str, ...]]:
    """All rows of a sheet. A merged cell counts for every row it spans, as a person reads it."""
    if sheet.max_row > ROWS_MAXIMUM * 2 or sheet.max_column > 1_000:
        raise unreadable(filename, f"{sheet.max_row} × {sheet.max_column}")
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
