"""Every word a person reads exists in both languages."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.support import Translations

from server.i18n import TRANSLATIONS, catalogue, shown_clock, shown_instant, today, translate
from tests.server.conftest import MORNING

SERVER = TRANSLATIONS.parent
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "translate": (2,)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}
_PLACEHOLDER = re.compile(r"%\((\w+)\)")


def messages() -> dict[str, str]:
    """Every message of the pages, with where it stands first."""
    found: dict[str, str] = {}
    for file, line, message, _, _ in extract_from_dir(SERVER, METHODS, OPTIONS, keywords=KEYWORDS):
        text = message[0] if isinstance(message, tuple) else message
        if text:
            found.setdefault(text, f"{file}:{line}")
    return found


def entries() -> list[tuple[Path, str, str]]:
    """(file, message, translation) of every catalogue."""
    found = []
    for path in sorted((TRANSLATIONS / "zh" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            found += [(path, str(m.id), str(m.string)) for m in read_po(file, locale="zh") if m.id]
    return found


def test_every_message_of_the_pages_is_translated() -> None:
    chinese = catalogue("zh")
    assert isinstance(chinese, Translations)
    known = {message for _, message, _ in entries()}
    assert {message: where for message, where in messages().items() if message not in known} == {}


def test_translations_have_words_and_the_same_values() -> None:
    for path, message, chinese in entries():
        assert chinese.strip(), f"{path.name}: {message}"
        assert set(_PLACEHOLDER.findall(message)) == set(_PLACEHOLDER.findall(chinese)), f"{path.name}: {message}"


def test_one_message_has_one_translation() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for path, message, chinese in entries():
        assert seen.setdefault(message, (path.name, chinese))[1] == chinese, f"{message}: {seen[message]} {path.name}"


def test_values_are_filled_in() -> None:
    assert translate("en", "%(days)s days left", days=3) == "3 days left"
    assert translate("zh", "%(days)s days left", days=3) == "还剩 3 天"


def test_times_are_shown_in_the_zone_of_the_site() -> None:
    assert shown_instant(MORNING) == "2026-11-22 08:00"
    assert shown_clock(MORNING, "Asia/Urumqi") == "06:00"
    assert shown_instant(None) == "–"
    assert today(MORNING.replace(hour=17)).isoformat() == "2026-11-23"
