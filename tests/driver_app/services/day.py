"""A day for the services: a route as a dispatcher would plan it, signed by a server, and a handheld that can be restarted.

Everything is synthetic. Stop S1 takes a refrigerated medicine with serials and one that may be counted, S2 a controlled
one in a cold box, S3 nothing but one countable line.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import scrypt

import msgspec

from driver_app.journal.memory import MemoryJournal
from driver_app.journal.ports import Journal
from driver_app.services.bootstrap import Ports, Services, build
from driver_app.services.checklist import CHECKLIST
from driver_app.services.identity import Identity, IdentityStore
from driver_app.services.ports import Response, Transport
from driver_app.services.recording import record_of
from driver_app.services.scanning import Scanned
from shared import problems
from shared.clock import ManualClock, to_ms
from shared.codes import own
from shared.coldchain.profiles import AMBIENT, REFRIGERATED
from shared.coldchain.readings import Reading, TimeBasis
from shared.custody.envelope import WORK_TYPE, seal
from shared.custody.events import AnyEvent, CheckItem, Entry, ReadingsSealed
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
    Override,
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

NIGHT = datetime(2026, 11, 21, 22, tzinfo=UTC)
"""06:00 in Beijing on 22 November."""
DAY = date(2026, 11, 22)
DEVICE = "handheld-1"
ORIGIN = "ledger.example/handover"
SERVER = KeySigner(b"s" * 32)
PHONE = KeySigner(b"p" * 32)
PIN = "246810"
DEPOT = Position(39.80, 116.50)


def pin_hash(pin: str) -> str:
    """A PIN's hash as the server makes it, with the smallest cost there is: the tests check thousands."""
    salt = b"salt salt salt!!"
    digest = scrypt(pin.encode(), salt=salt, n=2, r=1, p=1, dklen=32)
    return f"scrypt$2$1$1${b64encode(salt).decode()}${b64encode(digest).decode()}"


DRIVER = Person("D1", Name("王师傅", "Mr Wang"), pin_hash(PIN))
OTHER = Person("D2", Name("李师傅", "Ms Li"), pin_hash("135791"))


def qualified(name: str) -> Party:
    papers = (Qualification(Name("许可证", "Licence"), f"{name}-1", date(2028, 1, 1)),)
    return Party(name, Name(name, name), papers)


def logger(number: int) -> Logger:
    return Logger(f"L{number}", f"RT-{number}", "ruuvi", f"AA:00:00:00:00:0{number}", 60, date(2027, 6, 30))


VAN = Container(
    "VAN",
    ContainerKind.COMPARTMENT,
    Name("车厢", "Compartment"),
    "京A12345",
    REFRIGERATED,
    12.0,
    (logger(1), logger(2)),
)
BOX = Container(
    "BOX", ContainerKind.BOX, Name("保温箱", "Cold box"), "4006381333931BOX7", REFRIGERATED, 0.1, (logger(3),)
)
SHELF = Container("SHELF", ContainerKind.PALLET, Name("货架", "Shelf"), "SHELF", AMBIENT, 1.0, ())


def product(number: int, gtin: str, *, controlled: bool = False) -> Product:
    name = Name(f"药品{number}", f"Medicine {number}")
    return Product(
        f"P{number}", name, "注射剂", "10 ml", "药厂", "持有人", gtin, (), "冷藏", REFRIGERATED, controlled=controlled
    )


INSULIN = product(1, "06901234567892")
VACCINE = product(2, "06901234567908")
MORPHINE = product(3, "06901234567915", controlled=True)
EXPIRY = date(2027, 12, 31)


def line(name: str, what: Product, lot: str, quantity: int, container: str | None, *, countable: bool = False) -> Line:
    return Line(name, what, lot, EXPIRY, quantity, "盒", (), container, countable)


L1 = line("L1", INSULIN, "A1", 3, "VAN")
L2 = line("L2", VACCINE, "B1", 10, "VAN", countable=True)
L3 = line("L3", MORPHINE, "C1", 2, "BOX")
L4 = line("L4", VACCINE, "B2", 5, "VAN", countable=True)


def site(number: int, lat: float, lon: float) -> Site:
    return Site(
        f"SITE{number}", Name(f"医院{number}", f"Hospital {number}"), "北京", Geofence(Position(lat, lon), 150.0)
    )


