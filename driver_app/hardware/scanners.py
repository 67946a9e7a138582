"""Built-in scan engines: what each maker's scan service broadcasts, and how a code is made of it.

One table (:data:`SERVICES`), one reader (:func:`codes_of`). Nothing here knows Android: the adapter looks up the extras that
a row names, each with its type, and hands them in as plain values. A broadcast can be sent by any app on the device, so it is
input like any other: what does not fit its row is refused by number.

Bytes are preferred over strings and read as ISO-8859-1, one character a byte, so that FNC1 (GS, 0x1D) and everything else
survives; nothing is trimmed here.

Sources, by maker: Zebra DataWedge "Intent Output"; Honeywell "Data Collection Intent API"; Urovo ``ScanManager``; Datalogic
"Intent Wedge"; CipherLab ``ReaderManager``; Point Mobile ``device.sdk.ScanManager``; Unitech "USS programming manual"; Sunmi
"Scan head" developer notes; Newland, Chainway, iData and Seuic as their devices send, per the makers' integration notes.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from driver_app.hardware.ports import CodeSource, RawCode
from shared import problems
from shared.codes.parse import LENGTH_MAX
from shared.errors import Refused

PACKAGE = "org.handover.driver"
"""The app's package; scan services that let the app choose the action of their broadcasts use it as a prefix."""
ZEBRA_ACTION = f"{PACKAGE}.SCAN_ZEBRA"
HONEYWELL_ACTION = f"{PACKAGE}.SCAN_HONEYWELL"

Value = str | bytes | int | tuple[bytes, ...]
"""What an extra can hold, once it is out of its intent."""


class Kind(StrEnum):
    """The type of an extra, as ``android.os.Bundle`` tells them apart."""

    TEXT = "text"
    BYTES = "bytes"
    CHUNKS = "chunks"
    """``ArrayList<byte[]>``."""
    INT = "int"
    BYTE = "byte"


class Service(msgspec.Struct, frozen=True):
    """The scan service of one maker.

    ``actions``: of its broadcasts. ``categories``: that its intents may carry. ``data``: byte extras, the best first;
    ``chunks``: a list of byte arrays; ``length``: how many bytes of the first count. ``texts``: string extras, each a code of
    its own, used where there are no bytes. ``aim``: the AIM identifier as text; ``aim_bytes``: its letter and modifier as two
    bytes. ``name``: the maker's name for the symbology, which ``names`` maps to an AIM identifier where it says enough.
    ``failed``: an extra and the value in it that says that nothing was read.
    """

    maker: str
    actions: tuple[str, ...]
    categories: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    chunks: str | None = None
    length: str | None = None
    texts: tuple[str, ...] = ()
    aim: str | None = None
    aim_bytes: tuple[str, str] | None = None
    name: str | None = None
    names: Mapping[str, str] = {}
    failed: tuple[str, str] | None = None

    @property
    def extras(self) -> dict[str, Kind]:
        """The extras to look up, each with its type; nothing else of an intent is touched."""
        wanted: dict[str, Kind] = dict.fromkeys(self.data, Kind.BYTES) | dict.fromkeys(self.texts, Kind.TEXT)
        if self.chunks is not None:
            wanted[self.chunks] = Kind.CHUNKS
        if self.length is not None:
            wanted[self.length] = Kind.INT
        wanted |= dict.fromkeys(self.aim_bytes or (), Kind.BYTE)
        told = (self.aim, self.name, self.failed[0] if self.failed is not None else None)
        return wanted | {name: Kind.TEXT for name in told if name is not None}


# what a maker calls a symbology, where that name says which AIM identifier it has ----------------------------------------

_ALWAYS_GS1 = {
    "GS1128": "]C1",
    "EAN128": "]C1",
    "UCC128": "]C1",
    "UCCEAN128": "]C1",
    "GS1DATAMATRIX": "]d2",
    "GS1QRCODE": "]Q3",
    "GS1QR": "]Q3",
    "GS1DATABAR": "]e0",
    "GS1DATABAREXP": "]e0",
    "GS1DATABAREXPANDED": "]e0",
    "GS1DATABARLIM": "]e0",
    "GS1DATABARLIMITED": "]e0",
}
_EAN = {"EAN13": "]E0", "EAN8": "]E4", "UPCE": "]E0", "UPCE0": "]E0", "UPCE1": "]E0"}
"""UPC-E belongs to EAN-13's identifier, under which ISO/IEC 15424 wants 13 digits; a service that sends the short form is
refused for its length instead of being taken for an EAN-8."""
_GENERIC: Mapping[str, str] = {**_ALWAYS_GS1, **_EAN}
"""For makers that may call a GS1 symbol by its carrier's plain name: only names that leave no doubt."""
_ZEBRA = {
    **_ALWAYS_GS1,
    **_EAN,
    # with both decoders on, a plain symbol and a GS1 one have names of their own (DataWedge, "Decoder parameters")
    "CODE128": "]C0",
    "DATAMATRIX": "]d1",
    "QRCODE": "]Q1",
    "CODE39": "]A0",
}


