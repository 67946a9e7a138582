"""How the route stands is told ahead of the queue: first, small, and without a word that is not true."""

from contextlib import suppress
from datetime import timedelta

import msgspec
import pytest

from driver_app.services.sync import Did
from shared import problems
from shared.clock import ManualClock
from shared.errors import Refused
from shared.geo import Position
from shared.sync import Live
from tests.driver_app.services.day import NIGHT, Phone, work
from tests.driver_app.services.server import FakeServer, request_lost

HERE, THERE = Position(39.91, 116.41, 8.0), Position(39.92, 116.42, 8.0)


@pytest.fixture
def phone() -> Phone:
    clock = ManualClock(work().issued)
    return Phone(clock=clock, transport=FakeServer(clock)).ready()


@pytest.fixture
def server(phone: Phone) -> FakeServer:
    assert isinstance(phone.transport, FakeServer)
    return phone.transport


def test_the_newest_position_goes_before_the_events_that_wait(phone: Phone, server: FakeServer) -> None:
    phone.started()
    for number in range(200):
        phone.services.track.heard(Position(39.80 + number / 1e4, 116.40))
        phone.clock.advance(5)
    assert phone.services.sync.step() is Did.LIVE
    assert server.entries == []
    (live,) = server.told
    five_seconds_ago = phone.clock.now() - timedelta(seconds=5)
    assert live == Live("R1", five_seconds_ago, Position(39.8199, 116.40), phone.journal.head().seq)
    assert phone.services.sync.step() is Did.EVENTS


def test_it_counts_the_alarms_that_stand_and_the_stops_that_are_concluded(phone: Phone, server: FakeServer) -> None:
    phone.started().checked().precooled().loaded().departed()
    phone.handed_over("S1")
    phone.hear(15.0, ("L1",))
    phone.services.track.heard(HERE)
    assert phone.services.sync.step() is Did.LIVE
    assert (server.told[-1].concluded, server.told[-1].alarms) == (1, 1)


def test_nothing_is_told_outside_a_shift(phone: Phone, server: FakeServer) -> None:
    phone.services.track.heard(HERE)
    assert phone.services.sync.step() is Did.WORK
    assert server.told == []


def test_it_is_told_once_a_minute_while_a_queue_is_caught_up_on(phone: Phone, server: FakeServer) -> None:
    phone.started()
    server.faults.append(request_lost)
    told = []
    for _ in range(200):
        phone.services.track.heard(THERE)
        phone.services.track.seal()  # there is always one more to send
        with suppress(Refused):
            phone.services.sync.step()
        phone.clock.advance(1)
        told.append(len(server.told))
    assert (told[10], told[70], told[130], told[199]) == (1, 2, 3, 4)


def test_a_handheld_that_has_caught_up_says_nothing_twice(phone: Phone, server: FakeServer) -> None:
    phone.started()
    for _ in range(100):
        phone.services.track.heard(THERE)
        while phone.services.sync.step() is not Did.IDLE:
            pass
        phone.clock.advance(30)
    assert len(server.told) == 1
    assert len(server.entries) > 20
    phone.restart()
    phone.services.track.heard(HERE)
    while phone.services.sync.step() is not Did.IDLE:
        pass
    assert server.told[-1].position == HERE


def test_after_the_network_was_away_it_is_told_at_once(phone: Phone, server: FakeServer) -> None:
    phone.started()
    phone.services.track.heard(HERE)
    assert phone.services.sync.step() is Did.LIVE
    server.faults.append(request_lost)
    with pytest.raises(Refused):
        phone.services.sync.step()
    phone.clock.advance(5)
    phone.services.track.heard(THERE)
    phone.services.sync.nudge()
    assert phone.services.sync.step() is Did.LIVE
    assert server.told[-1].position == THERE


def test_events_that_the_server_refuses_are_not_asked_again_sooner_because_of_it(
    phone: Phone, server: FakeServer
) -> None:
    server.refuse[1] = Refused(problems.CHAIN_CONFLICT, device="d", seq=1, value="x", expected="y")
    phone.started()
    asked = 0
    for _ in range(1200):
        phone.services.track.heard(HERE)
        try:
            phone.services.sync.step()
        except Refused:
            asked += 1
        phone.clock.advance(1)
    assert asked < 20  # 1, 2, 4 … 120 s
    assert 5 < len(server.told) < 25


def test_a_server_that_knows_no_such_thing_takes_it_for_a_push_of_nothing(phone: Phone) -> None:
    """The field is one more: an older server leaves it alone, and the receipt is as good as any."""

    class OldPush(msgspec.Struct, frozen=True):
        device: str
        nonce: str
        envelopes: tuple[int, ...]

    from shared.sync import Push

    body = msgspec.json.encode(Push("d", "n", (), Live("R1", NIGHT, HERE, 7)))
    assert msgspec.json.decode(body, type=OldPush).envelopes == ()
    assert b"live" not in msgspec.json.encode(Push("d", "n", ()))
