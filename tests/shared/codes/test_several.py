"""Packs with several codes."""

from datetime import date
from typing import Any

import pytest

from shared import problems
from shared.codes.checkdigit import check_digit
from shared.codes.match import Manifest, ManifestLine, Match, Scanned, code_text
from shared.codes.parse import Code, parse
from shared.codes.several import best_first, judge_pack, names_again, standing_against
from shared.errors import Kind, Refused

EAN = "6901234567892"
GTIN = "0" + EAN
TRACE = "83857930000879766660"
PACK = f"(01){GTIN}(17)271231(10)B24(21)S7"
TODAY = date(2026, 11, 22)


def codes(*texts: str) -> list[Code]:
    return [parse(text, year=2026) for text in texts]


def line(line_id: str = "L1", **fields: Any) -> ManifestLine:
    given: dict[str, Any] = {"gtin": GTIN, "lot": "B24", "quantity": 2, "drug_ids": (TRACE[:7],), **fields}
    return ManifestLine(line_id, "C1", "S1", **given)


def judged(texts: tuple[str, ...], *lines: ManifestLine, scanned: Scanned | None = None, **how: Any) -> Match:
    return judge_pack(
        codes(*texts),
        Manifest(lines),
        scanned or Scanned(),
        stop_id=how.get("stop_id"),
        today=TODAY,
        typed=how.get("typed"),
    )


def refused(kind: Kind, texts: tuple[str, ...], *lines: ManifestLine, **how: Any) -> None:
    with pytest.raises(Refused) as refusal:
        judged(texts, *lines, **how)
    assert refusal.value.kind is kind


@pytest.mark.parametrize("texts", [(PACK, TRACE, EAN), (EAN, TRACE, PACK), (TRACE, EAN, PACK)])
def test_a_pack_with_three_codes_counts_once_in_whatever_order_they_are_seen(texts: tuple[str, ...]) -> None:
    assert judged(texts, line()) == Match("L1", 1, f"(01){GTIN}(21)S7(10)B24(17)271231", beside=(TRACE,))


def test_one_code_is_judged_as_ever() -> None:
    assert judged((TRACE,), line()) == Match("L1", 1, TRACE)
    refused(problems.SCAN_NO_LOT, (EAN,), line())


def test_the_same_statement_in_two_symbols_is_one() -> None:
    link = f"https://id.gs1.org/01/{GTIN}/10/B24/21/S7?17=271231"
    (only,) = best_first(codes(PACK, link))
    assert code_text(only).startswith(f"(01){GTIN}(21)S7")


def test_a_place_on_the_label_comes_last() -> None:
    assert [code_text(code) for code in best_first(codes("(414)4012345000054", EAN))] == [GTIN, "(414)4012345000054"]