def stop(number: int, *lines: Line) -> Stop:
    here = site(number, 39.90 + number / 100, 116.40)
    note = Consignment(f"C{number}", f"N{number}", "O1", Name("供货", "Supplier"), here.name, "北京", DAY, True, lines)
    window = Window(NIGHT, NIGHT + timedelta(hours=12))
    return Stop(f"S{number}", number, here, (note,), (window,), NIGHT, NIGHT, 5000.0)


ROUTE = Route(
    "R1",
    1,
    DAY,
    Site("DEPOT", Name("仓库", "Depot"), "北京", Geofence(DEPOT, 200.0)),
    qualified("CARRIER"),
    qualified("VEHICLE"),
    qualified("D1"),
    (VAN, BOX),
    (stop(1, L1, L2), stop(2, L3), stop(3, L4)),
    NIGHT,
    "straight lines",
)


def work(route: Route | None = ROUTE, *, minutes: float = 0.0, overrides: Sequence[Override] = ()) -> Work:
    """Work issued so many minutes into the day."""
    issued = NIGHT + timedelta(minutes=minutes)
    return Work(DEVICE, issued, route, (DRIVER, OTHER), tuple(overrides), "f" * 64, True)


def signed(what: Work, signer: KeySigner = SERVER) -> bytes:
    """Work as the wire carries it."""
    return msgspec.json.encode(seal(msgspec.json.encode(what), WORK_TYPE, signer))


QR = own.Enrolment("http://127.0.0.1:8000", "ABCDEF123456", own.server_key(SERVER.public_key()), "演示 Demo").text


class NoNetwork:
    """A transport with nothing at the other end."""

    def request(self, method: str, path: str, headers: object, body: bytes) -> Response:
        raise Refused(problems.SYNC_UNREACHABLE, value="no network")


