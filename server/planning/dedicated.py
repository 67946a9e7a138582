"""Which vehicles are kept for orders that go alone.

PyVRP cannot say that a vehicle which carries one order carries no other of some kind. So before the search each group of
such orders is given its vehicles, and everything else is barred from them. Every group is routed on every kind of crew by
itself, and CP-SAT assigns kinds to groups at the least cost; a group that needs more than one vehicle comes round again.
"""

from collections.abc import Mapping, Sequence

from server.planning import with_ortools
from server.planning.lookup import Crew, Lookup
from server.planning.mend import Exact, Mender, route_worth
from server.planning.problem import Order

_DEAR = 1e6
"""Money that leaving out an order which must be served counts for here: beyond any route's cost."""


def dedicate(lookup: Lookup, crews: Sequence[Crew], orders: Sequence[Order], exact: Exact, seed: int) -> list[Crew]:
    """The crews, with :attr:`~server.planning.lookup.Crew.alone` set on those that are kept for a group.

    ``orders`` are those of groups that are not locked. A group for which no vehicle is left, or for which one costs more
    than leaving its orders, gets none.
    """
    made = list(crews)
    waiting = {
        name: [order for order in orders if order.alone == name] for name in sorted({o.alone or "" for o in orders})
    }
    for crew in made:
        if crew.alone in waiting:  # it is locked to begin with orders of the group
            waiting[crew.alone] = _routed(lookup, crew, waiting[crew.alone], exact)[1]
    free = {index for index, crew in enumerate(made) if crew.lock is None or not crew.lock.orders}
    while any(waiting.values()) and free:
        chosen = _round(lookup, made, sorted(free), {name: some for name, some in waiting.items() if some}, exact, seed)
        if not chosen:
            break
        for name, index in chosen.items():
            free.discard(index)
            made[index] = made[index].serving(name)
            waiting[name] = _routed(lookup, made[index], waiting[name], exact)[1]
    return made


def _round(
    lookup: Lookup, crews: Sequence[Crew], free: Sequence[int], waiting: dict[str, list[Order]], exact: Exact, seed: int
) -> dict[str, int]:
    """One crew at most for each group: the group's name, and the crew's place in ``crews``."""
    members: dict[Crew, list[int]] = {}
    for index in free:
        members.setdefault(crews[index].alike(), []).append(index)
    kinds = list(members)
    costs = []
    for name, orders in waiting.items():
        options = {(len(kinds), 0): _left(orders)}
        for number, kind in enumerate(kinds):
            cost, left = _routed(lookup, crews[members[kind][0]].serving(name), orders, exact)
            if len(left) < len(orders):
                options[number, 0] = cost + _left(left)
        costs.append(options)
    others = [crew for index, crew in enumerate(crews) if index not in free and crew.alone is None]
    chosen = _sparing(lookup, members, others, costs, seed)
    return {
        name: members[kinds[number]].pop(0) for name, number in zip(waiting, chosen, strict=True) if number < len(kinds)
    }


def _sparing(
    lookup: Lookup,
    members: dict[Crew, list[int]],
    others: Sequence[Crew],
    costs: Sequence[Mapping[tuple[int, int], float]],
    seed: int,
) -> list[int]:
    """The cheapest kind of crew for each group (one more: none), what the orders that go with others lose by it counted.

    The assignment does not know of those. So as long as they lose anything, one crew of each kind in turn is kept back for
    them, and the cheapest of what comes out then is taken if it is less.
    """
    kinds = list(members)

    def solved(counts: list[int]) -> tuple[float, float, list[int]] | None:
        """The cost with what is lost, what is lost, and the kinds."""
        pairs = with_ortools.assign_crews(costs, counts, [len(costs)], seed)
        if pairs is None:
            return None
        chosen = [number for number, _ in pairs]
        left = [kind for number, kind in enumerate(kinds) if chosen.count(number) < len(members[kind])]
        lost = _lost(lookup, kinds, [*left, *others])
        return sum(options[pair] for options, pair in zip(costs, pairs, strict=True)) + lost, lost, chosen

    counts = [*map(len, members.values()), len(costs)]
    best = solved(counts)
    while best is not None and best[1] > 0:
        tries = []
        for number in sorted({*best[2]} - {len(kinds)}):
            fewer = [count - (place == number) for place, count in enumerate(counts)]
            if (one := solved(fewer)) is not None:
                tries.append((one, fewer))
        least = min(tries, key=lambda pair: pair[0][0], default=None)
        if least is None or least[0][0] >= best[0]:
            break
        best, counts = least
    return [len(kinds)] * len(costs) if best is None else best[2]


def _lost(lookup: Lookup, kinds: Sequence[Crew], left: Sequence[Crew]) -> float:
    """What the orders that go with others lose: those that some kind of crew could carry, and of the crews that are left
    none can."""
    return _left(
        [
            order
            for order in lookup.problem.orders
            if order.alone is None
            and any(lookup.bar(kind, order) is None for kind in kinds)
            and all(lookup.bar(crew, order) is not None for crew in left)
        ]
    )


def _left(orders: Sequence[Order]) -> float:
    return sum(_DEAR if order.penalty is None else order.penalty for order in orders)


def _routed(lookup: Lookup, crew: Crew, orders: Sequence[Order], exact: Exact) -> tuple[float, list[Order]]:
    """What a crew costs that carries these orders after what is locked, and which of them it cannot carry."""
    mender = Mender(lookup, [crew], exact)
    if crew.lock is not None and crew.lock.orders:
        mender.place(0, [order.id for order in mender.lookup.head(crew.lock)])
    left = mender.insert(orders)
    cost = route_worth(lookup, crew, mender.tables[0]) if mender.tables else 0.0
    return cost, [order for order in orders if order.id in left]
