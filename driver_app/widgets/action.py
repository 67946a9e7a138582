"""Buttons. One primary action a screen, at the thumb; everything else is quieter."""

from kivy.clock import Clock
from kivy.properties import ColorProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout

from driver_app.widgets.palette import Palette
from driver_app.widgets.rules import load_rules
from driver_app.widgets.tappable import Tappable

_CLEAR = (0, 0, 0, 0)
KINDS = (
    "primary",
    "secondary",
    "danger",
    "danger_soft",
    "ok_soft",
    "unknown_soft",
    "quiet",
    "quiet_danger",
)


class Action(Tappable, BoxLayout):
    """A button with words, and an icon where it helps. ``kind`` says how loudly it asks."""

    text = StringProperty("")
    icon = StringProperty("none")
    kind = OptionProperty("secondary", options=KINDS)
    role = StringProperty("body")
    least = NumericProperty(0)
    """px it is tall at least; 0: what its kind asks for."""

    @staticmethod
    def fill(palette: Palette, kind: str, disabled: bool):
        """The colour of a button's body."""
        if kind.startswith("quiet"):
            return _CLEAR
        if disabled:
            return palette.disabled
        return {
            "primary": palette.primary,
            "secondary": palette.surface,
            "danger": palette.bad,
            "danger_soft": palette.bad_soft,
            "ok_soft": palette.ok_soft,
            "unknown_soft": palette.unknown_soft,
        }[kind]

    @staticmethod
    def ink(palette: Palette, kind: str, disabled: bool):
        """The colour of a button's words."""
        if disabled:
            return palette.on_disabled
        return {
            "primary": palette.on_primary,
            "secondary": palette.primary,
            "danger": palette.on_bad,
            "danger_soft": palette.on_bad_soft,
            "ok_soft": palette.on_ok_soft,
            "unknown_soft": palette.on_unknown_soft,
            "quiet": palette.primary,
            "quiet_danger": palette.bad,
        }[kind]

    @staticmethod
    def edge(palette: Palette, kind: str, disabled: bool):
        """The colour of a button's outline; clear where its body is its edge."""
        if disabled or kind.startswith("quiet"):
            return _CLEAR
        if kind.endswith("_soft"):
            return getattr(palette, {"danger_soft": "bad"}.get(kind, kind.removesuffix("_soft")))
        return palette.outline if kind == "secondary" else _CLEAR


class IconAction(Tappable, AnchorLayout):
    """A button of one icon, 48 dp square. ``words`` name it where it is not obvious (and in tests)."""

    icon = StringProperty("none")
    tone = StringProperty("ink")
    icon_size = NumericProperty(0)


class Busy(AnchorLayout):
    """A turning arc: something is going on. Turns only while it is in a window."""

    colour = ColorProperty((0, 0, 0, 1))
    angle = NumericProperty(0)
    weight = NumericProperty(0)
    _turning = None

    def on_parent(self, _widget, parent) -> None:
        if self._turning is not None:
            self._turning.cancel()
            self._turning = None
        if parent is not None:
            self._turning = Clock.schedule_interval(self._turn, 1 / 30)

    def _turn(self, seconds: float) -> None:
        self.angle = (self.angle + 300 * seconds) % 360


load_rules(__file__)
