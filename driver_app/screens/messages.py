"""What driver and dispatcher told each other on this route."""

from collections.abc import Iterator

from kivy.clock import Clock
from kivy.properties import BooleanProperty, StringProperty

from driver_app.screens.base import AppScreen, clock_time
from driver_app.services.road import Said
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import Card
from shared.errors import Problem


class SaidCard(Card):
    """One message: who, when, what."""

    text = StringProperty("")
    head = StringProperty("")
    ours = BooleanProperty(False)


class MessagesScreen(AppScreen):
    """The newest at the bottom, beside the keyboard; seeing a message is reading it."""

    lead = "back"
    silent = BooleanProperty(True)

    def opened(self) -> None:
        self.ids.text.text = ""
        self.watch(self.services.duty.subscribe, lambda *_: self.refresh())
        self.watch(self.services.recorder.subscribe, lambda *_: self._show())
        self.attempt(self.services.road.read)

    def refresh(self) -> None:
        self.title = tr._("Messages")
        self.subtitle = self.name_of(self.services.duty.route.vehicle.name)
        if self.services.road.unread():
            self.attempt(self.services.road.read)
        self._show()

    def _show(self) -> None:
        said = self.services.road.messages()
        self.silent = not said
        self.fill("said", said, lambda: self._cards(said))
        Clock.schedule_once(lambda _dt: setattr(self.ids.page, "scroll_y", 0), 0)

    def _cards(self, said: tuple[Said, ...]) -> Iterator[SaidCard]:
        zone = self.services.duty.route.depot.zone
        for one in said:
            who = tr._("You") if one.ours else tr._("Dispatch")
            yield SaidCard(text=one.message.text, head=f"{who}   {clock_time(one.message.at, zone)}", ours=one.ours)

    def send(self) -> None:
        """Write it down; it goes with the next sync."""
        if not isinstance(self.attempt(self.services.road.send, self.ids.text.text), Problem):
            self.ids.text.text = ""
            self._show()


load_rules(__file__)
