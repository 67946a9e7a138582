"""The process of :mod:`.test_main`: a real window, over an example day with the parts of a handheld that can be looked at."""

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from driver_app.main import settle
from driver_app.options import read


@dataclass
class Looked:
    """A guard and a screen that keep what they were told."""

    kept: list[bool] = field(default_factory=list)
    on: list[bool] = field(default_factory=list)

    def keep(self, running: bool) -> None:
        self.kept.append(running)

    def keep_on(self, on: bool) -> None:
        self.on.append(on)


def main(data: Path) -> int:
    settle(read(["--data", str(data), "--size", "480x800", "--still"]))
    from tests.driver_app.screens.player import hurry

    hurry()
    from kivy.core.window import Window

    from driver_app.hardware.wedge import WedgeScanner
    from driver_app.main import keep_watch
    from driver_app.services.step import StepKind
    from driver_app.widgets.hand import Act
    from shared import problems
    from shared.clock import ManualClock
    from shared.errors import Refused
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


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
