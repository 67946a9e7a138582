"""Tables of planning: plans as they were made, the routes in them, and what was published to which handheld.

Plans and published routes are kept as the very documents they were (JSON); nothing in them is ever changed.
"""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class PlanRow(Base):
    """A plan of a day: the problem it solves and what came out."""

    __tablename__ = "plan"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date, index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    problem: Mapped[str]
    plan: Mapped[str]


class PlannedRoute(Base):
    """One vehicle's route of a plan. Its id is the id under which it is published, and names it for ever; unless it follows
    a published route of the plan before, whose id it then goes by (:class:`StandingRoute`)."""

    __tablename__ = "planned_route"
    __table_args__ = (Index(None, "plan_id", "number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    """0, 1, 2 …: its place in the plan's routes."""
    vehicle_id: Mapped[str] = mapped_column(String(40))
    driver_id: Mapped[str | None] = mapped_column(String(40))


class StandingRoute(Base):
    """A planned route that goes by the id of an earlier plan's: the same vehicle's, which a handheld has already."""

    __tablename__ = "standing_route"

    id: Mapped[str] = mapped_column(ForeignKey("planned_route.id"), primary_key=True)
    route_id: Mapped[str] = mapped_column(String(40), index=True)
    """The id it is published under."""
    generation: Mapped[int]
    """1, 2, 3 …: which of the plans after the first that has the route; the newest one counts."""


class PlanSuccession(Base):
    """Which plan took the place of which. A plan has one successor at most."""

    __tablename__ = "plan_succession"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    predecessor: Mapped[str] = mapped_column(ForeignKey("plan.id"), unique=True)


class PlanRoads(Base):
    """The distances and durations a plan was made from, so that a stop moved later is measured by the same ones."""

    __tablename__ = "plan_roads"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    matrices: Mapped[bytes] = mapped_column(LargeBinary)
    """The problem's matrices as MessagePack, deflated."""


class PlanDraft(Base):
    """What a dispatcher moved on the desk and has not kept as a plan yet."""

    __tablename__ = "plan_draft"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    version: Mapped[int]
    """1, 2, 3 …: whoever saves names the one they saw, so that nobody's moves are overwritten unseen."""
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(80))
    hand: Mapped[str]
    """The :class:`server.planning.hand.Hand` as JSON."""


class PlanTrouble(Base):
    """Something that went wrong on a plan's day, as a dispatcher said it. Rows stay: what was withdrawn says so."""

    __tablename__ = "plan_trouble"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), index=True)
    """The plan it was said of; those that took its place were made with it."""
    kind: Mapped[str] = mapped_column(String(20))
    """A :class:`server.planning.troubles.TroubleKind`."""
    subject: Mapped[str] = mapped_column(String(40))
    """The vehicle that broke down, or the site that is closed, by id."""
    at: Mapped[datetime]
    """When it broke down, or was closed."""
    until: Mapped[datetime | None]
    """Until when a site is closed; none: for the rest of the day."""
    lat: Mapped[int | None]
    lon: Mapped[int | None]
    """Where the vehicle stands, degrees x 1e6, WGS-84."""
    reason: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    roads: Mapped[bytes] = mapped_column(LargeBinary)
    """The legs to where the vehicle stands and away from it, by profile, as MessagePack, deflated; empty for a site."""


class PlanSearch(Base):
    """A search for a plan that runs beside the pages, and what it came to. Rows go after a day."""

    __tablename__ = "plan_search"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("plan.id"))
    """The plan whose rest is planned again; none: a new plan."""
    hand: Mapped[str]
    """What was settled when it began: the arrangement as JSON, empty for a new plan."""
    asked: Mapped[int]
    """How long it may look (s)."""
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(80))
    beat_at: Mapped[datetime]
    """When it was last heard of."""
    state: Mapped[str] = mapped_column(String(20))
    stop: Mapped[bool]
    """Whether somebody asked to take the best so far."""
    progress: Mapped[str]
    """:class:`server.planning.searches.Progress` as JSON."""
    found: Mapped[str | None] = mapped_column(String(40))
    """The plan that was kept, by its id."""
    plan: Mapped[str]
    """The plan that is proposed, as JSON; it is checked again before it is kept."""
    fault: Mapped[str]
    """Why there is none: a problem as JSON."""


class PublishedRoute(Base):
    """A route as it was given to a handheld, and the ledger's record that says so."""

    __tablename__ = "published_route"
    __table_args__ = (Index(None, "device_id", "number"),)

    record: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 (hex) of the RoutePublished event."""
    number: Mapped[int] = mapped_column(unique=True)
    """1, 2, 3 …: the order of publishing; a handheld's work is the newest of its own."""
    route_id: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[int]
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    driver_id: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(Date, index=True)
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(80))
    route: Mapped[str]
    """The :class:`shared.work.Route` as JSON."""


class OverrideRow(Base):
    """A dispatcher's word that a route may depart although a problem stands against it."""

    __tablename__ = "departure_override"

    record: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 (hex) of the DepartureOverridden event."""
    route_id: Mapped[str] = mapped_column(String(40), index=True)
    problem: Mapped[int]
    subject: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
