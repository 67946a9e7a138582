"""Whether a journal still holds what was written: hashes, links, numbers, and (given the key) signatures.

The same checks serve the tail at every opening and the whole journal when somebody asks. Damage is always said, never
worked around: a journal that does not hold is evidence of something, and nothing is appended to it.
"""

from collections.abc import Iterable
from hashlib import sha256

from driver_app.journal.ports import BlobEntry, Head, JournalEntry
from shared import problems
from shared.custody.chain import parse_record, read_record
from shared.custody.envelope import decode_envelope
from shared.errors import Refused

TAIL = 32
"""Events checked at every opening: more than fit into one torn write, few enough to be instant."""


def damaged(seq: int, reason: str) -> Refused:
    """The refusal of a journal that does not hold at event ``seq``."""
    return Refused(problems.JOURNAL_DAMAGED, value=seq, reason=reason)


def check_entries(before: Head, entries: Iterable[JournalEntry], public: bytes | None = None) -> Head:
    """The head after ``entries``, which follow ``before``.

    Raises:
        Refused: JOURNAL_DAMAGED, naming the first event that does not hold.
    """
    head = before
    for entry in entries:
        if entry.seq != head.seq + 1:
            raise damaged(head.seq + 1, f"missing, {entry.seq} follows")
        try:
            envelope = decode_envelope(entry.envelope)
            record = parse_record(envelope.payload) if public is None else read_record(envelope, public)
        except Refused as refused:
            raise damaged(entry.seq, refused.problem.text("en")) from refused
        if envelope.sha256 != entry.sha256:
            raise damaged(entry.seq, f"hashes to {envelope.sha256}")
        if (record.seq, record.prev) != (entry.seq, head.sha256) or entry.prev != head.sha256:
            raise damaged(entry.seq, f"is number {record.seq} after {record.prev}")
        head = Head(entry.seq, entry.sha256)
    return head


def check_blob(entry: BlobEntry, data: bytes | None) -> None:
    """Refuse a blob whose bytes are not those its event names, or are gone although the server gave no receipt for them.

    Raises:
        Refused: JOURNAL_DAMAGED, naming the event.
    """
    if data is None and entry.receipt is not None:
        return  # cleared: the server has signed that it has all of it
    if data is None:
        raise damaged(entry.seq, f"blob {entry.sha256} is missing")
    if sha256(data).hexdigest() != entry.sha256:
        raise damaged(entry.seq, f"blob {entry.sha256} hashes to {sha256(data).hexdigest()}")
