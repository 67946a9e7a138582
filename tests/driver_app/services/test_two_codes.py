"""A pack with two codes that come one after the other: one pack, where the manifest or its loading says so; else never."""

import msgspec
import pytest

from driver_app.hardware.ports import CodeSource, RawCode
from driver_app.journal.memory import MemoryJournal
from driver_app.services.scanning import TOGETHER, Scanned
from shared import problems
from shared.custody import events as e
from shared.custody.events import Entry
from shared.work import Route
from tests.driver_app.services.day import INSULIN, L1, L2, ROUTE, Phone, line, pack, refusing, stop, work

TRACE, OTHER_TRACE = "83857930000879766660", "83857930000879766677"
STRANGER = "81000020000879766660"
EAN = "06901234567892"
MATRIX = "(01)06901234567892(21)7(10)A1(17)271231"
"""As it is recorded."""

KNOWN = msgspec.structs.replace(INSULIN, drug_ids=(TRACE[:7],))


def with_drug_id(*more: str) -> Route:
    """The day, with the id of the first medicine on file; of stop 1 also a second line of another lot, if asked for."""
    one = msgspec.structs.replace(L1, product=KNOWN)
    lines = [one, L2, *(line(name, KNOWN, f"lot-{name}", 3, "VAN") for name in more)]
    return msgspec.structs.replace(ROUTE, stops=(stop(1, *lines), *ROUTE.stops[1:]))


@pytest.fixture
def phone() -> Phone:
    return Phone().ready(work(with_drug_id())).started().checked().precooled()


def soon(phone: Phone, seconds: float = 0.1) -> None:
    phone.clock.advance(seconds)


def loaded(phone: Phone) -> int:
    return phone.services.duty.journey.line("L1").loaded


@pytest.mark.parametrize(("first", "second"), [(pack(L1, "7"), TRACE), (TRACE, pack(L1, "7"))])
def test_two_codes_in_two_broadcasts_are_one_pack_and_either_was_scanned_from_then_on(
    phone: Phone, first: str, second: str
) -> None:
    scan = phone.services.load.scan
    assert isinstance(scan(first, Entry.SCANNER), Scanned)
    soon(phone)
    assert scan(second, Entry.SCANNER) is None
    assert loaded(phone) == 1
    counted, named = phone.events(e.GoodsLoaded)
    assert isinstance(counted, e.GoodsLoaded)
    assert isinstance(named, e.GoodsLoaded)
    assert (named.quantity, named.beside, named.container_id) == (0, (counted.code,), counted.container_id)
    assert {counted.code, named.code} == {MATRIX, TRACE}
    phone.restart()
    for code in (first, second):
        soon(phone, 2)
        assert refusing(phone.services.load.scan, code, Entry.SCANNER).kind is problems.SCAN_ALREADY
    assert loaded(phone) == 1


def test_an_engine_that_goes_on_sending_both_counts_one(phone: Phone) -> None:
    for _ in range(5):
        for code in (pack(L1, "7"), TRACE, EAN):
            phone.services.load.scan(code, Entry.SCANNER)
            soon(phone, 0.2)
    assert loaded(phone) == 1
    assert len(phone.events(e.GoodsLoaded)) == 2
    assert phone.events(e.ScanRefused) == []


def test_the_ean_beside_a_pack_is_no_mistake_and_nothing_to_record(phone: Phone) -> None:
    phone.services.load.scan(pack(L1, "7"), Entry.SCANNER)
    soon(phone)
    assert phone.services.load.scan(EAN, Entry.SCANNER) is None
    assert len(phone.events(e.GoodsLoaded, e.ScanRefused)) == 1


def test_later_it_is_a_pack_of_its_own(phone: Phone) -> None:
    phone.services.load.scan(pack(L1, "7"), Entry.SCANNER)
    soon(phone, TOGETHER)
    assert isinstance(phone.services.load.scan(TRACE, Entry.SCANNER), Scanned)
    assert loaded(phone) == 2


def test_what_the_manifest_does_not_know_is_not_joined(phone: Phone) -> None:
    phone.services.load.scan(pack(L1, "7"), Entry.SCANNER)
    soon(phone)
    assert refusing(phone.services.load.scan, STRANGER, Entry.SCANNER).kind is problems.SCAN_NOT_ON_MANIFEST
    assert len(phone.events(e.ScanRefused)) == 1
    soon(phone, 2)
    assert refusing(phone.services.load.scan, STRANGER, Entry.SCANNER).kind is problems.SCAN_NOT_ON_MANIFEST


@pytest.mark.parametrize("second", [pack(L1, "8"), OTHER_TRACE])
def test_two_codes_of_a_kind_are_two_packs_however_fast(phone: Phone, second: str) -> None:
    for code in (pack(L1, "7"), TRACE, second):
        phone.services.load.scan(code, Entry.SCANNER)
        soon(phone)
    assert loaded(phone) == 2


