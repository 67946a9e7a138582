"""Photos and codes from Android's camera, on Java as it is documented; frames are decoded by the very zxing-cpp."""

import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from driver_app.hardware.android.camera import FORMATS, AndroidCamera, CameraDevice, CameraScanner
from driver_app.hardware.desktop.pictures import read_codes
from driver_app.hardware.permissions import Need, Standing
from driver_app.hardware.ports import CodeSource, Picture, RawCode
from shared import problems
from shared.clock import ManualClock
from shared.errors import Problem, Refused
from tests.driver_app.hardware_android.apis import EDGES
from tests.driver_app.hardware_android.fake_java import FakeJava, FakeObject, JavaThrew
from tests.driver_app.scenes import clock_at

SIZES = ((640, 480), (1280, 720), (1920, 1080), (4000, 3000))


def label(text: str) -> bytes:
    """A JPEG of a DataMatrix."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=6)
    out = BytesIO()
    Image.fromarray(made).convert("L").save(out, "JPEG", quality=90)
    return out.getvalue()


class Asked:
    """A person who was asked, or will be, and what they say."""

    def __init__(self, now: Standing = Standing.GRANTED, answer: Standing = Standing.GRANTED) -> None:
        self.now, self.answer = now, answer

    def standing(self, need: Need) -> Standing:
        return self.now

    def ask(self, need: Need, answered: Callable[[Standing], None]) -> None:
        assert need is Need.CAMERA
        answered(self.answer)


class Lens:
    """A handheld's camera. What it sees is whatever JPEG lies before it."""

    def __init__(self, api: int = 33) -> None:
        self.java = FakeJava(api)
        self.before: bytes = label("nothing yet")
        self.running = False
        self.opened = 0
        self.facings = [1, 0]
        self.modes: list[str] = ["auto", "continuous-picture"]
        self.one_shot: Any = None
        self.asked = threading.Semaphore(0)
        self._camera()
        self._pictures()

    def _camera(self) -> None:
        java, camera, parameters = self.java, "android.hardware.Camera", "android.hardware.Camera$Parameters"

        def info(_: str, number: int, into: FakeObject) -> None:
            into.state.update(facing=self.facings[number], orientation=90)

        def sizes(_: FakeObject) -> FakeObject:
            return java.listed(*(java.make("android.hardware.Camera$Size", width=w, height=h) for w, h in SIZES))

        def opened(_: str, number: int) -> FakeObject:
            self.opened += 1
            return java.make(camera, number=number)

        def one_shot(_: FakeObject, callback: Any) -> None:
            self.one_shot = callback
            if callback is not None:
                self.asked.release()

        java.on(f"{camera}.getNumberOfCameras", lambda _: len(self.facings))
        java.on(f"{camera}.getCameraInfo", info)
        java.on(f"{camera}.open", opened)
        java.on(f"{camera}.setOneShotPreviewCallback", one_shot)
        java.on(f"{camera}.autoFocus", lambda self_, callback: callback.call("onAutoFocus", True, self_))
        java.on(f"{camera}.takePicture", lambda self_, _s, _r, taken: taken.call("onPictureTaken", self.before, self_))
        java.on(f"{parameters}.getSupportedPreviewSizes", sizes)
        java.on(f"{parameters}.getSupportedPictureSizes", sizes)
        java.on(f"{parameters}.getSupportedFocusModes", lambda _: java.listed(*self.modes))
        java.on(
            f"{parameters}.getPreviewSize", lambda _: java.make("android.hardware.Camera$Size", width=1280, height=720)
        )

    def _pictures(self) -> None:
        java = self.java
        java.on("android.graphics.YuvImage.compressToJpeg", lambda *_: True)
        java.on("java.io.ByteArrayOutputStream.toByteArray", lambda _: self.before)
        java.on("android.graphics.BitmapFactory.decodeByteArray", self._decoded)
        java.on("zxingcpp.BarcodeReader.read", self._read)
        result = "zxingcpp.BarcodeReader$Result"
        java.on(f"{result}.getBytes", lambda self_: self_.state["bytes"])
        java.on(f"{result}.getSymbologyIdentifier", lambda self_: self_.state["identifier"])
        java.on(f"{result}.getError", lambda self_: self_.state.get("error"))

    def _decoded(self, _: str, jpeg: bytes, offset: int, length: int) -> FakeObject | None:
        assert (offset, length) == (0, len(jpeg))
        return self.java.make("android.graphics.Bitmap", jpeg=jpeg) if jpeg.startswith(b"\xff\xd8") else None

    def _read(self, _: FakeObject, bitmap: FakeObject, _rect: FakeObject, _turn: int) -> FakeObject:
        found = read_codes(bitmap.state["jpeg"])
        result = "zxingcpp.BarcodeReader$Result"
        return self.java.listed(
            *(self.java.make(result, bytes=code.text.encode("latin-1"), identifier=code.symbology) for code in found)
        )

    def frame(self) -> None:
        """A frame, if one was asked for; waits until it was looked at (the next one is asked for then)."""
        assert self.asked.acquire(timeout=5)
        self.one_shot.call("onPreviewFrame", bytes(16), None)
        assert self.asked.acquire(timeout=5)
        self.asked.release()


