"""What can be tapped: a stable name for the hand that taps it, and nothing smaller than a gloved finger."""

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior


class Named:
    """Something that a hand (a person's, or :mod:`driver_app.widgets.hand`) can be sent to.

    ``hid`` is its human-interface id, such as ``receiver.accept_all`` or ``line.<id>.refuse``: unique among what is shown
    at one time, and the same in both languages.
    """

    hid = StringProperty("")


class Tappable(ButtonBehavior, Named):
    """A widget that answers a tap. While ``busy`` it does not."""

    hid = StringProperty("")
    busy = BooleanProperty(False)

    def on_touch_down(self, touch):
        if self.busy and self.collide_point(*touch.pos):
            return True
        return super().on_touch_down(touch)
