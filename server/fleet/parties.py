"""Who carries, as values: carriers, vehicles and drivers, what they cost, and when they are there. Reading only."""

from sqlalchemy import select

from server.db import db
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
from server.fleet.papers import Entry, known, papers_of
from server.fleet.schemas import (
    SIZES,
    VEHICLE_TERMS,
    CarrierData,
    DriverData,
    DriverTerms,
    MealTime,
    Shift,
    Subject,
    VehicleData,
    VehicleSize,
    VehicleTerms,
)
from shared.work import Name, Party


def carrier(carrier_id: str) -> Party:
    """A carrier with its papers.

    Raises:
        Refused: NOT_FOUND.
    """
    row = known(Carrier, "承运单位 carrier", carrier_id)
    return Party(row.id, Name(row.name_zh, row.name_en), papers_of(Subject.CARRIER, row.id))


def vehicle(vehicle_id: str) -> Party:
    """A vehicle with its papers.

    Raises:
        Refused: NOT_FOUND.
    """
    row = known(Vehicle, "车辆 vehicle", vehicle_id)
    return Party(row.id, Name(row.name_zh, row.name_en), papers_of(Subject.VEHICLE, row.id))


def driver(driver_id: str) -> Party:
    """A driver with their papers.

    Raises:
        Refused: NOT_FOUND.
    """
    row = known(Driver, "驾驶员 driver", driver_id)
    return Party(row.id, Name(row.name_zh, row.name_en), papers_of(Subject.DRIVER, row.id))


def user_of_driver(driver_id: str) -> str:
    """The id of the user that a driver signs in as.

    Raises:
        Refused: NOT_FOUND.
    """
    return known(Driver, "驾驶员 driver", driver_id).user_id


def carriers() -> list[Entry[CarrierData]]:
    """All carriers, by name."""
    terms = {row.id: row for row in db.session.execute(select(TermsOfCarrier)).scalars()}
    rows = db.session.execute(select(Carrier).order_by(Carrier.name_zh)).scalars()
    return [_carrier(row, terms.get(row.id)) for row in rows]


def carrier_entry(carrier_id: str) -> Entry[CarrierData]:
    """A carrier as it was entered.

    Raises:
        Refused: NOT_FOUND.
    """
    return _carrier(known(Carrier, "承运单位 carrier", carrier_id), db.session.get(TermsOfCarrier, carrier_id))


def _carrier(row: Carrier, terms: TermsOfCarrier | None) -> Entry[CarrierData]:
    contracted = terms is not None and terms.contracted
    return Entry(row.id, CarrierData(Name(row.name_zh, row.name_en), row.active, contracted))


def vehicles() -> list[Entry[VehicleData]]:
    """All vehicles, by number plate."""
    sizes = {row.id: row for row in db.session.execute(select(SizeOfVehicle)).scalars()}
    terms = {row.id: row for row in db.session.execute(select(TermsOfVehicle)).scalars()}
    trips = {row.id: row for row in db.session.execute(select(TripsOfVehicle)).scalars()}
    rows = db.session.execute(select(Vehicle).order_by(Vehicle.name_zh)).scalars()
    return [_vehicle(row, sizes.get(row.id), terms.get(row.id), trips.get(row.id)) for row in rows]


def vehicle_entry(vehicle_id: str) -> Entry[VehicleData]:
    """A vehicle as it was entered.

    Raises:
        Refused: NOT_FOUND.
    """
    row = known(Vehicle, "车辆 vehicle", vehicle_id)
    return _vehicle(
        row,
        db.session.get(SizeOfVehicle, vehicle_id),
        db.session.get(TermsOfVehicle, vehicle_id),
        db.session.get(TripsOfVehicle, vehicle_id),
    )


def _vehicle(
    row: Vehicle, size: SizeOfVehicle | None, terms: TermsOfVehicle | None, trips: TripsOfVehicle | None
) -> Entry[VehicleData]:
    costs = {} if terms is None else {name: getattr(terms, name) for name in VEHICLE_TERMS if name != "trips"}
    data = VehicleData(
        carrier_id=row.carrier_id,
        name=Name(row.name_zh, row.name_en),
        kind=row.kind,
        capacity=row.capacity,
        active=row.active,
        size=VehicleSize() if size is None else VehicleSize(*(getattr(size, field) for field in SIZES)),
        terms=VehicleTerms(**costs, trips=None if trips is None else trips.trips),
    )
    return Entry(row.id, data)


def drivers() -> list[Entry[DriverData]]:
    """All drivers, by name."""
    terms = {row.id: row for row in db.session.execute(select(TermsOfDriver)).scalars()}
    rows = db.session.execute(select(Driver).order_by(Driver.name_zh, Driver.id)).scalars()
    return [_driver(row, terms.get(row.id)) for row in rows]


def driver_entry(driver_id: str) -> Entry[DriverData]:
    """A driver as they were entered.

    Raises:
        Refused: NOT_FOUND.
    """
    return _driver(known(Driver, "驾驶员 driver", driver_id), db.session.get(TermsOfDriver, driver_id))


def _driver(row: Driver, terms: TermsOfDriver | None) -> Entry[DriverData]:
    name = Name(row.name_zh, row.name_en)
    agreed = DriverTerms() if terms is None else _driver_terms(terms)
    return Entry(row.id, DriverData(row.carrier_id, row.user_id, name, row.active, agreed))


def _driver_terms(row: TermsOfDriver) -> DriverTerms:
    shift = meal = None
    if row.shift_start is not None and row.shift_end is not None:
        shift = Shift(row.shift_start, row.shift_end)
    if row.meal_start is not None and row.meal_latest is not None and row.meal_length is not None:
        meal = MealTime(row.meal_start, row.meal_latest, row.meal_length)
    return DriverTerms(shift, meal, row.per_hour, row.controlled_until)
