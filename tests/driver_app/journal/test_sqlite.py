"""What only a journal on a disk can promise: that it survives its process, and that damage is said."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing as closing_db
from pathlib import Path

import pytest

from driver_app.journal.disk import Disk
from driver_app.journal.ports import Journal, WorkSlot
from driver_app.journal.sqlite import SqliteJournal
from shared import problems
from shared.errors import Refused
from tests.driver_app.journal.chains import (
    SIGNER,
    Chain,
    DeadlyDisk,
    Fuse,
    Killed,
    deadly,
    photo_ref,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "phone" / "journal.db"


def reopened(path: Path) -> SqliteJournal:
    return SqliteJournal(path)


def closing(path: Path, work: Callable[[SqliteJournal], None]) -> None:
    journal = SqliteJournal(path)
    try:
        work(journal)
    finally:
        journal.close()


def written(path: Path, events: int = 3) -> Chain:
    """A journal of some events, the first of which names a photo."""
    chain = Chain()

    def write(journal: SqliteJournal) -> None:
        data = b"photo"
        digest = journal.store_blob(data)
        journal.append([chain.photo(digest, len(data))], blobs=[photo_ref(data)])
        for _ in range(events - 1):
            journal.append([chain.remark()])
        journal.put_draft("d", b"1")
        journal.put_work(WorkSlot.CURRENT, b"w")

    closing(path, write)
    return chain


def by_hand(path: Path, *statements: str) -> None:
    """Change the file behind the journal's back."""
    with closing_db(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def refusal(path: Path) -> Refused:
    with pytest.raises(Refused) as refused:
        reopened(path)
    assert refused.value.kind is problems.JOURNAL_DAMAGED
    return refused.value


# opening again -------------------------------------------------------------------------------------------------------------


def test_everything_is_there_when_it_is_opened_again(path: Path) -> None:
    chain = written(path)

    def look(journal: SqliteJournal) -> None:
        assert journal.head().sha256 == chain.state.head
        assert (journal.draft("d"), journal.work(WorkSlot.CURRENT)) == (b"1", b"w")
        assert journal.read_blob(journal.blobs_waiting()[0].sha256) == b"photo"
        assert journal.verify(SIGNER.public_key()) == 3

    closing(path, look)


def test_commits_are_synchronous_and_logged_ahead(path: Path) -> None:
    class Asked(sqlite3.Connection):
        pragmas: list[str] = []  # noqa: RUF012

        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
            self.pragmas.append(sql)
            return super().execute(sql, *values)  # type: ignore[arg-type]

    SqliteJournal(path, connection=Asked).close()
    assert {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"} <= set(Asked.pragmas)


def test_events_cannot_be_changed_or_deleted_even_by_hand(path: Path) -> None:
    written(path)
    for statement in ("UPDATE events SET envelope = x'00'", "DELETE FROM events"):
        with pytest.raises(sqlite3.IntegrityError):
            by_hand(path, statement)


def test_two_writers_cannot_tear_the_chain(path: Path) -> None:
    """A second process that appends from the same head is refused: one of the two is told, nothing is overwritten."""
    one, two = SqliteJournal(path), SqliteJournal(path)
    first, second = Chain(), Chain()
    one.append([first.remark(text="one")])
    with pytest.raises(Refused) as refused:
        two.append([second.remark(text="two")])
    assert refused.value.kind is problems.JOURNAL_DAMAGED
    assert two.entries() == one.entries()
    one.close()
    two.close()


def test_many_threads_share_one_journal(path: Path) -> None:
    journal = SqliteJournal(path)
    threads = [
        threading.Thread(target=lambda n=n: [journal.put_draft(f"{n}.{i}", b"%d" % i) for i in range(20)])  # type: ignore[misc]
        for n in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(journal.draft(f"{n}.{i}") == b"%d" % i for n in range(5) for i in range(20))
    journal.close()


# damage --------------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_damage(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is not SQLite" * 100)
    refusal(path)


def test_a_journal_of_another_version_is_not_guessed_at(path: Path) -> None:
    written(path)
    by_hand(path, "PRAGMA user_version=9")
    assert "9" in refusal(path).problem.values["reason"]


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE events SET envelope = (SELECT envelope FROM events WHERE seq = 1) WHERE seq = 3", "3"),
        ("UPDATE events SET envelope = x'7b7d' WHERE seq = 2", "2"),
        ("UPDATE events SET sha256 = 'f' WHERE seq = 2", "2"),
        ("UPDATE events SET prev = 'f' WHERE seq = 3", "3"),
        ("DELETE FROM events WHERE seq = 2", "3"),
        ("DELETE FROM events WHERE seq = 1", "3"),
        ("UPDATE events SET seq = 9 WHERE seq = 3", "9"),
        ("DELETE FROM outbox WHERE seq = 2", "2"),
    ],
)
def test_damage_in_the_tail_is_said_at_opening_with_its_event(path: Path, statement: str, number: str) -> None:
    written(path)
    by_hand(path, "DROP TRIGGER events_stay", "DROP TRIGGER events_remain", "PRAGMA foreign_keys=OFF", statement)
    assert refusal(path).problem.values["value"] == number


def test_damage_deep_in_the_journal_is_found_by_full_verification(path: Path) -> None:
    written(path, events=60)
    by_hand(path, "DROP TRIGGER events_stay", "UPDATE events SET envelope = x'7b7d' WHERE seq = 5")
    journal = reopened(path)
    with pytest.raises(Refused) as refused:
        journal.verify()
    assert refused.value.problem.values["value"] == "5"
    journal.close()


def test_full_verification_finds_a_blob_that_changed_or_is_gone(path: Path) -> None:
    written(path)
    journal = reopened(path)
    blob = journal.blobs_waiting()[0]
    file = path.with_name("journal.db.blobs") / blob.sha256
    file.write_bytes(b"other")
    with pytest.raises(Refused) as refused:
        journal.verify()
    assert blob.sha256 in refused.value.problem.values["reason"]
    file.unlink()
    with pytest.raises(Refused) as refused:
        journal.verify()
    assert "missing" in refused.value.problem.values["reason"]
    journal.close()


def test_a_blob_whose_file_was_damaged_is_written_again_by_the_same_bytes(path: Path) -> None:
    written(path)
    journal = reopened(path)
    name = journal.blobs_waiting()[0].sha256
    (path.with_name("journal.db.blobs") / name).write_bytes(b"phot")
    assert journal.store_blob(b"photo") == name
    assert journal.verify() == 3
    journal.close()


def test_full_verification_asks_the_database_itself(path: Path) -> None:
    written(path, events=40)
    raw = bytearray(path.read_bytes())
    page = int.from_bytes(raw[16:18], "big")
    raw[page * 4 : page * 5] = bytes(page)
    path.write_bytes(raw)
    with pytest.raises(Refused) as refused:
        closing(path, lambda journal: journal.verify())
    assert refused.value.kind is problems.JOURNAL_DAMAGED


@pytest.mark.parametrize(("free", "kind"), [(0, problems.DISK_FULL), (1 << 40, problems.JOURNAL_DAMAGED)])
def test_an_input_output_error_is_a_full_disk_only_where_the_disk_is_full(path: Path, free: int, kind: object) -> None:
    class Broken(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
            if sql.startswith("INSERT OR REPLACE"):
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
                raise error
            return super().execute(sql, *values)  # type: ignore[arg-type]

    class Free(Disk):
        def free(self, folder: Path) -> int:
            return free

    journal = SqliteJournal(path, disk=Free(), connection=Broken)
    with pytest.raises(Refused) as refused:
        journal.put_draft("k", b"1")
    assert refused.value.kind is kind
    assert journal.draft("k") is None
    journal.close()


def test_a_mistake_of_our_own_is_not_dressed_up_as_damage(path: Path) -> None:
    class Mistaken(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
            return super().execute(sql.replace("drafts", "nowhere") if "REPLACE" in sql else sql, *values)  # type: ignore[arg-type]

    journal = SqliteJournal(path, connection=Mistaken)
    with pytest.raises(sqlite3.OperationalError):
        journal.put_draft("k", b"1")
    journal.close()


def test_a_disk_error_that_is_not_fullness_goes_through_and_leaves_no_file(path: Path) -> None:
    class Failing(Disk):
        def rename(self, temporary: Path, path: Path) -> None:
            raise PermissionError("no")

    journal = SqliteJournal(path, disk=Failing())
    with pytest.raises(PermissionError):
        journal.store_blob(b"x")
    assert list(path.with_name("journal.db.blobs").iterdir()) == []
    journal.close()


def test_the_room_of_the_real_disk_is_known(path: Path) -> None:
    journal = SqliteJournal(path)
    assert abs(journal.room() - shutil.disk_usage(path.parent).free) < 1 << 30
    journal.close()


# dying ---------------------------------------------------------------------------------------------------------------------


def act(journal: Journal, chain: Chain, done: list[str]) -> None:
    """Some of everything that writes; ``done`` says what was acknowledged."""
    data = b"photo of a damaged carton"
    digest = journal.store_blob(data)
    done.append("blob")
    photo = chain.photo(digest, len(data))
    journal.append([photo], blobs=[photo_ref(data)])
    done.append("photo")
    journal.put_draft("stop", b"draft")
    done.append("draft")
    pair = [chain.remark(), chain.remark()]
    journal.append(pair, drop_drafts=("stop",))
    done.append("pair")
    journal.mark_received({photo.sha256: 4, pair[0].sha256: 5})
    done.append("received")
    journal.mark_uploaded(digest, 3)
    done.append("uploaded")


def deaths(tmp_path: Path) -> Iterator[int]:
    fuse = Fuse()
    journal = SqliteJournal(tmp_path / "count.db", disk=DeadlyDisk(fuse), connection=deadly(fuse))
    start = fuse.count
    act(journal, Chain(), [])
    journal.close()
    yield from range(fuse.count - start + 1)


def test_dying_at_any_write_loses_nothing_that_was_acknowledged_and_leaves_no_half(tmp_path: Path) -> None:
    """For every write there is: die there, open again, and see either the old state or the new one; then go on."""
    tried = 0
    for death in deaths(tmp_path):
        path = tmp_path / f"{death}.db"
        SqliteJournal(path).close()
        fuse, done = Fuse(), []
        journal = SqliteJournal(path, disk=DeadlyDisk(fuse), connection=deadly(fuse))
        fuse.left = fuse.count + death
        try:
            act(journal, Chain(), done)
        except Killed:
            tried += 1
        fuse.dead, fuse.left = False, None
        journal.close()

        after = reopened(path)
        events = after.entries()
        assert after.verify(SIGNER.public_key()) == len(events)
        assert len(events) in (0, 1, 3)  # the pair comes together or not at all
        assert len(events) >= (1 if "photo" in done else 0) + (2 if "pair" in done else 0)
        assert len(after.blobs_waiting()) == min(1, len(events))
        if "draft" in done and len(events) == 1:
            assert after.draft("stop") == b"draft"
        if len(events) == 3:
            assert after.draft("stop") is None
        received = [entry.index for entry in events]
        assert received in ([], [None], [None, None, None], [4, 5, None])
        if "received" in done:
            assert received == [4, 5, None]
        if "uploaded" in done:
            assert after.blobs_waiting()[0].uploaded == 3
        after.close()
    assert tried > 20


def test_dying_while_the_journal_is_first_made_leaves_something_that_opens(tmp_path: Path) -> None:
    fuse = Fuse()
    SqliteJournal(tmp_path / "count.db", connection=deadly(fuse)).close()
    for death in range(fuse.count):
        path = tmp_path / f"{death}.db"
        with pytest.raises(Killed):
            SqliteJournal(path, connection=deadly(Fuse(death)))
        closing(path, lambda journal: journal.append([Chain().remark()]))


_WRITER = """
import sys
from pathlib import Path
from driver_app.journal.sqlite import SqliteJournal
from tests.driver_app.journal.chains import Chain, photo_ref
journal, chain = SqliteJournal(Path(sys.argv[1])), Chain()
while True:
    data = b"%d" % chain.state.seq
    digest = journal.store_blob(data)
    journal.append([chain.photo(digest, len(data))], blobs=[photo_ref(data)])
    journal.put_draft("seq", data)
    print(chain.state.seq, flush=True)
"""


@pytest.mark.parametrize("after", [1, 17, 40])
def test_a_process_that_is_really_killed_loses_nothing_it_had_said(path: Path, after: int) -> None:
    """A child writes and says what it wrote; SIGKILL comes at an arbitrary moment; what it said is there, and holds."""
    child = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(after):
        said = int(child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    said = max([said, *(int(line) for line in child.stdout.read().split())])
    child.wait()
    child.stdout.close()

    def look(journal: SqliteJournal) -> None:
        head = journal.head().seq
        assert head in (said, said + 1)
        assert journal.verify(SIGNER.public_key()) == head
        assert len(journal.blobs_waiting()) == head
        assert journal.draft("seq") in (b"%d" % (said - 1), b"%d" % said)

    closing(path, look)
