"""What stands in one cell, as a value. A cell that means nothing raises :class:`Bad` with the reason, in both languages."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from server.orders.columns import Column
from shared.codes.checkdigit import CHARSET_82
from shared.codes.keys import Gtin, Sscc
from shared.codes.trace import DRUG_ID_LENGTH, is_trace_code
from shared.coldchain.profiles import BANDS, ProductRange
from shared.errors import Refused

TEXT_MAXIMUM = 300
LOT_MAXIMUM = 40
QUANTITY_MAXIMUM = 1_000_000
CODES_MAXIMUM = 5_000
GROUP_MAXIMUM = 40


class Bad(ValueError):
    """A cell that cannot be read; the message is the reason, in Chinese and English."""


@dataclass(frozen=True)
class Wanted:
    """When goods are wanted: local times, on a day or, without one, on the day of shipping."""

    start: time
    end: time
    day: date | None = None


def text(cell: str, limit: int = TEXT_MAXIMUM) -> str:
    """Words as they stand."""
    words = " ".join(cell.split())
    if len(words) > limit:
        raise Bad(f"过长 too long: > {limit}")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in words):
        raise Bad("含有无法显示的字符 holds characters that cannot be shown")
    if words in _SPREADSHEET_ERRORS:
        raise Bad("表格公式出错 the spreadsheet's formula failed")
    return words


_SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})


def lot(cell: str) -> str:
    """批号: letters, digits and signs, as printed on the pack."""
    return text(cell, LOT_MAXIMUM)


_YEAR_MONTH_DAY = re.compile(r"(\d{4})\s*(?:[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*日?)?月?|(\d{2})(\d{2}))")


def _date_parts(cell: str) -> tuple[int, int, int | None]:
    plain = unicodedata.normalize("NFKC", cell).strip().removesuffix(" 00:00:00")
    match = _YEAR_MONTH_DAY.fullmatch(plain)
    if match is None or (match[2] is None and match[4] is None):
        raise Bad("不是日期 not a date: YYYY-MM-DD")
    month, day = (match[2], match[3]) if match[2] is not None else (match[4], match[5])
    return int(match[1]), int(month), None if day is None else int(day)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Bad("没有这一天 there is no such day") from error


def day(cell: str) -> date:
    """A day: 2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日 or 20261122."""
    year, month, number = _date_parts(cell)
    if number is None:
        raise Bad("缺少日 the day is missing: YYYY-MM-DD")
    return _date(year, month, number)


def expiry(cell: str) -> date:
    """A last day of use; a month without a day means through its last day (有效期至 年月)."""
    year, month, number = _date_parts(cell)
    if number is None:
        first = _date(year, month, 1)
        return first.replace(day=monthrange(first.year, first.month)[1])
    return _date(year, month, number)


def quantity(cell: str) -> int:
    """A whole number of packs, at least one."""
    plain = unicodedata.normalize("NFKC", cell)
    if not re.fullmatch(r"[0-9]{1,9}(\.0+)?", plain) or not 1 <= int(plain.split(".")[0]) <= QUANTITY_MAXIMUM:
        raise Bad(f"不是数量 not a quantity: 1…{QUANTITY_MAXIMUM}")
    return int(plain.split(".")[0])


def gtin(cell: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits with the right check digit, as 14 digits."""
    try:
        return Gtin.parse(unicodedata.normalize("NFKC", cell)).value
    except Refused as refused:
        raise Bad(f"{refused.problem.text('zh')} {refused.problem.text('en')}") from refused


_SEPARATORS = re.compile(r"[\s,，;；、|]+")


def drug_ids(cell: str) -> tuple[str, ...]:
    """药品标识码, seven digits each (NMPAB/T 1002-2019), one per packaging level."""
    found = tuple(dict.fromkeys(filter(None, _SEPARATORS.split(unicodedata.normalize("NFKC", cell)))))
    for code in found:
        if not re.fullmatch(rf"8[0-9]{{{DRUG_ID_LENGTH - 1}}}", code):
            raise Bad(f"不是药品标识码 not a drug identification code: {code}")
    return found


def codes(cell: str) -> tuple[str, ...]:
    """Individual codes: 药品追溯码 (20 digits from 8), SSCC as (00)…, or serials of the GTIN."""
    found = [part for part in _SEPARATORS.split(unicodedata.normalize("NFKC", cell)) if part]
    if len(found) > CODES_MAXIMUM:
        raise Bad(f"过多 too many: > {CODES_MAXIMUM}")
    seen: set[str] = set()
    for code in found:
        _check_code(code)
        if code in seen:
            raise Bad(f"重复 twice: {code}")
        seen.add(code)
    return tuple(found)


_SSCC = re.compile(r"(?:\(00\)|00)([0-9]{18})")


def _check_code(code: str) -> None:
    if is_trace_code(code):
        return
    if match := _SSCC.fullmatch(code):
        try:
            Sscc(match[1])
        except Refused as refused:
            raise Bad(f"{refused.problem.text('zh')} {refused.problem.text('en')}") from refused
    elif code.isascii() and code.isdigit() and len(code) > 14:
        raise Bad(f"不是追溯码，也不是 SSCC neither a trace code nor an SSCC: {code[:40]}")
    elif not 1 <= len(code) <= 20 or not set(CHARSET_82).issuperset(code):
        raise Bad(f"不是序列号 not a serial number: {code[:40]}")


