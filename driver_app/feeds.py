"""Feeds: what the device hears and where it is, handed to the services — during a shift, and only then.

Outside a shift the handheld knows nothing about its driver (personal information law): the location port is not even
asked. No Kivy here.
"""

from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from driver_app.hardware.choose import Hardware
from driver_app.hardware.ports import Fix, Subscription
from driver_app.services.bootstrap import Services
from driver_app.services.coldbox import ColdBox
from shared.errors import Problem, Refused
from shared.work import Logger

EVERY = 5.0
"""s (real time) between two positions."""


class Feeds:
    """Listens to loggers and follows the position while a shift runs.

    ``refused`` is told (on whatever thread it happens) what a port refused, such as Bluetooth that is switched off; the
    next :meth:`look` tries again.
    """

    def __init__(
        self, services: Services, hardware: Hardware, coldbox: ColdBox, refused: Callable[[Problem], None]
    ) -> None:
        self._services, self._hardware, self._coldbox = services, hardware, coldbox
        self._refused = refused
        self._lock = Lock()
        self._loggers: tuple[Logger, ...] = ()
        self._listening: Subscription | None = None
        self._following: Subscription | None = None

    def look(self) -> None:
        """Start what the shift needs and stop what it no longer needs. May block for a moment: not on the UI thread."""
        duty = self._services.duty
        with self._lock:
            wanted = tuple(logger for _, logger in duty.route.loggers()) if duty.on_shift else ()
            if wanted != self._loggers or (wanted and self._listening is None):
                self._listen(wanted)
            if duty.on_shift and self._following is None:
                self._following = self._hardware.location.follow(self._moved, EVERY)
            elif not duty.on_shift and self._following is not None:
                self._following.stop()
                self._following = None

    def close(self) -> None:
        """Stop both."""
        with self._lock:
            self._listen(())
            if self._following is not None:
                self._following.stop()
                self._following = None

    def _listen(self, loggers: tuple[Logger, ...]) -> None:
        if self._listening is not None:
            self._listening.stop()
            self._listening = None
        self._loggers = loggers
        if loggers:
            try:
                self._listening = self._coldbox.listen(loggers, self._services.heard.hear, self._services.heard.note)
            except Refused as refusal:
                self._refused(refusal.problem)

    def _moved(self, fix: Fix) -> None:
        with suppress(Refused):  # a shift that just ended: the position is nobody's business any more
            self._services.track.heard(fix.position, fix.at)
