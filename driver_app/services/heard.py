"""What loggers say on the air, and the alarms that follow from it.

An advertisement is for eyes and ears: pre-cooling and alarms. It never becomes part of a verdict by itself; the verdict is
made of what the logger stored (see :mod:`driver_app.services.readings`).
"""

import threading
from collections.abc import Callable

from driver_app.journal.ports import Journal
from driver_app.services.battery import Battery
from driver_app.services.duty import Duty
from driver_app.services.listeners import Listeners
from driver_app.services.recorder import Recorder
from driver_app.services.recording import record_of
from driver_app.services.troubles import Troubles
from shared import problems
from shared.clock import Clock
from shared.coldchain.readings import Reading
from shared.custody.events import AlarmAcknowledged, AlarmRaised
from shared.custody.journey import Phase
from shared.errors import Refused
from shared.work import Container, Line

FRESH = 300.0
"""Seconds (s) a heard reading stands for "now": the longest recording interval GSP allows in transport (appendix
温湿度自动监测)."""


class Heard:
    """The newest reading heard of each logger."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: dict[str, tuple[float, Reading]] = {}
        self._batteries: dict[str, Battery] = {}
        self._listeners: Listeners[tuple[str, Reading]] = Listeners()

    def hear(self, logger_id: str, reading: Reading) -> None:
        """Take an advertisement's reading, or the newest of a download."""
        with self._lock:
            known = self._latest.get(logger_id)
            if known is not None and known[1].at > reading.at:
                return
            self._latest[logger_id] = self._clock.monotonic(), reading
        self._listeners.tell((logger_id, reading))

    def latest(self, logger_id: str, max_age: float = FRESH) -> Reading | None:
        """The newest reading heard of a logger, unless it was heard longer than ``max_age`` s ago."""
        with self._lock:
            found = self._latest.get(logger_id)
        if found is None or self._clock.monotonic() - found[0] > max_age:
            return None
        return found[1]

    def note(self, logger_id: str, battery: Battery) -> None:
        """Take what a logger says of its battery."""
        with self._lock:
            self._batteries[logger_id] = battery

    def battery(self, logger_id: str) -> Battery:
        """What a logger last said of its battery."""
        with self._lock:
            return self._batteries.get(logger_id, Battery())

    def subscribe(self, listener: Callable[[str, Reading], None]) -> Callable[[], None]:
        """Call ``listener`` with the logger's id and every reading heard; returns how to stop it."""
        return self._listeners.add(lambda heard: listener(*heard))


class Alarms:
    """Raises an alarm when a logger on the road is heard out of its container's range: once, until it was acknowledged and
    the logger was heard back in range (GSP appendix 温湿度自动监测: alarm when out of range)."""

    def __init__(self, journal: Journal, duty: Duty, recorder: Recorder, heard: Heard, troubles: Troubles) -> None:
        self._journal, self._duty, self._recorder, self._troubles = journal, duty, recorder, troubles
        self._standing: set[str] = set()
        self._lock = threading.Lock()
        heard.subscribe(self._hear)

    def _hear(self, logger_id: str, reading: Reading) -> None:
        try:
            self._judge(logger_id, reading)
        except Refused as refused:
            # not written: the next advertisement tries again
            with self._lock:
                self._standing.discard(logger_id)
            self._troubles.note(refused)

    def _judge(self, logger_id: str, reading: Reading) -> None:
        if reading.temperature is None or not self._duty.on_shift or self._duty.journey.phase is not Phase.DEPARTED:
            return
        container = self._container(logger_id)
        if container is None:
            return
        limits = container.range
        with self._lock:
            if limits.low <= reading.temperature <= limits.high:
                self._standing.discard(logger_id)
                return
            if logger_id in self._standing or logger_id in self._duty.journey.alarms:
                return
            self._standing.add(logger_id)
        route_id = self._duty.route.id
        alarm = AlarmRaised(route_id, logger_id, container.id, reading.temperature, limits.low, limits.high)
        self._recorder.record(alarm)

    def _container(self, logger_id: str) -> Container | None:
        """The container a logger speaks for now."""
        for attachment in self._duty.journey.attachments:
            if attachment.logger_id == logger_id and attachment.until is None:
                return self._duty.route.container(attachment.container_id)
        return None

    def open(self) -> tuple[AlarmRaised, ...]:
        """The alarms nobody has acknowledged: the last one of each logger."""
        waiting = self._duty.journey.alarms if self._duty.started else frozenset()
        if not waiting:
            return ()
        found: dict[str, AlarmRaised] = {}
        for entry in self._journal.entries(route_id=self._duty.route.id, types=(AlarmRaised.__name__,)):
            event = record_of(entry).decoded()
            if isinstance(event, AlarmRaised) and event.logger_id in waiting:
                found[event.logger_id] = event
        return tuple(found.values())

    def goods(self, container_id: str) -> tuple[Line, ...]:
        """The lines with packs in a container now."""
        journey = self._duty.journey
        inside = {
            line_id
            for line_id, state in journey.lines.items()
            if state.on_board > 0 and any(r.container_id == container_id and r.until is None for r in state.rides)
        }
        return tuple(line for stop in journey.route.stops for line in stop.lines() if line.id in inside)

    def acknowledge(self, logger_id: str, note: str = "") -> str:
        """Record that the driver has seen the alarm.

        Raises:
            Refused: NOT_FOUND where there is none.
        """
        if not self._duty.started or logger_id not in self._duty.journey.alarms:
            raise Refused(problems.NOT_FOUND, what="报警 alarm", value=logger_id)
        return self._recorder.record(AlarmAcknowledged(self._duty.route.id, logger_id, note))
