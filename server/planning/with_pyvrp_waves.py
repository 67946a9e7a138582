"""Trips that may take only so long, or count for more when they are long, as vehicles of their own: the solver knows how long
a route takes, but not each of the trips on it.

The hours of a crew are divided among its trips in equal parts, so that what is planned for one never runs into the next.
Each is first told its part of what the vehicle costs; what is right afterwards, ``with_pyvrp_fleet`` knows.
Around the edge between two parts the crew is paid whether it is out or not: it is home for the one trip no sooner than some
time before, and begins to load for the next no later than as much after, or waits for that in the solver's eyes. Where the
hours altogether may only be so many, the last of them are not used.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import msgspec

from server.planning.lookup import Crew

SPARE = 1800
"""s around the edge between two trips in which the crew's time costs the search nothing."""


@dataclass(frozen=True)
class Wave:
    """One of the crew's trips, as a crew that makes only this one. Its time is paid for until ``back`` at least, and it
    begins to load by ``begins`` (s; ``None``: no such bound)."""

    crew: Crew
    back: int | None = None
    begins: int | None = None


def reloads(crew: Crew) -> bool:
    """Whether the solver plans the crew's further trips itself."""
    return crew.vehicle.trips > 1 and len(waves_of(crew)) == 1


def waves_of(crew: Crew) -> list[Wave]:
    """The crew once for each of its trips, in the hours of that trip; the crew itself where trips need not be told apart."""
    vehicle = crew.vehicle
    if vehicle.trips == 1 or crew.late is None or (vehicle.max_trip is None and crew.haste is None):
        return [Wave(crew)]
    if crew.lock is not None and crew.lock.orders:
        return [Wave(crew)]
    late = crew.late if vehicle.max_duration is None else min(crew.late, crew.early + vehicle.max_duration)
    own = msgspec.structs.replace(vehicle, fixed=vehicle.fixed / vehicle.trips, trips=1)
    edges = [crew.early + (late - crew.early) * part // vehicle.trips for part in range(vehicle.trips + 1)]
    waves = []
    for number, (begins, ends) in enumerate(pairwise(edges)):
        meal = crew.meal
        eats = meal is not None and begins <= meal.start < ends
        driver = crew.driver if eats or crew.driver is None else msgspec.structs.replace(crew.driver, meal=None)
        leave_by = None if crew.leave_by is None else min(crew.leave_by, ends)
        one = replace(crew, vehicle=own, driver=driver, early=begins, late=ends, leave_by=leave_by)
        fed = meal.length if meal is not None and eats else 0
        back = ends - fed - SPARE if number < vehicle.trips - 1 else None
        waves.append(Wave(one, back, begins + SPARE if number > 0 else None))
    return waves
