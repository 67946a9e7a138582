"""Goods that change vehicles on the road, and goods that are taken along from a site, as EPCIS 2.0 events.

Source of the vocabulary: GS1 CBV 2.0, sections 7.1 (business steps: ``collecting`` is picking up for return, recycling or
re-use), 7.2 (dispositions) and 8.3 (a place on the road as a geo URI, RFC 5870).

==================  ===================================================================================
GoodsMoved          AggregationEvent DELETE, unloading, in_transit, out of each container, at the place it happened;
                    possession goes from the carrier to the driver who took them. The other vehicle's own record
                    says where they were loaded
GoodsCollected      AggregationEvent ADD into a container (ObjectEvent without one): collecting, returned or
                    recalled; loading, in_transit where it is a pick-up that was not planned
CollectionHandedIn  AggregationEvent DELETE (ObjectEvent without a container), unloading, at the depot; what is
                    missing of it: ObjectEvent, inspecting, mismatch_quantity
==================  ===================================================================================
"""

from collections.abc import Iterator, Mapping, Sequence

from server.custody.ledger import Stored
from server.trace.epcis_base import REASON, Event, Teller, Told
from shared.custody import events as e
from shared.custody.road import Collected
from shared.geo import Position
from shared.work import Consignment, Line, Site

STEP: Mapping[Collected, tuple[str, str]] = {
    Collected.RETURN: ("collecting", "returned"),
    Collected.RECALL: ("collecting", "recalled"),
    Collected.EMPTIES: ("collecting", "in_transit"),
    Collected.UNPLANNED: ("loading", "in_transit"),
}
"""Business step and disposition of taking goods along, by why."""
HANDED_IN: Mapping[Collected, str] = {
    Collected.RETURN: "returned",
    Collected.RECALL: "recalled",
    Collected.EMPTIES: "in_progress",
    Collected.UNPLANNED: "in_progress",
}
"""Disposition once they are handed in."""


class RoadTeller(Teller):
    """Tells of goods between the handovers."""

    def moved(
        self, entry: Stored, event: e.GoodsMoved, note: Consignment, line: Line, taken: Sequence[tuple[str, int]]
    ) -> Iterator[Told]:
        """Packs of a line that left this vehicle: so many out of each container."""
        for container_id, quantity in taken:
            told = self._event("AggregationEvent", entry.record.at, self._depot, "DELETE", "unloading", "in_transit")
            self._on_the_road(told, event.position)
            told["parentID"] = self._container(container_id)
            told["childQuantityList"] = self._goods(line, quantity)
            told["bizTransactionList"] = self._documents(note)
            self._possession(
                told, self._names.party(self._route.carrier), self._names.driver(event.vehicle, event.driver)
            )
            yield self._finish(told, [entry])

    def collected(self, entry: Stored, event: e.GoodsCollected) -> Iterator[Told]:
        """Goods that were taken along."""
        step, disposition = STEP[event.why]
        site = None if event.stop_id is None else self._site(event.stop_id)
        told = self._of(entry, event, "ADD", step, disposition, event.quantity, site, event.position)
        carrier = self._names.party(self._route.carrier)
        self._possession(told, None if site is None else self._names.giver(site), carrier)
        told[REASON] = self._names.reason(event.why.value)
        yield self._finish(told, [entry])

    def handed_in(self, entry: Stored, event: e.CollectionHandedIn, before: e.GoodsCollected) -> Iterator[Told]:
        """What was taken along is at the depot, or some of it."""
        if event.quantity > 0:
            disposition = HANDED_IN[before.why]
            told = self._of(entry, before, "DELETE", "unloading", disposition, event.quantity, self._depot, None)
            told["bizLocation"] = {"id": self._names.site(self._depot)}
            told[REASON] = self._names.reason(before.why.value)
            yield self._finish(told, [entry])
        missing = before.quantity - event.quantity
        if missing > 0:
            told = self._event(
                "ObjectEvent", entry.record.at, self._depot, "OBSERVE", "inspecting", "mismatch_quantity"
            )
            told["quantityList"] = [{"epcClass": self._class(before), "quantity": missing}]
            told["bizLocation"] = {"id": self._names.site(self._depot)}
            told[REASON] = self._names.reason("short")
            yield self._finish(told, [entry])

    def _of(
        self,
        entry: Stored,
        what: e.GoodsCollected,
        action: str,
        step: str,
        disposition: str,
        quantity: int,
        site: Site | None,
        position: Position | None,
    ) -> Event:
        inside = what.container_id is not None
        kind = "AggregationEvent" if inside else "ObjectEvent"
        told = self._event(
            kind, entry.record.at, site or self._depot, action if inside else "OBSERVE", step, disposition
        )
        if site is None:
            self._on_the_road(told, position)
        if what.container_id is not None:
            told["parentID"] = self._container(what.container_id)
        pack = self._names.pack(what.code, self._year) if what.code and quantity == what.quantity == 1 else None
        if pack is not None:
            told["childEPCs" if inside else "epcList"] = [pack]
        else:
            goods = [{"epcClass": self._class(what), "quantity": quantity}]
            told["childQuantityList" if inside else "quantityList"] = goods
        return told

    def _class(self, what: e.GoodsCollected) -> str:
        """Item and lot by the scanned code; else by what the driver wrote."""
        return self._names.goods_of(what.code, self._year) or self._names.own("collected", f"{what.name}~{what.lot}")

    @staticmethod
    def _possession(event: Event, source: str | None, destination: str) -> None:
        if source is not None:
            event["sourceList"] = [{"type": "possessing_party", "source": source}]
        event["destinationList"] = [{"type": "possessing_party", "destination": destination}]
