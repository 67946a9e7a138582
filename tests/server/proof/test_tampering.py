"""No byte of a bundle can be changed, and no file taken away, added or swapped, without the verifier naming it."""

import random

import pytest

from server.proof import manifest as form
from server.proof.report import Report
from server.proof.verify import verify_bundle
from shared.errors import CATALOGUE
from tests.server.proof.conftest import Bundles, closed, files_of, signed_again

CHANGES = 500


def rejected(raw: bytes, key: bytes | None = None) -> Report:
    """The report on a bundle that must not hold, with a numbered reason in both languages."""
    report = verify_bundle(raw, key)
    assert not report.ok
    assert report.problems
    for problem in report.problems:
        assert problem.number in CATALOGUE
        assert problem.text("zh") != problem.text("en")
    return report


@pytest.mark.parametrize("name", ["accepted", "refused", "failed"])
def test_the_bundle_as_it_was_made_holds(bundles: Bundles, name: str) -> None:
    report = verify_bundle(bundles.raw[name], bundles.day.ledger.signer.public_key())
    assert report.ok, report.problems
    assert report.key_compared


def test_five_hundred_random_single_byte_changes_over_the_files_are_all_rejected(bundles: Bundles) -> None:
    """Each in a file, closed again as a proper zip, so that only the content can give it away."""
    dice = random.Random(20261122)
    opened = {name: files_of(raw) for name, raw in bundles.raw.items()}
    for _ in range(CHANGES):
        files = dict(opened[dice.choice(sorted(opened))])
        name = dice.choice(sorted(files))
        data = bytearray(files[name])
        data[dice.randrange(len(data))] ^= dice.randrange(1, 256)
        files[name] = bytes(data)
        report = rejected(closed(files))
        if name not in (form.MANIFEST, form.SIGNATURE):
            assert any(p.values.get("value") == name for p in report.problems), name


def test_every_byte_of_the_manifest_and_its_signature_counts(bundles: Bundles) -> None:
    """They are not listed in the manifest: only the signature holds them."""
    files = files_of(bundles.raw["failed"])
    for name in (form.MANIFEST, form.SIGNATURE):
        for at in range(0, len(files[name]), 7 if name == form.MANIFEST else 1):
            data = bytearray(files[name])
            data[at] ^= 1 + at % 255
            rejected(closed({**files, name: bytes(data)}))


def test_evidence_cannot_be_changed_even_by_whoever_holds_the_servers_key(bundles: Bundles) -> None:
    """The manifest is made and signed anew over each change: events, proofs, keys, checkpoint and blobs speak for themselves.
    (The documents are only as good as the server that printed them; the evidence inside them is checked here.)"""
    dice = random.Random(99)
    written = (*form.PDF.values(), form.EPCIS, form.README, form.MANIFEST, form.SIGNATURE, form.SERVER_KEY)
    for raw in bundles.raw.values():
        files = files_of(raw)
        names = [name for name in sorted(files) if name not in written]
        for name in dice.sample(names, 45):
            data = bytearray(files[name])
            data[dice.randrange(len(data))] ^= dice.randrange(1, 256)
            rejected(signed_again({**files, name: bytes(data)}, bundles.day.ledger.signer))


def test_random_changes_of_the_zip_itself_are_all_rejected(bundles: Bundles) -> None:
    """Headers, directory, end record: whatever the byte is for."""
    dice = random.Random(7)
    raw = bundles.raw["failed"]
    directory = raw.index(b"PK\x01\x02")
    for _ in range(120):
        data = bytearray(raw)
        at = dice.randrange(directory, len(data)) if dice.random() < 0.6 else dice.randrange(len(data))
        data[at] ^= dice.randrange(1, 256)
        rejected(bytes(data))


def test_every_deletion_of_a_file_is_rejected_by_name(bundles: Bundles) -> None:
    for raw in bundles.raw.values():
        files = files_of(raw)
        for name in files:
            report = rejected(closed({n: data for n, data in files.items() if n != name}))
            values = {p.values.get("value") for p in report.problems if p.number in (8002, 8014)}
            assert name in values or (name == form.SIGNATURE and report.problems[0].number in (8002, 8014))


def test_every_swap_of_two_files_is_rejected(bundles: Bundles) -> None:
    """Each file with the next one of the same kind, and with a file of another kind."""
    files = files_of(bundles.raw["refused"])
    names = sorted(files)
    for one, other in zip(names, names[1:] + names[:1], strict=True):
        if files[one] != files[other]:
            rejected(closed({**files, one: files[other], other: files[one]}))


@pytest.mark.parametrize(
    "name",
    ["extra.txt", "entries/9999.dsse.json", "blobs/" + "0" * 64, "keys/0000000000000000.pem", "manifest.json.bak"],
)
def test_an_added_file_is_rejected_by_name(bundles: Bundles, name: str) -> None:
    report = rejected(closed({**files_of(bundles.raw["accepted"]), name: b"more"}))
    assert any(p.values.get("value") in (name, "9999") for p in report.problems)


def test_a_file_of_another_bundle_is_rejected(bundles: Bundles) -> None:
    """Also the whole of its manifest, signed by the same server."""
    mine, theirs = files_of(bundles.raw["accepted"]), files_of(bundles.raw["refused"])
    rejected(closed({**mine, form.MANIFEST: theirs[form.MANIFEST], form.SIGNATURE: theirs[form.SIGNATURE]}))
    rejected(closed({**mine, form.EPCIS: b"{}", form.PDF["zh"]: theirs[form.PDF["en"]]}))


def test_trailing_bytes_and_a_second_zip_behind_the_first_are_rejected(bundles: Bundles) -> None:
    raw = bundles.raw["failed"]
    for hidden in (b"\0", b"\n", raw):
        assert rejected(raw + hidden).problems[0].number == 8001
