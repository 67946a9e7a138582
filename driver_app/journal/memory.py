"""A journal in memory, for tests and rehearsals: the same behaviour as on SQLite, held to it by one contract suite.

What it cannot be is durable: the object itself is the disk. Opening services over the same object again is a restart.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

import msgspec

from driver_app.journal.disk import disk_full
from driver_app.journal.ports import (
    BlobEntry,
    BlobRef,
    Head,
    JournalEntry,
    NewEntry,
    OutboxState,
    WorkSlot,
)
from driver_app.journal.soundness import check_blob, check_entries, damaged
from shared import problems
from shared.errors import Problem, Refused
from shared.sync import Lane

_PLENTY = 1 << 40


class MemoryJournal:
    """A journal that forgets with its process; ``free`` says how many bytes its imaginary disk still takes."""

    def __init__(self, free: Callable[[], int] = lambda: _PLENTY) -> None:
        self._free = free
        self._lock = threading.RLock()
        self._events: list[JournalEntry] = []
        self._numbers: dict[str, int] = {}
        self._blobs: dict[str, BlobEntry] = {}
        self._bytes: dict[str, bytes] = {}
        self._drafts: dict[str, bytes] = {}
        self._settings: dict[str, bytes] = {}
        self._work: dict[WorkSlot, bytes] = {}

    def _writing(self, size: int) -> None:
        if self._free() < size:
            raise disk_full(self._free(), size)

    # events ------------------------------------------------------------------------------------------------------------

    def append(
        self,
        entries: Sequence[NewEntry],
        *,
        blobs: Sequence[BlobRef] = (),
        drop_drafts: Sequence[str] = (),
        put_drafts: Mapping[str, bytes] | None = None,
    ) -> None:
        with self._lock:
            head = self.head()
            for entry in entries:
                if (entry.seq, entry.prev) != (head.seq + 1, head.sha256):
                    raise damaged(entry.seq, f"does not follow event {head.seq}")
                head = Head(entry.seq, entry.sha256)
            for blob in blobs:
                if blob.sha256 not in self._bytes:
                    raise Refused(problems.BLOB_MISSING, value=blob.sha256)
            self._writing(sum(len(entry.envelope) for entry in entries))
            for entry in entries:
                self._events.append(JournalEntry(**msgspec.structs.asdict(entry)))
                self._numbers[entry.sha256] = entry.seq
            for blob in blobs:
                self._blobs.setdefault(blob.sha256, BlobEntry(**msgspec.structs.asdict(blob), seq=head.seq))
            for key in drop_drafts:
                self._drafts.pop(key, None)
            self._drafts |= put_drafts or {}

    def head(self) -> Head:
        with self._lock:
            return Head(self._events[-1].seq, self._events[-1].sha256) if self._events else Head()

    def entry(self, sha256: str) -> JournalEntry | None:
        with self._lock:
            return self._events[self._numbers[sha256] - 1] if sha256 in self._numbers else None

    def entries(
        self, *, route_id: str | None = None, types: Sequence[str] = (), after: int = 0, limit: int | None = None
    ) -> list[JournalEntry]:
        with self._lock:
            found = [
                entry
                for entry in self._events[after:]
                if (route_id is None or entry.route_id == route_id) and (not types or entry.type in types)
            ]
        return found if limit is None else found[:limit]

    # outbox ------------------------------------------------------------------------------------------------------------

    def first_unreceived(self) -> int | None:
        with self._lock:
            return next((entry.seq for entry in self._events if entry.state is OutboxState.ON_PHONE), None)

    def unsealed(self, limit: int) -> list[JournalEntry]:
        with self._lock:
            return [entry for entry in self._events if entry.state is OutboxState.RECEIVED][:limit]

    def mark_received(self, places: Mapping[str, int]) -> None:
        with self._lock:
            entries = [(self._known(name), index) for name, index in places.items()]
            for entry, index in entries:
                if entry.state is not OutboxState.SEALED:
                    self._mark(entry, state=OutboxState.RECEIVED, index=index, problem=None)

    def mark_refused(self, sha256: str, problem: Problem) -> None:
        with self._lock:
            entry = self._known(sha256)
            state = OutboxState.REFUSED if entry.state.rank == 0 else entry.state
            self._mark(entry, state=state, problem=problem)

    def mark_sealed(self, proofs: Mapping[str, str]) -> None:
        with self._lock:
            entries = [(self._known(name), proof) for name, proof in proofs.items()]
            for entry, _ in entries:
                if entry.state.rank == 0:
                    raise KeyError(entry.sha256)
            for entry, proof in entries:
                self._mark(entry, state=OutboxState.SEALED, proof=proof, problem=None)

    def _known(self, sha256: str) -> JournalEntry:
        return self._events[self._numbers[sha256] - 1]

    def _mark(self, entry: JournalEntry, **changes: object) -> None:
        self._writing(1)
        self._events[entry.seq - 1] = msgspec.structs.replace(entry, **changes)

    def counts(self) -> Mapping[OutboxState, int]:
        with self._lock:
            return {state: sum(entry.state is state for entry in self._events) for state in OutboxState}

    # blobs -------------------------------------------------------------------------------------------------------------

    def store_blob(self, data: bytes) -> str:
        name = sha256(data).hexdigest()
        with self._lock:
            if name not in self._bytes:
                self._writing(len(data))
                self._bytes[name] = data
        return name

    def read_blob(self, sha256: str, offset: int = 0, size: int | None = None) -> bytes:
        with self._lock:
            if sha256 not in self._bytes:
                raise Refused(problems.BLOB_MISSING, value=sha256)
            data = self._bytes[sha256]
        return data[offset:] if size is None else data[offset : offset + size]

    def blob(self, sha256: str) -> BlobEntry | None:
        with self._lock:
            return self._blobs.get(sha256)

    def blobs_waiting(self) -> list[BlobEntry]:
        with self._lock:
            waiting = [blob for blob in self._blobs.values() if blob.receipt is None]
        return sorted(waiting, key=lambda blob: (blob.lane is Lane.PHOTO, blob.seq))

    def blobs_left(self) -> tuple[int, int]:
        waiting = self.blobs_waiting()
        return len(waiting), sum(max(0, blob.size - blob.uploaded) for blob in waiting)

    def blobs_of(self, seq: int) -> list[BlobEntry]:
        with self._lock:
            return [blob for blob in self._blobs.values() if blob.seq == seq]

    def mark_uploaded(self, sha256: str, uploaded: int) -> None:
        self._mark_blob(sha256, uploaded=uploaded, problem=None)

    def mark_blob_received(self, sha256: str, receipt: bytes) -> None:
        with self._lock:
            self._mark_blob(sha256, receipt=receipt, uploaded=self._blobs[sha256].size, problem=None)

    def mark_blob_refused(self, sha256: str, problem: Problem) -> None:
        self._mark_blob(sha256, problem=problem)

    def blobs_confirmed(self) -> list[BlobEntry]:
        with self._lock:
            sealed = {entry.seq for entry in self._events if entry.state is OutboxState.SEALED}
            found = [blob for blob in self._blobs.values() if blob.receipt is not None and blob.seq in sealed]
            return sorted((blob for blob in found if blob.sha256 in self._bytes), key=lambda blob: blob.seq)

    def clear_blob(self, sha256: str) -> int:
        with self._lock:
            if sha256 not in {blob.sha256 for blob in self.blobs_confirmed()}:
                raise Refused(problems.BLOB_UNCONFIRMED, value=sha256)
            return len(self._bytes.pop(sha256))

    def _mark_blob(self, name: str, **changes: object) -> None:
        with self._lock:
            entry = self._blobs[name]
            self._writing(1)
            self._blobs[name] = msgspec.structs.replace(entry, **changes)

    # what is not evidence yet --------------------------------------------------------------------------------------------

    def draft(self, key: str) -> bytes | None:
        with self._lock:
            return self._drafts.get(key)

    def put_draft(self, key: str, value: bytes) -> None:
        with self._lock:
            self._writing(len(value))
            self._drafts[key] = value

    def drop_draft(self, key: str) -> None:
        with self._lock:
            self._drafts.pop(key, None)

    def setting(self, key: str) -> bytes | None:
        with self._lock:
            return self._settings.get(key)

    def put_setting(self, key: str, value: bytes) -> None:
        with self._lock:
            self._writing(len(value))
            self._settings[key] = value

    def drop_setting(self, key: str) -> None:
        with self._lock:
            self._settings.pop(key, None)

    def work(self, slot: WorkSlot) -> bytes | None:
        with self._lock:
            return self._work.get(slot)

    def put_work(self, slot: WorkSlot, raw: bytes) -> None:
        with self._lock:
            self._writing(len(raw))
            self._work[slot] = raw

    def drop_work(self, slot: WorkSlot) -> None:
        with self._lock:
            self._work.pop(slot, None)

    # room and soundness --------------------------------------------------------------------------------------------------

    def room(self) -> int:
        return self._free()

    def enough_room(self, needed: int) -> None:
        if self.room() < needed:
            raise disk_full(self.room(), needed)

    def verify(self, public: bytes | None = None) -> int:
        with self._lock:
            head = check_entries(Head(), self._events, public)
            for blob in self._blobs.values():
                check_blob(blob, self._bytes.get(blob.sha256))
        return head.seq

    def close(self) -> None:
        """Nothing is open."""
