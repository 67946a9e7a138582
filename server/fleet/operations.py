"""Fleet's operations: enter and change what carries medicines. None of them commits; each leaves a row in the trail.

Carriers, vehicles and drivers are entered in :mod:`server.fleet.crews`, containers, loggers, sites and papers here. What
other areas ask (a route's carrier, containers, sites …) is in :mod:`server.fleet.parties`, :mod:`server.fleet.values` and
:mod:`server.fleet.papers`. All of it is reached through here.
"""

from datetime import date, timedelta

from sqlalchemy import select

from server.accounts.audit import Tag, difference, record
from server.db import db
from server.fleet import rules
from server.fleet.crews import add_carrier, add_driver, add_vehicle, change_carrier, change_driver, change_vehicle
from server.fleet.models import Container, Logger, Qualification, Site, SiteWindow, Vehicle
from server.fleet.papers import Entry, known, qualification, qualifications
from server.fleet.parties import (
    carrier,
    carrier_entry,
    carriers,
    driver,
    driver_entry,
    drivers,
    user_of_driver,
    vehicle,
    vehicle_entry,
    vehicles,
)
from server.fleet.rows import Values, add_row, change_row, facts, key_of, label, not_found, unique
from server.fleet.rules import checked_name
from server.fleet.schemas import ContainerData, Expiring, Hours, LoggerData, QualificationData, SiteData
from server.fleet.values import (
    container,
    containers,
    containers_of,
    depots,
    hours_on,
    loggers,
    receivers_by_name,
    site,
    site_entry,
    sites,
    subject_name,
)
from shared.work import Name

__all__ = [
    "Entry",
    "add_carrier",
    "add_container",
    "add_driver",
    "add_logger",
    "add_qualification",
    "add_site",
    "add_vehicle",
    "carrier",
    "carrier_entry",
    "carriers",
    "change_carrier",
    "change_container",
    "change_driver",
    "change_logger",
    "change_qualification",
    "change_site",
    "change_vehicle",
    "container",
    "containers",
    "containers_of",
    "depots",
    "driver",
    "driver_entry",
    "drivers",
    "expiring",
    "hours_on",
    "loggers",
    "not_found",
    "qualification",
    "qualifications",
    "receivers_by_name",
    "remove_qualification",
    "site",
    "site_entry",
    "sites",
    "subject_name",
    "user_of_driver",
    "vehicle",
    "vehicle_entry",
    "vehicles",
]

WARNING_DAYS = 30
"""Days before a document's last day from which pages warn."""
CALIBRATION = Name("校准证书", "Calibration certificate")
CONTROLLED_PERMIT = Name("麻精药品配送资格", "Permit for controlled drugs")


# containers, loggers, sites --------------------------------------------------------------------------------------------


def add_container(data: ContainerData, *, by: str) -> str:
    """Enter a container; returns its id.

    Raises:
        Refused: NOT_FOUND for its vehicle, FIELD_INVALID, RANGE_INVALID, DUPLICATE.
    """
    return add_row(Container, _container(data, None), Tag.CONTAINER_ADDED, by)


def change_container(container_id: str, data: ContainerData, *, by: str) -> None:
    """Change a container, or put it into another vehicle.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, RANGE_INVALID, DUPLICATE.
    """
    change_row(Container, container_id, _container(data, container_id), Tag.CONTAINER_CHANGED, by)


