"""What must hold whatever happens, asked of the server's committed database and of the handheld's journal, side by side."""

from hashlib import sha256
from typing import Protocol

from driver_app.journal.ports import JournalEntry, OutboxState
from driver_app.services.bootstrap import Services
from shared.checkpoint import parse_proof
from shared.custody.chain import parse_record
from shared.custody.envelope import decode_envelope
from shared.custody.events import HandoverSigned, PhotoTaken
from shared.custody.journey import Journey
from shared.merkle import leaf_hash
from tests.journeys.sync_driver import Driver
from tests.journeys.sync_server import House, Witness


class Kept(Protocol):
    """A handset, as far as it can be looked at: ``told`` is every event that recording returned for."""

    services: Services
    told: list[str]


class Promises:
    """Looks at a handset and a house after every step of a schedule."""

    def __init__(self, handset: Kept, house: House, driver: Driver, witness: Witness) -> None:
        self.handset, self.house, self.driver, self.witness = handset, house, driver, witness
        self._ranks: dict[str, int] = {}
        self._bytes: dict[str, bytes] = {}
        self._receipts: set[str] = set()
        self._blobs: dict[str, tuple[str, ...]] = {}

    # at every step -------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Nothing the handheld shows is ahead of what the server has committed, and nothing on it goes back or away."""
        journal = self.handset.services.journal
        entries = journal.entries()
        names = [entry.sha256 for entry in entries]
        assert names == self.handset.told, "the journal is not what recording returned for"
        risen = [entry for entry in entries if entry.state.rank != self._ranks.get(entry.sha256, 0)]
        if risen:
            self._risen(risen)
        for entry in entries:
            assert self._bytes.setdefault(entry.sha256, entry.envelope) == entry.envelope, "the bytes changed"
            assert entry.state is not OutboxState.REFUSED, f"the server refused {entry.type}: {entry.problem}"
        waiting = {blob.sha256 for blob in journal.blobs_waiting()}
        for digest in self._named(entries) - waiting - self._receipts:
            blob = journal.blob(digest)
            assert blob is not None, "an event names a blob that the journal does not know"
            assert digest in self.witness.whole_blobs(), "a blob counts as received, and the server does not have it"
            self._whole(digest)
            self._receipts.add(digest)
        assert not waiting & self._receipts, "a blob that was received waits again"

    def _risen(self, entries: list[JournalEntry]) -> None:
        places, sealed = self.witness.places(self.handset_device()), self.witness.sealed()
        for entry in entries:
            assert entry.state.rank > self._ranks.get(entry.sha256, 0), f"{entry.type} went back to {entry.state}"
            assert places.get(entry.sha256) == entry.index, f"{entry.type} shows {entry.state}: not in the ledger there"
            if entry.state is OutboxState.SEALED:
                assert entry.index is not None
                assert entry.index < sealed, f"{entry.type} shows sealed, and no checkpoint covers {entry.index}"
            self._ranks[entry.sha256] = entry.state.rank

    def handset_device(self) -> str:
        """The handset's id; before it is enrolled, nobody's."""
        identity = self.handset.services.enrolment.identity
        return "" if identity is None else identity.device

    def _named(self, entries: list[JournalEntry]) -> set[str]:
        for entry in entries:
            if entry.sha256 not in self._blobs:
                self._blobs[entry.sha256] = blobs_named(entry)
        return {digest for entry in entries for digest in self._blobs[entry.sha256]}

    def _whole(self, digest: str) -> None:
        data = self.house.blob(digest)
        assert data is not None, f"blob {digest} is not in the server's store"
        assert sha256(data).hexdigest() == digest, f"blob {digest} is another one on the server"
        assert data == self.handset.services.journal.read_blob(digest)

    # at the end ----------------------------------------------------------------------------------------------------------

    def drained(self) -> bool:
        """Whether everything is where it belongs."""
        status = self.handset.services.state.status()
        return status.on_phone == status.received == status.refused == status.blobs_waiting == 0

    def hold(self) -> None:
        """After the faults: everything arrived, once, in order, whole, and at the right stop."""
        self.look()
        journal, device = self.handset.services.journal, self.handset_device()
        entries = journal.entries()
        there = self.witness.entries(device)
        assert [(e.sha256, e.seq, e.envelope) for e in entries] == [(n, seq, raw) for _, n, seq, raw in there]
        assert [e.index for e in entries] == [index for index, _, _, _ in there]
        assert self.witness.quarantined() == 0, "something was set aside as a conflict"
        assert self.handset.services.state.status().flags == (), "a flag stands that nothing calls for"
        assert self._receipts == self._named(entries), "a blob did not arrive"
        self._proofs_hold(entries)
        self._journeys_agree()

    def revoked(self) -> None:
        """After the handheld was revoked: what the server had stays received, everything else stays on the phone."""
        self.look()
        entries = self.handset.services.journal.entries()
        there = [name for _, name, _, _ in self.witness.entries(self.handset_device())]
        assert [e.sha256 for e in entries][: len(there)] == there, "the ledger is no beginning of the journal"
        assert all(e.state is OutboxState.ON_PHONE for e in entries[len(there) :])

    def _proofs_hold(self, entries: list[JournalEntry]) -> None:
        identity = self.handset.services.enrolment.identity
        assert identity is not None or not entries
        for entry in entries[-3:]:
            assert identity is not None
            assert entry.proof is not None
            parse_proof(entry.proof).verify(leaf_hash(entry.envelope), identity.origin, identity.server_key)

    def _journeys_agree(self) -> None:
        """Per stop and line, the server tells the same story as the handheld, and every photo is of the stop it was taken
        at: its bytes say so."""
        duty = self.handset.services.duty
        if not duty.started:
            return
        told = self.house.told(duty.route.id)
        assert told is not None
        assert told == duty.journey
        self._photos_are_of_their_stops(told)

    def _photos_are_of_their_stops(self, told: Journey) -> None:
        for stop in told.route.stops:
            state = told.stop(stop.id)
            for photo in state.photos:
                data = self.house.blob(photo.sha256)
                assert data is not None
                assert stop.id.encode() in data[:8], f"a photo of another stop is at {stop.id}"
                assert self.driver.photos.get(photo.sha256, stop.id) == stop.id
            for signatory in state.signed.signatories if state.signed else ():
                picture = self.house.blob(signatory.picture)
                assert picture is not None
                assert stop.id.encode() in picture[:12], f"a signature of another stop is at {stop.id}"
                assert signatory.name.startswith(stop.id)


def blobs_named(entry: JournalEntry) -> tuple[str, ...]:
    """The blobs that an event names."""
    if entry.type not in ("PhotoTaken", "HandoverSigned"):
        return ()
    event = parse_record(decode_envelope(entry.envelope).payload).decoded()
    if isinstance(event, PhotoTaken):
        return (event.sha256,)
    assert isinstance(event, HandoverSigned)
    return tuple(digest for signatory in event.signatories for digest in (signatory.strokes, signatory.picture))
