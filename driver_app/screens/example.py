"""An example route for the gallery of screens and the tests that tap them: real places, realistic goods, everything else
made up and labelled so. Nothing here is used by the app itself. No Kivy.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from shared.coldchain.profiles import AMBIENT, REFRIGERATED
from shared.geo import Geofence, Position
from shared.keys import KeySigner
from shared.work import (
    Consignment,
    Container,
    ContainerKind,
    Line,
    Logger,
    Name,
    Override,
    Party,
    Person,
    Product,
    Qualification,
    Reload,
    Route,
    Site,
    Stop,
    Window,
    Work,
)

DAWN = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""06:30 in Beijing."""
DAY = date(2026, 11, 23)
SERVER, PHONE = KeySigner(b"example server key".ljust(32)), KeySigner(b"example phone key".ljust(32))
PIN = "246810"
URL = "https://handover.example"

HOSPITALS: tuple[tuple[str, str, str, float, float], ...] = (
    ("北京协和医院", "Peking Union Medical College Hospital", "东城区帅府园1号", 39.911, 116.4097),
    ("北京同仁医院", "Beijing Tongren Hospital", "东城区东交民巷1号", 39.9013, 116.4114),
    ("北京宣武医院", "Xuanwu Hospital", "西城区长椿街45号", 39.8908, 116.3563),
    ("北京友谊医院", "Beijing Friendship Hospital", "西城区永安路95号", 39.8842, 116.3877),
    ("北京大学第一医院", "Peking University First Hospital", "西城区西什库大街8号", 39.9307, 116.3745),
    ("北京积水潭医院", "Beijing Jishuitan Hospital", "西城区新街口东街31号", 39.9426, 116.3684),
    ("中日友好医院", "China-Japan Friendship Hospital", "朝阳区樱花园东街2号", 39.9727, 116.4207),
    ("北京朝阳医院", "Beijing Chaoyang Hospital", "朝阳区工人体育场南路8号", 39.924, 116.448),
)
_NOTES = (
    "从北门进，药库在地下一层，请先给收货人打电话。",
    "",
    "货梯限重 500 kg。",
    "",
    "",
    "收货处在 3 号楼西侧。",
    "",
    "",
)


def _product(number: int, zh: str, en: str, form: str, specification: str, gtin: str, **more: object) -> Product:
    settings: dict[str, object] = {"storage": "2–8 °C 避光保存", "range": REFRIGERATED, **more}
    return Product(
        f"P{number}",
        Name(zh, en),
        form,
        specification,
        "示例制药有限公司",
        "示例制药有限公司",
        gtin,
        (),
        **settings,  # type: ignore[arg-type]
    )


PRODUCTS: tuple[Product, ...] = (
    _product(1, "重组人胰岛素注射液", "Recombinant human insulin injection", "注射剂", "3 ml:300 U", "06901234567892"),
    _product(
        2,
        "冻干人用狂犬病疫苗（Vero细胞）",
        "Rabies vaccine, freeze-dried (Vero cell)",
        "注射剂",
        "0.5 ml",
        "06901234567908",
    ),
    _product(3, "人血白蛋白", "Human albumin", "注射剂", "20%, 50 ml", "06901234567915"),
    _product(
        4,
        "阿莫西林胶囊",
        "Amoxicillin capsules",
        "胶囊剂",
        "0.25 g×24",
        "06901234567922",
        storage="密封，常温保存",
        range=AMBIENT,
    ),
)
EXPIRY = date(2027, 10, 31)


def _logger(number: int, maker: str = "ruuvi", until: date = date(2027, 6, 30)) -> Logger:
    return Logger(f"LG{number}", f"示例-{number:04d}", maker, f"CB:B8:33:00:00:0{number}", 60, until)


def containers(*, expired: bool = False) -> tuple[Container, ...]:
    """The vehicle's compartment with two probes, a cold box with one (whose calibration may have run out), a shelf."""
    box = _logger(3, "bluemaestro", date(2026, 10, 31) if expired else date(2027, 6, 30))
    return (
        Container(
            "VAN", ContainerKind.COMPARTMENT, Name("冷藏车厢", "Cold compartment"), "京A·示例1", REFRIGERATED, 8.0,
            (_logger(1), _logger(2)),
        ),
        Container("BOX", ContainerKind.BOX, Name("冷藏箱 B-02", "Cold box B-02"), "示例箱2", REFRIGERATED, 0.06, (box,)),
        Container("SHELF", ContainerKind.PALLET, Name("常温货架", "Ambient shelf"), "示例架", AMBIENT, 1.0, (_logger(4),)),
    )  # fmt: skip


@dataclass(frozen=True)
class Wishes:
    """What the example should be like: on an enrolled handheld, with work, of so many stops, for so many drivers; with a
    logger whose calibration has run out; with a medicine that two people sign for at the first stop."""

    enrolled: bool = True
    worked: bool = True
    stops: int = len(HOSPITALS)
    drivers: int = 1
    expired: bool = False
    controlled: bool = False
    trips: int = 1
    """1, or 2: then the vehicle comes back half-way to be loaded for the other half of its stops."""


