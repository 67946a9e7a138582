"""A bleak backend on a bumble central: bleak's scanner and client, with virtual controllers underneath.

bleak takes backends as classes, and makes the instances itself; so :func:`backends` makes a pair of classes bound to one
central.
"""

# ruff: noqa: ARG002 - the signatures are those of bleak's base classes

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, NamedTuple, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble.att import ATT_Error
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import Advertisement, Connection, Device
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy, DescriptorProxy
from bumble.hci import HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR, Address, OwnAddressType

T = TypeVar("T")


class Backends(NamedTuple):
    """What to hand to ``BleakScanner(backend=…)`` and ``BleakClient(backend=…)``."""

    scanner: type[BaseBleakScanner]
    client: type[BaseBleakClient]


def backends(central: Device, controller: Controller) -> Backends:
    """bleak backends on a powered-on bumble central and its controller."""

    class BoundScanner(VirtualScanner):
        pass

    class BoundClient(VirtualClient):
        pass

    BoundScanner.central = BoundClient.central = central
    BoundClient.controller = controller
    return Backends(BoundScanner, BoundClient)


class VirtualScanner(BaseBleakScanner):
    """Scanning on a bumble central."""

    central: ClassVar[Device]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str,
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        self.seen_devices = {}
        self.central.on(Device.EVENT_ADVERTISEMENT, self._heard)
        await self.central.start_scanning(active=self._active)

    async def stop(self) -> None:
        await self.central.stop_scanning()
        self.central.remove_listener(Device.EVENT_ADVERTISEMENT, self._heard)

    def _heard(self, advertisement: Advertisement) -> None:
        data = _advertisement_data(advertisement)
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = advertisement.address.to_string(False)
        device = self.create_or_update_device(address, address, data.local_name, advertisement.address, data)
        self.call_detection_callbacks(device, data)


_UUID_LISTS = {
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
}
"""Lists of services, and the bytes of one entry."""


def _advertisement_data(advertisement: Advertisement) -> AdvertisementData:
    name: str | None = None
    manufacturer: dict[int, bytes] = {}
    service_data: dict[str, bytes] = {}
    uuids: list[str] = []
    for kind, data in advertisement.data.ad_structures:
        if kind in (AdvertisingData.COMPLETE_LOCAL_NAME, AdvertisingData.SHORTENED_LOCAL_NAME):
            name = data.decode("utf-8", "replace")
        elif kind == AdvertisingData.MANUFACTURER_SPECIFIC_DATA:
            manufacturer[int.from_bytes(data[:2], "little")] = bytes(data[2:])
        elif kind == AdvertisingData.SERVICE_DATA_16_BIT_UUID:
            service_data[_uuid(UUID.from_bytes(data[:2]))] = bytes(data[2:])
        elif kind in _UUID_LISTS:
            size = _UUID_LISTS[kind]
            uuids += [_uuid(UUID.from_bytes(data[i : i + size])) for i in range(0, len(data), size)]
    return AdvertisementData(name, manufacturer, service_data, uuids, None, advertisement.rssi, ())


def _uuid(uuid: UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))


class VirtualClient(BaseBleakClient):
    """A GATT client on a bumble central."""

    central: ClassVar[Device]
    controller: ClassVar[Controller]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **_: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._connection: Connection | None = None

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return self._connected().att_mtu

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        if pair:
            raise BleakError("virtual loggers do not pair")
        self._connection = await self._attempt()
        self._connection.on(Connection.EVENT_DISCONNECTION, self._disconnected)
        await self._discover()

    async def _attempt(self) -> Connection:
        """A connection, or TimeoutError. bumble's controller takes a "cancel" without effect, so this sees to it itself."""
        attempt = asyncio.ensure_future(
            self.central.connect(Address(self.address), own_address_type=OwnAddressType.RANDOM)
        )
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(attempt)
        except (TimeoutError, asyncio.CancelledError):
            self.controller.pending_le_connection = None
            attempt.cancel()
            await asyncio.gather(attempt, return_exceptions=True)
            raise

    def _disconnected(self, *_: object) -> None:
        self._connection = None
        self.services = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._asked(self._connection.disconnect(HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR))

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise BleakError("virtual loggers do not pair")

    async def unpair(self) -> None:
        raise BleakError("virtual loggers do not pair")

    def _connected(self) -> Connection:
        if self._connection is None:
            raise BleakError("not connected")
        return self._connection

    async def _asked(self, request: Awaitable[T]) -> T:
        """The result of a request, or a BleakError where the connection ends or the logger says no in the meantime."""
        try:
            return await request
        except asyncio.CancelledError as error:  # bumble cancels what is pending when a connection ends
            task = asyncio.current_task()
            if self._connection is None and task is not None and not task.cancelling():
                raise BleakError("the connection ended") from error
            raise
        except ATT_Error as error:
            raise BleakGATTProtocolError(int(error.error_code)) from error
        except BaseBumbleError as error:
            raise BleakError(str(error)) from error

    async def _discover(self) -> None:
        client = self._connected().gatt_client
        services = BleakGATTServiceCollection()
        for service in await self._asked(client.discover_services()):
            ours = BleakGATTService(service, service.handle, _uuid(service.uuid))
            services.add_service(ours)
            for proxy in await self._asked(service.discover_characteristics()):
                characteristic = BleakGATTCharacteristic(
                    proxy,
                    proxy.handle,
                    _uuid(proxy.uuid),
                    _properties(proxy.properties),
                    lambda: self.mtu_size - 3,
                    ours,
                )
                services.add_characteristic(characteristic)
                for descriptor in await self._asked(proxy.discover_descriptors()):
                    services.add_descriptor(
                        BleakGATTDescriptor(descriptor, descriptor.handle, _uuid(descriptor.type), characteristic)
                    )
        self.services = services

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        self._connected()
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        return bytearray(await self._asked(proxy.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        self._connected()
        proxy: DescriptorProxy = descriptor.obj
        return bytearray(await self._asked(proxy.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        self._connected()
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        await self._asked(proxy.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        self._connected()
        proxy: DescriptorProxy = descriptor.obj
        await self._asked(proxy.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        self._connected()
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        await self._asked(proxy.subscribe(lambda value: callback(bytearray(value))))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        self._connected()
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        await self._asked(proxy.unsubscribe())


_PROPERTIES: tuple[tuple[Characteristic.Properties, CharacteristicPropertyName], ...] = (
    (Characteristic.Properties.READ, "read"),
    (Characteristic.Properties.WRITE, "write"),
    (Characteristic.Properties.WRITE_WITHOUT_RESPONSE, "write-without-response"),
    (Characteristic.Properties.NOTIFY, "notify"),
    (Characteristic.Properties.INDICATE, "indicate"),
)


def _properties(properties: Characteristic.Properties) -> list[CharacteristicPropertyName]:
    return [name for bit, name in _PROPERTIES if properties & bit]
