"""Projections: what people see, derived from the ledger alone. Every table here can be dropped and rebuilt to the same bytes.

``changed`` is the index of the entry that last touched a row: pages that watch ask for what changed since.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class RouteView(Base):
    """A vehicle's day as it stands."""

    __tablename__ = "route_view"

    route_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    day: Mapped[date] = mapped_column(Date, index=True)
    device_id: Mapped[str] = mapped_column(String(40))
    carrier: Mapped[str]
    vehicle: Mapped[str]
    driver_zh: Mapped[str]
    driver_en: Mapped[str]
    driver_id: Mapped[str] = mapped_column(String(40))
    phase: Mapped[str] = mapped_column(String(12))
    """A :class:`shared.custody.journey.Phase`."""
    published_index: Mapped[int]
    published_at: Mapped[datetime]
    planned_departure: Mapped[datetime]
    started: Mapped[datetime | None]
    departed: Mapped[datetime | None]
    returned: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    position_at: Mapped[datetime | None]
    depot_lat: Mapped[float]
    depot_lon: Mapped[float]
    depot_zh: Mapped[str]
    depot_en: Mapped[str]
    stops_total: Mapped[int]
    stops_done: Mapped[int]
    alarms: Mapped[int]
    """Alarms raised and not acknowledged."""
    roads: Mapped[str]
    track: Mapped[str]
    """The planned way as JSON [[lat, lon], …], WGS-84."""
    changed: Mapped[int] = mapped_column(index=True)


class StopView(Base):
    """A visit as it stands."""

    __tablename__ = "stop_view"
    __table_args__ = (Index(None, "route_id", "number"),)

    stop_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    route_id: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(Date, index=True)
    number: Mapped[int]
    site_id: Mapped[str] = mapped_column(String(40), index=True)
    site_zh: Mapped[str]
    site_en: Mapped[str]
    address: Mapped[str]
    zone: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    radius: Mapped[float]
    planned_arrival: Mapped[datetime]
    planned_departure: Mapped[datetime]
    window_end: Mapped[datetime | None]
    """End of the last receiving window: after it the delivery is late."""
    phase: Mapped[str] = mapped_column(String(12), index=True)
    """A :class:`shared.custody.journey.StopPhase`, or ``on_the_way`` for the next stop of a route on the road."""
    arrived: Mapped[datetime | None]
    done: Mapped[datetime | None]
    left: Mapped[datetime | None]
    conformity: Mapped[str | None] = mapped_column(String(16))
    """The worst of its lines, as shown to the receiver."""
    failure: Mapped[str | None] = mapped_column(String(20))
    receiver: Mapped[str | None]
    receiver_role: Mapped[str | None]
    proof_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the record that concluded the stop (HandoverSigned or StopFailed)."""
    proof_index: Mapped[int | None]
    refused: Mapped[int]
    """Packs refused."""
    photos: Mapped[int]
    changed: Mapped[int] = mapped_column(index=True)


class LineView(Base):
    """A line as it stands: one product, one lot, one receiver."""

    __tablename__ = "line_view"

    line_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    stop_id: Mapped[str] = mapped_column(String(40), index=True)
    route_id: Mapped[str] = mapped_column(String(40), index=True)
    consignment_id: Mapped[str] = mapped_column(String(40), index=True)
    note_number: Mapped[str] = mapped_column(index=True)
    order_number: Mapped[str]
    product_id: Mapped[str] = mapped_column(String(40))
    product_zh: Mapped[str]
    product_en: Mapped[str]
    specification: Mapped[str]
    maker: Mapped[str]
    gtin: Mapped[str | None] = mapped_column(String(14))
    lot: Mapped[str] = mapped_column(index=True)
    expiry: Mapped[date] = mapped_column(Date)
    unit: Mapped[str]
    quantity: Mapped[int]
    loaded: Mapped[int]
    unloaded: Mapped[int]
    accepted: Mapped[int]
    refused: Mapped[int]
    short: Mapped[int]
    over: Mapped[int]
    returned: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(20))
    conformity: Mapped[str | None] = mapped_column(String(16))
    """As shown to the receiver before signing."""
    lowest: Mapped[float | None]
    highest: Mapped[float | None]
    mkt: Mapped[float | None]
    gaps: Mapped[int | None]
    excursions: Mapped[int | None]
    changed: Mapped[int]


class CodeView(Base):
    """An individual code (药品追溯码, serial, SSCC) and the line it belongs to."""

    __tablename__ = "code_view"

    code: Mapped[str] = mapped_column(String(128), primary_key=True)
    line_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    scanned: Mapped[int]
    """Index of the entry that scanned it last, or -1 if only the delivery note names it."""


class ReadingRow(Base):
    """One reading, exploded from its sealed segment. °C and %RH in hundredths, as the segment has them."""

    __tablename__ = "reading"

    logger_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    temperature: Mapped[int | None]
    humidity: Mapped[int | None]
    basis: Mapped[str] = mapped_column(String(16))
    route_id: Mapped[str] = mapped_column(String(40), index=True)
    entry: Mapped[int]


class PositionRow(Base):
    """One position, exploded from its sealed segment or an event that names one. Degrees x 1e6, WGS-84."""

    __tablename__ = "position"

    route_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lat: Mapped[int]
    lon: Mapped[int]
    entry: Mapped[int]


class AnomalyRow(Base):
    """An event that is in the ledger although the journey's table does not allow it, or that this version cannot read."""

    __tablename__ = "anomaly"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    route_id: Mapped[str | None] = mapped_column(String(40), index=True)
    type: Mapped[str] = mapped_column(String(40))
    problem: Mapped[str]
    """The :class:`shared.errors.Problem` as JSON."""


class RoadRow(Base):
    """What happened on a route beside its handovers: incidents, messages, goods that moved, newer versions, rests due."""

    __tablename__ = "road"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    route_id: Mapped[str] = mapped_column(String(40), index=True)
    type: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str]
    """Which incident, or why goods were taken along; empty for the other types."""
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(80))
    """The driver's id, or the account of dispatch."""
    text: Mapped[str]
    """What a person wrote, or what there is to say in no language."""


PROJECTIONS = (RouteView, StopView, LineView, CodeView, ReadingRow, PositionRow, AnomalyRow, RoadRow)
"""Everything that a rebuild drops and makes again."""
