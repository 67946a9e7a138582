"""Driving and rest: counted from the positions of the shift, and warned of in time.

What counts is in :mod:`shared.driving`. After a restart the count is read again from the sealed positions, so killing the app
does not give anybody a fresh four hours.
"""

import threading
from collections.abc import Callable

import msgspec

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.listeners import Listeners
from driver_app.services.recorder import Recorder
from driver_app.services.recording import record_of
from driver_app.services.track import Track
from driver_app.services.troubles import Troubles
from shared.clock import Clock, from_ms
from shared.custody.events import PositionsSealed, RestDue
from shared.driving import CHINA, RULES, Driven, DrivingRule
from shared.errors import Refused
from shared.geo import Position

WARNINGS = (30 * 60, 10 * 60, 0)
"""s before the rest comes due at which the driver is told: time to plan it, time to find a place, and the moment itself."""


class RestState(msgspec.Struct, frozen=True):
    """How long has been driven without a rest, and how long may be, s."""

    driven: float
    limit: int
    rest: int
    """s of standing that make a rest."""

    @property
    def left(self) -> float:
        """s until a rest is due; negative once it is overdue."""
        return self.limit - self.driven

    @property
    def warned(self) -> bool:
        """Whether it is time to think of a rest."""
        return self.left <= WARNINGS[0]


class Rest:
    """Counts driving time, and records each warning (what the driver was told is evidence)."""

    def __init__(
        self, journal: Journal, duty: Duty, recorder: Recorder, track: Track, clock: Clock, troubles: Troubles
    ) -> None:
        self._journal, self._duty, self._recorder = journal, duty, recorder
        self._clock, self._troubles = clock, troubles
        self._lock = threading.Lock()
        self._driven = Driven()
        self._told = len(WARNINGS)
        self._route_id: str | None = None
        self._listeners: Listeners[RestState] = Listeners()
        self._resume()
        track.subscribe(self._heard)

    @property
    def rule(self) -> DrivingRule:
        """The rule that the work names."""
        work = self._duty.work
        return CHINA if work is None else RULES.get(work.driving, CHINA)

    def state(self) -> RestState:
        """How things stand now."""
        rule = self.rule
        with self._lock:
            driven = self._driven.seconds(rule, self._clock.now()) if self._duty.on_shift else 0.0
        return RestState(driven, rule.longest, rule.rest)

    def subscribe(self, listener: Callable[[RestState], None]) -> Callable[[], None]:
        """Call ``listener`` when a warning is due; returns how to stop it."""
        return self._listeners.add(listener)

    def _resume(self) -> None:
        """Count again what this shift's positions say."""
        if not self._duty.on_shift:
            return
        self._route_id = self._duty.route.id
        rule = self.rule
        for entry in self._journal.entries(route_id=self._route_id, types=(PositionsSealed.__name__,)):
            segment = record_of(entry).decoded()
            if isinstance(segment, PositionsSealed):
                for at, lat, lon in zip(segment.times, segment.latitudes, segment.longitudes, strict=True):
                    self._driven = self._driven.step(rule, Position(lat / 1e6, lon / 1e6), from_ms(at))
        self._told = _step(rule, self._driven.seconds(rule, self._clock.now()))

    def _heard(self, position: Position) -> None:
        rule, route_id, now = self.rule, self._duty.route.id, self._clock.now()
        with self._lock:
            if route_id != self._route_id:
                self._driven, self._told, self._route_id = Driven(), len(WARNINGS), route_id
            self._driven = self._driven.step(rule, position, now)
            seconds = self._driven.seconds(rule, now)
            step = _step(rule, seconds)
            # who stands still may be resting already; it is said when the vehicle moves
            due = step < self._told and self._driven.still == now
            if due or step > self._told:
                self._told = step
        if due:
            try:
                self._recorder.record(RestDue(route_id, round(seconds), rule.longest))
            except Refused as refused:
                self._troubles.note(refused)
            self._listeners.tell(self.state())


def _step(rule: DrivingRule, seconds: float) -> int:
    """How many warnings are still to come."""
    left = rule.longest - seconds
    return sum(1 for warning in WARNINGS if left > warning)
