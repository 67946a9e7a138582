"""The real app, in its window, killed by SIGKILL while a hand taps through its shift: it opens on the same step, shows what was
typed, has lost nothing, and asks for nothing twice.

Real processes on a display nobody sees, at moments that a seed decides, some of them while the app is still opening. What the
next one has to show is read from the disk while none runs.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shared.custody import events as e
from tests.driver_app.screens.conftest import display  # noqa: F401  # a fixture
from tests.journeys.tapped_shift import Tapped, TappedShift, Truth

pytestmark = pytest.mark.kivy

OPENING = 1.5
"""s within which a process is killed that is not to be let open."""
PATIENCE = 40.0
"""s that the app may take to open."""
ORDER = (
    "sign_in",
    "route",
    "vehicle_check",
    "precool",
    "load",
    "gate",
    "drive",
    "stop_unload",
    "stop_download",
    "receiver",
)
LATER = ("sign", "stop_done", "return", "end")
BEFORE_THE_ROAD = ORDER[: ORDER.index("drive")]


def rank(step: str, number: int) -> tuple[int, int]:
    """Where in the shift a step stands: a shift goes forward only."""
    if step in BEFORE_THE_ROAD:
        return 0, ORDER.index(step)
    if step in ("return", "end"):
        return 1000, LATER.index(step)
    return number, (ORDER + LATER).index(step)


@dataclass
class Figures:
    """What a campaign came to."""

    kills: int = 0
    opening: int = 0
    shifts: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    typed: int = 0
    """Kills with a name typed and kept that nobody had signed under yet."""

    def __str__(self) -> str:
        where = ", ".join(f"{step} {count}" for step, count in self.steps.most_common())
        return f"{self.kills} kills ({self.opening} while opening) over {self.shifts} shifts; {self.typed} with a name kept; at {where}"


def number_of(shift: TappedShift, stop_id: str | None) -> int:
    return 0 if stop_id is None else shift.route.stop(stop_id).number


def check_opened(shift: TappedShift, app: Tapped, truth: Truth) -> None:
    """The first thing that a new process shows is what stands on the disk."""
    opened = app.hear(PATIENCE)
    assert opened is not None, f"it did not open; see {shift.folder / 'app.log'}"
    assert (opened["what"], opened["screen"], opened["glass"]) == ("opened", truth.step, truth.step)
    if truth.stop is not None:
        assert opened.get("number", 0) == number_of(shift, truth.stop)
    if truth.step == "sign":
        assert opened["typed"] == truth.typed


def check_lasting(shift: TappedShift, app: Tapped, before: Truth, after: Truth) -> None:
    """What was recorded is recorded still, what was shown is not behind what is on the disk, and nothing went back."""
    assert after.names[: len(before.names)] == before.names, "something recorded is gone"
    shown = [rank(said["screen"], said.get("number", 0)) for said in app.told if said["what"] != "ended"]
    assert shown == sorted(shown), f"a step was asked for again: {app.told}"
    if app.ended:
        return  # it waits for the next shift, at the sign-in
    at = rank(after.step, number_of(shift, after.stop))
    assert at >= max([*shown, rank(before.step, number_of(shift, before.stop))]), f"{after.step} after {app.told[-1:]}"


def check_once(shift: TappedShift, truth: Truth) -> None:
    """A whole shift, each thing in it once."""
    events = [event for _, event in truth.events]
    kinds = Counter(type(event) for event in events)
    stops = len(shift.route.stops)
    once = (
        e.ShiftStarted,
        e.VehicleChecked,
        e.PrecoolingChecked,
        e.LoggerAttached,
        e.VehicleDeparted,
        e.VehicleReturned,
    )
    assert {kind.__name__: kinds[kind] for kind in (*once, e.ShiftEnded)} == {
        kind.__name__: 1 for kind in (*once, e.ShiftEnded)
    }
    visits = (e.StopArrived, e.HandoverSigned, e.StopLeft)
    assert {kind.__name__: kinds[kind] for kind in visits} == {kind.__name__: stops for kind in visits}
    packs = sum(line.quantity for stop in shift.route.stops for line in stop.lines())
    for kind in (e.GoodsLoaded, e.GoodsUnloaded):
        codes = [event.code for event in events if isinstance(event, kind)]
        assert len(codes) == len(set(codes)) == packs
    assert kinds[e.ScanRefused] == 0
    for event in events:
        if isinstance(event, e.HandoverSigned):
            assert event.signatories[0].name == f"赵药师{event.stop_id[1:]}"


def play(
    folder: Path,
    display: str,  # noqa: F811
    figures: Figures,
    rng: random.Random,
    *,
    stops: int,
    kills: int,
    longest: float,
    to_the_end: bool = True,
) -> None:
    """One shift, killed until there were so many kills, or it is over; then, if wished, tapped to its end."""
    shift = TappedShift(folder, stops)
    figures.shifts += 1
    truth = shift.truth()
    while True:
        app = Tapped(shift, display)
        last = figures.kills >= kills
        try:
            if last and not to_the_end:
                check_opened(shift, app, truth)
                return
            if not last and rng.random() < 0.15:
                figures.opening += 1
                time.sleep(rng.random() * OPENING)
            else:
                check_opened(shift, app, truth)
                until = time.monotonic() + (PATIENCE * 3 if last else rng.random() * longest)
                while (left := until - time.monotonic()) > 0 and not app.ended:
                    app.hear(min(left, 0.2))
        finally:
            app.kill()
        before, truth = truth, shift.truth()
        check_lasting(shift, app, before, truth)
        if app.ended:
            break
        assert not last, f"the shift did not end: {app.told[-1:]}"
        figures.kills += 1
        figures.steps[truth.step] += 1
        figures.typed += bool(truth.typed)
    check_once(shift, truth)


def test_the_app_killed_in_its_window_goes_on_where_it_was(display: str, tmp_path: Path) -> None:  # noqa: F811
    figures = Figures()
    play(tmp_path / "shift", display, figures, random.Random("tapped"), stops=1, kills=2, longest=4.0, to_the_end=False)
    assert figures.kills == 2


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_app_killed_at_many_moments_of_many_shifts_goes_on_where_it_was(display: str, tmp_path: Path) -> None:  # noqa: F811
    figures, rng = Figures(), random.Random("many")
    while figures.kills < 30:
        play(tmp_path / f"{figures.shifts}", display, figures, rng, stops=3, kills=30, longest=6.0)
    print(f"\n{figures}")  # noqa: T201 - the figures are what a soak is for
    assert len(figures.steps) >= 5, figures
    assert figures.typed, figures
