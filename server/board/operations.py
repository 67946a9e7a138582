"""The board's operations: the day as cards and as a map, from the views, and ahead of them what handhelds say this moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.context import context
from server.custody import consumers, live
from server.custody.live import Standing
from server.planning.arrivals import Arrivals, arrivals, news_of
from server.planning.forecast import Certainty, Expected
from server.trace import operations as trace
from server.trace.models import RoadRow, RouteView, StopView
from server.trace.operations import CONSUMER
from shared.geo import wgs84_to_gcj02

GCJ02 = "gcj02"
"""The datum of most Chinese map tiles; positions are converted for display only."""


@dataclass(frozen=True)
class StopCard:
    """A stop with what the dispatcher wants to know of it now."""

    stop: StopView
    expected: Expected | None = None
    """What is expected of a stop that lies ahead: an estimate, shown as one, with its range."""

    @property
    def late(self) -> bool:
        """Whether it was, or likely will be, later than its receiving hours."""
        if self.expected is not None and self.stop.arrived is None:
            return self.expected.miss is not None and self.expected.miss.certainty is not Certainty.POSSIBLE
        arrived, end = self.stop.arrived, self.stop.window_end
        return arrived is not None and end is not None and arrived > end


@dataclass(frozen=True)
class RouteCard:
    """A route with its stops in driving order."""

    route: RouteView
    stops: tuple[StopCard, ...]
    behind: timedelta
    """How far behind the plan it is expected at its next stop, or was last seen; negative when ahead."""
    road: tuple[RoadRow, ...] = ()
    """What the driver last reported or said, newest first."""
    live: Standing | None = None
    """How its handheld says it stands, where that is newer than what the record says: shown as such, and no evidence."""
    arrivals: Arrivals | None = None
    """The forecast, and what it was made from."""

    @property
    def progress(self) -> int:
        """Stops concluded, in percent."""
        return round(100 * self.route.stops_done / self.route.stops_total) if self.route.stops_total else 0


LAST_WORDS = 3
"""How much of what happened on the road a card shows; the route's own page has all of it."""


def card(
    route: RouteView, stops: Sequence[StopView], standing: Standing | None = None, ahead: Arrivals | None = None
) -> RouteCard:
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
    expected = {} if ahead is None else ahead.stops
    coming = next((stop for stop in stops if stop.stop_id in expected and stop.arrived is None), None)
    if coming is not None and route.departed is not None:
        behind = expected[coming.stop_id].likely - coming.planned_arrival
    shown = tuple(StopCard(stop, expected.get(stop.stop_id)) for stop in stops)
    return RouteCard(route, shown, behind, road, standing, ahead)


def _cards(routes: Sequence[RouteView]) -> list[RouteCard]:
    standing = news_of(routes)
    both = [(route, trace.stops_of(route.route_id)) for route in routes]
    ahead = arrivals(both, standing)
    return [card(route, stops, standing.get(route.route_id), ahead.get(route.route_id)) for route, stops in both]


def cards(day: date) -> list[RouteCard]:
    """All routes of a day."""
    return _cards(trace.routes_of(day))


def changed_cards(day: date, after: int, also: Collection[str] = ()) -> list[RouteCard]:
    """The routes of a day that an entry later than ``after`` has touched, and those that are named."""
    routes, stops = trace.changes(after)
    touched = {route.route_id for route in routes} | {stop.route_id for stop in stops} | set(also)
    return _cards([route for route in trace.routes_of(day) if route.route_id in touched])


class Lively:
    """Which routes their handhelds have said something new about, since it was last asked."""

    _OVERLAP = timedelta(seconds=5)
    """What was taken before something else may be committed after it: so far back is looked once more."""
    _BEFORE = timedelta(minutes=2)
    """How far back it looks at first: a stream may follow a page, or another stream, that ended a while ago."""

    def __init__(self) -> None:
        self._after = context().clock.now() - self._BEFORE
        self._known: frozenset[Standing] = frozenset()

    def changed(self) -> frozenset[str]:
        """The ids of those routes."""
        found = frozenset(live.since(self._after - self._OVERLAP))
        changed = frozenset(one.route_id for one in found - self._known)
        self._known = found
        self._after = max((one.taken for one in found), default=self._after)
        return changed


class Drift:
    """Which routes of a day are expected otherwise than they were when it was last asked: time passes, and a vehicle that
    says nothing gets later. To the minute, as that is what people are shown."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._known = self._now()

    def changed(self) -> frozenset[str]:
        """The ids of those routes."""
        now, before = self._now(), self._known
        self._known = now
        return frozenset(route_id for route_id in now if now[route_id] != before.get(route_id))

    def _now(self) -> dict[str, tuple[object, ...]]:
        routes = [route for route in trace.routes_of(self._day) if route.departed is not None]
        both = [(route, trace.stops_of(route.route_id)) for route in routes]
        return {
            route_id: tuple(
                (one.stop_id, one.likely.replace(second=0), one.miss and one.miss.certainty)
                for one in found.stops.values()
            )
            for route_id, found in arrivals(both, news_of(routes)).items()
        }


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
        if one.live is not None:
            found.append(_vehicle(route, one.live.lat, one.live.lon, datum, live=True))
        elif route.lat is not None and route.lon is not None:
            found.append(_vehicle(route, route.lat, route.lon, datum, live=False))
    return found


def _vehicle(route: RouteView, lat: float, lon: float, datum: str, *, live: bool) -> dict[str, object]:
    place = _place(lat, lon, datum)
    return _feature("Point", place, kind="vehicle", id=f"v-{route.route_id}", name=route.vehicle, live=live)


def _feature(shape: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}
