"""The ports between the app's services and the device. No implementation is imported here, and no service imports one.

Threads: services are synchronous. A callback handed to a port may be called on a thread of the port's own; what it may do
there is said at each. Instants are aware UTC, positions WGS-84 degrees.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from driver_app.hardware.permissions import Need, Standing
from shared.errors import Problem
from shared.geo import Position
from shared.keys import Signer
from shared.loggers.values import Advertisement
from shared.navigation import Navigator


class Subscription(Protocol):
    """Something that goes on until it is stopped."""

    def stop(self) -> None:
        """End it; calling it twice is harmless. After it returns no further callback begins. Not to be called in one."""
        ...


# codes -------------------------------------------------------------------------------------------------------------------


class CodeSource(StrEnum):
    """How a code came in."""

    CAMERA = "camera"
    SCANNER = "scanner"
    TYPED = "typed"


class RawCode(msgspec.Struct, frozen=True):
    """A code as it was read, uninterpreted: its text with every separator (GS, 0x1D) kept, and its symbology identifier
    (ISO/IEC 15424, as ``]d2``) where the reader told it. ``beside``: what was read in the same picture or the same act, on
    the same pack as far as can be told; see :mod:`shared.codes.several`. ``separator``: what stands for FNC1 in ``text``,
    where this reader is known to send it; ``None`` where it may have been lost on the way."""

    text: str
    symbology: str | None
    source: CodeSource
    beside: tuple["RawCode", ...] = ()
    separator: str | None = None


class Scanner(Protocol):
    """Reads codes: with the camera, a built-in scan engine, or a keyboard wedge."""

    def start(self, on_code: Callable[[RawCode], None]) -> Subscription:
        """Call ``on_code`` with every code that is read until stopped.

        Raises:
            Refused: NO_CAMERA where nothing can scan.
        """
        ...


# loggers -----------------------------------------------------------------------------------------------------------------


class Heard(msgspec.Struct, frozen=True):
    """One advertisement of a logger, with the handheld's clock when it was heard and the signal strength in dBm."""

    address: str
    name: str | None
    at: datetime
    rssi: int
    advertisement: Advertisement


class Loss(StrEnum):
    """Why a connection to a logger is of no more use."""

    DROPPED = "dropped"
    """The connection ended."""
    SILENT = "silent"
    """It stands, and nothing comes."""


class LinkLost(Exception):
    """A connection to a logger ended or fell silent. What had been received before was given out first."""

    def __init__(self, loss: Loss) -> None:
        super().__init__(loss.value)
        self.loss = loss


class Link(Protocol):
    """An open connection to a logger: bytes both ways over its Nordic UART service."""

    def send(self, data: bytes) -> None:
        """Write to the logger; returns once the radio has taken it.

        Raises:
            LinkLost: the connection is gone.
        """
        ...

    def receive(self, timeout: float) -> list[bytes]:
        """The notifications received since the last call, at least one, in order. Waits ``timeout`` s for the first.

        Raises:
            LinkLost: the connection ended and everything received was given out, or nothing came in time.
        """
        ...


class LoggerRadio(Protocol):
    """Bluetooth, as far as loggers need it."""

    def listen(self, on_heard: Callable[[Heard], None]) -> Subscription:
        """Call ``on_heard`` with every advertisement of a known format, on the radio's thread: it must return quickly.

        Raises:
            Refused: BLUETOOTH_OFF.
        """
        ...

    def find(self, address: str, timeout: float) -> Heard:
        """The next advertisement of one logger, waiting ``timeout`` s for it.

        Raises:
            Refused: LOGGER_NOT_FOUND where it was not heard, BLUETOOTH_OFF.
        """
        ...

    def connect(self, address: str, timeout: float) -> AbstractContextManager[Link]:
        """A connection, subscribed to what the logger sends; leaving the context ends it.

        Raises:
            Refused: LOGGER_NOT_FOUND where no connection comes about in ``timeout`` s, LOGGER_REFUSED where the device has no
                Nordic UART service, BLUETOOTH_OFF.
        """
        ...

    def close(self) -> None:
        """Give the radio back."""
        ...


# pictures, places --------------------------------------------------------------------------------------------------------


class Camera(Protocol):
    """Takes photos."""

    def take(self, on_photo: Callable[[bytes], None], on_problem: Callable[[Problem], None]) -> None:
        """Take one photo. Exactly one of the two is called, once, perhaps on another thread and later: ``on_photo`` with
        the JPEG bytes, or ``on_problem`` (NO_CAMERA, PERMISSION_MISSING)."""
        ...


