"""Plans on record: kept as they were made, found again, and the state of each of their routes.

A plan is never changed. What a dispatcher changes becomes a plan of its own that takes the other one's place: there its
routes keep the ids they were published under, vehicle by vehicle, so that a handheld gets a new version of its route and not
another route.
"""

import zlib
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import func, select

from server.accounts.audit import Tag, record
from server.context import context
from server.db import db
from server.planning.models import (
    PlannedRoute,
    PlanRoads,
    PlanRow,
    PlanSuccession,
    PublishedRoute,
    StandingRoute,
)
from server.planning.plan import Plan, Route
from server.planning.problem import Matrix, Problem
from shared import problems
from shared.errors import Refused


@dataclass(frozen=True)
class Kept:
    """A plan on record; ``routes`` are its routes with the id each is published under, in the plan's order.

    ``predecessor`` is the plan whose place it took, ``successor`` the one that took its own.
    """

    id: str
    day: date
    made_at: datetime
    made_by: str
    problem: Problem
    plan: Plan
    routes: tuple[tuple[str, Route], ...]
    predecessor: str | None = None
    successor: str | None = None


@dataclass(frozen=True)
class Published:
    """One publication of a route to a handheld."""

    record: str
    route_id: str
    version: int
    device_id: str
    driver_id: str
    day: date
    published_at: datetime
    published_by: str


def keep_plan(problem: Problem, plan: Plan, *, day: date, by: str, predecessor: str | None = None) -> str:
    """Put a plan on record with the problem it solves, and the matrices the problem carries; returns its id.

    With a ``predecessor`` it takes that plan's place, and each route that was published goes on under its id.

    Raises:
        Refused: DESK_SUPERSEDED where another plan has taken the predecessor's place already.
    """
    ports = context()
    row = PlanRow(
        id=ports.ids.new(),
        day=day,
        made_at=ports.clock.now(),
        made_by=by,
        problem=msgspec.json.encode(msgspec.structs.replace(problem, matrices={})).decode(),
        plan=msgspec.json.encode(plan).decode(),
    )
    db.session.add(row)
    db.session.flush()
    if problem.matrices:
        db.session.add(PlanRoads(plan_id=row.id, matrices=zlib.compress(msgspec.msgpack.encode(problem.matrices), 1)))
    standing = {} if predecessor is None else _succeed(predecessor, row.id)
    for number, route in enumerate(plan.routes):
        planned = PlannedRoute(
            id=ports.ids.new(), plan_id=row.id, number=number, vehicle_id=route.vehicle, driver_id=route.driver
        )
        db.session.add(planned)
        db.session.flush()
        if route.vehicle in standing:
            route_id = standing[route.vehicle]
            newest = select(func.max(StandingRoute.generation)).where(StandingRoute.route_id == route_id)
            generation = (db.session.execute(newest).scalar_one() or 0) + 1
            db.session.add(StandingRoute(id=planned.id, route_id=route_id, generation=generation))
    db.session.flush()
    told = {"day": ("", day), "routes": ("", len(plan.routes)), "unserved": ("", len(plan.unserved))}
    record(Tag.PLAN_MADE, by=by, subject=row.id, key=row.id, changes=told)
    return row.id


def _succeed(predecessor: str, plan_id: str) -> dict[str, str]:
    """Let a plan take another one's place; returns the ids of the routes that a handheld has, by vehicle. A vehicle that has
    no stops in one plan of the day and some in the next one again goes on under the id it had."""
    query = select(PlanSuccession.plan_id).where(PlanSuccession.predecessor == predecessor)
    taken = db.session.execute(query).scalar_one_or_none()
    if taken is not None:
        raise Refused(problems.DESK_SUPERSEDED, value=taken)
    db.session.add(PlanSuccession(plan_id=plan_id, predecessor=predecessor))
    return {vehicle: route_id for route_id, vehicle in published_before(predecessor)}


def published_before(plan_id: str) -> list[tuple[str, str]]:
    """(id, vehicle) of every published route of a plan and of those whose place it took, the newest plan's first; a vehicle
    stands in it once."""
    found: dict[str, str] = {}
    at: str | None = plan_id
    while at is not None:
        for route_id, vehicle in _route_ids(at):
            if vehicle not in found and publications(route_id=route_id, limit=1):
                found[vehicle] = route_id
        at = _predecessor(at)
    return [(route_id, vehicle) for vehicle, route_id in found.items()]


