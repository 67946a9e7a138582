"""Ed25519 keys (RFC 8032) as both sides name and carry them.

A key id is the first 16 hex digits of the SHA-256 of the raw 32-byte public key: short enough for a person to compare.
"""

from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared import problems
from shared.errors import Refused


class Signer(Protocol):
    """Something that holds a private key and signs with it; the key itself never leaves it."""

    def public_key(self) -> bytes:
        """The raw Ed25519 public key, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of ``message``, 64 bytes."""
        ...


class KeySigner:
    """A signer over a private key held in memory: the server's, and the tests'."""

    def __init__(self, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)

    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def key_id(public: bytes) -> str:
    """The short name of a public key."""
    return sha256(public).hexdigest()[:16]


def check_public_key(public: bytes) -> bytes:
    """The key itself, if it is one.

    Raises:
        Refused: ENROLMENT_KEY where it is not a 32-byte Ed25519 public key.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public)
    except ValueError as error:
        raise Refused(problems.ENROLMENT_KEY, value=public.hex()) from error
    return public


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` of ``message`` was made with the private half of ``public``."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_pem(public: bytes) -> bytes:
    """The public key as PEM (SubjectPublicKeyInfo), which ``openssl pkeyutl -pubin`` reads."""
    return Ed25519PublicKey.from_public_bytes(public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
