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
    """How a refusal is told: the panel's tone and sign, its heading, the facts (the problem's values filled in; empty: the
    problem's own sentence) and what to do (English message ids), and the signal."""

    tone: str
    icon: str
    heading: str
    facts: str
    advice: str
    signal: Signal


def _red(icon: str, heading: str, facts: str, advice: str) -> Look:
    return Look("bad", icon, heading, facts, advice, Signal.WRONG)


def _amber(icon: str, heading: str, facts: str, advice: str, signal: Signal = Signal.WRONG) -> Look:
    return Look("unknown", icon, heading, facts, advice, signal)


LOOKS: dict[int, Look] = {
    problems.SCAN_WRONG_STOP.number: _red(
        "flag",
        marked("Wrong consignment"),
        marked("It belongs to {site}"),
        marked("Leave it on board: another stop gets it."),
    ),
    problems.SCAN_LATER_TRIP.number: _amber(
        "depot",
        marked("For a later trip"),
        marked("It goes on trip {trip}"),
        marked("Leave it at the depot until that trip is loaded."),
    ),
    problems.SCAN_NOT_ON_MANIFEST.number: _red(
        "close",
        marked("Not on the list"),
        "{value}",
        marked("Put it aside: no delivery note of this route names it."),
    ),
    problems.SCAN_WRONG_LOT.number: _red(
        "close",
        marked("Wrong lot"),
        marked("Scanned {value}; on the list {expected}"),
        marked("Put it aside and take a pack of the lot on the list."),
    ),
    problems.SCAN_EXPIRED.number: _red(
        "warning",
        marked("Expired"),
        marked("Expired on {expiry}: {value}"),
        marked("Set it apart. It is not handed over; tell dispatch."),
    ),
    problems.SCAN_RECALLED.number: _red(
        "warning",
        marked("Recalled"),
        "{value}",
        marked("Stop: set the whole lot apart, hand none of it over, call dispatch."),
    ),
    problems.SCAN_TOO_MANY.number: _red(
        "plus",
        marked("Too many"),
        marked("This would be {value}; the list says {expected}"),
        marked("Put what is over aside; the list has no more of it."),
    ),
    problems.SCAN_ALREADY.number: _amber(
        "undo",
        marked("Already scanned"),
        "{value}",
        marked("Nothing was counted. Go on with the next pack."),
        Signal.AGAIN,
    ),
    problems.SCAN_NO_LOT.number: _amber(
        "info",
        marked("No lot in this code"),
        "{value}",
        marked("Scan the pack's other code: the square one, or the trace code."),
    ),
    problems.SCAN_ONE_BY_ONE.number: _amber(
        "info", marked("Pack by pack"), "{value}", marked("This medicine is not counted in: scan each pack.")
    ),
    problems.SCAN_QUANTITY.number: _amber(
        "info", marked("Not a possible number"), "{value}", marked("Count the packs again.")
    ),
    problems.CODE_AMBIGUOUS.number: _amber(
        "info",
        marked("More than one reading"),
        "{readings}",
        marked("Scan one pack alone, or its other code. A keyboard scanner: set its separator in the settings."),
    ),
    problems.NOT_FOUND.number: _amber(
        "box", marked("Which container?"), "{value}", marked("Scan the container it goes into first.")
    ),
}
"""By the number of the problem."""
UNREADABLE = _amber(
    "scan",
    marked("Cannot be read"),
    "",
    marked("Scan again, or another code of the pack. Type it only as a last resort."),
)
"""For the other refusals of codes (1001 to 1099): about the code, not about the goods."""
REFUSED = _red("close", marked("Does not belong here"), "", "")
"""For what no scan should be refused for."""


def facts_of(problem: Problem) -> dict[str, str]:
    """The values of a problem as its facts show them: of several readings only where they differ, for what they share is
    long and is in all of them.

    >>> facts_of(Problem(1008, {"readings": "(01)06901234567892(10)A121 | (01)06901234567892(10)A1(21)7"}))["readings"]
    '…(10)A121 | …(10)A1(21)7'
    """
    if "readings" not in problem.values:
        return problem.values
    readings = problem.values["readings"].split(" | ")
    columns = zip(*readings, strict=False)
    alike = next((place for place, signs in enumerate(columns) if len(set(signs)) > 1), 0)
    shared = readings[0].rfind("(", 0, alike)
    if shared > 0:
        readings = ["…" + reading[shared:] for reading in readings]
    return {**problem.values, "readings": " | ".join(readings)}


def look_of(problem: Problem) -> Look:
    """How to tell a refusal.

    >>> look_of(Problem(1107, {"value": "B24"})).heading
    'Recalled'
    """
    return LOOKS.get(problem.number, UNREADABLE if problem.number < problems.SCAN_NOT_ON_MANIFEST.number else REFUSED)
