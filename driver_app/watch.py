"""What the background process does, decided: a table, without files, clocks or Android.

It runs as long as a shift runs. While the app lives it only stands by; when the app has died (a maker's battery saver killed
it, or a driver wiped it away) it takes the journal over and goes on: positions, loggers, alarms, sync. When the app comes
back it steps back at once.
"""

from enum import StrEnum

import msgspec

MARK = "shift.running"
"""The file that stands in the app's folder while a shift runs; ``Wake.java`` looks for the same name."""


class Seen(msgspec.Struct, frozen=True):
    """What the background process sees: whether a shift runs, whether the app lives, and whether it writes itself."""

    shift: bool
    app: bool
    writing: bool


class Act(StrEnum):
    """What it does about it."""

    STAND_BY = "stand_by"
    TAKE_OVER = "take_over"
    GO_ON = "go_on"
    STEP_BACK = "step_back"
    END = "end"


def decide(seen: Seen) -> Act:
    """The one thing to do now. Stepping back comes before everything: the app is waiting for it.

    >>> decide(Seen(shift=True, app=False, writing=False))
    <Act.TAKE_OVER: 'take_over'>
    """
    if seen.writing and (seen.app or not seen.shift):
        return Act.STEP_BACK
    if not seen.shift:
        return Act.END
    if seen.app:
        return Act.STAND_BY
    return Act.GO_ON if seen.writing else Act.TAKE_OVER
