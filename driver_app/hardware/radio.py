"""The radio for loggers, on bleak: the same code on every platform.

bleak itself chooses BlueZ, WinRT, Core Bluetooth or Android; a backend of one's own (the virtual one) can be handed in.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakError

from driver_app.hardware.loop import LoopThread
from driver_app.hardware.ports import Heard, Link, LinkLost, Loss, Subscription
from shared import problems
from shared.clock import Clock
from shared.errors import Refused
from shared.loggers.advertisement import recognise
from shared.loggers.bthome import ReplayGuard
from shared.loggers.makers import UARTS

_ENDED = None
"""Stands in a link's queue after the last thing that was received."""


class BleakRadio:
    """:class:`driver_app.hardware.ports.LoggerRadio` on bleak, its event loop in a thread of its own.

    ``scanner`` and ``client`` are bleak backends to use instead of the platform's. Advertisements are timed by
    ``clock`` when they arrive. One scan serves all listeners. ``keys`` are those of loggers that encrypt what they
    advertise, by address (``XX:XX:XX:XX:XX:XX``, upper case); the attribute may be replaced at any time, when the
    fleet's keys change.
    """

    def __init__(
        self,
        clock: Clock,
        loop: LoopThread,
        *,
        scanner: type[BaseBleakScanner] | None = None,
        client: type[BaseBleakClient] | None = None,
        keys: Mapping[str, bytes] | None = None,
    ) -> None:
        self._clock = clock
        self._loop = loop
        self._scanner_backend = scanner
        self._client_backend = client
        self._listeners: list[Callable[[Heard], None]] = []
        self._scanner: BleakScanner | None = None
        self._lock = asyncio.Lock()
        self._devices: dict[str, BLEDevice] = {}
        self._clients: dict[str, BleakClient] = {}
        """The connections that were made, until they are known to have ended."""
        self.keys: Mapping[str, bytes] = dict(keys or {})
        self._counters = ReplayGuard()
        self._refused: dict[str, Refused] = {}
        """Why the newest advertisement of a logger could not be read."""

    # listening

    def listen(self, on_heard: Callable[[Heard], None]) -> Subscription:
        self._loop.run(self._add(on_heard))
        return _Listening(self, on_heard)

    def find(self, address: str, timeout: float) -> Heard:
        return self._loop.run(self._find(address, timeout))

    async def _find(self, address: str, timeout: float) -> Heard:
        wanted = address.upper()
        await self._let_go(wanted)  # connected, it would not advertise
        found: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()

        def on_heard(heard: Heard) -> None:
            if heard.address == wanted and not found.done():
                found.set_result(heard)

        await self._add(on_heard)
        try:
            async with asyncio.timeout(timeout):
                return await found
        except TimeoutError as error:
            unread = self._refused.get(wanted)  # it is there, and cannot be understood
            if unread is not None:
                raise Refused(unread.kind, **unread.problem.values) from error
            raise Refused(problems.LOGGER_NOT_FOUND, value=address) from error
        finally:
            await self._remove(on_heard)

    async def _add(self, on_heard: Callable[[Heard], None]) -> None:
        async with self._lock:
            self._listeners.append(on_heard)  # first: a platform may report while the scan is being started
            if self._scanner is not None:
                return
            scanner = BleakScanner(self._advertised, backend=self._scanner_backend)
            try:
                with _bluetooth():
                    await scanner.start()
            except BleakError as error:
                self._listeners.remove(on_heard)
                raise Refused(problems.BLUETOOTH_OFF, value=str(error)) from error
            except Refused:
                self._listeners.remove(on_heard)
                raise
            self._scanner = scanner

    async def _remove(self, on_heard: Callable[[Heard], None]) -> None:
        async with self._lock:
            if on_heard in self._listeners:
                self._listeners.remove(on_heard)
            if not self._listeners and self._scanner is not None:
                scanner, self._scanner = self._scanner, None
                with suppress(BleakError):  # Bluetooth was switched off under the scan: it has stopped already
                    await scanner.stop()

    def _advertised(self, device: BLEDevice, data: AdvertisementData) -> None:
        address = device.address.upper()
        try:
            advertisement = recognise(
                data.manufacturer_data,
                data.service_data,
                services=data.service_uuids,
                address=address,
                keys=self.keys,
                counters=self._counters,
            )
        except Refused as refused:
            self._refused[address] = refused
            return
        if advertisement is None:
            return
        self._refused.pop(address, None)
        self._devices[address] = device
        heard = Heard(address, data.local_name, self._clock.now(), data.rssi, advertisement)
        for on_heard in tuple(self._listeners):
            on_heard(heard)

    # connecting

    @contextmanager
    def connect(self, address: str, timeout: float) -> Iterator[Link]:
        link = self._loop.run(self._connect(address, timeout))
        try:
            yield link
        finally:
            link.close()

    async def _connect(self, address: str, timeout: float) -> "_BleakLink":
        try:
            async with asyncio.timeout(timeout):
                await self._let_go(address.upper())
                device = self._devices.get(address.upper())
                if device is None:  # a platform can only connect to what it has heard
                    await self._find(address, timeout)
                    device = self._devices[address.upper()]
                received: SimpleQueue[bytes | None] = SimpleQueue()
                client = BleakClient(
                    device,
                    disconnected_callback=lambda _: received.put(_ENDED),
                    timeout=timeout,
                    backend=self._client_backend,
                )
                self._clients[address.upper()] = client
                with _bluetooth():
                    await client.connect()
                try:
                    return await _open(client, address, received, self._loop)
                except BaseException:  # whatever it was: no connection is left behind
                    await client.disconnect()
                    raise
        except BleakError as error:
            raise Refused(problems.LOGGER_NOT_FOUND, value=address) from error
        except TimeoutError as error:
            self._devices.pop(address.upper(), None)
            raise Refused(problems.LOGGER_NOT_FOUND, value=address) from error

    async def _let_go(self, address: str) -> None:
        """End what is left of an earlier connection to this logger. A logger takes one connection at a time, and some
        platforms keep one up that nobody uses any more (msupply-cold-chain disconnects a Tempo Disc before each
        connection for that)."""
        stale = self._clients.pop(address, None)
        if stale is not None and stale.is_connected:
            with suppress(BleakError):  # it ended by itself in between
                await stale.disconnect()

    def close(self) -> None:
        """Stop listening. The loop belongs to whoever made it."""
        for on_heard in tuple(self._listeners):
            self._loop.run(self._remove(on_heard))


