"""Reading a Tempo Disc's log: columns without times."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Refused
from shared.loggers.bluemaestro import ERASE, BlueMaestroDownload
from shared.loggers.history import Point
from tests.shared.loggers.streams import chunked, disc_log

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def begin(**changes: object) -> BlueMaestroDownload:
    settings: dict[str, object] = {"now": NOW, "point": Point(), "interval": 60, **changes}
    return BlueMaestroDownload(**settings)  # type: ignore[arg-type]


def test_the_whole_log_is_asked_for() -> None:
    assert begin().commands() == (b"*logall",)


def test_records_are_placed_backwards_from_half_an_interval_before_the_download_and_marked_derived() -> None:
    readings = begin().feed(disc_log([50, 51, 52], [400, 401, 402]))
    newest = NOW - MINUTE / 2
    assert readings == [
        Reading(newest - 2 * MINUTE, 5.0, 40.0, TimeBasis.DERIVED),
        Reading(newest - MINUTE, 5.1, 40.1, TimeBasis.DERIVED),
        Reading(newest, 5.2, 40.2, TimeBasis.DERIVED),
    ]


@given(st.floats(0, 59.999), st.integers(1, 30))
def test_a_derived_time_is_never_farther_than_half_an_interval_from_the_truth(phase: float, count: int) -> None:
    """The newest record was made ``phase`` s before the download, wherever in the interval that was."""
    readings = begin().feed(disc_log([50] * count, None))
    for index, reading in enumerate(readings):
        truth = NOW - timedelta(seconds=phase) - MINUTE * (count - 1 - index)
        assert abs(reading.at - truth) <= MINUTE / 2


def test_zero_and_negative_values_are_right_and_no_value_codes_are_none() -> None:
    readings = begin().feed(disc_log([0, -1, -300, -0x8000, 0x7FFF], [0, 1000, 0xFFFF, 1001, 5]))
    assert [r.temperature for r in readings] == [0.0, -0.1, -30.0, None, None]
    assert [r.humidity for r in readings] == [0.0, 100.0, None, None, 0.5]


def test_a_disc_without_humidity_sends_one_column() -> None:
    assert [(r.temperature, r.humidity) for r in begin().feed(disc_log([50, 51], None))] == [(5.0, None), (5.1, None)]


def test_an_empty_memory_is_no_readings_and_a_good_end() -> None:
    download = begin()
    assert download.feed(disc_log([], [])) == []
    assert download.done
    assert download.problem is None


tenths = st.lists(st.integers(-300, 600), max_size=60)


@given(tenths, st.booleans(), st.data())
def test_any_chunking_gives_the_same_readings(temperatures: list[int], humid: bool, data: st.DataObject) -> None:
    humidities = [(7 * t) % 1001 for t in temperatures] if humid else None
    stream = disc_log(temperatures, humidities)
    whole = begin().feed(stream)
    download = begin()
    pieces = [reading for chunk in data.draw(chunked(stream)) for reading in download.feed(chunk)]
    assert pieces == whole
    assert len(whole) == len(temperatures)
    assert [r.temperature for r in whole] == [t / 10 for t in temperatures]
    assert download.done


def test_nothing_is_given_out_before_the_end_because_no_record_is_whole_before_it() -> None:
    stream = disc_log([50, 51], [400, 401])
    download = begin()
    assert download.feed(stream[:-1]) == []
    assert not download.done


def test_nothing_after_the_end_counts() -> None:
    download = begin()
    download.feed(disc_log([50], None))
    assert download.feed(disc_log([60], None)) == []


def test_a_second_download_gives_only_records_with_a_higher_number() -> None:
    first = begin()
    known = first.feed(disc_log([50, 51, 52], [400, 401, 402]))
    assert first.number == 3
    point = Point(known=tuple(known), number=first.number)
    later = begin(point=point, now=NOW + 2 * MINUTE)
    fresh = later.feed(disc_log([50, 51, 52, 53, 54], [400, 401, 402, 403, 404]))
    assert [r.temperature for r in fresh] == [5.3, 5.4]
    assert later.number == 5


def test_the_running_count_may_wrap() -> None:
    known = (Reading(NOW - MINUTE, 5.0, 40.0, TimeBasis.DERIVED),)
    download = begin(point=Point(known=known, number=0xFFFF))
    fresh = download.feed(disc_log([50, 51, 52], [400, 401, 402], count=0x10001))
    assert [r.temperature for r in fresh] == [5.1, 5.2]


def test_records_overwritten_before_they_were_fetched_are_counted() -> None:
    known = (Reading(NOW - 10 * MINUTE, 5.0, 40.0, TimeBasis.DERIVED),)
    download = begin(point=Point(known=known, number=10))
    assert len(download.feed(disc_log([53, 54], [400, 401], count=20))) == 2
    assert download.missed == 8


def test_a_disc_that_was_cleared_in_between_is_read_whole() -> None:
    """Its count began anew: other values stand where the known ones should."""
    known = tuple(Reading(NOW - (4 - i) * MINUTE, 5.0 + i, 40.0, TimeBasis.DERIVED) for i in range(3))
    download = begin(point=Point(known=known, number=3))
    fresh = download.feed(disc_log([61, 62, 63, 64, 65], [400] * 5))
    assert [r.temperature for r in fresh] == [6.1, 6.2, 6.3, 6.4, 6.5]
    smaller = begin(point=Point(known=known, number=30))
    assert len(smaller.feed(disc_log([61, 62], [400] * 2))) == 2
    assert smaller.missed == 0


def test_without_a_number_only_what_is_placed_later_than_the_newest_is_fresh() -> None:
    known = (Reading(NOW - 3 * MINUTE, 5.0, 40.0, TimeBasis.DERIVED),)
    fresh = begin(point=Point(known=known)).feed(disc_log([48, 49, 50, 51, 52], [400] * 5))
    assert [r.temperature for r in fresh] == [5.1, 5.2]
    assert all(r.at > known[0].at for r in fresh)


def test_a_disc_set_to_fahrenheit_is_refused_rather_than_misread() -> None:
    download = begin()
    assert download.feed(disc_log([410], None, mode=101)) == []
    assert download.done
    assert download.problem is not None
    assert download.problem.number == problems.LOGGER_FAHRENHEIT.number


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(Refused, match="2 ≠ 1 ≠ 2") as refusal:
        begin().feed(disc_log([50, 51], [400]))
    assert refusal.value.kind is problems.FRAME_MALFORMED


def test_a_header_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        begin().feed(b"ERROR: locked..")
    assert refusal.value.kind is problems.FRAME_MALFORMED


def test_erasing_is_offered_only_when_asked_for_and_only_after_a_good_end() -> None:
    download = begin(erase=True)
    assert download.erase() is None
    download.feed(disc_log([50], None))
    assert download.erase() == ERASE
    quiet = begin()
    quiet.feed(disc_log([50], None))
    assert quiet.erase() is None
