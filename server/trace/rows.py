"""Rows of the views on their way into the database: gathered entry by entry, written in one go.

Most entries of a batch change the same few rows (the route's, the stop's). Only the last word on each is written, all rows
of a view in one statement: asking the database once an entry and view costs ten times as much as folding the entry.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Table

from server.db import Base, db, insert, insert_over, table_of

Row = Mapping[str, object]


class Rows:
    """What is to be written. Every row of a view names the same columns."""

    def __init__(self) -> None:
        self._put: dict[Table, dict[tuple[object, ...], Row]] = defaultdict(dict)
        self._added: dict[Table, list[Row]] = defaultdict(list)

    def put(self, model: type[Base], row: Row) -> None:
        """Write a row, over the one with the same key if there is one."""
        table = table_of(model)
        self._put[table][tuple(row[column.name] for column in table.primary_key)] = row

    def add(self, model: type[Base], rows: Sequence[Row]) -> None:
        """Write those of the rows whose key is new; the others are there already and stay."""
        self._added[table_of(model)] += rows

    def waiting(self, model: type[Base], *key: object) -> Row | None:
        """The row of that key as it is going to be written, if it is."""
        return self._put[table_of(model)].get(key)

    def write(self) -> None:
        """Bring everything into the database, within its transaction."""
        dialect = db.engine.dialect.name
        for table, rows in self._put.items():
            if rows:
                db.session.execute(insert_over(table, dialect, tuple(next(iter(rows.values())))), list(rows.values()))
        for table, fresh in self._added.items():
            if fresh:
                db.session.execute(insert(table, dialect).on_conflict_do_nothing(), fresh)
        self.forget()

    def forget(self) -> None:
        """Drop what was not written."""
        self._put.clear()
        self._added.clear()
