"""Several of PyVRP's searches at once, each from its own seed, and what all of them have seen put together.

The first search runs where it was asked for, which is also the only place that ``should_stop`` and ``on_best`` are called
from; the others run on threads: PyVRP lets go of the interpreter while it searches. They go in rounds. After each but the
last, the routes that were seen are chosen from anew (``with_scip``) while one search goes on; the next round begins at the
best day there is, and at the best one of another search, so that not all of them stand in the same place. A large day is
taken apart after its first round (``with_pyvrp_parts``), and the searches share the parts among them.
"""

import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import TypeVar

import pyvrp
from pyvrp import IteratedLocalSearchParams, PenaltyParams, ProblemData, Result, Solution, SolveParams

from server.planning.with_pyvrp_fleet import Fleet, Trips, moved
from server.planning.with_pyvrp_parts import Divider, Part
from server.planning.with_pyvrp_watch import Search, Seen, Watch
from server.planning.with_scip import Bound, Column, Rows, recombine

T = TypeVar("T")
SETTLING = 0.02
"""The part of the time that giving trips to the fewest vehicles may take at a time."""
CHOOSING = 0.2
"""The part of the time that choosing anew may take after a round."""
NODES = 20
"""The nodes that choosing anew may look at where the limit is a number of iterations."""
HISTORY = 100
"""A change is accepted that makes a better day than the one so many iterations ago: the solver's 300 pay in minutes."""
HISTORY_LARGE = 50
"""The same for a large day as a whole: it has a long way to go."""
EXHAUSTIVE = 60
"""Each better day of so many visits at most is searched exhaustively. On larger ones that costs more than it brings, while
better days are found all the time."""
PART_TIME = 0.1
"""The part of the time that a part of a large day is searched before the day is taken apart anew."""
PART_TURNS = 2
"""How often a large day is taken apart in a round where the limit is a number of iterations."""


@dataclass(frozen=True)
class Best:
    """The best day of all searches, and how many iterations the busiest of them made."""

    solution: Solution
    iterations: int


def explore(
    data: ProblemData,
    how: Search,
    prices: Callable[[], PenaltyParams],
    scale: int,
    warm: Solution | None = None,
    trips: Sequence[Trips] = (),
) -> Best:
    """Search from several seeds, the first of them from ``warm`` where there is one. ``prices`` gives fresh penalties for
    each search; ``scale`` is how many of the solver's whole numbers make one of money."""
    return _Exploration(data, how, prices, scale, Fleet(data, trips)).run(warm)


