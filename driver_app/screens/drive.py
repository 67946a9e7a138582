"""On the road: the next stop on one card, and what the boxes say now."""

from kivy.clock import Clock
from kivy.properties import NumericProperty, OptionProperty, StringProperty

from driver_app.screens.base import AppScreen, clock_time
from driver_app.screens.stop_rows import hours
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.sheet import Choice, Sheet
from driver_app.widgets.surface import Card, Fact, TapCard
from shared.geo import Position
from shared.guidance import guide
from shared.navigation import Navigator
from shared.work import Container, Stop


class BoxStrip(Card):
    """What a container's loggers say now, on one line."""

    name = StringProperty("")
    value = StringProperty("")
    tone = OptionProperty("unknown", options=("ok", "bad", "unknown"))


class TapNotice(TapCard):
    """Something to know that is tapped once it is known."""

    head = StringProperty("")
    text = StringProperty("")


class DriveScreen(AppScreen):
    """Where to go, whom to meet, what they want to know."""

    stop_id = StringProperty("")
    number = NumericProperty(0)
    site_name = StringProperty("")
    promise = StringProperty("")
    phone = StringProperty("")
    unread = NumericProperty(0)
    message = StringProperty("")
    rest = StringProperty("")
    rest_tone = OptionProperty("unknown", options=("unknown", "bad"))
    turn = StringProperty("")
    """What to do at the next turn, where the plan knows roads."""
    turn_away = StringProperty("")
    version = NumericProperty(0)
    """The version of the route that the driver has not seen yet; 0: none."""
    withdrawn = NumericProperty(0)

    def __init__(self, app, **kwargs):
        self._boxes: dict[str, BoxStrip] = {}
        self._guided, self._reached = ("", 0), -1
        super().__init__(app, **kwargs)

    def opened(self) -> None:
        self.watch(self.services.heard.subscribe, lambda *_: self._temperatures())
        self.watch(self.services.duty.subscribe, lambda *_: self.refresh())
        self.watch(self.services.rest.subscribe, lambda *_: self._rest())
        self.watch(self.services.track.subscribe, self._guide)
        self._minute = Clock.schedule_interval(lambda _dt: self._rest(), 30)

    def closed(self) -> None:
        self._minute.cancel()

    def refresh(self) -> None:
        route = self.services.duty.route
        stop_id = self.services.steps.current().stop_id
        self.title = tr._("Next stop")
        if stop_id is None:
            return
        stop = route.stop(stop_id)
        self.subtitle = tr._("{n} of {total}").format(n=stop.number, total=len(self.services.duty.journey.due_stops))
        self.stop_id, self.number, self.site_name = stop.id, stop.number, self.name_of(stop.site.name)
        self.phone = stop.site.phone
        at = clock_time(stop.planned_arrival, stop.site.zone)
        self.promise = tr._("planned {at}, {km} km").format(at=at, km=f"{stop.leg_distance / 1000:.1f}")
        self._facts(stop)
        self._temperatures()
        self._news()
        self._rest()
        if (stop.id, len(stop.directions)) != self._guided:
            self._guided, self._reached = (stop.id, len(stop.directions)), -1
        here = self.services.track.latest()
        self._guide(here or self.services.duty.route.depot.fence.centre)

    def _guide(self, here: Position) -> None:
        """The next turn, from where the vehicle is."""
        directions = self.services.duty.route.stop(self.stop_id).directions if self.stop_id else ()
        found = guide(directions, here, self._reached)
        if found is None:
            self.turn = self.turn_away = ""
            return
        self._reached = found.place - 1
        if found.lost:
            self.turn, self.turn_away = tr._("Off the planned way"), ""
            return
        self.turn = self.name_of(directions[found.place].text)
        self.turn_away = f"{found.away / 1000:.1f} km" if found.away >= 1000 else f"{round(found.away, -1):.0f} m"

    def _news(self) -> None:
        """What dispatch wants the driver to know."""
        unread = self.services.road.unread()
        self.unread, self.message = len(unread), unread[-1].text if unread else ""
        self.version = self.services.road.unseen_version() or 0
        self.withdrawn = len(self.services.duty.journey.withdrawn)

    def _rest(self) -> None:
        """The rest that comes due, once it is time to think of it."""
        state = self.services.rest.state()
        self.rest_tone = "bad" if state.left <= 0 else "unknown"
        if not state.warned:
            self.rest = ""
        elif state.left > 0:
            words = tr._("Rest for {rest} min within the next {left} min")
            self.rest = words.format(rest=state.rest // 60, left=max(1, round(state.left / 60)))
        else:
            words = tr._("Driven for {hours} h without a rest: stop for {rest} min now")
            self.rest = words.format(hours=f"{state.driven / 3600:.1f}", rest=state.rest // 60)

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

    def navigate(self) -> None:
        """Hand the way to a navigation app."""
        choices = [
            Choice(Navigator.AMAP, tr._("AMap"), icon="pin"),
            Choice(Navigator.BAIDU, tr._("Baidu Maps"), icon="pin"),
            Choice(Navigator.GOOGLE, "Google Maps", icon="pin"),
            Choice(Navigator.ANY, tr._("Another map app"), icon="pin"),
        ]
        Sheet(tr._("Navigate with"), choices, self._navigate).open(animation=False)

    def _navigate(self, value: str) -> None:
        site = self.services.duty.route.stop(self.stop_id).site
        self.app.navigate(site.fence.centre, self.name_of(site.name), Navigator(value))

    def more(self) -> None:
        """Everything that is not done at every stop."""
        unread = tr._("Messages") + (f" ({self.unread})" if self.unread else "")
        choices = [
            Choice("incident", tr._("Report an incident"), icon="warning"),
            Choice("messages", unread, icon="note"),
            Choice("collect", tr._("Take goods along"), icon="box"),
            Choice("load", tr._("Take goods of the route on board"), icon="scan"),
            Choice("move", tr._("To another vehicle"), icon="truck"),
            Choice("return", tr._("To the depot"), icon="depot"),
        ]
        Sheet(tr._("More"), choices, self._more).open(animation=False)

    def _more(self, value: str) -> None:
        if value == "return":
            self.turn_back()
        elif value == "load":
            self.attempt(self.services.steps.go, StepKind.LOAD)
        else:
            self.app.open(value)

    def messages(self) -> None:
        """What dispatch wrote."""
        self.app.open("messages")

    def chart(self) -> None:
        """The route on the map."""
        self.app.open("map")

    def seen(self) -> None:
        """The driver knows that the route is another one."""
        self.services.road.see_version()
        self._news()

    def all_stops(self) -> None:
        """The list of all stops."""
        self.app.open("stops")

    def turn_back(self) -> None:
        """Back to the depot with stops left."""
        self.attempt(self.services.steps.go, StepKind.RETURN)


load_rules(__file__)
