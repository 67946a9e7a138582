"""What happened on a route beside its handovers, as rows for people who watch the day."""

from collections.abc import Callable, Mapping
from typing import Any

from server.custody.ledger import Stored
from server.trace.models import RoadRow
from server.trace.rows import Rows
from shared.custody import events as e

_TOLD: Mapping[type, Callable[[Any], tuple[str, str]]] = {
    e.IncidentReported: lambda event: (event.kind.value, event.note),
    e.MessageSent: lambda event: ("", event.text),
    e.MessagePosted: lambda event: ("", event.text),
    e.GoodsMoved: lambda event: ("", f"{len(event.lines)} → {event.vehicle}, {event.driver} {event.note}".strip()),
    e.GoodsCollected: lambda event: (
        event.why.value,
        " ".join(filter(None, (event.name, event.lot, f"× {event.quantity} {event.unit}", event.given_by, event.note))),
    ),
    e.CollectionHandedIn: lambda event: ("", f"× {event.quantity} {event.note}".strip()),
    e.RouteRevised: lambda event: ("", f"v{event.version}"),
    e.RestDue: lambda event: ("", f"{event.driven / 3600:.1f} h / {event.limit / 3600:g} h"),
}
"""What each type of event says: its kind, and its text."""


def note_road(rows: Rows, entry: Stored) -> None:
    """Take an event into the view of the road, if it is one that belongs there."""
    told = _TOLD.get(type(entry.event))
    if told is None:
        return
    kind, text = told(entry.event)
    row = {
        "entry": entry.index,
        "route_id": getattr(entry.event, "route_id", ""),
        "type": e.event_name(entry.event),
        "kind": kind,
        "at": entry.record.at,
        "who": entry.record.actor[:80],
        "text": text,
    }
    rows.put(RoadRow, row)
