"""Scrolls a long list and times every frame: ``python -m bench.child_scrolling stops|lines|bare FOLDER COUNT``.

``stops`` is the app's list of all stops, ``lines`` its list of goods to be loaded, over a folder that
:mod:`bench.scrolling` has filled; ``bare`` a RecycleView of as many Labels. One line of JSON goes to standard output.
"""

import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from bench.child_screen import SIZE
from bench.child_shift import Act, play
from driver_app import memory
from driver_app.main import settle
from driver_app.options import read

PER_FRAME = 48
"""dp a frame: at 60 frames/s a fast fling, 2,900 dp/s."""
SWEEPS = 2
"""Down and up again."""


def scroll(view: Any, row: Any, said: dict[str, Any]) -> Act:
    """Down the list and up again, a little with every frame; ms that each frame took, from its first event until OpenGL says
    that it has finished. What a frame waits for the next one is not counted."""
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish
    from kivy.metrics import dp

    began = 0.0
    frames: list[float] = []
    seen: set[int] = set()

    def drawn(_window: Any) -> None:
        glFinish()
        if began:
            frames.append((time.perf_counter() - began) * 1e3)
            seen.update(row(child) for child in view.children[0].children)

    Window.bind(on_flip=drawn)
    step = dp(PER_FRAME) / max(1.0, view.children[0].height - view.height)
    for sweep in range(SWEEPS):
        place, towards = (1.0, -step) if sweep % 2 == 0 else (0.0, step)
        while 0.0 <= place <= 1.0:
            began = time.perf_counter()
            view.scroll_y = place
            place += towards
            yield
    began = 0.0
    Window.unbind(on_flip=drawn)
    said |= {"frames": frames, "rows": len(seen)}


def real(folder: Path, name: str, stops: int) -> None:
    """A list of the app's."""
    memory.bound()
    settle(read(["--data", str(folder), "--size", SIZE]))
    from bench.scrolling import made
    from driver_app.app import HandoverApp

    day = made(folder, name, stops)
    app = HandoverApp(day.parts, motion=False, sync=False)
    said: dict[str, Any] = {}

    def act() -> Generator[None, None, None]:
        yield from wait(30)
        if name == "stops":
            app.open("stops")
        yield from wait(10)
        key: Callable[[Any], int] = (lambda r: r.number) if name == "stops" else (lambda r: hash((r.name, r.detail)))
        yield from scroll(app.screen.ids.rows, key, said)

    play(app, act, said)
    day.close()


def wait(frames: int) -> Act:
    """Let some frames pass."""
    for _ in range(frames):
        yield


def bare(folder: Path, count: int) -> None:
    """A RecycleView of Labels, as tall as our rows."""
    settle(read(["--data", str(folder), "--size", SIZE]))
    from kivy.app import App
    from kivy.lang import Builder

    rules = """
RecycleView:
    viewclass: 'Label'
    RecycleBoxLayout:
        orientation: 'vertical'
        default_size: None, dp(72)
        default_size_hint: 1, None
        size_hint_y: None
        height: self.minimum_height
"""

    class Bare(App):  # type: ignore[misc]  # Kivy has no types
        def build(self) -> Any:
            view = Builder.load_string(rules)
            view.data = [{"text": f"{number}"} for number in range(count)]
            return view

    app = Bare()
    said: dict[str, Any] = {}

    def act() -> Act:
        yield from wait(30)
        yield from scroll(app.root, lambda label: int(label.text), said)

    play(app, act, said)


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        real(Path(sys.argv[2]), sys.argv[1], int(sys.argv[3]))
