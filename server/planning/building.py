"""From a route of the plan to the route a handheld works from: everything of a shift in one document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from server.custody import ledger
from server.fleet import operations as fleet
from server.orders import operations as orders
from server.orders.schemas import Order
from server.planning import plan as plans
from server.planning.day import site_of_node, windows_for
from server.planning.packing import pack_trips
from server.planning.problem import Problem
from server.planning.trouble import is_roadside
from shared import problems
from shared.codes.manifest import manifest_of
from shared.custody.events import LotRecalled
from shared.errors import Refused
from shared.geo import Position
from shared.work import Consignment, Container, Reload, Route, Stop


def refuse_unknown_work(problem: Problem, planned: plans.Route) -> None:
    """Refuse a route that asks for what no handheld knows how to do.

    A handheld loads before each trip and hands over; it neither collects nor fetches transfers. It can take over goods of a
    vehicle that broke down (dispatch writes where: :mod:`server.planning.taking_over`).

    Raises:
        Refused: ROUTE_BEYOND_HANDHELD.
    """
    served = {name for stop in planned.stops for name in stop.orders}
    collected = [order.id for order in problem.orders if order.collect and order.id in served]
    fetched = [name for stop in planned.stops if not is_roadside(stop.site) for name in stop.fetched]
    for what, values in (("取件 collecting", collected), ("转运 transfers", fetched)):
        if values:
            raise Refused(problems.ROUTE_BEYOND_HANDHELD, value=planned.vehicle, what=f"{what}: {' '.join(values)}")


def build_route(
    planned: plans.Route,
    *,
    route_id: str,
    version: int,
    day: date,
    origin: datetime,
    roads: str,
    driver_id: str,
    roadside: Mapping[str, Position] | None = None,
    standing: Mapping[str, str] | None = None,
) -> Route:
    """The route that is published: stops in driving order with their goods, who drives what, and which papers allow it.

    ``roadside`` says where vehicles stand that broke down, by the problem's name of the place: the way leads there, but it
    is no stop, as nothing is handed over. Nor is a return to the depot to load again: it says which trip the stops after it
    are on.

    Every line is put into a container (see :mod:`server.planning.packing`), where it is on board already into the one that
    ``standing`` has for it; containers that carry nothing are left out.
    Papers, calibrations and sites are as they are now: that is what the record keeps.

    Raises:
        Refused: NOT_FOUND, ROUTE_UNPERMITTED for controlled drugs and a driver who may not carry them, PACKING_NONE,
            PACKING_FULL, or CODE_* and SCAN_* for a line that no scan could be held against.
    """
    vehicle = fleet.vehicle_entry(planned.vehicle)
    places = roadside or {}
    visits = _visits(planned.stops)
    brought = [[orders.order(order_id) for stop in visit.stops for order_id in stop.orders] for visit in visits]
    _refuse_unpermitted([order for own in brought for order in own], driver_id, day)
    spaces = fleet.containers_of(planned.vehicle)
    by_trip: dict[int, list[Consignment]] = {}
    for visit, own in zip(visits, brought, strict=True):
        by_trip.setdefault(visit.trip, []).extend(order.consignment for order in own)
    placed = pack_trips(by_trip.values(), spaces, vehicle.data.name.zh, standing)
    depot = fleet.site(planned.depot)
    stops = tuple(
        _stop(visit, own, placed, route_id=route_id, number=number, day=day, origin=origin)
        for number, (visit, own) in enumerate(zip(visits, brought, strict=True), 1)
    )
    route = Route(
        id=route_id,
        version=version,
        day=day,
        depot=depot,
        carrier=fleet.carrier(vehicle.data.carrier_id),
        vehicle=fleet.vehicle(planned.vehicle),
        driver=fleet.driver(driver_id),
        containers=_carrying([container for container, _ in spaces], set(placed.values())),
        stops=stops,
        departure=_at(origin, planned.departure),
        roads=roads,
        track=_track(planned, depot.fence.centre, places),
        recalled_lots=_recalled(stops),
        reloads=tuple(reload for visit in visits for reload in _reload(visit, origin)),
    )
    manifest_of(route)  # refuses what a scanner could not work with, now and not on the road
    return route


def _refuse_unpermitted(brought: Sequence[Order], driver_id: str, day: date) -> None:
    """A plan gives controlled drugs to a driver with a permit; but whoever publishes may send somebody else, and a permit may
    have been taken away since."""
    controlled = [order.consignment.note_number for order in brought if order.controlled]
    if controlled and not fleet.driver_entry(driver_id).data.terms.may_carry_controlled(day):
        name = fleet.driver(driver_id).name.zh
        raise Refused(problems.ROUTE_UNPERMITTED, value=name, notes=" ".join(controlled))


@dataclass(frozen=True)
class _Visit:
    """Stops of a plan at one site in a row, on one trip, which are one stop of the driver.

    ``distance`` is the way there (m), by the depot and by the roadside where the way leads there. ``reload`` is the return
    before it, where it is the first of a later trip, with the way back (m).
    """

    trip: int
    stops: tuple[plans.Stop, ...]
    distance: int
    reload: tuple[plans.Stop, int] | None


def _visits(stops: Sequence[plans.Stop]) -> list[_Visit]:
    """The visits at which something is handed over, in driving order. A trip that brings nothing counts for none."""
    made: list[_Visit] = []
    trip, way = 1, 0
    reload: tuple[plans.Stop, int] | None = None
    for stop in stops:
        way += stop.distance
        if stop.reload and made:
            reload = stop, way
        if stop.reload or is_roadside(stop.site) or not stop.orders:
            continue
        trip += reload is not None
        if made and reload is None and site_of_node(made[-1].stops[-1].site) == site_of_node(stop.site):
            last = made.pop()
            made.append(_Visit(trip, (*last.stops, stop), last.distance + way, last.reload))
        else:
            made.append(_Visit(trip, (stop,), way, reload))
        reload, way = None, 0
    return made


def _reload(visit: _Visit, origin: datetime) -> Iterator[Reload]:
    """The return to load before a visit, if there is one."""
    if visit.reload is not None:
        stop, way = visit.reload
        arrival, start, departure = (_at(origin, at) for at in (stop.arrival, stop.start, stop.departure))
        yield Reload(visit.trip, arrival, start, departure, float(way))


def _stop(
    visit: _Visit,
    brought: Sequence[Order],
    placed: dict[str, str],
    *,
    route_id: str,
    number: int,
    day: date,
    origin: datetime,
) -> Stop:
    windows = {(one.start, one.end): one for order in brought for one in windows_for(order, day)}
    return Stop(
        id=f"{route_id}-{number}",
        number=number,
        site=fleet.site(site_of_node(visit.stops[0].site)),
        consignments=tuple(orders.in_containers(order.consignment, placed) for order in brought),
        windows=tuple(windows[key] for key in sorted(windows)),
        planned_arrival=_at(origin, visit.stops[0].arrival),
        planned_departure=_at(origin, visit.stops[-1].departure),
        leg_distance=float(visit.distance),
        trip=visit.trip,
    )


def _carrying(containers: Sequence[Container], used: set[str]) -> tuple[Container, ...]:
    return tuple(container for container in containers if container.id in used)


def _track(planned: plans.Route, start: Position, roadside: Mapping[str, Position]) -> tuple[Position, ...]:
    """The way from place to place, straight: the plan's ``roads`` says what its distances were measured on."""
    nodes = [*(node for node, _ in groupby(site_of_node(stop.site) for stop in planned.stops)), planned.end_depot]
    return (
        start,
        *(roadside[node] if node in roadside else fleet.site(site_of_node(node)).fence.centre for node in nodes),
    )


def _recalled(stops: Sequence[Stop]) -> tuple[tuple[str, str], ...]:
    """The lots on board that are under recall, as the ledger says now."""
    carried = {(line.product.id, line.lot) for stop in stops for line in stop.lines()}
    events = (entry.event for entry in ledger.entries(types=("LotRecalled",)))
    recalled = {(event.product_id, event.lot) for event in events if isinstance(event, LotRecalled)}
    return tuple(sorted(carried & recalled))


def _at(origin: datetime, seconds: int) -> datetime:
    return origin + timedelta(seconds=seconds)
