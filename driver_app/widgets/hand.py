"""A virtual hand: it finds a widget by its hid, brings it into view and touches it as a finger would.

The hand is an input device. Its touches enter Kivy's event loop where a touch screen's do and go through the window to
whatever lies under them, so a button that is covered, disabled or too far down cannot be pressed by it any more than by
a person. Nothing here calls a callback of a widget.

Everything the hand does takes frames; each act is a generator that is advanced once a frame::

    def accept(hand):
        yield from hand.tap("receiver.next")
        yield from hand.type("sign.name", "王建国")
        yield from hand.draw("sign.pad", strokes)

    Player(accept(hand)).start()
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.input.motionevent import MotionEvent
from kivy.input.provider import MotionEventProvider
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

Act = Generator[None, None, None]
"""Something that takes frames."""

PATIENCE = 20.0
"""s the hand looks for something before it gives up."""
TRAVEL = 6
"""Samples of a swipe."""
SAMPLE = 1 / 60
"""s between two samples of a swipe: a view reckons its speed from the time they take, however fast frames are."""
HOLD = 0.13
"""s the finger rests at the end of a swipe."""
_BACKSPACE, _ESCAPE, _ENTER, _A = 8, 27, 13, 97


class NotThere(Exception):
    """What the hand was sent to is not on the screen, or cannot be tapped there. Names what is there instead."""


class _Finger(MotionEvent):
    """One touch."""

    def __init__(self, device: str, number: int, x: float, y: float) -> None:
        super().__init__(device, number, (x, y), is_touch=True, type_id="touch")
        self.profile = ["pos"]

    def depack(self, args) -> None:
        self.sx, self.sy = args
        super().depack(args)


class Hand(MotionEventProvider):
    """One hand with one finger, on the app's window."""

    def __init__(self) -> None:
        super().__init__("hand", "")
        self._queue: deque[tuple[str, float, float]] = deque()
        self._finger: _Finger | None = None
        self._count = 0
        EventLoop.add_input_provider(self)

    # the device side: called by the event loop once a frame

    def start(self) -> None:
        """Nothing to open."""

    def stop(self) -> None:
        """Nothing to close."""

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        """Give out the next touch event."""
        if not self._queue:
            return
        kind, x, y = self._queue.popleft()
        window = EventLoop.window
        place = (x / window.width, y / window.height)
        if kind == "begin":
            self._count += 1
            self._finger = _Finger(self.device, self._count, *place)
        else:
            self._finger.move(place)
        dispatch_fn(kind, self._finger)

    # looking

    def roots(self) -> Iterator[Widget]:
        """What is on the window, topmost first. Whatever lies under a modal view cannot be reached."""
        for child in list(EventLoop.window.children):
            yield child
            if getattr(child, "is_modal", False) or type(child).__name__ == "Sheet":
                return

    def seen(self) -> dict[str, Widget]:
        """Every named widget that can be seen or scrolled to, by hid."""
        found: dict[str, Widget] = {}
        for root in self.roots():
            for widget in _visible(root):
                hid = getattr(widget, "hid", "")
                if hid:
                    found.setdefault(hid, widget)
        return found

    @staticmethod
    def _settled() -> bool:
        return all(getattr(root, "settled", True) for root in EventLoop.window.children)

    def sees(self, hid: str) -> bool:
        return hid in self.seen()

    def find(self, hid: str, patience: float = PATIENCE) -> Generator[None, None, Widget]:
        """Look for a widget until it is there, enabled and still; scroll through long lists for it."""
        waited, swept = Clock.get_boottime(), 0
        place = None
        while True:
            widget = self.seen().get(hid)
            if not self._settled():
                place = None  # a person waits until the screen has come
            elif widget is not None and not widget.disabled and not getattr(widget, "busy", False):
                now = widget.to_window(widget.x, widget.y), tuple(widget.size)
                if now == place:
                    return widget
                place = now
            elif widget is None and swept < 40 and Clock.get_boottime() - waited > 0.5:
                swept += 1
                yield from self._sweep(down=(swept // 10) % 2 == 0)
            if Clock.get_boottime() - waited > patience:
                state = "disabled" if widget is not None else "not there"
                raise NotThere(f"{hid} is {state}; there are: {', '.join(sorted(self.seen()))}")
            yield

    # touching

    def tap(self, hid: str) -> Act:
        """Tap the middle of a widget."""
        widget = yield from self._reach(hid)
        x, y = _middle(widget)
        self._queue += [("begin", x, y), ("update", x, y), ("end", x, y)]
        yield from self._rest()

    def tap_at(self, x: float, y: float) -> Act:
        """Tap a point of the window, px from its lower left: for what is drawn and is no widget."""
        self._queue += [("begin", x, y), ("update", x, y), ("end", x, y)]
        yield from self._rest()

    def press(self, hid: str) -> Act:
        """Put the finger down on the middle of a widget, and leave it there."""
        widget = yield from self._reach(hid)
        self._queue.append(("begin", *_middle(widget)))
        yield from self._rest()

    def lift(self) -> Act:
        """Take the finger off where it is."""
        assert self._finger is not None
        self._queue.append(("end", self._finger.sx * EventLoop.window.width, self._finger.sy * EventLoop.window.height))
        yield from self._rest()

    def draw(self, hid: str, strokes: Sequence[Sequence[tuple[float, float]]]) -> Act:
        """Draw strokes (points 0 … 1 of the widget, y upwards) on a widget."""
        widget = yield from self._reach(hid)
        left, bottom = widget.to_window(widget.x, widget.y)
        for stroke in strokes:
            points = [(left + x * widget.width, bottom + y * widget.height) for x, y in stroke]
            self._queue.append(("begin", *points[0]))
            self._queue += [("update", *point) for point in points[1:]]
            self._queue.append(("end", *points[-1]))
            yield from self._rest()

    def type(self, hid: str, text: str) -> Act:
        """Tap a field, empty it, and type into it on the window's keyboard."""
        widget = yield from self.find(hid)
        entry = getattr(widget, "entry", widget)  # a labelled field is named like what one types on
        for _ in range(5):
            if entry.focus:
                break
            yield from self.tap(hid)
            yield from self.frames(2)
        else:
            raise NotThere(f"{hid} cannot be typed into")
        self._key(_A, "a", ["ctrl"])
        self._key(_BACKSPACE, None, [])
        yield
        for char in text:
            EventLoop.window.dispatch("on_textinput", char)
            yield

    def enter(self) -> Act:
        """Press the keyboard's done key."""
        self._key(_ENTER, None, [])
        yield

    def back(self) -> Act:
        """Press the back key (27 on Android and on a keyboard)."""
        EventLoop.window.dispatch("on_keyboard", _ESCAPE, 1, None, [])
        yield

    # waiting

    def frames(self, count: int) -> Act:
        """Let some frames pass."""
        for _ in range(count):
            yield

    def until(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> Act:
        """Wait until ``condition`` holds.

        Raises:
            NotThere: it does not come to hold.
        """
        began = Clock.get_boottime()
        while not condition():
            if Clock.get_boottime() - began > patience:
                raise NotThere(f"waited {patience:g} s for {what}; there are: {', '.join(sorted(self.seen()))}")
            yield

    # inside

    @staticmethod
    def _key(code: int, char: str | None, modifiers: list[str]) -> None:
        EventLoop.window.dispatch("on_key_down", code, code, char, modifiers)
        EventLoop.window.dispatch("on_key_up", code, code)

    @staticmethod
    def _wait(seconds: float) -> Act:
        began = Clock.get_boottime()
        while Clock.get_boottime() - began < seconds:
            yield

    def _rest(self) -> Act:
        while self._queue:
            yield
        yield from self.frames(2)

    def _reach(self, hid: str) -> Generator[None, None, Widget]:
        """Find a widget and bring its middle into what can be seen of it."""
        for _ in range(60):
            widget = yield from self.find(hid)
            view = _viewport(widget)
            if view is None:
                return widget
            bottom = view.to_window(view.x, view.y)[1]
            low, high = bottom + min(widget.height / 2, 24), bottom + view.height - min(widget.height / 2, 24)
            y = _middle(widget)[1]
            if low <= y <= high:
                return widget
            wanted = (low + high) / 2 - y
            yield from self._swipe(view, max(-0.6 * view.height, min(0.6 * view.height, wanted)))
        raise NotThere(f"{hid} cannot be scrolled into view")

    def _sweep(self, *, down: bool) -> Act:
        """Turn a page of the longest list there is."""
        views = [w for root in self.roots() for w in _visible(root) if isinstance(w, ScrollView) and w.do_scroll_y]
        views = [view for view in views if view._viewport is not None and view._viewport.height > view.height]
        if views:
            view = max(views, key=lambda v: v._viewport.height)
            yield from self._swipe(view, (0.6 if down else -0.6) * view.height)

    def _swipe(self, view: ScrollView, distance: float) -> Act:
        """Drag the content of ``view`` by ``distance`` px (upwards positive), and hold it so that it does not run on."""
        x, y = view.to_window(view.center_x, view.center_y)
        # a view moves only once the finger has gone its scroll distance
        distance += view.scroll_distance if distance > 0 else -view.scroll_distance
        start = y - distance / 2
        self._queue.append(("begin", x, start))
        for i in range(TRAVEL):
            self._queue.append(("update", x, start + distance * (i + 1) / TRAVEL))
            yield from self._wait(SAMPLE)
        yield from self._wait(HOLD)
        self._queue += [("update", x, start + distance), ("end", x, start + distance)]
        yield from self._rest()


class Player:
    """Advances an act once a frame, until it ends or fails; ``done`` is told how: ``None``, or what was raised."""

    def __init__(self, act: Act, done: Callable[[BaseException | None], None] = lambda _: None) -> None:
        self._act = act
        self._done = done

    def start(self) -> None:
        """Begin with the next frame."""
        # a bound method would be held weakly, and a player that nobody keeps would fall silent
        Clock.schedule_interval(lambda dt: self._step(dt), 0)

    def _step(self, _dt: float) -> bool:
        try:
            next(self._act)
        except StopIteration:
            self._done(None)
            return False
        except Exception as error:  # noqa: BLE001 - handed on whole: it is the act's result
            self._done(error)
            return False
        return True


def _visible(root: Widget) -> Iterator[Widget]:
    """A widget and all below it that are not see-through, in drawing order reversed: what lies on top comes first."""
    if root.opacity == 0:
        return
    yield root
    for child in root.children:
        yield from _visible(child)


def _middle(widget: Widget) -> tuple[float, float]:
    return widget.to_window(widget.x + widget.width / 2, widget.y + widget.height / 2)


def _viewport(widget: Widget) -> ScrollView | None:
    """The vertical scroll view a widget lies in."""
    parent = widget.parent
    while parent is not None and parent is not parent.parent:
        if isinstance(parent, ScrollView) and parent.do_scroll_y:
            return parent
        parent = parent.parent
    return None
