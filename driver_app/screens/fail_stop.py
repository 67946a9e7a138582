"""A stop that fails: why, in one tap; a photo and a word where they help. The goods stay on board."""

from collections.abc import Iterator

from kivy.metrics import dp
from kivy.properties import StringProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.photographs import Photographs
from driver_app.screens.wording import FAILURE
from driver_app.widgets.action import Action
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from shared.custody.events import Failure


class FailStopScreen(Photographs, AppScreen):
    """Choose the reason, then record it."""

    lead = "back"
    failure = StringProperty("")

    def opened(self) -> None:
        self.failure = ""
        self.ids.note.text = ""
        self.look_at_photos()

    def refresh(self) -> None:
        stop = self.services.stop.stop
        self.title = tr._("The stop fails")
        self.subtitle = tr._("Stop {n}: {site}").format(n=stop.number, site=self.name_of(stop.site.name))
        self.fill("reasons", self.failure, self._buttons)

    def _buttons(self) -> Iterator[Action]:
        for failure, words in FAILURE.items():
            kind = "primary" if failure == self.failure else "secondary"
            button = Action(hid=f"fail.{failure.value}", text=tr._(words), kind=kind, least=dp(52))
            button.bind(on_release=lambda _button, value=failure.value: self.choose(value))
            yield button

    def choose(self, failure: str) -> None:
        """A reason was tapped."""
        self.failure = failure
        self.refresh()

    def record(self) -> None:
        """Write it down."""
        self.attempt(self.services.stop.fail, Failure(self.failure), self.ids.note.text.strip())


load_rules(__file__)
