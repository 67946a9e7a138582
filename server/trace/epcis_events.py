"""From custody events to EPCIS 2.0 events: one route's history, for the lines that are asked for.

Each EPCIS event is made from whole records of the ledger and does not depend on which other lines are asked for, so the
same deed has the same event id in every document. Source of the vocabulary: GS1 CBV 2.0, sections 7.1 (business steps) and
7.2 (dispositions). ``shipping`` and ``receiving`` are not used: they exclude the finer steps of loading, departing,
arriving and accepting, which are what a carrier sees.

==================  ===================================================================================
GoodsLoaded         AggregationEvent ADD, loading: packs into their container, at the depot or on the road
VehicleDeparted     ObjectEvent, departing, in_transit: each container with such goods loaded for that trip
ReadingsSealed      ObjectEvent, sensor_reporting: what a container's logger recorded, reading by reading
StopArrived         ObjectEvent, arriving, in_transit
GoodsUnloaded       AggregationEvent DELETE, unloading
VerdictShown        ObjectEvent, inspecting: conformant, non_conformant or unknown, with lowest and highest
HandoverSigned      ObjectEvent, accepting, with possessing parties; refused, short and over as inspecting
StopLeft            what was refused or not taken: ADD, loading, returned; then departing, returned
GoodsReturned       AggregationEvent DELETE, unloading, returned, at the depot
CorrectionMade      the event it names once more, with an errorDeclaration
==================  ===================================================================================

Goods that change vehicles and goods that are taken along are told in :mod:`server.trace.epcis_road`. What is loaded on the
road, from another vehicle, is loaded at no site: its events have no read point.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from server.custody.ledger import Stored
from server.trace.epcis_base import REASON, Event, Teller, Told
from server.trace.epcis_names import EpcisNames
from server.trace.epcis_road import RoadTeller
from server.trace.journeys import explode
from shared.clock import rfc3339
from shared.coldchain.readings import Reading
from shared.coldchain.verdict import Conformity, Verdict
from shared.custody import events as e
from shared.work import Consignment, Line, Route, Site, Stop

REFUSED: Mapping[e.Reason | None, str] = {
    e.Reason.TEMPERATURE: "non_conformant",
    e.Reason.DAMAGED: "damaged",
    e.Reason.WRONG_GOODS: "mismatch_class",
    e.Reason.EXPIRED: "expired",
    e.Reason.RECALLED: "recalled",
}
"""Disposition of refused goods by reason; ``non_sellable_other`` for any other reason."""
CONFORMITY: Mapping[Conformity, str] = {
    Conformity.CONFORMANT: "conformant",
    Conformity.NON_CONFORMANT: "non_conformant",
    Conformity.UNKNOWN: "unknown",
}


def route_events(
    route: Route, entries: Sequence[Stored], wanted: Collection[str], names: EpcisNames, items: Collection[str] = ()
) -> Iterator[Told]:
    """The EPCIS events of a route's ``entries`` (in ledger order) that concern the lines in ``wanted``, or the collections in
    ``items``.

    Each comes with the hashes of the records it was made from, and without an event id.
    """
    yield from _Telling(route, entries, wanted, names, items).events()


class _Telling(Teller):
    """One route's entries, being told as EPCIS."""

    def __init__(
        self,
        route: Route,
        entries: Sequence[Stored],
        wanted: Collection[str],
        names: EpcisNames,
        items: Collection[str],
    ) -> None:
        super().__init__(route, names)
        self._entries, self._items, self._road = entries, frozenset(items), RoadTeller(route, names)
        self._lines = {line.id: (stop, note, line) for stop, note, line in _walk(route) if line.id in wanted}
        self._loaded: dict[tuple[str, str], list[Stored]] = {}
        for entry in entries:
            if isinstance(entry.event, e.GoodsLoaded) and entry.event.line_id in self._lines:
                self._loaded.setdefault((entry.event.line_id, entry.event.container_id), []).append(entry)
        self._departures = [
            (entry.index, entry.event.trip) for entry in entries if isinstance(entry.event, e.VehicleDeparted)
        ]
        self._held = {
            key: sum(one.event.quantity for one in loads if isinstance(one.event, e.GoodsLoaded))
            for key, loads in self._loaded.items()
        }
        self._moved: dict[str, int] = {}
        self._collected: dict[str, e.GoodsCollected] = {}
        self._attached: dict[str, str] = {}

    def events(self) -> Iterator[Told]:
        for (line_id, container_id), loads in sorted(self._loaded.items()):
            by_trip: dict[tuple[bool, int], list[Stored]] = {}
            for entry in loads:
                key = not self._at_the_depot(line_id, entry), self._trip_at(entry)
                by_trip.setdefault(key, []).append(entry)
            for (on_the_road, _trip), some in sorted(by_trip.items()):
                yield self._loading(line_id, container_id, some, on_the_road=on_the_road)
        unloaded: dict[tuple[str, str], list[Stored]] = {}
        for entry in self._entries:
            event = entry.event
            match event:
                case e.LoggerAttached():
                    self._attached[event.logger_id] = event.container_id
                case e.VehicleDeparted():
                    yield from self._moving(entry, self._depot, "departing", self._loaded_for(entry))
                case e.ReadingsSealed():
                    yield from self._readings(entry, event)
                case e.StopArrived():
                    yield from self._moving(entry, self._site(event.stop_id), "arriving", self._ridden(event.stop_id))
                case e.GoodsUnloaded() if event.line_id in self._lines:
                    unloaded.setdefault((event.stop_id, event.line_id), []).append(entry)
                case e.VerdictShown():
                    for line_id, entries in _of_stop(unloaded, event.stop_id):
                        yield from self._unloading(line_id, entries)
                    yield from self._inspecting(entry, event)
                case e.HandoverSigned():
                    for line_id, entries in _of_stop(unloaded, event.stop_id):
                        yield from self._unloading(line_id, entries)
                    for outcome in event.outcomes:
                        yield from self._outcome(entry, outcome)
                case e.StopLeft():
                    yield from self._leaving(entry, event)
                case e.GoodsReturned() if event.line_id in self._lines:
                    yield from self._bringing_back(entry, event)
                case e.GoodsMoved():
                    yield from self._changing_vehicles(entry, event)
                case e.GoodsCollected() if event.item in self._items:
                    self._collected[event.item] = event
                    yield from self._road.collected(entry, event)
                case e.CollectionHandedIn() if event.item in self._collected:
                    yield from self._road.handed_in(entry, event, self._collected[event.item])
                case _:
                    pass

    # where

    def _ridden(self, stop_id: str) -> set[str]:
        """The containers that goods for a stop ride in."""
        return {container for line, container in self._loaded if self._lines[line][0].id == stop_id}

    def _trip_at(self, entry: Stored) -> int:
        """The trip the vehicle was on when something was recorded; 0 before it left."""
        return max((trip for index, trip in self._departures if index < entry.index), default=0)

    def _at_the_depot(self, line_id: str, entry: Stored) -> bool:
        """Whether goods of a line were loaded at the depot: for a trip that had not begun. Else another vehicle gave them."""
        return self._lines[line_id][0].trip > self._trip_at(entry)

    def _loaded_for(self, departure: Stored) -> set[str]:
        """The containers that such goods left the depot in, with this departure."""
        before = self._trip_at(departure)
        return {
            container
            for (line_id, container), loads in self._loaded.items()
            if any(
                entry.index < departure.index and self._trip_at(entry) == before and self._at_the_depot(line_id, entry)
                for entry in loads
            )
        }

    def _take(self, line_id: str, quantity: int) -> list[tuple[str, int]]:
        """Packs of a line leave their containers, the first container first: how many out of which."""
        homes = sorted(container for loaded, container in self._loaded if loaded == line_id)
        taken = []
        for position, container_id in enumerate(homes):
            held = max(0, self._held[line_id, container_id])
            some = quantity if position == len(homes) - 1 else min(quantity, held)
            if some > 0:
                taken.append((container_id, some))
                self._held[line_id, container_id] -= some
                quantity -= some
        return taken

    # what

    def _packs(self, codes: Iterable[str]) -> list[str]:
        return sorted({pack for code in codes if (pack := self._names.pack(code, self._year)) is not None})

    def _children(self, event: Event, line: Line, scans: Sequence[tuple[str, int]]) -> None:
        """The packs that were scanned one by one by their own names, all others of the line by their number."""
        packs = self._packs(code for code, quantity in scans if quantity == 1)
        rest = sum(quantity for _, quantity in scans) - len(packs)
        if packs:
            event["childEPCs"] = packs
        if rest > 0:
            event["childQuantityList"] = self._goods(line, rest)

    # the steps

    def _loading(self, line_id: str, container_id: str, loads: Sequence[Stored], *, on_the_road: bool) -> Told:
        _, note, line = self._lines[line_id]
        state = "in_transit" if on_the_road else "in_progress"
        event = self._event("AggregationEvent", loads[-1].record.at, self._depot, "ADD", "loading", state)
        if on_the_road:
            self._on_the_road(event, None)
        event["parentID"] = self._container(container_id)
        scans = _scans(loads)
        self._children(event, line, scans)
        event["bizTransactionList"] = self._documents(note)
        return self._finish(event, loads)

    def _moving(self, entry: Stored, site: Site, step: str, containers: Collection[str]) -> Iterator[Told]:
        for container_id in sorted(containers):
            event = self._event("ObjectEvent", entry.record.at, site, "OBSERVE", step, "in_transit")
            event["epcList"] = [self._container(container_id)]
            yield self._finish(event, [entry])

    def _readings(self, entry: Stored, segment: e.ReadingsSealed) -> Iterator[Told]:
        container_id = self._attached.get(segment.logger_id)
        if container_id is None or container_id not in {key[1] for key in self._loaded} or not segment.times:
            return
        event = self._event("ObjectEvent", entry.record.at, self._depot, "OBSERVE", "sensor_reporting", "in_transit")
        del event["readPoint"]  # the readings were made on the road, not where they were fetched
        event["epcList"] = [self._container(container_id)]
        readings = [reading for _, reading in explode(segment)]
        element: Event = {
            "sensorMetadata": {
                "startTime": rfc3339(min(reading.at for reading in readings)),
                "endTime": rfc3339(max(reading.at for reading in readings)),
                "deviceID": self._names.logger(segment.logger_id),
                "rawData": self._names.record(entry.sha256),
            },
            "sensorReport": [report for reading in readings for report in _reports(reading)],
        }
        if element["sensorReport"]:
            event["sensorElementList"] = [element]
            yield self._finish(event, [entry])

    def _unloading(self, line_id: str, entries: Sequence[Stored]) -> Iterator[Told]:
        """Packs out of the containers they were loaded into, first container first."""
        stop, note, line = self._lines[line_id]
        scans = _scans(entries)
        homes = [container for loaded, container in self._loaded if loaded == line_id]
        for container_id, taken in self._take(line_id, sum(quantity for _, quantity in scans)):
            event = self._event(
                "AggregationEvent", entries[-1].record.at, stop.site, "DELETE", "unloading", "in_progress"
            )
            event["parentID"] = self._container(container_id)
            if len(homes) == 1:
                self._children(event, line, scans)
            else:
                event["childQuantityList"] = self._goods(line, taken)
            event["bizLocation"] = {"id": self._names.site(stop.site)}
            event["bizTransactionList"] = self._documents(note)
            yield self._finish(event, entries)

    def _inspecting(self, entry: Stored, shown: e.VerdictShown) -> Iterator[Told]:
        for one in shown.verdicts:
            if one.line_id not in self._lines:
                continue
            stop, note, line = self._lines[one.line_id]
            disposition = CONFORMITY[one.verdict.conformity]
            event = self._event("ObjectEvent", entry.record.at, stop.site, "OBSERVE", "inspecting", disposition)
            event["quantityList"] = self._goods(line, line.quantity)
            event["bizLocation"] = {"id": self._names.site(stop.site)}
            event["bizTransactionList"] = self._documents(note)
            summary = _summary(one.verdict)
            if summary is not None:
                event["sensorElementList"] = [summary]
            yield self._finish(event, [entry])

    def _outcome(self, entry: Stored, outcome: e.LineOutcome) -> Iterator[Told]:
        if outcome.line_id not in self._lines:
            return
        stop, note, line = self._lines[outcome.line_id]
        parts = (
            ("accepting", "in_progress", outcome.accepted),
            ("inspecting", REFUSED.get(outcome.reason, "non_sellable_other"), outcome.refused),
            ("inspecting", "mismatch_quantity", outcome.short),
            ("inspecting", "mismatch_quantity", outcome.over),
        )
        for position, (step, disposition, quantity) in enumerate(parts):
            if quantity <= 0:
                continue
            event = self._event("ObjectEvent", entry.record.at, stop.site, "OBSERVE", step, disposition)
            event["quantityList"] = self._goods(line, quantity)
            event["bizLocation"] = {"id": self._names.site(stop.site)}
            event["bizTransactionList"] = self._documents(note, entry.sha256)
            if step == "accepting":
                party = {"type": "possessing_party"}
                event["sourceList"] = [{**party, "source": self._names.party(self._route.carrier)}]
                event["destinationList"] = [{**party, "destination": self._names.receiver(note)}]
            else:
                word = ("", str(outcome.reason or e.Reason.OTHER), "short", "over")[position]
                event[REASON] = self._names.reason(word)
            yield self._finish(event, [entry])

    def _leaving(self, entry: Stored, left: e.StopLeft) -> Iterator[Told]:
        """What stays with the carrier after a visit: refused goods, or all of a stop that failed."""
        for line_id, quantity, taken_out in self._kept(left.stop_id):
            stop, note, line = self._lines[line_id]
            homes = sorted(container for loaded, container in self._loaded if loaded == line_id)
            if taken_out and homes:
                event = self._event("AggregationEvent", entry.record.at, stop.site, "ADD", "loading", "returned")
                event["parentID"] = self._container(homes[0])
                event["childQuantityList"] = self._goods(line, quantity)
                event["bizTransactionList"] = self._documents(note)
                yield self._finish(event, [entry])
            event = self._event("ObjectEvent", entry.record.at, stop.site, "OBSERVE", "departing", "returned")
            event["quantityList"] = self._goods(line, quantity)
            event["bizTransactionList"] = self._documents(note)
            yield self._finish(event, [entry])

    def _kept(self, stop_id: str) -> Iterator[tuple[str, int, bool]]:
        for entry in self._entries:
            event = entry.event
            if isinstance(event, e.HandoverSigned) and event.stop_id == stop_id:
                for outcome in event.outcomes:
                    if outcome.refused > 0 and outcome.line_id in self._lines:
                        yield outcome.line_id, outcome.refused, True
            elif isinstance(event, e.StopFailed) and event.stop_id == stop_id:
                for line_id, (stop, _, line) in self._lines.items():
                    if stop.id == stop_id and (left := line.quantity - self._moved.get(line_id, 0)) > 0:
                        yield line_id, left, False

    def _changing_vehicles(self, entry: Stored, event: e.GoodsMoved) -> Iterator[Told]:
        for moved in event.lines:
            if moved.line_id in self._lines:
                _, note, line = self._lines[moved.line_id]
                self._moved[moved.line_id] = self._moved.get(moved.line_id, 0) + moved.quantity
                yield from self._road.moved(entry, event, note, line, self._take(moved.line_id, moved.quantity))

    def _bringing_back(self, entry: Stored, event: e.GoodsReturned) -> Iterator[Told]:
        _, note, line = self._lines[event.line_id]
        homes = sorted(container for loaded, container in self._loaded if loaded == event.line_id)
        if not homes or event.quantity <= 0:
            return
        back = self._event("AggregationEvent", entry.record.at, self._depot, "DELETE", "unloading", "returned")
        back["parentID"] = self._container(homes[0])
        back["childQuantityList"] = self._goods(line, event.quantity)
        back["bizLocation"] = {"id": self._names.site(self._depot)}
        back["bizTransactionList"] = self._documents(note)
        yield self._finish(back, [entry])


