"""Scanning on a screen: the scanner runs while it is shown; the camera may be aimed, and typing is the last resort."""

from kivy.properties import BooleanProperty

from driver_app.hardware.ports import RawCode, Subscription
from driver_app.screens.base import AppScreen
from driver_app.screens.errands import on_ui
from driver_app.screens.write import Writing
from driver_app.widgets.language import tr


class Scans(AppScreen):
    """A screen that reads codes. A subclass writes :meth:`code` and :meth:`typed`."""

    camera = BooleanProperty(False)
    """Whether codes may be read with a camera that shows what it sees."""
    _scanning: Subscription | None = None
    _wanted = False

    def opened(self) -> None:
        self._wanted = True
        self.camera = self.app.hardware.viewfinder is not None
        if self._scanning is None:
            self.app.errands.run(self._start, self._started)

    def closed(self) -> None:
        self._wanted = False
        self._halt()

    def _start(self) -> Subscription:
        return self.app.hardware.scanner.start(lambda raw: on_ui(self._read, raw))

    def _started(self, scanning: Subscription) -> None:
        if self._scanning is not None:
            scanning.stop()
            return
        self._scanning = scanning
        if not self._wanted:  # left while it was starting
            self._halt()

    def _halt(self) -> None:
        if self._scanning is not None:
            self._scanning.stop()
            self._scanning = None

    def _read(self, raw: RawCode) -> None:
        if self._wanted:
            self.code(raw)

    def code(self, raw: RawCode) -> None:
        """A code was read."""

    def typed(self, text: str) -> None:
        """A code was typed."""

    def aim(self) -> None:
        """Read codes with the camera, looking at what it sees. They come to :meth:`code`, as from any scanner."""
        self.app.open("viewfinder", self)

    def ask_code(self) -> None:
        """Open the keyboard for a code that no scanner can read."""
        writing = Writing(
            tr._("Type a code"),
            tr._("Everything that is printed under the code"),
            tr._("Use this code"),
            tr._("Typed codes stay marked as typed. Scan wherever a scanner can read it."),
            self.typed,
        )
        self.app.open("write", writing)
