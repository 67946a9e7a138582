"""The day's route before it begins: the vehicle, the stops, and whether the driver takes it on."""

from kivy.properties import ListProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.stop_rows import stop_rows
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules


class RouteScreen(AppScreen):
    """What is to be done today."""

    facts = ListProperty()

    def opened(self) -> None:
        self.watch(self.services.duty.subscribe, lambda *_: self.refresh())

    def refresh(self) -> None:
        self.title = tr._("Today's route")
        if not self.services.duty.started:
            self.subtitle, self.facts, self.ids.rows.items = "", [], []
            return
        route = self.services.duty.route
        self.subtitle = route.day.isoformat() + "   " + self.name_of(route.vehicle.name)
        lines = [line for stop in route.stops for line in stop.lines()]
        distance = sum(stop.leg_distance for stop in route.stops) / 1000
        self.facts = [
            (tr.plural("{n} stop", "{n} stops", len(route.stops)), "pin"),
            (tr.plural("{n} line", "{n} lines", len(lines)), "box"),
            (f"{distance:.0f} km", "truck"),
        ]
        if route.trips > 1:
            self.facts.append((tr.plural("{n} trip", "{n} trips", route.trips), "depot"))
        self.ids.rows.items = stop_rows(self.services, None)

    def start(self) -> None:
        """Take the route on."""
        self.attempt(self.services.shift.start)


load_rules(__file__)
