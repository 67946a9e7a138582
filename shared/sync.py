"""The wire messages, both directions, and what each allows the handheld to believe.

Believing, in order: an event is **on phone** once the journal has it on disk; **received** once a receipt *signed by the
server's key* names its hash; **sealed** once a signed checkpoint and an inclusion proof place it in the ledger. Nothing
else counts: a 200 that is not our receipt is a failure.

Every request of a handheld is signed over method, path, body hash, time and nonce, so no session or password is on it.
"""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

import msgspec

from shared import problems
from shared.clock import rfc3339
from shared.custody.envelope import RECEIPT_TYPE, WORK_TYPE, Envelope, open_envelope
from shared.errors import UNDECODABLE, Problem, Refused
from shared.geo import Position
from shared.keys import Signer, verify
from shared.work import Work

MAX_BATCH = 200
"""Envelopes in one push."""
MAX_BLOB = 20 * 1024 * 1024
"""Bytes of one blob."""
CHUNK = 256 * 1024
"""Bytes of a blob sent at a time; an upload goes on where it stopped."""
TOLERANCE = 900
"""Seconds (s) a request's time may lie from the server's. Wide, because handheld clocks are wrong; replay is stopped by the
nonce. A clock beyond it is told the server's time and tries again with the corrected one."""

HEADER_DEVICE = "Handover-Device"
HEADER_TIME = "Handover-Time"
HEADER_NONCE = "Handover-Nonce"
HEADER_SIGNATURE = "Handover-Signature"


class Lane(StrEnum):
    """The order in which things leave the phone: alarms and outcomes, then newest positions, readings, then photos."""

    OUTCOME = "outcome"
    POSITION = "position"
    READING = "reading"
    PHOTO = "photo"


class Enrol(msgspec.Struct, frozen=True):
    """Handheld → server: the one-time code from the QR, and the handheld's new public key (32 bytes)."""

    code: str
    public_key: bytes
    name: str
    """What the person at the desk calls the handheld, such as its label number."""


class Enrolled(msgspec.Struct, frozen=True):
    """Server → handheld: its id, and whom to believe."""

    device: str
    organisation: str
    origin: str
    """Name of the ledger: what its checkpoints are signed as."""
    server_key: bytes
    server_time: datetime


Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
"""A number of things, as every database here holds it."""


