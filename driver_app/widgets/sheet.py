"""A sheet from the bottom: one question, its answers as large buttons at the thumb."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from kivy.properties import StringProperty
from kivy.uix.modalview import ModalView

from driver_app.widgets.action import Action
from driver_app.widgets.rules import load_rules


class Choice(NamedTuple):
    """One answer: what it stands for, its words, how loudly it is shown, and the icon before it."""

    value: str
    text: str
    kind: str = "secondary"
    icon: str = "none"


class Sheet(ModalView):
    """Asks and tells ``answered`` the value of the choice. Tapping beside it, or back, answers nothing.

    The choices' hids are ``sheet.<value>``.
    """

    title = StringProperty("")
    detail = StringProperty("")

    def __init__(self, title: str, choices: Sequence[Choice], answered: Callable[[str], Any], detail: str = "") -> None:
        super().__init__(title=title, detail=detail)
        self._answered = answered
        for choice in choices:
            button = Action(text=choice.text, kind=choice.kind, icon=choice.icon, hid=f"sheet.{choice.value}")
            button.bind(on_release=lambda _b, value=choice.value: self.answer(value))
            self.ids.choices.add_widget(button)

    def answer(self, value: str) -> None:
        """Close, then tell."""
        self.dismiss(animation=False)
        self._answered(value)


load_rules(__file__)
