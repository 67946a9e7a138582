"""A long synthetic day: as many stops as are asked for, eight loggers in four containers, a few lines at each stop."""

from datetime import date, timedelta

import msgspec

from shared.coldchain.profiles import REFRIGERATED
from shared.geo import Geofence, Position
from shared.work import (
    Consignment,
    Container,
    ContainerKind,
    Line,
    Logger,
    Name,
    Product,
    Route,
    Site,
    Stop,
    Window,
)
from tests.journeys.sync_route import DAY, NIGHT, route

LINES = 3
CONTAINERS, PROBES = 4, 2


def _container(number: int) -> Container:
    loggers = tuple(
        Logger(
            f"LOG{number}{probe}", f"RT-{number}{probe}", "ruuvi", f"AA:00:00:00:{number:02d}:{probe:02d}", 60,
            date(2027, 6, 30),
        )
        for probe in range(PROBES)
    )  # fmt: skip
    name = Name(f"车厢 {number}", f"Compartment {number}")
    return Container(f"K{number}", ContainerKind.COMPARTMENT, name, f"PLATE-{number}", REFRIGERATED, 12.0, loggers)


PRODUCTS = tuple(
    Product(
        f"P{number}", Name(f"药品{number}", f"Medicine {number}"), "注射剂", "10 ml", "药厂", "持有人", gtin, (), "冷藏",
        REFRIGERATED,
    )
    for number, gtin in enumerate(("06901234567892", "06901234567908", "06901234567915"), 1)
)  # fmt: skip


def _stop(number: int, lines: int) -> Stop:
    centre = Position(39.80 + number / 500, 116.40)
    site = Site(f"SITE{number}", Name(f"医院{number}", f"Hospital {number}"), "北京", Geofence(centre, 150.0))
    goods = tuple(
        Line(
            f"L{number}-{place}", PRODUCTS[place % len(PRODUCTS)], f"LOT{number}-{place}", date(2027, 12, 31), 6, "盒", (),
            f"K{(number + place) % CONTAINERS}", countable=True,
        )
        for place in range(lines)
    )  # fmt: skip
    note = Consignment(f"C{number}", f"N{number}", "O1", Name("供货", "Supplier"), site.name, "北京", DAY, True, goods)
    window = Window(NIGHT, NIGHT + timedelta(hours=14))
    planned = NIGHT + timedelta(minutes=9 * number)
    return Stop(f"S{number}", number, site, (note,), (window,), planned, planned + timedelta(minutes=5), 2000.0)


def long_route(driver_id: str, stops: int, lines: int = LINES) -> Route:
    """A route of so many stops with so many lines each; every line is counted with one scan."""
    return msgspec.structs.replace(
        route(driver_id),
        containers=tuple(_container(number) for number in range(CONTAINERS)),
        stops=tuple(_stop(number, lines) for number in range(1, stops + 1)),
    )
