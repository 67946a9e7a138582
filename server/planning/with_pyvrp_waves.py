"""Trips that may take only so long, as vehicles of their own: the solver knows how long a route may take, but not each of the
trips on it.

The hours of a crew are divided among its trips in equal parts, so that what is planned for one never runs into the next.
Each bears its part of what the vehicle costs. Where the hours altogether may only be so many, the last of them are not used.
"""

from dataclasses import replace
from itertools import pairwise

import msgspec

from server.planning.lookup import Crew


def reloads(crew: Crew) -> bool:
    """Whether the solver plans the crew's further trips itself."""
    return crew.vehicle.trips > 1 and len(waves_of(crew)) == 1


def waves_of(crew: Crew) -> list[Crew]:
    """The crew once for each of its trips, in the hours of that trip; the crew itself where trips need not be told apart."""
    vehicle = crew.vehicle
    if vehicle.max_trip is None or vehicle.trips == 1 or crew.late is None:
        return [crew]
    if crew.lock is not None and crew.lock.orders:
        return [crew]
    late = crew.late if vehicle.max_duration is None else min(crew.late, crew.early + vehicle.max_duration)
    own = msgspec.structs.replace(vehicle, fixed=vehicle.fixed / vehicle.trips, trips=1)
    edges = [crew.early + (late - crew.early) * part // vehicle.trips for part in range(vehicle.trips + 1)]
    waves = []
    for begins, ends in pairwise(edges):
        meal = crew.meal
        eats = meal is not None and begins <= meal.start < ends
        driver = crew.driver if eats or crew.driver is None else msgspec.structs.replace(crew.driver, meal=None)
        leave_by = None if crew.leave_by is None else min(crew.leave_by, ends)
        waves.append(replace(crew, vehicle=own, driver=driver, early=begins, late=ends, leave_by=leave_by))
    return waves
