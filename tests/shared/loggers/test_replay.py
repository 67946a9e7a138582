"""What ``handover loggers decode`` and ``handover loggers replay`` print."""

import json
from datetime import UTC, datetime

import pytest

from shared import problems
from shared.errors import Refused
from shared.loggers.advertisement import decode_advertisement
from shared.loggers.replay import replay
from shared.loggers.text import refusal, unhex
from tests.shared.loggers.streams import END, HEARTBEAT, disc_log, ruuvi_record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_an_advertisement_is_one_json_object() -> None:
    found = decode_advertisement(company="0499", data="0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F")
    assert json.loads(json.dumps(found))["temperature"] == 24.3
    assert (found["maker"], found["battery_mv"], found["address"]) == ("ruuvi", 2977, "CB:B8:33:4C:88:4F")


def test_no_value_is_null_and_not_left_out() -> None:
    found = decode_advertisement(company="0x499", data="058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF")
    assert found["temperature"] is None
    assert found["humidity"] is None


def test_service_data_is_decoded_by_its_uuid() -> None:
    assert decode_advertisement(service="FCD2", data="4002ca0903bf13")["temperature"] == 25.06


def test_an_encrypted_advertisement_is_decoded_with_its_address_and_key() -> None:
    said = {"service": "FCD2", "data": "41a47266c95f730011223378237214", "address": "54:48:E6:8F:80:A5"}
    assert decode_advertisement(**said, key="231d39c1d7cc1ab1aee224cd096db932")["temperature"] == 25.06
    assert decode_advertisement(**said)["number"] == 3011
    assert decode_advertisement(**said, key="00" * 16)["number"] == 3012


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({"company": "0499", "data": "05"}, 3001),
        ({"company": "004C", "data": "1005"}, 3002),
        ({"company": "0499", "data": "05 1"}, 3001),
        ({"company": "0499", "data": "zz"}, 3001),
        ({"service": "180F", "data": "64"}, 3002),
    ],
)
def test_what_cannot_be_decoded_is_refused_by_number_and_reason(given: dict[str, str], number: int) -> None:
    found = decode_advertisement(**given)
    assert found["number"] == number
    assert found["refused"].startswith(f"#{number} ")


def test_a_refusal_is_said_in_either_language() -> None:
    refused = Refused(problems.FRAME_UNKNOWN, value="05")
    assert refusal(refused, "zh")["refused"] != refusal(refused)["refused"]


def test_hex_may_be_written_as_captures_write_it() -> None:
    assert unhex("0x3A 30-10:5d") == unhex("(0x) 3A301 05D") == bytes.fromhex("3A30105D")


def test_a_captured_ruuvi_session_gives_its_readings() -> None:
    lines = [
        "# captured on a Sunday",
        "> 3A3A11 5D6740ED 5D57FEAD",
        "3A3A115D6740ED5D57FEAD",
        *(raw.hex() for raw in ruuvi_record(0x5D57FEAD, 2445, 2445)),
        HEARTBEAT.hex("-"),
        "",
        *(f"< {raw.hex()}" for raw in ruuvi_record(0x5D6740ED, -1876, 0)),
        END.hex(),
    ]
    assert [(r["at"], r["temperature"], r["humidity"]) for r in replay(lines)] == [
        ("2019-08-17T13:18:37.000Z", 24.45, 24.45),
        ("2019-08-29T03:05:17.000Z", -18.76, 0.0),
    ]


def test_a_ruuvi_capture_that_stops_gives_what_came() -> None:
    lines = [raw.hex() for raw in ruuvi_record(100, 0, 4000)]
    assert [r["temperature"] for r in replay(lines)] == [0.0]


def test_a_ruuvi_session_that_gave_up_ends_with_its_refusal() -> None:
    lines = [HEARTBEAT.hex(), *(raw.hex() for raw in ruuvi_record(100, 0, 4000)), "3A3AF0" + "FF" * 8]
    assert list(replay(lines))[-1]["number"] == problems.LOGGER_REFUSED.number


def test_a_blue_maestro_session_has_no_times_of_its_own() -> None:
    stream = disc_log([50, -1], [400, 401])
    lines = ["2a6c6f67616c6c", stream[:15].hex(), stream[15:].hex()]
    assert [(r["at"], r["intervals_before"], r["temperature"]) for r in replay(lines)] == [
        (None, 1, 5.0),
        (None, 0, -0.1),
    ]


def test_a_blue_maestro_session_is_placed_when_its_moment_and_interval_are_known() -> None:
    stream = disc_log([50, -1], [400, 401])
    found = list(replay([stream[:15].hex(), stream[15:].hex()], at=NOW, interval=60))
    assert [r["at"] for r in found] == ["2026-11-22T07:58:30.000Z", "2026-11-22T07:59:30.000Z"]
    assert {r["basis"] for r in found} == {"derived"}


def test_a_blue_maestro_session_in_one_line_is_recognised_by_its_header() -> None:
    assert len(list(replay([disc_log([50, 51], None).hex()]))) == 2


def test_a_blue_maestro_capture_that_stops_gives_what_came_without_a_place() -> None:
    stream = disc_log([50, 51], [400, 401])
    found = list(replay([stream[:19].hex()]))
    assert [(r["temperature"], r["humidity"], r["intervals_before"]) for r in found] == [
        (5.0, None, None),
        (5.1, None, None),
    ]


def test_a_fahrenheit_session_ends_with_its_refusal() -> None:
    stream = disc_log([50], None, mode=101)
    assert list(replay([stream.hex()]))[-1]["number"] == problems.LOGGER_FAHRENHEIT.number


@pytest.mark.parametrize(
    ("lines", "number"), [(["77" * 11], 3002), (["3A30", "not hex"], 3001), (["3A3010" + "00" * 8, "99" * 11], 3001)]
)
def test_a_session_that_cannot_be_read_says_so_and_nothing_comes_after(lines: list[str], number: int) -> None:
    found = list(replay(lines))
    assert found[-1]["number"] == number


def test_an_empty_capture_is_no_readings() -> None:
    assert list(replay(["", "# nothing", "<"])) == []
