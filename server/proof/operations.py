"""Proof's operations: from the ledger to evidence, bundle and document. All of them only read.

A bundle shows the ledger up to the newest checkpoint: the same checkpoint gives the same bytes, whoever asks, however often.
A document can be had at once, and says on itself what is not sealed or has not arrived yet.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from server.context import context
from server.custody import ledger
from server.custody.ledger import Stored
from server.custody.operations import read_blob
from server.proof.bundle import Parts, make_bundle
from server.proof.document import make_document
from server.proof.evidence import Evidence, gather
from server.proof.facts import Json, document_facts
from server.proof.manifest import fingerprint
from server.proof.view import Setting
from server.trace import epcis
from server.trace import operations as trace
from server.trace.epcis_names import EpcisNames
from shared import problems
from shared.checkpoint import TlogProof
from shared.custody.events import CorrectionMade, GoodsCollected, HandoverSigned, StopFailed, event_name
from shared.errors import LANGUAGES, Language, Refused


class OurLedger:
    """The server's ledger as evidence is gathered from it: its first ``below`` entries, or all."""

    def __init__(self, below: int | None = None) -> None:
        self._below = below

    def _within(self, entries: Iterable[Stored]) -> list[Stored]:
        return [entry for entry in entries if self._below is None or entry.index < self._below]

    def find(self, digest: str) -> Stored | None:
        entry = ledger.find(digest)
        return entry if entry is not None and self._within([entry]) else None

    def of_route(self, route_id: str) -> list[Stored]:
        return self._within(ledger.entries(route_id=route_id))

    def of_types(self, types: Sequence[str]) -> list[Stored]:
        return self._within(ledger.entries(types=types))


@dataclass(frozen=True)
class Seal:
    """The newest checkpoint, looked up once, so that everything in a bundle stands under the same one."""

    size: int
    root: str
    note: str
    prove: Callable[[Sequence[int]], list[TlogProof]]
    """The inclusion proofs of those of some entries that it covers."""


def newest_seal() -> Seal | None:
    """The newest checkpoint, ``None`` before the first."""
    checkpoint = ledger.latest_checkpoint()
    if checkpoint is None:
        return None
    prove = partial(ledger.inclusions, checkpoint=checkpoint)
    return Seal(checkpoint.size, checkpoint.root.hex(), checkpoint.note, prove)


@dataclass(frozen=True)
class Checked:
    """What the public page says of a record: that it is in the ledger, and where. Nothing about people or goods."""

    proof_id: str
    index: int
    kind: str
    received_at: datetime
    origin: str
    server_key: str
    sealed: TlogProof | None
    size: int | None
    root: str


def find_proof(text: str) -> str:
    """The proof that somebody means: its id, the beginning of it (8 digits or more), a stop, or a delivery note.

    Raises:
        Refused: NOT_FOUND where nothing or more than one proof fits.
    """
    wanted = text.strip().lower()
    if len(wanted) == 64 and ledger.find(wanted) is not None:
        return wanted
    stop = trace.stop(text.strip())
    if stop is not None and stop.proof_id is not None:
        return stop.proof_id
    found = {stop.proof_id for _, stop in trace.find_lines(consignment=text) if stop.proof_id is not None}
    if not found and len(wanted) >= 8:
        found = {
            entry.sha256
            for entry in ledger.entries(types=(HandoverSigned.__name__, StopFailed.__name__))
            if entry.sha256.startswith(wanted)
        }
    if len(found) != 1:
        raise Refused(problems.NOT_FOUND, what="凭证 proof", value=text)
    return found.pop()


def build_bundle(proof_id: str) -> bytes:
    """The bundle of a proof, under the newest checkpoint.

    Raises:
        Refused: NOT_FOUND; PROOF_INCOMPLETE where the proof is not sealed yet, or a photo or signature has not arrived.
    """
    ports = context()
    seal, concluded = newest_seal(), ledger.find(proof_id)
    if concluded is None:
        raise Refused(problems.NOT_FOUND, what="凭证 proof", value=proof_id)
    if seal is None or concluded.index >= seal.size:
        raise Refused(problems.PROOF_INCOMPLETE, value=f"#{concluded.index} {event_name(concluded.event)}")
    evidence = gather(OurLedger(seal.size), proof_id)
    blobs = _blobs(evidence)
    proofs = _proofs(evidence, seal)
    document = _epcis(evidence)
    setting = _setting(evidence, seal)
    documents = {
        language: make_document(evidence, setting, language, blobs=blobs, proofs=proofs, epcis=document)
        for language in LANGUAGES
    }
    parts = Parts(
        ports.config.origin,
        ports.config.organisation,
        setting.rehearsal,
        seal.note,
        proofs,
        blobs,
        documents,
        document,
    )
    return make_bundle(evidence, parts, ports.signer)


