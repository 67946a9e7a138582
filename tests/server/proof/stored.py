"""The synthetic day, put into a real application's ledger."""

from datetime import datetime

from flask import Flask

from server.custody import ledger
from server.custody.ledger import Incoming
from server.custody.models import Device
from server.custody.operations import blob_store, own_device
from server.db import db
from server.trace import operations as trace
from server.trace.projection import Projector
from server.transaction import transaction
from shared.custody.chain import GENESIS
from tests.server.proof.day import DEVICE, Day
from tests.server.proof.memory_ledger import MemoryLedger


def put_blobs(memory: MemoryLedger, digests: list[str] | None = None) -> None:
    """Bring blobs (default: all) into the application's blob store."""
    store = blob_store()
    for digest, data in memory.blobs.items():
        if digests is None or digest in digests:
            store.append(digest, 0, data)
            store.finish(digest)


def store_day(app: Flask, day: Day, *, blobs: bool = True, seal: bool = True, upto: int | None = None) -> None:
    """Append the day's entries as they are (the test configuration has the same key and origin), project and seal them."""
    memory = day.ledger
    with app.app_context(), transaction():
        server = own_device()
        public = day.handheld.signer.public_key()
        now: datetime = memory.entries[0].record.at
        handheld = Device(id=DEVICE, name="HH", public_key=public, enrolled_at=now, next_seq=1, head=GENESIS)
        db.session.add(handheld)
        db.session.flush()
        entries = memory.entries[:upto]
        incoming = [Incoming(entry.envelope, entry.record, entry.event, entry.sha256) for entry in entries]
        ledger.append(incoming, entries[-1].record.at)
        for entry in entries:
            device = server if entry.record.device == server.id else handheld
            device.next_seq, device.head = entry.record.seq + 1, entry.sha256
        trace.follow(Projector())
        if blobs:
            put_blobs(memory)
        if seal:
            ledger.seal()
