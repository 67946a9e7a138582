"""The recorder: what it writes, what it refuses, and how fast it is."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from driver_app.journal.memory import MemoryJournal
from driver_app.journal.sqlite import SqliteJournal
from driver_app.services.recorder import Recorded
from driver_app.services.recording import record_of
from shared import problems
from shared.clock import ManualClock
from shared.custody.chain import GENESIS, read_record
from shared.custody.envelope import decode_envelope
from shared.custody.events import (
    ClockJumped,
    PositionsSealed,
    ReadingsSealed,
    ShiftEnded,
    ShiftStarted,
    VehicleChecked,
)
from shared.sync import Lane
from tests.driver_app.services.day import NIGHT, PHONE, Phone, refusing


@pytest.fixture
def phone() -> Phone:
    return Phone().ready()


def jumps(phone: Phone) -> list[int]:
    return [event.milliseconds for event in phone.events(ClockJumped) if isinstance(event, ClockJumped)]


def test_a_record_says_who_when_and_by_which_clocks(phone: Phone) -> None:
    phone.clock.advance(12.5)
    digest = phone.services.shift.start()
    entry = phone.journal.entry(digest)
    assert entry is not None
    record = read_record(decode_envelope(entry.envelope), PHONE.public_key())
    assert (record.device, record.seq, record.prev) == ("handheld-1", 1, GENESIS)
    assert (record.at, record.mono, record.offset) == (NIGHT + timedelta(seconds=12.5), 12_500, None)
    assert (record.actor, record.app) == ("D1", "test 1")
    assert record.decoded() == ShiftStarted("R1", 1, "D1", "VEHICLE", "f" * 64, None)
    assert (entry.route_id, entry.type, entry.lane) == ("R1", "ShiftStarted", Lane.OUTCOME)


def test_what_the_table_does_not_allow_leaves_no_trace(phone: Phone) -> None:
    told: list[Recorded] = []
    phone.services.recorder.subscribe(told.append)
    refused = refusing(phone.services.recorder.record, ShiftEnded("R1"))
    assert refused.kind is problems.JOURNEY_ILLEGAL
    assert phone.journal.entries() == []
    assert told == []


def test_an_event_of_another_route_is_refused(phone: Phone) -> None:
    refused = refusing(phone.services.recorder.record, ShiftStarted("R9", 1, "D1", "VEHICLE", "", None))
    assert refused.kind is problems.JOURNEY_ILLEGAL
    assert "R9" in refused.problem.values["value"]


def test_events_that_belong_together_are_recorded_all_or_none(phone: Phone) -> None:
    start, check = ShiftStarted("R1", 1, "D1", "VEHICLE", "", None), VehicleChecked("R1", ())
    assert refusing(phone.services.recorder.record_all, [start, ShiftEnded("R1")]).kind is problems.JOURNEY_ILLEGAL
    assert phone.journal.entries() == []
    assert len(phone.services.recorder.record_all([start, check])) == 2
    assert phone.services.duty.journey.vehicle_check == check


def test_nobody_signed_in_means_no_custody_event_but_observations_go_on(phone: Phone) -> None:
    phone.started()
    phone.services.session.sign_out()
    assert refusing(phone.services.recorder.record, VehicleChecked("R1", ())).kind is problems.FORBIDDEN
    phone.seal("L1", phone.clock.now(), [5.0])
    assert len(phone.events(ReadingsSealed)) == 1


def test_before_enrolment_and_without_a_route_nothing_can_be_recorded() -> None:
    phone = Phone()
    assert refusing(phone.services.recorder.record, ClockJumped(NIGHT, NIGHT, 1)).kind is problems.NOT_ENROLLED
    phone.enrol_by_hand()
    event = ShiftStarted("R1", 1, "D1", "VEHICLE", "", None)
    assert refusing(phone.services.recorder.record, event).kind is problems.NO_ROUTE


def test_readings_of_a_route_that_is_over_are_still_kept(phone: Phone) -> None:
    """A download that ends after the next route began is an observation like any other."""
    phone.started()
    segment = ReadingsSealed("R0", "L1", 60, "logger_clock", (1,), (500,), (None,), NIGHT, None, True)  # type: ignore[arg-type]
    phone.services.recorder.record(segment)
    assert phone.journal.entries()[-1].route_id == "R0"


def test_each_kind_of_event_has_its_lane(phone: Phone) -> None:
    phone.started()
    phone.seal("L1", phone.clock.now(), [5.0])
    phone.services.recorder.record(PositionsSealed("R1", (), (), ()))
    assert [entry.lane for entry in phone.journal.entries()] == [Lane.OUTCOME, Lane.READING, Lane.POSITION]


def test_a_listener_hears_of_what_is_on_disk_until_it_stops_listening(phone: Phone) -> None:
    told: list[Recorded] = []

    def hear(recorded: Recorded) -> None:
        assert phone.journal.head().seq == recorded.seq
        told.append(recorded)

    stop = phone.services.recorder.subscribe(hear)
    phone.started()
    stop()
    stop()
    phone.checked()
    assert [(r.seq, r.sha256, type(r.event)) for r in told] == [(1, phone.journal.entries()[0].sha256, ShiftStarted)]


# clocks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-86_400.0, -2.1, 2.1, 3600.0])
def test_a_clock_that_jumped_is_recorded_before_the_next_event(phone: Phone, seconds: float) -> None:
    phone.started()
    phone.clock.advance(60)
    phone.clock.jump(seconds)
    phone.checked()
    assert [type(event) for event in phone.events()] == [ShiftStarted, ClockJumped, VehicleChecked]
    assert jumps(phone) == [round(seconds * 1000)]
    phone.clock.advance(5)
    phone.precooled()
    assert len(jumps(phone)) == 1


def test_a_clock_that_is_nudged_has_not_jumped(phone: Phone) -> None:
    phone.started()
    for _ in range(10):
        phone.clock.advance(600)
        phone.clock.jump(1.9)
        phone.services.recorder.record(VehicleChecked("R1", ()))
    assert jumps(phone) == []


def test_a_jump_is_recorded_even_where_the_event_itself_is_an_observation(phone: Phone) -> None:
    phone.started()
    phone.clock.jump(-10)
    phone.seal("L1", NIGHT, [5.0])
    assert jumps(phone) == [-10_000]


def test_a_thread_that_was_held_up_between_two_looks_at_the_clocks_sees_no_jump() -> None:
    """Between reading the monotonic and the wall clock any time may pass: that is not the clock's doing."""

    class HeldUp(ManualClock):
        def now(self) -> object:  # type: ignore[override]
            self.advance(7)
            return super().now()

    phone = Phone(clock=HeldUp(NIGHT)).ready().started()
    for _ in range(5):
        phone.services.recorder.record(VehicleChecked("R1", ()))
    assert jumps(phone) == []