@dataclass
class Phone:
    """A handheld: what stays when its process dies, and the services over it."""

    journal: Journal = field(default_factory=MemoryJournal)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NIGHT))
    transport: Transport = field(default_factory=NoNetwork)
    reopen: Callable[[Journal], Journal] = lambda journal: journal
    services: Services = field(init=False)
    _random: int = 0

    def __post_init__(self) -> None:
        self.services = self._build()

    def _build(self) -> Services:
        return build(Ports(self.journal, self.clock, PHONE, lambda url: self.transport, "test 1", self.randomness))

    def randomness(self, size: int) -> bytes:
        self._random += 1
        return self._random.to_bytes(size, "big")

    def restart(self) -> Services:
        """SIGKILL, and start again: a new process, whose monotonic clock starts anew."""
        self.journal = self.reopen(self.journal)
        self.clock.elapsed = 0.0
        self.services = self._build()
        return self.services

    # shortcuts through a day, each by what the screens would call

    def enrol_by_hand(self) -> None:
        """As if enrolment had happened over a network."""
        identity = Identity(DEVICE, "演示", ORIGIN, SERVER.public_key(), "http://127.0.0.1:8000", "H-1")
        IdentityStore(self.journal).put(identity)
        self.restart()

    def ready(self, what: Work | None = None) -> "Phone":
        """Enrolled, with work, and the driver signed in."""
        self.enrol_by_hand()
        self.services.duty.offer(signed(what or work()))
        self.services.session.sign_in("D1", PIN)
        return self

    def started(self) -> "Phone":
        self.services.shift.start()
        return self

    def checked(self) -> "Phone":
        self.services.shift.check_vehicle([CheckItem(point.id, True) for point in CHECKLIST])
        return self

    def hear(self, temperature: float = 5.0, loggers: Sequence[str] = ("L1", "L2", "L3")) -> None:
        for name in loggers:
            reading = Reading(self.clock.now(), temperature, 50.0, TimeBasis.HEARD)
            self.services.heard.hear(name, reading)

    def precooled(self) -> "Phone":
        self.hear()
        for state in self.services.shift.precooling():
            self.services.shift.precool(state.container.id)
        self.services.shift.finish_precooling()
        return self

    def scan_all(self, lines: Sequence[Line], scan: Callable[..., object]) -> None:
        for one in lines:
            if one.countable:
                self.scan(scan, pack(one), one.quantity)
            else:
                for serial in range(1, one.quantity + 1):
                    self.scan(scan, pack(one, f"{one.id}-{serial}"))

    def scan(self, scan: Callable[..., object], text: str, quantity: int | None = None) -> Scanned:
        self.clock.advance(2)
        scanned = scan(text, Entry.SCANNER, quantity)
        assert isinstance(scanned, Scanned)
        return scanned

    def loaded(self) -> "Phone":
        route = self.services.duty.route
        self.scan_all([one for at in route.stops for one in at.lines()], self.services.load.scan)
        self.services.load.finish()
        return self

    def departed(self) -> "Phone":
        assert self.services.shift.depart(odometer=1000) == ()
        return self

    def on_the_road(self, what: Work | None = None) -> "Phone":
        return self.ready(what).started().checked().precooled().loaded().departed()

    def at_stop(self, stop_id: str, minutes: float = 30.0) -> "Phone":
        self.clock.advance(minutes * 60)
        self.services.stop.arrive(stop_id)
        return self

    def unloaded(self) -> "Phone":
        self.scan_all(self.services.stop.stop.lines(), self.services.stop.scan)
        self.services.stop.finish_unloading()
        return self

    def downloaded(self, temperature: float = 5.0, **by_logger: Sequence[float | None]) -> "Phone":
        """Every logger the stop needs gives a reading a minute since loading; ``by_logger`` replaces a logger's last ones."""
        for needed in self.services.stop.loggers():
            start = needed.known_until or needed.start - timedelta(minutes=2)
            count = int((self.clock.now() - start).total_seconds() // 60)
            values: list[float | None] = [temperature] * count
            last = list(by_logger.get(needed.logger.id, ()))
            values[len(values) - len(last) :] = last
            self.seal(needed.logger.id, start + timedelta(minutes=1), values)
        return self

    def seal(
        self, logger_id: str, start: datetime, values: Sequence[float | None], basis: TimeBasis = TimeBasis.LOGGER_CLOCK
    ) -> str:
        times = tuple(to_ms(start) + 60_000 * n for n in range(len(values)))
        segment = ReadingsSealed(
            self.services.duty.route.id,
            logger_id,
            60,
            basis,
            times,
            tuple(None if v is None else round(v * 100) for v in values),
            (5000,) * len(values),
            self.clock.now(),
            None,
            True,
        )
        return self.services.readings.seal(segment)

    def at_the_receiver(self, stop_id: str = "S1", temperature: float = 5.0) -> "Phone":
        self.at_stop(stop_id).unloaded().downloaded(temperature)
        self.services.stop.finish_download()
        return self

    def sign(self, position: int = 0, name: str = "赵药师", seed: int = 0) -> None:
        self.services.stop.put_signature(
            position, name=name, role="药师", staff_number="007", strokes=strokes(seed), picture=picture(seed)
        )

    def handed_over(self, stop_id: str, seed: int = 1) -> str:
        """A whole stop, accepted as it comes."""
        self.at_the_receiver(stop_id)
        stop = self.services.stop
        stop.accept_all()
        stop.begin_signing()
        for position in range(stop.signatories_needed()):
            self.sign(position, f"签收人{position}", seed * 10 + position)
        record = stop.sign()
        stop.leave()
        return record

    def events(self, *kinds: type) -> list[AnyEvent]:
        found = [record_of(entry).decoded() for entry in self.journal.entries()]
        return [event for event in found if not kinds or isinstance(event, kinds)]


def pack(what: Line, serial: str | None = None) -> str:
    """A GS1 element string as the pack carries it."""
    text = f"(01){what.product.gtin}(17){what.expiry:%y%m%d}(10){what.lot}"
    return text if serial is None else f"{text}(21){serial}"


def strokes(seed: int) -> list[list[tuple[float, float]]]:
    """A signature; another seed is another hand."""
    return [[(0.1 + 0.05 * n, 0.5 + 0.01 * ((n * 7 + seed * 13) % 11)) for n in range(12)], [(0.3, 0.2 + seed / 1000)]]


def picture(seed: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"%d" % seed


def refusing(call: Callable[..., object], *values: object, **named: object) -> Refused:
    """What a call is refused for."""
    try:
        call(*values, **named)
    except Refused as refused:
        return refused
    raise AssertionError(f"{call} was not refused")
