"""Scanning goods in and out, and the shift around it."""

from datetime import timedelta

import msgspec
import pytest

from driver_app.hardware.ports import CodeSource, RawCode
from driver_app.services.checklist import CHECKLIST
from driver_app.services.scanning import ContainerChosen, Scanned, text_of
from driver_app.services.step import StepKind
from shared import problems
from shared.coldchain.readings import Reading
from shared.custody import events as e
from shared.custody.events import CheckItem, Entry
from shared.work import Override
from tests.driver_app.services.day import (
    BOX,
    L1,
    L2,
    L3,
    ROUTE,
    SHELF,
    VAN,
    Phone,
    line,
    pack,
    refusing,
    signed,
    stop,
    work,
)
from tests.driver_app.services.day import INSULIN as INSULIN_PRODUCT


@pytest.fixture
def phone() -> Phone:
    return Phone().ready()


@pytest.fixture
def loading(phone: Phone) -> Phone:
    return phone.started().checked().precooled()


# loading --------------------------------------------------------------------------------------------------------------


def test_a_pack_goes_into_the_container_the_plan_says(loading: Phone) -> None:
    scanned = loading.services.load.scan(pack(L1, "7"), Entry.CAMERA)
    assert scanned == Scanned("L1", L1.product.name, "A1", 1, 1, 3, scanned.code)  # type: ignore[union-attr]
    assert loading.events(e.GoodsLoaded) == [
        e.GoodsLoaded("R1", "L1", "VAN", 1, "(01)06901234567892(21)7(10)A1(17)271231", Entry.CAMERA)
    ]
    progress = {p.line.id: (p.done, p.total, p.missing, p.container_id) for p in loading.services.load.progress()}
    assert progress["L1"] == (1, 3, 2, "VAN")
    assert progress["L3"] == (0, 2, 2, "BOX")


def test_a_code_from_the_scanner_port_keeps_its_symbology_and_separators(loading: Phone) -> None:
    raw = RawCode("01069012345678921727123110A1\x1d217", "]d2", CodeSource.SCANNER)
    scanned = loading.services.load.scan(text_of(raw), Entry(raw.source.value))
    assert isinstance(scanned, Scanned)
    assert scanned.line_id == "L1"
    assert text_of(RawCode("8" * 20, None, CodeSource.TYPED)) == "8" * 20
    loading.clock.advance(2)
    assert refusing(loading.services.load.scan, text_of(raw).encode(), Entry.SCANNER).kind is problems.SCAN_ALREADY


def test_the_same_code_within_a_second_counts_once_and_while_it_stays_in_view(loading: Phone) -> None:
    load = loading.services.load
    text = pack(L2)
    assert isinstance(load.scan(text, Entry.CAMERA), Scanned)
    for _ in range(5):
        loading.clock.advance(0.9)
        assert load.scan(text, Entry.CAMERA) is None
    loading.clock.advance(1.0)
    assert isinstance(load.scan(text, Entry.CAMERA), Scanned)
    assert len(loading.events(e.GoodsLoaded)) == 2
    loading.clock.advance(0.1)
    assert refusing(load.scan, pack(L3) + "9", Entry.CAMERA).problem.number // 100 in (10, 11)
    assert load.scan(pack(L3) + "9", Entry.CAMERA) is None
    assert len(loading.events(e.ScanRefused)) == 1


TRACE = "83857930000879766660"


def seen(*texts: str) -> RawCode:
    """One act: the first code, the others beside it."""
    first, *rest = (RawCode(text, None, CodeSource.CAMERA) for text in texts)
    return msgspec.structs.replace(first, beside=tuple(rest))


def test_a_pack_with_two_codes_is_one_pack_and_the_second_code_alone_was_scanned_already(loading: Phone) -> None:
    load = loading.services.load
    assert load.scan(seen(TRACE, pack(L1, "7"), "06901234567892"), Entry.CAMERA).done == 1  # type: ignore[union-attr]
    (told,) = loading.events(e.GoodsLoaded)
    assert isinstance(told, e.GoodsLoaded)
    assert (told.code, told.beside) == ("(01)06901234567892(21)7(10)A1(17)271231", (TRACE,))
    assert load.scan(TRACE, Entry.CAMERA) is None, "a moment later the label is still in view"
    for code in (TRACE, pack(L1, "7"), seen(TRACE, pack(L1, "7"))):
        loading.clock.advance(2)
        assert refusing(load.scan, code, Entry.CAMERA).kind is problems.SCAN_ALREADY
    loading.restart()
    loading.clock.advance(2)
    assert refusing(loading.services.load.scan, TRACE, Entry.CAMERA).kind is problems.SCAN_ALREADY


