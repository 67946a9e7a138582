"""Hearing loggers on Android: through bleak's scanner and our radio, on Java as it is documented."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from driver_app.hardware.android.scan import RENEW, scanner_backend
from driver_app.hardware.loop import LoopThread
from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import Heard
from driver_app.hardware.radio import BleakRadio
from shared import problems
from shared.errors import Problem, Refused
from shared.loggers.pvvx import ENVIRONMENTAL_SENSING
from tests.driver_app.hardware_android.apis import APIS
from tests.driver_app.hardware_android.fake_java import FakeJava, FakeObject, JavaThrew
from tests.driver_app.scenes import clock_at

RUUVI = 0x0499
RAW = bytes.fromhex("0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F")


class Air:
    """A handheld's Bluetooth."""

    def __init__(self, api: int = 33) -> None:
        self.java = FakeJava(api)
        self.told: list[Problem] = []
        self.notices = Notices()
        self.notices.subscribe(self.told.append)
        self.on = True
        java = self.java
        java.on("android.content.Context.getSystemService", self._service)
        java.on("android.bluetooth.BluetoothAdapter.isEnabled", lambda _: self.on)
        java.on("android.bluetooth.le.ScanResult.getRssi", lambda _: -60)
        java.on("android.bluetooth.BluetoothDevice.getAddress", lambda _: "CB:B8:33:4C:88:4F")
        java.on("android.bluetooth.le.ScanRecord.getDeviceName", lambda _: None)
        java.on("android.util.SparseArray.size", lambda self_: len(self_.state["found"]))
        java.on("android.util.SparseArray.keyAt", lambda self_, place: self_.state["found"][place][0])
        java.on("android.util.SparseArray.valueAt", lambda self_, place: self_.state["found"][place][1])
        self.loop = LoopThread("bluetooth")
        backend = scanner_backend(java, self.notices, [RUUVI, 0x0133], [ENVIRONMENTAL_SENSING])
        self.radio = BleakRadio(clock_at(0), self.loop, scanner=backend)

    def _service(self, _: FakeObject, name: str) -> FakeObject | None:
        assert name == "bluetooth"
        return self.java.make("android.bluetooth.BluetoothManager")

    def say(self, company: int, data: bytes, service: bytes | None = None) -> None:
        """A logger advertises; waits until the loop has taken it."""
        found = self.java.make("android.util.SparseArray", found=[(company, data)] if data else [])
        self.java.on("android.bluetooth.le.ScanRecord.getManufacturerSpecificData", lambda _: found)
        self.java.on("android.bluetooth.le.ScanRecord.getServiceData", lambda *_: service)
        self.java.proxies[-1].call("onScanResult", self.java.make("android.bluetooth.le.ScanResult"))
        self.settle()

    def settle(self) -> None:
        self.loop.run(asyncio.sleep(0))

    def starts(self) -> int:
        return len(self.java.called("android.bluetooth.le.BluetoothLeScanner.startScan"))


@pytest.fixture
def air() -> Iterator[Air]:
    made = Air()
    yield made
    made.radio.close()
    made.loop.close()


@pytest.mark.parametrize("api", APIS)
def test_a_logger_is_heard_on_every_android(api: int) -> None:
    air = Air(api)
    heard: list[Heard] = []
    listening = air.radio.listen(heard.append)
    air.say(RUUVI, RAW)
    listening.stop()
    air.loop.close()
    assert [(one.address, one.rssi, one.advertisement.temperature) for one in heard] == [
        ("CB:B8:33:4C:88:4F", -60, 24.3)
    ]
    assert len(air.java.called("android.bluetooth.le.BluetoothLeScanner.stopScan")) == 1


def test_a_scan_has_a_filter_for_each_maker_or_it_would_stop_with_the_screen(air: Air) -> None:
    air.radio.listen(lambda _: None)
    assert air.java.called("android.bluetooth.le.ScanFilter$Builder.setManufacturerData") == [
        (RUUVI, b""),
        (0x0133, b""),
    ]
    assert len(air.java.called("android.bluetooth.le.ScanFilter$Builder.setServiceData")) == 1
    (filters, _, _) = air.java.called("android.bluetooth.le.BluetoothLeScanner.startScan")[0]
    assert len(filters.state["items"]) == 3


