"""A route as a sequence of orders: its trips, its visits, and what is on board. The checker never imports this."""

from collections.abc import Iterable, Sequence

from server.planning.problem import Amounts, Order, Vehicle

RELOAD = ""
"""The id that stands in a sequence where the vehicle comes back to its depot to load again. No order has it."""


def reload_of(vehicle: Vehicle) -> Order:
    """What stands in a sequence of orders where the vehicle comes back to its depot to load again."""
    return Order(RELOAD, vehicle.depot)


def is_reload(order: Order) -> bool:
    return order.id == RELOAD


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
    """What is on board per temperature zone when leaving the depot on each trip and, where something is collected on it,
    after each visit.

    Where nothing is, there is never more on board than at the beginning.
    """
    return [load for trip in trips_of(orders) for load in _boards(trip)]


def _boards(trip: Sequence[Order]) -> list[dict[str, Amounts]]:
    load = loads(order for order in trip if not order.collect)
    made = [dict(load)]
    if not any(order.collect for order in trip):
        return made
    for visit in visits_of(trip):
        for order in visit:
            load[order.zone] = _with(load.get(order.zone, Amounts()), order.amounts, 1 if order.collect else -1)
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
