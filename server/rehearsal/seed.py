"""Fills an empty server with the rehearsal's people, fleet, sites and delivery notes: through the same operations that the
pages use, nothing written around them."""

from dataclasses import dataclass
from datetime import date, timedelta

from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.fleet import operations as fleet
from server.fleet.schemas import (
    CarrierData,
    ContainerData,
    DriverData,
    Hours,
    LoggerData,
    QualificationData,
    SiteData,
    Subject,
    VehicleData,
)
from server.orders import operations as orders
from server.orders.schemas import Rejected
from server.rehearsal import beijing
from shared.work import Name

BY = "rehearsal"
INTERVAL = 60
"""Seconds (s) between two records of a logger: GSP wants one every 5 min on the road, 2 min out of range."""


class NotImported(Exception):
    """The delivery notes have faults; each is a numbered problem."""

    def __init__(self, report: Rejected) -> None:
        super().__init__("\n".join(problem.text("zh") for problem in report.problems))


@dataclass(frozen=True)
class Seeded:
    """What the rehearsal has to work with."""

    depot_id: str
    vehicle_id: str
    driver_id: str
    passwords: dict[str, str]
    """One-time passwords by user name."""
    consignments: tuple[str, ...]


def seed(day: date, notes: bytes, filename: str) -> Seeded:
    """Everything that has to be known before a day can be planned.

    Raises:
        NotImported: the delivery notes were refused, whole.
    """
    passwords = _people()
    depot_id = _sites()
    vehicle_id, driver_id = _fleet(day)
    report = orders.import_orders(notes, filename, by=BY)
    if isinstance(report, Rejected):
        raise NotImported(report)
    return Seeded(depot_id, vehicle_id, driver_id, passwords, report.consignments)


def _people() -> dict[str, str]:
    passwords = {}
    for name, role, display in (
        ("admin", Role.ADMINISTRATOR, Name("管理员（合成）", "Administrator (synthetic)")),
        ("dispatch", Role.DISPATCHER, Name("李调度（合成）", "Li, dispatcher (synthetic)")),
        ("quality", Role.COMPLIANCE, Name("赵质管（合成）", "Zhao, quality (synthetic)")),
        ("driver", Role.DRIVER, beijing.DRIVER),
    ):
        account, passwords[name] = accounts.add_user(name=name, role=role, display=display, by=BY)
        if role is Role.DRIVER:
            accounts.set_pin(account.id, beijing.PIN, by=BY)
    return passwords


def _sites() -> str:
    for hospital in (*beijing.HOSPITALS, beijing.URGENT_HOSPITAL):
        hours = tuple(Hours(weekday, start, end) for weekday in range(7) for start, end in hospital.hours)
        site = SiteData(
            name=hospital.name,
            address=beijing.address_of(hospital.name.zh),
            lat=hospital.lat,
            lon=hospital.lon,
            radius=200.0,
            contact="药库（合成）",
            phone="010-00000000",
            service=600,
            per_pack=20,
            hours=hours,
        )
        fleet.add_site(site, by=BY)
    lat, lon = beijing.DEPOT_PLACE
    depot = SiteData(
        name=beijing.DEPOT, address="北京市（合成地址）", lat=lat, lon=lon, radius=300.0, depot=True, service=1800
    )
    return fleet.add_site(depot, by=BY)


def _fleet(day: date) -> tuple[str, str]:
    carrier = fleet.add_carrier(CarrierData(beijing.CARRIER), by=BY)
    vehicle = fleet.add_vehicle(VehicleData(carrier, Name(beijing.PLATE, beijing.PLATE), "refrigerated"), by=BY)
    driver = fleet.add_driver(DriverData(carrier, accounts.account_named("driver").id, beijing.DRIVER), by=BY)
    later = day + timedelta(days=200)
    for subject, subject_id, document, number in (
        (Subject.CARRIER, carrier, Name("道路运输经营许可证", "Road transport licence"), "HC-0001"),
        (Subject.CARRIER, carrier, Name("药品委托运输质量协议", "Quality agreement"), "HC-0002"),
        (Subject.VEHICLE, vehicle, Name("机动车行驶证", "Vehicle licence"), "HC-0003"),
        (Subject.VEHICLE, vehicle, Name("冷藏车验证报告", "Qualification report"), "HC-0004"),
        (Subject.DRIVER, driver, Name("机动车驾驶证", "Driving licence"), "HC-0005"),
        (Subject.DRIVER, driver, Name("药品冷链培训证明", "Cold-chain training"), "HC-0006"),
    ):
        fleet.add_qualification(QualificationData(subject, subject_id, document, number, later), by=BY)
    for hold in beijing.HOLDS:
        container = fleet.add_container(
            ContainerData(
                hold.kind, hold.name, hold.code, hold.range.low, hold.range.high, hold.volume, vehicle_id=vehicle
            ),
            by=BY,
        )
        for probe in hold.probes:
            logger = LoggerData(probe.serial, probe.maker, probe.address, INTERVAL, later, container)
            fleet.add_logger(logger, by=BY)
    return vehicle, driver
