"""What hands do before the road: starting, scanning on board, the gate; and what must come of it."""

import weakref
from pathlib import Path

import pytest

from driver_app.app import FaultApp
from driver_app.hardware.ports import Signal
from driver_app.screens.base import AppScreen
from driver_app.screens.example import PIN, SERVER, URL, Wishes
from driver_app.services.step import StepKind
from driver_app.widgets.hand import Act, NotThere
from driver_app.widgets.theme import theme
from shared import problems
from shared.codes.own import Enrolment, server_key
from shared.custody import events as e
from shared.errors import Refused
from shared.work import Override
from tests.driver_app.screens.stage import Stage


def scanning(data: Path) -> None:
    """A scan's verdict is on the screen at once: right, wrong, typed; packs are counted in; what is missing is named."""
    stage = Stage(data, Wishes(stops=1))
    example = stage.example
    example.start()
    example.check()
    example.precool()

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.LOAD)
        screen, device = s.app.screen, example.device
        assert (screen.tone, screen.missing) == ("muted", 78)
        device.present("01069012345678921727103110WRONG")
        yield from s.hand.until(lambda: screen.tone == "bad", "the wrong lot to be refused")
        assert "#1102" in screen.detail
        assert "RI260311" in screen.detail
        assert device.given[-1] is Signal.WRONG
        device.present("010690123456789217271031" + "10RI260311")
        yield from s.hand.until(lambda: screen.tone == "ok", "the right lot")
        assert (screen.missing, screen.countable, device.given[-1]) == (77, 11, Signal.OK)
        for _ in range(9):
            yield from s.hand.tap("scan.count.less")
        example.pass_time(0.1)
        yield from s.hand.tap("scan.count_in")
        yield from s.hand.until(lambda: screen.missing == 75, "two more")
        example.pass_time(0.1)
        yield from s.hand.tap("scan.type")
        yield from s.write("(01)06901234567908(17)271031(10)RV251117")
        yield from s.hand.until(lambda: screen.missing == 74, "the typed code")
        assert s.last(e.GoodsLoaded).entry is e.Entry.TYPED
        device.present("京A·示例1", "")
        yield from s.hand.until(lambda: screen.tone == "primary", "the container")
        yield from s.tap("load.done")
        yield from s.at(StepKind.GATE)
        assert not s.app.screen.open_gate

    stage.play(act)


def gate(data: Path) -> None:
    """Departure is refused with its reasons, and opens once a dispatcher has overridden what may be overridden."""
    stage = Stage(data, Wishes(stops=1, expired=True))
    example = stage.example
    example.start()
    example.check()
    example.precool()
    example.load()
    stage.services.load.finish()

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.GATE)
        yield from s.tap("gate.depart")
        yield from s.hand.until(lambda: s.banner() == problems.LOGGER_CALIBRATION.number, "the refusal")
        assert s.last(e.DepartureRefused).reasons[0].number == 3006
        override = Override(3006, "示例-0003", "已电话核实 checked", "dispatcher", example.clock.now(), "cd" * 32)
        example.give_work(minutes=30, overrides=(override,))
        yield from s.hand.until(lambda: s.app.screen.open_gate, "the gate to open")
        assert "checked" in s.app.screen.ids.reasons.children[0].note
        yield from s.hand.type("gate.odometer", "48,2")
        yield from s.tap("gate.depart")
        yield from s.hand.until(lambda: s.banner() == problems.FIELD_INVALID.number, "the odometer to be refused")
        yield from s.hand.type("gate.odometer", "48211")
        yield from s.tap("gate.depart")
        yield from s.at(StepKind.DRIVE)

    stage.play(act)
    assert stage.last(e.VehicleDeparted).overridden == ("cd" * 32,)


def before_departure(data: Path) -> None:
    """A fault of the vehicle is recorded with its words; a warm box is recorded as warm and does not stop the work; back
    keys lead back."""
    stage = Stage(data, Wishes(stops=1, drivers=2))

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.SIGN_IN)
        yield from s.tap("person.D2")
        yield from s.hand.back()
        yield from s.tap("person.D1")
        for digit in "1111":
            yield from s.hand.tap(f"pin.{digit}")
        yield from s.hand.tap("pin.erase")
        yield from s.hand.tap("pin.1")
        yield from s.hand.tap("pin.enter")
        yield from s.hand.until(lambda: s.banner() == problems.PIN_WRONG.number, "the wrong PIN")
        yield from s.hand.tap("banner.close")
        assert s.banner() is None
        for digit in PIN:
            yield from s.hand.tap(f"pin.{digit}")
        yield from s.hand.tap("pin.enter")
        yield from s.at(StepKind.ROUTE)
        yield from s.tap("bar.menu")
        yield from s.hand.until(lambda: s.app.screen.name == "settings", "the settings")
        yield from s.tap("settings.large")
        assert theme.text_factor > 1
        yield from s.tap("settings.normal")
        yield from s.tap("settings.send")
        yield from s.tap("bar.back")
        yield from s.tap("route.start")
        yield from s.at(StepKind.VEHICLE_CHECK)
        yield from s.tap("check.all")
        yield from s.tap("check.doors.fault")
        yield from s.hand.type("check.doors.note", "密封条破损")
        yield from s.tap("check.done")
        yield from s.at(StepKind.PRECOOL)
        yield from s.hand.back()
        yield from s.at(StepKind.VEHICLE_CHECK)
        assert [p.note for p in s.app.screen.points if p.answer == "fault"] == ["密封条破损"]
        yield from s.tap("check.done")
        yield from s.at(StepKind.PRECOOL)
        s.example.hear(box=9.3)
        yield from s.hand.frames(3)
        yield from s.tap("precool.record")
        yield from s.hand.frames(3)
        assert (s.app.screen.ready, s.services.steps.current().kind) == (False, StepKind.PRECOOL)
        yield from s.tap("precool.go_on")
        yield from s.at(StepKind.LOAD)
        yield from s.tap("load.done")
        yield from s.at(StepKind.GATE)
        yield from s.tap("gate.ask")
        yield from s.tap("bar.back")
        yield from s.at(StepKind.LOAD)

    stage.play(act)
    fault = next(item for item in stage.last(e.VehicleChecked).items if not item.ok)
    assert (fault.item, fault.note) == ("doors", "密封条破损")
    numbers = {problem.number for problem in stage.services.shift.gate().standing}
    assert {problems.GATE_CHECK_FAILED.number, problems.GATE_NOT_PRECOOLED.number} <= numbers


