"""A whole shift on the app's screens: what a driver waits for at each tap, and what the app has in memory at its end."""

import tempfile
from pathlib import Path

from bench.child_shift import PICTURE
from bench.harness import Effort, Findings, Measurement, prose
from bench.long_day import picture
from bench.screens import child, display, open_window

STOPS, PHOTOS = 80, 4
TAPS = 60
LONGEST = 900.0
"""s a shift may take on a slow machine."""
SHOWS = ("the goods", "the loggers", "the receiver's view", "the signature", "the end of a stop", "the next stop")
"""What the taps of a stop lead to, in order."""
PEER = "bare Kivy: a tap, a screen of 12 Labels"


def run(findings: Findings, effort: Effort) -> None:
    """The peer, the shift, and the peer again."""
    stops, photos, taps = effort.of(STOPS, 2), effort.of(PHOTOS, 1), effort.of(TAPS, 2)
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as place, display() as name:
        folder = Path(place) / "app"
        folder.mkdir()
        (folder / PICTURE).write_bytes(picture())
        bare = ["bare", f"{place}/bare", str(taps)]
        peer: list[float] = child("bench.child_shift", bare, name)["taps"]["bare"]
        findings.say(f"a shift of {stops} stops")
        ours = child("bench.child_shift", [str(folder), str(stops), str(photos)], name, LONGEST)
        peer += child("bench.child_shift", bare, name)["taps"]["bare"]
        for what in SHOWS:
            series = findings.begin(f"from the tap to {what}", "ms", "less", PEER, tail=True)
            series.ours += ours["taps"][what]
            series.peer += peer
        memory = findings.begin("in memory at the end of the shift", "MiB", "less", "Kivy app with one Label")
        memory.ours.append(ours["rss"] / 1024)
        memory.peer.append(open_window("bare", Path(place) / "label", name).rss / 1024)
        for counted in ("handovers", "photos", "positions", "records"):
            findings.count(f"{counted} of the shift", ours[counted])
        findings.count("screens that were shown", ours["shown"])


MEASUREMENT = Measurement(
    "shift",
    "App: a shift of 80 stops, tap by tap",
    prose("""
    A whole shift of some 12 hours in the real app, without a network: 80 stops of three lines, 320 photos, 8 loggers at
    one reading a minute, a position each 5 s. What happens on the road happens in simulated time; a virtual hand taps
    through every stop. Milliseconds from the finger's lifting to the end (OpenGL has finished) of the first frame that
    shows what the tap leads to: every line to be unloaded, a card for each logger, every line with its verdict and chart,
    the signature pad, the outcome, the next stop. That includes what is recorded, with its fsync. Motion between screens
    is off: it would add its 0.14 s. A receipt's QR code is drawn a moment after the outcome. Then every other screen but
    the one for enrolment is shown, and what the process has resident is noted: interpreter, Kivy, the software renderer
    and the loops that made the shift included.
    """),
    prose("""
    For the taps: a Kivy app whose button makes and shows a screen of a dozen Labels, tapped and timed in the same way,
    before and after ours. It records nothing and decides nothing. For memory: the Kivy app with one Label on its first
    frame.
    """),
    run,
)
