"""How a refused scan is told: every kind by words of its own."""

import pytest

from driver_app.hardware.ports import Signal
from driver_app.screens.verdicts import LOOKS, REFUSED, UNREADABLE, facts_of, look_of
from shared import problems
from shared.errors import CATALOGUE, Problem

OF_SCANS = [number for number in CATALOGUE if 1101 <= number < 1200]
OF_CODES = [number for number in CATALOGUE if 1001 <= number < 1100]


def problem(number: int, **values: str) -> Problem:
    return Problem(number, values)


@pytest.mark.parametrize("number", OF_SCANS)
def test_every_refusal_of_goods_says_what_to_do(number: int) -> None:
    look = look_of(problem(number))
    assert look.heading
    assert look.advice


@pytest.mark.parametrize("number", OF_CODES)
def test_what_is_wrong_with_a_code_does_not_make_the_goods_wrong(number: int) -> None:
    assert look_of(problem(number)).tone == "unknown"


def test_no_two_kinds_share_a_heading() -> None:
    headings = [look.heading for look in (*LOOKS.values(), UNREADABLE, REFUSED)]
    assert len(set(headings)) == len(headings)


def test_only_a_pack_that_was_counted_before_sounds_like_no_fault() -> None:
    assert [number for number, look in LOOKS.items() if look.signal is not Signal.WRONG] == [
        problems.SCAN_ALREADY.number
    ]


@pytest.mark.parametrize("number", LOOKS)
def test_facts_name_only_what_the_problem_carries(number: int) -> None:
    values = dict.fromkeys(CATALOGUE[number].fields, "x")
    assert "x" in LOOKS[number].facts.format_map(facts_of(problem(number, **values)))


def test_readings_are_shown_where_they_differ() -> None:
    shown = facts_of(problem(1008, value="v", readings="(01)06901234567892(10)A121 | (01)06901234567892(10)A1(21)7"))
    assert shown == {"value": "v", "readings": "…(10)A121 | …(10)A1(21)7"}
    assert facts_of(problem(1008, readings="B24 | C1"))["readings"] == "B24 | C1"
    assert facts_of(problem(1008, readings="(01)1"))["readings"] == "(01)1"
