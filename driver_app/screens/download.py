"""Fetching the loggers' memory: it begins by itself, shows how far it is, and can be tried again — or gone on without."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty

from driver_app.screens.base import AppScreen, clock_time
from driver_app.screens.errands import on_ui
from driver_app.services.coldbox import Downloaded
from driver_app.services.step import StepKind
from driver_app.services.stop_verdict import LoggerNeeded
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import Card
from driver_app.widgets.tappable import Named
from shared.errors import Problem


class LoggerCard(Card, Named):
    """One logger: which box it rides in, and how its download goes."""

    hid = StringProperty("")
    name = StringProperty("")
    serial = StringProperty("")
    state = OptionProperty("waiting", options=("waiting", "running", "done", "failed"))
    readings = NumericProperty(0)
    words = StringProperty("")


class DownloadScreen(AppScreen):
    """One card for each logger of this stop's goods. One after another: there is one radio."""

    previous = StepKind.STOP_UNLOAD
    lead = "back"
    running = BooleanProperty(False)
    all_done = BooleanProperty(False)
    showing = BooleanProperty(False)
    _visit = ("", ())

    def __init__(self, app, **kwargs):
        self._cards: list[LoggerCard] = []
        super().__init__(app, **kwargs)

    def opened(self) -> None:
        needed = self.services.stop.loggers()
        visit = (self.services.stop.stop.id, tuple(n.logger.id for n in needed))
        if visit != self._visit:  # another stop: nothing of the last one stays on the screen
            self._visit = visit
            self._states: dict[str, tuple[str, int, object]] = {n.logger.id: ("waiting", 0, None) for n in needed}
        self.showing = False
        Clock.schedule_once(lambda _dt: self._begin(), 0)

    def _begin(self) -> None:
        """After the first frame: what runs beside it would make it late."""
        if self._watched:
            self.fetch()

    def refresh(self) -> None:
        stop = self.services.stop.stop
        self.title = tr._("Logger records")
        self.subtitle = tr._("Stop {n}: {site}").format(n=stop.number, site=self.name_of(stop.site.name))
        needed = self.services.stop.loggers()
        # cards of the stop before are written anew: making them takes ten times as long
        while len(self._cards) < len(needed):
            self._cards.append(LoggerCard())
            self.ids.cards.add_widget(self._cards[-1])
        while len(self._cards) > len(needed):
            self.ids.cards.remove_widget(self._cards.pop())
        for card, need in zip(self._cards, needed, strict=True):
            card.hid, card.serial = f"logger.{need.logger.id}", need.logger.serial
            self._show(card, need, stop.site.zone)
        states = [state for state, _, _ in self._states.values()]
        self.running = "running" in states or "waiting" in states
        self.all_done = bool(states) and all(state == "done" for state in states)

    def _show(self, card: LoggerCard, need: LoggerNeeded, zone: str) -> None:
        card.state, card.readings, what = self._states[need.logger.id]
        card.name = self.name_of(need.container.name)
        if card.state == "failed":
            card.words = tr.problem(what)
        elif card.state == "done" and need.known_until is not None:
            card.words = tr._("Known until {at}").format(at=clock_time(need.known_until, zone))
        elif card.state == "done":
            card.words = tr._("It has no readings")
        elif card.state == "running":
            card.words = tr.plural("{n} reading", "{n} readings", int(card.readings))
        else:
            card.words = tr._("Waits for its turn")

    def fetch(self) -> None:
        """Fetch what is not fetched yet."""
        route_id = self.services.duty.route.id
        for need in self.services.stop.loggers():
            logger_id = need.logger.id
            if self._states[logger_id][0] in ("running", "done"):
                continue
            self._states[logger_id] = ("running" if not self.running else "waiting", 0, None)
            self.running = True
            self.app.errands.run(
                lambda need=need: self.app.coldbox.download(
                    route_id,
                    need.logger,
                    need.start,
                    lambda count, who=need.logger.id: on_ui(self._progress, who, count),
                ),
                lambda result, who=logger_id: self._done(who, result),
                lambda problem, who=logger_id: self._failed(who, problem),
            )
        self.refresh()

    def _progress(self, logger_id: str, count: int) -> None:
        if self._states.get(logger_id, ("done",))[0] in ("running", "waiting"):
            self._put(logger_id, ("running", count, None))

    def _done(self, logger_id: str, result: Downloaded) -> None:
        self._put(logger_id, ("done", result.fresh, None))

    def _failed(self, logger_id: str, problem: Problem) -> None:
        self._put(logger_id, ("failed", 0, problem))

    def _put(self, logger_id: str, state: tuple[str, int, object]) -> None:
        if logger_id not in self._states:
            return  # of a stop that is behind us
        self._states[logger_id] = state
        if self._watched:
            self.refresh()

    @property
    def _watched(self) -> bool:
        return self.app.screen is self and self.services.steps.current().kind is StepKind.STOP_DOWNLOAD

    def show(self) -> None:
        """Work the verdicts out and hand the phone to the receiver."""
        self.showing = True
        self.app.errands.run(self.services.stop.finish_download, lambda _step: self.app.follow(), self._not_shown)

    def _not_shown(self, problem: Problem) -> None:
        self.showing = False
        self.app.tell(problem)


load_rules(__file__)
