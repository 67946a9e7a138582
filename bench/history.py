"""Made-up days of handhelds: a route of ten stops, and everything that its handheld writes about it, as a real one would.

Every event is held against the journey's table while it is made, so that no measured entry is an anomaly.
"""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from shared.clock import to_ms
from shared.coldchain.profiles import REFRIGERATED
from shared.coldchain.readings import Reading, Series, TimeBasis
from shared.coldchain.verdict import judge
from shared.custody import events as e
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

DAY = date(2026, 11, 23)
SIX = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
"""06:00 in Beijing: the shift starts."""
STOPS, LINES, PACKS = 10, 3, 3
"""A route's stops, the lines of each, the packs of each line: every pack is scanned twice."""
LOGGERS = 4
READINGS = 60
"""Readings in a segment: an hour between two stops, one a minute."""
POSITIONS = 24
"""Positions in a segment: one each 5 s, sealed every 120 s."""
SEGMENTS = 30
"""Segments of positions in a day's sample: an hour of driving."""

PRODUCT = Product(
    "P-1",
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


def temperature(logger: int, minute: int) -> int:
    """What a logger reads at a minute of the day, in hundredths of °C: always in range."""
    return round(480 + 120 * math.sin(minute / 37 + logger))


def trace_code(route: int, line: int, pack: int) -> str:
    """The 药品追溯码 of a pack: 7 digits of the medicine, 13 of the pack."""
    return f"8385793{route:06d}{line:04d}{pack:03d}"


def make_route(number: int) -> Route:
    """Route ``number`` (they are all alike but for their ids and codes)."""
    route_id = f"R-{number:05d}"
    centre = Position(39.9, 116.4)
    papers = (Qualification(Name("许可证", "Licence"), f"NO-{number}", date(2028, 1, 1)),)
    stops = tuple(_stop(route_id, number, index) for index in range(STOPS))
    containers = tuple(
        Container(
            f"{route_id}-K{half}",
            ContainerKind.COMPARTMENT,
            Name(f"冷藏车厢 {half}", f"Compartment {half}"),
            f"{route_id}-K{half}",
            REFRIGERATED,
            12.0,
            tuple(
                Logger(f"{route_id}-G{i}", f"RUUVI-{number}-{i}", "ruuvi", "CB:B8:33:4C:88:4F", 60, date(2028, 1, 1))
                for i in range(half, LOGGERS, 2)
            ),
        )
        for half in (0, 1)
    )
    return Route(
        route_id,
        1,
        DAY,
        Site("S-depot", Name("物流中心", "Depot"), "北京", Geofence(centre, 200.0)),
        Party("K1", Name("合成冷链运输有限公司", "Synthetic Cold Chain Ltd"), papers),
        Party(f"V{number}", Name(f"京A·D{number:04d}", f"京A·D{number:04d}"), papers),
        Party(f"D{number}", Name("王建国", "Wang Jianguo"), papers),
        containers,
        stops,
        SIX + timedelta(hours=1),
        "直线距离 × 1.35 straight line",
    )


def _stop(route_id: str, number: int, index: int) -> Stop:
    name = Name(f"示例医院 {index}", f"Example hospital {index}")
    site = Site(f"S{index}", name, f"示例路 {index} 号", Geofence(Position(39.9 + index / 100, 116.4), 150.0))
    arrival = SIX + timedelta(hours=2 + index)
    lines = tuple(
        Line(
            f"{route_id}-L{index}-{i}",
            PRODUCT,
            f"B24{index:02d}{i:02d}",
            date(2028, 3, 31),
            PACKS,
            "盒",
            tuple(trace_code(number, index * LINES + i, pack) for pack in range(PACKS)),
            f"{route_id}-K{i % 2}",
        )
        for i in range(LINES)
    )
    note = f"SX{number:05d}{index:02d}"
    goods = Consignment(f"{route_id}-C{index}", note, note, name, name, site.address, DAY, True, lines)
    windows = (Window(arrival - timedelta(hours=1), arrival + timedelta(hours=2)),)
    return Stop(
        f"{route_id}-T{index}", index + 1, site, (goods,), windows, arrival, arrival + timedelta(minutes=20), 9000.0
    )


def shift(route: Route) -> Iterator[tuple[e.KnownEvent, datetime]]:
    """Everything that a person does or sees in the day of a route, with the instant; no segments. ``HandoverSigned`` names
    the record before it, whose hash only the writer of the chain knows: it stands as an empty string."""
    at = SIX
    yield e.ShiftStarted(route.id, 1, route.driver.id, route.vehicle.id, "", None), at
    yield e.VehicleChecked(route.id, (e.CheckItem("tyres", True), e.CheckItem("refrigeration", True))), at
    for container, logger in route.loggers():
        yield e.LoggerAttached(route.id, logger.id, container.id), at
    for container in route.containers:
        logger_id = container.loggers[0].id
        yield e.PrecoolingChecked(route.id, container.id, logger_id, 4.6, 2.0, 8.0, True), at
    for stop in route.stops:
        for line in stop.lines():
            for code in line.codes:
                at += timedelta(seconds=20)
                yield e.GoodsLoaded(route.id, line.id, line.container_id or "", 1, code, e.Entry.SCANNER), at
    yield e.VehicleDeparted(route.id, route.depot.fence.centre, (), 48211), route.departure
    for stop in route.stops:
        yield from _visit(route, stop)
    end = route.stops[-1].planned_departure + timedelta(hours=1)
    yield e.VehicleReturned(route.id, route.depot.fence.centre, 48260), end
    yield e.ShiftEnded(route.id), end + timedelta(minutes=5)


def _visit(route: Route, stop: Stop) -> Iterator[tuple[e.KnownEvent, datetime]]:
    at, here = stop.planned_arrival, stop.site.fence.centre
    yield e.StopArrived(route.id, stop.id, e.ArrivedBy.GEOFENCE, here, 3.0), at
    for line in stop.lines():
        for code in line.codes:
            at += timedelta(seconds=15)
            yield e.GoodsUnloaded(route.id, stop.id, line.id, 1, code, e.Entry.SCANNER), at
    shown = tuple(e.LineVerdict(line.id, judge((), (), {}, PRODUCT.range, at=at)) for line in stop.lines())
    yield e.VerdictShown(route.id, stop.id, shown), at
    picture = sha256(stop.id.encode()).hexdigest()
    yield e.PhotoTaken(route.id, stop.id, None, picture, 180_000, "image/jpeg", here), at
    outcomes = tuple(e.LineOutcome(line.id, e.Outcome.ACCEPTED, PACKS) for line in stop.lines())
    signatory = e.Signatory("李秀英", "药库管理员", "PK0231", "本人已核对并收货。", picture[::-1], picture)
    yield e.HandoverSigned(route.id, stop.id, outcomes, (signatory,), "", here, "zh"), at + timedelta(minutes=5)
    yield e.StopLeft(route.id, stop.id, here), stop.planned_departure


def readings(route: Route) -> Iterator[tuple[e.KnownEvent, datetime]]:
    """What is downloaded in the day of a route: at each stop, from each logger, the hour since the last one."""
    for number, stop in enumerate(route.stops):
        at = stop.planned_arrival
        minutes = range(number * READINGS, (number + 1) * READINGS)
        times = tuple(to_ms(SIX) + minute * 60_000 for minute in minutes)
        for index, (_, logger) in enumerate(route.loggers()):
            temperatures = tuple(temperature(index, minute) for minute in minutes)
            humidities = tuple(5000 + minute % 40 for minute in minutes)
            segment = e.ReadingsSealed(
                route.id, logger.id, 60, TimeBasis.LOGGER_CLOCK, times, temperatures, humidities, at, -800, True, 2977
            )
            yield segment, at


def positions(route: Route) -> Iterator[tuple[e.KnownEvent, datetime]]:
    """An hour of driving."""
    for number in range(SEGMENTS):
        start = to_ms(route.departure) + number * 120_000
        times = tuple(start + i * 5000 for i in range(POSITIONS))
        latitudes = tuple(39_900_000 + number * 900 + i * 37 for i in range(POSITIONS))
        longitudes = tuple(116_400_000 + number * 1100 + i * 41 for i in range(POSITIONS))
        segment = e.PositionsSealed(route.id, times, latitudes, longitudes)
        yield segment, route.departure + timedelta(seconds=120 * (number + 1))


def logged(loggers: int, hours: int) -> dict[str, Series]:
    """What some loggers recorded over some hours from 06:00, one reading a minute."""
    return {
        f"G{index}": Series(
            f"G{index}",
            60,
            tuple(
                Reading(SIX + timedelta(minutes=minute), temperature(index, minute) / 100, 52.0)
                for minute in range(hours * 60 + 1)
            ),
        )
        for index in range(loggers)
    }
