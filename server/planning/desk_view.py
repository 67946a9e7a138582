"""The desk as values for its page: what does not change while it is open, and a draft as it stands, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from flask import Flask

from server.context import context
from server.custody import operations as custody
from server.fleet import operations as fleet
from server.i18n import gettext as _
from server.i18n import language, shown_name
from server.orders import operations as orders
from server.orders.schemas import Order
from server.planning import keeping, publish
from server.planning.broken import Names, named
from server.planning.changes import Change, Place, changes
from server.planning.checker import check
from server.planning.day import CONTROLLED, site_of_node
from server.planning.desk import Draft, Reasons
from server.planning.keeping import Kept
from server.planning.plan import Plan, Route
from server.planning.problem import Order as PlanOrder
from server.planning.problem import Problem, Window
from server.planning.searches import measured_problem
from server.planning.sequences import FETCH, RELOAD
from server.planning.trouble import CLOSED, PLACE, is_roadside, shut_out
from server.planning.troubles import Trouble, shut, stranded, troubled, troubles_of
from server.planning.under_way import Begun, not_before, on_the_road, under_way, with_begun
from shared import problems
from shared.errors import Problem as Fault
from shared.errors import Refused
from shared.geo import Position, wgs84_to_gcj02

GCJ02 = "gcj02"
"""The datum of most Chinese map tiles; positions are converted for display only."""
DESKS = 4
"""Desks whose problems and matrices a web process holds in memory: a move has to be answered at once."""


@dataclass(frozen=True)
class Desk:
    """A plan on the desk: ``problem`` with its matrices, ``base`` the plan that untouched routes are taken from, and what
    people call things (in the language of whoever opened it)."""

    kept: Kept
    problem: Problem
    base: Plan
    orders: Mapping[str, Order]
    names: Names
    begun: tuple[Begun, ...] = ()
    """What has begun on the road, where the desk stands as it is :func:`now`."""
    troubles: tuple[Trouble, ...] = ()
    reasons: Reasons = field(default_factory=dict)
    """Why orders cannot be on any route, by what went wrong."""


def open_desk(app: Flask, plan_id: str) -> Desk:
    """A plan put on the desk anew, names and all. Call it outside a writing transaction, as roads may have to be measured.

    Raises:
        Refused: NOT_FOUND, and whatever the roads refuse.
    """
    kept = keeping.kept_plan(plan_id)
    problem = measured_problem(kept)
    base = kept.plan
    if any(
        found.where.split(" › ")[0] in {r.vehicle for r in base.routes} for found in check(problem, base).violations
    ):
        # its numbers are of other roads than there are now: every route is worked out again
        base = msgspec.structs.replace(base, routes=())
    known = {one.consignment.id: one for one in orders.orders(shipped=kept.day)}
    known |= {one.id: orders.order(one.id) for one in problem.orders if one.id not in known}
    made = Desk(kept, problem, base, known, _names(problem, known))
    desks = _desks(app)
    desks[f"{plan_id} {language()}"] = made
    while len(desks) > DESKS:
        desks.pop(next(iter(desks)))
    return made


def desk_of(app: Flask, plan_id: str) -> Desk:
    """A plan on the desk, as it was last opened by this process.

    Raises:
        Refused: as :func:`open_desk`.
    """
    return _desks(app).get(f"{plan_id} {language()}") or open_desk(app, plan_id)


def _desks(app: Flask) -> dict[str, Desk]:
    found: dict[str, Desk] = app.extensions.setdefault("handover.desks", {})
    return found


def _names(problem: Problem, known: Mapping[str, Order]) -> dict[str, str]:
    sites = {entry.id: shown_name(entry.data.name) for entry in fleet.sites()}
    sites |= {entry.id: shown_name(entry.data.name) for entry in fleet.depots()}
    names = {one.id: known[one.id].consignment.note_number for one in problem.orders}
    names |= {entry.id: shown_name(entry.data.name) for entry in fleet.vehicles()}
    names |= {entry.id: shown_name(entry.data.name) for entry in fleet.drivers()}
    return _more_names(problem, names | {site.id: sites.get(site_of_node(site.id), "") for site in problem.sites})


def _more_names(problem: Problem, names: dict[str, str]) -> dict[str, str]:
    """Names of what a day has that is no row of the fleet: places at the roadside, sites from when they are closed on, and
    the fetching of orders."""
    made = dict(names)
    for site in problem.sites:
        if is_roadside(site.id):
            vehicle = site.id.removeprefix(PLACE)
            made[site.id] = _("Where %(vehicle)s stands", vehicle=names.get(vehicle, vehicle))
        elif not made.get(site.id):
            made[site.id] = names.get(site.id.removesuffix(CLOSED)) or site.name or site.id
    for order in problem.orders:
        if order.origin is not None:
            made[FETCH + order.id] = _("fetch %(note)s", note=names.get(order.id, order.id))
    return made


def now(desk: Desk) -> Desk:
    """The desk as the day stands: what has begun on the road is locked and lasts as long as it does, and what went wrong is
    part of the problem."""
    troubles = tuple(troubles_of(desk.kept.id))
    if desk.kept.successor is not None:
        return replace(desk, troubles=troubles)  # it can only be looked at, and is shown as it was made
    begun = under_way(desk.kept, stranded=stranded(troubles), shut=shut(troubles))
    problem = with_begun(troubled(desk.problem, desk.kept, troubles, begun), begun)
    if begun or troubles:
        problem = not_before(problem, context().clock.now(), begun)
    names = _more_names(problem, dict(desk.names))
    return replace(desk, problem=problem, names=names, begun=begun, troubles=troubles, reasons=_reasons(problem))


LEAD = timedelta(minutes=10)
"""What is planned anew leaves no earlier than so long from now: until it is looked at, accepted and published, and the driver
has loaded, it would not leave before anyway; and a proposal has to hold for as long as somebody reads it."""


def to_search(desk: Desk, draft: Draft) -> Problem:
    """The problem of a draft as a search is given it: on a day that runs, with the time it takes to send somebody out, and
    with goods on the vehicles that have them."""
    if not (desk.begun or desk.troubles):
        return draft.problem
    leaves = context().clock.now() + LEAD
    return on_the_road(not_before(draft.problem, leaves, desk.begun), draft.hand, desk.begun, leaves)


def _reasons(problem: Problem) -> dict[str, Fault]:
    """Why orders are on no route, unless a search said better."""
    waiting = {
        order.id: Refused(
            problems.PLAN_UNSERVED_STRANDED, value=order.id, vehicle=order.origin.removeprefix(PLACE)
        ).problem
        for order in problem.orders
        if order.origin is not None and is_roadside(order.origin)
    }
    return waiting | {**shut_out(problem)}


# what does not change --------------------------------------------------------------------------------------------------


def fixed(desk: Desk) -> dict[str, Any]:
    """Vehicles, drivers, sites and orders of the day, for the page to draw with."""
    problem = desk.problem
    origin = problem.origin
    local = None if origin is None else origin.astimezone(ZoneInfo(problem.timezone))
    depots = {vehicle.depot for vehicle in problem.vehicles} | {vehicle.end_depot for vehicle in problem.vehicles}
    return {
        "plan": desk.kept.id,
        "zero": 0 if local is None else local.hour * 3600 + local.minute * 60,
        "vehicles": [
            {
                "id": one.id,
                "name": _marked(desk.names.get(one.id, one.id), one.carrier),
                "shift": _window(one.shift),
                "packs": one.capacity.units,
                "trips": one.trips,
                "depot": one.depot,
            }
            for one in problem.vehicles
        ],
        "drivers": [
            {"id": one.id, "name": _marked(desk.names.get(one.id, one.id), *_needs(one.qualifications))}
            for one in problem.drivers
        ],
        "sites": {
            site.id: {
                "name": desk.names[site.id],
                "at": _point(site.position),
                "windows": [_window(window) for window in site.windows],
                "depot": site.id in depots and not is_roadside(site.id),
                "roadside": is_roadside(site.id),
            }
            for site in problem.sites
        },
        "orders": {
            one.id: {
                "note": _marked(desk.names[one.id], *_needs(one.requires), _dedicated(desk, one)),
                "site": one.site,
                "packs": one.amounts.units,
                "zone": one.zone,
            }
            for one in problem.orders
        }
        | {
            FETCH + one.id: {
                "note": desk.names[FETCH + one.id],
                "site": one.origin,
                "packs": one.amounts.units,
                "zone": one.zone,
            }
            for one in problem.orders
            if one.origin is not None
        },
    }


def _marked(name: str, *marks: str) -> str:
    """A name with what is special about what it names."""
    return " · ".join((name, *filter(None, marks)))


def _needs(qualifications: Sequence[str]) -> list[str]:
    """What goods ask of their driver, and drivers have, in words."""
    return [_("controlled") if one == CONTROLLED else one for one in qualifications]


def _dedicated(desk: Desk, order: PlanOrder) -> str:
    """That goods ride alone, and with which group if it has a name."""
    if order.alone is None:
        return ""
    return " ".join(filter(None, (_("dedicated vehicle"), desk.orders[order.id].dedicated)))


def _window(window: Window | None) -> list[int] | None:
    return None if window is None else [window.start, window.end]


def _point(position: Position | None) -> list[float] | None:
    """[longitude, latitude] on the tiles' datum."""
    if position is None:
        return None
    lat, lon = position.lat, position.lon
    if context().config.tiles_datum == GCJ02:
        lat, lon = wgs84_to_gcj02(lat, lon)
    return [lon, lat]


