"""Whatever reads codes on this handheld, behind one port: the built-in engine, a keyboard wedge, or the camera."""

from collections.abc import Callable
from threading import Lock

from driver_app.hardware.android.camera import CameraScanner
from driver_app.hardware.android.scanner import IntentScanner
from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import RawCode, Subscription
from driver_app.hardware.wedge import WedgeScanner
from shared.errors import Refused

ENGINES = (
    "zebra",
    "motorola solutions",
    "honeywell",
    "intermec",
    "urovo",
    "newland",
    "nlscan",
    "chainway",
    "sunmi",
    "idata",
    "seuic",
    "autoid",
    "cipherlab",
    "point mobile",
    "pointmobile",
    "datalogic",
    "unitech",
)
"""What stands in ``Build.MANUFACTURER`` of handhelds that are made around a scan engine."""


def has_engine(manufacturer: str) -> bool:
    """Whether a handheld of this maker has a scan engine, as far as its name tells."""
    return any(maker in manufacturer.casefold() for maker in ENGINES)


class AndroidScanner:
    """:class:`driver_app.hardware.ports.Scanner`: the engine's broadcasts and the wedge always, the camera where there is no
    engine. Where there is one, the camera is asked for by itself, with its viewfinder."""

    def __init__(
        self, engine: IntentScanner, wedge: WedgeScanner, camera: CameraScanner, manufacturer: str, notices: Notices
    ) -> None:
        self._engine, self._wedge, self._camera, self._notices = engine, wedge, camera, notices
        self._with_camera = not has_engine(manufacturer)

    def start(self, on_code: Callable[[RawCode], None]) -> Subscription:
        started: list[Subscription] = [self._engine.start(on_code), self._wedge.start(on_code)]
        if self._with_camera:
            try:
                started.append(self._camera.start(on_code))
            except Refused as refusal:
                # said, and not the end of scanning: an engine that this list does not know may be there, or a wedge
                self._notices.note(refusal.problem)
        return _All(started)


class _All:
    def __init__(self, parts: list[Subscription]) -> None:
        self._parts = parts
        self._lock = Lock()

    def stop(self) -> None:
        with self._lock:
            parts, self._parts = self._parts, []
        for part in parts:
            part.stop()
