"""The work a handheld is given: one route with everything it needs for a whole shift without a network.

The server signs it, and writes the same document into the ledger as :class:`shared.custody.events.RoutePublished`: the
record of a delivery never depends on a table that can be edited later.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from shared.coldchain.profiles import ProductRange
from shared.coldchain.verdict import Earlier
from shared.geo import Geofence, Position


class Name(msgspec.Struct, frozen=True):
    """A name in Chinese and English; where a thing has no English name, its Chinese one stands in both."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Qualification(msgspec.Struct, frozen=True):
    """A dated document that allows a carrier, vehicle, driver, logger or box to do its work; valid through ``expires``."""

    document: Name
    number: str
    expires: date


class Party(msgspec.Struct, frozen=True):
    """A carrier, vehicle or driver with its qualifications."""

    id: str
    name: Name
    qualifications: tuple[Qualification, ...] = ()


class ContainerKind(StrEnum):
    """What goods ride in."""

    COMPARTMENT = "compartment"
    BOX = "box"
    PALLET = "pallet"


class Logger(msgspec.Struct, frozen=True):
    """A Bluetooth data logger: ``interval`` in s; its calibration is valid through ``calibrated_until``."""

    id: str
    serial: str
    maker: str
    """A module of :mod:`shared.loggers` that reads stored histories: ``ruuvi``, ``bluemaestro`` or ``laird``."""
    address: str
    interval: int
    calibrated_until: date


class Container(msgspec.Struct, frozen=True):
    """A compartment, box or pallet; ``volume`` in m³ decides how many probes it needs (a box: one)."""

    id: str
    kind: ContainerKind
    name: Name
    code: str
    """What is scanned on it: GRAI, SSCC or the compartment's plate number."""
    range: ProductRange
    volume: float
    loggers: tuple[Logger, ...]
    qualifications: tuple[Qualification, ...] = ()


class Product(msgspec.Struct, frozen=True):
    """A medicine as the delivery note names it (GSP art. 73): generic name, dosage form, specification, maker, holder."""

    id: str
    name: Name
    form: str
    specification: str
    maker: str
    holder: str
    """上市许可持有人, marketing authorisation holder."""
    gtin: str | None
    drug_ids: tuple[str, ...]
    """7-digit 药品标识码, one per packaging level."""
    storage: str
    """贮藏条件 as the label says it."""
    range: ProductRange
    controlled: bool = False
    """麻精药品: two people check and sign."""


class Line(msgspec.Struct, frozen=True):
    """One product, one lot, a quantity; individual trace codes where the supplier lists them."""

    id: str
    product: Product
    lot: str
    expiry: date
    quantity: int
    unit: str
    codes: tuple[str, ...] = ()
    container_id: str | None = None
    """The container the plan puts it in."""
    countable: bool = False
    """Whether one scan and a typed quantity may stand for all packs."""
    earlier: Earlier | None = None
    """Where else the goods rode before: on a vehicle that gave them over on the road."""


class Consignment(msgspec.Struct, frozen=True):
    """The goods for one receiver under one delivery note (随货同行单)."""

    id: str
    note_number: str
    order_number: str
    supplier: Name
    receiver: Name
    receiver_address: str
    shipped: date
    sealed_note: bool
    """Whether the note carries the supplier's release stamp (药品出库专用章)."""
    lines: tuple[Line, ...]


class Window(msgspec.Struct, frozen=True):
    """Receiving hours of a day, UTC instants."""

    start: datetime
    end: datetime


class Site(msgspec.Struct, frozen=True):
    """A place with an address, receiving hours and a geofence; its zone is an IANA name."""

    id: str
    name: Name
    address: str
    fence: Geofence
    zone: str = "Asia/Shanghai"
    contact: str = ""
    phone: str = ""
    notes: str = ""


class Direction(msgspec.Struct, frozen=True):
    """One turn on the way to a stop, as the road router words it; ``distance`` in m to the next one, ``at`` where it is."""

    text: Name
    distance: float
    at: Position


class Stop(msgspec.Struct, frozen=True):
    """A visit: the site, what is brought, and when it is promised."""

    id: str
    number: int
    """1, 2, 3 … in driving order."""
    site: Site
    consignments: tuple[Consignment, ...]
    windows: tuple[Window, ...]
    planned_arrival: datetime
    planned_departure: datetime
    leg_distance: float
    """m from the previous stop; to the first stop of a later trip, by way of the depot."""
    directions: tuple[Direction, ...] = ()
    """The way here, turn by turn; empty where the plan knows no roads. To the first stop of a trip it is the way from the
    depot."""
    trip: int = 1
    """Which of the day's trips it is on (1, 2 …): its goods are loaded before that one."""

    def lines(self) -> list[Line]:
        return [line for consignment in self.consignments for line in consignment.lines]


