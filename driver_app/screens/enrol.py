"""Enrolling: the handheld reads the office's QR code once, makes its key, and belongs to the organisation from then on."""

from kivy.properties import BooleanProperty, StringProperty

from driver_app.hardware.ports import RawCode
from driver_app.screens.scanner import Scans
from driver_app.services.scanning import text_of
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from shared.errors import Problem


class EnrolScreen(Scans):
    """Scan, see whose code it is, name the handheld, enrol."""

    lead = "none"
    organisation = StringProperty("")
    server = StringProperty("")
    read = BooleanProperty(False)
    working = BooleanProperty(False)
    _text = ""

    def refresh(self) -> None:
        self.title = tr._("Enrolment")

    def code(self, raw: RawCode) -> None:
        if not self.working:
            self.take(text_of(raw))

    def typed(self, text: str) -> None:
        self.take(text)

    def take(self, text: str) -> None:
        """Look at a code; an enrolment is shown for confirmation."""
        found = self.attempt(self.services.enrolment.read, text)
        if isinstance(found, Problem):
            return
        self._text = text
        self.organisation, self.server = found.organisation or "", found.url
        self.read = True

    def again(self) -> None:
        """Another code, please."""
        self.read = False

    def enrol(self) -> None:
        """Make the key and send its public half."""
        text, name = self._text, self.ids.name.text.strip()
        self.working = True
        self.app.errands.run(lambda: self.services.enrolment.enrol(text, name), self._enrolled, self._failed)

    def _enrolled(self, _identity) -> None:
        self.working = False
        self.services.sync.nudge()
        self.app.follow()

    def _failed(self, problem: Problem) -> None:
        self.working = False
        self.app.tell(problem)


load_rules(__file__)
