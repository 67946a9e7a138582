"""A bundle, opened: each check here looks at files and signatures, none yet at what the events say.

Imports `shared` and the forms of a bundle, nothing else: verification runs where there is no server.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from server.proof import manifest as form
from server.proof.manifest import Manifest
from shared import problems
from shared.checkpoint import open_checkpoint, parse_proof
from shared.custody import events as e
from shared.custody.chain import GENESIS, Record, parse_record
from shared.custody.envelope import EVENT_TYPE, Envelope, decode_envelope, open_envelope
from shared.errors import Problem, Refused
from shared.keys import key_id, public_pem
from shared.merkle import leaf_hash, verify_inclusion

SERVER = "server"
"""The name under which the server writes its own chain."""


class Entry(msgspec.Struct, frozen=True):
    """A ledger entry whose envelope could be parsed."""

    index: int
    raw: bytes
    """Its exact bytes: what the ledger hashes."""
    envelope: Envelope
    record: Record
    event: e.AnyEvent
    sha256: str


class Opened(msgspec.Struct, frozen=True):
    """A bundle whose manifest and server key could be read."""

    files: Mapping[str, bytes]
    manifest: Manifest
    server_key: bytes
    entries: tuple[Entry, ...]
    """In ledger order."""


def read_pem(raw: bytes) -> bytes | None:
    """The raw Ed25519 key in a PEM file written the one way :func:`shared.keys.public_pem` writes it, else ``None``."""
    try:
        key = load_pem_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, Ed25519PublicKey):
        return None
    public = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return public if public_pem(public) == raw else None


def check_files(files: Mapping[str, bytes], manifest: Manifest) -> Iterator[Problem]:
    """Every listed file is there, with its size and hash; every file there is listed and has a place in a bundle."""
    listed = {file.name: file for file in manifest.files}
    present = files.keys() - {form.MANIFEST, form.SIGNATURE}
    for name in sorted((set(listed) | set(form.REQUIRED)) - files.keys()):
        yield Refused(problems.BUNDLE_FILE_MISSING, value=name).problem
    for name in sorted(present):
        if name not in listed or not form.has_place(name):
            yield Refused(problems.BUNDLE_FILE_EXTRA, value=name).problem
        elif form.describe(name, files[name]) != listed[name]:
            yield Refused(problems.BUNDLE_FILE_HASH, value=name).problem


def parse_entries(files: Mapping[str, bytes]) -> tuple[tuple[Entry, ...], list[Problem]]:
    """The entries in ledger order, and those that cannot be parsed."""
    entries, wrong = [], []
    indexes = {index: name for name in files if (index := form.entry_index(name)) is not None}
    for index, name in sorted(indexes.items()):
        try:
            envelope = decode_envelope(files[name])
            record = parse_record(envelope.payload)
            entries.append(Entry(index, files[name], envelope, record, record.decoded(), envelope.sha256))
        except Refused as refused:
            wrong.append(_malformed(index, refused))
    return tuple(entries), wrong


def _malformed(index: int, refused: Refused) -> Problem:
    return Refused(
        problems.ENTRY_MALFORMED, value=index, reason=refused.problem.values.get("reason", str(refused))
    ).problem


def check_events(bundle: Opened) -> Iterator[Problem]:
    """Each event is signed by the server, or by the key that the server enrolled for the device it names.

    What only the server decides (enrolments, routes, overrides, recalls) must carry the server's signature.
    """
    keys = _enrolled_keys(bundle)
    for entry in bundle.entries:
        device = entry.record.device
        ours = device == SERVER or type(entry.event) in e.SERVER_ONLY
        public = bundle.server_key if ours else keys.get(device)
        if public is None:
            yield Refused(problems.ENTRY_KEY, value=entry.index, device=device).problem
            continue
        try:
            open_envelope(entry.envelope, EVENT_TYPE, public)
        except Refused as refused:
            yield _event_problem(entry, refused)
    yield from _check_key_files(bundle, keys)


def _event_problem(entry: Entry, refused: Refused) -> Problem:
    if refused.kind is problems.ENVELOPE_KEY:
        return Refused(problems.ENTRY_KEY, value=entry.index, device=entry.record.device).problem
    if refused.kind is problems.ENVELOPE_SIGNATURE:
        return Refused(problems.ENTRY_SIGNATURE, value=entry.index, device=entry.record.device).problem
    return _malformed(entry.index, refused)


def _enrolled_keys(bundle: Opened) -> dict[str, bytes]:
    """Device → public key, by those enrolments whose signature by the server holds."""
    keys: dict[str, bytes] = {}
    for entry in bundle.entries:
        if isinstance(entry.event, e.DeviceEnrolled):
            try:
                open_envelope(entry.envelope, EVENT_TYPE, bundle.server_key)
            except Refused:  # named by the check itself; here it only means that the enrolment binds nothing
                continue
            keys[entry.event.device] = entry.event.public_key
    return keys


def _check_key_files(bundle: Opened, keys: Mapping[str, bytes]) -> Iterator[Problem]:
    """The key files and the manifest name exactly the enrolled keys."""
    expected = {form.key_name(key_id(public)): public for public in keys.values()}
    present = {name for name in bundle.files if name.startswith("keys/") and name != form.SERVER_KEY}
    for name in sorted(expected.keys() | present):
        if name not in expected or bundle.files.get(name) != public_pem(expected[name]):
            yield Refused(problems.EVIDENCE_DIFFERS, value=name, reason="DeviceEnrolled").problem
    named = {key.device: key.fingerprint for key in bundle.manifest.device_keys}
    if named != {device: form.fingerprint(public) for device, public in keys.items()}:
        yield Refused(problems.EVIDENCE_DIFFERS, value="device_keys", reason="DeviceEnrolled").problem


def check_chain(bundle: Opened) -> Iterator[Problem]:
    """Of each device: no number twice, order in the ledger is order in the chain, and neighbours name each other."""
    chains: dict[str, list[Entry]] = {}
    for entry in bundle.entries:
        chains.setdefault(entry.record.device, []).append(entry)
    for chain in chains.values():
        before: Entry | None = None
        for entry in chain:
            reason = _break(before, entry)
            if reason:
                yield Refused(problems.ENTRY_CHAIN, value=entry.index, reason=reason).problem
            before = entry


def _break(before: Entry | None, entry: Entry) -> str:
    seq = entry.record.seq
    if seq == 1:
        return "" if entry.record.prev == GENESIS and before is None else f"1: {entry.record.prev[:16]}"
    if before is None:
        return ""
    if seq <= before.record.seq:
        return f"{before.record.seq} → {seq}"
    if seq == before.record.seq + 1 and entry.record.prev != before.sha256:
        return f"{seq}: {entry.record.prev[:16]} ≠ {before.sha256[:16]}"
    return ""


def check_ledger(bundle: Opened) -> Iterator[Problem]:
    """The checkpoint is the server's, and every entry has a proof that leads to it."""
    manifest = bundle.manifest
    try:
        note = bundle.files.get(form.CHECKPOINT, b"").decode()
        checkpoint = open_checkpoint(note, manifest.origin, bundle.server_key)
    except UnicodeDecodeError:
        yield Refused(problems.CHECKPOINT_INVALID, value=form.CHECKPOINT, reason="UTF-8").problem
        return
    except Refused as refused:
        yield refused.problem
        return
    if (checkpoint.size, checkpoint.root.hex()) != (manifest.size, manifest.root):
        yield Refused(
            problems.CHECKPOINT_INVALID, value=manifest.origin, reason=f"{manifest.size} {manifest.root}"
        ).problem
    for entry in bundle.entries:
        try:
            text = bundle.files.get(form.proof_name(entry.index), b"").decode()
            proof = parse_proof(text)
        except (Refused, UnicodeDecodeError):
            yield _not_included(entry.index, "tlog-proof")
            continue
        if proof.text() != text or proof.note != note:
            yield _not_included(entry.index, "checkpoint")
        elif proof.index != entry.index or not verify_inclusion(
            entry.index, checkpoint.size, leaf_hash(entry.raw), proof.hashes, checkpoint.root
        ):
            yield _not_included(entry.index, f"size {checkpoint.size}")
    entries = {form.entry_name(entry.index) for entry in bundle.entries}
    for name in sorted(bundle.files):
        if name.endswith(".tlog-proof") and name.replace(".tlog-proof", ".dsse.json") not in entries:
            yield Refused(problems.BUNDLE_FILE_EXTRA, value=name).problem


