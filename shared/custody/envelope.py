"""Envelopes: bytes that were signed, kept exactly as they were signed.

An event is serialised once, on the device that saw it. Those bytes are hashed, signed and kept for ever; nobody ever signs
or compares a re-serialisation. The form is DSSE (Dead Simple Signing Envelope, v1) with Ed25519.
"""

from hashlib import sha256

import msgspec

from shared import problems
from shared.errors import UNDECODABLE, Refused
from shared.keys import Signer, key_id, verify

EVENT_TYPE = "application/vnd.handover.event+json"
RECEIPT_TYPE = "application/vnd.handover.receipt+json"
WORK_TYPE = "application/vnd.handover.work+json"


class Signature(msgspec.Struct, frozen=True):
    """One signature: the short name of its key, and 64 bytes."""

    keyid: str
    sig: bytes


class Envelope(msgspec.Struct, frozen=True, rename={"payload_type": "payloadType"}, forbid_unknown_fields=True):
    """A DSSE envelope. ``payload`` is base64 on the wire, exact bytes here."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    @property
    def sha256(self) -> str:
        """The hash (hex) of the payload: the name of the event everywhere."""
        return sha256(self.payload).hexdigest()

    def encode(self) -> bytes:
        """The one serialisation of this envelope: what the ledger hashes into its tree."""
        return msgspec.json.encode(self)


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: ``DSSEv1 <len> <type> <len> <payload>`` (DSSE protocol, PAE)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, payload_type: str, signer: Signer) -> Envelope:
    """Sign ``payload`` as it is."""
    signature = signer.sign(pre_authentication_encoding(payload_type, payload))
    return Envelope(payload, payload_type, (Signature(key_id(signer.public_key()), signature),))


def open_envelope(envelope: Envelope, payload_type: str, public: bytes) -> bytes:
    """The payload, if it is of ``payload_type`` and signed by ``public``, by exactly one signature.

    Raises:
        Refused: ENVELOPE_MALFORMED, ENVELOPE_KEY or ENVELOPE_SIGNATURE.
    """
    if envelope.payload_type != payload_type:
        raise Refused(problems.ENVELOPE_MALFORMED, value=envelope.payload_type, reason=f"expected {payload_type}")
    if len(envelope.signatures) != 1:
        raise Refused(
            problems.ENVELOPE_MALFORMED, value=envelope.sha256, reason=f"{len(envelope.signatures)} signatures"
        )
    signature = envelope.signatures[0]
    if signature.keyid != key_id(public):
        raise Refused(problems.ENVELOPE_KEY, value=signature.keyid)
    if not verify(public, pre_authentication_encoding(payload_type, envelope.payload), signature.sig):
        raise Refused(problems.ENVELOPE_SIGNATURE, value=envelope.sha256)
    return envelope.payload


def decode_envelope(raw: bytes) -> Envelope:
    """An envelope from its one serialisation; any other spelling of the same content is refused.

    Raises:
        Refused: ENVELOPE_MALFORMED.
    """
    try:
        envelope = msgspec.json.decode(raw, type=Envelope)
    except UNDECODABLE as error:
        raise Refused(problems.ENVELOPE_MALFORMED, value=raw[:40].decode("latin-1"), reason=str(error)) from error
    if envelope.encode() != raw:
        raise Refused(problems.ENVELOPE_MALFORMED, value=envelope.sha256, reason="not canonical")
    return envelope
