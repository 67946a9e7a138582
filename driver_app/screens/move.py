"""Goods go over to another vehicle on the road: which, to whom, and that driver's signature."""

from collections.abc import Iterator

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from driver_app.screens.base import AppScreen
from driver_app.services.road import OnBoard
from driver_app.widgets.language import tr
from driver_app.widgets.pad import picture
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import TapCard
from shared.errors import Problem


class MoveCard(TapCard):
    """A line on board: it goes over, or it stays."""

    line_id = StringProperty("")
    name = StringProperty("")
    detail = StringProperty("")
    quantity = NumericProperty(0)
    unit = StringProperty("")
    goes = BooleanProperty(True)


class MoveScreen(AppScreen):
    """Everything on board goes over, unless a line is tapped to stay."""

    lead = "back"
    packs = NumericProperty(0)
    complete = BooleanProperty(False)
    working = BooleanProperty(False)

    def opened(self) -> None:
        self._stays: set[str] = set()
        self.working = False
        self.ids.vehicle.text = self.ids.driver.text = ""
        self.ids.pad.clear()

    def refresh(self) -> None:
        self.title = tr._("Move goods")
        self.subtitle = self.name_of(self.services.duty.route.vehicle.name)
        lines = self.services.road.on_board()
        self.fill("goods", (lines, frozenset(self._stays)), lambda: map(self._card, lines))
        self.look()

    def _card(self, on: OnBoard) -> MoveCard:
        detail = tr._("Lot {lot}").format(lot=on.line.lot) + "   "
        detail += tr._("Stop {n}: {site}").format(n=on.stop.number, site=self.name_of(on.stop.site.name))
        card = MoveCard(
            hid=f"move.{on.line.id}",
            line_id=on.line.id,
            name=self.name_of(on.line.product.name),
            detail=detail,
            quantity=on.quantity,
            unit=on.line.unit,
            goes=on.line.id not in self._stays,
        )
        card.bind(on_release=lambda card: self.toggle(card.line_id))
        return card

    def toggle(self, line_id: str) -> None:
        """A line goes over, or stays."""
        self._stays ^= {line_id}
        self.refresh()

    def _going(self) -> Iterator[OnBoard]:
        return (on for on in self.services.road.on_board() if on.line.id not in self._stays)

    def look(self) -> None:
        """Whether there is enough to write down."""
        ids = self.ids
        self.packs = sum(on.quantity for on in self._going())
        named = bool(ids.vehicle.text.strip() and ids.driver.text.strip())
        self.complete = named and self.packs > 0 and not ids.pad.empty

    def move(self) -> None:
        """Write it down, off the screen's thread: the signature is drawn as a picture."""
        ids, going = self.ids, [on.line.id for on in self._going()]
        strokes, aspect, vehicle, driver = ids.pad.strokes, ids.pad.aspect, ids.vehicle.text, ids.driver.text
        self.working = True

        def put() -> str:
            drawn = picture(strokes, aspect)
            return self.services.road.move(going, vehicle=vehicle, driver=driver, strokes=strokes, picture=drawn)

        self.app.errands.run(put, lambda _record: self._moved(), self._not_moved)

    def _moved(self) -> None:
        self.working = False
        self.app.tell(None)
        self.app.close()

    def _not_moved(self, problem: Problem) -> None:
        self.working = False
        self.app.tell(problem)


load_rules(__file__)
