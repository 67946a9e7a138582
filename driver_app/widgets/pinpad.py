"""The PIN pad: twelve keys for gloves, dots for what was typed."""

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from driver_app.widgets.rules import load_rules
from driver_app.widgets.tappable import Tappable
from driver_app.widgets.theme import theme


class Key(Tappable, BoxLayout):
    """One key; ``digit`` is ``0`` … ``9``, ``erase`` or ``enter``."""

    digit = StringProperty("0")


class Dots(Widget):
    """A dot for each digit typed, and an empty one for each that is still needed at least."""

    typed = NumericProperty(0)
    least = NumericProperty(4)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name in ("typed", "least", "pos", "size"):
            self.fbind(name, self._draw)
        theme.bind(palette=self._draw)  # weakly, unlike `fbind`

    def _draw(self, *_args) -> None:
        count, palette, size, gap = max(self.typed, self.least), theme.palette, dp(15), dp(12)
        x = self.x + (self.width - count * size - (count - 1) * gap) / 2
        y = self.y + (self.height - size) / 2
        self.canvas.clear()
        with self.canvas:
            for i in range(int(count)):
                Color(*(palette.primary if i < self.typed else palette.outline))
                if i < self.typed:
                    SmoothEllipse(pos=(x, y), size=(size, size))
                else:
                    SmoothLine(circle=(x + size / 2, y + size / 2, size / 2 - dp(1)), width=dp(0.9))
                x += size + gap


class PinPad(BoxLayout):
    """Types a PIN of ``least`` … ``most`` digits; dispatches ``on_pin`` with it when ``enter`` is tapped."""

    least = NumericProperty(4)
    most = NumericProperty(8)
    typed = StringProperty("")
    busy = BooleanProperty(False)
    __events__ = ("on_pin",)

    def press(self, key: str) -> None:
        """A key was tapped."""
        if key == "erase":
            self.typed = self.typed[:-1]
        elif key == "enter":
            if len(self.typed) >= self.least:
                self.dispatch("on_pin", self.typed)
        elif len(self.typed) < self.most:
            self.typed += key

    def clear(self) -> None:
        """Start over."""
        self.typed = ""

    def on_pin(self, _pin: str) -> None:
        """The PIN was entered."""


load_rules(__file__)
