"""The projection: ledger entries in, rows of the views out. Deterministic: the same entries give the same rows.

Rows are derived from the folded journey, never counted up from what a row said before, so reading an entry twice changes
nothing.
"""

import json
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import select

from server.custody import ledger
from server.custody.ledger import Stored
from server.db import db
from server.trace.journeys import Journeys, Told
from server.trace.models import (
    AnomalyRow,
    CodeView,
    LineView,
    PositionRow,
    ReadingRow,
    RouteView,
    StopView,
)
from server.trace.road import note_road
from server.trace.rows import Rows
from shared.clock import from_ms, to_ms
from shared.coldchain.verdict import Conformity, Verdict, worst
from shared.custody import events as e
from shared.custody.journey import Phase, StopPhase
from shared.errors import Problem
from shared.geo import Position
from shared.work import Consignment, Line, Stop

ON_THE_WAY = "on_the_way"
"""The phase shown for the stop a vehicle on the road goes to next; for none while it comes back to load for another trip."""
WITHDRAWN = "withdrawn"
"""The phase shown for a stop that a newer version of the route does not have, and that nobody visited."""


class Projector:
    """Applies entries, in ledger order, to the views. One per consumer."""

    def __init__(self) -> None:
        self._journeys = Journeys()
        self._rows = Rows()

    def forget(self) -> None:
        """Drop what is kept in memory: after a roll-back it may be ahead of the database."""
        self._journeys.clear()
        self._rows.forget()

    def write(self) -> None:
        """Bring what was applied into the database: once for a batch of entries."""
        self._rows.write()

    def apply(self, entry: Stored) -> None:
        """Take ``entry`` into the views, which are brought up to it by :meth:`write`."""
        told, problem = self._journeys.advance(entry)
        if problem is not None:
            self._note_anomaly(entry, problem)
        self._explode(entry)
        if told is None:
            return
        if isinstance(entry.event, e.RoutePublished):
            _write_route(self._rows, told, entry)
            for stop in told.journey.route.stops:
                _write_stop(self._rows, told, stop, entry.index)
        elif told.took:
            self._touch(told, entry)

    def _touch(self, told: Told, entry: Stored) -> None:
        """Rewrite the rows an event can have changed: its own stop, and the whole route where its phase may have moved."""
        event, rows = entry.event, self._rows
        journey = told.journey
        if isinstance(event, (e.ReadingsSealed, e.DownloadFailed, e.ClockJumped)):
            return
        note_road(rows, entry)
        _write_route(rows, told, entry)
        if isinstance(event, e.PositionsSealed):
            return
        stop_id = getattr(event, "stop_id", None)
        line_id = getattr(event, "line_id", None)
        if isinstance(event, (e.GoodsLoaded, e.GoodsUnloaded)):
            stop, consignment, line = journey.route.line(event.line_id)
            _write_line(rows, told, stop, consignment, line, entry.index)
            for code in (event.code, *event.beside):
                _write_code(rows, code, event.line_id, entry.index)
        elif isinstance(event, e.GoodsMoved):
            for moved in event.lines:
                stop, consignment, line = journey.route.line(moved.line_id)
                _write_line(rows, told, stop, consignment, line, entry.index)
        elif isinstance(event, (e.VehicleDeparted, e.VehicleReturned, e.StopLeft)):
            for stop in journey.route.stops:
                _write_stop(rows, told, stop, entry.index, with_lines=False)
        elif stop_id is not None:
            _write_stop(rows, told, journey.route.stop(stop_id), entry.index)
        elif line_id is not None and isinstance(event, e.GoodsReturned):
            stop, consignment, line = journey.route.line(line_id)
            _write_line(rows, told, stop, consignment, line, entry.index)

    def _note_anomaly(self, entry: Stored, problem: Problem) -> None:
        self._rows.put(
            AnomalyRow,
            {
                "entry": entry.index,
                "route_id": getattr(entry.event, "route_id", None),
                "type": e.event_name(entry.event)[:40],
                "problem": msgspec.json.encode(problem).decode(),
            },
        )

    def _explode(self, entry: Stored) -> None:
        event = entry.event
        if isinstance(event, e.ReadingsSealed):
            rows = [
                {
                    "logger_id": event.logger_id,
                    "at_ms": at,
                    "temperature": temperature,
                    "humidity": humidity,
                    "basis": event.basis.value,
                    "route_id": event.route_id,
                    "entry": entry.index,
                }
                for at, temperature, humidity in zip(event.times, event.temperatures, event.humidities, strict=True)
            ]
            self._rows.add(ReadingRow, rows)
        elif isinstance(event, e.PositionsSealed):
            columns = zip(event.times, event.latitudes, event.longitudes, strict=True)
            self._rows.add(
                PositionRow,
                [
                    {"route_id": event.route_id, "at_ms": at, "lat": lat, "lon": lon, "entry": entry.index}
                    for at, lat, lon in columns
                ],
            )
        else:
            position = getattr(event, "position", None)
            route_id = getattr(event, "route_id", None)
            if isinstance(position, Position) and route_id is not None:
                row = {
                    "route_id": route_id,
                    "at_ms": to_ms(entry.record.at),
                    "lat": round(position.lat * 1e6),
                    "lon": round(position.lon * 1e6),
                    "entry": entry.index,
                }
                self._rows.add(PositionRow, [row])


