"""Keyboard wedges: scanners that type. Characters with their times go in, codes come out.

A wedge types a code within a fraction of a second and ends it with Enter or Tab. FNC1 (GS, 0x1D) is the trouble: a keyboard
has no such key, so a wedge drops it, types it as Ctrl+], or types whatever it was set to (:attr:`Wedge.separator`). What was
dropped is not put back here: :func:`shared.codes.parse.parse` refuses what could be read in two ways, and a lot is never
guessed. A wedge that is known to type a separator says so with every code (:attr:`RawCode.separator`), and is believed.

Keys that come slower than a wedge types are a person's and make no code: what a person types goes through the screen for it,
where it is marked as typed. No Kivy and no clock here; times are seconds (s) of any clock that never goes back.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import CodeSource, RawCode, Subscription
from shared import problems
from shared.codes.ai_definition import TEXT
from shared.codes.element_string import GS
from shared.codes.parse import LENGTH_MAX
from shared.errors import Refused

ENDS = ("\r", "\n", "\t")
"""Enter, or Tab."""
GAP = 0.1
"""Seconds (s) between two keys of one code at most. Wedges leave 0 to 30 ms; fast typists about 120 ms."""
PAUSE = 0.3
"""Seconds (s) of silence that end a code, for a wedge that types nothing after it."""
RESUMED = 2.0
"""Seconds (s) after a code was cut off in which further keys are its rest, and no code of their own."""
SHORTEST = 6
"""Characters of the shortest run that is taken for a code: below an EAN-8, above what fingers roll over by accident."""
SEPARATORS: tuple[str | None, ...] = (None, GS, "|", "^", "]", "~", "{GS}")
"""What wedges are set up to type for FNC1, offered as a setting: nothing that is known of; Ctrl+]; characters outside GS1's
character set 82 that keyboards of all layouts have; the word that some makers use."""
_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""A symbology identifier (ISO/IEC 15424): its bracket is no separator."""


class Wedge(msgspec.Struct, frozen=True):
    """How a wedge was set up.

    ``separator``: what it types for FNC1 (GS for Ctrl+]); ``None`` where nobody knows that it types anything.
    ``terminated``: whether it types Enter or Tab after a code. If it does, a code without it was cut off and is refused: its
    last field may be a lot's beginning.

    Raises:
        Refused: CODE_CHARACTERS for a separator that may stand in a lot: it would tear lots apart.
    """

    separator: str | None = None
    terminated: bool = True

    def __post_init__(self) -> None:
        if self.separator is not None and TEXT.issuperset(self.separator):
            raise Refused(problems.CODE_CHARACTERS, what="FNC1", value=self.separator)

    def restored(self, text: str) -> str:
        """What was typed, with GS where FNC1 was."""
        if self.separator is None:
            return text
        identifier = _IDENTIFIER.match(text)
        start = 0 if identifier is None else identifier.end()
        return text[:start] + text[start:].replace(self.separator, GS)


class Assembler:
    """Puts keys together. One keyboard, one thread."""

    def __init__(self, wedge: Wedge) -> None:
        self._wedge = wedge
        self._text = ""
        self._last = 0.0
        self._spoiled = False
        """Whether what is being typed is no code: a person's keys, or the rest of one that was cut off."""
        self._cut_at: float | None = None

    def key(self, character: str, at: float) -> str | None:
        """A key was pressed at ``at``; the code that it ended, if it ended one.

        Raises:
            Refused: CODE_UNREADABLE where a pause cut the code before off, CODE_LENGTH for more than
                :data:`~shared.codes.parse.LENGTH_MAX` characters; the key itself is taken all the same.
        """
        cut: Refused | None = None
        if self._text and at - self._last > GAP:
            cut = self._interrupted(at)
        if character in ENDS:
            text, spoiled = self._take()
            self._cut_at = None
            if cut is not None:
                raise cut
            return None if spoiled or len(text) < SHORTEST else self._wedge.restored(text)
        if not self._text:
            self._spoiled = self._cut_at is not None and at - self._cut_at < RESUMED
        self._text += character
        self._last = at
        if len(self._text) > LENGTH_MAX:
            text, _ = self._take()
            raise Refused(problems.CODE_LENGTH, what="键盘 / keyboard", value=text, expected=f"≤ {LENGTH_MAX}")
        if cut is not None:
            raise cut
        return None

    def look(self, at: float) -> str | None:
        """Time has passed and no key came; the code that the pause ended, if it ended one.

        Raises:
            Refused: CODE_UNREADABLE where the pause cut off a code that should have ended with Enter or Tab.
        """
        if not self._text or at - self._last < PAUSE:
            return None
        text, spoiled = self._take()
        if spoiled or len(text) < SHORTEST:
            return None
        if self._wedge.terminated:
            self._cut_at = self._last
            raise _cut_off(text)
        return self._wedge.restored(text)

    def _interrupted(self, at: float) -> Refused | None:
        """A gap inside what was typed: a code that was cut off, or keys of a person."""
        if not self._spoiled and len(self._text) >= SHORTEST:
            text, _ = self._take()
            self._cut_at = self._last
            return _cut_off(text)
        if at - self._last >= PAUSE:
            self._take()
        else:
            self._spoiled = True
        return None

    def _take(self) -> tuple[str, bool]:
        """What was typed so far, and whether it is spoiled; begin anew."""
        text, spoiled = self._text, self._spoiled
        self._text, self._spoiled = "", False
        return text, spoiled


