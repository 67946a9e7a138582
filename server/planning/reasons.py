"""Why an order is not served, as a numbered problem that names what stands in its way."""

from collections.abc import Iterable, Sequence

from server.planning.lookup import Bar, Crew, Lookup, compartment, excess, nameless_driver, nameless_vehicle
from server.planning.problem import Order
from server.planning.schedule import Failure, Snag, Timetable, timetable
from server.planning.sequences import parts_of, reload_of
from shared import problems
from shared.errors import Kind, Problem, Refused


def all_crews(lookup: Lookup) -> list[Crew]:
    """Every kind of vehicle with every kind of driver, one of each: whoever could carry an order if nobody else had any."""
    vehicles = {nameless_vehicle(v) if v.id not in lookup.locks else v: v for v in lookup.vehicles.values()}
    drivers = {nameless_driver(d): d for d in lookup.drivers.values()}
    crews = []
    for vehicle in vehicles.values():
        lock = lookup.locks.get(vehicle.id)
        if lock is not None and lock.driver is not None:
            crews.append(lookup.crew(vehicle, lookup.drivers[lock.driver]))
        else:
            crews += [lookup.crew(vehicle, driver) for driver in drivers.values()] or [lookup.crew(vehicle, None)]
    return crews


def impossible(lookup: Lookup, order: Order, crews: Iterable[Crew]) -> Problem | None:
    """Why no crew can carry the order even with nothing else on board than what is locked; ``None`` if one can.

    The reason told is that of the crews that came closest.
    """
    barred: list[tuple[Bar, Crew]] = []
    failed: list[tuple[Failure, Crew]] = []
    for crew in (some.serving(order.alone) for some in crews):
        bar = lookup.bar(crew, order)
        if bar is not None:
            barred.append((bar, crew))
            continue
        found = alone(lookup, order, crew)
        if isinstance(found, Timetable):
            return None
        failed.append((found, crew))
    if failed:
        return _failed(lookup, order, failed)
    return _barred(lookup, order, barred)


def alone(lookup: Lookup, order: Order, crew: Crew) -> Timetable | Failure:
    """The timetable of a crew that carries only the order, after what is locked."""
    head = lookup.head(crew.lock)
    found: Timetable | Failure = Failure(Snag.LOAD, len(head))
    parts = parts_of(order)
    if not head or lookup.overload(crew.vehicle, [*head, *parts]) is None:
        found = timetable(lookup, crew, [*head, *parts])
    if head and crew.vehicle.trips > 1 and isinstance(found, Failure):
        later = timetable(lookup, crew, [*head, reload_of(crew.vehicle), *parts])
        found = later if isinstance(later, Timetable) else found
    return found


def _problem(kind: Kind, **values: object) -> Problem:
    return Refused(kind, **values).problem


def _barred(lookup: Lookup, order: Order, barred: Sequence[tuple[Bar, Crew]]) -> Problem:
    furthest = max((bar for bar, _ in barred), key=lambda bar: bar.value, default=Bar.ZONE)
    crews = [crew for bar, crew in barred if bar is furthest]
    match furthest:
        case Bar.ZONE:
            return _problem(problems.PLAN_UNSERVED_ZONE, value=order.id, zone=order.zone)
        case Bar.SIZE:
            return _too_large(order, crews)
        case Bar.ACCESS:
            kinds = " ".join(lookup.sites[order.site].admits or ()) or "–"
            return _problem(problems.PLAN_UNSERVED_ACCESS, value=order.id, kinds=kinds)
        case Bar.DEPOT:
            return _problem(problems.PLAN_UNSERVED_DEPOT, value=order.id, depot=order.depot)
        case Bar.DRIVER:
            missing = {
                need
                for crew in crews
                if crew.driver is not None
                for need in {*order.requires, *crew.vehicle.requires} - {*crew.driver.qualifications}
            }
            return _problem(problems.PLAN_UNSERVED_DRIVER, value=order.id, what=", ".join(sorted(missing)))
        case Bar.GONE | Bar.ALONE:
            return left_over(order, None)


def _too_large(order: Order, crews: Sequence[Crew]) -> Problem:
    """The dimension in which even the roomiest vehicle is too small."""
    over: dict[str, list[int]] = {}
    for crew in crews:
        for capacity in (crew.vehicle.capacity, compartment(crew.vehicle, order.zone)):
            dimension = excess(order.amounts, capacity) if capacity is not None else None
            if dimension is not None:
                over.setdefault(dimension, []).append(int(getattr(capacity, dimension)))
    dimension, limits = max(over.items(), key=lambda item: (len(item[1]), item[0]))
    value = f"{order.id}: {getattr(order.amounts, dimension)}"
    return _problem(problems.PLAN_UNSERVED_SIZE, value=value, what=dimension, limit=max(limits))


def _failed(lookup: Lookup, order: Order, failed: Sequence[tuple[Failure, Crew]]) -> Problem:
    """What the crews that may carry it failed at: the last thing that any of them came to."""
    problem = lookup.problem
    for snag in (Snag.SHIFT, Snag.HOLD, Snag.WINDOW, Snag.LOAD):
        failures = [failure for failure, _ in failed if failure.snag is snag]
        if not failures:
            continue
        if snag is Snag.SHIFT:
            return _problem(problems.PLAN_UNSERVED_SHIFT, value=order.id)
        if snag is Snag.HOLD:
            needed, limit = min((failure.value, failure.limit) for failure in failures)
            shown = {"needed": problem.span(needed), "limit": problem.span(limit)}
            return _problem(problems.PLAN_UNSERVED_HOLD, value=order.id, **shown)
        if snag is Snag.WINDOW:
            earliest, limit = min((failure.value, failure.limit) for failure in failures)
            times = {"earliest": problem.clock(earliest), "limit": problem.clock(limit)}
            return _problem(problems.PLAN_UNSERVED_WINDOW, value=order.id, zone=order.zone, **times)
        return left_over(order, None)
    return _problem(problems.PLAN_UNSERVED_ROAD, value=order.id, site=order.site)


def left_over(order: Order, cost: float | None) -> Problem:
    """Why an order that some crew could carry is not: serving it costs more than leaving it (``cost``, money), or those
    who could are taken up (``None``)."""
    if order.alone is not None and (cost is None or order.penalty is None):
        return _problem(problems.PLAN_UNSERVED_ALONE, value=order.id, group=order.alone)
    if cost is None or order.penalty is None:
        return _problem(problems.PLAN_UNSERVED_FLEET, value=order.id)
    return _problem(problems.PLAN_UNSERVED_WORTH, value=order.id, cost=f"{cost:.2f}", penalty=f"{order.penalty:.2f}")


def stopped(order: Order) -> Problem:
    """Why an order is not served for which no place was looked for any more."""
    return _problem(problems.PLAN_UNSERVED_STOPPED, value=order.id)
