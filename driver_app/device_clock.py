"""The device's own clock: the one place of the app that asks the system what time it is."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from shared.clock import Pace


class DeviceClock:
    """:class:`shared.clock.Clock` of the device.

    Monotonic time counts the time the device sleeps, where the system can tell (``CLOCK_BOOTTIME`` on Linux and Android): a
    phone that slept in a pocket must not look like one whose clock was set.
    """

    _source = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(self._source)


class PaceFile:
    """The pace of a rehearsal's clock, in the file that all its processes share; read again whenever it changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = -1
        self._pace: Pace | None = None

    def read(self) -> Pace:
        changed = self.path.stat().st_mtime_ns
        if self._pace is None or changed != self._seen:
            self._pace = msgspec.json.decode(self.path.read_bytes(), type=Pace)
            self._seen = changed
        return self._pace

    def change(self, speed: float) -> None:
        """Run at ``speed`` from now on; whoever reads meanwhile sees the old pace or the new one, never half of it."""
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self.read().change(DeviceClock().now(), speed)))
        os.replace(fresh, self.path)
