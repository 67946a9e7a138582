"""The fleet's things and places as values: what routes are made of, and what the pages list. Reading only."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from server.db import db
from server.fleet.models import Container, Logger, Site, SiteWindow
from server.fleet.papers import Entry, known, papers_of
from server.fleet.parties import carrier, driver, vehicle
from server.fleet.schemas import ContainerData, Hours, LoggerData, SiteData, Subject
from shared import work
from shared.coldchain.profiles import ProductRange
from shared.geo import Geofence, Position
from shared.work import ContainerKind, Name, Window

# containers and loggers ------------------------------------------------------------------------------------------------


def container(container_id: str) -> work.Container:
    """A container with its loggers and papers, as a route carries it.

    Raises:
        Refused: NOT_FOUND.
    """
    return _work_container(known(Container, "容器 container", container_id))


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
        qualifications=papers_of(Subject.CONTAINER, row.id),
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
    row = known(Site, "地点 site", site_id)
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
    return _site(known(Site, "地点 site", site_id), _hours([site_id]).get(site_id, ()))


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
