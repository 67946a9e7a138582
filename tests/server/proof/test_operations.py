"""Proofs from a real ledger, on both databases."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from server.custody import ledger
from server.custody.operations import append_own
from server.proof import operations
from server.proof.verify import verify_bundle
from server.trace import epcis
from server.transaction import transaction
from shared import problems
from shared.custody import events as e
from shared.errors import Refused
from tests.server.proof.conftest import Bundles
from tests.server.proof.day import make_day
from tests.server.proof.stored import put_blobs, store_day


@pytest.fixture
def stored(app: Flask, bundles: Bundles) -> Flask:
    """The day in the application's ledger, projected and sealed."""
    store_day(app, bundles.day)
    return app


def test_the_bundle_of_every_proof_holds(stored: Flask, bundles: Bundles) -> None:
    key = bundles.day.ledger.signer.public_key()
    with stored.app_context():
        for proof in bundles.day.proofs.values():
            report = verify_bundle(operations.build_bundle(proof), key)
            assert report.ok, report.problems
            assert report.proof == proof


RECALL = e.LotRecalled("P-INS", "B240802", "particles", "maker")


def test_a_bundle_is_the_same_however_often_it_is_made(stored: Flask, bundles: Bundles) -> None:
    """Later entries change nothing until a new checkpoint seals them."""
    proof = bundles.day.proofs["failed"]
    with stored.app_context():
        first = operations.build_bundle(proof)
    with stored.app_context(), transaction():
        append_own(RECALL, actor="u-quality")
    with stored.app_context():
        assert operations.build_bundle(proof) == first


def test_what_is_sealed_later_is_in_the_next_bundle(stored: Flask, bundles: Bundles) -> None:
    with stored.app_context(), transaction():
        append_own(RECALL, actor="u-quality")
        ledger.seal()
    with stored.app_context():
        report = verify_bundle(operations.build_bundle(bundles.day.proofs["failed"]))
    assert report.ok, report.problems
    assert next(check.count for check in report.checks if check.name == "events") == 25


def test_there_is_no_bundle_before_the_proof_is_sealed(app: Flask) -> None:
    day = make_day()
    store_day(app, day, seal=False)
    with app.app_context(), pytest.raises(Refused, match="HandoverSigned") as refused:
        operations.build_bundle(day.proofs["accepted"])
    assert refused.value.kind is problems.PROOF_INCOMPLETE


def test_a_document_can_be_had_before_everything_has_arrived(app: Flask) -> None:
    day = make_day()
    proof = day.proofs["refused"]
    store_day(app, day, seal=False, blobs=False)
    with app.app_context():
        assert operations.proof_pdf(proof, "zh").startswith(b"%PDF-")
        assert not operations.proof_facts(proof, "en")["proof"]["sealed"]
    with app.app_context(), transaction():
        ledger.seal()
    with app.app_context():
        with pytest.raises(Refused, match="blob"):
            operations.build_bundle(proof)
        put_blobs(day.ledger)
        assert verify_bundle(operations.build_bundle(proof)).ok


def test_a_proof_is_found_by_id_beginning_stop_and_delivery_note(stored: Flask, bundles: Bundles) -> None:
    wanted = bundles.day.proofs["refused"]
    with stored.app_context():
        for text in (wanted, wanted.upper(), wanted[:12], "T2", "SX20261122004", " C2 ", "PO-772"):
            assert operations.find_proof(text) == wanted


def test_what_names_no_proof_is_refused(stored: Flask) -> None:
    with stored.app_context():
        for text in ("", "ab" * 32, "abcdefab", "T9", "1", "SX-nothing"):
            with pytest.raises(Refused) as refused:
                operations.find_proof(text)
            assert refused.value.kind is problems.NOT_FOUND


def test_an_unknown_proof_is_not_found(app: Flask) -> None:
    with app.app_context():
        for ask in (operations.build_bundle, operations.check, lambda proof: operations.proof_pdf(proof, "zh")):
            with pytest.raises(Refused) as refused:
                ask("ab" * 32)
            assert refused.value.kind is problems.NOT_FOUND


def test_the_check_shows_that_a_proof_exists_and_only_a_proof(stored: Flask, bundles: Bundles) -> None:
    day = bundles.day
    with stored.app_context():
        found = operations.check(day.proofs["accepted"])
        entry = day.ledger.find(day.proofs["accepted"])
        assert entry is not None
        assert (found.index, found.kind, found.size) == (entry.index, "HandoverSigned", len(day.ledger.entries))
        assert found.sealed is not None
        route = next(one for one in day.ledger.entries if isinstance(one.event, e.RoutePublished))
        with pytest.raises(Refused):
            operations.check(route.sha256)


def test_only_blobs_of_the_proof_can_be_had_through_it(stored: Flask, bundles: Bundles) -> None:
    day = bundles.day
    with stored.app_context():
        mine = operations.gather(operations.OurLedger(), day.proofs["failed"])
        (photo,) = mine.blobs()
        assert operations.proof_blob(day.proofs["failed"], photo) == (day.ledger.blobs[photo], "image/jpeg")
        theirs = next(digest for digest in day.ledger.blobs if digest != photo)
        with pytest.raises(Refused) as refused:
            operations.proof_blob(day.proofs["failed"], theirs)
        assert refused.value.kind is problems.BLOB_MISSING
        signed = operations.gather(operations.OurLedger(), day.proofs["refused"]).concluded.event
        assert isinstance(signed, e.HandoverSigned)
        (person,) = signed.signatories
        assert operations.proof_blob(day.proofs["refused"], person.picture)[1] == "image/png"
        assert operations.proof_blob(day.proofs["refused"], person.strokes)[1] == "application/octet-stream"


def test_a_lot_is_traced_as_epcis_over_all_its_receivers(stored: Flask) -> None:
    with stored.app_context():
        document = epcis.export(lot="B240801")
        events = document["epcisBody"]["eventList"]
        places = {event["readPoint"]["id"].rsplit("/", 1)[-1] for event in events if "readPoint" in event}
        assert places == {"S0", "S1", "S2"}
        one = epcis.export(consignment="SX20261122004")["epcisBody"]["eventList"]
        assert {x["eventID"] for x in epcis.export(code="83857930000000000001")["epcisBody"]["eventList"]}
        assert any("errorDeclaration" in event for event in one)
        with pytest.raises(Refused) as refused:
            epcis.export(lot="B999")
    assert refused.value.kind is problems.NOT_FOUND


def test_a_rehearsal_marks_its_bundles(app: Flask, bundles: Bundles, tmp_path: Path) -> None:
    """A server that runs on a rehearsal's clock says so in everything it signs."""
    ports = app.extensions["handover"]
    app.extensions["handover"] = replace(ports, config=replace(ports.config, rehearsal=tmp_path / "pace"))
    store_day(app, bundles.day)
    with app.app_context():
        assert verify_bundle(operations.build_bundle(bundles.day.proofs["failed"])).rehearsal