def _walk(route: Route) -> Iterator[tuple[Stop, Consignment, Line]]:
    for stop in route.stops:
        for consignment in stop.consignments:
            for line in consignment.lines:
                yield stop, consignment, line


def _of_stop(unloaded: dict[tuple[str, str], list[Stored]], stop_id: str) -> list[tuple[str, list[Stored]]]:
    """What has been unloaded at a stop, taken out of the list so that it is told once."""
    keys = sorted(key for key in unloaded if key[0] == stop_id)
    return [(line_id, unloaded.pop((stop, line_id))) for stop, line_id in keys]


def _scans(entries: Iterable[Stored]) -> list[tuple[str, int]]:
    """Code and quantity of each scan."""
    return [
        (entry.event.code, entry.event.quantity)
        for entry in entries
        if isinstance(entry.event, e.GoodsLoaded | e.GoodsUnloaded)
    ]


def _reports(reading: Reading) -> Iterator[Event]:
    """A reading as sensor reports: °C as CEL, %RH as P1 (UN/ECE Recommendation 20)."""
    at = rfc3339(reading.at)
    if reading.temperature is not None:
        yield {"type": "Temperature", "time": at, "value": reading.temperature, "uom": "CEL"}
    if reading.humidity is not None:
        yield {"type": "RelativeHumidity", "time": at, "value": reading.humidity, "uom": "P1"}


def _summary(verdict: Verdict) -> Event | None:
    """What a line saw in custody: lowest and highest, as an alarm where its range was left."""
    if verdict.lowest is None or verdict.highest is None or verdict.start is None or verdict.end is None:
        return None
    report: Event = {
        "type": "Temperature",
        "minValue": verdict.lowest,
        "maxValue": verdict.highest,
        "uom": "CEL",
    }
    if verdict.excursions:
        report["exception"] = "ALARM_CONDITION"
    return {
        "sensorMetadata": {"startTime": rfc3339(verdict.start), "endTime": rfc3339(verdict.end)},
        "sensorReport": [report],
    }
