"""The signature on glass: what it stands under, and when it no longer does.

A signature belongs to the exact content it was given under: the verdict that was shown and the decision on every line. Its
draft carries the hash of that content; when either changes, the signature is void and has to be given again
(电子签名法 art. 13 no. 4: any later change to the content can be detected; here it cannot even be signed).
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from driver_app.journal.ports import BlobRef
from shared.custody.events import LineOutcome, Signatory
from shared.custody.signing import MEANING
from shared.sync import Lane
from shared.work import Line

STROKES_TYPE = "application/json"
PICTURE_TYPE = "image/png"
PNG = b"\x89PNG\r\n\x1a\n"
"""The first bytes of every PNG (ISO/IEC 15948 §5.2)."""


class ReceiverDraft(msgspec.Struct, frozen=True):
    """What was typed about a signatory so far."""

    name: str = ""
    role: str = ""
    staff_number: str = ""


class Given(msgspec.Struct, frozen=True):
    """A signature that was given, and how large its two blobs are."""

    signatory: Signatory
    strokes_size: int
    picture_size: int

    def blobs(self) -> tuple[BlobRef, BlobRef]:
        """Its blobs, as the event names them."""
        return (
            BlobRef(self.signatory.strokes, self.strokes_size, STROKES_TYPE, Lane.OUTCOME),
            BlobRef(self.signatory.picture, self.picture_size, PICTURE_TYPE, Lane.OUTCOME),
        )


class SignatureDraft(msgspec.Struct, frozen=True):
    """The signatures given under one content, by position."""

    content: str
    given: tuple[Given | None, ...]


def decisions_key(stop_id: str) -> str:
    """Key of the draft that holds a stop's decisions."""
    return f"stop.{stop_id}.decisions"


def signatures_key(stop_id: str) -> str:
    """Key of the draft that holds the signatures given at a stop."""
    return f"stop.{stop_id}.signatures"


def receiver_key(stop_id: str, position: int) -> str:
    """Key of the draft that holds what was typed about a signatory."""
    return f"stop.{stop_id}.receiver.{position}"


def drafts_of(stop_id: str) -> tuple[str, ...]:
    """The keys of all drafts that end with a stop."""
    receivers = tuple(receiver_key(stop_id, position) for position in range(len(MEANING)))
    return (decisions_key(stop_id), signatures_key(stop_id), *receivers)


VOID = ""
"""The content of a draft whose signatures no longer stand."""


def content_of(shown: str, outcomes: Sequence[LineOutcome]) -> str:
    """The hash (hex) of what a signature stands under: the verdict shown (its record) and every line's decision."""
    return sha256(msgspec.json.encode((shown, tuple(outcomes)))).hexdigest()


def strokes_json(strokes: Sequence[Sequence[tuple[float, float]]]) -> bytes:
    """The strokes as they are kept: lists of ``[x, y]`` in 0 … 1 of the pad, to four decimals. Nothing else is in it, so the
    same strokes always have the same hash, whoever brings them again."""
    return msgspec.json.encode([[[round(x, 4), round(y, 4)] for x, y in stroke] for stroke in strokes])


def controlled(lines: Sequence[Line]) -> list[Line]:
    """The lines that two people check and sign for (麻精药品)."""
    return [line for line in lines if line.product.controlled]
