"""Event ids that anyone can compute again: the CBV event hash of an EPCIS 2.0 event.

An event's id is a hash over its own content in a canonical text, the *pre-hash string*, so two systems that hold the same
event give it the same id, and a changed event no longer matches its id.

Source of every rule: GS1 CBV 2.0, section 8.9 (event hash). Where the standard's text and its authors' reference
implementation differ (the place of transaction, source and destination lists: behind everything that has a fixed place,
among the extensions), this follows the implementation, because that is what other systems compare with.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from server.trace.gs1_uri import canonical_uri

Json = Mapping[str, Any]

VOCABULARIES: Mapping[str, str] = {
    "bizStep": "https://ref.gs1.org/cbv/BizStep-",
    "disposition": "https://ref.gs1.org/cbv/Disp-",
    "set": "https://ref.gs1.org/cbv/Disp-",
    "unset": "https://ref.gs1.org/cbv/Disp-",
    "component": "https://ref.gs1.org/cbv/Comp-",
    "exception": "https://gs1.org/voc/",
}
"""Fields whose bare words stand for terms of a vocabulary (EPCIS 2.0 JSON-LD context)."""
TRANSACTION_TYPE = "https://ref.gs1.org/cbv/BTT-"
PARTY_TYPE = "https://ref.gs1.org/cbv/SDT-"
MEASUREMENT_TYPE = "https://gs1.org/voc/"
OLD_VOCABULARIES: tuple[tuple[str, str], ...] = (
    ("urn:epcglobal:cbv:bizstep:", "https://ref.gs1.org/cbv/BizStep-"),
    ("urn:epcglobal:cbv:disp:", "https://ref.gs1.org/cbv/Disp-"),
    ("urn:epcglobal:cbv:btt:", TRANSACTION_TYPE),
    ("urn:epcglobal:cbv:sdt:", PARTY_TYPE),
    ("urn:epcglobal:cbv:er:", "https://ref.gs1.org/cbv/ER-"),
)
"""URNs of CBV 1.x and the terms that replaced them."""

SIMPLE_FIELDS_FIRST = ("eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID")
"""The fixed order begins with these; then come :data:`WHAT`, then :data:`SIMPLE_FIELDS_LAST` and the rest."""
WHAT: tuple[tuple[str, str], ...] = (
    ("epcList", "epc"),
    ("inputEPCList", "epc"),
    ("childEPCs", "epc"),
    ("quantityList", "quantityElement"),
    ("childQuantityList", "quantityElement"),
    ("inputQuantityList", "quantityElement"),
    ("outputEPCList", "epc"),
    ("outputQuantityList", "quantityElement"),
)
SIMPLE_FIELDS_LAST = ("action", "transformationID", "bizStep", "disposition")
QUANTITY = ("epcClass", "quantity", "uom")
METADATA = (
    "time",
    "startTime",
    "endTime",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
)
REPORT = (
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "time",
    "microorganism",
    "chemicalSubstance",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
    "coordinateReferenceSystem",
)
PAIRS: tuple[tuple[str, str, str], ...] = (
    ("bizTransactionList", "bizTransaction", TRANSACTION_TYPE),
    ("sourceList", "source", PARTY_TYPE),
    ("destinationList", "destination", PARTY_TYPE),
)
IGNORED = frozenset({"recordTime", "eventID", "type", "errorDeclaration", "@context", "rdfs:comment", "comment"})
"""What is said about an event rather than by it."""


def event_hash(event: Json, namespaces: Mapping[str, str]) -> str:
    """The id of ``event`` (an EPCIS 2.0 event as JSON) as ``ni:///sha-256;…?ver=CBV2.0``.

    ``namespaces`` are the prefixes that the document's ``@context`` declares for extensions. An id, record time or error
    declaration that the event already carries does not count.
    """
    digest = sha256(pre_hash(event, namespaces).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def document_namespaces(context: object) -> dict[str, str]:
    """The extension prefixes an EPCIS document declares in its ``@context``."""
    parts = context if isinstance(context, list) else [context]
    return {
        prefix: uri
        for part in parts
        if isinstance(part, dict)
        for prefix, uri in part.items()
        if isinstance(uri, str) and not prefix.startswith("@")
    }


def pre_hash(event: Json, namespaces: Mapping[str, str]) -> str:
    """The canonical text of ``event`` that is hashed."""
    writer = _Writer(namespaces)
    parts = [f"eventType={event['type']}"]
    parts += [writer.simple(event, name) for name in SIMPLE_FIELDS_FIRST]
    parts += [writer.what(event, name, item) for name, item in WHAT]
    parts += [writer.simple(event, name) for name in SIMPLE_FIELDS_LAST]
    parts.append(writer.block(event, "persistentDisposition", ("set", "unset")))
    parts += [writer.block(event, name, ("id",)) for name in ("readPoint", "bizLocation")]
    parts.append(writer.sensors(event))
    placed = {*SIMPLE_FIELDS_FIRST, *SIMPLE_FIELDS_LAST, *(name for name, _ in WHAT), *IGNORED}
    placed |= {"persistentDisposition", "readPoint", "bizLocation", "sensorElementList"}
    parts.append(writer.rest(event, placed))
    return "".join(parts)


class _Writer:
    """Writes parts of one document's events; ``namespaces`` as in :func:`event_hash`."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._namespaces = namespaces

    def simple(self, owner: Json, name: str, vocabulary: str | None = None) -> str:
        """``name=value`` for each value of a field, sorted; nothing where it is absent or empty."""
        vocabulary = vocabulary or VOCABULARIES.get(name)
        return "".join(sorted(self._leaf(name, value, vocabulary) for value in _listed(owner.get(name))))

    def what(self, event: Json, name: str, item: str) -> str:
        """A list of objects or quantities under its name, its elements sorted."""
        if item == "epc":
            elements = [self._leaf(item, value, None) for value in _listed(event.get(name))]
        else:
            elements = [item + self._fields(value, QUANTITY) for value in _listed(event.get(name))]
        return _under(name, elements)

    def block(self, event: Json, name: str, order: Sequence[str]) -> str:
        """A nested object under its name, its extensions behind its own fields."""
        inner = event.get(name)
        return _under(name, [self._fields(inner, order)] if isinstance(inner, Mapping) else [])

    def sensors(self, event: Json) -> str:
        """The sensor elements, sorted; in each the metadata, then the reports, sorted."""
        elements = []
        for element in _listed(event.get("sensorElementList")):
            metadata = element.get("sensorMetadata")
            parts = ["sensorMetadata" + self._fields(metadata, METADATA)] if metadata else []
            parts += sorted(
                "sensorReport" + self._fields(report, REPORT) for report in _listed(element["sensorReport"])
            )
            parts.append(self.rest(element, {"sensorMetadata", "sensorReport"}))
            elements.append("sensorElement" + "".join(parts))
        return _under("sensorElementList", elements)

    def rest(self, owner: Json, placed: Iterable[str]) -> str:
        """Transactions, parties and extensions: everything without a place in the fixed order, sorted."""
        found = []
        for name in set(owner) - set(placed):
            pair = next((p for p in PAIRS if p[0] == name), None)
            if pair:
                _, value, vocabulary = pair
                found.append(
                    name
                    + "".join(
                        sorted(
                            self._leaf("type", one.get("type"), vocabulary) + self._leaf(value, one[value], None)
                            for one in owner[name]
                        )
                    )
                )
            else:
                found += [self._extension(name, value) for value in _listed(owner[name])]
        return "".join(sorted(found))

    def _fields(self, owner: Json, order: Sequence[str]) -> str:
        own = "".join(self.simple(owner, name, MEASUREMENT_TYPE if name == "type" else None) for name in order)
        return own + self.rest(owner, order)

    def _extension(self, name: str, value: object) -> str:
        key = self._expand(name, braces=True)
        if isinstance(value, Mapping):
            return key + self.rest(value, ("rdfs:comment", "comment"))
        return self._leaf(key, value, None)

    def _leaf(self, name: str, value: object, vocabulary: str | None) -> str:
        text = _text(value)
        if not text:
            return ""
        if "time" in name.lower() and "offset" not in name.lower() and not name.startswith("{"):
            return f"{name}={_instant(text)}"
        if vocabulary and ":" not in text:
            text = vocabulary + text
        return f"{name}={_canonical(self._expand(text))}"

    def _expand(self, text: str, *, braces: bool = False) -> str:
        prefix, found, local = text.partition(":")
        if not found or prefix not in self._namespaces:
            return text
        uri = self._namespaces[prefix]
        return f"{{{uri}}}{local}" if braces else uri + local


def _under(name: str, elements: Iterable[str]) -> str:
    body = "".join(sorted(elements))
    return name + body if body else ""


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def _instant(text: str) -> str:
    """A time in UTC with milliseconds; the fourth decimal rounds half up (CBV 2.0 §8.9).

    Raises:
        ValueError: ``text`` is no ISO 8601 date-time with an offset.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"an event's time needs an offset: {text}")
    at = at.astimezone(UTC)
    rounded = at.replace(microsecond=0) + timedelta(milliseconds=(at.microsecond + 500) // 1000)
    return rounded.strftime("%Y-%m-%dT%H:%M:%S.") + f"{rounded.microsecond // 1000:03d}Z"


def _canonical(text: str) -> str:
    """A value in its one spelling: today's vocabulary, numbers without useless zeros, GS1 keys as Digital Link."""
    for old, new in OLD_VOCABULARIES:
        text = text.replace(old, new)
    try:
        number = float(text)
        return str(int(number)) if number == int(number) else str(number)
    except (ValueError, OverflowError):
        return canonical_uri(text) or text