def test_after_a_restart_only_a_clock_that_went_back_is_certain(phone: Phone) -> None:
    phone.started()
    phone.clock.jump(7200)
    phone.restart()
    phone.checked()
    assert jumps(phone) == []
    phone.clock.jump(-7200)
    phone.restart()
    phone.services.recorder.record(VehicleChecked("R1", ()))
    assert jumps(phone) == [-7_200_000]


# full disk, speed -----------------------------------------------------------------------------------------------------


def test_a_full_disk_refuses_the_event_and_the_journey_stays_where_it_was() -> None:
    left = [1 << 40]
    phone = Phone(MemoryJournal(lambda: left[0])).ready().started()
    before = phone.services.duty.journey
    left[0] = 0
    assert refusing(phone.checked).kind is problems.DISK_FULL
    assert phone.services.duty.journey is before
    left[0] = 1 << 40
    phone.checked()
    assert [record_of(entry).seq for entry in phone.journal.entries()] == [1, 2]


def test_recording_durably_takes_less_than_ten_milliseconds(tmp_path: Path) -> None:
    """The median over a hundred events, on whatever disk this runs on; the fastest fifth must be far below."""
    phone = Phone(SqliteJournal(tmp_path / "j.db")).ready().started()
    took = []
    for _ in range(100):
        start = time.perf_counter()
        phone.services.recorder.record(VehicleChecked("R1", ()))
        took.append(time.perf_counter() - start)
    phone.journal.close()
    assert sorted(took)[20] < 0.010
