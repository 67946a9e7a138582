"""The journal's contract: one suite, which the journal in memory and the journal on SQLite both pass, so that a test that
uses the one proves something about the other."""

from hashlib import sha256
from pathlib import Path

import pytest

from driver_app.journal.memory import MemoryJournal
from driver_app.journal.ports import BlobRef, Head, Journal, OutboxState, WorkSlot
from driver_app.journal.sqlite import SqliteJournal
from shared import problems
from shared.custody.chain import GENESIS
from shared.errors import Problem, Refused
from shared.sync import Lane
from tests.driver_app.journal.chains import SIGNER, START, Chain, FullDisk, filling, photo_ref

PROBLEM = Problem(4001, {"value": "x"})


class JournalContract:
    """What every journal does. ``make`` gives an empty one; ``fill`` and ``free`` fill its disk and make room again."""

    journal: Journal

    def fill(self) -> None:
        raise NotImplementedError

    def free(self) -> None:
        raise NotImplementedError

    # events

    def test_an_empty_journal_starts_at_the_hash_of_nothing(self) -> None:
        assert self.journal.head() == Head(0, GENESIS)
        assert self.journal.entries() == []
        assert self.journal.first_unreceived() is None

    def test_an_event_is_kept_byte_for_byte(self) -> None:
        entry = Chain().remark()
        self.journal.append([entry])
        kept = self.journal.entries()[0]
        assert (kept.envelope, kept.sha256, kept.prev, kept.recorded) == (
            entry.envelope,
            entry.sha256,
            GENESIS,
            START,
        )
        assert self.journal.entry(entry.sha256) == kept
        assert self.journal.head() == Head(1, entry.sha256)

    def test_an_event_starts_on_the_phone(self) -> None:
        self.journal.append([Chain().remark()])
        kept = self.journal.entries()[0]
        assert (kept.state, kept.index, kept.proof, kept.problem) == (OutboxState.ON_PHONE, None, None, None)

    def test_an_event_that_is_not_the_next_link_is_refused_and_not_kept(self) -> None:
        chain = Chain()
        first, second, third = chain.remark(), chain.remark(), chain.remark()
        self.journal.append([first])
        for wrong in ([third], [first], [second, first], [second, second]):
            with pytest.raises(Refused) as refused:
                self.journal.append(wrong)
            assert refused.value.kind is problems.JOURNAL_DAMAGED
            assert self.journal.head().seq == 1
        self.journal.append([second, third])
        assert [entry.seq for entry in self.journal.entries()] == [1, 2, 3]

    def test_events_are_found_by_route_type_and_number(self) -> None:
        chain = Chain()
        data = b"photo"
        digest = self.journal.store_blob(data)
        self.journal.append([chain.remark("R1"), chain.remark("R2"), chain.photo(digest, len(data))])
        assert [e.seq for e in self.journal.entries(route_id="R1")] == [1, 3]
        assert [e.seq for e in self.journal.entries(route_id="R1", types=("RemarkMade",))] == [1]
        assert [e.seq for e in self.journal.entries(types=("PhotoTaken", "StopLeft"))] == [3]
        assert [e.seq for e in self.journal.entries(after=1, limit=1)] == [2]
        assert self.journal.entries(route_id="R9") == []
        assert self.journal.entry("0" * 64) is None

    # outbox

    def test_states_only_move_forward(self) -> None:
        chain = Chain()
        entry = chain.remark()
        self.journal.append([entry])
        with pytest.raises(KeyError):
            self.journal.mark_sealed({entry.sha256: "proof"})
        self.journal.mark_refused(entry.sha256, PROBLEM)
        assert self.state_of(entry.sha256) == (OutboxState.REFUSED, None, None, PROBLEM)
        self.journal.mark_received({entry.sha256: 7})
        assert self.state_of(entry.sha256) == (OutboxState.RECEIVED, 7, None, None)
        self.journal.mark_refused(entry.sha256, PROBLEM)
        assert self.state_of(entry.sha256) == (OutboxState.RECEIVED, 7, None, PROBLEM)
        self.journal.mark_sealed({entry.sha256: "proof"})
        assert self.state_of(entry.sha256) == (OutboxState.SEALED, 7, "proof", None)
        self.journal.mark_received({entry.sha256: 8})
        assert self.state_of(entry.sha256) == (OutboxState.SEALED, 7, "proof", None)
        self.journal.mark_refused(entry.sha256, PROBLEM)
        assert self.state_of(entry.sha256)[0] is OutboxState.SEALED

    def state_of(self, name: str) -> tuple[OutboxState, int | None, str | None, Problem | None]:
        entry = self.journal.entry(name)
        assert entry is not None
        return entry.state, entry.index, entry.proof, entry.problem

    def test_marks_on_events_nobody_knows_are_refused_whole(self) -> None:
        entry = Chain().remark()
        self.journal.append([entry])
        with pytest.raises(KeyError):
            self.journal.mark_received({entry.sha256: 1, "0" * 64: 2})
        assert self.state_of(entry.sha256)[0] is OutboxState.ON_PHONE
        with pytest.raises(KeyError):
            self.journal.mark_refused("0" * 64, PROBLEM)
        self.journal.mark_received({entry.sha256: 1})
        with pytest.raises(KeyError):
            self.journal.mark_sealed({entry.sha256: "proof", "0" * 64: "proof"})
        assert self.state_of(entry.sha256)[0] is OutboxState.RECEIVED

    def test_counts_name_every_state(self) -> None:
        chain = Chain()
        entries = [chain.remark() for _ in range(4)]
        assert self.journal.counts() == dict.fromkeys(OutboxState, 0)
        self.journal.append(entries)
        self.journal.mark_received({entries[0].sha256: 1, entries[1].sha256: 2})
        self.journal.mark_sealed({entries[0].sha256: "proof"})
        self.journal.mark_refused(entries[2].sha256, PROBLEM)
        assert self.journal.counts() == dict.fromkeys(OutboxState, 1)
        assert self.journal.first_unreceived() == 4
        assert [e.sha256 for e in self.journal.unsealed(10)] == [entries[1].sha256]
        assert self.journal.unsealed(0) == []

    # blobs

    def test_the_same_bytes_are_kept_once_under_their_hash(self) -> None:
        name = self.journal.store_blob(b"abc")
        assert name == sha256(b"abc").hexdigest() == self.journal.store_blob(b"abc")
        assert self.journal.read_blob(name) == b"abc"
        assert self.journal.read_blob(name, 1) == b"bc"
        assert self.journal.read_blob(name, 1, 1) == b"b"
        assert self.journal.read_blob(name, 3, 10) == b""

    def test_a_blob_that_is_not_there_is_named(self) -> None:
        with pytest.raises(Refused) as refused:
            self.journal.read_blob("0" * 64)
        assert refused.value.kind is problems.BLOB_MISSING

    def test_an_event_cannot_name_a_blob_that_is_not_stored(self) -> None:
        chain = Chain()
        with pytest.raises(Refused) as refused:
            self.journal.append([chain.photo("0" * 64, 1)], blobs=[photo_ref(b"missing")])
        assert refused.value.kind is problems.BLOB_MISSING
        assert self.journal.head().seq == 0

    def test_a_stored_blob_waits_only_once_an_event_names_it(self) -> None:
        data = b"photo"
        digest = self.journal.store_blob(data)
        assert self.journal.blobs_waiting() == []
        assert self.journal.blob(digest) is None
        self.journal.append([Chain().photo(digest, len(data))], blobs=[photo_ref(data)])
        waiting = self.journal.blobs_waiting()
        assert [(b.sha256, b.size, b.seq, b.uploaded, b.receipt) for b in waiting] == [(digest, 5, 1, 0, None)]
        assert self.journal.blobs_of(1) == waiting
        assert self.journal.blobs_left() == (1, 5)
        self.journal.mark_uploaded(digest, 3)
        assert self.journal.blobs_left() == (1, 2)
        assert self.journal.blobs_of(2) == []

    def test_small_evidence_goes_before_photos_and_old_before_new(self) -> None:
        chain = Chain()
        for number, lane in ((1, Lane.PHOTO), (2, Lane.OUTCOME), (3, Lane.PHOTO), (4, Lane.OUTCOME)):
            data = b"%d" % number
            digest = self.journal.store_blob(data)
            ref = BlobRef(digest, len(data), "x/y", lane)
            self.journal.append([chain.photo(digest, len(data))], blobs=[ref])
        assert [blob.seq for blob in self.journal.blobs_waiting()] == [2, 4, 1, 3]

    def test_a_blob_belongs_to_the_first_event_that_names_it(self) -> None:
        chain, data = Chain(), b"photo"
        digest = self.journal.store_blob(data)
        self.journal.append([chain.photo(digest, 5)], blobs=[photo_ref(data)])
        self.journal.append([chain.photo(digest, 5)], blobs=[photo_ref(data)])
        assert [blob.seq for blob in self.journal.blobs_waiting()] == [1]

    def test_an_upload_is_remembered_and_ends_with_a_receipt(self) -> None:
        data = b"photo"
        digest = self.journal.store_blob(data)
        self.journal.append([Chain().photo(digest, 5)], blobs=[photo_ref(data)])
        self.journal.mark_blob_refused(digest, PROBLEM)
        blob = self.journal.blob(digest)
        assert blob is not None
        assert blob.problem == PROBLEM
        self.journal.mark_uploaded(digest, 3)
        blob = self.journal.blob(digest)
        assert blob is not None
        assert (blob.uploaded, blob.problem) == (3, None)
        self.journal.mark_blob_received(digest, b"receipt")
        blob = self.journal.blob(digest)
        assert blob is not None
        assert (blob.uploaded, blob.receipt) == (5, b"receipt")
        assert self.journal.blobs_waiting() == []

    def test_marks_on_blobs_nobody_knows_are_refused(self) -> None:
        self.journal.store_blob(b"unnamed")
        with pytest.raises(KeyError):
            self.journal.mark_uploaded("0" * 64, 1)
        with pytest.raises(KeyError):
            self.journal.mark_blob_received("0" * 64, b"")
        with pytest.raises(KeyError):
            self.journal.mark_blob_refused("0" * 64, PROBLEM)

    def test_only_what_the_server_has_confirmed_can_be_cleared(self) -> None:
        chain, data = Chain(), b"photo"
        digest = self.journal.store_blob(data)
        entry = chain.photo(digest, 5)
        self.journal.append([entry], blobs=[photo_ref(data)])
        for step in (
            lambda: None,
            lambda: self.journal.mark_received({entry.sha256: 7}),
            lambda: self.journal.mark_sealed({entry.sha256: "proof"}),
        ):
            step()
            assert self.journal.blobs_confirmed() == []
            with pytest.raises(Refused) as refused:
                self.journal.clear_blob(digest)
            assert refused.value.kind is problems.BLOB_UNCONFIRMED
        self.journal.mark_blob_received(digest, b"receipt")
        assert [blob.sha256 for blob in self.journal.blobs_confirmed()] == [digest]
        assert self.journal.clear_blob(digest) == 5
        assert self.journal.blobs_confirmed() == []
        assert self.journal.blob(digest) is not None
        assert self.journal.verify() == 1
        with pytest.raises(Refused) as refused:
            self.journal.read_blob(digest)
        assert refused.value.kind is problems.BLOB_MISSING

    def test_a_blob_without_its_event_sealed_stays_even_with_a_receipt(self) -> None:
        data = b"photo"
        digest = self.journal.store_blob(data)
        self.journal.append([Chain().photo(digest, 5)], blobs=[photo_ref(data)])
        self.journal.mark_blob_received(digest, b"receipt")
        assert self.journal.blobs_confirmed() == []

    # drafts, settings, work

    def test_drafts_settings_and_work_are_kept_apart_and_can_be_dropped(self) -> None:
        self.journal.put_draft("k", b"1")
        self.journal.put_setting("k", b"2")
        self.journal.put_work(WorkSlot.CURRENT, b"3")
        self.journal.put_work(WorkSlot.PENDING, b"4")
        assert (self.journal.draft("k"), self.journal.setting("k")) == (b"1", b"2")
        assert self.journal.work(WorkSlot.CURRENT) == b"3"
        self.journal.put_draft("k", b"5")
        assert self.journal.draft("k") == b"5"
        self.journal.drop_draft("k")
        self.journal.drop_setting("k")
        self.journal.drop_work(WorkSlot.PENDING)
        assert (self.journal.draft("k"), self.journal.setting("k")) == (None, None)
        assert self.journal.work(WorkSlot.PENDING) is None
        assert self.journal.work(WorkSlot.CURRENT) == b"3"
        self.journal.drop_draft("never there")

    def test_an_event_drops_the_drafts_it_makes_obsolete_and_keeps_those_it_leads_to(self) -> None:
        self.journal.put_draft("old", b"1")
        self.journal.put_draft("other", b"2")
        self.journal.append([Chain().remark()], drop_drafts=("old", "never there"), put_drafts={"new": b"3"})
        assert (self.journal.draft("old"), self.journal.draft("other")) == (None, b"2")
        assert self.journal.draft("new") == b"3"

    def test_an_event_that_is_refused_touches_no_draft(self) -> None:
        self.journal.put_draft("old", b"1")
        chain = Chain()
        chain.remark()
        with pytest.raises(Refused):
            self.journal.append([chain.remark()], drop_drafts=("old",), put_drafts={"new": b"3"})
        assert (self.journal.draft("old"), self.journal.draft("new")) == (b"1", None)

    # room and soundness

    def test_room_is_refused_before_it_is_needed(self) -> None:
        self.journal.enough_room(1)
        self.fill()
        with pytest.raises(Refused) as refused:
            self.journal.enough_room(1_048_576)
        assert refused.value.kind is problems.DISK_FULL
        assert refused.value.problem.values["limit"] == "1.0 MiB"

    def test_a_full_disk_refuses_every_write_and_keeps_everything(self) -> None:
        chain, data = Chain(), b"photo"
        digest = self.journal.store_blob(data)
        first = chain.photo(digest, 5)
        self.journal.append([first], blobs=[photo_ref(data)])
        self.journal.put_draft("k", b"1")
        self.fill()
        big = chain.remark(text="x" * 200_000)
        writes = [
            lambda: self.journal.append([big], drop_drafts=("k",)),
            lambda: self.journal.store_blob(b"y" * 200_000),
            lambda: self.journal.put_draft("k", b"z" * 200_000),
            lambda: self.journal.put_setting("k", b"z" * 200_000),
            lambda: self.journal.put_work(WorkSlot.CURRENT, b"z" * 200_000),
        ]
        for write in writes:
            with pytest.raises(Refused) as refused:
                write()
            assert refused.value.kind is problems.DISK_FULL
        assert self.journal.head() == Head(1, first.sha256)
        assert self.journal.draft("k") == b"1"
        assert self.journal.setting("k") is None
        assert self.journal.read_blob(digest) == data
        self.free()
        self.journal.append([big], drop_drafts=("k",))
        assert self.journal.head().seq == 2
        assert self.journal.verify(SIGNER.public_key()) == 2

    def test_verify_counts_what_holds(self) -> None:
        chain, data = Chain(), b"photo"
        digest = self.journal.store_blob(data)
        self.journal.append([chain.remark(), chain.photo(digest, 5)], blobs=[photo_ref(data)])
        assert self.journal.verify() == 2
        assert self.journal.verify(SIGNER.public_key()) == 2

    def test_verify_refuses_a_journal_signed_by_another_key(self) -> None:
        self.journal.append([Chain().remark()])
        with pytest.raises(Refused) as refused:
            self.journal.verify(b"k" * 32)
        assert refused.value.kind is problems.JOURNAL_DAMAGED
        assert refused.value.problem.values["value"] == "1"


class TestMemoryJournal(JournalContract):
    """The journal in memory keeps the contract."""

    @pytest.fixture(autouse=True)
    def _journal(self) -> None:
        self.left = 1 << 40
        self.journal = MemoryJournal(lambda: self.left)

    def fill(self) -> None:
        self.left = 0

    def free(self) -> None:
        self.left = 1 << 40


class TestSqliteJournal(JournalContract):
    """The journal on SQLite keeps the contract."""

    @pytest.fixture(autouse=True)
    def _journal(self, tmp_path: Path) -> object:
        self.disk = FullDisk()
        journal = SqliteJournal(tmp_path / "j.db", disk=self.disk, connection=filling(lambda: self.disk.full))
        self.journal = journal
        yield
        journal.close()

    def fill(self) -> None:
        self.disk.left, self.disk.full = 1000, True

    def free(self) -> None:
        self.disk.left, self.disk.full = 1 << 40, False
