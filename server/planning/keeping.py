"""Plans on record: kept as they were made, found again, and the state of each of their routes."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import select

from server.accounts.audit import Tag, record
from server.context import context
from server.db import db
from server.planning.models import PlannedRoute, PlanRow, PublishedRoute
from server.planning.plan import Plan, Route
from server.planning.problem import Problem
from shared import problems
from shared.errors import Refused


@dataclass(frozen=True)
class Kept:
    """A plan on record; ``routes`` are its routes with the id each is published under, in the plan's order."""

    id: str
    day: date
    made_at: datetime
    made_by: str
    problem: Problem
    plan: Plan
    routes: tuple[tuple[str, Route], ...]


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


def keep_plan(problem: Problem, plan: Plan, *, day: date, by: str) -> str:
    """Put a plan on record with the problem it solves; returns its id."""
    ports = context()
    row = PlanRow(
        id=ports.ids.new(),
        day=day,
        made_at=ports.clock.now(),
        made_by=by,
        problem=msgspec.json.encode(problem).decode(),
        plan=msgspec.json.encode(plan).decode(),
    )
    db.session.add(row)
    db.session.flush()
    for number, route in enumerate(plan.routes):
        planned = PlannedRoute(
            id=ports.ids.new(), plan_id=row.id, number=number, vehicle_id=route.vehicle, driver_id=route.driver
        )
        db.session.add(planned)
    db.session.flush()
    told = {"day": ("", day), "routes": ("", len(plan.routes)), "unserved": ("", len(plan.unserved))}
    record(Tag.PLAN_MADE, by=by, subject=row.id, key=row.id, changes=told)
    return row.id


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
    """A route of a plan by its own id, with the plan it is of.

    Raises:
        Refused: NOT_FOUND.
    """
    row = db.session.get(PlannedRoute, route_id)
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
    ids = select(PlannedRoute.id).where(PlannedRoute.plan_id == row.id).order_by(PlannedRoute.number)
    routes = zip(db.session.execute(ids).scalars(), plan.routes, strict=True)
    problem = msgspec.json.decode(row.problem, type=Problem)
    return Kept(row.id, row.day, row.made_at, row.made_by, problem, plan, tuple(routes))