class Live(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a route stands this moment, told ahead of the chain: for the dispatcher's eye, never evidence, never kept long.

    ``at`` is the handheld's clock when the position was heard, as in :class:`shared.custody.events.PositionsSealed`. ``seq``:
    the last event in the handheld's journal, so that the server knows by how many events its record is behind. ``alarms``:
    loggers whose alarm nobody has acknowledged. ``concluded``: stops that were signed for, or failed.
    """

    route_id: Annotated[str, msgspec.Meta(max_length=40)]
    at: datetime
    position: Position
    seq: Count
    alarms: Count = 0
    concluded: Count = 0


class Push(msgspec.Struct, frozen=True, omit_defaults=True):
    """Handheld → server: the next links of its chain, in order; or, with no links at all, how it stands (``live``), before a
    long queue is through."""

    device: str
    nonce: str
    envelopes: tuple[Envelope, ...]
    live: Live | None = None


class Accepted(msgspec.Struct, frozen=True):
    """One event is in the ledger at ``index``, durably."""

    seq: int
    sha256: str
    index: int


class NotAccepted(msgspec.Struct, frozen=True):
    """One event is not in the ledger, and why. It is kept on the phone, and a conflict is kept on the server too."""

    sha256: str
    problem: Problem


class Receipt(msgspec.Struct, frozen=True, tag_field="kind", tag="events"):
    """Server → handheld, signed: what it has. ``next_seq`` is what it expects next of this device."""

    device: str
    nonce: str
    accepted: tuple[Accepted, ...]
    refused: tuple[NotAccepted, ...]
    next_seq: int
    server_time: datetime


class BlobReceipt(msgspec.Struct, frozen=True, tag_field="kind", tag="blob"):
    """Server → handheld, signed: it has all bytes of this blob, durably, and they hash to its name."""

    device: str
    nonce: str
    sha256: str
    size: int
    server_time: datetime


class BlobStatus(msgspec.Struct, frozen=True):
    """Server → handheld: how many bytes of a blob are there already; ``complete`` once a receipt can be had."""

    sha256: str
    have: int
    complete: bool


class SealRequest(msgspec.Struct, frozen=True):
    """Handheld → server: which of my received events are sealed?"""

    device: str
    indexes: tuple[int, ...]


class Seal(msgspec.Struct, frozen=True):
    """The tlog-proof (text) of one entry."""

    index: int
    proof: str


class Seals(msgspec.Struct, frozen=True):
    """Server → handheld: proofs of what is sealed; what is missing is not sealed yet."""

    seals: tuple[Seal, ...]


class Refusal(msgspec.Struct, frozen=True):
    """Server → handheld: the request as a whole was refused. ``server_time`` helps a wrong clock."""

    problem: Problem
    server_time: datetime | None = None


AnyReceipt = Receipt | BlobReceipt


def canonical_request(method: str, path: str, body: bytes, device: str, time: str, nonce: str) -> bytes:
    """The bytes a request is signed over. ``path`` includes the query string; ``time`` is RFC 3339."""
    lines = ["handover-request-v1", method.upper(), path, sha256(body).hexdigest(), device, time, nonce]
    return "\n".join(lines).encode()


def request_headers(
    signer: Signer, *, method: str, path: str, body: bytes, device: str, at: datetime, nonce: str
) -> dict[str, str]:
    """The headers that prove a request to come from ``device``."""
    time = rfc3339(at)
    signature = signer.sign(canonical_request(method, path, body, device, time, nonce))
    return {HEADER_DEVICE: device, HEADER_TIME: time, HEADER_NONCE: nonce, HEADER_SIGNATURE: signature.hex()}


def request_is_signed(
    public: bytes, *, method: str, path: str, body: bytes, device: str, time: str, nonce: str, signature: str
) -> bool:
    """Whether the headers of a request were made with the private half of ``public``."""
    try:
        raw = bytes.fromhex(signature)
    except ValueError:
        return False
    return verify(public, canonical_request(method, path, body, device, time, nonce), raw)


def _open(raw: bytes, payload_type: str, server_key: bytes) -> bytes:
    try:
        envelope = msgspec.json.decode(raw, type=Envelope)
    except UNDECODABLE as error:
        raise Refused(problems.SYNC_NOT_OURS, value=raw[:60].decode("utf-8", "replace")) from error
    try:
        return open_envelope(envelope, payload_type, server_key)
    except Refused as refused:
        raise Refused(problems.SYNC_RECEIPT_FORGED, value=refused.problem.text("en")) from refused


def open_receipt(raw: bytes, server_key: bytes, *, device: str, nonce: str) -> AnyReceipt:
    """A receipt the handheld may believe: signed by the server it enrolled with, for this device and this request.

    Raises:
        Refused: SYNC_NOT_OURS for anything that is not a receipt at all, SYNC_RECEIPT_FORGED for one that does not hold.
    """
    payload = _open(raw, RECEIPT_TYPE, server_key)
    try:
        receipt: AnyReceipt = msgspec.json.decode(payload, type=AnyReceipt)
    except UNDECODABLE as error:
        raise Refused(problems.SYNC_NOT_OURS, value=str(error)) from error
    if receipt.device != device or receipt.nonce != nonce:
        raise Refused(problems.SYNC_RECEIPT_FORGED, value=f"{receipt.device} {receipt.nonce}")
    return receipt


def open_work(raw: bytes, server_key: bytes, *, device: str) -> Work:
    """The work of this handheld, if the server signed it.

    Raises:
        Refused: SYNC_NOT_OURS or SYNC_RECEIPT_FORGED.
    """
    payload = _open(raw, WORK_TYPE, server_key)
    try:
        work = msgspec.json.decode(payload, type=Work)
    except UNDECODABLE as error:
        raise Refused(problems.SYNC_NOT_OURS, value=str(error)) from error
    if work.device != device:
        raise Refused(problems.SYNC_RECEIPT_FORGED, value=work.device)
    return work
