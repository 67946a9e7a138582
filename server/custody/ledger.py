"""The ledger: events in the order they were received, in a Merkle tree, sealed by signed checkpoints.

What a caller may believe:

* When :func:`append` returns, each entry has its final index *if the transaction commits*. An entry MUST NOT be reported
  to anyone before that.
* Indexes are given out without holes: the head row is locked from the first append to the commit.
* When :func:`seal` has committed, the entries below the checkpoint's size cannot be changed, dropped or reordered without
  the checkpoint, which handhelds keep, contradicting the database.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

import msgspec
from sqlalchemy import Table, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from server.context import context
from server.custody.models import LedgerEntry, LedgerHead, LedgerNode, SealedCheckpoint
from server.db import db
from server.rowseal import keyed_hash
from shared import problems
from shared.checkpoint import Checkpoint, TlogProof, make_proof, sign_checkpoint
from shared.clock import to_ms
from shared.custody.chain import Record
from shared.custody.envelope import Envelope
from shared.custody.events import AnyEvent, event_name
from shared.errors import Refused
from shared.merkle import Tree, leaf_hash

PAGE = 1000
"""Rows read at a time."""
# every batch passes here: as plain tables these statements cost a third of what they cost as mapped classes
_HEAD, _ENTRIES = cast(Table, LedgerHead.__table__), cast(Table, LedgerEntry.__table__)
_LOCK = update(_HEAD).where(_HEAD.c.id == 1).values(size=_HEAD.c.size).returning(_HEAD.c.size)


class Incoming(msgspec.Struct, frozen=True):
    """A verified event on its way in."""

    envelope: Envelope
    record: Record
    event: AnyEvent
    sha256: str


class Stored(msgspec.Struct, frozen=True):
    """An entry as it stands in the ledger."""

    index: int
    envelope: Envelope
    record: Record
    event: AnyEvent
    sha256: str
    received_at: datetime


class LedgerTree(Tree):
    """The tree, its nodes in the database: looked up when asked for, written when :meth:`save` is called."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._fresh: list[dict[str, object]] = []

    def node(self, level: int, position: int) -> bytes:
        known = self._nodes.get((level, position))
        if known is None:
            row = db.session.get(LedgerNode, (level, position))
            if row is None:
                raise LookupError(f"the tree has no node {level}/{position}")
            known = self._nodes[level, position] = row.hash
        return known

    def fetch(self, indexes: Sequence[int]) -> None:
        """Look up, all at once, the nodes that inclusion proofs of these leaves are made of: their sisters at every level,
        and the complete subtrees that the size is the sum of."""
        levels = range(self._size.bit_length())
        wanted = {(level, (index >> level) ^ 1) for index in indexes for level in levels}
        wanted |= {(level, (self._size >> level) - 1) for level in levels}
        there = [(level, place) for level, place in wanted if 0 < (place + 1) << level <= self._size]
        if not there:
            return
        query = select(LedgerNode.level, LedgerNode.position, LedgerNode.hash).where(
            tuple_(LedgerNode.level, LedgerNode.position).in_(there)
        )
        for level, position, value in db.session.execute(query):
            self._nodes[level, position] = value

    def put(self, level: int, position: int, value: bytes) -> None:
        super().put(level, position, value)
        self._fresh.append({"level": level, "position": position, "hash": value})

    def save(self) -> None:
        """Write the nodes that are new."""
        if self._fresh:
            db.session.execute(insert(LedgerNode), self._fresh)
            self._fresh = []


def lock_head() -> int:
    """The ledger's size, with the right to append kept until the transaction ends."""
    size: int | None = db.session.execute(_LOCK).scalar_one_or_none()
    if size is None:
        make = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
        db.session.execute(make(_HEAD).values(id=1, size=0).on_conflict_do_nothing())
        size = db.session.execute(_LOCK).scalar_one()
    return size


def append(incoming: Sequence[Incoming], received_at: datetime) -> list[int]:
    """Write events at the end of the ledger, in the given order; returns their indexes."""
    if not incoming:
        return []
    start = lock_head()
    rows = [
        {
            "index": start + position,
            "sha256": one.sha256,
            "device_id": one.record.device,
            "seq": one.record.seq,
            "type": event_name(one.event)[:40],
            "route_id": route_of(one.event),
            "at": one.record.at,
            "received_at": received_at,
            "envelope": one.envelope.encode(),
            "seal": entry_seal(start + position, one.sha256, received_at),
        }
        for position, one in enumerate(incoming)
    ]
    db.session.execute(insert(_ENTRIES), rows)
    db.session.execute(update(_HEAD).where(_HEAD.c.id == 1).values(size=start + len(rows)))
    return list(range(start, start + len(rows)))


