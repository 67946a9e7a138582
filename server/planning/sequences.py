"""A route as a sequence of orders: its trips, its visits, and what is on board. The checker never imports this.

Two things stand in it that are no orders, but look like them: a return to load again, and the fetching of a transfer at its
origin, which has to come before the transfer itself and on the same trip.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from server.planning.problem import AGAIN, Amounts, Order, Vehicle

RELOAD = AGAIN
"""The id that stands in a sequence where the vehicle comes back to its depot to load again."""
FETCH = "\x1f"
"""What the id of a transfer begins with where it is fetched. No order's id does: it could not be printed."""


def reload_of(vehicle: Vehicle) -> Order:
    """What stands in a sequence of orders where the vehicle comes back to its depot to load again."""
    return Order(RELOAD, vehicle.depot)


def is_reload(order: Order) -> bool:
    return order.id == RELOAD


def fetch_of(order: Order) -> Order:
    """What stands in a sequence of orders where a transfer is fetched at its origin."""
    assert order.origin is not None
    return replace(order, id=FETCH + order.id, site=order.origin, due=None, hold=None, origin=None)


def is_fetch(order: Order) -> bool:
    return order.id.startswith(FETCH)


def is_mark(order: Order) -> bool:
    """Whether it is no order but a return or the fetching of one."""
    return order.id[:1] in ("", FETCH)


def marked(names: Iterable[str], orders: Mapping[str, Order]) -> list[str]:
    """Locked orders as they stand in a sequence: a transfer is named twice, where it is fetched first; a return to load again
    is named as it is there."""
    fetched: set[str] = set()
    made = []
    for name in names:
        fetch = name != RELOAD and orders[name].origin is not None and name not in fetched
        if fetch:
            fetched.add(name)
        made.append(FETCH + name if fetch else name)
    return made


def named(names: Iterable[str]) -> tuple[str, ...]:
    """What stands in a sequence as a lock names it: the other way round."""
    return tuple(name.removeprefix(FETCH) for name in names)


def tidied(names: Sequence[str]) -> list[str]:
    """The sequence without returns that begin or end it, or follow one another: no trip carries nothing."""
    made: list[str] = []
    for name in names:
        if name != RELOAD or (made and made[-1] != RELOAD):
            made.append(name)
    while made and made[-1] == RELOAD:
        made.pop()
    return made


def closed(names: Sequence[str], count: int) -> int:
    """How much of a sequence has to be settled for its first ``count`` entries to be: whatever is fetched in it is handed
    over in it as well."""
    waiting = {name for name in names[:count] if name.startswith(FETCH)} - {FETCH + name for name in names[:count]}
    while waiting and count < len(names):
        waiting.discard(FETCH + names[count])
        if names[count].startswith(FETCH):
            waiting.add(names[count])
        count += 1
    return count


def parts_of(order: Order) -> list[Order]:
    """What has to stand in a sequence for an order to be served."""
    return [order] if order.origin is None else [fetch_of(order), order]


def from_depot(order: Order) -> bool:
    """Whether it is on board from the beginning of its trip."""
    return not order.collect and order.origin is None and order.id[:1] not in ("", FETCH)


def without(orders: Sequence[Order], gone: Sequence[Order]) -> list[Order]:
    """The sequence without some orders, and without where they were fetched and the trips that carry nothing then."""
    names = {name for order in gone for name in (order.id, FETCH + order.id)}
    return tidy([order for order in orders if order.id not in names])


def paired(orders: Sequence[Order]) -> bool:
    """Whether each transfer is fetched before it is handed over, on the same trip, and handed over if it is fetched."""
    for trip in trips_of(orders):
        fetched: set[str] = set()
        for order in trip:
            if is_fetch(order):
                fetched.add(order.id)
            elif order.origin is not None:
                if FETCH + order.id not in fetched:
                    return False
                fetched.remove(FETCH + order.id)
        if fetched:
            return False
    return True


def trips_of(orders: Iterable[Order]) -> list[list[Order]]:
    """The orders of each trip, those of the last one last; one trip that is empty where there are none."""
    trips: list[list[Order]] = [[]]
    for order in orders:
        if order.id == RELOAD:
            trips.append([])
        else:
            trips[-1].append(order)
    return trips


def tidy(orders: Sequence[Order]) -> list[Order]:
    """The sequence without trips that carry nothing."""
    marker = next((order for order in orders if is_reload(order)), None)
    if marker is None:
        return list(orders)
    trips = [trip for trip in trips_of(orders) if trip]
    return [order for number, trip in enumerate(trips) for order in ([marker, *trip] if number else trip)]


def visits_of(orders: Sequence[Order]) -> list[list[Order]]:
    """Consecutive orders for one site, which are handed over in one visit; coming back to load again is a visit too."""
    visits: list[list[Order]] = []
    last = None
    for order in orders:
        if last is not None and last.site == order.site and RELOAD not in (last.id, order.id):
            visits[-1].append(order)
        else:
            visits.append([order])
        last = order
    return visits


def boards(orders: Sequence[Order]) -> list[dict[str, Amounts]]:
    """What is on board per temperature zone when leaving the depot on each trip and, where something comes on
    board on it, after each visit.

    Where nothing is, there is never more on board than at the beginning.
    """
    return [load for trip in trips_of(orders) for load in _boards(trip)]


def _boards(trip: Sequence[Order]) -> list[dict[str, Amounts]]:
    load = loads(order for order in trip if from_depot(order))
    made = [dict(load)]
    if all(from_depot(order) for order in trip):
        return made
    for visit in visits_of(trip):
        for order in visit:
            load[order.zone] = _with(
                load.get(order.zone, Amounts()), order.amounts, 1 if order.collect or is_fetch(order) else -1
            )
        made.append(dict(load))
    return made


def _with(there: Amounts, amounts: Amounts, sign: int) -> Amounts:
    return Amounts(
        there.units + sign * amounts.units, there.volume + sign * amounts.volume, there.weight + sign * amounts.weight
    )


def loads(orders: Iterable[Order]) -> dict[str, Amounts]:
    """The orders' amounts per temperature zone, zones in alphabetical order."""
    totals: dict[str, Amounts] = {}
    for order in orders:
        totals[order.zone] = totals.get(order.zone, Amounts()) + order.amounts
    return dict(sorted(totals.items()))
