"""Asking for permissions where they are needed: a sentence why, the device's own question, and a way on after a no.

Each need is asked about at most once a run of the app, at the step that first uses it. A no is an answer: the sheet says what
goes on without it, and nothing is held up.
"""

from collections.abc import Callable
from functools import partial

from driver_app.hardware.permissions import (
    BATTERY_WHY,
    BATTERY_WITHOUT,
    WHY,
    WITHOUT,
    Move,
    Need,
    Standing,
    move,
)
from driver_app.hardware.ports import Outside, Permissions
from driver_app.screens.errands import on_ui
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from driver_app.widgets.sheet import Choice, Sheet
from shared.errors import Problem, Refused
from shared.work import Name

CONTEXT: dict[StepKind, tuple[Need, ...]] = {
    StepKind.VEHICLE_CHECK: (Need.LOCATION, Need.NOTIFICATIONS),
    StepKind.PRECOOL: (Need.BLUETOOTH,),
    StepKind.DRIVE: (Need.LOCATION_ALWAYS,),
}
"""What a step is the first to need. The shift has begun by then: before it the handheld asks nothing about its driver."""
LENS = (StepKind.ENROL, StepKind.LOAD, StepKind.STOP_UNLOAD)
"""Steps that scan: with the camera, where there is no engine."""


class Asking:
    """Asks, one question after the other. ``by_camera``: whether this handheld scans with its camera. ``refused`` is told
    when the settings cannot be opened."""

    def __init__(
        self, permissions: Permissions, outside: Outside, *, by_camera: bool, refused: Callable[[Problem], None]
    ) -> None:
        self._permissions, self._outside, self._refused = permissions, outside, refused
        self._by_camera = by_camera
        self._done: set[Need] = set()
        self._battery_asked = False
        self._waiting: list[Need] = []
        self._sheet: Sheet | None = None
        self._answering = False

    def at(self, kind: StepKind) -> None:
        """A step is shown: ask for what it needs and lacks."""
        lens = (Need.CAMERA,) if self._by_camera and kind in LENS else ()
        self._waiting += [need for need in (*CONTEXT.get(kind, ()), *lens) if need not in self._waiting]
        self._next(kind)

    def first(self, need: Need, then: Callable[[Standing], None]) -> None:
        """A button was pressed that needs something: ask for it where it lacks, and tell ``then``, on the UI thread, how it
        stands. Asked for here, it is asked again however often a step asked before: the person wants it now."""
        now = self._permissions.standing(need)
        if now is Standing.GRANTED or self._sheet is not None or self._answering:
            then(now)
            return
        self._done.add(need)
        if move(now) is Move.EXPLAIN_AND_OPEN_SETTINGS:

            def leave() -> None:
                then(now)
                self._outside.open_settings()

            self._explain(need, tr._("Open the settings"), leave, lambda: then(now))
        else:
            self._explain(need, tr._("Continue"), partial(self._ask_first, need, then), lambda: then(now))

    def _ask_first(self, need: Need, then: Callable[[Standing], None]) -> None:
        self._answering = True

        def answered(standing: Standing) -> None:
            self._answering = False
            then(standing)

        self._permissions.ask(need, lambda standing: on_ui(answered, standing))

    def _explain(self, need: Need, yes: str, act: Callable[[], None], no: Callable[[], None]) -> None:
        self._open(WHY[need], WITHOUT[need], yes, act, no, lambda: None)

    def _next(self, kind: StepKind) -> None:
        if self._sheet is not None or self._answering:
            return
        while self._waiting:
            need = self._waiting.pop(0)
            now = self._permissions.standing(need)
            if need in self._done or now is Standing.GRANTED:
                continue
            self._done.add(need)
            if move(now) is Move.EXPLAIN_AND_OPEN_SETTINGS:
                self._show(WHY[need], WITHOUT[need], tr._("Open the settings"), self._outside.open_settings, kind)
            else:
                self._show(WHY[need], WITHOUT[need], tr._("Continue"), partial(self._ask, need, kind), kind)
            return
        if kind is StepKind.DRIVE and not self._battery_asked and not self._outside.unrestricted():
            self._battery_asked = True
            self._show(BATTERY_WHY, BATTERY_WITHOUT, tr._("Continue"), self._outside.ask_unrestricted, kind)

    def _ask(self, need: Need, kind: StepKind) -> None:
        self._answering = True
        # the device's answer comes on a thread of its own, and the next question waits for it
        self._permissions.ask(need, lambda _standing: on_ui(self._answered, kind))

    def _answered(self, kind: StepKind) -> None:
        self._answering = False
        self._next(kind)

    def _show(self, why: Name, without: Name, yes: str, act: Callable[[], None], kind: StepKind) -> None:
        self._open(why, without, yes, act, lambda: None, lambda: on_ui(self._next, kind))

    def _open(
        self,
        why: Name,
        without: Name,
        yes: str,
        act: Callable[[], None],
        no: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        """Say why; then ``act``, or ``no`` after a no (a tap beside the sheet is one), and ``over`` in any case."""
        choices = [Choice("allow", yes, "primary"), Choice("not_now", tr._("Not now"))]
        agreed: list[bool] = []

        def closed(*_: object) -> None:
            self._sheet = None
            on_ui(settled)

        def settled() -> None:
            if not agreed:
                no()
            over()

        def chosen(value: str) -> None:
            if value != "allow":
                return
            agreed.append(True)
            try:
                act()
            except Refused as refusal:
                self._refused(refusal.problem)

        self._sheet = Sheet(tr.name(why), choices, chosen, detail=tr.name(without))
        self._sheet.bind(on_dismiss=closed)
        self._sheet.open(animation=False)
