"""The entry: ``python -m driver_app.main``, and what Android starts.

Kivy reads its settings when it is imported, so everything here happens in a fixed order: options, settings, Kivy, app.
"""

import logging
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from driver_app import memory
from driver_app.lease import AppLease
from driver_app.options import Options, read
from driver_app.services.step import StepKind
from shared.clock import Clock
from shared.errors import LANGUAGES, Refused

if TYPE_CHECKING:
    from driver_app.app import HandoverApp
    from driver_app.parts import Parts

PATIENCE = 15.0
"""Seconds (s) the background process has to give the journal back."""
SIGNING = (StepKind.RECEIVER, StepKind.SIGN)
"""While the receiver holds the handheld the screen stays on."""


def settle(options: Options) -> None:
    """Tell Kivy, before it is imported, what it must know."""
    options.data.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")  # its own mode swallows standard error
    os.environ.setdefault("KIVY_HOME", str(options.data / "kivy"))
    os.environ.setdefault(
        "KIVY_IMAGE", "sdl2"
    )  # it reads PNG and JPEG, all there is; others load every format they know
    if options.density is not None:
        os.environ["KIVY_METRICS_DENSITY"] = str(options.density)
    logging.getLogger("kivy").setLevel(logging.ERROR)
    from kivy.config import Config

    if options.size is not None:
        Config.set("graphics", "width", options.size[0])
        Config.set("graphics", "height", options.size[1])
        Config.set("graphics", "resizable", 0)
    # edges are drawn soft (widgets/stroke.py): several samples would cost every pixel
    Config.set("graphics", "multisamples", 0)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("input", "mouse", "mouse,disable_multitouch")


def keep_watch(parts: "Parts", app: "HandoverApp", pace: Clock) -> None:
    """Tie the device to what happens: the guard to the shift, the screen to the signature, the keyboard to the wedge, and
    what the device refuses to the banner; and ask for permissions at the steps that need them."""
    from kivy.clock import Clock as Frames
    from kivy.core.window import Window

    from driver_app.hardware.wedge import character_of
    from driver_app.screens.errands import on_ui

    services, hardware = parts.services, parts.hardware
    hardware.notices.subscribe(lambda problem: on_ui(app.tell, problem))
    guard, screen, wedge = hardware.guard, hardware.screen, hardware.wedge
    if guard is not None:
        services.recorder.subscribe(lambda _recorded: guard.keep(services.duty.on_shift))
        guard.keep(services.duty.on_shift)
    if screen is not None:
        services.steps.subscribe(lambda step: screen.keep_on(step.kind in SIGNING))
    if hardware.permissions is not None and hardware.outside is not None:
        from driver_app.screens.asking import Asking

        by_camera = hardware.viewfinder is not None and not hardware.has_engine
        asking = app.asking = Asking(hardware.permissions, hardware.outside, by_camera=by_camera, refused=app.tell)
        services.steps.subscribe(lambda step: on_ui(asking.at, step.kind))
        app.bind(on_start=lambda _app: asking.at(services.steps.current().kind))
    if wedge is not None:

        def pressed(_window: object, key: int, _scan: int, text: str | None, modifiers: list[str]) -> bool:
            character = character_of(key, text, modifiers)
            if character is not None:
                wedge.pressed(character, pace.monotonic())
            return False

        Window.bind(on_key_down=pressed)
        Frames.schedule_interval(lambda _dt: wedge.look(pace.monotonic()), 0.1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the app; 0 after a proper end, 2 where it cannot start (the problem is shown, and written to standard error)."""
    options = read(sys.argv[1:] if arguments is None else arguments)
    memory.bound()
    settle(options)
    from driver_app.app import FaultApp, HandoverApp
    from driver_app.parts import compose

    lease = AppLease(options.data)
    try:
        lease.take(options.pace, PATIENCE, time.sleep)
        parts = compose(options)
    except Refused as refused:
        lease.release()
        for language in LANGUAGES:
            sys.stderr.write(refused.problem.text(language) + "\n")
        FaultApp(refused.problem, options.data).run()
        return 2
    app = HandoverApp(parts, motion=options.motion)
    keep_watch(parts, app, options.pace)
    if options.rehearse is not None:
        from driver_app.rehearsal import Rehearsal

        rehearsal = Rehearsal(app, options.rehearse, sys.stdout)
        rehearsal.begin()
        app.run()
        return rehearsal.outcome
    app.run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
