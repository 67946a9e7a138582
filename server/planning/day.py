"""A day as a planning problem: which goods, which vehicles and drivers, from which depot.

A consignment is one order of the problem, because one delivery note is handed over whole. What its goods need, all
together, is the order's zone (``2…8 °C`` or ``10…30 °C + 2…8 °C``), and a vehicle has a compartment for every zone it has
containers for. Times count in s from midnight at the depot. A site that receives at different wanted times stands in the
problem once for each of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.fleet import operations as fleet
from server.orders import operations as orders
from server.orders.schemas import Order, OrderState
from server.planning import problem as p
from server.planning.packing import Space, keeps
from shared import problems
from shared.coldchain.profiles import ProductRange
from shared.errors import Refused
from shared.work import Window

TOGETHER = " + "
CONTROLLED = "controlled"
"""The qualification that controlled drugs (麻精药品) ask of their driver."""


@dataclass(frozen=True)
class Choice:
    """What a dispatcher chose for a day; ``start`` and ``end`` are the shift on the depot's clock, ``haste`` what long trips
    count for beside what they cost."""

    day: date
    depot_id: str
    vehicle_ids: tuple[str, ...]
    driver_ids: tuple[str, ...]
    order_ids: tuple[str, ...]
    start: time = time(7, 0)
    end: time = time(19, 0)
    haste: p.Haste | None = None


def day_problem(choice: Choice) -> p.Problem:
    """The problem of a day.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID for a shift that ends before it starts, ORDER_TAKEN for a delivery note that is on
            a route already, SITE_CLOSED, PLAN_NOTHING where no vehicle, driver or order was chosen.
    """
    if not (choice.vehicle_ids and choice.driver_ids and choice.order_ids):
        raise Refused(problems.PLAN_NOTHING, value=choice.day.isoformat())
    if choice.end <= choice.start:
        value = f"{choice.start:%H:%M}-{choice.end:%H:%M}"
        raise Refused(
            problems.FIELD_INVALID, field="班次 shift", value=value, reason="结束早于开始 ends before it starts"
        )
    depot = fleet.site_entry(choice.depot_id)
    origin = datetime.combine(choice.day, time(), ZoneInfo(depot.data.zone)).astimezone(UTC)
    known = {order.consignment.id: order for order in orders.orders(shipped=choice.day)}  # most of them, in one go
    chosen = [known.get(order_id) or orders.order(order_id) for order_id in choice.order_ids]
    for order in chosen:
        if order.state is not OrderState.OPEN:
            raise Refused(problems.ORDER_TAKEN, value=order.consignment.note_number)
    needs = sorted({zone_of(order) for order in chosen}, key=zone_text)
    nodes = {order.consignment.id: node_of(order, choice.day, origin) for order in chosen}
    shift = p.Window(_seconds(choice.start), _seconds(choice.end))
    return p.Problem(
        name=choice.day.isoformat(),
        sites=(_depot(depot.id), *dict.fromkeys(nodes.values())),
        orders=tuple(planned_order(order, nodes[order.consignment.id].id) for order in chosen),
        vehicles=tuple(_vehicle(vehicle_id, depot.id, needs, shift) for vehicle_id in choice.vehicle_ids),
        drivers=tuple(_driver(driver_id, choice.day) for driver_id in choice.driver_ids),
        haste=choice.haste,
        origin=origin,
        timezone=depot.data.zone,
    )


def planned_order(order: Order, node: str, release: int = 0) -> p.Order:
    """An order as the problem has it, for a node of the problem: what it needs, with whom it may ride, and who may drive it.
    Loading it may begin at ``release`` (s)."""
    return p.Order(
        id=order.consignment.id,
        site=node,
        amounts=p.Amounts(units=order.packs),
        zone=zone_text(zone_of(order)),
        release=release,
        priority=order.priority,
        requires=(CONTROLLED,) if order.controlled else (),
        alone=order.group,
    )


# zones -----------------------------------------------------------------------------------------------------------------

Zone = frozenset[ProductRange]


def zone_of(order: Order) -> Zone:
    """Everything that an order's goods need."""
    return frozenset(line.product.range for line in order.consignment.lines)


def zone_text(zone: Zone) -> str:
    """A zone as the problem calls it."""
    return TOGETHER.join(sorted(one.text() for one in zone))


