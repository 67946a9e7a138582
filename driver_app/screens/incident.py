"""Something happened on the road: what, in one tap; photos and a word where they help. Dispatch sees it."""

from collections.abc import Iterator

from kivy.metrics import dp
from kivy.properties import StringProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.photographs import Photographs
from driver_app.screens.wording import INCIDENT
from driver_app.widgets.action import Action
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from shared.custody.events import Incident
from shared.errors import Problem


class IncidentScreen(Photographs, AppScreen):
    """Choose what it is, then report it."""

    lead = "back"
    kind = StringProperty("")

    def opened(self) -> None:
        self.kind = ""
        self.ids.note.text = ""
        self.pictures, self.taken = [], []

    def refresh(self) -> None:
        self.title = tr._("Incident")
        self.subtitle = self.name_of(self.services.duty.route.vehicle.name)
        self.fill("kinds", self.kind, self._buttons)

    def _buttons(self) -> Iterator[Action]:
        for incident, words in INCIDENT.items():
            kind = "primary" if incident == self.kind else "secondary"
            button = Action(hid=f"incident.{incident.value}", text=tr._(words), kind=kind, least=dp(52))
            button.bind(on_release=lambda _button, value=incident.value: self.choose(value))
            yield button

    def choose(self, kind: str) -> None:
        """It was tapped what happened."""
        self.kind = kind
        self.refresh()

    def record(self) -> None:
        """Write it down, and back to the road."""
        done = self.attempt(self.services.road.report, Incident(self.kind), self.ids.note.text, tuple(self.taken))
        if not isinstance(done, Problem):
            self.app.close()


load_rules(__file__)