def test_service_data_is_heard_too(air: Air) -> None:
    heard: list[Heard] = []
    air.radio.listen(heard.append)
    # the 18 bytes of pvvx's custom format: address, 5.00 °C, 50.00 %, 3000 mV, 100 %, counter, flags
    air.say(0, b"", bytes.fromhex("443322c0a4a4") + bytes.fromhex("f4018813b80b640100"))
    air.say(0, b"", None)
    assert [one.advertisement.temperature for one in heard] == [5.0]


def test_a_record_that_android_could_not_parse_is_let_pass(air: Air) -> None:
    heard: list[Heard] = []
    air.radio.listen(heard.append)
    air.java.on("android.bluetooth.le.ScanResult.getScanRecord", lambda _: None)
    air.java.proxies[-1].call("onScanResult", air.java.make("android.bluetooth.le.ScanResult"))
    air.settle()
    assert heard == []


def test_bluetooth_that_is_off_absent_or_forbidden_is_refused_and_can_be_tried_again(air: Air) -> None:
    air.on = False
    with pytest.raises(Refused, match="powered_off") as refusal:
        air.radio.listen(lambda _: None)
    assert refusal.value.kind is problems.BLUETOOTH_OFF
    air.on = True

    def forbid(*_: Any) -> None:
        raise JavaThrew("SecurityException: BLUETOOTH_SCAN")

    air.java.on("android.bluetooth.le.BluetoothLeScanner.startScan", forbid)
    with pytest.raises(Refused, match="denied_by_user"):
        air.radio.listen(lambda _: None)
    air.java.on("android.bluetooth.le.BluetoothLeScanner.startScan", lambda *_: None)
    air.radio.listen(lambda _: None)
    assert air.starts() == 2


@pytest.mark.parametrize("missing", ["manager", "adapter"])
def test_a_device_without_bluetooth_says_so(air: Air, missing: str) -> None:
    if missing == "manager":
        air.java.on("android.content.Context.getSystemService", lambda *_: None)
    else:
        air.java.on("android.bluetooth.BluetoothManager.getAdapter", lambda _: None)
    with pytest.raises(Refused, match="no_bluetooth"):
        air.radio.listen(lambda _: None)


def test_a_scan_that_fails_later_is_told(air: Air) -> None:
    air.radio.listen(lambda _: None)
    air.java.proxies[-1].call("onScanFailed", 6)
    air.settle()
    assert [problem.number for problem in air.told] == [problems.BLUETOOTH_OFF.number]


def test_a_scan_is_renewed_before_android_lets_it_starve() -> None:
    """In virtual time: the loop's own timer is asked when it would ring, and rung."""
    air = Air()
    backend = scanner_backend(air.java, air.notices, [RUUVI], [])

    async def scan() -> tuple[float, int, int]:
        scanner = backend(None, None, "active")  # type: ignore[call-arg]
        await scanner.start()
        timer = scanner._renewal  # type: ignore[attr-defined]
        wait = timer.when() - asyncio.get_running_loop().time()
        timer.cancel()
        scanner._renew()  # type: ignore[attr-defined]
        renewed = air.starts()
        air.java.on("android.bluetooth.le.BluetoothLeScanner.startScan", _forbidden)
        scanner._renewal.cancel()  # type: ignore[attr-defined]
        scanner._renew()  # type: ignore[attr-defined]
        scanner._renew()  # type: ignore[attr-defined]
        await scanner.stop()
        return wait, renewed, air.starts()

    wait, renewed, after = air.loop.run(scan())
    air.loop.close()
    assert RENEW - 5 < wait <= RENEW < 30 * 60
    assert renewed == 2
    assert after == 3, "a scan that may not go on is not begun over and over"


def _forbidden(*_: Any) -> None:
    raise JavaThrew("SecurityException")


def test_one_scanner_scans_once(air: Air) -> None:
    from bleak.exc import BleakError

    backend = scanner_backend(air.java, air.notices, [RUUVI], [])

    async def twice() -> None:
        scanner = backend(None, None, "active")  # type: ignore[call-arg]
        await scanner.start()
        try:
            await scanner.start()
        finally:
            await scanner.stop()
            await scanner.stop()

    with pytest.raises(BleakError, match="already"):
        air.loop.run(twice())
