"""Scanning for loggers on Android: a bleak backend of our own beside bleak's client.

bleak's Android scanner has no filter on manufacturer data, asks for permissions by itself and needs the activity. Android
stops a scan without a filter when the screen goes dark (8.1 and newer), turns one that runs for half an hour into one that
hears only what others scan for, and the background process has no activity. So the scan is started here: with a filter per
known maker, renewed in time, permissions asked for elsewhere. The Java side of the callback is the one that bleak packages.

Sources: developer.android.com ``BluetoothLeScanner``, ``ScanFilter``, ``ScanSettings``; AOSP ``ScanManager`` and
``AppScanStats`` (screen off, 30 minutes, five starts in 30 s).
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, ClassVar

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError

from driver_app.hardware.android.java import Java, Method, octets
from driver_app.hardware.notices import Notices
from shared import problems
from shared.errors import Refused

SCAN_MODE_LOW_LATENCY = 2
"""``ScanSettings``: an alarm has two seconds, and a logger speaks once or twice in them."""
RENEW = 25 * 60.0
"""Seconds (s) after which a scan is begun anew: below the 30 min after which Android lets it starve."""
FAILED = {
    1: "already started",
    2: "registration failed",
    3: "internal error",
    4: "unsupported",
    5: "no resources",
    6: "too often",
}
"""``ScanCallback.SCAN_FAILED_*``."""


def scanner_backend(
    java: Java, notices: Notices, companies: Iterable[int], services: Iterable[str]
) -> type[BaseBleakScanner]:
    """A backend for ``BleakScanner(backend=…)`` that hears these makers (Bluetooth company identifiers) and service data
    (128-bit UUIDs)."""

    class Bound(AndroidScanner):
        pass

    Bound.java, Bound.notices = java, notices
    Bound.companies, Bound.services = tuple(companies), tuple(services)
    return Bound


class AndroidScanner(BaseBleakScanner):
    """Scanning by ``BluetoothLeScanner``; one scan at a time."""

    java: ClassVar[Java]
    notices: ClassVar[Notices]
    companies: ClassVar[tuple[int, ...]]
    services: ClassVar[tuple[str, ...]]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str,  # noqa: ARG002 - the signature is bleak's; Android has no passive scan to choose
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._scanner: Any = None
        self._callback: Any = None
        self._proxy: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._renewal: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        if self._scanner is not None:
            raise BleakError("already scanning")
        self.seen_devices = {}
        self._loop = asyncio.get_running_loop()
        self._scanner = self._le_scanner()
        self._proxy = self.java.proxy(
            "com.github.hbldh.bleak.PythonScanCallback$Interface",
            [
                Method("onScanResult", "(Landroid/bluetooth/le/ScanResult;)V", self._result),
                Method("onScanFailed", "(I)V", self._failed),
            ],
        )
        self._callback = self.java.type("com.github.hbldh.bleak.PythonScanCallback")(self._proxy)
        try:
            self._begin()
        except BleakError:
            self._scanner = None
            raise

    async def stop(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None
        if self._scanner is None:
            return
        scanner, self._scanner = self._scanner, None
        self._end(scanner)
        self._callback = self._proxy = None

    def _le_scanner(self) -> Any:
        found = self.java.context().getSystemService("bluetooth")
        if found is None:
            raise _unavailable("no Bluetooth", BleakBluetoothNotAvailableReason.NO_BLUETOOTH)
        adapter = self.java.cast("android.bluetooth.BluetoothManager", found).getAdapter()
        if adapter is None:
            raise _unavailable("no Bluetooth", BleakBluetoothNotAvailableReason.NO_BLUETOOTH)
        scanner = adapter.getBluetoothLeScanner() if adapter.isEnabled() else None
        if scanner is None:  # documented: null while Bluetooth is off, also if it goes off in between
            raise _unavailable("Bluetooth is off", BleakBluetoothNotAvailableReason.POWERED_OFF)
        return scanner

    def _begin(self) -> None:
        builder = self.java.type("android.bluetooth.le.ScanSettings$Builder")()
        builder.setScanMode(SCAN_MODE_LOW_LATENCY)
        builder.setReportDelay(0)
        try:
            self._scanner.startScan(self._filters(), builder.build(), self._callback)
        except self.java.thrown as error:  # SecurityException: a permission was not given, or was taken back
            raise _unavailable(str(error), BleakBluetoothNotAvailableReason.DENIED_BY_USER) from error
        if self._loop is not None:
            self._renewal = self._loop.call_later(RENEW, self._renew)

    def _filters(self) -> Any:
        listed = self.java.type("java.util.ArrayList")()
        builder = self.java.type("android.bluetooth.le.ScanFilter$Builder")
        uuid = self.java.type("android.os.ParcelUuid")
        for company in self.companies:
            one = builder()
            one.setManufacturerData(company, b"")  # no data to match: whatever this maker says
            listed.add(one.build())
        for service in self.services:
            one = builder()
            one.setServiceData(uuid.fromString(service), b"")
            listed.add(one.build())
        return listed

    def _renew(self) -> None:
        if self._scanner is None:
            return
        self._end(self._scanner)
        try:
            self._begin()
        except BleakBluetoothNotAvailableError:
            # switched off or forbidden meanwhile: the scan has ended, and the next listener says so to a person
            self._scanner = None

    def _end(self, scanner: Any) -> None:
        with suppress(self.java.thrown):  # documented: where Bluetooth was switched off, which ended the scan as well
            scanner.stopScan(self._callback)

    # what comes in, on a thread of Android's

    def _result(self, result: Any) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._heard, self._advertisement(result))

    def _failed(self, code: int) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._gave_up, code)

    def _gave_up(self, code: int) -> None:
        self._scanner = None
        self.notices.note(Refused(problems.BLUETOOTH_OFF, value=FAILED.get(code, str(code))).problem)

    def _advertisement(self, result: Any) -> tuple[str, AdvertisementData]:
        address = str(result.getDevice().getAddress())
        record = result.getScanRecord()
        manufacturer: dict[int, bytes] = {}
        service_data: dict[str, bytes] = {}
        name: str | None = None
        if record is not None:
            name = record.getDeviceName()
            found = record.getManufacturerSpecificData()
            for place in range(0 if found is None else found.size()):
                manufacturer[int(found.keyAt(place))] = octets(found.valueAt(place)) or b""
            for service in self.services:
                data = octets(record.getServiceData(self.java.type("android.os.ParcelUuid").fromString(service)))
                if data is not None:
                    service_data[service] = data
        told = AdvertisementData(name, manufacturer, service_data, [], None, int(result.getRssi()), ())
        return address, told

    def _heard(self, heard: tuple[str, AdvertisementData]) -> None:
        address, data = heard
        device = self.create_or_update_device(address, address, data.local_name, None, data)
        self.call_detection_callbacks(device, data)


def _unavailable(text: str, reason: BleakBluetoothNotAvailableReason) -> BleakBluetoothNotAvailableError:
    return BleakBluetoothNotAvailableError(text, reason)
