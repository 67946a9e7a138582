"""On the road: the next stop on one card, and what the boxes say now."""

from kivy.properties import NumericProperty, OptionProperty, StringProperty

from driver_app.screens.base import AppScreen, clock_time
from driver_app.screens.stop_rows import hours
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import Card, Fact
from shared.work import Container, Stop


class BoxStrip(Card):
    """What a container's loggers say now, on one line."""

    name = StringProperty("")
    value = StringProperty("")
    tone = OptionProperty("unknown", options=("ok", "bad", "unknown"))


class DriveScreen(AppScreen):
    """Where to go, whom to meet, what they want to know."""

    stop_id = StringProperty("")
    number = NumericProperty(0)
    name = StringProperty("")
    promise = StringProperty("")
    phone = StringProperty("")

    def __init__(self, app, **kwargs):
        self._boxes: dict[str, BoxStrip] = {}
        super().__init__(app, **kwargs)

    def opened(self) -> None:
        self.watch(self.services.heard.subscribe, lambda *_: self._temperatures())
        self.watch(self.services.duty.subscribe, lambda *_: self.refresh())

    def refresh(self) -> None:
        route = self.services.duty.route
        stop_id = self.services.steps.current().stop_id
        self.title = tr._("Next stop")
        if stop_id is None:
            return
        stop = route.stop(stop_id)
        self.subtitle = tr._("{n} of {total}").format(n=stop.number, total=len(self.services.duty.journey.due_stops))
        self.stop_id, self.number, self.name = stop.id, stop.number, self.name_of(stop.site.name)
        self.phone = stop.site.phone
        at = clock_time(stop.planned_arrival, stop.site.zone)
        self.promise = tr._("planned {at}, {km} km").format(at=at, km=f"{stop.leg_distance / 1000:.1f}")
        self._facts(stop)
        self._temperatures()

    def _facts(self, stop: Stop) -> None:
        lines = stop.lines()
        goods = tr.plural("{n} line", "{n} lines", len(lines)) + ", "
        goods += tr.plural("{n} pack", "{n} packs", sum(line.quantity for line in lines))
        facts = [
            ("pin", tr._("Address"), stop.site.address),
            ("clock", tr._("Receiving hours"), hours(stop)),
            ("person", tr._("Contact"), "   ".join(filter(None, (stop.site.contact, stop.site.phone)))),
            ("box", tr._("Goods"), goods),
            ("note", tr._("Notes"), stop.site.notes),
        ]
        said = [(icon, label, words) for icon, label, words in facts if words]
        self.fill("facts", said, lambda: (Fact(icon=icon, label=label, text=words) for icon, label, words in said))

    def _temperatures(self) -> None:
        containers = [c for c in self.services.duty.route.containers if c.loggers]
        if [c.id for c in containers] != list(self._boxes):
            self._boxes = {c.id: BoxStrip() for c in containers}
            self.ids.boxes.clear_widgets()
            for strip in self._boxes.values():
                self.ids.boxes.add_widget(strip)
        for container in containers:
            self._temperature(self._boxes[container.id], container)

    def _temperature(self, strip: BoxStrip, container: Container) -> None:
        heard = [self.services.heard.latest(logger.id) for logger in container.loggers]
        values = [r.temperature for r in heard if r is not None and r.temperature is not None]
        strip.name = self.name_of(container.name)
        strip.value = " / ".join(f"{value:.1f}" for value in values) + " °C" if values else tr._("not heard")
        if not values:
            strip.tone = "unknown"
        else:
            inside = all(container.range.low <= value <= container.range.high for value in values)
            strip.tone = "ok" if inside else "bad"

    def arrive(self) -> None:
        """The driver is there."""
        self.attempt(self.services.stop.arrive, self.stop_id)

    def call(self) -> None:
        """Ring the site."""
        self.app.dial(self.phone)

    def all_stops(self) -> None:
        """The list of all stops."""
        self.app.open("stops")

    def turn_back(self) -> None:
        """Back to the depot with stops left."""
        self.attempt(self.services.steps.go, StepKind.RETURN)


load_rules(__file__)
