"""The outbox: what goes next, and what a signed receipt lets us believe.

Pessimistic: everything is unsent until the server's receipt names its hash, so a crash at any moment leaves something to
send again, and the server accepts the same bytes twice. Events of one device form a chain and go strictly in order of
their numbers; the lanes decide what goes between them: small evidence before photos.
"""

from collections.abc import Sequence

import msgspec

from driver_app.journal.ports import Journal, JournalEntry
from driver_app.services.identity import Identity
from driver_app.services.state import SyncState
from shared import problems
from shared.checkpoint import parse_proof
from shared.custody.envelope import Envelope, decode_envelope
from shared.errors import Problem, Refused
from shared.merkle import leaf_hash
from shared.sync import MAX_BATCH, Receipt, Seals

BATCH_BYTES = 512 * 1024
"""Bytes of envelopes in one push at most, unless a single one is larger."""


class Batch(msgspec.Struct, frozen=True):
    """Links of the chain that go together."""

    entries: tuple[JournalEntry, ...]

    def envelopes(self) -> tuple[Envelope, ...]:
        """Their envelopes, byte for byte as they were recorded."""
        return tuple(decode_envelope(entry.envelope) for entry in self.entries)


class Taken(msgspec.Struct, frozen=True):
    """What came of a push: how many events it brought to *received*, and why any were refused."""

    received: int
    problem: Problem | None


class Outbox:
    """The journal, as sync sees it."""

    def __init__(self, journal: Journal, state: SyncState) -> None:
        self._journal, self._state = journal, state
        self._asked: int | None = None

    def next_batch(self, most: int = BATCH_BYTES) -> Batch | None:
        """The next events to send, of ``most`` bytes together, but one at least: from the first that is only on the phone, or
        from where the server said it stands."""
        starts = [seq for seq in (self._journal.first_unreceived(), self._asked) if seq is not None]
        if not starts:
            return None
        entries: list[JournalEntry] = []
        size = 0
        for entry in self._journal.entries(after=min(starts) - 1, limit=MAX_BATCH):
            size += len(entry.envelope)
            if entries and size > most:
                break
            entries.append(entry)
        return Batch(tuple(entries)) if entries else None

    def take(self, batch: Batch, receipt: Receipt) -> Taken:
        """Believe a verified receipt, as far as it names events that were sent with it.

        The server's ``next_seq`` decides where to go on. One that lies before events it gave receipts for, or beyond the end
        of the journal, is flagged: nobody can mend that by trying again.
        """
        sent = {entry.sha256: entry for entry in batch.entries}
        places = {a.sha256: a.index for a in receipt.accepted if a.sha256 in sent and sent[a.sha256].seq == a.seq}
        fresh = sum(1 for name in places if sent[name].state.rank == 0)
        self._journal.mark_received(places)
        for name in places:
            before = sent[name].problem
            if before is not None:
                self._state.dismiss(before.number)
        problem: Problem | None = None
        for refused in receipt.refused:
            if refused.sha256 not in sent or refused.sha256 in places:
                continue
            problem = problem or refused.problem
            # "not yet" is not "no": an event behind a gap stays where it is and follows once the gap is closed
            if refused.problem.number != problems.CHAIN_GAP.number:
                self._journal.mark_refused(refused.sha256, refused.problem)
                self._state.flag(refused.problem)
        self._follow(batch, receipt.next_seq)
        return Taken(fresh, problem)

    def _follow(self, batch: Batch, next_seq: int) -> None:
        first, last = batch.entries[0].seq, batch.entries[-1].seq
        head = self._journal.head().seq
        self._asked = next_seq if 1 <= next_seq <= last else None
        if next_seq < first:
            rewound = Refused(problems.SYNC_REWOUND, value=next_seq, expected=first - 1)
            self._state.flag(rewound.problem)
        if next_seq > head + 1:
            ahead = Refused(problems.SYNC_AHEAD, value=next_seq, expected=head + 1)
            self._state.flag(ahead.problem)

    # seals -------------------------------------------------------------------------------------------------------------

    def unsealed(self) -> tuple[JournalEntry, ...]:
        """Received events that wait for their seal, oldest first, as many as fit one request."""
        return tuple(self._journal.unsealed(MAX_BATCH))

    def seal(self, asked: Sequence[JournalEntry], seals: Seals, identity: Identity) -> int:
        """Believe those proofs that hold for the very bytes that were recorded; returns how many.

        Raises:
            Refused: INCLUSION_INVALID or CHECKPOINT_INVALID for the first that does not hold, after the others were kept.
        """
        by_index = {entry.index: entry for entry in asked}
        proofs: dict[str, str] = {}
        forged: Refused | None = None
        for seal in seals.seals:
            entry = by_index.get(seal.index)
            if entry is None:
                continue
            try:
                proof = parse_proof(seal.proof)
                if proof.index != seal.index:
                    raise Refused(problems.INCLUSION_INVALID, value=seal.index, reason=f"proof of {proof.index}")
                proof.verify(leaf_hash(entry.envelope), identity.origin, identity.server_key)
            except Refused as refused:
                forged = forged or refused
            else:
                proofs[entry.sha256] = seal.proof
        self._journal.mark_sealed(proofs)
        if forged is not None:
            raise forged
        return len(proofs)