@pytest.mark.parametrize("api", EDGES)
def test_a_photo_is_focused_upright_and_the_camera_is_given_back(api: int) -> None:
    lens = Lens(api)
    photos: list[bytes] = []
    AndroidCamera(lens.java, CameraDevice(lens.java), Asked()).take(
        photos.append, lambda problem: pytest.fail(problem.text("en"))
    )
    assert photos == [lens.before]
    assert lens.java.called("android.hardware.Camera.open") == [(1,)]
    assert lens.java.called("android.hardware.Camera$Parameters.setRotation") == [(90,)]
    assert lens.java.called("android.hardware.Camera$Parameters.setPictureSize") == [(1920, 1080)]
    assert lens.java.called("android.hardware.Camera$Parameters.setFocusMode") == [("continuous-picture",)]
    assert len(lens.java.called("android.hardware.Camera.release")) == 1


def test_a_camera_that_cannot_focus_takes_photos_all_the_same() -> None:
    lens = Lens()
    lens.modes = ["fixed"]
    photos: list[bytes] = []
    AndroidCamera(lens.java, CameraDevice(lens.java), Asked()).take(photos.append, lambda _: None)
    assert len(photos) == 1
    assert lens.java.called("android.hardware.Camera$Parameters.setFocusMode") == []


def test_the_first_photo_asks_for_the_permission_and_a_no_is_told() -> None:
    lens = Lens()
    photos: list[bytes] = []
    troubles: list[Problem] = []
    device = CameraDevice(lens.java)
    AndroidCamera(lens.java, device, Asked(Standing.UNASKED)).take(photos.append, troubles.append)
    assert (len(photos), troubles) == (1, [])
    AndroidCamera(lens.java, device, Asked(Standing.UNASKED, Standing.BLOCKED)).take(photos.append, troubles.append)
    assert [trouble.number for trouble in troubles] == [problems.PERMISSION_MISSING.number]
    assert lens.opened == 1


@pytest.mark.parametrize("member", ["open", "setPreviewTexture", "autoFocus", "takePicture"])
def test_a_camera_that_fails_answers_once_with_its_problem_and_is_given_back(member: str) -> None:
    lens = Lens()

    def fail(*_: Any) -> None:
        raise JavaThrew("Camera is being used")

    lens.java.on(f"android.hardware.Camera.{member}", fail)
    photos: list[bytes] = []
    troubles: list[Problem] = []
    AndroidCamera(lens.java, CameraDevice(lens.java), Asked()).take(photos.append, troubles.append)
    assert photos == []
    assert [trouble.number for trouble in troubles] == [problems.NO_CAMERA.number]
    assert len(lens.java.called("android.hardware.Camera.release")) == (0 if member == "open" else 1)


def test_a_picture_without_data_is_a_problem() -> None:
    lens = Lens()
    lens.java.on(
        "android.hardware.Camera.takePicture", lambda self, _s, _r, taken: taken.call("onPictureTaken", None, self)
    )
    troubles: list[Problem] = []
    AndroidCamera(lens.java, CameraDevice(lens.java), Asked()).take(lambda _: pytest.fail("no photo"), troubles.append)
    assert [trouble.number for trouble in troubles] == [problems.NO_CAMERA.number]


