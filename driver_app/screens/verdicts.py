"""What a refused scan looks, sounds and feels like, and what to do about it: one row for each kind.

Green: it belongs. Amber: nothing was counted, and nothing is wrong with the pack. Red: this pack must not go on. The ear
tells the same: one beep, two beeps, an error. Colour is never alone: each kind has its words and its sign. No Kivy here.
"""

from typing import NamedTuple

from driver_app.hardware.ports import Signal
from driver_app.i18n import marked
from shared import problems
from shared.errors import Problem


class Look(NamedTuple):
    """How a refusal is told: the panel's tone and sign, its heading and what to do (English message ids), and the signal."""

    tone: str
    icon: str
    heading: str
    advice: str
    signal: Signal


def _red(icon: str, heading: str, advice: str) -> Look:
    return Look("bad", icon, heading, advice, Signal.WRONG)


def _amber(icon: str, heading: str, advice: str, signal: Signal = Signal.WRONG) -> Look:
    return Look("unknown", icon, heading, advice, signal)


LOOKS: dict[int, Look] = {
    problems.SCAN_WRONG_STOP.number: _red(
        "flag", marked("Wrong consignment"), marked("Leave it on board: it belongs to the stop named here.")
    ),
    problems.SCAN_NOT_ON_MANIFEST.number: _red(
        "close", marked("Not on the list"), marked("Put it aside: no delivery note of this route names it.")
    ),
    problems.SCAN_WRONG_LOT.number: _red(
        "close", marked("Wrong lot"), marked("Put it aside and take a pack of the lot on the list.")
    ),
    problems.SCAN_EXPIRED.number: _red(
        "warning", marked("Expired"), marked("Set it apart. It is not handed over; tell dispatch.")
    ),
    problems.SCAN_RECALLED.number: _red(
        "warning", marked("Recalled"), marked("Stop: set the whole lot apart, hand none of it over, call dispatch.")
    ),
    problems.SCAN_TOO_MANY.number: _red(
        "plus", marked("Too many"), marked("Put what is over aside; the list has no more of it.")
    ),
    problems.SCAN_ALREADY.number: _amber(
        "undo", marked("Already scanned"), marked("Nothing was counted. Go on with the next pack."), Signal.AGAIN
    ),
    problems.SCAN_NO_LOT.number: _amber(
        "info", marked("No lot in this code"), marked("Scan the pack's other code: the square one, or the trace code.")
    ),
    problems.SCAN_ONE_BY_ONE.number: _amber(
        "info", marked("Pack by pack"), marked("This medicine is not counted in: scan each pack.")
    ),
    problems.CODE_AMBIGUOUS.number: _amber(
        "info",
        marked("Could be read in several ways"),
        marked(
            "Scan one pack alone, or its other code. If this scanner always does it, set its separator in the settings."
        ),
    ),
    problems.NOT_FOUND.number: _amber(
        "box", marked("Which container?"), marked("Scan the container it goes into first.")
    ),
}
"""By the number of the problem."""
UNREADABLE = _amber(
    "scan", marked("Cannot be read"), marked("Scan again, or another code of the pack. Type it only as a last resort.")
)
"""For the other refusals of codes (1001 to 1099): about the code, not about the goods."""
REFUSED = _red("close", marked("Does not belong here"), "")
"""For what no scan should be refused for."""


def look_of(problem: Problem) -> Look:
    """How to tell a refusal.

    >>> look_of(Problem(1107, {"value": "B24"})).heading
    'Recalled'
    """
    return LOOKS.get(problem.number, UNREADABLE if problem.number < problems.SCAN_NOT_ON_MANIFEST.number else REFUSED)
