"""Fetching histories: histories of downloads, over the direct wire and over real Bluetooth."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driver_app.hardware.ports import Heard, Link, LoggerRadio, Subscription
from driver_app.hardware.virtual.loggers import VirtualLogger
from driver_app.hardware.virtual.wire import DirectRadio
from driver_app.hardware.virtual.world import Fault, LoggerDescription, make_logger
from driver_app.services.coldbox import SEGMENT, ColdBox, Downloaded, Patience
from shared import problems
from shared.clock import Clock, ManualClock, ScaledClock, to_ms
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Refused
from shared.loggers.bluemaestro import ERASE
from tests.driver_app.scenes import (
    DISC,
    QUICK,
    RUUVI,
    START,
    MemoryStore,
    at,
    bluetooth,
    clock_at,
    disc,
    enrolled,
    ruuvi,
    steady,
)

ROUTE = "route-1"


class Scene:
    """A clock, loggers on the direct wire, a store, and the service over them."""

    def __init__(
        self, clock: ManualClock, *descriptions: LoggerDescription, phone: Clock | None = None, erase: bool = False
    ) -> None:
        self.clock = clock
        self.phone = phone or clock
        self.descriptions = {description.address: description for description in descriptions}
        self.loggers: dict[str, VirtualLogger] = {d.address: make_logger(d, clock) for d in descriptions}
        self.radio = DirectRadio(list(self.loggers.values()), self.phone)
        self.store = MemoryStore()
        self.erase = erase
        self.service = self.restarted()

    def restarted(self) -> ColdBox:
        """The service of a fresh process over the same disk."""
        self.service = ColdBox(self.radio, self.phone, self.store, self.store, patience=QUICK, erase=self.erase)
        return self.service

    def download(self, address: str) -> Downloaded:
        return self.service.download(ROUTE, enrolled(self.descriptions[address]), START)

    def readings(self, address: str) -> list[Reading]:
        return list(self.store.of(enrolled(self.descriptions[address]).id).readings)

    def sound(self, address: str, count: int) -> None:
        """So many readings, none twice, and for a logger with a clock none at a time it did not say."""
        readings = self.readings(address)
        assert len(readings) == count
        assert len({reading.at for reading in readings}) == count


MAKERS = [pytest.param(ruuvi, RUUVI, id="ruuvi"), pytest.param(disc, DISC, id="disc")]
Describe = Callable[..., LoggerDescription]


@pytest.mark.parametrize(("describe", "address"), MAKERS)
def test_everything_a_logger_remembers_becomes_durable_once(describe: Describe, address: str) -> None:
    scene = Scene(clock_at(600), describe())
    report = scene.download(address)
    scene.sound(address, 601)
    assert (report.fresh, report.attempts, report.missed) == (601, 1, 0)


@pytest.mark.parametrize(("describe", "address"), MAKERS)
def test_a_second_download_brings_nothing_twice(describe: Describe, address: str) -> None:
    scene = Scene(clock_at(60), describe())
    scene.download(address)
    assert scene.download(address).fresh == 0
    scene.sound(address, 61)
    assert len(scene.store.segments) == 1


@pytest.mark.parametrize(("describe", "address"), MAKERS)
def test_later_downloads_add_what_was_recorded_since_also_after_a_restart(describe: Describe, address: str) -> None:
    scene = Scene(clock_at(60), describe())
    scene.download(address)
    for _ in range(3):
        scene.clock.advance(20 * 60 + 7)
        scene.restarted()
        scene.download(address)
    scene.sound(address, 121)


def test_a_ruuvi_reading_stands_at_the_time_and_with_the_value_of_its_record() -> None:
    scene = Scene(clock_at(30), ruuvi(steady(-18.5)))
    scene.download(RUUVI)
    readings = scene.readings(RUUVI)
    assert [reading.at for reading in readings] == [at(minute) for minute in range(31)]
    assert {reading.temperature for reading in readings} == {-18.5}
    assert {reading.basis for reading in readings} == {TimeBasis.LOGGER_CLOCK}


@pytest.mark.parametrize(("describe", "address"), MAKERS)
def test_zero_degrees_is_a_reading(describe: Describe, address: str) -> None:
    scene = Scene(clock_at(10), describe(steady(0.0)))
    scene.download(address)
    assert {reading.temperature for reading in scene.readings(address)} == {0.0}


def test_a_disc_reading_is_derived_and_within_half_an_interval_of_its_record() -> None:
    scene = Scene(clock_at(30.7), disc())
    scene.download(DISC)
    for minute, reading in enumerate(scene.readings(DISC)):
        assert abs(reading.at - at(minute)) <= timedelta(seconds=30)
        assert reading.basis is TimeBasis.DERIVED


@pytest.mark.parametrize("after", [0, 1, 2, 7, 150, 450, 900])
def test_a_ruuvi_cut_in_mid_download_goes_on_from_the_last_durable_reading(after: int) -> None:
    scene = Scene(clock_at(600), ruuvi(None, Fault("cut", after=after)))
    report = scene.download(RUUVI)
    assert report.attempts == 2
    scene.sound(RUUVI, 601)
    if after == 900:  # it did not start from the beginning again
        first, second = scene.loggers[RUUVI].received
        assert int.from_bytes(second[7:], "big") - int.from_bytes(first[7:], "big") > 400 * 60


@pytest.mark.parametrize("after", [0, 1, 30, 100])
def test_a_disc_cut_in_mid_download_begins_again_and_nothing_half_is_kept(after: int) -> None:
    scene = Scene(clock_at(600), disc(None, Fault("cut", after=after)))
    assert scene.download(DISC).attempts == 2
    scene.sound(DISC, 601)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 260), max_size=3), st.lists(st.integers(1, 40 * 60), max_size=3), st.booleans())
def test_any_cuts_and_any_pauses_lose_and_double_nothing(cuts: list[int], pauses: list[int], is_disc: bool) -> None:
    describe, address = (disc, DISC) if is_disc else (ruuvi, RUUVI)
    scene = Scene(clock_at(100), describe(None, *(Fault("cut", after=after) for after in cuts)))
    scene.download(address)
    for pause in pauses:
        scene.clock.advance(pause)
        scene.restarted()
        scene.download(address)
    scene.sound(address, int((100 * 60 + sum(pauses)) // 60) + 1)


def test_more_cuts_than_attempts_keep_what_came_and_say_how_much() -> None:
    scene = Scene(clock_at(600), ruuvi(None, *(Fault("cut", after=100) for _ in range(4))))
    with pytest.raises(Refused) as refusal:
        scene.download(RUUVI)
    kept = len(scene.readings(RUUVI))
    assert refusal.value.kind is problems.LOGGER_DROPPED
    assert refusal.value.problem.values == {"value": "RT-1", "count": str(kept)}
    assert [(failure.kept, failure.problem) for failure in scene.store.failures] == [(kept, refusal.value.problem)]
    assert kept > 100
    assert not any(segment.complete for segment in scene.store.segments)
    scene.download(RUUVI)
    scene.sound(RUUVI, 601)
    assert scene.store.segments[-1].complete


def test_a_gap_of_the_logger_stays_a_gap() -> None:
    scene = Scene(clock_at(60), ruuvi(None, Fault("gap", at(10), at(30)), Fault("cut", after=90)))
    scene.download(RUUVI)
    minutes = [round((reading.at - START).total_seconds() / 60) for reading in scene.readings(RUUVI)]
    assert minutes == [*range(10), *range(30, 61)]


def test_a_blind_disc_has_readings_without_a_value() -> None:
    scene = Scene(clock_at(5), disc(None, Fault("blind", at(2), at(4))))
    scene.download(DISC)
    assert [r.temperature is None for r in scene.readings(DISC)] == [False, False, True, True, False, False]


def test_a_cut_while_pages_come_out_of_order_leaves_no_hole() -> None:
    """A real tag's flash ring may send a newer page first. Going on from the newest reading would skip the older page."""
    scene = Scene(clock_at(100), ruuvi())
    tag = scene.loggers[RUUVI]
    made = tag.records

    def wrapped(at: datetime | None = None) -> list[object]:
        records = made(at)
        return [*records[60:90], *records[:60], *records[90:]]

    tag.records = wrapped  # type: ignore[method-assign, assignment]
    tag.cut_after.append(50)
    report = scene.download(RUUVI)
    assert report.attempts == 3
    scene.sound(RUUVI, 101)


