"""The synthetic day, its bundles, and the tools to open, change and close them again."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import pytest

from server.proof import manifest as form
from server.proof.bundle import Parts, make_bundle
from server.proof.evidence import Evidence, gather
from server.proof.zipform import read_zip, write_zip
from shared.keys import KeySigner
from tests.server.proof.day import Day, make_day

DOCUMENTS = {"zh": b"%PDF-1.7 zh", "en": b"%PDF-1.7 en"}
"""Stand-ins: what a document looks like is tested where it is made."""


def bundle(day: Day, proof_id: str, *, rehearsal: bool = False) -> bytes:
    """The bundle of a proof of the day, with stand-ins for its documents."""
    evidence: Evidence = gather(day.ledger, proof_id)
    ledger = day.ledger
    proofs = ledger.proofs(entry.index for entry in evidence.entries)
    parts = Parts(
        ledger.origin,
        "合成医药物流",
        rehearsal,
        ledger.checkpoint(),
        proofs,
        ledger.blobs,
        DOCUMENTS,
        b'{"epcis": 1}\n',
    )
    return make_bundle(evidence, parts, ledger.signer)


def files_of(raw: bytes) -> dict[str, bytes]:
    """The files of a bundle."""
    files, wrong = read_zip(raw)
    assert wrong == ""
    return files


def closed(files: Mapping[str, bytes]) -> bytes:
    """Files as a canonical zip: what somebody would do who changed one and knows the form."""
    return write_zip(files)


def signed_again(files: Mapping[str, bytes], signer: KeySigner, **changes: object) -> bytes:
    """Files with a fresh manifest, signed: what a dishonest *server* could do. Only the content itself can contradict it."""
    kept = {name: data for name, data in files.items() if name not in (form.MANIFEST, form.SIGNATURE)}
    old = form.decode_manifest(files[form.MANIFEST])
    listed = tuple(form.describe(name, data) for name, data in sorted(kept.items()))
    raw = msgspec.structs.replace(old, files=listed, **changes).encode()
    return write_zip({**kept, form.MANIFEST: raw, form.SIGNATURE: form.sign_manifest(raw, signer)})


@dataclass(frozen=True)
class Bundles:
    """The day and the bundle of each of its proofs, by name: accepted, refused, failed."""

    day: Day
    raw: Mapping[str, bytes]


@pytest.fixture(scope="session")
def bundles() -> Bundles:
    day = make_day()
    return Bundles(day, {name: bundle(day, proof) for name, proof in day.proofs.items()})