# a draft ---------------------------------------------------------------------------------------------------------------


def shown(desk: Desk, draft: Draft) -> dict[str, Any]:
    """A draft with its times, costs and broken promises, and how it differs from the plan."""
    was, now = desk.kept.plan, draft.plan
    texts: dict[tuple[str, int | None], list[str]] = {}
    for one in draft.broken:
        texts.setdefault((one.vehicle, one.stop), []).append(one.problem.text(language()))
    known = {route.vehicle: route for route in was.routes}
    locked = {route.vehicle: route.locked for route in draft.hand.routes}
    return {
        "hand": draft.hand,
        "routes": [_route(route, locked[route.vehicle], texts, known.get(route.vehicle)) for route in now.routes],
        "off": [
            {"order": left.order, "reason": named(left.reason, desk.names).text(language())} for left in now.unserved
        ],
        "totals": _totals(now),
        "delta": {key: value - _totals(was)[key] for key, value in _totals(now).items()},
        "moved": now.routes != was.routes or _off(now) != _off(was),
        "holds": draft.holds,
        "broken": len(draft.broken),
        "changes": shown_changes(desk, changes(was, now)),
    }


def _route(
    route: Route, locked: int, texts: Mapping[tuple[str, int | None], Sequence[str]], before: Route | None
) -> dict[str, Any]:
    return {
        "vehicle": route.vehicle,
        "driver": route.driver,
        "start": route.start,
        "departure": route.departure,
        "end": route.end,
        "ends": route.end_depot,
        "distance": route.distance,
        "cost": route.cost.total,
        "packs": sum(load.amounts.units for loads in (route.load, *(s.load for s in route.stops)) for load in loads),
        "locked": locked,
        "changed": route != before,
        "breaks": [[rest.start, rest.end] for rest in route.breaks],
        "broken": texts.get((route.vehicle, None), []),
        "stops": [
            {
                "site": stop.site,
                "orders": [RELOAD] if stop.reload else [*stop.orders, *(FETCH + name for name in stop.fetched)],
                "packs": sum(load.amounts.units for load in stop.load),
                "arrival": stop.arrival,
                "start": stop.start,
                "departure": stop.departure,
                "slack": stop.slack,
                "broken": texts.get((route.vehicle, index), []),
            }
            for index, stop in enumerate(route.stops)
        ],
    }


