"""A day of many stops on the real services over a real journal, moved on in simulated time: what the handheld's screens are
measured over. No Kivy, no network, no server: nothing that is recorded is sent, so the journal is as full as it gets.
"""

import random
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import msgspec
from PIL import Image

from driver_app.hardware.choose import Hardware
from driver_app.journal.sqlite import SqliteJournal
from driver_app.parts import Parts
from driver_app.screens.example_day import Quiet
from driver_app.services.coldbox import Downloaded
from driver_app.services.identity import Identity, IdentityStore
from driver_app.services.step import StepKind
from shared.clock import to_ms
from shared.coldchain.readings import Reading, TimeBasis
from shared.custody.envelope import WORK_TYPE, seal
from shared.custody.events import Entry, ReadingsSealed
from shared.geo import Position
from shared.keys import KeySigner
from shared.work import Logger, Name, Person, Work
from tests.journeys.long_route import long_route
from tests.journeys.long_shift import KEY, POSITION_EVERY, READING_EVERY, Handset, LongDriver
from tests.journeys.sync_route import NIGHT, PIN, cheap_pin_hash, element_string

SERVER = KeySigner(b"bench server key".ljust(32))
DRIVER = "D1"
DEVICE = "HH-1"
LEG = 500.0
"""s from one stop to the next: eighty of them, and what is done at them, are a shift of some 12 h."""
AWAY = 116.43
"""° of longitude of the road: 2.5 km from every site, so that it is the driver who says that they are there."""
PHOTO = (1600, 1200)
"""px."""


def picture() -> bytes:
    """A JPEG of some 300 kB: noise, which does not compress."""
    rng = random.Random(1)
    grain = Image.frombytes("L", (PHOTO[0] // 3, PHOTO[1] // 3), rng.randbytes((PHOTO[0] // 3) * (PHOTO[1] // 3)))
    out = BytesIO()
    grain.resize(PHOTO).convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


class LongDay:
    """A handheld in the middle of a day of ``stops`` stops with ``lines`` lines each; its files are in ``folder``."""

    def __init__(self, folder: Path, stops: int, lines: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        journal = SqliteJournal(folder / "journal.db")
        identity = Identity(
            DEVICE, "合成医药物流", "bench/ledger", SERVER.public_key(), "https://bench.invalid", DEVICE
        )
        IdentityStore(journal).put(identity)
        journal.close()
        self.handset = Handset(folder)
        self.services, self.clock = self.handset.services, self.handset.clock
        self.driver = LongDriver(self.handset, random.Random(stops), "", 0, 0)
        route = long_route(DRIVER, stops, lines)
        person = Person(DRIVER, Name("王师傅", "Mr Wang"), cheap_pin_hash(PIN))
        work = Work(DEVICE, NIGHT, route, (person,), (), "ab" * 32, True)
        self.services.duty.offer(msgspec.json.encode(seal(msgspec.json.encode(work), WORK_TYPE, SERVER)))
        self.device = Quiet()
        port = self.device
        hardware = Hardware(port, port, port, port, KEY, port, port)  # type: ignore[arg-type]
        self.parts = Parts(self.services, hardware, Boxes(self), folder)  # type: ignore[arg-type]
        self.positions = 0

    @property
    def kind(self) -> StepKind:
        """The step that the handheld has come to."""
        return self.services.steps.current().kind

    def act(self) -> None:
        """The next thing that is to be done, as :class:`tests.journeys.sync_driver.Driver` does it."""
        if self.kind is StepKind.DRIVE:
            self.driver.standing = self.services.steps.current().stop_id or ""
        self.driver.act()

    def until(self, kind: StepKind) -> None:
        """Go on until a step has come."""
        while self.kind is not kind:
            self.act()

    def visit(self) -> None:
        """Drive to the next stop, hand its goods over and leave it."""
        self.travel()
        self.act()
        self.until(StepKind.STOP_DONE)
        self.services.stop.leave()
        self.driver.standing = ""

    def travel(self) -> None:
        """On the road: a position every few seconds, and every minute what each logger says."""
        stop_id = self.services.steps.current().stop_id
        assert stop_id is not None
        self.driver.standing = stop_id
        north = self.services.duty.route.stop(stop_id).site.fence.centre.lat
        began = heard = self.clock.monotonic()
        while self.clock.monotonic() - began < LEG:
            self.services.track.heard(Position(north, AWAY, 8.0))
            self.positions += 1
            self.clock.advance(POSITION_EVERY)
            if self.clock.monotonic() - heard >= READING_EVERY:
                heard = self.clock.monotonic()
                self._hear()

    def _hear(self) -> None:
        for container in self.services.duty.route.containers:
            for logger in container.loggers:
                self.services.heard.hear(logger.id, Reading(self.clock.now(), 4.9, 50.0, TimeBasis.HEARD))

    def codes(self) -> list[str]:
        """What is on the packs of this stop that have not been brought out, a code for each."""
        waiting = self.services.stop.progress()
        return [element_string(one.line, None) for one in waiting for _ in range(one.missing)]

    def bring_out(self) -> None:
        """Scan out what is at this stop, line by line."""
        for progress in self.services.stop.progress():
            self.clock.advance(3)
            self.services.stop.scan(element_string(progress.line, None), Entry.SCANNER, progress.missing)

    def segment(self, logger: Logger, start: datetime) -> ReadingsSealed | None:
        """What a logger has recorded since ``start``, a reading a minute; ``None`` where that is nothing yet."""
        count = int((self.clock.now() - start).total_seconds() // READING_EVERY)
        if count < 1:
            return None
        times = tuple(to_ms(start) + READING_EVERY * 1000 * n for n in range(1, count + 1))
        return ReadingsSealed(
            self.services.duty.route.id, logger.id, READING_EVERY, TimeBasis.LOGGER_CLOCK, times,
            tuple(470 + n % 40 for n in range(count)), (5000,) * count, self.clock.now(), None, True,
        )  # fmt: skip

    def records(self) -> int:
        """How many events are in the journal."""
        return self.handset.journal.head().seq

    def close(self) -> None:
        self.handset.journal.close()


class Boxes:
    """Loggers that answer at once: the radio is no part of what is measured."""

    def __init__(self, day: LongDay) -> None:
        self._day = day

    def listen(self, *_args: object) -> Quiet:
        return Quiet()

    def close(self) -> None:
        """Nothing is open."""

    def download(
        self, _route_id: str, logger: Logger, start: datetime, on_progress: Callable[[int], None] | None = None
    ) -> Downloaded:
        """Everything since the last download, sealed."""
        readings = self._day.services.readings
        segment = self._day.segment(logger, readings.known_until(logger.id) or start)
        fresh = 0
        if segment is not None:
            readings.seal(segment)
            fresh = len(segment.times)
        if on_progress is not None:
            on_progress(fresh)
        newest = readings.known_until(logger.id)
        return Downloaded(logger.id, self._day.clock.now(), READING_EVERY, 1, fresh, 0, 0, newest, 0, 0.0, 93, False)
