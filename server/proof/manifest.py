"""What a bundle consists of: names of its files, and the manifest that the server signs.

The signature is detached (``manifest.sig``, 64 bytes, Ed25519) over the DSSE pre-authentication encoding of
``manifest.json`` with payload type :data:`BUNDLE_TYPE`, so that it can be checked with ``openssl`` and a text editor.
"""

import re
from hashlib import sha256

import msgspec

from shared import problems
from shared.custody.envelope import pre_authentication_encoding
from shared.errors import UNDECODABLE, Refused
from shared.keys import Signer, verify

BUNDLE_TYPE = "application/vnd.handover.bundle+json"
FORM = 1
"""Version of the form of bundles written here."""

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
SERVER_KEY = "keys/server.pub"
CHECKPOINT = "checkpoint"
PDF = {"zh": "proof.zh.pdf", "en": "proof.en.pdf"}
EPCIS = "epcis.jsonld"
README = "README.txt"
REQUIRED = (MANIFEST, SIGNATURE, SERVER_KEY, CHECKPOINT, PDF["zh"], PDF["en"], EPCIS, README)
"""Files that every bundle has, besides its entries, their proofs, device keys and blobs."""

_ENTRY = re.compile(r"entries/(0|[1-9][0-9]{0,17})\.dsse\.json")
_PROOF = re.compile(r"entries/(0|[1-9][0-9]{0,17})\.tlog-proof")
_BLOB = re.compile(r"blobs/([0-9a-f]{64})")
_KEY = re.compile(r"keys/([0-9a-f]{16})\.pem")


def entry_name(index: int) -> str:
    """Where the envelope of a ledger entry is."""
    return f"entries/{index}.dsse.json"


def proof_name(index: int) -> str:
    """Where the inclusion proof of a ledger entry is."""
    return f"entries/{index}.tlog-proof"


def blob_name(digest: str) -> str:
    """Where a blob is."""
    return f"blobs/{digest}"


def key_name(key_id: str) -> str:
    """Where a device's public key is, as PEM."""
    return f"keys/{key_id}.pem"


def entry_index(name: str) -> int | None:
    """The ledger index of an envelope's file, ``None`` for any other file."""
    match = _ENTRY.fullmatch(name)
    return int(match[1]) if match else None


def blob_digest(name: str) -> str | None:
    """The hash in a blob's name, ``None`` for any other file."""
    match = _BLOB.fullmatch(name)
    return match[1] if match else None


def has_place(name: str) -> bool:
    """Whether a bundle may hold a file of this name at all."""
    return name in REQUIRED or any(form.fullmatch(name) for form in (_ENTRY, _PROOF, _BLOB, _KEY))


class BundleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: its name, its size in bytes, the SHA-256 (hex) of its content."""

    name: str
    size: int
    sha256: str


class DeviceKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device whose events are in the bundle, and the fingerprint of its public key."""

    device: str
    fingerprint: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in a bundle but the manifest and its signature."""

    form: int
    proof: str
    """SHA-256 (hex) of the record that concluded the stop."""
    index: int
    """Its place in the ledger."""
    kind: str
    """``HandoverSigned`` or ``StopFailed``."""
    origin: str
    """Name of the ledger."""
    organisation: str
    rehearsal: bool
    size: int
    """Entries under the checkpoint."""
    root: str
    """Root hash (hex) of the checkpoint."""
    server_key: str
    """Fingerprint of the server's key."""
    device_keys: tuple[DeviceKey, ...]
    files: tuple[BundleFile, ...]

    def encode(self) -> bytes:
        """The bytes that are signed: JSON, indented, so that a person can read them."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


def fingerprint(public: bytes) -> str:
    """SHA-256 (hex) of a raw public key: what two people compare, in full."""
    return sha256(public).hexdigest()


def describe(name: str, content: bytes) -> BundleFile:
    """A file as the manifest lists it."""
    return BundleFile(name, len(content), sha256(content).hexdigest())


def decode_manifest(raw: bytes) -> Manifest:
    """A manifest of a form known here, in its one spelling.

    Raises:
        Refused: BUNDLE_UNREADABLE.
    """
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except UNDECODABLE as error:
        raise Refused(problems.BUNDLE_UNREADABLE, value=MANIFEST, reason=str(error)) from error
    if manifest.form != FORM:
        raise Refused(problems.BUNDLE_UNREADABLE, value=MANIFEST, reason=f"form {manifest.form}")
    if manifest.encode() != raw:
        raise Refused(problems.BUNDLE_UNREADABLE, value=MANIFEST, reason="not canonical")
    names = [file.name for file in manifest.files]
    if names != sorted(set(names)) or MANIFEST in names or SIGNATURE in names:
        raise Refused(problems.BUNDLE_UNREADABLE, value=MANIFEST, reason="file list")
    return manifest


def sign_manifest(raw: bytes, signer: Signer) -> bytes:
    """The detached signature of a manifest's bytes."""
    return signer.sign(pre_authentication_encoding(BUNDLE_TYPE, raw))


def manifest_is_signed(raw: bytes, signature: bytes, public: bytes) -> bool:
    """Whether ``signature`` over a manifest's bytes was made with the private half of ``public``."""
    return len(signature) == 64 and verify(public, pre_authentication_encoding(BUNDLE_TYPE, raw), signature)
