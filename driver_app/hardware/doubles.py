"""One act, one code: what a reader delivers twice within a second counts once.

Scan services broadcast twice where two of their outputs are switched on; a camera sees the same label in every picture. No
Android and no Kivy here.
"""

from threading import Lock

from driver_app.hardware.ports import RawCode
from shared.clock import Clock

DOUBLE = 1.0
"""Seconds (s) after its last sighting in which a code is the same act."""


class Doubles:
    """Tells a new code from one that was seen a moment ago. Safe to be asked on several threads.

    A code that stays in view stays the same act, however long: each sighting begins its second anew. All codes of the last
    second are remembered, so that two labels side by side do not take turns in being new.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._lock = Lock()

    def is_new(self, code: RawCode) -> bool:
        """Whether this is an act of its own. The symbology is not looked at: one output may tell it, another not."""
        now = self._clock.monotonic()
        with self._lock:
            self._seen = {text: at for text, at in self._seen.items() if now - at < DOUBLE}
            new = code.text not in self._seen
            self._seen[code.text] = now
        return new
