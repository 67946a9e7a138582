"""What a journal is: the one place on the handheld that remembers.

**Durability contract.** When a method that writes returns, what it wrote is on disk and survives a SIGKILL or a dead
battery. When it raises, nothing of what it was asked to write is there. Events and their bytes are never changed and
never deleted; only what is *known about* an event (its outbox state) moves, and only forward.

**Order.** A blob is on disk, under its hash, before the event that names it: :meth:`Journal.store_blob` first, then
:meth:`Journal.append` with its :class:`BlobRef`. A blob that no event names is waste, never evidence, and is not sent.

Two journals exist, :mod:`~driver_app.journal.sqlite` and :mod:`~driver_app.journal.memory`; one contract suite holds both.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from shared.custody.chain import GENESIS
from shared.errors import Problem
from shared.sync import Lane


class OutboxState(StrEnum):
    """How far an event has come. *Refused* by a signed receipt is kept, shown, and sent again if the server asks for it."""

    ON_PHONE = "on_phone"
    REFUSED = "refused"
    RECEIVED = "received"
    SEALED = "sealed"

    @property
    def rank(self) -> int:
        """States only move to an equal or higher rank."""
        return {"on_phone": 0, "refused": 0, "received": 1, "sealed": 2}[self.value]


class WorkSlot(StrEnum):
    """Which signed work document is meant."""

    CURRENT = "current"
    """The one in force."""
    PENDING = "pending"
    """One that waits for the end of the shift."""


class NewEntry(msgspec.Struct, frozen=True):
    """An event to append: ``envelope`` is its one serialisation (:meth:`shared.custody.envelope.Envelope.encode`)."""

    seq: int
    sha256: str
    """Hash (hex) of the envelope's payload: the event's name."""
    prev: str
    type: str
    route_id: str | None
    lane: Lane
    recorded: datetime
    envelope: bytes


class JournalEntry(msgspec.Struct, frozen=True):
    """An event as it stands in the journal, and what is known about it."""

    seq: int
    sha256: str
    prev: str
    type: str
    route_id: str | None
    lane: Lane
    recorded: datetime
    envelope: bytes
    state: OutboxState = OutboxState.ON_PHONE
    index: int | None = None
    """Where it stands in the ledger, once received."""
    proof: str | None = None
    """Its tlog-proof (text), once sealed."""
    problem: Problem | None = None
    """Why the server refused it, where it did."""


class BlobRef(msgspec.Struct, frozen=True):
    """A blob that an event names; its bytes are already stored."""

    sha256: str
    size: int
    media_type: str
    lane: Lane


class BlobEntry(msgspec.Struct, frozen=True):
    """A blob that an event names, and how much of it the server has."""

    sha256: str
    size: int
    media_type: str
    lane: Lane
    seq: int
    """The first event that names it."""
    uploaded: int = 0
    """Bytes the server said it has; the upload goes on there."""
    receipt: bytes | None = None
    """The server's signed receipt, as it came."""
    problem: Problem | None = None


class Head(msgspec.Struct, frozen=True):
    """Where the chain stands."""

    seq: int = 0
    sha256: str = GENESIS