def test_two_packs_that_share_a_code_are_two_also_within_a_second(loading: Phone) -> None:
    load = loading.services.load
    for serial in ("7", "8"):
        load.scan(seen(pack(L1, serial), "06901234567892"), Entry.CAMERA)
    assert loading.services.duty.journey.line("L1").loaded == 2


def test_codes_of_two_packs_in_one_picture_are_refused_and_both_are_recorded(loading: Phone) -> None:
    both = seen(pack(L1, "7"), pack(L1, "8"))
    assert refusing(loading.services.load.scan, both, Entry.CAMERA).kind is problems.CODE_AMBIGUOUS
    (told,) = loading.events(e.ScanRefused)
    assert told.code == f"{pack(L1, '7')} + {pack(L1, '8')}"  # type: ignore[union-attr]


def test_a_label_that_says_nothing_does_not_spoil_the_code_beside_it(loading: Phone) -> None:
    assert loading.services.load.scan(seen("SHELF 12-B", pack(L1, "7")), Entry.CAMERA).done == 1  # type: ignore[union-attr]
    loading.clock.advance(2)
    refused = refusing(loading.services.load.scan, seen("SHELF 12-B", "?"), Entry.CAMERA)
    assert (refused.kind, refused.problem.values["value"]) == (problems.CODE_UNREADABLE, "SHELF 12-B")


def test_a_pack_with_two_codes_is_brought_out_once(loading: Phone) -> None:
    loading.loaded().departed()
    loading.services.stop.arrive("S1")
    scan = loading.services.stop.scan
    assert scan(seen(pack(L1, "1"), TRACE), Entry.CAMERA).done == 1  # type: ignore[union-attr]
    loading.clock.advance(2)
    assert refusing(scan, TRACE, Entry.CAMERA).kind is problems.SCAN_ALREADY


def test_a_trace_code_that_no_note_lists_is_known_by_the_pack_it_was_loaded_on(loading: Phone) -> None:
    load = loading.services.load
    for what, trace in ((L1, TRACE), (L3, TRACE[:-1] + "1")):
        load.scan(seen(pack(what, "7"), trace), Entry.CAMERA)
        for serial in range(1, what.quantity):
            loading.scan(load.scan, pack(what, f"{what.id}-{serial}"))
        loading.clock.advance(2)
    loading.scan_all([p.line for p in load.progress() if p.missing], load.scan)
    load.finish()
    loading.departed()
    loading.services.stop.arrive("S1")
    found = loading.services.stop.scan(TRACE, Entry.SCANNER)
    assert isinstance(found, Scanned)
    assert (found.line_id, found.done) == ("L1", 1)
    for text, kind in ((TRACE, problems.SCAN_ALREADY), (TRACE[:-1] + "1", problems.SCAN_WRONG_STOP)):
        loading.clock.advance(2)
        assert refusing(loading.services.stop.scan, text, Entry.SCANNER).kind is kind


SEPARATED = "0106901234567892" + "10A1|217|17271231"


def test_a_reader_that_is_known_to_send_a_separator_is_believed_and_one_that_is_not_is_not(loading: Phone) -> None:
    load = loading.services.load
    merged = RawCode(SEPARATED.replace("|", ""), None, CodeSource.SCANNER)
    assert refusing(load.scan, merged, Entry.SCANNER).kind is problems.CODE_AMBIGUOUS
    loading.clock.advance(2)
    known = RawCode(SEPARATED, None, CodeSource.SCANNER, separator="|")
    assert load.scan(known, Entry.SCANNER).code == "(01)06901234567892(21)7(10)A1(17)271231"  # type: ignore[union-attr]


