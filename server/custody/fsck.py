"""`handover fsck`: verify again everything that can be verified, and name what does not hold.

Chains, signatures, the tree, checkpoints, blobs, the views (rebuilt and compared, then rolled back) and the row seals of
everything else. It never repairs.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256

import msgspec
from sqlalchemy import Table, select
from sqlalchemy.exc import SQLAlchemyError

from server import rowseal
from server.context import context
from server.custody import consumers, ledger, operations
from server.custody.blobstore import FolderStore
from server.custody.models import Blob, Device, LedgerEntry, LedgerHead, LedgerNode, Quarantined, SealedCheckpoint
from server.db import Base, db
from server.trace import operations as trace
from server.trace.models import PROJECTIONS
from server.trace.projection import Projector
from shared import problems
from shared.checkpoint import open_checkpoint
from shared.clock import to_ms
from shared.custody.chain import ChainState, Record, extend, read_record
from shared.custody.envelope import decode_envelope
from shared.custody.events import DeviceEnrolled, HandoverSigned, PhotoTaken, event_name
from shared.errors import Kind, Problem, Refused
from shared.keys import key_id
from shared.merkle import Tree, leaf_hash

Progress = Callable[[str], None]


UNREADABLE = (SQLAlchemyError, ValueError, TypeError, LookupError, ArithmeticError)
"""What reading a value raises that is not of its column's kind: the driver, a decoder, an enumeration, or a time."""


def check(say: Progress) -> Iterator[Problem]:
    """Every problem there is. ``say`` hears what is being looked at.

    Where a row cannot even be read, those rows are what is found: nothing behind them can be judged.
    """
    try:
        yield from _everything(say)
    except UNREADABLE:
        db.session.rollback()
        rows = list(_unreadable_rows())
        if not rows:
            raise
        yield from rows


def _unreadable_rows() -> Iterator[Problem]:
    for table in db.metadata.sorted_tables:
        try:
            keys = db.session.execute(select(*table.primary_key)).all()
        except UNREADABLE:
            db.session.rollback()
            yield _problem(problems.ROW_UNREADABLE, value="?", table=table.name)
            continue
        for key in keys:
            try:
                matches = [column == value for column, value in zip(table.primary_key, key, strict=True)]
                db.session.execute(select(table).where(*matches)).one()
            except UNREADABLE:
                db.session.rollback()
                yield _problem(problems.ROW_UNREADABLE, value=", ".join(map(str, key)), table=table.name)


def _everything(say: Progress) -> Iterator[Problem]:
    say("ledger")
    tree = Tree()
    try:
        keys = _keys()
    except Refused as refused:
        yield refused.problem
        return
    chains: dict[str, ChainState] = {}
    count = 0
    for row in _rows():
        yield from _entry(row, count, keys, chains)
        tree.append(leaf_hash(row.envelope))
        count += 1
    yield from _heads(count, chains)
    say("tree")
    yield from _nodes(tree)
    yield from _checkpoints(tree)
    say("blobs")
    yield from _blobs()
    yield from _quarantine()
    say("views")
    try:
        yield from _views()
    except Refused as refused:
        yield refused.problem
        db.session.rollback()
    say("rows")
    for table, key in rowseal.broken_rows():
        yield _problem(problems.PROJECTION_DIFFERS, value=key, table=table)


def _problem(kind: Kind, **values: object) -> Problem:
    return Refused(kind, **values).problem


def _rows() -> Iterator[LedgerEntry]:
    query = select(LedgerEntry).order_by(LedgerEntry.index).execution_options(yield_per=500)
    for row in db.session.execute(query).scalars():
        yield row
        db.session.expunge(row)


def _keys() -> dict[str, bytes]:
    """Device keys as the ledger itself says they are; the server's own comes from its configuration."""
    keys = {operations.OWN_DEVICE: context().signer.public_key()}
    for entry in ledger.entries(types=(DeviceEnrolled.__name__,)):
        if isinstance(entry.event, DeviceEnrolled):
            keys[entry.event.device] = entry.event.public_key
    return keys


def _entry(row: LedgerEntry, index: int, keys: dict[str, bytes], chains: dict[str, ChainState]) -> Iterator[Problem]:
    if row.index != index:
        yield _problem(problems.LEDGER_DIFFERS, value=f"{index} (…{row.index})")
    try:
        envelope = decode_envelope(row.envelope)
        public = keys.get(row.device_id)
        if public is None:
            raise Refused(problems.ENVELOPE_KEY, value=row.device_id)
        record = read_record(envelope, public)
        state = chains.get(row.device_id, ChainState(row.device_id))
        chains[row.device_id] = extend(state, record, envelope.sha256)
    except Refused as refused:
        yield refused.problem
        yield _problem(problems.LEDGER_DIFFERS, value=row.index)
        return
    if not _columns_match(row, record, envelope.sha256):
        yield _problem(problems.LEDGER_DIFFERS, value=row.index)


def _columns_match(row: LedgerEntry, record: Record, digest: str) -> bool:
    event = record.decoded()
    told = (row.sha256, row.seq, row.type, row.route_id, to_ms(row.at))
    true = (
        digest,
        record.seq,
        event_name(event)[:40],
        ledger.route_of(event),
        to_ms(record.at),
    )
    return told == true and row.seal == ledger.entry_seal(row.index, row.sha256, row.received_at)


