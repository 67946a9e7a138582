"""The receiver: what arrived and how warm it got, on one screen, before anything is signed.

Goods that rode in the same container share one chart. A line whose verdict is conformant stands as accepted; any other
line asks for a decision of its own, because silence is not consent.
"""

from collections.abc import Iterator

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.wording import OUTCOME, OUTCOME_TONE, REASON
from driver_app.services.step import StepKind
from driver_app.services.stop_verdict import ChartSeries
from driver_app.widgets.badge import tone_of, word_of
from driver_app.widgets.language import tr
from driver_app.widgets.plot import Trace
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import Card, TapCard
from shared.coldchain.verdict import Conformity, Verdict, worst
from shared.custody.events import LineOutcome
from shared.work import Line

WORST_FIRST = (Conformity.NON_CONFORMANT, Conformity.UNKNOWN, Conformity.CONFORMANT)


class BoxCard(Card):
    """A container of this stop: its chart, its figures, and the worst verdict of what rode in it."""

    name = StringProperty("")
    conformity = StringProperty(Conformity.UNKNOWN)
    figures = StringProperty("")
    traces = ObjectProperty(())
    gaps = ObjectProperty(())
    low = NumericProperty(0)
    high = NumericProperty(0)
    zone = StringProperty("Asia/Shanghai")


class GoodsCard(TapCard):
    """One line: what it is, its verdict, and what the receiver decides."""

    line_id = StringProperty("")
    name = StringProperty("")
    detail = StringProperty("")
    quantity = StringProperty("")
    conformity = StringProperty(Conformity.UNKNOWN)
    decided = BooleanProperty(True)
    decision = StringProperty("")
    tone = OptionProperty("ok", options=("ok", "bad", "unknown"))
    tone_of = staticmethod(tone_of)
    word_of = staticmethod(word_of)


