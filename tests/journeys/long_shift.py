"""A whole shift without a network, in simulated time: every position, every reading, every photo, over the real journal; and
what happens when the network comes back.
"""

import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from driver_app.device_clock import DeviceClock
from driver_app.journal.ports import OutboxState
from driver_app.journal.sqlite import SqliteJournal
from driver_app.services.bootstrap import Ports, Services, build
from driver_app.services.http import HttpTransport
from driver_app.services.ports import Response, Transport
from driver_app.services.recorder import Recorded
from driver_app.services.sync import Did
from shared import problems
from shared.clock import ManualClock, to_ms
from shared.coldchain.readings import Reading, TimeBasis
from shared.custody.events import AlarmRaised, HandoverSigned, IncidentReported, PositionsSealed, ReadingsSealed
from shared.custody.journey import Phase
from shared.errors import Refused
from shared.geo import Position
from shared.keys import KeySigner
from shared.sync import Lane
from tests.journeys.sync_driver import Driver
from tests.journeys.sync_route import NIGHT

KEY = KeySigner(b"l" * 32)
POSITION_EVERY, READING_EVERY = 5, 60
"""s of simulated time."""
WARM = 9.6
"""°C that one logger reads for a while, out of a range that ends at 8."""
JPEG = b"\xff\xd8\xff"


class Network:
    """A transport that is there or not; it counts what goes up, and can break off in the middle of a photo."""

    def __init__(self) -> None:
        self.up = False
        self.break_after: int | None = None
        """Bytes of photos after which the network is gone once more."""
        self.photo_bytes = 0
        self.bodies = 0
        self.lasting: Callable[[int], None] = lambda _size: None
        """Lets the time pass that a body of so many bytes takes to go up."""
        self._url = ""
        self._inner: HttpTransport | None = None

    def connect(self, url: str) -> Transport:
        self._url = url
        return self

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        if not self.up:
            raise Refused(problems.SYNC_UNREACHABLE, value="no network")
        if self._inner is None:
            self._inner = HttpTransport(self._url)
        if "/blobs/" in path and body:
            self.photo_bytes += len(body)
            if self.break_after is not None and self.photo_bytes > self.break_after:
                self.up, self.break_after = False, None
                raise Refused(problems.SYNC_UNREACHABLE, value="gone again")
        self.bodies += len(body)
        self.lasting(len(body))
        return self._inner.request(method, path, headers, body)

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()


