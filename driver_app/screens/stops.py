"""All stops of the route, on the road: what is done, what comes next; another one may be gone to first."""

from kivy.properties import StringProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.stop_rows import stop_rows
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.sheet import Choice, Sheet
from shared.custody.journey import StopPhase


class StopsScreen(AppScreen):
    """The list, and the way to a stop out of turn."""

    lead = "back"
    summary = StringProperty("")

    def opened(self) -> None:
        self.watch(self.services.state.subscribe, lambda *_: self.refresh())

    def refresh(self) -> None:
        journey = self.services.duty.journey
        done = sum(1 for stop in journey.due_stops if journey.stop(stop.id).phase is StopPhase.LEFT)
        self.title = tr._("All stops")
        self.subtitle = tr._("{done} of {total} done").format(done=done, total=len(journey.due_stops))
        self.ids.rows.items = stop_rows(self.services, self.tapped)

    def tapped(self, stop_id: str) -> None:
        """A stop was tapped: on the road, one may go there next."""
        journey = self.services.duty.journey
        open_to = self.services.steps.current().kind is StepKind.DRIVE
        if not open_to or journey.stop(stop_id).phase is not StopPhase.PLANNED:
            return
        stop = journey.route.stop(stop_id)
        if not journey.carries(stop):
            later = tr._("On trip {n}: its goods are loaded at the depot before that.").format(n=stop.trip)
            back = [Choice("cancel", tr._("Back to the list"))]
            Sheet(self.name_of(stop.site.name), back, lambda _value: None, later).open(animation=False)
            return
        Sheet(
            self.name_of(stop.site.name),
            [
                Choice("arrive", tr._("I am here"), "primary", "pin"),
                Choice("cancel", tr._("Back to the list")),
            ],
            lambda value: self.arrive(stop_id) if value == "arrive" else None,
            tr._("Out of turn: the other stops keep their order."),
        ).open(animation=False)

    def arrive(self, stop_id: str) -> None:
        """Arrive out of turn."""
        self.attempt(self.services.stop.arrive, stop_id)


load_rules(__file__)
