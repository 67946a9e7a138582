"""Whatever bytes are uploaded, the importer answers: imported whole, or every fault. It never raises, never half-imports."""

import io
import zipfile

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.db import db
from server.fleet import operations as fleet
from server.orders import operations
from server.orders.columns import REQUIRED, Column
from server.orders.models import Consignment, ConsignmentLine, LineCode, Product
from server.orders.notes import read_draft
from server.orders.schemas import Imported
from server.transaction import transaction
from tests.server.fleet.samples import BY, enter_fleet
from tests.server.orders.samples import HEADS, ROW, as_csv, as_xlsx, row, second

RECEIVERS = {"北京协和医院": "a", "北京同仁医院": "b"}
SOUND_CSV = as_csv([row(), second()])
SOUND_XLSX = as_xlsx([row(), second()])

nasty = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "0", "-1", "1e309", "NaN", "∞", "٣", "2026-13-45", "冷藏冷冻", "\x00", "=1+1", "#N/A", "是"]),
    st.sampled_from(sorted(set(ROW.values()))),
)


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, str]]:
    """A few rows, most cells sound, some not."""
    made = []
    for _ in range(draw(st.integers(0, 4))):
        base = draw(st.sampled_from([row(), second(), row(随货同行单号="N-2", 追溯码="")]))
        made.append(base | draw(st.dictionaries(st.sampled_from(HEADS), nasty, max_size=4)))
    return made


def damaged(sound: bytes) -> st.SearchStrategy[bytes]:
    """A sound file with a few bytes changed, cut off, or something inserted."""

    def change(where: int, what: bytes, drop: int) -> bytes:
        at = where % len(sound)
        return sound[:at] + what + sound[at + drop :]

    return st.builds(change, st.integers(0, len(sound)), st.binary(max_size=8), st.integers(0, 40))


@st.composite
def damaged_workbooks(draw: st.DrawFn) -> bytes:
    """A workbook whose parts are damaged inside a sound archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SOUND_XLSX)) as sound, zipfile.ZipFile(out, "w") as archive:
        victim = draw(st.sampled_from(sound.namelist()))
        for name in sound.namelist():
            content = sound.read(name)
            if name == victim:
                kind = draw(st.sampled_from(["drop", "damage", "replace"]))
                if kind == "drop":
                    continue
                content = draw(damaged(content)) if kind == "damage" else draw(st.binary(max_size=60))
            archive.writestr(name, content)
    return out.getvalue()


files = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    rows().map(lambda made: as_csv(made, encoding="utf-8")),
    rows().map(
        lambda made: "\n".join([",".join(HEADS), *(",".join(r.values()) for r in made)]).encode("utf-8", "replace")
    ),
    damaged(SOUND_CSV),
    damaged(SOUND_XLSX),
    damaged_workbooks(),
)


@settings(max_examples=400, deadline=None)
@given(files)
def test_reading_any_bytes_gives_rows_or_faults(raw: bytes) -> None:
    draft = read_draft(raw, "upload", RECEIVERS)
    assert draft.rows or draft.faults
    for read in draft.rows:
        missing = [column for column in REQUIRED if getattr(read, column.value) is None]
        reported = {fault.values.get("column") for fault in read.faults}
        assert bool(missing) <= bool(reported), "what is missing is reported"
    for fault in draft.faults:
        assert fault.text("zh")
        assert fault.text("en")


def counts() -> list[int]:
    tables = (Product, Consignment, ConsignmentLine, LineCode)
    return [db.session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files)
def test_any_bytes_are_imported_whole_or_not_at_all(app: Flask, raw: bytes) -> None:
    with app.app_context():
        known = fleet.sites()
        db.session.rollback()
        if not known:
            enter_fleet()
        before = counts()
        db.session.rollback()
        try:
            with transaction():
                report = operations.import_orders(raw, "upload", by=BY)
                after = counts()
                if isinstance(report, Imported):
                    assert after[1] - before[1] == len(report.consignments)
                    assert after[2] - before[2] == report.lines
                    assert after[0] - before[0] == report.new_products
                else:
                    assert report.problems
                    assert after == before
                raise _Enough
        except _Enough:
            pass  # rolled back, so that every file meets the same database
        assert counts() == before


class _Enough(Exception):
    """Ends an example's transaction."""


def test_the_columns_every_row_needs_are_those_of_the_law() -> None:
    """GSP art. 73, with the note's number and what the cold chain cannot do without."""
    assert set(REQUIRED) == {
        Column.NOTE, Column.SUPPLIER, Column.RECEIVER, Column.ADDRESS, Column.SHIPPED, Column.PRODUCT, Column.FORM,
        Column.SPECIFICATION, Column.MAKER, Column.LOT, Column.EXPIRY, Column.QUANTITY, Column.STORAGE,
    }  # fmt: skip
