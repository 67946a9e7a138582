"""Giving a route to a handheld: into the ledger first, then to whoever asks for that handheld's work."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select

from server.accounts import operations as accounts
from server.accounts.audit import Tag, record
from server.context import context
from server.custody import ledger
from server.custody.operations import append_own, devices
from server.db import db
from server.fleet import operations as fleet
from server.orders import operations as orders
from server.planning.building import build_route, refuse_unknown_work
from server.planning.keeping import planned_route, published_before
from server.planning.models import OverrideRow, PublishedRoute
from server.planning.plan import Route as PlannedRoute
from server.planning.problem import Problem
from server.planning.road.ways import Way, places_of, with_way
from server.planning.roads import Profile
from server.planning.taking_over import takeovers, to_the_meeting, to_the_taking, to_the_waiting
from server.planning.trouble import is_roadside
from server.trace import operations as trace
from server.trace.earlier import earlier_custody, riding
from shared import problems
from shared.custody.events import DepartureOverridden, MessagePosted, RoutePublished
from shared.errors import Refused
from shared.geo import Position
from shared.work import Message, Override, Person, Route, Stop, Work


def draft_route(route_id: str, *, driver_id: str | None = None) -> Route:
    """A planned route as it would be published now, by the planned driver unless another one is named.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID without any driver, ROUTE_BEYOND_HANDHELD for a route on which the vehicle collects
            or fetches something, and whatever :func:`~server.planning.building.build_route` refuses.
    """
    kept, planned = planned_route(route_id)
    driver = driver_id or planned.driver
    if driver is None or kept.problem.origin is None:
        raise Refused(problems.FIELD_INVALID, field="驾驶员 driver", value="", reason="必填 required")
    refuse_unknown_work(kept.problem, planned)
    earlier = _versions(route_id)
    route = build_route(
        planned,
        route_id=route_id,
        version=max((one.version for one in earlier), default=0) + 1,
        day=kept.day,
        origin=kept.problem.origin,
        roads=kept.plan.roads,
        driver_id=driver,
        roadside=roadside_of(kept.problem),
        standing=riding(route_id) if earlier else None,
    )
    return with_earlier_custody(with_standing_ids(route, earlier))


def roadside_of(problem: Problem) -> dict[str, Position]:
    """Where vehicles of a day stand that broke down, by the problem's name of the place."""
    return {site.id: site.position for site in problem.sites if is_roadside(site.id) and site.position is not None}


def with_earlier_custody(route: Route) -> Route:
    """A route whose lines say where else they rode before, as far as the ledger has heard: goods that change vehicles on the
    road keep what is known of them, and what is not known stays unknown."""
    query = select(PublishedRoute.route).where(PublishedRoute.day == route.day, PublishedRoute.route_id != route.id)
    others = [msgspec.json.decode(row, type=Route) for row in db.session.execute(query).scalars()]
    carried = {line.id: other.id for other in others for stop in other.stops for line in stop.lines()}
    if not carried:
        return route
    before = {line_id: earlier_custody(route_id, line_id) for line_id, route_id in carried.items()}
    stops = tuple(
        msgspec.structs.replace(
            stop,
            consignments=tuple(
                msgspec.structs.replace(
                    note,
                    lines=tuple(msgspec.structs.replace(line, earlier=before.get(line.id)) for line in note.lines),
                )
                for note in stop.consignments
            ),
        )
        for stop in route.stops
    )
    return msgspec.structs.replace(route, stops=stops)


def _notes(route: Route) -> set[str]:
    return {note.id for stop in route.stops for note in stop.consignments}


def _versions(route_id: str) -> list[Route]:
    """Every published version of a route, the newest first."""
    query = select(PublishedRoute.route).where(PublishedRoute.route_id == route_id)
    rows = db.session.execute(query.order_by(PublishedRoute.number.desc())).scalars()
    return [msgspec.json.decode(row, type=Route) for row in rows]


def with_standing_ids(route: Route, earlier: Sequence[Route]) -> Route:
    """A route whose stops are called what they were called in earlier versions (the newest first).

    The handheld and the ledger know a stop by its id: a visit that was made must not become another one because a stop before
    it was withdrawn. A stop is the same one where it is at the same site and brings one of the same consignments (or brings
    nothing and is at the same site); an id that was given once is never given to another.
    """
    given = {stop.id for version in earlier for stop in version.stops}
    fresh = (f"{route.id}-{number}" for number in itertools.count(1))
    taken: set[str] = set()
    stops = []
    for stop in route.stops:
        known = (old for version in earlier for old in version.stops if old.id not in taken and _is_same(old, stop))
        old = next(known, None)
        name = next(name for name in fresh if name not in given) if old is None else old.id
        taken.add(name)
        stops.append(msgspec.structs.replace(stop, id=name))
    return msgspec.structs.replace(route, stops=tuple(stops))


