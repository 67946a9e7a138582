"""The background process: what Android runs as a foreground service while a shift runs. No Kivy here.

It stands by while the app lives, and goes on with the shift when the app has died: see :mod:`driver_app.watch` for what it
does when, and :mod:`driver_app.lease` for how there is never more than one writer.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from driver_app.feeds import Feeds
from driver_app.hardware.ports import Signal
from driver_app.lease import APP, WRITER, Lock, is_taken
from driver_app.options import read
from driver_app.parts import Parts, compose
from driver_app.services.recorder import Recorded
from driver_app.watch import MARK, Act, Seen, decide
from shared.custody.events import AlarmRaised
from shared.errors import Problem, Refused

LOOK_EVERY = 1.0
"""Seconds (s) between two looks: the app waits this long for its journal, at most."""
GOODBYE = 8.0
"""Seconds (s) that a request under way may still take when the app wants its journal back; then the journal is closed under
it, and what it was about is done again by the app."""
FEEDS_EVERY = 20
"""Looks between two at the feeds, and two reminders of an alarm that nobody has acknowledged."""


class Background:
    """One background process over the app's ``folder``. ``compose`` builds everything below the screens, each time anew: what
    the services hold in memory is true only for whoever writes."""

    def __init__(self, folder: Path, build: Callable[[], Parts]) -> None:
        self._folder, self._build = folder, build
        self._writer = Lock(folder / WRITER)
        self._parts: Parts | None = None
        self._feeds: Feeds | None = None
        self._ending = Event()
        self._sync: Thread | None = None
        self._looks = 0
        self.refused: Problem | None = None
        """Why the journal could not be taken over, if it could not."""

    @property
    def writing(self) -> bool:
        """Whether this process writes the journal now."""
        return self._parts is not None

    def run(self, wait: Callable[[float], object]) -> None:
        """Look until the shift ends."""
        while self.look() is not Act.END:
            wait(LOOK_EVERY)

    def look(self) -> Act:
        """See how things stand and do the one thing to do."""
        mark = self._folder / MARK
        act = decide(Seen(shift=mark.exists(), app=is_taken(self._folder / APP), writing=self.writing))
        if act is Act.TAKE_OVER:
            self._take_over()
        elif act is Act.STEP_BACK:
            self._step_back()
        elif act is Act.GO_ON:
            self._go_on()
        return act

    def _take_over(self) -> None:
        if not self._writer.try_take():
            return  # the app is just ending, or just beginning: the next look knows
        try:
            parts = self._build()
        except Refused as refusal:
            # a full disk or a keystore that is still locked: the lock goes back, and the next look tries again
            self.refused = refusal.problem
            self._writer.release()
            return
        self.refused = None
        self._parts = parts
        if not parts.services.duty.on_shift:
            (self._folder / MARK).unlink(missing_ok=True)  # the mark outlived its shift: the journal knows better
            self._step_back()
            return
        self._looks = 0
        self._ending = Event()
        self._feeds = Feeds(parts.services, parts.hardware, parts.coldbox, parts.hardware.notices.note)
        self._sync = Thread(target=parts.services.sync.run, args=(self._ending,), name="sync", daemon=True)
        self._sync.start()
        parts.services.recorder.subscribe(self._recorded)
        self._go_on()

    def _recorded(self, recorded: Recorded) -> None:
        if isinstance(recorded.event, AlarmRaised) and self._parts is not None:
            self._parts.hardware.feedback.give(Signal.ALARM)

    def _go_on(self) -> None:
        parts, feeds = self._parts, self._feeds
        if parts is None or feeds is None:
            return
        if not parts.services.duty.on_shift:
            (self._folder / MARK).unlink(missing_ok=True)
            return
        if self._looks % FEEDS_EVERY == 0:
            try:
                feeds.look()
            except Refused as refusal:
                parts.hardware.notices.note(refusal.problem)
            if parts.services.alarms.open():
                parts.hardware.feedback.give(Signal.ALARM)
        self._looks += 1

    def _step_back(self) -> None:
        """Let go of everything, the journal last: once its lock is free the app writes."""
        parts, self._parts = self._parts, None
        if parts is not None:
            self._ending.set()
            if self._feeds is not None:
                self._feeds.close()
            self._feeds = None
            if self._sync is not None:
                self._sync.join(GOODBYE)
            self._sync = None
            try:
                parts.services.track.seal()
            except Refused as refusal:
                self.refused = refusal.problem  # a full disk: these positions are a gap, and the gap is shown
            parts.coldbox.close()
            parts.hardware.close()
            parts.services.journal.close()
        self._writer.release()


def main() -> int:
    """Run until the shift ends; 0."""
    options = read([])
    options.data.mkdir(parents=True, exist_ok=True)
    Background(options.data, lambda: compose(options)).run(Event().wait)
    return 0


if __name__ == "__main__":
    sys.exit(main())
