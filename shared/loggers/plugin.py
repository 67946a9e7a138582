"""What a maker's module says of itself: which advertisements are its own, how to read them, and whether its memory can be
downloaded. The table of all of them is :data:`shared.loggers.makers.PLUGINS`; ``docs/loggers.md`` says how to add one.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from shared.loggers.history import Download, Point
from shared.loggers.values import Advertisement, Maker


class Counters(Protocol):
    """Remembers the counters of encrypted advertisements. :class:`shared.loggers.bthome.ReplayGuard` is one."""

    def check(self, address: bytes, counter: int, data: bytes) -> None:
        """Accept a counter of the logger at ``address`` and remember it.

        Raises:
            Refused: LOGGER_REPLAYED.
        """
        ...


class Said(msgspec.Struct, frozen=True):
    """One entry of an advertisement (the bytes after its company identifier or service UUID), and what is known beside it.

    ``address`` is the sender's, six bytes, most significant first; ``key`` the key kept for it; ``services`` the UUIDs it
    advertises, ``None`` where nobody looked; ``counters`` remembers what was heard before, ``None`` checks nothing.
    """

    data: bytes
    address: bytes | None = None
    key: bytes | None = None
    services: tuple[str, ...] | None = None
    counters: Counters | None = None


Decoder = Callable[[Said], Advertisement]
"""Reads one entry. Raises Refused: FRAME_UNKNOWN for a format that is not read here, FRAME_MALFORMED for one that is
and does not have its form; encrypted formats also LOGGER_KEY_MISSING, LOGGER_KEY_WRONG and LOGGER_REPLAYED."""


def plain(decode: Callable[[bytes], Advertisement]) -> Decoder:
    """A decoder that needs nothing but the bytes."""
    return lambda said: decode(said.data)


class Uart(msgspec.Struct, frozen=True):
    """A byte pipe over GATT: what is written to ``rx`` reaches the logger, what it sends comes as notifications of ``tx``.
    UUIDs of 36 characters, lower case."""

    service: str
    rx: str
    tx: str


class Start(msgspec.Struct, frozen=True):
    """How a download begins.

    ``now`` is the handheld's clock at this moment, ``point`` what is durable already, ``interval`` (s) how often the logger
    records. ``whole`` asks again for everything that is wanted, not only for what is newer than the newest reading;
    ``shift`` is how far the handheld's clock was moved since the known readings were taken; ``erase`` lets the logger
    forget what was fetched, once it is durable, where it can be told so separately.
    """

    now: datetime
    point: Point
    interval: int
    whole: bool = False
    shift: timedelta = timedelta()
    erase: bool = False


class History(msgspec.Struct, frozen=True):
    """How a maker's memory is downloaded: over which pipe, and by what."""

    uart: Uart
    begin: Callable[[Start], Download]


class Plugin(msgspec.Struct, frozen=True):
    """A maker. ``companies`` reads manufacturer specific data by company identifier, ``services`` service data by UUID (36
    characters). ``names`` are the makers or formats it speaks for, the first of them the one whose ``history`` it is."""

    names: tuple[Maker, ...]
    companies: Mapping[int, Decoder] = {}
    services: Mapping[str, Decoder] = {}
    history: History | None = None
