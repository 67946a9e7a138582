"""Writing something in full: a code that no scanner can read, a remark. One field over the keyboard."""

from collections.abc import Callable
from typing import NamedTuple

from kivy.properties import StringProperty

from driver_app.screens.base import AppScreen
from driver_app.widgets.rules import load_rules


class Writing(NamedTuple):
    """What is asked for: a title, the field's label, the words on the button, a note below, and who is told the text."""

    title: str
    label: str
    button: str
    note: str
    give: Callable[[str], None]


class WriteScreen(AppScreen):
    """``about`` is a :class:`Writing`."""

    lead = "back"
    label = StringProperty("")
    button = StringProperty("")
    note = StringProperty("")

    def opened(self) -> None:
        self.ids.text.text = ""

    def refresh(self) -> None:
        asked: Writing = self.about
        self.title, self.label, self.button, self.note = asked.title, asked.label, asked.button, asked.note

    def give(self) -> None:
        """Go back and hand the text over."""
        text = self.ids.text.text.strip()
        if text:
            self.app.close()
            self.about.give(text)


load_rules(__file__)
