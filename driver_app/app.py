"""The app: owns the window, and shows the screen of the current step over the parts it was given.

What is shown follows from ``services.steps.current()`` and nothing
else, so an app that was killed opens where it was.
"""

import gc
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.modalview import ModalView
from kivy.uix.screenmanager import NoTransition, SlideTransition

from driver_app import memory
from driver_app.feeds import Feeds
from driver_app.hardware.ports import Outside, Signal
from driver_app.i18n import marked
from driver_app.parts import Parts
from driver_app.screens import registry
from driver_app.screens.base import AppScreen
from driver_app.screens.errands import Errands, on_ui
from driver_app.screens.shell import Shell
from driver_app.services.step import Step, StepKind
from driver_app.version import VERSION
from driver_app.widgets.banner import Notice
from driver_app.widgets.language import tr
from driver_app.widgets.sheet import Choice, Sheet
from driver_app.widgets.surface import Page
from driver_app.widgets.theme import register_fonts, theme
from shared import problems
from shared.errors import LANGUAGES, Problem, Refused
from shared.geo import Position
from shared.navigation import Navigator

if TYPE_CHECKING:
    from driver_app.screens.asking import Asking

BACK = 27
"""The key code of Android's back key, and of Escape."""
LAYOUT_ROUNDS = 30
"""Rounds of layout in one frame. Text that wraps settles after as many rounds as boxes are nested; Kivy's 10 is too few."""
LARGE = 1.25
"""How much larger large text is."""
TOO_WARM = marked("Close the door, check the cooling, call dispatch.")
TOO_COLD = marked("Check the cooling and the ice packs, call dispatch.")
"""What to do about a box out of its range."""
SOUND_EVERY = 10.0
"""s between two sounds of an alarm that nobody has acknowledged."""
NAMED = 3
"""Products of a box that an alarm names; the rest is on the manifest."""
SCREENS_KEPT = 9
"""Screens that stay made when others are shown: those of a stop, the road between two, and what is looked at on the way. On
the road all but those of a stop are given back; they are made again when they are needed."""
QUIET = (StepKind.DRIVE, StepKind.RETURN, StepKind.END)
"""Steps in which nobody waits for a frame."""
CALM = 1.0
"""s into such a step until what the last stop left in memory is given back."""
SOON = 0.1
"""s from an event to that look: several events are one look, and the frame that shows what they led to goes first."""
LOOK_EVERY = 20.0
"""s between two looks at whether the feeds still run and the session still holds."""


