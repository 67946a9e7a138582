"""Tables of planning: plans as they were made, the routes in them, and what was published to which handheld.

Plans and published routes are kept as the very documents they were (JSON); nothing in them is ever changed.
"""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
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
    """One vehicle's route of a plan. Its id is the id under which it is published, and names it for ever."""

    __tablename__ = "planned_route"
    __table_args__ = (Index(None, "plan_id", "number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    """0, 1, 2 …: its place in the plan's routes."""
    vehicle_id: Mapped[str] = mapped_column(String(40))
    driver_id: Mapped[str | None] = mapped_column(String(40))


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
