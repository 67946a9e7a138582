"""The compliance desk's operations: what an inspector asks for, found and handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.trace import operations as trace
from server.trace.models import LineView, StopView
from shared import problems
from shared.codes.parse import parse
from shared.codes.trace import TraceCode
from shared.errors import Refused

LIMIT = 500
"""Lines shown at once."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty fields do not matter."""

    lot: str = ""
    code: str = ""
    consignment: str = ""
    site: str = ""
    day: date | None = None

    @property
    def anything(self) -> bool:
        return bool(self.lot or self.code or self.consignment or self.site or self.day)


@dataclass(frozen=True)
class Found:
    """Lines that match, with the stop each was brought to."""

    rows: Sequence[tuple[LineView, StopView]]
    cut: bool
    """Whether there are more than are shown."""

    @property
    def sites(self) -> int:
        """How many receivers they went to."""
        return len({stop.site_id for _, stop in self.rows})

    @property
    def accepted(self) -> int:
        """Packs accepted, all lines together."""
        return sum(line.accepted for line, _ in self.rows)


def plain_code(text: str, year: int) -> str:
    """A scanned or typed code as the record has it: a trace code's 20 digits, whatever was around them.

    What is no code of a known form is looked for as it was typed.
    """
    try:
        code = parse(text, year=year)
    except Refused:
        return text.strip()
    return code.code if isinstance(code, TraceCode) else text.strip()


def find(wanted: Wanted, *, year: int) -> Found:
    """Every line that matches all that is wanted.

    Raises:
        Refused: FIELD_INVALID where nothing is wanted: all deliveries of all time are no answer.
    """
    if not wanted.anything:
        raise Refused(problems.FIELD_INVALID, field="查询 search", value="", reason="give at least one of them")
    code = plain_code(wanted.code, year) if wanted.code else ""
    rows = trace.find_lines(
        lot=wanted.lot,
        code=code,
        consignment=wanted.consignment,
        site=wanted.site,
        day=wanted.day,
        limit=LIMIT + 1,
    )
    return Found(rows[:LIMIT], len(rows) > LIMIT)
