"""Consumers of the ledger: how far each has read, and what parked it.

The ledger is the queue. A consumer that fails is parked with its problem where a person sees it, and goes on from the same
entry when it is told to: nothing is skipped, nothing is swallowed.
"""

from collections.abc import Sequence

from sqlalchemy import select

from server.context import context
from server.custody.models import Consumer
from server.db import db


def _row(name: str) -> Consumer:
    """The consumer's row, made when it first moves."""
    row = db.session.get(Consumer, name)
    if row is None:
        row = Consumer(name=name, position=0)
        db.session.add(row)
    return row


def position(name: str) -> int:
    """The index of the entry that consumer ``name`` reads next. Only reads: a page may ask."""
    row = db.session.get(Consumer, name)
    return 0 if row is None else row.position


def advance(name: str, to: int) -> None:
    """Consumer ``name`` has dealt with everything below index ``to``."""
    row = _row(name)
    row.position = to
    db.session.flush()


def park(name: str, problem: str) -> None:
    """Stop consumer ``name`` at its entry, saying why."""
    row = _row(name)
    row.parked_at, row.problem = context().clock.now(), problem
    db.session.flush()


def resume(name: str) -> None:
    """Let a parked consumer try its entry again."""
    row = _row(name)
    row.parked_at = row.problem = None
    db.session.flush()


def parked(name: str) -> bool:
    """Whether consumer ``name`` waits for a person."""
    row = db.session.get(Consumer, name)
    return row is not None and row.parked_at is not None


def all_consumers() -> Sequence[Consumer]:
    """Every consumer, by name."""
    return db.session.execute(select(Consumer).order_by(Consumer.name)).scalars().all()
