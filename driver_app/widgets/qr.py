"""A QR code on the screen, for somebody else's camera: always dark on white, whatever the theme."""

import qrcode
from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.properties import StringProperty
from kivy.uix.widget import Widget

QUIET = 4
"""Modules of white on each side (ISO/IEC 18004 §9.1)."""


def matrix(text: str) -> list[list[bool]]:
    """The modules of ``text``, row by row from the top, with the quiet zone; error correction M, as screens are clean."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    found: list[list[bool]] = code.get_matrix()
    return found


class QrCode(Widget):
    """Shows ``text``; nothing where it is empty."""

    text = StringProperty("")

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        redraw = Clock.create_trigger(self._draw, -1)
        for prop in ("text", "pos", "size"):
            self.fbind(prop, lambda *_: redraw())
        redraw()

    def _draw(self, *_args) -> None:
        self.canvas.clear()
        if not self.text:
            return
        rows = matrix(self.text)
        side = min(self.width, self.height)
        module = side // len(rows)  # whole pixels: a blurred edge costs a camera more than a larger margin
        side = module * len(rows)
        left, top = self.x + (self.width - side) // 2, self.y + (self.height + side) // 2
        with self.canvas:
            Color(1, 1, 1, 1)
            Rectangle(pos=(left, top - side), size=(side, side))
            Color(0, 0, 0, 1)
            for number, row in enumerate(rows):
                for start, length in _runs(row):
                    Rectangle(pos=(left + start * module, top - (number + 1) * module), size=(length * module, module))


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark modules stand side by side: (first, how many)."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for place, dark in enumerate([*row, False]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            found.append((start, place - start))
            start = None
    return found
