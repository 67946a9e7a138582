"""The pages' languages: gettext catalogues, Chinese first, switchable by whoever is looking.

Message ids are the English sentences; ``server/translations/zh/LC_MESSAGES/*.po`` hold the Chinese ones, one file an area,
all merged into one catalogue. They are read as they are (no compiled files to forget), once per process.

In Python: ``from server.i18n import gettext as _``; in templates ``_("…")``, with values as ``_("… %(count)s", count=3)``.
"""

from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request, session

from shared.errors import LANGUAGES, Language, Problem
from shared.work import Name

TRANSLATIONS = Path(__file__).parent / "translations"
ZONE = "Asia/Shanghai"
"""The zone of times on pages that belong to no site."""


@cache
def catalogue(language: Language) -> NullTranslations:
    """All messages of ``language``; English needs no catalogue, its sentences are the message ids."""
    merged: NullTranslations = NullTranslations()
    for path in sorted((TRANSLATIONS / language / "LC_MESSAGES").glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        translations = Translations(compiled)
        if isinstance(merged, Translations):
            merged.merge(translations)
        else:
            merged = translations
    return merged


def language() -> Language:
    """The language of the request: what its person chose, else what the browser asks for, else Chinese."""
    if not has_request_context():
        return "zh"
    chosen = session.get("language")
    for known in LANGUAGES:
        if chosen == known:
            return known
    return "en" if request.accept_languages.best_match(LANGUAGES, default="zh") == "en" else "zh"


def choose_language(wanted: str | None) -> Language | None:
    """Speak ``wanted`` for the rest of this session; what is not a language we have is ignored and ``None`` returned."""
    for known in LANGUAGES:
        if wanted == known:
            session["language"] = known
            return known
    return None


def translate(to: Language, message: str, **values: object) -> str:
    """``message`` in a given language, its ``%(name)s`` filled in."""
    text: str = catalogue(to).ugettext(message)
    return text % values if values else text


def gettext(message: str, **values: object) -> str:
    """``message`` in the language of the request, its ``%(name)s`` filled in."""
    return translate(language(), message, **values)


def N_(message: str) -> str:  # noqa: N802  # gettext's own name for "translate this later"
    """Mark a message for the catalogues without translating it yet."""
    return message


def sentence(problem: Problem) -> str:
    """A problem in the language of the request."""
    return problem.text(language())


def shown_name(name: Name) -> str:
    """A name in the language of the request."""
    return name.text(language())


def shown_instant(at: datetime | None, zone: str = ZONE, form: str = "%Y-%m-%d %H:%M") -> str:
    """An instant in a site's zone, or a dash."""
    return "–" if at is None else at.astimezone(ZoneInfo(zone)).strftime(form)


def shown_clock(at: datetime | None, zone: str = ZONE) -> str:
    """The time of day of an instant in a site's zone, or a dash."""
    return shown_instant(at, zone, "%H:%M")


def today(at: datetime, zone: str = ZONE) -> date:
    """The day an instant falls on in a zone: a document that ends on a day is good through it there."""
    return at.astimezone(ZoneInfo(zone)).date()


def register(app: Flask) -> None:
    """Teach the templates both languages."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        lambda message: catalogue(language()).ugettext(message),
        lambda one, many, count: catalogue(language()).ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.filters.update(sentence=sentence, name=shown_name, instant=shown_instant, clock=shown_clock)
    app.jinja_env.globals.update(language=language)
