"""Trace's operations: follow the ledger, rebuild the views, and answer what is asked of them."""

import json
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Row, delete, func, select

from server.custody import consumers, ledger
from server.db import db
from server.trace.models import PROJECTIONS, AnomalyRow, CodeView, LineView, ReadingRow, RoadRow, RouteView, StopView
from server.trace.projection import Projector

CONSUMER = "trace"
"""The name under which the views follow the ledger."""
ZONE = "Asia/Shanghai"
"""IANA name of the zone whose midnight begins a day."""
BATCH = 500
"""Entries applied in one transaction."""


def follow(projector: Projector, limit: int = BATCH) -> int:
    """Apply the next entries to the views; returns how many. The caller owns the transaction.

    After a roll-back the caller calls :meth:`Projector.forget`.
    """
    start = position()
    done = 0
    for entry in ledger.entries(start, limit=limit):
        projector.apply(entry)
        done += 1
    projector.write()
    consumers.advance(CONSUMER, start + done)
    return done


def position() -> int:
    """How many entries the views contain."""
    return consumers.position(CONSUMER)


def drop() -> None:
    """Empty all views, so that they are built again from the first entry."""
    for model in PROJECTIONS:
        db.session.execute(delete(model))
    consumers.advance(CONSUMER, 0)


def dump() -> bytes:
    """All views as bytes, in a fixed order: two equal dumps are two equal sets of views."""
    lines: list[bytes] = []
    for model in PROJECTIONS:
        table = model.__table__
        rows: Sequence[Row[tuple[object, ...]]] = db.session.execute(select(table).order_by(*table.primary_key)).all()
        lines += [msgspec.json.encode([model.__tablename__, *row]) for row in rows]
    return b"\n".join(lines)


def routes_of(day: date) -> Sequence[RouteView]:
    """The routes of a day."""
    query = select(RouteView).where(RouteView.day == day).order_by(RouteView.vehicle, RouteView.route_id)
    return db.session.execute(query).scalars().all()


def newest_day() -> date | None:
    """The latest day that has a route."""
    return db.session.execute(select(func.max(RouteView.day))).scalar_one_or_none()


def zone() -> ZoneInfo:
    """The zone that days are counted in."""
    return ZoneInfo(ZONE)


def track_of(route: RouteView) -> list[tuple[float, float]]:
    """The planned way of a route: (latitude, longitude) pairs, WGS-84; straight between its stops if the plan has none."""
    planned: list[tuple[float, float]] = [(lat, lon) for lat, lon in json.loads(route.track)]
    if planned:
        return planned
    depot = (route.depot_lat, route.depot_lon)
    return [depot, *((stop.lat, stop.lon) for stop in stops_of(route.route_id)), depot]


def stops_of(route_id: str) -> Sequence[StopView]:
    """The stops of a route in driving order."""
    query = select(StopView).where(StopView.route_id == route_id).order_by(StopView.number)
    return db.session.execute(query).scalars().all()


def road_of(route_id: str) -> Sequence[RoadRow]:
    """What happened on a route beside its handovers, newest first."""
    query = select(RoadRow).where(RoadRow.route_id == route_id).order_by(RoadRow.entry.desc())
    return db.session.execute(query).scalars().all()


def lines_of(stop_id: str) -> Sequence[LineView]:
    """The lines brought to a stop."""
    query = select(LineView).where(LineView.stop_id == stop_id).order_by(LineView.note_number, LineView.line_id)
    return db.session.execute(query).scalars().all()


def stop(stop_id: str) -> StopView | None:
    """A stop."""
    return db.session.get(StopView, stop_id)


def route(route_id: str) -> RouteView | None:
    """A route."""
    return db.session.get(RouteView, route_id)


def stop_of_proof(proof_id: str) -> StopView | None:
    """The stop that a proof shows."""
    return db.session.execute(select(StopView).where(StopView.proof_id == proof_id)).scalar_one_or_none()


def changes(after: int) -> tuple[Sequence[RouteView], Sequence[StopView]]:
    """Routes and stops touched by an entry later than index ``after``."""
    routes = db.session.execute(select(RouteView).where(RouteView.changed > after)).scalars().all()
    stops = db.session.execute(select(StopView).where(StopView.changed > after)).scalars().all()
    return routes, stops


def find_lines(
    *,
    lot: str = "",
    code: str = "",
    consignment: str = "",
    site: str = "",
    day: date | None = None,
    limit: int = 500,
) -> Sequence[tuple[LineView, StopView]]:
    """Lines by lot, individual code, consignment (id or delivery note or order number), site and day, newest day first."""
    query = select(LineView, StopView).join(StopView, StopView.stop_id == LineView.stop_id)
    if lot:
        query = query.where(LineView.lot == lot.strip())
    if code:
        query = query.where(LineView.line_id.in_(select(CodeView.line_id).where(CodeView.code == code.strip())))
    if consignment:
        wanted = consignment.strip()
        query = query.where(
            (LineView.consignment_id == wanted) | (LineView.note_number == wanted) | (LineView.order_number == wanted)
        )
    if site:
        like = f"%{site.strip()}%"
        query = query.where(StopView.site_zh.like(like) | StopView.site_en.ilike(like) | (StopView.site_id == site))
    if day is not None:
        query = query.where(StopView.day == day)
    query = query.order_by(StopView.day.desc(), StopView.route_id, StopView.number, LineView.line_id).limit(limit)
    return [(line, visit) for line, visit in db.session.execute(query)]


def readings_of(logger_id: str, start_ms: int, end_ms: int) -> Sequence[ReadingRow]:
    """Readings of a logger between two instants (ms), oldest first."""
    query = (
        select(ReadingRow)
        .where(ReadingRow.logger_id == logger_id, ReadingRow.at_ms >= start_ms, ReadingRow.at_ms <= end_ms)
        .order_by(ReadingRow.at_ms)
    )
    return db.session.execute(query).scalars().all()


def anomalies(route_id: str | None = None) -> Sequence[AnomalyRow]:
    """Entries that did not fit, of one route or of all."""
    query = select(AnomalyRow).order_by(AnomalyRow.entry)
    if route_id is not None:
        query = query.where(AnomalyRow.route_id == route_id)
    return db.session.execute(query).scalars().all()
