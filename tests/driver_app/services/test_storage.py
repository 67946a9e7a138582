"""Room on the handheld: what the server has confirmed may go, the oldest first, and nothing else ever does."""

import msgspec
import pytest

from driver_app.journal.memory import MemoryJournal
from driver_app.journal.ports import BlobEntry, Journal
from driver_app.services.storage import BOUND, CRAMPED, Confirmed, Storage
from tests.driver_app.services.day import Phone


def confirmed(journal: Journal, digest: str) -> None:
    """The server has the photo and its event, and has sealed it."""
    blob = journal.blob(digest)
    assert blob is not None
    entry = journal.entries(after=blob.seq - 1, limit=1)[0]
    journal.mark_received({entry.sha256: entry.seq})
    journal.mark_sealed({entry.sha256: "proof"})
    journal.mark_blob_received(digest, b"receipt")


@pytest.fixture
def phone() -> Phone:
    return Phone().on_the_road()


def test_what_is_not_confirmed_stays_whatever_is_asked(phone: Phone) -> None:
    digest = phone.services.stop.photo(b"photo")
    assert phone.services.storage.confirmed() == Confirmed(0, 0)
    assert phone.services.storage.clear() == 0
    assert phone.journal.read_blob(digest) == b"photo"


def test_what_is_confirmed_can_be_cleared(phone: Phone) -> None:
    first, second = phone.services.stop.photo(b"photo"), phone.services.stop.photo(b"another")
    confirmed(phone.journal, first)
    assert phone.services.storage.confirmed() == Confirmed(1, 5)
    assert phone.services.storage.clear() == 5
    assert phone.journal.read_blob(second) == b"another"


def test_within_the_bounds_everything_is_kept_for_looking_back(phone: Phone) -> None:
    confirmed(phone.journal, phone.services.stop.photo(b"photo"))
    assert phone.services.storage.tidy() == 0


def test_a_cramped_disk_gives_back_all_that_is_confirmed() -> None:
    room = [1 << 40]
    phone = Phone(journal=MemoryJournal(lambda: room[0])).on_the_road()
    confirmed(phone.journal, phone.services.stop.photo(b"photo"))
    room[0] = CRAMPED - 1
    assert phone.services.storage.tidy() == 5


class Full(MemoryJournal):
    """A journal whose confirmed blobs are larger than they are."""

    def blobs_confirmed(self) -> list[BlobEntry]:
        return [msgspec.structs.replace(blob, size=BOUND // 2) for blob in super().blobs_confirmed()]


def test_beyond_the_bound_the_oldest_go() -> None:
    phone = Phone(journal=Full()).on_the_road()
    taken = [phone.services.stop.photo(b"photo %d" % number) for number in range(4)]
    for digest in taken:
        confirmed(phone.journal, digest)
    Storage(phone.journal).tidy()
    assert [blob.sha256 for blob in phone.journal.blobs_confirmed()] == taken[2:]
