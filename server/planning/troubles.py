"""Troubles on record: that a vehicle broke down or a site is closed, who said so, when and why; and what becomes of the day's
problem by it (:mod:`server.planning.trouble`).

A trouble is a fact and holds from the moment it is entered, whatever is planned then. It belongs to the plan it was said of:
the plan that takes that one's place is made with it, and carries it in its problem from then on.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import select

from server.accounts.audit import Tag, record
from server.context import context
from server.db import db
from server.fleet import operations as fleet
from server.planning import arrivals, keeping
from server.planning.day import site_of_node
from server.planning.keeping import Kept
from server.planning.models import PlanTrouble
from server.planning.problem import Problem, Site
from server.planning.road.choose import chosen_roads
from server.planning.road.kept import DatabaseStore
from server.planning.roads import StraightLine, with_matrices
from server.planning.trouble import (
    CLOSED,
    Breakdown,
    Closure,
    Done,
    Measured,
    roadside,
    with_breakdown,
    with_closure,
)
from server.planning.under_way import Begun
from server.trace import operations as trace
from shared import problems
from shared.errors import Refused
from shared.geo import Position

REASON_MIN = 4
"""Characters of a reason: fewer say nothing to whoever reads the trail."""
AHEAD = timedelta(minutes=5)
"""How far a clock may be ahead of the server's: nobody reports what is still to come."""
DAY = timedelta(days=1)


class TroubleKind(StrEnum):
    """What can go wrong."""

    BREAKDOWN = "breakdown"
    CLOSED = "closed"


@dataclass(frozen=True)
class Trouble:
    """A trouble as it stands on record."""

    id: str
    plan_id: str
    kind: TroubleKind
    subject: str
    at: datetime
    until: datetime | None
    position: Position | None
    reason: str
    entered_at: datetime
    entered_by: str
    roads: bytes


def troubles_of(plan_id: str) -> list[Trouble]:
    """What went wrong on a plan's day and was not withdrawn, in the order in which it was entered."""
    query = select(PlanTrouble).where(PlanTrouble.plan_id == plan_id, PlanTrouble.withdrawn_at.is_(None))
    return [
        _trouble(row) for row in db.session.execute(query.order_by(PlanTrouble.entered_at, PlanTrouble.id)).scalars()
    ]


def _trouble(row: PlanTrouble) -> Trouble:
    position = None if row.lat is None or row.lon is None else Position(row.lat / 1e6, row.lon / 1e6)
    return Trouble(
        row.id,
        row.plan_id,
        TroubleKind(row.kind),
        row.subject,
        row.at,
        row.until,
        position,
        row.reason,
        row.entered_at,
        row.entered_by,
        row.roads,
    )


# entering --------------------------------------------------------------------------------------------------------------


def last_seen(kept: Kept, vehicle: str) -> Position | None:
    """Where a vehicle of a plan was last: what its handheld says this moment, or the record; where it has not left yet, its
    depot. ``None`` where nothing is known."""
    route_id = next((known for known, route in kept.routes if route.vehicle == vehicle), None)
    view = None if route_id is None else trace.route(route_id)
    if view is None:
        return None
    news = arrivals.news_of([view]).get(view.route_id)
    if news is not None:
        return Position(news.lat, news.lon)
    if view.lat is not None and view.lon is not None:
        return Position(view.lat, view.lon)
    return None if view.departed is not None else Position(view.depot_lat, view.depot_lon)


def measured(problem: Problem, vehicle: str, position: Position) -> dict[str, Measured]:
    """The legs between the place where a vehicle stands and every site, by the roads of this deployment. Call it outside a
    writing transaction.

    Raises:
        Refused: as :func:`server.planning.roads.with_matrices`.
    """
    place = Site(roadside(vehicle), position=position)
    sites = tuple(site for site in problem.sites if site.position is not None and not site.id.endswith(CLOSED))
    asked = msgspec.structs.replace(problem, sites=(*sites, place), matrices={})
    db.session.rollback()  # nobody waits for the database while roads are measured
    with chosen_roads(context().config.roads, DatabaseStore()) as roads:
        matrices = with_matrices(asked, roads if roads is not None else StraightLine()).matrices
    found = {}
    for profile, matrix in matrices.items():
        away = zip(matrix.distance[-1], matrix.duration[-1], strict=True)
        there = [(far[-1], long[-1]) for far, long in zip(matrix.distance, matrix.duration, strict=True)]
        names = [site.id for site in sites]
        found[profile] = Measured(dict(zip(names, away, strict=False)), dict(zip(names, there, strict=False)))
    return found


def enter_breakdown(
    kept: Kept,
    vehicle: str,
    *,
    at: datetime,
    position: Position,
    roads: dict[str, Measured],
    reason: str,
    by: str,
) -> str:
    """Put on record that a vehicle broke down at ``at``, and where; returns the trouble's id.

    Raises:
        Refused: NOT_FOUND for a vehicle the plan does not have, TROUBLE_TWICE for one that is out of service already,
            TROUBLE_TIME, FIELD_INVALID for a reason that says nothing, DESK_SUPERSEDED.
    """
    if vehicle not in {known.id for known in kept.problem.vehicles}:
        raise Refused(problems.NOT_FOUND, what="车辆 vehicle", value=vehicle)
    name = fleet.vehicle(vehicle).name.zh
    out = {lock.vehicle for lock in kept.problem.locks if lock.final}
    if vehicle in out | {one.subject for one in troubles_of(kept.id) if one.kind is TroubleKind.BREAKDOWN}:
        raise Refused(problems.TROUBLE_TWICE, value=name)
    _check_time(kept, at)
    if at > context().clock.now() + AHEAD:
        raise Refused(problems.TROUBLE_TIME, value=_shown(kept, at), expected=_day(kept))
    row = _row(kept, TroubleKind.BREAKDOWN, vehicle, at, None, reason, by)
    row.lat, row.lon = round(position.lat * 1e6), round(position.lon * 1e6)
    row.roads = zlib.compress(msgspec.msgpack.encode(roads), 1)
    return _enter(row, Tag.VEHICLE_BROKE_DOWN, name, {"place": ("", f"{position.lat:.6f}, {position.lon:.6f}")})


