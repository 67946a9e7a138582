"""A small fleet in Beijing for tests: a carrier, a van with cold room and box, loggers, a driver, a depot, two hospitals."""

from dataclasses import dataclass
from datetime import date

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
from server.transaction import transaction
from shared.work import ContainerKind, Name

BY = "dispatcher.li"
PIN = "482913"
FAR = date(2027, 12, 31)
WEEK = tuple(Hours(day, 8 * 60, 17 * 60) for day in range(7))


@dataclass(frozen=True)
class Fleet:
    """The ids of what :func:`enter_fleet` entered."""

    carrier: str
    vehicle: str
    driver: str
    user: str
    compartment: str
    box: str
    depot: str
    xiehe: str
    tongren: str


def enter_fleet() -> Fleet:
    """Enter the sample fleet, in a transaction of its own."""
    with transaction():
        return _enter()


def _enter() -> Fleet:
    carrier = fleet.add_carrier(CarrierData(Name("京东方冷链", "Jingdongfang Cold Chain")), by=BY)
    vehicle = fleet.add_vehicle(VehicleData(carrier, Name("京A·12345", "Jing A 12345"), capacity=400), by=BY)
    account, _ = accounts.add_user(name="driver.wang", role=Role.DRIVER, display=Name("王师傅", "Wang"), by=BY)
    accounts.set_pin(account.id, PIN, by=BY)
    driver = fleet.add_driver(DriverData(carrier, account.id, Name("王师傅", "Wang")), by=BY)
    for subject, subject_id, document in (
        (Subject.CARRIER, carrier, Name("药品经营许可证", "Drug distribution licence")),
        (Subject.VEHICLE, vehicle, Name("车辆验证报告", "Vehicle validation report")),
        (Subject.DRIVER, driver, Name("驾驶证", "Driving licence")),
    ):
        fleet.add_qualification(QualificationData(subject, subject_id, document, f"NO-{document.en[:4]}", FAR), by=BY)
    compartment = fleet.add_container(
        ContainerData(ContainerKind.COMPARTMENT, Name("冷藏厢", "Cold room"), "8003-1", 2.0, 8.0, 12.0, 300, vehicle),
        by=BY,
    )
    box = fleet.add_container(
        ContainerData(ContainerKind.BOX, Name("常温箱", "Ambient box"), "8003-2", 10.0, 30.0, 0.1, 200, vehicle), by=BY
    )
    for number, container in ((1, compartment), (2, compartment), (3, box)):
        address = f"F0:00:00:00:00:0{number}"
        fleet.add_logger(LoggerData(f"R{number}", "ruuvi", address, 120, FAR, container), by=BY)
    depot = fleet.add_site(
        SiteData(Name("亦庄仓库", "Yizhuang depot"), "北京经济技术开发区", 39.795, 116.506, depot=True, service=1800),
        by=BY,
    )
    xiehe = fleet.add_site(
        SiteData(Name("北京协和医院", "Peking Union Hospital"), "东城区帅府园1号", 39.911, 116.4097, hours=WEEK), by=BY
    )
    tongren = fleet.add_site(
        SiteData(Name("北京同仁医院", "Tongren Hospital"), "东城区东交民巷1号", 39.9013, 116.4114, hours=WEEK), by=BY
    )
    return Fleet(carrier, vehicle, driver, account.id, compartment, box, depot, xiehe, tongren)
