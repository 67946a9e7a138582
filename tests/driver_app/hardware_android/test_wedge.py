"""Keyboard wedges: keys in, codes out, and nothing made up in between."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import CodeSource, RawCode
from driver_app.hardware.wedge import GAP, PAUSE, SEPARATORS, Assembler, Wedge, WedgeScanner, character_of
from shared import problems
from shared.codes.element_string import GS, build
from shared.codes.gs1 import PackCode
from shared.codes.parse import LENGTH_MAX, parse
from shared.errors import Problem, Refused
from tests.shared.codes.refusals import is_refused
from tests.shared.codes.strategies import packs

PACK = "01069012345678921727123110B24" + GS + "21S7"


def typed(assembler: Assembler, text: str, *, start: float = 0.0, gap: float = 0.01) -> list[str]:
    """Type characters evenly, and give the codes that came out."""
    codes = [assembler.key(character, start + place * gap) for place, character in enumerate(text)]
    return [code for code in codes if code is not None]


@pytest.mark.parametrize("end", ["\r", "\n", "\t"])
def test_a_code_ends_with_enter_or_tab(end: str) -> None:
    assert typed(Assembler(Wedge()), "6901234567892" + end) == ["6901234567892"]


def test_the_second_half_of_a_double_line_end_is_nothing() -> None:
    assert typed(Assembler(Wedge()), "6901234567892\r\n") == ["6901234567892"]


def test_two_codes_in_a_row_stay_two() -> None:
    assembler = Assembler(Wedge())
    assert typed(assembler, "6901234567892\r83857930000879766660\r") == ["6901234567892", "83857930000879766660"]


@pytest.mark.parametrize("separator", ["|", "{GS}", "^]", "~", "\u241d"])
def test_a_substitute_becomes_the_separator_again(separator: str) -> None:
    assert typed(Assembler(Wedge(separator)), PACK.replace(GS, separator) + "\r") == [PACK]


def test_a_bracket_that_separates_is_told_from_one_that_names_the_symbology() -> None:
    assert Wedge("]").restored("]d2" + PACK.replace(GS, "]")) == "]d2" + PACK
    assert Wedge("]").restored("]" + PACK.replace(GS, "]")) == GS + PACK


@pytest.mark.parametrize("separator", SEPARATORS)
def test_every_separator_that_is_offered_may_be_used_and_none_tears_a_lot_apart(separator: str | None) -> None:
    scanner = WedgeScanner()
    scanner.use(separator)
    seen: list[RawCode] = []
    scanner.start(seen.append)
    scanner.typed(PACK.replace(GS, separator or GS))
    assert seen == [RawCode(PACK, None, CodeSource.SCANNER, separator=None if separator is None else GS)]
    assert is_refused(lambda: scanner.use("A"), problems.CODE_CHARACTERS)


def test_a_wedge_known_to_separate_is_believed_where_an_unknown_one_is_ambiguous() -> None:
    ends_with_a_lot = "0106901234567892" + "10B24017"  # the lot may end before 01, or hold it
    assert is_refused(lambda: parse(ends_with_a_lot, year=2026), problems.CODE_AMBIGUOUS)
    pack = parse(ends_with_a_lot, year=2026, fnc1_substitute=GS)
    assert isinstance(pack, PackCode)
    assert pack.lot == "B24017"


@given(packs(), st.sampled_from(["|", "{GS}", "~"]))
def test_a_wedge_with_a_substitute_loses_nothing(elements: tuple, separator: str) -> None:  # type: ignore[type-arg]
    (code,) = typed(Assembler(Wedge(separator)), build(elements).replace(GS, separator) + "\r")
    assert code == build(elements)


def test_control_and_bracket_is_the_separator() -> None:
    keys = [character_of(ord(c), c, []) for c in "10B24"] + [character_of(93, "]", ["ctrl"])]
    assert keys == ["1", "0", "B", "2", "4", GS]
    assert character_of(271, "\r", []) == "\r"
    assert character_of(9, "\t", []) == "\t"
    assert character_of(304, None, ["shift"]) is None
    assert character_of(ord("c"), "c", ["ctrl"]) is None


@pytest.mark.parametrize("separator", ["A", "21", "-", ""])
def test_a_substitute_that_may_stand_in_a_lot_is_refused(separator: str) -> None:
    assert is_refused(lambda: Wedge(separator), problems.CODE_CHARACTERS)


def test_dropped_separators_are_called_ambiguous_and_no_lot_is_guessed() -> None:
    (code,) = typed(Assembler(Wedge()), PACK.replace(GS, "") + "\r")
    assert is_refused(lambda: parse(code, year=2026), problems.CODE_AMBIGUOUS)
    (kept,) = typed(Assembler(Wedge("|")), PACK.replace(GS, "|") + "\r")
    pack = parse(kept, year=2026)
    assert isinstance(pack, PackCode)
    assert pack.lot == "B24"


def test_keys_of_a_person_make_no_code() -> None:
    assert typed(Assembler(Wedge()), "6901234567892\r", gap=GAP + 0.05) == []


def test_a_few_quick_keys_make_no_code() -> None:
    assert typed(Assembler(Wedge()), "12345\r") == []
    assert typed(Assembler(Wedge()), "\r\t\n") == []


def test_a_person_s_keys_do_not_stick_to_the_code_after_them() -> None:
    assembler = Assembler(Wedge())
    assembler.key("x", 0.0)
    assert typed(assembler, "6901234567892\r", start=PAUSE + 1) == ["6901234567892"]


def test_a_code_that_was_cut_off_is_refused_and_the_next_one_is_whole() -> None:
    assembler = Assembler(Wedge())
    assert typed(assembler, PACK[:20]) == []
    assert is_refused(lambda: assembler.look(0.2 + PAUSE), problems.CODE_UNREADABLE)
    assert typed(assembler, "6901234567892\r", start=9.0) == ["6901234567892"]


@pytest.mark.parametrize("hole", [GAP + 0.01, PAUSE + 0.01, 1.5])
@pytest.mark.parametrize("looked", [True, False])
def test_a_code_with_a_hole_is_refused_once_and_its_rest_is_no_code(hole: float, looked: bool) -> None:
    assembler = Assembler(Wedge())
    numbers: list[int] = []

    def attempt(act: Callable[[], str | None]) -> str | None:
        try:
            return act()
        except Refused as refusal:
            numbers.append(refusal.problem.number)
            return None

    at, codes = 0.0, []
    for place, character in enumerate(PACK + "\r"):
        at += hole if place == 12 else 0.01
        if looked:
            codes.append(attempt(lambda now=at: assembler.look(now)))  # type: ignore[misc]
        codes.append(attempt(lambda key=character, now=at: assembler.key(key, now)))  # type: ignore[misc]
    assert (numbers, set(codes)) == ([problems.CODE_UNREADABLE.number], {None})
    assert typed(assembler, "6901234567892\r", start=at + 0.1) == ["6901234567892"]


def test_an_enter_that_comes_too_late_refuses_what_it_would_have_ended() -> None:
    assembler = Assembler(Wedge())
    typed(assembler, PACK)
    assert is_refused(lambda: assembler.key("\r", 9.0), problems.CODE_UNREADABLE)


def test_without_a_terminator_a_pause_ends_a_code() -> None:
    assembler = Assembler(Wedge(terminated=False))
    assert typed(assembler, "6901234567892") == []
    assert assembler.look(0.12 + PAUSE / 2) is None
    assert assembler.look(0.12 + PAUSE + 0.01) == "6901234567892"
    assert assembler.look(9.0) is None


def test_slow_keys_are_forgotten_after_a_pause() -> None:
    assembler = Assembler(Wedge(terminated=False))
    typed(assembler, "12345678", gap=GAP + 0.05)
    assert assembler.look(9.0) is None


def test_a_stuck_key_is_refused_for_its_length() -> None:
    assembler = Assembler(Wedge())
    with pytest.raises(Refused) as refusal:
        typed(assembler, "9" * (LENGTH_MAX + 1))
    assert refusal.value.kind is problems.CODE_LENGTH
    assert typed(assembler, "6901234567892\r", start=99.0) == ["6901234567892"]


def test_the_scanner_port_gives_what_was_assembled_and_tells_what_was_cut_off() -> None:
    notices = Notices()
    told: list[Problem] = []
    stop = notices.subscribe(told.append)
    scanner = WedgeScanner("|", notices=notices)
    seen: list[RawCode] = []
    scanner.start(seen.append)
    for place, character in enumerate("10B24|21S7\r"):
        scanner.pressed(character, place * 0.01)
    for place, character in enumerate("10B24|"):
        scanner.pressed(character, 5 + place * 0.01)
    scanner.look(9.0)
    stop()
    stop()
    notices.note(told[0])
    assert seen == [RawCode("10B24\x1d21S7", None, CodeSource.SCANNER, separator=GS)]
    assert [problem.number for problem in told] == [problems.CODE_UNREADABLE.number]
