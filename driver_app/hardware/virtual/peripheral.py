"""A virtual logger on the air: a bumble host and controller that advertise, take connections and serve their maker's byte
pipe (the Nordic UART, or another).

Everything here runs on the event loop of the virtual world.
"""

import asyncio

from bumble.att import ATT_Error, ErrorCode
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import AdvertisingEventProperties, AdvertisingParameters, AdvertisingSet, Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import HCI_CONNECTION_TIMEOUT_ERROR, Address, OwnAddressType
from bumble.host import Host
from bumble.link import LocalLink

from driver_app.hardware.virtual.loggers import VirtualLogger

ADVERTISING_INTERVAL = 100.0
"""ms between advertisements; a RuuviTag's is 1285, which would only make rehearsals wait."""
BURST = 8
"""Notifications sent before anything else on the loop gets its turn."""
SETTLE = 0.02
"""Real seconds that notifications already sent get to arrive before a connection is cut behind them."""
_FLAGS = 0x06
"""LE General Discoverable, no BR/EDR (Core Specification Supplement, Part A 1.3)."""


def make_device(link: LocalLink, address: str, name: str) -> tuple[Device, Controller]:
    """A Bluetooth device on ``link``, with a random static address; to be powered on by the caller."""
    controller = Controller(name, link=link)
    host = Host()
    host.controller = controller
    return Device(name=name, address=Address(address), host=host), controller


def _not_readable(_: Connection) -> bytes:
    raise ATT_Error(ErrorCode.READ_NOT_PERMITTED)


class Peripheral:
    """One logger's radio."""

    def __init__(self, logger: VirtualLogger, link: LocalLink) -> None:
        self.logger = logger
        self._link = link
        self._device, self._controller = make_device(link, logger.setup.address, f"logger {logger.setup.serial}")
        self._advertising: AdvertisingSet | None = None
        self._on_air = True
        self._refreshing: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._heard_of: Connection | None = None
        self._left: int | None = None
        """Notifications that may still be sent to ``_heard_of`` before the connection is cut."""
        properties = Characteristic.Properties
        self._tx: Characteristic[bytes] = Characteristic(
            UUID(logger.uart.tx), properties.NOTIFY | properties.READ, Characteristic.READABLE, b""
        )
        rx: Characteristic[bytes] = Characteristic(
            UUID(logger.uart.rx),
            properties.WRITE | properties.WRITE_WITHOUT_RESPONSE,
            Characteristic.WRITEABLE,
            CharacteristicValue(read=_not_readable, write=self._written),
        )
        self._device.add_service(Service(UUID(logger.uart.service), [rx, self._tx]))

    async def open(self) -> None:
        """Switch it on."""
        await self._device.power_on()
        self._advertising = await self._device.create_advertising_set(
            advertising_parameters=AdvertisingParameters(
                advertising_event_properties=AdvertisingEventProperties(
                    is_connectable=True, is_scannable=True, is_legacy=True
                ),
                primary_advertising_interval_min=ADVERTISING_INTERVAL,
                primary_advertising_interval_max=ADVERTISING_INTERVAL,
                own_address_type=OwnAddressType.RANDOM,
            ),
            advertising_data=self._payload(),
            auto_start=False,
        )
        await self.refresh()

    async def refresh(self) -> None:
        """Bring the radio in line with the logger: fresh values on the air, or nothing at all when out of range.

        Whoever is cancelled here stops waiting, and the commands to the controller go on to their end: bumble takes the
        answer to a command that was given up for the answer to the next one, and then waits for ever.
        """
        while self._refreshing is not None and not self._refreshing.done():
            await asyncio.shield(self._refreshing)  # it may have looked at the logger before something was switched
        self._refreshing = asyncio.get_running_loop().create_task(self._refresh())
        await asyncio.shield(self._refreshing)

    async def _refresh(self) -> None:
        assert self._advertising is not None
        if self.logger.reachable != self._on_air:
            self._on_air = self.logger.reachable
            if self._on_air:
                self._link.add_controller(self._controller)
            else:
                self.lose()
                self._link.remove_controller(self._controller)
                if self._advertising.enabled:
                    await self._advertising.stop()
        if not self._on_air or self._device.connections:
            return
        await self._advertising.set_advertising_data(self._payload())
        if not self._advertising.enabled:
            await self._advertising.start()

    def _payload(self) -> bytes:
        data = self.logger.company.to_bytes(2, "little") + self.logger.advertisement()
        return bytes(
            AdvertisingData(
                [(AdvertisingData.FLAGS, bytes([_FLAGS])), (AdvertisingData.MANUFACTURER_SPECIFIC_DATA, data)]
            )
        )

    def _written(self, connection: Connection, value: bytes) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(connection, bytes(value)))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, connection: Connection, command: bytes) -> None:
        if connection is not self._heard_of:
            self._heard_of = connection
            self._left = self.logger.cut_after.pop(0) if self.logger.cut_after else None
        for sent, chunk in enumerate(self.logger.answer(command)):
            if self._left == 0:
                await asyncio.sleep(SETTLE)
                self.lose()
            if connection.handle not in self._device.connections or not self._controller.le_connections:
                return
            if self._left is not None:
                self._left -= 1
            await self._device.notify_subscriber(connection, self._tx, chunk)
            if sent % BURST == 0:
                await asyncio.sleep(0)

    def lose(self) -> None:
        """Lose every connection, as when the logger is carried away: both sides find out by supervision timeout."""
        for connection in list(self._controller.le_connections.values()):
            peer = self._link.find_le_controller(connection.peer_address)
            other = None if peer is None else peer.le_connections.get(connection.self_address)
            self._controller.on_le_disconnected(connection, HCI_CONNECTION_TIMEOUT_ERROR)
            if peer is not None and other is not None:
                peer.on_le_disconnected(other, HCI_CONNECTION_TIMEOUT_ERROR)

    async def close(self) -> None:
        """Switch it off."""
        if self._refreshing is not None:
            await self._refreshing
        for task in tuple(self._answers):
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        if self._advertising is not None and self._advertising.enabled:
            await self._advertising.stop()
        await self._device.power_off()