def test_a_typed_number_stands_only_for_packs_that_may_be_counted(loading: Phone) -> None:
    load = loading.services.load
    assert load.scan(pack(L2), Entry.SCANNER, 10).done == 10  # type: ignore[union-attr]
    loading.clock.advance(2)
    assert refusing(load.scan, pack(L1, "7"), Entry.SCANNER, 3).kind is problems.SCAN_ONE_BY_ONE
    loading.clock.advance(2)
    assert load.scan(pack(L1, "7"), Entry.SCANNER, 1).quantity == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(01)06901234567892(17)271231(10)WRONG(21)1", problems.SCAN_WRONG_LOT),
        ("(01)06901234567892(17)260101(10)A1(21)1", problems.SCAN_EXPIRED),
        ("(01)06901234567893(10)A1", problems.CODE_CHECK_DIGIT),
        ("nonsense", problems.CODE_UNREADABLE),
        ("06901234567892", problems.SCAN_NO_LOT),
        ("84512345678901234567", problems.SCAN_NOT_ON_MANIFEST),
        ("", problems.CODE_EMPTY),
    ],
)
def test_what_does_not_belong_is_recorded_and_refused(loading: Phone, text: str, kind: object) -> None:
    refused = refusing(loading.services.load.scan, text, Entry.CAMERA)
    assert refused.kind is kind
    assert loading.events(e.ScanRefused) == [e.ScanRefused("R1", None, text, Entry.CAMERA, refused.problem)]
    assert loading.services.duty.journey.line("L1").loaded == 0


def test_recalled_goods_are_not_loaded(phone: Phone) -> None:
    recalled = msgspec.structs.replace(ROUTE, version=2, recalled_lots=((L1.product.id, "A1"),))
    phone.services.duty.offer(signed(work(recalled, minutes=1)))
    phone.started().checked().precooled()
    assert refusing(phone.services.load.scan, pack(L1, "7"), Entry.CAMERA).kind is problems.SCAN_RECALLED


def test_too_many_is_refused(loading: Phone) -> None:
    assert refusing(loading.services.load.scan, pack(L2), Entry.SCANNER, 11).kind is problems.SCAN_TOO_MANY


def test_scanning_outside_its_time_is_refused_and_not_recorded(phone: Phone) -> None:
    assert refusing(phone.services.load.scan, pack(L1, "7"), Entry.CAMERA).kind is problems.JOURNEY_ILLEGAL
    assert phone.journal.entries() == []
    assert refusing(phone.services.stop.scan, pack(L1, "7"), Entry.CAMERA).kind is problems.JOURNEY_ILLEGAL


def test_a_containers_own_code_chooses_it_and_the_choice_survives(loading: Phone) -> None:
    load = loading.services.load
    assert load.container_id is None
    assert load.scan("京A12345", Entry.CAMERA) == ContainerChosen(VAN)
    assert load.scan(f"(8003)0{BOX.code}", Entry.CAMERA) == ContainerChosen(BOX)
    assert loading.restart().load.container_id == "BOX"
    loading.services.load.scan(pack(L1, "7"), Entry.CAMERA)
    assert loading.events(e.GoodsLoaded)[-1].container_id == "BOX"  # type: ignore[union-attr]
    loading.services.load.container_id = "VAN"
    assert loading.services.load.container_id == "VAN"
    loading.services.load.container_id = None
    assert loading.services.load.container_id is None
    assert refusing(setattr, loading.services.load, "container_id", "X").kind is problems.NOT_FOUND


def test_a_line_without_a_planned_container_needs_a_choice(phone: Phone) -> None:
    free = line("L9", INSULIN_PRODUCT, "Z1", 2, None)
    route = msgspec.structs.replace(ROUTE, version=2, stops=(stop(1, free),), containers=(*ROUTE.containers, SHELF))
    phone.services.duty.offer(signed(work(route, minutes=1)))
    phone.started().checked().precooled()
    assert refusing(phone.services.load.scan, pack(free, "1"), Entry.CAMERA).kind is problems.NOT_FOUND
    only = msgspec.structs.replace(route, version=3, containers=(SHELF,))
    other = Phone().ready(work(only, minutes=1)).started().checked()
    other.services.load.scan(pack(free, "1"), Entry.CAMERA)
    assert other.events(e.GoodsLoaded)[0].container_id == "SHELF"  # type: ignore[union-attr]


SSCC = "(00)106141412345678908"


