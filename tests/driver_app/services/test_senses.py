"""What the handheld senses on the road: positions, loggers on the air, arrival, and readings in the journal."""

from datetime import timedelta

import msgspec
import pytest

from driver_app.journal.memory import MemoryJournal
from driver_app.services.arrival import DWELL
from driver_app.services.readings import readings_of, series_of
from driver_app.services.step import StepKind
from driver_app.services.track import SEAL_EVERY
from shared import problems
from shared.clock import from_ms, to_ms
from shared.coldchain.readings import Reading, Series, TimeBasis
from shared.custody import events as e
from shared.errors import Problem
from shared.geo import Position
from tests.driver_app.services.day import DEPOT, NIGHT, ROUTE, Phone, refusing

HERE = ROUTE.stops[0].site.fence.centre
AWAY = Position(HERE.lat + 0.05, HERE.lon)


@pytest.fixture
def road() -> Phone:
    return Phone().on_the_road()


# positions ------------------------------------------------------------------------------------------------------------


def test_outside_a_shift_the_handheld_knows_nothing_about_its_driver() -> None:
    phone = Phone().ready()
    phone.services.track.heard(HERE)
    assert phone.services.track.latest() is None
    phone.services.track.seal()
    phone.started()
    phone.services.track.seal()
    assert phone.events(e.PositionsSealed) == []
    phone.services.track.heard(HERE)
    assert phone.services.track.latest() == HERE


def test_after_the_shift_positions_are_dropped_again(road: Phone) -> None:
    for number in (1, 2, 3):
        road.handed_over(f"S{number}", number)
    road.services.track.heard(DEPOT)
    road.services.shift.return_to_depot()
    road.services.shift.end()
    sealed = len(road.events(e.PositionsSealed))
    road.services.track.heard(HERE)
    road.services.track.seal()
    assert road.services.track.latest() is None
    assert len(road.events(e.PositionsSealed)) == sealed == 1


