"""What arrives when, for the board, a route's page and the desk: the facts that a forecast needs
(:mod:`server.planning.forecast`), gathered from the views, from what handhelds say this moment, and from the routes as they
were published.

There is no view of forecasts, as they change with the clock while nothing happens. What is costly is kept in the process:
a published route never changes, and what past days teach is worked out once a day.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from flask import current_app
from sqlalchemy import func, select

from server.context import context
from server.custody import live
from server.custody.live import Standing
from server.db import db
from server.planning.forecast import (
    LEGS,
    STAYS,
    Ahead,
    Driving,
    Expected,
    Here,
    Model,
    Pace,
    Sample,
    Seen,
    Span,
    Waiting,
    day_factor,
    forecast,
    learned,
)
from server.planning.models import PublishedRoute
from server.trace import operations as trace
from server.trace.models import RouteView, StopView
from server.trace.projection import ON_THE_WAY, WITHDRAWN
from shared.custody.journey import Phase, StopPhase
from shared.geo import Position, distance

LEARN_FROM = 150
"""The newest routes of past days that paces are learned from: about a month of a small fleet, three days of a large one."""
LEARN_DAYS = 28
"""How far back (days) they may lie: four of each weekday; before that the city was another one."""
FARTHEST = 2.0
"""How much of a leg may lie ahead: a vehicle farther off than twice the leg is doing something else."""
SHORT_LEG = 200.0
"""m: a leg shorter than this is not measured by straight lines."""
GIVEN_UP = timedelta(hours=12)
"""So long after its last planned stop nobody is expected any more: a route that was never ended on its handheld."""
KEPT = 1024
"""Timetables a process keeps in memory."""


class _Note(msgspec.Struct, frozen=True):
    id: str


class PublishedStop(msgspec.Struct, frozen=True):
    """Of a published stop what a forecast needs, and which consignments it brings; the rest of the document is skipped."""

    id: str
    planned_arrival: datetime
    planned_departure: datetime
    windows: tuple[Span, ...] = ()
    consignments: tuple[_Note, ...] = ()
    trip: int = 1


class PublishedReload(msgspec.Struct, frozen=True):
    """Of a published return to the depot what a forecast needs: for which trip, and when the vehicle leaves again."""

    trip: int
    departure: datetime


class Timetable(msgspec.Struct, frozen=True):
    """A published route as far as its times go."""

    departure: datetime
    stops: tuple[PublishedStop, ...]
    reloads: tuple[PublishedReload, ...] = ()

    def reload(self, trip: int) -> PublishedReload | None:
        """The return to be loaded for a trip; ``None`` for the first one."""
        return next((one for one in self.reloads if one.trip == trip), None)


@dataclass(frozen=True)
class Arrivals:
    """The forecast of a route: by stop, those ahead and the one the vehicle is at. ``at`` is when the vehicle was last heard
    of (``None``: it has not left), ``model`` what was reckoned with."""

    stops: Mapping[str, Expected]
    at: datetime | None
    model: Model


RouteAndStops = tuple[RouteView, Sequence[StopView]]


def news_of(routes: Iterable[RouteView]) -> dict[str, Standing]:
    """What handhelds say of their routes beyond the record, by route: from the device that drives it, and only where the
    record does not know better by now."""
    views = {route.route_id: route for route in routes}
    return {one.route_id: one for one in live.standing(views) if _is_news(views[one.route_id], one)}


def _is_news(route: RouteView, standing: Standing) -> bool:
    known = route.position_at is not None and standing.at <= route.position_at
    return standing.device_id == route.device_id and (standing.behind > 0 or not known)


def arrivals(routes: Sequence[RouteAndStops], news: Mapping[str, Standing]) -> dict[str, Arrivals]:
    """What is expected on each of these routes, by route. A route that is over, was given up or never published has no
    forecast."""
    if not routes:
        return {}
    tables = timetables({route.route_id for route, _ in routes})
    days = {day: _model(day) for day in {route.day for route, _ in routes}}
    now = context().clock.now()
    found = {}
    for route, stops in routes:
        table = tables.get(route.route_id)
        if table is None or route.phase in (Phase.RETURNED.value, Phase.ENDED.value):
            continue
        if table.stops and now - table.stops[-1].planned_departure < GIVEN_UP:
            found[route.route_id] = _arrivals(route, stops, table, news.get(route.route_id), days[route.day], now)
    return found


def of_route(route_id: str) -> Arrivals | None:
    """What is expected on one route; ``None`` where it is over, or the views do not know it yet."""
    route = trace.route(route_id)
    if route is None:
        return None
    return arrivals([(route, trace.stops_of(route_id))], news_of([route])).get(route_id)


def _arrivals(
    route: RouteView,
    stops: Sequence[StopView],
    table: Timetable,
    standing: Standing | None,
    model: Model,
    now: datetime,
) -> Arrivals:
    planned = {stop.id: ahead for stop, ahead in zip(table.stops, _ahead(table), strict=True)}
    open_first = sorted(stops, key=lambda stop: (stop.phase not in AT_STOP, stop.number))
    left = [stop for stop in stops if stop.phase == StopPhase.LEFT.value]
    to_come = [one for one in open_first if one.phase not in OVER and one.stop_id in planned]
    if not to_come:
        return Arrivals({}, None, model)
    first = to_come[0]
    seen = _seen(route, left, first, table, standing)
    out = _way_out(table, first.stop_id, planned[first.stop_id].leg)
    if isinstance(seen, Driving) and out is not None:
        if first.phase == ON_THE_WAY:  # it has left the depot again: what lies ahead is the way from there
            planned[first.stop_id] = msgspec.structs.replace(planned[first.stop_id], leg=out)
        else:
            seen = _coming_back(seen, left, planned[first.stop_id].leg, out)
    found = forecast([planned[one.stop_id] for one in to_come], seen, now, model)
    at = seen.at if isinstance(seen, Driving) else seen.arrived if isinstance(seen, Here) else None
    return Arrivals({one.stop_id: one for one in found}, at, model)


def _way_out(table: Timetable, stop_id: str, leg: float) -> float | None:
    """How long (s) the way from the depot to a stop is, where it is the first one of a later trip: its planned leg is the way
    back, the loading and this. ``None`` for other stops."""
    trips = {stop.id: stop.trip for stop in table.stops}
    place = list(trips).index(stop_id)
    reload = table.reload(trips[stop_id])
    if reload is None or place == 0 or trips[stop_id] == table.stops[place - 1].trip:
        return None
    return min(leg, max(0.0, (table.stops[place].planned_arrival - reload.departure).total_seconds()))


def _coming_back(seen: Driving, left: Sequence[StopView], leg: float, out: float) -> Driving:
    """A vehicle that comes back to load: how far off its next stop is says nothing, as it drives away from it. It is taken to
    be in time since it left its last stop, but not to have left the depot again."""
    since = max((stop.left for stop in left if stop.left is not None), default=seen.at)
    behind = max(0.0, (seen.at - since).total_seconds())
    return Driving(max(leg - behind, out) / max(leg, 1.0), seen.at)


AT_STOP = frozenset({StopPhase.ARRIVED.value, StopPhase.SIGNED.value, StopPhase.FAILED.value})
OVER = frozenset({StopPhase.LEFT.value, WITHDRAWN})


def _ahead(table: Timetable) -> list[Ahead]:
    """The planned legs and visits: what a stop takes beside waiting for its window."""
    made, left = [], table.departure
    for stop in table.stops:
        leg = (stop.planned_arrival - left).total_seconds()
        stay = (stop.planned_departure - _opening(stop, stop.planned_arrival)).total_seconds()
        made.append(Ahead(stop.id, max(0.0, leg), max(0.0, stay), stop.windows))
        left = stop.planned_departure
    return made


def _opening(stop: PublishedStop, arrival: datetime) -> datetime:
    return next((max(arrival, window.start) for window in stop.windows if window.end >= arrival), arrival)


def _seen(
    route: RouteView, left: Sequence[StopView], target: StopView, table: Timetable, standing: Standing | None
) -> Seen:
    """What is known of a vehicle: the newest of its position, its last word, and the last thing on record."""
    if target.phase in AT_STOP and target.arrived is not None:
        return Here(target.arrived, target.done)
    if route.departed is None:
        return Waiting(table.departure)
    depot = came = Position(route.depot_lat, route.depot_lon)
    since = route.departed
    for stop in left:
        if stop.left is not None and stop.left >= since:
            came, since = Position(stop.lat, stop.lon), stop.left
    if _way_out(table, target.stop_id, 0.0) is not None:
        came = depot
    place = Position(target.lat, target.lon)
    if standing is not None and standing.at >= since:
        return Driving(_share(came, Position(standing.lat, standing.lon), place, target.radius), standing.at)
    if route.lat is not None and route.lon is not None and route.position_at and route.position_at >= since:
        return Driving(_share(came, Position(route.lat, route.lon), place, target.radius), route.position_at)
    return Driving(1.0, since)


def _share(came: Position, here: Position, target: Position, radius: float) -> float:
    """How much of a leg lies ahead, by straight lines: the roads' detour is about the same on all of it."""
    ahead = distance(here, target)
    if ahead <= radius:
        return 0.0
    return min(FARTHEST, ahead / max(distance(came, target), SHORT_LEG))


