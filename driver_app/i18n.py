"""Languages of the handheld: gettext catalogues read as they are, switchable while the app runs.

The source language is English: a message's id is its English text. ``translations/zh.po`` is the only other catalogue.
It is parsed from its text form (some hundred entries, a few milliseconds), so nothing has to be compiled on the way to a
handheld, and the file that a translator edits is the file that the driver reads.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import LANGUAGES, Language

TRANSLATIONS = Path(__file__).parent / "translations"


def marked(text: str) -> str:
    """Mark ``text`` for translation where it is defined, to be translated where it is shown."""
    return text


@dataclass(frozen=True)
class Catalogue:
    """The messages of one language: ``single`` by id, ``plural`` by the id of the singular, forms by their number."""

    language: Language
    single: Mapping[str, str] = field(default_factory=dict)
    plural: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def gettext(self, text: str) -> str:
        """The message in this language; without a translation, the English text itself."""
        return self.single.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The message for ``count`` things, its ``{n}`` filled in. Chinese has one form, English two (CLDR)."""
        forms = self.plural.get(one)
        text = forms[0] if forms else (one if count == 1 else many)
        return text.replace("{n}", str(count))


@dataclass
class _Entry:
    id: str = ""
    plural: str = ""
    forms: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False


def parse(text: str, language: Language) -> Catalogue:
    """A catalogue from the text of a ``.po`` file (GNU gettext manual, "The Format of PO Files").

    Entries marked fuzzy and entries without a translation are left out, as ``msgfmt`` does.

    Raises:
        ValueError: a line that the format does not know, with its number, or one id twice.
    """
    single: dict[str, str] = {}
    plural: dict[str, tuple[str, ...]] = {}
    for entry in _entries(text):
        if entry.fuzzy or not entry.id or not all(entry.forms.values()):
            continue
        if entry.id in single or entry.id in plural:
            raise ValueError(f"two entries for {entry.id!r}")
        if entry.plural:
            plural[entry.id] = tuple(form for _, form in sorted(entry.forms.items()))
        else:
            single[entry.id] = entry.forms[0]
    return Catalogue(language, single, plural)


def _entries(text: str) -> Iterator[_Entry]:
    entry, target, seen = _Entry(), "", False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            if seen:
                yield entry
            entry, target, seen = _Entry(), "", False
        elif line.startswith("#"):
            entry.fuzzy = entry.fuzzy or (line.startswith("#,") and "fuzzy" in line)
        else:
            keyword, _, rest = line.partition(" ")
            if line.startswith('"'):
                rest = line
            else:
                target = keyword
            _add(entry, target, rest, number)
            seen = True
    if seen:
        yield entry


def _add(entry: _Entry, target: str, quoted: str, number: int) -> None:
    if not (quoted.startswith('"') and quoted.endswith('"') and len(quoted) > 1):
        raise ValueError(f"line {number}: not a quoted string: {quoted}")
    piece: str = ast.literal_eval(quoted)
    if target == "msgid":
        entry.id += piece
    elif target == "msgid_plural":
        entry.plural += piece
    elif target == "msgstr" or (target.startswith("msgstr[") and target[7:-1].isdigit()):
        form = 0 if target == "msgstr" else int(target[7:-1])
        entry.forms[form] = entry.forms.get(form, "") + piece
    else:
        raise ValueError(f"line {number}: unknown keyword {target!r}")


def load(language: Language, directory: Path = TRANSLATIONS) -> Catalogue:
    """The catalogue of a language.

    Raises:
        ValueError: a language that is not one of ours, or a file that cannot be parsed.
        OSError: the file cannot be read.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    if language == "en":
        return Catalogue("en")
    return parse((directory / f"{language}.po").read_text(encoding="utf-8"), language)