def _predecessor(plan_id: str) -> str | None:
    query = select(PlanSuccession.predecessor).where(PlanSuccession.plan_id == plan_id)
    return db.session.execute(query).scalar_one_or_none()


def _successor(plan_id: str) -> str | None:
    query = select(PlanSuccession.plan_id).where(PlanSuccession.predecessor == plan_id)
    return db.session.execute(query).scalar_one_or_none()


def _route_ids(plan_id: str) -> list[tuple[str, str]]:
    """(the id it is published under, vehicle) of each route of a plan, in its order."""
    query = (
        select(PlannedRoute.id, StandingRoute.route_id, PlannedRoute.vehicle_id)
        .outerjoin(StandingRoute, StandingRoute.id == PlannedRoute.id)
        .where(PlannedRoute.plan_id == plan_id)
        .order_by(PlannedRoute.number)
    )
    return [(standing or own, vehicle) for own, standing, vehicle in db.session.execute(query)]


def kept_matrices(plan_id: str) -> dict[str, Matrix]:
    """The matrices a plan was made from; empty for one that was kept without."""
    row = db.session.get(PlanRoads, plan_id)
    return {} if row is None else msgspec.msgpack.decode(zlib.decompress(row.matrices), type=dict[str, Matrix])


def keep_matrices(plan_id: str, matrices: dict[str, Matrix]) -> None:
    """Keep what the roads of a plan measured, for one that was kept without."""
    if db.session.get(PlanRoads, plan_id) is None:
        db.session.add(PlanRoads(plan_id=plan_id, matrices=zlib.compress(msgspec.msgpack.encode(matrices), 1)))
        db.session.flush()


def kept_plan(plan_id: str) -> Kept:
    """A plan on record.

    Raises:
        Refused: NOT_FOUND.
    """
    row = db.session.get(PlanRow, plan_id)
    if row is None:
        raise Refused(problems.NOT_FOUND, what="方案 plan", value=plan_id)
    return _kept(row)


def kept_plans(limit: int = 50) -> list[Kept]:
    """The newest plans, the newest first."""
    query = select(PlanRow).order_by(PlanRow.made_at.desc(), PlanRow.id.desc()).limit(limit)
    return [_kept(row) for row in db.session.execute(query).scalars()]


def planned_route(route_id: str) -> tuple[Kept, Route]:
    """A route by the id it is published under, and the plan it is of: the newest one that has it.

    Raises:
        Refused: NOT_FOUND.
    """
    query = (
        select(PlannedRoute)
        .outerjoin(StandingRoute, StandingRoute.id == PlannedRoute.id)
        .where((StandingRoute.route_id == route_id) | (PlannedRoute.id == route_id))
        .order_by(func.coalesce(StandingRoute.generation, 0).desc())
        .limit(1)
    )
    row = db.session.execute(query).scalar_one_or_none()
    if row is None:
        raise Refused(problems.NOT_FOUND, what="线路 route", value=route_id)
    kept = kept_plan(row.plan_id)
    return kept, kept.plan.routes[row.number]


def publications(*, route_id: str | None = None, limit: int = 100) -> list[Published]:
    """What was published, the newest first."""
    query = select(PublishedRoute).order_by(PublishedRoute.number.desc()).limit(limit)
    if route_id is not None:
        query = query.where(PublishedRoute.route_id == route_id)
    return [
        Published(
            record=row.record,
            route_id=row.route_id,
            version=row.version,
            device_id=row.device_id,
            driver_id=row.driver_id,
            day=row.day,
            published_at=row.published_at,
            published_by=row.published_by,
        )
        for row in db.session.execute(query).scalars()
    ]


def _kept(row: PlanRow) -> Kept:
    plan = msgspec.json.decode(row.plan, type=Plan)
    routes = zip((route_id for route_id, _ in _route_ids(row.id)), plan.routes, strict=True)
    problem = msgspec.json.decode(row.problem, type=Problem)
    return Kept(
        id=row.id,
        day=row.day,
        made_at=row.made_at,
        made_by=row.made_by,
        problem=problem,
        plan=plan,
        routes=tuple(routes),
        predecessor=_predecessor(row.id),
        successor=_successor(row.id),
    )
