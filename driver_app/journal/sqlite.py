"""The journal on SQLite: one file beside one folder of blobs, write-ahead log, an fsync for every commit.

``synchronous=FULL`` makes a commit durable before it returns (sqlite.org/wal.html, "Performance considerations"); triggers
refuse to change or delete an event, so that even a mistake in this file could not rewrite history.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from driver_app.journal.disk import Disk, disk_full
from driver_app.journal.ports import (
    BlobEntry,
    BlobRef,
    Head,
    JournalEntry,
    NewEntry,
    OutboxState,
    WorkSlot,
)
from driver_app.journal.soundness import TAIL, check_blob, check_entries, damaged
from shared import problems
from shared.errors import Problem, Refused
from shared.sync import Lane

_VERSION = 1
_SCHEMA = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, prev TEXT NOT NULL, type TEXT NOT NULL, route_id TEXT,
    lane TEXT NOT NULL, recorded TEXT NOT NULL, envelope BLOB NOT NULL
) STRICT;
CREATE INDEX events_of_route ON events (route_id, type, seq);
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY REFERENCES events, state TEXT NOT NULL, ledger_index INTEGER, proof TEXT, problem BLOB
) STRICT;
CREATE INDEX outbox_state ON outbox (state, seq);
CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, media_type TEXT NOT NULL, lane TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES events, uploaded INTEGER NOT NULL DEFAULT 0, receipt BLOB, problem BLOB
) STRICT;
CREATE INDEX blobs_of_event ON blobs (seq);
CREATE TABLE drafts (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE settings (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE work (slot TEXT PRIMARY KEY, raw BLOB NOT NULL) STRICT;
"""
_ENTRY = (
    "SELECT e.seq, e.sha256, e.prev, e.type, e.route_id, e.lane, e.recorded, e.envelope,"
    " o.state, o.ledger_index, o.proof, o.problem FROM events e JOIN outbox o ON o.seq = e.seq "
)
_BLOB = "SELECT sha256, size, media_type, lane, seq, uploaded, receipt, problem FROM blobs "
_SMALLEST_ROOM = 256 * 1024
"""Bytes below which an I/O error of SQLite means a full disk: a page of the log no longer fits."""


