"""Custody's operations: enrol, take in, keep blobs, seal. None of them commits."""

from base64 import b32encode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

import msgspec
from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from server.context import context
from server.custody import ledger
from server.custody.blobstore import BlobStore, FolderStore
from server.custody.ledger import Incoming
from server.custody.models import Blob, Device, EnrolmentCode, LedgerEntry, Quarantined, UsedNonce
from server.db import db
from shared import problems, sync
from shared.codes.own import Enrolment
from shared.custody.chain import GENESIS, ChainState, Record, extend, read_record, write_record
from shared.custody.envelope import RECEIPT_TYPE, Envelope, seal
from shared.custody.events import SERVER_ONLY, DeviceEnrolled, DeviceRevoked, KnownEvent, event_name
from shared.errors import Problem, Refused
from shared.keys import check_public_key, key_id

OWN_DEVICE = "server"
"""The name under which the server writes its own chain."""
APP = "handover-server 0.1.0"
CODE_LIFETIME = timedelta(hours=24)


# the server's own chain ------------------------------------------------------------------------------------------------


def append_own(event: KnownEvent, *, actor: str) -> str:
    """Write an event of the server's own into the ledger; returns the hash of its record."""
    ports = context()
    ledger.lock_head()
    device = own_device()
    state = ChainState(device.id, device.next_seq - 1, device.head)
    now = ports.clock.now()
    mono = int(ports.clock.monotonic() * 1000)
    envelope, after = write_record(state, event, ports.signer, at=now, mono=mono, offset=0, app=APP, actor=actor)
    record = read_record(envelope, device.public_key)
    ledger.append([Incoming(envelope, record, event, after.head)], now)
    device.next_seq, device.head, device.last_seen = after.seq + 1, after.head, now
    db.session.flush()
    return after.head


def own_device() -> Device:
    """The row of the server's own chain, made when it is first needed."""
    device = db.session.get(Device, OWN_DEVICE)
    if device is None:
        ports = context()
        device = Device(
            id=OWN_DEVICE,
            name=ports.config.organisation,
            public_key=ports.signer.public_key(),
            enrolled_at=ports.clock.now(),
            next_seq=1,
            head=GENESIS,
        )
        db.session.add(device)
        db.session.flush()
    return device


# enrolment -------------------------------------------------------------------------------------------------------------


def new_enrolment_code(*, by: str) -> str:
    """A one-time code for one handheld, good for a day. Only its hash is kept."""
    ports = context()
    code = b32encode(ports.randomness(10)).decode()
    db.session.add(
        EnrolmentCode(
            code_hash=sha256(code.encode()).hexdigest(),
            created_at=ports.clock.now(),
            created_by=by,
            expires_at=ports.clock.now() + CODE_LIFETIME,
        )
    )
    db.session.flush()
    return code


def enrolment_text(*, by: str) -> str:
    """What the QR code for a new handheld says: where the server is, a fresh one-time code, and whom to believe."""
    ports = context()
    key = urlsafe_b64encode(ports.signer.public_key()).decode().rstrip("=")
    return Enrolment(ports.config.base_url, new_enrolment_code(by=by), key, ports.config.organisation[:60]).text


def enrol(request: sync.Enrol) -> sync.Enrolled:
    """Give a handheld that holds a valid code its id. The same code with the same key again gets the same answer, so a
    lost answer does not cost a code.

    Raises:
        Refused: ENROLMENT_CODE, ENROLMENT_KEY, or DUPLICATE where the key belongs to another device.
    """
    ports = context()
    now = ports.clock.now()
    row = db.session.get(EnrolmentCode, sha256(request.code.strip().upper().encode()).hexdigest())
    if row is None:
        raise Refused(problems.ENROLMENT_CODE, value=request.code)
    public = check_public_key(request.public_key)
    known = db.session.execute(select(Device).where(Device.public_key == public)).scalar_one_or_none()
    if row.used_at is not None or row.expires_at < now:
        if known is not None and row.device_id == known.id:
            return _enrolled(known.id, now)
        raise Refused(problems.ENROLMENT_CODE, value=request.code)
    if known is not None:
        raise Refused(problems.DUPLICATE, what="设备 device", value=known.id)
    device = Device(
        id=ports.ids.new(), name=request.name[:120], public_key=public, enrolled_at=now, next_seq=1, head=GENESIS
    )
    db.session.add(device)
    db.session.flush()
    row.used_at, row.device_id = now, device.id
    append_own(DeviceEnrolled(device.id, public, device.name), actor=row.created_by)
    return _enrolled(device.id, now)


def _enrolled(device_id: str, now: datetime) -> sync.Enrolled:
    ports = context()
    config = ports.config
    return sync.Enrolled(device_id, config.organisation, config.origin, ports.signer.public_key(), now)


