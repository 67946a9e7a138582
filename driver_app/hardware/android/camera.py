"""The camera: photos, and codes in what it sees, by zxing-cpp's own Android library.

``android.hardware.Camera`` is used although it is deprecated: its callbacks are interfaces, which Python can implement; those
of ``camera2`` are classes. It is there on every Android from 8 to 15. Frames are asked for one at a time, so that a slow
handheld looks at fewer of them instead of falling behind.

Sources: developer.android.com ``android.hardware.Camera``, ``SurfaceTexture`` (detached since API 26), ``YuvImage``;
zxing-cpp 2.3.0, ``wrappers/android`` (``zxingcpp.BarcodeReader``).
"""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from driver_app.hardware.android.java import Java, Method, octets
from driver_app.hardware.permissions import LABELS, Need, Standing
from driver_app.hardware.ports import CodeSource, Permissions, Picture, RawCode, Subscription
from driver_app.hardware.sight import Sight
from shared import problems
from shared.clock import Clock
from shared.codes.parse import LENGTH_MAX
from shared.errors import Problem, Refused

FORMATS = (
    "DATA_MATRIX",
    "QR_CODE",
    "CODE_128",
    "EAN_13",
    "EAN_8",
    "UPC_A",
    "ITF",
    "DATA_BAR",
    "DATA_BAR_EXPANDED",
)
"""The same as on the desktop (:data:`driver_app.hardware.desktop.pictures.FORMATS`)."""
NV21 = 17
"""``ImageFormat.NV21``: the one preview format that every camera has."""
BACK = 0
"""``CameraInfo.CAMERA_FACING_BACK``."""
FRAME = 1280 * 720
"""Pixels of a frame to look for codes in: a DataMatrix of 10 mm at arm's length has about 4 pixels a module in it."""
PHOTO = 1920 * 1440
"""Pixels of a photo: a lot number on a torn box is legible, and 320 photos a shift stay under 200 MB."""
FOCUS = ("continuous-picture", "auto")
QUALITY = 90


