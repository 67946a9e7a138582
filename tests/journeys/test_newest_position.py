"""After hours without a network, over one that is slow: what dispatch asks first is answered first.

The real services and journal, the real server over HTTP on loopback. Bytes take simulated time to go up, so that the test takes
none; and a request that would take longer than the transport waits never arrives.
"""

import logging
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from driver_app.journal.ports import OutboxState
from driver_app.services.http import SILENCE
from server.board import operations as board
from server.transaction import reading
from shared import problems
from shared.coldchain.readings import Reading, TimeBasis
from shared.custody.events import AlarmRaised
from shared.errors import Refused
from shared.geo import Position
from tests.journeys.long_shift import Handset, LongDriver, enrol
from tests.journeys.sync_route import DAY, route
from tests.journeys.sync_server import House
from tests.journeys.test_sync_property import served

RATE = 4_000
"""Bytes/s: GPRS with a bad signal."""
OVERHEAD = 600
"""Bytes of a request beside its body: request line, headers with the device's signature, TCP and TLS records."""
HOURS = 8
NEWEST = 39.80 + (HOURS * 3600 - 5) / 1e6
"""Latitude of the last position that is heard without a network."""
WITHIN = 5.0
"""s after the network is back: what the handheld promises."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The server logs each request."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_the_newest_position_is_on_the_board_before_the_old_ones_are_through(tmp_path: Path) -> None:
    house, folder = House(tmp_path / "house"), tmp_path / "handset"
    folder.mkdir()
    with closing(house), served(house) as url:
        handset = Handset(folder, simulated=True)
        services = handset.services
        driver = LongDriver(handset, Random(1), house.enrolment_text(url), 0, 0)
        enrol(handset, driver._code, lambda: house.publish(house.device_ids()[0], route(house.driver_id)))
        while services.steps.current().kind.value != "drive":
            driver.act()
        # eight hours without a network: the vehicle moves, a box gets warm
        for second in range(0, HOURS * 3600, 5):
            services.track.heard(Position(39.80 + second / 1e6, 116.40, 8.0))
            handset.clock.advance(5)
        services.heard.hear("LOG1", Reading(handset.clock.now(), 12.0, 50.0, TimeBasis.HEARD))
        house.clock.advance(handset.clock.monotonic() - house.clock.monotonic())

        def lasting(size: int) -> None:
            seconds = (size + OVERHEAD) / RATE
            for clock in (handset.clock, house.clock):
                clock.advance(min(seconds, SILENCE))
            if seconds > SILENCE:
                raise Refused(problems.SYNC_UNREACHABLE, value="given up")

        handset.network.up, handset.network.lasting = True, lasting
        services.sync.nudge()
        back, shown, drained = handset.clock.monotonic(), None, None
        while drained is None:
            with suppress(Refused):
                services.sync.step()
            handset.clock.advance(1)
            while house.worker.step():
                pass
            now = handset.clock.monotonic() - back
            with house.app.app_context(), reading():
                (card,) = board.cards(DAY)
                if shown is None and card.live is not None:
                    shown = now
                    assert (card.live.lat, card.live.alarms) == (pytest.approx(NEWEST, abs=1e-6), 1)
                    assert card.live.behind > 100
                    alarm = handset.journal.entries(types=(AlarmRaised.__name__,))[-1]
                    assert alarm.state is OutboxState.ON_PHONE  # the event itself has its turn in the chain
                if handset.journal.counts()[OutboxState.ON_PHONE] == 0:
                    drained = now
                    assert card.route.alarms == 1
                    assert card.route.lat == pytest.approx(NEWEST, abs=1.5e-4)
        assert shown is not None
        assert shown <= WITHIN
        assert drained > 10 * WITHIN
        # one request too many was tried at first; from then on each is as large as the network takes
        assert drained < 2 * sum(len(entry.envelope) for entry in handset.journal.entries()) / RATE
        handset.network.close()
        handset.journal.close()
