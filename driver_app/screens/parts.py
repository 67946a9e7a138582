"""Parts that several screens share: rows of lists, the panel of a scan, a card for a container."""

from kivy.clock import Clock
from kivy.factory import Factory
from kivy.metrics import dp
from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.recycleview import RecycleView
from kivy.uix.recycleview.views import RecycleDataViewBehavior

from driver_app.widgets.rules import load_rules
from driver_app.widgets.tappable import Tappable
from driver_app.widgets.text import measure, text_height
from driver_app.widgets.theme import theme

SIDE = 16
"""dp on either side of a list."""


class Rows(RecycleView):
    """A long list: only the rows that are seen exist, and each is measured before it is made, so that nothing jumps."""

    items = ListProperty()

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._measure = Clock.create_trigger(lambda _dt: self._measured(), -1)
        for name in ("items", "width", "viewclass"):
            self.fbind(name, self._changed)
        theme.bind(type=self._changed)  # weakly, unlike `fbind`

    def _changed(self, *_args) -> None:
        self._measure()

    def _measured(self) -> None:
        if self.viewclass is None:
            return
        kind = Factory.get(self.viewclass) if isinstance(self.viewclass, str) else self.viewclass
        width = self.width - dp(2 * SIDE)
        self.data = [{**item, "row_size": (None, kind.height_of(item, width))} for item in self.items]


class Row(RecycleDataViewBehavior, BoxLayout):
    """A row of a list."""

    @classmethod
    def height_of(cls, item: dict, width: float) -> float:
        """How tall the row of ``item`` is at ``width`` px."""
        raise NotImplementedError


class LineRow(Row):
    """A line of goods: product, lot, how many of how many."""

    name = StringProperty("")
    detail = StringProperty("")
    done = NumericProperty(0)
    total = NumericProperty(0)
    unit = StringProperty("")
    heading = StringProperty("")
    """The stop it belongs to, above the first line of each."""

    @staticmethod
    def count(done: float, total: float, unit: str) -> str:
        """How many of how many."""
        return f"{done:g}/{total:g} {unit}"

    @classmethod
    def height_of(cls, item: dict, width: float) -> float:
        count = measure(cls.count(item["done"], item["total"], item["unit"]), theme.type.body, True)
        room = width - dp(12 + 22 + 10 + 10 + 12) - count
        words = text_height(item["name"], room, "body", strong=True) + text_height(item["detail"], room, "label")
        heading = text_height(item["heading"], width, "label", strong=True)
        return max(dp(56), words + dp(22)) + (heading + dp(14) if heading else 0)


class StopRow(Tappable, Row):
    """A stop of the route: its number on the road, the site, when it is promised and what became of it."""

    number = NumericProperty(0)
    name = StringProperty("")
    detail = StringProperty("")
    word = StringProperty("")
    tone = StringProperty("muted")
    here = BooleanProperty(False)
    first = BooleanProperty(False)
    last = BooleanProperty(False)
    stop_id = StringProperty("")
    tapped = ObjectProperty(None, allownone=True)

    @classmethod
    def height_of(cls, item: dict, width: float) -> float:
        room = width - dp(52 + 12 + 12)
        words = text_height(item["name"], room, "body", strong=True) + text_height(item["detail"], room, "label")
        words += text_height(item["word"], room, "label", strong=True)
        return max(dp(64), words + dp(22))

    def on_release(self) -> None:
        if self.tapped is not None:
            self.tapped(self.stop_id)


class ScanPanel(BoxLayout):
    """What the last scan was: right or wrong, in colour, shape and words, large enough for the corner of an eye; and what
    to do where it was not right. ``camera``: whether codes may be read with the camera instead."""

    tone = OptionProperty("muted", options=("muted", "ok", "bad", "unknown", "primary"))
    icon = StringProperty("scan")
    heading = StringProperty("")
    detail = StringProperty("")
    advice = StringProperty("")
    camera = BooleanProperty(False)
    typing = BooleanProperty(True)
    __events__ = ("on_type", "on_aim")

    def on_aim(self) -> None:
        """The camera button was tapped."""

    def on_type(self) -> None:
        """The keyboard button was tapped: the last resort."""


class Facts(BoxLayout):
    """A label and a value at each end of a line, several lines of them. ``rows`` are (label, value) pairs."""

    rows = ListProperty()

    def on_rows(self, *_args) -> None:
        self.clear_widgets()
        for label, value in self.rows:
            self.add_widget(FactRow(label=label, value=value))


class Tile(BoxLayout):
    """An icon above a few words."""

    icon = StringProperty("none")
    words = StringProperty("")


class Tiles(BoxLayout):
    """The figures of a day side by side. ``facts`` are (words, icon) pairs."""

    facts = ListProperty()

    def on_facts(self, *_args) -> None:
        self.clear_widgets()
        for words, icon in self.facts:
            self.add_widget(Tile(words=words, icon=icon))


class FactRow(BoxLayout):
    """One label and its value."""

    label = StringProperty("")
    value = StringProperty("")


load_rules(__file__)
