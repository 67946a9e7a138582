"""Tables of custody. Rows here are only ever added; the few that change (a device's head, an upload's progress) say so."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Device(Base):
    """Something that writes a chain: a handheld, or the server itself. ``next_seq`` and ``head`` move with each event."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    enrolled_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    next_seq: Mapped[int] = mapped_column(Integer, default=1)
    head: Mapped[str] = mapped_column(String(64))
    last_seen: Mapped[datetime | None]


class EnrolmentCode(Base):
    """A one-time code, by its hash; who uses it gets a device."""

    __tablename__ = "enrolment_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))


class LedgerEntry(Base):
    """One event for ever: ``envelope`` are the exact bytes whose leaf hash stands in the tree."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("device_id", "seq"),
        Index(None, "route_id", "index"),
        Index(None, "type", "index"),
    )

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(40))
    route_id: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    envelope: Mapped[bytes]
    seal: Mapped[str] = mapped_column(String(64))
    """Keyed hash of what the signature does not cover: the index and the time of receipt."""


class LedgerHead(Base):
    """How long the ledger is: the one row that gives out indexes, and thereby the one lock of appending."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]


class LedgerNode(Base):
    """The hash of a complete subtree over ``2**level`` entries."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class SealedCheckpoint(Base):
    """A signed checkpoint: from here on the first ``size`` entries cannot change unnoticed."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str]
    at: Mapped[datetime]


class Quarantined(Base):
    """An envelope that could not enter the ledger, kept with the reason: nothing a handheld sent is thrown away."""

    __tablename__ = "quarantined"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Of the whole envelope: a forged signature over known bytes is another thing than the event."""
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    at: Mapped[datetime]
    envelope: Mapped[bytes]
    problem: Mapped[bytes]
    """The :class:`shared.errors.Problem` as JSON."""


class UsedNonce(Base):
    """A request seen once; it is forgotten when its time alone would have it refused."""

    __tablename__ = "used_nonce"

    device_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class LiveRow(Base):
    """How a handheld said its route stood (:class:`shared.sync.Live`): the newest only, no evidence, dropped after a day.
    Degrees x 1e6, WGS-84."""

    __tablename__ = "live"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    route_id: Mapped[str] = mapped_column(String(40), index=True)
    sent: Mapped[datetime]
    """The signed time of the request that brought it: what is older never takes its place."""
    taken: Mapped[datetime] = mapped_column(index=True)
    """The server's clock, when it came."""
    at: Mapped[datetime]
    """The handheld's clock, when the position was heard."""
    lat: Mapped[int]
    lon: Mapped[int]
    seq: Mapped[int]
    alarms: Mapped[int]
    concluded: Mapped[int]


class Blob(Base):
    """A photo or signature by the hash of its bytes. ``have`` grows with the upload; the bytes are in the blob store."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    have: Mapped[int]
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    completed_at: Mapped[datetime | None]


class Consumer(Base):
    """How far a reader of the ledger has come, and what parked it, if anything did."""

    __tablename__ = "consumer"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    """Index of the next entry it will read."""
    parked_at: Mapped[datetime | None]
    problem: Mapped[str | None]
