"""The wire: what each message allows the handheld to believe, and what it must not."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems, sync
from shared.custody.envelope import EVENT_TYPE, RECEIPT_TYPE, WORK_TYPE, Envelope, seal
from shared.errors import Problem, Refused
from shared.keys import KeySigner
from shared.sync import Accepted, BlobReceipt, Lane, NotAccepted, Receipt, open_receipt, open_work
from shared.work import Work
from tests.shared import story as s
from tests.shared.refusing import MODERATE, refusal
from tests.shared.story import MORNING

SERVER = KeySigner(b"s" * 32)
KEY = SERVER.public_key()
HANDHELD = KeySigner(b"h" * 32)
DEVICE, NONCE = "H1", "nonce-0001"
RECEIPT = Receipt(
    DEVICE,
    NONCE,
    (Accepted(1, "a" * 64, 40),),
    (NotAccepted("b" * 64, Problem(2005, {"device": "H1", "expected": "2", "value": "3"})),),
    2,
    MORNING,
)
BLOB = BlobReceipt(DEVICE, NONCE, "c" * 64, 1000, MORNING)
WORK = Work(DEVICE, MORNING, s.route(), (), published="f" * 64)


def receipt(value: object = RECEIPT, kind: str = RECEIPT_TYPE, signer: KeySigner = SERVER) -> bytes:
    return seal(msgspec.json.encode(value), kind, signer).encode()


RAW = receipt()


def opened(raw: bytes, device: str = DEVICE, nonce: str = NONCE) -> sync.AnyReceipt:
    return open_receipt(raw, KEY, device=device, nonce=nonce)


# receipts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [RECEIPT, BLOB], ids=["events", "blob"])
def test_a_receipt_signed_by_the_server_for_this_request_is_believed(value: sync.AnyReceipt) -> None:
    assert opened(receipt(value)) == value


CAPTIVE = [
    b"<!DOCTYPE html><html><body>Welcome to Airport WiFi</body></html>",
    b"",
    b"OK",
    b"{}",
    b'{"accepted":[]}',
    b"null",
    b"[]",
    b'{"success":true}',
    b"\xff\xfe\x00\x00",
    b'{"payload":"\xff"}',
    b"[" * 100_000,
    b'{"payload":' + b"[" * 100_000,
    msgspec.json.encode(RECEIPT),
]


@pytest.mark.parametrize("raw", CAPTIVE, ids=range(len(CAPTIVE)))
def test_an_answer_that_is_not_our_receipt_is_a_captive_portals_whatever_its_status(raw: bytes) -> None:
    with refusal(problems.SYNC_NOT_OURS):
        opened(raw)


@pytest.mark.parametrize("size", [*range(0, len(RAW), 25), len(RAW) - 1])
def test_a_truncated_receipt_is_none(size: int) -> None:
    with refusal(problems.SYNC_NOT_OURS):
        opened(RAW[:size])


def test_a_receipt_signed_by_somebody_else_is_forged() -> None:
    with refusal(problems.SYNC_RECEIPT_FORGED):
        opened(receipt(signer=HANDHELD))


def test_a_receipt_changed_on_the_way_is_forged() -> None:
    envelope = msgspec.json.decode(RAW, type=Envelope)
    changed = Envelope(envelope.payload.replace(b'"index":40', b'"index":41'), RECEIPT_TYPE, envelope.signatures)
    with refusal(problems.SYNC_RECEIPT_FORGED):
        opened(changed.encode())


def test_a_receipt_for_another_device_is_forged() -> None:
    with refusal(problems.SYNC_RECEIPT_FORGED, value=f"{DEVICE} {NONCE}"):
        opened(RAW, device="H2")


def test_a_receipt_for_another_request_is_forged() -> None:
    with refusal(problems.SYNC_RECEIPT_FORGED, value=f"{DEVICE} {NONCE}"):
        opened(RAW, nonce="nonce-0002")


@pytest.mark.parametrize("kind", [EVENT_TYPE, WORK_TYPE, "application/json"])
def test_something_else_that_the_server_signed_is_no_receipt(kind: str) -> None:
    with refusal(problems.SYNC_RECEIPT_FORGED):
        opened(receipt(kind=kind))


@pytest.mark.parametrize("value", [{}, {"kind": "party"}, {"kind": "events", "device": DEVICE}, "text", None])
def test_a_signed_receipt_that_says_nothing_we_know_is_not_ours(value: object) -> None:
    with refusal(problems.SYNC_NOT_OURS):
        opened(receipt(value))


@pytest.mark.parametrize("position", range(0, len(RAW), 3))
def test_a_receipt_with_any_one_byte_changed_is_not_believed(position: int) -> None:
    changed = bytearray(RAW)
    changed[position] ^= 0x01
    with pytest.raises(Refused):
        opened(bytes(changed))


# work --------------------------------------------------------------------------------------------------------------------


def work(value: object = WORK, kind: str = WORK_TYPE, signer: KeySigner = SERVER) -> bytes:
    return receipt(value, kind, signer)


@pytest.mark.parametrize("value", [WORK, Work(DEVICE, MORNING, None, ())], ids=["a route", "a day off"])
def test_work_signed_by_the_server_for_this_handheld_is_taken(value: Work) -> None:
    assert open_work(work(value), KEY, device=DEVICE) == value


@pytest.mark.parametrize("raw", [CAPTIVE[0], work()[:200], work({"device": DEVICE})], ids=["portal", "cut", "half"])
def test_an_answer_that_is_no_work_is_not_taken(raw: bytes) -> None:
    with refusal(problems.SYNC_NOT_OURS):
        open_work(raw, KEY, device=DEVICE)


@pytest.mark.parametrize(
    "raw", [work(signer=HANDHELD), work(kind=RECEIPT_TYPE)], ids=["signed by somebody else", "a receipt's type"]
)
def test_work_that_the_server_did_not_sign_as_work_is_forged(raw: bytes) -> None:
    with refusal(problems.SYNC_RECEIPT_FORGED):
        open_work(raw, KEY, device=DEVICE)


def test_work_of_another_handheld_is_not_taken() -> None:
    with refusal(problems.SYNC_RECEIPT_FORGED, value=DEVICE):
        open_work(work(), KEY, device="H2")


# requests ----------------------------------------------------------------------------------------------------------------

REQUEST: dict[str, Any] = {
    "method": "POST",
    "path": "/sync/events?x=1",
    "body": b"body",
    "device": DEVICE,
    "time": "2026-11-22T00:00:00.000Z",
    "nonce": NONCE,
}
HEADERS = sync.request_headers(
    HANDHELD, method="POST", path="/sync/events?x=1", body=b"body", device=DEVICE, at=MORNING, nonce=NONCE
)


def holds(signature: str = HEADERS[sync.HEADER_SIGNATURE], key: bytes = HANDHELD.public_key(), **changes: Any) -> bool:
    return sync.request_is_signed(key, signature=signature, **{**REQUEST, **changes})


def test_a_request_carries_its_device_time_nonce_and_signature() -> None:
    assert {name: value for name, value in HEADERS.items() if name != sync.HEADER_SIGNATURE} == {
        sync.HEADER_DEVICE: DEVICE,
        sync.HEADER_TIME: "2026-11-22T00:00:00.000Z",
        sync.HEADER_NONCE: NONCE,
    }


def test_a_request_as_it_was_signed_holds() -> None:
    assert holds()
    assert holds(method="post")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", "PUT"),
        ("path", "/sync/events"),
        ("path", "/sync/events?x=2"),
        ("body", b"bodY"),
        ("body", b""),
        ("device", "H2"),
        ("time", "2026-11-22T00:00:00.001Z"),
        ("nonce", "nonce-0002"),
    ],
)
def test_a_request_changed_in_any_field_does_not_hold(field: str, value: Any) -> None:
    assert not holds(**{field: value})


@pytest.mark.parametrize("signature", ["", "00", "zz" * 64, "0" * 128, HEADERS[sync.HEADER_SIGNATURE][:-2]])
def test_what_is_no_signature_of_the_request_does_not_hold(signature: str) -> None:
    assert not holds(signature)


def test_a_request_signed_with_another_key_does_not_hold() -> None:
    assert not holds(key=KEY)


LINE = st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20)
FIELDS = st.tuples(LINE, LINE, st.binary(max_size=20), LINE, LINE, LINE)


@MODERATE
@given(FIELDS, FIELDS)
def test_no_two_requests_share_their_signed_bytes(
    one: tuple[str, str, bytes, str, str, str], other: tuple[str, str, bytes, str, str, str]
) -> None:
    same = (one[0].upper(), *one[1:]) == (other[0].upper(), *other[1:])
    assert (sync.canonical_request(*one) == sync.canonical_request(*other)) is same


# messages ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        sync.Enrol("CODE", KEY, "HH-01"),
        sync.Enrolled(DEVICE, "京东方", "handover.test/ledger", KEY, MORNING),
        sync.Push(DEVICE, NONCE, (seal(b"{}", EVENT_TYPE, HANDHELD),)),
        RECEIPT,
        BLOB,
        sync.BlobStatus("c" * 64, 500, False),
        sync.SealRequest(DEVICE, (1, 2, 3)),
        sync.Seals((sync.Seal(1, "proof"),)),
        sync.Refusal(Problem(4001, {"value": "x"}), MORNING),
        sync.Refusal(Problem(4001, {"value": "x"})),
        WORK,
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_reads_back_as_it_was_sent(message: msgspec.Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(message), type=type(message)) == message


def test_alarms_and_outcomes_leave_first_and_photos_last() -> None:
    assert list(Lane) == [Lane.OUTCOME, Lane.POSITION, Lane.READING, Lane.PHOTO]
