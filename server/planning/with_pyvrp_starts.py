"""Several of PyVRP's searches at once, each from its own seed, and what all of them have seen put together.

The searches run on threads: PyVRP lets go of the interpreter while it searches. They go in rounds. After each but the last,
the routes that were seen are chosen from anew (``with_scip``) while one search goes on; the next round begins at the best
day there is, and at the best one of another search, so that not all of them stand in the same place.
"""

import os
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyvrp
from pyvrp import (
    CostEvaluator,
    IteratedLocalSearchParams,
    PenaltyParams,
    ProblemData,
    Result,
    Solution,
    SolveParams,
)
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks

from server.planning.with_scip import Bound, Column, Rows, recombine

INFEASIBLE = 2**62
"""What the solver reports as the cost of a plan that breaks a rule is beyond this."""
ROUNDS = (0.4, 0.7, 1.0)
"""The parts of the limit at which the rounds end."""
CHOOSING = 0.2
"""The part of the time that choosing anew may take after a round."""
NODES = 20
"""The nodes that choosing anew may look at where the limit is a number of iterations."""
WORTH = 2.0
"""s; below that, and below so many iterations, one round is all there is."""
WORTH_ITERATIONS = 100
MOST_STARTS = 8
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

    @property
    def searches(self) -> int:
        if self.starts is not None:
            return self.starts
        return STARTS if self.seconds is None else min(MOST_STARTS, len(os.sched_getaffinity(0)))

    @property
    def rounds(self) -> Sequence[float]:
        short = self.seconds is not None and self.seconds < WORTH
        return ROUNDS[-1:] if short or (self.iterations is not None and self.iterations < WORTH_ITERATIONS) else ROUNDS


@dataclass(frozen=True)
class Best:
    """The best day of all searches, and how many iterations the busiest of them made."""

    solution: Solution
    iterations: int


def explore(
    data: ProblemData, how: Search, prices: Callable[[], PenaltyParams], scale: int, warm: Solution | None = None
) -> Best:
    """Search from several seeds, the first of them from ``warm`` where there is one. ``prices`` gives fresh penalties for
    each search; ``scale`` is how many of the solver's whole numbers make one of money."""
    return _Exploration(data, how, prices, scale).run(warm)


@dataclass
class _Watch(IteratedLocalSearchCallbacks):
    """Stops one search when it has gone far enough, reports each better plan, and keeps the routes it sees."""

    how: Search
    share: float
    began: float
    seen: "_Seen"
    tell: Callable[[int, Solution], None]
    enough: threading.Event = field(default_factory=threading.Event)
    iterations: int = 0

    def __call__(self, best_cost: int) -> bool:
        how = self.how
        share = min(self.share, how.patience) if best_cost >= INFEASIBLE else self.share
        if how.iterations is not None and self.iterations >= how.iterations * share:
            return True
        if how.seconds is not None and how.monotonic() - self.began >= how.seconds * share:
            return True
        if self.enough.is_set() or (how.should_stop is not None and how.should_stop()):
            return True
        self.iterations += 1
        return False

    def on_best(self, best: Solution) -> None:
        if best.is_feasible():
            self.seen.keep(best)
        self.tell(self.iterations, best)

    def on_iteration(
        self, current: Solution, candidate: Solution, best: Solution, cost_evaluator: CostEvaluator
    ) -> None:
        del current
        if self.iterations % self.seen.every:
            return
        if candidate.is_feasible() and cost_evaluator.cost(candidate) <= NEAR * cost_evaluator.cost(best):
            self.seen.keep(candidate)


class _Seen:
    """The routes of good days, the cheapest for everything that one route may serve. Filled by one search only, so that what
    is in it does not hang on which thread was faster."""

    def __init__(self, things: Sequence[Hashable]) -> None:
        self._things = things
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
            self._add(route, frozenset(self._thing(activity) for activity in route if not activity.is_depot()))

    def _add(self, route: pyvrp.Route, serves: frozenset[Hashable]) -> None:
        cost = route.distance_cost() + route.duration_cost() + route.fixed_vehicle_cost() - route.prizes()
        known = self.columns.get((route.vehicle_type(), serves))
        if known is None or cost < known.cost:
            self.columns[route.vehicle_type(), serves] = Column(route, serves, route.vehicle_type(), cost)

    def _thing(self, activity: Any) -> Hashable:
        return ("shipment", activity.idx) if activity.is_shipment() else self._things[activity.idx]


