"""Taking photos on a screen: the camera port answers when it likes; thumbnails are made off the UI thread."""

from typing import ClassVar

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty

from driver_app.screens.errands import on_ui
from driver_app.widgets.photos import THUMB, thumbnail
from shared.errors import Problem


class Photographs:
    """Mixed into a screen that takes photos of the open stop."""

    pictures = ListProperty()
    taking = BooleanProperty(False)
    taken = ListProperty()
    """Hashes of what was taken since the screen was opened, for events that name their photos."""
    _of_line: str | None = None
    _thumbs: ClassVar[dict[str, bytes]] = {}
    """Thumbnails (PNG) of the open stop by the photo's hash: of this process only; the photos themselves are in the
    journal."""
    _stop: ClassVar[str | None] = None
    """The stop they are of."""

    def look_at_photos(self, line_id: str | None = None) -> None:
        """Show what was taken here so far."""
        self._of_line = line_id
        duty = self.services.duty
        stop_id = duty.journey.open_stop
        if stop_id != Photographs._stop:
            Photographs._stop = stop_id
            self._thumbs.clear()
        photos = duty.journey.stop(stop_id).photos
        mine = [photo.sha256 for photo in photos if line_id is None or photo.line_id == line_id]
        self.pictures = [self._thumbs[sha] for sha in mine if sha in self._thumbs]

    def take_photo(self) -> None:
        """Take one more."""
        self.taking = True
        self.app.hardware.camera.take(
            lambda data: on_ui(self._taken, data), lambda problem: on_ui(self._no_photo, problem)
        )

    def _taken(self, data: bytes) -> None:
        line_id = self._of_line

        def keep() -> tuple[str, bytes]:
            small = thumbnail(data, round(dp(THUMB)))
            return self.services.stop.photo(data, line_id=line_id), small

        self.app.errands.run(keep, self._kept, self._no_photo)

    def _kept(self, kept: tuple[str, bytes]) -> None:
        self.taking = False
        sha, small = kept
        self._thumbs[sha] = small
        self.taken = [*self.taken, sha]
        self.pictures = [*self.pictures, small]

    def _no_photo(self, problem: Problem) -> None:
        self.taking = False
        self.app.tell(problem)
