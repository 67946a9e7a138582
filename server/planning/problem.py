"""The planning problem, as plain values that name no solver.

Units: distances are whole m, durations and times whole s; times count from ``Problem.origin`` (an instant in UTC) or,
without one, from an arbitrary zero, and are never negative; a vehicle without a shift is there from 0 on. Benchmark files
need tenths or thousandths: there ``Problem.resolution`` says how many parts of a m and of a s every distance, duration and
time counts. Volume is cm³, weight g, both whole numbers. Money is in one currency, whichever the file means.

Why whole numbers: feasibility must never hang on how a float was rounded, and the engine and the checker have to agree to
the last second.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from shared import problems
from shared.errors import Problem as Fault
from shared.errors import Refused
from shared.geo import Position

AGAIN = ""
"""Stands among locked orders, and in a sequence of orders, where the vehicle comes back to its depot to load again. No order
has this id."""
NO_ROAD = -1
"""A matrix entry that says: no road leads from here to there."""
AMBIENT = "ambient"
"""The temperature zone of a vehicle without compartments, and of goods that ask for none."""
DIMENSIONS = ("units", "volume", "weight")


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of time, both ends included (s)."""

    start: int
    end: int


class Amounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much there is of something: packages, volume in cm³, weight in g."""

    units: int = 0
    volume: int = 0
    weight: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.units + other.units, self.volume + other.volume, self.weight + other.weight)


class Capacity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much fits; ``None`` where a dimension is not limited."""

    units: int | None = None
    volume: int | None = None
    weight: int | None = None


class Compartment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a vehicle that keeps one temperature zone."""

    zone: str
    capacity: Capacity = Capacity()


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place: a receiver or a depot.

    Service at a receiver starts inside one of ``windows`` (none given: at any time) and takes ``service`` s for the visit
    plus ``per_unit`` s for each unit. At a depot ``service`` is the time loading takes, and the one window it may have
    bounds the start of loading, the departure and the return. ``admits`` lists the kinds of vehicle that may come; ``None``
    admits all.
    """

    id: str
    name: str = ""
    position: Position | None = None
    windows: tuple[Window, ...] = ()
    service: int = 0
    per_unit: int = 0
    admits: tuple[str, ...] | None = None


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Goods of one temperature zone for one site, or with ``collect`` from it: returns and empty boxes.

    ``release`` is when loading them may begin, ``due`` the latest start of service. Orders without ``penalty`` must be
    served; the others are left out where serving costs more than the penalty (money). When not all can be served, a higher
    ``priority`` goes first (0 is ordinary). ``hold`` is the validated time of the passive box, from the start of loading
    until everything at the stop is handed over (s); the carrier must not exceed it. ``requires`` are the qualifications the
    driver needs, such as controlled drugs. ``depot`` is where the goods lie, where that matters.

    What is collected is on board from its site to the depot where the trip ends, ``depot`` where that matters. Then
    ``release`` is the earliest start of service, and ``hold`` counts from there until the vehicle is back, less what each
    opening in between costs.

    With ``origin`` they do not come from a depot but from another site (a transfer from hospital to hospital): the same
    vehicle fetches them there and hands them over on the same trip. Service of ``per_unit`` and a visit are then due at both
    ends; ``release`` is the earliest start of service at ``origin``, and ``hold`` counts from there; or from ``loaded``,
    where their boxes were closed before, as those of a vehicle that broke down on the way.

    ``alone`` names a group of orders that want vehicles to themselves (a consignment of high value): a route that carries
    one of them carries nothing but orders of that group.
    """

    id: str
    site: str
    amounts: Amounts = Amounts()
    zone: str = AMBIENT
    release: int = 0
    due: int | None = None
    priority: int = 0
    penalty: float | None = None
    hold: int | None = None
    requires: tuple[str, ...] = ()
    depot: str | None = None
    collect: bool = False
    alone: str | None = None
    origin: str | None = None
    loaded: int | None = None


class Vehicle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vehicle for one route: from ``depot`` (loading there first) to ``end`` (``None``: back to the depot).

    Within its shift it makes ``trips`` at most: it comes back to ``depot``, unloads what was collected, loads again (the
    depot's loading time) and leaves again. Capacity, releases and the hold times of boxes are those of each trip. Each takes
    ``max_trip`` s at most, from the start of loading until it is back: how long goods are out of the cold store.

    ``capacity`` bounds the whole load; each compartment bounds the load of its zone. Without compartments it is one
    ambient body. ``kind`` is what sites admit, ``profile`` names its matrix. It costs ``fixed`` when used, ``per_km``,
    ``per_hour`` from the start of loading to the return, and ``per_stop`` for each visit. ``max_duration`` (s) counts the
    same stretch, ``max_distance`` (m) the whole way. ``requires`` are qualifications the driver needs to drive it.
    ``carrier`` names the contracted carrier it belongs to (empty: the own fleet); it is used where its costs make that pay.

    ``height``, ``width`` and ``length`` (cm), ``gross`` (the permitted gross mass, kg), ``axle`` (the heaviest axle's load,
    kg) and ``hazmat`` (dangerous goods on board) decide which roads it may take; what is ``None`` is assumed, see
    :class:`server.planning.roads.Profile`.
    """

    id: str
    depot: str
    end: str | None = None
    kind: str = ""
    profile: str = "default"
    capacity: Capacity = Capacity()
    compartments: tuple[Compartment, ...] = ()
    shift: Window | None = None
    fixed: float = 0.0
    per_km: float = 1.0
    per_hour: float = 0.0
    per_stop: float = 0.0
    max_duration: int | None = None
    max_trip: int | None = None
    max_distance: int | None = None
    requires: tuple[str, ...] = ()
    height: int | None = None
    width: int | None = None
    length: int | None = None
    gross: int | None = None
    axle: int | None = None
    hazmat: bool = False
    carrier: str = ""
    trips: int = 1

    @property
    def end_depot(self) -> str:
        return self.depot if self.end is None else self.end