class CameraDevice:
    """The one camera, opened while anybody needs it. Frames come one by one, when asked for."""

    def __init__(self, java: Java) -> None:
        self._java = java
        self._users = 0
        self._camera: Any = None
        self.turn = 0
        """Degrees by which its preview is to be turned clockwise: how the sensor is built in."""
        self._texture: Any = None
        self._lock = Lock()

    def acquire(self) -> Any:
        """The camera, running.

        Raises:
            Refused: NO_CAMERA where there is none, another app has it, or it is not permitted.
        """
        with self._lock:
            if self._camera is None:
                try:
                    self._camera = self._opened()
                except self._java.thrown as error:
                    raise Refused(problems.NO_CAMERA, value=str(error)) from error
            self._users += 1
            return self._camera

    def release(self) -> None:
        """One user less; the last one closes it."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                camera, self._camera, self._texture = self._camera, None, None
                camera.stopPreview()
                camera.release()

    def _opened(self) -> Any:
        cameras = self._java.type("android.hardware.Camera")
        number, turn = self._back(cameras)
        self.turn = turn
        camera = cameras.open(number)
        try:
            parameters = camera.getParameters()
            width, height = _closest(parameters.getSupportedPreviewSizes(), FRAME, self._java)
            parameters.setPreviewSize(width, height)
            width, height = _closest(parameters.getSupportedPictureSizes(), PHOTO, self._java)
            parameters.setPictureSize(width, height)
            parameters.setRotation(turn)
            modes = _texts(parameters.getSupportedFocusModes(), self._java)
            mode = next((mode for mode in FOCUS if mode in modes), None)
            if mode is not None:
                parameters.setFocusMode(mode)
            camera.setParameters(parameters)
            # not attached to any OpenGL context: frames flow, and Kivy's is left alone
            self._texture = self._java.type("android.graphics.SurfaceTexture")(False)
            camera.setPreviewTexture(self._texture)
            camera.startPreview()
        except BaseException:  # whatever it was: no other app could open a camera that is left held
            camera.release()
            raise
        return camera

    def _back(self, cameras: Any) -> tuple[int, int]:
        """The number of the camera on the back, and by how many degrees its pictures are to be turned."""
        info = self._java.type("android.hardware.Camera$CameraInfo")()
        for number in range(cameras.getNumberOfCameras()):
            cameras.getCameraInfo(number, info)
            if info.facing == BACK:
                return number, int(info.orientation)
        raise Refused(problems.NO_CAMERA, value="back")


class AndroidCamera:
    """:class:`driver_app.hardware.ports.Camera`: focus, then one picture, upright. The permission is asked for with the first
    photo: nothing explains it better than the button that was just pressed."""

    def __init__(self, java: Java, device: CameraDevice, permissions: Permissions) -> None:
        self._java, self._device, self._permissions = java, device, permissions
        self._proxies: list[Any] = []

    def take(self, on_photo: Callable[[bytes], None], on_problem: Callable[[Problem], None]) -> None:
        def answered(standing: Standing) -> None:
            if standing is Standing.GRANTED:
                self._take(on_photo, on_problem)
            else:
                on_problem(Refused(problems.PERMISSION_MISSING, value=LABELS[Need.CAMERA]).problem)

        if self._permissions.standing(Need.CAMERA) is Standing.GRANTED:
            self._take(on_photo, on_problem)
        else:
            self._permissions.ask(Need.CAMERA, answered)

    def _take(self, on_photo: Callable[[bytes], None], on_problem: Callable[[Problem], None]) -> None:
        try:
            camera = self._device.acquire()
        except Refused as refusal:
            on_problem(refusal.problem)
            return

        def taken(data: Any, _camera: Any) -> None:
            photo = octets(data)
            camera.startPreview()  # taking a picture stops it, and a scanner may be looking
            self._finish()
            if photo is None:
                on_problem(Refused(problems.NO_CAMERA, value="JPEG").problem)
            else:
                on_photo(photo)

        def focused(
            _success: bool, _camera: Any
        ) -> None:  # blurred is better than none: the driver sees it and repeats
            try:
                camera.takePicture(None, None, picture)
            except self._java.thrown as error:
                self._finish()
                on_problem(Refused(problems.NO_CAMERA, value=str(error)).problem)

        picture = self._keep(
            "android.hardware.Camera$PictureCallback", "onPictureTaken", "([BLandroid/hardware/Camera;)V", taken
        )
        focus = self._keep(
            "android.hardware.Camera$AutoFocusCallback", "onAutoFocus", "(ZLandroid/hardware/Camera;)V", focused
        )
        try:
            camera.autoFocus(focus)
        except self._java.thrown as error:
            self._finish()
            on_problem(Refused(problems.NO_CAMERA, value=str(error)).problem)

    def _keep(self, interface: str, name: str, signature: str, act: Callable[..., None]) -> Any:
        proxy = self._java.proxy(interface, [Method(name, signature, act)])
        self._proxies.append(proxy)  # Java holds it by a bare pointer
        return proxy

    def _finish(self) -> None:
        self._device.release()
        del self._proxies[:-8]  # those of the call that is ending are still on the stack


class CameraScanner:
    """:class:`driver_app.hardware.ports.Scanner` and :class:`driver_app.hardware.ports.Viewfinder` on the camera.

    What lies in one picture is delivered together: the code that tells most first, the others ``beside`` it. A code that
    stays in view is one act.
    """

    def __init__(self, java: Java, device: CameraDevice, clock: Clock) -> None:
        self._java, self._device = java, device
        self._sight = Sight(clock)
        self._listeners: list[Callable[[RawCode], None]] = []
        self._watchers: list[Callable[[Picture], None]] = []
        self._lock = Lock()
        self._frames: SimpleQueue[Any] = SimpleQueue()
        self._camera: Any = None
        self._callback: Any = None
        self._reader: Any = None
        self._worker: Thread | None = None

    def start(self, on_code: Callable[[RawCode], None]) -> Subscription:
        with self._lock:
            if not self._listeners:
                self._begin()
            self._listeners.append(on_code)
        return _Listening(lambda: self._remove(on_code))

    def watch(self, on_picture: Callable[[Picture], None]) -> Subscription:
        with self._lock:
            self._watchers.append(on_picture)
        return _Listening(lambda: self._unwatch(on_picture))

    def _begin(self) -> None:
        self._camera = self._device.acquire()
        self._reader = self._reader or _reader(self._java)
        self._callback = self._java.proxy(
            "android.hardware.Camera$PreviewCallback",
            [Method("onPreviewFrame", "([BLandroid/hardware/Camera;)V", lambda data, _camera: self._frames.put(data))],
        )
        self._worker = Thread(target=self._look, args=(self._camera,), name="codes", daemon=True)
        self._worker.start()
        self._camera.setOneShotPreviewCallback(self._callback)

    def _remove(self, on_code: Callable[[RawCode], None]) -> None:
        with self._lock:
            if on_code not in self._listeners:
                return
            self._listeners.remove(on_code)
            if self._listeners:
                return
            worker, self._worker = self._worker, None
            self._camera.setOneShotPreviewCallback(None)
            self._frames.put(None)
        if worker is not None:
            worker.join()
        self._device.release()

    def _unwatch(self, on_picture: Callable[[Picture], None]) -> None:
        with self._lock:
            if on_picture in self._watchers:
                self._watchers.remove(on_picture)

    # looking, in a thread of its own

    def _look(self, camera: Any) -> None:
        size = camera.getParameters().getPreviewSize()
        width, height = int(size.width), int(size.height)
        while True:
            frame = self._frames.get()
            if frame is None:
                return
            jpeg = self._jpeg(frame, width, height)
            self._show(jpeg)
            self._deliver(self._codes(jpeg))
            with self._lock:
                if self._worker is not None:
                    camera.setOneShotPreviewCallback(self._callback)

    def _jpeg(self, frame: Any, width: int, height: int) -> Any:
        image = self._java.type("android.graphics.YuvImage")(frame, NV21, width, height, None)
        whole = self._java.type("android.graphics.Rect")(0, 0, width, height)
        out = self._java.type("java.io.ByteArrayOutputStream")()
        image.compressToJpeg(whole, QUALITY, out)
        return out.toByteArray()

    def _show(self, jpeg: Any) -> None:
        with self._lock:
            watchers = tuple(self._watchers)
        if watchers:
            picture = Picture(octets(jpeg) or b"", self._device.turn)
            for on_picture in watchers:
                on_picture(picture)

    def _codes(self, jpeg: Any) -> list[RawCode]:
        bitmap = self._java.type("android.graphics.BitmapFactory").decodeByteArray(jpeg, 0, len(jpeg))
        if bitmap is None:
            return []
        found = self._reader.read(bitmap, self._java.type("android.graphics.Rect")(), 0)
        results = self._java.cast("java.util.List", found)
        codes = []
        for place in range(results.size()):
            result = self._java.cast("zxingcpp.BarcodeReader$Result", results.get(place))
            raw = octets(result.getBytes())
            if raw and result.getError() is None and len(raw) <= LENGTH_MAX:
                identifier = result.getSymbologyIdentifier()
                codes.append(RawCode(raw.decode("iso-8859-1"), identifier or None, CodeSource.CAMERA))
        bitmap.recycle()
        return codes

    def _deliver(self, codes: list[RawCode]) -> None:
        code = self._sight.see(codes)
        if code is None:
            return
        with self._lock:
            listeners = tuple(self._listeners)
        for on_code in listeners:
            on_code(code)


class _Listening:
    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop

    def stop(self) -> None:
        self._stop()


def _reader(java: Java) -> Any:
    """zxing-cpp, set up as on the desktop: every turn, inverted labels too, text as it stands."""
    formats = java.type("java.util.HashSet")()
    known = java.type("zxingcpp.BarcodeReader$Format")
    for name in FORMATS:
        formats.add(getattr(known, name))
    options = java.type("zxingcpp.BarcodeReader$Options")()
    options.setFormats(formats)
    options.setTryHarder(True)
    options.setTryRotate(True)
    options.setTryInvert(True)
    options.setTryDownscale(True)
    options.setTextMode(java.type("zxingcpp.BarcodeReader$TextMode").PLAIN)
    return java.type("zxingcpp.BarcodeReader")(options)


def _closest(sizes: Any, pixels: int, java: Java) -> tuple[int, int]:
    """Of the sizes a camera has, the one whose number of pixels is closest to ``pixels``."""
    listed = java.cast("java.util.List", sizes)
    found = [java.cast("android.hardware.Camera$Size", listed.get(place)) for place in range(listed.size())]
    pairs = [(int(size.width), int(size.height)) for size in found]
    return min(pairs, key=lambda pair: abs(pair[0] * pair[1] - pixels))


def _texts(listed: Any, java: Java) -> list[str]:
    if listed is None:
        return []
    found = java.cast("java.util.List", listed)
    return [str(found.get(place)) for place in range(found.size())]