def enrolment(data: Path) -> None:
    """A code of somebody else is refused by number; an enrolment is shown before it is believed; no network is said."""
    stage = Stage(data, Wishes(enrolled=False))
    text = Enrolment(URL, "ABCD-1234", server_key(SERVER.public_key()), "示例医药").text

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.ENROL)
        s.example.device.present("hello", "]Q1")
        yield from s.hand.until(lambda: s.banner() is not None, "the wrong code to be refused")
        s.example.device.present(text, "]Q1")
        yield from s.hand.until(lambda: s.app.screen.read, "the code")
        assert s.app.screen.organisation == "示例医药"
        yield from s.tap("enrol.again")
        yield from s.tap("enrol.type")
        yield from s.write(text)
        yield from s.hand.type("enrol.name", "HH-017")
        yield from s.tap("enrol.confirm")
        yield from s.hand.until(lambda: s.banner() == problems.SYNC_UNREACHABLE.number, "the missing network")
        yield from s.hand.back()
        assert s.app.screen.name == "enrol"

    stage.play(act)


def waiting_for_work(data: Path) -> None:
    """Without work nobody can sign in, and the screen says why; when it comes, it goes on by itself."""
    stage = Stage(data, Wishes(worked=False))

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.SIGN_IN)
        assert s.app.screen.waiting
        s.services.state.went_wrong(Refused(problems.SYNC_UNREACHABLE, value=URL).problem)
        yield from s.hand.until(lambda: "#4001" in s.app.screen.why, "the reason")
        yield from s.tap("sign_in.fetch")
        yield from s.hand.until(lambda: s.app.shell.bar.chip.offline, "the chip to say so")
        s.example.give_work()
        yield from s.hand.until(lambda: not s.app.screen.waiting, "the work")
        yield from s.sign_in()
        yield from s.at(StepKind.ROUTE)
        yield from s.tap("bar.menu")
        yield from s.tap("settings.sign_out")
        yield from s.at(StepKind.SIGN_IN)

    stage.play(act)


def damaged(data: Path) -> None:
    """A handheld whose journal is damaged says so in both languages instead of closing."""
    problem = Refused(problems.JOURNAL_DAMAGED, value=7, reason="hash").problem
    app = FaultApp(problem, data)

    def look(_app: FaultApp) -> None:
        shown = [notice.text for notice in app.root.body.children]
        app.stop()
        assert shown == [problem.text("en"), problem.text("zh")]

    app.bind(on_start=look)
    app.run()


def the_hand(data: Path) -> None:
    """The hand cannot tap what is not there, what is disabled, or what lies under a sheet."""
    stage = Stage(data, Wishes(stops=1))

    def refused(act: Act) -> Act:
        with pytest.raises(NotThere, match="there are"):
            yield from act

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.SIGN_IN)
        yield from refused(s.hand.find("nothing", 0.4))
        yield from refused(s.hand.find("pin.enter", 0.4))
        yield from refused(s.hand.until(lambda: False, "what never comes", 0.2))
        yield from s.sign_in()
        yield from s.at(StepKind.ROUTE)
        yield from s.tap("route.start")
        yield from s.at(StepKind.VEHICLE_CHECK)
        yield from s.tap("check.emergency.ok")  # below the fold: scrolled to
        yield from s.tap("check.vehicle.ok")  # and back
        answers = {point.item: point.answer for point in s.app.screen.points}
        assert (answers["emergency"], answers["vehicle"], answers["doors"]) == ("ok", "ok", "")

    stage.play(act)


def the_morning_is_given_back(data: Path) -> None:
    """Once the vehicle is on the road, nothing keeps the screens of the depot in memory."""
    stage = Stage(data, Wishes(stops=1))
    for stride in ("start", "check", "precool", "load"):
        getattr(stage.example, stride)()
    screens: list[weakref.ref[AppScreen]] = []

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.LOAD)
        screens.append(weakref.ref(s.app.screen))
        yield from s.tap("load.done")
        yield from s.at(StepKind.GATE)
        yield from s.tap("gate.depart")
        yield from s.at(StepKind.DRIVE)
        yield from s.hand.until(lambda: screens[0]() is None, "the screen of loading to be given back")

    stage.play(act)
