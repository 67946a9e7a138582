"""C2SP signed note, checkpoint and tlog-proof: how the ledger says "this is all there is, in this order".

Forms: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof@v1. A proof is one small text file that anyone
can check offline against the ledger's name and public key.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from shared import problems
from shared.errors import Refused
from shared.keys import Signer, verify
from shared.merkle import verify_inclusion

_ED25519 = b"\x01"
_PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_DASH = "— "


class Checkpoint(msgspec.Struct, frozen=True):
    """The ledger's name, its size, and its root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed: three lines, each ended by a newline (c2sp.org/tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def note_key_id(name: str, public: bytes) -> bytes:
    """The four bytes that name a key in a signed note (c2sp.org/signed-note)."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """The checkpoint as a signed note; the key's name is the origin."""
    body = checkpoint.body()
    signature = note_key_id(checkpoint.origin, signer.public_key()) + signer.sign(body.encode())
    return f"{body}\n{_DASH}{checkpoint.origin} {b64encode(signature).decode()}\n"


def open_checkpoint(note: str, origin: str, public: bytes) -> Checkpoint:
    """A checkpoint whose signature by ``origin``'s key holds. Signatures by others (witnesses) are skipped.

    Raises:
        Refused: CHECKPOINT_INVALID, saying what does not hold.
    """
    if any(ord(c) < 0x20 and c != "\n" for c in note):
        raise _invalid(note, "control characters")
    body, found, signatures = note.rpartition("\n\n")
    if not found or not signatures.endswith("\n"):
        raise _invalid(note, "not a signed note")
    body += "\n"
    if not _is_signed(body, signatures, origin, public):
        raise _invalid(note, f"no valid signature by {origin}")
    lines = body.removesuffix("\n").split("\n")
    if lines[0] != origin:
        raise _invalid(note, f"the origin is not {origin}")
    if len(lines) < 3 or not all(lines):
        raise _invalid(note, "not three lines, or an empty one among them")
    size, root = _number(lines[1]), _unbase64(lines[2])
    if size is None or root is None or len(root) != 32:
        raise _invalid(note, "malformed size or root")
    return Checkpoint(origin, size, root)


def _is_signed(body: str, signatures: str, origin: str, public: bytes) -> bool:
    """Every line must be a signature line, whoever it is by: what follows ours is part of the note as well."""
    expected = note_key_id(origin, public)
    ours: list[bytes] = []
    for line in signatures.removesuffix("\n").split("\n"):
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        blob = _unbase64(encoded)
        if not line.startswith(_DASH) or not name or blob is None or len(blob) < 5:
            return False
        if name == origin and blob[:4] == expected:
            ours.append(blob[4:])
    return bool(ours) and all(verify(public, body.encode(), signature) for signature in ours)


class TlogProof(msgspec.Struct, frozen=True):
    """Where an entry stands in the ledger, and the hashes that prove it (c2sp.org/tlog-proof@v1)."""

    index: int
    hashes: tuple[bytes, ...]
    note: str
    """The signed checkpoint."""

    def text(self) -> str:
        """The content of a ``.tlog-proof`` file."""
        lines = [_PROOF_HEADER, f"index {self.index}", *(b64encode(h).decode() for h in self.hashes)]
        return "\n".join(lines) + "\n\n" + self.note

    def verify(self, leaf: bytes, origin: str, public: bytes) -> Checkpoint:
        """The checkpoint, if its signature holds and ``leaf`` is entry ``index`` of it.

        Raises:
            Refused: CHECKPOINT_INVALID or INCLUSION_INVALID.
        """
        checkpoint = open_checkpoint(self.note, origin, public)
        if not verify_inclusion(self.index, checkpoint.size, leaf, self.hashes, checkpoint.root):
            raise Refused(problems.INCLUSION_INVALID, value=self.index, reason=f"size {checkpoint.size}")
        return checkpoint


def make_proof(index: int, hashes: Sequence[bytes], note: str) -> TlogProof:
    """A proof from its parts."""
    return TlogProof(index, tuple(hashes), note)


def parse_proof(text: str) -> TlogProof:
    """A ``.tlog-proof`` file.

    Raises:
        Refused: INCLUSION_INVALID where it is not one.
    """
    head, found, note = text.partition("\n\n")
    lines = head.split("\n")
    if not found or len(lines) < 2 or lines[0] != _PROOF_HEADER:
        raise Refused(problems.INCLUSION_INVALID, value="?", reason="not a tlog-proof")
    rest = lines[2:] if lines[1].startswith("extra ") else lines[1:]
    index = _number(rest[0].removeprefix("index ")) if rest and rest[0].startswith("index ") else None
    if index is None:
        raise Refused(problems.INCLUSION_INVALID, value="?", reason="no index")
    hashes = [h for h in map(_unbase64, rest[1:]) if h is not None and len(h) == 32]
    if len(hashes) != len(rest) - 1:
        raise Refused(problems.INCLUSION_INVALID, value=index, reason="malformed hash")
    return TlogProof(index, tuple(hashes), note)


_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


def _number(text: str) -> int | None:
    """A number in its one decimal spelling, of at most 19 digits: no ledger is larger."""
    return int(text) if _NUMBER.fullmatch(text) else None


def _unbase64(text: str) -> bytes | None:
    """The bytes, or ``None`` unless ``text`` is exactly their canonical base64: one reading, one text."""
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if b64encode(raw).decode() == text else None


def _invalid(note: str, reason: str) -> Refused:
    return Refused(problems.CHECKPOINT_INVALID, value=note.split("\n", 1)[0], reason=reason)
