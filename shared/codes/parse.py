"""The way in: what a scanner, a camera or a person delivers, as a value.

>>> describe(parse("6901234567892", year=2026))
{'kind': 'gtin', 'gtin': '06901234567892'}
>>> refusal(Refused(problems.CODE_EMPTY, value=""))
{'refused': '#1001 The code is empty: ', 'number': 1001}
"""

from datetime import date

from shared import problems
from shared.codes import element_string, own
from shared.codes.ai import Element
from shared.codes.ai_definition import TEXT
from shared.codes.checkdigit import DIGITS
from shared.codes.digital_link import key_position, looks_like_link, path_and_query
from shared.codes.element_string import GS, split_bracketed, split_unmarked
from shared.codes.gs1 import (
    DigitalLink,
    GiaiCode,
    GlnCode,
    GraiCode,
    Gs1Code,
    KeyCode,
    PackCode,
    PlainGtin,
    Source,
    SsccCode,
    read_link,
    resolve,
)
from shared.codes.keys import GTIN_LENGTHS, Gtin
from shared.codes.own import Enrolment, ReceiptCode
from shared.codes.symbology import TRADE_ITEM_LENGTHS, Scan, read
from shared.codes.trace import LENGTH as TRACE_LENGTH
from shared.codes.trace import TraceCode, after_bare_address, in_address, is_trace_code
from shared.errors import Language, Refused

Code = (
    PackCode
    | SsccCode
    | GlnCode
    | GiaiCode
    | GraiCode
    | KeyCode
    | PlainGtin
    | DigitalLink
    | TraceCode
    | Enrolment
    | ReceiptCode
)
"""Everything that can be scanned, a tagged union on ``kind``."""

LENGTH_MAX = 4096
"""Characters: more than any symbol holds (QR 40-L: 4,296 alphanumeric, 2,953 bytes); broadcasts can be forged."""
_WEDGE_WHITESPACE = " \t\r\n"
"""What a keyboard wedge adds around a code. Not ``str.strip()``'s default: that would take GS away too."""


def parse(text: str | bytes, *, year: int, fnc1_substitute: str | None = None) -> Code:
    """What ``text`` says. Bytes are read as ISO-8859-1, so that GS (0x1D) and every other byte survives.

    ``year`` is the current one, for two-digit years. ``fnc1_substitute`` is what this scanner sends in place of FNC1, and
    says that it does send it: give ``"\\x1d"`` for a scanner known to keep GS. Without it, and with neither a GS1 symbology
    identifier nor a GS in the text, separators may have been lost on the way, and a value of variable length that could
    end earlier makes the text ambiguous.

    Digits alone are, by how many there are: 20 beginning with 8 a 药品追溯码; 20 beginning with 00 an SSCC with its AI;
    8, 12, 13 or 14 a GTIN. A GS1 symbology identifier overrules this.

    Raises:
        Refused: one of the numbered problems 1001 to 1012.
    """
    decoded = text.decode("iso-8859-1") if isinstance(text, bytes) else text
    decoded = decoded.strip(_WEDGE_WHITESPACE)
    if len(decoded) > LENGTH_MAX:
        raise Refused(problems.CODE_LENGTH, what="条码 / the code", value=decoded, expected=f"≤ {LENGTH_MAX}")
    scan = read(decoded)
    if not scan.data:
        raise Refused(problems.CODE_EMPTY, value=decoded)
    if scan.gs1:
        elements = element_string.split(_with_separators(scan.data, fnc1_substitute))
        return resolve(elements, Source.ELEMENT_STRING, year)
    if scan.symbology in TRADE_ITEM_LENGTHS:
        return _trade_item(scan)
    return _plain(scan.data, year, fnc1_substitute)


def _plain(data: str, year: int, fnc1_substitute: str | None) -> Code:
    """Data of which nothing says that they are element strings."""
    if data.startswith(own.PREFIX):
        return own.parse(data)
    if looks_like_link(data):
        return _address(data, year)
    if data.startswith("("):
        return resolve(split_bracketed(data), Source.BRACKETED, year)
    if DIGITS.issuperset(data):
        number = _number(data, year)
        if number is not None:
            return number
    trace_code = after_bare_address(data)
    if trace_code is not None:
        return trace_code
    marked = _with_separators(data, fnc1_substitute)
    if not DIGITS.issuperset(marked.lstrip(GS)[:2]):
        raise Refused(problems.CODE_UNREADABLE, value=data, reason="不是已知的格式 / not a form known here")
    if fnc1_substitute is not None or GS in marked:
        return resolve(element_string.split(marked), Source.ELEMENT_STRING, year)
    return resolve(split_unmarked(marked), Source.ELEMENT_STRING, year)