def test_what_a_person_types_or_counts_is_never_joined(phone: Phone) -> None:
    scan = phone.services.load.scan
    scan(pack(L1, "7"), Entry.SCANNER)
    soon(phone)
    assert isinstance(scan(TRACE, Entry.TYPED), Scanned)
    soon(phone)
    assert isinstance(scan(pack(L1, "8"), Entry.SCANNER), Scanned)
    assert loaded(phone) == 3


def test_a_trace_code_that_alone_could_be_of_two_lots_is_of_the_pack_it_stands_on() -> None:
    phone = Phone().ready(work(with_drug_id("L9"))).started().checked().precooled()
    scan = phone.services.load.scan
    scan(pack(L1, "7"), Entry.SCANNER)
    soon(phone)
    assert scan(TRACE, Entry.SCANNER) is None
    soon(phone, 2)
    assert refusing(scan, OTHER_TRACE, Entry.SCANNER).kind is problems.CODE_AMBIGUOUS
    assert loaded(phone) == 1


def test_the_last_pack_of_a_line_is_not_one_too_many_by_its_second_code(phone: Phone) -> None:
    for serial in ("1", "2", "3"):
        soon(phone, 2)
        phone.services.load.scan(pack(L1, serial), Entry.SCANNER)
    soon(phone)
    assert phone.services.load.scan(TRACE, Entry.SCANNER) is None
    soon(phone, 2)
    assert refusing(phone.services.load.scan, OTHER_TRACE, Entry.SCANNER).kind is problems.SCAN_TOO_MANY


def test_a_second_code_that_says_expired_is_not_passed_over(phone: Phone) -> None:
    phone.services.load.scan(TRACE, Entry.SCANNER)
    soon(phone)
    expired = "(01)06901234567892(17)251231(10)A1(21)7"
    assert refusing(phone.services.load.scan, expired, Entry.SCANNER).kind is problems.SCAN_EXPIRED


def test_at_the_stop_either_name_brings_the_pack_out_and_the_other_is_no_second_one() -> None:
    """The loading said which codes are of one pack: there the manifest need not know, and no time limit guesses."""
    phone = Phone().ready().started().checked().precooled()
    both = RawCode(pack(L1, "7"), None, CodeSource.SCANNER, (RawCode(STRANGER, None, CodeSource.SCANNER),))
    phone.services.load.scan(both, Entry.SCANNER)
    for serial in ("8", "9"):
        soon(phone, 2)
        phone.services.load.scan(pack(L1, serial), Entry.SCANNER)
    phone.scan_all([L2, *(one for at in ROUTE.stops[1:] for one in at.lines())], phone.services.load.scan)
    phone.services.load.finish()
    phone.departed().at_stop("S1")
    scan = phone.services.stop.scan
    assert isinstance(scan(STRANGER, Entry.SCANNER), Scanned)
    soon(phone)
    assert scan(pack(L1, "7"), Entry.SCANNER) is None
    assert phone.services.duty.journey.line("L1").unloaded == 1
    assert phone.events(e.ScanRefused) == []
    for code in (STRANGER, pack(L1, "7")):
        soon(phone, 30)
        assert refusing(scan, code, Entry.SCANNER).kind is problems.SCAN_ALREADY
    phone.restart()
    assert refusing(phone.services.stop.scan, pack(L1, "7"), Entry.SCANNER).kind is problems.SCAN_ALREADY


def test_at_the_stop_two_broadcasts_are_one_pack_and_the_record_says_so(phone: Phone) -> None:
    phone.loaded().departed().at_stop("S1")
    scan = phone.services.stop.scan
    assert isinstance(scan(pack(L1, "L1-1"), Entry.SCANNER), Scanned)
    soon(phone)
    assert scan(TRACE, Entry.SCANNER) is None
    counted, named = phone.events(e.GoodsUnloaded)
    assert (named.quantity, named.code, named.beside) == (0, TRACE, (counted.code,))  # type: ignore[union-attr]
    assert phone.services.duty.journey.line("L1").unloaded == 1


def test_a_pack_that_could_not_be_written_is_joined_to_by_nothing() -> None:
    free = [1 << 30]
    phone = Phone(MemoryJournal(lambda: free[0])).ready(work(with_drug_id())).started().checked().precooled()
    free[0] = 0
    assert refusing(phone.services.load.scan, pack(L1, "7"), Entry.SCANNER).kind is problems.DISK_FULL
    free[0] = 1 << 30
    soon(phone)
    assert isinstance(phone.services.load.scan(TRACE, Entry.SCANNER), Scanned)
    assert loaded(phone) == 1
