"""The departure gate: what stands against leaving, in numbers and words, or nothing."""

from collections.abc import Iterator

from kivy.properties import BooleanProperty, OptionProperty, StringProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.stop_rows import with_trip
from driver_app.services.shift import Gate
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import Card
from shared import problems
from shared.errors import Problem, Refused

LONGEST = 9_999_999
"""km an odometer shows at most."""


class ReasonCard(Card):
    """One reason against departure, or one that a dispatcher has overridden."""

    text = StringProperty("")
    tone = OptionProperty("bad", options=("bad", "unknown"))
    note = StringProperty("")


class GateScreen(AppScreen):
    """Leave, or be told why not."""

    previous = StepKind.LOAD
    lead = "back"
    open_gate = BooleanProperty(False)

    def opened(self) -> None:
        self.watch(self.services.duty.subscribe, lambda *_: self.refresh())

    def refresh(self) -> None:
        self.title = tr._("Departure")
        self.subtitle = with_trip(self.name_of(self.services.duty.route.vehicle.name), self.services)
        gate = self.services.shift.gate()
        self.open_gate = gate.may_depart
        self.fill("reasons", gate, lambda: self._reasons(gate))

    def _reasons(self, gate: Gate) -> Iterator[ReasonCard]:
        for problem in gate.standing:
            yield ReasonCard(text=tr.problem(problem))
        for problem in gate.overridden:
            yield ReasonCard(text=tr.problem(problem), tone="unknown", note=self._overridden(problem))

    def _overridden(self, problem: Problem) -> str:
        overrides = self.services.duty.work.overrides
        found = next(o for o in overrides if (o.problem, o.subject) == (problem.number, problem.values["value"]))
        return tr._("Overridden by {by}: {reason}").format(by=found.by, reason=found.reason)

    def depart(self) -> None:
        """Leave the depot."""
        odometer = self.attempt(read_odometer, self.ids.odometer.text)
        if isinstance(odometer, Problem):
            return
        against = self.attempt(self.services.shift.depart, odometer)
        if against:
            self.app.tell(against[0] if isinstance(against, tuple) else against)
            self.refresh()

    def ask(self) -> None:
        """Look again, and ask the server whether a dispatcher has overridden something."""
        self.services.sync.nudge()
        self.refresh()


def read_odometer(typed: str) -> int | None:
    """The km that were typed; ``None`` where nothing was.

    Raises:
        Refused: FIELD_INVALID for what is not a number of km.
    """
    if not typed.strip():
        return None
    if not typed.strip().isdecimal() or int(typed) > LONGEST:
        raise Refused(problems.FIELD_INVALID, field="里程 odometer", value=typed, reason="km")
    return int(typed)


load_rules(__file__)
