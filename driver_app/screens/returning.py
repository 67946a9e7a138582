"""Back to the depot: the vehicle returns, and what is still on board is handed back, pack by pack."""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from driver_app.screens.base import AppScreen
from driver_app.screens.gate import read_odometer
from driver_app.screens.wording import COLLECTED
from driver_app.services.shift import ReturnLine
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import Card
from shared.custody.events import GoodsCollected
from shared.custody.journey import Phase
from shared.errors import Problem


class ReturnCard(Card):
    """Goods that come back: how many there should be, and how many there are."""

    line_id = StringProperty("")
    item = StringProperty("")
    """The collection it is, where it was taken along and is no line of this route."""
    name = StringProperty("")
    detail = StringProperty("")
    expected = NumericProperty(0)
    quantity = NumericProperty(0)
    unit = StringProperty("")
    note = StringProperty("")
    handing = BooleanProperty(False)


class ReturningScreen(AppScreen):
    """First the vehicle, then the goods."""

    returned = BooleanProperty(False)
    stops_left = NumericProperty(0)
    on_board = NumericProperty(0)

    @property
    def previous(self) -> StepKind:
        return StepKind.DRIVE

    def refresh(self) -> None:
        journey = self.services.duty.journey
        self.title = tr._("At the depot") if journey.phase is Phase.RETURNED else tr._("To the depot")
        self.subtitle = self.name_of(journey.route.depot.name)
        self.returned = journey.phase is Phase.RETURNED
        self.stops_left = (
            0 if self.returned else sum(1 for s in journey.due_stops if journey.stop(s.id).arrived is None)
        )
        self.lead = "back" if self.previous in self.services.steps.allowed() else "menu"
        goods = self.services.shift.to_return()
        along = self.services.road.collected()
        self.on_board = sum(line.quantity for line in goods) + sum(taken.quantity for taken in along)
        said = (self.returned, goods, along)
        self.fill("goods", said, lambda: (*map(self._card, goods), *map(self._taken, along)))

    def _card(self, line: ReturnLine) -> ReturnCard:
        detail = tr._("Lot {lot}").format(lot=line.line.lot) + "   "
        detail += tr._("Stop {n}: {site}").format(n=line.stop.number, site=self.name_of(line.stop.site.name))
        return ReturnCard(
            line_id=line.line.id,
            name=self.name_of(line.line.product.name),
            detail=detail,
            expected=line.quantity,
            quantity=line.quantity,
            unit=line.line.unit,
            handing=self.returned,
        )

    def _taken(self, taken: GoodsCollected) -> ReturnCard:
        detail = tr._(COLLECTED[taken.why]) + "   " + taken.given_by
        return ReturnCard(
            line_id=taken.item,
            item=taken.item,
            name=f"{taken.name} {taken.lot}".strip(),
            detail=detail,
            expected=taken.quantity,
            quantity=taken.quantity,
            unit=taken.unit,
            handing=self.returned,
        )

    def _keep(self, card: ReturnCard) -> str:
        if card.item:
            return self.services.road.hand_in(card.item, int(card.quantity), card.note)
        return self.services.shift.return_goods(card.line_id, int(card.quantity), card.note)

    def arrive(self) -> None:
        """The vehicle is back."""
        odometer = self.attempt(read_odometer, self.ids.odometer.text)
        if not isinstance(odometer, Problem):
            self.attempt(self.services.shift.return_to_depot, odometer)
            self.refresh()

    def hand_back(self) -> None:
        """Record everything as it is counted on the screen."""
        for card in reversed(list(self.ids.goods.children)):
            kept = self.attempt(self._keep, card)
            if isinstance(kept, Problem):
                break
        self.app.follow()


load_rules(__file__)