def _number(data: str, year: int) -> Code | None:
    """Digits alone, if their number says what they are."""
    if is_trace_code(data):
        return TraceCode(data)
    if len(data) == TRACE_LENGTH and data.startswith("00"):
        return resolve((Element("00", data[2:]),), Source.ELEMENT_STRING, year)
    if len(data) in GTIN_LENGTHS:
        return PlainGtin(Gtin.parse(data).value)
    return None


def _address(uri: str, year: int) -> Code:
    """A web address: a Digital Link if its path holds a GS1 key, else the trace code that it carries."""
    segments, _ = path_and_query(uri)
    if key_position(segments) is None:
        trace_code = in_address(uri)
        if trace_code is not None:
            return trace_code
    return read_link(uri, year)


def _trade_item(scan: Scan) -> PlainGtin:
    """The one GTIN of a symbol that holds nothing else."""
    length = TRADE_ITEM_LENGTHS[scan.symbology]
    if len(scan.data) != length:
        raise Refused(problems.CODE_LENGTH, what=scan.symbology, value=scan.data, expected=length)
    return PlainGtin(Gtin.parse(scan.data).value)


def _with_separators(data: str, fnc1_substitute: str | None) -> str:
    """``data`` with FNC1 written as GS.

    Raises:
        Refused: CODE_CHARACTERS for a substitute that could be part of a lot: it would tear lots apart.
    """
    if fnc1_substitute is None:
        return data
    if TEXT.issuperset(fnc1_substitute):
        raise Refused(problems.CODE_CHARACTERS, what="FNC1", value=fnc1_substitute)
    return data.replace(fnc1_substitute, GS)


def describe(code: Code) -> dict[str, object]:
    """One JSON object: ``kind``, then the fields of that kind; dates as ISO 8601, ``null`` for what the code lacks.

    A Digital Link has the fields of what it ``resolves_to``, beside its ``uri``.
    """
    match code:
        case DigitalLink():
            resolved = _describe_gs1(code.resolved)
            return {**resolved, "kind": "digital_link", "uri": code.uri, "resolves_to": resolved["kind"]}
        case TraceCode():
            return {"kind": "trace", "code": code.code, "drug_id": code.drug_id, "serial": code.serial}
        case PlainGtin():
            return {"kind": "gtin", "gtin": code.gtin}
        case Enrolment():
            return {
                "kind": "enrolment",
                "url": code.url,
                "one_time_code": code.one_time_code,
                "server_key": code.server_key,
                "organisation": code.organisation,
            }
        case ReceiptCode():
            return {
                "kind": "receipt",
                "record_hash": code.record_hash,
                "proof_id": code.proof_id,
                "url": code.url,
            }
        case _:
            return _describe_gs1(code)


def _describe_gs1(code: Gs1Code) -> dict[str, object]:
    fields: dict[str, object]
    match code:
        case PackCode():
            fields = {"gtin": code.gtin, "lot": code.lot, "expiry": _iso(code.expiry), "serial": code.serial}
            fields = {"kind": "pack", **fields, "count": code.count}
        case SsccCode():
            fields = {"sscc": code.sscc, "gtin": code.gtin, "lot": code.lot, "expiry": _iso(code.expiry)}
            fields = {"kind": "sscc", **fields, "count": code.count}
        case GlnCode():
            fields = {"kind": "gln", "gln": code.gln, "role": code.role, "extension": code.extension}
        case GiaiCode():
            fields = {"kind": "giai", "giai": code.giai}
        case GraiCode():
            fields = {"kind": "grai", "grai": code.grai.value, "type": code.grai.type, "serial": code.grai.serial}
        case KeyCode():
            fields = {"kind": "gs1_key", "ai": code.key.ai, "value": code.key.value}
    elements = [{"ai": element.ai, "value": element.value} for element in code.elements]
    return {**fields, "elements": elements, "source": str(code.source), "text": code.text}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def refusal(refused: Refused, language: Language = "en") -> dict[str, object]:
    """One JSON object for what was not accepted: the reason in ``language``, and the problem's number."""
    return {"refused": refused.problem.text(language), "number": refused.problem.number}
