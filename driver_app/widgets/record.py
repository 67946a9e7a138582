"""How far one record has come: three states in a row, each believed only when it is proven."""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from driver_app.widgets.rules import load_rules


class RecordStep(BoxLayout):
    """One of the three states."""

    icon = StringProperty("phone")
    words = StringProperty("")
    reached = BooleanProperty(False)


class RecordState(BoxLayout):
    """``state`` is ``on_phone``, ``received``, ``sealed`` or ``refused``."""

    state = StringProperty("on_phone")
    rank = NumericProperty(0)

    def on_state(self, _widget, state: str) -> None:
        self.rank = {"received": 1, "sealed": 2}.get(state, 0)


load_rules(__file__)
