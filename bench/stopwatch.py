"""From the finger that lifts to the frame that shows what it asked for, in a process with a window."""

import time
from collections.abc import Callable, Generator
from typing import Any

from kivy.core.window import Window
from kivy.graphics.opengl import glFinish

from driver_app.widgets.hand import Hand, MotionEvent

PATIENCE = 20.0
"""s until a tap that leads nowhere is given up."""


class TimedHand(Hand):
    """A hand that knows when its finger left the glass, by ``time.perf_counter``."""

    def __init__(self) -> None:
        super().__init__()
        self.lifted: float | None = None

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        if self._queue and self._queue[0][0] == "end":
            self.lifted = time.perf_counter()
        super().update(dispatch_fn)


class Stopwatch:
    """Looks at every frame once it is drawn: OpenGL says that it has finished.

    Raises:
        RuntimeError: what was asked for does not come.
    """

    def __init__(self, hand: TimedHand) -> None:
        self._hand = hand
        self._shown: Callable[[], bool] | None = None
        self._seconds: float | None = None
        Window.bind(on_flip=self._drawn)

    def _drawn(self, _window: Any) -> None:
        if self._shown is None or self._hand.lifted is None:
            return
        glFinish()
        if self._shown():
            self._seconds = time.perf_counter() - self._hand.lifted
            self._shown = None

    def tap(self, hid: str, shown: Callable[[], bool]) -> Generator[None, None, float]:
        """Tap a widget; s from the finger's lifting to the end of the first frame for which ``shown`` holds."""
        self._hand.lifted, self._seconds, self._shown = None, None, shown
        began = time.perf_counter()
        yield from self._hand.tap(hid)
        while self._seconds is None:
            if time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"{hid} leads nowhere")
            yield
        return self._seconds