# published timetables --------------------------------------------------------------------------------------------------


def timetables(route_ids: Collection[str]) -> dict[str, Timetable]:
    """The newest published timetable of each route."""
    newest = (
        select(func.max(PublishedRoute.number))
        .where(PublishedRoute.route_id.in_(route_ids))
        .group_by(PublishedRoute.route_id)
    )
    query = select(PublishedRoute.route_id, PublishedRoute.record).where(PublishedRoute.number.in_(newest))
    records = {row.route_id: row.record for row in db.session.execute(query)}
    kept: dict[str, Timetable] = _process().setdefault("timetables", {})
    known = {record: kept[record] for record in set(records.values()) & set(kept)}
    missing = [record for record in records.values() if record not in known]
    if missing:
        documents = select(PublishedRoute.record, PublishedRoute.route).where(PublishedRoute.record.in_(missing))
        known |= {row.record: msgspec.json.decode(row.route, type=Timetable) for row in db.session.execute(documents)}
        if len(kept) + len(missing) > KEPT:
            kept.clear()
        kept.update(known)
    return {route_id: known[record] for route_id, record in records.items()}


def _process() -> dict[str, Any]:
    """What this process keeps between requests."""
    found: dict[str, Any] = current_app.extensions.setdefault("handover.arrivals", {})
    return found


