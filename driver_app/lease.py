"""Who may write the journal: one process at a time, and the kernel says which.

The app and the background process are two processes over one folder. The hash chain has one writer: whoever holds the lock on
``journal.lock`` builds the services, and nobody else does. The lock is ``flock``: it goes with the process that held it, so a
killed one leaves nothing behind to be cleaned up. A second lock, ``app.lock``, is held by the app as long as it lives; the
background process reads from it that it is to step back. The decision and its why-not: docs/decisions/0016.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from shared import problems
from shared.clock import Clock
from shared.errors import Refused

WRITER, APP = "journal.lock", "app.lock"
STEP = 0.05
"""Seconds (s) between two looks at a lock that is taken."""


class Lock:
    """A lock on a file, of this process, until it is released or the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor is not None

    def try_take(self) -> bool:
        """Take it if nobody else has it; whether it is held now."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it back; calling it twice is harmless."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_taken(path: Path) -> bool:
    """Whether another process, or another object of this one, holds the lock on ``path``."""
    lock = Lock(path)
    taken = not lock.try_take()
    lock.release()
    return taken


class AppLease:
    """What the app holds while it runs: that it is there, and the journal."""

    def __init__(self, folder: Path) -> None:
        self._app, self._writer = Lock(folder / APP), Lock(folder / WRITER)

    def take(self, clock: Clock, patience: float, wait: Callable[[float], object]) -> None:
        """Take both, giving the background process ``patience`` s to step back.

        Raises:
            Refused: JOURNAL_IN_USE, naming the lock that was not to be had; neither is held then.
        """
        until = clock.monotonic() + patience
        for lock, name in ((self._app, APP), (self._writer, WRITER)):
            while not lock.try_take():
                if clock.monotonic() >= until:
                    self.release()
                    raise Refused(problems.JOURNAL_IN_USE, value=name)
                wait(STEP)

    def release(self) -> None:
        """Give both back, the journal first."""
        self._writer.release()
        self._app.release()
