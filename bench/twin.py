"""The peer of intake: an empty twin of the database, and the very rows that our intake left behind, inserted in bulk."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Column, Connection, Table, create_engine, insert, select

from server.custody.models import Device, LedgerEntry, LedgerNode, SealedCheckpoint
from server.db import WRITE, Base, db, prepare_engine
from server.trace.models import AnomalyRow, CodeView, LineView, PositionRow, ReadingRow, RouteView, StopView

Rows = Mapping[Table, Sequence[tuple[Any, ...]]]


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


ENTRIES = _table(LedgerEntry)
_MARKED: tuple[tuple[Table, str], ...] = (
    (ENTRIES, "index"),
    (_table(RouteView), "changed"),
    (_table(StopView), "changed"),
    (_table(LineView), "changed"),
    (_table(CodeView), "scanned"),
    (_table(ReadingRow), "entry"),
    (_table(PositionRow), "entry"),
    (_table(AnomalyRow), "entry"),
)
"""Tables whose rows say which ledger entry wrote them last."""


def written_since(connection: Connection, index: int) -> Rows:
    """Every row that entries from ``index`` on have written, each once and as the database holds it: the entries, their
    views, the nodes of the tree, and the checkpoints."""
    found: dict[Table, Sequence[tuple[Any, ...]]] = {}
    for table, mark in _MARKED:
        found[table] = _raw(connection, table, f"{_quoted(connection, table.c[mark])} >= {index:d}")
    nodes, seals = _table(LedgerNode), _table(SealedCheckpoint)
    found[nodes] = [row for row in _raw(connection, nodes, "1 = 1") if (row[1] + 1) << row[0] > index]
    found[seals] = _raw(connection, seals, f"size > {index:d}")
    return {table: rows for table, rows in found.items() if rows}


def _quoted(connection: Connection, column: "Column[Any]") -> str:
    return connection.dialect.identifier_preparer.quote(str(column.name))


def _raw(connection: Connection, table: Table, condition: str) -> list[tuple[Any, ...]]:
    """Rows as the driver gives them: no type of ours in between, which the bulk insert would have to pay for again."""
    columns = ", ".join(_quoted(connection, column) for column in table.columns)
    result = connection.exec_driver_sql(f"SELECT {columns} FROM {table.name} WHERE {condition}")
    return [tuple(row) for row in result]


class Twin:
    """A second database of the same kind, form and settings."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        prepare_engine(self._engine)
        db.metadata.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def know(self, devices: Sequence[Device]) -> None:
        """The devices that entries refer to."""
        table = _table(Device)
        rows = [{column.name: getattr(one, column.name) for column in table.columns} for one in devices]
        with self._engine.begin() as connection:
            known = set(connection.execute(select(table.c.id)).scalars())
            fresh = [row for row in rows if row["id"] not in known]
            if fresh:
                connection.execute(insert(table), fresh)

    def insert(self, rows: Sequence[Rows]) -> None:
        """Each of ``rows`` in a transaction of its own, each table by one ``executemany``, nothing looked at."""
        with self._engine.connect().execution_options(**WRITE) as connection:
            for part in rows:
                with connection.begin():
                    for table, values in part.items():
                        connection.exec_driver_sql(self._statement(table), list(values))

    def _statement(self, table: Table) -> str:
        quote = self._engine.dialect.identifier_preparer.quote
        columns = ", ".join(quote(str(column.name)) for column in table.columns)
        mark = "%s" if self._engine.dialect.name == "postgresql" else "?"
        return f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join([mark] * len(table.columns))})"

    def size(self, table: Table) -> int:
        """Rows of a table."""
        with self._engine.connect() as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one())
