"""fsck: finds nothing in sound data, and names whatever was changed behind the program's back."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Table, delete, select, text, update

from server.custody import fsck, operations
from server.custody.models import LedgerEntry
from server.db import db
from server.transaction import begin_writing, transaction
from shared.errors import Problem
from tests.server.proof.day import Day, make_day
from tests.server.store import project, store


@pytest.fixture(scope="module")
def day() -> Day:
    return make_day()


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


def _tables() -> list[str]:
    import server.models  # noqa: F401

    return sorted(set(db.metadata.tables) - {"used_nonce"})


@pytest.mark.parametrize("name", _tables())
def test_a_row_removed_behind_its_back_is_named(sound: Flask, name: str) -> None:
    table = db.metadata.tables[name]
    key = _some_key(table)
    if key is None:
        pytest.skip(f"this day writes no row into {name}")
    with db.engine.begin() as connection:
        _ignore_foreign_keys(connection)
        connection.execute(delete(table).where(*key))
    assert problems_found()


@pytest.mark.parametrize("name", _tables())
def test_a_value_changed_behind_its_back_is_named(sound: Flask, name: str) -> None:
    table = db.metadata.tables[name]
    columns = [c for c in table.columns if not c.primary_key]
    tried = 0
    for column in columns:
        key = _some_key(table, having=column.name)
        if key is None:
            continue
        tried += 1
        with db.engine.begin() as connection:
            _ignore_foreign_keys(connection)
            before = connection.execute(select(column).where(*key)).scalar_one()
            connection.execute(update(table).where(*key).values({column.name: _other(before)}))
        assert problems_found(), f"{name}.{column.name} was changed and nobody noticed"
        with db.engine.begin() as connection:
            _ignore_foreign_keys(connection)
            connection.execute(update(table).where(*key).values({column.name: before}))
    if tried == 0:
        pytest.skip(f"this day writes no row into {name}")


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
        assert len(fsck.missing_blobs()) > 3


def _some_key(table: Table, having: str | None = None) -> list[object] | None:
    """Conditions that pick one row, with a value in column ``having``."""
    query = select(*table.primary_key)
    if having is not None:
        query = query.where(table.columns[having].is_not(None))
    row = db.session.execute(query.limit(1)).first()
    db.session.rollback()
    return None if row is None else [c == v for c, v in zip(table.primary_key, row, strict=True)]


def _ignore_foreign_keys(connection: object) -> None:
    if db.engine.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))  # type: ignore[attr-defined]
    else:
        connection.execute(text("SET session_replication_role = replica"))  # type: ignore[attr-defined]


def _other(value: object) -> object:
    """Another value of the same kind."""
    from datetime import date, datetime, timedelta

    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, datetime | date):
        return value + timedelta(days=1)
    return f"{value}x"[-1:] + str(value)[1:] if len(str(value)) > 1 else "x"
