"""The viewfinder: what the camera sees while it looks for codes, and the verdict on each, over the screen that asked.

``about`` is that screen. For a handheld without a scan engine, and for a day on which the engine is broken.
"""

from io import BytesIO

from kivy.core.image import Image as CoreImage
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import AliasProperty, BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from driver_app.hardware.permissions import LABELS, WITHOUT, Need, Standing
from driver_app.hardware.ports import Picture, RawCode, Subscription
from driver_app.screens.base import AppScreen
from driver_app.screens.errands import on_ui
from driver_app.screens.goods import GoodsScan
from driver_app.screens.scanner import Scans
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from shared import problems
from shared.errors import Problem, Refused

_WORDS = ("tone", "icon", "heading", "detail", "advice", "missing", "complete")
"""What is shown here as the screen below says it."""


FRAME = 220
"""dp of the frame's side at most."""


class Finder(Widget):
    """A picture that fills the widget, upright, as large as it must be; and a frame to aim with."""

    texture = ObjectProperty(None, allownone=True)
    turn = NumericProperty(0)
    """Degrees clockwise by which the picture is turned."""

    aim = AliasProperty(lambda self: min(dp(FRAME), 0.7 * min(self.size)), bind=("size",))
    """px of the frame's side."""

    def extent(self, texture: Texture | None, width: float, height: float, turn: float) -> tuple[float, float]:
        """Width and height (px) at which an unturned ``texture`` covers the widget once it is turned."""
        if texture is None:
            return 0.0, 0.0
        across, along = (texture.height, texture.width) if turn % 180 else (texture.width, texture.height)
        scale = max(width / across, height / along)
        return texture.width * scale, texture.height * scale


class ViewfinderScreen(AppScreen):
    """Hold a code into the frame; what it is worth is said below."""

    lead = "back"
    tone = StringProperty("muted")
    icon = StringProperty("scan")
    heading = StringProperty("")
    detail = StringProperty("")
    advice = StringProperty("")
    missing = NumericProperty(0)
    complete = BooleanProperty(False)
    counts = BooleanProperty(False)
    """Whether the screen below counts packs."""
    trouble = StringProperty("")
    """Why the camera shows nothing."""
    blocked = BooleanProperty(False)
    """Whether the way out leads through the settings."""

    def __init__(self, app, **kwargs):
        self._running: list[Subscription] = []
        self._wanted = False
        self._newest: Picture | None = None
        self._problem: Problem | None = None
        super().__init__(app, **kwargs)

    # being shown

    def opened(self) -> None:
        self._wanted, self._problem = True, None
        self.trouble, self.blocked = "", False
        self.ids.finder.texture = None
        host: Scans = self.about
        self.counts = isinstance(host, GoodsScan)
        if self.counts:
            for name in _WORDS:
                host.fbind(name, self._follow)
        self._keep_on(True)
        asking = self.app.asking
        if asking is None:
            self.asked(Standing.GRANTED)
        else:
            asking.first(Need.CAMERA, self.asked)

    def closed(self) -> None:
        self._wanted = False
        for name in _WORDS if self.counts else ():
            self.about.funbind(name, self._follow)
        while self._running:
            self._running.pop().stop()
        self._keep_on(False)

    def _keep_on(self, on: bool) -> None:
        """A lens that is aimed is in use, though nobody touches the glass."""
        if self.app.hardware.screen is not None:
            self.app.hardware.screen.keep_on(on)

    def refresh(self) -> None:
        self.title = tr._("Camera")
        self.subtitle = self.about.title
        if self.counts:
            self.about.refresh()
            self._follow()
        self._say()

    def _follow(self, *_args) -> None:
        for name in _WORDS:
            setattr(self, name, getattr(self.about, name))

    # the camera

    def asked(self, standing: Standing) -> None:
        """How the permission stands, now that it was asked for."""
        if not self._wanted:
            return
        if standing is Standing.GRANTED:
            self.app.errands.run(self._start, self._started, self._failed)
            return
        self.blocked = standing is Standing.BLOCKED
        self._failed(Refused(problems.PERMISSION_MISSING, value=LABELS[Need.CAMERA]).problem)

    def _start(self) -> list[Subscription]:
        finder = self.app.hardware.viewfinder
        if finder is None:
            raise Refused(problems.NO_CAMERA, value="viewfinder")
        looking = finder.start(lambda raw: on_ui(self._read, raw))
        return [finder.watch(self._seen), looking]

    def _started(self, running: list[Subscription]) -> None:
        if self._wanted:
            self._running += running
            return
        for one in running:  # left while it was starting
            one.stop()

    def _failed(self, problem: Problem) -> None:
        self._problem = problem
        self.ids.finder.texture = None
        self._say()

    def _say(self) -> None:
        problem = self._problem
        if problem is None:
            self.trouble = ""
        elif problem.number == problems.PERMISSION_MISSING.number:
            self.trouble = tr.problem(problem) + "\n" + tr.name(WITHOUT[Need.CAMERA])
        else:
            self.trouble = tr.problem(problem)

    def _seen(self, picture: Picture) -> None:
        """On the camera's thread: only the newest picture is worth showing."""
        waiting = self._newest is not None
        self._newest = picture
        if not waiting:
            on_ui(self._show)

    def _show(self) -> None:
        picture, self._newest = self._newest, None
        if picture is not None and self._wanted:
            self.ids.finder.turn = picture.turn
            self.ids.finder.texture = CoreImage(BytesIO(picture.jpeg), ext="jpg", nocache=True).texture

    def _read(self, raw: RawCode) -> None:
        if self._wanted:
            self.about.code(raw)
            if not self.counts:  # one code was wanted, and the screen below says what it was
                self.app.close()

    # ways out

    def open_settings(self) -> None:
        """To this app's page in the device's settings, where the permission can be given."""
        self.app.leave(lambda outside: outside.open_settings())

    def type(self) -> None:
        """Back, and to the keyboard: the last resort."""
        host = self.about
        self.app.close()
        host.ask_code()

    def finish(self) -> None:
        """Back to the list."""
        self.app.close()


load_rules(__file__)
