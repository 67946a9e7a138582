"""Routes by PyVRP's iterated local search; ``with_pyvrp_model`` translates our problem for it and back."""

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import pyvrp
from pyvrp import IteratedLocalSearchParams, Solution, SolveParams
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks

from server.planning.lookup import Crew, Lookup
from server.planning.problem import Order
from server.planning.schedule import Timetable
from server.planning.with_pyvrp_model import Model

ENGINE = f"pyvrp {version('pyvrp')}"
_INFEASIBLE = 2**62
"""What the solver reports as the cost of a plan that breaks a rule is beyond this."""


@dataclass(frozen=True)
class Search:
    """How far to look: until ``seconds`` have passed, ``iterations`` were made, or ``should_stop`` says so.

    Limited by iterations alone, the same seed gives the same routes on every machine of one architecture.
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


@dataclass(frozen=True)
class Found:
    """The best routes: per crew (by its place in the given list) its orders in sequence, locked ones included."""

    routes: dict[int, list[str]]
    feasible: bool
    iterations: int


def search(
    lookup: Lookup,
    crews: Sequence[Crew],
    orders: Sequence[Order],
    heads: Mapping[int, Timetable],
    how: Search,
    spare: bool = False,
) -> Found:
    """Routes for ``orders``, of which none is locked: those stand in ``heads``, the timetables of the beginnings that are
    settled, by crew.

    With ``spare``, orders that must be served may be left out too, at a price above that of any detour: the way to a good
    plan where not everything fits. Without it, the best routes may be infeasible; the caller has to look.
    """
    model = Model(lookup, crews, orders, heads, spare)
    if not model.clients:
        return Found(model.routes(None), True, 0)
    watch = _Watch(how, model.scale)
    params = SolveParams(ils=IteratedLocalSearchParams(callbacks=watch), penalty=model.prices())
    with warnings.catch_warnings():
        # it warns where no feasible plan is to be had; the result says so too, and the caller deals with it
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        result = pyvrp.solve(model.data, watch, how.seed, collect_stats=False, display=False, params=params)
    return Found(model.routes(result.best), result.is_feasible(), result.num_iterations)


class _Watch(IteratedLocalSearchCallbacks):
    """Stops the search when it has gone far enough, and reports each better plan."""

    def __init__(self, how: Search, scale: int) -> None:
        self.how = how
        self.scale = scale
        self.started = how.monotonic()
        self.iterations = 0

    def __call__(self, best_cost: int) -> bool:
        how = self.how
        share = how.patience if best_cost >= _INFEASIBLE else 1.0
        if how.iterations is not None and self.iterations >= how.iterations * share:
            return True
        if how.seconds is not None and how.monotonic() - self.started >= how.seconds * share:
            return True
        if how.should_stop is not None and how.should_stop():
            return True
        self.iterations += 1
        return False

    def on_best(self, best: Solution) -> None:
        if self.how.on_best is not None:
            loads = len(best.excess_load())
            cost = pyvrp.CostEvaluator([0] * loads, 0, 0).cost(best) / self.scale if best.is_feasible() else None
            self.how.on_best(self.iterations, cost)
