"""The bundle: one zip file with everything that is needed to check a proof alone.

It is a pure function of the evidence, the checkpoint and the documents: made twice from the same ledger, it is the same
bytes.
"""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from server.proof import manifest as form
from server.proof.evidence import Evidence
from server.proof.readme import readme
from server.proof.zipform import write_zip
from shared import problems
from shared.checkpoint import TlogProof, open_checkpoint
from shared.custody.envelope import Envelope
from shared.custody.events import DeviceEnrolled, event_name
from shared.errors import Language, Refused
from shared.keys import Signer, key_id, public_pem


class Parts(msgspec.Struct, frozen=True):
    """What a bundle is made of, besides the evidence itself."""

    origin: str
    organisation: str
    rehearsal: bool
    checkpoint: str
    """The signed note all inclusion proofs lead to."""
    proofs: Mapping[int, TlogProof]
    """Inclusion proofs by ledger index."""
    blobs: Mapping[str, bytes]
    documents: Mapping[Language, bytes]
    """The PDF in each language."""
    epcis: bytes


def make_bundle(evidence: Evidence, parts: Parts, signer: Signer) -> bytes:
    """The bundle of a proof, its manifest signed by the server.

    Raises:
        Refused: PROOF_INCOMPLETE where an entry is not sealed or a blob has not arrived; BLOB_HASH where a blob is not what
            its name says; CHECKPOINT_INVALID where the checkpoint is not this server's.
    """
    public = signer.public_key()
    sealed = open_checkpoint(parts.checkpoint, parts.origin, public)
    files: dict[str, bytes] = {
        form.SERVER_KEY: public_pem(public),
        form.CHECKPOINT: parts.checkpoint.encode(),
        form.EPCIS: parts.epcis,
        **{form.PDF[language]: parts.documents[language] for language in ("zh", "en")},
    }
    _add_entries(files, evidence, parts)
    keys = _add_keys(files, evidence)
    _add_blobs(files, evidence, parts.blobs)
    concluded = evidence.concluded
    files[form.README] = readme(
        proof=evidence.proof_id,
        origin=parts.origin,
        index=concluded.index,
        server_key=form.fingerprint(public),
        key_id=signed_by(concluded.envelope),
    )
    raw = form.Manifest(
        form.FORM,
        evidence.proof_id,
        concluded.index,
        event_name(concluded.event),
        parts.origin,
        parts.organisation,
        parts.rehearsal,
        sealed.size,
        sealed.root.hex(),
        form.fingerprint(public),
        keys,
        tuple(form.describe(name, content) for name, content in sorted(files.items())),
    ).encode()
    files[form.MANIFEST] = raw
    files[form.SIGNATURE] = form.sign_manifest(raw, signer)
    return write_zip(files)


def signed_by(envelope: Envelope) -> str:
    """The short name of the key that signed an event."""
    return envelope.signatures[0].keyid


def _add_entries(files: dict[str, bytes], evidence: Evidence, parts: Parts) -> None:
    for entry in evidence.entries:
        proof = parts.proofs.get(entry.index)
        if proof is None:
            raise Refused(problems.PROOF_INCOMPLETE, value=f"#{entry.index} {event_name(entry.event)}")
        files[form.entry_name(entry.index)] = entry.envelope.encode()
        files[form.proof_name(entry.index)] = proof.text().encode()


def _add_keys(files: dict[str, bytes], evidence: Evidence) -> tuple[form.DeviceKey, ...]:
    keys = []
    for entry in evidence.of(DeviceEnrolled):
        assert isinstance(entry.event, DeviceEnrolled)
        files[form.key_name(key_id(entry.event.public_key))] = public_pem(entry.event.public_key)
        keys.append(form.DeviceKey(entry.event.device, form.fingerprint(entry.event.public_key)))
    return tuple(keys)


def _add_blobs(files: dict[str, bytes], evidence: Evidence, blobs: Mapping[str, bytes]) -> None:
    for digest in evidence.blobs():
        data = blobs.get(digest)
        if data is None:
            raise Refused(problems.PROOF_INCOMPLETE, value=f"blob {digest}")
        actual = sha256(data).hexdigest()
        if actual != digest:
            raise Refused(problems.BLOB_HASH, value=actual, expected=digest)
        files[form.blob_name(digest)] = data
