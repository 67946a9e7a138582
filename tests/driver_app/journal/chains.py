"""Events for a journal: a real chain, signed by a real key, and who dies at which write."""

import errno
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from driver_app.journal.disk import Disk
from driver_app.journal.ports import BlobRef, NewEntry
from shared.custody.chain import ChainState, write_record
from shared.custody.events import PhotoTaken, RemarkMade
from shared.keys import KeySigner
from shared.sync import Lane

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
SIGNER = KeySigner(b"j" * 32)


class Chain:
    """Writes the next links of one device's chain."""

    def __init__(self) -> None:
        self.state = ChainState("H1")

    def remark(self, route_id: str = "R1", text: str = "ok") -> NewEntry:
        return self.entry(RemarkMade(route_id, "S1", text), route_id)

    def photo(self, digest: str, size: int) -> NewEntry:
        return self.entry(PhotoTaken("R1", "S1", None, digest, size, "image/jpeg", None), "R1")

    def entry(self, event: RemarkMade | PhotoTaken, route_id: str) -> NewEntry:
        before = self.state
        at = START + timedelta(seconds=before.seq)
        envelope, self.state = write_record(before, event, SIGNER, at=at, mono=0, offset=None, app="t", actor="D1")
        return NewEntry(
            self.state.seq,
            envelope.sha256,
            before.head,
            type(event).__name__,
            route_id,
            Lane.OUTCOME,
            at,
            envelope.encode(),
        )


def photo_ref(data: bytes) -> BlobRef:
    return BlobRef(sha256(data).hexdigest(), len(data), "image/jpeg", Lane.PHOTO)


class Killed(BaseException):
    """The process is gone: nothing in it may notice."""


class Fuse:
    """Burns down with every write, and kills the process at the end. Once dead, everything fails."""

    def __init__(self, writes: int | None = None) -> None:
        self.left = writes
        self.count = 0
        self.dead = False

    def burn(self) -> None:
        if self.dead:
            raise Killed
        self.count += 1
        if self.left is not None and self.count > self.left:
            self.dead = True
            raise Killed


def deadly(fuse: Fuse) -> type[sqlite3.Connection]:
    """A connection whose process may die before or after any statement."""

    class Deadly(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
            changes = not sql.lstrip().upper().startswith(("SELECT", "PRAGMA"))
            if fuse.dead or changes:
                fuse.burn()
            cursor = super().execute(sql, *values)  # type: ignore[arg-type]
            if changes:
                fuse.burn()
            return cursor

    return Deadly


class DeadlyDisk(Disk):
    """A disk whose process may die between any two steps of a write, or in the middle of one."""

    def __init__(self, fuse: Fuse) -> None:
        self.fuse = fuse

    def create(self, temporary: Path, data: bytes) -> None:
        self.fuse.burn()
        temporary.write_bytes(data[: len(data) // 2])
        self.fuse.burn()
        super().create(temporary, data)
        self.fuse.burn()

    def rename(self, temporary: Path, path: Path) -> None:
        super().rename(temporary, path)
        self.fuse.burn()

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self.fuse.burn()


class FullDisk(Disk):
    """A disk that says how much is free, and is full from some moment on."""

    def __init__(self, left: int = 1 << 40) -> None:
        self.left = left
        self.full = False

    def free(self, folder: Path) -> int:
        return self.left

    def create(self, temporary: Path, data: bytes) -> None:
        if self.full:
            temporary.write_bytes(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        super().create(temporary, data)


def filling(full: Callable[[], bool]) -> type[sqlite3.Connection]:
    """A connection whose database can take no further page once ``full`` says so: SQLite itself then reports SQLITE_FULL."""

    class Filling(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
            if sql.startswith("BEGIN"):
                pages = super().execute("PRAGMA page_count").fetchone()[0]
                super().execute(f"PRAGMA max_page_count={pages if full() else 1 << 30}")
            return super().execute(sql, *values)  # type: ignore[arg-type]

    return Filling
