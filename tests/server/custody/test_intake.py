"""Intake: what a handheld may believe, and that nothing it sends is lost, doubled or altered."""

import msgspec
import pytest
from flask import Flask
from sqlalchemy import func, select

from server.custody import ledger, operations
from server.custody.models import LedgerEntry, Quarantined
from server.db import db
from server.transaction import transaction
from shared import problems, sync
from shared.checkpoint import parse_proof
from shared.clock import ManualClock
from shared.custody.chain import ChainState
from shared.custody.envelope import Envelope
from shared.custody.events import ClockJumped, DepartureOverridden, ShiftEnded
from shared.keys import KeySigner
from shared.merkle import Tree, leaf_hash
from tests.server.handheld import Handheld, problem_of


@pytest.fixture
def handheld(app: Flask, clock: ManualClock) -> Handheld:
    return Handheld(app, clock)


def event(handheld: Handheld) -> ClockJumped:
    now = handheld.clock.now()
    return ClockJumped(now, now, 1)


def size(app: Flask, model: type = LedgerEntry) -> int:
    with app.app_context():
        return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def test_an_event_is_received_once_its_hash_is_in_a_signed_receipt(handheld: Handheld) -> None:
    envelope = handheld.write(event(handheld))
    receipt = handheld.push([envelope])
    assert [a.sha256 for a in receipt.accepted] == [envelope.sha256]
    assert receipt.next_seq == 2


def test_the_ledger_keeps_the_exact_bytes_that_were_signed(app: Flask, handheld: Handheld) -> None:
    envelope = handheld.write(event(handheld))
    handheld.push([envelope])
    with app.app_context():
        stored = ledger.find(envelope.sha256)
        assert stored is not None
        assert stored.envelope.encode() == envelope.encode()


def test_sending_the_same_event_again_gives_the_same_index_and_no_second_entry(app: Flask, handheld: Handheld) -> None:
    envelope = handheld.write(event(handheld))
    first = handheld.push([envelope])
    again = handheld.push([envelope])
    assert again.accepted == first.accepted
    assert size(app) == 2  # the enrolment and the event


def test_a_different_event_under_a_used_number_is_a_conflict_and_both_are_kept(app: Flask, handheld: Handheld) -> None:
    first = handheld.write(event(handheld))
    handheld.push([first])
    handheld.state = ChainState(handheld.device)
    other = handheld.write(ShiftEnded("r"))
    receipt = handheld.push([other])
    assert [r.problem.number for r in receipt.refused] == [problems.CHAIN_CONFLICT.number]
    assert size(app, Quarantined) == 1
    assert handheld.push([first]).accepted[0].sha256 == first.sha256


def test_an_event_out_of_order_is_refused_and_the_server_says_what_it_expects(handheld: Handheld) -> None:
    one, two = handheld.write(event(handheld)), handheld.write(event(handheld))
    receipt = handheld.push([two])
    assert [r.problem.number for r in receipt.refused] == [problems.CHAIN_GAP.number]
    assert receipt.next_seq == 1
    assert [a.seq for a in handheld.push([one, two]).accepted] == [1, 2]


def test_a_forged_event_is_refused_and_kept_aside(app: Flask, handheld: Handheld) -> None:
    genuine = handheld.signer
    handheld.signer = KeySigner(b"f" * 32)
    forged = handheld.write(event(handheld))
    handheld.signer = genuine
    receipt = handheld.push([forged])
    assert [r.problem.number for r in receipt.refused] == [problems.ENVELOPE_KEY.number]
    assert size(app, Quarantined) == 1


def test_an_altered_payload_is_refused(handheld: Handheld) -> None:
    envelope = handheld.write(event(handheld))
    other = envelope.payload.replace(b'"milliseconds":1', b'"milliseconds":2')
    altered = Envelope(other, envelope.payload_type, envelope.signatures)
    receipt = handheld.push([altered])
    assert [r.problem.number for r in receipt.refused] == [problems.ENVELOPE_SIGNATURE.number]


def test_a_truncated_message_changes_nothing(app: Flask, handheld: Handheld) -> None:
    body = msgspec.json.encode(sync.Push(handheld.device, "n" * 16, (handheld.write(event(handheld)),)))
    response = handheld.request("POST", "/sync/events", body[:-20])
    assert response.status_code == 400
    assert problem_of(response) == problems.SYNC_MALFORMED.number
    assert size(app) == 1


def test_a_request_cannot_be_replayed(handheld: Handheld) -> None:
    assert handheld.request("GET", "/sync/work", nonce="n" * 16).status_code in (200, 204)
    again = handheld.request("GET", "/sync/work", nonce="n" * 16)
    assert problem_of(again) in (problems.SYNC_REPLAYED.number,)