def normal_name(name: str) -> str:
    """A symbology's name without the maker's prefix, spaces, dashes and case.

    >>> normal_name("LABEL-TYPE-GS1-DATAMATRIX"), normal_name("EAN/UCC 128")
    ('GS1DATAMATRIX', 'EANUCC128')
    """
    return re.sub(r"[^A-Z0-9]", "", name.upper().removeprefix("LABEL-TYPE-"))


SERVICES: tuple[Service, ...] = (
    Service(
        "Zebra",
        (ZEBRA_ACTION,),
        categories=("android.intent.category.DEFAULT",),
        chunks="com.symbol.datawedge.decode_data",
        texts=("com.symbol.datawedge.data_string",),
        name="com.symbol.datawedge.label_type",
        names=_ZEBRA,
    ),
    Service(
        "Honeywell",
        (
            HONEYWELL_ACTION,
            "com.honeywell.decode.intent.action.EDIT_DATA",
            "com.honeywell.decode.intent.action.SCAN_RESULT",
            "com.honeywell.scan.broadcast",
        ),
        data=("dataBytes",),
        texts=("data",),
        aim="aimId",
    ),
    Service(
        "Urovo",
        ("android.intent.ACTION_DECODE_DATA",),
        data=("barcode", "barocode"),
        length="length",
        texts=("barcode_string",),
    ),
    Service(
        "Newland",
        ("nlscan.action.SCANNER_RESULT",),
        texts=("SCAN_BARCODE1", "SCAN_BARCODE2"),
        name="SCAN_BARCODE_TYPE_NAME",
        names=_GENERIC,
        failed=("SCAN_STATE", "fail"),
    ),
    Service(
        "Chainway",
        ("com.scanner.broadcast", "scan.rcv.message", "android.intent.action.BARCODEOUTPUT"),
        data=("barocode",),
        length="length",
        texts=("data",),
    ),
    Service("Sunmi", ("com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED",), data=("source_byte",), texts=("data",)),
    Service("iData", ("android.intent.action.SCANRESULT",), texts=("value",)),
    Service("Seuic", ("com.android.server.scannerservice.broadcast",), texts=("scannerdata",)),
    Service(
        "CipherLab",
        ("com.cipherlab.barcodebaseapi.PASS_DATA_2_APP",),
        data=("Decoder_DataArray",),
        texts=("Decoder_Data",),
        name="Decoder_CodeType_String",
        names=_GENERIC,
    ),
    Service(
        "Point Mobile",
        ("device.scanner.EVENT",),
        data=("EXTRA_EVENT_DECODE_VALUE",),
        length="EXTRA_EVENT_DECODE_LENGTH",
        aim_bytes=("EXTRA_EVENT_DECODE_LETTER", "EXTRA_EVENT_DECODE_MODIFIER"),
        name="EXTRA_EVENT_SYMBOL_NAME",
        names=_GENERIC,
    ),
    Service(
        "Datalogic",
        ("com.datalogic.decodewedge.decode_action",),
        categories=("com.datalogic.decodewedge.decode_category",),
        data=("com.datalogic.decode.intentwedge.barcode_data",),
        texts=("com.datalogic.decode.intentwedge.barcode_string",),
        name="com.datalogic.decode.intentwedge.barcode_type",
        names=_GENERIC,
    ),
    Service("Unitech", ("unitech.scanservice.data",), texts=("text",)),
)
"""Every scan service known here. The order is of no consequence: no two share an action."""

