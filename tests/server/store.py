"""Puts a day that was written in memory into the real ledger, as intake would have."""

from datetime import timedelta

from server.custody import ledger, operations
from server.custody.models import Blob, Device
from server.db import db
from server.trace import operations as trace
from server.trace.projection import Projector
from server.transaction import transaction
from shared.custody.chain import ChainState
from tests.server.proof.day import DEVICE, Day


def store(day: Day, *, blobs: bool = True, late: timedelta = timedelta()) -> None:
    """All entries and blobs of ``day``, received so much later. Call in an application context over an empty database."""
    store_more(day, 0, late=late)
    if blobs:
        store_blobs(day)


def store_more(day: Day, start: int, *, seal: bool = True, late: timedelta = timedelta()) -> int:
    """The entries of ``day`` from index ``start`` on; returns how many there are then."""
    with transaction():
        own = operations.own_device()
        handheld = db.session.get(Device, DEVICE) or _handheld(day)
        for entry in day.ledger.entries[start:]:
            one = ledger.Incoming(entry.envelope, entry.record, entry.event, entry.sha256)
            ledger.append([one], entry.received_at + late)
            device = own if entry.record.device == own.id else handheld
            device.next_seq, device.head = entry.record.seq + 1, entry.sha256
        if seal:
            ledger.seal()
    return len(day.ledger.entries)


def store_blobs(day: Day) -> None:
    """The blobs of ``day`` that are not there yet."""
    with transaction():
        handheld = db.session.get_one(Device, DEVICE)
        for digest, data in day.ledger.blobs.items():
            if db.session.get(Blob, digest) is None:
                keep_blob(digest, data, handheld)


def _handheld(day: Day) -> Device:
    device = Device(
        id=DEVICE,
        name="手持 7 号",
        public_key=day.handheld.signer.public_key(),
        enrolled_at=day.ledger.entries[0].record.at,
        next_seq=1,
        head=ChainState(DEVICE).head,
    )
    db.session.add(device)
    db.session.flush()
    return device


def keep_blob(digest: str, data: bytes, device: Device) -> None:
    """One complete blob."""
    files = operations.blob_store()
    files.append(digest, 0, data)
    assert files.finish(digest) == digest
    at = device.enrolled_at
    db.session.add(Blob(sha256=digest, size=len(data), have=len(data), device_id=device.id, completed_at=at))


def project() -> None:
    """Bring the views up to date."""
    projector = Projector()
    with transaction():
        while trace.follow(projector):
            pass