def test_a_request_with_a_wrong_clock_is_told_the_servers_time(handheld: Handheld, clock: ManualClock) -> None:
    wrong = clock.now()
    clock.advance(3600)
    response = handheld.request("GET", "/sync/work", at=wrong)
    assert response.status_code == 401
    refusal = msgspec.json.decode(response.get_data(), type=sync.Refusal)
    assert refusal.problem.number == problems.SYNC_STALE.number
    assert refusal.server_time == clock.now()


def test_a_device_nobody_enrolled_is_refused(handheld: Handheld) -> None:
    handheld.device = "nobody"
    response = handheld.request("GET", "/sync/work")
    assert (response.status_code, problem_of(response)) == (401, problems.SYNC_UNAUTHORISED.number)


def test_events_of_another_device_are_refused(app: Flask, clock: ManualClock, handheld: Handheld) -> None:
    other = Handheld(app, clock, seed=b"o" * 32, name="HH-02")
    receipt = handheld.push([other.write(event(other))])
    assert receipt.accepted == ()


def test_what_is_sealed_is_proved_by_a_checkpoint_the_handheld_can_check(app: Flask, handheld: Handheld) -> None:
    envelopes = [handheld.write(event(handheld)) for _ in range(5)]
    accepted = handheld.push(envelopes).accepted
    body = msgspec.json.encode(sync.SealRequest(handheld.device, tuple(a.index for a in accepted)))
    before = msgspec.json.decode(handheld.request("POST", "/sync/seals", body).get_data(), type=sync.Seals)
    assert before.seals == ()
    with app.app_context(), transaction():
        ledger.seal()
    after = msgspec.json.decode(handheld.request("POST", "/sync/seals", body).get_data(), type=sync.Seals)
    for envelope, seal in zip(envelopes, after.seals, strict=True):
        proof = parse_proof(seal.proof)
        proof.verify(leaf_hash(envelope.encode()), handheld.enrolled.origin, handheld.enrolled.server_key)


def test_checkpoints_grow_consistently_however_the_ledger_is_cut(app: Flask, handheld: Handheld) -> None:
    leaves = []
    with app.app_context():
        leaves += [leaf_hash(e.envelope.encode()) for e in ledger.entries()]
    for batch in (1, 3, 7, 2, 16):
        envelopes = [handheld.write(event(handheld)) for _ in range(batch)]
        handheld.push(envelopes)
        leaves += [leaf_hash(e.encode()) for e in envelopes]
        with app.app_context(), transaction():
            checkpoint = ledger.seal()
            assert checkpoint is not None
            assert (checkpoint.size, checkpoint.root) == (len(leaves), Tree(leaves).root())


def test_an_enrolment_code_works_once(app: Flask, clock: ManualClock) -> None:
    with app.app_context(), transaction():
        code = operations.new_enrolment_code(by="test")
    client = app.test_client()

    def enrol(seed: bytes) -> int:
        body = msgspec.json.encode(sync.Enrol(code, KeySigner(seed).public_key(), "x"))
        return client.post("/sync/enrol", data=body).status_code

    assert enrol(b"1" * 32) == 200
    assert enrol(b"1" * 32) == 200  # the same handheld, whose answer was lost
    assert enrol(b"2" * 32) == 403


def test_an_enrolment_code_expires(app: Flask, clock: ManualClock) -> None:
    with app.app_context(), transaction():
        code = operations.new_enrolment_code(by="test")
    clock.advance(25 * 3600)
    body = msgspec.json.encode(sync.Enrol(code, KeySigner(b"1" * 32).public_key(), "x"))
    response = app.test_client().post("/sync/enrol", data=body)
    assert (response.status_code, problem_of(response)) == (403, problems.ENROLMENT_CODE.number)


def test_a_handheld_cannot_write_what_only_the_server_may_say(app: Flask, handheld: Handheld) -> None:
    receipt = handheld.push([handheld.write(DepartureOverridden("r", 2011, "x", "because", "driver"))])
    assert [r.problem.number for r in receipt.refused] == [problems.EVENT_SERVER_ONLY.number]
    assert size(app) == 1
    assert size(app, Quarantined) == 1


def test_a_revoked_device_may_write_no_more_but_its_events_stay(app: Flask, handheld: Handheld) -> None:
    handheld.push([handheld.write(event(handheld))])
    with app.app_context(), transaction():
        operations.revoke_device(handheld.device, reason="lost", by="admin")
    assert handheld.request("GET", "/sync/work").status_code == 401
    assert size(app) == 3