def _is_same(old: Stop, new: Stop) -> bool:
    brought = {consignment.id for consignment in new.consignments}
    shared = brought & {consignment.id for consignment in old.consignments}
    return old.site.id == new.site.id and bool(shared or not brought)


def way_wanted(route_id: str, *, driver_id: str | None = None) -> tuple[tuple[Position, ...], Profile]:
    """The places a planned route goes through, and what of its vehicle the roads depend on: what
    :func:`server.planning.road.ways.find_way` needs to find its way before it is published.

    Raises:
        Refused: as :func:`draft_route`.
    """
    draft = draft_route(route_id, driver_id=driver_id)
    kept, planned = planned_route(route_id)
    vehicle = next(one for one in kept.problem.vehicles if one.id == planned.vehicle)
    return places_of(draft), Profile.of(vehicle)


def publish_route(
    route_id: str, *, device_id: str, by: str, driver_id: str | None = None, way: Way | None = None
) -> str:
    """Publish a planned route to a handheld, and with it its delivery notes; returns the hash of the ledger's record.

    Publishing it again makes a new version of it, with goods, papers and containers as they are then. Where it takes goods
    over from another vehicle, both drivers are told. ``way`` is the way on
    real roads; without one the handheld gets no turns, and a straight track. It is asked for before, as nobody should wait
    for a road router while the database waits for nobody else.

    Raises:
        Refused: as :func:`draft_route` and :func:`publish`, and ORDER_TAKEN for a delivery note that is on another route;
            ROADS_CHANGED for a way that leads elsewhere, as a site was moved since.
    """
    route = draft_route(route_id, driver_id=driver_id)
    if way is not None:
        route = with_way(route, way)
    orders.assign([one.id for stop in route.stops for one in stop.consignments], route_id)
    sha256 = publish(route, device_id=device_id, by=by)
    tell_of_takeovers(route_id, by=by)
    return sha256


@dataclass(frozen=True)
class Wanted:
    """A planned route that is to be published, to which handheld, and the way it takes where that is known."""

    route_id: str
    device_id: str
    way: Way | None = None


def publish_together(wanted: Sequence[Wanted], *, by: str) -> list[str]:
    """Publish several routes of a plan at once; returns the hashes of the ledger's records, in order.

    What a newer version of a route does not carry any more is released first, so that two routes can exchange goods. Goods
    that another published route still has on its list stay there: they are refused, as two drivers must not both be sent
    with them.

    Raises:
        Refused: as :func:`publish_route`.
    """
    for one in wanted:
        kept = _notes(draft_route(one.route_id))
        carried = {note for version in _versions(one.route_id)[:1] for note in _notes(version)}
        for note in sorted(carried - kept):
            if orders.order(note).route_id == one.route_id:
                orders.release(note, by=by)
    made = [publish_route(one.route_id, device_id=one.device_id, by=by, way=one.way) for one in wanted]
    for one in wanted:
        _call_back(one.route_id, by=by)
    return made


def _call_back(route_id: str, *, by: str) -> None:
    """Tell the driver of a vehicle that has left for which goods it is called back that its route did not have so far, and
    after which stop. A return that was planned, its handheld knows of. Each is told once."""
    kept, planned = planned_route(route_id)
    if not any(lock.vehicle == planned.vehicle and lock.departure is not None for lock in kept.problem.locks):
        return
    newest, *before = _versions(route_id)
    known = {note for version in before for note in _notes(version)}
    for reload in newest.reloads:
        coming = [note for stop in newest.stops if stop.trip == reload.trip for note in stop.consignments]
        notes = ", ".join(note.note_number for note in coming if note.id not in known)
        last = max((stop for stop in newest.stops if stop.trip < reload.trip), key=lambda stop: stop.number)
        at = f"{reload.start.astimezone(ZoneInfo(newest.depot.zone)):%H:%M}"
        text = (
            f"送完{last.site.name.zh}后请先回{newest.depot.name.zh}装货：{notes}（{at} 起装车）。"
            f"After {last.site.name.en}, come back to {newest.depot.name.en} and load {notes} (from {at})."
        )
        if notes:
            _say_once(route_id, text[:MESSAGE_MAX], by=by)


