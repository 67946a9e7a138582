"""How people and scripts write and read what loggers send: hex in, JSON objects out."""

import re
from typing import Any

from shared import problems
from shared.errors import Language, Refused

_NOISE = re.compile(r"0x|[\s:\-()\"',]", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-fA-F]*")


def unhex(text: str) -> bytes:
    """Bytes written as hex digits; ``0x``, spaces, dashes and colons between them are allowed.

    Raises:
        Refused: FRAME_MALFORMED where it is not hex, or half a byte is left over.
    """
    digits = _NOISE.sub("", text)
    if not _HEX.fullmatch(digits) or len(digits) % 2:
        raise Refused(problems.FRAME_MALFORMED, value=text, reason="hex")
    return bytes.fromhex(digits)


def refusal(refused: Refused, language: Language = "en") -> dict[str, Any]:
    """One JSON object for what was not accepted: the reason in ``language``, and the problem's number."""
    return {"refused": refused.problem.text(language), "number": refused.problem.number}
