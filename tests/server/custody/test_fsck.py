"""fsck: finds nothing in sound data, and names whatever was changed behind the program's back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Connection, Table, create_engine, delete, select, text, update
from sqlalchemy.exc import IntegrityError

import server.models  # noqa: F401  # every table, for the parameters below
from server.custody import fsck, operations
from server.custody.models import LedgerEntry
from server.db import db
from server.transaction import begin_writing, transaction
from shared import problems
from shared.errors import Problem
from tests.server.proof.day import Day
from tests.server.store import project, store


@pytest.fixture(scope="module")
def day() -> Day:
    """A short day: one stop, so that verifying everything again a hundred times takes seconds."""
    day = Day()
    day.begin()
    day.first_stop()
    return day


@pytest.fixture
def sound(app: Flask, day: Day) -> Iterator[Flask]:
    with app.app_context():
        store(day)
        project()
        yield app


def problems_found() -> list[Problem]:
    begin_writing()
    try:
        return list(fsck.check(lambda _: None))
    finally:
        db.session.rollback()


def test_sound_data_has_no_problem(sound: Flask) -> None:
    assert problems_found() == []
    assert fsck.missing_blobs() == []


def test_what_was_received_at_any_microsecond_is_sound(app: Flask, day: Day) -> None:
    with app.app_context():
        store(day, late=timedelta(microseconds=987))
        project()
        assert problems_found() == []


def _tables() -> list[str]:
    return sorted(set(db.metadata.tables) - {"used_nonce", "live"})


@pytest.mark.parametrize("name", _tables())
def test_a_row_removed_behind_its_back_is_named(sound: Flask, name: str) -> None:
    table = db.metadata.tables[name]
    key = _some_key(table)
    if key is None:
        pytest.skip(f"this day writes no row into {name}")
    with behind_its_back() as connection:
        connection.execute(delete(table).where(*key))
    assert problems_found()


@pytest.mark.parametrize("name", _tables())
def test_a_value_changed_behind_its_back_is_named(sound: Flask, name: str) -> None:
    table = db.metadata.tables[name]
    columns = [c for c in table.columns if not c.primary_key]
    if db.engine.dialect.name == "postgresql":
        columns = columns[-1:]  # every column is tried on SQLite; here it is the database that is tried
    tried = 0
    for column in columns:
        key = _some_key(table, having=column.name)
        if key is None:
            continue
        tried += 1
        with behind_its_back() as connection:
            before = connection.execute(select(column).where(*key)).scalar_one()
            try:
                connection.execute(update(table).where(*key).values({column.name: _other(before)}))
            except IntegrityError:
                continue  # the database itself does not let this happen
        assert problems_found(), f"{name}.{column.name} was changed and nobody noticed"
        with behind_its_back() as connection:
            connection.execute(update(table).where(*key).values({column.name: before}))
    if tried == 0:
        pytest.skip(f"this day writes no row into {name}")


def test_a_value_that_cannot_even_be_read_is_named_and_is_no_crash(sound: Flask) -> None:
    """SQLite keeps whatever it is given: text in a column of bytes, a word in a column of instants."""
    if db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL does not let a value of another kind in")
    with behind_its_back() as connection:
        connection.execute(text("UPDATE ledger_node SET hash = CAST(x'ff21' AS TEXT) WHERE level = 0 AND position = 2"))
        connection.execute(text("UPDATE device SET enrolled_at = 'yesterday'"))
    found = [(p.number, p.values["table"]) for p in problems_found()]
    assert (problems.ROW_UNREADABLE.number, "ledger_node") in found
    assert (problems.ROW_UNREADABLE.number, "device") in found


def test_a_blob_changed_behind_its_back_is_named(sound: Flask, day: Day) -> None:
    digest = next(iter(day.ledger.blobs))
    path = operations.context().config.blobs / digest[:2] / digest
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert any(digest in p.values.get("expected", "") for p in problems_found())
    path.unlink()
    assert any(digest == p.values.get("value") for p in problems_found())


def test_a_file_nobody_uploaded_is_named(sound: Flask) -> None:
    path = operations.context().config.blobs / "ab" / ("ab" * 32)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    assert any(p.values.get("value") == "ab" * 32 for p in problems_found())


def test_an_entry_replaced_by_another_genuine_one_is_named(sound: Flask) -> None:
    with transaction():
        rows = db.session.execute(select(LedgerEntry).order_by(LedgerEntry.index.desc()).limit(2)).scalars().all()
        rows[0].envelope = rows[1].envelope
    assert problems_found()


def test_photos_that_have_not_arrived_are_no_damage_but_are_told(app: Flask, day: Day) -> None:
    with app.app_context():
        store(day, blobs=False)
        project()
        assert problems_found() == []
        assert len(fsck.missing_blobs()) > 2


def _some_key(table: Table, having: str | None = None) -> list[object] | None:
    """Conditions that pick one row, with a value in column ``having``."""
    query = select(*table.primary_key)
    if having is not None:
        query = query.where(table.columns[having].is_not(None))
    row = db.session.execute(query.limit(1)).first()
    db.session.rollback()
    return None if row is None else [c == v for c, v in zip(table.primary_key, row, strict=True)]


@contextmanager
def behind_its_back() -> Iterator[Connection]:
    """A connection of somebody who edits the database directly, with the constraints out of the way."""
    engine = create_engine(db.engine.url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
    engine.dispose()


def _other(value: object) -> object:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, datetime | date):
        return value + timedelta(days=1)
    return f"{value}x"[-1:] + str(value)[1:] if len(str(value)) > 1 else "x"
