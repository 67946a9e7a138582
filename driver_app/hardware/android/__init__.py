"""An Android handheld. The only folder that knows Java; see :mod:`driver_app.hardware.android.java` for how it is judged."""

from pathlib import Path

from driver_app.hardware.android.camera import AndroidCamera, CameraDevice, CameraScanner
from driver_app.hardware.android.device import AndroidFeedback, AndroidScreen, AndroidStorage
from driver_app.hardware.android.guard import AndroidGuard
from driver_app.hardware.android.java import Java, Jni
from driver_app.hardware.android.keystore import AndroidKeystore, kept_in
from driver_app.hardware.android.location import AndroidLocation
from driver_app.hardware.android.outside import AndroidOutside
from driver_app.hardware.android.permissions import AndroidPermissions
from driver_app.hardware.android.scan import scanner_backend
from driver_app.hardware.android.scanner import IntentScanner
from driver_app.hardware.android.scanners import AndroidScanner, has_engine
from driver_app.hardware.choose import Hardware
from driver_app.hardware.loop import LoopThread
from driver_app.hardware.notices import Notices
from driver_app.hardware.radio import BleakRadio
from driver_app.hardware.wedge import WedgeScanner
from shared.clock import Clock
from shared.loggers.makers import COMPANIES, SERVICES

KEY_FILE = "device.wrapped"


def make(data: Path, clock: Clock, java: Java | None = None) -> Hardware:
    """The hardware of this handheld; ``java`` is handed in by tests.

    Raises:
        Refused: KEYSTORE where the device's key cannot be used.
    """
    java = java or Jni()
    notices = Notices()
    maker = str(java.type("android.os.Build").MANUFACTURER)
    keystore = AndroidKeystore(java, data / KEY_FILE)
    loop = LoopThread("bluetooth")
    radio = BleakRadio(clock, loop, scanner=scanner_backend(java, notices, COMPANIES, SERVICES))
    device = CameraDevice(java)
    permissions = AndroidPermissions(java, data)
    wedge = WedgeScanner(notices=notices)
    sight = CameraScanner(java, device, clock)
    return Hardware(
        scanner=AndroidScanner(IntentScanner(java, clock, notices), wedge, sight, maker, notices),
        radio=radio,
        camera=AndroidCamera(java, device, permissions),
        location=AndroidLocation(java, clock, notices),
        keystore=keystore,
        kept=kept_in(keystore),
        storage=AndroidStorage(java, data),
        feedback=AndroidFeedback(java),
        notices=notices,
        wedge=wedge,
        viewfinder=sight,
        screen=AndroidScreen(java),
        outside=AndroidOutside(java),
        guard=AndroidGuard(java, data, notices),
        has_engine=has_engine(maker),
        permissions=permissions,
        closers=(loop.close, radio.close),
    )
