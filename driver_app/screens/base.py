"""What all screens have in common: a title, a way back, refreshing, and listening only while they are shown."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from kivy.properties import ObjectProperty, OptionProperty, StringProperty
from kivy.uix.screenmanager import Screen
from kivy.uix.widget import Widget

from driver_app.screens.errands import on_ui
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from shared.errors import Problem, Refused
from shared.work import Name

if TYPE_CHECKING:
    from driver_app.app import HandoverApp
    from driver_app.services.bootstrap import Services

T = TypeVar("T")


class AppScreen(Screen):
    """A screen of the app.

    A subclass writes :meth:`refresh`, which reads the services and sets its properties; its kv file shows them. ``about``
    says what an overlay is about, such as a line's id.
    """

    title = StringProperty("")
    subtitle = StringProperty("")
    lead = OptionProperty("menu", options=("menu", "back", "none"))
    about = ObjectProperty("", allownone=True)
    previous: StepKind | None = None
    """The step that the back key leads to, where the services allow it."""

    def __init__(self, app: "HandoverApp", **kwargs: Any) -> None:
        self.app = app
        self._watching: list[Callable[[], None]] = []
        self._said: dict[str, object] = {}
        super().__init__(**kwargs)

    @property
    def services(self) -> "Services":
        return self.app.services

    # being shown

    def on_pre_enter(self, *_args) -> None:
        self.opened()
        self.refresh()

    def on_pre_leave(self, *_args) -> None:
        while self._watching:
            self._watching.pop()()
        self.closed()

    def opened(self) -> None:
        """About to be shown: start what runs only while the screen is."""

    def closed(self) -> None:
        """About to go."""

    def refresh(self) -> None:
        """Read the services again and show what they say. Called when shown, and whenever something may have changed."""

    def fill(self, box: str, said: object, build: Callable[[], Iterable[Widget]]) -> None:
        """Put widgets into the box of that id, unless what they say (compared by equality) is what it says already.

        A screen is refreshed whenever anything is recorded. A button that is built anew swallows the tap that is under way,
        and a card that is built anew forgets what was counted on it.
        """
        saying = (tr.language, said)
        if self._said.get(box) == saying:
            return
        self._said[box] = saying
        self.ids[box].clear_widgets()
        for widget in build():
            self.ids[box].add_widget(widget)

    def watch(self, subscribe: Callable[[Callable[..., None]], Callable[[], None]], told: Callable[..., None]) -> None:
        """Listen to a service while this screen is shown; ``told`` is called on the UI thread."""
        self._watching.append(subscribe(lambda *args: on_ui(self._told, told, args)))

    def _told(self, told: Callable[..., None], args: tuple) -> None:
        if not self._watching:
            return
        try:
            told(*args)
        except Refused:
            # the step this screen shows is over, and the news of it comes in the same breath: show where we are
            self.app.follow()

    # doing

    def attempt(self, act: Callable[..., T], *args: Any, **kwargs: Any) -> T | Problem:
        """Do something that may be refused; a refusal is shown, and returned."""
        try:
            result = act(*args, **kwargs)
        except Refused as refused:
            self.app.tell(refused.problem)
            return refused.problem
        self.app.tell(None)
        return result

    def go_back(self) -> bool:
        """The back key: to the step before, if it may be gone back to. Whether anything happened."""
        if self.previous is None or self.previous not in self.services.steps.allowed():
            return False
        self.attempt(self.services.steps.go, self.previous)
        return True

    # words

    @staticmethod
    def name_of(name: Name) -> str:
        """A bilingual name in the language of the screen."""
        return tr.name(name)


def clock_time(at, zone: str) -> str:
    """An instant as hours and minutes of a zone."""
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
