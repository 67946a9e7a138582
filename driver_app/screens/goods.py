"""Scanning goods against the manifest: the part that loading and unloading share."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from driver_app.hardware.ports import RawCode, Signal
from driver_app.screens.scanner import Scans
from driver_app.screens.verdicts import look_of
from driver_app.services.scanning import DOUBLE, ContainerChosen, LineProgress, Read, Scanned
from driver_app.services.step import Step
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from shared.codes.match import identity
from shared.custody.events import Entry
from shared.errors import Problem, Refused
from shared.work import Container


class GoodsScan(Scans):
    """Scanning goods, in or out. A subclass says which service takes the scans.

    The panel shows the last scan; the list shows what is missing first, because that is what the hands look for.
    """

    tone = StringProperty("muted")
    icon = StringProperty("scan")
    heading = StringProperty("")
    detail = StringProperty("")
    advice = StringProperty("")
    """What to do where the scan was not right."""
    done = NumericProperty(0)
    total = NumericProperty(0)
    missing = NumericProperty(0)
    complete = BooleanProperty(False)
    countable = NumericProperty(0)
    """How many packs may be counted in with the code scanned last; 0: each is scanned."""
    done_hid = StringProperty("")
    done_text = StringProperty("")
    other_hid = StringProperty("")
    other_text = StringProperty("")
    _counting = ("", Entry.TYPED)
    _step: Step | None = None
    """The step that the panel's last scan belongs to."""
    _last: Scanned | Container | Problem | None = None
    """What the panel shows, to be said again in another language."""

    # what a subclass says

    def take(self, read: Read, entry: Entry, quantity: int | None) -> Scanned | ContainerChosen | None:
        """Give a code to the service.

        Raises:
            Refused: CODE_* or SCAN_*.
        """
        raise NotImplementedError

    def progress(self) -> tuple[LineProgress, ...]:
        """Every line of this screen."""
        raise NotImplementedError

    def invitation(self) -> str:
        """What to scan here."""
        raise NotImplementedError

    def finish(self) -> None:
        """The primary action."""
        raise NotImplementedError

    def other(self) -> None:
        """The action beside typing, where there is one."""

    # scanning

    def opened(self) -> None:
        super().opened()
        if self._step != self.app.step:  # back from the viewfinder or the settings, the last scan still stands
            self._step = self.app.step
            self.idle()

    def idle(self) -> None:
        """Nothing scanned yet."""
        self._last, self.tone, self.countable = None, "muted", 0
        self._say()

    def _say(self) -> None:
        """Put the last scan into words."""
        last, self.advice = self._last, ""
        if last is None:
            self.icon, self.heading, self.detail = "scan", tr._("Ready to scan"), self.invitation()
        elif isinstance(last, Problem):
            look = look_of(last)
            self.icon, self.heading, self.detail = look.icon, tr._(look.heading), tr.problem(last)
            self.advice = tr._(look.advice) if look.advice else ""
        elif isinstance(last, Container):
            self.icon, self.heading = "box", self.name_of(last.name)
            self.detail = tr._("Goods go in here from now on.")
        else:
            self.icon, self.heading = "check", self.name_of(last.product)
            self.detail = tr._("Lot {lot}: {done} of {total}").format(lot=last.lot, done=last.done, total=last.total)

    def code(self, raw: RawCode) -> None:
        self.scan(raw, Entry(raw.source.value))

    def typed(self, text: str) -> None:
        self.scan(text, Entry.TYPED)

    def scan(self, read: Read, entry: Entry, quantity: int | None = None) -> None:
        """Judge a code and show the verdict at once."""
        try:
            found = self.take(read, entry, quantity)
        except Refused as refused:
            self.wrong(refused.problem)
            return
        if found is None:
            return
        self.app.hardware.feedback.give(Signal.OK)
        if isinstance(found, ContainerChosen):
            self._last, self.tone, self.countable = found.container, "primary", 0
        else:
            self.right(found, entry)
        self.refresh()

    def right(self, found: Scanned, entry: Entry) -> None:
        """The code belonged. A code that belongs to one pack only stands for that pack; one of the lot, for as many packs as
        are counted in."""
        self._last, self.tone = found, "ok"
        _, _, line = self.services.duty.route.line(found.line_id)
        shared_by_all = line.countable and identity(found.code) is None
        self.countable = found.total - found.done if shared_by_all else 0
        self._counting = (found.code, entry)

    def wrong(self, problem: Problem) -> None:
        """The code did not count: the colour, the words and the signal of its kind, with its number and the reason."""
        look = look_of(problem)
        self._last, self.tone, self.countable = problem, look.tone, 0
        self._say()
        self.app.hardware.feedback.give(look.signal)

    def count_in(self, quantity: int) -> None:
        """Count further packs in with the code scanned last, where the product allows it."""
        before, (text, entry) = self.done, self._counting
        self.scan(text, entry, quantity)
        if (
            self.done == before and self.tone == "ok"
        ):  # within a second of the scan itself it passed for a double reading
            Clock.schedule_once(lambda _dt: self.scan(text, entry, quantity), DOUBLE)

    # showing

    def refresh(self) -> None:
        progress = self.progress()
        self.done, self.total = sum(p.done for p in progress), sum(p.total for p in progress)
        self.missing = sum(p.missing for p in progress)
        self.complete = bool(progress) and self.missing == 0
        self.ids.rows.items = self.rows(progress)
        self._say()

    def rows(self, progress: tuple[LineProgress, ...]) -> list[dict]:
        """The list's data: what is missing first."""
        return [self.row(p) for p in sorted(progress, key=lambda p: p.missing == 0)]

    def row(self, p: LineProgress, heading: str = "") -> dict:
        """One row of the list."""
        detail = tr._("Lot {lot}").format(lot=p.line.lot)
        if p.container_id is not None:
            detail += "   " + self.name_of(self.services.duty.route.container(p.container_id).name)
        return {
            "name": self.name_of(p.line.product.name),
            "detail": detail,
            "done": p.done,
            "total": p.total,
            "unit": p.line.unit,
            "heading": heading,
        }


load_rules(__file__)