def test_a_mixed_carton_is_recorded_whole_or_not_at_all(phone: Phone) -> None:
    """One SSCC for two lines: both are loaded by one scan, and a death in between cannot leave one of them out."""
    one = msgspec.structs.replace(L1, codes=(SSCC,))
    two = msgspec.structs.replace(L2, codes=(SSCC,))
    route = msgspec.structs.replace(ROUTE, version=2, stops=(stop(1, one, two), *ROUTE.stops[1:]))
    phone.services.duty.offer(signed(work(route, minutes=1)))
    phone.started().checked().precooled()
    before = phone.journal.head().seq
    scanned = phone.services.load.scan(SSCC, Entry.CAMERA)
    assert isinstance(scanned, Scanned)
    assert (scanned.line_id, scanned.done, [(o.line_id, o.done) for o in scanned.others]) == ("L1", 3, [("L2", 10)])
    assert phone.journal.head().seq == before + 2
    phone.scan(phone.services.load.scan, pack(L3, "1"))
    phone.scan(phone.services.load.scan, pack(L3, "2"))
    phone.scan(phone.services.load.scan, pack(ROUTE.stops[2].lines()[0]), 5)
    phone.departed().at_stop("S1")
    out = phone.services.stop.scan(SSCC, Entry.CAMERA)
    assert isinstance(out, Scanned)
    assert len(out.others) == 1
    assert phone.services.duty.journey.line("L2").unloaded == 10


# at a stop ------------------------------------------------------------------------------------------------------------


def test_goods_of_another_stop_are_refused_by_name(phone: Phone) -> None:
    phone.on_the_road().at_stop("S1")
    refused = refusing(phone.services.stop.scan, pack(L3, "L3-1"), Entry.CAMERA)
    assert refused.kind is problems.SCAN_WRONG_STOP
    assert "医院2" in refused.problem.values["site"]
    assert phone.events(e.ScanRefused)[0].stop_at == "S1"  # type: ignore[union-attr]


def test_more_than_was_loaded_cannot_come_out(phone: Phone) -> None:
    phone.started().checked().precooled()
    phone.scan(phone.services.load.scan, pack(L2), 4)
    covered = [
        Override(problem.number, problem.values["value"], "urgent", "boss", phone.clock.now(), f"{n:064d}")
        for n, problem in enumerate(phone.services.shift.gate().found)
    ]
    phone.services.duty.offer(signed(work(minutes=30, overrides=covered)))
    phone.services.load.finish()
    phone.departed().at_stop("S1")
    refused = refusing(phone.services.stop.scan, pack(L2), Entry.SCANNER, 5)
    assert (refused.kind, refused.problem.values["expected"]) == (problems.SCAN_TOO_MANY, "4")
    assert phone.scan(phone.services.stop.scan, pack(L2), 4).done == 4
    assert [(p.line.id, p.done, p.total) for p in phone.services.stop.progress()] == [("L1", 0, 0), ("L2", 4, 4)]
    departed = phone.events(e.VehicleDeparted)[0]
    assert departed.overridden == tuple(o.record for o in covered)  # type: ignore[union-attr]


def test_a_container_code_means_nothing_at_a_stop(phone: Phone) -> None:
    phone.on_the_road().at_stop("S1")
    assert refusing(phone.services.stop.scan, "京A12345", Entry.CAMERA).kind is problems.CODE_UNREADABLE


# before and after -----------------------------------------------------------------------------------------------------


def test_the_check_list_is_complete_or_refused(phone: Phone) -> None:
    phone.started()
    items = [CheckItem(point.id, True) for point in CHECKLIST]
    for wrong in (items[1:], [*items, items[0]], [*items[1:], CheckItem("tea", True)]):
        assert refusing(phone.services.shift.check_vehicle, wrong).kind is problems.FIELD_INVALID
    assert phone.events(e.VehicleChecked) == []
    assert all(point.text.zh and point.text.en for point in CHECKLIST)


def test_a_failed_point_stands_against_departure(phone: Phone) -> None:
    phone.started()
    phone.services.shift.check_vehicle([CheckItem(point.id, point.id != "doors") for point in CHECKLIST])
    numbers = [(p.number, p.values["value"]) for p in phone.services.shift.gate().standing]
    assert (problems.GATE_CHECK_FAILED.number, "doors") in numbers


def test_precooling_takes_what_was_heard_just_now(phone: Phone) -> None:
    phone.started().checked()
    phone.hear(5.0)
    states = phone.services.shift.precooling()
    assert [(s.container.id, s.in_range, s.checked, s.attached) for s in states] == [
        ("VAN", True, None, False),
        ("BOX", True, None, False),
    ]
    assert phone.services.shift.precool("BOX").ok
    phone.clock.advance(301)
    assert phone.services.shift.precool("BOX") == e.PrecoolingChecked("R1", "BOX", "L3", None, 2.0, 8.0, False)
    assert len(phone.events(e.PrecoolingChecked)) == 2
    assert refusing(phone.services.shift.precool, "SHELF").kind is problems.NOT_FOUND


