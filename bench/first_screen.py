"""How long the app takes to its first screen, beside a Kivy app with one Label."""

import tempfile
from pathlib import Path

from bench.harness import Effort, Findings, Measurement, alternate, prose
from bench.midday import prepare
from bench.screens import display, open_window


def run(findings: Findings, effort: Effort) -> None:
    """Both in turns. The first start of each, which makes the app's files and fills the disk cache, is not counted."""
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as folder, display() as name:
        app, bare = Path(folder) / "app", Path(folder) / "bare"
        midday = Path(folder) / "midday"
        findings.count("records in the journal in the middle of a day", prepare(midday))

        def start(kind: str, data: Path, expected: str) -> float:
            shown = open_window(kind, data, name)
            findings.count(f"frames with screen “{expected}”", int(shown.screen == expected))
            return shown.seconds

        for what, data, expected in (
            ("not enrolled", app, "EnrolScreen"),
            ("in the middle of a day", midday, "DriveScreen"),
        ):
            findings.say(f"app, {what}, and bare app in turns")
            series = findings.begin(f"process start to first frame, {what}", "s", "less", "Kivy app with one Label")
            alternate(
                series,
                effort.of(10, 1),
                lambda data=data, expected=expected: start("app", data, expected),  # type: ignore[misc]
                lambda: start("bare", bare, "Label"),
            )


MEASUREMENT = Measurement(
    "first-screen",
    "App: time to the first screen",
    prose("""
    Seconds from starting the process to the moment the first frame is drawn (OpenGL says that it has finished), of
    the real driver app over a folder it has used before: interpreter, imports, key store, journal, fonts, screen.
    Once of a handheld that is not enrolled; once of one that is started again on the road, after three
    deliveries: it reads its journal, and opens on the drive to the fourth. Under Xvfb the drawing is done by the
    processor, so a frame costs more than on a phone, and a phone's processor makes the rest slower: read the
    difference to the peer, not the sum.
    """),
    prose("""
    A Kivy app whose only widget is a Label, started in the same way, in turns with ours, on the same display with
    the same window size, density and settings. It is what Python and Kivy cost before an app has a line of its own.
    """),
    run,
)