class _Listening:
    def __init__(self, radio: BleakRadio, on_heard: Callable[[Heard], None]) -> None:
        self._radio = radio
        self._on_heard = on_heard

    def stop(self) -> None:
        self._radio._loop.run(self._radio._remove(self._on_heard))


@contextmanager
def _bluetooth() -> Iterator[None]:
    """Turns what bleak raises where there is no Bluetooth into the problem a person can read.

    On Linux without a Bluetooth daemon, bleak lets the failed connection to the system bus through as an OSError.
    """
    try:
        yield
    except BleakBluetoothNotAvailableError as error:
        raise Refused(problems.BLUETOOTH_OFF, value=error.reason.name.lower()) from error
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise
        raise Refused(problems.BLUETOOTH_OFF, value=str(error)) from error


async def _open(
    client: BleakClient, address: str, received: "SimpleQueue[bytes | None]", loop: LoopThread
) -> "_BleakLink":
    """Subscribe to whichever of the known byte pipes the device has."""
    for uart in UARTS:
        rx, tx = client.services.get_characteristic(uart.rx), client.services.get_characteristic(uart.tx)
        if rx is not None and tx is not None:
            await client.start_notify(tx, lambda _, value: received.put(bytes(value)))
            return _BleakLink(client, rx, received, loop)
    raise Refused(problems.LOGGER_REFUSED, value=address, reason="≠ UART")


class _BleakLink:
    """:class:`driver_app.hardware.ports.Link`: notifications go through a queue from the loop's thread to the caller's."""

    def __init__(
        self,
        client: BleakClient,
        rx: BleakGATTCharacteristic,
        received: "SimpleQueue[bytes | None]",
        loop: LoopThread,
    ) -> None:
        self._client = client
        self._rx = rx
        self._received = received
        self._loop = loop
        self._ended = False

    def send(self, data: bytes) -> None:
        try:
            self._loop.run(self._write(data))
        except (BleakError, TimeoutError) as error:
            raise LinkLost(Loss.DROPPED) from error

    async def _write(self, data: bytes) -> None:
        """In pieces that fit into one packet each: to the logger it is one stream."""
        size = self._rx.max_write_without_response_size
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            await self._client.write_gatt_char(self._rx, piece, response="write" in self._rx.properties)

    def receive(self, timeout: float) -> list[bytes]:
        if self._ended:
            raise LinkLost(Loss.DROPPED)
        try:
            item = self._received.get(timeout=timeout)
        except Empty as error:
            raise LinkLost(Loss.SILENT) from error
        items: list[bytes] = []
        while item is not _ENDED:
            items.append(item)
            try:
                item = self._received.get_nowait()
            except Empty:
                return items
        self._ended = True
        if items:
            return items
        raise LinkLost(Loss.DROPPED)

    def close(self) -> None:
        self._loop.run(self._disconnect())

    async def _disconnect(self) -> None:
        with suppress(BleakError, TimeoutError):  # gone already: the same end
            await self._client.disconnect()
        self._ended = True
