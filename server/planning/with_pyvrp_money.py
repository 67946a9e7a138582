"""Money in PyVRP's whole numbers, and what the search pays for breaking a rule on its way."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from pyvrp import PenaltyParams, ProblemData

from server.planning.lookup import Crew, Lookup
from server.planning.problem import Order

_SMALL = 10_000
"""Rates are made whole numbers up to this; see :func:`scale_of`."""
_LARGE = 10_000_000
"""No rate becomes more than this, however small another one is."""

UPDATES = 50
"""Prices follow what the search breaks after so many iterations. The solver's 500 are a second of a large day, in which most
of what it finds breaks something."""


class Prices(PenaltyParams):
    """The solver's penalties, starting at given prices instead of at half the highest.

    Its own start suits loads and times in the small numbers of benchmark files. Here a vehicle may carry eight pallets or
    six million cm³, and a plan with one pallet too many must not be cheaper than a second vehicle.
    """

    def __init__(self, loads: list[float], time: float, highest: float) -> None:
        super().__init__(max_penalty=highest, solutions_between_updates=UPDATES)
        self.start = ([min(load, highest) for load in loads], min(time, highest), min(time, highest))

    def midpoint_penalties(self, data: ProblemData) -> tuple[list[float], float, float]:  # noqa: ARG002 - as declared there
        return self.start


def scale_of(lookup: Lookup, crews: Sequence[Crew]) -> int:
    """How many of the solver's whole numbers make one of money, so that no rate is rounded — or hardly.

    Rates are decimal fractions of money per m and per s, and per visit; their common denominator makes them whole. Where
    that were huge, the smallest rate becomes 1000, which rounds by at most 0.05 %, or less where one rate is a million times
    another: the solver counts in 64 bits.
    """
    resolution = lookup.problem.resolution
    rates = {Fraction(str(crew.vehicle.per_km)) / (1000 * resolution) for crew in crews}
    rates |= {Fraction(str(crew.per_hour)) / (3600 * resolution) for crew in crews}
    rates |= {Fraction(str(crew.haste.per_hour)) / (3600 * resolution) for crew in crews if crew.haste is not None}
    rates.discard(Fraction(0))
    visits = {Fraction(str(crew.vehicle.per_stop)) for crew in crews}
    exact = lcm(*(rate.denominator for rate in rates | visits))
    if not rates:
        return exact
    if exact * max(rates) <= _SMALL:
        return exact
    return max(1, round(min(_SMALL / 10 / float(min(rates)), _LARGE / float(max(rates)))))


def price_of_leaving_out(lookup: Lookup, crews: Sequence[Crew], orders: Sequence[Order], scale: int) -> int:
    """What leaving out an order that must be served costs, in the solver's numbers: more than the dearest crew's longest day
    for it alone, and more than any penalty."""
    problem = lookup.problem
    far = max(max(row) for matrix in problem.matrices.values() for row in matrix.distance)
    dearest = 0.0
    for crew in crews:
        hours = crew.late - crew.early if crew.late is not None else 0
        way = problem.money(crew.vehicle.per_km, 2 * far, 1000)
        day = crew.vehicle.fixed + crew.vehicle.per_stop + way + problem.money(crew.per_hour, hours, 3600)
        dearest = max(dearest, day + problem.hurry([hours]))
    penalties = max((order.penalty or 0.0 for order in orders), default=0.0)
    return round((2 * dearest + penalties) * scale) + 1