def _write_route(rows: Rows, told: Told, entry: Stored) -> None:
    journey, route = told.journey, told.journey.route
    before = _stood(rows, route.id)
    row: dict[str, object] = {
        "route_id": route.id,
        "version": route.version,
        "day": route.day,
        "device_id": told.device,
        "carrier": route.carrier.name.zh,
        "vehicle": route.vehicle.name.zh,
        "driver_zh": route.driver.name.zh,
        "driver_en": route.driver.name.en,
        "driver_id": route.driver.id,
        "phase": journey.phase.value,
        "published_index": told.published,
        "planned_departure": route.departure,
        "started": journey.started,
        "departed": journey.departed,
        "returned": journey.returned,
        "ended": journey.ended,
        "alarms": len(journey.alarms),
        "depot_lat": route.depot.fence.centre.lat,
        "depot_lon": route.depot.fence.centre.lon,
        "depot_zh": route.depot.name.zh,
        "depot_en": route.depot.name.en,
        "stops_total": len(journey.due_stops),
        "stops_done": sum(journey.stop(s.id).phase is StopPhase.LEFT for s in route.stops),
        "roads": route.roads,
        "track": json.dumps([[p.lat, p.lon] for p in route.track]),
        "changed": entry.index,
    }
    row["published_at"] = (
        entry.received_at if before is None or told.published == entry.index else before["published_at"]
    )
    lat, lon, at = _latest_position(entry)
    stood = before["position_at"] if before is not None else None
    if before is not None and (at is None or (isinstance(stood, datetime) and stood > at)):
        # no position, or one that was sent late: an older one never moves the vehicle back
        row.update({name: before[name] for name in ("lat", "lon", "position_at")})
    else:
        row.update(lat=lat, lon=lon, position_at=at)
    rows.put(RouteView, row)


def _stood(rows: Rows, route_id: str) -> Mapping[str, object] | None:
    """What the view of a route says so far, of what a later entry does not tell."""
    waiting = rows.waiting(RouteView, route_id)
    if waiting is not None:
        return waiting
    columns = (RouteView.published_at, RouteView.lat, RouteView.lon, RouteView.position_at)
    found = db.session.execute(select(*columns).where(RouteView.route_id == route_id)).one_or_none()
    return None if found is None else dict(found._mapping)


def _latest_position(entry: Stored) -> tuple[float | None, float | None, datetime | None]:
    event = entry.event
    if isinstance(event, e.PositionsSealed) and event.times:
        newest = max(range(len(event.times)), key=lambda i: event.times[i])
        return event.latitudes[newest] / 1e6, event.longitudes[newest] / 1e6, from_ms(event.times[newest])
    position = getattr(event, "position", None)
    if isinstance(position, Position):
        return position.lat, position.lon, entry.record.at
    return None, None, None