class Meal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A meal of ``length`` s that begins from ``start`` to ``latest``, both included (s)."""

    start: int
    latest: int
    length: int = 1800


class Driver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who drives one route; ``per_hour`` (money) is paid from the start of loading to the return.

    Whoever is out when the ``meal`` may begin at the latest has it on the way: not while loading, driving or handing over.
    A wait or a rest that is long enough will do for it.
    """

    id: str
    name: str = ""
    shift: Window | None = None
    qualifications: tuple[str, ...] = ()
    per_hour: float = 0.0
    meal: Meal | None = None


class Rest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No more than ``driving`` s at the wheel without a rest of at least ``rest`` s.

    Source of the defaults: Regulations for the Implementation of the Road Traffic Safety Law of China
    (道路交通安全法实施条例), article 62(7): not more than 4 hours without a stop of at least 20 minutes.
    """

    driving: int = 4 * 3600
    rest: int = 20 * 60


class Haste(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it is worth to have goods off the road soon: each hour of a trip beyond the first ``after`` s, from the start of
    loading until the vehicle is back, counts for the planner like ``per_hour`` money. Nobody pays it: it is in no cost."""

    after: int
    per_hour: float


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a locked beginning really runs: the vehicle does not leave the stop of the ``begun``-th of the locked orders
    (1, 2 …) before ``until`` (s)."""

    begun: int
    until: int


class Lock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is settled already: the vehicle's route begins with ``orders`` in this order. An order with an ``origin`` is named
    twice: first where it is fetched, then where it is handed over. An empty name stands where it comes back to load again,
    between two orders (:data:`AGAIN`).

    ``driver`` holds the driver, ``departure`` (s) the moment it leaves or left the depot first; what was not released by then
    cannot be on that trip. ``held`` says of a vehicle that is late how long its beginning lasts; it needs a ``departure``.
    With ``final`` the route ends with the locked orders: the vehicle takes nothing else any more. ``aboard`` names the orders
    of which the goods are on the road: of what lies at a depot a vehicle that has left, on its only trip, gets nothing else
    (``None``: whatever was released by then may be on it).
    """

    vehicle: str
    orders: tuple[str, ...] = ()
    driver: str | None = None
    departure: int | None = None
    held: Held | None = None
    final: bool = False
    aboard: tuple[str, ...] | None = None