class WedgeScanner:
    """:class:`driver_app.hardware.ports.Scanner` for a reader that types, and for a person who does.

    Key by key, with :meth:`pressed` and :meth:`look`, which tell a reader from a person by their pace; or line by line, with
    :meth:`typed`. Many wedges cannot type GS (0x1D); ``separator`` is what this one types instead, and becomes GS again; it
    can be changed (:meth:`use`). ``terminated``: whether it types Enter or Tab after each code. What is cut off goes to
    ``notices``.

    Raises:
        Refused: CODE_CHARACTERS for a separator that may stand in a lot.
    """

    def __init__(
        self, separator: str | None = None, *, terminated: bool = True, notices: Notices | None = None
    ) -> None:
        self._wedge = Wedge(separator, terminated)
        self._assembler = Assembler(self._wedge)
        self._notices = notices or Notices()
        self._listeners: list[Callable[[RawCode], None]] = []

    def use(self, separator: str | None) -> None:
        """From the next key on, expect another separator. What was typed half is forgotten.

        Raises:
            Refused: CODE_CHARACTERS for one that may stand in a lot.
        """
        self._wedge = Wedge(separator, self._wedge.terminated)
        self._assembler = Assembler(self._wedge)

    def start(self, on_code: Callable[[RawCode], None]) -> Subscription:
        self._listeners.append(on_code)
        return _Scanning(self._listeners, on_code)

    def typed(self, text: str, source: CodeSource = CodeSource.SCANNER) -> None:
        """A line arrived. Only the line end is taken off: spaces and separators belong to the code."""
        line = text.rstrip("\r\n")
        if source is CodeSource.SCANNER:
            self._deliver(self._wedge.restored(line))
            return
        for on_code in tuple(self._listeners):
            on_code(RawCode(line, None, source))

    def pressed(self, character: str, at: float) -> None:
        """A key was pressed at ``at`` (s, monotonic); see :func:`driver_app.hardware.wedge.character_of`."""
        self._assembled(lambda: self._assembler.key(character, at))

    def look(self, at: float) -> None:
        """No key came until ``at``; to be called a few times a second while keys are awaited."""
        self._assembled(lambda: self._assembler.look(at))

    def _assembled(self, assemble: Callable[[], str | None]) -> None:
        try:
            text = assemble()
        except Refused as refusal:
            self._notices.note(refusal.problem)
            return
        if text is not None:
            self._deliver(text)

    def _deliver(self, text: str) -> None:
        separator = None if self._wedge.separator is None else GS
        for on_code in tuple(self._listeners):
            on_code(RawCode(text, None, CodeSource.SCANNER, separator=separator))


class _Scanning:
    def __init__(self, listeners: list[Callable[[RawCode], None]], on_code: Callable[[RawCode], None]) -> None:
        self._listeners = listeners
        self._on_code = on_code

    def stop(self) -> None:
        if self._on_code in self._listeners:
            self._listeners.remove(self._on_code)


def _cut_off(text: str) -> Refused:
    return Refused(
        problems.CODE_UNREADABLE,
        value=text,
        reason="键盘扫描中断，请重新扫描 / the wedge stopped in the middle; scan again",
    )


ENTER, NUMPAD_ENTER, TAB = 13, 271, 9
"""Key codes of Kivy's ``on_key_down`` (the SDL2 provider's)."""


def character_of(key: int, codepoint: str | None, modifiers: Sequence[str]) -> str | None:
    """The character of a key event as Kivy reports it (``on_key_down``), or ``None`` for a key that writes nothing.

    Ctrl+] is GS, as on every terminal (ECMA-48: a control character is its letter with two bits taken away).

    >>> character_of(93, "]", ["ctrl"]) == GS, character_of(ENTER, None, []), character_of(304, None, ["shift"])
    (True, '\\r', None)
    """
    if key in (ENTER, NUMPAD_ENTER):
        return "\r"
    if key == TAB:
        return "\t"
    if "ctrl" in modifiers:
        return GS if codepoint == "]" or key == ord("]") else None
    return codepoint or None