def revoke_device(device_id: str, *, reason: str, by: str) -> None:
    """Let a handheld write no more; what it wrote stays.

    Raises:
        Refused: NOT_FOUND.
    """
    device = db.session.get(Device, device_id)
    if device is None or device.id == OWN_DEVICE:
        raise Refused(problems.NOT_FOUND, what="设备 device", value=device_id)
    if device.revoked_at is None:
        device.revoked_at = context().clock.now()
        append_own(DeviceRevoked(device_id, reason, by), actor=by)


def devices() -> Sequence[Device]:
    """All handhelds, newest first."""
    query = select(Device).where(Device.id != OWN_DEVICE).order_by(Device.enrolled_at.desc(), Device.id)
    return db.session.execute(query).scalars().all()


# requests of handhelds ---------------------------------------------------------------------------------------------------


def authenticate(
    *, method: str, path: str, body: bytes, device_id: str, time: str, nonce: str, signature: str
) -> Device:
    """The device that signed a request; the request's nonce is used up by asking.

    Raises:
        Refused: SYNC_UNAUTHORISED, SYNC_STALE or SYNC_REPLAYED.
    """
    ports = context()
    device = db.session.get(Device, device_id) if device_id != OWN_DEVICE else None
    if device is None or device.revoked_at is not None:
        raise Refused(problems.SYNC_UNAUTHORISED, value=device_id)
    if not sync.request_is_signed(
        device.public_key,
        method=method,
        path=path,
        body=body,
        device=device_id,
        time=time,
        nonce=nonce,
        signature=signature,
    ):
        raise Refused(problems.SYNC_UNAUTHORISED, value=f"{device_id} ({key_id(device.public_key)})")
    now = ports.clock.now()
    skew = (datetime.fromisoformat(time) - now).total_seconds()
    if abs(skew) > sync.TOLERANCE:
        raise Refused(problems.SYNC_STALE, value=round(skew))
    if not 8 <= len(nonce) <= 64 or not _use_up(device_id, nonce, now):
        raise Refused(problems.SYNC_REPLAYED, value=nonce)
    device.last_seen = now
    return device


def _use_up(device_id: str, nonce: str, now: datetime) -> bool:
    """Whether nobody used this nonce before; of two requests that bring it at the same moment, one is told so."""
    make = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    table = cast(Table, UsedNonce.__table__)
    row = make(table).values(device_id=device_id, nonce=nonce, at=now)
    return db.session.execute(row.on_conflict_do_nothing().returning(table.c.nonce)).first() is not None


def forget_nonces() -> None:
    """Drop nonces so old that their request would be refused for its time."""
    horizon = context().clock.now() - timedelta(seconds=2 * sync.TOLERANCE)
    db.session.execute(delete(UsedNonce).where(UsedNonce.at < horizon))


def sign_receipt(receipt: sync.AnyReceipt) -> Envelope:
    """A receipt as a handheld may believe it."""
    return seal(msgspec.json.encode(receipt), RECEIPT_TYPE, context().signer)


# intake ----------------------------------------------------------------------------------------------------------------


def take_in(push: sync.Push, device: Device) -> sync.Receipt:
    """Verify each envelope once and append what holds.

    Idempotent: an event that is in the ledger already is accepted again, with its old index. Same place in the chain but
    different bytes is a conflict: both are kept, the newcomer in quarantine, flagged. After the first event that cannot be
    appended the rest of the batch cannot be either, as it builds on it; each gets its own problem.
    """
    if len(push.envelopes) > sync.MAX_BATCH:
        raise Refused(problems.BATCH_TOO_LARGE, value=len(push.envelopes), limit=sync.MAX_BATCH)
    if push.device != device.id:
        raise Refused(problems.DEVICE_MISMATCH, value=push.device, device=device.id)
    now = context().clock.now()
    if not push.envelopes:
        return sync.Receipt(device.id, push.nonce, (), (), device.next_seq, now)
    ledger.lock_head()
    db.session.refresh(device)
    known = _known([envelope.sha256 for envelope in push.envelopes])
    state = ChainState(device.id, device.next_seq - 1, device.head)
    incoming: list[Incoming] = []
    accepted: list[sync.Accepted] = []
    refused: list[sync.NotAccepted] = []
    for envelope in push.envelopes:
        digest = envelope.sha256
        try:
            record = read_record(envelope, device.public_key)
            if digest in known:
                accepted.append(sync.Accepted(record.seq, digest, known[digest]))
                continue
            event = record.decoded()
            if isinstance(event, tuple(SERVER_ONLY)):
                # whoever could publish a route from a handheld could also say what was on it
                raise Refused(problems.EVENT_SERVER_ONLY, value=event_name(event))
            state = _extend(state, digest, record, device)
        except Refused as refusal:
            refused.append(sync.NotAccepted(digest, refusal.problem))
            _quarantine(envelope, device, refusal.problem, now)
            continue
        incoming.append(Incoming(envelope, record, event, digest))
    indexes = ledger.append(incoming, now)
    accepted += [sync.Accepted(i.record.seq, i.sha256, n) for i, n in zip(incoming, indexes, strict=True)]
    device.next_seq, device.head = state.seq + 1, state.head
    return sync.Receipt(device.id, push.nonce, tuple(accepted), tuple(refused), device.next_seq, now)


