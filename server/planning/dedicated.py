"""Which vehicles are kept for orders that go alone.

PyVRP cannot say that a vehicle which carries one order carries no other of some kind. So before the search each group of
such orders is given its vehicles, and everything else is barred from them. Every group is routed on every kind of crew by
itself, and CP-SAT assigns kinds to groups at the least cost; a group that needs more than one vehicle comes round again.
"""

from collections.abc import Sequence

from server.planning import with_ortools
from server.planning.lookup import Crew, Lookup
from server.planning.mend import Exact, Mender, route_cost
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
    kinds, counts, missed = _slots(lookup, members)
    costs = []
    for name, orders in waiting.items():
        options = {(len(kinds), 0): _left(orders)}
        routed = {kind: _routed(lookup, crews[some[0]].serving(name), orders, exact) for kind, some in members.items()}
        for number, kind in enumerate(kinds):
            cost, left = routed[kind]
            if len(left) < len(orders):
                options[number, 0] = cost + _left(left) + missed[number]
        costs.append(options)
    chosen = with_ortools.assign_crews(costs, [*counts, len(costs)], [len(costs)], seed)
    if chosen is None:
        return {}
    return {
        name: members[kinds[number]].pop(0)
        for name, (number, _) in zip(waiting, chosen, strict=True)
        if number < len(kinds)
    }


def _slots(lookup: Lookup, members: dict[Crew, list[int]]) -> tuple[list[Crew], list[int], list[float]]:
    """The kinds of crews, how many there are to be had, and what having them costs everybody else. The last crew of a kind
    stands apart: it is the one that is missed."""
    kinds: list[Crew] = []
    counts: list[int] = []
    missed: list[float] = []
    for kind, some in members.items():
        if len(some) > 1:
            kinds.append(kind)
            counts.append(len(some) - 1)
            missed.append(0.0)
        kinds.append(kind)
        counts.append(1)
        missed.append(_missed(lookup, kind, members))
    return kinds, counts, missed


def _left(orders: Sequence[Order]) -> float:
    return sum(_DEAR if order.penalty is None else order.penalty for order in orders)


def _missed(lookup: Lookup, kind: Crew, members: dict[Crew, list[int]]) -> float:
    """What it costs the orders that go with others when no crew of a kind is there for them."""
    others = [other for other in members if other is not kind]
    return _left(
        [
            order
            for order in lookup.problem.orders
            if order.alone is None
            and lookup.bar(kind, order) is None
            and all(lookup.bar(other, order) is not None for other in others)
        ]
    )


def _routed(lookup: Lookup, crew: Crew, orders: Sequence[Order], exact: Exact) -> tuple[float, list[Order]]:
    """What a crew costs that carries these orders after what is locked, and which of them it cannot carry."""
    mender = Mender(lookup, [crew], exact)
    if crew.lock is not None and crew.lock.orders:
        mender.place(0, [order.id for order in mender.lookup.head(crew.lock)])
    left = mender.insert(orders)
    cost = route_cost(lookup, crew, mender.tables[0]) if mender.tables else 0.0
    return cost, [order for order in orders if order.id in left]
