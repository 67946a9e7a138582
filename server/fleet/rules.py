"""What a row of the fleet must hold to be entered. Nothing here touches the database."""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.fleet.schemas import (
    MAKERS,
    SIZES,
    VEHICLE_TERMS,
    ContainerData,
    DriverTerms,
    Hours,
    LoggerData,
    QualificationData,
    SiteData,
    VehicleSize,
    VehicleTerms,
)
from shared import problems
from shared.coldchain.profiles import ProductRange
from shared.errors import Refused
from shared.geo import Position
from shared.work import Name

NAME_MAXIMUM = 200
_ADDRESS = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")
DAY = 24 * 60


def invalid(field: str, value: object, reason: str) -> Refused:
    """A field of a form that cannot be kept."""
    return Refused(problems.FIELD_INVALID, field=field, value=value, reason=reason)


def checked_name(name: Name) -> Name:
    """A name with something in it; where a thing has no English name, its Chinese one stands in both.

    Raises:
        Refused: FIELD_INVALID.
    """
    zh, en = name.zh.strip(), name.en.strip() or name.zh.strip()
    if not zh or max(len(zh), len(en)) > NAME_MAXIMUM:
        raise invalid("名称 name", zh or en, f"1…{NAME_MAXIMUM}")
    return Name(zh, en)


def checked_capacity(capacity: int | None) -> int | None:
    """A number of packs, or no limit.

    Raises:
        Refused: FIELD_INVALID.
    """
    if capacity is not None and not 1 <= capacity <= 1_000_000:
        raise invalid("容量 capacity", capacity, "1…1000000")
    return capacity


def checked_size(size: VehicleSize) -> VehicleSize:
    """A size of which nothing is mistyped.

    Raises:
        Refused: FIELD_INVALID.
    """
    for field, (label, least, most) in SIZES.items():
        value = getattr(size, field)
        if value is not None and not least <= value <= most:
            raise invalid(label, value, f"{least}…{most}")
    return size


def checked_vehicle_terms(terms: VehicleTerms) -> VehicleTerms:
    """What a vehicle costs and how far it goes, of which nothing is mistyped: no money is negative.

    Raises:
        Refused: FIELD_INVALID.
    """
    for field, (label, least, most) in VEHICLE_TERMS.items():
        value = getattr(terms, field)
        if value is not None and not least <= value <= most:  # nor is what is no number
            raise invalid(label, f"{value:.10g}", f"{least:g}…{most:.10g}")
    day, trip = terms.max_duration, terms.max_trip
    if day is not None and trip is not None and trip > day:
        raise invalid(VEHICLE_TERMS["max_trip"][0], f"{trip:g}", f"≤ {day:g}")
    return terms


def checked_driver_terms(terms: DriverTerms) -> DriverTerms:
    """When a driver works and eats, and what an hour costs, of which nothing is mistyped.

    Raises:
        Refused: FIELD_INVALID.
    """
    shift, meal, rate = terms.shift, terms.meal, terms.per_hour
    if shift is not None and not 0 <= shift.start < shift.end <= DAY:
        raise invalid("班次 shift", f"{clock(shift.start)}-{clock(shift.end)}", "结束早于开始 ends before it starts")
    if meal is not None:
        shown = f"{clock(meal.start)}-{clock(meal.latest)}"
        if not 0 <= meal.start <= meal.latest < DAY:
            raise invalid("用餐 meal", shown, "最迟早于最早 the latest is before the earliest")
        if not 5 <= meal.length <= 180:
            raise invalid("用餐时长 meal, minutes", meal.length, "5…180")
        if shift is not None and not (meal.start < shift.end and meal.latest > shift.start):
            raise invalid("用餐 meal", shown, f"班次 shift {clock(shift.start)}-{clock(shift.end)}")
    if rate is not None and not 0 <= rate <= 10_000:
        raise invalid("每小时费用 cost per hour", f"{rate:g}", "0…10000")
    return terms