@pytest.mark.parametrize(
    "texts",
    [
        (PACK, PACK.replace("S7", "S8")),
        (TRACE, TRACE[:-1] + "1"),
        (PACK, f"(01){GTIN}(10)B25"),
        (PACK, "691234567890" + check_digit("691234567890")),
        ("00106141412345678908", "0010614141234567891" + check_digit("10614141234567891")),
    ],
)
def test_codes_of_two_packs_in_one_picture_are_not_guessed_apart(texts: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refusal:
        best_first(codes(*texts))
    assert refusal.value.kind is problems.CODE_AMBIGUOUS


@pytest.mark.parametrize(
    ("pack", "changed", "kind"),
    [
        (PACK, {"recalled": True}, problems.SCAN_RECALLED),
        (PACK.replace("271231", "251231"), {}, problems.SCAN_EXPIRED),
        (PACK.replace("B24", "B99"), {}, problems.SCAN_WRONG_LOT),
    ],
)
def test_what_one_code_says_against_a_pack_stands_against_its_other_codes(
    pack: str, changed: dict[str, Any], kind: Kind
) -> None:
    assert judged((TRACE,), line()).quantity == 1
    refused(kind, (TRACE, pack), line(**changed))


def test_a_pack_that_was_counted_by_one_of_its_codes_is_not_counted_by_the_other() -> None:
    counted = Scanned.of({"L1": 1}, [TRACE])
    refused(problems.SCAN_ALREADY, (PACK, TRACE), line(), scanned=counted)


@pytest.mark.parametrize("drug_ids", [(TRACE[:7],), ()], ids=["known to the note", "unknown to it"])
@pytest.mark.parametrize("pack", [PACK, f"(01){GTIN}(10)B24"], ids=["with serial", "without"])
def test_the_other_code_of_a_counted_pack_was_scanned_already(pack: str, drug_ids: tuple[str, ...]) -> None:
    known = line(drug_ids=drug_ids)
    counted = Scanned().after(judged((pack, TRACE), known))
    refused(problems.SCAN_ALREADY, (TRACE,), known, scanned=counted)


def test_a_serial_without_a_lot_that_was_read_beside_a_trace_code_was_scanned_already() -> None:
    serial = f"(01){GTIN}(21)S7"
    counted = Scanned().after(judged((TRACE, serial), line()))
    refused(problems.SCAN_ALREADY, (serial,), line(), scanned=counted)


def test_a_code_that_many_packs_share_is_not_remembered_as_one_pack_s() -> None:
    assert judged((PACK, EAN, f"(01){GTIN}(10)B24"), line()).beside == ()


def test_a_pack_of_another_stop_is_named_so() -> None:
    refused(problems.SCAN_WRONG_STOP, (PACK, EAN), line(), stop_id="S2")


def test_a_code_that_the_manifest_does_not_know_does_not_spoil_one_that_it_does() -> None:
    assert judged((PACK, TRACE), line(drug_ids=())).line_id == "L1"
    by_trace = judged((PACK, TRACE), line(gtin=None))
    assert (by_trace.line_id, by_trace.quantity, by_trace.code_text) == ("L1", 1, TRACE)


def test_codes_that_belong_to_two_lines_are_not_guessed() -> None:
    other = line("L2", gtin=None, lot="C1", trace_codes=(TRACE,), drug_ids=())
    refused(problems.CODE_AMBIGUOUS, (PACK, TRACE), line(drug_ids=()), other)


def test_the_gravest_refusal_is_the_one_that_is_shown() -> None:
    counted = Scanned.of({"L1": 1}, [TRACE])
    refused(problems.SCAN_RECALLED, (TRACE, PACK), line(recalled=True), scanned=counted)


def test_a_typed_quantity_is_for_countable_lines_here_too() -> None:
    refused(problems.SCAN_ONE_BY_ONE, (PACK, TRACE), line(), typed=2)
    assert judged((f"(01){GTIN}(10)B24", EAN), line(countable=True), typed=2).quantity == 2


# codes that come one after another ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "is_one"),
    [
        (PACK, TRACE, True),
        (TRACE, PACK, True),
        (PACK, EAN, True),
        (TRACE, f"https://id.gs1.org/01/{GTIN}/10/B24/21/S7", True),
        (PACK, PACK.replace("S7", "S8"), False),
        (TRACE, TRACE[:-1] + "1", False),
        (PACK, "8100002" + TRACE[7:], False),
        (TRACE, PACK.replace("B24", "B99"), False),
        (TRACE, f"(01){GTIN}(21)S7", False),
        (PACK, "(00)106141412345678908", False),
        (PACK, "(414)4012345000054", False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_code_is_one_more_of_a_pack_only_where_the_manifest_knows_it_for_that_line(
    before: str, now: str, is_one: bool
) -> None:
    first, second = codes(before, now)
    assert names_again(second, [first], "L1", Manifest([line(), line("L2", lot="B25", drug_ids=())])) is is_one


def test_a_code_that_the_manifest_knows_for_another_line_only_is_no_name_of_this_pack() -> None:
    first, second = codes(PACK, TRACE)
    assert not names_again(second, [first], "L1", Manifest([line(trace_codes=()), line("L2", trace_codes=(TRACE,))]))


FULL = Scanned({"L1": 2})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (PACK.replace("271231", "251231"), problems.SCAN_EXPIRED),
        (PACK.replace("B24", "B99"), problems.SCAN_WRONG_LOT),
    ],
)
def test_what_one_more_code_says_against_the_pack_stands(text: str, kind: Kind) -> None:
    (code,) = codes(text)
    with pytest.raises(Refused) as refusal:
        standing_against(code, Manifest([line()]), FULL, stop_id=None, today=TODAY)
    assert refusal.value.kind is kind


@pytest.mark.parametrize("text", [PACK, EAN])
def test_that_the_line_is_full_or_a_code_has_no_lot_says_nothing_against_a_counted_pack(text: str) -> None:
    (code,) = codes(text)
    standing_against(code, Manifest([line()]), FULL, stop_id=None, today=TODAY)
