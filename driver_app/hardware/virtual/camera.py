"""A camera before which pictures are held: what it photographs and scans is decoded from real pixels."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from threading import Lock

from PIL import Image

from driver_app.hardware.desktop.pictures import read_codes
from driver_app.hardware.ports import CodeSource, RawCode, Subscription
from shared import problems
from shared.errors import Problem, Refused


class PictureCamera:
    """:class:`driver_app.hardware.ports.Camera` and, for its frames, :class:`driver_app.hardware.ports.Scanner`.

    ``pictures`` are seen one after another, each photo moving on to the next (the last one stays); :meth:`show` holds
    another picture before the lens.
    """

    def __init__(self, pictures: Sequence[Path] = ()) -> None:
        self._coming = [path.read_bytes() for path in pictures]
        self._seen: bytes | None = self._coming.pop(0) if self._coming else None
        self._listeners: list[Callable[[RawCode], None]] = []
        self._lock = Lock()

    def show(self, picture: bytes | Path) -> list[RawCode]:
        """Hold a picture (PNG, JPEG, WebP) before the lens. Whoever is scanning gets the codes in it, in this thread."""
        self._seen = picture.read_bytes() if isinstance(picture, Path) else picture
        with self._lock:
            listeners = tuple(self._listeners)
        return self._scan(listeners)

    def put_away(self) -> None:
        """Take away what is before the lens: whoever scans next sees nothing."""
        self._seen = None

    def _scan(self, listeners: Sequence[Callable[[RawCode], None]]) -> list[RawCode]:
        if self._seen is None or not listeners:
            return []
        codes = read_codes(self._seen, source=CodeSource.CAMERA)
        for code in codes:
            for on_code in listeners:
                on_code(code)
        return codes

    def take(self, on_photo: Callable[[bytes], None], on_problem: Callable[[Problem], None]) -> None:
        if self._seen is None:
            on_problem(Refused(problems.NO_CAMERA, value="no picture").problem)
            return
        photo = as_jpeg(self._seen)
        if self._coming:
            self._seen = self._coming.pop(0)
        on_photo(photo)

    def start(self, on_code: Callable[[RawCode], None]) -> Subscription:
        with self._lock:
            self._listeners.append(on_code)
        self._scan((on_code,))
        return _Scanning(self._listeners, self._lock, on_code)


class _Scanning:
    def __init__(
        self, listeners: list[Callable[[RawCode], None]], lock: Lock, on_code: Callable[[RawCode], None]
    ) -> None:
        self._listeners = listeners
        self._lock = lock
        self._on_code = on_code

    def stop(self) -> None:
        with self._lock:
            if self._on_code in self._listeners:
                self._listeners.remove(self._on_code)


def as_jpeg(picture: bytes) -> bytes:
    """A picture as JPEG; one that is JPEG already, byte for byte."""
    with Image.open(BytesIO(picture)) as image:
        if image.format == "JPEG":
            return picture
        out = BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=90)
        return out.getvalue()
