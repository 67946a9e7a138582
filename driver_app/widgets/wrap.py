"""Where a line of text may break: between Chinese characters, between words, never before a full stop.

Kivy breaks at spaces only; a Chinese sentence has none, and one with a Latin word in it would break in odd places. The
rules are the short form of Unicode's (UAX #14, classes ID, CL, OP, AL) with the usual Chinese prohibitions (GB/T 15834:
closing marks do not begin a line, opening marks do not end one). Pure: the caller measures.
"""

from collections.abc import Callable, Iterator
from itertools import accumulate

CLOSING = frozenset("，。、；：？！）》〉」』】”’…—·,.;:?!)]}%℃°›»")
"""These do not begin a line."""
OPENING = frozenset("（《〈「『【“‘([{#‹«")
"""These do not end one."""
ELLIPSIS = "…"

Measure = Callable[[str], float]
"""The width of a piece of text, px."""


def ideographic(char: str) -> bool:
    """Whether lines may break on either side of ``char``: ideographs and full-width forms."""
    return (
        "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\uff00" <= char <= "\uffef" or char > "\uffff"
    )


def chunks(text: str) -> Iterator[str]:
    """The unbreakable pieces of a line, each with the spaces that follow it."""
    piece = ""
    for char in text:
        if piece and _may_break(piece, char):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _may_break(piece: str, char: str) -> bool:
    if char == " " or char in CLOSING:
        return False
    last = piece[-1]
    if last == " ":
        return not piece.isspace()
    if last in OPENING:
        return False
    return ideographic(char) or ideographic(last)


def wrap(text: str, width: float, measure: Measure, lines: int = 0) -> tuple[str, bool]:
    """``text`` with line breaks so that no line is wider than ``width`` px, and whether it had to be cut.

    At most ``lines`` lines (0: as many as it takes); what is cut ends in an ellipsis. A piece that is wider than a line,
    such as a long code, is broken wherever it must be.
    """
    laid = [line for paragraph in text.split("\n") for line in _paragraph(paragraph, width, measure)]
    if lines and len(laid) > lines:
        last = laid[lines - 1].rstrip() + ELLIPSIS
        while len(last) > 1 and measure(last) > width:
            last = last[:-2].rstrip() + ELLIPSIS
        return "\n".join([*laid[: lines - 1], last]), True
    return "\n".join(laid), False


def _paragraph(text: str, width: float, measure: Measure) -> Iterator[str]:
    line, used = "", 0.0
    for chunk in chunks(text):
        needed = measure(chunk.rstrip())
        if line and used + needed > width:
            yield line.rstrip()
            line, used = "", 0.0
        if needed > width:
            *whole, chunk = _broken(chunk, width, measure)
            yield from whole
        line += chunk
        used += measure(chunk)
    yield line.rstrip()


def _broken(chunk: str, width: float, measure: Measure) -> list[str]:
    """A piece that is too wide, cut wherever the line is full."""
    parts: list[str] = []
    while chunk:
        ends = accumulate(measure(char) for char in chunk)
        fits = max(1, sum(1 for end in ends if end <= width))
        parts.append(chunk[:fits])
        chunk = chunk[fits:]
    return parts
