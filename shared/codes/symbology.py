"""Symbology identifiers: the three characters a scanner may put before the data.

Source: ISO/IEC 15424 (the identifiers), GS1 General Specifications, "Symbology identifiers" (which of them say that the
data are GS1 element strings). A Digital Link or a trace code arrives under the plain identifier of its symbol.
"""

from enum import StrEnum

import msgspec

from shared import problems
from shared.errors import Refused


class Symbology(StrEnum):
    """The kind of symbol, as far as it matters to reading."""

    NONE = "none"
    """The scanner did not say."""
    CODE_128 = "code_128"
    CODE_39 = "code_39"
    DATA_MATRIX = "data_matrix"
    QR = "qr"
    DATABAR = "databar"
    DOT_CODE = "dot_code"
    EAN_13 = "ean_13"
    EAN_8 = "ean_8"
    ITF = "itf"


_IDENTIFIERS: dict[str, tuple[Symbology, bool]] = {
    "]C1": (Symbology.CODE_128, True),
    "]e0": (Symbology.DATABAR, True),
    "]d2": (Symbology.DATA_MATRIX, True),
    "]Q3": (Symbology.QR, True),
    "]J1": (Symbology.DOT_CODE, True),
    "]C0": (Symbology.CODE_128, False),
    "]A0": (Symbology.CODE_39, False),
    "]d1": (Symbology.DATA_MATRIX, False),
    "]Q0": (Symbology.QR, False),
    "]Q1": (Symbology.QR, False),
    "]J0": (Symbology.DOT_CODE, False),
    "]E0": (Symbology.EAN_13, False),
    "]E4": (Symbology.EAN_8, False),
    "]I0": (Symbology.ITF, False),
    "]I1": (Symbology.ITF, False),
}

TRADE_ITEM_LENGTHS = {Symbology.EAN_13: 13, Symbology.EAN_8: 8, Symbology.ITF: 14}
"""Symbols that hold nothing but one GTIN, and of how many digits (UPC-A and UPC-E are delivered as 13)."""


class Scan(msgspec.Struct, frozen=True):
    """Data with what the scanner said of their symbol; ``gs1`` where they are GS1 element strings for certain."""

    symbology: Symbology
    gs1: bool
    data: str


def read(text: str) -> Scan:
    """Take the symbology identifier off, if there is one: nothing else a code may hold begins with ``]``.

    >>> read("]Q1https://id.gs1.org/").symbology
    <Symbology.QR: 'qr'>

    Raises:
        Refused: CODE_EMPTY; CODE_UNREADABLE for an identifier that is not known here.
    """
    if not text:
        raise Refused(problems.CODE_EMPTY, value=text)
    if not text.startswith("]"):
        return Scan(Symbology.NONE, gs1=False, data=text)
    if text[:3] not in _IDENTIFIERS:
        raise Refused(
            problems.CODE_UNREADABLE, value=text, reason=f"未知的码制标识 {text[:3]} / unknown symbology {text[:3]}"
        )
    symbology, gs1 = _IDENTIFIERS[text[:3]]
    return Scan(symbology, gs1, text[3:])
