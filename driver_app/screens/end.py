"""The end of the shift: what the day came to, and what has still to reach the server."""

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.stop_rows import overall
from driver_app.screens.wording import OUTCOME
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from shared.custody.events import Outcome
from shared.custody.journey import Phase


class EndScreen(AppScreen):
    """The summary, and the last tap."""

    facts = ListProperty()
    unsent = NumericProperty(0)
    photos = NumericProperty(0)
    ended = BooleanProperty(False)
    heading = StringProperty("")

    def opened(self) -> None:
        self.watch(self.services.state.subscribe, lambda *_: self._look())

    def refresh(self) -> None:
        journey = self.services.duty.journey
        self.ended = journey.phase is Phase.ENDED
        self.title = tr._("End of the shift")
        self.subtitle = self.name_of(journey.route.vehicle.name)
        self.heading = tr._("The shift has ended") if self.ended else tr._("Everything is handed over or handed back.")
        states = [journey.stop(stop.id) for stop in journey.due_stops]
        signed = [overall(state.signed.outcomes) for state in states if state.signed is not None]
        rows = [(tr._(OUTCOME[outcome]), str(signed.count(outcome))) for outcome in Outcome]
        rows.append((tr._("Failed stops"), str(sum(1 for state in states if state.failed is not None))))
        rows.append((tr._("Not visited"), str(sum(1 for state in states if state.arrived is None))))
        self.facts = [(label, count) for label, count in rows if count != "0"]
        self._look()

    def _look(self) -> None:
        status = self.services.state.status()
        self.unsent, self.photos = status.on_phone, status.blobs_waiting

    def end(self) -> None:
        """No position is recorded from here on; the driver is signed out."""
        if self.ended:
            self.services.session.sign_out()
        else:
            self.attempt(self.services.shift.end)


load_rules(__file__)
