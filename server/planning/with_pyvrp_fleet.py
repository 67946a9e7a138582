"""What a day costs where trips of one vehicle are vehicles of their own for the solver: each vehicle once.

The solver adds up what its vehicles cost, and cannot know that the second trip of a vehicle that is out anyway is had for
nothing. So it is told a price for each trip that is right at the edge of the day it has: a further trip of a vehicle that is
out costs nothing, the only trip of another all of it. What is compared and kept is counted with the true cost.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyvrp import Activity, CostEvaluator, ProblemData, Route, Solution

from server.planning.with_scip import Shared

IDLE = 0.5
"""The part of a vehicle's cost that each trip is told of one that stays at home."""


@dataclass(frozen=True)
class Trips:
    """Vehicle types that are trips of the same vehicles, in the order of the day, and what one such vehicle costs."""

    kinds: tuple[int, ...]
    fixed: int


class Fleet:
    """The true cost of days, and prices for the solver that follow the day it has."""

    def __init__(self, data: ProblemData, trips: Sequence[Trips]) -> None:
        self.trips = trips
        self.shared = frozenset(kind for one in trips for kind in one.kinds)
        self.judge = CostEvaluator([0.0] * data.num_load_dimensions, 0.0, 0.0)

    def cost(self, day: Solution) -> int:
        """What a day costs, in the solver's numbers; more than any day does where it breaks a rule."""
        cost = self.judge.cost(day)
        if not self.trips or not day.is_feasible():
            return cost
        told = sum(route.fixed_vehicle_cost() for route in day.routes() if route.vehicle_type() in self.shared)
        return cost - told + self.vehicles(day)

    def vehicles(self, day: Solution) -> int:
        """What the vehicles of a day cost whose trips are told apart."""
        used = Counter(route.vehicle_type() for route in day.routes())
        return sum(one.fixed * max(used[kind] for kind in one.kinds) for one in self.trips)

    def rows(self) -> list[Shared]:
        """The same for a choice of routes."""
        return [Shared(one.kinds, one.fixed) for one in self.trips]

    def priced(self, data: ProblemData, day: Solution) -> ProblemData:
        """The problem with prices that are right for small changes to a day."""
        if not self.trips:
            return data
        used = Counter(route.vehicle_type() for route in day.routes())
        kinds = data.vehicle_types()
        for one in self.trips:
            most = max(used[kind] for kind in one.kinds)
            at_most = [kind for kind in one.kinds if used[kind] == most]
            for kind in one.kinds:
                price = IDLE * one.fixed if most == 0 else one.fixed / len(at_most) if used[kind] == most else 0.0
                kinds[kind] = kinds[kind].replace(fixed_cost=round(price))
        return data.replace(vehicle_types=kinds)

    def others(self, data: ProblemData, day: Solution) -> Iterator[Route]:
        """The routes of a day that are one trip, as those of every other vehicle type that can drive them."""
        for route in day.routes():
            if route.num_trips() > 1:
                continue
            steps = _steps(route)
            for kind in range(data.num_vehicle_types):
                if kind != route.vehicle_type():
                    other = Route(data, steps, kind)
                    if other.is_feasible():
                        yield other


def moved(data: ProblemData, day: Solution) -> Solution:
    """A day at the prices of a problem."""
    return Solution(data, [Route(data, _steps(route), route.vehicle_type()) for route in day.routes()])


def _steps(route: Route) -> list[Activity]:
    """What a route does between leaving and coming back."""
    return [*route][1:-1]
