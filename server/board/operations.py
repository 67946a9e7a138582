"""The board's operations: the day as cards and as a map, from the views alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.context import context
from server.custody import consumers
from server.trace import operations as trace
from server.trace.models import RoadRow, RouteView, StopView
from server.trace.operations import CONSUMER
from shared.custody.journey import StopPhase
from shared.geo import wgs84_to_gcj02

GCJ02 = "gcj02"
"""The datum of most Chinese map tiles; positions are converted for display only."""
OPEN = frozenset({StopPhase.PLANNED.value, "on_the_way"})
"""Phases of a stop that lies ahead."""


@dataclass(frozen=True)
class StopCard:
    """A stop with what the dispatcher wants to know of it now."""

    stop: StopView
    expected: datetime
    """Planned arrival, moved by how far behind or ahead the route was at its last stop. An estimate, shown as one."""
    late: bool
    """Whether it is (or is expected to be) later than its receiving hours."""


@dataclass(frozen=True)
class RouteCard:
    """A route with its stops in driving order."""

    route: RouteView
    stops: tuple[StopCard, ...]
    behind: timedelta
    """How far behind the plan it was last seen; negative when ahead."""
    road: tuple[RoadRow, ...] = ()
    """What the driver last reported or said, newest first."""

    @property
    def progress(self) -> int:
        """Stops concluded, in percent."""
        return round(100 * self.route.stops_done / self.route.stops_total) if self.route.stops_total else 0


LAST_WORDS = 3
"""How much of what happened on the road a card shows; the route's own page has all of it."""


def card(route: RouteView, stops: Sequence[StopView]) -> RouteCard:
    """The card of one route."""
    behind = timedelta(0)
    if route.departed is not None:
        behind = route.departed - route.planned_departure
    for stop in stops:
        if stop.left is not None:
            behind = stop.left - stop.planned_departure
        elif stop.arrived is not None:
            behind = stop.arrived - stop.planned_arrival
    road = tuple(trace.road_of(route.route_id)[:LAST_WORDS])
    return RouteCard(route, tuple(_stop_card(stop, behind) for stop in stops), behind, road)


def _stop_card(stop: StopView, behind: timedelta) -> StopCard:
    ahead = stop.phase in OPEN
    expected = stop.planned_arrival + max(behind, timedelta(0)) if ahead else (stop.arrived or stop.planned_arrival)
    late = stop.window_end is not None and expected > stop.window_end
    return StopCard(stop, expected, late)


def cards(day: date) -> list[RouteCard]:
    """All routes of a day."""
    return [card(route, trace.stops_of(route.route_id)) for route in trace.routes_of(day)]


def changed_cards(day: date, after: int) -> list[RouteCard]:
    """The routes of a day that an entry later than ``after`` has touched."""
    routes, stops = trace.changes(after)
    touched = {route.route_id for route in routes} | {stop.route_id for stop in stops}
    return [card(route, trace.stops_of(route.route_id)) for route in trace.routes_of(day) if route.route_id in touched]


def seen() -> int:
    """The index of the last entry the views contain, or -1."""
    return consumers.position(CONSUMER) - 1


def newest_day() -> date:
    """The day the board opens with: today where the sites are, or the newest day there is if today has no route."""
    today = context().clock.now().astimezone(trace.zone()).date()
    return today if trace.routes_of(today) else trace.newest_day() or today


def _place(lat: float, lon: float, datum: str) -> list[float]:
    """A WGS-84 point as the map's datum wants it, longitude first as GeoJSON has it."""
    if datum == GCJ02:
        lat, lon = wgs84_to_gcj02(lat, lon)
    return [round(lon, 6), round(lat, 6)]


def features(shown: Sequence[RouteCard], datum: str) -> list[dict[str, object]]:
    """Sites, planned ways and vehicles as GeoJSON features."""
    found: list[dict[str, object]] = []
    for number, one in enumerate(shown):
        route = one.route
        points = [_place(lat, lon, datum) for lat, lon in trace.track_of(route)]
        found.append(_feature("LineString", points, kind="track", id=route.route_id, colour=number))
        depot = _place(route.depot_lat, route.depot_lon, datum)
        found.append(_feature("Point", depot, kind="depot", id=f"depot-{route.route_id}", name=route.depot_zh))
        for stop_card in one.stops:
            stop = stop_card.stop
            found.append(
                _feature(
                    "Point",
                    _place(stop.lat, stop.lon, datum),
                    kind="stop",
                    id=stop.stop_id,
                    phase=stop.phase,
                    number=stop.number,
                    conformity=stop.conformity or "",
                    failed=stop.failure is not None,
                    refused=stop.refused > 0,
                )
            )
        if route.lat is not None and route.lon is not None:
            place = _place(route.lat, route.lon, datum)
            found.append(_feature("Point", place, kind="vehicle", id=f"v-{route.route_id}", name=route.vehicle))
    return found


def _feature(shape: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}
