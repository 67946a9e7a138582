"""The small parts of a virtual device: a key in memory, a disk of a given size, a record of its signals."""

from driver_app.hardware.ports import Signal
from shared.keys import KeySigner


class MemoryKeystore(KeySigner):
    """:class:`driver_app.hardware.ports.Keystore` that forgets its key with the process."""


class FixedStorage:
    """:class:`driver_app.hardware.ports.Storage` with as many bytes left as it is told."""

    def __init__(self, free: int) -> None:
        self.left = free

    def free(self) -> int:
        return self.left


class RecordedFeedback:
    """:class:`driver_app.hardware.ports.Feedback` that keeps what was given."""

    def __init__(self) -> None:
        self.given: list[Signal] = []

    def give(self, signal: Signal) -> None:
        self.given.append(signal)