def test_the_phone_clock_anchors_a_tag_and_its_second_may_fall_either_way() -> None:
    """Two downloads at odd fractions of a second shift every record by a second; nothing is taken for new."""
    scene = Scene(clock_at(60), ruuvi())
    scene.download(RUUVI)
    scene.clock.advance(0.6)
    scene.phone = ManualClock(scene.clock.at + timedelta(seconds=0.6))
    scene.radio = DirectRadio(list(scene.loggers.values()), scene.phone)
    scene.restarted()
    report = scene.download(RUUVI)
    assert report.fresh == 0
    assert report.again > 0
    assert report.skew == -1000
    scene.sound(RUUVI, 61)


def test_a_drifting_tag_is_recognised_and_its_skew_is_told() -> None:
    """100 ppm fast: in ten hours it gains 3.6 s, and its old records come out that much earlier."""
    scene = Scene(clock_at(600), ruuvi(drift=1e-4))
    scene.download(RUUVI)
    scene.clock.advance(10 * 3600)
    report = scene.download(RUUVI)
    assert report.skew == pytest.approx(3600, abs=1000)
    scene.sound(RUUVI, 1201)
    assert scene.store.segments[-1].skew == report.skew


def test_a_phone_clock_that_was_set_back_doubles_nothing() -> None:
    world = clock_at(60)
    phone = clock_at(60)
    scene = Scene(world, ruuvi(), phone=phone)
    scene.download(RUUVI)
    world.advance(600)
    phone.advance(600)
    phone.jump(-1800)
    report = scene.download(RUUVI)
    assert report.jump == -1800
    assert report.fresh == 10
    assert len(scene.readings(RUUVI)) == 71


