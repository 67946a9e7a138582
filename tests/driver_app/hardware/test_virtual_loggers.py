"""The inside of virtual loggers: time base, memory, faults, and the makers' voices read by the decoders."""

import json
import struct
from datetime import timedelta

import pytest

from driver_app.hardware.virtual.loggers import Setup, Span, VirtualBlueMaestro, VirtualLaird, VirtualLogger
from driver_app.hardware.virtual.thermal import Curve
from driver_app.hardware.virtual.world import Fault, LoggerDescription, make_logger
from shared.coldchain.readings import Reading
from shared.loggers.advertisement import decode
from shared.loggers.history import Point
from shared.loggers.makers import begin
from shared.loggers.ruuvi import read_command
from tests.driver_app.scenes import START, at, clock_at, disc, passive, ruuvi, steady


def fetched(logger: VirtualLogger, minutes: float, point: Point | None = None) -> list[Reading]:
    download = begin(logger.maker, now=at(minutes), point=point or Point(), interval=60)
    for command in download.commands():
        answer = list(logger.answer(command))
    readings = [reading for chunk in answer for reading in download.feed(chunk)]
    assert download.done
    return readings


@pytest.mark.parametrize("description", [ruuvi(), disc()])
def test_one_record_is_made_at_once_and_one_each_interval(description: LoggerDescription) -> None:
    clock = clock_at(0)
    logger = make_logger(description, clock)
    assert len(logger.records()) == 1
    clock.advance(59)
    assert len(logger.records()) == 1
    clock.advance(1)
    assert len(logger.records()) == 2


def test_before_its_start_a_logger_has_recorded_nothing() -> None:
    assert make_logger(ruuvi(), clock_at(-10)).records() == []


@pytest.mark.parametrize("description", [ruuvi(noise=0.05), disc(noise=0.05)])
def test_a_logger_asked_late_remembers_the_same_as_one_asked_often(description: LoggerDescription) -> None:
    clock = clock_at(0)
    often = make_logger(description, clock)
    for _ in range(30):
        clock.advance(60)
        often.records()
    assert make_logger(description, clock).records() == often.records()


@pytest.mark.parametrize("description", [ruuvi(), disc()])
def test_the_memory_is_bounded_and_forgets_the_oldest(description: LoggerDescription) -> None:
    small = make_logger(type(description)(**{**_fields(description), "capacity": 5}), clock_at(60))
    assert [record.number for record in small.records()] == [57, 58, 59, 60, 61]


def _fields(description: LoggerDescription) -> dict[str, object]:
    return {name: getattr(description, name) for name in description.__struct_fields__}


