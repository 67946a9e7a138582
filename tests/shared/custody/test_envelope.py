"""Envelopes: bytes that were signed, kept exactly as they were signed."""

import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.custody.envelope import (
    EVENT_TYPE,
    RECEIPT_TYPE,
    Envelope,
    Signature,
    decode_envelope,
    open_envelope,
    pre_authentication_encoding,
    seal,
)
from shared.errors import Refused
from shared.keys import KeySigner, key_id, public_pem
from tests.shared.refusing import MODERATE, refusal

SIGNER = KeySigner(b"e" * 32)
PUBLIC = SIGNER.public_key()
OTHER = KeySigner(b"o" * 32)
PAYLOAD = '{"seq":1,"what":"交接"}'.encode()
ENVELOPE = seal(PAYLOAD, EVENT_TYPE, SIGNER)
RAW = ENVELOPE.encode()


def test_the_signed_bytes_are_those_of_the_dsse_protocol() -> None:
    # the example of the DSSE v1 protocol document
    assert pre_authentication_encoding("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_lengths_are_counted_in_bytes_and_not_in_characters() -> None:
    assert pre_authentication_encoding("交", "接".encode()) == "DSSEv1 3 交 3 接".encode()


@MODERATE
@given(st.text(max_size=20), st.binary(max_size=20), st.text(max_size=20), st.binary(max_size=20))
def test_no_two_contents_share_their_signed_bytes(kind: str, payload: bytes, other: str, another: bytes) -> None:
    same = (kind, payload) == (other, another)
    assert (pre_authentication_encoding(kind, payload) == pre_authentication_encoding(other, another)) is same


@MODERATE
@given(st.binary(max_size=200))
def test_what_was_sealed_opens_to_exactly_the_same_bytes(payload: bytes) -> None:
    envelope = decode_envelope(seal(payload, EVENT_TYPE, SIGNER).encode())
    assert open_envelope(envelope, EVENT_TYPE, PUBLIC) == payload


def test_an_envelope_is_named_by_the_hash_of_its_payload() -> None:
    assert ENVELOPE.sha256 == sha256(PAYLOAD).hexdigest()


def test_on_the_wire_it_is_a_dsse_envelope() -> None:
    assert msgspec.json.decode(RAW) == {
        "payload": b64encode(PAYLOAD).decode(),
        "payloadType": EVENT_TYPE,
        "signatures": [{"keyid": key_id(PUBLIC), "sig": b64encode(ENVELOPE.signatures[0].sig).decode()}],
    }


@pytest.mark.parametrize("position", range(0, len(RAW), 1))
def test_a_change_of_any_one_byte_is_refused(position: int) -> None:
    for bit in (0x01, 0x20, 0x80):
        changed = RAW[:position] + bytes([RAW[position] ^ bit]) + RAW[position + 1 :]
        with pytest.raises(Refused):
            open_envelope(decode_envelope(changed), EVENT_TYPE, PUBLIC)


@MODERATE
@given(st.integers(0, len(RAW) - 1), st.integers(0, 255))
def test_any_byte_in_any_place_of_another_is_refused(position: int, byte: int) -> None:
    changed = RAW[:position] + bytes([byte]) + RAW[position + 1 :]
    if changed != RAW:
        with pytest.raises(Refused):
            open_envelope(decode_envelope(changed), EVENT_TYPE, PUBLIC)


@pytest.mark.parametrize("size", [*range(0, len(RAW), 9), len(RAW) - 1])
def test_a_truncated_envelope_is_refused(size: int) -> None:
    with refusal(problems.ENVELOPE_MALFORMED):
        decode_envelope(RAW[:size])


@pytest.mark.parametrize(
    "raw",
    [
        b" " + RAW,
        RAW + b"\n",
        RAW.replace(b":", b": "),
        RAW.replace(b"payloadType", b"payload\\u0054ype"),
        msgspec.json.encode(dict(reversed(msgspec.json.decode(RAW).items()))),
        RAW.replace(b"{", b'{"payload":"",', 1),
    ],
    ids=["space before", "newline after", "spaces within", "escaped name", "other order", "payload twice"],
)
def test_another_spelling_of_the_same_envelope_is_refused(raw: bytes) -> None:
    with refusal(problems.ENVELOPE_MALFORMED):
        decode_envelope(raw)


def test_a_field_nobody_knows_is_refused() -> None:
    with refusal(problems.ENVELOPE_MALFORMED):
        decode_envelope(RAW[:-1] + b',"more":1}')


@pytest.mark.parametrize("raw", [b'{"payload":"\xff\xff"}', b'{"payload":' + b"[" * 100_000, b"\x00"])
def test_bytes_that_are_no_json_are_refused(raw: bytes) -> None:
    with refusal(problems.ENVELOPE_MALFORMED):
        decode_envelope(raw)


def test_an_envelope_of_another_type_is_refused() -> None:
    with refusal(problems.ENVELOPE_MALFORMED, value=RECEIPT_TYPE):
        open_envelope(seal(PAYLOAD, RECEIPT_TYPE, SIGNER), EVENT_TYPE, PUBLIC)


def test_a_type_changed_after_signing_does_not_open() -> None:
    with refusal(problems.ENVELOPE_SIGNATURE):
        open_envelope(Envelope(PAYLOAD, RECEIPT_TYPE, ENVELOPE.signatures), RECEIPT_TYPE, PUBLIC)


def test_an_envelope_by_another_key_is_refused() -> None:
    with refusal(problems.ENVELOPE_KEY, value=key_id(OTHER.public_key())):
        open_envelope(seal(PAYLOAD, EVENT_TYPE, OTHER), EVENT_TYPE, PUBLIC)


def test_an_envelope_that_merely_names_the_right_key_is_refused() -> None:
    forged = seal(PAYLOAD, EVENT_TYPE, OTHER).signatures[0].sig
    with refusal(problems.ENVELOPE_SIGNATURE, value=ENVELOPE.sha256):
        open_envelope(Envelope(PAYLOAD, EVENT_TYPE, (Signature(key_id(PUBLIC), forged),)), EVENT_TYPE, PUBLIC)


@pytest.mark.parametrize("count", [0, 2])
def test_an_envelope_carries_exactly_one_signature(count: int) -> None:
    with refusal(problems.ENVELOPE_MALFORMED, reason=f"{count} signatures"):
        open_envelope(Envelope(PAYLOAD, EVENT_TYPE, ENVELOPE.signatures * count), EVENT_TYPE, PUBLIC)


def openssl_verifies(folder: Path, signed: bytes, signature: bytes) -> bool:
    """Whether ``openssl pkeyutl`` alone, in a process of its own, accepts a signature."""
    files = {name: folder / name for name in ("key.pem", "signed", "signature")}
    files["key.pem"].write_bytes(public_pem(PUBLIC))
    files["signed"].write_bytes(signed)
    files["signature"].write_bytes(signature)
    command = f"openssl pkeyutl -verify -pubin -inkey {files['key.pem']} -rawin -in {files['signed']}"
    done = subprocess.run(
        [*command.split(), "-sigfile", str(files["signature"])], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode == 0) is ("Verified Successfully" in done.stdout)
    return done.returncode == 0


def test_openssl_alone_verifies_the_signature_of_an_envelope(tmp_path: Path) -> None:
    signed = pre_authentication_encoding(EVENT_TYPE, PAYLOAD)
    assert openssl_verifies(tmp_path, signed, ENVELOPE.signatures[0].sig)


def test_openssl_alone_refuses_the_signature_of_a_changed_payload(tmp_path: Path) -> None:
    changed = pre_authentication_encoding(EVENT_TYPE, PAYLOAD.replace(b"1", b"2"))
    assert not openssl_verifies(tmp_path, changed, ENVELOPE.signatures[0].sig)
