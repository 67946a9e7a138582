"""Reading a RuuviTag's log: Ruuvi's documented exchange, and everything the air does to it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.clock import from_ms
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Refused
from shared.loggers.history import Point
from shared.loggers.ruuvi import Frames, RuuviDownload, decode_value, read_command
from tests.shared.loggers.streams import END, HEARTBEAT, chunked, frame, ruuvi_record
from tests.vectors import vector

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def begin(**changes: object) -> RuuviDownload:
    settings: dict[str, object] = {"now": NOW, "point": Point(), "interval": 60, **changes}
    return RuuviDownload(**settings)  # type: ignore[arg-type]


def feed_all(download: RuuviDownload, chunks: list[bytes]) -> list[Reading]:
    return [reading for chunk in chunks for reading in download.feed(chunk)]


def asked_from(command: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(command[7:], "big"), tz=UTC)


def documented_rows() -> list[tuple[str, bytes]]:
    """(who sends, bytes) of the second example on Ruuvi's page, "read all environmental data"."""
    page = vector("ble/ruuvi/log-read.md").read_text("utf-8").split("read all environmental data")[1]
    rows = re.findall(r"\| (Central|Peripheral) +\| 0x([0-9A-F ]+)\| ([0-9A-Fx ]+)\|", page)
    clean = [(who, (head + payload.replace("0x", "")).replace(" ", "")) for who, head, payload in rows]
    # the page writes some values with ten digits, which is a byte too many: the first two are a slip of the pen
    return [(who, bytes.fromhex(text if len(text) == 22 else text[:14] + text[16:])) for who, text in clean]


def test_the_documented_command_is_what_is_sent() -> None:
    now = datetime.fromtimestamp(0x5D6740ED, tz=UTC)
    since = datetime.fromtimestamp(0x5D57FEAD, tz=UTC)
    assert [read_command(now, since)] == [raw for who, raw in documented_rows() if who == "Central"]


def test_the_documented_answer_is_one_reading_and_an_end() -> None:
    download = begin()
    readings = feed_all(download, [raw for who, raw in documented_rows() if who == "Peripheral"])
    assert readings == [Reading(from_ms(0x5D57FEAD * 1000), 24.45, 24.45, TimeBasis.LOGGER_CLOCK)]
    assert download.done
    assert download.problem is None


def test_the_documented_negative_value_is_negative() -> None:
    assert decode_value(0x30, bytes.fromhex("FFFFF8AC")) == -18.76


@pytest.mark.parametrize(
    ("endpoint", "raw", "value"),
    [
        (0x30, "00000000", 0.0),
        (0x30, "FFFFFFFF", -0.01),
        (0x30, "80000000", None),
        (0x31, "FFFFFFFF", None),
        (0x31, "00000000", 0.0),
        (0x32, "00018BCD", 101_325.0),
        (0x32, "FFFFFFFF", None),
    ],
)
def test_zero_and_minus_a_hundredth_are_values_and_the_widest_codes_are_none(
    endpoint: int, raw: str, value: object
) -> None:
    assert decode_value(endpoint, bytes.fromhex(raw)) == value


def test_frames_of_one_instant_become_one_reading() -> None:
    stream = [
        frame(0x30, 100, -50),
        frame(0x31, 100, 4000),
        frame(0x32, 100, 101_325),
        *ruuvi_record(160, 0, 4100),
        END,
    ]
    readings = feed_all(begin(), stream)
    assert [(r.at, r.temperature, r.humidity) for r in readings] == [
        (from_ms(100_000), -0.5, 40.0),
        (from_ms(160_000), 0.0, 41.0),
    ]


def test_a_record_without_a_temperature_is_kept_as_such() -> None:
    assert feed_all(begin(), [frame(0x31, 100, 4000), END]) == [Reading(from_ms(100_000), None, 40.0)]


def test_pressure_alone_is_no_reading() -> None:
    assert feed_all(begin(), [frame(0x32, 100, 101_325), END]) == []


