"""The top bar: where we are, the way back, and what became of the records: on phone → received → sealed."""

from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from driver_app.widgets.rules import load_rules
from driver_app.widgets.tappable import Tappable


def short(count: float) -> str:
    """A count in at most four characters: ``999``, ``1.2k``, ``15k``."""
    if count < 1000:
        return f"{count:g}"
    return f"{count / 1000:.1f}k" if count < 10_000 else f"{int(count / 1000)}k"


class Count(BoxLayout):
    """A sign and a number."""

    icon = StringProperty("none")
    count = NumericProperty(0)
    tone = StringProperty("muted")
    short = staticmethod(short)


class SyncChip(Tappable, BoxLayout):
    """Three counts of records, each with its sign. None is ever shown higher than the server has signed for."""

    phone = NumericProperty(0)
    """Not ``on_phone``: Kivy takes a name that begins with ``on_`` for an event."""
    received = NumericProperty(0)
    sealed = NumericProperty(0)
    offline = BooleanProperty(False)
    shown = BooleanProperty(True)


class TopBar(BoxLayout):
    """Stands still while screens change below it. Dispatches ``on_lead`` and ``on_sync``."""

    title = StringProperty("")
    subtitle = StringProperty("")
    lead = OptionProperty("menu", options=("menu", "back", "none"))
    counts = BooleanProperty(True)
    """Whether there is anything to count yet."""
    __events__ = ("on_lead", "on_sync")

    def on_lead(self, *_args) -> None:
        """The button before the title was tapped."""

    def on_sync(self, *_args) -> None:
        """The three states were tapped."""

    def lead_tapped(self) -> None:
        self.dispatch("on_lead")

    def sync_tapped(self) -> None:
        self.dispatch("on_sync")


load_rules(__file__)