class Handset:
    """The real services over a journal on disk, with a clock of its own."""

    def __init__(self, folder: Path, *, simulated: bool = False) -> None:
        """``simulated``: its network's time is simulated, too."""
        self.folder = folder
        self.clock = ManualClock(NIGHT)
        self.network = Network()
        self.journal = SqliteJournal(folder / "journal.db")
        rng = random.Random("handset")
        pace = self.clock if simulated else DeviceClock()
        ports = Ports(self.journal, self.clock, KEY, self.network.connect, "long 1", rng.randbytes, pace=pace)
        self.services: Services = build(ports)
        self.on_record: Callable[[Recorded], None] = lambda _recorded: None
        self.services.recorder.subscribe(lambda recorded: self.on_record(recorded))

    def rest(self) -> None:
        """A few seconds for each thing that hands do."""
        self.clock.advance(3)

    @property
    def size(self) -> int:
        """Bytes on disk: the journal and its blobs."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


class LongDriver(Driver):
    """Fetches everything that a logger has recorded, and takes photos at every stop."""

    def __init__(self, handset: Handset, rng: random.Random, code: str, photos: int, photo_size: int) -> None:
        super().__init__(handset, rng, handset.clock, code)
        self.calm = True
        self._photos, self._photo_size = photos, photo_size
        self.readings = 0

    def _stop_download(self) -> None:
        services = self._services
        for needed in services.stop.loggers():
            start = needed.known_until or needed.start - timedelta(minutes=2)
            count = int((self._true.now() - start).total_seconds() // READING_EVERY)
            if count < 1:
                continue
            first = to_ms(start)
            times = tuple(first + READING_EVERY * 1000 * n for n in range(1, count + 1))
            warm = needed.logger.id == "LOG00" and 40 < services.duty.route.stop(self.standing).number <= 44
            values = tuple(round(WARM * 100) if warm else 470 + n % 40 for n in range(count))
            services.readings.seal(
                ReadingsSealed(
                    services.duty.route.id, needed.logger.id, READING_EVERY, TimeBasis.LOGGER_CLOCK, times, values,
                    (5000,) * count, self._true.now(), None, True,
                )
            )  # fmt: skip
            self.readings += count
        services.stop.finish_download()

    def _stop_done(self) -> None:
        taken = len(self._services.duty.journey.stop(self.standing).photos)
        if taken < self._photos:
            noise = self._rng.randbytes(self._photo_size)
            self._services.stop.photo(JPEG + noise)
        else:
            self._services.stop.leave()


@dataclass
class Drained:
    """What the reconnection came to: seconds of real time since the network came back."""

    queue_events: int = 0
    queue_blobs: int = 0
    queue_bytes: int = 0
    alarms: float = 0.0
    outcomes: float = 0.0
    newest_position: float = 0.0
    events: float = 0.0
    first_photo: float = 0.0
    photos: float = 0.0
    sealed: float = 0.0
    photos_before_events: int = 0
    """Photos that the server had before it had all events: none may be."""
    resumed_at: int = 0
    """Bytes of the photo that was cut which did not have to be sent again."""
    wasted: int = 0
    """Bytes of photos that went up twice."""


@dataclass
class Shift:
    """A shift as it was simulated, and the figures of it."""

    handset: Handset
    driver: LongDriver
    hours: float
    stops: int
    seconds: float = 0.0
    """Real time that the simulation took."""
    positions: int = 0
    size: int = 0
    memory: int = 0
    """Most bytes that the process had resident."""
    alarms: int = 0
    queue: list[tuple[float, int, int]] = field(default_factory=list)
    """(hours, events on the phone, bytes of blobs) over the shift."""


def enrol(handset: Handset, house_code: str, publish: Callable[[], None]) -> None:
    """Enrol and fetch the work while there still is a network."""
    handset.network.up = True
    handset.services.enrolment.enrol(house_code, "HH-1")
    publish()
    while handset.services.duty.work is None:
        handset.services.sync.nudge()
        handset.services.sync.step()
    handset.network.up = False


def live(shift: Shift) -> None:
    """The whole shift, offline: everything that would happen, in simulated time."""
    handset, driver, began = shift.handset, shift.driver, time.monotonic()
    services, leg = handset.services, shift.hours * 3600 / (shift.stops + 1)
    while not (services.duty.started and services.duty.journey.phase is Phase.ENDED):
        step = driver.look()
        if step.kind.value == "drive":
            _travel(shift, leg)
        driver.act()
    shift.seconds = time.monotonic() - began
    shift.size, shift.memory = handset.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    shift.alarms = len(handset.journal.entries(types=(AlarmRaised.__name__,)))


def _travel(shift: Shift, leg: float) -> None:
    """From one stop to the next, and waiting there: a position every few seconds, every minute what the loggers say."""
    handset, services = shift.handset, shift.handset.services
    stop_id = services.steps.current().stop_id
    assert stop_id is not None
    shift.driver.standing = stop_id  # the geofence may notice the arrival before any hand does
    number = services.duty.route.stop(stop_id).number
    until = handset.clock.monotonic() + max(30.0, leg - 90)
    lat, heard = 39.80 + (number - 1) / 500, handset.clock.monotonic()
    while handset.clock.monotonic() < until:
        if services.duty.journey.open_stop is None:
            lat += 1 / 500 * POSITION_EVERY / leg
        services.track.heard(Position(lat, 116.40, 8.0))
        shift.positions += 1
        handset.clock.advance(POSITION_EVERY)
        if handset.clock.monotonic() - heard >= READING_EVERY:
            heard = handset.clock.monotonic()
            _hear(services, handset.clock.now(), warm=40 < number <= 44)
    status = services.state.status()
    hours = handset.clock.monotonic() / 3600
    shift.queue.append((round(hours, 2), status.on_phone, status.bytes_waiting))


def _hear(services: Services, now: datetime, *, warm: bool) -> None:
    for container in services.duty.route.containers:
        for logger in container.loggers:
            value = WARM if warm and logger.id == "LOG00" else 4.9
            services.heard.hear(logger.id, Reading(now, value, 50.0, TimeBasis.HEARD))


def reconnect(shift: Shift, seal: Callable[[], None]) -> Drained:
    """The network comes back (and goes once more in the middle of a photo): send everything, and time it."""
    handset = shift.handset
    services, journal, network = handset.services, handset.journal, handset.network
    drained = Drained()
    waiting = journal.blobs_waiting()
    drained.queue_events = journal.counts()[OutboxState.ON_PHONE]
    drained.queue_blobs, drained.queue_bytes = len(waiting), sum(blob.size for blob in waiting)
    photos = {blob.sha256: blob.size for blob in waiting if blob.lane is Lane.PHOTO}
    total = sum(blob.size for blob in waiting)
    network.up, network.break_after = True, total - sum(photos.values()) + max(photos.values(), default=0) * 19 // 10
    began = time.monotonic()
    for _ in _steps(services, network, seal):
        now = time.monotonic() - began
        on_phone = journal.first_unreceived()
        if not drained.alarms and _received(handset, AlarmRaised, IncidentReported):
            drained.alarms = now
        if not drained.outcomes and _received(handset, HandoverSigned):
            drained.outcomes = now
        if not drained.newest_position and _received(handset, PositionsSealed):
            drained.newest_position = now
        if not drained.events and on_phone is None:
            drained.events = now
        left = {blob.sha256: blob for blob in journal.blobs_waiting() if blob.lane is Lane.PHOTO}
        if len(left) < len(photos):
            drained.first_photo = drained.first_photo or now
            if on_phone is not None:
                drained.photos_before_events += 1
        if not network.up:
            drained.resumed_at = max((blob.uploaded for blob in left.values()), default=0)
        if not drained.photos and not left:
            drained.photos = now
    drained.sealed = time.monotonic() - began
    drained.wasted = network.photo_bytes - total
    return drained


def _received(handset: Handset, *kinds: type) -> bool:
    entries = handset.journal.entries(types=tuple(kind.__name__ for kind in kinds))
    return all(entry.state.rank > 0 for entry in entries)


def _steps(services: Services, network: Network, seal: Callable[[], None]) -> Iterator[None]:
    """Sync, step by step, until everything is received and sealed. Where the network is gone it comes back at once: how long
    a dead zone lasts is no figure of ours."""
    while True:
        try:
            did = services.sync.step()
        except Refused:
            yield
            network.up = True
            services.sync.nudge()
            time.sleep(0.05)
            continue
        yield
        status = services.state.status()
        if did is Did.IDLE:
            if not (status.on_phone or status.received or status.blobs_waiting):
                return
            seal()
            services.sync.nudge()
            time.sleep(0.02)


def table(shift: Shift, drained: Drained) -> str:
    """The figures, as they are printed."""
    rows = [
        ("simulated", f"{shift.hours:g} h, {shift.stops} stops, in {shift.seconds:.1f} s"),
        ("positions / readings / photos", f"{shift.positions} / {shift.driver.readings} / {len(shift.driver.photos)}"),
        ("alarms raised", f"{shift.alarms}"),
        ("queue at the end", f"{drained.queue_events} events, {drained.queue_blobs} blobs, {_mb(drained.queue_bytes)}"),
        ("journal with blobs", _mb(shift.size)),
        ("memory, at most", _mb(shift.memory)),
        ("alarms at the server after", f"{drained.alarms:.2f} s"),
        ("newest position after", f"{drained.newest_position:.2f} s"),
        ("outcomes after", f"{drained.outcomes:.2f} s"),
        ("all events after", f"{drained.events:.2f} s"),
        ("first photo after", f"{drained.first_photo:.2f} s"),
        ("all photos after", f"{drained.photos:.2f} s"),
        ("everything sealed after", f"{drained.sealed:.2f} s"),
        ("cut photo went on at", f"{drained.resumed_at} B"),
        ("bytes of photos sent twice", f"{drained.wasted} B"),
    ]
    wide = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{wide}}  {value}" for name, value in rows)


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
