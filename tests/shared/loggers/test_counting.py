"""When the records of a counting logger were made: thousands of histories of pauses, drift, deaf hours and cleared
memories, each against the truth."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import msgspec
import pytest

from shared.loggers.counting import WRAP, Bound, Sight, Tally, bounds, place

START = datetime(2026, 11, 22, tzinfo=UTC)
HISTORIES = 900


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Disc:
    """What truly happened: when each record was made, and what was advertised when.

    ``own`` is whether it advertises its running count, rather than the records in memory; ``first`` is what it had
    counted before.
    """

    def __init__(self, made: list[float], *, own: bool, first: int, cleared: float | None, keeps: bool) -> None:
        self.made, self.own, self.first, self.cleared, self.keeps = made, own, first, cleared, keeps

    def total(self, when: float) -> int:
        """Its running count, not cut to 16 bits."""
        made = bisect_right(self.made, when)
        if self.cleared is None or when < self.cleared or self.keeps:
            return self.first + made
        return made - bisect_right(self.made, self.cleared)

    def stored(self, when: float) -> int:
        made = bisect_right(self.made, when)
        return made if self.cleared is None or when < self.cleared else made - bisect_right(self.made, self.cleared)

    def advertised(self, when: float) -> int:
        return (self.total(when) if self.own else self.stored(when)) % WRAP

    def memory(self, when: float) -> list[float]:
        """When the records in memory were made, oldest first."""
        made = self.made[: bisect_right(self.made, when)]
        return made[len(made) - self.stored(when) :]


def made(random: Random, interval: float, drift: float, pauses: list[tuple[float, float]], until: float) -> list[float]:
    """Records an interval apart by the disc's own clock, except in a pause, after which it goes on with a record."""
    times, now = [], -random.uniform(0, interval)
    rest = sorted(pauses)
    while now < until:
        if rest and now >= rest[0][0]:
            now = max(now, rest.pop(0)[1])
            continue
        times.append(now)
        now += interval * (1 + drift)
    return times


def listening(random: Random, until: float, *, all_the_way: bool) -> list[float]:
    """When the handheld heard it: always once at the start, then all the way, or in windows with deaf hours between."""
    if all_the_way:
        times, now = [1.0], 1.0
        while now < until:
            now += random.uniform(0.5, 20)
            times.append(now)
        return [t for t in times if t < until]
    times = [1.0]
    for _ in range(random.randrange(4)):
        begin = random.uniform(0, until)
        now, end = begin, begin + random.choice((0.0, 30.0, 600.0, 3600.0))
        while now <= end:
            times.append(now)
            now += random.uniform(1, 20)
    return sorted(t for t in times if t < until)


class History:
    """One random history, and what was made of it."""

    def __init__(self, seed: int, *, all_the_way: bool, may_clear: bool = False, shortest: float = 2.0) -> None:
        random = Random(seed)
        self.interval = random.choice((60, 300))
        self.drift = random.uniform(-1e-4, 1e-4)
        self.until = random.uniform(600, 12 * 3600)
        self.pauses = []
        for _ in range(random.randrange(3)):
            begin = random.uniform(2, self.until)
            self.pauses.append((begin, begin + random.uniform(shortest, 60) * self.interval))
        times = made(random, self.interval, self.drift, self.pauses, self.until)
        # when records were due, and none was made
        self.missing = [(one + self.interval, two) for one, two in pairwise(times) if two - one > 1.01 * self.interval]
        if self.until - times[-1] > 1.01 * self.interval:
            self.missing.append((times[-1] + self.interval, self.until))
        cleared = random.uniform(1, self.until) if may_clear and random.random() < 0.7 else None
        self.disc = Disc(
            times,
            own=random.random() < 0.5,
            first=random.choice((0, 17, WRAP - 20 if cleared is None else 30_000)),
            cleared=cleared,
            keeps=random.random() < 0.5,
        )
        tally = Tally()
        heard = [*listening(random, self.until - 0.5, all_the_way=all_the_way), self.until - 0.5]
        self.unheard = max((part for part in self.parts(heard) if part < 2 * self.interval), default=0.0)
        for when in heard:
            tally = tally.seen(self.disc.advertised(when), at(when), self.interval)
        self.tally = tally
        self.truth = self.disc.memory(self.until)
        count = self.disc.total(self.until) % WRAP
        interval = timedelta(seconds=self.interval)
        self.known = bounds(tally, count=count, stored=len(self.truth), now=at(self.until), interval=interval)
        self.times: list[datetime | None] = []
        if self.known is not None:
            self.times = place(self.known, records=len(self.truth), interval=interval)

    def errors(self) -> list[float]:
        """s by which each placed record is off."""
        return [
            (time - at(true)).total_seconds()
            for time, true in zip(self.times, self.truth, strict=False)
            if time is not None
        ]

    def parts(self, heard: list[float]) -> list[float]:
        """How much of each time without a record fell between two moments at which the disc was heard, s. Where its
        memory was cleared, the records that were lost are missing too."""
        lost = self.disc.stored(self.disc.cleared - 1e-6) if self.disc.cleared is not None else 0
        stretches = list(pairwise([*heard, self.until]))
        return [lost * self.interval * 1.0] + [
            min(end, two) - max(begin, one)
            for begin, end in self.missing
            for one, two in stretches
            if one < end and begin < two
        ]

    @property
    def limit(self) -> float:
        """Half of the disc's own interval; what its clock comes off in the longest stretch; and what it missed that
        nobody could notice."""
        return self.interval / 2 + 1e-4 * self.until + 1.0 + self.unheard


