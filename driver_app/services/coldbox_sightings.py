"""What was seen of the counts of loggers that keep no times: noted from the air, kept across a restart.

A number is noted whenever an advertisement brings one, in memory; it is written down when something happened that
cannot be seen again (the first look, a pause, a count that fell), and otherwise now and then. So a killed app knows a
little less of when the records were made, and nothing wrong.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

import msgspec

from driver_app.hardware.ports import Heard
from shared.clock import Clock
from shared.errors import Refused
from shared.loggers.counting import Tally
from shared.loggers.history import Download
from shared.work import Logger

CLOCK_STEP = 2.0
"""s by which the wall clock may run apart from the monotonic one between two looks before it counts as moved."""
WRITTEN_EVERY = 60.0
"""s of monotonic time between two writings where nothing happened: what a killed app forgets of a logger's count."""


class Marks(Protocol):
    """Small durable values by name. :class:`driver_app.journal.ports.Journal` is one."""

    def setting(self, key: str) -> bytes | None: ...

    def put_setting(self, key: str, value: bytes) -> None: ...


def both_clocks(clock: Clock) -> tuple[datetime, float] | None:
    """Wall and monotonic clock of one moment; ``None`` where this thread was held up between the two, every time."""
    for _ in range(5):
        wall, monotonic = clock.now(), clock.monotonic()
        if clock.now() - wall < timedelta(seconds=CLOCK_STEP / 10):
            return wall, monotonic
    return None


class Sightings:
    """The tallies of all counting loggers, on the handheld's wall clock as it runs now. May be called from any thread."""

    def __init__(self, clock: Clock, marks: Marks) -> None:
        self._clock = clock
        self._marks = marks
        self._lock = Lock()
        self._tallies: dict[str, Tally] = {}
        self._clocks: dict[str, tuple[datetime, float]] = {}
        self._written: dict[str, float] = {}

    def of(self, logger: Logger) -> Tally:
        """What is known of a logger's count."""
        with self._lock:
            return self._current(logger)

    def see(self, logger: Logger, heard: Heard) -> None:
        """Note what an advertisement says of the count, if it says anything. A full disk does not stop it."""
        count = heard.advertisement.stored
        if count is None:
            return
        with self._lock:
            known = self._current(logger)
            interval = heard.advertisement.interval or logger.interval
            tally = known.seen(count, heard.at, interval)
            self._tallies[logger.id] = tally
            now = self._clock.monotonic()
            due = now - self._written.get(logger.id, now - WRITTEN_EVERY) >= WRITTEN_EVERY
            if due or _notable(known, tally, interval):
                # a full disk is told by whoever records there; this stays in memory, and the next look tries again
                with suppress(Refused):
                    self._write(logger, now)

    def downloaded(self, logger: Logger, download: Download) -> None:
        """Take over what a download that ran to its end says of the count.

        Raises:
            Refused: DISK_FULL, JOURNAL_DAMAGED.
        """
        if download.tally is None:
            return
        with self._lock:
            self._tallies[logger.id] = self._current(logger).since(download.tally)
            self._write(logger, self._clock.monotonic())

    def _current(self, logger: Logger) -> Tally:
        """The tally, moved with the handheld's clock if that was moved since."""
        tally = self._tallies.get(logger.id)
        if tally is None:
            raw = self._marks.setting(_key(logger))
            tally = Tally() if raw is None else msgspec.json.decode(raw, type=Tally)
        now, then = both_clocks(self._clock), self._clocks.get(logger.id)
        if now is not None:
            self._clocks[logger.id] = now
            if then is not None:
                moved = (now[0] - then[0]).total_seconds() - (now[1] - then[1])
                if abs(moved) > CLOCK_STEP:
                    tally = tally.shifted(timedelta(seconds=moved))
        self._tallies[logger.id] = tally
        return tally

    def _write(self, logger: Logger, now: float) -> None:
        self._marks.put_setting(_key(logger), msgspec.json.encode(self._tallies[logger.id]))
        self._written[logger.id] = now


def _notable(before: Tally, after: Tally, interval: int) -> bool:
    """Whether a look brought what cannot be seen again: the first number, one that fell, or the end of a pause."""
    if not before.sights or after.restarted != before.restarted:
        return True
    old, new = before.sights[-1], after.sights[-1]
    return new.count != old.count and old.last - old.first > timedelta(seconds=2 * interval)


def _key(logger: Logger) -> str:
    return f"coldbox.tally.{logger.id}"
