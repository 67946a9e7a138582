"""What hands do with the app over a day, and what must come of it. Each runs in a process of its own."""

import os
import signal
from pathlib import Path

from driver_app.screens.example import Wishes
from driver_app.screens.gallery_scenes import SIGNATURE
from driver_app.services.step import StepKind
from driver_app.widgets.hand import Act
from driver_app.widgets.language import tr
from driver_app.widgets.theme import theme
from shared.custody import events as e
from tests.driver_app.screens.stage import Stage, before_the_receiver


def whole_day(data: Path) -> None:
    """A shift of two stops, tapped from signing in to signing out: one line is refused for its temperature, language and
    theme are switched in mid-stop, the second stop fails, and its goods come back."""
    stage = Stage(data, Wishes(stops=2), motion=True)

    def act(s: Stage) -> Act:
        yield from s.sign_in()
        yield from s.at(StepKind.ROUTE)
        yield from s.tap("route.start")
        yield from s.at(StepKind.VEHICLE_CHECK)
        yield from s.tap("check.vehicle.ok")
        yield from s.tap("check.all")
        yield from s.tap("check.done")
        yield from s.at(StepKind.PRECOOL)
        s.example.hear()
        yield from s.hand.frames(3)
        yield from s.tap("precool.record")
        yield from s.at(StepKind.LOAD)
        yield from s.scan_all(s.services.load)
        assert s.app.screen.complete
        yield from s.tap("load.done")
        yield from s.at(StepKind.GATE)
        yield from s.hand.type("gate.odometer", "48211")
        yield from s.tap("gate.depart")
        yield from s.at(StepKind.DRIVE)
        s.example.pass_time(95)
        s.example.hear()
        yield from s.tap("drive.arrive")
        yield from first_stop(s)
        yield from s.at(StepKind.DRIVE)
        yield from s.tap("drive.arrive")
        yield from s.at(StepKind.STOP_UNLOAD)
        yield from s.tap("unload.fail")
        yield from s.tap("fail.nobody")
        yield from s.hand.type("fail.note", "敲门无人应答")
        yield from s.tap("fail.done")
        yield from s.at(StepKind.STOP_DONE)
        yield from s.tap("done.leave")
        yield from s.at(StepKind.RETURN)
        yield from s.tap("return.arrive")
        yield from s.hand.until(lambda: s.app.screen.returned, "the vehicle to be back")
        yield from s.tap("return.goods")
        yield from s.at(StepKind.END)
        yield from s.tap("end.done")
        yield from s.at(StepKind.SIGN_IN)

    stage.play(act)
    departed, failed = stage.last(e.VehicleDeparted), stage.last(e.StopFailed)
    assert departed.odometer == 48211
    assert (failed.failure, failed.note) == (e.Failure.NOBODY, "敲门无人应答")
    signed = stage.last(e.HandoverSigned)
    outcomes = {outcome.line_id: outcome for outcome in signed.outcomes}
    assert (outcomes["L1-2"].outcome, outcomes["L1-2"].reason) == (e.Outcome.REFUSED, e.Reason.TEMPERATURE)
    assert {o.outcome for line_id, o in outcomes.items() if line_id != "L1-2"} == {e.Outcome.ACCEPTED}
    assert (signed.signatories[0].name, signed.signatories[0].role) == ("李红梅", "Pharmacist")
    assert stage.events().count("GoodsReturned") == 4
    assert stage.events()[-1] == "ShiftEnded"
    assert stage.services.duty.journey.stop("S1").photos[0].line_id == "L1-2"


def first_stop(s: Stage) -> Act:
    yield from s.at(StepKind.STOP_UNLOAD)
    yield from s.scan_all(s.services.stop)
    yield from s.tap("unload.done")
    yield from s.at(StepKind.STOP_DOWNLOAD)
    yield from s.tap("download.show")
    yield from s.at(StepKind.RECEIVER)
    yield from s.tap("bar.sync")
    yield from s.tap("settings.en")
    yield from s.tap("settings.dark")
    assert (s.app.shell.bar.title, tr.language, theme.palette.name) == ("Settings", "en", "dark")
    yield from s.hand.back()
    yield from s.hand.frames(12)
    assert s.app.shell.bar.title == "For the receiver"
    yield from s.tap("receiver.next")  # leads to the line that wants a decision
    yield from s.tap("decide.refuse")
    yield from s.tap("decide.photo.take")
    yield from s.hand.until(lambda: len(s.app.screen.pictures) == 1, "the photo")
    yield from s.tap("decide.done")
    yield from s.hand.until(lambda: not s.services.stop.undecided(), "the decision")
    yield from s.tap("receiver.next")
    yield from s.at(StepKind.SIGN)
    yield from s.hand.type("sign.name", "李红梅")
    yield from s.tap("sign.role")
    yield from s.tap("sheet.pharmacist")
    yield from s.hand.draw("sign.pad", SIGNATURE)
    yield from s.tap("sign.done")
    yield from s.at(StepKind.STOP_DONE)
    yield from s.tap("done.leave")


def all_is_well(data: Path) -> None:
    """When all is well, the receiver taps at most four times between seeing the goods and being done."""
    stage = Stage(data, Wishes(stops=1))

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.RECEIVER)
        s.taps = 0
        yield from s.tap("receiver.next")
        yield from s.at(StepKind.SIGN)
        yield from s.hand.type("sign.name", "李红梅")
        yield from s.tap("sign.role")
        yield from s.tap("sheet.pharmacist")
        yield from s.hand.draw("sign.pad", SIGNATURE)
        yield from s.tap("sign.done")
        yield from s.at(StepKind.STOP_DONE)

    stage.example.fine = True
    before_the_receiver(stage)
    assert not stage.services.stop.undecided()
    stage.play(act)
    assert stage.taps <= 4
    strokes = stage.services.journal.read_blob(stage.last(e.HandoverSigned).signatories[0].strokes)
    assert strokes.count(b"],[") > 100
    assert stage.services.journal.read_blob(stage.last(e.HandoverSigned).signatories[0].picture)[:4] == b"\x89PNG"


def killed_while_signing(data: Path) -> None:
    """Types a name, and is killed with the pen on the glass."""
    stage = Stage(data, Wishes(stops=1), durable=True)
    stage.example.fine = True

    def act(s: Stage) -> Act:
        yield from s.tap("receiver.next")
        yield from s.at(StepKind.SIGN)
        yield from s.hand.type("sign.name", "李红梅")
        yield from s.tap("sign.role")
        yield from s.tap("sheet.nurse")
        yield from s.hand.until(lambda: s.services.stop.receiver().role != "", "the draft to be kept")
        os.kill(os.getpid(), signal.SIGKILL)

    before_the_receiver(stage)
    stage.play(act)


def opened_again(data: Path) -> None:
    """Shows the same step, with what was typed; nothing is asked twice."""
    stage = Stage(data, Wishes(stops=1), durable=True)
    stage.example.clock.advance(4 * 3600)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.SIGN)
        screen = s.app.screen
        assert (screen.name, screen.ids.name.text, screen.role) == ("sign", "李红梅", "护士")
        yield from s.hand.draw("sign.pad", SIGNATURE)
        yield from s.tap("sign.done")
        yield from s.at(StepKind.STOP_DONE)

    stage.play(act)
    assert stage.last(e.HandoverSigned).signatories[0].name == "李红梅"
