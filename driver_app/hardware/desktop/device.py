"""The small parts of a desktop: its disk, its bell, and the lack of a camera and a position. Its keyboard is a wedge like any
other (:mod:`driver_app.hardware.wedge`)."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from driver_app.hardware.ports import Fix, Signal, Subscription
from driver_app.hardware.wedge import WedgeScanner as WedgeScanner
from shared import problems
from shared.errors import Problem, Refused


class DiskStorage:
    """:class:`driver_app.hardware.ports.Storage` of the disk that holds ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def free(self) -> int:
        return shutil.disk_usage(self._folder).free


class BellFeedback:
    """:class:`driver_app.hardware.ports.Feedback` on a terminal: one bell where a scan did not count, two for news, three for
    an alarm."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def give(self, signal: Signal) -> None:
        bells = {Signal.OK: 0, Signal.AGAIN: 1, Signal.WRONG: 1, Signal.NEWS: 2, Signal.ALARM: 3}[signal]
        if bells:
            self._terminal.write("\a" * bells)
            self._terminal.flush()


class NoCamera:
    """:class:`driver_app.hardware.ports.Camera` of a computer that has none it may use."""

    def take(self, on_photo: Callable[[bytes], None], on_problem: Callable[[Problem], None]) -> None:  # noqa: ARG002
        on_problem(Refused(problems.NO_CAMERA, value="desktop").problem)


class NoLocation:
    """:class:`driver_app.hardware.ports.Location` of a computer that does not know where it is."""

    def current(self) -> Fix:
        raise Refused(problems.NO_POSITION, value="desktop")

    def follow(self, on_fix: Callable[[Fix], None], every: float) -> Subscription:  # noqa: ARG002
        return _Nothing()


class _Nothing:
    def stop(self) -> None:
        """Nothing runs."""
