"""Laird BT510: recorded advertisements, and the conversation of its virtual serial port, written as its user guide has it."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Refused
from shared.loggers.advertisement import decode
from shared.loggers.laird import CLOCK_SET, COMPANY, EVENT, MOST, Answers, LairdDownload, request
from tests.shared.loggers.streams import chunked

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CLOCK = int(NOW.timestamp())
RECORDED = "jq60X4gGAQASsrRfawYBAJa1tF+KBgEAGrm0X2cGAQAZu7RfmwsMAA=="
"""The first five events of a recorded conversation (LairdCP/BT510-Python, sample_logs, 25 November 2020); beside it
stands what they are: four temperatures a quarter of an hour apart, and the battery."""


def answer(number: int, **content: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, **content}).encode()


def event(clock: int, value: int, kind: int = 1, salt: int = 0) -> bytes:
    return EVENT.pack(clock, value, kind, salt)


def log(*events: bytes) -> list[Any]:
    raw = b"".join(events)
    return [len(raw), b64encode(raw).decode()]


class Talk:
    """A download, and a BT510 that is played by the test: what it is asked, and what it answers."""

    def __init__(self) -> None:
        self.download = LairdDownload(now=NOW)
        self.asked: list[dict[str, Any]] = [json.loads(command) for command in self.download.commands()]
        self.readings: list[Reading] = []

    def say(self, result: Any) -> dict[str, Any] | None:
        """Answer what was asked last; the next request, if there is one."""
        self.readings += self.download.feed(answer(self.asked[-1]["id"], result=result))
        if not self.download.waits:
            return None
        (command,) = self.download.onward()
        assert not self.download.waits
        self.asked.append(json.loads(command))
        return self.asked[-1]

    def begun(self, count: int, clock: int = CLOCK) -> "Talk":
        self.say(clock)
        self.say(count)
        return self


# advertisement


def test_a_recorded_temperature_event() -> None:
    heard = decode(COMPANY, bytes.fromhex("01000000 0280 4ac50547a8c9 01 1c01 6bd5ee5d c2090000 01"))
    assert (heard.temperature, heard.measured, heard.sequence) == (24.98, True, 284)
    assert heard.address == "C9:A8:47:05:C5:4A"


def test_a_recorded_battery_event_is_no_measurement() -> None:
    heard = decode(COMPANY, bytes.fromhex("01000000 0780 bb41c03a35dd 0c b401 576fbe5f 9b0b0000 0e"))
    assert (heard.temperature, heard.measured, heard.battery_mv) == (None, False, 2971)


def test_other_events_say_nothing_of_warmth_or_battery() -> None:
    heard = decode(COMPANY, bytes.fromhex("01000000 0080 a218417e3ac1 02 5b00 4e4b9d5d b60a0000 00"))
    assert (heard.temperature, heard.battery_mv, heard.measured) == (None, None, False)


def test_frost_zero_and_no_value() -> None:
    for raw, celsius in (("c6f80000", -18.5), ("00000000", 0.0), ("00800000", None)):
        heard = decode(COMPANY, bytes.fromhex("01000000 0280 4ac50547a8c9 01 1c01 6bd5ee5d" + raw + "01"))
        assert (heard.temperature, heard.measured) == (celsius, True)


@pytest.mark.parametrize(
    ("data", "kind"),
    [("", problems.FRAME_UNKNOWN), ("02000000", problems.FRAME_UNKNOWN), ("01000000", problems.FRAME_MALFORMED)],
)
def test_another_protocol_is_unknown_and_another_length_malformed(data: str, kind: object) -> None:
    with pytest.raises(Refused) as refusal:
        decode(COMPANY, bytes.fromhex(data))
    assert refusal.value.kind is kind


# history


def test_requests_are_written_as_in_the_recorded_conversations() -> None:
    assert request(1, "prepareLog", 0) == b'{"jsonrpc": "2.0", "method": "prepareLog", "params": [0], "id": 1}'
    assert request(3, "getEpoch") == b'{"jsonrpc": "2.0", "method": "getEpoch", "id": 3}'


def test_a_recorded_log_reads_as_its_maker_s_own_tool_read_it() -> None:
    talk = Talk().begun(5, clock=1_606_315_863)
    assert talk.asked[-1] == {"jsonrpc": "2.0", "method": "readLog", "params": [MOST], "id": 3}
    assert talk.say([40, RECORDED]) == {"jsonrpc": "2.0", "method": "ackLog", "params": [5], "id": 4}
    assert talk.say(5) is None
    assert [(CLOCK - reading.at.timestamp(), reading.temperature) for reading in talk.readings] == [
        (1_606_315_863 - 1_605_676_686, 16.72),
        (1_606_315_863 - 1_605_677_586, 16.43),
        (1_606_315_863 - 1_605_678_486, 16.74),
        (1_606_315_863 - 1_605_679_386, 16.39),
    ]
    assert (talk.download.done, talk.download.problem, talk.download.missed) == (True, None, 0)


def test_an_event_is_as_old_as_the_sensor_s_clock_says_whatever_that_clock_shows() -> None:
    talk = Talk().begun(3, clock=CLOCK + 3_600)
    talk.say(log(event(CLOCK, -1850), event(CLOCK + 3_540, 0), event(CLOCK + 3_540, 2971, 12, 1)))
    assert talk.readings == [
        Reading(NOW - timedelta(hours=1), -18.5, None, TimeBasis.LOGGER_CLOCK),
        Reading(NOW - timedelta(minutes=1), 0.0, None, TimeBasis.LOGGER_CLOCK),
    ]
    assert talk.download.skew == 3_600_000


def test_a_value_code_of_nothing_is_a_reading_without_a_value() -> None:
    talk = Talk().begun(1)
    talk.say(log(event(CLOCK - 60, -0x8000)))
    assert [reading.temperature for reading in talk.readings] == [None]


def test_the_log_is_read_piece_by_piece_and_dropped_only_on_request() -> None:
    talk = Talk().begun(200)
    first, rest = [event(CLOCK - 9_000 + i, 500) for i in range(MOST)], [event(CLOCK - 99, 600)] * 72
    for piece in (first, rest):
        assert talk.asked[-1]["method"] == "readLog"
        acknowledged = talk.say(log(*piece))
        assert acknowledged is not None
        assert acknowledged["params"] == [len(piece)]
        assert talk.download.whole == (piece is rest)
        talk.say(len(piece))
    assert talk.download.done
    assert len(talk.readings) == 200
    assert (talk.download.number, talk.download.tally, talk.download.erase()) == (None, None, None)
    assert talk.download.forgets
    assert talk.download.number_of(NOW) is None


def test_an_empty_log_is_a_good_end() -> None:
    for talk in (Talk().begun(0), Talk().begun(5)):
        if not talk.download.done:
            assert talk.say(log()) is None  # it has fewer than it said
        assert (talk.download.done, talk.download.problem, talk.readings) == (True, None, [])
        assert talk.download.feed(answer(9, result=1)) == []


def test_a_clock_that_was_never_set_is_set_first_and_what_was_stored_before_has_no_time() -> None:
    talk = Talk()
    asked = talk.say(86_400)
    assert asked == {"jsonrpc": "2.0", "method": "setEpoch", "params": [CLOCK], "id": 2}
    asked = talk.say("ok")
    assert asked is not None
    assert (asked["method"], asked["params"]) == ("prepareLog", [0])
    talk.say(2)
    talk.say(log(event(86_340, 500), event(CLOCK_SET + 5, 500)))
    assert talk.download.missed == 0  # not before it is dropped: until then it would come again
    talk.say(2)
    assert (talk.readings, talk.download.missed, talk.download.skew) == ([], 2, None)


def test_an_event_ahead_of_the_clock_has_no_time() -> None:
    """The clock was set back since."""
    talk = Talk().begun(2)
    talk.say(log(event(CLOCK + 3_600, 500), event(CLOCK + 1, 600)))
    talk.say(2)
    assert [reading.temperature for reading in talk.readings] == [6.0]
    assert talk.download.missed == 1


def test_an_error_is_the_sensor_s_refusal() -> None:
    download = LairdDownload(now=NOW)
    download.commands()
    assert download.feed(answer(1, error={"code": -32601, "message": "Method not found"})) == []
    assert download.done
    assert download.problem is not None
    assert download.problem.number == problems.LOGGER_REFUSED.number
    assert "Method not found" in download.problem.values["reason"]


def test_a_sensor_that_drops_another_number_than_it_was_told_is_not_trusted() -> None:
    talk = Talk().begun(2)
    talk.say(log(event(CLOCK - 60, 500), event(CLOCK, 500)))
    talk.say(1)
    assert talk.download.done
    assert talk.download.problem is not None
    assert talk.download.problem.values["reason"] == "ackLog: 1 ≠ 2"


def test_an_answer_to_an_older_request_is_passed_over() -> None:
    download = LairdDownload(now=NOW)
    download.commands()
    assert download.feed(answer(7, result=12)) == []
    assert not download.waits


@pytest.mark.parametrize("result", [-1, "9", None, True])
def test_a_count_that_is_none_is_malformed(result: object) -> None:
    download = LairdDownload(now=NOW)
    download.commands()
    with pytest.raises(Refused) as refusal:
        download.feed(answer(1, result=result))
    assert refusal.value.kind is problems.FRAME_MALFORMED


@pytest.mark.parametrize("result", [[8], [8, 5], "x", [16, "AAAAAAAAAAA="], [3, "AAAA"], [8, "AAAA*AAAAAA="]])
def test_a_log_that_is_none_is_malformed(result: object) -> None:
    with pytest.raises(Refused) as refusal:
        Talk().begun(1).say(result)
    assert refusal.value.kind is problems.FRAME_MALFORMED


@pytest.mark.parametrize("text", [b"OK", b'{"id" 1}', b'{"a":"' + b"A" * 9_000])
def test_what_is_no_json_object_is_malformed(text: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        Answers().feed(text)
    assert refusal.value.kind is problems.FRAME_MALFORMED


@given(st.data())
def test_any_chunking_gives_the_same_answers(data: st.DataObject) -> None:
    stream = answer(1, result=890) + b"\r\n" + answer(2, result=[40, RECORDED]) + answer(3, result="ok")
    answers = Answers()
    found = [one for chunk in data.draw(chunked(stream)) for one in answers.feed(chunk)]
    assert [one["result"] for one in found] == [890, [40, RECORDED], "ok"]


def test_random_logs_come_out_as_they_went_in() -> None:
    random = Random(510)
    for _ in range(100):
        events = [
            (CLOCK - random.randrange(600_000), random.randrange(-4000, 8500)) for _ in range(random.randrange(1, MOST))
        ]
        talk = Talk().begun(len(events))
        talk.say(log(*(event(clock, value) for clock, value in events)))
        expected = [(NOW - timedelta(seconds=CLOCK - clock), value / 100) for clock, value in events]
        assert [(reading.at, reading.temperature) for reading in talk.readings] == expected
