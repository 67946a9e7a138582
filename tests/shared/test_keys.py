"""Ed25519 as both sides name and carry it."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.keys import KeySigner, check_public_key, key_id, public_pem, verify
from tests.shared.refusing import MODERATE, refusal

VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
"""Secret key, public key, message, signature: RFC 8032 §7.1, tests 1 to 3."""
SIGNER = KeySigner(b"k" * 32)
PUBLIC = SIGNER.public_key()


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_come_out(secret: str, public: str, message: str, signature: str) -> None:
    signer = KeySigner(bytes.fromhex(secret))
    assert (signer.public_key().hex(), signer.sign(bytes.fromhex(message)).hex()) == (public, signature)


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_signatures_of_rfc_8032_hold(secret: str, public: str, message: str, signature: str) -> None:
    assert verify(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@MODERATE
@given(st.binary(max_size=100), st.integers(0, 511))
def test_a_signature_with_any_one_bit_changed_does_not_hold(message: bytes, bit: int) -> None:
    signature = bytearray(SIGNER.sign(message))
    signature[bit // 8] ^= 1 << bit % 8
    assert not verify(PUBLIC, message, bytes(signature))


@MODERATE
@given(st.binary(max_size=100), st.binary(max_size=100))
def test_a_signature_holds_for_its_message_only(message: bytes, other: bytes) -> None:
    assert verify(PUBLIC, other, SIGNER.sign(message)) is (message == other)


def test_a_signature_does_not_hold_under_another_key() -> None:
    assert not verify(KeySigner(b"o" * 32).public_key(), b"m", SIGNER.sign(b"m"))


@pytest.mark.parametrize("signature", [b"", b"\x00" * 63, b"\x00" * 64, b"\x00" * 65])
def test_what_is_no_signature_does_not_hold(signature: bytes) -> None:
    assert not verify(PUBLIC, b"m", signature)


@pytest.mark.parametrize("public", [b"", b"k" * 31, b"k" * 33])
def test_what_is_no_key_verifies_nothing_and_is_refused(public: bytes) -> None:
    assert not verify(public, b"m", SIGNER.sign(b"m"))
    with refusal(problems.ENROLMENT_KEY, value=public.hex()):
        check_public_key(public)


def test_a_key_is_given_back_as_it_is() -> None:
    assert check_public_key(PUBLIC) == PUBLIC


def test_a_key_is_named_by_the_beginning_of_its_hash() -> None:
    assert key_id(PUBLIC) == sha256(PUBLIC).hexdigest()[:16]


def test_openssl_reads_the_public_key(tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(public_pem(PUBLIC))
    command = ["openssl", "pkey", "-pubin", "-in", str(pem), "-outform", "DER"]
    der = subprocess.run(command, capture_output=True, timeout=30, check=True).stdout
    assert der[-32:] == PUBLIC
