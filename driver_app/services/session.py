"""Who is signed in, and how the handheld looks to them.

PINs are checked against the slow hashes that came with the signed work, so signing in needs no network. A session outlives
the process: a handheld that dies at a stop comes back to the same stop, with the same person, not to a log-in page.
"""

import binascii
import hmac
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import scrypt

import msgspec

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.kept import Setting
from driver_app.services.listeners import Listeners
from shared import problems
from shared.clock import Clock
from shared.errors import LANGUAGES, Language, Refused
from shared.work import Person

LONGEST = timedelta(hours=16)
"""A session ends by itself after this: longer than any lawful shift, shorter than until the next one."""
FREE_TRIES = 4
"""Wrong PINs that cost nothing."""
FIRST_WAIT = 30.0
"""Seconds (s) after the fifth wrong PIN; doubled by each further one."""
LONGEST_WAIT = 900.0
THEMES = ("light", "dark")
_SCRYPT_MEMORY = 256 * 1024 * 1024
"""Bytes scrypt may use: an upper bound on what a (signed) hash can ask of the handheld."""


class _SignedIn(msgspec.Struct, frozen=True):
    person_id: str
    since: datetime


def pin_matches(pin_hash: str, pin: str) -> bool:
    """Whether ``pin`` is the one behind ``scrypt$n$r$p$salt$hash`` (RFC 7914; salt and hash in base64).

    Raises:
        Refused: FIELD_INVALID where the hash is not of this form.
    """
    try:
        kind, n, r, p, salt, expected = pin_hash.split("$")
        wanted = b64decode(expected, validate=True)
        if kind != "scrypt" or len(wanted) < 16:
            raise ValueError(kind)
        found = scrypt(
            pin.encode(),
            salt=b64decode(salt, validate=True),
            n=int(n),
            r=int(r),
            p=int(p),
            maxmem=_SCRYPT_MEMORY,
            dklen=len(wanted),
        )
    except (ValueError, binascii.Error) as error:
        raise Refused(problems.FIELD_INVALID, field="pin_hash", value="scrypt$…", reason=str(error)) from error
    return hmac.compare_digest(found, wanted)


class Session:
    """Signing in and out, and the settings of the person at the screen."""

    def __init__(self, journal: Journal, duty: Duty, clock: Clock) -> None:
        self._duty, self._clock = duty, clock
        self._listeners: Listeners[None] = Listeners()
        self._kept: Setting[_SignedIn] = Setting(journal, "session", _SignedIn)
        self._wrong_kept: Setting[dict[str, int]] = Setting(journal, "session.wrong", dict[str, int])
        self._language_kept: Setting[Language] = Setting(journal, "language", Language)
        self._theme_kept: Setting[str] = Setting(journal, "theme", str)
        self._signed_in = self._still(self._kept.get())
        self._wrong = self._wrong_kept.get() or {}
        # after a restart a wait begins anew: killing the app must not shorten it
        start = clock.monotonic()
        self._closed_until = {person: start + _wait(wrong) for person, wrong in self._wrong.items()}
        self._language: Language = self._language_kept.get() or "zh"
        self._theme = self._theme_kept.get() or THEMES[0]

    def _still(self, kept: _SignedIn | None) -> _SignedIn | None:
        """Who is still signed in: the end of a shift signs its driver out, also where the app died right after it."""
        ended = self._duty.journey.ended if self._duty.started else None
        return None if kept is None or (ended is not None and kept.since <= ended) else kept

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after signing in or out, or changing a setting; returns how to stop it."""
        return self._listeners.add(lambda _: listener())

    # people ------------------------------------------------------------------------------------------------------------

    def people(self) -> tuple[Person, ...]:
        """Who may sign in: of the work in force, and of the work that waits for the next shift."""
        everyone: dict[str, Person] = {}
        for work in (self._duty.work, None if self._duty.on_shift else self._duty.pending):
            if work is not None:
                everyone |= {person.id: person for person in work.people}
        return tuple(everyone.values())

    def sign_in(self, person_id: str, pin: str) -> Person:
        """Sign somebody in, and take on the work that waited for a new shift.

        Raises:
            Refused: NO_ROUTE where no work has come yet, PIN_WRONG, LOGIN_THROTTLED (with the seconds to wait).
        """
        if self._duty.work is None:
            raise Refused(problems.NO_ROUTE, value=person_id)
        person = next((p for p in self.people() if p.id == person_id), None)
        left = self._closed_until.get(person_id, 0.0) - self._clock.monotonic()
        if left > 0:
            name = person_id if person is None else person.name.zh
            raise Refused(problems.LOGIN_THROTTLED, value=name, seconds=max(1, round(left)))
        if person is None or not pin_matches(person.pin_hash, pin):
            self._count_wrong(person_id)
            raise Refused(problems.PIN_WRONG, value=person_id if person is None else person.name.zh)
        if self._wrong.pop(person_id, None) is not None:
            self._wrong_kept.put(self._wrong)
        self._duty.take_pending()
        self._signed_in = _SignedIn(person.id, self._clock.now())
        self._kept.put(self._signed_in)
        self._listeners.tell(None)
        return person

    def _count_wrong(self, person_id: str) -> None:
        wrong = self._wrong.get(person_id, 0) + 1
        self._wrong = {**self._wrong, person_id: wrong}
        self._wrong_kept.put(self._wrong)
        self._closed_until[person_id] = self._clock.monotonic() + _wait(wrong)

    def sign_out(self) -> None:
        """Nobody is signed in from here on."""
        self._kept.drop()
        self._signed_in = None
        self._listeners.tell(None)

    def actor(self) -> Person | None:
        """Who is signed in, if anybody is, and still may."""
        signed_in = self._signed_in
        if signed_in is None or self._clock.now() - signed_in.since > LONGEST:
            return None
        return next((person for person in self.people() if person.id == signed_in.person_id), None)

    # settings ----------------------------------------------------------------------------------------------------------

    @property
    def language(self) -> Language:
        """The language of the screen."""
        return self._language

    @language.setter
    def language(self, language: Language) -> None:
        if language not in LANGUAGES:
            raise Refused(problems.FIELD_INVALID, field="language", value=language, reason=", ".join(LANGUAGES))
        self._language_kept.put(language)
        self._language = language
        self._listeners.tell(None)

    @property
    def theme(self) -> str:
        """``light`` or ``dark``."""
        return self._theme

    @theme.setter
    def theme(self, theme: str) -> None:
        if theme not in THEMES:
            raise Refused(problems.FIELD_INVALID, field="theme", value=theme, reason=", ".join(THEMES))
        self._theme_kept.put(theme)
        self._theme = theme
        self._listeners.tell(None)


def _wait(wrong: int) -> float:
    """Seconds (s) to wait after so many wrong PINs in a row."""
    return 0.0 if wrong <= FREE_TRIES else min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (wrong - FREE_TRIES - 1))
