"""The fleet's rows as values: what routes are made of, and what the pages list. Reading only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from server.db import db
from server.fleet.models import (
    Carrier,
    Container,
    Driver,
    Logger,
    Qualification,
    Site,
    SiteWindow,
    SizeOfVehicle,
    Vehicle,
)
from server.fleet.schemas import (
    SIZES,
    CarrierData,
    ContainerData,
    DriverData,
    Hours,
    LoggerData,
    QualificationData,
    SiteData,
    Subject,
    VehicleData,
    VehicleSize,
)
from shared import problems, work
from shared.coldchain.profiles import ProductRange
from shared.errors import Refused
from shared.geo import Geofence, Position
from shared.work import ContainerKind, Name, Party, Window

Data = TypeVar("Data")
Model = TypeVar("Model", Carrier, Vehicle, Driver, Container, Logger, Site, Qualification)


@dataclass(frozen=True)
class Entry(Generic[Data]):
    """A row as it was entered, under its id."""

    id: str
    data: Data


def _get(model: type[Model], what: str, row_id: str) -> Model:
    row = db.session.get(model, row_id)
    if row is None:
        raise Refused(problems.NOT_FOUND, what=what, value=row_id)
    return row


# parties ---------------------------------------------------------------------------------------------------------------


def carrier(carrier_id: str) -> Party:
    """A carrier with its papers.

    Raises:
        Refused: NOT_FOUND.
    """
    row = _get(Carrier, "承运单位 carrier", carrier_id)
    return Party(row.id, Name(row.name_zh, row.name_en), _papers(Subject.CARRIER, row.id))


def vehicle(vehicle_id: str) -> Party:
    """A vehicle with its papers.

    Raises:
        Refused: NOT_FOUND.
    """
    row = _get(Vehicle, "车辆 vehicle", vehicle_id)
    return Party(row.id, Name(row.name_zh, row.name_en), _papers(Subject.VEHICLE, row.id))


def driver(driver_id: str) -> Party:
    """A driver with their papers.

    Raises:
        Refused: NOT_FOUND.
    """
    row = _get(Driver, "驾驶员 driver", driver_id)
    return Party(row.id, Name(row.name_zh, row.name_en), _papers(Subject.DRIVER, row.id))


def user_of_driver(driver_id: str) -> str:
    """The id of the user that a driver signs in as.

    Raises:
        Refused: NOT_FOUND.
    """
    return _get(Driver, "驾驶员 driver", driver_id).user_id


def carriers() -> list[Entry[CarrierData]]:
    """All carriers, by name."""
    rows = db.session.execute(select(Carrier).order_by(Carrier.name_zh)).scalars()
    return [Entry(row.id, CarrierData(Name(row.name_zh, row.name_en), row.active)) for row in rows]


def vehicles() -> list[Entry[VehicleData]]:
    """All vehicles, by number plate."""
    sizes = {row.id: row for row in db.session.execute(select(SizeOfVehicle)).scalars()}
    rows = db.session.execute(select(Vehicle).order_by(Vehicle.name_zh)).scalars()
    return [_vehicle(row, sizes.get(row.id)) for row in rows]


def vehicle_entry(vehicle_id: str) -> Entry[VehicleData]:
    """A vehicle as it was entered.

    Raises:
        Refused: NOT_FOUND.
    """
    return _vehicle(_get(Vehicle, "车辆 vehicle", vehicle_id), db.session.get(SizeOfVehicle, vehicle_id))


def _vehicle(row: Vehicle, size: SizeOfVehicle | None) -> Entry[VehicleData]:
    name = Name(row.name_zh, row.name_en)
    known = VehicleSize() if size is None else VehicleSize(*(getattr(size, field) for field in SIZES))
    return Entry(row.id, VehicleData(row.carrier_id, name, row.kind, row.capacity, row.active, known))


def drivers() -> list[Entry[DriverData]]:
    """All drivers, by name."""
    rows = db.session.execute(select(Driver).order_by(Driver.name_zh, Driver.id)).scalars()
    return [
        Entry(row.id, DriverData(row.carrier_id, row.user_id, Name(row.name_zh, row.name_en), row.active))
        for row in rows
    ]


# containers and loggers ------------------------------------------------------------------------------------------------


def container(container_id: str) -> work.Container:
    """A container with its loggers and papers, as a route carries it.

    Raises:
        Refused: NOT_FOUND.
    """
    return _work_container(_get(Container, "容器 container", container_id))


def containers_of(vehicle_id: str) -> list[tuple[work.Container, int | None]]:
    """The containers in use on a vehicle with how many packs each takes (``None``: no limit), by code."""
    query = select(Container).where(Container.vehicle_id == vehicle_id, Container.active).order_by(Container.code)
    return [(_work_container(row), row.capacity) for row in db.session.execute(query).scalars()]


def _work_container(row: Container) -> work.Container:
    query = select(Logger).where(Logger.container_id == row.id, Logger.active).order_by(Logger.serial)
    found = tuple(
        work.Logger(logger.id, logger.serial, logger.maker, logger.address, logger.interval, logger.calibrated_until)
        for logger in db.session.execute(query).scalars()
    )
    return work.Container(
        id=row.id,
        kind=ContainerKind(row.kind),
        name=Name(row.name_zh, row.name_en),
        code=row.code,
        range=ProductRange(row.low, row.high),
        volume=row.volume,
        loggers=found,
        qualifications=_papers(Subject.CONTAINER, row.id),
    )


def containers() -> list[Entry[ContainerData]]:
    """All containers, by code."""
    return [
        Entry(
            row.id,
            ContainerData(
                kind=ContainerKind(row.kind),
                name=Name(row.name_zh, row.name_en),
                code=row.code,
                low=row.low,
                high=row.high,
                volume=row.volume,
                capacity=row.capacity,
                vehicle_id=row.vehicle_id,
                active=row.active,
            ),
        )
        for row in db.session.execute(select(Container).order_by(Container.code)).scalars()
    ]


def loggers() -> list[Entry[LoggerData]]:
    """All loggers, by maker and serial."""
    return [
        Entry(
            row.id,
            LoggerData(
                serial=row.serial,
                maker=row.maker,
                address=row.address,
                interval=row.interval,
                calibrated_until=row.calibrated_until,
                container_id=row.container_id,
                active=row.active,
            ),
        )
        for row in db.session.execute(select(Logger).order_by(Logger.maker, Logger.serial)).scalars()
    ]


# sites -----------------------------------------------------------------------------------------------------------------


def site(site_id: str) -> work.Site:
    """A site as a route names it.

    Raises:
        Refused: NOT_FOUND.
    """
    row = _get(Site, "地点 site", site_id)
    return work.Site(
        id=row.id,
        name=Name(row.name_zh, row.name_en),
        address=row.address,
        fence=Geofence(Position(row.lat, row.lon), row.radius),
        zone=row.zone,
        contact=row.contact,
        phone=row.phone,
        notes=row.notes,
    )


def site_entry(site_id: str) -> Entry[SiteData]:
    """A site as it was entered.

    Raises:
        Refused: NOT_FOUND.
    """
    return _site(_get(Site, "地点 site", site_id), _hours([site_id]).get(site_id, ()))


def sites() -> list[Entry[SiteData]]:
    """All sites, by name."""
    rows = db.session.execute(select(Site).order_by(Site.name_zh)).scalars().all()
    hours = _hours([row.id for row in rows])
    return [_site(row, hours.get(row.id, ())) for row in rows]


def depots() -> list[Entry[SiteData]]:
    """The depots in use, by name."""
    return [entry for entry in sites() if entry.data.depot and entry.data.active]


def receivers_by_name() -> dict[str, str]:
    """The ids of the receivers in use by every name they go by (both languages)."""
    found: dict[str, str] = {}
    for row in db.session.execute(select(Site).where(Site.active, Site.depot.is_(False))).scalars():
        found[row.name_zh] = row.id
        found.setdefault(row.name_en, row.id)
    return found


def hours_on(site_id: str, day: date) -> tuple[Window, ...]:
    """A site's receiving hours on a day of its own zone, as UTC instants; none means that it does not receive.

    Raises:
        Refused: NOT_FOUND.
    """
    data = site_entry(site_id).data
    midnight = datetime.combine(day, time(), ZoneInfo(data.zone))
    return tuple(
        Window(
            (midnight + timedelta(minutes=hour.start)).astimezone(UTC),
            (midnight + timedelta(minutes=hour.end)).astimezone(UTC),
        )
        for hour in sorted(data.hours, key=lambda hour: hour.start)
        if hour.weekday == day.weekday()
    )


def _hours(site_ids: Sequence[str]) -> dict[str, tuple[Hours, ...]]:
    found: dict[str, tuple[Hours, ...]] = {}
    order = (SiteWindow.site_id, SiteWindow.weekday, SiteWindow.start)
    for row in db.session.execute(
        select(SiteWindow).where(SiteWindow.site_id.in_(site_ids)).order_by(*order)
    ).scalars():
        found[row.site_id] = (*found.get(row.site_id, ()), Hours(row.weekday, row.start, row.end))
    return found


def _site(row: Site, hours: tuple[Hours, ...]) -> Entry[SiteData]:
    data = SiteData(
        name=Name(row.name_zh, row.name_en),
        address=row.address,
        lat=row.lat,
        lon=row.lon,
        radius=row.radius,
        zone=row.zone,
        contact=row.contact,
        phone=row.phone,
        notes=row.notes,
        depot=row.depot,
        service=row.service,
        per_pack=row.per_pack,
        hours=hours,
        active=row.active,
    )
    return Entry(row.id, data)


# qualifications --------------------------------------------------------------------------------------------------------


def qualifications(
    subject: Subject | None = None, subject_id: str | None = None, *, until: date | None = None
) -> list[Entry[QualificationData]]:
    """Dated documents: of a kind of subject, of one subject, ending by a day; the first to end first."""
    query = select(Qualification).order_by(Qualification.expires, Qualification.id)
    if subject is not None:
        query = query.where(Qualification.subject_type == subject.value)
    if subject_id is not None:
        query = query.where(Qualification.subject_id == subject_id)
    if until is not None:
        query = query.where(Qualification.expires <= until)
    return [_paper(row) for row in db.session.execute(query).scalars()]


def qualification(qualification_id: str) -> Entry[QualificationData]:
    """A dated document as it was entered.

    Raises:
        Refused: NOT_FOUND.
    """
    return _paper(_get(Qualification, "资质 qualification", qualification_id))


def subject_name(subject: Subject, subject_id: str) -> Name:
    """What a document belongs to.

    Raises:
        Refused: NOT_FOUND.
    """
    match subject:
        case Subject.CARRIER:
            return carrier(subject_id).name
        case Subject.VEHICLE:
            return vehicle(subject_id).name
        case Subject.DRIVER:
            return driver(subject_id).name
        case Subject.CONTAINER:
            return container(subject_id).name


def _papers(subject: Subject, subject_id: str) -> tuple[work.Qualification, ...]:
    found = (entry.data for entry in qualifications(subject, subject_id))
    return tuple(work.Qualification(data.document, data.number, data.expires) for data in found)


def _paper(row: Qualification) -> Entry[QualificationData]:
    document = Name(row.document_zh, row.document_en)
    data = QualificationData(Subject(row.subject_type), row.subject_id, document, row.number, row.expires)
    return Entry(row.id, data)