def _off(plan: Plan) -> set[str]:
    return {left.order for left in plan.unserved}


def _totals(plan: Plan) -> dict[str, float]:
    """Cost (money), way (m), hours on the road (s), and orders on no route."""
    return {
        "cost": plan.cost.total,
        "distance": sum(route.distance for route in plan.routes),
        "duration": sum(route.duration for route in plan.routes),
        "routes": len(plan.routes),
        "off": len(plan.unserved),
    }


def shown_changes(desk: Desk, found: Sequence[Change]) -> list[dict[str, Any]]:
    """Changes with names and times of day."""
    return [
        {
            "what": one.what.value,
            "site": desk.names[one.site],
            "notes": [desk.names[name] for name in one.orders],
            "orders": one.orders,
            "before": _place(desk, one.before),
            "after": _place(desk, one.after),
        }
        for one in found
    ]


def _place(desk: Desk, place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "vehicle": desk.names.get(place.vehicle, place.vehicle),
        "number": place.number,
        "time": desk.problem.clock(place.start),
    }


# what handhelds have ---------------------------------------------------------------------------------------------------


def published(desk: Desk) -> list[dict[str, Any]]:
    """Each route of the plan with what was published of it: the version, the handheld, and whether it is as planned now."""
    rows = []
    for route_id, route in desk.kept.routes:
        newest = keeping.publications(route_id=route_id, limit=1)
        rows.append(
            {
                "route": route_id,
                "vehicle": route.vehicle,
                "version": newest[0].version if newest else 0,
                "device": newest[0].device_id if newest else "",
                "current": bool(newest) and _as_planned(route_id, route, desk.problem),
            }
        )
    return rows


def _as_planned(route_id: str, route: Route, problem: Problem) -> bool:
    """Whether the newest published version brings the same notes in the same order, on the same trips, leaving at the same
    time."""
    given = publish.published_route(route_id)
    notes = [(note.id, stop.trip) for stop in given.stops for note in stop.consignments]
    trips = list(accumulate((int(stop.reload) for stop in route.stops), initial=1))[1:]
    planned = [(name, trip) for stop, trip in zip(route.stops, trips, strict=True) for name in stop.orders]
    same_time = problem.origin is None or (given.departure - problem.origin).total_seconds() == route.departure
    return notes == planned and same_time and given.driver.id == route.driver


def left_behind(desk: Desk) -> list[str]:
    """The vehicles whose route a handheld has although the plan has no stops for them any more."""
    planned = {route.vehicle for route in desk.kept.plan.routes}
    return [vehicle for _, vehicle in keeping.published_before(desk.kept.id) if vehicle not in planned]


def devices() -> list[dict[str, str]]:
    """The handhelds a route can be given to."""
    return [{"id": one.id, "name": one.name} for one in custody.devices() if one.revoked_at is None]
