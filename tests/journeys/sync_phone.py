"""The handheld of the sync property: the real services over a real journal, on a storage where it may die at any write.

A death leaves on the disk exactly what was there at that moment: the database, its write-ahead log (perhaps with the last
commit only half in it), and whatever files a blob had come to. Nothing that unwinds in the dead process can touch it.
"""

import errno
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

from driver_app.journal.disk import Disk
from driver_app.journal.sqlite import SqliteJournal
from driver_app.services.bootstrap import Ports, Services, build
from driver_app.services.ports import Transport
from driver_app.services.recorder import Recorded
from shared.clock import ManualClock
from shared.keys import KeySigner

JOURNAL = "journal.db"
PLENTY = 1 << 40
CRAMPED = 64 * 1024
"""Bytes a full disk still has."""


class Killed(BaseException):
    """The app's process is gone: nothing in it may notice."""


class Storage:
    """The handheld's storage: when the process dies on it, and when it is full.

    ``left`` counts down with every step of a write; at nought the process is dead. ``full``: pages and files no longer fit;
    ``honest`` says whether the free room is reported as what it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.left: int | None = None
        self.torn = 1.0
        self.dead = False
        self.full = False
        self.honest = True
        self._was_full = False
        self._corpse: dict[str, bytes] | None = None

    def open(self) -> SqliteJournal:
        """A journal as a new process opens it."""
        self._lay_out()
        self.dead, self.left = False, None
        return SqliteJournal(self.folder / JOURNAL, disk=_PhoneDisk(self), connection=_connection(self))

    def die(self, cut: int | None = None) -> None:
        """SIGKILL, now: what is on the disk stays as it is. ``cut`` is where the write-ahead log ends, if its last pages did
        not make it."""
        if self.dead:
            return
        self.dead = True
        files = {path.name: path.read_bytes() for path in self._files()}
        log = f"{JOURNAL}-wal"
        if cut is not None and log in files:
            files[log] = files[log][:cut]
        self._corpse = files

    def burn(self, cut: int | None = None) -> None:
        """One step of a write is about to happen, or has just happened.

        Raises:
            Killed: the process died here.
        """
        if self.dead:
            raise Killed
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.die(cut)
                raise Killed

    def log_size(self) -> int:
        log = self.folder / f"{JOURNAL}-wal"
        return log.stat().st_size if log.exists() else 0

    def _files(self) -> list[Path]:
        return [path for path in (self.folder / JOURNAL, self.folder / f"{JOURNAL}-wal") if path.exists()]

    def _lay_out(self) -> None:
        """Put back what was on the disk when the process died: closing the dead one's files has changed them since."""
        if self._corpse is None:
            return
        for name in (JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-shm"):
            (self.folder / name).unlink(missing_ok=True)
        for name, data in self._corpse.items():
            (self.folder / name).write_bytes(data)
        self._corpse = None

    def limit(self, execute: Callable[[str], sqlite3.Cursor]) -> None:
        """Let SQLite itself find the disk full, before a transaction begins."""
        if self.full or self._was_full:
            pages = execute("PRAGMA page_count").fetchone()[0]
            execute(f"PRAGMA max_page_count={pages if self.full else 1 << 30}")
            self._was_full = self.full


def _connection(storage: Storage) -> type[sqlite3.Connection]:
    class Mortal(sqlite3.Connection):
        """A connection whose process may die before and after any statement that writes, and within a commit."""

        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            if storage.dead:
                raise Killed
            if sql.startswith(("SELECT", "PRAGMA")):
                # a death of the process, unlike one of the machine, needs no fsync to be survived
                return super().execute(sql.replace("synchronous=FULL", "synchronous=OFF"), *values)  # type: ignore[arg-type]
            if sql.startswith("BEGIN"):
                storage.limit(super().execute)
            storage.burn()
            if sql != "COMMIT":
                cursor = super().execute(sql, *values)  # type: ignore[arg-type]
                storage.burn()
                return cursor
            if storage.full and not storage.honest:
                raise _full()
            before = storage.log_size()
            cursor = super().execute(sql)
            after = storage.log_size()
            storage.burn(cut=before + round((after - before) * storage.torn) if after > before else None)
            return cursor

    return Mortal


def _full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


class _PhoneDisk(Disk):
    """Files on that storage: a death can leave half of one."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def create(self, temporary: Path, data: bytes) -> None:
        self._storage.burn()
        temporary.write_bytes(data[: len(data) // 2])
        if self._storage.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._storage.burn()
        temporary.write_bytes(data)
        self._storage.burn()

    def rename(self, temporary: Path, path: Path) -> None:
        super().rename(temporary, path)
        self._storage.burn()

    def sync_folder(self, folder: Path) -> None:
        self._storage.burn()

    def free(self, folder: Path) -> int:
        return CRAMPED if self._storage.full and self._storage.honest else PLENTY


class Handset:
    """A handheld that can be killed and started again. ``told`` is every event that a recording method returned for, in
    order: what a person was promised is on the phone."""

    services: Services

    def __init__(self, folder: Path, clock: ManualClock, key: bytes, network: Transport, rng: random.Random) -> None:
        self.storage = Storage(folder)
        self.clock, self.network = clock, network
        self.pace = ManualClock(clock.at)
        """What network waits are measured by; on its own, so that most requests are not looks for new work."""
        self.keystore = KeySigner(key)
        self._rng = rng
        self.told: list[str] = []
        self.on_record: Callable[[Recorded], None] = lambda _recorded: None

    def start(self) -> None:
        """A new process: monotonic time begins anew, everything else is what the journal says.

        An event that was on disk when the last process died, but not told of, counts from here on."""
        self.clock.elapsed = self.pace.elapsed = 0.0
        journal = self.storage.open()
        names = [entry.sha256 for entry in journal.entries()]
        assert names[: len(self.told)] == self.told, "an event that was told of is gone after a death"
        self.told = names
        randomness = self._rng.randbytes
        ports = Ports(journal, self.clock, self.keystore, lambda _url: self.network, "test 1", randomness, self.pace)
        self.services = build(ports)
        self.services.recorder.subscribe(self._note)

    def _note(self, recorded: Recorded) -> None:
        self.told.append(recorded.sha256)
        self.on_record(recorded)

    def rest(self) -> None:
        """Nobody taps twice within two seconds."""
        self.clock.advance(2)

    def die(self) -> None:
        """SIGKILL between two writes."""
        self.storage.die()

    def restart(self) -> None:
        """Kill it if it still runs, and start again."""
        self.storage.die()
        self.services.journal.close()
        self.start()

    def stop(self) -> None:
        """Let go of the files in peace."""
        self.services.journal.close()