class HandoverApp(App):
    """Drivers and receivers hold this."""

    title = "Handover 交接"
    version = VERSION

    def __init__(self, parts: Parts, *, motion: bool = True, sync: bool = True) -> None:
        super().__init__()
        self.services, self.hardware, self.coldbox = parts.services, parts.hardware, parts.coldbox
        self.errands = Errands(self.tell)
        self.asking: Asking | None = None
        """Who asks for permissions, on a device that has any to give."""
        self._data = parts.data
        self._motion, self._syncing = motion, sync
        self._ending = threading.Event()
        self._step: Step | None = None
        self._overlays: list[str] = []
        self._screens: dict[str, AppScreen] = {}
        self._feeds = Feeds(self.services, self.hardware, self.coldbox, lambda problem: on_ui(self.tell, problem))
        self._unsubscribe: list[Callable[[], None]] = []

    # life

    def build(self) -> Shell:
        register_fonts(self._data / "fonts")
        theme.use(self.services.session.theme)
        tr.use(self.services.session.language)
        theme.motion = 0.14 if self._motion else 0.0
        if self.hardware.wedge is not None:
            self.hardware.wedge.use(self.services.reader.separator)
        self.shell = Shell()
        self.shell.bar.bind(on_lead=lambda _bar: self.lead(), on_sync=lambda _bar: self.open("settings"))
        self.shell.alarm.bind(on_seen=lambda _alarm: self._alarm_seen())
        self.follow()
        return self.shell

    def on_start(self) -> None:
        Clock.max_iteration = LAYOUT_ROUNDS
        Window.softinput_mode = "below_target"
        Window.bind(on_keyboard=self._key)
        self.listen()
        Clock.schedule_once(self._settle, 2)
        Window.bind(on_flip=self._drawn)

    def _drawn(self, _window) -> None:
        """The first frame is on the glass. What goes on beside the screen begins only now: its threads read the network's
        and the radio's modules, and the first frame would have to share the processor with them."""
        Window.unbind(on_flip=self._drawn)
        self._look()
        Clock.schedule_interval(lambda _dt: self._look(), LOOK_EVERY)
        Clock.schedule_interval(lambda _dt: self._sound(), SOUND_EVERY)
        if self._syncing:
            threading.Thread(target=self.services.sync.run, args=(self._ending,), name="sync", daemon=True).start()

    def listen(self) -> None:
        """Follow what the services say."""
        follow = Clock.create_trigger(lambda _dt: self.follow(), 0)
        show = Clock.create_trigger(lambda _dt: self._show_sync(), 0.1)
        self._alarms = Clock.create_trigger(lambda _dt: self._show_alarm(), 0)
        self._look_soon = Clock.create_trigger(lambda _dt: self._look(), SOON)
        self._unsubscribe = [
            self.services.steps.subscribe(lambda _step: follow()),
            self.services.state.subscribe(lambda _status: show()),
            self.services.recorder.subscribe(lambda _recorded: self._recorded()),
            self.services.duty.subscribe(follow),
            self.services.duty.subscribe(lambda: on_ui(self._news)),
            self.services.troubles.subscribe(lambda problem: on_ui(self.tell, problem)),
        ]
        self._show_sync()
        self._show_alarm()

    @staticmethod
    def _settle(_dt: float) -> None:
        """What was loaded stays: going through it again and again would make the verdict on a screen wait. (Once through it
        now would be a frame of a tenth of a second; that is left to the road.)"""
        gc.freeze()

    def _rest(self, _dt: float) -> None:
        """Give back what the last stop left in memory, and the screens that the next one does not need."""
        if self._step.kind in QUIET:
            self._keep(registry.ROUND if self._step.kind is StepKind.DRIVE else ())
            gc.unfreeze()  # the screens of the morning were frozen with everything else
            gc.collect()
            gc.freeze()
            memory.give_back()

    def on_stop(self) -> None:
        self._ending.set()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._feeds.close()
        self.coldbox.close()
        self.errands.close()
        self.hardware.close()

    def on_pause(self) -> bool:
        return True

    def on_resume(self) -> None:
        self.services.sync.nudge()
        self.follow()

    def _look(self) -> None:
        self.services.steps.look()
        self.errands.run(self._feeds.look)
        self.errands.run(self.services.storage.tidy)

    def _recorded(self) -> None:
        self._look_soon()
        self._alarms()

    # what is shown

    def follow(self) -> None:
        """Show the screen of the current step; an overlay stays above it as long as the step does not change."""
        step = self.services.steps.current()
        changed = step != self._step
        self._step = step
        if changed:
            self._overlays.clear()
            if step.kind in QUIET:
                Clock.schedule_once(self._rest, CALM)
        self._show(self._overlays[-1] if self._overlays else registry.STEP_SCREENS[step.kind])

    @property
    def step(self) -> Step:
        """The step whose screen is shown, or lies under an overlay."""
        return self._step

    @property
    def screen(self) -> AppScreen:
        """The screen that is shown."""
        return self.shell.manager.current_screen

    def open(self, name: str, about: object = "") -> None:
        """Lay a screen over the current one."""
        self._screen(name).about = about
        if name not in self._overlays:
            self._overlays.append(name)
        self._show(name)

    def close(self) -> None:
        """Take the topmost overlay away."""
        if self._overlays:
            self._overlays.pop()
        self._show(self._overlays[-1] if self._overlays else registry.STEP_SCREENS[self._step.kind], back=True)

    def _screen(self, name: str) -> AppScreen:
        if name not in self._screens:
            self._screens[name] = registry.build(name, self)
        return self._screens[name]

    def _show(self, name: str, *, back: bool = False) -> None:
        screen, manager = self._screen(name), self.shell.manager
        if manager.current_screen is screen:
            screen.refresh()
        else:
            if not theme.motion or manager.current_screen is None:
                transition = NoTransition()
            else:
                transition = SlideTransition(direction="right" if back else "left", duration=theme.motion)
            self.tell(None)
            Window.release_all_keyboards()  # a keyboard goes with the field that was typed into
            manager.switch_to(screen, transition=transition)
            self.shell.changed()
            self._screens[name] = self._screens.pop(name)  # the newest stand at the end
            self._keep(list(self._screens)[-SCREENS_KEPT:])
        screen.bind(title=self._head, subtitle=self._head, lead=self._head)
        self._head()

    def _keep(self, names: Collection[str]) -> None:
        """Of the screens, keep these, what is shown, and what lies under an overlay."""
        under = {*names, *self._overlays, registry.STEP_SCREENS[self._step.kind]}
        for name in [name for name in self._screens if name not in under]:
            if self._screens[name].parent is None:  # the one that is just sliding away goes next time
                del self._screens[name]

    def _head(self, *_args) -> None:
        screen, bar = self.screen, self.shell.bar
        bar.title, bar.subtitle = screen.title, screen.subtitle
        bar.lead = "back" if self._overlays else screen.lead
        bar.counts = self.services.enrolment.identity is not None

    # telling

    def tell(self, problem: Problem | None) -> None:
        """Show a problem in the banner, or take it away."""
        self.shell.banner.problem = problem
        if problem is not None:
            self.hardware.feedback.give(Signal.WRONG)

    def _show_sync(self) -> None:
        status, chip = self.services.state.status(), self.shell.bar.chip
        chip.phone, chip.received, chip.sealed = status.on_phone, status.received, status.sealed
        chip.offline = status.problem is not None

    def _news(self) -> None:
        """Dispatch wrote, or changed the route: an ear hears it, whatever the eye is at."""
        if self.services.road.unread() or self.services.road.unseen_version():
            self.hardware.feedback.give(Signal.NEWS)
        journey = self.services.duty.journey if self.services.duty.started else None
        if journey is not None and journey.open_stop in journey.withdrawn:
            site = journey.route.stop(journey.open_stop).site
            self.tell(Refused(problems.STOP_WITHDRAWN, value=tr.name(site.name)).problem)

    def _show_alarm(self) -> None:
        alarms = self.services.alarms.open()
        if not alarms:
            self.shell.alarm.text = ""
            return
        alarm = alarms[0]
        name = tr.name(self.services.duty.route.container(alarm.container_id).name)
        values = {"temperature": f"{alarm.temperature:.1f}", "low": f"{alarm.low:g}", "high": f"{alarm.high:g}"}
        said = [tr._("{name} is at {temperature} °C, should be {low}…{high} °C.").format(name=name, **values)]
        goods = list(
            dict.fromkeys(tr.name(line.product.name) for line in self.services.alarms.goods(alarm.container_id))
        )
        if goods:
            listed = ", ".join(goods[:NAMED]) + (" …" if len(goods) > NAMED else "")
            said.append(tr._("In it: {goods}.").format(goods=listed))
        said.append(tr._(TOO_WARM if alarm.temperature > alarm.high else TOO_COLD))
        if not self.shell.alarm.text:
            self.hardware.feedback.give(Signal.ALARM)
        self.shell.alarm.text = " ".join(said)

    def _sound(self) -> None:
        """An alarm that nobody has seen is heard again."""
        if self.shell.alarm.text:
            self.hardware.feedback.give(Signal.ALARM)

    def _alarm_seen(self) -> None:
        alarms = self.services.alarms.open()
        if alarms:
            self.services.alarms.acknowledge(alarms[0].logger_id)
        self._show_alarm()

    # changing the look

    def use_language(self, language: str) -> None:
        """Switch the language, here and now."""
        self.services.session.language = language
        tr.use(language)
        self._show_alarm()
        self.screen.refresh()
        self._head()

    def use_theme(self, name: str) -> None:
        """Switch between light and dark."""
        self.services.session.theme = name
        theme.use(name)
        self.screen.refresh()

    def use_text_size(self, *, large: bool) -> None:
        """Normal or large text."""
        theme.text_factor = LARGE if large else 1.0

    # leaving

    def leave(self, act: Callable[[Outside], None], refused: Callable[[Problem], None] | None = None) -> None:
        """Hand something to another app of the device; ``refused`` is told where none takes it, by default the banner."""
        outside = self.hardware.outside
        if outside is None:
            (refused or self.tell)(Refused(problems.NO_APP, value="–").problem)
        else:
            self.errands.run(lambda: act(outside), failed=refused)

    def dial(self, number: str) -> None:
        """Hand a telephone number to the phone's dialler."""
        self.leave(lambda outside: outside.dial(number))

    def navigate(self, to: Position, name: str, navigator: Navigator) -> None:
        """Hand a destination (WGS-84) to a navigation app. Where it is not installed that is said, and the driver chooses
        whether whatever opens a place may show the way."""

        def refused(problem: Problem) -> None:
            self.tell(problem)
            if navigator is not Navigator.ANY:
                choices = [Choice("any", tr._("Another map app"), "primary", "pin"), Choice("none", tr._("Not now"))]
                Sheet(tr._("This app is not installed."), choices, chosen, tr.problem(problem)).open(animation=False)

        def chosen(value: str) -> None:
            if value == "any":
                self.tell(None)
                self.navigate(to, name, Navigator.ANY)

        self.leave(lambda outside: outside.navigate(to, name, navigator), refused)

    # keys

    def lead(self) -> None:
        """The button at the top left."""
        if self._overlays:
            self.close()
        elif self.screen.lead == "back":
            self.go_back()
        else:
            self.open("settings")

    def go_back(self) -> bool:
        """One step back: out of a sheet, out of an overlay, to the step before. Never out of the app."""
        sheet = next((child for child in Window.children if isinstance(child, ModalView)), None)
        if sheet is not None:
            sheet.dismiss(animation=False)
        elif self._overlays:
            self.close()
        else:
            self.screen.go_back()
        return True

    def _key(self, _window, key: int, *_args) -> bool:
        return self.go_back() if key == BACK else False


class FaultApp(App):
    """All that can be shown when the services cannot be built: the problem, in both languages."""

    title = "Handover 交接"

    def __init__(self, problem: Problem, data: Path) -> None:
        super().__init__()
        self._problem, self._data = problem, data

    def build(self) -> Page:
        register_fonts(self._data / "fonts")
        Window.clearcolor = theme.palette.ground
        page = Page()
        for language in LANGUAGES:
            page.add_widget(Notice(text=self._problem.text(language), tone="bad", icon="warning"))
        return page