def test_positions_are_sealed_as_columns_every_two_minutes_and_at_milestones(road: Phone) -> None:
    track = road.services.track
    start = road.clock.now()
    for _ in range(int(SEAL_EVERY // 5) + 1):
        track.heard(Position(39.9123456, 116.4000004))
        road.clock.advance(5)
    sealed = road.events(e.PositionsSealed)[0]
    assert isinstance(sealed, e.PositionsSealed)
    assert len(sealed.times) == 25
    assert (sealed.times[0], sealed.latitudes[0], sealed.longitudes[0]) == (to_ms(start), 39_912_346, 116_400_000)
    track.heard(AWAY, start + timedelta(seconds=200))
    road.services.stop.arrive("S1")
    assert road.events(e.PositionsSealed)[1] == e.PositionsSealed(
        "R1", (to_ms(start) + 200_000,), (round(AWAY.lat * 1e6),), (round(AWAY.lon * 1e6),)
    )
    assert [type(event).__name__ for event in road.events()][-2:] == ["PositionsSealed", "StopArrived"]


def test_a_position_that_is_old_says_nothing_about_now(road: Phone) -> None:
    road.services.track.heard(HERE)
    road.clock.advance(119)
    assert road.services.track.latest() == HERE
    road.clock.advance(2)
    assert road.services.track.latest() is None


def test_positions_that_cannot_be_written_stay_and_the_trouble_is_told() -> None:
    left = [1 << 40]
    phone = Phone(MemoryJournal(lambda: left[0])).on_the_road()
    told: list[Problem] = []
    phone.services.troubles.subscribe(told.append)
    phone.services.track.heard(AWAY)
    phone.clock.advance(SEAL_EVERY)
    left[0] = 0
    phone.services.track.heard(AWAY)
    assert [problem.number for problem in told] == [problems.DISK_FULL.number]
    assert phone.services.troubles.latest() == told[0]
    phone.services.troubles.dismiss()
    assert phone.services.troubles.latest() is None
    left[0] = 1 << 40
    phone.services.track.heard(AWAY)
    sealed = phone.events(e.PositionsSealed)[0]
    assert isinstance(sealed, e.PositionsSealed)
    assert len(sealed.times) == 3


# arriving by itself ---------------------------------------------------------------------------------------------------


def stay(phone: Phone, position: Position, seconds: float) -> None:
    for _ in range(int(seconds // 5) + 1):
        phone.services.track.heard(position)
        phone.clock.advance(5)


def test_a_vehicle_that_stays_inside_the_fence_has_arrived(road: Phone) -> None:
    stay(road, AWAY, 60)
    stay(road, HERE, DWELL)
    arrived = road.events(e.StopArrived)
    assert arrived == [e.StopArrived("R1", "S1", e.ArrivedBy.GEOFENCE, HERE, 0.0)]
    assert road.services.steps.current().kind is StepKind.STOP_UNLOAD
    stay(road, HERE, 300)
    assert len(road.events(e.StopArrived)) == 1


def test_driving_past_is_not_arriving(road: Phone) -> None:
    for _ in range(4):
        stay(road, HERE, DWELL - 10)
        stay(road, AWAY, 10)
    assert road.events(e.StopArrived) == []


def test_only_the_next_stops_fence_counts(road: Phone) -> None:
    stay(road, ROUTE.stops[1].site.fence.centre, 120)
    assert road.events(e.StopArrived) == []


def test_a_vague_position_is_not_inside_anything(road: Phone) -> None:
    stay(road, msgspec.structs.replace(HERE, accuracy=2000.0), 120)
    assert road.events(e.StopArrived) == []
    stay(road, msgspec.structs.replace(HERE, accuracy=20.0), 60)
    assert len(road.events(e.StopArrived)) == 1


def test_an_arrival_that_cannot_be_written_is_told_and_tried_again() -> None:
    left = [1 << 40]
    phone = Phone(MemoryJournal(lambda: left[0])).on_the_road()
    left[0] = 0
    stay(phone, HERE, DWELL)
    trouble = phone.services.troubles.latest()
    assert trouble is not None
    assert trouble.number == problems.DISK_FULL.number
    left[0] = 1 << 40
    stay(phone, HERE, DWELL + 5)
    assert len(phone.events(e.StopArrived)) == 1


# loggers on the air ---------------------------------------------------------------------------------------------------


def test_the_newest_reading_heard_stands_until_it_is_old(road: Phone) -> None:
    heard = road.services.heard
    told: list[tuple[str, float | None]] = []
    stop = heard.subscribe(lambda logger_id, reading: told.append((logger_id, reading.temperature)))
    heard.hear("L1", Reading(NIGHT + timedelta(hours=1), 4.0))
    heard.hear("L1", Reading(NIGHT, 9.9))
    stop()
    heard.hear("L1", Reading(NIGHT + timedelta(hours=2), 5.0))
    latest = heard.latest("L1")
    assert latest is not None
    assert latest.temperature == 5.0
    assert told == [("L1", 4.0)]
    road.clock.advance(301)
    assert heard.latest("L1") is None
    assert heard.latest("L9") is None


def test_a_logger_out_of_range_on_the_road_raises_one_alarm_until_it_is_seen_and_back_in_range(road: Phone) -> None:
    alarms = road.services.alarms
    for temperature in (5.0, 8.5, 8.6, 9.0):
        road.clock.advance(60)
        road.hear(temperature, ["L3"])
    alarm = e.AlarmRaised("R1", "L3", "BOX", 8.5, 2.0, 8.0)
    assert road.events(e.AlarmRaised) == [alarm]
    assert alarms.open() == (alarm,)
    assert road.restart().alarms.open() == (alarm,)
    road.services.alarms.acknowledge("L3", "已补充冰排")
    assert road.services.alarms.open() == ()
    assert refusing(road.services.alarms.acknowledge, "L3").kind is problems.NOT_FOUND
    for temperature in (5.0, 1.9):
        road.clock.advance(60)
        road.hear(temperature, ["L3"])
    assert len(road.events(e.AlarmRaised)) == 2


def test_an_acknowledged_alarm_is_not_raised_again_while_nothing_changed(road: Phone) -> None:
    road.hear(9.0, ["L3"])
    road.services.alarms.acknowledge("L3")
    road.clock.advance(60)
    road.hear(9.1, ["L3"])
    assert len(road.events(e.AlarmRaised)) == 1


@pytest.mark.parametrize("temperature", [2.0, 8.0, None])
def test_the_ends_of_the_range_and_no_value_are_no_alarm(road: Phone, temperature: float | None) -> None:
    road.services.heard.hear("L3", Reading(road.clock.now(), temperature))
    assert road.events(e.AlarmRaised) == []


def test_zero_degrees_is_a_temperature(road: Phone) -> None:
    road.hear(0.0, ["L3"])
    assert road.events(e.AlarmRaised) == [e.AlarmRaised("R1", "L3", "BOX", 0.0, 2.0, 8.0)]


def test_alarms_are_for_the_road_and_for_attached_loggers() -> None:
    phone = Phone().ready()
    assert phone.services.alarms.open() == ()
    phone.hear(20.0)
    phone.started().checked()
    phone.hear(20.0)
    assert phone.events(e.AlarmRaised) == []
    phone.precooled().loaded().departed()
    phone.services.heard.hear("L7", Reading(phone.clock.now(), 20.0))
    assert phone.events(e.AlarmRaised) == []


def test_an_alarm_that_cannot_be_written_is_told_and_raised_by_the_next_advertisement() -> None:
    left = [1 << 40]
    phone = Phone(MemoryJournal(lambda: left[0])).on_the_road()
    left[0] = 0
    phone.hear(9.0, ["L3"])
    assert phone.services.troubles.latest() is not None
    left[0] = 1 << 40
    phone.clock.advance(60)
    phone.hear(9.0, ["L3"])
    assert len(phone.events(e.AlarmRaised)) == 1


# readings -------------------------------------------------------------------------------------------------------------


def segment(
    *rows: tuple[int, int | None], interval: int = 60, basis: TimeBasis = TimeBasis.LOGGER_CLOCK
) -> e.ReadingsSealed:
    times, temperatures = tuple(at for at, _ in rows), tuple(value for _, value in rows)
    return e.ReadingsSealed("R1", "L1", interval, basis, times, temperatures, (None,) * len(rows), NIGHT, None, True)


def test_hundredths_come_back_as_degrees_and_no_value_stays_none() -> None:
    readings = readings_of(segment((0, 0), (60_000, -1234), (120_000, None), basis=TimeBasis.DERIVED))
    assert [(r.at, r.temperature, r.humidity, r.basis) for r in readings] == [
        (from_ms(0), 0.0, None, TimeBasis.DERIVED),
        (from_ms(60_000), -12.34, None, TimeBasis.DERIVED),
        (from_ms(120_000), None, None, TimeBasis.DERIVED),
    ]


def test_segments_merge_into_one_series_without_doubles_in_order_of_time() -> None:
    """What was recorded first stands, whatever order the segments came in; the first segment states the interval."""
    merged = series_of([segment((120_000, 500), (180_000, 510)), segment((60_000, 400), (120_000, 999), interval=30)])
    assert merged["L1"].interval == 60
    assert [(to_ms(r.at), r.temperature) for r in merged["L1"].readings] == [
        (60_000, 4.0),
        (120_000, 5.0),
        (180_000, 5.1),
    ]


def test_a_segment_is_in_the_series_as_soon_as_it_is_durable_and_after_a_restart(road: Phone) -> None:
    readings = road.services.readings
    assert readings.of("L1") == Series("L1", 60, ())
    assert readings.known_until("L1") is None
    road.seal("L1", NIGHT, [4.0, 5.0])
    assert [r.temperature for r in readings.of("L1").readings] == [4.0, 5.0]
    assert readings.known_until("L1") == NIGHT + timedelta(minutes=1)
    assert road.restart().readings.of("L1") == readings.of("L1")


def test_what_was_merely_heard_does_not_shorten_a_download(road: Phone) -> None:
    road.seal("L1", NIGHT, [4.0])
    road.seal("L1", NIGHT + timedelta(hours=5), [4.0], TimeBasis.HEARD)
    assert road.services.readings.known_until("L1") == NIGHT


def test_a_failed_download_is_recorded(road: Phone) -> None:
    event = e.DownloadFailed("R1", "L1", Problem(3004, {"value": "RT-1", "count": "7"}), 7)
    road.services.readings.fail(event)
    assert road.events(e.DownloadFailed) == [event]


def test_without_a_route_there_are_no_readings() -> None:
    phone = Phone()
    assert phone.services.readings.series() == {}
    assert phone.services.readings.of("L1") == Series("L1", 60, ())
