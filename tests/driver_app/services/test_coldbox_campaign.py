"""What goes wrong with loggers, all of it at once: pauses, new batteries, full memories, a count that comes around,
cuts, another phone's clearing, drift and a killed app. No reading is made up, none is there twice, every gap stays one,
and none stands farther from when it was made than half an interval.

Each record carries a value of its own (its minute, in tenths of a degree), so that every reading can be traced to the
record it came from.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import cast

import pytest

from driver_app.hardware.loop import LoopThread
from driver_app.hardware.ports import LoggerRadio
from driver_app.hardware.radio import BleakRadio
from driver_app.hardware.virtual.loggers import MAKERS, Setup, Span, VirtualBlueMaestro, VirtualLaird, VirtualLogger
from driver_app.hardware.virtual.thermal import Curve
from driver_app.hardware.virtual.wire import DirectRadio
from driver_app.hardware.virtual.world import Description, World
from driver_app.services.coldbox import ColdBox, Downloaded
from shared import problems
from shared.clock import ManualClock
from shared.errors import Refused
from shared.loggers.counting import WRAP
from shared.loggers.values import Maker
from shared.work import Logger
from tests.driver_app.scenes import QUICK, START, MemoryStore, at, clock_at, enrolled, ruuvi

ROUTE = "route-1"
INTERVAL = 60
ADDRESSES = {
    Maker.RUUVI: "CB:B8:33:4C:88:4F",
    Maker.BLUE_MAESTRO: "D0:11:22:33:44:55",
    Maker.LAIRD: "C9:A8:47:05:C5:4A",
}


class Ramp:
    """A temperature that tells the time: -50.0 °C at the start, and 0.1 °C more with each ten seconds."""

    def temperature(self, moment: datetime) -> float:
        return (((moment - START).total_seconds() + 5) // 10 - 500) / 10

    def humidity(self, moment: datetime) -> float:
        return 50.0


class Rig:
    """One logger, a handheld, and the truth about every record that was made."""

    def __init__(self, maker: Maker, clock: ManualClock | None = None, **setup: object) -> None:
        self.clock = clock or ManualClock(START)
        self.setup = Setup(ADDRESSES[maker], f"{maker}-1", INTERVAL, START, noise=0.0, **setup)  # type: ignore[arg-type]
        self.tag = MAKERS[maker](self.setup, cast(Curve, Ramp()), self.clock)
        self.truth: dict[float, datetime] = {}
        self._watch()
        self.logger = Logger(
            f"logger-{maker}",
            self.setup.serial,
            maker,
            self.setup.address,
            INTERVAL,
            enrolled(ruuvi()).calibrated_until,
        )
        self.store = MemoryStore()
        self.radio: LoggerRadio = DirectRadio([self.tag], self.clock)
        self.missed = 0
        self.service = ColdBox(self.radio, self.clock, self.store, self.store, patience=QUICK)
        self.listening = self.service.listen([self.logger], lambda *_: None)

    def _watch(self) -> None:
        make = self.tag._make

        def watched(index: int) -> object:
            record = make(index)
            if record is not None and record.temperature is not None:
                seconds = index * INTERVAL / (1 + self.setup.drift)
                self.truth[round(record.temperature, 1)] = self.tag._begun + timedelta(seconds=seconds)
            return record

        self.tag._make = watched  # type: ignore[method-assign, assignment]

    def restart(self) -> None:
        """The app was killed, and runs again over the same disk."""
        self.listening.stop()
        self.service = ColdBox(self.radio, self.clock, self.store, self.store, patience=QUICK)
        self.listening = self.service.listen([self.logger], lambda *_: None)

    def hear(self) -> None:
        assert isinstance(self.radio, DirectRadio)
        self.radio.advertise()

    def live(self, seconds: float, *, heard: bool) -> None:
        """Let time pass, listening or not."""
        while seconds > 0:
            step = min(seconds, 15.0)
            self.clock.advance(step)
            self.tag.records()
            if heard:
                self.hear()
            seconds -= step

    def download(self, start: datetime = START) -> Downloaded:
        report = self.service.download(ROUTE, self.logger, start)
        self.missed += report.missed
        return report

    def try_download(self) -> bool:
        """Whether it could be said when its records were made."""
        try:
            self.download()
        except Refused as refused:
            if refused.kind is not problems.LOGGER_TIMES_UNKNOWN:
                raise
            return False
        return True

    def placed(self) -> dict[float, datetime]:
        """When each value is said to have been measured. No reading twice, and none that was never recorded."""
        readings = self.store.of(self.logger.id).readings
        found = {reading.temperature: reading.at for reading in readings if reading.temperature is not None}
        assert len(found) == len(readings), "a reading twice, or without its value"
        assert set(found) <= set(self.truth), "a reading that was never recorded"
        return cast(dict[float, datetime], found)

    def check(self, allowance: float = 1.0) -> dict[float, datetime]:
        """Nothing made up, nothing twice, nothing off by more than half an interval (and ``allowance`` s)."""
        placed = self.placed()
        for value, moment in placed.items():
            off = (moment - self.truth[value]).total_seconds()
            assert abs(off) <= INTERVAL / 2 + allowance, (value, off)
        return placed


MAKERS_HERE = [Maker.RUUVI, Maker.BLUE_MAESTRO, Maker.LAIRD]


@pytest.mark.parametrize("maker", MAKERS_HERE)
@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_to_a_logger_that_is_heard_all_the_way(maker: Maker, seed: int) -> None:
    random = Random(f"{maker} {seed}")
    minutes = sorted(random.uniform(2, 170) for _ in range(4))
    silent = tuple(Span(at(minute), at(minute + random.uniform(1, 25))) for minute in minutes[: random.randrange(4)])
    batteries = tuple(at(minute) for minute in random.sample(range(20, 170), random.randrange(2)))
    rig = Rig(
        maker,
        silent=silent,
        batteries=batteries,
        drift=random.uniform(-1e-4, 1e-4),
        capacity=random.choice((6_000, 70)),
        counted=random.choice((0, WRAP - 60)),
    )
    rig.clock.advance(5)
    rig.hear()
    allowance = 1.0
    for _ in range(random.randrange(2, 6)):
        rig.live(random.uniform(60, 45 * 60), heard=True)
        if random.random() < 0.3:
            rig.tag.forget()  # another phone
        if random.random() < 0.5:
            rig.tag.cut_after.append(random.randrange(60))
        if random.random() < 0.4:
            rig.restart()
            # it forgot the last minute of what it heard; a pause that began or ended in it may be one record wide
            allowance = INTERVAL
        rig.try_download()
        rig.check(allowance)
    assert not rig.tag.cut_after


@pytest.mark.parametrize("maker", MAKERS_HERE)
@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_to_a_logger_between_deaf_hours(maker: Maker, seed: int) -> None:
    """Heard when it was attached and when it is fetched, and not between. A pause lies between two of these, and is three
    records wide or more."""
    random = Random(f"deaf {maker} {seed}")
    visits = [random.uniform(40, 80) for _ in range(3)]
    begin = sum(visits[: random.randrange(3)]) + random.uniform(3, 8)
    pause = Span(at(begin), at(begin + random.uniform(5, 30)))
    rig = Rig(maker, silent=(pause,), drift=random.uniform(-1e-4, 1e-4))
    rig.clock.advance(5)
    rig.hear()
    for minutes in visits:
        rig.live(minutes * 60, heard=False)
        rig.download()
        rig.check()


@pytest.mark.parametrize("maker", MAKERS_HERE)
def test_where_nothing_goes_wrong_every_record_is_there(maker: Maker) -> None:
    rig = Rig(maker, drift=1e-4)
    rig.clock.advance(5)
    for minutes in (7, 31, 90):
        rig.live(minutes * 60, heard=minutes == 31)
        rig.download()
    assert len(rig.check()) == len(rig.truth)
    assert rig.missed == 0


def test_a_disc_that_paused_shows_the_pause_as_the_gap_it_was() -> None:
    """The pause that used to be hidden: everything before it would have been said to be half an hour later than it was."""
    rig = Rig(Maker.BLUE_MAESTRO, silent=(Span(at(30), at(60)),))
    rig.clock.advance(5)
    rig.hear()
    rig.live(90 * 60, heard=True)
    report = rig.download()
    times = sorted(rig.check().values())
    gaps = [two - one for one, two in pairwise(times) if two - one > timedelta(minutes=2)]
    assert len(gaps) == 1
    assert abs(gaps[0] - timedelta(minutes=31)) <= timedelta(minutes=1)
    assert (report.fresh, report.missed) == (len(rig.truth), 0)


def test_a_disc_that_paused_unheard_is_a_gap_and_says_how_many_records_have_no_time() -> None:
    rig = Rig(Maker.BLUE_MAESTRO, silent=(Span(at(130), at(160)),))
    rig.clock.advance(120 * 60 + 5)
    rig.hear()
    rig.live(80 * 60, heard=False)
    report = rig.download()
    assert max(rig.check().values()) <= at(121)
    assert (report.fresh, report.missed) == (121, 50)
    rig.live(600, heard=False)
    report = rig.download()
    assert (report.fresh, report.missed) == (10, 0)
    rig.check()


def test_of_a_disc_that_may_have_been_cleared_unheard_nothing_is_believed_that_was_counted_before() -> None:
    """It had one record when it was heard, and could have been cleared and have made all it holds since."""
    rig = Rig(Maker.BLUE_MAESTRO, silent=(Span(at(30), at(60)),))
    rig.clock.advance(5)
    rig.hear()
    rig.live(90 * 60, heard=False)
    report = rig.download()
    assert (report.fresh, report.missed) == (0, len(rig.truth))


def test_what_was_seen_of_a_disc_outlives_the_app() -> None:
    rig = Rig(Maker.BLUE_MAESTRO, silent=(Span(at(30), at(60)),))
    rig.clock.advance(5)
    rig.hear()
    for _ in range(18):
        rig.live(5 * 60, heard=True)
        rig.restart()
    rig.download()
    assert len(rig.check()) == len(rig.truth)


class FullStore(MemoryStore):
    """A disk without room for a while."""

    full = True

    def put_setting(self, key: str, value: bytes) -> None:
        if self.full:
            raise Refused(problems.DISK_FULL, value=0, limit=1)
        super().put_setting(key, value)


def test_a_full_disk_silences_no_logger_and_what_was_seen_is_written_when_there_is_room() -> None:
    rig = Rig(Maker.BLUE_MAESTRO)
    store = FullStore()
    service = ColdBox(rig.radio, rig.clock, store, store, patience=QUICK)
    heard: list[str] = []
    service.listen([rig.logger], lambda who, _: heard.append(who))
    rig.live(120, heard=True)
    assert len(heard) == 8
    assert store.marks == {}
    store.full = False
    rig.live(15, heard=True)
    assert list(store.marks) == [f"coldbox.tally.{rig.logger.id}"]


def test_a_frame_that_is_no_measurement_does_not_replace_the_last_one() -> None:
    rig = Rig(Maker.LAIRD, blind=(Span(at(1), at(2)),))
    heard: list[float | None] = []
    rig.service.listen([rig.logger], lambda _, reading: heard.append(reading.temperature))
    rig.clock.advance(30)
    rig.hear()
    rig.clock.advance(60)
    rig.hear()  # only its battery
    assert heard == [-49.7]


def test_a_handheld_s_clock_that_was_set_moves_what_was_seen_with_it() -> None:
    world = ManualClock(START)
    rig = Rig(Maker.BLUE_MAESTRO, clock=world, silent=(Span(at(30), at(60)),))
    phone = ManualClock(START - timedelta(hours=1))  # an hour behind, until it is put right
    rig.radio = DirectRadio([rig.tag], phone)
    rig.service = ColdBox(rig.radio, phone, rig.store, rig.store, patience=QUICK)
    rig.service.listen([rig.logger], lambda *_: None)
    for minute in range(90):
        for clock in (world, phone):
            clock.advance(60)
        if minute == 40:
            phone.jump(3_600)
        rig.hear()
    rig.download()
    rig.check()
    assert len(rig.placed()) == len(rig.truth)


def test_a_new_battery_begins_a_disc_s_count_anew_and_the_time_without_one_stays_a_gap() -> None:
    rig = Rig(Maker.BLUE_MAESTRO, batteries=(at(100),))
    rig.clock.advance(5)
    rig.hear()
    rig.live(60 * 60, heard=True)
    rig.download()
    rig.live(100 * 60, heard=True)
    rig.download()
    placed = rig.check()
    assert len([moment for moment in placed.values() if moment > at(99)]) == 61
    assert len(placed) == 61 + 61  # what was made between the download and the new battery is lost


def test_a_full_memory_and_a_count_that_comes_around_lose_only_what_was_overwritten() -> None:
    rig = Rig(Maker.BLUE_MAESTRO, capacity=50, counted=WRAP - 20)
    rig.clock.advance(5)
    for _ in range(4):
        rig.live(70 * 60, heard=True)
        if not rig.try_download():  # full from the start, for all anybody can tell: it is read again
            rig.live(60, heard=True)
            rig.download()
    placed = rig.check()
    assert 4 * 50 <= len(placed) < len(rig.truth)
    assert len(placed) + rig.missed == pytest.approx(len(rig.truth), abs=25)


def test_a_bt510_is_told_to_drop_nothing_that_is_not_durable() -> None:
    rig = Rig(Maker.LAIRD)
    rig.clock.advance(500 * 60)
    laird = cast(VirtualLaird, rig.tag)
    durable_when_told: list[tuple[int, int]] = []
    reply = laird._reply

    def watched(method: str, parameters: list[int]) -> dict[str, object]:
        if method == "ackLog":
            durable_when_told.append((parameters[0], len(rig.store.of(rig.logger.id).readings)))
        return reply(method, parameters)

    laird._reply = watched  # type: ignore[method-assign]
    report = rig.download()
    assert (report.fresh, report.missed, report.skew) == (501, 0, 0)
    told = 0
    for dropped, durable in durable_when_told:
        told += dropped
        assert durable >= told - told // 10 - 1  # every tenth event is the battery's
    assert [segment.complete for segment in rig.store.segments] == [False] * 4 + [True]
    assert laird.events() == []


def test_a_bt510_cut_anywhere_goes_on_with_what_it_still_holds() -> None:
    for after in (0, 3, 5, 40, 85, 90, 150, 160, 200):
        rig = Rig(Maker.LAIRD)
        rig.clock.advance(400 * 60)
        rig.tag.cut_after += [after, after]
        rig.download()
        assert len(rig.check()) == len(rig.truth) == 401


def test_a_bt510_keeps_also_what_was_recorded_before_the_goods_were_loaded() -> None:
    """It drops what it hands out: were that not kept, nobody would have it."""
    rig = Rig(Maker.LAIRD)
    rig.clock.advance(200 * 60)
    rig.download(start=at(150))
    assert len(rig.check()) == 201


def test_a_bt510_whose_clock_runs_an_hour_ahead_stands_at_the_right_times_and_says_so() -> None:
    rig = Rig(Maker.LAIRD, ahead=3_600.0)
    rig.clock.advance(30 * 60)
    assert rig.download().skew == 3_600_000
    assert len(rig.check()) == 31
    assert rig.store.segments[-1].skew == 3_600_000


def test_a_bt510_with_a_new_battery_says_what_has_no_time_and_has_times_again_after_its_clock_is_set() -> None:
    rig = Rig(Maker.LAIRD, batteries=(at(100),))
    rig.clock.advance(130 * 60)
    report = rig.download()
    assert (report.fresh, report.missed) == (0, 131 + 1)
    rig.clock.advance(20 * 60)
    report = rig.download()
    assert (report.fresh, report.missed) == (20, 0)
    rig.check()


def test_another_phone_s_download_of_a_bt510_is_a_gap_and_nothing_else() -> None:
    rig = Rig(Maker.LAIRD)
    rig.clock.advance(60 * 60)
    rig.download()
    rig.clock.advance(30 * 60)
    rig.tag.forget()
    rig.clock.advance(30 * 60)
    rig.download()
    placed = sorted(rig.check().values())
    assert len(placed) == 61 + 30


def test_a_bt510_that_refuses_is_named() -> None:
    rig = Rig(Maker.LAIRD)
    rig.clock.advance(600)
    laird = cast(VirtualLaird, rig.tag)
    laird._reply = lambda method, parameters: {"error": {"code": -32000, "message": "locked"}}  # type: ignore[method-assign]
    with pytest.raises(Refused, match="locked") as refusal:
        rig.download()
    assert refusal.value.problem.values["value"] == "laird-1"


def test_loggers_of_every_maker_wait_in_one_queue_and_each_goes_on_by_itself() -> None:
    clock = clock_at(200)
    rigs = [Rig(maker, clock=clock) for maker in MAKERS_HERE]
    for rig in rigs:
        rig.tag.cut_after += [7, 40]
    store = MemoryStore()
    radio = DirectRadio([rig.tag for rig in rigs], clock)
    service = ColdBox(radio, clock, store, store, patience=QUICK)
    futures = [service.enqueue(ROUTE, rig.logger, START) for rig in [*rigs, *rigs]]
    reports = [future.result() for future in futures]
    service.close()
    assert [(report.fresh, report.attempts) for report in reports[:3]] == [(201, 3)] * 3
    assert [report.fresh for report in reports[3:]] == [0] * 3


# over real Bluetooth --------------------------------------------------------------------------------------------------


class OnAir:
    """Rigs on a real Bluetooth stack."""

    def __init__(self, *rigs: Rig) -> None:
        self.clock = rigs[0].clock
        self.loop = LoopThread("test campaign")
        self.world = World(Description(), self.clock, self.loop)
        loggers: dict[str, VirtualLogger] = {rig.setup.address: rig.tag for rig in rigs}
        self.world.loggers.update(loggers)
        backends = self.world.open()
        self.radio = BleakRadio(self.clock, self.loop, scanner=backends.scanner, client=backends.client)
        self.store = MemoryStore()
        self.service = ColdBox(self.radio, self.clock, self.store, self.store, patience=QUICK)
        for rig in rigs:
            rig.store, rig.radio, rig.service = self.store, self.radio, self.service

    def __enter__(self) -> "OnAir":
        return self

    def __exit__(self, *_: object) -> None:
        self.service.close()
        self.radio.close()
        self.world.close()
        self.loop.close()


def test_over_bluetooth_a_disc_is_heard_counting_and_its_pause_is_a_gap() -> None:
    rig = Rig(Maker.BLUE_MAESTRO, silent=(Span(at(103), at(140)),))
    rig.clock.advance(100 * 60 + 5)
    with OnAir(rig) as air:
        for minutes in (1, 1, 1, 37, 1, 1, 0):
            air.world.refresh()  # what it advertised before is not heard any more
            heard = air.service.listen([rig.logger], lambda *_: None)
            air.radio.find(rig.setup.address, 3.0)
            heard.stop()
            rig.clock.advance(minutes * 60)
        report = rig.download()
        times = sorted(rig.check().values())
    assert (report.fresh, report.missed) == (105, 1)  # the first one after the deaf 37 minutes has no time
    assert max(two - one for one, two in pairwise(times)) >= timedelta(minutes=37)


def test_over_bluetooth_a_bt510_is_read_piece_by_piece_cut_and_gone_on_with() -> None:
    rig = Rig(Maker.LAIRD, ahead=90.0)
    rig.clock.advance(300 * 60)
    rig.tag.cut_after += [30, 120]
    with OnAir(rig):
        report = rig.download()
        assert (report.attempts, report.fresh, report.skew) == (3, 301, 90_000)
        assert rig.download().fresh == 0
        assert len(rig.check()) == 301


def test_over_bluetooth_a_new_battery_and_a_wrapped_count_make_nothing_up() -> None:
    disc, tag = Rig(Maker.BLUE_MAESTRO, counted=WRAP - 30, batteries=(at(90),)), None
    tag = Rig(Maker.RUUVI, clock=disc.clock, batteries=(at(90),), drift=1e-4)
    disc.clock.advance(5)
    with OnAir(disc, tag):
        for minutes in (60, 60):
            disc.clock.advance(minutes * 60)
            for rig in (disc, tag):
                rig.download()
                rig.check()


def test_over_bluetooth_every_maker_in_one_queue_and_a_connection_left_open_is_ended_first() -> None:
    clock = clock_at(40)
    rigs = [Rig(maker, clock=clock) for maker in MAKERS_HERE]
    with OnAir(*rigs) as air:
        left_open = air.radio.connect(rigs[0].setup.address, 3.0)
        left_open.__enter__()  # and never left
        futures = [air.service.enqueue(ROUTE, rig.logger, START) for rig in rigs]
        assert [future.result().fresh for future in futures] == [41] * 3
        left_open.__exit__(None, None, None)
        for rig in rigs:
            rig.check()
    assert isinstance(rigs[1].tag, VirtualBlueMaestro)
