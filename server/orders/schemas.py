"""Orders as values: what an import comes to, and what the pages list."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.errors import Problem
from shared.work import Consignment, Window


@dataclass(frozen=True)
class Imported:
    """A file was imported whole."""

    consignments: tuple[str, ...]
    """Ids, in the file's order."""
    lines: int
    packs: int
    new_products: int
    ignored: tuple[str, ...] = ()
    """Columns and sheets of the file that were not read."""


@dataclass(frozen=True)
class Rejected:
    """Nothing of a file was imported; ``problems`` is everything that is wrong with it, by row."""

    problems: tuple[Problem, ...]


ImportReport = Imported | Rejected


class OrderState(StrEnum):
    """Where a consignment stands on its way to a route."""

    OPEN = "open"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Order:
    """A consignment, for which site, and when it is wanted.

    ``dedicated`` says that it has a vehicle to itself (专车, empty), or shares one with the notes of a group only (the
    group's name). ``priority`` is 0 (ordinary), 1 (high) or 2 (urgent): which goods go first when not all can.
    """

    consignment: Consignment
    site_id: str
    wanted: Window | None
    state: OrderState
    route_id: str | None
    imported_at: datetime
    imported_by: str
    source: str
    dedicated: str | None = None
    priority: int = 0

    @property
    def group(self) -> str | None:
        """With which notes it may share a vehicle: those of the same group; ``None``: with all that have none."""
        note = self.consignment
        return f"{note.supplier.zh} {note.note_number}" if self.dedicated == "" else self.dedicated

    @property
    def controlled(self) -> bool:
        """Whether a controlled drug (麻精药品) is among its goods."""
        return any(line.product.controlled for line in self.consignment.lines)

    @property
    def packs(self) -> int:
        """How many packs it is."""
        return sum(line.quantity for line in self.consignment.lines)

    @property
    def shipped(self) -> date:
        """Its day."""
        return self.consignment.shipped
