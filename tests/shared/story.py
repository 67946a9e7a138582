"""A delivery day to tell stories with: a route of two stops, and a journey that moves on as events are said.

Synthetic: names, numbers and places are made up.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import msgspec

from shared.clock import to_ms
from shared.coldchain.profiles import COOL, REFRIGERATED
from shared.coldchain.readings import TimeBasis
from shared.coldchain.verdict import Conformity, Verdict
from shared.custody import events as e
from shared.custody.journey import Journey
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

DAY = date(2026, 11, 22)
MORNING = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
"""08:00 in Beijing."""
R = "R-1"
GTIN = "06901234567892"
TRACE = "83857930000879766660"


def at(minutes: float) -> datetime:
    """An instant, in minutes after 08:00 in Beijing."""
    return MORNING + timedelta(minutes=minutes)


def name(text: str) -> Name:
    return Name(text, f"{text} en")


def paper(number: str, expires: date = date(2027, 6, 30)) -> Qualification:
    return Qualification(name("证照"), number, expires)


def logger(logger_id: str, calibrated: date = date(2027, 3, 1)) -> Logger:
    return Logger(logger_id, f"SN-{logger_id}", "ruuvi", "CB:B8:33:4C:88:4F", 60, calibrated)


def site(site_id: str) -> Site:
    return Site(site_id, name(f"医院{site_id}"), "北京市", Geofence(Position(39.9, 116.4), 150.0))


def product(product_id: str, *, controlled: bool = False) -> Product:
    return Product(
        product_id,
        name(f"药{product_id}"),
        "注射剂",
        "3ml",
        "合成制药",
        "合成制药",
        GTIN,
        ("8385793",),
        "2～8℃",
        REFRIGERATED,
        controlled,
    )


def line(line_id: str, quantity: int, container: str, *, controlled: bool = False, lot: str = "B24") -> Line:
    return Line(
        line_id, product(f"P-{line_id}", controlled=controlled), lot, date(2028, 3, 31), quantity, "盒", (), container
    )


def consignment(number: int, lines: Sequence[Line]) -> Consignment:
    return Consignment(
        f"C{number}", f"NOTE-{number}", f"PO-{number}", name("供货"), name("收货"), "北京市", DAY, True, tuple(lines)
    )


def stop(number: int, lines: Sequence[Line]) -> Stop:
    planned = at(60 * number)
    return Stop(
        f"T{number}",
        number,
        site(f"S{number}"),
        (consignment(number, lines),),
        (Window(planned, planned + timedelta(hours=2)),),
        planned,
        planned + timedelta(minutes=20),
        8000.0,
    )


def route() -> Route:
    """Two stops: L1 (compartment) and L2 (box) at T1, L3 (compartment) at T2."""
    return Route(
        R,
        1,
        DAY,
        site("S0"),
        Party("K1", name("承运"), (paper("K-1"),)),
        Party("V1", name("京A"), (paper("V-1"), paper("V-2"))),
        Party("D1", name("王"), (paper("D-1"),)),
        (
            Container(
                "K", ContainerKind.COMPARTMENT, name("车厢"), "京A", REFRIGERATED, 12.0, (logger("LA"), logger("LB"))
            ),
            Container("B", ContainerKind.BOX, name("保温箱"), "BOX-1", REFRIGERATED, 0.06, (logger("LC"),)),
            Container("P", ContainerKind.PALLET, name("托盘"), "PAL-1", COOL, 1.0, ()),
        ),
        (stop(1, [line("L1", 10, "K"), line("L2", 4, "B")]), stop(2, [line("L3", 6, "K")])),
        at(-30),
        "straight line",
    )


def controlled_route() -> Route:
    """The route, with a controlled medicine among the lines of T1."""
    plain = route()
    lines = [line("L1", 10, "K", controlled=True), line("L2", 4, "B")]
    return msgspec.structs.replace(plain, stops=(stop(1, lines), plain.stops[1]))


# what is said ------------------------------------------------------------------------------------------------------------

STARTED = e.ShiftStarted(R, 1, "D1", "V1", "f" * 64, None)
CHECKED = e.VehicleChecked(R, (e.CheckItem("tyres", True),))
DEPARTED = e.VehicleDeparted(R, None)
RETURNED = e.VehicleReturned(R, None)
ENDED = e.ShiftEnded(R)


def precooled(
    container: str, logger_id: str, temperature: float | None = 4.6, *, ok: bool = True
) -> e.PrecoolingChecked:
    return e.PrecoolingChecked(R, container, logger_id, temperature, 2.0, 8.0, ok)


def attached(logger_id: str, container: str) -> e.LoggerAttached:
    return e.LoggerAttached(R, logger_id, container)


def detached(logger_id: str, container: str) -> e.LoggerDetached:
    return e.LoggerDetached(R, logger_id, container)


def lot_code(line_id: str) -> str:
    """A code that all packs of a lot share."""
    return f"(01){GTIN}(10)B24"


def loaded(line_id: str, container: str, quantity: int, code: str | None = None, *beside: str) -> e.GoodsLoaded:
    return e.GoodsLoaded(R, line_id, container, quantity, code or lot_code(line_id), e.Entry.SCANNER, beside)


def arrived(stop_id: str) -> e.StopArrived:
    return e.StopArrived(R, stop_id, e.ArrivedBy.HAND, None, None)


def unloaded(stop_id: str, line_id: str, quantity: int, code: str | None = None, *beside: str) -> e.GoodsUnloaded:
    return e.GoodsUnloaded(R, stop_id, line_id, quantity, code or lot_code(line_id), e.Entry.SCANNER, beside)


def a_verdict(conformity: Conformity = Conformity.CONFORMANT) -> Verdict:
    return Verdict(conformity, at(0), at(60), 4.0, 6.0, 4.0, 5.0, 5.0, 60, False, ("LA",), (), ())


def verdict_shown(stop_id: str, *line_ids: str) -> e.VerdictShown:
    return e.VerdictShown(R, stop_id, tuple(e.LineVerdict(line_id, a_verdict()) for line_id in line_ids))


def accepted(line_id: str, quantity: int) -> e.LineOutcome:
    return e.LineOutcome(line_id, e.Outcome.ACCEPTED, quantity)


def signatory(who: str = "李秀英", number: str = "PK1", strokes: str | None = None) -> e.Signatory:
    drawn = strokes or sha256(f"strokes {who}".encode()).hexdigest()
    return e.Signatory(who, "药师", number, "本人收货", drawn, sha256(f"picture {drawn}".encode()).hexdigest())


def signed(stop_id: str, outcomes: Sequence[e.LineOutcome], shown: str, *signatories: e.Signatory) -> e.HandoverSigned:
    return e.HandoverSigned(R, stop_id, tuple(outcomes), signatories or (signatory(stop_id),), shown, None, "zh")


def failed(stop_id: str) -> e.StopFailed:
    return e.StopFailed(R, stop_id, e.Failure.CLOSED, "", None)


def left(stop_id: str) -> e.StopLeft:
    return e.StopLeft(R, stop_id, None)


def returned(line_id: str, quantity: int) -> e.GoodsReturned:
    return e.GoodsReturned(R, line_id, quantity)


def photo(stop_id: str | None, line_id: str | None = None) -> e.PhotoTaken:
    return e.PhotoTaken(R, stop_id, line_id, "a" * 64, 10, "image/jpeg", None)


def segment(
    logger_id: str,
    times: Sequence[int],
    temperatures: Sequence[int | None],
    humidities: Sequence[int | None] | None = None,
) -> e.ReadingsSealed:
    return e.ReadingsSealed(
        R,
        logger_id,
        60,
        TimeBasis.LOGGER_CLOCK,
        tuple(times),
        tuple(temperatures),
        tuple(humidities if humidities is not None else [None] * len(times)),
        at(0),
        None,
        True,
    )


def minutes_of(start: float, end: float) -> list[int]:
    """The instants (ms) of every minute from ``start`` to ``end`` (minutes after 08:00)."""
    return [to_ms(at(start + step)) for step in range(int(end - start) + 1)]


# the journey moves on ----------------------------------------------------------------------------------------------------


class Story:
    """A journey that is told, one event a minute."""

    def __init__(self, planned: Route | None = None, start: float = 0.0) -> None:
        self.journey = Journey(planned or route())
        self.minute = start
        self.told: list[tuple[e.AnyEvent, datetime, str]] = []

    def say(self, *events: e.AnyEvent) -> str:
        """Each event happens, a minute after the one before; returns the hash of the last one's record."""
        record = ""
        for event in events:
            moment = at(self.minute)
            record = sha256(f"record {len(self.told)}".encode()).hexdigest()
            self.journey = self.journey.apply(event, moment, record)
            self.told.append((event, moment, record))
            self.minute += 1
        return record

    def start(self) -> "Story":
        self.say(STARTED)
        return self

    def load(self) -> "Story":
        self.start().say(CHECKED, precooled("K", "LA"), precooled("B", "LC"))
        self.say(attached("LA", "K"), attached("LB", "K"), attached("LC", "B"))
        self.say(loaded("L1", "K", 10), loaded("L2", "B", 4), loaded("L3", "K", 6))
        return self

    def depart(self) -> "Story":
        self.load().say(DEPARTED)
        return self

    def arrive(self) -> "Story":
        self.depart().say(arrived("T1"))
        return self

    def unload(self) -> "Story":
        self.arrive().say(unloaded("T1", "L1", 10), unloaded("T1", "L2", 4))
        return self

    def show(self) -> str:
        """At T1, with everything scanned out and the verdicts shown; returns the hash of what was shown."""
        return self.unload().say(verdict_shown("T1", "L1", "L2"))

    def hand_over(self) -> "Story":
        shown = self.show()
        self.say(signed("T1", (accepted("L1", 10), accepted("L2", 4)), shown))
        return self

    def fail(self) -> "Story":
        self.arrive().say(failed("T1"))
        return self

    def come_back(self) -> "Story":
        """T1 delivered, T2 never reached, back at the depot."""
        self.hand_over().say(left("T1"), RETURNED)
        return self

    def end(self) -> "Story":
        self.come_back().say(returned("L3", 6), ENDED)
        return self