def test_heard_all_the_way_every_record_is_placed_and_no_pause_is_hidden() -> None:
    for seed in range(HISTORIES // 10):
        history = History(seed, all_the_way=True)
        if history.known is None:
            continue  # it may as well be full; nothing is placed
        assert len(history.times) == len(history.truth)
        assert None not in history.times, seed
        assert max(map(abs, history.errors()), default=0.0) <= history.limit, seed
        placed = [time for time in history.times if time is not None]
        for begin, end in history.pauses:
            before = [time for time in placed if time <= at((begin + end) / 2)]
            after = [time for time in placed if time > at((begin + end) / 2)]
            if before and after:
                assert after[0] - before[-1] >= timedelta(seconds=min(end, history.until) - begin - history.interval), (
                    seed
                )


def test_with_deaf_hours_nothing_is_placed_farther_off_than_half_an_interval() -> None:
    unplaced = 0
    for seed in range(HISTORIES):
        history = History(seed, all_the_way=False)
        assert max(map(abs, history.errors()), default=0.0) <= history.limit, seed
        unplaced += None in history.times
    assert unplaced > HISTORIES / 20  # the histories do hold pauses that nobody heard


def test_times_never_go_back() -> None:
    for seed in range(HISTORIES // 3):
        placed = [time for time in History(seed, all_the_way=seed % 3 == 0).times if time is not None]
        assert all(one < two for one, two in pairwise(placed)), seed


def test_a_memory_that_was_cleared_gives_no_record_a_time_it_was_not_made_at() -> None:
    """Heard or unheard, with a count that goes on or starts again. What was recorded before the first sight is not
    looked at: nothing bounds it, and nobody asks for it (goods are loaded after a logger was heard)."""
    for seed in range(HISTORIES):
        history = History(seed, all_the_way=seed % 5 == 0, may_clear=True)
        for time, true in zip(history.times, history.truth, strict=False):
            if time is not None and time > at(0):
                assert abs((time - at(true)).total_seconds()) <= history.limit, seed


def test_only_a_part_of_a_pause_that_nobody_could_notice_displaces_and_by_less_than_itself() -> None:
    """Elsewhere the bound is half an interval, without any allowance; both kinds of history are there."""
    noticed = 0
    for seed in range(HISTORIES // 3):
        history = History(seed, all_the_way=False, shortest=0.2)
        assert max(map(abs, history.errors()), default=0.0) <= history.limit, seed
        noticed += history.unheard == 0
    assert HISTORIES / 10 < noticed < HISTORIES / 3


# single rules


def test_without_any_sight_the_records_are_counted_back_from_half_an_interval_before() -> None:
    minute = timedelta(minutes=1)
    known = bounds(Tally(), count=3, stored=3, now=START, interval=minute)
    assert known == (Bound(3, START),)
    assert known is not None
    assert place(known, records=3, interval=minute) == [START - minute * step for step in (2.5, 1.5, 0.5)]


def test_a_download_bounds_the_records_after_it_however_the_count_came_around() -> None:
    minute = timedelta(minutes=1)
    tally = Tally(count=0xFFFE, stored=10, at=at(0))
    known = bounds(tally, count=3, stored=15, now=at(300), interval=minute)
    assert known == (Bound(-2, at(0)), Bound(3, at(300)))
    assert known is not None
    assert place(known, records=5, interval=minute) == [at(30 + 60 * index) for index in range(5)]


def test_bounds_that_contradict_each_other_are_left_out() -> None:
    """A hundred records in five minutes: the clock was set, or this is another logger."""
    minute = timedelta(minutes=1)
    tally = Tally(count=0, stored=0, at=at(0))
    known = bounds(tally, count=100, stored=100, now=at(300), interval=minute)
    assert known is not None
    assert place(known, records=2, interval=minute) == [at(210), at(270)]


def test_a_full_memory_stands_still_and_is_not_taken_for_a_pause() -> None:
    """Its advertised number says nothing any more; the records are placed by the last download and this one."""
    minute = timedelta(minutes=1)
    tally = Tally(count=100, stored=100, at=at(0), sights=(Sight(100, at(60), at(3600)),))
    known = bounds(tally, count=160, stored=100, now=at(3600), interval=minute)
    assert known == (Bound(100, at(0)), Bound(160, at(3600)))


def test_a_number_that_nobody_understands_is_not_used() -> None:
    tally = Tally(sights=(Sight(7, at(0), at(10)),))
    assert bounds(tally, count=500, stored=400, now=at(60), interval=timedelta(minutes=1)) == (Bound(500, at(60)),)


def test_a_clock_that_was_set_back_begins_the_sights_anew() -> None:
    tally = Tally().seen(5, at(100), 60).seen(6, at(50), 60)
    assert tally.sights == (Sight(6, at(50), at(50)),)


def test_a_number_that_fell_is_a_memory_that_began_anew() -> None:
    tally = Tally().seen(5, at(0), 60).seen(2, at(60), 60)
    assert tally.restarted == at(0)
    assert tally.sights == (Sight(2, at(60), at(60)),)
    assert Tally().seen(WRAP - 1, at(0), 60).seen(0, at(60), 60).restarted is None


def test_of_an_unbroken_row_few_sights_are_kept_and_of_a_pause_both_ends() -> None:
    tally = Tally()
    for second in range(0, 12 * 3600, 10):
        count = second // 60 if second < 6 * 3600 else second // 60 - (60 if second > 7 * 3600 else second // 60 - 360)
        tally = tally.seen(count, at(second), 60)
    assert len(tally.sights) < 60
    paused = next(sight for sight in tally.sights if sight.count == 360)
    assert paused.last - paused.first >= timedelta(hours=1) - timedelta(seconds=60)


def test_a_moved_clock_moves_everything_that_was_seen() -> None:
    hour = timedelta(hours=1)
    tally = Tally(count=1, stored=1, at=at(0), sights=(Sight(1, at(1), at(2)),), restarted=at(1)).shifted(hour)
    assert (tally.at, tally.restarted, tally.sights) == (at(3600), at(3601), (Sight(1, at(3601), at(3602)),))
    assert Tally().shifted(hour) == Tally()


def test_a_download_leaves_only_the_sights_since() -> None:
    tally = Tally(sights=(Sight(1, at(1), at(2)), Sight(2, at(61), at(70))), restarted=at(0))
    assert tally.since(Tally(count=9, stored=2, at=at(60))) == Tally(9, 2, at(60), (Sight(2, at(61), at(70)),))
    fallen = msgspec.structs.replace(tally, restarted=at(61))
    assert fallen.since(Tally(count=9, stored=2, at=at(60))).restarted == at(61)


@pytest.mark.parametrize(
    "tally", [Tally(), Tally(9, 2, at(60), (Sight(2, at(61), at(70)),), restarted=at(1), placed=(8, 3))]
)
def test_a_tally_survives_being_written_down(tally: Tally) -> None:
    assert msgspec.json.decode(msgspec.json.encode(tally), type=Tally) == tally
