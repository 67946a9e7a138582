"""Which turn comes next: only ever forwards, and honest about having left the way."""

from shared.geo import Position
from shared.guidance import PASSED, guide
from shared.work import Direction, Name

M = 1 / 111_195
"""Degrees of latitude in a metre."""


def at(north: float, east: float = 0.0) -> Position:
    return Position(39.9 + north * M, 116.4 + east * M / 0.7672)


WAY = tuple(
    Direction(Name(f"第{number}步", f"step {number}"), length, place)
    for number, (place, length) in enumerate(
        [(at(0), 500.0), (at(500), 300.0), (at(500, 300), 200.0), (at(700, 300), 0.0)]
    )
)


def test_before_the_way_begins_its_first_turn_comes_next() -> None:
    found = guide(WAY, at(-200))
    assert found is not None
    assert (found.place, round(found.away), found.lost) == (0, 200, False)


def test_a_turn_that_was_reached_is_behind() -> None:
    found = guide(WAY, at(500 - PASSED / 2))
    assert found is not None
    assert found.place == 2


def test_between_two_turns_the_next_is_told_with_its_distance() -> None:
    found = guide(WAY, at(500, 100), reached=1)
    assert found is not None
    assert (found.place, round(found.away, -1), found.lost) == (2, 200, False)


def test_a_turn_that_lies_behind_does_not_come_back() -> None:
    found = guide(WAY, at(0), reached=1)
    assert found is not None
    assert found.place == 2


def test_at_the_end_nothing_comes_next() -> None:
    assert guide(WAY, at(700, 300), reached=2) is None
    assert guide(WAY, at(700, 300), reached=3) is None
    assert guide((), at(0)) is None


def test_far_from_the_way_the_driver_is_told_so() -> None:
    found = guide(WAY, at(3000, 3000), reached=0)
    assert found is not None
    assert found.lost


def test_before_the_start_nobody_is_lost() -> None:
    found = guide(WAY, at(-5000))
    assert found is not None
    assert not found.lost
