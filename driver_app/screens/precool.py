"""Pre-cooling: every container's temperature before anything is loaded, live from its loggers, and recorded."""

from kivy.properties import BooleanProperty, OptionProperty, StringProperty

from driver_app.screens.base import AppScreen
from driver_app.services.shift import PrecoolState
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import Card
from driver_app.widgets.tappable import Named
from shared.errors import Problem
from shared.work import Logger


class ContainerCard(Card, Named):
    """A container: what its loggers say now, what it should be, and what was recorded."""

    hid = StringProperty("")

    container_id = StringProperty("")
    name = StringProperty("")
    range = StringProperty("")
    value = StringProperty("")
    tone = OptionProperty("unknown", options=("ok", "bad", "unknown"))
    word = StringProperty("")
    loggers = StringProperty("")
    recorded = StringProperty("")


class PrecoolScreen(AppScreen):
    """One card for each container; the primary action records all of them."""

    previous = StepKind.VEHICLE_CHECK
    lead = "back"
    ready = BooleanProperty(False)
    """Every container that carries loggers has been recorded in range."""

    def __init__(self, app, **kwargs):
        self._cards: dict[str, ContainerCard] = {}
        super().__init__(app, **kwargs)

    def opened(self) -> None:
        self.watch(self.services.heard.subscribe, lambda *_: self.refresh())

    def refresh(self) -> None:
        self.title = tr._("Pre-cooling")
        self.subtitle = self.name_of(self.services.duty.route.vehicle.name)
        states = self.services.shift.precooling()
        if [state.container.id for state in states] != list(self._cards):
            self._cards = {state.container.id: ContainerCard(container_id=state.container.id) for state in states}
            self.ids.cards.clear_widgets()
            for card in self._cards.values():
                self.ids.cards.add_widget(card)
        for state in states:
            self._show(self._cards[state.container.id], state)
        self.ready = all(state.checked is not None and state.checked.ok for state in states)

    def _show(self, card: ContainerCard, state: PrecoolState) -> None:
        card.name, card.range = self.name_of(state.container.name), state.container.range.text()
        values = [r.temperature for _, r in state.heard if r is not None and r.temperature is not None]
        card.value = " / ".join(f"{value:.1f} °C" for value in values) or "–"
        if len(values) < len(state.heard):
            card.tone, card.word = "unknown", tr._("Not all loggers are heard")
        elif state.in_range:
            card.tone, card.word = "ok", tr._("In range")
        else:
            card.tone, card.word = "bad", tr._("Out of range")
        card.loggers = ", ".join(self._named(logger) for logger, _ in state.heard)
        card.recorded = ""
        if state.checked is not None:
            known = state.checked.temperature
            value = "–" if known is None else f"{known:.1f} °C"
            card.recorded = tr._("Recorded: {value}").format(value=value)

    def _named(self, logger: Logger) -> str:
        """A logger, and how long its battery will last."""
        battery = self.services.heard.battery(logger.id)
        if battery.low:
            return tr._("{logger} (battery low: {left})").format(logger=logger.serial, left=battery.text())
        return f"{logger.serial} ({battery.text()})" if battery.text() else logger.serial

    def record(self) -> None:
        """Record every container that is not recorded in range yet; on to loading where all are."""
        for state in self.services.shift.precooling():
            if state.checked is None or not state.checked.ok:
                found = self.attempt(self.services.shift.precool, state.container.id)
                if isinstance(found, Problem):
                    return
        self.refresh()
        if self.ready:
            self.go_on()

    def go_on(self) -> None:
        """On to loading, also with a container that is not cool: the gate will say so."""
        self.attempt(self.services.shift.finish_precooling)


load_rules(__file__)
