"""The real app lives a whole shift under a hand's taps: ``python -m bench.child_shift FOLDER STOPS PHOTOS``.

Simulated time passes on the road; what happens on the screens happens in real time, and is timed. One line of JSON goes to
standard output: ms of each tap by the screen it opened, the memory at the end, and what was done. ``bare FOLDER TAPS`` in
place of it is the peer: a Kivy app whose button opens a screen of a dozen Labels.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from bench.child_screen import SIZE, resident
from driver_app import memory
from driver_app.main import settle
from driver_app.options import read

LINES = 3
PICTURE = "photo.jpg"
"""In the folder: what the camera gives."""
LABELS = 12
"""Of the peer's screen: about as many pieces of text as a screen of ours has."""
NOT_THERE = ("click", "pygments", "rich")
"""What developers' tools bring along and no handheld has (deploy/android): httpx would load its command line for them."""
OVERLAYS = ("settings", "stops", "map", "incident", "messages", "collect", "move")
STROKES = tuple(tuple((0.1 + 0.011 * i, 0.5 + 0.3 * ((i * n) % 17) / 17 - 0.15) for i in range(60)) for n in (3, 5, 7))
"""A signature of three strokes; each stop's is shifted a little, for none may be used twice."""

Act = Generator[None, None, None]


def play(app: Any, act: Callable[[], Act], said: dict[str, Any]) -> None:
    """Run an app under an act, then say what it found out; what the act raises is raised here."""
    from driver_app.widgets.hand import Player

    raised: list[BaseException] = []

    def over(error: BaseException | None) -> None:
        raised.extend([error] if error is not None else [])
        app.stop()

    app.bind(on_start=lambda _app: Player(act(), over).start())
    app.run()
    if raised:
        raise raised[0]
    print(json.dumps(said), flush=True)


def real(folder: Path, stops: int, photos: int) -> None:
    """The driver app over an empty folder: the whole day."""
    memory.bound()
    for name in NOT_THERE:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python is told that there is no such module
    settle(read(["--data", str(folder), "--size", SIZE]))
    from bench.long_day import LongDay
    from driver_app.app import HandoverApp

    day = LongDay(folder, stops, LINES)
    app = HandoverApp(day.parts, motion=False, sync=False)
    said: dict[str, Any] = {"taps": defaultdict(list), "handovers": 0, "photos": 0}
    play(app, lambda: _shift(app, day, photos, said), said)
    day.close()


def _shift(app: Any, day: Any, photos: int, said: dict[str, Any]) -> Act:
    from bench.stopwatch import Stopwatch, TimedHand
    from driver_app.screens.write import Writing
    from driver_app.services.step import StepKind

    hand = TimedHand()
    watch = Stopwatch(hand)
    visit = Visit(app, day, hand, watch, said)
    yield from visit.at(day.kind)
    while day.kind is not StepKind.DRIVE:
        day.act()
        yield from visit.at(day.kind)
    while day.kind is StepKind.DRIVE:
        yield from visit.calm()
        day.travel()
        yield from hand.frames(3)
        yield from visit.stop(photos)
    for name in OVERLAYS:
        yield from visit.look(name)
    yield from visit.look("write", Writing("", "", "", "", lambda _text: None))
    while day.kind is not StepKind.END:
        day.act()
        yield from visit.at(day.kind)
    yield from visit.calm()
    said |= {"records": day.records(), "positions": day.positions, "shown": len(visit.shown), **resident()}