def _container(data: ContainerData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    rules.check_container(data)
    if data.vehicle_id is not None:
        known(Vehicle, "车辆 vehicle", data.vehicle_id)
    unique(Container, "容器 container", own_id, code=data.code.strip())
    return {
        "kind": data.kind.value,
        "name_zh": name.zh,
        "name_en": name.en,
        "code": data.code.strip(),
        "low": data.low,
        "high": data.high,
        "volume": data.volume,
        "capacity": data.capacity,
        "vehicle_id": data.vehicle_id,
        "active": data.active,
    }


def add_logger(data: LoggerData, *, by: str) -> str:
    """Enter a logger; returns its id.

    Raises:
        Refused: NOT_FOUND for its container, FIELD_INVALID, DUPLICATE.
    """
    return add_row(Logger, _logger(data, None), Tag.LOGGER_ADDED, by)


def change_logger(logger_id: str, data: LoggerData, *, by: str) -> None:
    """Change a logger, or put it into another container.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    change_row(Logger, logger_id, _logger(data, logger_id), Tag.LOGGER_CHANGED, by)


def _logger(data: LoggerData, own_id: str | None) -> Values:
    rules.check_logger(data)
    if data.container_id is not None:
        known(Container, "容器 container", data.container_id)
    address = rules.logger_address(data.address)
    unique(Logger, "记录仪 logger", own_id, maker=data.maker, serial=data.serial.strip())
    unique(Logger, "记录仪 logger", own_id, address=address)
    return {
        "serial": data.serial.strip(),
        "maker": data.maker,
        "address": address,
        "interval": data.interval,
        "calibrated_until": data.calibrated_until,
        "container_id": data.container_id,
        "active": data.active,
    }


def add_site(data: SiteData, *, by: str) -> str:
    """Enter a site; returns its id.

    Raises:
        Refused: FIELD_INVALID, DUPLICATE.
    """
    site_id = add_row(Site, _site(data, None), Tag.SITE_ADDED, by)
    _set_hours(site_id, data.hours)
    return site_id


def change_site(site_id: str, data: SiteData, *, by: str) -> None:
    """Change a site and its receiving hours.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    before = site_entry(site_id).data
    change_row(Site, site_id, _site(data, site_id), Tag.SITE_CHANGED, by)
    if sorted(before.hours, key=_order) != sorted(data.hours, key=_order):
        changes = {"hours": (_all_hours(before.hours), _all_hours(data.hours))}
        record(Tag.SITE_CHANGED, by=by, subject=before.name.zh, key=site_id, changes=changes)
        _set_hours(site_id, data.hours)


def _site(data: SiteData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    rules.check_site(data)
    unique(Site, "地点 site", own_id, name_zh=name.zh)
    return {
        "name_zh": name.zh,
        "name_en": name.en,
        **{
            field: getattr(data, field)
            for field in ("lat", "lon", "radius", "zone", "depot", "service", "per_pack", "active")
        },
        **{field: getattr(data, field).strip() for field in ("address", "contact", "phone", "notes")},
    }


def _set_hours(site_id: str, hours: tuple[Hours, ...]) -> None:
    for row in db.session.execute(select(SiteWindow).where(SiteWindow.site_id == site_id)).scalars():
        db.session.delete(row)  # one by one, so that the row's seal goes with it
    db.session.flush()
    db.session.add_all(
        SiteWindow(site_id=site_id, weekday=hour.weekday, start=hour.start, end=hour.end) for hour in hours
    )
    db.session.flush()


def _order(hours: Hours) -> tuple[int, int]:
    return hours.weekday, hours.start


def _all_hours(hours: tuple[Hours, ...]) -> str:
    days = ((day, [hour for hour in hours if hour.weekday == day]) for day in range(7))
    return "; ".join(f"{day + 1}: {rules.shown_hours(own)}" for day, own in days if own)


# qualifications --------------------------------------------------------------------------------------------------------


def add_qualification(data: QualificationData, *, by: str) -> str:
    """Enter a dated document; returns its id.

    Raises:
        Refused: NOT_FOUND for what it belongs to, FIELD_INVALID.
    """
    return add_row(Qualification, _qualification(data), Tag.QUALIFICATION_ADDED, by)


def change_qualification(qualification_id: str, data: QualificationData, *, by: str) -> None:
    """Renew or correct a document.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID.
    """
    change_row(Qualification, qualification_id, _qualification(data), Tag.QUALIFICATION_CHANGED, by)


def remove_qualification(qualification_id: str, *, by: str) -> None:
    """Take a document away. What was published with it keeps it.

    Raises:
        Refused: NOT_FOUND.
    """
    row = known(Qualification, "资质 qualification", qualification_id)
    record(Tag.QUALIFICATION_REMOVED, by=by, subject=label(row), key=key_of(row), changes=difference(facts(row), {}))
    db.session.delete(row)
    db.session.flush()


def _qualification(data: QualificationData) -> Values:
    rules.check_qualification(data)
    subject_name(data.subject, data.subject_id)
    document = checked_name(data.document)
    return {
        "subject_type": data.subject.value,
        "subject_id": data.subject_id,
        "document_zh": document.zh,
        "document_en": document.en,
        "number": data.number.strip(),
        "expires": data.expires,
    }


def expiring(today: date, within: int = WARNING_DAYS) -> list[Expiring]:
    """Every document, calibration and permit in use that is over or will be within so many days, the most urgent first."""
    horizon = today + timedelta(days=within)
    found = []
    for paper in qualifications(until=horizon):
        data = paper.data
        name = subject_name(data.subject, data.subject_id)
        found.append(Expiring(data.subject.value, data.subject_id, name, data.document, data.number, data.expires))
    for entry in loggers():
        serial, until = entry.data.serial, entry.data.calibrated_until
        if entry.data.active and until <= horizon:
            found.append(Expiring("logger", entry.id, Name(serial, serial), CALIBRATION, serial, until))
    for crew in drivers():
        permitted = crew.data.terms.controlled_until
        if crew.data.active and permitted is not None and permitted <= horizon:
            found.append(Expiring("driver", crew.id, crew.data.name, CONTROLLED_PERMIT, "", permitted))
    return sorted(found, key=lambda item: (item.expires, item.subject, item.subject_id, item.number))
