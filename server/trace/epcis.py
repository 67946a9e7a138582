"""The traceability record as GS1 EPCIS 2.0: what ``handover trace --epcis`` prints and what a proof's bundle carries.

Source: GS1 EPCIS 2.0 (JSON-LD binding), CBV 2.0. Event ids are hashes of the events' own content
(:mod:`server.trace.event_hash`), so whoever holds an event can compute its id.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from server.context import context
from server.custody import ledger
from server.custody.ledger import Stored
from server.trace import operations
from server.trace.epcis_base import PREFIX, Event
from server.trace.epcis_events import route_events
from server.trace.epcis_names import EpcisNames
from server.trace.event_hash import event_hash
from server.trace.journeys import tell
from shared import problems
from shared.clock import rfc3339
from shared.custody.events import CorrectionMade, GoodsCollected
from shared.errors import Refused
from shared.work import Route

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
"""The JSON-LD context of EPCIS 2.0."""
SCHEMA_VERSION = "2.0"


def make_events(
    route: Route,
    entries: Sequence[Stored],
    corrections: Iterable[Stored],
    line_ids: Collection[str],
    names: EpcisNames,
    items: Collection[str] = (),
) -> list[Event]:
    """A route's EPCIS events for some of its lines, and for some of what was taken along on it (``items``), each with its id;
    what was corrected once more with the declaration.

    ``entries`` are the route's, in ledger order. History is not edited: the erroneous event stays, and a copy with the same
    id and an ``errorDeclaration`` follows (EPCIS 2.0 §7.4.1.4).
    """
    namespaces = {PREFIX: names.extensions}
    declared: dict[str, list[Stored]] = {}
    for entry in corrections:
        if isinstance(entry.event, CorrectionMade):
            declared.setdefault(entry.event.record, []).append(entry)
    found: list[Event] = []
    for records, event in route_events(route, entries, line_ids, names, items):
        event["eventID"] = event_hash(event, namespaces)
        found.append(event)
        for correction in (one for record in records for one in declared.get(record, ())):
            declaration = {
                "declarationTime": rfc3339(correction.record.at),
                "reason": "incorrect_data",
                f"{PREFIX}:record": names.record(correction.sha256),
            }
            found.append({**event, "errorDeclaration": declaration})
    return found


def make_document(events: Sequence[Event], names: EpcisNames, created: datetime) -> dict[str, Any]:
    """An EPCIS document over ``events``."""
    return {
        "@context": [CONTEXT, {PREFIX: names.extensions}],
        "type": "EPCISDocument",
        "schemaVersion": SCHEMA_VERSION,
        "creationDate": rfc3339(created),
        "epcisBody": {"eventList": list(events)},
    }


def encode(document: dict[str, Any]) -> bytes:
    """A document as the bytes of a ``.jsonld`` file."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def export(*, lot: str = "", consignment: str = "", code: str = "") -> dict[str, Any]:
    """The EPCIS document of everything the ledger knows about a lot, a consignment or a trace code.

    Raises:
        Refused: NOT_FOUND where nothing of the kind was ever delivered.
    """
    lines = operations.find_lines(lot=lot, consignment=consignment, code=code)
    items = _collections(lot=lot, code=code)
    if not lines and not items:
        raise Refused(problems.NOT_FOUND, what="货物 goods", value=lot or consignment or code)
    names = EpcisNames(context().config.origin)
    corrections = list(ledger.entries(types=(CorrectionMade.__name__,)))
    wanted: dict[str, set[str]] = {}
    for line, _ in lines:
        wanted.setdefault(line.route_id, set()).add(line.line_id)
    events: list[Event] = []
    for route_id in sorted(wanted.keys() | items.keys()):
        told = tell(route_id)
        if told is not None:
            entries = list(ledger.entries(route_id=route_id))
            line_ids, taken = wanted.get(route_id, set()), items.get(route_id, set())
            events += make_events(told.journey.route, entries, corrections, line_ids, names, taken)
    return make_document(events, names, context().clock.now())


def _collections(*, lot: str, code: str) -> dict[str, set[str]]:
    """What was taken along of a lot, or with a code on it: the items by route."""
    found: dict[str, set[str]] = {}
    if not (lot or code):
        return found
    for entry in ledger.entries(types=(GoodsCollected.__name__,)):
        event = entry.event
        if isinstance(event, GoodsCollected) and ((lot and event.lot == lot) or (code and event.code == code)):
            found.setdefault(event.route_id, set()).add(event.item)
    return found