def entry_seal(index: int, digest: str, received_at: datetime) -> str:
    """The keyed hash of an entry's place and time of receipt."""
    return keyed_hash("ledger_entry", index, digest, to_ms(received_at))


def route_of(event: AnyEvent) -> str | None:
    """The route an event belongs to, if it names one."""
    route = getattr(event, "route", None)
    route_id: str | None = route.id if route is not None else getattr(event, "route_id", None)
    return route_id[:40] if route_id else None


def size() -> int:
    """How many entries there are."""
    return db.session.execute(select(LedgerHead.size).where(LedgerHead.id == 1)).scalar_one_or_none() or 0


def stored(row: LedgerEntry) -> Stored:
    """A row as a value. Its signature was verified when it came in; ``handover fsck`` verifies it again.

    Raises:
        Refused: LEDGER_DIFFERS where the stored bytes are no event: somebody changed them.
    """
    try:
        envelope = msgspec.json.decode(row.envelope, type=Envelope)
        record = msgspec.json.decode(envelope.payload, type=Record)
        return Stored(row.index, envelope, record, record.decoded(), row.sha256, row.received_at)
    except (msgspec.DecodeError, Refused) as error:
        raise Refused(problems.LEDGER_DIFFERS, value=row.index) from error


def entries(
    start: int = 0, *, route_id: str | None = None, types: Sequence[str] = (), limit: int | None = None
) -> Iterator[Stored]:
    """Entries from index ``start`` on, in order; of one route or of some types, where asked."""
    left = limit
    while left is None or left > 0:
        query = select(LedgerEntry).where(LedgerEntry.index >= start).order_by(LedgerEntry.index)
        if route_id is not None:
            query = query.where(LedgerEntry.route_id == route_id)
        if types:
            query = query.where(LedgerEntry.type.in_(types))
        page = PAGE if left is None else min(PAGE, left)
        rows = db.session.execute(query.limit(page)).scalars().all()
        for row in rows:
            yield stored(row)
        if len(rows) < page:
            return
        start = rows[-1].index + 1
        left = None if left is None else left - len(rows)


def find(digest: str) -> Stored | None:
    """The entry whose payload hashes to ``digest``, if there is one."""
    row = db.session.execute(select(LedgerEntry).where(LedgerEntry.sha256 == digest)).scalar_one_or_none()
    return None if row is None else stored(row)


def latest_checkpoint() -> SealedCheckpoint | None:
    """The newest checkpoint, if any."""
    query = select(SealedCheckpoint).order_by(SealedCheckpoint.size.desc()).limit(1)
    return db.session.execute(query).scalar_one_or_none()


def seal() -> SealedCheckpoint | None:
    """Put all entries that are not in the tree yet into it and sign the new root; ``None`` if there was nothing new."""
    ports = context()
    total = lock_head()
    last = latest_checkpoint()
    done = last.size if last else 0
    if done == total:
        return None
    tree = LedgerTree(done)
    query = select(LedgerEntry.envelope).where(LedgerEntry.index >= done).order_by(LedgerEntry.index)
    for envelope in db.session.execute(query).scalars():
        tree.append(leaf_hash(envelope))
    tree.save()
    root = tree.root()
    note = sign_checkpoint(Checkpoint(ports.config.origin, total, root), ports.signer)
    checkpoint = SealedCheckpoint(size=total, root=root, note=note, at=ports.clock.now())
    db.session.add(checkpoint)
    db.session.flush()
    return checkpoint


def inclusion(index: int, checkpoint: SealedCheckpoint | None = None) -> TlogProof | None:
    """The proof that places entry ``index`` under the newest (or the given) checkpoint; ``None`` if it is not sealed."""
    checkpoint = checkpoint or latest_checkpoint()
    return None if checkpoint is None else next(iter(inclusions([index], checkpoint)), None)


def inclusions(indexes: Sequence[int], checkpoint: SealedCheckpoint) -> list[TlogProof]:
    """The proofs that place entries under a checkpoint, of those of them that it covers."""
    covered = [index for index in indexes if 0 <= index < checkpoint.size]
    tree = LedgerTree(checkpoint.size)
    tree.fetch(covered)
    return [make_proof(index, tree.inclusion_proof(index), checkpoint.note) for index in covered]