_BY_ACTION = {action: service for service in SERVICES for action in service.actions}
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""The form of a symbology identifier (ISO/IEC 15424)."""


def service_of(action: str) -> Service:
    """The service that broadcasts ``action``.

    Raises:
        Refused: SCANNER_BROADCAST where none does.
    """
    if action not in _BY_ACTION:
        raise _refused(action, "未知的广播 / not a broadcast known here")
    return _BY_ACTION[action]


def codes_of(action: str, extras: Mapping[str, Value]) -> tuple[RawCode, ...]:
    """The codes in a broadcast: one; none where the engine says that it read nothing; two where it reads two at once.

    ``extras``: those of :attr:`Service.extras` that the intent holds.

    Raises:
        Refused: SCANNER_BROADCAST where the broadcast is not as its maker sends it; CODE_EMPTY; CODE_LENGTH for more than
            :data:`~shared.codes.parse.LENGTH_MAX` characters.
    """
    service = service_of(action)
    for name, kind in service.extras.items():
        if name in extras and not _fits(extras[name], kind):
            raise _refused(action, f"{name}: {type(extras[name]).__name__} ≠ {kind}")
    if service.failed is not None and extras.get(service.failed[0]) == service.failed[1]:
        return ()
    texts = _texts(service, action, extras)
    named = _named(service, action, extras)
    # what was told of the symbology belongs to the first code
    return tuple(_code(action, text, named if place == 0 else _Told()) for place, text in enumerate(texts))


def _fits(value: Value, kind: Kind) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str)
        case Kind.BYTES:
            return isinstance(value, bytes)
        case Kind.CHUNKS:
            return isinstance(value, tuple)
        case Kind.INT | Kind.BYTE:
            return isinstance(value, int)


def _texts(service: Service, action: str, extras: Mapping[str, Value]) -> list[str]:
    """The codes' texts, from bytes if there are any."""
    raw = _bytes(service, action, extras)
    if raw is not None:
        texts = [raw.decode("iso-8859-1")]
    else:
        texts = [str(extras[name]) for name in service.texts if name in extras]
        # a second code that was not read comes as an empty string
        texts = [text for place, text in enumerate(texts) if text or place == 0]
    if not texts:
        raise _refused(action, "没有条码内容 / it holds no code")
    for text in texts:
        if not text:
            raise Refused(problems.CODE_EMPTY, value=action)
        if len(text) > LENGTH_MAX:
            raise Refused(problems.CODE_LENGTH, what=action, value=text, expected=f"≤ {LENGTH_MAX}")
    return texts


def _bytes(service: Service, action: str, extras: Mapping[str, Value]) -> bytes | None:
    if service.chunks is not None and service.chunks in extras:
        chunks = extras[service.chunks]
        # one array a label part; a code of several parts is not one that medicines carry
        if not isinstance(chunks, tuple) or len(chunks) != 1:
            raise _refused(action, f"{service.chunks}: ≠ 1")
        return chunks[0]
    for name in service.data:
        raw = extras.get(name)
        if isinstance(raw, bytes):
            return _cut(service, action, raw, extras)
    return None


def _cut(service: Service, action: str, raw: bytes, extras: Mapping[str, Value]) -> bytes:
    """The part of a buffer that was filled."""
    length = None if service.length is None else extras.get(service.length)
    if not isinstance(length, int):
        return raw
    if not 0 <= length <= len(raw):
        raise _refused(action, f"{service.length}: {length} / {len(raw)}")
    return raw[:length]


class _Told(msgspec.Struct, frozen=True):
    """What an intent says of the symbology: exactly, or by the name of its carrier."""

    exact: str | None = None
    by_name: str | None = None


def _named(service: Service, action: str, extras: Mapping[str, Value]) -> _Told:
    exact = None
    if service.aim is not None and extras.get(service.aim):
        exact = str(extras[service.aim])
        exact = exact if exact.startswith("]") else f"]{exact}"
    elif service.aim_bytes is not None and all(extras.get(name) for name in service.aim_bytes):
        exact = "]" + "".join(chr(int(extras[name]) & 0xFF) for name in service.aim_bytes)  # type: ignore[arg-type]
    if exact is not None and not _AIM.fullmatch(exact):
        raise _refused(action, f"AIM: {exact}")
    name = None if service.name is None else extras.get(service.name)
    return _Told(exact, service.names.get(normal_name(name)) if isinstance(name, str) else None)


def _code(action: str, text: str, told: _Told) -> RawCode:
    """A code with the best that is known of its symbology: what the data begin with, what was told exactly, a name."""
    prefix = text[:3] if _AIM.match(text) else None
    if prefix is not None:
        if told.exact not in (None, prefix):
            raise _refused(action, f"AIM: {told.exact} ≠ {prefix}")
        text = text[3:]
        if not text:
            raise Refused(problems.CODE_EMPTY, value=prefix)
    return RawCode(text, prefix or told.exact or told.by_name, CodeSource.SCANNER)


def _refused(action: str, reason: str) -> Refused:
    return Refused(problems.SCANNER_BROADCAST, value=action, reason=reason)
