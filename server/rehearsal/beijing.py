"""A city, a carrier and a day's delivery notes.

Source of the hospitals: public facts, names and positions rounded to about 10 m; WGS-84.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta

from shared.coldchain.profiles import AMBIENT, COOL, FROZEN, REFRIGERATED, ProductRange
from shared.work import ContainerKind, Name, Route

SUPPLIER = "示例医药有限公司（合成数据）"
MAKER = "示例生物制药股份有限公司（合成数据）"
DEPOT = Name("示例医药物流中心（合成）", "Example Pharma Logistics Centre (synthetic)")
DEPOT_PLACE = (39.9612, 116.3668)
CARRIER = Name("示例冷链运输有限公司（合成）", "Example Cold Chain Carrier (synthetic)")
PLATE = "京A·D0000"
DRIVER = Name("王建国（合成）", "Wang Jianguo (synthetic)")
PIN = "246810"


@dataclass(frozen=True)
class Hospital:
    """A receiver: name, position, and receiving hours as minutes after midnight."""

    name: Name
    lat: float
    lon: float
    hours: tuple[tuple[int, int], ...] = ((8 * 60, 11 * 60 + 30),)


HOSPITALS = (
    Hospital(Name("北京积水潭医院", "Beijing Jishuitan Hospital"), 39.9426, 116.3684),
    Hospital(Name("北京大学人民医院", "Peking University People's Hospital"), 39.9353, 116.3470),
    Hospital(Name("北京大学第一医院", "Peking University First Hospital"), 39.9307, 116.3745),
    Hospital(Name("北京中医医院", "Beijing Hospital of Traditional Chinese Medicine"), 39.9309, 116.4016),
    Hospital(Name("北京市第六医院", "Beijing No. 6 Hospital"), 39.9409, 116.4068),
    Hospital(Name("北京协和医院", "Peking Union Medical College Hospital"), 39.9110, 116.4097),
    Hospital(Name("北京同仁医院", "Beijing Tongren Hospital"), 39.9013, 116.4114),
    Hospital(Name("北京医院", "Beijing Hospital"), 39.9026, 116.4088),
    Hospital(Name("北京友谊医院", "Beijing Friendship Hospital"), 39.8842, 116.3877, ((11 * 60, 17 * 60),)),
    Hospital(Name("北京宣武医院", "Xuanwu Hospital"), 39.8908, 116.3563, ((11 * 60, 17 * 60),)),
)

URGENT_HOSPITAL = Hospital(
    Name("北京安贞医院", "Beijing Anzhen Hospital"), 39.9715, 116.4035, ((8 * 60, 11 * 60 + 30), (13 * 60, 20 * 60))
)
"""Where nothing was to be brought, until somebody needs it at once."""


@dataclass(frozen=True)
class Medicine:
    """A synthetic product."""

    name: Name
    form: str
    specification: str
    storage: str
    gtin: str
    drug_id: str
    coded: bool = False
    """Whether its packs carry trace codes that the delivery note lists one by one."""


INSULIN = Medicine(
    Name("甘精胰岛素注射液（合成）", "Insulin glargine injection (synthetic)"),
    "注射剂",
    "3ml:300单位/支",
    "冷藏",
    "06900000000014",
    "8100001",
    coded=True,
)
VACCINE = Medicine(
    Name("重组乙型肝炎疫苗（合成）", "Recombinant hepatitis B vaccine (synthetic)"),
    "注射剂",
    "10μg/0.5ml/支",
    "冷藏",
    "06900000000021",
    "8100002",
    coded=True,
)
IMMUNOGLOBULIN = Medicine(
    Name("静注人免疫球蛋白（合成）", "Human immunoglobulin, intravenous (synthetic)"),
    "注射剂",
    "2.5g/50ml/瓶",
    "冷藏",
    "06900000000038",
    "8100003",
)
PLASMA = Medicine(
    Name("冻干制剂冷冻品（合成）", "Deep-frozen preparation (synthetic)"),
    "冷冻制剂",
    "200ml/袋",
    "冷冻",
    "06900000000045",
    "8100004",
)
DROPS = Medicine(
    Name("滴眼液（合成）", "Eye drops (synthetic)"), "滴眼剂", "5ml/支", "阴凉", "06900000000052", "8100005"
)
SALINE = Medicine(
    Name("氯化钠注射液（合成）", "Sodium chloride injection (synthetic)"),
    "注射剂",
    "100ml/袋",
    "常温",
    "06900000000069",
    "8100006",
)

NOTES: tuple[tuple[str, tuple[tuple[Medicine, str, int], ...]], ...] = (
    ("北京积水潭医院", ((INSULIN, "JS2609A", 3), (SALINE, "NC2608B", 4))),
    ("北京大学人民医院", ((VACCINE, "YM2607C", 4),)),
    ("北京大学第一医院", ((INSULIN, "JS2609A", 2), (IMMUNOGLOBULIN, "MQ2606D", 2))),
    ("北京中医医院", ((SALINE, "NC2608B", 5),)),
    ("北京市第六医院", ((IMMUNOGLOBULIN, "MQ2606D", 3), (SALINE, "NC2608B", 3))),
    ("北京协和医院", ((INSULIN, "JS2609B", 4),)),
    ("北京同仁医院", ((INSULIN, "JS2609B", 2), (SALINE, "NC2608B", 2))),
    ("北京医院", ((VACCINE, "YM2607C", 3),)),
    ("北京友谊医院", ((PLASMA, "DD2605E", 3), (INSULIN, "JS2609B", 3))),
    ("北京宣武医院", ((DROPS, "DY2604F", 5), (IMMUNOGLOBULIN, "MQ2606D", 2))),
)
"""Receiver → (medicine, lot, packs). What will be troubled goes to those who receive last."""

REFUSED_LINE = PLASMA
"""The line that rides in the box whose lid was left open."""
UNKNOWN_LINE = DROPS
"""The line that rides in the box whose logger recorded nothing for a while."""
FAILING_SITE = "北京医院"
"""Where nobody takes the goods."""


@dataclass(frozen=True)
class Probe:
    """A logger in a container."""

    serial: str
    maker: str
    address: str


@dataclass(frozen=True)
class Hold:
    """A container of the vehicle with its loggers; volume in m³; ``inside`` is what it is cooled to, °C."""

    kind: ContainerKind
    name: Name
    code: str
    range: ProductRange
    volume: float
    probes: tuple[Probe, ...]
    inside: float


HOLDS = (
    Hold(
        ContainerKind.COMPARTMENT,
        Name("冷藏厢 2–8 °C", "Refrigerated compartment 2–8 °C"),
        "VHC-D0000-1",
        REFRIGERATED,
        12.0,
        (Probe("RT-0001", "ruuvi", "CB:B8:33:4C:88:01"), Probe("RT-0002", "ruuvi", "CB:B8:33:4C:88:02")),
        4.6,
    ),
    Hold(
        ContainerKind.COMPARTMENT,
        Name("常温厢 10–30 °C", "Ambient compartment 10–30 °C"),
        "VHC-D0000-2",
        AMBIENT,
        8.0,
        (Probe("RT-0003", "ruuvi", "CB:B8:33:4C:88:03"), Probe("BM-0004", "bluemaestro", "CB:B8:33:4C:88:04")),
        19.0,
    ),
    Hold(
        ContainerKind.BOX,
        Name("冷冻箱 1 号", "Freezer box 1"),
        "BOX-F1",
        FROZEN,
        0.08,
        (Probe("RT-0005", "ruuvi", "CB:B8:33:4C:88:05"),),
        -18.0,
    ),
    Hold(
        ContainerKind.BOX,
        Name("阴凉箱 2 号", "Cool box 2"),
        "BOX-C2",
        COOL,
        0.08,
        (Probe("RT-0006", "ruuvi", "CB:B8:33:4C:88:06"),),
        14.0,
    ),
)
EXCURSION_PROBE = "RT-0005"
GAP_PROBE = "RT-0006"


def trace_code(medicine: Medicine, number: int) -> str:
    """A synthetic 药品追溯码: the medicine's 7 digits and a 13-digit serial."""
    return f"{medicine.drug_id}{number:013d}"


