"""Measured rows in the database.

A day of 1,000 sites has a million pairs. As a row of the table for each pair they take far longer to write and many times the
room; a plan asks for whole rows anyway, so a row of the table is a row of the matrix (the measurement is in
``docs/decisions/0020-roads.md``).
"""

import sys
from array import array
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select

from server.db import db, insert_over, table_of
from server.planning.road.models import RoadRow
from server.planning.road.store import Row
from server.transaction import apart

AT_ONCE = 500
"""Rows read with one question: SQLite takes 999 values in one."""


class DatabaseStore:
    """Rows in the application's database, each reading and writing a transaction of its own: what was measured stays true
    whatever becomes of the plan it was measured for. Call it outside a writing transaction."""

    def read(self, edition: str, profile: str, places: Sequence[int]) -> dict[int, Row]:
        found: dict[int, Row] = {}
        with db.engine.connect() as connection:
            for start in range(0, len(places), AT_ONCE):
                query = select(
                    RoadRow.place, RoadRow.away, RoadRow.targets, RoadRow.distances, RoadRow.durations
                ).where(
                    RoadRow.edition == edition,
                    RoadRow.profile == profile,
                    RoadRow.place.in_(places[start : start + AT_ONCE]),
                )
                for place, away, targets, distances, durations in connection.execute(query):
                    found[place] = Row(
                        away, _unpacked("q", targets), _unpacked("i", distances), _unpacked("i", durations)
                    )
        return found

    def write(self, edition: str, profile: str, rows: Mapping[int, Row]) -> None:
        values = [
            {
                "edition": edition,
                "profile": profile,
                "place": place,
                "away": row.away,
                "targets": _packed(row.targets),
                "distances": _packed(row.distances),
                "durations": _packed(row.durations),
            }
            for place, row in rows.items()
        ]
        if not values:
            return
        table = table_of(RoadRow)
        with apart() as connection:
            connection.execute(delete(table).where(table.c.edition != edition))
            statement = insert_over(table, connection.dialect.name, tuple(values[0]))
            connection.execute(statement, values)


def _packed(values: "array[int]") -> bytes:
    return _little(array(values.typecode, values)).tobytes()


def _unpacked(kind: str, data: bytes) -> "array[int]":
    values: array[int] = array(kind)
    values.frombytes(data)
    return _little(values)


def _little(values: "array[int]") -> "array[int]":
    """Between this machine's order of bytes and little-endian."""
    if sys.byteorder == "big":
        values.byteswap()
    return values
