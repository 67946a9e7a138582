"""One line before the receiver: its temperature in full, and the decision: accept, accept partly, refuse — with a reason."""

from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)

from driver_app.screens.base import AppScreen, clock_time
from driver_app.screens.photographs import Photographs
from driver_app.screens.receiver import traces_of
from driver_app.screens.wording import REASON
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.sheet import Choice, Sheet
from shared.coldchain.excursions import Measure
from shared.coldchain.verdict import Conformity, Verdict
from shared.custody.events import LineOutcome, Reason
from shared.errors import Problem
from shared.work import Line


class LineScreen(Photographs, AppScreen):
    """``about`` is the line's id."""

    lead = "back"
    name = StringProperty("")
    what = StringProperty("")
    range = StringProperty("")
    conformity = StringProperty(Conformity.UNKNOWN)
    traces = ObjectProperty(())
    gaps = ObjectProperty(())
    low = NumericProperty(0)
    high = NumericProperty(0)
    zone = StringProperty("Asia/Shanghai")
    facts = ListProperty()
    events = StringProperty("")
    mode = OptionProperty("accept", options=("accept", "partly", "refuse"))
    quantity = NumericProperty(0)
    there = NumericProperty(0)
    unit = StringProperty("")
    reason = StringProperty("")
    reason_words = StringProperty("")
    needs_reason = BooleanProperty(False)

    def opened(self) -> None:
        line, outcome = self._line(), self._outcome()
        self.quantity, self.unit = line.quantity, line.unit
        self.there = min(self.services.duty.journey.line(line.id).unloaded, line.quantity)
        self.mode = {"accepted": "accept", "refused": "refuse"}.get(outcome.outcome, "partly")
        self.ids.accepted.value, self.ids.over.value = outcome.accepted, outcome.over
        self.ids.note.text = outcome.note
        self.reason = outcome.reason or ""
        if self.about in self.services.stop.undecided():
            self.mode, self.reason = "accept", ""
        self.look_at_photos(self.about)

    def refresh(self) -> None:
        line = self._line()
        verdict = self.services.stop.shown().get(line.id)
        self.title = tr._("Decide")
        self.name = self.name_of(line.product.name)
        self.what = tr._("Lot {lot}").format(lot=line.lot) + f"   {line.quantity} {line.unit}"
        self.range = line.product.range.text()
        self.zone = self.services.stop.stop.site.zone
        self.low, self.high = line.product.range.low, line.product.range.high
        self.traces = traces_of(self.services.stop.chart(line.id))
        self.gaps = tuple(verdict.gaps) if verdict is not None else ()
        self.conformity = verdict.conformity if verdict is not None else Conformity.UNKNOWN
        self.facts = self._facts(line, verdict)
        self.events = self._events(verdict)
        self.reason_words = tr._(REASON[Reason(self.reason)]) if self.reason else ""

    def _line(self) -> Line:
        return next(line for line in self.services.stop.stop.lines() if line.id == self.about)

    def _outcome(self) -> LineOutcome:
        return next(outcome for outcome in self.services.stop.decisions() if outcome.line_id == self.about)

    def _facts(self, line: Line, verdict: Verdict | None) -> list[tuple[str, str]]:
        product = line.product
        facts = [
            (tr._("Specification"), f"{product.form} {product.specification}"),
            (tr._("Maker"), product.maker),
            (tr._("Use by"), line.expiry.isoformat()),
            (tr._("Storage"), f"{product.storage} ({product.range.text()})"),
        ]
        if verdict is not None and verdict.lowest is not None:
            facts += [
                (tr._("At departure"), degrees(verdict.first)),
                (tr._("On the way"), f"{verdict.lowest:.1f} … {degrees(verdict.highest)}"),
                (tr._("On arrival"), degrees(verdict.last)),
                (tr._("Mean kinetic temperature"), degrees(verdict.mkt)),
                (tr._("Readings"), f"{verdict.readings}, " + self._basis(verdict)),
            ]
        return facts

    @staticmethod
    def _basis(verdict: Verdict) -> str:
        return tr._("times derived") if verdict.derived else tr._("times by the logger")

    def _events(self, verdict: Verdict | None) -> str:
        """Every excursion and every gap, with its times."""
        if verdict is None:
            return ""
        words = []
        for found in verdict.excursions:
            unit = "°C" if found.measure is Measure.TEMPERATURE else "%"
            sentence = tr._("{start} to {end}: out of range, peak {peak} {unit}, {minutes} min")
            words.append((found, sentence, {"peak": f"{found.peak:.1f}", "unit": unit}))
        for gap in verdict.gaps:
            words.append((gap, tr._("{start} to {end}: no data, {minutes} min"), {}))
        lines = [
            sentence.format(
                start=clock_time(what.start, self.zone),
                end=clock_time(what.end, self.zone),
                minutes=round(what.seconds / 60),
                **values,
            )
            for what, sentence, values in sorted(words, key=lambda item: item[0].start)
        ]
        lines += [tr._("Calibration of {logger} has run out").format(logger=name) for name in verdict.uncalibrated]
        return "\n".join(lines)

    # deciding

    def choose(self, mode: str) -> None:
        """Accept, partly, or refuse."""
        self.mode = mode
        self.ids.page.scroll_y = 1
        if mode == "partly" and self.ids.accepted.value in (0, self.quantity):
            self.ids.accepted.value = max(0, self.there - 1)
        if mode == "refuse" and not self.reason and self.conformity == Conformity.NON_CONFORMANT:
            self.reason = Reason.TEMPERATURE
            self.refresh()

    def ask_reason(self) -> None:
        """Choose a reason."""
        choices = [Choice(reason.value, tr._(words)) for reason, words in REASON.items()]
        Sheet(tr._("Why?"), choices, self.put_reason).open(animation=False)

    def put_reason(self, reason: str) -> None:
        """A reason was chosen."""
        self.reason = reason
        self.refresh()

    def decide(self) -> None:
        """Keep the decision and go back to the goods."""
        outcome = self._composed()
        kept = self.attempt(self.services.stop.decide, outcome)
        if not isinstance(kept, Problem):
            self.app.close()

    def _composed(self) -> LineOutcome:
        reason = Reason(self.reason) if self.reason else None
        note, whole, there = self.ids.note.text, int(self.quantity), int(self.there)
        make = self.services.stop.outcome
        if self.mode == "refuse":
            return make(self.about, accepted=0, refused=there, short=whole - there, reason=reason, note=note)
        if self.mode == "accept":
            short = whole - there
            return make(self.about, accepted=there, short=short, reason=Reason.SHORT if short else None, note=note)
        accepted, over = int(self.ids.accepted.value), int(self.ids.over.value)
        refused, short = max(0, there - accepted), whole - there
        return make(self.about, accepted=accepted, refused=refused, short=short, over=over, reason=reason, note=note)


def degrees(value: float | None) -> str:
    """A temperature, or a dash."""
    return "–" if value is None else f"{value:.1f} °C"


load_rules(__file__)
