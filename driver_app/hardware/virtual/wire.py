"""A radio without Bluetooth: talks to virtual loggers directly, in the caller's thread and in no time.

For tests of what is above the port. The contract tests hold it equal to the real radio over a real (virtual) link.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from driver_app.hardware.ports import Heard, Link, LinkLost, Loss, Subscription
from driver_app.hardware.virtual.loggers import VirtualLogger
from shared import problems
from shared.clock import Clock
from shared.errors import Refused
from shared.loggers.advertisement import decode


class DirectRadio:
    """:class:`driver_app.hardware.ports.LoggerRadio` over plain calls. ``on`` is Bluetooth's switch."""

    def __init__(self, loggers: Sequence[VirtualLogger], clock: Clock) -> None:
        self._loggers = {logger.setup.address: logger for logger in loggers}
        self._clock = clock
        self._listeners: list[Callable[[Heard], None]] = []
        self.on = True

    def listen(self, on_heard: Callable[[Heard], None]) -> Subscription:
        self._check()
        self._listeners.append(on_heard)
        return _Listening(self._listeners, on_heard)

    def advertise(self) -> None:
        """Let every logger in range advertise once."""
        for logger in self._loggers.values():
            if logger.reachable:
                for on_heard in tuple(self._listeners):
                    on_heard(self._heard(logger))

    def find(self, address: str, timeout: float) -> Heard:  # noqa: ARG002 - it is there at once, or not at all
        self._check()
        return self._heard(self._reach(address))

    @contextmanager
    def connect(self, address: str, timeout: float) -> Iterator[Link]:  # noqa: ARG002
        self._check()
        yield _DirectLink(self._reach(address))

    def close(self) -> None:
        self._listeners.clear()

    def _check(self) -> None:
        if not self.on:
            raise Refused(problems.BLUETOOTH_OFF, value="powered_off")

    def _reach(self, address: str) -> VirtualLogger:
        logger = self._loggers.get(address.upper())
        if logger is None or not logger.reachable:
            raise Refused(problems.LOGGER_NOT_FOUND, value=address)
        return logger

    def _heard(self, logger: VirtualLogger) -> Heard:
        advertisement = decode(logger.company, logger.advertisement())
        return Heard(logger.setup.address, None, self._clock.now(), -50, advertisement)


class _Listening:
    def __init__(self, listeners: list[Callable[[Heard], None]], on_heard: Callable[[Heard], None]) -> None:
        self._listeners = listeners
        self._on_heard = on_heard

    def stop(self) -> None:
        if self._on_heard in self._listeners:
            self._listeners.remove(self._on_heard)


class _DirectLink:
    def __init__(self, logger: VirtualLogger) -> None:
        self._logger = logger
        self._coming: list[bytes] = []
        self._left = logger.cut_after.pop(0) if logger.cut_after else None
        self._cut = False

    def send(self, data: bytes) -> None:
        if self._cut or not self._logger.reachable:
            raise LinkLost(Loss.DROPPED)
        for chunk in self._logger.answer(data):
            if self._left == 0:
                self._cut = True
                return
            if self._left is not None:
                self._left -= 1
            self._coming.append(chunk)

    def receive(self, timeout: float) -> list[bytes]:  # noqa: ARG002
        if self._coming:
            return [self._coming.pop(0)]
        raise LinkLost(Loss.DROPPED if self._cut or not self._logger.reachable else Loss.SILENT)