class Hurried:
    """Real time that passes with every look at it, as on a busy machine."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> datetime:
        self.elapsed += 0.05
        return at(100) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed


def test_a_rehearsal_three_hundred_times_as_fast_doubles_nothing() -> None:
    """Every look at the clock costs 15 s of the rehearsal's time, and so does a message on the air."""
    base = Hurried()
    clock = ScaledClock(base, at(100), at(100), 300.0)
    logger = make_logger(ruuvi(), clock)
    store = MemoryStore()
    service = ColdBox(DirectRadio([logger], clock), clock, store, store, patience=QUICK)
    for _ in range(5):
        assert service.download(ROUTE, enrolled(ruuvi()), START).jump == 0.0
    readings = store.of("logger-RT-1").readings
    assert [reading.at for reading in readings] == [at(minute) for minute in range(len(readings))]
    service.close()


def test_a_logger_that_is_not_there_is_not_found_and_that_is_recorded() -> None:
    scene = Scene(clock_at(5), ruuvi())
    scene.loggers[RUUVI].in_range = False
    with pytest.raises(Refused) as refusal:
        scene.download(RUUVI)
    assert refusal.value.kind is problems.LOGGER_NOT_FOUND
    assert [failure.kept for failure in scene.store.failures] == [0]


def test_bluetooth_that_is_off_is_said_at_once() -> None:
    scene = Scene(clock_at(5), ruuvi())
    scene.radio.on = False
    with pytest.raises(Refused) as refusal:
        scene.download(RUUVI)
    assert refusal.value.kind is problems.BLUETOOTH_OFF


