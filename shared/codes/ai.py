"""Application identifiers: what may follow each, and which go together.

An :class:`Element` is one AI with its value, and exists only if the value fits. :func:`check_associations` holds a set of
elements against the pairings the standard requires and excludes. Source: GS1 General Specifications, section 3
("GS1 Application Identifier definitions") and "Data relationships"; the rows are in :mod:`shared.codes.ai_table`.

>>> Element("17", "271200").text
'(17)271200'
>>> Element("10", "A B")
Traceback (most recent call last):
    ...
shared.errors.Refused: #1005 (10) contains characters that are not allowed: A B
"""

from collections.abc import Iterable

import msgspec

from shared import problems
from shared.codes.ai_definition import Ai
from shared.codes.ai_table import TABLE
from shared.errors import Refused


def find(text: str, position: int = 0) -> Ai | None:
    """The AI that starts at ``position`` of ``text``, if one does. No AI is the beginning of another."""
    for length in (2, 3, 4):
        ai = TABLE.get(text[position : position + length])
        if ai is not None:
            return ai
    return None


class Element(msgspec.Struct, frozen=True):
    """An AI with its value, valid by construction.

    Raises:
        Refused: CODE_UNKNOWN_AI, or what :meth:`Ai.check` raises.
    """

    ai: str
    value: str

    def __post_init__(self) -> None:
        self.definition.check(self.value)

    @property
    def definition(self) -> Ai:
        """The row of the AI table.

        Raises:
            Refused: CODE_UNKNOWN_AI.
        """
        if self.ai not in TABLE:
            raise Refused(problems.CODE_UNKNOWN_AI, ai=self.ai, value=self.value)
        return TABLE[self.ai]

    @property
    def text(self) -> str:
        """As people write it: ``(10)ABC``; a ``(`` inside the value is written ``\\(``."""
        return f"({self.ai})" + self.value.replace("(", "\\(")


def matches(pattern: str, ai: str) -> bool:
    """Whether ``ai`` is meant by ``pattern``, in which ``n`` stands for any digit.

    >>> matches("31nn", "3103"), matches("31nn", "37")
    (True, False)
    """
    return len(pattern) == len(ai) and all(want in ("n", have) for want, have in zip(pattern, ai, strict=True))


_SERIALISED_FROM = {"253": 14, "255": 14, "8003": 15}
"""Keys whose serial is optional, and the length of value from which they have one."""


def check_associations(elements: Iterable[Element]) -> None:
    """Refuse elements that must not stand together, or not without others.

    The same AI twice with the same value is one statement made twice, and stands.

    Raises:
        Refused: CODE_AI_COMBINATION.
    """
    present: dict[str, Element] = {}
    for element in elements:
        first = present.setdefault(element.ai, element)
        if first.value != element.value:
            raise _not_together(
                first.text + element.text, f"({element.ai}) 出现两次且不同 / ({element.ai}) twice and different"
            )
    for element in present.values():
        definition = element.definition
        for other in present:
            if other != element.ai and any(matches(pattern, other) for pattern in definition.excludes):
                raise _not_together(
                    element.text,
                    f"({element.ai}) 不能与 ({other}) 同在 / ({element.ai}) excludes ({other})",
                )
        if definition.requires and not any(_present(group, present) for group in definition.requires):
            needed = " | ".join("+".join(f"({ai})" for ai in group) for group in definition.requires)
            raise _not_together(element.text, f"({element.ai}) 需要 {needed} / ({element.ai}) needs {needed}")
        # GS1 General Specifications, AI (8030): a signature is of one individual thing, never of a whole class
        if "8030" in present and len(element.value) < _SERIALISED_FROM.get(element.ai, 0):
            raise _not_together(
                element.text, f"(8030) 需要 ({element.ai}) 的序列号 / (8030) needs ({element.ai}) with a serial"
            )


def _present(group: tuple[str, ...], present: Iterable[str]) -> bool:
    return all(any(matches(pattern, ai) for ai in present) for pattern in group)


def _not_together(value: str, reason: str) -> Refused:
    return Refused(problems.CODE_AI_COMBINATION, value=value, reason=reason)