def enter_closure(kept: Kept, site: str, *, until: datetime | None, reason: str, by: str) -> str:
    """Put on record that a site (by its id in the fleet) is closed from now on; returns the trouble's id.

    Raises:
        Refused: NOT_FOUND for a site the plan does not visit, TROUBLE_TWICE, TROUBLE_NOTHING for a site at which everything
            was concluded, TROUBLE_TIME, FIELD_INVALID, DESK_SUPERSEDED.
    """
    planned = {order.id for order in kept.problem.orders if site_of_node(order.site) == site}
    if not planned:
        raise Refused(problems.NOT_FOUND, what="收货点 site", value=site)
    name = fleet.site(site).name.zh
    if site in {one.subject for one in troubles_of(kept.id) if one.kind is TroubleKind.CLOSED}:
        raise Refused(problems.TROUBLE_TWICE, value=name)
    now = context().clock.now()
    if until is not None:
        _check_time(kept, until)
        if until <= now:
            raise Refused(problems.TROUBLE_TIME, value=_shown(kept, until), expected=_day(kept))
    row = _row(kept, TroubleKind.CLOSED, site, now, until, reason, by)
    return _enter(row, Tag.SITE_CLOSED, name, {"until": ("", until or "")})


def _check_time(kept: Kept, at: datetime) -> None:
    origin = kept.problem.origin
    if origin is None or not origin <= at < origin + DAY:
        raise Refused(problems.TROUBLE_TIME, value=_shown(kept, at), expected=_day(kept))


def _shown(kept: Kept, at: datetime) -> str:
    origin = kept.problem.origin
    return at.isoformat() if origin is None else kept.problem.clock(round((at - origin) / timedelta(seconds=1)))


def _day(kept: Kept) -> str:
    return f"{kept.day.isoformat()} 00:00–24:00"


def _row(
    kept: Kept, kind: TroubleKind, subject: str, at: datetime, until: datetime | None, reason: str, by: str
) -> PlanTrouble:
    if kept.successor is not None:
        raise Refused(problems.DESK_SUPERSEDED, value=kept.successor)
    reason = reason.strip()
    if len(reason) < REASON_MIN:
        raise Refused(problems.FIELD_INVALID, field="原因 reason", value=reason, reason="必须说明 has to be told")
    return PlanTrouble(
        id=context().ids.new(),
        plan_id=kept.id,
        kind=kind.value,
        subject=subject,
        at=at,
        until=until,
        reason=reason,
        entered_at=context().clock.now(),
        entered_by=by,
        roads=b"",
    )


def _enter(row: PlanTrouble, tag: Tag, name: str, more: dict[str, tuple[object, object]]) -> str:
    db.session.add(row)
    db.session.flush()
    told = {"at": ("", row.at), "reason": ("", row.reason), "plan": ("", row.plan_id), **more}
    record(tag, by=row.entered_by, subject=name, key=row.id, changes=told)
    return row.id


def withdraw(trouble_id: str, *, by: str) -> str:
    """Take a trouble back, as long as no plan was made with it; returns the id of its plan.

    Raises:
        Refused: NOT_FOUND, TROUBLE_OVER.
    """
    row = db.session.get(PlanTrouble, trouble_id)
    if row is None or row.withdrawn_at is not None:
        raise Refused(problems.NOT_FOUND, what="突发情况 trouble", value=trouble_id)
    if keeping.kept_plan(row.plan_id).successor is not None:
        raise Refused(problems.TROUBLE_OVER, value=row.reason)
    row.withdrawn_at, row.withdrawn_by = context().clock.now(), by
    db.session.flush()
    record(Tag.TROUBLE_WITHDRAWN, by=by, subject=row.subject, key=row.id, changes={"reason": (row.reason, "")})
    return row.plan_id


# what becomes of the day -----------------------------------------------------------------------------------------------


def stranded(found: Sequence[Trouble]) -> set[str]:
    """The vehicles that broke down."""
    return {one.subject for one in found if one.kind is TroubleKind.BREAKDOWN}


def shut(found: Sequence[Trouble]) -> set[str]:
    """The sites that are closed."""
    return {one.subject for one in found if one.kind is TroubleKind.CLOSED}


def troubled(problem: Problem, kept: Kept, found: Sequence[Trouble], begun: Sequence[Begun]) -> Problem:
    """The problem of a plan after everything that went wrong; ``begun`` is what stays as it was."""
    routes = {route.vehicle: route for _, route in kept.routes}
    done = {one.vehicle: one.done for one in begun}
    for one in found:
        if one.kind is TroubleKind.BREAKDOWN and one.position is not None:
            roads = msgspec.msgpack.decode(zlib.decompress(one.roads), type=dict[str, Measured])
            fact = Breakdown(one.subject, _seconds(problem, one.at), one.position, one.subject, roads)
            problem = with_breakdown(problem, routes.get(one.subject), done.get(one.subject, Done()), fact)
    stay = {name for one in begun for name in one.orders}
    for one in found:
        if one.kind is TroubleKind.CLOSED:
            until = None if one.until is None else _seconds(problem, one.until)
            problem = with_closure(problem, stay, Closure(one.subject, until))
    return problem


def _seconds(problem: Problem, at: datetime) -> int:
    return 0 if problem.origin is None else max(0, round((at - problem.origin) / timedelta(seconds=1)))
