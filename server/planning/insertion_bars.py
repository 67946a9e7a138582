"""Why a vehicle cannot carry one more order wherever in its route that is put, as a person at the desk is told."""

import msgspec

from server.planning.broken import Names
from server.planning.lookup import Bar, Crew, Lookup, compartment, excess
from server.planning.problem import Order
from server.planning.sequences import from_depot
from shared import problems
from shared.errors import Kind, Refused
from shared.errors import Problem as Fault


class Unable(msgspec.Struct, frozen=True):
    """A vehicle that cannot carry the order, and why: a numbered problem."""

    vehicle: str
    problem: Fault


def unable(lookup: Lookup, crew: Crew, order: Order, names: Names) -> Unable | None:
    """Why a crew cannot carry the order at all; ``None`` if it may be able to."""
    bar = lookup.bar(crew, order)
    if bar is None and from_depot(order) and crew.vehicle.trips == 1 and _has_left(crew):
        bar = Bar.GONE  # whenever it was ready, nobody has loaded it
    if bar is None:
        return None
    kind, values = _words(lookup, crew, order, bar, names)
    return Unable(crew.vehicle.id, Refused(kind, **values).problem)


def _has_left(crew: Crew) -> bool:
    return crew.lock is not None and crew.lock.departure is not None


def _words(lookup: Lookup, crew: Crew, order: Order, bar: Bar, names: Names) -> tuple[Kind, dict[str, object]]:
    vehicle, name, clock = crew.vehicle, names.get(order.id, order.id), lookup.problem.clock
    match bar:
        case Bar.ZONE:
            return problems.DESK_ZONE, {"value": name, "expected": order.zone}
        case Bar.SIZE:
            return problems.URGENT_SIZE, {"value": name, "what": _dimension(crew, order)}
        case Bar.ACCESS:
            sites = (lookup.sites[one] for one in (order.site, order.origin) if one is not None)
            kinds = next(
                site.admits or () for site in sites if site.admits is not None and vehicle.kind not in site.admits
            )
            return problems.DESK_ACCESS, {"value": vehicle.kind or "–", "expected": " ".join(kinds)}
        case Bar.DEPOT:
            return problems.DESK_DEPOT, {"value": name, "expected": names.get(order.depot or "", order.depot or "")}
        case Bar.DRIVER:
            driver = crew.driver
            held = {*driver.qualifications} if driver is not None else set()
            missing = sorted({*order.requires, *vehicle.requires} - held)
            who = "–" if driver is None else names.get(driver.id, driver.id)
            return problems.DESK_PAPERS, {"value": who, "expected": ", ".join(missing)}
        case Bar.GONE:
            left = crew.lock.departure if crew.lock is not None else None
            ready = clock(order.release)
            return problems.URGENT_GONE, {
                "value": "–" if left is None else clock(left),
                "order": name,
                "expected": ready,
            }
        case Bar.ALONE:
            return problems.URGENT_ALONE, {"value": order.alone or name}


def _dimension(crew: Crew, order: Order) -> str:
    space = compartment(crew.vehicle, order.zone)
    over = excess(order.amounts, crew.vehicle.capacity) or (excess(order.amounts, space) if space is not None else None)
    return over or "–"
