"""The process of :mod:`.test_main`: a real window, over an example day with the parts of a handheld that can be looked at."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from driver_app.hardware.permissions import WHY, WITHOUT, Need, Standing
from driver_app.main import settle
from driver_app.options import read
from shared import problems
from shared.errors import Refused


@dataclass
class Looked:
    """A guard and a screen that keep what they were told."""

    kept: list[bool] = field(default_factory=list)
    on: list[bool] = field(default_factory=list)

    def keep(self, running: bool) -> None:
        self.kept.append(running)

    def keep_on(self, on: bool) -> None:
        self.on.append(on)


@dataclass
class Person:
    """A device that asks, and somebody who answers: by need, how it stands after the question."""

    answers: dict[Need, Standing]
    now: dict[Need, Standing] = field(default_factory=dict)
    asked: list[Need] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def standing(self, need: Need) -> Standing:
        return self.now.get(need, Standing.UNASKED)

    def ask(self, need: Need, answered: Callable[[Standing], None]) -> None:
        self.asked.append(need)
        self.now[need] = self.answers[need]
        answered(self.now[need])

    def open_settings(self) -> None:
        self.opened.append("settings")

    def unrestricted(self) -> bool:
        return False

    def ask_unrestricted(self) -> None:
        raise Refused(problems.NO_APP, value="battery")


def watch(data: Path) -> int:
    settle(read(["--data", str(data), "--size", "480x800", "--still"]))
    from tests.driver_app.screens.player import hurry

    hurry()
    from kivy.core.window import Window

    from driver_app.hardware.wedge import WedgeScanner
    from driver_app.main import keep_watch
    from driver_app.services.step import StepKind
    from driver_app.widgets.hand import Act
    from shared.clock import ManualClock
    from tests.driver_app.screens.stage import Stage, before_the_receiver

    stage = Stage(data)
    looked, clock, codes = Looked(), ManualClock(stage.example.clock.now()), []
    own = stage.example.parts.hardware
    wedge = WedgeScanner("|", notices=own.notices)
    wedge.start(codes.append)
    hardware = replace(own, wedge=wedge, guard=looked, screen=looked)
    keep_watch(replace(stage.example.parts, hardware=hardware), stage.app, clock)
    assert looked.kept == [False]
    before_the_receiver(stage)

    def press(text: str) -> None:
        for sign in text:
            clock.advance(0.01)
            key = 13 if sign == "\r" else ord(sign)
            Window.dispatch("on_key_down", key, 0, None if sign == "\r" else sign, [])

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.RECEIVER)
        assert looked.kept[-1] is True, "a shift runs"
        assert looked.on[-1] is True, "the receiver holds the handheld"
        press("10B24|21S7\r")
        Window.dispatch("on_key_down", 304, 0, None, ["shift"])
        assert [code.text for code in codes] == ["10B24\x1d21S7"]
        press("10B24|")
        clock.advance(9.0)
        yield from s.hand.until(
            lambda: s.banner() == problems.CODE_UNREADABLE.number, "the word that a code was cut off"
        )
        own.notices.note(Refused(problems.POSITION_MOCKED, value="gps").problem)
        yield from s.hand.until(lambda: s.banner() == problems.POSITION_MOCKED.number, "what the device refused")
        s.services.stop.accept_all()
        s.services.steps.go(StepKind.STOP_DOWNLOAD)
        yield from s.at(StepKind.STOP_DOWNLOAD)
        assert looked.on[-1] is False, "nobody signs any more"

    stage.play(act)
    return 0


def ask(data: Path) -> int:
    """From the first step of a shift to the road: what is asked, in which order, and after which answers."""
    settle(read(["--data", str(data), "--size", "480x800", "--still"]))
    from tests.driver_app.screens.player import hurry

    hurry()
    from driver_app.main import keep_watch
    from driver_app.services.step import StepKind
    from driver_app.widgets.hand import Act
    from shared.clock import ManualClock
    from tests.driver_app.screens.stage import Stage

    stage = Stage(data)
    example = stage.example
    person = Person(
        {Need.LOCATION: Standing.GRANTED, Need.NOTIFICATIONS: Standing.REFUSED, Need.CAMERA: Standing.GRANTED},
        {Need.BLUETOOTH: Standing.BLOCKED, Need.LOCATION_ALWAYS: Standing.GRANTED},
    )
    hardware = replace(example.parts.hardware, permissions=person, outside=person, viewfinder=person)  # type: ignore[arg-type]
    keep_watch(replace(example.parts, hardware=hardware), stage.app, ManualClock(example.clock.now()))

    def sheet(s: Stage, need: Need, choice: str) -> Act:
        yield from s.hand.until(lambda: s.hand.sees("sheet.allow"), f"the question about {need}")
        shown = asking_sheet()
        assert WHY[need].zh == shown.title
        assert WITHOUT[need].zh == shown.detail
        yield from s.tap(f"sheet.{choice}")
        yield from s.hand.frames(4)

    def asking_sheet():  # type: ignore[no-untyped-def]
        from kivy.core.window import Window

        from driver_app.widgets.sheet import Sheet

        return next(child for child in Window.children if isinstance(child, Sheet))

    def act(s: Stage) -> Act:
        yield from s.sign_in()
        yield from s.at(StepKind.ROUTE)
        assert person.asked == [], "before the shift nothing is asked"
        s.services.shift.start()
        yield from s.at(StepKind.VEHICLE_CHECK)
        yield from sheet(s, Need.LOCATION, "allow")
        yield from sheet(s, Need.NOTIFICATIONS, "allow")
        assert person.asked == [Need.LOCATION, Need.NOTIFICATIONS]
        example.check()
        yield from s.at(StepKind.PRECOOL)
        yield from sheet(s, Need.BLUETOOTH, "allow")
        assert person.opened == ["settings"]
        example.precool()
        yield from s.at(StepKind.LOAD)
        yield from sheet(s, Need.CAMERA, "not_now")
        assert Need.CAMERA not in person.asked
        example.load()
        example.depart()
        yield from s.at(StepKind.DRIVE)
        yield from s.hand.until(lambda: s.hand.sees("sheet.allow"), "the question about battery saving")
        yield from s.tap("sheet.allow")
        yield from s.hand.until(lambda: s.banner() == problems.NO_APP.number, "that nothing opens it")
        s.services.stop.arrive("S1")
        yield from s.at(StepKind.STOP_UNLOAD)
        yield from s.hand.frames(4)
        assert not s.hand.sees("sheet.allow"), "a no is an answer: nobody is asked twice"

    stage.play(act)
    return 0


if __name__ == "__main__":
    raise SystemExit({"watch": watch, "ask": ask}[sys.argv[1]](Path(sys.argv[2])))
