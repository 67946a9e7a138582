"""Row seals: a change made behind the program's back to any row that the ledger does not cover is found by `handover fsck`.

Users, orders, fleet and the like are ordinary rows and may change, but only through the program. Whenever a transaction
that touched such rows commits, each gets a keyed hash (HMAC-SHA-256 under a key that is not in the database). Whoever edits
the database directly cannot make the matching hash. Rows of the ledger need none (they are signed and in the tree), and
rows of the views none (they are rebuilt and compared).
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Row, String, Table, delete, event, inspect, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.context import context
from server.db import Base, db, insert_over, table_of

_PENDING = "handover_rows_to_seal"
AT_ONCE = 200
"""Rows of a table that are read with one question: a row has up to four key columns, and SQLite takes 999 values."""


class RowSeal(Base):
    """The keyed hash of one row."""

    __tablename__ = "row_seal"

    table: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    seal: Mapped[str] = mapped_column(String(64))


UNSEALED = frozenset(
    {
        "row_seal",
        # signed, chained and in the tree; what the signature does not cover has a seal in the row itself
        "ledger_entry",
        "ledger_head",
        "ledger_node",
        # rebuilt and compared
        "route_view",
        "stop_view",
        "line_view",
        "code_view",
        "reading",
        "position",
        "anomaly",
        "road",
        # measured by the road router, and can be measured again; a plan states the numbers it was made from
        "road_row",
        # forgotten after minutes; a lost one only lets a request be answered twice, which is harmless
        "used_nonce",
        # no evidence, and said so wherever it is shown: written over every minute, dropped after a day
        "live",
        # Alembic's own
        "alembic_version",
    }
)
"""Tables without row seals, and why."""


def sealed_tables() -> list[Table]:
    """Every table whose rows carry seals."""
    return [table for name, table in sorted(db.metadata.tables.items()) if name not in UNSEALED]


def _key(row: Row[Any], table: Table) -> str:
    return _text([row._mapping[column] for column in table.primary_key])


def _text(identity: Iterable[Any]) -> str:
    return msgspec.json.encode([str(value) for value in identity]).decode()


def keyed_hash(*values: object) -> str:
    """The keyed hash (hex) of some values, under a key that is not in the database."""
    secret = hmac.digest(context().config.secret_key, b"row-seal-v1", sha256)
    return hmac.new(secret, msgspec.json.encode(values), sha256).hexdigest()


def _seal(row: Row[Any], table: Table) -> str:
    return keyed_hash(str(table.name), *([str(column.name), row._mapping[column]] for column in table.columns))


def _after_flush(session: Session, _context: object) -> None:
    """Remember which rows were written; their final values are known when the transaction ends."""
    pending: set[tuple[str, tuple[Any, ...]]] = session.info.setdefault(_PENDING, set())
    for instance in (*session.new, *session.dirty, *session.deleted):
        mapper = inspect(instance).mapper
        table = mapper.local_table
        if isinstance(table, Table) and table.name not in UNSEALED:
            pending.add((table.name, tuple(mapper.primary_key_from_instance(instance))))


def _before_commit(session: Session) -> None:
    session.flush()
    pending: set[tuple[str, tuple[Any, ...]]] = session.info.pop(_PENDING, set())
    seals: list[dict[str, str]] = []
    for name in sorted({name for name, _ in pending}):
        table = db.metadata.tables[name]
        identities = {_text(identity): identity for other, identity in pending if other == name}
        made = dict(_seals(session, table, list(identities.values())))
        seals += [{"table": name, "key": key, "seal": made[key]} for key in sorted(made)]
        gone = identities.keys() - made.keys()
        if gone:
            session.execute(delete(RowSeal).where(RowSeal.table == name, RowSeal.key.in_(sorted(gone))))
    if seals:
        session.execute(insert_over(table_of(RowSeal), db.engine.dialect.name, tuple(seals[0])), seals)


def _seals(session: Session, table: Table, identities: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, str]]:
    """(key, seal) of the rows that are still there."""
    columns = list(table.primary_key)
    for start in range(0, len(identities), AT_ONCE):
        some = identities[start : start + AT_ONCE]
        wanted = columns[0].in_([one for (one,) in some]) if len(columns) == 1 else tuple_(*columns).in_(some)
        for row in session.execute(select(table).where(wanted)):
            yield _key(row, table), _seal(row, table)


def _after_rollback(session: Session) -> None:
    session.info.pop(_PENDING, None)


def watch() -> None:
    """Seal rows from now on. Once per process."""
    if not event.contains(Session, "after_flush", _after_flush):
        event.listen(Session, "after_flush", _after_flush)
        event.listen(Session, "before_commit", _before_commit)
        event.listen(Session, "after_soft_rollback", lambda session, _previous: _after_rollback(session))


def broken_rows() -> Iterable[tuple[str, str]]:
    """(table, key) of every row that was changed, added or removed behind the program's back."""
    for table in sealed_tables():
        known = select(RowSeal.key, RowSeal.seal).where(RowSeal.table == table.name)
        seals = {str(key): str(seal) for key, seal in db.session.execute(known)}
        for row in db.session.execute(select(table)):
            key = _key(row, table)
            if seals.pop(key, None) != _seal(row, table):
                yield table.name, key
        for key in sorted(seals):
            yield table.name, key
