"""Real Bluetooth exchanges: bleak on bumble, advertising, connecting, GATT and notifications as on the air."""

import asyncio
import time

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakCharacteristicNotFoundError, BleakError

from driver_app.hardware.loop import LoopThread
from driver_app.hardware.ports import Heard, Link, LinkLost, Loss
from driver_app.hardware.virtual.bleak_backend import Backends
from driver_app.hardware.virtual.world import CENTRAL, Description, Fault, World
from shared import problems
from shared.errors import Refused
from shared.loggers import nordic_uart
from shared.loggers.ruuvi import read_command
from tests.driver_app.scenes import DISC, RUUVI, at, bluetooth, clock_at, disc, ruuvi, steady


def wait_for(condition: object, seconds: float = 5.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def drain(link: Link, into: list[bytes]) -> None:
    while True:
        into += link.receive(3.0)


def test_both_makers_are_heard_with_their_values() -> None:
    with bluetooth(clock_at(5), ruuvi(steady(-18.5)), disc(steady(4.0))) as air:
        heard: dict[str, Heard] = {}
        listening = air.radio.listen(lambda one: heard.update({one.address: one}))
        wait_for(lambda: len(heard) == 2)
        listening.stop()
        listening.stop()
    assert heard[RUUVI].advertisement.temperature == -18.5
    assert heard[DISC].advertisement.temperature == 4.0
    assert heard[RUUVI].at == at(5)
    assert heard[RUUVI].rssi < 0


def test_what_is_on_the_air_follows_the_sensor() -> None:
    clock = clock_at(0)
    with bluetooth(clock, ruuvi()) as air:
        first = air.radio.find(RUUVI, 3.0).advertisement
        clock.advance(3600)
        assert air.world is not None
        air.world.refresh()
        later = air.radio.find(RUUVI, 3.0).advertisement
    assert first.temperature == 4.5
    assert later.temperature == pytest.approx(4.77, abs=0.02)
    assert later.sequence != first.sequence


def test_a_logger_out_of_range_is_not_found_and_found_again_in_range() -> None:
    with bluetooth(clock_at(0), ruuvi()) as air:
        assert air.world is not None
        air.loggers[RUUVI].in_range = False
        air.world.refresh()
        with pytest.raises(Refused) as refusal:
            air.radio.find(RUUVI, 0.4)
        assert refusal.value.kind is problems.LOGGER_NOT_FOUND
        air.loggers[RUUVI].in_range = True
        air.world.refresh()
        assert air.radio.find(RUUVI.lower(), 3.0).address == RUUVI


def test_bytes_go_both_ways_over_the_nordic_uart() -> None:
    with bluetooth(clock_at(2), disc()) as air, air.radio.connect(DISC, 3.0) as link:
        link.send(b"*logall")
        received = b""
        while not received.endswith(b"."):
            received += b"".join(link.receive(3.0))
    assert received[14:15] == b":"
    assert received.count(b",,") == 2


def test_six_hundred_records_of_two_frames_cost_less_than_two_seconds() -> None:
    """Both sides of the exchange together, in processor time: other work on the machine does not count."""
    with bluetooth(clock_at(600), ruuvi()) as air, air.radio.connect(RUUVI, 3.0) as link:
        begun = time.process_time()
        link.send(read_command(at(600), None))
        frames: list[bytes] = []
        while not (frames and frames[-1].endswith(b"\xff" * 8)):
            frames += link.receive(3.0)
        assert len([frame for frame in frames if len(frame) == 11]) == 601 * 2 + 1
        assert time.process_time() - begun < 2.0


def test_a_silent_logger_is_silent_and_not_dropped() -> None:
    with bluetooth(clock_at(2), ruuvi()) as air, air.radio.connect(RUUVI, 3.0) as link:
        link.send(b"hello")
        with pytest.raises(LinkLost) as lost:
            link.receive(0.2)
    assert lost.value.loss is Loss.SILENT


def test_a_cut_connection_gives_what_came_and_then_says_that_it_dropped() -> None:
    with bluetooth(clock_at(100), ruuvi(None, Fault("cut", after=20))) as air, air.radio.connect(RUUVI, 3.0) as link:
        link.send(read_command(at(100), None))
        frames: list[bytes] = []
        with pytest.raises(LinkLost) as lost:
            drain(link, frames)
        assert lost.value.loss is Loss.DROPPED
        assert 0 < len(frames) <= 20
        with pytest.raises(LinkLost):
            link.receive(0.1)
        with pytest.raises(LinkLost):
            link.send(b"again")


def test_a_logger_carried_away_ends_the_connection() -> None:
    with bluetooth(clock_at(2), ruuvi(), disc()) as air, air.radio.connect(RUUVI, 3.0) as link:
        assert air.world is not None
        air.world.lose(RUUVI)
        with pytest.raises(LinkLost) as lost:
            link.receive(3.0)
    assert lost.value.loss is Loss.DROPPED


def test_a_scheduled_time_out_of_range_ends_the_connection_too() -> None:
    clock = clock_at(0)
    with (
        bluetooth(clock, ruuvi(None, Fault("unreachable", at(5), at(6)))) as air,
        air.radio.connect(RUUVI, 3.0) as link,
    ):
        clock.advance(300)
        with pytest.raises(LinkLost):
            link.receive(3.0)


def test_a_logger_that_went_away_after_it_was_heard_cannot_be_connected_to() -> None:
    with bluetooth(clock_at(0), ruuvi()) as air:
        assert air.world is not None
        air.radio.find(RUUVI, 3.0)
        air.loggers[RUUVI].in_range = False
        air.world.refresh()
        with pytest.raises(Refused) as refusal, air.radio.connect(RUUVI, 0.4):
            pass
        assert refusal.value.kind is problems.LOGGER_NOT_FOUND
        air.loggers[RUUVI].in_range = True
        air.world.refresh()
        with air.radio.connect(RUUVI, 3.0) as link:
            link.send(read_command(at(0), None))


def test_a_logger_nobody_ever_heard_cannot_be_connected_to() -> None:
    with bluetooth(clock_at(0), ruuvi()) as air:
        with pytest.raises(Refused) as refusal, air.radio.connect(DISC, 0.4):
            pass
        assert refusal.value.kind is problems.LOGGER_NOT_FOUND


def test_loggers_are_downloaded_one_after_another_over_one_radio() -> None:
    with bluetooth(clock_at(3), ruuvi(), disc()) as air:
        for address, command in (
            (RUUVI, read_command(at(3), None)),
            (DISC, b"*logall"),
            (RUUVI, read_command(at(3), None)),
        ):
            with air.radio.connect(address, 3.0) as link:
                link.send(command)
                assert link.receive(3.0)


async def _gatt(backends: Backends) -> None:
    async with BleakScanner(backend=backends.scanner, service_uuids=["180f"]) as filtered:
        await asyncio.sleep(0.3)
    assert filtered.discovered_devices == []
    device = await BleakScanner.find_device_by_address(RUUVI, 3.0, backend=backends.scanner)
    assert device is not None
    ended = asyncio.Event()
    client = BleakClient(device, lambda _: ended.set(), backend=backends.client)
    with pytest.raises(BleakError):
        _ = client.services
    await client.connect()
    assert client.is_connected
    assert client.name == client.address == RUUVI
    assert client.mtu_size >= 23
    tx = client.services.get_characteristic(nordic_uart.TX)
    assert tx is not None
    assert set(tx.properties) == {"read", "notify"}
    assert tx.max_write_without_response_size == client.mtu_size - 3
    assert await client.read_gatt_char(tx) == bytearray()
    with pytest.raises(BleakCharacteristicNotFoundError):
        await client.read_gatt_char("2a19")
    with pytest.raises(BleakError):  # the logger says no: this one cannot be read
        await client.read_gatt_char(nordic_uart.RX)
    configuration = tx.descriptors[0]
    assert await client.read_gatt_descriptor(configuration) == bytearray(b"\x00\x00")
    await client._backend.write_gatt_descriptor(configuration, b"\x01\x00")  # bleak's own door keeps this one shut
    received: list[bytes] = []
    await client.start_notify(tx, lambda _, value: received.append(bytes(value)))
    await client.write_gatt_char(nordic_uart.RX, read_command(at(2), None), response=False)
    for _ in range(100):
        if received and received[-1].endswith(b"\xff" * 8):
            break
        await asyncio.sleep(0.01)
    assert len(received) == 7
    await client.stop_notify(tx)
    for refused in (client.pair, client.unpair):
        with pytest.raises(BleakError):
            await refused()
    with pytest.raises(BleakError):
        await BleakClient(device, pair=True, backend=backends.client).connect()
    await client.disconnect()
    await asyncio.wait_for(ended.wait(), 3.0)
    assert not client.is_connected
    with pytest.raises(BleakError):
        await client.write_gatt_char(nordic_uart.RX, b"x", response=True)
    await client.disconnect()


async def _lost_while_asking(backends: Backends, world: World) -> None:
    client = BleakClient(RUUVI, backend=backends.client)
    await client.connect()
    asking = asyncio.ensure_future(client.read_gatt_char(nordic_uart.TX))
    await asyncio.sleep(0)
    await world._lose(RUUVI)
    with pytest.raises(BleakError):
        await asking


def test_bleak_itself_works_on_the_virtual_backend() -> None:
    loop = LoopThread("test")
    world = World(Description(loggers=(ruuvi(),)), clock_at(2), loop)
    backends = world.open()
    loop.run(_gatt(backends))
    world.close()
    world.close()
    loop.close()
    loop.close()


def test_a_request_under_way_when_the_connection_ends_is_an_error_and_not_a_cancellation() -> None:
    loop = LoopThread("test")
    world = World(Description(loggers=(ruuvi(),)), clock_at(2), loop)
    backends = world.open()
    loop.run(_lost_while_asking(backends, world))
    world.close()
    loop.close()


def test_the_handheld_has_an_address_of_its_own() -> None:
    assert CENTRAL not in (RUUVI, DISC)
