"""What a bundle holds, and when there is none yet."""

import msgspec
import pytest

from server.proof import manifest as form
from server.proof.bundle import Parts, make_bundle
from server.proof.evidence import Evidence, gather
from shared import problems
from shared.custody import events as e
from shared.errors import Refused
from shared.keys import KeySigner, key_id, public_pem
from tests.server.proof.conftest import DOCUMENTS, Bundles, bundle, files_of
from tests.server.proof.day import Day, make_day


def parts_of(day: Day, evidence: Evidence) -> Parts:
    ledger = day.ledger
    proofs = ledger.proofs(entry.index for entry in evidence.entries)
    return Parts(ledger.origin, "org", False, ledger.checkpoint(), proofs, ledger.blobs, DOCUMENTS, b"{}")


def test_the_same_evidence_gives_the_same_bytes(bundles: Bundles) -> None:
    """Written by a second run of the same day, from the first signature to the last byte of the zip."""
    again = make_day()
    for name, proof in again.proofs.items():
        assert bundle(again, proof) == bundles.raw[name]


def test_the_manifest_names_every_file_and_the_place_in_the_ledger(bundles: Bundles) -> None:
    files = files_of(bundles.raw["refused"])
    manifest = form.decode_manifest(files[form.MANIFEST])
    assert {file.name for file in manifest.files} == files.keys() - {form.MANIFEST, form.SIGNATURE}
    entry = bundles.day.ledger.find(manifest.proof)
    assert entry is not None
    assert (manifest.index, manifest.kind) == (entry.index, "HandoverSigned")
    assert manifest.size == len(bundles.day.ledger.entries)
    assert manifest.root == bundles.day.ledger.tree().root().hex()


def test_entries_are_the_exact_bytes_of_the_ledger(bundles: Bundles) -> None:
    files = files_of(bundles.raw["accepted"])
    for name, data in files.items():
        index = form.entry_index(name)
        if index is not None:
            assert data == bundles.day.ledger.entries[index].envelope.encode()


def test_the_keys_of_server_and_handheld_are_in_it_as_pem(bundles: Bundles) -> None:
    files = files_of(bundles.raw["accepted"])
    device = bundles.day.handheld.signer.public_key()
    assert files[form.SERVER_KEY] == public_pem(bundles.day.ledger.signer.public_key())
    assert files[form.key_name(key_id(device))] == public_pem(device)


def test_every_name_in_a_bundle_has_its_place(bundles: Bundles) -> None:
    for raw in bundles.raw.values():
        assert all(form.has_place(name) for name in files_of(raw))
    for name in ("entries/01.dsse.json", "entries/-1.dsse.json", "blobs/ABC", "keys/x.pem", "entries/1.json", "a"):
        assert not form.has_place(name)


def test_there_is_no_bundle_while_a_photo_has_not_arrived(bundles: Bundles) -> None:
    day = bundles.day
    evidence = gather(day.ledger, day.proofs["failed"])
    (photo,) = evidence.blobs()
    parts = parts_of(day, evidence)
    held_back = {digest: data for digest, data in parts.blobs.items() if digest != photo}
    with pytest.raises(Refused, match=photo) as refused:
        make_bundle(evidence, msgspec.structs.replace(parts, blobs=held_back), day.ledger.signer)
    assert refused.value.kind is problems.PROOF_INCOMPLETE


def test_there_is_no_bundle_while_an_entry_is_not_sealed(bundles: Bundles) -> None:
    day = bundles.day
    evidence = gather(day.ledger, day.proofs["failed"])
    parts = parts_of(day, evidence)
    last = max(parts.proofs)
    open_end = {index: proof for index, proof in parts.proofs.items() if index != last}
    with pytest.raises(Refused, match=f"#{last} GoodsReturned") as refused:
        make_bundle(evidence, msgspec.structs.replace(parts, proofs=open_end), day.ledger.signer)
    assert refused.value.kind is problems.PROOF_INCOMPLETE


def test_a_blob_that_is_not_what_its_name_says_is_refused(bundles: Bundles) -> None:
    day = bundles.day
    evidence = gather(day.ledger, day.proofs["failed"])
    (photo,) = evidence.blobs()
    parts = msgspec.structs.replace(parts_of(day, evidence), blobs={photo: b"swapped"})
    with pytest.raises(Refused) as refused:
        make_bundle(evidence, parts, day.ledger.signer)
    assert refused.value.kind is problems.BLOB_HASH


def test_a_checkpoint_of_another_key_is_refused(bundles: Bundles) -> None:
    day = bundles.day
    evidence = gather(day.ledger, day.proofs["failed"])
    with pytest.raises(Refused) as refused:
        make_bundle(evidence, parts_of(day, evidence), KeySigner(b"o" * 32))
    assert refused.value.kind is problems.CHECKPOINT_INVALID


def test_a_failed_stop_has_a_bundle_too(bundles: Bundles) -> None:
    files = files_of(bundles.raw["failed"])
    assert form.decode_manifest(files[form.MANIFEST]).kind == e.StopFailed.__name__