class Picture(msgspec.Struct, frozen=True):
    """What a camera sees: a JPEG, and by how many degrees (0, 90, 180, 270) it is to be turned clockwise to be upright."""

    jpeg: bytes
    turn: int = 0


class Viewfinder(Scanner, Protocol):
    """The camera, looking for codes (:meth:`Scanner.start`), and what it sees, shown so that a person can aim."""

    def watch(self, on_picture: Callable[[Picture], None]) -> Subscription:
        """Call ``on_picture`` with pictures, a few a second, perhaps on another thread, while codes are looked for."""
        ...


class Fix(msgspec.Struct, frozen=True):
    """One position fix, with the handheld's clock when it was made."""

    at: datetime
    position: Position


class Location(Protocol):
    """Where the device is. Asked only during a shift (personal information law): nothing here runs before ``follow``."""

    def current(self) -> Fix:
        """The position now.

        Raises:
            Refused: NO_POSITION.
        """
        ...

    def follow(self, on_fix: Callable[[Fix], None], every: float) -> Subscription:
        """Call ``on_fix`` about every ``every`` s (real time), perhaps on another thread, while there is a position.

        Raises:
            Refused: PERMISSION_MISSING.
        """
        ...


# what is shown and what lies outside the app ------------------------------------------------------------------------------


class Screen(Protocol):
    """The device's screen."""

    def keep_on(self, on: bool) -> None:
        """Keep it from going dark while somebody signs, or let it again. Returns at once."""
        ...


class Outside(Protocol):
    """Other apps of the device."""

    def dial(self, number: str) -> None:
        """Open the telephone with ``number``; the person presses the button.

        Raises:
            Refused: NO_APP.
        """
        ...

    def navigate(self, to: Position, name: str, app: Navigator) -> None:
        """Hand a destination (WGS-84) to a navigation app, in the datum that app wants.

        Raises:
            Refused: NO_APP where it is not installed.
        """
        ...

    def open_settings(self) -> None:
        """This app's page in the device's settings.

        Raises:
            Refused: NO_APP.
        """
        ...

    def unrestricted(self) -> bool:
        """Whether battery saving leaves this app alone."""
        ...

    def ask_unrestricted(self) -> None:
        """Let the person exempt this app from battery saving.

        Raises:
            Refused: NO_APP.
        """
        ...


class Permissions(Protocol):
    """What the device lets the app do, asked of whoever holds it."""

    def standing(self, need: Need) -> Standing:
        """How a need stands now."""
        ...

    def ask(self, need: Need, answered: Callable[[Standing], None]) -> None:
        """Have the device ask; ``answered`` is called once, perhaps on another thread. It must not raise."""
        ...


class Guard(Protocol):
    """What keeps a shift going while nobody looks at the screen: a notice, a second process, an alarm clock."""

    def keep(self, running: bool) -> None:
        """A shift runs, or none does. Calling it again with the same is harmless and quick."""
        ...


# keys, storage, attention ------------------------------------------------------------------------------------------------


class Keystore(Signer, Protocol):
    """The device's Ed25519 key: made once, on the device, and never leaving it.

    ``public_key`` and ``sign`` raise Refused KEYSTORE where the key cannot be used.
    """


class Kept(StrEnum):
    """Where the device's private key is: evidence is worth what that place is."""

    HARDWARE = "hardware"
    """Made inside the device's key hardware, and never outside it."""
    WRAPPED = "wrapped"
    """In a file that the device's key hardware encrypts; in memory while the app runs."""
    FILE = "file"
    """In a file of the app's own: a desktop has nothing better."""


class Storage(Protocol):
    """The device's disk."""

    def free(self) -> int:
        """Bytes that can still be written."""
        ...


class Signal(StrEnum):
    """What the device tells hands and ears."""

    OK = "ok"
    AGAIN = "again"
    """A code that was scanned before: nothing was counted, and nothing is wrong."""
    WRONG = "wrong"
    ALARM = "alarm"
    NEWS = "news"
    """Dispatch wrote, or changed the route."""


class Feedback(Protocol):
    """Sound and vibration; a gloved driver does not look at the screen for every scan."""

    def give(self, signal: Signal) -> None:
        """Give a signal; returns at once."""
        ...
