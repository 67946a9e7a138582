"""A city's day for the planning desk: 300 hospitals, 30 vans with their drivers, and 300 delivery notes to be imported."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.custody import operations as custody
from server.fleet import operations as fleet
from server.fleet.schemas import CarrierData, ContainerData, DriverData, Hours, SiteData, VehicleData
from server.transaction import transaction
from shared.clock import Pace
from shared.work import ContainerKind, Name
from tests.server.orders.samples import as_csv, row

BY = "test"
DAY = date(2026, 11, 23)
DAWN = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
"""06:00 in Beijing, on the day."""
PIN = "482913"
HOSPITALS, VANS, NOTES = 300, 30, 300
MORNING = ((8 * 60, 11 * 60 + 30),)
AT_DAWN = ((8 * 60, 8 * 60 + 30),)
EARLY = 0
"""The hospital, close to the depot, that receives for half an hour only."""
ALL_DAY = ((8 * 60, 11 * 60 + 30), (13 * 60 + 30, 17 * 60))


def clock_from(moment: datetime, folder: Path) -> dict[str, str]:
    """Settings of a server whose clock is at a moment now, and goes on from there: the day is the same whenever it is
    tested."""
    path = folder / "clock.json"
    path.write_bytes(msgspec.json.encode(Pace(datetime.now(UTC), moment, 1.0)))
    return {"HANDOVER_CLOCK": str(path)}


@dataclass(frozen=True)
class City:
    """What was entered, by id."""

    depot: str
    vans: tuple[str, ...]
    drivers: tuple[str, ...]


def hospital(number: int) -> str:
    return f"第{number + 1:03d}医院"


def enter_city(hospitals: int = HOSPITALS, count: int = VANS) -> City:
    """Everything but the notes, in a transaction of its own."""
    rng = random.Random(5)
    with transaction():
        carrier = fleet.add_carrier(CarrierData(Name("京东方冷链", "Jingdongfang Cold Chain")), by=BY)
        depot = fleet.add_site(
            SiteData(Name("亦庄仓库", "Yizhuang depot"), "亦庄", 39.795, 116.506, depot=True, service=1200), by=BY
        )
        for number in range(hospitals):
            early = number == EARLY
            hours = AT_DAWN if early else MORNING if number % 3 == 0 else ALL_DAY
            site = SiteData(
                Name(hospital(number), f"Hospital {number + 1:03d}"),
                f"{number + 1}号路",
                39.81 if early else 39.90 + rng.uniform(-0.14, 0.14),
                116.49 if early else 116.40 + rng.uniform(-0.18, 0.18),
                service=300,
                per_pack=5,
                hours=tuple(Hours(day, *one) for day in range(7) for one in hours),
            )
            fleet.add_site(site, by=BY)
        vans, drivers = [], []
        for number in range(count):
            name = f"京A·{10001 + number}"
            van = fleet.add_vehicle(VehicleData(carrier, Name(name, f"Jing A {10001 + number}"), capacity=52), by=BY)
            fleet.add_container(
                ContainerData(
                    ContainerKind.COMPARTMENT, Name("冷藏厢", "Cold room"), f"80-{number}", 2.0, 8.0, 9.0, 52, van
                ),
                by=BY,
            )
            person, _ = accounts.add_user(
                name=f"driver.{number:02d}",
                role=Role.DRIVER,
                display=Name(f"司机{number + 1:02d}", f"Driver {number + 1:02d}"),
                by=BY,
            )
            drivers.append(
                fleet.add_driver(
                    DriverData(carrier, person.id, Name(f"司机{number + 1:02d}", f"Driver {number + 1:02d}")), by=BY
                )
            )
            vans.append(van)
    return City(depot, tuple(vans), tuple(drivers))


def notes(count: int = NOTES) -> bytes:
    """The delivery notes of the day, as the file a dispatcher imports."""
    rng = random.Random(9)
    rows = []
    for number in range(count):
        place = number % HOSPITALS
        rows.append(
            row(
                随货同行单号=f"N-{number + 1:03d}",
                订单号=f"PO-{number + 1:03d}",
                收货单位=hospital(place),
                收货地址=f"{place + 1}号路",
                发货日期=DAY.isoformat(),
                数量=str(rng.randint(1, 8)),
                追溯码="",
                要求送达="",
            )
        )
    return as_csv(rows)


def give_pin(driver: str) -> None:
    """Let a driver sign in on a handheld."""
    with transaction():
        accounts.set_pin(fleet.user_of_driver(driver), PIN, by=BY)


def enrolment_text() -> str:
    """What a new handheld scans."""
    with transaction():
        return custody.enrolment_text(by=BY)