class _Exploration:
    def __init__(self, data: ProblemData, how: Search, prices: Callable[[], PenaltyParams], scale: int) -> None:
        self.data, self.how, self.prices, self.scale = data, how, prices, scale
        self.began = how.monotonic()
        self.lock = threading.Lock()
        self.told: int | None = None
        groups = {client: group for group, members in enumerate(data.groups()) for client in members}
        things = [("group", groups[i]) if i in groups else ("client", i) for i in range(data.num_clients)]
        self.seen = [_Seen(things) for _ in range(how.searches)]
        needed = [thing for i, thing in enumerate(things) if i not in groups and data.client(i).required]
        needed += [("group", group) for group, members in enumerate(data.groups()) if members.required]
        needed += [("shipment", i) for i in range(data.num_shipments) if data.shipment(i).required]
        self.rows = Rows(frozenset(needed), [kind.num_available for kind in data.vehicle_types()])
        self.judge = CostEvaluator([0.0] * data.num_load_dimensions, 0.0, 0.0)

    def run(self, warm: Solution | None) -> Best:
        first: list[Solution | None] = [warm] + [None] * (self.how.searches - 1)
        iterations = 0
        best: Solution | None = None
        for number, share in enumerate(self.how.rounds):
            done = 0.0 if number == 0 else self.how.rounds[number - 1]
            results = self._round(number, share, share - done, first)
            iterations += max(result.num_iterations for result in results)
            found = [result.best for result in results]
            best = min([*found, *([best] if best is not None else [])], key=self.judge.cost)
            if share == self.how.rounds[-1] or not best.is_feasible() or self._over(share):
                break
            best = self._choose_anew(number, best)
            other = min((day for day in found if day.is_feasible()), key=self.judge.cost, default=best)
            first = [best if i % 2 == 0 else other for i in range(self.how.searches)]
        assert best is not None
        return Best(best, iterations)

    def _over(self, share: float) -> bool:
        how = self.how
        if how.should_stop is not None and how.should_stop():
            return True
        return how.seconds is not None and how.monotonic() - self.began >= how.seconds and share < 1.0

    def _round(self, number: int, share: float, part: float, first: Sequence[Solution | None]) -> list[Result]:
        """All searches, each until its share of the limit."""
        results: list[Result | None] = [None] * len(first)
        raised: list[BaseException] = []
        # iterations are counted anew by each round, real time is not
        how = self.how
        if how.iterations is not None:
            how = replace(how, iterations=max(1, round(how.iterations * part / share)))

        def go(index: int) -> None:
            try:
                watch = _Watch(how, share, self.began, self.seen[index], self._tell)
                results[index] = self._solve(how.seed + 1000 * number + index, watch, first[index])
            except BaseException as error:  # noqa: BLE001 - a thread's error is raised where it was started
                raised.append(error)

        threads = [threading.Thread(target=go, args=(i,), name=f"search-{i}") for i in range(len(first))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if raised:
            raise raised[0]
        return [result for result in results if result is not None]

    def _solve(self, seed: int, watch: _Watch, first: Solution | None) -> Result:
        params = SolveParams(ils=IteratedLocalSearchParams(callbacks=watch), penalty=self.prices())
        return pyvrp.solve(
            self.data, watch, seed, collect_stats=False, display=False, params=params, initial_solution=first
        )

    def _choose_anew(self, number: int, best: Solution) -> Solution:
        """The best day of all routes that were seen; meanwhile, where real time is what counts, one search goes on."""
        how = self.how
        if how.seconds is None:
            chosen = self._chosen(best, Bound(nodes=NODES))
            return best if chosen is None else min(best, chosen, key=self.judge.cost)
        watch = _Watch(how, 1.0, self.began, self.seen[0], self._tell)
        went_on: list[Solution] = []
        raised: list[BaseException] = []

        def go_on() -> None:
            try:
                went_on.append(self._solve(how.seed + 1000 * number + 999, watch, best).best)
            except BaseException as error:  # noqa: BLE001 - as above
                raised.append(error)

        columns = self._columns()
        thread = threading.Thread(target=go_on, name="search-on")
        thread.start()
        try:
            chosen = self._chosen(best, Bound(seconds=CHOOSING * how.seconds), columns)
        finally:
            watch.enough.set()
            thread.join()
        if raised:
            raise raised[0]
        return min([best, *went_on, *([chosen] if chosen is not None else [])], key=self.judge.cost)

    def _columns(self) -> list[Column[pyvrp.Route]]:
        found: dict[object, Column[pyvrp.Route]] = {}
        for seen in self.seen:
            for key, column in seen.columns.items():
                known = found.get(key)
                if known is None or column.cost < known.cost:
                    found[key] = column
        return list(found.values())

    def _chosen(
        self, best: Solution, bound: Bound, columns: list[Column[pyvrp.Route]] | None = None
    ) -> Solution | None:
        own = _Seen(self.seen[0]._things)
        own.keep(best)
        pool = {(c.kind, c.serves): c for c in (columns if columns is not None else self._columns())}
        pool |= {key: column for key, column in own.columns.items() if key not in pool}
        known = frozenset(index for index, key in enumerate(pool) if key in own.columns)
        cost = sum(column.cost for column in own.columns.values())
        routes = recombine(pool.values(), self.rows, known, cost, bound)
        if routes is None:
            return None
        chosen = Solution(self.data, routes)
        if not chosen.is_feasible():
            return None
        self._tell(0, chosen)
        return chosen

    def _tell(self, iterations: int, best: Solution) -> None:
        if self.how.on_best is None:
            return
        cost = self.judge.cost(best)
        with self.lock:
            if self.told is not None and cost >= self.told:
                return
            self.told = cost
            self.how.on_best(iterations, cost / self.scale if best.is_feasible() else None)
