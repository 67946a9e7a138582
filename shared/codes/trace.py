"""药品追溯码: the code of one package of a medicine in China.

Source: NMPA coding requirements for drug traceability (NMPAB/T 1002-2019), as read on labels: 20 digits beginning with 8,
of which the first seven are the 药品标识码 (which medicine, and which packaging level), the other thirteen the serial. There
is no check digit. It stands in a plain Code 128, QR code or DataMatrix, alone or at the end of a web address.

>>> TraceCode("83857930000879766660").drug_id
'8385793'
"""

import re
from urllib.parse import unquote

import msgspec

from shared import problems
from shared.codes.checkdigit import digits
from shared.codes.digital_link import path_and_query
from shared.errors import Refused

LENGTH = 20
DRUG_ID_LENGTH = 7
_CODE = re.compile(r"8[0-9]{19}")
_BARE_ADDRESS = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]+(?::[0-9]+)?/(?:[^ ]*[/=?#])?(8[0-9]{19})")


class TraceCode(msgspec.Struct, frozen=True, tag_field="kind", tag="trace"):
    """A trace code, valid by construction.

    Raises:
        Refused: CODE_CHARACTERS, CODE_LENGTH, CODE_CONTENT where it does not begin with 8.
    """

    code: str

    def __post_init__(self) -> None:
        digits("药品追溯码 / trace code", self.code)
        if len(self.code) != LENGTH:
            raise Refused(problems.CODE_LENGTH, what="药品追溯码 / trace code", value=self.code, expected=LENGTH)
        if not self.code.startswith("8"):
            raise Refused(problems.CODE_CONTENT, what="药品追溯码 / trace code", value=self.code)

    @property
    def drug_id(self) -> str:
        """药品标识码, 7 digits: the medicine and its packaging level."""
        return self.code[:DRUG_ID_LENGTH]

    @property
    def serial(self) -> str:
        """13 digits."""
        return self.code[DRUG_ID_LENGTH:]


def is_trace_code(text: str) -> bool:
    """Whether ``text`` is a trace code and nothing more."""
    return _CODE.fullmatch(text) is not None


def after_bare_address(text: str) -> TraceCode | None:
    """The trace code at the end of a web address that was printed without its scheme; ``None`` without one.

    >>> after_bare_address("www.example.cn/t/83857930000879766660")
    TraceCode(code='83857930000879766660')
    """
    match = _BARE_ADDRESS.fullmatch(text)
    return None if match is None else TraceCode(match[1])


def in_address(uri: str) -> TraceCode | None:
    """The trace code that a web address carries as a whole path segment, query value or fragment; ``None`` without one.

    >>> in_address("https://example.cn/c?code=83857930000879766660")
    TraceCode(code='83857930000879766660')

    Raises:
        Refused: CODE_DIGITAL_LINK for what is no web address, CODE_AMBIGUOUS where it carries two different codes.
    """
    segments, query = path_and_query(uri)
    values = [parameter.rpartition("=")[2] for parameter in query.split("&")]
    places = [*segments, *values, uri.partition("#")[2]]
    found = sorted({place for place in map(unquote, places) if is_trace_code(place)})
    if len(found) > 1:
        raise Refused(problems.CODE_AMBIGUOUS, value=uri, readings=" | ".join(found))
    return TraceCode(found[0]) if found else None
