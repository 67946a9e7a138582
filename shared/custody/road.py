"""Custody events of the road beside the handovers: what goes wrong, what is taken along, what moves to another vehicle, and
what driver and dispatcher tell each other."""

from enum import StrEnum

import msgspec

from shared.custody.words import CustodyEvent, Entry
from shared.geo import Position


class Incident(StrEnum):
    """What can happen on the road."""

    BREAKDOWN = "breakdown"
    ACCIDENT = "accident"
    TRAFFIC = "traffic"
    SPILL = "spill"
    COOLING = "cooling"
    OTHER = "other"


class Collected(StrEnum):
    """Why goods are taken along from a site."""

    RETURN = "return"
    RECALL = "recall"
    UNPLANNED = "unplanned"
    EMPTIES = "empties"


class IncidentReported(CustodyEvent, frozen=True):
    """Something happened on the road; ``photos`` are the SHA-256 (hex) of pictures recorded before."""

    route_id: str
    kind: Incident
    note: str
    photos: tuple[str, ...]
    position: Position | None


class RouteRevised(CustodyEvent, frozen=True):
    """The handheld took on a newer version of its route while the day ran; ``published`` is the SHA-256 (hex) of the
    RoutePublished event it stands in. From here on, what happens is judged under it."""

    route_id: str
    version: int
    published: str


class MovedLine(msgspec.Struct, frozen=True):
    """Packs of a line that change vehicles."""

    line_id: str
    quantity: int


class GoodsMoved(CustodyEvent, frozen=True):
    """Custody of goods went over to another vehicle on the road: what it is called, and who took them.

    The other driver scans them on board there, in a chain of their own: each side writes what it saw.
    """

    route_id: str
    lines: tuple[MovedLine, ...]
    vehicle: str
    driver: str
    strokes: str
    """SHA-256 (hex) of the taking driver's signature, as strokes."""
    picture: str
    """The same as a picture."""
    note: str
    position: Position | None


class GoodsCollected(CustodyEvent, frozen=True):
    """Goods that no delivery note of this route names were taken along: a return, a recall, a pick-up, empty boxes.

    ``item`` names this collection on its route. ``code`` is what was scanned on the goods, empty where nothing was.
    ``stop_id`` is the stop they were taken from, ``None`` between two stops.
    """

    route_id: str
    item: str
    stop_id: str | None
    why: Collected
    name: str
    lot: str
    quantity: int
    unit: str
    code: str
    entry: Entry
    container_id: str | None
    given_by: str
    note: str
    position: Position | None


class CollectionHandedIn(CustodyEvent, frozen=True):
    """Goods that were taken along are handed in at the depot."""

    route_id: str
    item: str
    quantity: int
    note: str


class RestDue(CustodyEvent, frozen=True):
    """The driver was told that a rest comes due: ``driven`` s without one, of at most ``limit`` s."""

    route_id: str
    driven: int
    limit: int


class MessageSent(CustodyEvent, frozen=True):
    """The driver wrote to dispatch."""

    route_id: str
    text: str


class MessageRead(CustodyEvent, frozen=True):
    """The driver has seen a message of dispatch."""

    route_id: str
    message_id: str
