"""Surfaces: cards that hold what belongs together, the foot that holds the primary action, hairlines between."""

from kivy.properties import BooleanProperty, ColorProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from driver_app.widgets.rules import load_rules
from driver_app.widgets.tappable import Tappable


class Card(BoxLayout):
    """A raised surface; as tall as what it holds."""

    fill = ColorProperty(None, allownone=True)
    edge = ColorProperty(None, allownone=True)


class TapCard(Tappable, Card):
    """A card that is tapped as a whole."""


class Hairline(Widget):
    """A thin line between two things."""


class Foot(BoxLayout):
    """The bottom of a screen, where the thumb is: the primary action, and above it at most one line of others."""


class Page(ScrollView):
    """A screen's content, scrolled when it does not fit; ``body`` is the column that holds it."""

    body = ObjectProperty(None)

    def add_widget(self, widget, *args, **kwargs):
        if self.body is None:
            return super().add_widget(widget, *args, **kwargs)
        return self.body.add_widget(widget, *args, **kwargs)


class Fold(BoxLayout):
    """Holds its content only while it is ``shown``.

    What is not shown is not in the tree: it takes no room, no touch, and the hand does not find it. (A widget of no height
    or no opacity would still lie in the way of a finger.) Its height is then minus the spacing of the column it stands in,
    so that the gaps on either side of it close to one.
    """

    shown = BooleanProperty(True)

    def __init__(self, **kwargs):
        self._kept: list[Widget] = []
        super().__init__(**kwargs)

    def add_widget(self, widget, *args, **kwargs):
        self._kept.append(widget)
        if self.shown:
            super().add_widget(widget, *args, **kwargs)

    def on_shown(self, *_args) -> None:
        super().clear_widgets()
        if self.shown:
            for widget in self._kept:
                super().add_widget(widget)


class Fact(BoxLayout):
    """An icon, a small label and what it says: address, contact, hours."""

    icon = StringProperty("info")
    label = StringProperty("")
    text = StringProperty("")


load_rules(__file__)