def test_a_record_the_logger_could_give_no_time_is_counted_and_not_placed() -> None:
    download = begin()
    assert feed_all(download, [*ruuvi_record(0, 500, 4000), END]) == []
    assert download.missed == 1


def test_half_a_record_is_not_given_out_when_the_connection_ends() -> None:
    download = begin()
    assert len(feed_all(download, [*ruuvi_record(100, 500, 4000), frame(0x30, 160, 510)])) == 1
    assert not download.done


def test_a_capture_that_stops_may_be_flushed() -> None:
    download = begin()
    feed_all(download, [frame(0x30, 160, 510)])
    assert download.flush() == [Reading(from_ms(160_000), 5.1, None)]


def test_an_error_frame_ends_the_download_with_a_problem() -> None:
    download = begin()
    feed_all(download, [*ruuvi_record(100, 500, 4000), bytes.fromhex("3A3AF0" + "FF" * 8)])
    assert download.done
    assert download.problem is not None
    assert download.problem.number == problems.LOGGER_REFUSED.number


def test_nothing_after_the_end_counts() -> None:
    assert feed_all(begin(), [END + b"".join(ruuvi_record(100, 500, 4000))]) == []


def test_an_echo_of_a_command_is_passed_over() -> None:
    assert feed_all(begin(), [read_command(NOW, None), *ruuvi_record(100, 500, 4000), END]) != []


def test_bytes_that_begin_neither_a_frame_nor_a_heartbeat_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        Frames().feed(b"\x99" * 11)
    assert refusal.value.kind is problems.FRAME_MALFORMED


def test_a_heartbeat_that_kept_its_address_is_passed_over_whole() -> None:
    full = HEARTBEAT + bytes.fromhex("CBB8334C884F")
    frames = Frames()
    assert frames.feed(full) == frames.feed(full[:20]) == []
    assert frames.feed(END) == [END]


records = st.lists(
    st.tuples(st.integers(1, 0xFFFF_FFFE), st.integers(-4000, 8500), st.integers(0, 10_000)),
    max_size=25,
    unique_by=lambda record: record[0],
)


@given(records, st.lists(st.integers(0, 60), max_size=8), st.data())
def test_any_chunking_and_any_heartbeats_between_give_the_same_readings(
    stored: list[tuple[int, int, int]], beats: list[int], data: st.DataObject
) -> None:
    frames = [part for record in stored for part in ruuvi_record(*record)] + [END]
    expected = [Reading(from_ms(s * 1000), t / 100, h / 100) for s, t, h in stored]
    for place in beats:
        frames.insert(min(place, len(frames) - 1), HEARTBEAT)
    download = begin()
    assert feed_all(download, data.draw(chunked(b"".join(frames)))) == expected
    assert download.done


def test_a_first_download_asks_for_everything_that_is_wanted() -> None:
    assert asked_from(begin().commands()[0]) == from_ms(0)
    since = NOW - timedelta(hours=3)
    assert asked_from(begin(point=Point(since)).commands()[0]) == since - timedelta(seconds=65)


def test_a_resumed_download_asks_from_an_interval_before_the_newest_reading() -> None:
    """The firmware steps past the first record after the start: that one must be known already."""
    newest = NOW - timedelta(minutes=10)
    point = Point(NOW - timedelta(hours=3), (Reading(newest, 4.5),))
    assert asked_from(begin(point=point).commands()[0]) == newest - timedelta(seconds=65)
    assert asked_from(begin(point=point, whole=True).commands()[0]) == NOW - timedelta(hours=3, seconds=65)
    moved = begin(point=point, shift=timedelta(minutes=5)).commands()[0]
    assert asked_from(moved) == newest + timedelta(minutes=5) - timedelta(seconds=65)


def test_a_start_that_is_not_before_now_asks_for_everything_because_a_tag_would_not_answer() -> None:
    assert asked_from(read_command(NOW, NOW)) == from_ms(0)
    assert asked_from(read_command(NOW, NOW + timedelta(hours=1))) == from_ms(0)


def test_a_tag_needs_no_erasing_and_numbers_nothing() -> None:
    download = begin()
    assert download.erase() is None
    assert download.number is None
