"""The chain: every event of a device names the hash of the one before it, so none can be dropped, moved or replaced.

A :class:`Record` is the payload of an event envelope: who saw it, where it stands in the device's chain, what time it was
by every clock at hand, and the event itself.
"""

from datetime import datetime
from hashlib import sha256

import msgspec

from shared import problems
from shared.custody.envelope import EVENT_TYPE, Envelope, open_envelope, seal
from shared.custody.events import AnyEvent, decode_event
from shared.errors import UNDECODABLE, Refused
from shared.keys import Signer

GENESIS = sha256(b"").hexdigest()
"""What the first event of a device names as its predecessor: the hash of nothing."""


class Record(msgspec.Struct, frozen=True):
    """One link of a device's chain."""

    v: int
    """Form of this record; 1."""
    device: str
    seq: int
    """1, 2, 3 … per device."""
    prev: str
    """SHA-256 (hex) of the previous payload."""
    at: datetime
    """The device's wall clock, UTC."""
    mono: int
    """The device's monotonic clock, ms; restarts with the device."""
    offset: int | None
    """Server clock minus device clock as last measured, ms; ``None`` if never."""
    app: str
    """Version of the program that wrote it."""
    actor: str
    """Who was signed in: a user id."""
    event: msgspec.Raw

    def decoded(self) -> AnyEvent:
        """The event as a value; of a type that this version does not know, an :class:`UnknownEvent`."""
        return decode_event(bytes(self.event))


class ChainState(msgspec.Struct, frozen=True):
    """Where a device's chain stands: the last sequence number and the hash of its payload."""

    device: str
    seq: int = 0
    head: str = GENESIS


def write_record(
    state: ChainState,
    event: AnyEvent,
    signer: Signer,
    *,
    at: datetime,
    mono: int,
    offset: int | None,
    app: str,
    actor: str,
) -> tuple[Envelope, ChainState]:
    """Serialise, sign and chain an event: the only place where event bytes come into being."""
    record = Record(
        1,
        state.device,
        state.seq + 1,
        state.head,
        at,
        mono,
        offset,
        app,
        actor,
        msgspec.Raw(msgspec.json.encode(event)),
    )
    envelope = seal(msgspec.json.encode(record), EVENT_TYPE, signer)
    return envelope, ChainState(state.device, record.seq, envelope.sha256)


def parse_record(payload: bytes) -> Record:
    """The record in an event payload.

    Raises:
        Refused: ENVELOPE_MALFORMED where the bytes are not a record of a form known here.
    """
    try:
        record = msgspec.json.decode(payload, type=Record)
    except UNDECODABLE as error:
        raise Refused(problems.ENVELOPE_MALFORMED, value=payload[:40].decode("latin-1"), reason=str(error)) from error
    if record.v != 1 or record.at.tzinfo is None:
        raise Refused(problems.ENVELOPE_MALFORMED, value=f"v={record.v}, at={record.at}", reason="unknown form")
    record.decoded()
    return record


def read_record(envelope: Envelope, public: bytes) -> Record:
    """The record of an event envelope whose signature by ``public`` holds.

    Raises:
        Refused: ENVELOPE_MALFORMED, ENVELOPE_KEY or ENVELOPE_SIGNATURE.
    """
    return parse_record(open_envelope(envelope, EVENT_TYPE, public))


def extend(state: ChainState, record: Record, digest: str) -> ChainState:
    """The chain with ``record`` (whose payload hashes to ``digest``) as its next link.

    Raises:
        Refused: DEVICE_MISMATCH, CHAIN_GAP (it is not the next), or CHAIN_BROKEN (it names another predecessor).
    """
    if record.device != state.device:
        raise Refused(problems.DEVICE_MISMATCH, value=record.device, device=state.device)
    if record.seq != state.seq + 1:
        raise Refused(problems.CHAIN_GAP, device=state.device, expected=state.seq + 1, value=record.seq)
    if record.prev != state.head:
        raise Refused(
            problems.CHAIN_BROKEN, device=state.device, seq=record.seq, value=record.prev, expected=state.head
        )
    return ChainState(state.device, record.seq, digest)
