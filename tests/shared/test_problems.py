"""The catalogue: every problem has a number, both languages, the offending value, and stands in its room's thousand."""

import re

import pytest

from shared import problems
from shared.errors import CATALOGUE, Kind

ENTRIES = {name: value for name, value in vars(problems).items() if isinstance(value, Kind)}
OFFENDING = {"IMPORT_COLUMN_TWICE": "column"}
"""Entries whose offending value has a better name than ``value``."""
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_every_entry_has_one_name_and_every_name_one_entry() -> None:
    assert sorted(entry.number for entry in ENTRIES.values()) == sorted(CATALOGUE)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_it_in_chinese_and_in_english(name: str) -> None:
    entry = ENTRIES[name]
    assert HAN.search(entry.zh)
    assert HAN.search(entry.en) is None
    assert re.search(r"[A-Za-z]{3}", re.sub(r"\{\w+\}", "", entry.en))


@pytest.mark.parametrize("name", ENTRIES)
def test_both_sentences_name_the_same_values_and_the_offending_one_is_among_them(name: str) -> None:
    entry = ENTRIES[name]
    in_zh, in_en = (set(re.findall(r"\{(\w+)\}", text)) for text in (entry.zh, entry.en))
    assert in_zh == in_en == entry.fields
    assert OFFENDING.get(name, "value") in in_en


@pytest.mark.parametrize("name", ENTRIES)
def test_a_sentence_has_no_stray_spaces_and_no_leftover_marks(name: str) -> None:
    for text in (ENTRIES[name].zh, ENTRIES[name].en):
        assert text == text.strip()
        assert "  " not in text
        assert not text.endswith((".", "。"))


@pytest.mark.parametrize("name", ENTRIES)
def test_a_problem_travels_as_an_http_status_of_failure(name: str) -> None:
    assert 400 <= ENTRIES[name].status <= 599


def test_no_two_problems_say_the_same_sentence() -> None:
    for sentences in ([e.zh for e in ENTRIES.values()], [e.en for e in ENTRIES.values()]):
        assert len(set(sentences)) == len(sentences)


def test_every_number_is_of_a_room_that_exists() -> None:
    assert {number // 1000 for number in CATALOGUE} <= set(range(1, 9))
