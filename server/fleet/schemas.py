"""The fleet as values: what its operations take. What they give is :mod:`shared.work`'s own."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shared.loggers.makers import HISTORIES
from shared.work import ContainerKind, Name


class Subject(StrEnum):
    """What a qualification can belong to."""

    CARRIER = "carrier"
    VEHICLE = "vehicle"
    DRIVER = "driver"
    CONTAINER = "container"


MAKERS = tuple(HISTORIES)
"""Makers whose stored history the handheld can fetch: modules of :mod:`shared.loggers`."""


@dataclass(frozen=True)
class CarrierData:
    """A carrier as it is entered; ``contracted`` (外部承运商) is one that is hired, and no part of the own fleet."""

    name: Name
    active: bool = True
    contracted: bool = False


@dataclass(frozen=True)
class VehicleSize:
    """What decides which roads a vehicle may take: cm, and ``gross`` (permitted gross mass) and ``axle`` (load of the
    heaviest axle) in kg. ``None``: not entered, and assumed where roads are measured."""

    height: int | None = None
    width: int | None = None
    length: int | None = None
    gross: int | None = None
    axle: int | None = None


SIZES: dict[str, tuple[str, int, int]] = {
    "height": ("车高 height, cm", 50, 600),
    "width": ("车宽 width, cm", 50, 400),
    "length": ("车长 length, cm", 100, 3000),
    "gross": ("总质量 gross mass, kg", 100, 100_000),
    "axle": ("轴荷 axle load, kg", 50, 30_000),
}
"""By field of :class:`VehicleSize`, what it is called, the least and the most that is taken for no mistyping."""


@dataclass(frozen=True)
class VehicleTerms:
    """What a vehicle costs, and how long and far it goes at most. ``None``: not entered.

    Money is in the one currency of the whole fleet: ``fixed`` for a day on which it goes, ``per_km``, ``per_hour`` from the
    start of loading to the return, ``per_stop`` for each visit. ``max_duration`` bounds its day and ``max_trip`` one trip
    (h), ``max_distance`` the whole way (km). It makes ``trips`` a day at most, each loaded at its depot; one where
    nothing was entered.
    """

    fixed: float | None = None
    per_km: float | None = None
    per_hour: float | None = None
    per_stop: float | None = None
    max_duration: float | None = None
    max_trip: float | None = None
    max_distance: float | None = None
    trips: int | None = None


VEHICLE_TERMS: dict[str, tuple[str, float, float]] = {
    "fixed": ("每天固定费用 fixed cost a day", 0, 1_000_000),
    "per_km": ("每公里费用 cost per km", 0, 10_000),
    "per_hour": ("每小时费用 cost per hour", 0, 10_000),
    "per_stop": ("每站费用 cost per stop", 0, 10_000),
    "max_duration": ("每天最长 longest day, h", 0.5, 24),
    "max_trip": ("每趟最长 longest trip, h", 0.5, 24),
    "max_distance": ("每天最远 farthest a day, km", 1, 2_000),
    "trips": ("每天趟数 trips a day", 1, 5),
}
"""By field of :class:`VehicleTerms`, what it is called, the least and the most that is taken for no mistyping."""


@dataclass(frozen=True)
class Shift:
    """When a driver works: minutes after midnight of the depot's clock."""

    start: int
    end: int


@dataclass(frozen=True)
class MealTime:
    """A driver's meal: it begins from ``start`` to ``latest``, both included (minutes after midnight of the depot's clock),
    and takes ``length`` minutes."""

    start: int
    latest: int
    length: int


@dataclass(frozen=True)
class DriverTerms:
    """When a driver works and eats, what an hour costs (money), and through which day the permit for controlled drugs
    (麻精药品) is valid. ``None``: not entered."""

    shift: Shift | None = None
    meal: MealTime | None = None
    per_hour: float | None = None
    controlled_until: date | None = None

    def may_carry_controlled(self, day: date) -> bool:
        """Whether the permit for controlled drugs is valid on a day."""
        return self.controlled_until is not None and day <= self.controlled_until


@dataclass(frozen=True)
class VehicleData:
    """A vehicle as it is entered; ``name.zh`` is the number plate, ``capacity`` in packs."""

    carrier_id: str
    name: Name
    kind: str = "van"
    capacity: int | None = None
    active: bool = True
    size: VehicleSize = field(default_factory=VehicleSize)
    terms: VehicleTerms = field(default_factory=VehicleTerms)


@dataclass(frozen=True)
class DriverData:
    """A driver as they are entered; ``user_id`` is a user with the role of a driver."""

    carrier_id: str
    user_id: str
    name: Name
    active: bool = True
    terms: DriverTerms = field(default_factory=DriverTerms)


@dataclass(frozen=True)
class ContainerData:
    """A container as it is entered: °C, m³, packs."""

    kind: ContainerKind
    name: Name
    code: str
    low: float
    high: float
    volume: float
    capacity: int | None = None
    vehicle_id: str | None = None
    active: bool = True


@dataclass(frozen=True)
class LoggerData:
    """A logger as it is entered; ``interval`` in s."""

    serial: str
    maker: str
    address: str
    interval: int
    calibrated_until: date
    container_id: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Hours:
    """Receiving hours on a weekday (0 is Monday): minutes after midnight of the site's zone."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True)
class SiteData:
    """A site as it is entered: WGS-84 degrees, radius in m, ``service`` and ``per_pack`` in s."""

    name: Name
    address: str
    lat: float
    lon: float
    radius: float = 150.0
    zone: str = "Asia/Shanghai"
    contact: str = ""
    phone: str = ""
    notes: str = ""
    depot: bool = False
    service: int = 600
    per_pack: int = 5
    hours: tuple[Hours, ...] = ()
    active: bool = True


@dataclass(frozen=True)
class QualificationData:
    """A dated document as it is entered."""

    subject: Subject
    subject_id: str
    document: Name
    number: str
    expires: date


@dataclass(frozen=True)
class Expiring:
    """Something dated that is over or soon will be: whose, what, until when."""

    subject: str
    subject_id: str
    subject_name: Name
    document: Name
    number: str
    expires: date
