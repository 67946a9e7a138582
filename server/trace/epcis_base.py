"""What all EPCIS events of a route have in common: time and place, names, documents, and the records they were made from."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.custody.ledger import Stored
from server.trace.epcis_names import EpcisNames
from shared.clock import rfc3339
from shared.geo import Position
from shared.work import Consignment, Line, Route, Site

Event = dict[str, Any]
Told = tuple[list[str], Event]
"""The hashes of the records that an event was made from, and the event, without an id."""

PREFIX = "handover"
"""Prefix of our extensions."""
RECORDS = f"{PREFIX}:record"
"""Extension: the ledger's records an event was made from."""
REASON = f"{PREFIX}:reason"
"""Extension: why goods were not accepted, or were taken along."""


class Teller:
    """Tells what happened on one route, in the names of one ledger."""

    def __init__(self, route: Route, names: EpcisNames) -> None:
        self._route, self._names = route, names
        self._year = route.day.year
        self._containers = {container.id: container for container in route.containers}

    @property
    def _depot(self) -> Site:
        return self._route.depot

    def _site(self, stop_id: str) -> Site:
        return self._route.stop(stop_id).site

    def _container(self, container_id: str) -> str:
        known = self._containers.get(container_id)
        return self._names.container(known, self._year) if known else self._names.own("container", container_id)

    def _event(self, kind: str, at: datetime, site: Site, action: str, step: str, disposition: str | None) -> Event:
        offset = at.astimezone(ZoneInfo(site.zone)).strftime("%z")
        event: Event = {
            "type": kind,
            "eventTime": rfc3339(at),
            "eventTimeZoneOffset": f"{offset[:3]}:{offset[3:]}",
            "action": action,
            "bizStep": step,
            "readPoint": {"id": self._names.site(site)},
        }
        if disposition is not None:
            event["disposition"] = disposition
        return event

    def _on_the_road(self, event: Event, position: Position | None) -> Event:
        """The same event at no site: where the position says, if there is one."""
        del event["readPoint"]
        if position is not None:
            event["readPoint"] = {"id": self._names.place(position)}
        return event

    def _documents(self, consignment: Consignment, handed_over: str | None = None) -> list[Event]:
        """Delivery note and purchase order, and the receipt once there is one."""
        found = [{"type": "desadv", "bizTransaction": self._names.note(consignment)}]
        if consignment.order_number:
            found.append({"type": "po", "bizTransaction": self._names.order(consignment)})
        if handed_over is not None:
            found.append({"type": "recadv", "bizTransaction": self._names.record(handed_over)})
        return found

    def _finish(self, event: Event, entries: Iterable[Stored]) -> Told:
        records = [entry.sha256 for entry in entries]
        event[RECORDS] = sorted(self._names.record(digest) for digest in records)
        return records, event

    def _goods(self, line: Line, quantity: int) -> list[Event]:
        return [{"epcClass": self._names.goods(line), "quantity": quantity}]