def test_a_full_disk_stops_the_download_and_the_logger_forgets_nothing() -> None:
    scene = Scene(clock_at(600), disc(), erase=True)
    scene.store.before_seal = [None, Refused(problems.DISK_FULL, value=0, limit=1)]
    with pytest.raises(Refused) as refusal:
        scene.download(DISC)
    assert refusal.value.kind is problems.DISK_FULL
    assert scene.store.failures == []
    assert ERASE not in scene.loggers[DISC].received
    assert len(scene.readings(DISC)) == SEGMENT
    scene.restarted()
    scene.download(DISC)
    scene.sound(DISC, 601)


def test_a_crash_before_or_after_a_segment_is_durable_loses_and_doubles_nothing() -> None:
    """The number of the last record is written before its segment; whichever the crash leaves, the two agree."""
    for sealed in range(4):
        scene = Scene(clock_at(600), disc())
        scene.store.before_seal = [*([None] * sealed), KeyboardInterrupt()]  # type: ignore[list-item]
        with pytest.raises(KeyboardInterrupt):
            scene.download(DISC)
        scene.clock.advance(17 * 60)
        scene.restarted()
        scene.download(DISC)
        scene.sound(DISC, 618)


def test_a_disc_forgets_only_after_everything_is_durable() -> None:
    scene = Scene(clock_at(60), disc(), erase=True)
    durable_when_told: list[int] = []
    told = scene.loggers[DISC].forget

    def forget() -> None:
        durable_when_told.append(len(scene.readings(DISC)))
        told()

    scene.loggers[DISC].forget = forget  # type: ignore[method-assign]
    assert scene.download(DISC).erased
    assert durable_when_told == [61]
    scene.clock.advance(600)
    scene.restarted()
    assert scene.download(DISC).fresh == 10
    scene.sound(DISC, 71)


def test_a_disc_that_drops_while_it_is_told_to_forget_has_lost_nothing() -> None:
    scene = Scene(clock_at(60), disc(), erase=True)
    tag = scene.loggers[DISC]
    answer = tag.answer

    def deaf(command: bytes) -> object:
        return iter(()) if command == ERASE else answer(command)

    tag.answer = deaf  # type: ignore[method-assign, assignment]
    assert not scene.download(DISC).erased
    assert scene.download(DISC).fresh == 0
    scene.sound(DISC, 61)


def test_a_disc_that_somebody_else_cleared_is_read_whole() -> None:
    scene = Scene(clock_at(60), disc(noise=0.5))
    scene.download(DISC)
    cleared = msgspec.structs.replace(disc(noise=0.5), serial="BM-1 begun anew", started=at(61))
    scene.loggers[DISC] = make_logger(cleared, scene.clock)
    scene.radio = DirectRadio(list(scene.loggers.values()), scene.phone)
    scene.clock.advance(180 * 60)
    scene.restarted()
    assert scene.download(DISC).fresh == 180


def test_records_a_disc_overwrote_before_they_were_fetched_are_told() -> None:
    scene = Scene(clock_at(60), disc(capacity=100))
    scene.download(DISC)
    scene.clock.advance(150 * 60)
    report = scene.download(DISC)
    assert (report.fresh, report.missed) == (100, 50)


def test_nothing_from_before_the_goods_were_loaded_is_taken() -> None:
    scene = Scene(clock_at(600), ruuvi(), disc())
    for address in (RUUVI, DISC):
        scene.service.download(ROUTE, enrolled(scene.descriptions[address]), at(500))
        assert min(reading.at for reading in scene.readings(address)) >= at(498)
        assert len(scene.readings(address)) >= 102


def test_the_interval_a_disc_advertises_counts_and_not_the_one_that_is_written_down() -> None:
    scene = Scene(clock_at(60), disc())
    wrong = enrolled(scene.descriptions[DISC])
    report = scene.service.download(ROUTE, msgspec.structs.replace(wrong, interval=300), START)
    assert report.interval == 60
    assert scene.store.segments[0].interval == 60


