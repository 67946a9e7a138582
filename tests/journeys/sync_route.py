"""A small synthetic day: two stops, one container with one logger, goods that are scanned pack by pack and goods that are
counted. Small, because thousands of days are driven through it."""

from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from hashlib import scrypt

from shared.coldchain.profiles import REFRIGERATED
from shared.geo import Geofence, Position
from shared.work import (
    Consignment,
    Container,
    ContainerKind,
    Line,
    Logger,
    Name,
    Party,
    Product,
    Qualification,
    Route,
    Site,
    Stop,
    Window,
)

NIGHT = datetime(2026, 11, 21, 22, tzinfo=UTC)
"""06:00 in Beijing on 22 November."""
DAY = date(2026, 11, 22)
PIN = "246810"
DEPOT = Position(39.80, 116.50)


def cheap_pin_hash(pin: str) -> str:
    """A PIN's hash in the form the server writes, with the smallest cost there is: thousands of sign-ins are tested."""
    salt = b"salt salt salt!!"
    digest = scrypt(pin.encode(), salt=salt, n=2, r=1, p=1, dklen=32)
    return f"scrypt$2$1$1${b64encode(salt).decode()}${b64encode(digest).decode()}"


def _qualified(name: str) -> Party:
    return Party(name, Name(name, name), (Qualification(Name("许可证", "Licence"), f"{name}-1", date(2028, 1, 1)),))


_LOGGER = Logger("LOG1", "RT-1", "ruuvi", "AA:00:00:00:00:01", 60, date(2027, 6, 30))
_BOX = Container(
    "BOX", ContainerKind.BOX, Name("保温箱", "Cold box"), "4006381333931BOX7", REFRIGERATED, 0.1, (_LOGGER,)
)


def _product(number: int, gtin: str, *, controlled: bool = False) -> Product:
    name = Name(f"药品{number}", f"Medicine {number}")
    return Product(f"P{number}", name, "注射剂", "10 ml", "药厂", "持有人", gtin, (), "冷藏", REFRIGERATED, controlled)


_INSULIN = _product(1, "06901234567892")
_VACCINE = _product(2, "06901234567908")
_MORPHINE = _product(3, "06901234567915", controlled=True)


def _line(name: str, what: Product, lot: str, quantity: int, *, countable: bool = False) -> Line:
    return Line(name, what, lot, date(2027, 12, 31), quantity, "盒", (), "BOX", countable)


def _stop(number: int, *lines: Line) -> Stop:
    centre = Position(39.90 + number / 100, 116.40)
    site = Site(f"SITE{number}", Name(f"医院{number}", f"Hospital {number}"), "北京", Geofence(centre, 150.0))
    note = Consignment(f"C{number}", f"N{number}", "O1", Name("供货", "Supplier"), site.name, "北京", DAY, True, lines)
    window = Window(NIGHT, NIGHT + timedelta(hours=12))
    return Stop(f"S{number}", number, site, (note,), (window,), NIGHT, NIGHT, 5000.0)


def route(driver_id: str) -> Route:
    """The route: S1 takes two packs and one counted line, S2 the same vaccine (another lot) and a controlled medicine."""
    driver = Party(driver_id, Name("王师傅", "Mr Wang"), _qualified("D").qualifications)
    return Route(
        "R1",
        1,
        DAY,
        Site("DEPOT", Name("仓库", "Depot"), "北京", Geofence(DEPOT, 200.0)),
        _qualified("CARRIER"),
        _qualified("VEHICLE"),
        driver,
        (_BOX,),
        (
            _stop(1, _line("L1", _INSULIN, "A1", 2), _line("L2", _VACCINE, "B1", 10, countable=True)),
            _stop(2, _line("L3", _VACCINE, "B2", 5, countable=True), _line("L4", _MORPHINE, "C1", 1)),
        ),
        NIGHT,
        "straight lines",
    )


def element_string(what: Line, serial: int | None) -> str:
    """What the code on a pack says."""
    text = f"(01){what.product.gtin}(17){what.expiry:%y%m%d}(10){what.lot}"
    return text if serial is None else f"{text}(21){what.id}-{serial}"
