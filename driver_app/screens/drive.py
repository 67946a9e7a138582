"""On the road: the next stop on one card, or the depot where goods of the next trip wait, and what the boxes say now."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty

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
from shared.work import Container, Direction, Site, Stop


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
    depot = BooleanProperty(False)
    """Whether the way leads to the depot, to load for the next trip."""
    trip = NumericProperty(1)
    """The trip that is loaded for, or the one under way."""
    over = StringProperty("")
    """That a trip is over, and what to do then."""
    back = NumericProperty(0)
    """Packs that came back with the vehicle, and can be handed back at the depot."""
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
        step = self.services.steps.current()
        if step.kind is not StepKind.DRIVE:
            return
        leaving = self.services.trips.leaving
        self.depot, self.trip = leaving is not None, self.services.trips.loading
        self.back = sum(found.quantity for found in self.services.shift.came_back())
        if leaving is not None:
            self._to_the_depot(leaving)
        elif step.stop_id is not None:
            self._to_the_stop(self.services.duty.route.stop(step.stop_id))
        self._temperatures()
        self._news()
        self._rest()
        way = (self.stop_id or f"trip {leaving}", len(self._directions()))
        if way != self._guided:
            self._guided, self._reached = way, -1
        here = self.services.track.latest()
        self._guide(here or self.services.duty.route.depot.fence.centre)

    def _to_the_stop(self, stop: Stop) -> None:
        self.title = tr._("Next stop")
        self.subtitle = tr._("{n} of {total}").format(n=stop.number, total=len(self.services.duty.journey.due_stops))
        self.stop_id, self.number, self.site_name = stop.id, stop.number, self.name_of(stop.site.name)
        self.phone = stop.site.phone
        at = clock_time(stop.planned_arrival, stop.site.zone)
        self.promise = tr._("planned {at}, {km} km").format(at=at, km=f"{self._leg(stop) / 1000:.1f}")
        self._facts(stop)

    def _leg(self, stop: Stop) -> float:
        """m to a stop; to the first one of a later trip from the depot."""
        reload = self.services.duty.route.before(stop)
        return stop.leg_distance - (0.0 if reload is None else reload.leg_distance)

    def _to_the_depot(self, trip: int) -> None:
        """Back to be loaded for the next trip."""
        route, journey = self.services.duty.route, self.services.duty.journey
        self.title, self.stop_id = tr._("To the depot"), ""
        self.subtitle = tr._("Trip {n} of {total}").format(n=trip, total=route.trips)
        self.site_name, self.phone = self.name_of(route.depot.name), route.depot.phone
        left = sum(stop.trip < trip for stop in journey.stops_of(trip))
        done = tr._("Trip {n} is done. Back to the depot, to load for trip {next}.")
        open_yet = tr.plural(
            "{n} stop of this trip is still to come. Load for trip {next} first.",
            "{n} stops of this trip are still to come. Load for trip {next} first.",
            left,
        )
        self.over = (open_yet if left else done).format(n=left or journey.trip, next=trip)
        planned = route.reload(trip)
        times = [] if planned is None else [clock_time(at, route.depot.zone) for at in (planned.arrival, planned.start)]
        km = "" if planned is None else f"{planned.leg_distance / 1000:.1f}"
        self.promise = tr._("planned {at}, {km} km").format(at=times[0], km=km) if times else ""
        missing = [p for p in self.services.load.progress() if p.missing]
        notes = {note.id for p in missing for note in p.stop.consignments if p.line in note.lines}
        goods = tr.plural("{n} pack", "{n} packs", sum(p.missing for p in missing)) + ", "
        goods += tr.plural("{n} delivery note", "{n} delivery notes", len(notes))
        leaves = "" if planned is None else clock_time(planned.departure, route.depot.zone)
        self._say_facts(
            ("pin", tr._("Address"), route.depot.address),
            ("box", tr._("To be loaded"), goods),
            ("clock", tr._("Loading and departure"), f"{times[1]}–{leaves}" if times else ""),
            ("note", tr._("Notes"), route.depot.notes),
        )

    def _directions(self) -> tuple[Direction, ...]:
        """The turns of the way ahead."""
        route = self.services.duty.route
        if self.depot:
            reload = route.reload(int(self.trip))
            return () if reload is None else reload.directions
        return route.stop(self.stop_id).directions if self.stop_id else ()

    def _guide(self, here: Position) -> None:
        """The next turn, from where the vehicle is."""
        directions = self._directions()
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
        self._say_facts(
            ("pin", tr._("Address"), stop.site.address),
            ("clock", tr._("Receiving hours"), hours(stop)),
            ("person", tr._("Contact"), "   ".join(filter(None, (stop.site.contact, stop.site.phone)))),
            ("box", tr._("Goods"), goods),
            ("note", tr._("Notes"), stop.site.notes),
        )

    def _say_facts(self, *facts: tuple[str, str, str]) -> None:
        """Put facts (icon, label, words) on the card: those that say something."""
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

    def load(self) -> None:
        """At the depot: on to loading for the next trip."""
        self.attempt(self.services.steps.go, StepKind.LOAD)

    def hand_back(self) -> None:
        """At the depot: what came back is handed back, all of it or none for now."""
        came = self.services.shift.came_back()
        lots = [f"{self.name_of(one.line.product.name)} {one.line.lot} × {one.quantity}" for one in came]
        choices = [
            Choice("all", tr._("All of it is handed back"), "primary", "box"),
            Choice("later", tr._("At the end of the shift")),
        ]
        Sheet(tr._("Hand the goods back"), choices, self._hand_back, "\n".join(lots)).open(animation=False)

    def _hand_back(self, value: str) -> None:
        if value == "all":
            self.attempt(self.services.shift.hand_back)
            self.refresh()

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
        site = self._goal()
        self.app.navigate(site.fence.centre, self.name_of(site.name), Navigator(value))

    def _goal(self) -> Site:
        """Where the way leads."""
        route = self.services.duty.route
        return route.depot if self.depot else route.stop(self.stop_id).site

    def more(self) -> None:
        """Everything that is not done at every stop."""
        unread = tr._("Messages") + (f" ({self.unread})" if self.unread else "")
        choices = [
            Choice("incident", tr._("Report an incident"), icon="warning"),
            Choice("messages", unread, icon="note"),
            Choice("collect", tr._("Take goods along"), icon="box"),
            *self._trip_choices(),
            Choice("load", tr._("Take goods of the route on board"), icon="scan"),
            Choice("move", tr._("To another vehicle"), icon="truck"),
            Choice("return", tr._("To the depot"), icon="depot"),
        ]
        Sheet(tr._("More"), choices, self._more).open(animation=False)

    def _trip_choices(self) -> list[Choice]:
        """To turn back for the next trip before the one under way is done, and not to."""
        after = self.services.trips.after
        if after is not None:
            return [Choice("next_trip", tr._("Back to load for trip {n}").format(n=after), icon="depot")]
        turned = self.depot and self.services.duty.journey.to_load is None
        return [Choice("go_on", tr._("On with this trip first"), icon="forward")] if turned else []

    def _more(self, value: str) -> None:
        if value == "return":
            self.turn_back()
        elif value == "next_trip":
            self.attempt(self.services.steps.turn_back)
            self.refresh()
        elif value == "go_on":
            self.attempt(self.services.steps.go_on)
            self.refresh()
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
