"""How long each frame takes while a long list is scrolled, beside a bare RecycleView of as many Labels."""

import tempfile
from pathlib import Path

from bench.harness import Effort, Findings, Measurement, prose
from bench.long_day import LongDay
from bench.screens import child, display
from driver_app.services.step import StepKind

STOPS = 80
LINES, PER_STOP = 200, 5
PEER = "RecycleView of as many Labels"


def made(folder: Path, name: str, count: int) -> LongDay:
    """A day whose list has ``count`` entries: of stops, on the road with the first three done; of lines, at loading."""
    if name == "stops":
        day = LongDay(folder, count, 1)
        day.until(StepKind.DRIVE)
        for _ in range(min(3, count - 1)):
            day.visit()
    else:
        day = LongDay(folder, count // PER_STOP, PER_STOP)
        day.until(StepKind.LOAD)
    return day


def run(findings: Findings, effort: Effort) -> None:
    """Each list in turns with its peer, every time in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as place, display() as name:
        for what, count in (("stops", effort.of(STOPS, 20)), ("lines", effort.of(LINES, 20))):
            series = findings.begin(f"a frame, list of {count} {what}", "ms", "less", PEER, tail=True)
            for number in range(effort.of(3, 1)):
                findings.say(f"{count} {what}, {number + 1}")
                ours = child("bench.child_scrolling", [what, f"{place}/{what}-{number}", str(count)], name)
                peer = child("bench.child_scrolling", ["bare", f"{place}/bare", str(count)], name)
                series.ours += ours["frames"]
                series.peer += peer["frames"]
                findings.count(f"rows of {count} {what} seen", ours["rows"])
                findings.count(f"labels of {count} seen beside {what}", peer["rows"])
            findings.count(f"frames over 50 ms, {what}", sum(frame > 50 for frame in series.ours))


MEASUREMENT = Measurement(
    "scrolling",
    "App: scrolling long lists",
    prose("""
    Milliseconds of every frame while a list is swept from top to bottom and back at 48 dp a frame (a fast fling): from the
    event that moves it until OpenGL says that the frame is drawn. Of all stops of a route of 80, with their signs, times
    and outcomes; and of the goods of a route with 200 lines. Rows are measured before they are made, and only those in
    view exist. Under Xvfb the processor draws. The number of frames over 50 ms stands below.
    """),
    prose("""
    Kivy's own RecycleView with as many Labels, as tall as our rows, swept in the same way, in turns with ours.
    """),
    run,
)
