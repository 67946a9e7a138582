"""The worker: follows the ledger (views), seals it (checkpoints), and tidies up. One process; stops when told.

A step that fails is retried after a pause; a consumer that fails on the same entry again and again is parked with its
problem, and the others go on.
"""

import logging
import traceback
from collections.abc import Callable
from threading import Event

from flask import Flask

from server.custody import consumers, ledger, live, operations
from server.trace import operations as trace
from server.trace.projection import Projector
from server.transaction import reading, transaction

log = logging.getLogger("handover.worker")

PAUSE = 0.25
"""Seconds (s) between looks at a quiet ledger."""
TRIES = 3
"""Failures of a consumer on one entry before it is parked."""
TIDY_EVERY = 240
"""Rounds between tidying up."""


class Worker:
    """Everything that happens after an entry is in the ledger."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._projector = Projector()
        self._failures = 0
        self._rounds = 0

    def run(self, stop: Event, *, seal: bool = True) -> None:
        """Work until ``stop`` is set."""
        while not stop.is_set():
            if not self.step(seal=seal):
                stop.wait(PAUSE)

    def step(self, *, seal: bool = True) -> bool:
        """One round; whether there was anything to do."""
        with self._app.app_context():
            busy = self._guard(self._follow)
            if seal:
                busy = self._guard(self._seal) or busy
            self._rounds += 1
            if self._rounds % TIDY_EVERY == 0:
                self._guard(self._tidy)
        return busy

    def _guard(self, work: Callable[[], bool]) -> bool:
        try:
            return work()
        except Exception:  # whatever it is, it is logged, the consumer is parked, and the others go on
            log.exception("a step of the worker failed")
            if work == self._follow:
                self._projector.forget()
                self._failures += 1
                if self._failures >= TRIES:
                    with transaction():
                        consumers.park(trace.CONSUMER, traceback.format_exc(limit=-3))
                    self._failures = 0
            return False

    def _follow(self) -> bool:
        with reading():
            if consumers.parked(trace.CONSUMER) or consumers.position(trace.CONSUMER) >= ledger.size():
                return False
        with transaction():
            trace.follow(self._projector)
        self._failures = 0
        return True

    def _seal(self) -> bool:
        with reading():
            checkpoint = ledger.latest_checkpoint()
            if ledger.size() == (checkpoint.size if checkpoint else 0):
                return False
        with transaction():
            ledger.seal()
        return True

    def _tidy(self) -> bool:
        with transaction():
            operations.forget_nonces()
            live.forget()
        return False