def _known(digests: Sequence[str]) -> dict[str, int]:
    query = select(LedgerEntry.sha256, LedgerEntry.index).where(LedgerEntry.sha256.in_(digests))
    return {str(digest): int(index) for digest, index in db.session.execute(query)}


def _extend(state: ChainState, digest: str, record: Record, device: Device) -> ChainState:
    seq = record.seq
    if seq <= state.seq and record.device == device.id:
        query = select(LedgerEntry.sha256).where(LedgerEntry.device_id == device.id, LedgerEntry.seq == seq)
        standing = db.session.execute(query).scalar_one_or_none() or state.head
        raise Refused(problems.CHAIN_CONFLICT, device=device.id, seq=seq, value=digest, expected=standing)
    return extend(state, record, digest)


def _quarantine(envelope: Envelope, device: Device, problem: Problem, now: datetime) -> None:
    """Keep what was refused. A gap is not kept: the same event comes again, in order."""
    if problem.number == problems.CHAIN_GAP.number:
        return
    raw = envelope.encode()
    digest = sha256(raw).hexdigest()
    if db.session.get(Quarantined, digest) is None:
        db.session.add(
            Quarantined(sha256=digest, device_id=device.id, at=now, envelope=raw, problem=msgspec.json.encode(problem))
        )
        db.session.flush()


# blobs -------------------------------------------------------------------------------------------------------------------


def blob_store() -> BlobStore:
    """Where the bytes are."""
    return FolderStore(context().config.blobs)


def blob_status(digest: str) -> sync.BlobStatus:
    """How much of a blob is there.

    Raises:
        Refused: BLOB_UNKNOWN.
    """
    row = db.session.get(Blob, digest)
    if row is None:
        raise Refused(problems.BLOB_UNKNOWN, value=digest)
    have = row.have if row.completed_at is not None else _have(row, blob_store())
    return sync.BlobStatus(digest, have, row.completed_at is not None)


def _have(row: Blob, store: BlobStore) -> int:
    """How many bytes of an unfinished blob are there: what both the row and the file say, as the server may have died
    between writing the one and the other."""
    return min(row.have, store.partial_size(row.sha256))


def put_blob(digest: str, *, size: int, offset: int, data: bytes, device: Device) -> sync.BlobStatus:
    """Take in a piece of a blob; complete once all bytes are there and hash to its name.

    Raises:
        Refused: FIELD_INVALID; BLOB_TOO_LARGE; BLOB_OFFSET where the piece does not start where the last one ended;
            BLOB_HASH where all bytes are there and are not the declared ones: they are discarded, and the upload starts
            again.
    """
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise Refused(problems.FIELD_INVALID, field="sha256", value=digest, reason="64 hex digits")
    if not 0 < size <= sync.MAX_BLOB or offset + len(data) > size:
        raise Refused(problems.BLOB_TOO_LARGE, value=max(size, offset + len(data)), limit=sync.MAX_BLOB)
    store = blob_store()
    row = db.session.get(Blob, digest, with_for_update=True)
    if row is None:
        row = Blob(sha256=digest, size=size, have=0, device_id=device.id)
        db.session.add(row)
    if row.completed_at is not None:
        return sync.BlobStatus(digest, row.have, True)
    finished = store.size(digest)
    if finished is not None:
        # it died after the last byte was in its place, and before it could say so
        return _complete(row, finished)
    have = _have(row, store)
    if size != row.size or offset != have:
        raise Refused(problems.BLOB_OFFSET, value=offset, expected=have)
    row.have = store.append(digest, offset, data)
    if row.have == size:
        actual = store.finish(digest)
        if actual != digest:
            store.discard(digest)
            row.have = 0
            db.session.flush()
            raise Refused(problems.BLOB_HASH, value=actual, expected=digest)
        return _complete(row, size)
    db.session.flush()
    return sync.BlobStatus(digest, row.have, False)


def _complete(row: Blob, size: int) -> sync.BlobStatus:
    """All ``size`` bytes of a blob are in the store, under its name."""
    row.size, row.have, row.completed_at = size, size, context().clock.now()
    db.session.flush()
    return sync.BlobStatus(row.sha256, size, True)


def read_blob(digest: str) -> bytes | None:
    """All bytes of a complete blob, or ``None``."""
    return blob_store().read(digest)


def seals(indexes: Sequence[int]) -> sync.Seals:
    """The proofs of those of the entries that are sealed."""
    checkpoint = ledger.latest_checkpoint()
    proofs = [] if checkpoint is None else ledger.inclusions(indexes[: sync.MAX_BATCH], checkpoint)
    return sync.Seals(tuple(sync.Seal(proof.index, proof.text()) for proof in proofs))
