"""Arriving by itself: a vehicle that stays inside the next stop's geofence has arrived."""

from driver_app.services.duty import Duty
from driver_app.services.step import StepKind, Steps
from driver_app.services.stop import StopVisit
from driver_app.services.track import Track
from driver_app.services.troubles import Troubles
from shared.clock import Clock
from shared.custody.events import ArrivedBy
from shared.errors import Refused
from shared.geo import Position

DWELL = 30.0
"""Seconds (s) inside the fence before it counts: driving past a hospital on the way is not arriving at it."""
ACCURATE = 100.0
"""m: a position less certain than this says nothing about a fence."""


class Arrival:
    """Watches positions while the vehicle is on its way to a stop."""

    def __init__(
        self, duty: Duty, steps: Steps, stop: StopVisit, track: Track, clock: Clock, troubles: Troubles
    ) -> None:
        self._duty, self._steps, self._stop = duty, steps, stop
        self._clock, self._troubles = clock, troubles
        self._inside: tuple[str, float] | None = None
        track.subscribe(self._look)

    def _look(self, position: Position) -> None:
        step = self._steps.current()
        if step.kind is not StepKind.DRIVE or step.stop_id is None or (position.accuracy or 0.0) > ACCURATE:
            return
        now = self._clock.monotonic()
        if not self._duty.route.stop(step.stop_id).site.fence.contains(position):
            self._inside = None
        elif self._inside is None or self._inside[0] != step.stop_id:
            self._inside = step.stop_id, now
        elif now - self._inside[1] >= DWELL:
            self._inside = None
            try:
                self._stop.arrive(step.stop_id, ArrivedBy.GEOFENCE)
            except Refused as refused:
                self._troubles.note(refused)