def expiry_of(lot: str, day: date) -> date:
    """When a synthetic lot expires: well after any day it is delivered on."""
    return day.replace(day=1) + timedelta(days=400 + sum(map(ord, lot)) % 300)


COLUMNS = (
    *(
        "随货同行单号",
        "订单号",
        "供货单位",
        "收货单位",
        "收货地址",
        "发货日期",
        "药品通用名称",
        "英文名",
        "剂型",
        "规格",
    ),
    *(
        "生产厂商",
        "上市许可持有人",
        "批号",
        "有效期",
        "数量",
        "单位",
        "贮藏条件",
        "GTIN",
        "药品标识码",
        "追溯码",
        "出库专用章",
    ),
)
"""The columns of the delivery notes."""


def delivery_notes(day: date, stops: int | None = None) -> bytes:
    """The day's delivery notes (随货同行单) as a CSV file, as a warehouse system would write it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    serial = 1
    for number, (receiver, lines) in enumerate(NOTES[:stops], 1):
        for medicine, lot, packs in lines:
            codes = [trace_code(medicine, serial + n) for n in range(packs)] if medicine.coded else []
            serial += packs
            writer.writerow(_row(day, number, receiver, medicine, lot, packs, codes))
    return out.getvalue().encode("utf-8-sig")


URGENT_SERIAL = 9_000
"""Where the serials of the urgent packs begin: none of the day's is as high."""


