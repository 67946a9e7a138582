"""Entering and changing who carries: carriers, vehicles and drivers, with what they cost and when they are there."""

from dataclasses import asdict

from server.accounts import operations as accounts
from server.accounts.audit import Tag
from server.accounts.schemas import Role
from server.fleet.models import (
    Carrier,
    Driver,
    SizeOfVehicle,
    TermsOfCarrier,
    TermsOfDriver,
    TermsOfVehicle,
    TripsOfVehicle,
    Vehicle,
)
from server.fleet.papers import known
from server.fleet.parties import carrier_entry
from server.fleet.rows import Values, add_row, change_row, set_beside, unique
from server.fleet.rules import (
    checked_capacity,
    checked_driver_terms,
    checked_name,
    checked_size,
    checked_vehicle_terms,
    invalid,
)
from server.fleet.schemas import CarrierData, DriverData, DriverTerms, VehicleData


def add_carrier(data: CarrierData, *, by: str) -> str:
    """Enter a carrier; returns its id.

    Raises:
        Refused: FIELD_INVALID, DUPLICATE.
    """
    carrier_id = add_row(Carrier, _carrier(data, None), Tag.CARRIER_ADDED, by)
    _agree_with_carrier(carrier_id, data, by)
    return carrier_id


def change_carrier(carrier_id: str, data: CarrierData, *, by: str) -> None:
    """Change a carrier.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    change_row(Carrier, carrier_id, _carrier(data, carrier_id), Tag.CARRIER_CHANGED, by)
    _agree_with_carrier(carrier_id, data, by)


def _carrier(data: CarrierData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    unique(Carrier, "承运单位 carrier", own_id, name_zh=name.zh)
    return {"name_zh": name.zh, "name_en": name.en, "active": data.active}


def _agree_with_carrier(carrier_id: str, data: CarrierData, by: str) -> None:
    if carrier_entry(carrier_id).data.contracted != data.contracted:
        row = known(Carrier, "承运单位 carrier", carrier_id)
        set_beside(TermsOfCarrier, row, {"contracted": data.contracted}, Tag.CARRIER_CHANGED, by)


def add_vehicle(data: VehicleData, *, by: str) -> str:
    """Enter a vehicle; returns its id.

    Raises:
        Refused: NOT_FOUND for its carrier, FIELD_INVALID, DUPLICATE.
    """
    vehicle_id = add_row(Vehicle, _vehicle(data, None), Tag.VEHICLE_ADDED, by)
    _say_more_of_vehicle(vehicle_id, data, by)
    return vehicle_id


def change_vehicle(vehicle_id: str, data: VehicleData, *, by: str) -> None:
    """Change a vehicle.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    change_row(Vehicle, vehicle_id, _vehicle(data, vehicle_id), Tag.VEHICLE_CHANGED, by)
    _say_more_of_vehicle(vehicle_id, data, by)


def _vehicle(data: VehicleData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    checked_size(data.size)
    checked_vehicle_terms(data.terms)
    known(Carrier, "承运单位 carrier", data.carrier_id)
    unique(Vehicle, "车辆 vehicle", own_id, name_zh=name.zh)
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


def _say_more_of_vehicle(vehicle_id: str, data: VehicleData, by: str) -> None:
    row = known(Vehicle, "车辆 vehicle", vehicle_id)
    set_beside(SizeOfVehicle, row, asdict(data.size), Tag.VEHICLE_CHANGED, by)
    terms = asdict(data.terms)
    set_beside(TripsOfVehicle, row, {"trips": terms.pop("trips")}, Tag.VEHICLE_CHANGED, by)
    set_beside(TermsOfVehicle, row, terms, Tag.VEHICLE_CHANGED, by)


def add_driver(data: DriverData, *, by: str) -> str:
    """Enter a driver; returns the id.

    Raises:
        Refused: NOT_FOUND for the carrier or the user, FIELD_INVALID, DUPLICATE.
    """
    driver_id = add_row(Driver, _driver(data, None), Tag.DRIVER_ADDED, by)
    _agree_with_driver(driver_id, data.terms, by)
    return driver_id


def change_driver(driver_id: str, data: DriverData, *, by: str) -> None:
    """Change a driver.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, DUPLICATE.
    """
    change_row(Driver, driver_id, _driver(data, driver_id), Tag.DRIVER_CHANGED, by)
    _agree_with_driver(driver_id, data.terms, by)


def _driver(data: DriverData, own_id: str | None) -> Values:
    name = checked_name(data.name)
    checked_driver_terms(data.terms)
    known(Carrier, "承运单位 carrier", data.carrier_id)
    account = accounts.account(data.user_id)
    if account.role is not Role.DRIVER:
        raise invalid("用户 user", account.name, "角色不是驾驶员 not a driver's account")
    unique(Driver, "驾驶员 driver", own_id, user_id=data.user_id)
    return {
        "carrier_id": data.carrier_id,
        "user_id": data.user_id,
        "name_zh": name.zh,
        "name_en": name.en,
        "active": data.active,
    }


def _agree_with_driver(driver_id: str, terms: DriverTerms, by: str) -> None:
    shift, meal = terms.shift, terms.meal
    values = {
        "shift_start": None if shift is None else shift.start,
        "shift_end": None if shift is None else shift.end,
        "meal_start": None if meal is None else meal.start,
        "meal_latest": None if meal is None else meal.latest,
        "meal_length": None if meal is None else meal.length,
        "per_hour": terms.per_hour,
        "controlled_until": terms.controlled_until,
    }
    set_beside(TermsOfDriver, known(Driver, "驾驶员 driver", driver_id), values, Tag.DRIVER_CHANGED, by)
