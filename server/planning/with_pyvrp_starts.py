"""Several of PyVRP's searches at once, each from its own seed, and what all of them have seen put together.

The first search runs where it was asked for, which is also the only place that ``should_stop`` and ``on_best`` are called
from; the others run on threads: PyVRP lets go of the interpreter while it searches. They go in rounds. After each but the
last, the routes that were seen are chosen from anew (``with_scip``) while one search goes on; the next round begins at the
best day there is, and at the best one of another search, so that not all of them stand in the same place.
"""

import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

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

T = TypeVar("T")
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
    """Stops one search when it has gone far enough or ``enough`` is set, notes each better plan, and keeps the routes it
    sees. ``look`` is called in every iteration of the search that runs where it was asked for."""

    how: Search
    share: float
    began: float
    seen: "_Seen"
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
        self.stopped = threading.Event()
        """Somebody said that it is enough, or something went wrong."""
        self.noted: SimpleQueue[tuple[int, Solution]] = SimpleQueue()
        self.told: int | None = None
        groups = {client: group for group, members in enumerate(data.groups()) for client in members}
        things = [("group", groups[i]) if i in groups else ("client", i) for i in range(data.num_clients)]
        self.things: Sequence[Hashable] = things
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
            if share == self.how.rounds[-1] or not best.is_feasible() or self._over():
                break
            best = self._choose_anew(number, best)
            other = min((day for day in found if day.is_feasible()), key=self.judge.cost, default=best)
            first = [best if i % 2 == 0 else other for i in range(self.how.searches)]
        assert best is not None
        return Best(best, iterations)

    def _over(self) -> bool:
        how = self.how
        return self.stopped.is_set() or (how.seconds is not None and how.monotonic() - self.began >= how.seconds)

    # the searches ------------------------------------------------------------------------------------------------------

    def _round(self, number: int, share: float, part: float, first: Sequence[Solution | None]) -> list[Result]:
        """All searches, each until its share of the limit."""
        # iterations are counted anew by each round, real time is not
        how = self.how
        if how.iterations is not None:
            how = replace(how, iterations=max(1, round(how.iterations * part / share)))

        def search(index: int) -> Result:
            look = self._look if index == 0 else None
            watch = _Watch(how, share, self.began, self.seen[index], self._note, self.stopped.is_set, look)
            return self._solve(how.seed + 1000 * number + index, watch, first[index])

        with self._beside([partial(search, index) for index in range(1, len(first))]) as others:
            mine = search(0)
        self._tell()
        return [mine, *others]

    def _solve(self, seed: int, watch: _Watch, first: Solution | None) -> Result:
        params = SolveParams(ils=IteratedLocalSearchParams(callbacks=watch), penalty=self.prices())
        return pyvrp.solve(
            self.data, watch, seed, collect_stats=False, display=False, params=params, initial_solution=first
        )

    @contextmanager
    def _beside(self, works: Sequence[Callable[[], T]]) -> Iterator[list[T]]:
        """Have works done on threads while the body runs; what they give is in the list afterwards, in their order. What
        goes wrong on a thread, or in the body, stops the others and is raised here."""
        given: dict[int, T] = {}
        results: list[T] = []
        raised: list[BaseException] = []

        def go(index: int, work: Callable[[], T]) -> None:
            try:
                given[index] = work()
            except BaseException as error:  # noqa: BLE001 - a thread's error is raised where it was started
                raised.append(error)
                self.stopped.set()

        threads = [threading.Thread(target=go, args=pair, name=f"search {pair[0]}") for pair in enumerate(works)]
        for thread in threads:
            thread.start()
        try:
            yield results
        except BaseException:  # whatever it was: the searches beside it would go on to their end
            self.stopped.set()
            raise
        finally:
            for thread in threads:
                thread.join()
        if raised:
            raise raised[0]
        results += [given[index] for index in range(len(works))]

    # the choice --------------------------------------------------------------------------------------------------------

    def _choose_anew(self, number: int, best: Solution) -> Solution:
        """The best day of all routes that were seen; meanwhile, where real time is what counts, one search goes on."""
        how = self.how
        if how.seconds is None:
            chosen = self._chosen(best, self._columns(), Bound(nodes=NODES))
            return best if chosen is None else min(best, chosen, key=self.judge.cost)
        done = threading.Event()
        columns, bound = self._columns(), Bound(seconds=CHOOSING * how.seconds)

        def choose() -> Solution | None:
            try:
                return self._chosen(best, columns, bound)
            finally:
                done.set()

        def enough() -> bool:
            return done.is_set() or self.stopped.is_set()

        with self._beside([choose]) as chosen_days:
            watch = _Watch(how, 1.0, self.began, self.seen[0], self._note, enough, self._look)
            went_on = self._solve(how.seed + 1000 * number + 999, watch, best).best
        self._tell()
        return min([best, went_on, *(day for day in chosen_days if day is not None)], key=self.judge.cost)

    def _columns(self) -> dict[object, Column[pyvrp.Route]]:
        """The cheapest route for everything that one may serve, of all that any search has seen."""
        found: dict[object, Column[pyvrp.Route]] = {}
        for seen in self.seen:
            for key, column in seen.columns.items():
                known = found.get(key)
                if known is None or column.cost < known.cost:
                    found[key] = column
        return found

    def _chosen(self, best: Solution, pool: dict[object, Column[pyvrp.Route]], bound: Bound) -> Solution | None:
        """A cheaper day than the best; ``None`` where none was found."""
        own = _Seen(self.things)
        own.keep(best)
        pool |= {key: column for key, column in own.columns.items() if key not in pool}
        known = frozenset(index for index, key in enumerate(pool) if key in own.columns)
        cost = sum(column.cost for column in own.columns.values())
        routes = recombine(pool.values(), self.rows, known, cost, bound)
        if routes is None:
            return None
        chosen = Solution(self.data, routes)
        if not chosen.is_feasible():
            return None
        self._note(0, chosen)
        return chosen

    # telling -----------------------------------------------------------------------------------------------------------

    def _note(self, iterations: int, best: Solution) -> None:
        """A better day, of whichever thread."""
        if self.how.on_best is not None:
            self.noted.put((iterations, best))

    def _look(self) -> None:
        """Ask whether it is enough, and tell what was noted; only where the search was asked for."""
        how = self.how
        if how.should_stop is not None and not self.stopped.is_set() and how.should_stop():
            self.stopped.set()
        if not self.noted.empty():
            self._tell()

    def _tell(self) -> None:
        while True:
            try:
                iterations, best = self.noted.get_nowait()
            except Empty:
                return
            cost = self.judge.cost(best)
            if self.how.on_best is not None and (self.told is None or cost < self.told):
                self.told = cost
                self.how.on_best(iterations, cost / self.scale if best.is_feasible() else None)
