"""Pages of a proof: who may see them, and what the public page does not show."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts.schemas import Role
from server.proof.verify import verify_bundle
from shared.checkpoint import parse_proof
from shared.custody import events as e
from shared.merkle import leaf_hash
from tests.server.accounts.browsing import Browser, person
from tests.server.proof.conftest import Bundles
from tests.server.proof.stored import store_day

PRIVATE = "赵敏 李秀英 王建国 甘精胰岛素 B240801 北京医院 协和 SX2026 京A 39.9 116.4"
"""People, goods, places and documents of the day."""


@pytest.fixture
def proofs(app: Flask, bundles: Bundles) -> dict[str, str]:
    """The day is in the ledger; the ids of its proofs."""
    store_day(app, bundles.day)
    return bundles.day.proofs


def signed_in(app: Flask, client: FlaskClient, role: Role) -> Browser:
    with app.app_context():
        person("somebody", role)
    browser = Browser(client)
    assert browser.sign_in("somebody").status_code == 303
    return browser


def test_proofs_are_for_the_office_only(app: Flask, client: FlaskClient, proofs: dict[str, str]) -> None:
    """A stranger is sent to sign in; a driver is told that it is not for him."""
    name = proofs["refused"]
    paths = (f"/proof/{name}", f"/proof/{name}.pdf", f"/proof/{name}/bundle.zip", f"/proof/{name}/blob/{name}")
    for path in paths:
        stranger = client.get(path)
        assert stranger.status_code == 303
        assert "/login" in stranger.headers["Location"]
    driver = signed_in(app, client, Role.DRIVER)
    assert [driver.get(path).status_code for path in paths] == [403] * 4


def test_the_page_shows_the_proof_in_both_languages(app: Flask, client: FlaskClient, proofs: dict[str, str]) -> None:
    browser = signed_in(app, client, Role.COMPLIANCE)
    page = browser.get(f"/proof/{proofs['refused']}")
    assert page.status_code == 200
    for word in ("药品运输交接凭证", "甘精胰岛素注射液", "赵敏", "部分接收", "<svg", "不合格"):
        assert word in page.text
    browser.post("/language", {"language": "en", "next": f"/proof/{proofs['refused']}"})
    page = browser.get(f"/proof/{proofs['refused']}")
    for word in ("Proof of delivery", "Insulin glargine injection", "Partly accepted", "Non-conformant"):
        assert word in page.text


def test_each_kind_of_stop_has_its_page(app: Flask, client: FlaskClient, proofs: dict[str, str]) -> None:
    browser = signed_in(app, client, Role.DISPATCHER)
    assert [browser.get(f"/proof/{proof}").status_code for proof in proofs.values()] == [200] * 3


def test_the_pdf_comes_in_the_language_asked_for(app: Flask, client: FlaskClient, proofs: dict[str, str]) -> None:
    browser = signed_in(app, client, Role.COMPLIANCE)
    for language in ("zh", "en"):
        answer = browser.client.get(f"/proof/{proofs['failed']}.pdf?lang={language}")
        assert answer.mimetype == "application/pdf"
        assert f"{language}.pdf" in answer.headers["Content-Disposition"]
        assert answer.data.startswith(b"%PDF-")


def test_the_bundle_downloads_and_holds(app: Flask, client: FlaskClient, proofs: dict[str, str]) -> None:
    answer = signed_in(app, client, Role.COMPLIANCE).client.get(f"/proof/{proofs['accepted']}/bundle.zip")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert verify_bundle(answer.data).ok


def test_a_photo_is_shown_and_nothing_else_runs(
    app: Flask, client: FlaskClient, proofs: dict[str, str], bundles: Bundles
) -> None:
    signed = bundles.day.ledger.find(proofs["refused"])
    assert signed is not None
    assert isinstance(signed.event, e.HandoverSigned)
    browser = signed_in(app, client, Role.COMPLIANCE)
    picture = browser.client.get(f"/proof/{proofs['refused']}/blob/{signed.event.signatories[0].picture}")
    assert (picture.mimetype, picture.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    strokes = browser.client.get(f"/proof/{proofs['refused']}/blob/{signed.event.signatories[0].strokes}")
    assert strokes.headers["Content-Disposition"].startswith("attachment")


def test_anybody_may_check_that_a_record_is_in_the_ledger(
    app: Flask, client: FlaskClient, proofs: dict[str, str], bundles: Bundles
) -> None:
    entry = bundles.day.ledger.find(proofs["refused"])
    assert entry is not None
    page = client.get(f"/check/{proofs['refused']}")
    assert page.status_code == 200
    assert f'id="index">{entry.index}<' in page.text


def test_the_public_page_names_no_person_no_goods_and_no_place(client: FlaskClient, proofs: dict[str, str]) -> None:
    for proof in proofs.values():
        text = client.get(f"/check/{proof}").text
        for private in PRIVATE.split():
            assert private not in text


def test_the_public_inclusion_proof_can_be_verified_by_anybody(
    client: FlaskClient, proofs: dict[str, str], bundles: Bundles
) -> None:
    ledger = bundles.day.ledger
    entry = ledger.find(proofs["failed"])
    assert entry is not None
    answer = client.get(f"/check/{proofs['failed']}.tlog-proof")
    proof = parse_proof(answer.text)
    checkpoint = proof.verify(leaf_hash(entry.envelope.encode()), ledger.origin, ledger.signer.public_key())
    assert checkpoint.size == len(ledger.entries)


def test_an_unsealed_record_has_no_inclusion_proof_yet(app: Flask, client: FlaskClient, bundles: Bundles) -> None:
    store_day(app, bundles.day, seal=False)
    proof = bundles.day.proofs["failed"]
    assert client.get(f"/check/{proof}").status_code == 200
    assert client.get(f"/check/{proof}.tlog-proof").status_code == 409


def test_what_is_not_in_the_ledger_is_not_found(client: FlaskClient, proofs: dict[str, str]) -> None:
    for name in ("ab" * 32, "short", "AB" * 32, "..", "%2e%2e"):
        assert client.get(f"/check/{name}").status_code == 404