class Reload(msgspec.Struct, frozen=True):
    """The vehicle comes back to its depot, is loaded for ``trip`` (2, 3 …) and leaves again; times are planned, UTC."""

    trip: int
    arrival: datetime
    start: datetime
    """When loading begins."""
    departure: datetime
    leg_distance: float
    """m from the last stop of the trip before."""
    directions: tuple[Direction, ...] = ()
    """The way back, turn by turn; empty where the plan knows no roads."""


class Route(msgspec.Struct, frozen=True):
    """A vehicle's day: one trip, or several, each loaded at the depot before it."""

    id: str
    version: int
    day: date
    depot: Site
    carrier: Party
    vehicle: Party
    driver: Party
    containers: tuple[Container, ...]
    stops: tuple[Stop, ...]
    departure: datetime
    """Planned, UTC."""
    roads: str
    """What the distances were measured on, as the plan labels it."""
    track: tuple[Position, ...] = ()
    """The way as the plan sees it, WGS-84."""
    recalled_lots: tuple[tuple[str, str], ...] = ()
    """(product id, lot) pairs under recall when this was published."""
    reloads: tuple[Reload, ...] = ()
    """Where it comes back to be loaded again, in order."""

    @property
    def trips(self) -> int:
        """How many trips the day has."""
        return max((stop.trip for stop in self.stops), default=1)

    def reload(self, trip: int) -> Reload | None:
        """The return to be loaded for a trip; ``None`` for the first one, and for one that the plan does not have."""
        return next((one for one in self.reloads if one.trip == trip), None)

    def before(self, stop: Stop) -> Reload | None:
        """The return to the depot on the way to a stop: it is the first one of a later trip. ``None`` for the others."""
        first = min((other.number for other in self.stops if other.trip == stop.trip), default=stop.number)
        return self.reload(stop.trip) if first == stop.number else None

    def stop(self, stop_id: str) -> Stop:
        """The stop of that id.

        Raises:
            KeyError: the route has no such stop.
        """
        for stop in self.stops:
            if stop.id == stop_id:
                return stop
        raise KeyError(stop_id)

    def line(self, line_id: str) -> tuple[Stop, Consignment, Line]:
        """Where a line stands.

        Raises:
            KeyError: the route carries no such line.
        """
        for stop in self.stops:
            for consignment in stop.consignments:
                for line in consignment.lines:
                    if line.id == line_id:
                        return stop, consignment, line
        raise KeyError(line_id)

    def container(self, container_id: str) -> Container:
        """The container of that id.

        Raises:
            KeyError: the route has no such container.
        """
        for container in self.containers:
            if container.id == container_id:
                return container
        raise KeyError(container_id)

    def loggers(self) -> list[tuple[Container, Logger]]:
        """Every logger with the container it is planned to ride in."""
        return [(container, logger) for container in self.containers for logger in container.loggers]


class Override(msgspec.Struct, frozen=True):
    """A dispatcher's word that a route may depart although a problem stands against it."""

    problem: int
    subject: str
    """The offending value of the problem that is overridden."""
    reason: str
    by: str
    at: datetime
    record: str
    """SHA-256 (hex) of the ledger's event that says so."""


class Person(msgspec.Struct, frozen=True):
    """Somebody who may sign in on the handheld: the driver, with a PIN that only its slow hash leaves the server."""

    id: str
    name: Name
    pin_hash: str
    """scrypt, as ``scrypt$n$r$p$salt$hash`` in base64."""


class Message(msgspec.Struct, frozen=True):
    """What dispatch wrote to the driver of a route."""

    id: str
    text: str
    by: str
    at: datetime


class Work(msgspec.Struct, frozen=True):
    """Everything for a shift, as signed by the server."""

    device: str
    issued: datetime
    route: Route | None
    people: tuple[Person, ...]
    overrides: tuple[Override, ...] = ()
    published: str = ""
    """SHA-256 (hex) of the RoutePublished event this route stands in the ledger as."""
    rehearsal: bool = False
    """Whether this is practice: every document made from it says so."""
    messages: tuple[Message, ...] = ()
    """What dispatch wrote to the driver on this route, oldest first."""
    driving: str = "CN"
    """Which rule on driving and rest applies: a name in :data:`shared.driving.RULES`."""
