"""The room that evidence takes on the handheld, and giving back what the server has confirmed.

Events stay for ever: they are small, and the chain has no holes. Photos and signatures are the bulk. The bytes of one may go
once the server has signed that it has all of them and the event that names it is sealed; its hash and the receipt stay.
"""

import msgspec

from driver_app.journal.ports import Journal
from driver_app.services.stop_goods import SIGNATURE_ROOM

BOUND = 512 * 1024 * 1024
"""Bytes of confirmed photos and signatures that are kept for looking back; beyond it the oldest go by themselves."""
CRAMPED = 16 * SIGNATURE_ROOM
"""Bytes of free room below which all that is confirmed goes: the next signature is worth more than the last photo."""


class Confirmed(msgspec.Struct, frozen=True):
    """What could be cleared: so many blobs, so many bytes."""

    blobs: int
    bytes: int


class Storage:
    """Looks after the room."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def confirmed(self) -> Confirmed:
        """What the server has confirmed and this handheld still keeps."""
        blobs = self._journal.blobs_confirmed()
        return Confirmed(len(blobs), sum(blob.size for blob in blobs))

    def clear(self) -> int:
        """Give all of it back; returns the bytes that became free. What is not confirmed stays, whatever the room."""
        return sum(self._journal.clear_blob(blob.sha256) for blob in self._journal.blobs_confirmed())

    def tidy(self) -> int:
        """Keep within the bounds, the oldest first: to be called now and then. Returns the bytes that became free."""
        blobs = self._journal.blobs_confirmed()
        kept = sum(blob.size for blob in blobs)
        cramped, freed = self._journal.room() < CRAMPED, 0
        for blob in blobs:
            if not cramped and kept - freed <= BOUND:
                break
            self._journal.clear_blob(blob.sha256)
            freed += blob.size
        return freed
