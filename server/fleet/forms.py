"""The fleet's forms: which fields each kind of thing has, how they are read, and how a table shows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.fleet import operations, rules
from server.fleet.operations import Entry
from server.fleet.rules import invalid
from server.fleet.schemas import (
    MAKERS,
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
from server.i18n import N_, shown_name
from server.i18n import gettext as _
from shared.coldchain.profiles import ProductRange
from shared.work import ContainerKind, Name

Form = Mapping[str, str]
Options = Callable[[], list[tuple[str, str]]]
Cell = str | date
WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
KIND_NAMES = {
    ContainerKind.COMPARTMENT: N_("Compartment of a vehicle"),
    ContainerKind.BOX: N_("Cold box"),
    ContainerKind.PALLET: N_("Pallet"),
}


@dataclass(frozen=True)
class Field:
    """One field of a form: its (English) label, the input's type, and for a choice its options."""

    name: str
    label: str
    type: str = "text"
    required: bool = False
    hint: str | None = None
    step: str | None = None
    options: Options | None = None
    empty: str | None = None


@dataclass(frozen=True)
class Kind:
    """Everything the pages need to know about one kind of thing."""

    key: str
    title: str
    new: str
    fields: tuple[Field, ...]
    heads: tuple[str, ...]
    entries: Callable[[], Sequence[Entry[Any]]]
    cells: Callable[[Any], tuple[Cell, ...]]
    read: Callable[[Form], Any]
    typed: Callable[[Any], dict[str, str]]
    add: Callable[..., str]
    change: Callable[..., None]
    subject: Subject | None = None
    hours: bool = False

    def entry(self, entry_id: str) -> Entry[Any]:
        """The thing with this id.

        Raises:
            Refused: NOT_FOUND.
        """
        for entry in self.entries():
            if entry.id == entry_id:
                return entry
        raise operations.not_found(self.key, entry_id)


# reading what was typed ------------------------------------------------------------------------------------------------


def _text(form: Form, name: str) -> str:
    return form.get(name, "").strip()


def _name(form: Form) -> Name:
    return Name(_text(form, "name_zh"), _text(form, "name_en"))


def _whole(form: Form, name: str, label: str) -> int:
    try:
        return int(_text(form, name))
    except ValueError as error:
        raise invalid(label, _text(form, name), "0, 1, 2 …") from error


def _optional(form: Form, name: str, label: str) -> int | None:
    return _whole(form, name, label) if _text(form, name) else None


def _decimal(form: Form, name: str, label: str) -> float:
    try:
        return float(_text(form, name))
    except ValueError as error:
        raise invalid(label, _text(form, name), "0.0") from error


def _day(form: Form, name: str, label: str) -> date:
    try:
        return date.fromisoformat(_text(form, name))
    except ValueError as error:
        raise invalid(label, _text(form, name), "YYYY-MM-DD") from error


def _active(form: Form) -> bool:
    return form.get("active") == "1"


def _base(name: Name, active: bool) -> dict[str, str]:
    return {"name_zh": name.zh, "name_en": name.en, "active": "1" if active else ""}


