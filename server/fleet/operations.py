"""Fleet's operations: enter and change what carries medicines. None of them commits; each leaves a row in the trail.

What other areas ask (a route's carrier, containers, sites …) is in :mod:`server.fleet.values`, and reached through here.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import select

from server.accounts import operations as accounts
from server.accounts.audit import Tag, difference, record
from server.accounts.schemas import Role
from server.context import context
from server.db import db
from server.fleet import rules
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
from server.fleet.rules import checked_capacity, checked_name, checked_size, invalid
from server.fleet.schemas import (
    SIZES,
    CarrierData,
    ContainerData,
    DriverData,
    Expiring,
    Hours,
    LoggerData,
    QualificationData,
    SiteData,
    VehicleData,
    VehicleSize,
)
from server.fleet.values import (
    Entry,
    carrier,
    carriers,
    container,
    containers,
    containers_of,
    depots,
    driver,
    drivers,
    hours_on,
    loggers,
    qualification,
    qualifications,
    receivers_by_name,
    site,
    site_entry,
    sites,
    subject_name,
    user_of_driver,
    vehicle,
    vehicle_entry,
    vehicles,
)
from shared import problems
from shared.errors import Refused
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

Values = Mapping[str, object]
Known = TypeVar("Known", Carrier, Vehicle, Driver, Container, Logger, Site, Qualification)
Row = Carrier | Vehicle | Driver | Container | Logger | Site | Qualification


# carriers, vehicles, drivers -------------------------------------------------------------------------------------------


def add_carrier(data: CarrierData, *, by: str) -> str:
    """Enter a carrier; returns its id.

    Raises:
        Refused: FIELD_INVALID, DUPLICATE.
    """
    return _add(Carrier, _carrier(data, None), Tag.CARRIER_ADDED, by)


def change_carrier(carrier_id: str, data: CarrierData, *, by: str) -> None:
    """Change a carrier.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    _change(Carrier, carrier_id, _carrier(data, carrier_id), Tag.CARRIER_CHANGED, by)