def _write_stop(rows: Rows, told: Told, stop: Stop, changed: int, *, with_lines: bool = True) -> None:
    journey = told.journey
    state = journey.stop(stop.id)
    phase: str = state.phase.value
    driving = journey.phase is Phase.DEPARTED and journey.open_stop is None and journey.to_load is None
    if driving and journey.next_stop == stop.id:
        phase = ON_THE_WAY
    elif stop.id in journey.withdrawn and state.phase is StopPhase.PLANNED:
        phase = WITHDRAWN
    shown = {v.line_id: v.verdict for v in state.shown.verdicts} if state.shown else {}
    signatory = state.signed.signatories[0] if state.signed else None
    outcomes = state.signed.outcomes if state.signed else ()
    proof = _proof(told, stop.id)
    conformity = worst([v.conformity for v in shown.values()]).value if shown else None
    rows.put(
        StopView,
        {
            "stop_id": stop.id,
            "route_id": journey.route.id,
            "day": journey.route.day,
            "number": stop.number,
            "site_id": stop.site.id,
            "site_zh": stop.site.name.zh,
            "site_en": stop.site.name.en,
            "address": stop.site.address,
            "zone": stop.site.zone,
            "lat": stop.site.fence.centre.lat,
            "lon": stop.site.fence.centre.lon,
            "radius": stop.site.fence.radius,
            "planned_arrival": stop.planned_arrival,
            "planned_departure": stop.planned_departure,
            "window_end": max((w.end for w in stop.windows), default=None),
            "phase": phase,
            "arrived": state.arrived,
            "done": state.done,
            "left": state.left,
            "conformity": conformity,
            "failure": state.failed.failure.value if state.failed else None,
            "receiver": signatory.name if signatory else None,
            "receiver_role": signatory.role if signatory else None,
            "proof_id": proof,
            "proof_index": _index_of(proof),
            "refused": sum(o.refused for o in outcomes),
            "photos": len(state.photos),
            "changed": changed,
        },
    )
    if with_lines:
        for consignment in stop.consignments:
            for line in consignment.lines:
                _write_line(rows, told, stop, consignment, line, changed)


def _proof(told: Told, stop_id: str) -> str | None:
    state = told.journey.stop(stop_id)
    return state.signed_record or state.failed_record or None


def _index_of(digest: str | None) -> int | None:
    entry = ledger.find(digest) if digest else None
    return entry.index if entry else None


def _write_line(rows: Rows, told: Told, stop: Stop, consignment: Consignment, line: Line, changed: int) -> None:
    journey = told.journey
    state, at_stop = journey.line(line.id), journey.stop(stop.id)
    outcomes = {o.line_id: o for o in at_stop.signed.outcomes} if at_stop.signed else {}
    shown = {v.line_id: v.verdict for v in at_stop.shown.verdicts} if at_stop.shown else {}
    outcome, verdict = outcomes.get(line.id), shown.get(line.id)
    rows.put(
        LineView,
        {
            "line_id": line.id,
            "stop_id": stop.id,
            "route_id": journey.route.id,
            "consignment_id": consignment.id,
            "note_number": consignment.note_number,
            "order_number": consignment.order_number,
            "product_id": line.product.id,
            "product_zh": line.product.name.zh,
            "product_en": line.product.name.en,
            "specification": line.product.specification,
            "maker": line.product.maker,
            "gtin": line.product.gtin,
            "lot": line.lot,
            "expiry": line.expiry,
            "unit": line.unit,
            "quantity": line.quantity,
            "loaded": state.loaded,
            "unloaded": state.unloaded,
            "accepted": outcome.accepted if outcome else 0,
            "refused": outcome.refused if outcome else 0,
            "short": outcome.short if outcome else 0,
            "over": outcome.over if outcome else 0,
            "returned": state.returned,
            "outcome": outcome.outcome.value if outcome else None,
            "reason": outcome.reason.value if outcome and outcome.reason else None,
            "changed": changed,
            **_verdict_columns(verdict),
        },
    )
    rows.add(CodeView, [{"code": code[:128], "line_id": line.id, "scanned": -1} for code in line.codes])


def _verdict_columns(verdict: Verdict | None) -> dict[str, object]:
    if verdict is None:
        return dict.fromkeys(("conformity", "lowest", "highest", "mkt", "gaps", "excursions"))
    return {
        "conformity": Conformity(verdict.conformity).value,
        "lowest": verdict.lowest,
        "highest": verdict.highest,
        "mkt": verdict.mkt,
        "gaps": len(verdict.gaps),
        "excursions": len(verdict.excursions),
    }


def _write_code(rows: Rows, code: str, line_id: str, index: int) -> None:
    if code:
        rows.put(CodeView, {"code": code[:128], "line_id": line_id, "scanned": index})