def _shown(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


# options ---------------------------------------------------------------------------------------------------------------


def _carriers() -> list[tuple[str, str]]:
    return [(entry.id, shown_name(entry.data.name)) for entry in operations.carriers() if entry.data.active]


def _vehicles() -> list[tuple[str, str]]:
    return [(entry.id, shown_name(entry.data.name)) for entry in operations.vehicles() if entry.data.active]


def _containers() -> list[tuple[str, str]]:
    return [
        (entry.id, f"{shown_name(entry.data.name)} {entry.data.code}")
        for entry in operations.containers()
        if entry.data.active
    ]


def _users() -> list[tuple[str, str]]:
    return [(one.id, f"{shown_name(one.display)} ({one.name})") for one in accounts.accounts(Role.DRIVER)]


def _makers() -> list[tuple[str, str]]:
    return [(maker, maker) for maker in MAKERS]


def _container_kinds() -> list[tuple[str, str]]:
    return [(kind.value, _(label)) for kind, label in KIND_NAMES.items()]


_NAME = (Field("name_zh", N_("Name in Chinese"), required=True), Field("name_en", N_("Name in English")))
_ACTIVE = Field("active", N_("In use"), type="check")
_CAPACITY = Field("capacity", N_("Capacity, packs"), type="number", hint=N_("Empty: no limit"))
_SIZE = (
    Field("height", N_("Height, cm"), type="number", hint=N_("Empty sizes are assumed where roads are measured")),
    Field("width", N_("Width, cm"), type="number"),
    Field("length", N_("Length, cm"), type="number"),
    Field("gross", N_("Permitted gross mass, kg"), type="number"),
    Field("axle", N_("Load of the heaviest axle, kg"), type="number"),
)
_CARRIER = Field("carrier_id", N_("Carrier"), type="choice", required=True, options=_carriers)

# the kinds -------------------------------------------------------------------------------------------------------------

CARRIERS = Kind(
    key="carriers",
    title=N_("Carriers"),
    new=N_("Add a carrier"),
    fields=(*_NAME, _ACTIVE),
    heads=(N_("Name"),),
    entries=operations.carriers,
    cells=lambda data: (shown_name(data.name),),
    read=lambda form: CarrierData(_name(form), _active(form)),
    typed=lambda data: _base(data.name, data.active),
    add=operations.add_carrier,
    change=operations.change_carrier,
    subject=Subject.CARRIER,
)

VEHICLES = Kind(
    key="vehicles",
    title=N_("Vehicles"),
    new=N_("Add a vehicle"),
    fields=(
        Field("name_zh", N_("Number plate"), required=True),
        Field("name_en", N_("Name in English")),
        _CARRIER,
        Field("kind", N_("Kind"), required=True, hint=N_("Such as van or truck; sites may admit only some")),
        _CAPACITY,
        *_SIZE,
        _ACTIVE,
    ),
    heads=(N_("Number plate"), N_("Carrier"), N_("Kind"), N_("Capacity, packs")),
    entries=operations.vehicles,
    cells=lambda data: (
        shown_name(data.name),
        shown_name(operations.carrier(data.carrier_id).name),
        data.kind,
        _shown(data.capacity),
    ),
    read=lambda form: VehicleData(
        carrier_id=_text(form, "carrier_id"),
        name=_name(form),
        kind=_text(form, "kind"),
        capacity=_optional(form, "capacity", _("Capacity, packs")),
        active=_active(form),
        size=VehicleSize(*(_optional(form, field.name, _(field.label)) for field in _SIZE)),
    ),
    typed=lambda data: {
        **_base(data.name, data.active),
        "carrier_id": data.carrier_id,
        "kind": data.kind,
        "capacity": _shown(data.capacity),
        **{field.name: _shown(getattr(data.size, field.name)) for field in _SIZE},
    },
    add=operations.add_vehicle,
    change=operations.change_vehicle,
    subject=Subject.VEHICLE,
)

DRIVERS = Kind(
    key="drivers",
    title=N_("Drivers"),
    new=N_("Add a driver"),
    fields=(
        *_NAME,
        _CARRIER,
        Field("user_id", N_("Signs in as"), type="choice", required=True, options=_users),
        _ACTIVE,
    ),
    heads=(N_("Full name"), N_("Carrier"), N_("Signs in as")),
    entries=operations.drivers,
    cells=lambda data: (
        shown_name(data.name),
        shown_name(operations.carrier(data.carrier_id).name),
        accounts.account(data.user_id).name,
    ),
    read=lambda form: DriverData(_text(form, "carrier_id"), _text(form, "user_id"), _name(form), _active(form)),
    typed=lambda data: {
        **_base(data.name, data.active),
        "carrier_id": data.carrier_id,
        "user_id": data.user_id,
    },
    add=operations.add_driver,
    change=operations.change_driver,
    subject=Subject.DRIVER,
)


def _read_container(form: Form) -> ContainerData:
    kind = _text(form, "kind")
    if kind not in {known.value for known in ContainerKind}:
        raise invalid(_("Kind"), kind, " | ".join(ContainerKind))
    return ContainerData(
        kind=ContainerKind(kind),
        name=_name(form),
        code=_text(form, "code"),
        low=_decimal(form, "low", _("From, °C")),
        high=_decimal(form, "high", _("To, °C")),
        volume=_decimal(form, "volume", _("Volume, m³")),
        capacity=_optional(form, "capacity", _("Capacity, packs")),
        vehicle_id=_text(form, "vehicle_id") or None,
        active=_active(form),
    )


CONTAINERS = Kind(
    key="containers",
    title=N_("Containers"),
    new=N_("Add a container"),
    fields=(
        *_NAME,
        Field("kind", N_("Kind"), type="choice", required=True, options=_container_kinds),
        Field("code", N_("Code"), required=True, hint=N_("What is scanned on it: GRAI, SSCC or a plate number")),
        Field("low", N_("From, °C"), type="number", required=True, step="any"),
        Field("high", N_("To, °C"), type="number", required=True, step="any"),
        Field("volume", N_("Volume, m³"), type="number", required=True, step="any"),
        _CAPACITY,
        Field("vehicle_id", N_("Rides in"), type="choice", options=_vehicles, empty=N_("no vehicle")),
        _ACTIVE,
    ),
    heads=(N_("Code"), N_("Name"), N_("Kind"), N_("Range"), N_("Volume, m³"), N_("Rides in")),
    entries=operations.containers,
    cells=lambda data: (
        data.code,
        shown_name(data.name),
        _(KIND_NAMES[data.kind]),
        ProductRange(data.low, data.high).text(),
        _shown(data.volume),
        shown_name(operations.vehicle(data.vehicle_id).name) if data.vehicle_id else "",
    ),
    read=_read_container,
    typed=lambda data: {
        **_base(data.name, data.active),
        **{
            field: _shown(getattr(data, field)) for field in ("code", "low", "high", "volume", "capacity", "vehicle_id")
        },
        "kind": data.kind.value,
    },
    add=operations.add_container,
    change=operations.change_container,
    subject=Subject.CONTAINER,
)

LOGGERS = Kind(
    key="loggers",
    title=N_("Loggers"),
    new=N_("Add a logger"),
    fields=(
        Field("serial", N_("Serial number"), required=True),
        Field("maker", N_("Maker"), type="choice", required=True, options=_makers),
        Field("address", N_("Bluetooth address"), required=True, hint="AA:BB:CC:DD:EE:FF"),
        Field("interval", N_("Records every, s"), type="number", required=True),
        Field("calibrated_until", N_("Calibrated until"), type="date", required=True),
        Field("container_id", N_("Rides in"), type="choice", options=_containers, empty=N_("no container")),
        _ACTIVE,
    ),
    heads=(N_("Serial number"), N_("Maker"), N_("Bluetooth address"), N_("Calibrated until"), N_("Rides in")),
    entries=operations.loggers,
    cells=lambda data: (
        data.serial,
        data.maker,
        data.address,
        data.calibrated_until,
        shown_name(operations.container(data.container_id).name) if data.container_id else "",
    ),
    read=lambda form: LoggerData(
        serial=_text(form, "serial"),
        maker=_text(form, "maker"),
        address=_text(form, "address"),
        interval=_whole(form, "interval", _("Records every, s")),
        calibrated_until=_day(form, "calibrated_until", _("Calibrated until")),
        container_id=_text(form, "container_id") or None,
        active=_active(form),
    ),
    typed=lambda data: {
        **{field: _shown(getattr(data, field)) for field in ("serial", "maker", "address", "interval", "container_id")},
        "calibrated_until": data.calibrated_until.isoformat(),
        "active": "1" if data.active else "",
    },
    add=operations.add_logger,
    change=operations.change_logger,
)


def _read_site(form: Form) -> SiteData:
    hours: tuple[Hours, ...] = tuple(
        hour for day in range(7) for hour in rules.read_hours(day, _text(form, f"hours_{day}"))
    )
    return SiteData(
        name=_name(form),
        address=_text(form, "address"),
        lat=_decimal(form, "lat", _("Latitude (WGS-84)")),
        lon=_decimal(form, "lon", _("Longitude (WGS-84)")),
        radius=_decimal(form, "radius", _("Geofence radius, m")),
        zone=_text(form, "zone"),
        contact=_text(form, "contact"),
        phone=_text(form, "phone"),
        notes=_text(form, "notes"),
        depot=form.get("depot") == "1",
        service=_whole(form, "service", _("A visit takes, s")),
        per_pack=_whole(form, "per_pack", _("and per pack, s")),
        hours=hours,
        active=_active(form),
    )


def _typed_site(data: SiteData) -> dict[str, str]:
    plain = ("address", "lat", "lon", "radius", "zone", "contact", "phone", "notes", "service", "per_pack")
    hours = {f"hours_{day}": rules.shown_hours([h for h in data.hours if h.weekday == day]) for day in range(7)}
    texts = {field: str(getattr(data, field)) for field in plain}
    return {**_base(data.name, data.active), **texts, **hours, "depot": "1" if data.depot else ""}


SITES = Kind(
    key="sites",
    title=N_("Sites"),
    new=N_("Add a site"),
    fields=(
        *_NAME,
        Field("address", N_("Address"), required=True),
        Field("lat", N_("Latitude (WGS-84)"), type="number", required=True, step="any"),
        Field("lon", N_("Longitude (WGS-84)"), type="number", required=True, step="any"),
        Field("radius", N_("Geofence radius, m"), type="number", required=True, step="any"),
        Field("zone", N_("Time zone"), required=True, hint="Asia/Shanghai"),
        Field("contact", N_("Contact")),
        Field("phone", N_("Phone")),
        Field("service", N_("A visit takes, s"), type="number", required=True),
        Field("per_pack", N_("and per pack, s"), type="number", required=True),
        Field("notes", N_("Notes for the driver")),
        Field("depot", N_("This is a depot"), type="check"),
        _ACTIVE,
    ),
    heads=(N_("Name"), N_("Address"), N_("Kind"), N_("Contact"), N_("Phone")),
    entries=operations.sites,
    cells=lambda data: (
        shown_name(data.name),
        data.address,
        _("Depot") if data.depot else _("Receiver"),
        data.contact,
        data.phone,
    ),
    read=_read_site,
    typed=_typed_site,
    add=operations.add_site,
    change=operations.change_site,
    hours=True,
)

KINDS: dict[str, Kind] = {kind.key: kind for kind in (VEHICLES, DRIVERS, CONTAINERS, LOGGERS, SITES, CARRIERS)}
DEFAULTS: dict[str, dict[str, str]] = {
    "loggers": {"interval": "120", "active": "1"},
    "sites": {"radius": "150", "zone": "Asia/Shanghai", "service": "600", "per_pack": "5", "active": "1"},
    "vehicles": {"kind": "van", "active": "1"},
}
"""What a new thing's form starts with."""


def read_qualification(form: Form, subject: Subject, subject_id: str) -> QualificationData:
    """A dated document from its form.

    Raises:
        Refused: FIELD_INVALID.
    """
    document = Name(_text(form, "document_zh"), _text(form, "document_en"))
    expires = _day(form, "expires", _("Valid through"))
    return QualificationData(subject, subject_id, document, _text(form, "number"), expires)
