"""The route on the map: where the stops are, and where the vehicle is. Works without a network."""

from kivy.properties import NumericProperty, StringProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.stop_rows import result
from driver_app.widgets.language import tr
from driver_app.widgets.map import Mark
from driver_app.widgets.rules import load_rules
from shared.geo import Position


class MapScreen(AppScreen):
    """Tap a stop to see what it is."""

    lead = "back"
    about_stop = StringProperty("")
    name_shown = StringProperty("")
    detail = StringProperty("")
    number = NumericProperty(0)

    def opened(self) -> None:
        self.about_stop = ""
        self.watch(self.services.track.subscribe, self._moved)

    def refresh(self) -> None:
        journey = self.services.duty.journey
        route, chart = journey.route, self.ids.map
        stops = sorted(journey.due_stops, key=lambda stop: stop.number)
        self.title = tr._("Map")
        self.subtitle = self.name_of(route.vehicle.name)
        current = journey.open_stop or self.services.steps.current().stop_id
        chart.depot = route.depot.fence.centre
        chart.way = route.track or (chart.depot, *(stop.site.fence.centre for stop in stops), chart.depot)
        tones = {stop.id: "primary" if stop.id == current else result(journey, stop)[0] for stop in stops}
        chart.marks = tuple(Mark(stop.id, stop.number, stop.site.fence.centre, tones[stop.id]) for stop in stops)
        latest = self.services.track.latest()
        if latest is not None:
            self._moved(latest)
        self.choose(self.about_stop or current or "")

    def _moved(self, position: Position) -> None:
        self.ids.map.here, self.ids.map.accuracy = position, position.accuracy or 0

    def choose(self, stop_id: str) -> None:
        """Say what a stop is."""
        self.about_stop = stop_id
        stop = next((stop for stop in self.services.duty.route.stops if stop.id == stop_id), None)
        self.number = 0 if stop is None else stop.number
        self.name_shown = "" if stop is None else self.name_of(stop.site.name)
        self.detail = "" if stop is None else stop.site.address


load_rules(__file__)
