"""Fetching what loggers remember: from the radio onto the disk, and only then may a logger forget.

One logger after another. Every reading that a download gives out is handed to the store in segments while the download
still runs, and counts as fetched only when the store says that it is durable. A download that is cut keeps what came and
goes on from there: nothing is stored twice, nothing is placed by guess. A logger that drops what was read (or is told to
forget) is told so after what it drops is durable, never before.

Of loggers that count their records and keep no times, every number seen on the air is noted (:class:`Sightings`), for
the times of their records follow from that.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Protocol

import msgspec

from driver_app.hardware.ports import Heard, Link, LinkLost, LoggerRadio, Subscription
from driver_app.services.battery import Battery
from driver_app.services.coldbox_sightings import CLOCK_STEP, Marks, Sightings, both_clocks
from driver_app.services.coldbox_visit import Mark, Visit, sealed
from shared import problems
from shared.clock import Clock, to_ms
from shared.coldchain.readings import Reading, Series, TimeBasis
from shared.custody.events import DownloadFailed, ReadingsSealed
from shared.errors import CATALOGUE, Problem, Refused
from shared.loggers.history import Download, Point, holes
from shared.loggers.makers import begin
from shared.work import Logger

SEGMENT = 200
"""Readings sealed together while a download runs: what a SIGKILL costs at most, and the logger still has those."""


class Store(Protocol):
    """Where readings become durable. :class:`driver_app.services.readings.Readings` is one."""

    def seal(self, segment: ReadingsSealed) -> str:
        """Keep a segment; it is durable when this returns."""
        ...

    def fail(self, event: DownloadFailed) -> str:
        """Keep that a download failed."""
        ...

    def of(self, logger_id: str) -> Series:
        """What is durable of a logger on this route."""
        ...


class Patience(msgspec.Struct, frozen=True):
    """How long is waited for a logger, in s of real time, and how often it is tried."""

    find: float = 12.0
    connect: float = 12.0
    silence: float = 10.0
    """Between two notifications; after it a download counts as cut."""
    pause: float = 1.0
    """Before another attempt."""
    attempts: int = 4


class Downloaded(msgspec.Struct, frozen=True):
    """How a download went.

    ``at`` is the handheld's clock when the (last) read began; ``fresh`` readings are new and durable, ``again`` had been
    fetched before, ``missed`` the logger had overwritten already. ``newest`` is the newest reading known now. ``skew`` (ms)
    is how far the logger's clock ran ahead of the handheld's since the last download, where records came twice to measure it
    by; ``jump`` (s) how far the handheld's own clock was moved in between. ``battery`` is in mV or %, as the maker
    states it.
    """

    logger_id: str
    at: datetime
    interval: int
    attempts: int
    fresh: int
    again: int
    missed: int
    newest: datetime | None
    skew: int | None
    jump: float
    battery: int | None
    erased: bool


class ColdBox:
    """Downloads of logger histories, one after another.

    ``erase`` lets loggers that need telling (Blue Maestro) forget what was fetched; they also overwrite their oldest records
    on their own, so it is off unless asked for.
    """

    def __init__(
        self,
        radio: LoggerRadio,
        clock: Clock,
        store: Store,
        marks: Marks,
        *,
        patience: Patience | None = None,
        erase: bool = False,
    ) -> None:
        self._radio = radio
        self._clock = clock
        self._store = store
        self._marks = marks
        self._patience = patience or Patience()
        self._erase = erase
        self._turn = Lock()
        self._closing = Event()
        self._queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="coldbox")
        self._clocks: dict[str, tuple[datetime, float]] = {}
        self._sightings = Sightings(clock, marks)

    # on the air

    def listen(
        self,
        loggers: Sequence[Logger],
        hear: Callable[[str, Reading], None],
        note: Callable[[str, Battery], None] = lambda _logger, _battery: None,
    ) -> Subscription:
        """Call ``hear`` (logger id, reading) with what these loggers advertise, and ``note`` with what they say of their
        batteries, on the radio's thread.

        Raises:
            Refused: BLUETOOTH_OFF.
        """
        known = {logger.address.upper(): logger for logger in loggers}

        def on_heard(heard: Heard) -> None:
            logger = known.get(heard.address)
            if logger is None:
                return
            if heard.advertisement.measured:
                hear(logger.id, heard_reading(heard))
            said = Battery(heard.advertisement.battery_percent, heard.advertisement.battery_mv)
            if said != Battery():
                note(logger.id, said)
            self._sightings.see(logger, heard)

        return self._radio.listen(on_heard)

    # downloads

    def enqueue(
        self,
        route_id: str,
        logger: Logger,
        start: datetime,
        on_progress: Callable[[int], None] | None = None,
    ) -> "Future[Downloaded]":
        """Put a download at the end of the queue; :meth:`download` says what it does and raises."""
        return self._queue.submit(self.download, route_id, logger, start, on_progress)

    def download(
        self,
        route_id: str,
        logger: Logger,
        start: datetime,
        on_progress: Callable[[int], None] | None = None,
    ) -> Downloaded:
        """Fetch what ``logger`` recorded since ``start`` (and two intervals before, to cover the edge), as far as it is not
        durable yet. Waits for its turn. ``on_progress`` is told, on this thread, how many readings are durable so far.

        Raises:
            Refused: LOGGER_NOT_FOUND, LOGGER_DROPPED (what came is durable; try again), LOGGER_REFUSED, LOGGER_FAHRENHEIT,
                FRAME_MALFORMED, BLUETOOTH_OFF, each after it was recorded as DownloadFailed; DISK_FULL.
        """
        with self._turn:
            since = start - timedelta(seconds=2 * logger.interval)
            visit = Visit(route_id, logger, self._resume(logger, since), self._jump(logger))
            try:
                self._fetch(visit, on_progress)
            except Refused as refusal:
                if refusal.kind.number // 1000 == 3:
                    self._store.fail(DownloadFailed(route_id, logger.id, refusal.problem, visit.fresh))
                raise
            return self._report(visit)

    def close(self) -> None:
        """Finish the download that is under way and take no more."""
        self._closing.set()
        self._queue.shutdown(wait=True, cancel_futures=True)

    def _fetch(self, visit: Visit, on_progress: Callable[[int], None] | None) -> None:
        """Attempts until one runs to its end; where a cut may have left a hole in the middle, one more over everything."""
        while True:
            visit.attempts += 1
            try:
                self._attempt(visit, on_progress)
            except Refused as refusal:
                if not self._again(visit, refusal) or self._closing.wait(self._patience.pause):
                    raise
                continue
            point = visit.point
            if visit.attempts == 1 or visit.whole or not holes(point.known, visit.interval, point.since):
                return
            visit.whole = True

    def _again(self, visit: Visit, refusal: Refused) -> bool:
        """Whether another attempt is worth its time; somebody stands and waits."""
        visit.absent = visit.absent + 1 if refusal.kind is problems.LOGGER_NOT_FOUND else 0
        return refusal.kind in _WORTH_ANOTHER and visit.attempts < self._patience.attempts and visit.absent < 2

    def _attempt(self, visit: Visit, on_progress: Callable[[int], None] | None) -> None:
        logger = visit.logger
        try:
            heard = self._radio.find(logger.address, self._patience.find)
            self._sightings.see(logger, heard)
            advertised = heard.advertisement
            visit.interval = advertised.interval or logger.interval
            battery = advertised.battery_percent if advertised.battery_mv is None else advertised.battery_mv
            visit.battery = visit.battery if battery is None else battery
            with self._radio.connect(logger.address, self._patience.connect) as link:
                download = self._begin(visit)
                self._drain(visit, link, download, on_progress)
                self._forget(visit, link, download)
        except LinkLost as lost:
            self._keep(visit, on_progress=on_progress)
            raise Refused(problems.LOGGER_DROPPED, value=logger.serial, count=visit.fresh) from lost
        clocks = both_clocks(self._clock)
        if clocks is not None:
            self._clocks[logger.id] = clocks

    def _begin(self, visit: Visit) -> Download:
        visit.at = self._clock.now()
        visit.point = msgspec.structs.replace(visit.point, tally=self._sightings.of(visit.logger))
        download = begin(
            visit.logger.maker,
            now=visit.at,
            point=visit.point,
            interval=visit.interval,
            whole=visit.whole,
            shift=timedelta(seconds=visit.jump),
            erase=self._erase,
        )
        if download.forgets:  # then it is kept from its first record on, wanted or not: the logger has it no longer
            visit.point = msgspec.structs.replace(visit.point, since=None)
        return download

    def _drain(self, visit: Visit, link: Link, download: Download, on_progress: Callable[[int], None] | None) -> None:
        """Everything the logger sends, onto the disk."""
        try:
            self._converse(visit, link, download, on_progress)
        finally:
            if download.done or download.forgets:
                visit.missed += download.missed
        if download.problem is not None:
            self._keep(visit, on_progress=on_progress)
            self._sightings.downloaded(visit.logger, download)
            raise _named(download.problem, visit.logger)
        self._keep(visit, whole=download, on_progress=on_progress)
        self._sightings.downloaded(visit.logger, download)

    def _converse(
        self, visit: Visit, link: Link, download: Download, on_progress: Callable[[int], None] | None
    ) -> None:
        for command in download.commands():
            link.send(command)
        while not download.done:
            for chunk in link.receive(self._patience.silence):
                try:
                    visit.arrived += download.feed(chunk)
                except Refused:  # bytes that make no sense: what came before them is good
                    self._keep(visit, on_progress=on_progress)
                    raise
            visit.told = download.skew
            if download.waits:
                self._keep(visit, complete=download.whole, on_progress=on_progress)
                for command in download.onward():
                    link.send(command)
            elif len(visit.arrived) >= SEGMENT and not download.done:  # the end knows what is complete
                self._keep(visit, whole_segments=True, on_progress=on_progress)

    def _keep(
        self,
        visit: Visit,
        *,
        whole: Download | None = None,
        complete: bool = False,
        whole_segments: bool = False,
        on_progress: Callable[[int], None] | None,
    ) -> None:
        """Make what waits durable, segment by segment; ``whole`` is the download that these are the last readings of. A
        reading is taken off the waiting ones only after the store has it."""
        visit.sort()
        number = None if whole is None else whole.number
        while len(visit.pending) >= (SEGMENT if whole_segments else 1):
            segment = visit.pending[:SEGMENT]
            left = len(visit.pending) - len(segment)
            until = max(reading.at for reading in segment)
            if visit.durable_until is not None:
                until = max(until, visit.durable_until)
            reached = whole.number_of(segment[-1].at) if whole is not None and left else number
            if reached is not None:
                before = (None if visit.durable_until is None else to_ms(visit.durable_until), visit.point.number)
                self._put_mark(visit.logger, Mark(before, (to_ms(until), reached)))
            self._store.seal(
                sealed(
                    visit,
                    segment,
                    complete=(complete or whole is not None) and left == 0,
                    at=visit.at or self._clock.now(),
                )
            )
            del visit.pending[: len(segment)]
            visit.durable_until = until
            visit.fresh += len(segment)
            if reached is not None:
                visit.point = msgspec.structs.replace(visit.point, number=reached)
            if on_progress is not None:
                on_progress(visit.fresh)
        if (
            number is not None and visit.point.number != number
        ):  # all that is new got no time: it is settled all the same
            state = (None if visit.durable_until is None else to_ms(visit.durable_until), number)
            self._put_mark(visit.logger, Mark(state, state))
            visit.point = msgspec.structs.replace(visit.point, number=number)

    # what a logger's own numbers say

    def _forget(self, visit: Visit, link: Link, download: Download) -> None:
        """Everything is durable: tell the logger that it may forget, and learn where its count stands afterwards."""
        command = download.erase()
        if command is None:
            return
        try:
            link.send(command)
            link.receive(self._patience.silence)
            visit.erased = True
            after = self._begin(visit)
            for asked in after.commands():
                link.send(asked)
            while not after.done:
                for chunk in link.receive(self._patience.silence):
                    visit.arrived += after.feed(chunk)
        except LinkLost:
            return  # it forgot or it did not: the next download finds out by what it holds
        visit.sort()
        if after.number is not None:
            until = visit.point.newest
            state = (None if until is None else to_ms(until), after.number)
            self._put_mark(visit.logger, Mark(state, state))
        self._keep(visit, complete=True, on_progress=None)
        self._sightings.downloaded(visit.logger, after)

    def _put_mark(self, logger: Logger, mark: Mark) -> None:
        self._marks.put_setting(_key(logger), msgspec.json.encode(mark))

    def _resume(self, logger: Logger, since: datetime) -> Point:
        known = tuple(sorted(self._store.of(logger.id).readings, key=lambda reading: reading.at))
        raw = self._marks.setting(_key(logger))
        number = None
        if raw is not None:
            mark = msgspec.json.decode(raw, type=Mark)
            until = to_ms(known[-1].at) if known else None
            number = next((n for instant, n in (mark.after, mark.before) if instant == until), None)
        return Point(since, known, number)

    # clocks

    def _jump(self, logger: Logger) -> float:
        """s by which the wall clock was moved since this logger's last download in this process."""
        then, now = self._clocks.get(logger.id), both_clocks(self._clock)
        if then is None or now is None:
            return 0.0
        jump = (now[0] - then[0]).total_seconds() - (now[1] - then[1])
        return jump if abs(jump) > CLOCK_STEP else 0.0

    def _report(self, visit: Visit) -> Downloaded:
        return Downloaded(
            logger_id=visit.logger.id,
            at=visit.at or self._clock.now(),
            interval=visit.interval,
            attempts=visit.attempts,
            fresh=visit.fresh,
            again=visit.again,
            missed=visit.missed,
            newest=visit.point.newest,
            skew=visit.skew,
            jump=visit.jump,
            battery=visit.battery,
            erased=visit.erased,
        )


_WORTH_ANOTHER = (
    problems.LOGGER_DROPPED,
    problems.LOGGER_NOT_FOUND,
    problems.LOGGER_REFUSED,
    problems.FRAME_MALFORMED,
)


def _key(logger: Logger) -> str:
    return f"coldbox.{logger.id}"


def _named(problem: Problem, logger: Logger) -> Refused:
    """A maker's problem with the name of this very logger."""
    return Refused(CATALOGUE[problem.number], **{**problem.values, "value": logger.serial})


def heard_reading(heard: Heard) -> Reading:
    """An advertisement as a reading, timed by the handheld: for the screen and for alarms, never for a verdict."""
    return Reading(heard.at, heard.advertisement.temperature, heard.advertisement.humidity, TimeBasis.HEARD)
