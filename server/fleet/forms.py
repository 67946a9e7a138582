"""The fleet's forms: which fields each kind of thing has, how they are read, and how a table shows them. Vehicles and drivers
are in :mod:`server.fleet.crew_forms`."""

from server.fleet import operations, rules
from server.fleet.crew_forms import DRIVERS, VEHICLES
from server.fleet.fields import (
    ACTIVE,
    CAPACITY,
    NAME,
    Field,
    Form,
    Kind,
    is_active,
    read_day,
    read_decimal,
    read_name,
    read_optional,
    read_text,
    read_whole,
    shown,
    typed_base,
)
from server.fleet.rules import invalid
from server.fleet.schemas import (
    MAKERS,
    CarrierData,
    ContainerData,
    Hours,
    LoggerData,
    QualificationData,
    SiteData,
    Subject,
)
from server.i18n import N_, shown_name
from server.i18n import gettext as _
from shared.coldchain.profiles import ProductRange
from shared.work import ContainerKind, Name

WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
KIND_NAMES = {
    ContainerKind.COMPARTMENT: N_("Compartment of a vehicle"),
    ContainerKind.BOX: N_("Cold box"),
    ContainerKind.PALLET: N_("Pallet"),
}

# options ---------------------------------------------------------------------------------------------------------------


def _vehicles() -> list[tuple[str, str]]:
    return [(entry.id, shown_name(entry.data.name)) for entry in operations.vehicles() if entry.data.active]


def _containers() -> list[tuple[str, str]]:
    return [
        (entry.id, f"{shown_name(entry.data.name)} {entry.data.code}")
        for entry in operations.containers()
        if entry.data.active
    ]


def _makers() -> list[tuple[str, str]]:
    return [(maker, maker) for maker in MAKERS]


def _container_kinds() -> list[tuple[str, str]]:
    return [(kind.value, _(label)) for kind, label in KIND_NAMES.items()]


# the kinds -------------------------------------------------------------------------------------------------------------

CARRIERS = Kind(
    key="carriers",
    title=N_("Carriers"),
    new=N_("Add a carrier"),
    fields=(
        *NAME,
        Field("contracted", N_("Contracted: hired where that pays, and no part of the own fleet"), type="check"),
        ACTIVE,
    ),
    heads=(N_("Name"), N_("Belongs to")),
    entries=operations.carriers,
    cells=lambda data: (shown_name(data.name), _("contracted") if data.contracted else _("own fleet")),
    read=lambda form: CarrierData(read_name(form), is_active(form), form.get("contracted") == "1"),
    typed=lambda data: {**typed_base(data.name, data.active), "contracted": "1" if data.contracted else ""},
    add=operations.add_carrier,
    change=operations.change_carrier,
    subject=Subject.CARRIER,
)


def _read_container(form: Form) -> ContainerData:
    kind = read_text(form, "kind")
    if kind not in {known.value for known in ContainerKind}:
        raise invalid(_("Kind"), kind, " | ".join(ContainerKind))
    return ContainerData(
        kind=ContainerKind(kind),
        name=read_name(form),
        code=read_text(form, "code"),
        low=read_decimal(form, "low", _("From, °C")),
        high=read_decimal(form, "high", _("To, °C")),
        volume=read_decimal(form, "volume", _("Volume, m³")),
        capacity=read_optional(form, "capacity", _("Capacity, packs")),
        vehicle_id=read_text(form, "vehicle_id") or None,
        active=is_active(form),
    )


CONTAINERS = Kind(
    key="containers",
    title=N_("Containers"),
    new=N_("Add a container"),
    fields=(
        *NAME,
        Field("kind", N_("Kind"), type="choice", required=True, options=_container_kinds),
        Field("code", N_("Code"), required=True, hint=N_("What is scanned on it: GRAI, SSCC or a plate number")),
        Field("low", N_("From, °C"), type="number", required=True, step="any"),
        Field("high", N_("To, °C"), type="number", required=True, step="any"),
        Field("volume", N_("Volume, m³"), type="number", required=True, step="any"),
        CAPACITY,
        Field("vehicle_id", N_("Rides in"), type="choice", options=_vehicles, empty=N_("no vehicle")),
        ACTIVE,
    ),
    heads=(N_("Code"), N_("Name"), N_("Kind"), N_("Range"), N_("Volume, m³"), N_("Rides in")),
    entries=operations.containers,
    cells=lambda data: (
        data.code,
        shown_name(data.name),
        _(KIND_NAMES[data.kind]),
        ProductRange(data.low, data.high).text(),
        shown(data.volume),
        shown_name(operations.vehicle(data.vehicle_id).name) if data.vehicle_id else "",
    ),
    read=_read_container,
    typed=lambda data: {
        **typed_base(data.name, data.active),
        **{field: shown(getattr(data, field)) for field in ("code", "low", "high", "volume", "capacity", "vehicle_id")},
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
        ACTIVE,
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
        serial=read_text(form, "serial"),
        maker=read_text(form, "maker"),
        address=read_text(form, "address"),
        interval=read_whole(form, "interval", _("Records every, s")),
        calibrated_until=read_day(form, "calibrated_until", _("Calibrated until")),
        container_id=read_text(form, "container_id") or None,
        active=is_active(form),
    ),
    typed=lambda data: {
        **{field: shown(getattr(data, field)) for field in ("serial", "maker", "address", "interval", "container_id")},
        "calibrated_until": data.calibrated_until.isoformat(),
        "active": "1" if data.active else "",
    },
    add=operations.add_logger,
    change=operations.change_logger,
)


def _read_site(form: Form) -> SiteData:
    hours: tuple[Hours, ...] = tuple(
        hour for day in range(7) for hour in rules.read_hours(day, read_text(form, f"hours_{day}"))
    )
    return SiteData(
        name=read_name(form),
        address=read_text(form, "address"),
        lat=read_decimal(form, "lat", _("Latitude (WGS-84)")),
        lon=read_decimal(form, "lon", _("Longitude (WGS-84)")),
        radius=read_decimal(form, "radius", _("Geofence radius, m")),
        zone=read_text(form, "zone"),
        contact=read_text(form, "contact"),
        phone=read_text(form, "phone"),
        notes=read_text(form, "notes"),
        depot=form.get("depot") == "1",
        service=read_whole(form, "service", _("A visit takes, s")),
        per_pack=read_whole(form, "per_pack", _("and per pack, s")),
        hours=hours,
        active=is_active(form),
    )


def _typed_site(data: SiteData) -> dict[str, str]:
    plain = ("address", "lat", "lon", "radius", "zone", "contact", "phone", "notes", "service", "per_pack")
    hours = {f"hours_{day}": rules.shown_hours([h for h in data.hours if h.weekday == day]) for day in range(7)}
    texts = {field: str(getattr(data, field)) for field in plain}
    return {**typed_base(data.name, data.active), **texts, **hours, "depot": "1" if data.depot else ""}


SITES = Kind(
    key="sites",
    title=N_("Sites"),
    new=N_("Add a site"),
    fields=(
        *NAME,
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
        ACTIVE,
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
    document = Name(read_text(form, "document_zh"), read_text(form, "document_en"))
    expires = read_day(form, "expires", _("Valid through"))
    return QualificationData(subject, subject_id, document, read_text(form, "number"), expires)
