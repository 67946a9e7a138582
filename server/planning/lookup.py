"""The problem, indexed for the engine: who may carry what, and what fits. The checker never imports this."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from server.planning.problem import (
    AMBIENT,
    DIMENSIONS,
    Amounts,
    Capacity,
    Driver,
    Haste,
    Lock,
    Meal,
    Order,
    Problem,
    Site,
    Vehicle,
    Window,
)
from server.planning.sequences import (
    FETCH,
    RELOAD,
    boards,
    fetch_of,
    from_depot,
    is_reload,
    loads,
    marked,
    paired,
    reload_of,
)

if TYPE_CHECKING:
    from server.planning.way import Visit


class Bar(Enum):
    """Why a crew may not carry an order at all, in the order the reasons are told."""

    ZONE = 1
    SIZE = 2
    ACCESS = 3
    DEPOT = 4
    DRIVER = 5
    GONE = 6
    ALONE = 7


@dataclass(frozen=True)
class Crew:
    """A vehicle, the driver it is planned with (``None`` in problems without drivers), and what is settled for it.

    Loading starts at ``early`` at the earliest, the vehicle leaves by ``leave_by`` and is back by ``late`` (s; ``None``
    where nothing bounds it): the shifts of both and the opening hours of the depots. It carries orders of the group
    ``alone`` only, or, without, only those of no group.
    """

    vehicle: Vehicle
    driver: Driver | None
    lock: Lock | None
    early: int
    late: int | None
    leave_by: int | None
    alone: str | None = None
    haste: Haste | None = None
    """What its long trips count for, beside what they cost."""

    @property
    def per_hour(self) -> float:
        """Money for an hour of vehicle and driver."""
        return self.vehicle.per_hour + (self.driver.per_hour if self.driver else 0.0)

    @property
    def meal(self) -> Meal | None:
        """The meal the driver has if it is out at that time."""
        return self.driver.meal if self.driver is not None else None

    def alike(self) -> "Crew":
        """What the crew can do, without names: crews that are alike are interchangeable. A locked crew is only itself."""
        if self.lock is not None:
            return self
        return replace(self, vehicle=nameless_vehicle(self.vehicle), driver=nameless_driver(self.driver))

    def serving(self, group: str | None) -> "Crew":
        """The crew for a group of orders that go alone, or for those of none; where orders are locked it stays theirs."""
        return self if self.lock is not None and self.lock.orders else replace(self, alone=group)


def nameless_vehicle(vehicle: Vehicle) -> Vehicle:
    """A vehicle without its name: equal for vehicles that can do the same at the same cost."""
    return msgspec.structs.replace(vehicle, id="")


def nameless_driver(driver: Driver | None) -> Driver | None:
    """A driver without name: equal for drivers that may do the same at the same cost."""
    if driver is None:
        return None
    return msgspec.structs.replace(driver, id="", name="", qualifications=tuple(sorted(set(driver.qualifications))))


class Lookup:
    """Tables over a valid problem that has all its matrices."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.row = {site.id: index for index, site in enumerate(problem.sites)}
        self.sites = {site.id: site for site in problem.sites}
        self.orders = {order.id: order for order in problem.orders} | {RELOAD: Order(RELOAD, "")}
        """Orders by id. What is locked is looked up here name by name, so the return to load again stands here as well; it is
        at the depot of whichever vehicle."""
        self.vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
        self.drivers = {driver.id: driver for driver in problem.drivers}
        self.locks = {lock.vehicle: lock for lock in problem.locks}
        self.visits: dict[tuple[str, ...], Visit] = {}
        """What :mod:`server.planning.way` has worked out of orders handed over together, by their names."""
        self.locked = {name for lock in problem.locks for name in lock.orders if name != RELOAD}

    def crew(self, vehicle: Vehicle, driver: Driver | None, alone: str | None = None) -> Crew:
        """A vehicle and a driver together, with the hours both can work and the depots are open; for the group ``alone``,
        unless orders are locked to the vehicle."""
        lock = self.locks.get(vehicle.id)
        start = self._hours(vehicle.depot)
        end = self._hours(vehicle.end_depot)
        shifts = [shift for shift in (vehicle.shift, driver.shift if driver else None) if shift is not None]
        earliest = [shift.start for shift in shifts] + ([start.start] if start else [])
        latest = [shift.end for shift in shifts] + ([end.end] if end else [])
        return Crew(
            vehicle,
            driver,
            lock,
            max(earliest, default=0),
            min(latest, default=None),
            start.end if start else None,
            self.orders[lock.orders[0]].alone if lock is not None and lock.orders else alone,
            self.problem.haste,
        )

    def _hours(self, depot: str) -> Window | None:
        windows = self.sites[depot].windows
        return windows[0] if windows else None

    def service(self, site: Site, orders: Iterable[Order]) -> int:
        """How long handing over ``orders`` in one visit takes (s)."""
        return site.service + site.per_unit * sum(order.amounts.units for order in orders)

    def bar(self, crew: Crew, order: Order) -> Bar | None:
        """Why the crew may not carry the order, whatever the route; ``None`` if it may. A return to load again is no order,
        and nobody's to refuse."""
        if is_reload(order):
            return None
        vehicle = crew.vehicle
        space = compartment(vehicle, order.zone)
        if space is None:
            return Bar.ZONE
        if excess(order.amounts, vehicle.capacity) or excess(order.amounts, space):
            return Bar.SIZE
        if not all(self._admits(site, vehicle) for site in (order.site, order.origin) if site is not None):
            return Bar.ACCESS
        if order.depot is not None and {order.depot} != self._ends(vehicle, order):
            return Bar.DEPOT
        if crew.driver is not None and not {*order.requires, *vehicle.requires} <= {*crew.driver.qualifications}:
            return Bar.DRIVER
        if crew.lock is not None and order.id not in crew.lock.orders and self._left_without(crew, crew.lock, order):
            return Bar.GONE
        return Bar.ALONE if crew.alone != order.alone else None

    def _admits(self, site: str, vehicle: Vehicle) -> bool:
        admits = self.sites[site].admits
        return admits is None or vehicle.kind in admits

    @staticmethod
    def _ends(vehicle: Vehicle, order: Order) -> set[str]:
        """The depots at which an order comes on board, or leaves it where it is collected."""
        if not order.collect:
            return {vehicle.depot}
        return {vehicle.end_depot, vehicle.depot} if vehicle.trips > 1 else {vehicle.end_depot}

    @staticmethod
    def _misses(crew: Crew, departure: int, order: Order) -> bool:
        """Whether the order is ready only after the vehicle's one departure."""
        return order.release > departure and from_depot(order) and crew.vehicle.trips == 1

    def _left_without(self, crew: Crew, lock: Lock, order: Order) -> bool:
        """Whether the locked vehicle takes nothing else, is gone before the order is ready or without it, or another vehicle
        is locked to carry it."""
        missed = lock.departure is not None and self._misses(crew, lock.departure, order)
        if lock.aboard is not None and order.id not in lock.aboard and from_depot(order):
            return True
        return lock.final or missed or order.id in self.locked

    def head(self, lock: Lock | None) -> list[Order]:
        """What is locked, as it stands in a sequence of orders."""
        return (
            []
            if lock is None
            else [self._part(self.vehicles[lock.vehicle], n) for n in marked(lock.orders, self.orders)]
        )

    def sequence(self, vehicle: Vehicle, names: Iterable[str]) -> list[Order]:
        """Orders by name; :data:`~server.planning.sequences.RELOAD` and :data:`~server.planning.sequences.FETCH` say where
        the vehicle loads again and where it fetches a transfer."""
        return [self._part(vehicle, name) for name in names]

    def _part(self, vehicle: Vehicle, name: str) -> Order:
        if name == RELOAD:
            return reload_of(vehicle)
        return fetch_of(self.orders[name.removeprefix(FETCH)]) if name.startswith(FETCH) else self.orders[name]

    def overload(self, vehicle: Vehicle, orders: Sequence[Order]) -> str | None:
        """The dimension in which the orders, served in this sequence, are at some point more than the vehicle takes;
        ``None`` if they fit. Each trip counts by itself."""
        if all(from_depot(order) for order in orders):
            return _overload(vehicle, loads(orders))
        if sum(is_reload(order) for order in orders) >= vehicle.trips:
            return "trips"
        if not paired(orders):
            return "transfers"
        return next((over for load in boards(orders) if (over := _overload(vehicle, load)) is not None), None)


def _overload(vehicle: Vehicle, load: Mapping[str, Amounts]) -> str | None:
    total = Amounts()
    for zone, amounts in load.items():
        space = compartment(vehicle, zone)
        if space is None:
            return zone
        if over := excess(amounts, space):
            return over
        total += amounts
    return excess(total, vehicle.capacity)


def compartment(vehicle: Vehicle, zone: str) -> Capacity | None:
    """What the vehicle takes in a temperature zone; ``None`` where it has no such zone."""
    if not vehicle.compartments:
        return Capacity() if zone == AMBIENT else None
    return next((part.capacity for part in vehicle.compartments if part.zone == zone), None)


def excess(amounts: Amounts, capacity: Capacity) -> str | None:
    """The first dimension in which ``amounts`` do not fit into ``capacity``."""
    for dimension in DIMENSIONS:
        limit = getattr(capacity, dimension)
        if limit is not None and getattr(amounts, dimension) > limit:
            return dimension
    return None
