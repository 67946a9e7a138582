"""Where a driver is on the way, told from the directions and the position: which turn comes next, and how far it is."""

from collections.abc import Sequence

import msgspec

from shared.geo import Position, distance
from shared.work import Direction

PASSED = 35.0
"""m: a turn counts as reached within this, which is a lane's width and a fix's error."""
LOST = 400.0
"""m: farther from every turn than the longest stretch between two and this, the driver has left the way."""


class Guidance(msgspec.Struct, frozen=True):
    """The turn that comes next, by its place in the list; ``away`` in m as the crow flies; ``lost`` where the vehicle is not
    on the way that the plan knows."""

    place: int
    away: float
    lost: bool


def guide(directions: Sequence[Direction], here: Position, reached: int = -1) -> Guidance | None:
    """What comes next from ``here``, where the turns up to ``reached`` lie behind; ``None`` where there is none left.

    Turns are only ever passed forwards: a way that crosses itself does not jump back, and one that was cut short is caught up
    with at the nearest turn ahead.
    """
    ahead = range(reached + 1, len(directions))
    if not ahead:
        return None
    distances = {place: distance(here, directions[place].at) for place in ahead}
    passed = [place for place in ahead if distances[place] <= PASSED]
    if passed:
        after = passed[0] + 1
        if after >= len(directions):
            return None
        return Guidance(after, distance(here, directions[after].at), lost=False)
    place = ahead[0]
    stretch = directions[place - 1].distance if place else distances[place]
    return Guidance(place, distances[place], lost=distances[place] > stretch + LOST)