def test_a_handheld_with_only_a_front_camera_has_none_for_us() -> None:
    lens = Lens()
    lens.facings = [1]
    with pytest.raises(Refused) as refusal:
        CameraDevice(lens.java).acquire()
    assert refusal.value.kind is problems.NO_CAMERA


def scanning(lens: Lens, clock: ManualClock) -> tuple[CameraScanner, list[RawCode]]:
    return CameraScanner(lens.java, CameraDevice(lens.java), clock), []


@pytest.mark.parametrize("api", [26, 35])
def test_codes_are_read_with_their_separators_and_symbology(api: int) -> None:
    lens, clock = Lens(api), clock_at(0)
    scanner, seen = scanning(lens, clock)
    subscription = scanner.start(seen.append)
    lens.before = label("10LOT-7\x1d17271231")
    lens.frame()
    subscription.stop()
    subscription.stop()
    assert [(code.text, code.source) for code in seen] == [("10LOT-7\x1d17271231", CodeSource.CAMERA)]
    assert seen[0].symbology is not None
    assert seen[0].symbology.startswith("]d")
    assert len(lens.java.called("android.hardware.Camera.release")) == 1
    assert lens.one_shot is None


def test_a_label_in_view_is_one_act_and_the_same_later_another() -> None:
    lens, clock = Lens(), clock_at(0)
    scanner, seen = scanning(lens, clock)
    lens.before = label("83857930000879766660")
    with_scan = scanner.start(seen.append)
    for _ in range(4):
        lens.frame()
        clock.advance(0.2)
    clock.advance(2.0)
    lens.frame()
    with_scan.stop()
    assert [code.text for code in seen] == ["83857930000879766660"] * 2


def test_two_listeners_share_the_camera_and_a_photo_does_not_end_a_scan() -> None:
    lens, clock = Lens(), clock_at(0)
    device = CameraDevice(lens.java)
    scanner = CameraScanner(lens.java, device, clock)
    first: list[RawCode] = []
    second: list[RawCode] = []
    one, two = scanner.start(first.append), scanner.start(second.append)
    photos: list[bytes] = []
    AndroidCamera(lens.java, device, Asked()).take(photos.append, lambda problem: pytest.fail(problem.text("en")))
    lens.before = label("83857930000879766660")
    lens.frame()
    one.stop()
    assert lens.java.called("android.hardware.Camera.release") == []
    two.stop()
    assert (len(first), len(second), len(photos), lens.opened) == (1, 1, 1, 1)


def test_the_viewfinder_shows_what_the_camera_sees_while_it_looks() -> None:
    lens = Lens()
    scanner, seen = scanning(lens, clock_at(0))
    pictures: list[Picture] = []
    watching = scanner.watch(pictures.append)
    subscription = scanner.start(seen.append)
    lens.frame()
    watching.stop()
    watching.stop()
    lens.frame()
    subscription.stop()
    assert pictures == [Picture(lens.before, 90)], "the sensor lies across, and whoever shows it is told"


def test_a_frame_that_is_no_picture_and_a_symbol_with_an_error_are_nothing() -> None:
    lens = Lens()
    scanner, seen = scanning(lens, clock_at(0))
    subscription = scanner.start(seen.append)
    lens.before = b"torn"
    lens.frame()
    lens.before = label("x")
    error = lens.java.make("zxingcpp.BarcodeReader$Error")
    result = lens.java.make("zxingcpp.BarcodeReader$Result", bytes=b"6901234567892", identifier="]E0", error=error)
    lens.java.on("zxingcpp.BarcodeReader.read", lambda *_: lens.java.listed(result))
    lens.frame()
    subscription.stop()
    assert seen == []


def test_the_formats_are_those_of_the_desktop() -> None:
    lens = Lens()
    scanner, seen = scanning(lens, clock_at(0))
    scanner.start(seen.append).stop()
    added = [name.arguments[0] for (name,) in lens.java.called("java.util.HashSet.add")]
    assert tuple(added) == FORMATS
    assert lens.java.called("zxingcpp.BarcodeReader$Options.setTryRotate") == [(True,)]