def test_a_segment_carries_columns_battery_and_the_moment_of_the_download() -> None:
    scene = Scene(clock_at(10), ruuvi(steady(-18.5)), disc(steady(4.0)))
    scene.download(RUUVI)
    scene.download(DISC)
    tag, blue = scene.store.segments
    assert tag.times[0] == to_ms(START)
    assert set(tag.temperatures) == {-1850}
    assert (tag.battery, blue.battery) == (2977, 93)
    assert tag.downloaded == at(10)
    assert tag.complete
    assert blue.basis is TimeBasis.DERIVED
    assert blue.skew is None


def test_long_downloads_are_sealed_in_segments_and_only_the_last_is_complete() -> None:
    scene = Scene(clock_at(600), ruuvi(), disc())
    progress: list[int] = []
    scene.service.download(ROUTE, enrolled(scene.descriptions[RUUVI]), START, progress.append)
    scene.download(DISC)
    sizes = [len(segment.times) for segment in scene.store.segments]
    assert max(sizes) == SEGMENT
    assert [segment.complete for segment in scene.store.segments] == [False] * 3 + [True] + [False] * 3 + [True]
    assert progress == [200, 400, 600, 601]


class Garbling(DirectRadio):
    """A radio that garbles the answers of the first so many connections."""

    def __init__(self, loggers: list[VirtualLogger], clock: Clock, bad: list[bytes]) -> None:
        super().__init__(loggers, clock)
        for logger in loggers:
            original = logger.answer
            logger.answer = (
                lambda command, original=original: iter(  # type: ignore[method-assign]
                    [*list(original(command))[:20], bad.pop(0)] if bad else original(command)
                )
            )


def test_bytes_that_make_no_sense_cost_an_attempt_and_nothing_else() -> None:
    scene = Scene(clock_at(60), ruuvi())
    scene.radio = Garbling(list(scene.loggers.values()), scene.clock, [b"\x99" * 11])
    scene.restarted()
    assert scene.download(RUUVI).attempts == 2
    scene.sound(RUUVI, 61)


def test_a_tag_that_gives_up_is_asked_again() -> None:
    scene = Scene(clock_at(60), ruuvi())
    scene.radio = Garbling(list(scene.loggers.values()), scene.clock, [bytes.fromhex("3A3AF0") + b"\xff" * 8])
    scene.restarted()
    assert scene.download(RUUVI).attempts == 2
    scene.sound(RUUVI, 61)


def test_a_logger_that_always_gives_up_is_named_in_the_refusal() -> None:
    scene = Scene(clock_at(60), ruuvi())
    scene.radio = Garbling(list(scene.loggers.values()), scene.clock, [bytes.fromhex("3A3AF0") + b"\xff" * 8] * 9)
    scene.restarted()
    with pytest.raises(Refused, match="RT-1") as refusal:
        scene.download(RUUVI)
    assert refusal.value.kind is problems.LOGGER_REFUSED


def test_what_loggers_advertise_is_heard_by_their_ids() -> None:
    scene = Scene(clock_at(5), ruuvi(steady(4.0)), disc(steady(5.0)))
    heard: list[tuple[str, Reading]] = []
    listening = scene.service.listen([enrolled(scene.descriptions[RUUVI])], lambda who, what: heard.append((who, what)))
    scene.radio.advertise()
    listening.stop()
    scene.radio.advertise()
    assert [(who, what.temperature, what.basis) for who, what in heard] == [("logger-RT-1", 4.0, TimeBasis.HEARD)]
    assert heard[0][1].at == at(5)


class Watched:
    """A radio that notes how many loggers are being talked to at once."""

    def __init__(self, radio: LoggerRadio) -> None:
        self._radio = radio
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def listen(self, on_heard: Callable[[Heard], None]) -> Subscription:
        return self._radio.listen(on_heard)

    def find(self, address: str, timeout: float) -> Heard:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            return self._radio.find(address, timeout)
        finally:
            with self._lock:
                self._now -= 1

    def connect(self, address: str, timeout: float) -> AbstractContextManager[Link]:
        return self._radio.connect(address, timeout)

    def close(self) -> None:
        self._radio.close()


