"""A scan against a manifest."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.checkdigit import check_digit
from shared.codes.match import Manifest, ManifestLine, Match, Scanned, code_text, identity, judge
from shared.codes.own import ReceiptCode
from shared.codes.parse import Code, parse
from shared.errors import Kind, Refused
from tests.shared.codes.refusals import is_refused

TODAY = date(2026, 11, 22)
TRACE = "83857930000879766660"
DRUG = TRACE[:7]
CARTON = "106141412345678908"
INSULIN = "0690123456789" + check_digit("0690123456789")
VACCINE = "0691234567890" + check_digit("0691234567890")
PALLET = "10614141234567891" + check_digit("10614141234567891")


def line(line_id: str = "L1", **fields: Any) -> ManifestLine:
    given_fields: dict[str, Any] = {
        "consignment_id": "C1",
        "stop_id": "S1",
        "gtin": INSULIN,
        "lot": "B24",
        "expiry": date(2027, 12, 31),
        "quantity": 2,
    }
    return ManifestLine(line_id, **{**given_fields, **fields})


def code(text: str) -> Code:
    return parse(text, year=2026)


def pack(lot: str | None = "B24", serial: str | None = None, gtin: str = INSULIN, more: str = "") -> Code:
    return code(f"(01){gtin}" + (f"(10){lot}" if lot else "") + (f"(21){serial}" if serial else "") + more)


def scan(
    what: Code,
    *lines: ManifestLine,
    scanned: Scanned | None = None,
    stop_id: str | None = None,
    today: date = TODAY,
    typed: int | None = None,
) -> Match:
    return judge(what, Manifest(lines), scanned or Scanned(), stop_id=stop_id, today=today, typed=typed)


def refused(kind: Kind, what: Code, *lines: ManifestLine, **how: Any) -> dict[str, str]:
    """That a scan is refused for just this reason, and the values it names."""
    with pytest.raises(Refused) as refusal:
        scan(what, *lines, **how)
    assert refusal.value.kind is kind
    return refusal.value.problem.values


def test_a_pack_of_the_item_and_lot_counts_one() -> None:
    assert scan(pack(), line()) == Match("L1", 1, f"(01){INSULIN}(10)B24")


def test_a_link_is_judged_as_the_pack_it_names() -> None:
    assert scan(code(f"https://a.cn/01/{INSULIN}/10/B24"), line()) == scan(pack(), line())


def test_another_item_is_not_on_the_manifest() -> None:
    refused(problems.SCAN_NOT_ON_MANIFEST, pack(gtin=VACCINE), line())
    refused(problems.SCAN_NOT_ON_MANIFEST, pack(), line(gtin=None))
    refused(problems.SCAN_NOT_ON_MANIFEST, pack())


@pytest.mark.parametrize(
    "text", ["(414)4012345000054", "(8004)401234512AB", "(402)12345678901234560", "https://a/414/4012345000054"]
)
def test_what_is_no_goods_is_not_on_the_manifest(text: str) -> None:
    assert refused(problems.SCAN_NOT_ON_MANIFEST, code(text), line())["value"].startswith("(")


def test_a_receipt_is_not_on_the_manifest() -> None:
    receipt = ReceiptCode("0f" * 32, "p", "https://a.cn")
    refused(problems.SCAN_NOT_ON_MANIFEST, receipt, line())


def test_another_lot_is_refused_and_the_right_ones_are_named() -> None:
    values = refused(problems.SCAN_WRONG_LOT, pack("B25"), line(), line("L2", lot="B26"))
    assert values == {"value": "B25", "expected": "B24 | B26"}


def test_lots_differ_by_case() -> None:
    refused(problems.SCAN_WRONG_LOT, pack("b24"), line())


def test_a_pack_without_a_lot_cannot_be_checked() -> None:
    refused(problems.SCAN_NO_LOT, pack(None), line())
    refused(problems.SCAN_NO_LOT, pack(None, "S1"), line(serials=("S2",)))
    refused(problems.SCAN_NO_LOT, code(INSULIN[1:]), line())
    refused(problems.SCAN_NOT_ON_MANIFEST, code(VACCINE[1:]), line())


def test_a_listed_serial_needs_no_lot() -> None:
    assert scan(pack(None, "S2"), line(), line("L2", lot="B25", serials=("S2",))).line_id == "L2"


def test_a_listed_serial_with_another_lot_is_the_wrong_lot() -> None:
    refused(problems.SCAN_WRONG_LOT, pack("B99", "S2"), line(serials=("S2",)))


def test_a_serial_that_two_lots_list_is_ambiguous() -> None:
    lines = line(serials=("S2",)), line("L2", lot="B25", serials=("S2",))
    assert refused(problems.CODE_AMBIGUOUS, pack(None, "S2"), *lines)["readings"] == "B24 | B25"


def test_a_line_that_lists_every_pack_takes_no_other() -> None:
    full = line(serials=("S1", "S2"))
    assert scan(pack(serial="S2"), full).line_id == "L1"
    refused(problems.SCAN_NOT_ON_MANIFEST, pack(serial="S3"), full)
    assert scan(pack(serial="S3"), line(serials=("S1",))).line_id == "L1"
    # the outer label of the same pack may carry no serial
    assert scan(pack(), full).line_id == "L1"


def test_a_pack_may_be_handed_over_through_its_day_of_expiry() -> None:
    last_day = pack(more="(17)261122")
    assert scan(last_day, line()).quantity == 1
    values = refused(problems.SCAN_EXPIRED, last_day, line(), today=date(2026, 11, 23))
    assert values["expiry"] == "2026-11-22"


def test_without_an_expiry_on_the_code_the_manifest_s_counts() -> None:
    refused(problems.SCAN_EXPIRED, pack(), line(expiry=date(2026, 11, 21)))
    assert scan(pack(), line(expiry=None)).quantity == 1


def test_what_the_label_says_counts_before_what_the_manifest_says() -> None:
    assert scan(pack(more="(17)261130"), line(expiry=date(2026, 11, 1))).quantity == 1
    refused(problems.SCAN_EXPIRED, pack(more="(17)261101"), line(expiry=date(2026, 11, 30)))


def test_a_recalled_lot_is_refused_whatever_else_is_wrong() -> None:
    lines = line(recalled=True, expiry=date(2020, 1, 1), stop_id="S2")
    assert "B24" in refused(problems.SCAN_RECALLED, pack(), lines, stop_id="S1")["value"]
    mixed = line(expiry=date(2020, 1, 1), sscc=(CARTON,)), line("L2", lot="B25", sscc=(CARTON,), recalled=True)
    assert "B25" in refused(problems.SCAN_RECALLED, code("(00)" + CARTON), *mixed)["value"]


def test_goods_of_another_stop_are_refused_there_and_name_it() -> None:
    elsewhere = line(stop_id="S2", site="2. 协和医院")
    assert refused(problems.SCAN_WRONG_STOP, pack(), elsewhere, stop_id="S1")["site"] == "2. 协和医院"
    assert refused(problems.SCAN_WRONG_STOP, pack(), line(stop_id="S2"), stop_id="S1")["site"] == "S2"
    assert scan(pack(), elsewhere, stop_id="S2").line_id == "L1"
    assert scan(pack(), elsewhere, stop_id=None).line_id == "L1"


def test_the_stop_s_own_line_is_taken_before_another_s_of_the_same_lot() -> None:
    lines = line("L1", stop_id="S1"), line("L2", stop_id="S2")
    assert scan(pack(), *lines, stop_id="S2").line_id == "L2"


def test_packs_beyond_the_manifest_are_refused() -> None:
    scanned = Scanned({"L1": 2})
    assert refused(problems.SCAN_TOO_MANY, pack(), line(), scanned=scanned) == {"value": "3", "expected": "2"}


def test_the_same_pack_is_not_counted_twice() -> None:
    one = scan(pack(serial="S1"), line(quantity=9))
    refused(problems.SCAN_ALREADY, pack(serial="S1"), line(quantity=9), scanned=Scanned().after(one))
    assert scan(pack(serial="S2"), line(quantity=9), scanned=Scanned().after(one)).quantity == 1


def test_the_same_pack_is_known_again_by_its_other_symbol() -> None:
    """The DataMatrix and the web address on one pack name it in another order, and say more or less about it."""
    scanned = Scanned().after(scan(pack(serial="S\\(1)", more="(17)271231"), line(quantity=9)))
    link = code(f"https://a.cn/01/{INSULIN}/10/B24/21/S%281%29")
    refused(problems.SCAN_ALREADY, link, line(quantity=9), scanned=scanned)


def test_packs_without_a_serial_look_alike_and_are_counted() -> None:
    first = scan(pack(), line())
    assert scan(pack(), line(), scanned=Scanned().after(first)).quantity == 1


def test_lines_of_one_lot_at_one_stop_fill_up_in_order() -> None:
    lines = line("L1", quantity=1), line("L2", quantity=1, consignment_id="C2")
    scanned = Scanned()
    found = []
    for _ in range(2):
        match = scan(pack(), *lines, scanned=scanned)
        scanned = scanned.after(match)
        found.append(match.line_id)
    assert found == ["L1", "L2"]
    refused(problems.SCAN_TOO_MANY, pack(), *lines, scanned=scanned)


def test_a_count_in_the_code_is_taken() -> None:
    assert scan(pack(more="(30)2"), line()).quantity == 2
    assert refused(problems.SCAN_TOO_MANY, pack(more="(30)3"), line()) == {"value": "3", "expected": "2"}
    refused(problems.SCAN_QUANTITY, pack(more="(30)0"), line())


def test_a_typed_quantity_stands_for_packs_of_a_countable_line_only() -> None:
    assert scan(pack(), line(countable=True, quantity=50), typed=50).quantity == 50
    refused(problems.SCAN_ONE_BY_ONE, pack(), line(quantity=50), typed=50)
    refused(problems.SCAN_QUANTITY, pack(), line(countable=True), typed=0)
    refused(problems.SCAN_TOO_MANY, pack(), line(countable=True), typed=3)


def test_a_typed_quantity_is_shared_by_the_lines_of_the_lot() -> None:
    lines = line("L1", quantity=10, countable=True), line("L2", quantity=20, countable=True), line("L3", quantity=5)
    match = scan(pack(), *lines, typed=30)
    assert [(part.line_id, part.quantity) for part in (match, *match.others)] == [("L1", 10), ("L2", 20)]
    assert Scanned().after(match).counts == {"L1": 10, "L2": 20}


def test_a_listed_trace_code_is_its_line_s() -> None:
    lines = line(drug_ids=(DRUG,)), line("L2", lot="B25", drug_ids=(DRUG,), trace_codes=(TRACE,))
    assert scan(code(TRACE), *lines) == Match("L2", 1, TRACE)


def test_a_trace_code_of_the_only_line_of_its_medicine_is_that_line_s() -> None:
    assert scan(code(TRACE), line(drug_ids=("8000000", DRUG)), line("L2", drug_ids=("8000001",))).line_id == "L1"


def test_a_trace_code_that_could_be_of_two_lots_is_ambiguous() -> None:
    lines = line(drug_ids=(DRUG,)), line("L2", lot="B25", drug_ids=(DRUG,), stop_id="S2")
    assert refused(problems.CODE_AMBIGUOUS, code(TRACE), *lines)["readings"] == "B24 | B25"
    # the other lot rides in the same vehicle, so serving one stop does not settle it
    refused(problems.CODE_AMBIGUOUS, code(TRACE), *lines, stop_id="S1")
    refused(problems.CODE_AMBIGUOUS, code(TRACE), *lines, scanned=Scanned({"L1": 2}))


def test_a_trace_code_that_two_lines_of_one_lot_could_have_fills_them_in_order() -> None:
    lines = line("L1", drug_ids=(DRUG,), quantity=1), line("L2", drug_ids=(DRUG,), stop_id="S2")
    assert scan(code(TRACE), *lines).line_id == "L1"
    assert scan(code(TRACE), *lines, stop_id="S2").line_id == "L2"


def test_a_line_that_lists_all_its_trace_codes_takes_no_other() -> None:
    other = TRACE[:-1] + "1"
    full = line(drug_ids=(DRUG,), trace_codes=(other,), quantity=1)
    refused(problems.SCAN_NOT_ON_MANIFEST, code(TRACE), full)
    assert scan(code(TRACE), full, line("L2", lot="B25", drug_ids=(DRUG,))).line_id == "L2"


def test_a_trace_code_is_counted_once() -> None:
    first = scan(code(TRACE), line(drug_ids=(DRUG,)))
    refused(
        problems.SCAN_ALREADY, code("https://a.cn/" + TRACE), line(drug_ids=(DRUG,)), scanned=Scanned().after(first)
    )


def test_a_trace_code_of_another_medicine_is_not_on_the_manifest() -> None:
    refused(problems.SCAN_NOT_ON_MANIFEST, code("9".join(("8", TRACE[2:]))), line(drug_ids=(DRUG,)))


def test_a_carton_brings_all_packs_of_its_line() -> None:
    assert scan(code("(00)" + CARTON), line(sscc=(CARTON,), quantity=40)).quantity == 40
    assert scan(code("(00)" + CARTON), line(sscc=(CARTON,), quantity=40), scanned=Scanned({"L1": 3})).quantity == 37
    refused(problems.SCAN_NOT_ON_MANIFEST, code("(00)" + PALLET), line(sscc=(CARTON,)))


def test_the_last_of_several_cartons_brings_the_line() -> None:
    """How many packs are in which carton is not known, and not guessed."""
    cartons = line(sscc=(CARTON, PALLET), quantity=40)
    first = scan(code("(00)" + CARTON), cartons)
    assert first.quantity == 0
    scanned = Scanned().after(first)
    refused(problems.SCAN_ALREADY, code("(00)" + CARTON), cartons, scanned=scanned)
    assert scan(code("(00)" + PALLET), cartons, scanned=scanned).quantity == 40


def test_a_mixed_carton_serves_all_its_lines() -> None:
    lines = line(sscc=(CARTON,)), line("L2", lot="B25", sscc=(CARTON,), quantity=7)
    match = scan(code("(00)" + CARTON), *lines)
    assert [(part.line_id, part.quantity) for part in (match, *match.others)] == [("L1", 2), ("L2", 7)]
    assert Scanned().after(match).counts == {"L1": 2, "L2": 7}


def test_a_carton_with_goods_of_another_stop_is_refused_whole() -> None:
    lines = line(sscc=(CARTON,)), line("L2", lot="B25", sscc=(CARTON,), stop_id="S2")
    assert refused(problems.SCAN_WRONG_STOP, code("(00)" + CARTON), *lines, stop_id="S1")["site"] == "S2"


def test_a_carton_that_says_another_lot_is_the_wrong_lot() -> None:
    what = code(f"(00){CARTON}(02){INSULIN}(37)40(10)B99")
    assert refused(problems.SCAN_WRONG_LOT, what, line(sscc=(CARTON,)))["expected"] == "B24"


def test_a_carton_of_a_line_already_complete_is_too_many() -> None:
    refused(problems.SCAN_TOO_MANY, code("(00)" + CARTON), line(sscc=(CARTON,)), scanned=Scanned({"L1": 2}))


def test_no_quantity_is_typed_for_a_carton() -> None:
    refused(problems.SCAN_ONE_BY_ONE, code("(00)" + CARTON), line(sscc=(CARTON,), countable=True), typed=1)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"gtin": "6901234567892"}, problems.CODE_LENGTH),
        ({"gtin": INSULIN[:-1] + "1"}, problems.CODE_CHECK_DIGIT),
        ({"drug_ids": ("838579",)}, problems.CODE_LENGTH),
        ({"drug_ids": ("838579A",)}, problems.CODE_CHARACTERS),
        ({"trace_codes": ("123",)}, problems.CODE_LENGTH),
        ({"sscc": (CARTON[:-1] + "1",)}, problems.CODE_CHECK_DIGIT),
        ({"lot": ""}, problems.SCAN_NO_LOT),
        ({"quantity": 0}, problems.SCAN_QUANTITY),
    ],
)
def test_a_line_that_no_scan_could_be_held_against_is_refused(fields: dict[str, Any], kind: Kind) -> None:
    assert is_refused(lambda: line(**fields), kind)


def test_two_lines_of_one_id_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="same id"):
        Manifest([line(), line()])


def test_the_state_is_rebuilt_from_what_was_recorded() -> None:
    lines = line(quantity=9, drug_ids=(DRUG,))
    state = Scanned()
    recorded: list[Match] = []
    for what in (pack(serial="S1"), pack(), code(TRACE)):
        match = scan(what, lines, scanned=state)
        recorded.append(match)
        state = state.after(match)
    assert Scanned.of({"L1": 3}, [match.code_text for match in recorded]) == state


@pytest.mark.parametrize(
    ("recorded", "one"),
    [
        (TRACE, TRACE),
        ("(00)" + CARTON + "(400)X", "(00)" + CARTON),
        (f"(01){INSULIN}(21)A\\(B(10)C", f"(01){INSULIN}(21)A\\(B"),
        (f"(01){INSULIN}(10)C", None),
        (INSULIN, None),
        ("(414)4012345000054", None),
    ],
)
def test_only_what_is_one_of_a_kind_has_an_identity(recorded: str, one: str | None) -> None:
    assert identity(recorded) == one


def test_a_repeated_element_is_recorded_once() -> None:
    assert code_text(pack(more=f"(01){INSULIN}(240)X")) == f"(01){INSULIN}(10)B24(240)X"


LOTS = st.sampled_from(["B1", "B2"])


def on_board(what: str, line_id: str = "L1") -> Scanned:
    return Scanned.of({}, [], {what: line_id})


def test_a_trace_code_is_of_the_line_it_was_loaded_for_whatever_the_note_knows_of_it() -> None:
    unknown, two_lots = line(), (line(drug_ids=(DRUG,)), line("L2", lot="B25", drug_ids=(DRUG,)))
    refused(problems.SCAN_NOT_ON_MANIFEST, code(TRACE), unknown, stop_id="S1")
    refused(problems.CODE_AMBIGUOUS, code(TRACE), *two_lots, stop_id="S1")
    for lines in ((unknown,), two_lots):
        assert scan(code(TRACE), *lines, scanned=on_board(TRACE), stop_id="S1") == Match("L1", 1, TRACE)


def test_a_pack_on_board_is_held_to_all_that_every_pack_is() -> None:
    known = on_board(TRACE)
    refused(problems.SCAN_WRONG_STOP, code(TRACE), line(), scanned=known, stop_id="S2")
    refused(problems.SCAN_RECALLED, code(TRACE), line(recalled=True), scanned=known, stop_id="S1")
    refused(problems.SCAN_EXPIRED, code(TRACE), line(expiry=date(2026, 1, 1)), scanned=known, stop_id="S1")
    out = known.after(scan(code(TRACE), line(), scanned=known, stop_id="S1"))
    refused(problems.SCAN_ALREADY, code(TRACE), line(), scanned=out, stop_id="S1")


def test_what_a_line_was_loaded_for_that_the_route_no_longer_has_says_nothing() -> None:
    refused(problems.SCAN_NOT_ON_MANIFEST, code(TRACE), line(), scanned=on_board(TRACE, "L9"), stop_id="S1")


LINES = st.lists(
    st.builds(
        lambda lot, stop, quantity, listed, countable: (lot, stop, quantity, listed, countable),
        LOTS,
        st.sampled_from(["S1", "S2"]),
        st.integers(1, 4),
        st.sets(st.sampled_from([f"{DRUG}{n:013}" for n in range(6)]), max_size=2),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)
SCANS = st.lists(
    st.one_of(
        st.builds(lambda lot, serial: pack(lot, serial), LOTS, st.sampled_from([None, "1", "2", "3"])),
        st.sampled_from([f"{DRUG}{n:013}" for n in range(6)]).map(code),
        st.just(pack(None)),
    ),
    max_size=20,
)


@given(LINES, SCANS, st.sampled_from([None, "S1", "S2"]))
def test_no_history_of_scans_exceeds_a_line_or_counts_a_pack_twice(
    shapes: list[tuple[str, str, int, set[str], bool]], scans: list[Code], stop_id: str | None
) -> None:
    lines = [
        line(f"L{n}", lot=lot, stop_id=stop, quantity=quantity, trace_codes=tuple(listed), drug_ids=(DRUG,))
        for n, (lot, stop, quantity, listed, _) in enumerate(shapes)
    ]
    manifest = Manifest(lines)
    scanned = Scanned()
    seen: list[str] = []
    for what in scans:
        try:
            match = judge(what, manifest, scanned, stop_id=stop_id, today=TODAY)
        except Refused:
            continue
        one = identity(match.code_text)
        assert one is None or one not in seen
        seen += [one] if one else []
        assert stop_id in (None, manifest.by_id[match.line_id].stop_id)
        scanned = scanned.after(match)
    for each in lines:
        assert 0 <= scanned.count(each) <= each.quantity


@given(LINES, st.sampled_from([f"{DRUG}{n:013}" for n in range(6)]))
def test_a_trace_code_is_never_given_to_one_lot_where_another_would_do(
    shapes: list[tuple[str, str, int, set[str], bool]], text: str
) -> None:
    lines = [
        line(f"L{n}", lot=lot, quantity=quantity, trace_codes=tuple(listed), drug_ids=(DRUG,))
        for n, (lot, _, quantity, listed, _) in enumerate(shapes)
    ]
    listed_by = {each.lot for each in lines if text in each.trace_codes}
    open_lots = {each.lot for each in lines if len(each.trace_codes) < each.quantity}
    lots = listed_by or open_lots
    try:
        match = scan(code(text), *lines)
    except Refused as refusal:
        kind = refusal.kind
    else:
        assert lots == {Manifest(lines).by_id[match.line_id].lot}
        return
    assert kind is (problems.CODE_AMBIGUOUS if len(lots) > 1 else problems.SCAN_NOT_ON_MANIFEST)


class Untouchable(tuple[ManifestLine, ...]):
    """Lines that nobody may walk through."""

    def __iter__(self) -> Iterator[ManifestLine]:
        raise AssertionError("a scan walked through the lines of the manifest")


@given(st.integers(0, 1999))
def test_a_manifest_of_2000_lines_answers_by_looking_up(n: int) -> None:
    assert judge(code(f"{DRUG}{n:013}"), LARGE, Scanned(), stop_id=None, today=TODAY).line_id == f"L{n}"
    assert judge(pack(f"B{n}", gtin=VACCINE), LARGE, Scanned(), stop_id=None, today=TODAY).line_id == f"V{n}"


def large() -> Manifest:
    """2,000 lines of a medicine that lists its codes, and 2,000 lots of another."""
    listing = [line(f"L{n}", lot=f"A{n}", drug_ids=(DRUG,), trace_codes=(f"{DRUG}{n:013}",)) for n in range(2000)]
    lots = [line(f"V{n}", lot=f"B{n}", gtin=VACCINE) for n in range(2000)]
    manifest = Manifest(listing + lots)
    manifest.lines = Untouchable()
    return manifest


LARGE = large()


def test_a_pack_that_was_loaded_for_another_stop_may_be_brought_out_where_its_lot_goes_too() -> None:
    """Packs of one lot are alike: whichever comes to hand first goes to the stop that is first."""
    lines = (line(), line("L2", stop_id="S2"))
    pack_text = f"(01){lines[0].gtin}(10){lines[0].lot}(21)7"
    loaded_for_the_other = on_board(identity(pack_text) or "", "L2")
    assert scan(code(pack_text), *lines, scanned=loaded_for_the_other, stop_id="S1").line_id == "L1"
    assert scan(code(TRACE), *lines, scanned=on_board(TRACE, "L2"), stop_id="S1").line_id == "L1"