class SqliteJournal:
    """A journal in ``path`` (blobs in the folder ``<path>.blobs``); made if it is not there.

    Raises:
        Refused: JOURNAL_DAMAGED where the file is not a sound journal, DISK_FULL where one cannot be made.
    """

    def __init__(
        self, path: Path, *, disk: Disk | None = None, connection: type[sqlite3.Connection] = sqlite3.Connection
    ) -> None:
        self._folder = path.with_name(path.name + ".blobs")
        self._disk = disk or Disk()
        self._lock = threading.RLock()
        self._blob_lock = threading.Lock()
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._translated():
            self._db = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=5.0, factory=connection
            )
        try:
            with self._translated():
                self._prepare()
            self._check_tail()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            with self._transaction():
                for statement in _statements(_SCHEMA):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={_VERSION}")
        elif version != _VERSION:
            raise damaged(0, f"made by another version: {version}")

    def _check_tail(self) -> None:
        head = self.head()
        with self._translated():
            count = self._db.execute("SELECT count(*) FROM events").fetchone()[0]
            orphans = self._db.execute(
                "SELECT min(e.seq) FROM events e LEFT JOIN outbox o ON o.seq = e.seq WHERE o.seq IS NULL"
            ).fetchone()[0]
        if count != head.seq:
            raise damaged(head.seq, f"{count} events of {head.seq}")
        if orphans is not None:
            raise damaged(orphans, "has no outbox state")
        tail = self.entries(after=max(0, head.seq - TAIL))
        if tail:
            check_entries(Head(tail[0].seq - 1, tail[0].prev), tail)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What SQLite reports, as our problems. What is neither a full disk nor damage is a mistake and goes through."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            room = self.room()
            if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and room < _SMALLEST_ROOM):
                raise disk_full(room, _SMALLEST_ROOM) from error
            if code in (
                sqlite3.SQLITE_CORRUPT,
                sqlite3.SQLITE_NOTADB,
                sqlite3.SQLITE_IOERR,
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
            ):
                raise damaged(0, str(error)) from error
            raise

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # a failed COMMIT may already have rolled back by itself
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, self._translated():
            return self._db.execute(query, values).fetchall()

    # events ------------------------------------------------------------------------------------------------------------

    def append(
        self,
        entries: Sequence[NewEntry],
        *,
        blobs: Sequence[BlobRef] = (),
        drop_drafts: Sequence[str] = (),
        put_drafts: Mapping[str, bytes] | None = None,
    ) -> None:
        with self._transaction():
            head = self.head()
            for entry in entries:
                if (entry.seq, entry.prev) != (head.seq + 1, head.sha256):
                    raise damaged(entry.seq, f"does not follow event {head.seq}")
                self._insert(entry)
                head = Head(entry.seq, entry.sha256)
            for blob in blobs:
                if not self._path(blob.sha256).exists():
                    raise Refused(problems.BLOB_MISSING, value=blob.sha256)
                self._db.execute(
                    "INSERT INTO blobs (sha256, size, media_type, lane, seq) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT (sha256) DO NOTHING",
                    (blob.sha256, blob.size, blob.media_type, blob.lane.value, head.seq),
                )
            for key in drop_drafts:
                self._db.execute("DELETE FROM drafts WHERE key = ?", (key,))
            for key, value in (put_drafts or {}).items():
                self._db.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?)", (key, value))

    def _insert(self, entry: NewEntry) -> None:
        row = (
            entry.seq,
            entry.sha256,
            entry.prev,
            entry.type,
            entry.route_id,
            entry.lane.value,
            entry.recorded.isoformat(),
            entry.envelope,
        )
        self._db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._db.execute("INSERT INTO outbox (seq, state) VALUES (?, ?)", (entry.seq, OutboxState.ON_PHONE.value))

    def head(self) -> Head:
        rows = self._rows("SELECT seq, sha256 FROM events ORDER BY seq DESC LIMIT 1")
        return Head(*rows[0]) if rows else Head()

    def entry(self, sha256: str) -> JournalEntry | None:
        rows = self._rows(_ENTRY + "WHERE e.sha256 = ?", (sha256,))
        return _entry(rows[0]) if rows else None

    def entries(
        self, *, route_id: str | None = None, types: Sequence[str] = (), after: int = 0, limit: int | None = None
    ) -> list[JournalEntry]:
        where, values = ["e.seq > ?"], [after]
        bound: list[object] = [*values]
        if route_id is not None:
            where.append("e.route_id = ?")
            bound.append(route_id)
        if types:
            where.append(f"e.type IN ({', '.join('?' * len(types))})")
            bound += types
        bound.append(-1 if limit is None else limit)
        query = f"{_ENTRY}WHERE {' AND '.join(where)} ORDER BY e.seq LIMIT ?"
        return [_entry(row) for row in self._rows(query, bound)]

    # outbox ------------------------------------------------------------------------------------------------------------

    def first_unreceived(self) -> int | None:
        rows = self._rows("SELECT min(seq) FROM outbox WHERE state = ?", (OutboxState.ON_PHONE.value,))
        found: int | None = rows[0][0]
        return found

    def unsealed(self, limit: int) -> list[JournalEntry]:
        query = _ENTRY + "WHERE o.state = ? ORDER BY e.seq LIMIT ?"
        return [_entry(row) for row in self._rows(query, (OutboxState.RECEIVED.value, limit))]

    def mark_received(self, places: Mapping[str, int]) -> None:
        with self._transaction():
            for name, index in places.items():
                entry = self._known(name)
                if entry.state is not OutboxState.SEALED:
                    self._mark(entry.seq, OutboxState.RECEIVED, index=index, proof=None, problem=None)

    def mark_refused(self, sha256: str, problem: Problem) -> None:
        with self._transaction():
            entry = self._known(sha256)
            state = OutboxState.REFUSED if entry.state.rank == 0 else entry.state
            self._mark(entry.seq, state, index=entry.index, proof=entry.proof, problem=problem)

    def mark_sealed(self, proofs: Mapping[str, str]) -> None:
        with self._transaction():
            for name, proof in proofs.items():
                entry = self._known(name)
                if entry.state.rank == 0:
                    raise KeyError(name)
                self._mark(entry.seq, OutboxState.SEALED, index=entry.index, proof=proof, problem=None)

    def _known(self, sha256: str) -> JournalEntry:
        entry = self.entry(sha256)
        if entry is None:
            raise KeyError(sha256)
        return entry

    def _mark(
        self, seq: int, state: OutboxState, *, index: int | None, proof: str | None, problem: Problem | None
    ) -> None:
        raw = None if problem is None else msgspec.json.encode(problem)
        self._db.execute(
            "UPDATE outbox SET state = ?, ledger_index = ?, proof = ?, problem = ? WHERE seq = ?",
            (state.value, index, proof, raw, seq),
        )

    def counts(self) -> Mapping[OutboxState, int]:
        # what is sealed grows for ever and follows from the rest: counting it would make every screen slower by the year
        rest = [state for state in OutboxState if state is not OutboxState.SEALED]
        query = f"SELECT state, count(*) FROM outbox WHERE state IN ({', '.join('?' * len(rest))}) GROUP BY state"
        with self._lock:
            found = dict(self._rows(query, [state.value for state in rest]))
            found[OutboxState.SEALED.value] = self.head().seq - sum(found.values())
        return {state: found.get(state.value, 0) for state in OutboxState}

    # blobs -------------------------------------------------------------------------------------------------------------

    def _path(self, name: str) -> Path:
        return self._folder / name

    def store_blob(self, data: bytes) -> str:
        name = sha256(data).hexdigest()
        path = self._path(name)
        with self._blob_lock:
            if not path.exists() or sha256(path.read_bytes()).hexdigest() != name:
                self._disk.write(path, data)
        return name

    def read_blob(self, sha256: str, offset: int = 0, size: int | None = None) -> bytes:
        try:
            with self._path(sha256).open("rb") as file:
                file.seek(offset)
                return file.read(-1 if size is None else size)
        except FileNotFoundError as error:
            raise Refused(problems.BLOB_MISSING, value=sha256) from error

    def blob(self, sha256: str) -> BlobEntry | None:
        rows = self._rows(_BLOB + "WHERE sha256 = ?", (sha256,))
        return _blob(rows[0]) if rows else None

    def blobs_waiting(self) -> list[BlobEntry]:
        query = _BLOB + "WHERE receipt IS NULL ORDER BY lane = ?, seq, rowid"
        return [_blob(row) for row in self._rows(query, (Lane.PHOTO.value,))]

    def blobs_left(self) -> tuple[int, int]:
        query = "SELECT count(*), total(max(0, size - uploaded)) FROM blobs WHERE receipt IS NULL"
        count, size = self._rows(query)[0]
        return count, int(size)

    def blobs_of(self, seq: int) -> list[BlobEntry]:
        return [_blob(row) for row in self._rows(_BLOB + "WHERE seq = ? ORDER BY rowid", (seq,))]

    def mark_uploaded(self, sha256: str, uploaded: int) -> None:
        self._mark_blob(sha256, "uploaded = ?, problem = NULL", uploaded)

    def mark_blob_received(self, sha256: str, receipt: bytes) -> None:
        self._mark_blob(sha256, "receipt = ?, uploaded = size, problem = NULL", receipt)

    def mark_blob_refused(self, sha256: str, problem: Problem) -> None:
        self._mark_blob(sha256, "problem = ?", msgspec.json.encode(problem))

    def blobs_confirmed(self) -> list[BlobEntry]:
        sealed = "seq IN (SELECT seq FROM outbox WHERE state = ?)"
        query = _BLOB + f"WHERE receipt IS NOT NULL AND {sealed} ORDER BY seq, rowid"
        found = [_blob(row) for row in self._rows(query, (OutboxState.SEALED.value,))]
        return [blob for blob in found if self._path(blob.sha256).exists()]

    def clear_blob(self, sha256: str) -> int:
        with self._blob_lock:
            blob = next((blob for blob in self.blobs_confirmed() if blob.sha256 == sha256), None)
            if blob is None:
                raise Refused(problems.BLOB_UNCONFIRMED, value=sha256)
            self._path(sha256).unlink(missing_ok=True)
        return blob.size

    def _mark_blob(self, name: str, change: str, value: object) -> None:
        with self._transaction():
            if self._db.execute(f"UPDATE blobs SET {change} WHERE sha256 = ?", (value, name)).rowcount == 0:
                raise KeyError(name)

    # what is not evidence yet --------------------------------------------------------------------------------------------

    def draft(self, key: str) -> bytes | None:
        return self._get("SELECT value FROM drafts WHERE key = ?", key)

    def put_draft(self, key: str, value: bytes) -> None:
        self._put("INSERT OR REPLACE INTO drafts VALUES (?, ?)", key, value)

    def drop_draft(self, key: str) -> None:
        self._put("DELETE FROM drafts WHERE key = ?", key)

    def setting(self, key: str) -> bytes | None:
        return self._get("SELECT value FROM settings WHERE key = ?", key)

    def put_setting(self, key: str, value: bytes) -> None:
        self._put("INSERT OR REPLACE INTO settings VALUES (?, ?)", key, value)

    def drop_setting(self, key: str) -> None:
        self._put("DELETE FROM settings WHERE key = ?", key)

    def work(self, slot: WorkSlot) -> bytes | None:
        return self._get("SELECT raw FROM work WHERE slot = ?", slot.value)

    def put_work(self, slot: WorkSlot, raw: bytes) -> None:
        self._put("INSERT OR REPLACE INTO work VALUES (?, ?)", slot.value, raw)

    def drop_work(self, slot: WorkSlot) -> None:
        self._put("DELETE FROM work WHERE slot = ?", slot.value)

    def _get(self, query: str, key: str) -> bytes | None:
        rows = self._rows(query, (key,))
        return bytes(rows[0][0]) if rows else None

    def _put(self, statement: str, *values: object) -> None:
        with self._transaction():
            self._db.execute(statement, values)

    # room and soundness --------------------------------------------------------------------------------------------------

    def room(self) -> int:
        return self._disk.free(self._folder)

    def enough_room(self, needed: int) -> None:
        if self.room() < needed:
            raise disk_full(self.room(), needed)

    def verify(self, public: bytes | None = None) -> int:
        answer = self._rows("PRAGMA integrity_check")[0][0]
        if answer != "ok":
            raise damaged(0, str(answer))
        head, page = Head(), self.entries(limit=500)
        while page:
            head = check_entries(head, page, public)
            page = self.entries(after=head.seq, limit=500)
        for row in self._rows(_BLOB + "ORDER BY seq"):
            entry = _blob(row)
            path = self._path(entry.sha256)
            check_blob(entry, path.read_bytes() if path.exists() else None)
        return head.seq

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _statements(script: str) -> list[str]:
    """The statements of a script one by one: ``executescript`` would commit in between."""
    found, pending = [], ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found


def _problem(raw: bytes | None) -> Problem | None:
    return None if raw is None else msgspec.json.decode(raw, type=Problem)


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    seq, name, prev, kind, route_id, lane, recorded, envelope, state, index, proof, problem = row
    return JournalEntry(
        seq,
        name,
        prev,
        kind,
        route_id,
        Lane(lane),
        datetime.fromisoformat(recorded),
        envelope,
        OutboxState(state),
        index,
        proof,
        _problem(problem),
    )


def _blob(row: tuple[Any, ...]) -> BlobEntry:
    name, size, media_type, lane, seq, uploaded, receipt, problem = row
    return BlobEntry(name, size, media_type, Lane(lane), seq, uploaded, receipt, _problem(problem))