def test_of_several_loggers_the_worst_speaks_for_the_container(phone: Phone) -> None:
    phone.started().checked()
    phone.hear(5.0, ["L1"])
    phone.hear(8.5, ["L2"])
    checked = phone.services.shift.precool("VAN")
    assert (checked.logger_id, checked.temperature, checked.ok) == ("L2", 8.5, False)
    phone.hear(0.0, ["L1"])
    assert phone.services.shift.precool("VAN").temperature == 0.0
    silent = Reading(phone.clock.now() + timedelta(seconds=1), None)
    phone.services.heard.hear("L1", silent)
    assert phone.services.shift.precool("VAN").logger_id == "L1"


def test_loggers_are_attached_once_before_loading(phone: Phone) -> None:
    phone.started().checked().precooled()
    phone.services.steps.go(StepKind.PRECOOL)
    phone.services.shift.finish_precooling()
    assert [a.logger_id for a in phone.services.duty.journey.attachments] == ["L1", "L2", "L3"]
    assert all(state.attached for state in phone.services.shift.precooling())


def test_the_gate_stays_shut_and_says_and_records_why(phone: Phone) -> None:
    phone.started().checked().precooled()
    standing = phone.services.shift.depart()
    assert {p.number for p in standing} == {problems.GATE_NOT_LOADED.number}
    assert phone.events(e.DepartureRefused) == [e.DepartureRefused("R1", standing)]
    assert not phone.services.shift.gate().may_depart
    phone.loaded()
    assert phone.services.shift.gate().may_depart
    assert phone.services.shift.depart(1234) == ()
    assert phone.events(e.VehicleDeparted)[0].odometer == 1234  # type: ignore[union-attr]


def test_the_gate_judges_papers_by_the_day_at_the_depot(phone: Phone) -> None:
    """A calibration valid through the 22nd holds until midnight in Beijing, which is 16:00 UTC."""
    loggers = tuple(msgspec.structs.replace(lo, calibrated_until=ROUTE.day) for lo in BOX.loggers)
    box = msgspec.structs.replace(BOX, loggers=loggers)
    phone.services.duty.offer(signed(work(msgspec.structs.replace(ROUTE, version=2, containers=(VAN, box)), minutes=1)))
    phone.started().checked().precooled().loaded()
    assert phone.services.shift.gate().may_depart
    phone.clock.advance(18 * 3600)
    assert [p.number for p in phone.services.shift.gate().standing] == [problems.LOGGER_CALIBRATION.number]


def test_refused_goods_come_back_and_short_ones_are_not_expected(phone: Phone) -> None:
    phone.on_the_road().at_the_receiver("S1")
    visit = phone.services.stop
    visit.decide(visit.outcome("L1", accepted=1, refused=1, short=1, reason=e.Reason.DAMAGED))
    visit.begin_signing()
    phone.sign()
    visit.sign()
    visit.leave()
    shift = phone.services.shift
    assert refusing(shift.end).kind is problems.GOODS_ON_BOARD
    for stop_id in ("S2", "S3"):
        phone.handed_over(stop_id, int(stop_id[1]))
    shift.return_to_depot(1100)
    assert [(r.line.id, r.quantity) for r in shift.to_return()] == [("L1", 1)]
    assert "药品1" in refusing(shift.end).problem.values["value"]
    assert refusing(shift.return_goods, "L1", 0).kind is problems.OUTCOME_REASON
    assert refusing(shift.return_goods, "L1", 3, "x").kind is problems.OUTCOME_QUANTITY
    assert refusing(shift.return_goods, "L2", 1).kind is problems.NOT_FOUND
    shift.return_goods("L1", 0, "破损销毁")
    shift.end()
    kinds = [type(event).__name__ for event in phone.events()][-4:]
    assert kinds == ["LoggerDetached"] * 3 + ["ShiftEnded"]
    assert phone.services.session.actor() is None


def test_a_shift_is_the_planned_drivers(phone: Phone) -> None:
    phone.services.session.sign_in("D2", "135791")
    assert refusing(phone.services.shift.start).kind is problems.CLAIM_FOREIGN
