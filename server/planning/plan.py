"""The plan: what was decided, with every time, distance and cost that follows from it. Units as in ``problem``.

A plan states its numbers rather than leaving them to be derived, because the checker must be able to disagree with them.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from server.planning.problem import Amounts
from shared.errors import Language, Problem


class ZoneLoad(msgspec.Struct, frozen=True):
    """What a vehicle carries for one temperature zone."""

    zone: str
    amounts: Amounts


class Break(msgspec.Struct, frozen=True):
    """A rest or a meal of the driver on leg ``leg`` (0 leads to the first stop, the last one back to the depot).

    ``driven`` is how much of the leg's duration (s) lies behind: 0 means before leaving, the whole leg means on arrival,
    before service, and anything between is a lay-by on the way. A meal may begin with a wait until it is time for it.
    """

    leg: int
    driven: int
    start: int
    end: int


class Stop(msgspec.Struct, frozen=True):
    """A visit to a site, handing over ``orders``.

    ``distance`` and ``duration`` are of the leg that leads here. ``slack`` is by how much service could start later and
    still be inside the same receiving window and before every order is due (``None``: nothing bounds it).

    ``fetched`` are transfers that come on board here, to be handed over at a later stop of the same trip.

    With ``reload`` it is none of these: the vehicle is back at its depot, unloads what it has, loads from ``start`` on and
    leaves on its next trip with ``load``.
    """

    site: str
    orders: tuple[str, ...]
    arrival: int
    start: int
    departure: int
    distance: int
    duration: int
    slack: int | None = None
    reload: bool = False
    load: tuple[ZoneLoad, ...] = ()
    fetched: tuple[str, ...] = ()


class Cost(msgspec.Struct, frozen=True):
    """Money: using the vehicle, its distance, its hours, the driver's hours, penalties of orders left out, and visits."""

    fixed: float = 0.0
    distance: float = 0.0
    time: float = 0.0
    driver: float = 0.0
    penalty: float = 0.0
    stops: float = 0.0

    @property
    def total(self) -> float:
        return self.fixed + self.distance + self.time + self.driver + self.penalty + self.stops

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.fixed + other.fixed,
            self.distance + other.distance,
            self.time + other.time,
            self.driver + other.driver,
            self.penalty + other.penalty,
            self.stops + other.stops,
        )


class Route(msgspec.Struct, frozen=True):
    """A vehicle's day: loading begins at ``start``, it leaves at ``departure`` and is back at ``end``.

    ``distance`` is the whole way, ``duration`` from ``start`` to ``end``; ``return_distance`` and ``return_duration`` are
    of the last leg. ``load`` is what it leaves with on its first trip, zones in alphabetical order.
    """

    vehicle: str
    driver: str | None
    depot: str
    end_depot: str
    start: int
    departure: int
    stops: tuple[Stop, ...]
    return_distance: int
    return_duration: int
    end: int
    distance: int
    duration: int
    load: tuple[ZoneLoad, ...]
    breaks: tuple[Break, ...]
    cost: Cost

    def trips(self) -> Iterator[int]:
        """How long each trip takes, from the start of loading until the vehicle is back (s)."""
        begun = self.start
        for stop in self.stops:
            if stop.reload:
                yield stop.arrival - begun
                begun = stop.start
        yield self.end - begun


class Unserved(msgspec.Struct, frozen=True):
    """An order left out, and why: a numbered problem 6301–6313."""

    order: str
    reason: Problem


class Plan(msgspec.Struct, frozen=True):
    """A whole day.

    ``feasible`` says that every order that must be served is. ``roads`` labels what distances were measured on, and
    ``remarks`` are what a person has to know about that (numbered problems 6405–6407, such as a site that no road reaches),
    ``seconds`` is how long making the plan took, ``seed`` and ``engine`` how to make it again.
    """

    problem: str
    roads: str
    feasible: bool
    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    cost: Cost
    seconds: float
    seed: int
    engine: str
    resolution: int = 1
    origin: datetime | None = None
    remarks: tuple[Problem, ...] = ()

    def reasons(self, language: Language) -> dict[str, str]:
        """Each unserved order with its reason in words."""
        return {left.order: left.reason.text(language) for left in self.unserved}
