"""Tables of the fleet: who carries, in what, with which loggers, to where, and the dated documents that allow it.

Rows are never deleted, only put out of use: a record of years ago must still find its vehicle.
"""

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Carrier(Base):
    """The company that carries (承运单位)."""

    __tablename__ = "carrier"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)


class TermsOfCarrier(Base):
    """Whether a carrier is contracted (外部承运商), where that was entered."""

    __tablename__ = "carrier_terms"

    id: Mapped[str] = mapped_column(ForeignKey("carrier.id"), primary_key=True)
    contracted: Mapped[bool]


class Vehicle(Base):
    """A vehicle; its Chinese name is its number plate."""

    __tablename__ = "vehicle"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    carrier_id: Mapped[str] = mapped_column(ForeignKey("carrier.id"))
    name_zh: Mapped[str] = mapped_column(String(200), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    """What sites admit, such as ``van`` or ``truck``."""
    capacity: Mapped[int | None]
    """Packs; ``None`` where nothing limits them."""
    active: Mapped[bool] = mapped_column(default=True)


class SizeOfVehicle(Base):
    """How large and heavy a vehicle is (cm, kg), where that was entered: see
    :class:`server.fleet.schemas.VehicleSize`."""

    __tablename__ = "vehicle_size"

    id: Mapped[str] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    height: Mapped[int | None]
    width: Mapped[int | None]
    length: Mapped[int | None]
    gross: Mapped[int | None]
    axle: Mapped[int | None]


class TermsOfVehicle(Base):
    """What a vehicle costs (money) and how long (h) and far (km) it goes, where that was entered: see
    :class:`server.fleet.schemas.VehicleTerms`."""

    __tablename__ = "vehicle_terms"

    id: Mapped[str] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    fixed: Mapped[float | None]
    per_km: Mapped[float | None]
    per_hour: Mapped[float | None]
    per_stop: Mapped[float | None]
    max_duration: Mapped[float | None]
    max_trip: Mapped[float | None]
    max_distance: Mapped[float | None]


class TripsOfVehicle(Base):
    """How many trips a vehicle makes a day at most, where that was entered."""

    __tablename__ = "vehicle_trips"

    id: Mapped[str] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    trips: Mapped[int | None]


class Driver(Base):
    """A driver of a carrier, and the user they sign in as on the handheld."""

    __tablename__ = "driver"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    carrier_id: Mapped[str] = mapped_column(ForeignKey("carrier.id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), unique=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)


class TermsOfDriver(Base):
    """When a driver works and eats (minutes, after midnight of the depot's clock), what an hour costs (money), and through
    which day the permit for controlled drugs is valid, where that was entered."""

    __tablename__ = "driver_terms"

    id: Mapped[str] = mapped_column(ForeignKey("driver.id"), primary_key=True)
    shift_start: Mapped[int | None]
    shift_end: Mapped[int | None]
    meal_start: Mapped[int | None]
    meal_latest: Mapped[int | None]
    meal_length: Mapped[int | None]
    per_hour: Mapped[float | None]
    controlled_until: Mapped[date | None] = mapped_column(Date)


class Container(Base):
    """What goods ride in: a compartment of a vehicle, a cold box, a pallet. ``low`` … ``high`` in °C, ``volume`` in m³."""

    __tablename__ = "container"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(90), unique=True)
    """What is scanned on it: GRAI, SSCC or a plate number."""
    low: Mapped[float]
    high: Mapped[float]
    volume: Mapped[float]
    capacity: Mapped[int | None]
    """Packs; ``None`` where nothing limits them."""
    vehicle_id: Mapped[str | None] = mapped_column(ForeignKey("vehicle.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)


class Logger(Base):
    """A Bluetooth data logger; ``interval`` in s."""

    __tablename__ = "logger"
    __table_args__ = (UniqueConstraint("maker", "serial"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    serial: Mapped[str] = mapped_column(String(80))
    maker: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(80), unique=True)
    interval: Mapped[int]
    calibrated_until: Mapped[date] = mapped_column(Date)
    container_id: Mapped[str | None] = mapped_column(ForeignKey("container.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)


class Site(Base):
    """A receiver or a depot: WGS-84 degrees, geofence radius in m, times in s."""

    __tablename__ = "site"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    lat: Mapped[float]
    lon: Mapped[float]
    radius: Mapped[float]
    zone: Mapped[str] = mapped_column(String(60))
    contact: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(60))
    notes: Mapped[str] = mapped_column(String(500))
    depot: Mapped[bool] = mapped_column(default=False)
    service: Mapped[int]
    """What a visit takes besides the goods (at a depot: loading), s."""
    per_pack: Mapped[int]
    """What each pack adds to a visit, s."""
    active: Mapped[bool] = mapped_column(default=True)


class SiteWindow(Base):
    """Receiving hours of a weekday (0 is Monday), in minutes after midnight of the site's zone."""

    __tablename__ = "site_window"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    end: Mapped[int]


class Qualification(Base):
    """A dated document of a carrier, vehicle, driver or container; valid through ``expires``."""

    __tablename__ = "qualification"
    __table_args__ = (Index(None, "subject_type", "subject_id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[str] = mapped_column(String(40))
    document_zh: Mapped[str] = mapped_column(String(120))
    document_en: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(80))
    expires: Mapped[date] = mapped_column(Date, index=True)
