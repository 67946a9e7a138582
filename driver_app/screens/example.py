"""An example day for the gallery of screens: real places, realistic goods, everything else made up and labelled so.

It builds the real services over a journal in memory; nothing here is used by the app itself. No Kivy.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from math import exp, sin
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw

from driver_app.hardware.choose import Hardware
from driver_app.hardware.ports import Fix, Heard, Link, RawCode, Signal
from driver_app.journal.memory import MemoryJournal
from driver_app.parts import Parts
from driver_app.services.bootstrap import Ports, build
from driver_app.services.coldbox import Downloaded
from driver_app.services.identity import Identity, IdentityStore
from driver_app.services.ports import Response
from shared import problems
from shared.clock import ManualClock, to_ms
from shared.coldchain.profiles import AMBIENT, REFRIGERATED
from shared.coldchain.readings import Reading, TimeBasis
from shared.custody.envelope import WORK_TYPE, seal
from shared.custody.events import DownloadFailed, Entry, ReadingsSealed
from shared.errors import Problem, Refused
from shared.geo import Geofence, Position
from shared.keys import KeySigner
from shared.work import (
    Consignment,
    Container,
    ContainerKind,
    Line,
    Logger,
    Name,
    Party,
    Person,
    Product,
    Qualification,
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


def _papers(what: str, english: str, expires: date) -> tuple[Qualification, ...]:
    return (Qualification(Name(what, english), "示例-2024-0017", expires),)


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


def _lines(number: int) -> tuple[Line, ...]:
    return (
        Line(f"L{number}-1", PRODUCTS[0], f"RI2603{number}1", EXPIRY, 12, "盒", (), "VAN", True),
        Line(f"L{number}-2", PRODUCTS[1], f"RV2511{number}7", EXPIRY, 20, "支", (), "BOX", True),
        Line(f"L{number}-3", PRODUCTS[2], f"HA2607{number}2", EXPIRY, 6, "瓶", (), "VAN", True),
        *(
            (Line(f"L{number}-4", PRODUCTS[3], f"AM2605{number}0", EXPIRY, 40, "盒", (), "SHELF", True),)
            if number % 2
            else ()
        ),
    )


def _stop(number: int) -> Stop:
    zh, en, street, lat, lon = HOSPITALS[number - 1]
    site = Site(
        f"SITE{number}", Name(zh, en), f"北京市{street}", Geofence(Position(lat, lon), 150.0), "Asia/Shanghai",
        "李药师（示例）", "010-0000 0000", _NOTES[number - 1],
    )  # fmt: skip
    at = DAWN + timedelta(hours=2, minutes=35 * number)
    note = Consignment(
        f"C{number}", f"SH20261123-{number:03d}", f"D{number}", Name("示例医药有限公司", "Example Pharma Co."), site.name,
        site.address, DAY, True, _lines(number),
    )  # fmt: skip
    window = Window(DAWN + timedelta(hours=1, minutes=30), DAWN + timedelta(hours=9))
    return Stop(f"S{number}", number, site, (note,), (window,), at, at + timedelta(minutes=15), 3200.0 + 450 * number)


def route(*, expired: bool = False) -> Route:
    """The day's route; ``expired``: a logger's calibration has run out."""
    return Route(
        "R1", 1, DAY,
        Site("DEPOT", Name("亦庄医药物流中心（示例）", "Yizhuang pharma hub (example)"), "北京经济技术开发区",
             Geofence(Position(39.795, 116.506), 200.0)),
        Party("CARRIER", Name("示例冷链运输公司", "Example Cold Chain"), _papers("道路运输许可证", "Transport licence", date(2028, 5, 1))),
        Party("VAN1", Name("京A·示例1", "京A·示例1"), _papers("车辆验证报告", "Vehicle validation", date(2027, 3, 1))),
        Party("D1", Name("王建国（示例）", "Wang Jianguo (example)"), _papers("从业资格证", "Driver's certificate", date(2029, 1, 1))),
        containers(expired=expired),
        tuple(_stop(number) for number in range(1, len(HOSPITALS) + 1)),
        DAWN, "straight line x 1.35",
    )  # fmt: skip


def _pin_hash(pin: str) -> str:
    salt = b"example salt 16b"
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=2, r=1, p=1, dklen=32)
    return f"scrypt$2$1$1${b64encode(salt).decode()}${b64encode(digest).decode()}"


def code_of(line: Line) -> str:
    """What is printed on a carton of a line: a GS1 element string of GTIN, expiry and lot."""
    return f"]d201{line.product.gtin}17{line.expiry:%y%m%d}10{line.lot}"


class _NoNetwork:
    def request(self, method: str, path: str, headers: object, body: bytes) -> Response:  # noqa: ARG002
        raise Refused(problems.SYNC_UNREACHABLE, value=URL)


class Quiet:
    """Every port of a device that has nothing to say; its camera takes a picture of a made-up parcel."""

    def start(self, on_code: Callable[[RawCode], None]) -> "Quiet":  # noqa: ARG002
        return self

    def listen(self, *_args: object) -> "Quiet":
        return self

    def follow(self, on_fix: Callable[[Fix], None], every: float) -> "Quiet":  # noqa: ARG002
        return self

    def stop(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing is open."""

    def give(self, signal: Signal) -> None:
        """Nothing sounds."""

    def free(self) -> int:
        return 1 << 34

    def current(self) -> Fix:
        raise Refused(problems.NO_POSITION, value="example")

    def find(self, address: str, timeout: float) -> Heard:  # noqa: ARG002
        raise Refused(problems.LOGGER_NOT_FOUND, value=address)

    def connect(self, address: str, timeout: float) -> Link:  # noqa: ARG002
        raise Refused(problems.LOGGER_NOT_FOUND, value=address)

    def take(self, on_photo: Callable[[bytes], None], on_problem: Callable[[Problem], None]) -> None:  # noqa: ARG002
        on_photo(parcel())


