"""Tables of orders: products as delivery notes name them, consignments (随货同行单), their lines and individual codes."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Product(Base):
    """A medicine, identified as GSP art. 73 names it: generic name, dosage form, specification and maker. °C, s."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("name_zh", "form", "specification", "maker"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300))
    form: Mapped[str] = mapped_column(String(300))
    specification: Mapped[str] = mapped_column(String(300))
    maker: Mapped[str] = mapped_column(String(300))
    holder: Mapped[str] = mapped_column(String(300))
    gtin: Mapped[str | None] = mapped_column(String(14), index=True)
    drug_ids: Mapped[str]
    """7-digit 药品标识码 of all packaging levels, separated by spaces."""
    storage: Mapped[str] = mapped_column(String(300))
    low: Mapped[float]
    high: Mapped[float]
    controlled: Mapped[bool]


class Consignment(Base):
    """The goods for one receiver under one delivery note."""

    __tablename__ = "consignment"
    __table_args__ = (UniqueConstraint("supplier", "note_number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    note_number: Mapped[str] = mapped_column(String(300))
    order_number: Mapped[str] = mapped_column(String(300))
    supplier: Mapped[str] = mapped_column(String(300))
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    receiver: Mapped[str] = mapped_column(String(300))
    receiver_address: Mapped[str] = mapped_column(String(300))
    shipped: Mapped[date] = mapped_column(Date, index=True)
    sealed_note: Mapped[bool]
    wanted_start: Mapped[datetime | None]
    wanted_end: Mapped[datetime | None]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(200))
    """The file it came in."""
    route_id: Mapped[str | None] = mapped_column(String(40), index=True)
    """The published route it rides on."""
    cancelled_at: Mapped[datetime | None]


class TermsOfConsignment(Base):
    """What a delivery note asks of its transport, where it asks for anything."""

    __tablename__ = "consignment_terms"

    id: Mapped[str] = mapped_column(ForeignKey("consignment.id"), primary_key=True)
    dedicated: Mapped[str | None] = mapped_column(String(40))
    """The group of notes that it shares a dedicated vehicle with; empty: the vehicle is for it alone."""
    priority: Mapped[int]
    """0, 1 or 2: see :func:`server.orders.cells.priority`."""


class ConsignmentLine(Base):
    """One product, one lot, a quantity."""

    __tablename__ = "consignment_line"
    __table_args__ = (UniqueConstraint("consignment_id", "number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    consignment_id: Mapped[str] = mapped_column(ForeignKey("consignment.id"))
    number: Mapped[int]
    """1, 2, 3 … on its note."""
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"), index=True)
    lot: Mapped[str] = mapped_column(String(40), index=True)
    expiry: Mapped[date] = mapped_column(Date)
    quantity: Mapped[int]
    unit: Mapped[str] = mapped_column(String(300))


class LineCode(Base):
    """An individual code (药品追溯码, SSCC or serial) that a note lists for a line, in the note's order."""

    __tablename__ = "consignment_code"

    line_id: Mapped[str] = mapped_column(ForeignKey("consignment_line.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(128), index=True)