def _carrier(data: CarrierData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    _unique(Carrier, "承运单位 carrier", own_id, name_zh=name.zh)
    return {"name_zh": name.zh, "name_en": name.en, "active": data.active}


def add_vehicle(data: VehicleData, *, by: str) -> str:
    """Enter a vehicle; returns its id.

    Raises:
        Refused: NOT_FOUND for its carrier, FIELD_INVALID, DUPLICATE.
    """
    checked_size(data.size)
    vehicle_id = _add(Vehicle, _vehicle(data, None), Tag.VEHICLE_ADDED, by)
    _set_size(vehicle_id, data.size, by)
    return vehicle_id


def change_vehicle(vehicle_id: str, data: VehicleData, *, by: str) -> None:
    """Change a vehicle.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    checked_size(data.size)
    _change(Vehicle, vehicle_id, _vehicle(data, vehicle_id), Tag.VEHICLE_CHANGED, by)
    _set_size(vehicle_id, data.size, by)


def _set_size(vehicle_id: str, size: VehicleSize, by: str) -> None:
    row = db.session.get(SizeOfVehicle, vehicle_id) or SizeOfVehicle(id=vehicle_id)
    before = {field: getattr(row, field) for field in SIZES}
    after = asdict(size)
    if changes := difference(before, after):
        for field, value in after.items():
            setattr(row, field, value)
        db.session.add(row)
        db.session.flush()
        plate = _known(Vehicle, "车辆 vehicle", vehicle_id).name_zh
        record(Tag.VEHICLE_CHANGED, by=by, subject=plate, key=vehicle_id, changes=changes)


def _vehicle(data: VehicleData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    _known(Carrier, "承运单位 carrier", data.carrier_id)
    _unique(Vehicle, "车辆 vehicle", own_id, name_zh=name.zh)
    if not data.kind.strip() or len(data.kind) > 40:
        raise invalid("车型 kind", data.kind, "1…40")
    return {
        "carrier_id": data.carrier_id,
        "name_zh": name.zh,
        "name_en": name.en,
        "kind": data.kind.strip(),
        "capacity": checked_capacity(data.capacity),
        "active": data.active,
    }


def add_driver(data: DriverData, *, by: str) -> str:
    """Enter a driver; returns the id.

    Raises:
        Refused: NOT_FOUND for the carrier or the user, FIELD_INVALID, DUPLICATE.
    """
    return _add(Driver, _driver(data, None), Tag.DRIVER_ADDED, by)


def change_driver(driver_id: str, data: DriverData, *, by: str) -> None:
    """Change a driver.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    _change(Driver, driver_id, _driver(data, driver_id), Tag.DRIVER_CHANGED, by)


def _driver(data: DriverData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    _known(Carrier, "承运单位 carrier", data.carrier_id)
    account = accounts.account(data.user_id)
    if account.role is not Role.DRIVER:
        raise invalid("用户 user", account.name, "角色不是驾驶员 not a driver's account")
    _unique(Driver, "驾驶员 driver", own_id, user_id=data.user_id)
    return {
        "carrier_id": data.carrier_id,
        "user_id": data.user_id,
        "name_zh": name.zh,
        "name_en": name.en,
        "active": data.active,
    }


# containers, loggers, sites --------------------------------------------------------------------------------------------


def add_container(data: ContainerData, *, by: str) -> str:
    """Enter a container; returns its id.

    Raises:
        Refused: NOT_FOUND for its vehicle, FIELD_INVALID, RANGE_INVALID, DUPLICATE.
    """
    return _add(Container, _container(data, None), Tag.CONTAINER_ADDED, by)


def change_container(container_id: str, data: ContainerData, *, by: str) -> None:
    """Change a container, or put it into another vehicle.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, RANGE_INVALID, DUPLICATE.
    """
    _change(Container, container_id, _container(data, container_id), Tag.CONTAINER_CHANGED, by)


def _container(data: ContainerData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    rules.check_container(data)
    if data.vehicle_id is not None:
        _known(Vehicle, "车辆 vehicle", data.vehicle_id)
    _unique(Container, "容器 container", own_id, code=data.code.strip())
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
    return _add(Logger, _logger(data, None), Tag.LOGGER_ADDED, by)


def change_logger(logger_id: str, data: LoggerData, *, by: str) -> None:
    """Change a logger, or put it into another container.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    _change(Logger, logger_id, _logger(data, logger_id), Tag.LOGGER_CHANGED, by)


def _logger(data: LoggerData, own_id: str | None) -> Values:
    rules.check_logger(data)
    if data.container_id is not None:
        _known(Container, "容器 container", data.container_id)
    address = rules.logger_address(data.address)
    _unique(Logger, "记录仪 logger", own_id, maker=data.maker, serial=data.serial.strip())
    _unique(Logger, "记录仪 logger", own_id, address=address)
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
    site_id = _add(Site, _site(data, None), Tag.SITE_ADDED, by)
    _set_hours(site_id, data.hours)
    return site_id


def change_site(site_id: str, data: SiteData, *, by: str) -> None:
    """Change a site and its receiving hours.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    before = site_entry(site_id).data
    _change(Site, site_id, _site(data, site_id), Tag.SITE_CHANGED, by)
    if sorted(before.hours, key=_order) != sorted(data.hours, key=_order):
        changes = {"hours": (_all_hours(before.hours), _all_hours(data.hours))}
        record(Tag.SITE_CHANGED, by=by, subject=before.name.zh, key=site_id, changes=changes)
        _set_hours(site_id, data.hours)


def _site(data: SiteData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    rules.check_site(data)
    _unique(Site, "地点 site", own_id, name_zh=name.zh)
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
    return _add(Qualification, _qualification(data), Tag.QUALIFICATION_ADDED, by)


def change_qualification(qualification_id: str, data: QualificationData, *, by: str) -> None:
    """Renew or correct a document.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID.
    """
    _change(Qualification, qualification_id, _qualification(data), Tag.QUALIFICATION_CHANGED, by)


def remove_qualification(qualification_id: str, *, by: str) -> None:
    """Take a document away. What was published with it keeps it.

    Raises:
        Refused: NOT_FOUND.
    """
    row = _known(Qualification, "资质 qualification", qualification_id)
    record(Tag.QUALIFICATION_REMOVED, by=by, subject=_label(row), key=_key(row), changes=difference(_facts(row), {}))
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
    """Every document and calibration in use that is over or will be within so many days, the most urgent first."""
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
    return sorted(found, key=lambda item: (item.expires, item.subject, item.subject_id, item.number))


# inside ----------------------------------------------------------------------------------------------------------------


def _facts(row: Row) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"}


def _label(row: Row) -> str:
    match row:
        case Logger():
            return f"{row.maker} {row.serial}"
        case Container():
            return f"{row.name_zh} {row.code}"
        case Qualification():
            return f"{row.subject_type} {row.document_zh} {row.number}"
        case _:
            return row.name_zh


def _key(row: Row) -> str:
    """Under which id the trail files a row: a paper belongs to what it allows."""
    return row.subject_id if isinstance(row, Qualification) else row.id


def _add(model: type[Row], values: Values, tag: Tag, by: str) -> str:
    row = model(id=context().ids.new(), **values)
    db.session.add(row)
    db.session.flush()
    record(tag, by=by, subject=_label(row), key=_key(row), changes=difference({}, _facts(row)))
    return row.id


def _change(model: type[Known], row_id: str, values: Values, tag: Tag, by: str) -> None:
    row = _known(model, "记录 record", row_id)
    before = _facts(row)
    for field, value in values.items():
        setattr(row, field, value)
    db.session.flush()
    if changes := difference(before, _facts(row)):
        record(tag, by=by, subject=_label(row), key=_key(row), changes=changes)


def not_found(what: str, row_id: str) -> Refused:
    """The refusal of an id that leads nowhere."""
    return Refused(problems.NOT_FOUND, what=what, value=row_id)


def _known(model: type[Known], what: str, row_id: str) -> Known:
    row = db.session.get(model, row_id)
    if row is None:
        raise not_found(what, row_id)
    return row


def _unique(model: type[Row], what: str, own_id: str | None, **fields: str) -> None:
    query = select(model.id).filter_by(**fields)
    if own_id is not None:
        query = query.where(model.id != own_id)
    if db.session.execute(query).first() is not None:
        raise Refused(problems.DUPLICATE, what=what, value=" ".join(fields.values()))