def _lines(number: int, wishes: Wishes) -> tuple[Line, ...]:
    insulin = msgspec.structs.replace(PRODUCTS[0], controlled=wishes.controlled and number == 1)
    lines = (
        Line(f"L{number}-1", insulin, f"RI2603{number}1", EXPIRY, 12, "盒", (), "VAN", True),
        Line(f"L{number}-2", PRODUCTS[1], f"RV2511{number}7", EXPIRY, 20, "支", (), "BOX", True),
        Line(f"L{number}-3", PRODUCTS[2], f"HA2607{number}2", EXPIRY, 6, "瓶", (), "VAN", True),
        Line(f"L{number}-4", PRODUCTS[3], f"AM2605{number}0", EXPIRY, 40, "盒", (), "SHELF", True),
    )
    return lines if number % 2 else lines[:3]


def _stop(number: int, wishes: Wishes) -> Stop:
    zh, en, street, lat, lon = HOSPITALS[number - 1]
    site = Site(
        f"SITE{number}",
        Name(zh, en),
        f"北京市{street}",
        Geofence(Position(lat, lon), 150.0),
        contact="李药师（示例）",
        phone="010-0000 0000",
        notes=_NOTES[number - 1],
    )
    at = DAWN + timedelta(hours=2, minutes=35 * number)
    note = Consignment(
        id=f"C{number}",
        note_number=f"SH20261123-{number:03d}",
        order_number=f"D{number}",
        supplier=Name("示例医药有限公司", "Example Pharma Co."),
        receiver=site.name,
        receiver_address=site.address,
        shipped=DAY,
        sealed_note=True,
        lines=_lines(number, wishes),
    )
    window = Window(DAWN + timedelta(hours=1, minutes=30), DAWN + timedelta(hours=9))
    leaves, way = at + timedelta(minutes=15), 3200.0 + 450 * number
    trip = 2 if wishes.trips == 2 and number > wishes.stops // 2 else 1
    return Stop(f"S{number}", number, site, (note,), (window,), at, leaves, way, trip=trip)


def _reloads(stops: tuple[Stop, ...]) -> tuple[Reload, ...]:
    """The return before the second trip, where there is one: back, loaded and out again between two stops."""
    first = next((stop for stop in stops if stop.trip == 2), None)
    if first is None:
        return ()
    leaves = first.planned_arrival - timedelta(minutes=8)
    return (Reload(2, leaves - timedelta(minutes=12), leaves - timedelta(minutes=10), leaves, 2600.0),)


def route(wishes: Wishes) -> Route:
    """The day's route."""
    stops = tuple(_stop(number, wishes) for number in range(1, wishes.stops + 1))
    depot = Name("亦庄医药物流中心（示例）", "Yizhuang pharma hub (example)")
    return Route(
        id="R1",
        version=1,
        day=DAY,
        depot=Site("DEPOT", depot, "北京经济技术开发区", Geofence(Position(39.795, 116.506), 200.0)),
        carrier=_party(
            "CARRIER", Name("示例冷链运输公司", "Example Cold Chain"), "道路运输许可证", "Transport licence"
        ),
        vehicle=_party("VAN1", Name("京A·示例1", "京A·示例1"), "车辆验证报告", "Vehicle validation"),
        driver=_party("D1", Name("王建国（示例）", "Wang Jianguo (example)"), "从业资格证", "Driver's certificate"),
        containers=containers(expired=wishes.expired),
        stops=stops,
        departure=DAWN,
        roads="straight line x 1.35",
        reloads=_reloads(stops),
    )


def _party(party_id: str, name: Name, document: str, english: str) -> Party:
    return Party(party_id, name, (Qualification(Name(document, english), "示例-2024-0017", date(2028, 5, 1)),))


def work(wishes: Wishes, *, minutes: float = 0.0, overrides: tuple[Override, ...] = ()) -> Work:
    """The work of the day, issued so many minutes after :data:`DAWN`."""
    people = (
        Person("D1", Name("王建国（示例）", "Wang Jianguo (example)"), pin_hash(PIN)),
        Person("D2", Name("赵敏（示例）", "Zhao Min (example)"), pin_hash(PIN)),
    )
    issued = DAWN + timedelta(minutes=minutes)
    return Work("HH-017", issued, route(wishes), people[: wishes.drivers], overrides, "ab" * 32, True)


def pin_hash(pin: str) -> str:
    """As the server makes it, at the smallest cost."""
    salt = b"example salt 16b"
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=2, r=1, p=1, dklen=32)
    return f"scrypt$2$1$1${b64encode(salt).decode()}${b64encode(digest).decode()}"


def code_of(line: Line) -> str:
    """What is printed on a carton of a line: a GS1 element string of GTIN, expiry and lot."""
    return f"]d201{line.product.gtin}17{line.expiry:%y%m%d}10{line.lot}"
