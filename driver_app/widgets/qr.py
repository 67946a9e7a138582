"""A QR code on the screen, for somebody else's camera: always dark on white, whatever the theme."""

from functools import lru_cache

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import StringProperty
from kivy.uix.widget import Widget

QUIET = 4
"""Modules of white on each side (ISO/IEC 18004 §9.1)."""
AFTERWARDS = 0.05
"""s until a code is drawn: weighing the eight masks (§7.8.3) takes longer than a frame, and words need not wait for it."""


@lru_cache(maxsize=4)
def matrix(text: str) -> list[list[bool]]:
    """The modules of ``text``, row by row from the top, with the quiet zone; error correction M, as screens are clean."""
    import qrcode  # read with the first code that is shown

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
        redraw = Clock.create_trigger(self._draw, AFTERWARDS)
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
        left, bottom = self.x + (self.width - side) // 2, self.y + (self.height - side) // 2
        with self.canvas:
            Color(1, 1, 1, 1)
            Rectangle(texture=_texture(rows), pos=(left, bottom), size=(side, side))


def _texture(rows: list[list[bool]]) -> Texture:
    """One texel for each module, with hard edges however large it is drawn."""
    texture = Texture.create(size=(len(rows), len(rows)), colorfmt="rgb")
    texture.mag_filter = texture.min_filter = "nearest"

    def fill(texture: Texture) -> None:
        from_below = reversed(rows)  # where OpenGL begins
        texture.blit_buffer(
            b"".join((b"\0\0\0" if dark else b"\xff\xff\xff") for row in from_below for dark in row), colorfmt="rgb"
        )

    texture.add_reload_observer(fill)
    fill(texture)
    return texture
