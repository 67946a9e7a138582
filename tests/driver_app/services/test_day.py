"""Histories: whole days through the services, without a network, on both journals."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from driver_app.journal.memory import MemoryJournal
from driver_app.journal.ports import Journal
from driver_app.journal.sqlite import SqliteJournal
from driver_app.services.step import Step, StepKind
from shared.custody import events as e
from shared.custody.journey import Phase
from tests.driver_app.services.day import PHONE, Phone, refusing


@pytest.fixture(params=["memory", "sqlite"])
def phone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Phone]:
    if request.param == "memory":
        yield Phone(MemoryJournal())
        return

    def reopen(journal: Journal) -> Journal:
        journal.close()
        return SqliteJournal(tmp_path / "j.db")

    phone = Phone(SqliteJournal(tmp_path / "j.db"), reopen=reopen)
    yield phone
    phone.journal.close()


def test_a_whole_day_runs_through_without_a_network(phone: Phone) -> None:
    seen: list[StepKind] = []
    phone.ready()
    phone.services.steps.subscribe(lambda step: seen.append(step.kind))
    phone.started().checked().precooled().loaded().departed()
    phone.handed_over("S1", 1)
    phone.handed_over("S2", 2)
    phone.at_stop("S3")
    phone.services.stop.fail(e.Failure.CLOSED, "周日关门")
    phone.services.stop.leave()
    phone.services.shift.return_to_depot(1080)
    assert [r.line.id for r in phone.services.shift.to_return()] == ["L4"]
    phone.services.shift.return_goods("L4", 5)
    phone.services.shift.end()

    assert phone.services.duty.journey.phase is Phase.ENDED
    assert phone.services.session.actor() is None
    assert seen[0] is StepKind.VEHICLE_CHECK
    assert seen[-1] is StepKind.SIGN_IN
    assert [k for k in seen if k is StepKind.SIGN] == [StepKind.SIGN, StepKind.SIGN]
    assert phone.journal.verify(PHONE.public_key()) == phone.journal.head().seq
    assert len(phone.events(e.HandoverSigned)) == 2
    assert not phone.events(e.ScanRefused, e.ClockJumped, e.DepartureRefused)


SCREENS: tuple[tuple[str, Callable[[Phone], object]], ...] = (
    ("start", lambda p: p.started()),
    ("check", lambda p: p.checked()),
    ("precool", lambda p: p.precooled()),
    ("load", lambda p: p.loaded()),
    ("depart", lambda p: p.departed()),
    ("arrive", lambda p: p.at_stop("S1")),
    ("unload", lambda p: p.unloaded()),
    ("download", lambda p: p.downloaded()),
    ("show", lambda p: p.services.stop.finish_download()),
    ("decide", lambda p: p.services.stop.accept_all()),
    ("begin", lambda p: p.services.stop.begin_signing()),
    ("pen", lambda p: p.sign()),
    ("sign", lambda p: p.services.stop.sign()),
    ("leave", lambda p: p.services.stop.leave()),
    ("fail", lambda p: (p.at_stop("S2"), p.services.stop.fail(e.Failure.NOBODY), p.services.stop.leave())),
    ("fail", lambda p: (p.at_stop("S3"), p.services.stop.fail(e.Failure.NOBODY), p.services.stop.leave())),
    ("return", lambda p: p.services.shift.return_to_depot()),
    ("hand back", lambda p: [p.services.shift.return_goods(i, q) for i, q in (("L3", 2), ("L4", 5))]),
)


def test_a_restart_after_anything_comes_back_to_the_same_step_with_the_same_state(phone: Phone) -> None:
    phone.ready()
    for name, act in SCREENS:
        act(phone)
        before = picture_of(phone)
        phone.restart()
        assert picture_of(phone) == before, name
    phone.services.shift.end()
    assert phone.restart().steps.current() == Step(StepKind.SIGN_IN)


def picture_of(phone: Phone) -> tuple[object, ...]:
    services = phone.services
    step = services.steps.current()
    at_stop = services.duty.journey.open_stop is not None
    drafts = (services.stop.decisions(), services.stop.signatures(), services.stop.shown()) if at_stop else ()
    return (
        step,
        services.duty.journey,
        services.session.actor(),
        services.readings.series(),
        drafts,
        services.state.status(),
    )


def test_after_the_shift_the_next_work_comes_into_force_at_sign_in(phone: Phone) -> None:
    import msgspec

    from tests.driver_app.services.day import PIN, ROUTE, signed, work

    phone.on_the_road()
    tomorrow = msgspec.structs.replace(ROUTE, id="R2")
    assert phone.services.duty.offer(signed(work(tomorrow, minutes=60))) is False
    assert phone.services.duty.pending is not None
    assert phone.services.steps.current().route_id == "R1"
    for stop_id in ("S1", "S2", "S3"):
        phone.handed_over(stop_id, int(stop_id[1]))
    phone.services.shift.return_to_depot()
    phone.services.shift.end()
    phone.restart()
    assert phone.services.duty.route.id == "R1"
    phone.services.session.sign_in("D1", PIN)
    assert phone.services.steps.current() == Step(StepKind.ROUTE, "R2")
    assert phone.services.duty.pending is None
    assert refusing(phone.services.stop.leave).problem.number == 2010
