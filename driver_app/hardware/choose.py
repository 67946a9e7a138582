"""Which device this is: the one place that decides, and the one that makes the implementations."""

import importlib
import os
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import (
    Camera,
    Feedback,
    Guard,
    Kept,
    Keystore,
    Location,
    LoggerRadio,
    Outside,
    Permissions,
    Scanner,
    Screen,
    Storage,
    Viewfinder,
)
from shared.clock import Clock
from shared.geo import Position

if TYPE_CHECKING:
    from driver_app.hardware.virtual.world import World
    from driver_app.hardware.wedge import WedgeScanner

KEY_FILE = "device.key"


@dataclass(frozen=True)
class Hardware:
    """Everything the app's services may ask of the device.

    ``notices``: what the device refuses on its own threads. ``wedge``: hand it the keyboard's keys. ``viewfinder``: the
    camera as a reader of codes, with what it sees. ``has_engine``: whether there is a built-in scan engine. ``kept``:
    where the key is. ``viewfinder``, ``screen``, ``outside``, ``guard`` and ``permissions`` are ``None`` on a computer that
    has no such thing. ``world`` is there in rehearsals only, to be directed.
    """

    scanner: Scanner
    radio: LoggerRadio
    camera: Camera
    location: Location
    keystore: Keystore
    storage: Storage
    feedback: Feedback
    notices: Notices = field(default_factory=Notices)
    wedge: "WedgeScanner | None" = None
    viewfinder: Viewfinder | None = None
    screen: Screen | None = None
    outside: Outside | None = None
    guard: Guard | None = None
    has_engine: bool = False
    kept: Kept = Kept.FILE
    permissions: Permissions | None = None
    world: "World | None" = None
    closers: tuple[Callable[[], None], ...] = field(default=())

    def close(self) -> None:
        """Give everything back, last made first."""
        for closer in reversed(self.closers):
            closer()


def on_android() -> bool:
    """Whether this Python runs inside an Android app (python-for-android sets the variable; CPython the function)."""
    return "ANDROID_ARGUMENT" in os.environ or hasattr(sys, "getandroidapilevel")


def choose(data: Path, clock: Clock, *, virtual: Path | None = None) -> Hardware:
    """The hardware of this device.

    Args:
        data: the app's private folder; it exists.
        clock: the handheld's clock.
        virtual: a ``world.json``: then everything but the disk and the key is virtual.

    Raises:
        Refused: KEYSTORE where the device's key cannot be used.
    """
    if virtual is not None:
        return _virtual(data, clock, virtual)
    if on_android():
        android = importlib.import_module("driver_app.hardware.android")
        return cast(Hardware, android.make(data, clock))
    return _desktop(data, clock)


def _desktop(data: Path, clock: Clock) -> Hardware:
    from driver_app.hardware.desktop.device import BellFeedback, DiskStorage, NoCamera, NoLocation
    from driver_app.hardware.desktop.keystore import FileKeystore
    from driver_app.hardware.desktop.outside import DesktopOutside
    from driver_app.hardware.loop import LoopThread
    from driver_app.hardware.radio import BleakRadio
    from driver_app.hardware.wedge import WedgeScanner

    keystore = FileKeystore(data / KEY_FILE)
    loop = LoopThread("bluetooth")
    radio = BleakRadio(clock, loop)
    notices = Notices()
    wedge = WedgeScanner(notices=notices)
    return Hardware(
        scanner=wedge,
        radio=radio,
        camera=NoCamera(),
        location=NoLocation(),
        keystore=keystore,
        storage=DiskStorage(data),
        feedback=BellFeedback(sys.stderr),
        notices=notices,
        wedge=wedge,
        outside=DesktopOutside(webbrowser.open),
        closers=(loop.close, radio.close),
    )


def _virtual(data: Path, clock: Clock, description: Path) -> Hardware:
    # imported here: bumble and zxing-cpp are not on every device
    from driver_app.hardware.desktop.device import DiskStorage
    from driver_app.hardware.desktop.keystore import FileKeystore
    from driver_app.hardware.loop import LoopThread
    from driver_app.hardware.radio import BleakRadio
    from driver_app.hardware.virtual.camera import PictureCamera
    from driver_app.hardware.virtual.device import FixedStorage, RecordedFeedback, RecordedOutside
    from driver_app.hardware.virtual.location import DrivenLocation, ReplayedLocation
    from driver_app.hardware.virtual.world import World, load

    described = load(description)
    keystore = FileKeystore(data / KEY_FILE)
    loop = LoopThread("bluetooth")
    world = World(described, clock, loop)
    backends = world.open()
    radio = BleakRadio(clock, loop, scanner=backends.scanner, client=backends.client)
    home = described.home
    location: Location = (
        ReplayedLocation(described.track, clock)
        if home is None
        else DrivenLocation(Position(home.lat, home.lon), home.speed, clock)
    )
    camera = PictureCamera([Path(name) for name in described.pictures])
    return Hardware(
        scanner=camera,
        radio=radio,
        camera=camera,
        location=location,
        keystore=keystore,
        storage=DiskStorage(data) if described.free is None else FixedStorage(described.free),
        feedback=RecordedFeedback(),
        viewfinder=camera,
        outside=RecordedOutside(),
        world=world,
        closers=(loop.close, world.close, radio.close),
    )