def _vehicle(vehicle_id: str, depot_id: str, needs: Sequence[Zone], shift: p.Window) -> p.Vehicle:
    """A vehicle with what it costs, how long and far it goes, and how often. Where nobody entered what a km costs, a short
    way is better than a long one all the same, so that it counts 1."""
    data = fleet.vehicle_entry(vehicle_id).data
    spaces = fleet.containers_of(vehicle_id)
    terms = data.terms
    return p.Vehicle(
        id=vehicle_id,
        depot=depot_id,
        kind=data.kind,
        capacity=p.Capacity(units=data.capacity),
        compartments=tuple(
            p.Compartment(zone_text(zone), p.Capacity(units=capacity_of(zone, spaces)))
            for zone in needs
            if all(any(keeps(container.range, one) for container, _ in spaces) for one in zone)
        )
        or (p.Compartment("–", p.Capacity(units=0)),),  # nothing it has keeps anything that is needed
        shift=shift,
        height=data.size.height,
        width=data.size.width,
        length=data.size.length,
        gross=data.size.gross,
        axle=data.size.axle,
        fixed=terms.fixed or 0.0,
        per_km=1.0 if terms.per_km is None else terms.per_km,
        per_hour=terms.per_hour or 0.0,
        per_stop=terms.per_stop or 0.0,
        max_duration=_times(terms.max_duration, 3600),
        max_trip=_times(terms.max_trip, 3600),
        max_distance=_times(terms.max_distance, 1000),
        carrier=_hired_from(data.carrier_id),
        trips=terms.trips or 1,
    )


def _times(value: float | None, unit: int) -> int | None:
    """Hours in s, or km in m."""
    return None if value is None else round(value * unit)


def _hired_from(carrier_id: str) -> str:
    """What people call a contracted carrier; empty for the own fleet."""
    data = fleet.carrier_entry(carrier_id).data
    if not data.contracted:
        return ""
    return data.name.zh if data.name.zh == data.name.en else f"{data.name.zh} {data.name.en}"


def _driver(driver_id: str, day: date) -> p.Driver:
    """A driver with their hours, their meal and what an hour costs; with the permit for controlled drugs if it is valid on
    the day."""
    data = fleet.driver_entry(driver_id).data
    shift, meal = data.terms.shift, data.terms.meal
    return p.Driver(
        id=driver_id,
        name=data.name.zh,
        shift=None if shift is None else p.Window(shift.start * 60, shift.end * 60),
        qualifications=(CONTROLLED,) if data.terms.may_carry_controlled(day) else (),
        per_hour=data.terms.per_hour or 0.0,
        meal=None if meal is None else p.Meal(meal.start * 60, meal.latest * 60, meal.length * 60),
    )


def capacity_of(zone: Zone, spaces: Iterable[Space]) -> int | None:
    """How many packs of a zone fit at most; packing has the last word on what fits where."""
    limits = [limit for container, limit in spaces if any(keeps(container.range, one) for one in zone)]
    total = 0
    for limit in limits:
        if limit is None:
            return None
        total += limit
    return total


# sites -----------------------------------------------------------------------------------------------------------------


def _depot(site_id: str) -> p.Site:
    data = fleet.site_entry(site_id).data
    return p.Site(
        id=site_id, name=data.name.zh, position=fleet.site(site_id).fence.centre, service=data.service, per_unit=0
    )


def node_of(order: Order, day: date, origin: datetime) -> p.Site:
    """An order's site with the windows in which this order may be handed over."""
    data = fleet.site_entry(order.site_id).data
    windows = windows_for(order, day)
    wanted = order.wanted
    suffix = "" if wanted is None else f"@{_after(origin, wanted.start)}-{_after(origin, wanted.end)}"
    return p.Site(
        id=order.site_id + suffix,
        name=data.name.zh,
        position=fleet.site(order.site_id).fence.centre,
        windows=tuple(p.Window(_after(origin, one.start), _after(origin, one.end)) for one in windows),
        service=data.service,
        per_unit=data.per_pack,
    )


def site_of_node(node: str) -> str:
    """The id of the site that a node of the problem stands for."""
    return node.split("@", 1)[0]


def windows_for(order: Order, day: date) -> tuple[Window, ...]:
    """When an order may be handed over: in its site's receiving hours and, where that is asked for, in its wanted time.

    A site without any hours entered receives at any time.

    Raises:
        Refused: SITE_CLOSED where that leaves nothing.
    """
    data = fleet.site_entry(order.site_id).data
    hours = fleet.hours_on(order.site_id, day)
    wanted = order.wanted
    if not data.hours:
        return () if wanted is None else (wanted,)
    if wanted is not None:
        found = tuple(
            Window(max(one.start, wanted.start), min(one.end, wanted.end))
            for one in hours
            if max(one.start, wanted.start) < min(one.end, wanted.end)
        )
    else:
        found = hours
    if not found:
        zone = ZoneInfo(data.zone)
        shown = ", ".join(f"{one.start.astimezone(zone):%H:%M}-{one.end.astimezone(zone):%H:%M}" for one in hours)
        raise Refused(
            problems.SITE_CLOSED, site=data.name.zh, value=order.consignment.note_number, expected=shown or "–"
        )
    return found


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60


def _after(origin: datetime, at: datetime) -> int:
    return round((at - origin) / timedelta(seconds=1))
