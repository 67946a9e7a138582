"""A process that opens a window and says when its first frame was drawn: ``python -m bench.child_screen app|bare FOLDER``.

``app`` is the real driver app over a folder, by the same steps as driver_app/main.py; ``bare`` is a Kivy app with one Label.
Both make their settings alike. One line of JSON goes to standard output; then the process ends.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from driver_app.main import settle
from driver_app.options import read

SIZE = "480x800@1.5"
"""The window of a small rugged handheld: pixels, and pixels per dp."""


def watch(app: Any, screen: Any) -> None:
    """Report once the first frame of ``app`` is drawn and finished, and end the app. The screen is looked at afterwards."""
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish

    def drawn(_window: object) -> None:
        # the commands of a frame are given before this event; only now are they carried out
        glFinish()
        at = time.monotonic()
        Window.unbind(on_flip=drawn)
        print(json.dumps({"at": at, "screen": screen(), **resident()}), flush=True)
        app.stop()

    Window.bind(on_flip=drawn)


def resident() -> dict[str, int]:
    """What this process has in memory, and had at most, in KiB (Linux)."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {"rss": int(fields["VmRSS"].split()[0]), "peak": int(fields["VmHWM"].split()[0])}


def real(folder: Path) -> None:
    """The driver app; where its folder has a pace, at the time of day that the folder was left at."""
    pace = folder / "pace.json"
    options = read(["--data", str(folder), "--size", SIZE, *(["--clock", str(pace)] if pace.exists() else [])])
    settle(options)
    from driver_app.app import HandoverApp
    from driver_app.parts import compose

    app = HandoverApp(compose(options), motion=options.motion)
    app.bind(on_start=lambda _app: watch(app, lambda: type(app.screen).__name__))
    app.run()


def bare(folder: Path) -> None:
    """One Label."""
    settle(read(["--data", str(folder), "--size", SIZE]))
    from kivy.app import App
    from kivy.uix.label import Label

    class Bare(App):  # type: ignore[misc]  # Kivy has no types
        def build(self) -> Label:
            return Label(text="Handover")

    app = Bare()
    app.bind(on_start=lambda _app: watch(app, lambda: type(app.root).__name__))
    app.run()


if __name__ == "__main__":
    {"app": real, "bare": bare}[sys.argv[1]](Path(sys.argv[2]))
