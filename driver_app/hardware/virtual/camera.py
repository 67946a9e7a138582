"""A camera before which pictures are held: what it photographs and scans is decoded from real pixels."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from PIL import Image

from driver_app.hardware.desktop.pictures import read_codes
from driver_app.hardware.ports import CodeSource, Picture, RawCode, Subscription
from shared import problems
from shared.errors import Problem, Refused

Listener = TypeVar("Listener")


class PictureCamera:
    """:class:`driver_app.hardware.ports.Camera` and, for its frames, :class:`driver_app.hardware.ports.Viewfinder`.

    ``pictures`` are seen one after another, each photo moving on to the next (the last one stays); :meth:`show` holds
    another picture before the lens.
    """

    def __init__(self, pictures: Sequence[Path] = ()) -> None:
        self._coming = [path.read_bytes() for path in pictures]
        self._seen: bytes | None = self._coming.pop(0) if self._coming else None
        self._listeners: list[Callable[[RawCode], None]] = []
        self._watchers: list[Callable[[Picture], None]] = []
        self._lock = Lock()

    def show(self, picture: bytes | Path) -> list[RawCode]:
        """Hold a picture (PNG, JPEG, WebP) before the lens. Whoever is scanning gets the codes in it as one act, in this
        thread; whoever watches, the picture."""
        self._seen = picture.read_bytes() if isinstance(picture, Path) else picture
        with self._lock:
            listeners, watchers = tuple(self._listeners), tuple(self._watchers)
        self._show(watchers)
        return self._scan(listeners)

    def watch(self, on_picture: Callable[[Picture], None]) -> Subscription:
        with self._lock:
            self._watchers.append(on_picture)
        self._show((on_picture,))
        return _Ending(self._watchers, self._lock, on_picture)

    def _show(self, watchers: Sequence[Callable[[Picture], None]]) -> None:
        if self._seen is not None and watchers:
            picture = Picture(as_jpeg(self._seen))
            for on_picture in watchers:
                on_picture(picture)

    def put_away(self) -> None:
        """Take away what is before the lens: whoever scans next sees nothing."""
        self._seen = None

    def _scan(self, listeners: Sequence[Callable[[RawCode], None]]) -> list[RawCode]:
        if self._seen is None or not listeners:
            return []
        codes = read_codes(self._seen, source=CodeSource.CAMERA)
        if codes:
            first, *rest = codes
            act = RawCode(first.text, first.symbology, first.source, tuple(rest))
            for on_code in listeners:
                on_code(act)
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
        return _Ending(self._listeners, self._lock, on_code)


class _Ending(Generic[Listener]):
    def __init__(self, listeners: list[Listener], lock: Lock, listener: Listener) -> None:
        self._listeners, self._lock, self._listener = listeners, lock, listener

    def stop(self) -> None:
        with self._lock:
            if self._listener in self._listeners:
                self._listeners.remove(self._listener)


def as_jpeg(picture: bytes) -> bytes:
    """A picture as JPEG; one that is JPEG already, byte for byte."""
    with Image.open(BytesIO(picture)) as image:
        if image.format == "JPEG":
            return picture
        out = BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=90)
        return out.getvalue()
