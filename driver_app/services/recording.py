"""Between events and journal entries: which lane an event leaves in, and how an entry is read back."""

from collections.abc import Mapping

from driver_app.journal.ports import JournalEntry
from shared import problems
from shared.custody.chain import Record, parse_record
from shared.custody.envelope import decode_envelope
from shared.custody.events import AnyEvent, PositionsSealed, ReadingsSealed
from shared.errors import Refused
from shared.sync import Lane

_LANES: Mapping[type, Lane] = {PositionsSealed: Lane.POSITION, ReadingsSealed: Lane.READING}


def lane_of(event: AnyEvent) -> Lane:
    """The lane of an event. The small ones are all outcomes; photos and signatures are blobs with a lane of their own."""
    return _LANES.get(type(event), Lane.OUTCOME)


def record_of(entry: JournalEntry) -> Record:
    """The record in a journal entry.

    Raises:
        Refused: JOURNAL_DAMAGED where the bytes are not a record.
    """
    try:
        return parse_record(decode_envelope(entry.envelope).payload)
    except Refused as refused:
        raise Refused(problems.JOURNAL_DAMAGED, value=entry.seq, reason=refused.problem.text("en")) from refused
