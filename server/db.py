"""The database: one extension object for SQLite and PostgreSQL, and the types all models share."""

from datetime import datetime
from functools import cache
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Connection, Dialect, Engine, MetaData, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

from shared.clock import from_ms, to_ms


class Instant(TypeDecorator[datetime]):
    """A UTC instant, stored as whole milliseconds: the same on every database, and sortable.

    It is cut as every hash and seal over an instant cuts it: what was sealed must be what is read again.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's signature
        return None if value is None else to_ms(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_ms(value)


def insert(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what happens to a row whose key is there already."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def insert_over(table: Table, dialect: str, columns: tuple[str, ...]) -> sqlite.Insert | postgresql.Insert:
    """Write rows of these columns, each over the one with the same key if there is one. Building this takes longer than
    running it, so there is one of it for a table."""
    statement = insert(table, dialect)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def table_of(model: type["Base"]) -> Table:
    """The table of a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


_METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """The base of all models. Constraint names are fixed, so that migrations can name them on both databases."""

    registry = registry(metadata=_METADATA, type_annotation_map={datetime: Instant})


db = SQLAlchemy(model_class=Base)

WRITE = {"handover_write": True}
"""Execution options of a connection that is about to write: on SQLite it takes the write lock at once."""


def prepare_engine(engine: Engine) -> None:
    """Make SQLite behave like a database people rely on; PostgreSQL needs nothing.

    A transaction that will write says so when it begins, because a SQLite read transaction that turns into a writing one
    can be refused at that moment, without waiting.
    """
    if engine.dialect.name != "sqlite":
        return

    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("handover_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
