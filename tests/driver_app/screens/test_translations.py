"""The catalogues: parsed as gettext writes them, complete, and with the same blanks to fill in both languages."""

import string

import pytest

from driver_app.i18n import Catalogue, load, marked, parse
from shared.errors import LANGUAGES
from tests.driver_app.screens.messages import messages

HEADER = 'msgid ""\nmsgstr ""\n"Language: zh\\n"\n\n'


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_message_of_the_screens_has_a_chinese_text() -> None:
    chinese = load("zh")
    assert not [m for m in messages() if m not in chinese.single and m not in chinese.plural]


def test_the_catalogue_holds_nothing_that_no_screen_says() -> None:
    chinese = load("zh")
    assert not {*chinese.single, *chinese.plural} - messages().keys()


def test_plural_messages_are_plural_in_the_catalogue() -> None:
    plural = {one for one, many in messages().items() if many is not None}
    assert load("zh").plural.keys() == plural


def test_both_languages_leave_the_same_blanks() -> None:
    chinese = load("zh")
    pairs = [*chinese.single.items(), *((one, forms[0]) for one, forms in chinese.plural.items())]
    assert not [one for one, other in pairs if blanks(one) != blanks(other)]


def test_a_message_is_its_own_english() -> None:
    assert load("en").gettext("Accept and sign") == "Accept and sign"


def test_an_unknown_message_is_shown_in_english_rather_than_not_at_all() -> None:
    assert load("zh").gettext("nobody wrote this") == "nobody wrote this"


def test_english_has_two_forms_and_chinese_one() -> None:
    english, chinese = load("en"), load("zh")
    assert [english.ngettext("{n} pack", "{n} packs", n) for n in (0, 1, 2)] == ["0 packs", "1 pack", "2 packs"]
    assert [chinese.ngettext("{n} pack", "{n} packs", n) for n in (1, 2)] == ["1 件", "2 件"]


def test_every_language_of_the_product_loads() -> None:
    assert [load(language).language for language in LANGUAGES] == list(LANGUAGES)


def test_a_language_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="no such language: fr"):
        load("fr")  # type: ignore[arg-type]


def test_a_text_may_run_over_several_lines() -> None:
    text = HEADER + 'msgid "a "\n"b"\nmsgstr "甲"\n"乙\\n"\n'
    assert parse(text, "zh").single == {"a b": "甲乙\n"}


def test_fuzzy_and_untranslated_entries_are_left_out() -> None:
    text = HEADER + '#, fuzzy\nmsgid "a"\nmsgstr "甲"\n\nmsgid "b"\nmsgstr ""\n'
    assert parse(text, "zh") == Catalogue("zh")


def test_plural_forms_are_kept_in_order() -> None:
    text = 'msgid "{n} a"\nmsgid_plural "{n} as"\nmsgstr[1] "many {n}"\nmsgstr[0] "one {n}"\n'
    assert parse(text, "zh").plural == {"{n} a": ("one {n}", "many {n}")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('msgid "a"\nmsgid "a', "line 2: not a quoted string"),
        ('msgctxt "x"\nmsgid "a"\nmsgstr "b"', "line 1: unknown keyword 'msgctxt'"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"', "two entries for 'a'"),
    ],
)
def test_a_damaged_catalogue_says_where(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(text, "zh")


def test_marking_changes_nothing() -> None:
    assert marked("Closed") == "Closed"