def clock(minutes: int) -> str:
    """Minutes after midnight as people write them."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def check_container(data: ContainerData) -> None:
    """Refuse a container that cannot keep a temperature or cannot be scanned.

    Raises:
        Refused: FIELD_INVALID, RANGE_INVALID.
    """
    ProductRange(data.low, data.high)
    if not -100 <= data.low < data.high <= 100:
        raise invalid("温度范围 range", f"{data.low:g}…{data.high:g}", "-100…100 °C")
    if not data.code.strip() or len(data.code) > 90:
        raise invalid("编码 code", data.code, "1…90")
    if not 0 < data.volume <= 200:
        raise invalid("容积 volume", data.volume, "0…200 m³")
    checked_capacity(data.capacity)


def check_logger(data: LoggerData) -> None:
    """Refuse a logger that the handheld could not find or read.

    Raises:
        Refused: FIELD_INVALID.
    """
    if data.maker not in MAKERS:
        raise invalid("品牌 maker", data.maker, " | ".join(MAKERS))
    if not data.serial.strip() or len(data.serial) > 80:
        raise invalid("序列号 serial", data.serial, "1…80")
    if not _ADDRESS.fullmatch(logger_address(data.address)):
        raise invalid("蓝牙地址 address", data.address, "AA:BB:CC:DD:EE:FF")
    if not 1 <= data.interval <= 86_400:
        raise invalid("记录间隔 interval", data.interval, "1…86400 s")


def logger_address(text: str) -> str:
    """A Bluetooth address as it is kept: upper case, colons."""
    return text.strip().upper().replace("-", ":")


def check_site(data: SiteData) -> None:
    """Refuse a site that is nowhere, or whose hours make no sense.

    Raises:
        Refused: FIELD_INVALID.
    """
    try:
        Position(data.lat, data.lon)
    except ValueError as error:
        raise invalid("坐标 position", f"{data.lat}, {data.lon}", "WGS-84") from error
    try:
        ZoneInfo(data.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid("时区 zone", data.zone, "IANA") from error
    if not 20 <= data.radius <= 5_000:
        raise invalid("围栏半径 radius", data.radius, "20…5000 m")
    if not 0 <= data.service <= 28_800 or not 0 <= data.per_pack <= 3_600:
        raise invalid("作业时间 service", f"{data.service} / {data.per_pack}", "0…28800 s / 0…3600 s")
    texts = (
        ("地址 address", data.address, 300),
        ("联系人 contact", data.contact, 120),
        ("备注 notes", data.notes, 500),
    )
    for field, text, limit in (*texts, ("电话 phone", data.phone, 60)):
        if len(text) > limit:
            raise invalid(field, text, f"≤ {limit}")
    if not data.address.strip():
        raise invalid("地址 address", data.address, "1…300")
    _check_hours(data.hours)


def _check_hours(hours: Sequence[Hours]) -> None:
    for hour in hours:
        if not (0 <= hour.weekday <= 6 and 0 <= hour.start < hour.end <= DAY):
            raise invalid("收货时间 hours", shown_hours([hour]), "00:00-24:00")
    ordered = sorted(hours, key=lambda hour: (hour.weekday, hour.start))
    for _, same_day in groupby(ordered, key=lambda hour: hour.weekday):
        for one, two in pairwise(same_day):
            if two.start <= one.end:
                raise invalid("收货时间 hours", shown_hours([one, two]), "重叠 overlap")


def check_qualification(data: QualificationData) -> None:
    """Refuse a document without a name or number.

    Raises:
        Refused: FIELD_INVALID.
    """
    checked_name(data.document)
    if not data.number.strip() or len(data.number) > 80:
        raise invalid("编号 number", data.number, "1…80")


def shown_hours(hours: Sequence[Hours]) -> str:
    """Receiving hours of one day as people write them: ``08:00-11:30 13:00-17:00``."""
    return " ".join(f"{clock(hour.start)}-{clock(hour.end)}" for hour in sorted(hours, key=lambda hour: hour.start))


_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–~～至]\s*(\d{1,2}):(\d{2})")


def read_hours(weekday: int, text: str) -> tuple[Hours, ...]:
    """Receiving hours of one day from what a person typed; nothing typed means closed.

    Raises:
        Refused: FIELD_INVALID.
    """
    found, rest = [], text
    for match in _HOURS.finditer(text):
        start_hour, start_minute, end_hour, end_minute = (int(part) for part in match.groups())
        if start_minute > 59 or end_minute > 59:
            raise invalid("收货时间 hours", text, "08:00-11:30 13:00-17:00")
        found.append(Hours(weekday, start_hour * 60 + start_minute, end_hour * 60 + end_minute))
        rest = rest.replace(match[0], "", 1)
    if rest.strip(" ,，;；、"):
        raise invalid("收货时间 hours", text, "08:00-11:30 13:00-17:00")
    _check_hours(found)
    return tuple(found)
