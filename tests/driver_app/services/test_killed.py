"""SIGKILL at every single write of a stop: the app comes back to the step it was at, or to the next, and goes on."""

import shutil
from collections.abc import Callable
from pathlib import Path

from driver_app.journal.ports import Journal
from driver_app.journal.sqlite import SqliteJournal
from driver_app.services.step import Step, StepKind
from shared.custody import events as e
from tests.driver_app.journal.chains import DeadlyDisk, Fuse, Killed, deadly
from tests.driver_app.services.day import L1, PHONE, ROUTE, Phone, pack

L2 = ROUTE.stops[0].lines()[1]


def unload_one(phone: Phone, serial: str) -> None:
    """As a driver would: scan what is not out yet."""
    if ("S1", "L1", f"(01)06901234567892(21){serial}") not in phone.services.duty.journey.packs:
        phone.scan(phone.services.stop.scan, pack(L1, serial))


def unload_rest(phone: Phone) -> None:
    out = phone.services.duty.journey.line("L2").unloaded
    if out < 10:
        phone.scan(phone.services.stop.scan, pack(L2), 10 - out)


def photo(phone: Phone) -> None:
    if not phone.events(e.PhotoTaken):
        phone.services.stop.photo(b"\xff\xd8 carton")


def download(phone: Phone) -> None:
    phone.downloaded()
    phone.services.stop.finish_download()


def pen(phone: Phone) -> None:
    if phone.services.stop.signatures() == (None,):
        phone.sign(seed=7)


HISTORY: tuple[tuple[StepKind, Callable[[Phone], object]], ...] = (
    (StepKind.DRIVE, lambda p: p.services.stop.arrive("S1")),
    (StepKind.STOP_UNLOAD, lambda p: [unload_one(p, f"L1-{n}") for n in (1, 2, 3)]),
    (StepKind.STOP_UNLOAD, unload_rest),
    (StepKind.STOP_UNLOAD, photo),
    (StepKind.STOP_UNLOAD, lambda p: p.services.stop.finish_unloading()),
    (StepKind.STOP_DOWNLOAD, download),
    (StepKind.RECEIVER, lambda p: p.services.stop.decide(p.services.stop.outcome("L1", accepted=3))),
    (StepKind.RECEIVER, lambda p: p.services.stop.begin_signing()),
    (StepKind.SIGN, pen),
    (StepKind.SIGN, lambda p: p.services.stop.sign()),
    (StepKind.STOP_DONE, lambda p: p.services.stop.leave()),
)
"""The acts of one stop, and the step at which each belongs."""


def prepared(tmp_path: Path) -> Path:
    """A journal that has come to the road, closed."""
    path = tmp_path / "prepared.db"
    phone = Phone(SqliteJournal(path)).on_the_road()
    phone.clock.advance(600)
    phone.journal.close()
    return path


def copy(path: Path, name: str) -> Path:
    target = path.with_name(name)
    shutil.copy(path, target)
    shutil.copytree(path.with_name(path.name + ".blobs"), target.with_name(target.name + ".blobs"))
    return target


def go_on(phone: Phone) -> None:
    """Do what is left, from the step the app shows: as a driver who sees that screen would."""
    for step, act in HISTORY:
        now = phone.services.steps.current()
        if now.kind is step and (now.kind is not StepKind.DRIVE or now.stop_id == "S1"):
            act(phone)


def opened(path: Path, fuse: Fuse) -> Phone:
    def reopen(journal: Journal) -> Journal:
        journal.close()
        return SqliteJournal(path)

    phone = Phone(SqliteJournal(path, disk=DeadlyDisk(fuse), connection=deadly(fuse)), reopen=reopen)
    phone.clock.advance(1200)
    return phone


def test_a_kill_at_any_write_of_a_stop_loses_nothing_and_comes_back_to_where_it_was(tmp_path: Path) -> None:
    """Each death: run until it comes, open again, see the step from before or after the act that died, finish the stop."""
    base = prepared(tmp_path)
    fuse = Fuse()
    phone = opened(copy(base, "count.db"), fuse)
    opening = fuse.count
    go_on(phone)
    writes = fuse.count - opening
    phone.journal.close()
    assert writes > 60

    for death in range(writes):
        path = copy(base, f"death-{death}.db")
        fuse = Fuse()
        phone = opened(path, fuse)
        fuse.left = fuse.count + death
        at: Step | None = None
        acknowledged = phone.journal.head().seq
        try:
            for step, act in HISTORY:
                at = phone.services.steps.current()
                assert at.kind is step
                act(phone)
                acknowledged = phone.journal.head().seq
        except Killed:
            pass
        fuse.left, fuse.dead = None, False
        phone.restart()

        assert phone.journal.head().seq >= acknowledged
        assert phone.services.steps.current().kind in following(at)
        go_on(phone)
        assert phone.services.duty.journey.stop("S1").signed is not None
        assert phone.services.steps.current() == Step(StepKind.DRIVE, "R1", "S2")
        assert phone.journal.verify(PHONE.public_key()) == phone.journal.head().seq
        once = [type(event) for event in phone.events(e.StopArrived, e.HandoverSigned, e.PhotoTaken, e.StopLeft)]
        assert sorted(kind.__name__ for kind in once) == ["HandoverSigned", "PhotoTaken", "StopArrived", "StopLeft"]
        assert phone.services.duty.journey.line("L1").unloaded == 3
        assert phone.services.duty.journey.line("L2").unloaded == 10
        phone.journal.close()


def following(step: Step | None) -> tuple[StepKind, ...]:
    """The step itself, and those its act can lead to."""
    assert step is not None
    kinds = [kind for kind, _ in HISTORY]
    place = kinds.index(step.kind)
    last = len(kinds) - 1 - kinds[::-1].index(step.kind)
    after = kinds[last + 1] if last + 1 < len(kinds) else StepKind.DRIVE
    return (kinds[place], after)