def tell_of_takeovers(route_id: str, *, by: str) -> None:
    """Write to both drivers where goods of a vehicle that broke down are taken over, and which goods a vehicle on the road
    has on board for the route of another one; once, however often it is published."""
    kept, planned = planned_route(route_id)
    for other_id, names in _aboard_elsewhere(route_id, planned).items():
        here, there = published_route(route_id), published_route(other_id)
        _say_once(route_id, to_the_meeting(there.vehicle.name, there.driver.name, names, gives=True), by=by)
        _say_once(other_id, to_the_meeting(here.vehicle.name, here.driver.name, names, gives=False), by=by)
    routes = {vehicle: known for known, vehicle in published_before(kept.id)}
    for over in takeovers(kept.problem, planned):
        broken, taking = fleet.vehicle(over.vehicle).name, fleet.vehicle(planned.vehicle).name
        notes = [orders.order(name).consignment.note_number for name in over.orders]
        _say_once(route_id, to_the_taking(broken, over.position, notes), by=by)
        if over.vehicle in routes:
            _say_once(routes[over.vehicle], to_the_waiting(taking, notes), by=by)


def _aboard_elsewhere(route_id: str, planned: PlannedRoute) -> dict[str, list[str]]:
    """Delivery notes of a route whose goods ride on another one, by the other one's id: moved for another reason than a
    breakdown, so that nobody planned where the two meet."""
    found: dict[str, list[str]] = {}
    fetched = {name for stop in planned.stops for name in stop.fetched}
    for name in (name for stop in planned.stops for name in stop.orders if name not in fetched):
        for line, _stop in trace.find_lines(consignment=name):
            notes = found.setdefault(line.route_id, [])
            if line.consignment_id == name and line.loaded and line.outcome is None and line.note_number not in notes:
                notes.append(line.note_number)
    return {other: notes for other, notes in found.items() if other != route_id and notes}


def _say_once(route_id: str, text: str, *, by: str) -> None:
    if text not in {message.text for message in messages_of(route_id)}:
        post_message(route_id, text, by=by)


def publish(route: Route, *, device_id: str, by: str) -> str:
    """Write a whole route into the ledger and make it the work of a handheld; returns the hash of the record.

    What the handheld gets is the very document the ledger has, so the record of a delivery never depends on a table that
    can be edited later. The newest route published to a handheld is its work.

    Raises:
        Refused: SYNC_UNAUTHORISED for a handheld that is not enrolled or was revoked, FIELD_INVALID where the driver has
            no PIN, so that nobody could open the route.
    """
    if not any(device.id == device_id and device.revoked_at is None for device in devices()):
        raise Refused(problems.SYNC_UNAUTHORISED, value=device_id)
    if accounts.pin_hash(fleet.user_of_driver(route.driver.id)) is None:
        raise Refused(
            problems.FIELD_INVALID, field="PIN", value=route.driver.name.zh, reason="驾驶员没有 PIN driver has none"
        )
    sha256 = append_own(RoutePublished(route, device_id, by), actor=by)
    keep_published(route, device_id=device_id, record=sha256, by=by)
    record(Tag.ROUTE_PUBLISHED, by=by, subject=route.id, changes={"device": ("", device_id), "record": ("", sha256)})
    return sha256


def keep_published(route: Route, *, device_id: str, record: str, by: str) -> None:
    """Keep a published route beside its ``record`` in the ledger: the newest one is its handheld's work."""
    highest = db.session.execute(select(func.max(PublishedRoute.number))).scalar_one() or 0
    db.session.add(
        PublishedRoute(
            record=record,
            number=highest + 1,
            route_id=route.id,
            version=route.version,
            device_id=device_id,
            driver_id=route.driver.id,
            day=route.day,
            published_at=context().clock.now(),
            published_by=by,
            route=msgspec.json.encode(route).decode(),
        )
    )
    db.session.flush()


def published_route(route_id: str) -> Route:
    """The newest published version of a route.

    Raises:
        Refused: NOT_FOUND.
    """
    query = select(PublishedRoute.route).where(PublishedRoute.route_id == route_id)
    found = db.session.execute(query.order_by(PublishedRoute.number.desc()).limit(1)).scalar_one_or_none()
    if found is None:
        raise Refused(problems.NOT_FOUND, what="线路 route", value=route_id)
    return msgspec.json.decode(found, type=Route)