def proof_pdf(proof_id: str, language: Language) -> bytes:
    """The proof as PDF/A-3, of what the ledger holds now.

    Raises:
        Refused: NOT_FOUND, PROOF_INCOMPLETE, DOCUMENT_FONT.
    """
    evidence = gather(OurLedger(), proof_id)
    seal = newest_seal()
    return make_document(
        evidence,
        _setting(evidence, seal),
        language,
        blobs=_blobs(evidence),
        proofs=_proofs(evidence, seal),
        epcis=_epcis(evidence),
    )


def proof_facts(proof_id: str, language: Language) -> Json:
    """What the document says, for a page.

    Raises:
        Refused: NOT_FOUND or PROOF_INCOMPLETE.
    """
    evidence = gather(OurLedger(), proof_id)
    setting = _setting(evidence, newest_seal(), frozenset(_blobs(evidence)))
    return document_facts(evidence, setting, language)


def proof_blob(proof_id: str, digest: str) -> tuple[bytes, str]:
    """A photo or signature of a proof with its media type; no other blob can be had this way.

    Raises:
        Refused: NOT_FOUND, or BLOB_MISSING where the proof does not name it or it has not arrived.
    """
    evidence = gather(OurLedger(), proof_id)
    data = read_blob(digest) if digest in evidence.blobs() else None
    if data is None:
        raise Refused(problems.BLOB_MISSING, value=digest)
    for magic, media_type in ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png")):
        if data.startswith(magic):
            return data, media_type
    return data, "application/octet-stream"


def check(proof_id: str) -> Checked:
    """Whether the ledger holds a handover of this hash, and where.

    Raises:
        Refused: NOT_FOUND, also for records of other kinds: the page shows that a proof exists and nothing else.
    """
    ports = context()
    entry = ledger.find(proof_id)
    if entry is None or not isinstance(entry.event, HandoverSigned | StopFailed):
        raise Refused(problems.NOT_FOUND, what="凭证 proof", value=proof_id)
    seal = newest_seal()
    sealed = next(iter(seal.prove([entry.index])), None) if seal else None
    return Checked(
        proof_id,
        entry.index,
        event_name(entry.event),
        entry.received_at,
        ports.config.origin,
        fingerprint(ports.signer.public_key()),
        sealed,
        seal.size if seal and sealed else None,
        seal.root if seal and sealed else "",
    )


def _setting(evidence: Evidence, seal: Seal | None, blobs: frozenset[str] = frozenset()) -> Setting:
    ports = context()
    config = ports.config
    sealed = seal if seal is not None and evidence.concluded.index < seal.size else None
    return Setting(
        config.organisation,
        config.origin,
        f"{config.base_url}/check/{evidence.proof_id}",
        config.rehearsal is not None,
        fingerprint(ports.signer.public_key()),
        sealed.size if sealed else None,
        sealed.root if sealed else "",
        blobs,
    )


def _blobs(evidence: Evidence) -> dict[str, bytes]:
    """The blobs of the evidence that have arrived."""
    found = ((digest, read_blob(digest)) for digest in evidence.blobs())
    return {digest: data for digest, data in found if data is not None}


def _proofs(evidence: Evidence, seal: Seal | None) -> dict[int, TlogProof]:
    """The inclusion proofs of what is sealed."""
    if seal is None:
        return {}
    return {proof.index: proof for proof in seal.prove([entry.index for entry in evidence.entries])}


def _epcis(evidence: Evidence) -> bytes:
    """The stop's goods as EPCIS. Created, says the document, when its last record was written: it is the same every time."""
    names = EpcisNames(context().config.origin)
    lines = [line.id for line in evidence.stop.lines()]
    collected = {e.event.item for e in evidence.of(GoodsCollected) if isinstance(e.event, GoodsCollected)}
    corrections = evidence.of(CorrectionMade)
    events = epcis.make_events(evidence.route, evidence.entries, corrections, lines, names, collected)
    last = max(entry.record.at for entry in evidence.entries)
    return epcis.encode(epcis.make_document(events, names, last))