class Matrix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Distance (m) and duration (s) between all sites, in the order of ``Problem.sites``.

    :data:`NO_ROAD` stands in both tables where no road leads from one to the other.
    ``roads`` says what was measured: every plan shows it. ``remarks`` are what a person has to know about it, as numbered
    problems 6405–6407.
    """

    roads: str
    distance: tuple[tuple[int, ...], ...]
    duration: tuple[tuple[int, ...], ...]
    remarks: tuple[Fault, ...] = ()


class Problem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a plan is made from. ``matrices`` are by vehicle profile; a missing one is filled in from positions.

    ``rest`` is the rule on driving without a break (``None``: none applies). ``opening_loss`` (s) is what each earlier
    opening of the doors takes off a box's hold time. ``haste`` is what long trips count for (``None``: only what they cost).
    """

    name: str
    sites: tuple[Site, ...]
    orders: tuple[Order, ...]
    vehicles: tuple[Vehicle, ...]
    drivers: tuple[Driver, ...] = ()
    matrices: dict[str, Matrix] = {}
    rest: Rest | None = Rest()
    opening_loss: int = 0
    locks: tuple[Lock, ...] = ()
    haste: Haste | None = None
    resolution: int = 1
    origin: datetime | None = None
    timezone: str = "Asia/Shanghai"

    def clock(self, time: int) -> str:
        """A time as people read it: on the site's clock where there is an origin, else hours since zero, or a plain
        number in benchmark files."""
        if self.resolution != 1:
            return f"{time / self.resolution:g}"
        if self.origin is None:
            return f"{'-' if time < 0 else ''}{abs(time) // 3600}:{abs(time) // 60 % 60:02d}:{abs(time) % 60:02d}"
        local = (self.origin + timedelta(seconds=time)).astimezone(ZoneInfo(self.timezone))
        start = self.origin.astimezone(ZoneInfo(self.timezone))
        return f"{local:%H:%M}" if local.date() == start.date() else f"{local:%m-%d %H:%M}"

    def span(self, duration: int) -> str:
        """A duration as people read it: ``h:mm:ss``, or a plain number in benchmark files."""
        if self.resolution != 1:
            return f"{duration / self.resolution:g}"
        return f"{'-' if duration < 0 else ''}{abs(duration) // 3600}:{abs(duration) // 60 % 60:02d}:{abs(duration) % 60:02d}"

    def km(self, distance: int) -> str:
        """A distance as people read it: km with one decimal, or a plain number in benchmark files."""
        return f"{distance / self.resolution:g}" if self.resolution != 1 else f"{distance / 1000:.1f} km"

    def hurry(self, spans: Iterable[int]) -> float:
        """What trips that take so long (s) count for beyond what they cost."""
        if self.haste is None:
            return 0.0
        return self.money(self.haste.per_hour, sum(max(0, span - self.haste.after) for span in spans), 3600)

    def money(self, rate: float, count: int, per: int) -> float:
        """What ``count`` parts of a m or s cost at ``rate`` for every ``per`` whole m or s."""
        return rate * count / (per * self.resolution)


def load_problem(data: bytes, name: str) -> Problem:
    """A problem from our own JSON; ``name`` is shown in the refusal.

    Raises:
        Refused: PROBLEM_FILE where it is not JSON of this shape (the text says where and what was expected).
    """
    try:
        return msgspec.json.decode(data, type=Problem)
    except (msgspec.DecodeError, ValueError) as error:
        raise Refused(problems.PROBLEM_FILE, value=name, reason=error) from error


def save_problem(problem: Problem, path: Path) -> None:
    """Write a problem as our own JSON, readable by :func:`load_problem`."""
    path.write_bytes(msgspec.json.encode(problem))
