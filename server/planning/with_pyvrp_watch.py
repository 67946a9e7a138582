"""How far one search goes, what it is told, and the routes that it sees on its way."""

import os
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import pyvrp
from pyvrp import CostEvaluator, Solution
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks

from server.planning.with_scip import Column

INFEASIBLE = 2**62
"""What the solver reports as the cost of a plan that breaks a rule is beyond this."""
ROUNDS = (0.4, 0.7, 1.0)
"""The parts of the limit at which the rounds end."""
WORTH = 2.0
"""s; below that, and below so many iterations, one round is all there is."""
WORTH_ITERATIONS = 100
MOST_STARTS = 8
PART = 180
"""Visits in a part of a day that is taken apart; half as many again and it is."""
STARTS = 2
"""Searches where the limit is a number of iterations: as many on every machine, for the sake of the same plan."""
NEAR = 1.01
"""Routes are kept of days that cost at most so many times the best."""
LOOKS = 50
"""A day of so many visits is looked at every iteration, one of twice as many every second: to look takes longer, and less
of the day is new."""
MOST_SEEN = 20_000
"""Routes that are kept at most."""


@dataclass(frozen=True)
class Search:
    """How far to look: until ``seconds`` have passed, ``iterations`` were made by each search, or ``should_stop`` says so.

    Limited by iterations alone, the same seed gives the same routes on every machine of one architecture. ``starts`` is how
    many searches there are; ``None``: one for each core.
    """

    seed: int
    seconds: float | None = None
    iterations: int | None = None
    patience: float = 1.0
    """The part of either limit after which it gives up where no feasible plan has been found yet."""
    should_stop: Callable[[], bool] | None = None
    on_best: Callable[[int, float | None], None] | None = None
    """Called with the iterations so far and the cost (money) of each better plan; ``None`` while it is not feasible."""
    monotonic: Callable[[], float] = time.monotonic
    starts: int | None = None
    part: int = PART
    """Visits in a part of a large day."""

    @property
    def searches(self) -> int:
        if self.starts is not None:
            return self.starts
        return STARTS if self.seconds is None else min(MOST_STARTS, len(os.sched_getaffinity(0)))

    @property
    def rounds(self) -> Sequence[float]:
        short = self.seconds is not None and self.seconds < WORTH
        return ROUNDS[-1:] if short or (self.iterations is not None and self.iterations < WORTH_ITERATIONS) else ROUNDS


@dataclass
class Watch(IteratedLocalSearchCallbacks):
    """Stops one search when it has gone far enough or ``enough`` is set, notes each better plan, and keeps the routes it
    sees. ``look`` is called in every iteration of the search that runs where it was asked for."""

    how: Search
    share: float
    began: float
    seen: "Seen"
    note: Callable[[int, Solution], None]
    enough: Callable[[], bool]
    look: Callable[[], None] | None = None
    iterations: int = 0

    def __call__(self, best_cost: int) -> bool:
        how = self.how
        share = min(self.share, how.patience) if best_cost >= INFEASIBLE else self.share
        if how.iterations is not None and self.iterations >= how.iterations * share:
            return True
        if how.seconds is not None and how.monotonic() - self.began >= how.seconds * share:
            return True
        if self.look is not None:
            self.look()
        if self.enough():
            return True
        self.iterations += 1
        return False

    def on_best(self, best: Solution) -> None:
        if best.is_feasible():
            self.seen.keep(best)
        self.note(self.iterations, best)

    def on_iteration(
        self, current: Solution, candidate: Solution, best: Solution, cost_evaluator: CostEvaluator
    ) -> None:
        del current
        if self.iterations % self.seen.every:
            return
        if candidate.is_feasible() and cost_evaluator.cost(candidate) <= NEAR * cost_evaluator.cost(best):
            self.seen.keep(candidate)


class Seen:
    """The routes of good days, the cheapest for everything that one route may serve. Filled by one search at a time, so that
    what is in it does not hang on which thread was faster. What a vehicle costs is not in the cost of a route whose type
    is ``shared`` with others."""

    def __init__(self, things: Sequence[Hashable], shared: frozenset[int] = frozenset()) -> None:
        self._things = things
        self._shared = shared
        self.every = max(1, len(things) // LOOKS)
        self._met: set[tuple[int, int, int, int]] = set()
        self.columns: dict[tuple[int, frozenset[Hashable]], Column[pyvrp.Route]] = {}

    def keep(self, day: Solution) -> None:
        for route in day.routes():
            # nearly all routes of a day were in the one before: to read the visits of each would take most of the time
            likeness = (route.vehicle_type(), route.distance(), route.duration(), route.num_clients())
            if likeness in self._met or len(self.columns) >= MOST_SEEN:
                continue
            self._met.add(likeness)
            self._add(route, self._serves(route))

    def take(self, route: pyvrp.Route) -> None:
        """Keep one route of a day."""
        if len(self.columns) < MOST_SEEN:
            self._add(route, self._serves(route))

    def _serves(self, route: pyvrp.Route) -> frozenset[Hashable]:
        return frozenset(self._thing(activity) for activity in route if not activity.is_depot())

    def _add(self, route: pyvrp.Route, serves: frozenset[Hashable]) -> None:
        cost = route.distance_cost() + route.duration_cost() - route.prizes()
        if route.vehicle_type() not in self._shared:
            cost += route.fixed_vehicle_cost()
        known = self.columns.get((route.vehicle_type(), serves))
        if known is None or cost < known.cost:
            self.columns[route.vehicle_type(), serves] = Column(route, serves, (route.vehicle_type(),), cost)

    def _thing(self, activity: Any) -> Hashable:
        return ("shipment", activity.idx) if activity.is_shipment() else self._things[activity.idx]