def is_serial(code: str) -> bool:
    """Whether an individual code is a serial number: neither a trace code nor an SSCC."""
    return not is_trace_code(code) and _SSCC.fullmatch(code) is None


_YES = frozenset({"是", "有", "已盖", "已盖章", "√", "✓", "yes", "y", "true", "1"})
_NO = frozenset({"否", "无", "未盖", "没有", "×", "no", "n", "false", "0"})


def yes_no(cell: str) -> bool:
    """Yes or no."""
    plain = unicodedata.normalize("NFKC", cell).strip().casefold()
    if plain in _YES or plain in _NO:
        return plain in _YES
    raise Bad("只能填“是”或“否” say yes or no")


def dedicated(cell: str) -> bool | str:
    """Whether a note's goods have a vehicle to themselves (专车); or the name of a group of notes that share one."""
    plain = unicodedata.normalize("NFKC", cell).strip().casefold()
    return plain in _YES if plain in _YES or plain in _NO else text(cell, GROUP_MAXIMUM)


_PRIORITIES: dict[str, int] = {
    **dict.fromkeys(("0", "普通", "一般", "正常", "ordinary", "normal"), 0),
    **dict.fromkeys(("1", "优先", "high"), 1),
    **dict.fromkeys(("2", "特急", "加急", "紧急", "urgent"), 2),
}


def priority(cell: str) -> int:
    """Which goods go first when not all can: 0 (普通 ordinary), 1 (优先 high) or 2 (特急 urgent)."""
    plain = unicodedata.normalize("NFKC", cell).strip().casefold()
    plain = plain.removesuffix(".0")  # a spreadsheet's number
    if plain not in _PRIORITIES:
        raise Bad("应为 0 普通、1 优先、2 特急 say 0 ordinary, 1 high or 2 urgent")
    return _PRIORITIES[plain]


_NUMBER = r"([-−]?\d{1,3}(?:\.\d{1,2})?)"
_DEGREES = r"\s*(?:°\s*c|c|度)?\s*"
_RANGE = re.compile(
    rf"(?<![\d.]){_NUMBER}{_DEGREES}(?:~|～|–|—|-|至|到|to|\.\.\.|…)\s*{_NUMBER}\s*(?:°\s*c|度)", re.IGNORECASE
)
_BAND_WORDS: dict[str, str] = {
    **{word: word for word in BANDS},
    "refrigerated": "冷藏",
    "frozen": "冷冻",
    "cool": "阴凉",
    "ambient": "常温",
    "room temperature": "常温",
}


def storage(cell: str) -> ProductRange:
    """贮藏条件 as a range: what the label says in degrees, else the band whose word stands there.

    Raises:
        Bad: neither is there, or two words that mean different things.
    """
    plain = unicodedata.normalize("NFKC", text(cell)).casefold()
    if match := _RANGE.search(plain):
        low, high = (float(part.replace("−", "-")) for part in match.groups())
        try:
            return ProductRange(low, high)
        except Refused as refused:
            raise Bad(f"{refused.problem.text('zh')} {refused.problem.text('en')}") from refused
    words = {band for word, band in _BAND_WORDS.items() if word in plain}
    if len(words) != 1:
        raise Bad(f"应为 2-8°C 这样的范围，或 a range such as 2-8°C, or one of: {'、'.join(BANDS)}")
    return BANDS[words.pop()]


_WANTED = re.compile(
    r"(?:(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\s*)?(\d{1,2}):(\d{2})\s*(?:-|~|–|—|至|到)\s*"
    r"(?:(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\s*)?(\d{1,2}):(\d{2})"
)


def wanted(cell: str) -> Wanted:
    """When goods are wanted: ``08:00-11:30``, or with the day before it."""
    plain = unicodedata.normalize("NFKC", cell).strip()
    match = _WANTED.fullmatch(plain)
    if match is None:
        raise Bad("应为时间段 a window such as 08:00-11:30")
    try:
        start, end = (datetime.strptime(f"{match[h]}:{match[m]}", "%H:%M").time() for h, m in ((2, 3), (5, 6)))  # noqa: DTZ007  # a time of day
    except ValueError as error:
        raise Bad("没有这个时刻 there is no such time") from error
    if end <= start:
        raise Bad("结束早于开始 it ends before it starts")
    if match[4] is not None and (match[1] is None or day(match[4]) != day(match[1])):
        raise Bad("只能在同一天 start and end are on different days")
    return Wanted(start, end, None if match[1] is None else day(match[1]))


READERS: dict[Column, Callable[[str], Any]] = {
    **dict.fromkeys(Column, text),
    Column.LOT: lot,
    Column.SHIPPED: day,
    Column.EXPIRY: expiry,
    Column.QUANTITY: quantity,
    Column.GTIN: gtin,
    Column.DRUG_IDS: drug_ids,
    Column.CODES: codes,
    Column.WANTED: wanted,
    Column.DEDICATED: dedicated,
    Column.PRIORITY: priority,
    Column.STAMP: yes_no,
    Column.CONTROLLED: yes_no,
}
"""How each column is read; ``STORAGE`` is kept as its words too, and read by :func:`storage` beside."""
