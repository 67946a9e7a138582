"""The example day: the real services over the example route, moved on in strides, and a device that can be told things.

For the gallery and for tests. No Kivy.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from math import exp, sin
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw

from driver_app.hardware.choose import Hardware
from driver_app.hardware.ports import CodeSource, Fix, Heard, Link, Picture, RawCode, Signal, Subscription
from driver_app.hardware.virtual.device import RecordedOutside
from driver_app.journal.memory import MemoryJournal
from driver_app.journal.ports import Journal
from driver_app.parts import Parts
from driver_app.screens.example import DAWN, PHONE, PIN, SERVER, URL, Wishes, code_of, work
from driver_app.services.battery import Battery
from driver_app.services.bootstrap import Ports, build
from driver_app.services.checklist import CHECKLIST
from driver_app.services.coldbox import Downloaded
from driver_app.services.identity import Identity, IdentityStore
from driver_app.services.ports import Response
from shared import problems
from shared.clock import ManualClock, to_ms
from shared.coldchain.readings import Reading, TimeBasis
from shared.custody.envelope import WORK_TYPE, seal
from shared.custody.events import CheckItem, DownloadFailed, Entry, ReadingsSealed
from shared.errors import Problem, Refused
from shared.geo import Position
from shared.work import Logger, Message, Override, Work


class _NoNetwork:
    def request(self, method: str, path: str, headers: object, body: bytes) -> Response:  # noqa: ARG002
        raise Refused(problems.SYNC_UNREACHABLE, value=URL)


class Quiet:
    """Every port of a device, with nothing to say on its own: it reads the codes it is shown (:meth:`present`), and its
    camera takes a picture of a made-up parcel."""

    def __init__(self) -> None:
        self._looking: list[Callable[[RawCode], None]] = []
        self.given: list[Signal] = []

    def start(self, on_code: Callable[[RawCode], None]) -> Subscription:
        self._looking.append(on_code)
        return _Until(self._looking, on_code)

    def watch(self, on_picture: Callable[[Picture], None]) -> "Quiet":
        on_picture(Picture(parcel()))
        return self

    def present(self, text: str, symbology: str = "]d2", *beside: str) -> bool:
        """Hold a code before the scanner, with others on the same pack; whether anybody was looking."""
        others = tuple(RawCode(other, None, CodeSource.SCANNER) for other in beside)
        looking = self._looking[-1:]
        for on_code in looking:
            on_code(RawCode(text, symbology, CodeSource.SCANNER, others))
        return bool(looking)

    def listen(self, *_args: object) -> "Quiet":
        return self

    def follow(self, on_fix: Callable[[Fix], None], every: float) -> "Quiet":  # noqa: ARG002
        return self

    def stop(self) -> None:
        """Nothing goes on."""

    def close(self) -> None:
        """Nothing is open."""

    def give(self, signal: Signal) -> None:
        self.given.append(signal)

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


class _Until:
    def __init__(self, looking: list[Callable[[RawCode], None]], on_code: Callable[[RawCode], None]) -> None:
        self._looking, self._on_code = looking, on_code

    def stop(self) -> None:
        if self._on_code in self._looking:
            self._looking.remove(self._on_code)


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
    """A handheld somewhere in the example day."""

    def __init__(self, data: Path, wishes: Wishes | None = None, journal: Journal | None = None) -> None:
        self.wishes = wishes or Wishes()
        self.clock = ManualClock(DAWN)
        self.journal = journal or MemoryJournal()
        identities = IdentityStore(self.journal)
        if self.wishes.enrolled and identities.current() is None:
            name = "手持机 17"
            identities.put(Identity("HH-017", "示例医药有限公司", "example/ledger", SERVER.public_key(), URL, name))
        self.services = build(Ports(self.journal, self.clock, PHONE, lambda _url: _NoNetwork(), "example"))
        if self.wishes.enrolled and self.wishes.worked:
            self.give_work()
        self.fine = False
        """Whether the cold box stays in range and its logger records all the time."""
        self.device = Quiet()
        port = self.device
        self.outside = RecordedOutside()
        hardware = Hardware(
            port,
            port,
            port,
            port,
            PHONE,
            port,
            port,
            viewfinder=port,
            outside=self.outside,  # type: ignore[arg-type]
        )
        self.parts = Parts(self.services, hardware, ExampleColdBox(self), data)  # type: ignore[arg-type]

    def give_work(self, *, minutes: float = 0.0, overrides: tuple[Override, ...] = ()) -> None:
        """Work comes from the server."""
        self.offer(work(self.wishes, minutes=minutes, overrides=overrides))

    def offer(self, what: Work) -> None:
        """The server gives this work out."""
        self.services.duty.offer(msgspec.json.encode(seal(msgspec.json.encode(what), WORK_TYPE, SERVER)))

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
            self.services.heard.note(logger_id, Battery(percent=12) if logger_id == "LG3" else Battery(millivolts=2977))

    def news(self) -> None:
        """Dispatch takes the last stop off the route and says why."""
        now = self.services.duty.work
        assert now is not None
        assert now.route is not None
        route = msgspec.structs.replace(now.route, version=now.route.version + 1, stops=now.route.stops[:-1])
        texts = ("协和药库改在西门收货 Deliver at the west gate", "末站取消 The last stop is off")
        told = tuple(
            Message(f"M{n}", text, "u1", self.clock.now() + timedelta(minutes=n)) for n, text in enumerate(texts)
        )
        issued = now.issued + timedelta(minutes=90)
        self.offer(msgspec.structs.replace(now, issued=issued, route=route, messages=told))

    def drive(self, minutes: int) -> None:
        """Drive north, a position a minute."""
        here = self.services.duty.route.depot.fence.centre
        for minute in range(minutes):
            self.services.track.heard(Position(here.lat + minute * 0.0007, here.lon, 12.0))
            self.pass_time(1)
        self.hear()

    def check(self) -> None:
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
            times, values = self.recorded(need.logger.id, need.start)
            self.services.readings.seal(self.segment(need.logger, times, values))

    def recorded(self, logger_id: str, start: datetime) -> tuple[list[datetime], list[float]]:
        minutes = int((self.clock.now() - start).total_seconds() // 60) + 2
        times = [start + timedelta(minutes=i - 1) for i in range(minutes)]
        if logger_id != "LG3":
            middle = 21.0 if logger_id == "LG4" else 4.7
            return times, [middle + 0.9 * sin(i / 19 + ord(logger_id[-1])) for i in range(minutes)]
        if self.fine:
            return times, [5.0 + 0.4 * sin(i / 11) for i in range(minutes)]
        kept = [i for i in range(minutes) if not 30 <= i < 44]
        return [times[i] for i in kept], [4.4 + 0.4 * sin(i / 11) + 6.2 * exp(-(((i - 72) / 10) ** 2)) for i in kept]

    @staticmethod
    def segment(logger: Logger, times: Sequence[datetime], values: Sequence[float]) -> ReadingsSealed:
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
        times, values = self._example.recorded(logger.id, start)
        self._example.services.readings.seal(self._example.segment(logger, times, values))
        if on_progress is not None:
            on_progress(len(times))
        now = self._example.clock.now()
        return Downloaded(logger.id, now, 60, 1, len(times), 0, 0, times[-1], 0, 0.0, 93, False)
