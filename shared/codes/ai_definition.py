"""What a row of the AI table says, as values: characters, lengths and checks of a value, and its company.

Source of the notation: GS1 General Specifications, section 3 (``N6``, ``X..20``, …), with optional parts in brackets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shared import problems
from shared.codes.checkdigit import CHARSET_82
from shared.codes.content import Check
from shared.errors import Refused

TEXT = frozenset(CHARSET_82)
CODE_39 = frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""GS1 AI encodable character set 39 (component and part identifiers)."""
BASE64_URL = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_=")
"""GS1 AI encodable character set 64 (digital signatures), RFC 4648 §5 with its padding."""


@dataclass(frozen=True)
class Component:
    """One part of a value: ``low`` to ``high`` characters of ``charset``; only the last part may vary in length."""

    charset: frozenset[str]
    low: int
    high: int
    checks: tuple[Check, ...] = ()
    optional: bool = False

    def check(self, what: str, part: str) -> None:
        """Refuse a part that does not fit.

        Raises:
            Refused: CODE_CHARACTERS, CODE_CHECK_DIGIT, CODE_DATE or CODE_CONTENT.
        """
        if not self.charset.issuperset(part) or (self.charset is BASE64_URL and not _padded(part)):
            raise Refused(problems.CODE_CHARACTERS, what=what, value=part)
        for check in self.checks:
            check(what, part)


def _padded(part: str) -> bool:
    """Whether ``=`` stands only at the end of ``part``, and there fills it to a multiple of three characters."""
    body = part.rstrip("=")
    return "=" not in body and (body == part or (body != "" and len(part) % 3 == 0))


@dataclass(frozen=True)
class Ai:
    """An application identifier.

    ``predefined``: its length is known from its first two digits, so no FNC1 follows it in a symbol. ``attribute``: it may
    stand in the query of a Digital Link. ``requires``: alternatives, of which one must be present whole; ``excludes``:
    what must not be present; both are AIs where ``n`` stands for any digit. ``key``: ``None``, or for a primary key of
    Digital Links the sequences of qualifiers that may follow it in the path.
    """

    code: str
    name: str
    components: tuple[Component, ...]
    predefined: bool
    attribute: bool
    requires: tuple[tuple[str, ...], ...]
    excludes: tuple[str, ...]
    key: tuple[tuple[str, ...], ...] | None

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Every length in characters that a value may have, ascending."""
        found = {0}
        for component in self.components:
            whole = max(found)
            added = {whole + size for size in range(component.low, component.high + 1)}
            found = found | added if component.optional else added
        return tuple(sorted(found))

    def check(self, value: str) -> None:
        """Refuse a value that does not fit.

        Raises:
            Refused: CODE_LENGTH, CODE_CHARACTERS, CODE_CHECK_DIGIT, CODE_DATE or CODE_CONTENT.
        """
        what = f"({self.code})"
        if len(value) not in self.lengths:
            raise Refused(problems.CODE_LENGTH, what=what, value=value, expected=_spans(self.lengths))
        position = 0
        for component in self.components:
            part = value[position : position + component.high]
            if part or not component.optional:
                component.check(what, part)
            position += len(part)


def _spans(lengths: Sequence[int]) -> str:
    """Lengths as a person reads them: ``6/12`` or ``1–20``."""
    if len(lengths) > 2 and lengths[-1] - lengths[0] == len(lengths) - 1:
        return f"{lengths[0]}–{lengths[-1]}"
    return "/".join(str(length) for length in lengths)