class Journal(Protocol):
    """The journal of one handheld. Every method may be called from any thread.

    Every method that writes raises ``Refused`` DISK_FULL where there is no room, and JOURNAL_DAMAGED where the store itself
    fails; in both cases nothing was written.
    """

    # events
    def append(
        self,
        entries: Sequence[NewEntry],
        *,
        blobs: Sequence[BlobRef] = (),
        drop_drafts: Sequence[str] = (),
        put_drafts: Mapping[str, bytes] | None = None,
    ) -> None:
        """Append events that belong together, enter the blobs that the last of them names, drop drafts they make obsolete and
        keep those they lead to: all or nothing.

        Raises:
            Refused: JOURNAL_DAMAGED where they are not the next links of the chain, BLOB_MISSING where a blob is not stored.
        """
        ...

    def head(self) -> Head:
        """The last event's number and hash; before the first, 0 and the hash of nothing."""
        ...

    def entry(self, sha256: str) -> JournalEntry | None:
        """The event of that name."""
        ...

    def entries(
        self, *, route_id: str | None = None, types: Sequence[str] = (), after: int = 0, limit: int | None = None
    ) -> list[JournalEntry]:
        """Events in order: of a route, of some types, after a number, at most so many."""
        ...

    # outbox
    def first_unreceived(self) -> int | None:
        """The number of the first event that is only on the phone (refused ones are not: the server has answered)."""
        ...

    def unsealed(self, limit: int) -> list[JournalEntry]:
        """Received events that are not sealed yet, oldest first."""
        ...

    def mark_received(self, places: Mapping[str, int]) -> None:
        """A signed receipt places these events (by name) at these indexes. A sealed one stays sealed.

        Raises:
            KeyError: no such event; none of them is marked then.
        """
        ...

    def mark_refused(self, sha256: str, problem: Problem) -> None:
        """A signed receipt refuses the event. One that was received stays received; the problem is kept in any case.

        Raises:
            KeyError: no such event.
        """
        ...

    def mark_sealed(self, proofs: Mapping[str, str]) -> None:
        """Verified proofs (text) place these events (by name) in the ledger.

        Raises:
            KeyError: no such event, or it was not received; none of them is marked then.
        """
        ...

    def counts(self) -> Mapping[OutboxState, int]:
        """How many events are in each state; every state is named."""
        ...

    # blobs
    def store_blob(self, data: bytes) -> str:
        """Keep bytes under their SHA-256 (hex), durably; the same bytes twice are kept once."""
        ...

    def read_blob(self, sha256: str, offset: int = 0, size: int | None = None) -> bytes:
        """Bytes of a stored blob from ``offset``, at most ``size``.

        Raises:
            Refused: BLOB_MISSING.
        """
        ...

    def blob(self, sha256: str) -> BlobEntry | None:
        """What is known of a blob that an event names."""
        ...

    def blobs_waiting(self) -> list[BlobEntry]:
        """Blobs without a receipt: small evidence before photos, then oldest first."""
        ...

    def blobs_left(self) -> tuple[int, int]:
        """How many blobs are without a receipt, and how many bytes of them the server does not have: asked after every event,
        so it is counted where they lie."""
        ...

    def blobs_of(self, seq: int) -> list[BlobEntry]:
        """The blobs that event ``seq`` was the first to name."""
        ...

    def mark_uploaded(self, sha256: str, uploaded: int) -> None:
        """The server says that it has so many bytes.

        Raises:
            KeyError: no event names such a blob.
        """
        ...

    def mark_blob_received(self, sha256: str, receipt: bytes) -> None:
        """A verified receipt names the blob.

        Raises:
            KeyError: no event names such a blob.
        """
        ...

    def mark_blob_refused(self, sha256: str, problem: Problem) -> None:
        """The server refused the blob; it stays and is tried again.

        Raises:
            KeyError: no event names such a blob.
        """
        ...

    def blobs_confirmed(self) -> list[BlobEntry]:
        """Blobs whose bytes are here and need not be any more, oldest first: the server gave a receipt for them, and the
        event that names them is sealed."""
        ...

    def clear_blob(self, sha256: str) -> int:
        """Give the room of a confirmed blob back; its entry and receipt stay. Returns the bytes that became free.

        Raises:
            Refused: BLOB_UNCONFIRMED for any other blob: nothing that only this handheld has can be cleared.
        """
        ...

    # what is not evidence yet
    def draft(self, key: str) -> bytes | None:
        """Unsaved state of a screen, as JSON."""
        ...

    def put_draft(self, key: str, value: bytes) -> None:
        """Keep unsaved state of a screen."""
        ...

    def drop_draft(self, key: str) -> None:
        """Forget it, if it is there."""
        ...

    def setting(self, key: str) -> bytes | None:
        """A setting, as JSON."""
        ...

    def put_setting(self, key: str, value: bytes) -> None:
        """Keep a setting."""
        ...

    def drop_setting(self, key: str) -> None:
        """Forget it, if it is there."""
        ...

    def work(self, slot: WorkSlot) -> bytes | None:
        """The signed work document in a slot, exactly as it was received."""
        ...

    def put_work(self, slot: WorkSlot, raw: bytes) -> None:
        """Keep a signed work document."""
        ...

    def drop_work(self, slot: WorkSlot) -> None:
        """Empty a slot."""
        ...

    # room and soundness
    def room(self) -> int:
        """Free bytes on the disk the journal is on."""
        ...

    def enough_room(self, needed: int) -> None:
        """Make sure that ``needed`` bytes can be written, before a person is asked for something that must not be lost.

        Raises:
            Refused: DISK_FULL.
        """
        ...

    def verify(self, public: bytes | None = None) -> int:
        """Check every event's hash, link and (given the key) signature, and every blob's hash; returns how many events.

        Raises:
            Refused: JOURNAL_DAMAGED, naming the first event that does not hold.
        """
        ...

    def close(self) -> None:
        """Let go of the files. Nothing depends on it: a process that dies without closing loses nothing."""
        ...