# what is learned -------------------------------------------------------------------------------------------------------


def _model(day: date) -> Model:
    """What to reckon with on a day: what past days taught, and what its own roads are like so far."""
    legs, stays = _paces(day)
    query = select(RouteView.route_id, RouteView.departed).where(RouteView.day == day, RouteView.departed.is_not(None))
    driven, _ = _samples({row.route_id: row.departed for row in db.session.execute(query)})
    return Model(legs, stays, day_factor(driven, legs))


def _paces(day: date) -> tuple[Pace, Pace]:
    """How long legs and visits took on the days before, against their plans; worked out once for each day."""
    kept: dict[date, tuple[Pace, Pace]] = _process().setdefault("paces", {})
    if day not in kept:
        query = (
            select(RouteView.route_id, RouteView.departed)
            .where(RouteView.day < day, RouteView.day >= day - timedelta(days=LEARN_DAYS))
            .where(RouteView.departed.is_not(None))
            .order_by(RouteView.day.desc(), RouteView.route_id)
            .limit(LEARN_FROM)
        )
        driven, stayed = _samples({row.route_id: row.departed for row in db.session.execute(query)})
        paces = learned(driven, LEGS), learned(stayed, STAYS)
        if len(kept) > LEARN_DAYS:
            kept.clear()
        kept[day] = paces
        return paces
    return kept[day]


def _samples(departed: Mapping[str, datetime | None]) -> tuple[list[Sample], list[Sample]]:
    """Legs and visits of routes, planned and as they were: of stops that follow each other in the plan and on the road."""
    if not departed:
        return [], []
    tables = timetables(departed)
    columns = (StopView.stop_id, StopView.route_id, StopView.arrived, StopView.left)
    query = select(*columns).where(StopView.route_id.in_(departed), StopView.arrived.is_not(None))
    visited: dict[str, dict[str, tuple[datetime | None, datetime | None]]] = {}
    for stop_id, route_id, arrived, left in db.session.execute(query):
        visited.setdefault(route_id, {})[stop_id] = arrived, left
    driven: list[Sample] = []
    stayed: list[Sample] = []
    for route_id, seen in visited.items():
        table = tables.get(route_id)
        if table is not None:
            legs, stays = _of_route(table, seen, departed[route_id])
            driven += legs
            stayed += stays
    return driven, stayed


def _of_route(
    table: Timetable, seen: Mapping[str, tuple[datetime | None, datetime | None]], departed: datetime | None
) -> tuple[list[Sample], list[Sample]]:
    driven, stayed = [], []
    before: datetime | None = departed
    for stop, ahead in zip(table.stops, _ahead(table), strict=True):
        arrived, left = seen.get(stop.id, (None, None))
        loaded = (
            _way_out(table, stop.id, ahead.leg) is not None
        )  # loading is on this leg: it says nothing about driving
        if arrived is not None and before is not None and arrived >= before and not loaded:
            driven.append(Sample(ahead.leg, (arrived - before).total_seconds()))
        if arrived is not None and left is not None:
            stayed.append(Sample(ahead.stay, max(0.0, (left - _opening(stop, arrived)).total_seconds())))
        before = left
    return driven, stayed
