"""The vehicle's check list: every point answered, a fault with a word about it."""

from kivy.properties import BooleanProperty, ListProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from driver_app.screens.base import AppScreen
from driver_app.services.checklist import CHECKLIST
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import Card
from driver_app.widgets.tappable import Tappable
from shared.custody.events import CheckItem


class Answer(Tappable, BoxLayout):
    """One of the two answers to a point: a shape in a box, filled once it is given."""

    icon = StringProperty("check")
    tone = OptionProperty("ok", options=("ok", "bad"))
    given = BooleanProperty(False)


class CheckPoint(Card):
    """One point of the list."""

    item = StringProperty("")
    text = StringProperty("")
    answer = OptionProperty("", options=("", "ok", "fault"))
    note = StringProperty("")

    def value(self) -> CheckItem:
        """What is recorded of it."""
        return CheckItem(self.item, self.answer == "ok", self.note.strip() if self.answer == "fault" else "")


class VehicleCheckScreen(AppScreen):
    """All points; the primary action works once each has its answer."""

    points = ListProperty()
    answered = BooleanProperty(False)

    def opened(self) -> None:
        if not self.points:
            self.points = [CheckPoint(item=point.id) for point in CHECKLIST]
            for point in self.points:
                point.bind(answer=lambda *_: self._count())
                self.ids.points.add_widget(point)
        recorded = self.services.duty.journey.vehicle_check
        if recorded is not None:
            for item in recorded.items:
                point = next(p for p in self.points if p.item == item.item)
                point.answer, point.note = "ok" if item.ok else "fault", item.note
        self._count()

    def refresh(self) -> None:
        self.title = tr._("Vehicle check")
        self.subtitle = self.name_of(self.services.duty.route.vehicle.name)
        for point, check in zip(self.points, CHECKLIST, strict=True):
            point.text = self.name_of(check.text)

    def _count(self) -> None:
        self.answered = all(point.answer for point in self.points)

    def all_in_order(self) -> None:
        """Every point that has no answer yet is in order."""
        for point in self.points:
            point.answer = point.answer or "ok"

    def finish(self) -> None:
        """Record the list."""
        self.attempt(self.services.shift.check_vehicle, [point.value() for point in self.points])


load_rules(__file__)
