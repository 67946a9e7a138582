"""The one place that commits or rolls back.

A web request is one transaction (see :mod:`server.app`); a command and a step of a worker are one each, through
:func:`transaction`. Operations never commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from server.db import WRITE, db


def begin_writing() -> None:
    """Begin the session's transaction as one that writes. Call before the first query of an operation that writes."""
    db.session.connection(execution_options=WRITE)


@contextmanager
def transaction() -> Iterator[None]:
    """Run a block as one writing transaction: committed if it ends, rolled back if it raises."""
    begin_writing()
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def reading() -> Iterator[None]:
    """Run a block that only reads: whatever it did is rolled back, and it never waits for a writer."""
    try:
        yield
    finally:
        db.session.rollback()


@contextmanager
def apart() -> Iterator[Connection]:
    """Run a block as a writing transaction beside the session's, on a connection of its own: for what stays true whatever
    becomes of the session's work. On SQLite it waits for a session that writes, so none of this thread may be open."""
    with db.engine.connect() as plain, plain.execution_options(**WRITE) as connection, connection.begin():
        yield connection