class Visit:
    """A stop, tap by tap."""

    def __init__(self, app: Any, day: Any, hand: Any, watch: Any, said: dict[str, Any]) -> None:
        self._app, self._day, self._hand, self._watch, self._said = app, day, hand, watch, said
        self._picture = day.handset.folder / PICTURE
        self._services = app.services
        self.shown: set[str] = set()
        """The screens that were looked at."""

    def at(self, kind: Any) -> Act:
        """Until the screen of a step is shown."""
        yield from self._hand.until(lambda: self._app.step.kind is kind, f"the step {kind}")
        yield from self._hand.frames(3)
        self.shown.add(type(self._app.screen).__name__)

    def calm(self) -> Act:
        """Until the app has given back what it needs no more, which a drive leaves time for."""
        from driver_app.app import CALM

        due = time.monotonic() + CALM + 0.2
        yield from self._hand.until(lambda: time.monotonic() > due, "calm")

    def look(self, name: str, about: object = "") -> Act:
        """Lay a screen over the current one, and take it away again."""
        self._app.open(name, about)
        yield from self._hand.frames(5)
        self.shown.add(type(self._app.screen).__name__)
        self._app.close()
        yield from self._hand.frames(3)

    def _tap(self, what: str, hid: str, screen: str, there: Callable[[Any], bool]) -> Act:
        """Tap, and time it until the named screen is drawn with what it is for."""

        def shown() -> bool:
            now = self._app.screen
            return type(now).__name__ == screen and there(now)

        seconds = yield from self._watch.tap(hid, shown)
        self._said["taps"][what].append(seconds * 1e3)
        self.shown.add(screen)
        yield from self._hand.frames(3)

    def stop(self, photos: int) -> Act:
        """From the road to the road."""
        from driver_app.services.step import StepKind

        stop_id = self._services.steps.current().stop_id
        stop = self._services.duty.route.stop(stop_id)
        number, lines = stop.number, [line.product.name.zh for line in stop.lines()]
        yield from self._tap("the goods", "drive.arrive", "UnloadScreen", lambda s: _rows(s) == sorted(lines))
        last = len(self._services.duty.route.stops) == number
        if last:
            yield from self.look("fail_stop")
        self._day.bring_out()
        yield from self._hand.frames(3)
        yield from self._tap("the loggers", "unload.done", "DownloadScreen", lambda s: len(s.ids.cards.children) > 0)
        yield from self._hand.until(lambda: self._app.screen.all_done, "the downloads")
        yield from self._tap(
            "the receiver's view", "download.show", "ReceiverScreen", lambda s: _goods(s) == sorted(lines)
        )
        if last:
            yield from self.look("line", stop.lines()[0].id)
        yield from self._tap("the signature", "receiver.next", "SignScreen", lambda s: s.ids.pad.empty)
        self._write(number, stop.id)
        yield from self._hand.frames(3)
        yield from self._tap("the end of a stop", "sign.done", "StopDoneScreen", lambda s: len(s.lines) == len(lines))
        self._said["handovers"] += 1
        yield from self._photos(number, photos)
        there = (lambda _screen: True) if last else (lambda s: s.number == number + 1)
        yield from self._tap(
            "the way home" if last else "the next stop",
            "done.leave",
            "ReturningScreen" if last else "DriveScreen",
            there,
        )
        yield from self.at(StepKind.RETURN if last else StepKind.DRIVE)

    def _write(self, number: int, stop_id: str) -> None:
        """The receiver's name and signature, all at once."""
        screen = self._app.screen
        screen.ids.name.text, screen.role, screen.ids.staff.text = f"{stop_id} 赵敏", "药师", "007"
        shift = number / 1000
        screen.ids.pad.show(tuple(tuple((x + shift, y) for x, y in stroke) for stroke in STROKES))
        screen.typed()

    def _photos(self, number: int, photos: int) -> Act:
        """Through the screen, as the camera gives them: each another file, for the same one would be kept once."""
        screen, picture = self._app.screen, self._picture.read_bytes() if photos else b""
        for n in range(photos):
            screen.taking = True
            screen._taken(picture + f"{number}-{n}".encode())
            yield from self._hand.until(lambda: not screen.taking, "the photo")
            self._said["photos"] += 1


def _rows(screen: Any) -> list[str]:
    return sorted(row.name for row in screen.ids.rows.children[0].children)


def _goods(screen: Any) -> list[str]:
    return sorted(card.name for card in screen.ids.goods.children if hasattr(card, "line_id"))


def bare(folder: Path, taps: int) -> None:
    """A button, and a screen of Labels that is made and shown when it is tapped."""
    settle(read(["--data", str(folder), "--size", SIZE]))
    from kivy.app import App
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.button import Button
    from kivy.uix.label import Label
    from kivy.uix.screenmanager import NoTransition, Screen, ScreenManager

    from bench.stopwatch import Stopwatch, TimedHand

    class NamedButton(Button):  # type: ignore[misc]  # Kivy has no types
        hid = "bare.next"

    class Bare(App):  # type: ignore[misc]
        def build(self) -> ScreenManager:
            manager = ScreenManager(transition=NoTransition())
            manager.add_widget(self.page(0))
            return manager

        def page(self, number: int) -> Screen:
            screen, box = Screen(name=str(number)), BoxLayout(orientation="vertical")
            for line in range(LABELS):
                box.add_widget(Label(text=f"{number}: {line}"))
            button = NamedButton(text="Next")
            button.bind(on_release=lambda _button: self.root.switch_to(self.page(number + 1)))
            box.add_widget(button)
            screen.add_widget(box)
            return screen

    app = Bare()
    said: dict[str, Any] = {"taps": {"bare": []}}

    def act() -> Act:
        hand = TimedHand()
        watch = Stopwatch(hand)
        yield from hand.frames(5)
        for number in range(1, taps + 1):
            shown = lambda number=number: app.root.current == str(number)  # noqa: E731
            seconds = yield from watch.tap("bare.next", shown)
            said["taps"]["bare"].append(seconds * 1e3)
            yield from hand.frames(3)
        said.update(resident())

    play(app, act, said)


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        real(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