def parcel() -> bytes:
    """A JPEG of a made-up parcel."""
    image = Image.new("RGB", (640, 480), "#8fa3a8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((120, 110, 520, 420), fill="#c9a36a", outline="#7d5f32", width=6)
    draw.rectangle((290, 110, 350, 420), fill="#b8925a")
    draw.rectangle((380, 300, 500, 390), fill="white")
    for i in range(14):
        draw.line((390 + i * 7, 315, 390 + i * 7, 375), fill="black", width=1 + i % 3)
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


class Example:
    """A handheld in the middle of the example day."""

    def __init__(self, data: Path, *, enrolled: bool = True, expired: bool = False, worked: bool = True) -> None:
        self.clock = ManualClock(DAWN)
        self.journal = MemoryJournal()
        if enrolled:
            identity = Identity("HH-017", "示例医药有限公司", "example/ledger", SERVER.public_key(), URL, "手持机 17")
            IdentityStore(self.journal).put(identity)
        self.services = build(Ports(self.journal, self.clock, PHONE, lambda _url: _NoNetwork(), "example"))
        if enrolled and worked:
            self._give(expired)
        quiet = Quiet()
        hardware = Hardware(quiet, quiet, quiet, quiet, PHONE, quiet, quiet)  # type: ignore[arg-type]
        self.parts = Parts(self.services, hardware, ExampleColdBox(self), data)  # type: ignore[arg-type]

    def _give(self, expired: bool) -> None:
        person = Person("D1", Name("王建国（示例）", "Wang Jianguo (example)"), _pin_hash(PIN))
        work = Work("HH-017", DAWN, route(expired=expired), (person,), (), "ab" * 32, True)
        self.services.duty.offer(msgspec.json.encode(seal(msgspec.json.encode(work), WORK_TYPE, SERVER)))

    def pass_time(self, minutes: float) -> None:
        """Let time pass."""
        self.clock.advance(minutes * 60)

    # a day, in strides

    def sign_in(self) -> None:
        self.services.session.sign_in("D1", PIN)

    def start(self) -> None:
        self.sign_in()
        self.services.shift.start()
        self.pass_time(5)

    def hear(self, *, van: float = 4.6, box: float = 5.1, shelf: float = 21.4) -> None:
        """The loggers say how warm it is, now."""
        for logger_id, value in (("LG1", van), ("LG2", van - 0.3), ("LG3", box), ("LG4", shelf)):
            self.services.heard.hear(logger_id, Reading(self.clock.now(), value, 41.0, TimeBasis.HEARD))

    def check(self) -> None:
        from driver_app.services.checklist import CHECKLIST
        from shared.custody.events import CheckItem

        self.services.shift.check_vehicle([CheckItem(point.id, True) for point in CHECKLIST])

    def precool(self) -> None:
        self.hear()
        for state in self.services.shift.precooling():
            self.services.shift.precool(state.container.id)
        self.services.shift.finish_precooling()

    def load(self, lines: int | None = None) -> None:
        """Load so many lines; all of them without a number."""
        waiting = [p for p in self.services.load.progress() if p.missing]
        for progress in waiting[:lines]:
            self.services.load.scan(code_of(progress.line), Entry.SCANNER, progress.missing)
            self.pass_time(0.2)

    def depart(self) -> None:
        self.services.load.finish()
        self.services.shift.depart(48211)
        self.pass_time(95)

    def unload(self, lines: int | None = None) -> None:
        waiting = [p for p in self.services.stop.progress() if p.missing]
        for progress in waiting[:lines]:
            self.services.stop.scan(code_of(progress.line), Entry.SCANNER, progress.missing)
            self.pass_time(0.2)

    def fetch(self) -> None:
        """Seal what the loggers recorded: the compartment was fine; the box left its range, and was silent for a while."""
        for need in self.services.stop.loggers():
            times, values = self._recorded(need.logger.id, need.start)
            self.services.readings.seal(self._segment(need.logger, times, values))

    def _recorded(self, logger_id: str, start: datetime) -> tuple[list[datetime], list[float]]:
        minutes = int((self.clock.now() - start).total_seconds() // 60) + 2
        times = [start + timedelta(minutes=i - 1) for i in range(minutes)]
        if logger_id != "LG3":
            middle = 21.0 if logger_id == "LG4" else 4.7
            return times, [middle + 0.9 * sin(i / 19 + ord(logger_id[-1])) for i in range(minutes)]
        kept = [i for i in range(minutes) if not 30 <= i < 44]
        return [times[i] for i in kept], [4.4 + 0.4 * sin(i / 11) + 6.2 * exp(-(((i - 72) / 10) ** 2)) for i in kept]

    @staticmethod
    def _segment(logger: Logger, times: Sequence[datetime], values: Sequence[float]) -> ReadingsSealed:
        basis = TimeBasis.LOGGER_CLOCK if logger.maker == "ruuvi" else TimeBasis.DERIVED
        return ReadingsSealed(
            "R1",
            logger.id,
            60,
            basis,
            tuple(to_ms(at) for at in times),
            tuple(round(value * 100) for value in values),
            tuple(None for _ in times),
            times[-1],
            0,
            True,
        )


class ExampleColdBox:
    """A cold box whose downloads succeed at once, but for one logger in one try."""

    def __init__(self, example: Example) -> None:
        self._example = example
        self.fails: set[str] = set()

    def listen(self, *_args: object) -> Quiet:
        return Quiet()

    def close(self) -> None:
        """Nothing is open."""

    def download(
        self, route_id: str, logger: Logger, start: datetime, on_progress: Callable[[int], None] | None = None
    ) -> Downloaded:
        if logger.id in self.fails:
            refused = Refused(problems.LOGGER_DROPPED, value=logger.serial, count=37)
            self._example.services.readings.fail(DownloadFailed(route_id, logger.id, refused.problem, 37))
            raise refused
        times, values = self._example._recorded(logger.id, start)
        self._example.services.readings.seal(self._example._segment(logger, times, values))
        if on_progress is not None:
            on_progress(len(times))
        now = self._example.clock.now()
        return Downloaded(logger.id, now, 60, 1, len(times), 0, 0, times[-1], 0, 0.0, 93, False)