def _not_included(index: int, reason: str) -> Problem:
    return Refused(problems.INCLUSION_INVALID, value=index, reason=reason).problem


def named_blobs(entries: tuple[Entry, ...]) -> dict[str, int | None]:
    """The blobs that events name, with the size (bytes) where they state one."""
    named: dict[str, int | None] = {}
    for entry in entries:
        if isinstance(entry.event, e.PhotoTaken):
            named[entry.event.sha256] = entry.event.size
        elif isinstance(entry.event, e.HandoverSigned):
            for signatory in entry.event.signatories:
                named.setdefault(signatory.strokes, None)
                named.setdefault(signatory.picture, None)
    return named


def check_blobs(bundle: Opened) -> Iterator[Problem]:
    """The blobs are those that events name, no other, and each hashes to its name."""
    named = named_blobs(bundle.entries)
    present = {digest: name for name in bundle.files if (digest := form.blob_digest(name)) is not None}
    for digest in sorted(named.keys() - present.keys()):
        yield Refused(problems.BLOB_MISSING, value=digest).problem
    for digest, name in sorted(present.items()):
        data, size = bundle.files[name], named.get(digest)
        if digest not in named:
            yield Refused(problems.BUNDLE_FILE_EXTRA, value=name).problem
        elif sha256(data).hexdigest() != digest or size not in (None, len(data)):
            yield Refused(problems.EVIDENCE_DIFFERS, value=name, reason=f"sha256, {len(data)} B").problem
