"""The small parts: position, disk, bell, keyboard wedge."""

import threading
from io import StringIO
from pathlib import Path

import pytest

from driver_app.hardware.desktop.device import BellFeedback, DiskStorage, NoCamera, NoLocation, WedgeScanner
from driver_app.hardware.ports import CodeSource, Fix, RawCode, Signal
from driver_app.hardware.virtual.device import FixedStorage, MemoryKeystore, RecordedFeedback
from driver_app.hardware.virtual.location import ReplayedLocation, Waypoint
from shared import problems
from shared.errors import Problem, Refused
from shared.keys import verify
from tests.driver_app.scenes import at, clock_at

TRACK = (Waypoint(at(10), 39.90, 116.40), Waypoint(at(0), 39.80, 116.30, 5.0), Waypoint(at(10), 39.90, 116.40))


def test_a_replayed_position_moves_straight_between_waypoints() -> None:
    clock = clock_at(5)
    position = ReplayedLocation(TRACK, clock).current().position
    assert (position.lat, position.lon, position.accuracy) == (pytest.approx(39.85), pytest.approx(116.35), 5.0)


def test_before_the_track_there_is_no_position_and_after_it_the_vehicle_stands() -> None:
    clock = clock_at(-1)
    location = ReplayedLocation(TRACK, clock)
    with pytest.raises(Refused) as refusal:
        location.current()
    assert refusal.value.kind is problems.NO_POSITION
    clock.advance(3600)
    assert location.current().position.lat == 39.90
    assert location.current().at == at(59)


def test_a_follower_is_told_positions_until_it_is_stopped() -> None:
    clock = clock_at(-1)
    location = ReplayedLocation(TRACK, clock)
    fixes: list[Fix] = []
    told = threading.Event()

    def on_fix(fix: Fix) -> None:
        fixes.append(fix)
        told.set()

    following = location.follow(on_fix, 0.005)
    assert not told.wait(0.03)
    clock.advance(120)
    assert told.wait(3.0)
    following.stop()
    count = len(fixes)
    assert fixes[0].position.lat == pytest.approx(39.81)
    assert not threading.Event().wait(0.02)
    assert len(fixes) == count


def test_a_disk_tells_what_is_left(tmp_path: Path) -> None:
    assert DiskStorage(tmp_path).free() > 0
    assert FixedStorage(7).free() == 7


@pytest.mark.parametrize(
    ("signal", "bells"), [(Signal.OK, 0), (Signal.AGAIN, 1), (Signal.WRONG, 1), (Signal.NEWS, 2), (Signal.ALARM, 3)]
)
def test_the_bell_rings_louder_the_worse_it_is(signal: Signal, bells: int) -> None:
    terminal = StringIO()
    BellFeedback(terminal).give(signal)
    assert terminal.getvalue() == "\a" * bells


def test_signals_are_recorded_in_a_rehearsal() -> None:
    feedback = RecordedFeedback()
    feedback.give(Signal.WRONG)
    assert feedback.given == [Signal.WRONG]


def test_a_wedge_keeps_spaces_and_turns_its_substitute_back_into_the_separator() -> None:
    wedge = WedgeScanner(separator="|")
    seen: list[RawCode] = []
    scanning = wedge.start(seen.append)
    wedge.typed(" 10A 1|17271231\r\n")
    wedge.typed("10A|1", CodeSource.TYPED)
    scanning.stop()
    scanning.stop()
    wedge.typed("unheard")
    assert [code.text for code in seen] == [" 10A 1\x1d17271231", "10A|1"]
    assert [code.source for code in seen] == [CodeSource.SCANNER, CodeSource.TYPED]


def test_a_desktop_has_no_camera_and_no_position_and_says_so() -> None:
    seen: list[Problem] = []
    NoCamera().take(lambda _: pytest.fail("there is no photo"), seen.append)
    assert seen[0].number == problems.NO_CAMERA.number
    with pytest.raises(Refused) as refusal:
        NoLocation().current()
    assert refusal.value.kind is problems.NO_POSITION
    NoLocation().follow(lambda _: pytest.fail("there is no position"), 1.0).stop()


def test_a_memory_key_signs() -> None:
    keystore = MemoryKeystore(bytes(32))
    assert verify(keystore.public_key(), b"goods", keystore.sign(b"goods"))
