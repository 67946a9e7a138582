"""A synthetic delivery day, written as a history: three stops, an excursion, a gap, a refusal, a failed stop, a return."""

import io
import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from PIL import Image, ImageDraw

from server.proof.judging import series_from
from shared import problems
from shared.clock import to_ms
from shared.coldchain.profiles import REFRIGERATED, ProductRange
from shared.coldchain.readings import TimeBasis
from shared.coldchain.verdict import judge
from shared.custody import events as e
from shared.custody.journey import Journey
from shared.errors import Refused
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
    Product,
    Qualification,
    Route,
    Site,
    Stop,
    Window,
)
from tests.server.proof.memory_ledger import Chain, MemoryLedger

DAY = date(2026, 11, 22)
SIX = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
"""06:00 in Beijing."""
ROUTE = "R-20261122-01"
DEVICE = "0193-handheld-7"


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of the day, as a clock in Beijing shows it."""
    return datetime(2026, 11, 22, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


INSULIN = Product(
    "P-INS",
    Name("甘精胰岛素注射液", "Insulin glargine injection"),
    "注射剂",
    "3ml:300单位/支",
    "合成制药（北京）有限公司",
    "合成制药（北京）有限公司",
    "06901234567892",
    ("8385793",),
    "2～8℃避光保存",
    REFRIGERATED,
)
VACCINE = Product(
    "P-VAC",
    Name("重组乙型肝炎疫苗（酿酒酵母）", "Recombinant hepatitis B vaccine"),
    "注射剂",
    "10μg/0.5ml/支",
    "合成生物制品股份有限公司",
    "合成生物制品股份有限公司",
    None,
    ("8021761",),
    "2～8℃避光保存和运输",
    ProductRange(2.0, 8.0, 35.0, 75.0),
)
MORPHINE = Product(
    "P-MOR",
    Name("盐酸吗啡注射液", "Morphine hydrochloride injection"),
    "注射剂",
    "1ml:10mg/支",
    "合成制药集团沈阳第一制药厂",
    "合成制药集团",
    "06901234567892",
    (),
    "遮光，密闭保存",
    ProductRange(0.0, 20.0),
    controlled=True,
)


def papers(kind: str, expires: date = date(2027, 6, 30)) -> tuple[Qualification, ...]:
    names = {
        "carrier": Name("道路运输经营许可证", "Road transport licence"),
        "vehicle": Name("机动车行驶证", "Vehicle licence"),
        "driver": Name("机动车驾驶证", "Driving licence"),
    }
    return (Qualification(names[kind], f"京-{kind}-0017", expires),)


def site(number: int, zh: str, en: str, lat: float, lon: float) -> Site:
    return Site(
        f"S{number}",
        Name(zh, en),
        f"北京市东城区示例路{number}号药剂科收货处",
        Geofence(Position(lat, lon), 150.0),
        contact="药库",
        phone="010-0000000",
    )


def line(name: str, product: Product, lot: str, quantity: int, container: str) -> Line:
    codes = tuple(f"8385793{index:013d}" for index in range(1, 4)) if product is INSULIN else ()
    return Line(name, product, lot, date(2028, 3, 31), quantity, "盒", codes, container, countable=True)


def consignment(number: int, receiver: Name, lines: Sequence[Line]) -> Consignment:
    return Consignment(
        f"C{number}",
        f"SX2026112200{number}",
        f"PO-77{number}",
        Name("合成医药物流（北京）有限公司", "Synthetic Pharma Logistics (Beijing)"),
        receiver,
        f"北京市东城区示例路{number}号",
        DAY,
        True,
        tuple(lines),
    )


def stop(number: int, place: Site, consignments: Sequence[Consignment], arrive: datetime) -> Stop:
    return Stop(
        f"T{number}",
        number,
        place,
        tuple(consignments),
        (Window(arrive - timedelta(hours=1), arrive + timedelta(hours=2)),),
        arrive,
        arrive + timedelta(minutes=20),
        8200.0,
    )


def logger(name: str, maker: str = "ruuvi", calibrated: date = date(2027, 3, 1)) -> Logger:
    return Logger(name, f"{maker.upper()}-{name}", maker, "CB:B8:33:4C:88:4F", 60, calibrated)


def make_route() -> Route:
    first = site(1, "北京协和医院", "Peking Union Medical College Hospital", 39.9135, 116.4109)
    second = site(2, "北京医院", "Beijing Hospital", 39.9041, 116.4150)
    third = site(3, "北京同仁医院", "Beijing Tongren Hospital", 39.9027, 116.4172)
    return Route(
        ROUTE,
        1,
        DAY,
        site(0, "合成医药物流中心", "Synthetic logistics centre", 39.80, 116.50),
        Party("K1", Name("合成冷链运输有限公司", "Synthetic Cold Chain Ltd"), papers("carrier")),
        Party("V1", Name("京A·D1234", "京A·D1234"), papers("vehicle")),
        Party("D1", Name("王建国", "Wang Jianguo"), papers("driver")),
        (
            Container(
                "K-1",
                ContainerKind.COMPARTMENT,
                Name("冷藏车厢", "Refrigerated compartment"),
                "京A·D1234",
                REFRIGERATED,
                12.0,
                (logger("LG-A"), logger("LG-B")),
            ),
            Container(
                "B-7",
                ContainerKind.BOX,
                Name("保温箱 7 号", "Cold box 7"),
                "0106901234567892",
                REFRIGERATED,
                0.06,
                (logger("LG-C", "bluemaestro"),),
            ),
            Container(
                "K-2",
                ContainerKind.COMPARTMENT,
                Name("阴凉车厢", "Cool compartment"),
                "京A·D1234-2",
                ProductRange(0.0, 20.0),
                6.0,
                (logger("LG-D", calibrated=date(2026, 11, 1)), logger("LG-E")),
            ),
        ),
        (
            stop(
                1,
                first,
                [
                    consignment(
                        1,
                        first.name,
                        [line("L1", INSULIN, "B240801", 30, "K-1"), line("L2", MORPHINE, "M2409", 10, "K-2")],
                    )
                ],
                at(8, 30),
            ),
            stop(
                2,
                second,
                [
                    consignment(2, second.name, [line("L3", INSULIN, "B240801", 20, "K-1")]),
                    consignment(4, second.name, [line("L4", VACCINE, "V260301", 12, "B-7")]),
                ],
                at(9, 15),
            ),
            stop(3, third, [consignment(3, third.name, [line("L5", INSULIN, "B240802", 8, "K-1")])], at(10, 0)),
        ),
        at(7, 30),
        "直线距离 × 1.35 straight line",
    )


def wave(logger_id: str, moment: datetime) -> int:
    """What a logger reads at an instant, in hundredths of °C."""
    minutes = (moment - SIX).total_seconds() / 60
    base = 1650 if logger_id in ("LG-D", "LG-E") else 470
    value = base + 90 * math.sin(minutes / 19) + (7 if logger_id.endswith("B") else 0)
    if logger_id == "LG-C" and 130 <= minutes <= 158:
        value += 560 * math.sin((minutes - 130) / 28 * math.pi)
    return round(value)


def segment(
    logger_id: str,
    start: datetime,
    end: datetime,
    *,
    derived: bool = False,
    gap: tuple[datetime, datetime] | None = None,
) -> e.ReadingsSealed:
    """A logger's readings from ``start`` to ``end``, one a minute."""
    moments = [start + timedelta(minutes=m) for m in range(int((end - start).total_seconds() // 60) + 1)]
    if gap:
        moments = [moment for moment in moments if not gap[0] < moment < gap[1]]
    return e.ReadingsSealed(
        ROUTE,
        logger_id,
        60,
        TimeBasis.DERIVED if derived else TimeBasis.LOGGER_CLOCK,
        tuple(to_ms(moment) for moment in moments),
        tuple(wave(logger_id, moment) for moment in moments),
        tuple(5200 if derived else None for _ in moments),
        end,
        None if derived else -800,
        True,
        2977,
    )


def strokes(seed: int) -> list[list[tuple[float, float]]]:
    """Something that could be a signature."""
    return [[(0.1 + 0.02 * i, 0.5 + 0.2 * math.sin(i / (1.3 + 0.2 * s) + seed)) for i in range(30)] for s in range(2)]


def signature_picture(lines: Sequence[Sequence[tuple[float, float]]]) -> bytes:
    picture = Image.new("RGBA", (480, 200), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    for points in lines:
        pen.line([(x * 480, y * 200) for x, y in points], fill=(20, 30, 90, 255), width=4, joint="curve")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def photo(text: str, colour: str, size: tuple[int, int] = (800, 600)) -> bytes:
    picture = Image.new("RGB", size, colour)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((size[0] * 0.15, size[1] * 0.25, size[0] * 0.85, size[1] * 0.8), outline="white", width=8)
    pen.text((size[0] * 0.2, size[1] * 0.3), text, fill="white", font_size=size[1] // 14)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


class Day:
    """The day as it is written. ``journey`` is what the handheld sees."""

    def __init__(self, photo_size: tuple[int, int] = (320, 240)) -> None:
        self.ledger = MemoryLedger()
        self.handheld = Chain(DEVICE, KeySigner(b"d" * 32))
        self.route = make_route()
        self.journey = Journey(self.route)
        self.segments: list[e.ReadingsSealed] = []
        self.proofs: dict[str, str] = {}
        self._photo_size = photo_size

    def says(self, event: e.KnownEvent, moment: datetime) -> str:
        """The handheld records an event, if the table allows it."""
        digest = self.ledger.append(self.handheld, event, moment)
        self.journey = self.journey.apply(event, moment, digest)
        if isinstance(event, e.ReadingsSealed):
            self.segments.append(event)
        return digest

    def decides(self, event: e.KnownEvent, moment: datetime, by: str = "u-dispatch") -> str:
        """The server records an event of its own."""
        return self.ledger.append(self.ledger.server, event, moment, by)

    # the parts of the day

    def begin(self) -> None:
        """Enrol, publish, start, check, pre-cool, load, and leave in spite of an expired calibration."""
        enrolled = e.DeviceEnrolled(DEVICE, self.handheld.signer.public_key(), "手持 7 号")
        self.decides(enrolled, at(5))
        published = self.decides(e.RoutePublished(self.route, DEVICE, "u-dispatch"), at(5, 30))
        depot = Position(39.8001, 116.5002, 6.0)
        self.says(e.ShiftStarted(ROUTE, 1, "D1", "V1", published, depot), at(6))
        items = tuple(e.CheckItem(item, True) for item in ("tyres", "refrigeration", "doors"))
        self.says(e.VehicleChecked(ROUTE, items), at(6, 5))
        for container in self.route.containers:
            for one in container.loggers:
                self.says(e.LoggerAttached(ROUTE, one.id, container.id), at(6, 8))
            low, high = container.range.low, container.range.high
            checked = e.PrecoolingChecked(ROUTE, container.id, container.loggers[0].id, 4.6, low, high, True)
            self.says(checked, at(6, 30))
        for visit in self.route.stops:
            for number, goods in enumerate(visit.lines()):
                assert goods.container_id is not None
                code = goods.codes[0] if goods.codes else f"(01){goods.product.gtin}(10){goods.lot}"
                loaded = e.GoodsLoaded(ROUTE, goods.id, goods.container_id, goods.quantity, code, e.Entry.SCANNER)
                self.says(loaded, at(6, 40 + 3 * visit.number + number))
        stands = Refused(problems.LOGGER_CALIBRATION, value="RUUVI-LG-D", expiry="2026-11-01").problem
        self.says(e.DepartureRefused(ROUTE, (stands,)), at(7, 20))
        overridden = self.decides(
            e.DepartureOverridden(
                ROUTE, 3006, "RUUVI-LG-D", "第二测点有效，已安排复校 second probe is valid", "u-dispatch"
            ),
            at(7, 25),
        )
        self.says(e.VehicleDeparted(ROUTE, depot, (overridden,), 48211), at(7, 30))

    def drive(self, start: datetime, end: datetime, target: Position) -> None:
        times = [start + (end - start) * i / 5 for i in range(6)]
        self.says(
            e.PositionsSealed(
                ROUTE,
                tuple(to_ms(moment) for moment in times),
                tuple(round((39.80 + (target.lat - 39.80) * i / 5) * 1e6) for i in range(6)),
                tuple(round((116.50 + (target.lon - 116.50) * i / 5) * 1e6) for i in range(6)),
            ),
            end,
        )

    def download(self, moment: datetime, *names: str, gap: tuple[datetime, datetime] | None = None) -> None:
        for name in names:
            known = [s for s in self.segments if s.logger_id == name]
            start = at(6, 8) if not known else known[-1].downloaded + timedelta(minutes=1)
            self.says(segment(name, start, moment, derived=name == "LG-C", gap=gap), moment)

    def show(self, visit: Stop, moment: datetime) -> str:
        """Judge the stop's lines as the handheld does, and record what is shown."""
        series = series_from(self.segments)
        verdicts = tuple(
            e.LineVerdict(
                goods.id,
                judge(
                    self.journey.line(goods.id).rides,
                    self.journey.attachments,
                    series,
                    goods.product.range,
                    at=moment,
                ),
            )
            for goods in visit.lines()
        )
        return self.says(e.VerdictShown(ROUTE, visit.id, verdicts), moment)

    def snap(self, visit: Stop, moment: datetime, text: str, colour: str, line_id: str | None = None) -> None:
        data = photo(text, colour, self._photo_size)
        where = visit.site.fence.centre
        digest = self.ledger.keep(data)
        self.says(e.PhotoTaken(ROUTE, visit.id, line_id, digest, len(data), "image/jpeg", where), moment)

    def signatory(self, name: str, role: str, number: str, seed: int) -> e.Signatory:
        drawn = strokes(seed)
        meaning = "本人已查看上述温度结论与数量，并按所列结果收货。"
        return e.Signatory(
            name,
            role,
            number,
            meaning,
            self.ledger.keep(json.dumps(drawn).encode()),
            self.ledger.keep(signature_picture(drawn)),
        )

    def first_stop(self, *also: tuple[e.KnownEvent, datetime]) -> None:
        """Everything accepted; a controlled product, so two people sign. ``also`` happens before they do."""
        visit = self.route.stops[0]
        centre = visit.site.fence.centre
        self.drive(at(8, 10), at(8, 24), centre)
        self.says(e.AlarmRaised(ROUTE, "LG-C", "B-7", 9.8, 2.0, 8.0), at(8, 24, 30))
        here = Position(centre.lat + 0.0002, centre.lon, 8.0)
        self.says(e.StopArrived(ROUTE, "T1", e.ArrivedBy.GEOFENCE, here, 22.3), at(8, 25))
        for goods in visit.lines():
            self.says(
                e.GoodsUnloaded(ROUTE, "T1", goods.id, goods.quantity, f"u-{goods.id}", e.Entry.SCANNER), at(8, 28)
            )
        self.download(at(8, 30), "LG-A", "LG-B", "LG-D", "LG-E")
        shown = self.show(visit, at(8, 31))
        self.snap(visit, at(8, 32), "Goods at the counter", "#2d5d7b")
        for event, moment in also:
            self.says(event, moment)
        signed = e.HandoverSigned(
            ROUTE,
            "T1",
            (
                e.LineOutcome("L1", e.Outcome.ACCEPTED, 30),
                e.LineOutcome("L2", e.Outcome.ACCEPTED, 10),
            ),
            (
                self.signatory("李秀英", "药库管理员", "PK0231", 1),
                self.signatory("陈志强", "麻精药品复核人", "PK0107", 2),
            ),
            shown,
            here,
            "zh",
        )
        self.proofs["accepted"] = self.says(signed, at(8, 36))
        self.says(e.StopLeft(ROUTE, "T1", here), at(8, 41))

    def second_stop(self) -> None:
        """The box was opened to the sun: its line is refused; the other has a gap, and one pack is short."""
        visit = self.route.stops[1]
        centre = visit.site.fence.centre
        self.drive(at(8, 45), at(9, 8), centre)
        self.says(e.AlarmAcknowledged(ROUTE, "LG-C", "已检查箱盖"), at(9, 8, 30))
        self.says(e.ClockJumped(at(9, 0), at(9, 3), 180_000), at(9, 3))
        here = Position(centre.lat, centre.lon + 0.0006, 12.0)
        self.says(e.StopArrived(ROUTE, "T2", e.ArrivedBy.HAND, here, 51.2), at(9, 9))
        wrong = Refused(problems.SCAN_WRONG_STOP, value="8385793…", site="北京同仁医院").problem
        self.says(e.ScanRefused(ROUTE, "T2", "83857930000000000009", e.Entry.SCANNER, wrong), at(9, 11))
        self.says(e.GoodsUnloaded(ROUTE, "T2", "L3", 19, "u-L3", e.Entry.CAMERA), at(9, 12))
        self.says(e.GoodsUnloaded(ROUTE, "T2", "L4", 12, "u-L4", e.Entry.TYPED), at(9, 13))
        dropped = Refused(problems.LOGGER_DROPPED, value="LG-C", count=40).problem
        self.says(e.DownloadFailed(ROUTE, "LG-C", dropped, 40), at(9, 14))
        self.download(at(9, 15), "LG-A", "LG-B", gap=(at(8, 50), at(9, 4)))
        self.download(at(9, 16), "LG-C")
        shown = self.show(visit, at(9, 18))
        self.snap(visit, at(9, 19), "Cold box 7, lid open", "#8a3b2f", "L4")
        self.snap(visit, at(9, 20), "Delivery note", "#3d6b4f")
        signed = e.HandoverSigned(
            ROUTE,
            "T2",
            (
                e.LineOutcome("L3", e.Outcome.PARTLY_ACCEPTED, 19, 0, 1, 0, e.Reason.SHORT, "少一盒，随货同行单已改注"),
                e.LineOutcome(
                    "L4",
                    e.Outcome.REFUSED,
                    0,
                    12,
                    0,
                    0,
                    e.Reason.TEMPERATURE,
                    "箱内最高温度超过 8 ℃，整批拒收，通知质管",
                ),
            ),
            (self.signatory("赵敏", "药剂科主管药师", "BJ1187", 3),),
            shown,
            here,
            "zh",
        )
        self.proofs["refused"] = self.says(signed, at(9, 24))
        self.says(e.StopLeft(ROUTE, "T2", here), at(9, 30))
        self.says(e.RemarkMade(ROUTE, "T2", "拒收批次已隔离于保温箱 7 号"), at(9, 33))

    def third_stop(self) -> None:
        """Nobody was there."""
        visit = self.route.stops[2]
        here = visit.site.fence.centre
        self.says(e.StopArrived(ROUTE, "T3", e.ArrivedBy.GEOFENCE, here, 3.0), at(9, 58))
        self.snap(visit, at(10, 1), "Closed gate", "#555566")
        self.proofs["failed"] = self.says(
            e.StopFailed(ROUTE, "T3", e.Failure.CLOSED, "库房盘点，下午再送", here), at(10, 4)
        )
        self.says(e.StopLeft(ROUTE, "T3", here), at(10, 6))

    def end(self) -> None:
        """Back at the depot, the refused and undelivered goods with it; later somebody corrects a remark."""
        self.says(e.VehicleReturned(ROUTE, Position(39.8001, 116.5002), 48260), at(11))
        self.download(at(11, 2), "LG-A", "LG-B", "LG-C")
        self.says(e.GoodsReturned(ROUTE, "L4", 12, "隔离"), at(11, 10))
        self.says(e.GoodsReturned(ROUTE, "L3", 1, ""), at(11, 11))
        self.says(e.GoodsReturned(ROUTE, "L5", 8, ""), at(11, 12))
        self.says(e.ShiftEnded(ROUTE), at(11, 20))
        unloaded = next(
            entry.sha256
            for entry in self.ledger.entries
            if isinstance(entry.event, e.GoodsUnloaded) and entry.event.line_id == "L4"
        )
        self.decides(e.CorrectionMade(unloaded, "手工录入的追溯码有误，实物无误", "u-quality"), at(14), "u-quality")


def make_day(photo_size: tuple[int, int] = (320, 240)) -> Day:
    """The whole day."""
    day = Day(photo_size)
    day.begin()
    day.first_stop()
    day.second_stop()
    day.third_stop()
    day.end()
    return day