def urgent_note(day: date) -> bytes:
    """The delivery note that comes while the day runs: one pack that the emergency department has run out of."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    codes = [trace_code(INSULIN, URGENT_SERIAL)]
    writer.writerow(_row(day, 900, URGENT_HOSPITAL.name.zh, INSULIN, "JS2609C", 1, codes))
    return out.getvalue().encode("utf-8-sig")


def _row(
    day: date, number: int, receiver: str, medicine: Medicine, lot: str, packs: int, codes: list[str]
) -> list[object]:
    return [
        f"TX{day:%Y%m%d}{number:03d}",
        f"PO{day:%Y%m%d}{number:03d}",
        SUPPLIER,
        receiver,
        address_of(receiver),
        day.isoformat(),
        medicine.name.zh,
        medicine.name.en,
        medicine.form,
        medicine.specification,
        MAKER,
        MAKER,
        lot,
        expiry_of(lot, day).isoformat(),
        packs,
        "盒",
        medicine.storage,
        medicine.gtin,
        medicine.drug_id,
        " ".join(codes),
        "是",
    ]


def printed(route: Route) -> dict[str, list[str]]:
    """What stands on the packs of each line of a route: the trace codes its delivery note lists, or GS1 Digital Links with
    lot, serial and expiry."""
    found, serial = {}, 1
    for stop in route.stops:
        for line in stop.lines():
            links = [
                f"https://id.gs1.org/01/{line.product.gtin}/10/{line.lot}/21/S{serial + n:06d}?17={line.expiry:%y%m%d}"
                for n in range(line.quantity)
            ]
            found[line.id] = list(line.codes) or links
            serial += line.quantity
    return found


def address_of(receiver: str) -> str:
    """The place in a hospital where medicines are taken in."""
    return f"北京市 {receiver} 药库收货处"


def receiver(number: int) -> dict[str, str]:
    """Who signs at the hospital of that number: synthetic people."""
    names = ("陈静", "刘洋", "张伟", "李娜", "王芳", "赵磊", "孙丽", "周强", "吴敏", "郑浩")
    return {"name": f"{names[number % len(names)]}（合成）", "role": "药师", "staff": f"YK{number + 1:04d}"}
