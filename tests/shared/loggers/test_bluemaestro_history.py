"""Reading a Tempo Disc's log: columns without times."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Refused
from shared.loggers.bluemaestro import ERASE, BlueMaestroDownload
from shared.loggers.counting import Sight, Tally
from shared.loggers.history import Point, Straight
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


def test_a_pause_between_two_sights_stands_between_two_readings_and_hides_nothing() -> None:
    """Heard until it stopped, and from when it went on: 3 records, an hour of nothing, 2 records."""
    hour = timedelta(hours=1)
    begun = NOW - hour - 5 * MINUTE
    sights = (
        Sight(1, begun + MINUTE * 0.5, begun + MINUTE * 0.9),
        Sight(2, begun + MINUTE * 1.1, begun + MINUTE * 1.9),
        Sight(3, begun + MINUTE * 2.1, begun + hour + MINUTE * 2.9),
        Sight(4, begun + hour + MINUTE * 3.1, begun + hour + MINUTE * 3.9),
        Sight(5, begun + hour + MINUTE * 4.1, NOW - MINUTE / 10),
    )
    download = begin(point=Point(tally=Tally(sights=sights)))
    times = [reading.at for reading in download.feed(disc_log([50, 51, 52, 53, 54], None))]
    truth = [begun + MINUTE * index for index in range(3)] + [begun + hour + MINUTE * index for index in (3, 4)]
    assert all(abs(at - true) <= MINUTE / 2 for at, true in zip(times, truth, strict=True))
    assert times[3] - times[2] >= hour
    assert download.missed == 0
    assert download.tally == Tally(5, 5, NOW, placed=(5, 5))


def test_records_of_an_unheard_pause_get_no_time_and_are_not_given_out_but_counted() -> None:
    point = Point(tally=Tally(sights=(Sight(90, NOW - 60 * MINUTE, NOW - 60 * MINUTE), Sight(100, NOW, NOW))))
    download = begin(point=point)
    readings = download.feed(disc_log([50] * 100, None))
    assert (len(readings), download.missed) == (90, 10)
    assert max(reading.at for reading in readings) <= NOW - 60 * MINUTE
    assert download.tally == Tally(100, 100, NOW, placed=(90, 90))


def test_after_records_without_a_time_the_memory_is_still_recognised() -> None:
    known = tuple(Reading(NOW - (50 - i) * MINUTE, 5.0 + i, None, TimeBasis.DERIVED) for i in range(3))
    tally = Tally(5, 5, NOW - 2 * MINUTE, placed=(3, 3))  # 4 and 5 got no time
    download = begin(point=Point(known=known, number=5, tally=tally))
    fresh = download.feed(disc_log([50, 60, 70, 990, 991, 80, 90], None))
    assert [reading.temperature for reading in fresh] == [8.0, 9.0]
    assert download.tally is not None
    assert download.tally.placed == (7, 2)
    assert [download.number_of(reading.at) for reading in fresh] == [6, 7]
    other = begin(point=Point(known=known, number=5, tally=tally))
    assert len(other.feed(disc_log([50, 60, 71, 990, 991, 80, 90], None))) == 0  # cleared: seven records in two minutes
    nothing = begin(point=Point(number=5, tally=Tally(5, 5, NOW - 2 * MINUTE)))
    assert len(nothing.feed(disc_log([1, 2, 3, 4, 5, 80, 90], None))) == 2


def test_what_is_known_in_a_row_grows_from_download_to_download() -> None:
    known: list[Reading] = []
    point = Point()
    for count in (3, 5, 9):
        download = begin(point=point, now=NOW + count * MINUTE)
        known += download.feed(disc_log(list(range(count)), None))
        assert download.tally is not None
        assert download.tally.placed == (count, count)
        point = Point(known=tuple(known), number=count, tally=download.tally)
    cut = begin(
        point=Point(known=tuple(known[:4]), number=4, tally=Tally(3, 3, NOW + 3 * MINUTE, placed=(3, 3))),
        now=NOW + 9 * MINUTE,
    )
    assert len(cut.feed(disc_log(list(range(9)), None))) == 5  # the disk was full after the fourth


def test_a_disc_that_may_have_stopped_or_be_full_is_read_again_before_it_is_believed() -> None:
    """Its count says more than it holds, nobody read it before, and the number it advertises stood still."""
    point = Point(tally=Tally(sights=(Sight(3, NOW - 10 * MINUTE, NOW),)))
    download = begin(point=point)
    assert download.feed(disc_log([50, 51, 52], None, count=500)) == []
    assert download.problem is not None
    assert download.problem.number == problems.LOGGER_TIMES_UNKNOWN.number
    assert download.number is None
    assert download.tally == Tally(500, 3, NOW, point.tally.sights)
    full = begin(point=Point(tally=download.tally), now=NOW + MINUTE)
    assert len(full.feed(disc_log([51, 52, 53], None, count=501))) == 3
    stopped = begin(point=Point(tally=download.tally), now=NOW + MINUTE)
    readings = stopped.feed(disc_log([50, 51, 52], None, count=500))
    assert max(reading.at for reading in readings) <= NOW - 10 * MINUTE


def test_a_disc_that_was_cleared_since_the_last_download_made_all_it_holds_after_it() -> None:
    known = tuple(Reading(NOW - (90 - i) * MINUTE, 5.0 + i, 40.0, TimeBasis.DERIVED) for i in range(3))
    point = Point(known=known, number=3, tally=Tally(3, 3, NOW - 80 * MINUTE, placed=(3, 3)))
    paused = begin(point=point)
    assert (
        paused.feed(disc_log([61, 62, 63, 64, 65], [400] * 5)) == []
    )  # five records in eighty minutes: it paused, unheard
    assert paused.missed == 5


def test_what_sends_everything_at_once_is_never_written_to_again_and_numbers_nothing() -> None:
    assert Straight().onward() == ()
    assert Straight().number_of(NOW) is None


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