def _heads(count: int, chains: dict[str, ChainState]) -> Iterator[Problem]:
    head = db.session.get(LedgerHead, 1)
    if (head.size if head else 0) != count:
        yield _problem(problems.LEDGER_DIFFERS, value=f"{head.size if head else 0} != {count}")
    for device in db.session.execute(select(Device)).scalars():
        state = chains.get(device.id, ChainState(device.id))
        if (device.next_seq - 1, device.head) != (state.seq, state.head):
            yield _problem(
                problems.CHAIN_BROKEN, device=device.id, seq=device.next_seq - 1, value=device.head, expected=state.head
            )


def _nodes(tree: Tree) -> Iterator[Problem]:
    sealed = (
        db.session.execute(select(SealedCheckpoint.size).order_by(SealedCheckpoint.size.desc())).scalars().first() or 0
    )
    seen = 0
    for level, position, stored in db.session.execute(
        select(LedgerNode.level, LedgerNode.position, LedgerNode.hash).order_by(LedgerNode.level, LedgerNode.position)
    ):
        seen += 1
        if (position + 1) << level > min(sealed, len(tree)) or tree.node(level, position) != stored:
            yield _problem(problems.LEDGER_DIFFERS, value=f"node {level}/{position}")
    expected = sum(sealed >> level for level in range(sealed.bit_length()))
    if seen != expected:
        yield _problem(problems.LEDGER_DIFFERS, value=f"{seen} nodes, {expected} expected")


def _checkpoints(tree: Tree) -> Iterator[Problem]:
    ports = context()
    for row in db.session.execute(select(SealedCheckpoint).order_by(SealedCheckpoint.size)).scalars():
        try:
            checkpoint = open_checkpoint(row.note, ports.config.origin, ports.signer.public_key())
        except Refused as refused:
            yield refused.problem
            continue
        true_root = tree.root(row.size) if row.size <= len(tree) else b""
        if checkpoint.size != row.size or not checkpoint.root == row.root == true_root:
            yield _problem(problems.ROOT_DIFFERS, value=row.size)


def _blobs() -> Iterator[Problem]:
    store = operations.blob_store()
    complete: set[str] = set()
    for row in db.session.execute(select(Blob).order_by(Blob.sha256)).scalars():
        if row.completed_at is None:
            continue
        complete.add(row.sha256)
        data = store.read(row.sha256)
        if data is None:
            yield _problem(problems.BLOB_MISSING, value=row.sha256)
        elif sha256(data).hexdigest() != row.sha256 or len(data) != row.size:
            yield _problem(problems.BLOB_HASH, value=sha256(data).hexdigest(), expected=row.sha256)
    if isinstance(store, FolderStore):
        for name in store.names():
            if name not in complete:
                yield _problem(problems.BLOB_UNKNOWN, value=name)


def _quarantine() -> Iterator[Problem]:
    for row in db.session.execute(select(Quarantined)).scalars():
        if sha256(row.envelope).hexdigest() != row.sha256:
            yield _problem(problems.BLOB_HASH, value=sha256(row.envelope).hexdigest(), expected=row.sha256)


def _table_rows(model: type[Base]) -> dict[bytes, bytes]:
    table = model.__table__
    assert isinstance(table, Table)
    found = {}
    for row in db.session.execute(select(table)):
        key = msgspec.json.encode([row._mapping[column] for column in table.primary_key])
        found[key] = msgspec.json.encode(list(row))
    return found


def _views() -> Iterator[Problem]:
    """Rebuild the views as far as they had come, compare, and roll back."""
    before = {model.__tablename__: _table_rows(model) for model in PROJECTIONS}
    position = consumers.position(trace.CONSUMER)
    if position > ledger.size():
        yield _problem(problems.PROJECTION_DIFFERS, value=str(position), table="consumer")
    trace.drop()
    projector, done = Projector(), 0
    while done < position:
        step = trace.follow(projector, min(trace.BATCH, position - done))
        if step == 0:
            break
        done += step
    for model in PROJECTIONS:
        stood, rebuilt = before[model.__tablename__], _table_rows(model)
        for key in sorted(stood.keys() | rebuilt.keys()):
            if stood.get(key) != rebuilt.get(key):
                yield _problem(problems.PROJECTION_DIFFERS, value=key.decode(), table=model.__tablename__)
    db.session.rollback()


def missing_blobs() -> list[str]:
    """Blobs that events name and that have not arrived (yet): no damage, but no complete proof either."""
    store = operations.blob_store()
    named: list[str] = []
    for entry in ledger.entries(types=(PhotoTaken.__name__, HandoverSigned.__name__)):
        if isinstance(entry.event, PhotoTaken):
            named.append(entry.event.sha256)
        elif isinstance(entry.event, HandoverSigned):
            named += [digest for s in entry.event.signatories for digest in (s.strokes, s.picture)]
    return [digest for digest in named if store.read(digest) is None]


def fingerprint() -> str:
    """The server key's short name, for people to compare."""
    return key_id(context().signer.public_key())
