"""A quantity, one more or one less at a tap; held down it runs."""

from kivy.clock import Clock
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from driver_app.widgets.rules import load_rules

HOLD = 0.45
"""s a button is held before it runs."""
RUN = 0.09
"""s between two steps while it runs."""


class Stepper(BoxLayout):
    """A number between ``least`` and ``most``. ``hid`` names it; its buttons are ``<hid>.less`` and ``<hid>.more``."""

    hid = StringProperty("")
    value = NumericProperty(0)
    least = NumericProperty(0)
    most = NumericProperty(999)
    unit = StringProperty("")
    _running = None

    def start(self, step: int) -> None:
        """A finger came down on a button."""
        self.change(step)
        self._running = Clock.schedule_once(lambda _dt: self._run(step), HOLD)

    def stop(self) -> None:
        """The finger left."""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _run(self, step: int) -> None:
        self._running = Clock.schedule_interval(lambda _dt: self.change(step), RUN)

    def change(self, step: int) -> None:
        """Move by ``step``, within the ends."""
        self.value = min(self.most, max(self.least, self.value + step))


load_rules(__file__)
