"""GS1 element strings: AI, value, AI, value, …, with FNC1 after values whose length nobody can know.

Source: GS1 General Specifications, "Processing of data from a GS1 symbology using GS1 Application Identifiers" and
"Pre-defined length of GS1 Application Identifiers". In data FNC1 is the byte 0x1D (GS).

Three ways in. :func:`split` trusts the separators. :func:`split_unmarked` is for text that may have come through a keyboard
wedge, where GS is often dropped: it refuses what could be read in two ways. :func:`split_bracketed` reads the form that
people write.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import count, islice

from shared import problems
from shared.codes.ai import Element, check_associations, find
from shared.errors import Refused

GS = "\x1d"
"""FNC1 inside data."""
READINGS_SHOWN = 3
MERGED_STEPS = 4000
"""How many elements are tried in the search for another reading before the text is called ambiguous: it bounds the time a
hostile code can take (it is reached at about 0.05 s on a handheld-class processor)."""

_BRACKETED = re.compile(r"\(([0-9]{2,4})\)((?:\\\(|[^(])*)")

Elements = tuple[Element, ...]


def split(data: str) -> Elements:
    """The elements of ``data``, in order, its separators taken at their word. Associations are not looked at.

    A separator at the start, at the end, or after a value of predefined length is superfluous, and tolerated.

    >>> [element.text for element in split("010690123456789210ABC\\x1d17271200")]
    ['(01)06901234567892', '(10)ABC', '(17)271200']

    Raises:
        Refused: CODE_EMPTY, CODE_UNKNOWN_AI, and what :class:`~shared.codes.ai.Element` raises.
    """
    elements: list[Element] = []
    position = 1 if data.startswith(GS) else 0
    while position < len(data):
        ai = find(data, position)
        if ai is None:
            raise Refused(problems.CODE_UNKNOWN_AI, ai=data[position : position + 4], value=data)
        start = position + len(ai.code)
        separator = data.find(GS, start)
        end = len(data) if separator < 0 else separator
        if ai.predefined:
            end = min(end, start + ai.lengths[-1])
        elements.append(Element(ai.code, data[start:end]))
        position = end + 1 if data.startswith(GS, end) else end
    if not elements:
        raise Refused(problems.CODE_EMPTY, value=data)
    return tuple(elements)


def split_unmarked(data: str) -> Elements:
    """The elements of ``data``, which has no separators and may have lost them.

    If some value could end earlier and the rest be elements too, nothing in the data tells which was meant.

    >>> split_unmarked("010690123456789210ABC123")[1].value
    'ABC123'

    Raises:
        Refused: CODE_AMBIGUOUS, naming some readings; otherwise as :func:`split`, and CODE_AI_COMBINATION.
    """
    readings: list[Elements] = []
    refused: Refused | None = None
    try:
        readings.append(_associated(split(data)))
    except Refused as problem:
        refused = problem
    readings += islice(_merged(data), READINGS_SHOWN - len(readings))
    if refused is None and len(readings) == 1:
        return readings[0]
    if refused is not None and not readings:
        raise refused
    raise _ambiguous(data, " | ".join(bracketed(reading) for reading in readings))


def split_bracketed(text: str) -> Elements:
    """The elements of ``(01)…(10)…``; a ``(`` that belongs to a value is written ``\\(``. Associations are not looked at.

    >>> split_bracketed("(10)12345\\\\(11)991225")
    (Element(ai='10', value='12345(11)991225'),)

    Raises:
        Refused: CODE_UNREADABLE where the brackets do not add up, and what :class:`~shared.codes.ai.Element` raises.
    """
    elements: list[Element] = []
    position = 0
    while position < len(text):
        match = _BRACKETED.match(text, position)
        if match is None:
            raise Refused(problems.CODE_UNREADABLE, value=text, reason="括号不成对 / the brackets do not pair")
        elements.append(Element(match[1], match[2].replace("\\(", "(")))
        position = match.end()
    if not elements:
        raise Refused(problems.CODE_EMPTY, value=text)
    return tuple(elements)


def bracketed(elements: Iterable[Element]) -> str:
    """Elements as people write them. :func:`split_bracketed` reads it back."""
    return "".join(element.text for element in elements)


def build(elements: Iterable[Element]) -> str:
    """Elements as the data of a symbol, with GS where FNC1 belongs. :func:`split` reads it back.

    >>> build([Element("10", "ABC"), Element("17", "271231"), Element("21", "7")])
    '10ABC\\x1d17271231217'
    """
    text = ""
    separator = ""
    for element in elements:
        text += separator + element.ai + element.value
        separator = "" if element.definition.predefined else GS
    return text


def _merged(data: str) -> Iterator[Elements]:
    """The readings of ``data`` in which at least one separator was lost, associations held.

    Raises:
        Refused: CODE_AMBIGUOUS where there is too much to try.
    """
    steps = count()

    def follow(position: int, before: Elements, lost: bool) -> Iterator[Elements]:
        if position == len(data):
            if lost and _hold_together(before):
                yield before
            return
        ai = find(data, position)
        if ai is None:
            return
        start = position + len(ai.code)
        for length in ai.lengths:
            end = start + length
            if end > len(data):
                return
            if next(steps) >= MERGED_STEPS:
                raise _ambiguous(data, "…")
            element = _element(ai.code, data[start:end])
            if element is not None:
                unmarked = not ai.predefined and end < len(data)
                yield from follow(end, (*before, element), lost or unmarked)

    return follow(0, (), False)


def _element(ai: str, value: str) -> Element | None:
    try:
        return Element(ai, value)
    except Refused:
        return None


def _associated(elements: Elements) -> Elements:
    check_associations(elements)
    return elements


def _hold_together(elements: Elements) -> bool:
    try:
        check_associations(elements)
    except Refused:
        return False
    return True


def _ambiguous(data: str, readings: str) -> Refused:
    return Refused(problems.CODE_AMBIGUOUS, value=data, readings=readings)