def current_work(device_id: str) -> Work | None:
    """Everything a handheld needs for its shift, or ``None`` if nothing was ever published to it."""
    query = (
        select(PublishedRoute)
        .where(PublishedRoute.device_id == device_id)
        .order_by(PublishedRoute.number.desc())
        .limit(1)
    )
    row = db.session.execute(query).scalar_one_or_none()
    if row is None:
        return None
    ports = context()
    route = msgspec.json.decode(row.route, type=Route)
    pin = accounts.pin_hash(fleet.user_of_driver(route.driver.id))
    people = () if pin is None else (Person(route.driver.id, route.driver.name, pin),)
    return Work(
        device=device_id,
        issued=ports.clock.now(),
        route=route,
        people=people,
        overrides=overrides_of(row.route_id),
        published=row.record,
        rehearsal=ports.config.rehearsal is not None,
        messages=messages_of(row.route_id),
    )


MESSAGE_MAX = 500
"""Characters of a message: more is a telephone call."""


def post_message(route_id: str, text: str, *, by: str) -> str:
    """Write to the driver of a route; it reaches the handheld with its next sync. Returns the message's id.

    Raises:
        Refused: NOT_FOUND for a route that was never published, FIELD_INVALID where the text is empty or too long.
    """
    published_route(route_id)
    text = text.strip()
    if not 0 < len(text) <= MESSAGE_MAX:
        reason = f"1…{MESSAGE_MAX}"
        raise Refused(problems.FIELD_INVALID, field="text", value=text[:40], reason=reason)
    message_id = context().ids.new()
    append_own(MessagePosted(route_id, message_id, text, by), actor=by)
    return message_id


def messages_of(route_id: str) -> tuple[Message, ...]:
    """What dispatch wrote to the driver of a route, oldest first."""
    return tuple(
        Message(entry.event.message_id, entry.event.text, entry.event.by, entry.record.at)
        for entry in ledger.entries(route_id=route_id, types=(MessagePosted.__name__,))
        if isinstance(entry.event, MessagePosted)
    )


def override_departure(route_id: str, *, problem: int, subject: str, reason: str, by: str) -> str:
    """Let a route depart although a problem of the departure gate stands against it; returns the hash of the record.

    ``subject`` is the offending value the problem names. It reaches the handheld with its next sync.

    Raises:
        Refused: NOT_FOUND for a route that was never published, FIELD_INVALID for what is no problem of the gate (2011
            to 2017, or 3006: calibration) and for a reason that says nothing.
    """
    published = select(PublishedRoute.record).where(PublishedRoute.route_id == route_id).limit(1)
    if db.session.execute(published).first() is None:
        raise Refused(problems.NOT_FOUND, what="线路 route", value=route_id)
    if problem not in OVERRIDABLE:
        reason_given = " ".join(str(number) for number in sorted(OVERRIDABLE))
        raise Refused(problems.FIELD_INVALID, field="问题编号 problem", value=problem, reason=reason_given)
    subject, reason = subject.strip(), reason.strip()
    if not subject or len(reason) < 5:
        field, value = ("对象 subject", subject) if not subject else ("原因 reason", reason)
        raise Refused(problems.FIELD_INVALID, field=field, value=value, reason="必须说明 has to be told")
    sha256 = append_own(DepartureOverridden(route_id, problem, subject, reason, by), actor=by)
    now = context().clock.now()
    row = OverrideRow(record=sha256, route_id=route_id, problem=problem, subject=subject, reason=reason, by=by, at=now)
    db.session.add(row)
    db.session.flush()
    record(Tag.DEPARTURE_OVERRIDDEN, by=by, subject=route_id, changes={str(problem): (subject, reason)})
    return sha256


OVERRIDABLE = frozenset(
    entry.number
    for entry in (
        problems.GATE_EXPIRED,
        problems.GATE_MISSING,
        problems.GATE_PROBES,
        problems.GATE_NOT_PRECOOLED,
        problems.GATE_NOT_LOADED,
        problems.GATE_CHECK_FAILED,
        problems.LOGGER_CALIBRATION,
    )
)
"""What a dispatcher may override: what a person can judge. That nobody looked at the vehicle is not among it."""


def overrides_of(route_id: str) -> tuple[Override, ...]:
    """All overrides of a route, oldest first."""
    query = select(OverrideRow).where(OverrideRow.route_id == route_id).order_by(OverrideRow.at, OverrideRow.record)
    return tuple(
        Override(row.problem, row.subject, row.reason, row.by, row.at, row.record)
        for row in db.session.execute(query).scalars()
    )
