"""Taking goods along that no delivery note names: a return, a recall, empty boxes. What, how many, from whom."""

from collections.abc import Iterator

from kivy.metrics import dp
from kivy.properties import BooleanProperty, StringProperty

from driver_app.hardware.ports import RawCode
from driver_app.screens.base import AppScreen
from driver_app.screens.scanner import Scans
from driver_app.screens.wording import COLLECTED
from driver_app.services.collecting import Recognised, recognise
from driver_app.services.scanning import text_of
from driver_app.widgets.action import Action
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from shared.custody.events import Collected, Entry
from shared.errors import Problem


class CollectScreen(Scans, AppScreen):
    """A scan fills in what it can say; the rest is typed."""

    lead = "back"
    why = StringProperty(Collected.RETURN.value)
    complete = BooleanProperty(False)

    def opened(self) -> None:
        super().opened()
        ids = self.ids
        ids.name.text = ids.lot.text = ids.given_by.text = ids.note.text = ""
        ids.quantity.value = 1
        self._code, self._entry = "", Entry.TYPED

    def refresh(self) -> None:
        self.title = tr._("Take along")
        self.subtitle = self._where()
        self.fill("whys", self.why, self._buttons)
        self.look()

    def _where(self) -> str:
        journey = self.services.duty.journey
        if journey.open_stop is None:
            return tr._("Between two stops")
        return self.name_of(journey.route.stop(journey.open_stop).site.name)

    def _buttons(self) -> Iterator[Action]:
        for why, words in COLLECTED.items():
            kind = "primary" if why == self.why else "secondary"
            button = Action(hid=f"collect.{why.value}", text=tr._(words), kind=kind, least=dp(48))
            button.bind(on_release=lambda _button, value=why.value: self.choose(value))
            yield button

    def choose(self, why: str) -> None:
        """It was tapped why."""
        self.why = why
        self.refresh()

    def code(self, raw: RawCode) -> None:
        self._scanned(text_of(raw), Entry(raw.source.value))

    def typed(self, text: str) -> None:
        self._scanned(text, Entry.TYPED)

    def _scanned(self, text: str, entry: Entry) -> None:
        journey = self.services.duty.journey
        found = self.attempt(recognise, text, journey.route, self.services.shift.today())
        if isinstance(found, Recognised):
            self._code, self._entry = text, entry
            self.ids.name.text = self.name_of(found.name) if found.name is not None else found.key
            self.ids.lot.text = found.lot
            self.look()

    def look(self) -> None:
        """Whether there is enough to write down."""
        ids = self.ids
        self.complete = bool(ids.name.text.strip() and ids.given_by.text.strip())

    def record(self) -> None:
        """Write it down, and back."""
        ids = self.ids
        done = self.attempt(
            self.services.road.collect,
            Collected(self.why),
            name=ids.name.text,
            quantity=int(ids.quantity.value),
            unit="",
            given_by=ids.given_by.text,
            lot=ids.lot.text,
            code=self._code,
            entry=self._entry,
            note=ids.note.text,
        )
        if not isinstance(done, Problem):
            self.app.close()


load_rules(__file__)
