"""What the radio makes of a platform that has no Bluetooth, or loses it: fake bleak backends that misbehave on demand."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError

from driver_app.hardware.loop import LoopThread
from driver_app.hardware.ports import LinkLost
from driver_app.hardware.radio import BleakRadio
from shared import problems
from shared.errors import Kind, Refused
from shared.loggers import nordic_uart
from tests.driver_app.scenes import RUUVI, clock_at

KEY = bytes.fromhex("231d39c1d7cc1ab1aee224cd096db932")
SECRET = bytes.fromhex("41a47266c95f730011223378237214")
"""An encrypted BTHome advertisement of 54:48:E6:8F:80:A5 (bthome.io, "Encryption")."""
VALID = bytes.fromhex("0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F")


class Scanner(BaseBleakScanner):
    """Hears one RuuviTag as soon as it starts."""

    on_start: ClassVar[Exception | None] = None
    on_stop: ClassVar[Exception | None] = None

    def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: str, **_: Any) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        if self.on_start is not None:
            raise self.on_start
        device = BLEDevice(RUUVI.lower(), "Ruuvi 884F", None)
        self.call_detection_callbacks(device, AdvertisementData("Ruuvi 884F", {0x0499: VALID}, {}, [], None, -60, ()))
        self.call_detection_callbacks(device, AdvertisementData(None, {0x004C: b"\x10"}, {}, [], None, -60, ()))

    async def stop(self) -> None:
        if self.on_stop is not None:
            raise self.on_stop


class Client(BaseBleakClient):
    """Connects to a logger that has the Nordic UART, or not."""

    on_connect: ClassVar[Exception | None] = None
    on_write: ClassVar[Exception | None] = None
    on_disconnect: ClassVar[Exception | None] = None
    uart: ClassVar[bool] = True
    live: ClassVar[bool] = False
    disconnected: ClassVar[int] = 0

    def __init__(self, address_or_ble_device: Any, *, disconnected_callback: Any, timeout: float, **_: Any) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)

    @property
    def mtu_size(self) -> int:
        return 23

    @property
    def is_connected(self) -> bool:
        return self.live

    async def connect(self, pair: bool, **_: Any) -> None:
        if self.on_connect is not None:
            raise self.on_connect
        type(self).live = True
        self.written: list[bytes] = []
        self.services = BleakGATTServiceCollection()
        service = BleakGATTService(None, 1, nordic_uart.SERVICE)
        self.services.add_service(service)
        if self.uart:
            for handle, (uuid, properties) in enumerate(((nordic_uart.RX, ["write"]), (nordic_uart.TX, ["notify"])), 2):
                self.services.add_characteristic(
                    BleakGATTCharacteristic(None, handle, uuid, properties, lambda: 20, service)  # type: ignore[arg-type]
                )

    async def disconnect(self) -> None:
        type(self).disconnected += 1
        type(self).live = False
        if self.on_disconnect is not None:
            raise self.on_disconnect

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
        if self.on_write is not None:
            raise self.on_write
        self.written.append(bytes(data))

    async def start_notify(self, characteristic: Any, callback: Any, **_: Any) -> None:
        callback(bytearray(b"hello"))

    async def pair(self, *args: Any, **kwargs: Any) -> None: ...
    async def unpair(self) -> None: ...
    async def read_gatt_char(self, characteristic: Any, **kwargs: Any) -> bytearray: ...  # type: ignore[empty-body]
    async def read_gatt_descriptor(self, descriptor: Any, **kwargs: Any) -> bytearray: ...  # type: ignore[empty-body]
    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None: ...
    async def stop_notify(self, characteristic: Any) -> None: ...


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    loop = LoopThread("test radio")
    yield loop
    loop.close()


def radio(loop: LoopThread, **misbehaviour: object) -> BleakRadio:
    scanner = type("TestScanner", (Scanner,), {k: v for k, v in misbehaviour.items() if k in ("on_start", "on_stop")})
    client = type("TestClient", (Client,), {k: v for k, v in misbehaviour.items() if k not in ("on_start", "on_stop")})
    return BleakRadio(clock_at(0), loop, scanner=scanner, client=client)


def unavailable(reason: BleakBluetoothNotAvailableReason) -> BleakBluetoothNotAvailableError:
    return BleakBluetoothNotAvailableError("no", reason)


@pytest.mark.parametrize(
    ("trouble", "value"),
    [
        (unavailable(BleakBluetoothNotAvailableReason.POWERED_OFF), "powered_off"),
        (unavailable(BleakBluetoothNotAvailableReason.DENIED_BY_USER), "denied_by_user"),
        (FileNotFoundError(2, "No such file or directory"), "No such file"),
        (BleakError("adapter is gone"), "adapter is gone"),
    ],
)
def test_a_platform_without_bluetooth_is_the_problem_bluetooth_off(
    loop: LoopThread, trouble: Exception, value: str
) -> None:
    for use in (lambda r: r.find(RUUVI, 1.0), lambda r: r.listen(lambda _: None)):
        with pytest.raises(Refused, match=value) as refusal:
            use(radio(loop, on_start=trouble))
        assert refusal.value.kind is problems.BLUETOOTH_OFF


def test_an_address_is_found_in_any_case_and_other_devices_are_passed_over(loop: LoopThread) -> None:
    heard = radio(loop).find(RUUVI, 1.0)
    assert (heard.address, heard.name, heard.rssi) == (RUUVI, "Ruuvi 884F", -60)


def test_bluetooth_switched_off_under_a_scan_does_not_hide_what_was_found(loop: LoopThread) -> None:
    assert radio(loop, on_stop=BleakError("off")).find(RUUVI, 1.0).address == RUUVI


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (BleakError("refused by the device"), problems.LOGGER_NOT_FOUND),
        (TimeoutError(), problems.LOGGER_NOT_FOUND),
        (unavailable(BleakBluetoothNotAvailableReason.POWERED_OFF), problems.BLUETOOTH_OFF),
        (ConnectionRefusedError(111, "no bus"), problems.BLUETOOTH_OFF),
    ],
)
def test_a_connection_that_does_not_come_about_says_why(loop: LoopThread, trouble: Exception, kind: Kind) -> None:
    with pytest.raises(Refused) as refusal, radio(loop, on_connect=trouble).connect(RUUVI, 1.0):
        pass
    assert refusal.value.kind is kind


def test_a_device_without_the_nordic_uart_is_refused_and_let_go(loop: LoopThread) -> None:
    bare = radio(loop, uart=False)
    with pytest.raises(Refused) as refusal, bare.connect(RUUVI, 1.0):
        pass
    assert refusal.value.kind is problems.LOGGER_REFUSED
    assert bare._client_backend is not None
    assert bare._client_backend.disconnected == 1  # type: ignore[attr-defined]


def test_a_write_that_fails_is_a_lost_link_and_a_failing_goodbye_is_the_same_end(loop: LoopThread) -> None:
    gone = radio(loop, on_write=BleakError("gone"), on_disconnect=BleakError("gone"))
    with gone.connect(RUUVI, 1.0) as link:
        assert link.receive(1.0) == [b"hello"]
        with pytest.raises(LinkLost):
            link.send(b"x")


def test_a_connection_that_was_left_open_is_ended_before_another_is_made(loop: LoopThread) -> None:
    mine = radio(loop)
    left = mine.connect(RUUVI, 1.0)
    left.__enter__()
    backend: Any = mine._client_backend
    assert backend.disconnected == 0
    with mine.connect(RUUVI, 1.0) as link:
        assert backend.disconnected == 1
        assert link.receive(1.0) == [b"hello"]
    assert backend.disconnected == 2
    left.__exit__(None, None, None)


def test_a_logger_that_is_still_connected_is_let_go_before_it_is_looked_for(loop: LoopThread) -> None:
    """Connected, it does not advertise; and a goodbye that fails is one all the same."""
    mine = radio(loop, on_disconnect=BleakError("gone"))
    left = mine.connect(RUUVI, 1.0)
    left.__enter__()
    assert mine.find(RUUVI, 1.0).address == RUUVI
    backend: Any = mine._client_backend
    assert backend.disconnected == 1
    left.__exit__(None, None, None)


def test_a_long_command_is_written_in_pieces_that_fit_into_a_packet(loop: LoopThread) -> None:
    with radio(loop).connect(RUUVI, 1.0) as link:
        link.send(bytes(range(50)))
        written = link._client._backend.written  # type: ignore[attr-defined]
    assert [len(piece) for piece in written] == [20, 20, 10]
    assert b"".join(written) == bytes(range(50))


class Whispering(Scanner):
    """Hears one logger that encrypts what it says."""

    async def start(self) -> None:
        device = BLEDevice("54:48:E6:8F:80:A5", None, None)
        data = AdvertisementData(None, {}, {"0000fcd2-0000-1000-8000-00805f9b34fb": SECRET}, [], None, -60, ())
        self.call_detection_callbacks(device, data)


def test_an_encrypted_logger_is_heard_with_its_key(loop: LoopThread) -> None:
    mine = BleakRadio(clock_at(0), loop, scanner=Whispering, client=Client, keys={"54:48:E6:8F:80:A5": KEY})
    assert mine.find("54:48:E6:8F:80:A5", 1.0).advertisement.temperature == 25.06


def test_an_encrypted_logger_without_its_key_is_not_missing_but_unread_and_a_key_may_come_later(
    loop: LoopThread,
) -> None:
    mine = BleakRadio(clock_at(0), loop, scanner=Whispering, client=Client)
    with pytest.raises(Refused) as refusal:
        mine.find("54:48:E6:8F:80:A5", 0.1)
    assert refusal.value.kind is problems.LOGGER_KEY_MISSING
    mine.keys = {"54:48:E6:8F:80:A5": bytes(16)}
    with pytest.raises(Refused) as refusal:
        mine.find("54:48:E6:8F:80:A5", 0.1)
    assert refusal.value.kind is problems.LOGGER_KEY_WRONG
    mine.keys = {"54:48:E6:8F:80:A5": KEY}
    assert mine.find("54:48:E6:8F:80:A5", 1.0).advertisement.humidity == 50.55


def test_closing_stops_every_listener(loop: LoopThread) -> None:
    mine = radio(loop)
    mine.listen(lambda _: None)
    mine.listen(lambda _: None)
    mine.close()
    assert mine._scanner is None
