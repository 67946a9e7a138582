"""Seals: what is covered by a checkpoint has a proof, whatever the ledger's size, and what is not has none."""

import random

import pytest
from flask import Flask
from sqlalchemy import event

from server.custody import ledger, operations
from server.db import db
from server.transaction import reading, transaction
from shared import sync
from shared.checkpoint import parse_proof
from shared.clock import ManualClock
from shared.custody.events import RemarkMade
from shared.merkle import leaf_hash
from tests.server.handheld import Handheld


def grown(app: Flask, handheld: Handheld, size: int) -> list[bytes]:
    """The ledger with ``size`` entries, sealed; the leaves."""
    with app.app_context():
        with reading():
            missing = size - ledger.size()
        if missing:
            handheld.push([handheld.write(RemarkMade("R1", "S1", f"{n}")) for n in range(missing)])
        with transaction():
            ledger.seal()
        with reading():
            return [leaf_hash(entry.envelope.encode()) for entry in ledger.entries()]


def test_at_every_size_every_entry_has_a_proof_that_holds(app: Flask, clock: ManualClock) -> None:
    handheld = Handheld(app, clock)
    origin, key = handheld.enrolled.origin, handheld.enrolled.server_key
    for size in [*range(1, 20), 33]:
        leaves = grown(app, handheld, size)
        with app.app_context(), reading():
            found = operations.seals(range(size)).seals
        assert [seal.index for seal in found] == list(range(size))
        for seal in found:
            assert parse_proof(seal.proof).verify(leaves[seal.index], origin, key).size == size


def test_any_choice_of_entries_is_answered_and_what_is_not_covered_is_left_out(app: Flask, clock: ManualClock) -> None:
    handheld = Handheld(app, clock)
    leaves = grown(app, handheld, 21)
    handheld.push([handheld.write(RemarkMade("R1", "S1", "later"))])
    rng = random.Random(4)
    for _ in range(30):
        asked = [rng.randrange(-3, 30) for _ in range(rng.randrange(8))]
        with app.app_context(), reading():
            found = operations.seals(asked).seals
        assert [seal.index for seal in found] == [index for index in asked if 0 <= index < 21]
        for seal in found:
            parse_proof(seal.proof).verify(leaves[seal.index], handheld.enrolled.origin, handheld.enrolled.server_key)


def test_before_the_first_checkpoint_nothing_is_sealed(app: Flask, clock: ManualClock) -> None:
    handheld = Handheld(app, clock)
    handheld.push([handheld.write(RemarkMade("R1", "S1", "x"))])
    with app.app_context(), reading():
        assert operations.seals([0, 1]) == sync.Seals(())


@pytest.mark.parametrize("asked", [1, 60])
def test_a_request_for_many_seals_asks_the_database_no_more_often_than_one_for_few(
    app: Flask, clock: ManualClock, asked: int
) -> None:
    """Two questions: for the checkpoint, and for the nodes."""
    handheld = Handheld(app, clock)
    grown(app, handheld, 70)
    statements: list[str] = []
    with app.app_context(), reading():
        event.listen(db.engine, "before_cursor_execute", lambda *values: statements.append(values[2]))
        assert len(operations.seals(range(asked)).seals) == asked
    assert sum(statement.startswith("SELECT") for statement in statements) == 2