def test_loggers_wait_in_one_queue_and_each_gets_its_answer() -> None:
    scene = Scene(clock_at(60), ruuvi(), disc())
    watched = Watched(scene.radio)
    service = ColdBox(watched, scene.clock, scene.store, scene.store, patience=QUICK)
    order = [RUUVI, DISC, RUUVI]
    futures = [service.enqueue(ROUTE, enrolled(scene.descriptions[address]), START) for address in order]
    assert [future.result().fresh for future in futures] == [61, 61, 0]
    service.close()
    assert watched.most == 1


def test_closing_ends_the_waiting_between_attempts() -> None:
    scene = Scene(clock_at(5), ruuvi())
    scene.loggers[RUUVI].in_range = False
    service = ColdBox(scene.radio, scene.clock, scene.store, scene.store, patience=Patience(pause=3600.0))
    future = service.enqueue(ROUTE, enrolled(scene.descriptions[RUUVI]), START)
    service.close()
    assert future.cancelled() or isinstance(future.exception(), Refused)


# over real Bluetooth --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("describe", "address"), MAKERS)
def test_over_bluetooth_a_cut_download_resumes_without_a_double_or_a_loss(describe: Describe, address: str) -> None:
    description = describe(None, Fault("cut", after=20))
    store = MemoryStore()
    with bluetooth(clock_at(120), description) as air:
        service = ColdBox(air.radio, clock_at(120), store, store, patience=QUICK)
        report = service.download(ROUTE, enrolled(description), START)
        again = service.download(ROUTE, enrolled(description), START)
        service.close()
    assert (report.fresh, report.attempts, again.fresh) == (121, 2, 0)
    readings = store.of(enrolled(description).id).readings
    assert len({reading.at for reading in readings}) == 121


def test_over_bluetooth_both_makers_in_one_queue_with_frost_and_zero() -> None:
    clock = clock_at(30)
    cold, zero = ruuvi(steady(-18.5)), disc(steady(0.0))
    store = MemoryStore()
    with bluetooth(clock, cold, zero) as air:
        service = ColdBox(air.radio, clock, store, store, patience=QUICK)
        futures = [service.enqueue(ROUTE, enrolled(description), START) for description in (cold, zero)]
        assert [future.result().fresh for future in futures] == [31, 31]
        service.close()
    assert {reading.temperature for reading in store.of("logger-RT-1").readings} == {-18.5}
    assert {reading.temperature for reading in store.of("logger-BM-1").readings} == {0.0}


def test_over_bluetooth_a_logger_that_stays_away_after_a_cut_keeps_what_came() -> None:
    description = ruuvi(None, Fault("cut", after=150))
    clock = clock_at(120)
    store = MemoryStore()
    with bluetooth(clock, description) as air:
        tag = air.loggers[RUUVI]
        answer = tag.answer

        def once(command: bytes) -> object:
            for chunk in answer(command):
                yield chunk
                tag.in_range = False

        tag.answer = once  # type: ignore[method-assign, assignment]
        patience = Patience(find=0.5, connect=0.5, silence=1.0, pause=0.0, attempts=3)
        service = ColdBox(air.radio, clock, store, store, patience=patience)
        with pytest.raises(Refused) as refusal:
            service.download(ROUTE, enrolled(description), START)
        assert refusal.value.kind is problems.LOGGER_NOT_FOUND
        kept = store.failures[0].kept
        assert kept == len(store.of("logger-RT-1").readings) > 0
        tag.answer = answer  # type: ignore[method-assign]
        tag.in_range = True
        assert service.download(ROUTE, enrolled(description), START).fresh == 121 - kept
        service.close()
