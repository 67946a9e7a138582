"""A field to type into, its label above it."""

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.textinput import TextInput

from driver_app.widgets.rules import load_rules
from driver_app.widgets.tappable import Named


class Entry(TextInput, Named):
    """The line one types on."""

    hid = StringProperty("")


class Field(BoxLayout):
    """A label and an entry. ``hid`` is the entry's; ``on_enter`` is dispatched when the keyboard says done."""

    hid = StringProperty("")
    label = StringProperty("")
    hint = StringProperty("")
    text = StringProperty("")
    numeric = BooleanProperty(False)
    entry = ObjectProperty(None)
    __events__ = ("on_enter",)

    def on_enter(self) -> None:
        """The keyboard's done key."""


load_rules(__file__)