class ReceiverScreen(AppScreen):
    """Everything the receiver signs for."""

    previous = StepKind.STOP_DOWNLOAD
    lead = "back"
    open_lines = NumericProperty(0)
    """Lines that wait for a decision."""
    summary = StringProperty("")

    def __init__(self, app, **kwargs):
        self._made: dict[type, list[Card]] = {BoxCard: [], GoodsCard: []}
        """Cards of the stops before: another stop's goods are written on them, which takes a tenth of making new ones."""
        super().__init__(app, **kwargs)

    def refresh(self) -> None:
        service = self.services.stop
        stop = service.stop
        self.title = tr._("For the receiver")
        self.subtitle = tr._("Stop {n}: {site}").format(n=stop.number, site=self.name_of(stop.site.name))
        verdicts, outcomes = service.shown(), {o.line_id: o for o in service.decisions()}
        undecided = set(service.undecided())
        self.open_lines = len(undecided)
        self.summary = self._summary(stop.lines(), outcomes, undecided)
        said = (stop, verdicts, outcomes, undecided)
        self.fill("goods", said, lambda: self._cards(*said))

    def _cards(self, stop, verdicts, outcomes, undecided) -> Iterator[BoxCard | GoodsCard]:
        boxes, goods = iter(self._made[BoxCard]), iter(self._made[GoodsCard])
        made: list[Card] = []
        for container_id, lines in self._by_container(stop.lines(), verdicts):
            made.append(self._box_card(next(boxes, None) or BoxCard(), container_id, lines, verdicts))
            for line in lines:
                card = next(goods, None) or self._new_goods_card()
                verdict, waiting = verdicts.get(line.id), line.id in undecided
                made.append(self._goods_card(card, line, verdict, outcomes[line.id], waiting))
        for kind, known in self._made.items():
            known += [card for card in made if type(card) is kind and card not in known]
        return iter(made)

    def _new_goods_card(self) -> GoodsCard:
        card = GoodsCard()
        card.bind(on_release=lambda card: self.app.open("line", card.line_id))
        return card

    def _by_container(self, lines: list[Line], verdicts) -> list[tuple[str | None, list[Line]]]:
        """The lines of each container, the container with the worst verdict first: it is what has to be talked about."""
        journey = self.services.duty.journey
        found: dict[str | None, list[Line]] = {}
        for line in lines:
            rides = journey.line(line.id).rides
            found.setdefault(rides[-1].container_id if rides else None, []).append(line)
        return sorted(found.items(), key=lambda item: WORST_FIRST.index(self._worst(item[1], verdicts)))

    @staticmethod
    def _worst(lines: list[Line], verdicts) -> Conformity:
        return worst([verdicts[line.id].conformity for line in lines if line.id in verdicts])

    def _summary(self, lines: list[Line], outcomes: dict[str, LineOutcome], undecided: set[str]) -> str:
        accepted = sum(outcome.accepted for line_id, outcome in outcomes.items() if line_id not in undecided)
        packs = sum(line.quantity for line in lines)
        count = tr.plural("{n} line", "{n} lines", len(lines))
        return tr._("{lines}, {accepted} of {packs} packs accepted").format(lines=count, accepted=accepted, packs=packs)

    def _box_card(self, card: BoxCard, container_id: str | None, lines: list[Line], verdicts) -> BoxCard:
        known = [verdicts[line.id] for line in lines if line.id in verdicts]
        card.zone = self.services.stop.stop.site.zone
        if container_id is None:
            card.name, card.conformity, card.figures = tr._("Not on board"), Conformity.UNKNOWN, ""
            card.traces, card.gaps, card.low, card.high = (), (), 0, 0
            return card
        card.name = self.name_of(self.services.duty.route.container(container_id).name)
        card.conformity = self._worst(lines, verdicts)
        series = self.services.stop.chart(lines[0].id)
        card.traces, card.gaps = traces_of(series), tuple(known[0].gaps) if known else ()
        card.low, card.high = lines[0].product.range.low, lines[0].product.range.high
        card.figures = figures(known[0]) if known else ""
        return card

    def _goods_card(
        self, card: GoodsCard, line: Line, verdict: Verdict | None, outcome: LineOutcome, waiting: bool
    ) -> GoodsCard:
        detail = tr._("Lot {lot}").format(lot=line.lot) + "   "
        detail += tr._("use by {date}").format(date=line.expiry.isoformat())
        card.hid, card.line_id = f"line.{line.id}", line.id
        card.name, card.detail = self.name_of(line.product.name), detail
        card.quantity = f"{line.quantity} {line.unit}"
        card.conformity = verdict.conformity if verdict is not None else Conformity.UNKNOWN
        card.decided = not waiting
        card.decision, card.tone = decision(outcome), OUTCOME_TONE[outcome.outcome]
        return card

    def accept(self) -> None:
        """Accept what is conformant, keep what was decided, and go on to the signature."""
        if self.open_lines:
            self.app.open("line", self.services.stop.undecided()[0])
            return
        self.attempt(self.services.stop.begin_signing)


def traces_of(series: tuple[ChartSeries, ...]) -> tuple[Trace, ...]:
    """A chart's traces from what the service gives."""
    return tuple(Trace(s.logger_id, s.samples, s.derived) for s in series)


def figures(verdict: Verdict) -> str:
    """The figures of a verdict, in a sentence."""
    if verdict.lowest is None or verdict.highest is None:
        return tr._("No readings at all.")
    words = tr._("{low} to {high} °C").format(low=f"{verdict.lowest:.1f}", high=f"{verdict.highest:.1f}")
    if verdict.mkt is not None:
        words += "   MKT " + f"{verdict.mkt:.1f} °C"
    words += "   " + tr.plural("{n} reading", "{n} readings", verdict.readings)
    if verdict.derived:
        words += "   " + tr._("times derived")
    return words


def decision(outcome: LineOutcome) -> str:
    """A decision in words."""
    words = tr._(OUTCOME[outcome.outcome])
    counts = (
        (outcome.refused, tr._("{n} refused")),
        (outcome.short, tr._("{n} short")),
        (outcome.over, tr._("{n} over")),
    )
    parts = [pattern.format(n=count) for count, pattern in counts if count]
    if parts:
        words += ": " + ", ".join(parts)
    if outcome.reason is not None:
        words += f" ({tr._(REASON[outcome.reason])})"
    return words


load_rules(__file__)
