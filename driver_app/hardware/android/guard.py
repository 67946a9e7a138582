"""Keeping a shift alive: the foreground service, the alarm clock that wakes it, and the mark that says a shift runs.

The mark is a file: the Java receiver that hears the alarm and the end of booting reads nothing else, and starts nothing
without it. Outside a shift there is no service, no alarm and no mark (personal information law: nothing runs that could know
where the driver is).

Sources: developer.android.com, "Foreground services" (types, restrictions on starting from the background since Android 12
and their exemptions), "Schedule alarms" (``setAndAllowWhileIdle``: about one in nine minutes while dozing),
``PendingIntent`` (mutability has to be stated since Android 12).
"""

from pathlib import Path
from typing import Any

from driver_app.hardware.android.java import Java
from driver_app.hardware.notices import Notices
from driver_app.hardware.scanners import PACKAGE
from driver_app.watch import MARK
from shared import problems
from shared.errors import Refused

SERVICE = f"{PACKAGE}.ServiceShift"
RECEIVER = f"{PACKAGE}.Wake"
TITLE = "班次进行中 · Shift running"
TEXT = "正在记录温度和位置 · Recording temperatures and positions"
WAKE_EVERY = 10 * 60 * 1000
"""ms until the alarm: Android lets a dozing app have one in about nine minutes."""
ELAPSED_REALTIME_WAKEUP = 2
FLAGS = 0x0800_0000 | 0x0400_0000
"""``PendingIntent.FLAG_UPDATE_CURRENT | FLAG_IMMUTABLE``."""


class AndroidGuard:
    """:class:`driver_app.hardware.ports.Guard` on a foreground service and an alarm."""

    def __init__(self, java: Java, folder: Path, notices: Notices) -> None:
        self._java, self._mark, self._notices = java, folder / MARK, notices
        self._kept: bool | None = None

    def keep(self, running: bool) -> None:
        if running == self._kept:
            return
        if running:
            self._mark.touch()
            self._kept = self._started()
        else:
            self._mark.unlink(missing_ok=True)
            self._alarms().cancel(self._wake())
            self._java.type(SERVICE).stop(self._java.context())
            self._kept = False

    def _started(self) -> bool | None:
        """Start the service; where Android does not let it start now, the next call tries again."""
        self.arm()
        try:
            self._java.type(SERVICE).start(self._java.context(), "", TITLE, TEXT, "")
        except self._java.thrown as error:  # IllegalStateException: from the background, without an exemption
            self._notices.note(Refused(problems.SERVICE_REFUSED, value=str(error)).problem)
            return None
        return True

    def arm(self) -> None:
        """Set the alarm anew; the receiver sets it again each time it rings."""
        now = self._java.type("android.os.SystemClock").elapsedRealtime()
        self._alarms().setAndAllowWhileIdle(ELAPSED_REALTIME_WAKEUP, now + WAKE_EVERY, self._wake())

    def _alarms(self) -> Any:
        return self._java.cast("android.app.AlarmManager", self._java.context().getSystemService("alarm"))

    def _wake(self) -> Any:
        context = self._java.context()
        intent = self._java.type("android.content.Intent")()
        intent.setClassName(context.getPackageName(), RECEIVER)
        return self._java.type("android.app.PendingIntent").getBroadcast(context, 0, intent, FLAGS)