def test_a_gap_is_a_time_without_records_and_takes_no_numbers() -> None:
    logger = make_logger(disc(None, Fault("gap", at(10), at(20))), clock_at(30))
    records = logger.records()
    assert [r.uptime // 60 for r in records if 8 <= r.uptime // 60 <= 22] == [8, 9, 20, 21, 22]
    assert records[-1].number == len(records)


def test_a_blind_sensor_records_no_value() -> None:
    clock = clock_at(2)
    for description in (ruuvi(None, Fault("blind", at(1), at(3))), disc(None, Fault("blind", at(1), at(3)))):
        logger = make_logger(description, clock)
        assert [r.temperature is None for r in logger.records()] == [False, True, True]
        heard = decode(logger.company, logger.advertisement())
        assert (heard.temperature, heard.humidity) == (None, None)


def test_a_blind_ruuvi_sends_no_frames_and_a_blind_disc_no_value_codes() -> None:
    clock = clock_at(2)
    assert len(fetched(make_logger(ruuvi(None, Fault("blind", at(1), at(2))), clock), 2)) == 2
    readings = fetched(make_logger(disc(None, Fault("blind", at(1), at(2))), clock), 2)
    assert [r.temperature is None for r in readings] == [False, True, False]


def test_a_drifting_logger_counts_its_own_seconds() -> None:
    """1 % fast: in 100 min it has counted 101 min, and made 102 records."""
    logger = make_logger(ruuvi(drift=0.01), clock_at(100))
    assert logger.uptime() == pytest.approx(101 * 60)
    assert len(logger.records()) == 102
    oldest = fetched(logger, 100)[0]
    assert oldest.at == at(-1)


def test_the_advertisement_says_what_the_sensor_measures_now() -> None:
    clock = clock_at(0)
    for description in (ruuvi(steady(-18.5)), disc(steady(-18.5))):
        logger = make_logger(description, clock)
        heard = decode(logger.company, logger.advertisement())
        assert heard.temperature == pytest.approx(-18.5, abs=0.01)
    assert heard.interval == 60
    assert heard.stored == 1


def test_a_ruuvi_temperature_beyond_its_format_is_clipped() -> None:
    logger = make_logger(ruuvi(steady(200.0)), clock_at(0))
    assert decode(logger.company, logger.advertisement()).temperature == 163.835


@pytest.mark.parametrize("celsius", [0.0, -0.1, -18.5, 37.0])
def test_every_stored_value_comes_out_of_the_decoder_as_it_went_in(celsius: float) -> None:
    for description in (ruuvi(steady(celsius)), disc(steady(celsius))):
        readings = fetched(make_logger(description, clock_at(10)), 10)
        assert {reading.temperature for reading in readings} == {celsius}


def test_a_ruuvi_asked_from_a_start_in_the_middle_steps_past_the_first_record_like_the_firmware() -> None:
    logger = make_logger(ruuvi(), clock_at(10))
    frames = list(logger.answer(read_command(at(10), at(5))))
    seconds = [struct.unpack(">I", frame[3:7])[0] for frame in frames[:-1] if len(frame) == 11]
    assert seconds[0] == int(at(6).timestamp())


def test_a_ruuvi_says_nothing_to_a_start_that_is_not_before_now() -> None:
    logger = make_logger(ruuvi(), clock_at(10))
    now = int(at(10).timestamp()).to_bytes(4, "big")
    assert list(logger.answer(bytes.fromhex("3A3A11") + now + now)) == []
    assert list(logger.answer(b"hello")) == []


def test_a_disc_answers_what_it_does_not_know_with_an_error_and_clears_on_command() -> None:
    logger = make_logger(disc(), clock_at(10))
    assert list(logger.answer(b"*what")) == [b"ERROR"]
    assert list(logger.answer(b"*clr")) == [b"OK"]
    assert logger.records() == []
    assert fetched(logger, 10) == []
    logger.forget()
    assert logger.received[0] == b"*what"


def test_a_disc_goes_on_counting_after_it_was_cleared() -> None:
    clock = clock_at(10)
    logger = make_logger(disc(), clock)
    logger.forget()
    clock.advance(120)
    assert [record.number for record in logger.records()] == [12, 13]


def test_out_of_range_is_a_switch_and_a_scheduled_fault() -> None:
    clock = clock_at(0)
    logger = make_logger(ruuvi(None, Fault("unreachable", at(5), at(6))), clock)
    assert logger.reachable
    logger.in_range = False
    assert not logger.reachable
    logger.in_range = True
    clock.advance(300)
    assert not logger.reachable
    clock.advance(60)
    assert logger.reachable


def test_a_fault_must_be_whole() -> None:
    with pytest.raises(ValueError, match="after"):
        Fault("cut")
    with pytest.raises(ValueError, match="start"):
        Fault("gap", START)
    with pytest.raises(ValueError, match="no span"):
        Fault("cut", after=3).span()


def test_cuts_are_taken_over_from_the_description_in_order() -> None:
    logger = make_logger(ruuvi(passive(), Fault("cut", after=7), Fault("cut", after=3)), clock_at(0))
    assert logger.cut_after == [7, 3]
    assert logger.setup.started == START
    assert logger.uptime() == timedelta(0).total_seconds()


def laird(minutes: float, **setup: object) -> VirtualLaird:
    whole = Setup("C9:A8:47:05:C5:4A", "BT-1", 60, START, noise=0.0, **setup)  # type: ignore[arg-type]
    return VirtualLaird(whole, Curve(steady(4.0), START), clock_at(minutes))


def asked(logger: VirtualLaird, command: str) -> dict[str, object]:
    answer = b"".join(logger.answer(command.encode()))
    found: dict[str, object] = json.loads(answer)
    return found


def test_a_bt510_advertises_its_temperature_or_without_one_its_battery() -> None:
    warm, blind = laird(5), laird(5, blind=(Span(at(0), at(9)),))
    heard = decode(warm.company, warm.advertisement())
    assert (heard.temperature, heard.address) == (4.0, "C9:A8:47:05:C5:4A")
    assert decode(blind.company, blind.advertisement()).battery_mv == 2977
    assert blind.events() == []


def test_a_bt510_takes_a_request_in_pieces_and_says_what_it_does_not_know() -> None:
    logger = laird(5)
    assert list(logger.answer(b'{"jsonrpc": "2.0", "meth')) == []
    assert asked(logger, 'od": "prepareLog", "params": [0], "id": 7}') == {"jsonrpc": "2.0", "id": 7, "result": 6}
    assert "error" in asked(logger, '{"jsonrpc": "2.0", "method": "sing", "id": 8}')


def test_half_a_request_is_forgotten_with_its_connection() -> None:
    logger = laird(5)
    assert list(logger.answer(b'{"jsonrpc": "2.0", "meth')) == []
    assert asked(logger, '{"jsonrpc": "2.0", "method": "prepareLog", "params": [0], "id": 1}')["result"] == 6


def test_a_bt510_s_calendar_starts_at_nothing_with_a_new_battery_and_its_log_survives() -> None:
    logger = laird(30, batteries=(at(20),))
    assert asked(logger, '{"jsonrpc": "2.0", "method": "getEpoch", "id": 1}')["result"] == 600
    assert len(logger.events()) == 21 + 1 + 11 + 2 + 1  # records, the reset, records, and the battery's reports
    asked(logger, '{"jsonrpc": "2.0", "method": "setEpoch", "params": [1700000000], "id": 2}')
    assert asked(logger, '{"jsonrpc": "2.0", "method": "getEpoch", "id": 3}')["result"] == 1_700_000_000
    assert laird(30, ahead=None).calendar(90.5) == 90


def test_a_bt510_s_memory_is_bounded_and_cleared_on_demand() -> None:
    logger = laird(100, capacity=10)
    assert len(logger.events()) == 10
    logger.forget()
    assert logger.events() == []


def test_a_new_battery_starts_time_memory_and_count_again() -> None:
    setup = Setup("D0:11:22:33:44:55", "BM-1", 60, START, batteries=(at(10.5),), counted=500, noise=0.0)
    clock = clock_at(10)
    logger = VirtualBlueMaestro(setup, Curve(steady(4.0), START), clock)
    assert [record.number for record in logger.records()] == list(range(501, 512))
    clock.advance(150)
    assert [record.number for record in logger.records()] == [1, 2, 3]
    assert logger.uptime() == 120
