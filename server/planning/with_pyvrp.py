"""Routes by PyVRP's iterated local search; ``with_pyvrp_model`` translates our problem for it and back, and
``with_pyvrp_starts`` searches from several seeds at once."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from pyvrp.exceptions import PenaltyBoundWarning

from server.planning.lookup import Crew, Lookup
from server.planning.problem import Order
from server.planning.schedule import Timetable
from server.planning.with_pyvrp_known import known_day
from server.planning.with_pyvrp_model import Model
from server.planning.with_pyvrp_starts import explore
from server.planning.with_pyvrp_watch import Search

ENGINE = f"pyvrp {version('pyvrp')}"


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
    known: Mapping[int, Sequence[tuple[str, int]]] | None = None,
) -> Found:
    """Routes for ``orders``, of which none is locked: those stand in ``heads``, the timetables of the beginnings that are
    settled, by crew.

    With ``spare``, orders that must be served may be left out too, at a price above that of any detour: the way to a good
    plan where not everything fits. Without it, the best routes may be infeasible; the caller has to look.
    """
    model = Model(lookup, crews, orders, heads, spare)
    if not model.clients:
        return Found(model.routes(None), True, 0)
    with warnings.catch_warnings():
        # it warns where no feasible plan is to be had; the result says so too, and the caller deals with it
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        warm = known_day(model, known) if known else None
        best = explore(model.data, how, model.prices, model.scale, warm, model.trips)
    return Found(model.routes(best.solution), best.solution.is_feasible(), best.iterations)