class _Exploration:
    def __init__(
        self, data: ProblemData, how: Search, prices: Callable[[], PenaltyParams], scale: int, fleet: Fleet
    ) -> None:
        self.data, self.how, self.prices, self.scale, self.fleet = data, how, prices, scale, fleet
        self.began = how.monotonic()
        self.stopped = threading.Event()
        """Somebody said that it is enough, or something went wrong."""
        self.noted: SimpleQueue[tuple[int, Solution]] = SimpleQueue()
        self.told: int | None = None
        groups = {client: group for group, members in enumerate(data.groups()) for client in members}
        things = [("group", groups[i]) if i in groups else ("client", i) for i in range(data.num_clients)]
        self.things: Sequence[Hashable] = things
        self.seen = [Seen(things, fleet.shared) for _ in range(how.searches)]
        needed = [thing for i, thing in enumerate(things) if i not in groups and data.client(i).required]
        needed += [("group", group) for group, members in enumerate(data.groups()) if members.required]
        needed += [("shipment", i) for i in range(data.num_shipments) if data.shipment(i).required]
        self.rows = Rows(frozenset(needed), [kind.num_available for kind in data.vehicle_types()], fleet.rows())
        self.large = 2 * len(things) >= 3 * how.part and not data.num_shipments
        self.history = HISTORY_LARGE if self.large else HISTORY

    def run(self, warm: Solution | None) -> Best:
        first: list[Solution | None] = [warm] + [None] * (self.how.searches - 1)
        divider = Divider(self.data, self.how.seed) if self.large else None
        best, iterations, done = None, 0, 0.0
        for number, share in enumerate(self.how.rounds):
            if divider is not None and best is not None:
                best, count = self._in_parts(divider, number, best, done, share)
                found = [best]
            else:
                results = self._round(number, share, share - done, first)
                count = max(result.num_iterations for result in results)
                found = [result.best for result in results]
                best = min([*found, *([best] if best is not None else [])], key=self.fleet.cost)
            iterations += count
            best = self._settled(best)
            if share == self.how.rounds[-1] or not best.is_feasible() or self._over():
                break
            best, done = self._settled(self._choose_anew(number, best)), share
            other = min((day for day in found if day.is_feasible()), key=self.fleet.cost, default=best)
            if self.fleet.trips:
                other = moved(self.data, other)
            first = [best if i % 2 == 0 else other for i in range(self.how.searches)]
        assert best is not None
        return Best(best, iterations)

    def _over(self, share: float = 1.0) -> bool:
        how = self.how
        over = how.seconds is not None and how.monotonic() - self.began >= share * how.seconds
        return over or self.stopped.is_set()

    # the searches ------------------------------------------------------------------------------------------------------

    def _round(self, number: int, share: float, part: float, first: Sequence[Solution | None]) -> list[Result]:
        """All searches, each until its share of the limit."""
        # iterations are counted anew by each round, real time is not
        how = self.how
        if how.iterations is not None:
            how = replace(how, iterations=max(1, round(how.iterations * part / share)))

        def search(index: int) -> Result:
            look = self._look if index == 0 else None
            watch = Watch(how, share, self.began, self.seen[index], self._note, self.stopped.is_set, look)
            return self._solve(self.data, how.seed + 1000 * number + index, watch, first[index])

        with self._beside([partial(search, index) for index in range(1, len(first))]) as others:
            mine = search(0)
        self._tell()
        return [mine, *others]

    def _solve(self, data: ProblemData, seed: int, watch: Watch, first: Solution | None) -> Result:
        history = self.history if data is self.data else HISTORY
        exhaustive = data.num_clients <= EXHAUSTIVE
        ils = IteratedLocalSearchParams(history_length=history, exhaustive_on_best=exhaustive, callbacks=watch)
        params = SolveParams(ils=ils, penalty=self.prices())
        return pyvrp.solve(data, watch, seed, collect_stats=False, display=False, params=params, initial_solution=first)

    # a large day -------------------------------------------------------------------------------------------------------

    def _in_parts(
        self, divider: Divider, number: int, best: Solution, done: float, share: float
    ) -> tuple[Solution, int]:
        """The day taken apart, its parts searched at the same time; then again, along other edges, until the limit's
        ``share``. Returns the best day, and how many iterations the busiest search made."""
        how, iterations, turn = self.how, 0, 0
        while not self._over(share) and (how.seconds is not None or turn < PART_TURNS):
            divider.data = self.data
            parts = divider.parts(best, how.part)
            after_each_other = -(-len(parts) // how.searches)
            if how.seconds is not None:
                left = self.began + share * how.seconds - how.monotonic()
                turns = max(1, round(left / (after_each_other * PART_TIME * how.seconds)))
                bound = replace(how, seconds=left / turns / after_each_other, patience=1.0)
            else:
                assert how.iterations is not None
                count = max(1, round(how.iterations * (share - done) / PART_TURNS / after_each_other))
                bound = replace(how, iterations=count, patience=1.0)
            seed = how.seed + 1000 * number + 100 * turn
            found = [
                partial(self._some_parts, index, parts[index :: how.searches], bound, seed + 10 * index)
                for index in range(how.searches)
            ]
            with self._beside(found[1:]) as others:
                mine = found[0]()
            routes = [route for routes, _ in [mine, *others] for route in routes]
            best = self._settled(min([best, self._settled(Solution(self.data, routes))], key=self.fleet.cost))
            iterations += max(count for _, count in [mine, *others])
            turn += 1
            self._note(iterations, best)
            self._tell()
        return best, iterations

    def _some_parts(self, index: int, parts: Sequence[Part], bound: Search, seed: int) -> tuple[list[pyvrp.Route], int]:
        """What one search makes of its parts, one after the other: their routes, as routes of the whole day."""
        routes: list[pyvrp.Route] = []
        iterations = 0
        for number, part in enumerate(parts):
            seen = Seen([self.things[client] for client in part.clients])  # costs come when they are taken over
            look = self._look if index == 0 else None
            watch = Watch(bound, 1.0, bound.monotonic(), seen, _silent, self.stopped.is_set, look)
            result = self._solve(part.data, seed + number, watch, part.first)
            better = min([part.first, result.best], key=self.fleet.judge.cost)
            routes += [part.route(self.data, route) for route in better.routes()]
            for column in seen.columns.values():
                self.seen[index].take(part.route(self.data, column.route))
            iterations += result.num_iterations
        return routes, iterations

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
            return best if chosen is None else min(best, chosen, key=self.fleet.cost)
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
            watch = Watch(how, 1.0, self.began, self.seen[0], self._note, enough, self._look)
            went_on = self._solve(self.data, how.seed + 1000 * number + 999, watch, best).best
        self._tell()
        return min([best, went_on, *(day for day in chosen_days if day is not None)], key=self.fleet.cost)

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
        own = Seen(self.things, self.fleet.shared)
        own.keep(best)
        pool |= {key: column for key, column in own.columns.items() if key not in pool}
        known = frozenset(index for index, key in enumerate(pool) if key in own.columns)
        cost = sum(column.cost for column in own.columns.values()) + self.fleet.vehicles(best)
        routes = recombine(pool.values(), self.rows, known, cost, bound)
        if routes is None:
            return None
        chosen = moved(self.data, Solution(self.data, routes))
        if not chosen.is_feasible():
            return None
        self._note(0, chosen)
        return chosen

    def _settled(self, best: Solution) -> Solution:
        """A day with its trips given to the fewest vehicles, and from now on prices that are right for it."""
        if not self.fleet.trips or not best.is_feasible():
            return best
        others = Seen(self.things, self.fleet.shared)
        for route in self.fleet.others(self.data, best):
            others.take(route)
        bound = Bound(nodes=NODES) if self.how.seconds is None else Bound(seconds=SETTLING * self.how.seconds)
        chosen = self._chosen(best, dict[object, Column[pyvrp.Route]](others.columns.items()), bound)
        best = best if chosen is None else min(best, chosen, key=self.fleet.cost)
        self.data = self.fleet.priced(self.data, best)
        return moved(self.data, best)

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
            cost = self.fleet.cost(best)
            if self.how.on_best is not None and (self.told is None or cost < self.told):
                self.told = cost
                self.how.on_best(iterations, cost / self.scale if best.is_feasible() else None)


def _silent(iterations: int, best: Solution) -> None:
    """Takes note of nothing: a better part is no better day yet."""
    del iterations, best
