"""The shell around every screen: the top bar, the alarm, the banner, and the place where screens come and go."""

from kivy.clock import Clock
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from driver_app.widgets.rules import load_rules

DEAF = 0.22
"""s after a change of screen in which no touch is taken: the second half of a double tap must not press whatever came to
lie under the finger."""


class AlarmBar(BoxLayout):
    """A box is out of range: what it is, and how warm. It stays until the driver has seen it."""

    text = StringProperty("")
    __events__ = ("on_seen",)

    def on_seen(self) -> None:
        """The alarm was acknowledged."""

    def seen(self) -> None:
        self.dispatch("on_seen")


class Shell(BoxLayout):
    """The root of the window."""

    bar = ObjectProperty(None)
    banner = ObjectProperty(None)
    alarm = ObjectProperty(None)
    manager = ObjectProperty(None)
    _deaf_until = 0.0

    def changed(self) -> None:
        """Another screen has come."""
        self._deaf_until = Clock.get_boottime() + DEAF

    @property
    def settled(self) -> bool:
        """Whether touches are taken: no screen is on its way."""
        return Clock.get_boottime() >= self._deaf_until and not self.manager.transition.is_active

    def on_touch_down(self, touch):
        if not self.settled:
            return True
        return super().on_touch_down(touch)


load_rules(__file__)
