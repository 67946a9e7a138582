"""The background process over a real journal: it stands by, takes over from a dead app, and gives back what it took."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from driver_app.background import FEEDS_EVERY, Background
from driver_app.hardware.choose import Hardware
from driver_app.hardware.ports import Fix, Heard, Signal, Subscription
from driver_app.hardware.virtual.camera import PictureCamera
from driver_app.hardware.virtual.device import FixedStorage, RecordedFeedback
from driver_app.journal.ports import Journal
from driver_app.journal.sqlite import SqliteJournal
from driver_app.lease import APP, WRITER, AppLease, is_taken
from driver_app.parts import Parts
from driver_app.services.bootstrap import Ports, build
from driver_app.services.coldbox import ColdBox
from driver_app.services.recording import record_of
from driver_app.watch import MARK, Act
from shared import problems
from shared.clock import ManualClock
from shared.coldchain.readings import Reading, TimeBasis
from shared.custody.events import AlarmRaised, PositionsSealed
from shared.errors import Refused
from shared.geo import Position
from tests.driver_app.services.day import PHONE, NoNetwork, Phone


class Followed:
    """A location that tells whoever follows it."""

    def __init__(self) -> None:
        self.followers: list[object] = []
        self.forbidden = False

    def current(self) -> Fix:
        raise Refused(problems.NO_POSITION, value="—")

    def follow(self, on_fix: object, every: float) -> Subscription:
        if self.forbidden:
            raise Refused(problems.PERMISSION_MISSING, value="location")
        self.followers.append(on_fix)
        return _Stop(self.followers, on_fix)


@dataclass
class _Stop:
    among: list[object]
    one: object

    def stop(self) -> None:
        if self.one in self.among:
            self.among.remove(self.one)


class Deaf:
    """A radio that hears nothing, and knows whether it is listened to."""

    def __init__(self) -> None:
        self.listeners: list[object] = []
        self.closed = False

    def listen(self, on_heard: object) -> Subscription:
        self.listeners.append(on_heard)
        return _Stop(self.listeners, on_heard)

    def find(self, address: str, timeout: float) -> Heard:
        raise Refused(problems.LOGGER_NOT_FOUND, value=address)

    def connect(self, address: str, timeout: float) -> object:
        raise Refused(problems.LOGGER_NOT_FOUND, value=address)

    def close(self) -> None:
        self.closed = True


@dataclass
class Handheld:
    """A folder with a journal in it, and two processes that want it."""

    folder: Path
    clock: ManualClock
    location: Followed = field(default_factory=Followed)
    radios: list[Deaf] = field(default_factory=list)
    feedback: RecordedFeedback = field(default_factory=RecordedFeedback)
    parts: list[Parts] = field(default_factory=list)
    fault: Refused | None = None

    def build(self) -> Parts:
        """What :func:`driver_app.parts.compose` does, over parts that can be looked at."""
        if self.fault is not None:
            raise self.fault
        radio = Deaf()
        self.radios.append(radio)
        camera = PictureCamera()
        hardware = Hardware(
            scanner=camera,
            radio=radio,  # type: ignore[arg-type]
            camera=camera,
            location=self.location,  # type: ignore[arg-type]
            keystore=PHONE,
            storage=FixedStorage(10**9),
            feedback=self.feedback,
            closers=(radio.close,),
        )
        journal: Journal = SqliteJournal(self.folder / "journal.db")
        ports = Ports(journal, self.clock, PHONE, lambda _: NoNetwork(), "test 1")
        services = build(ports)
        coldbox = ColdBox(hardware.radio, self.clock, services.readings, journal)
        made = Parts(services, hardware, coldbox, self.folder)
        self.parts.append(made)
        return made

    def app(self) -> AppLease:
        """The app starts."""
        lease = AppLease(self.folder)
        lease.take(self.clock, 0.0, lambda _: None)
        return lease

    def drive(self, minutes: int) -> None:
        """Positions come in, one every ten seconds."""
        for _ in range(minutes * 6):
            self.clock.advance(10)
            for on_fix in tuple(self.location.followers):
                on_fix(Fix(self.clock.now(), Position(39.9, 116.4, 8.0)))  # type: ignore[operator]


@pytest.fixture
def handheld(tmp_path: Path) -> Iterator[Handheld]:
    """On the road: the app recorded all of it, and has just died."""
    phone = Phone(SqliteJournal(tmp_path / "journal.db")).on_the_road()
    phone.journal.close()
    (tmp_path / MARK).touch()
    made = Handheld(tmp_path, phone.clock)
    yield made
    for parts in made.parts:
        parts.coldbox.close()


def process(handheld: Handheld) -> Background:
    return Background(handheld.folder, handheld.build)


def events(handheld: Handheld, kind: type) -> int:
    journal = SqliteJournal(handheld.folder / "journal.db")
    try:
        journal.verify(PHONE.public_key())
        return sum(isinstance(record_of(entry).decoded(), kind) for entry in journal.entries())
    finally:
        journal.close()


def test_while_the_app_lives_it_stands_by_and_touches_nothing(handheld: Handheld) -> None:
    lease = handheld.app()
    background = process(handheld)
    assert [background.look() for _ in range(3)] == [Act.STAND_BY] * 3
    assert not background.writing
    assert handheld.parts == []
    lease.release()


def test_when_the_app_has_died_the_shift_goes_on_and_the_chain_holds(handheld: Handheld) -> None:
    before = events(handheld, PositionsSealed)
    background = process(handheld)
    assert background.look() is Act.TAKE_OVER
    assert is_taken(handheld.folder / WRITER)
    handheld.drive(5)
    assert background.look() is Act.GO_ON
    lease = _comes_back(handheld, background)
    lease.release()
    assert events(handheld, PositionsSealed) > before


def _comes_back(handheld: Handheld, background: Background) -> AppLease:
    """The app starts while the background process writes; that one steps back at its next look."""
    lease = AppLease(handheld.folder)
    acts: list[Act] = []
    lease.take(handheld.clock, 60.0, lambda _: acts.append(background.look()))
    assert acts[-1] is Act.STEP_BACK
    return lease


def test_when_the_app_comes_back_nothing_of_the_background_process_is_left(handheld: Handheld) -> None:
    background = process(handheld)
    background.look()
    handheld.drive(1)
    lease = _comes_back(handheld, background)
    assert not background.writing
    assert handheld.location.followers == []
    assert handheld.radios[0].listeners == []
    assert handheld.radios[0].closed
    assert background.look() is Act.STAND_BY
    # what was on its way into a segment was sealed before the journal went back
    assert events(handheld, PositionsSealed) >= 1
    lease.release()
    assert background.look() is Act.TAKE_OVER
    _comes_back(handheld, background).release()


def test_it_ends_with_the_shift(handheld: Handheld) -> None:
    background = process(handheld)
    background.look()
    (handheld.folder / MARK).unlink()
    waits: list[float] = []
    background.run(waits.append)
    assert not is_taken(handheld.folder / WRITER)
    assert not background.writing
    assert len(waits) == 1


def test_a_mark_that_outlived_its_shift_is_taken_away(tmp_path: Path) -> None:
    phone = Phone(SqliteJournal(tmp_path / "journal.db")).ready()
    phone.journal.close()
    (tmp_path / MARK).touch()
    handheld = Handheld(tmp_path, phone.clock)
    process(handheld).run(lambda _: None)
    assert not (tmp_path / MARK).exists()
    assert handheld.location.followers == []


def test_a_logger_out_of_range_sounds_at_once_and_again_until_somebody_looks(handheld: Handheld) -> None:
    background = process(handheld)
    background.look()
    reading = Reading(handheld.clock.now(), 12.0, 50.0, TimeBasis.HEARD)
    handheld.parts[0].services.heard.hear("L1", reading)
    assert handheld.feedback.given == [Signal.ALARM]
    for _ in range(FEEDS_EVERY):
        background.look()
    assert handheld.feedback.given == [Signal.ALARM] * 2
    _comes_back(handheld, background).release()
    assert events(handheld, AlarmRaised) == 1


def test_what_cannot_be_followed_is_told_and_tried_again(handheld: Handheld) -> None:
    handheld.location.forbidden = True
    background = process(handheld)
    background.look()
    told: list[int] = []
    handheld.parts[0].hardware.notices.subscribe(lambda problem: told.append(problem.number))
    for _ in range(FEEDS_EVERY):
        background.look()
    assert told == [problems.PERMISSION_MISSING.number]
    assert background.writing
    handheld.location.forbidden = False
    for _ in range(FEEDS_EVERY):
        background.look()
    assert len(handheld.location.followers) == 1
    _comes_back(handheld, background).release()


def test_a_journal_that_cannot_be_opened_is_tried_again_and_stays_free_meanwhile(handheld: Handheld) -> None:
    handheld.fault = Refused(problems.KEYSTORE, value="locked")
    background = process(handheld)
    assert background.look() is Act.TAKE_OVER
    assert background.refused is not None
    assert not is_taken(handheld.folder / WRITER)
    handheld.fault = None
    background.look()
    assert background.writing
    assert background.refused is None
    _comes_back(handheld, background).release()


def test_two_background_processes_never_write_both(handheld: Handheld) -> None:
    first, second = process(handheld), process(handheld)
    for _ in range(3):
        first.look()
        second.look()
    assert first.writing
    assert not second.writing
    _comes_back(handheld, first).release()


def test_the_app_s_lock_is_never_left_taken(handheld: Handheld) -> None:
    background = process(handheld)
    for _ in range(3):
        background.look()
        assert not is_taken(handheld.folder / APP)
    _comes_back(handheld, background).release()
