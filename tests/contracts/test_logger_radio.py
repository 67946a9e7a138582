"""One suite for every radio: the direct wire, used in tests above the port, keeps what Bluetooth promises."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import pytest

from driver_app.hardware.loop import LoopThread
from driver_app.hardware.ports import Heard, Link, LinkLost, Loss
from driver_app.hardware.radio import BleakRadio
from driver_app.hardware.virtual.loggers import Setup, VirtualLaird
from driver_app.hardware.virtual.thermal import Curve
from driver_app.hardware.virtual.wire import DirectRadio
from driver_app.hardware.virtual.world import Description, World, make_logger
from shared import problems
from shared.clock import ManualClock
from shared.coldchain.readings import Reading
from shared.errors import Refused
from shared.loggers.history import Download, Point
from shared.loggers.makers import begin
from tests.driver_app.scenes import DISC, RUUVI, START, Air, at, clock_at, disc, ruuvi, steady

MINUTES = 40
SENSOR = "C9:A8:47:05:C5:4A"


def sensor(clock: ManualClock) -> VirtualLaird:
    """A BT510, which speaks over another pipe than the others and waits to be written to."""
    setup = Setup(SENSOR, "BT-1", 60, START, noise=0.0)
    return VirtualLaird(setup, Curve(steady(-0.5), START), clock)


def converse(link: Link, download: Download) -> list[Reading]:
    readings: list[Reading] = []
    for command in download.commands():
        link.send(command)
    while not download.done:
        for chunk in link.receive(3.0):
            readings += download.feed(chunk)
        for command in download.onward() if download.waits else ():
            link.send(command)
    return readings


class RadioContract(ABC):
    @pytest.fixture
    def clock(self) -> ManualClock:
        return clock_at(MINUTES)

    @pytest.fixture
    @abstractmethod
    def air(self, clock: ManualClock) -> Iterator[Air]: ...

    def settle(self, air: Air) -> None:
        """Let what was just switched take effect."""
        if air.world is not None:
            air.world.refresh()

    def fetched(self, air: Air, address: str) -> list[Reading]:
        download = begin(air.loggers[address].maker, now=at(MINUTES), point=Point(), interval=60)
        with air.radio.connect(address, 3.0) as link:
            return converse(link, download)

    def test_a_logger_in_range_is_found_with_its_values_and_the_time(self, air: Air) -> None:
        heard = air.radio.find(RUUVI, 3.0)
        assert (heard.address, heard.advertisement.temperature, heard.at) == (RUUVI, -18.5, at(MINUTES))

    def test_an_address_is_found_in_any_case(self, air: Air) -> None:
        assert air.radio.find(DISC.lower(), 3.0).advertisement.temperature == 0.0

    def test_a_logger_out_of_range_is_not_found_and_cannot_be_connected_to(self, air: Air) -> None:
        air.loggers[RUUVI].in_range = False
        self.settle(air)
        with pytest.raises(Refused) as not_found:
            air.radio.find(RUUVI, 0.3)
        with pytest.raises(Refused) as not_connected, air.radio.connect(RUUVI, 0.3):
            pass
        assert not_found.value.kind is not_connected.value.kind is problems.LOGGER_NOT_FOUND

    @pytest.mark.parametrize(("address", "celsius"), [(RUUVI, -18.5), (DISC, 0.0), (SENSOR, -0.5)])
    def test_a_whole_history_comes_through(self, air: Air, address: str, celsius: float) -> None:
        readings = self.fetched(air, address)
        assert len(readings) == MINUTES + 1
        assert {reading.temperature for reading in readings} == {celsius}

    def test_one_logger_can_be_read_after_another_and_again(self, air: Air) -> None:
        assert [len(self.fetched(air, address)) for address in (RUUVI, DISC, SENSOR, RUUVI)] == [MINUTES + 1] * 4

    def test_a_cut_gives_what_came_and_then_dropped(self, air: Air) -> None:
        air.loggers[RUUVI].cut_after.append(10)
        received: list[bytes] = []
        with pytest.raises(LinkLost) as lost:
            self.read_all(air, received)
        assert lost.value.loss is Loss.DROPPED
        assert len(received) <= 10
        assert len(self.fetched(air, RUUVI)) == MINUTES + 1

    def read_all(self, air: Air, into: list[bytes]) -> None:
        download = begin("ruuvi", now=at(MINUTES), point=Point(), interval=60)
        with air.radio.connect(RUUVI, 3.0) as link:
            for command in download.commands():
                link.send(command)
            while True:
                into += link.receive(3.0)

    def test_a_logger_that_says_nothing_is_silent(self, air: Air) -> None:
        with air.radio.connect(RUUVI, 3.0) as link, pytest.raises(LinkLost) as lost:
            link.receive(0.1)
        assert lost.value.loss is Loss.SILENT

    def test_listening_hears_every_logger_until_it_is_stopped(self, air: Air) -> None:
        heard: list[Heard] = []
        listening = air.radio.listen(heard.append)
        if isinstance(air.radio, DirectRadio):
            air.radio.advertise()
        air.radio.find(RUUVI, 3.0)
        air.radio.find(DISC, 3.0)
        air.radio.find(SENSOR, 3.0)
        listening.stop()
        listening.stop()
        count = len(heard)
        if isinstance(air.radio, DirectRadio):
            air.radio.advertise()
        air.radio.find(RUUVI, 3.0)
        assert {one.address for one in heard} == {RUUVI, DISC, SENSOR}
        assert len(heard) == count


class TestDirectRadio(RadioContract):
    @pytest.fixture
    def air(self, clock: ManualClock) -> Iterator[Air]:
        described = [make_logger(description, clock) for description in (ruuvi(steady(-18.5)), disc(steady(0.0)))]
        loggers = [*described, sensor(clock)]
        radio = DirectRadio(loggers, clock)
        yield Air(radio, loggers, None)
        radio.close()


class TestBluetoothRadio(RadioContract):
    @pytest.fixture
    def air(self, clock: ManualClock) -> Iterator[Air]:
        loop = LoopThread("test bluetooth")
        world = World(Description(loggers=(ruuvi(steady(-18.5)), disc(steady(0.0)))), clock, loop)
        world.loggers[SENSOR] = sensor(clock)
        try:
            backends = world.open()
            radio = BleakRadio(clock, loop, scanner=backends.scanner, client=backends.client)
            yield Air(radio, list(world.loggers.values()), world)
            radio.close()
        finally:
            world.close()
            loop.close()
