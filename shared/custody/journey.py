"""The journey: what state a route is in, as a fold over its events, and the table of what may come next.

The handheld asks the table before it writes (an illegal step is refused on the screen); the server asks the same table
when it reads, and an illegal event that arrives nevertheless is kept and flagged. A journey is a value: applying an event
gives a new one.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from shared import problems
from shared.codes.match import identity
from shared.coldchain.verdict import Attachment, Ride
from shared.custody import events as e
from shared.custody.claims import CARTON, LOADING, check_claims, packs
from shared.errors import Refused
from shared.work import Route, Stop


class Phase(StrEnum):
    """Where a route is."""

    ASSIGNED = "assigned"
    STARTED = "started"
    DEPARTED = "departed"
    RETURNED = "returned"
    ENDED = "ended"


class StopPhase(StrEnum):
    """Where a stop is."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    SIGNED = "signed"
    FAILED = "failed"
    LEFT = "left"


ROUTE_TABLE: Mapping[tuple[Phase, type], Phase] = {
    (Phase.ASSIGNED, e.ShiftStarted): Phase.STARTED,
    (Phase.STARTED, e.VehicleChecked): Phase.STARTED,
    (Phase.STARTED, e.PrecoolingChecked): Phase.STARTED,
    (Phase.STARTED, e.LoggerAttached): Phase.STARTED,
    (Phase.STARTED, e.LoggerDetached): Phase.STARTED,
    (Phase.STARTED, e.GoodsLoaded): Phase.STARTED,
    (Phase.STARTED, e.ScanRefused): Phase.STARTED,
    (Phase.STARTED, e.DepartureRefused): Phase.STARTED,
    (Phase.STARTED, e.VehicleDeparted): Phase.DEPARTED,
    (Phase.DEPARTED, e.VehicleDeparted): Phase.DEPARTED,
    (Phase.DEPARTED, e.DepartureRefused): Phase.DEPARTED,
    (Phase.DEPARTED, e.GoodsLoaded): Phase.DEPARTED,
    (Phase.DEPARTED, e.GoodsMoved): Phase.DEPARTED,
    (Phase.DEPARTED, e.GoodsReturned): Phase.DEPARTED,
    (Phase.DEPARTED, e.LoggerAttached): Phase.DEPARTED,
    (Phase.DEPARTED, e.LoggerDetached): Phase.DEPARTED,
    (Phase.DEPARTED, e.ScanRefused): Phase.DEPARTED,
    (Phase.DEPARTED, e.VehicleReturned): Phase.RETURNED,
    (Phase.RETURNED, e.LoggerDetached): Phase.RETURNED,
    (Phase.RETURNED, e.GoodsReturned): Phase.RETURNED,
    (Phase.RETURNED, e.CollectionHandedIn): Phase.RETURNED,
    (Phase.RETURNED, e.ShiftEnded): Phase.ENDED,
    (Phase.ASSIGNED, e.MessageSent): Phase.ASSIGNED,
    (Phase.ASSIGNED, e.MessageRead): Phase.ASSIGNED,
    **{
        (phase, kind): phase
        for phase in (Phase.STARTED, Phase.DEPARTED, Phase.RETURNED)
        for kind in (e.MessageSent, e.MessageRead, e.IncidentReported)
    },
}
"""What may happen to a route, and where it leads. What is not here is not allowed. A vehicle that comes back to be loaded
again departs once more, on its next trip; what came back with it is handed back before that."""

BETWEEN_STOPS: frozenset[type] = frozenset(
    {e.VehicleReturned, e.VehicleDeparted, e.DepartureRefused, e.GoodsMoved, e.GoodsReturned}
)
"""What of it cannot happen while the vehicle is at a stop."""

STOP_TABLE: Mapping[tuple[StopPhase, type], StopPhase] = {
    (StopPhase.PLANNED, e.StopArrived): StopPhase.ARRIVED,
    (StopPhase.ARRIVED, e.GoodsUnloaded): StopPhase.ARRIVED,
    (StopPhase.ARRIVED, e.VerdictShown): StopPhase.ARRIVED,
    (StopPhase.ARRIVED, e.PhotoTaken): StopPhase.ARRIVED,
    (StopPhase.ARRIVED, e.HandoverSigned): StopPhase.SIGNED,
    (StopPhase.ARRIVED, e.StopFailed): StopPhase.FAILED,
    (StopPhase.SIGNED, e.PhotoTaken): StopPhase.SIGNED,
    (StopPhase.FAILED, e.PhotoTaken): StopPhase.FAILED,
    (StopPhase.ARRIVED, e.GoodsCollected): StopPhase.ARRIVED,
    (StopPhase.SIGNED, e.GoodsCollected): StopPhase.SIGNED,
    (StopPhase.FAILED, e.GoodsCollected): StopPhase.FAILED,
    (StopPhase.SIGNED, e.StopLeft): StopPhase.LEFT,
    (StopPhase.FAILED, e.StopLeft): StopPhase.LEFT,
    (StopPhase.LEFT, e.RemarkMade): StopPhase.LEFT,
    (StopPhase.SIGNED, e.RemarkMade): StopPhase.SIGNED,
    (StopPhase.FAILED, e.RemarkMade): StopPhase.FAILED,
}
"""What may happen at a stop, while the route is on the road."""

ALWAYS: frozenset[type] = frozenset(
    {
        e.ReadingsSealed,
        e.DownloadFailed,
        e.PositionsSealed,
        e.ClockJumped,
        e.AlarmRaised,
        e.AlarmAcknowledged,
        e.RestDue,
        e.RouteRevised,
        e.CorrectionMade,
        e.UnknownEvent,
    }
)
"""Observations: the world does not ask for permission to happen. (Positions outside a shift are refused by the service
that would record them.)"""


ON_SHIFT: frozenset[Phase] = frozenset({Phase.STARTED, Phase.DEPARTED, Phase.RETURNED})
"""When a photo of no stop may be taken."""


class LineState(msgspec.Struct, frozen=True):
    """Where the packs of a line are."""

    loaded: int = 0
    unloaded: int = 0
    accepted: int = 0
    returned: int = 0
    moved: int = 0
    """To another vehicle on the road."""
    rides: tuple[Ride, ...] = ()

    @property
    def on_board(self) -> int:
        return self.loaded - self.accepted - self.returned - self.moved


class StopState(msgspec.Struct, frozen=True):
    """What has happened at a stop."""

    phase: StopPhase = StopPhase.PLANNED
    arrived: datetime | None = None
    done: datetime | None = None
    left: datetime | None = None
    shown: e.VerdictShown | None = None
    shown_record: str = ""
    signed: e.HandoverSigned | None = None
    signed_record: str = ""
    failed: e.StopFailed | None = None
    failed_record: str = ""
    photos: tuple[e.PhotoTaken, ...] = ()


class Journey(msgspec.Struct, frozen=True):
    """A route and everything that has happened on it."""

    route: Route
    phase: Phase = Phase.ASSIGNED
    started: datetime | None = None
    departed: datetime | None = None
    """When it left the depot first."""
    departures: tuple[datetime, ...] = ()
    """When it left the depot, for each trip."""
    trip: int = 0
    """The trip it is on, or was on last; 0 before it leaves."""
    returned: datetime | None = None
    ended: datetime | None = None
    vehicle_check: e.VehicleChecked | None = None
    precooling: Mapping[str, e.PrecoolingChecked] = {}
    attachments: tuple[Attachment, ...] = ()
    lines: Mapping[str, LineState] = {}
    stops: Mapping[str, StopState] = {}
    codes: frozenset[tuple[str, str]] = frozenset()
    """(purpose, code) pairs already scanned; purpose is ``load`` or a stop id."""
    packs: frozenset[tuple[str, str, str]] = frozenset()
    """(purpose, line, pack) of the codes among them that belong to one pack or carton only."""
    names: Mapping[str, tuple[str, ...]] = {}
    """All codes that a pack was loaded under, by each of them that belongs to it only."""
    signatures: frozenset[str] = frozenset()
    """Hashes of the strokes already used."""
    alarms: frozenset[str] = frozenset()
    """Loggers whose alarm nobody has acknowledged."""
    collected: Mapping[str, e.GoodsCollected] = {}
    """What was taken along and is on board, by its name on this route."""
    withdrawn: frozenset[str] = frozenset()
    """Stops that an earlier version of the route had and the newest has not (see :mod:`shared.custody.revision`)."""

    def line(self, line_id: str) -> LineState:
        return self.lines.get(line_id, LineState())

    def stop(self, stop_id: str) -> StopState:
        return self.stops.get(stop_id, StopState())

    def names_of(self, code: str) -> tuple[str, ...]:
        """All codes that a pack was loaded under, this one among them; none where it was loaded under one alone."""
        return self.names.get(identity(code) or "", ())

    @property
    def open_stop(self) -> str | None:
        """The stop the driver is at, if any."""
        for stop_id, state in self.stops.items():
            if state.phase not in (StopPhase.PLANNED, StopPhase.LEFT):
                return stop_id
        return None

    @property
    def next_stop(self) -> str | None:
        """The next stop in driving order that has not been visited."""
        for stop in sorted(self.due_stops, key=lambda s: s.number):
            if self.stop(stop.id).phase is StopPhase.PLANNED:
                return stop.id
        return None

    @property
    def to_load(self) -> int | None:
        """The trip that the vehicle has to be loaded for before its next stop; ``None`` while that is on the trip it is on,
        at a stop, and where no stop is left."""
        stop_id = self.next_stop
        if stop_id is None or self.open_stop is not None:
            return None
        trip = self.route.stop(stop_id).trip
        return trip if trip > self.trip else None

    def departure_of(self, stop: Stop) -> datetime | None:
        """When the goods of a stop left the depot: the first departure after they began to be loaded. Goods that came on
        board on the road left it with the departure before."""
        begun = min((ride.start for line in stop.lines() for ride in self.line(line.id).rides), default=None)
        after = (at for at in self.departures if begun is not None and at >= begun)
        return next(after, self.departures[-1] if self.departures else None)

    def carries(self, stop: Stop) -> bool:
        """Whether the vehicle left the depot last with what a stop gets: that is on the trip it is on, or all of it came on
        board before, as of a vehicle that is called back and has more than it needs until then."""
        if stop.trip <= self.trip:
            return True
        left = self.departures[-1:]
        lines = [(line, self.line(line.id)) for line in stop.lines()]
        return bool(left) and all(
            state.loaded >= line.quantity and all(ride.start <= left[0] for ride in state.rides)
            for line, state in lines
        )

    @property
    def due_stops(self) -> list[Stop]:
        """The stops of the day: those of the newest version, and those of earlier ones that were visited nevertheless."""
        return [
            stop
            for stop in self.route.stops
            if stop.id not in self.withdrawn or self.stop(stop.id).phase is not StopPhase.PLANNED
        ]

    def stops_of(self, trip: int) -> list[Stop]:
        """The stops still to come on a trip and on those before it, in driving order: their goods have to be on board when
        it begins."""
        coming = [s for s in self.due_stops if s.trip <= trip and self.stop(s.id).phase is StopPhase.PLANNED]
        return sorted(coming, key=lambda stop: stop.number)

    def allows(self, event: e.AnyEvent) -> bool:
        """Whether the table allows ``event`` now."""
        try:
            _next_phases(self, event)
        except Refused:
            return False
        return True

    def apply(self, event: e.AnyEvent, at: datetime, record: str = "") -> "Journey":
        """The journey after ``event``, which happened at ``at`` and is recorded under hash ``record``.

        Raises:
            Refused: JOURNEY_ILLEGAL where the table does not allow it; where it claims what cannot be (goods, loggers or
                signatures that are not there), what :func:`shared.custody.claims.check_claims` says.
        """
        phase, stop_phase = _next_phases(self, event)
        check_claims(self, event)
        journey = msgspec.structs.replace(self, phase=phase)
        stop_id = getattr(event, "stop_id", None)
        if stop_phase is not None and stop_id is not None:
            journey = _with_stop(journey, stop_id, msgspec.structs.replace(self.stop(stop_id), phase=stop_phase))
        handler = _HANDLERS.get(type(event))
        return handler(journey, event, at, record) if handler else journey


def replay(route: Route, history: Iterable[tuple[e.AnyEvent, datetime, str]]) -> Journey:
    """The journey of a route after a history of (event, instant, record hash)."""
    journey = Journey(route)
    for event, at, record in history:
        journey = journey.apply(event, at, record)
    return journey


def _illegal(state: str, event: e.AnyEvent) -> Refused:
    return Refused(problems.JOURNEY_ILLEGAL, state=state, value=e.event_name(event))


def _next_phases(journey: Journey, event: e.AnyEvent) -> tuple[Phase, StopPhase | None]:
    kind = type(event)
    stop_id = getattr(event, "stop_id", None)
    if kind in ALWAYS or kind in e.SERVER_ONLY:
        return journey.phase, None
    if (journey.phase, kind) in ROUTE_TABLE:
        if kind in BETWEEN_STOPS and journey.open_stop is not None:
            raise _illegal(f"at stop {journey.open_stop}", event)
        if isinstance(event, e.VehicleDeparted) and event.trip <= journey.trip:
            raise _illegal(f"on trip {journey.trip}", event)
        return ROUTE_TABLE[journey.phase, kind], None
    if kind is e.PhotoTaken and stop_id is None and journey.phase in ON_SHIFT:
        return journey.phase, None
    if kind is e.GoodsCollected and stop_id is None and journey.phase is Phase.DEPARTED and journey.open_stop is None:
        return journey.phase, None
    if stop_id is None:
        raise _illegal(journey.phase, event)
    if stop_id not in {stop.id for stop in journey.route.stops}:
        raise _illegal(f"stop {stop_id} is not on the route", event)
    state = journey.stop(stop_id).phase
    if (state, kind) not in STOP_TABLE or (journey.phase is not Phase.DEPARTED and kind is not e.RemarkMade):
        raise _illegal(f"{journey.phase}/{state}", event)
    if kind is e.StopArrived and journey.open_stop is not None:
        raise _illegal(f"at stop {journey.open_stop}", event)
    return journey.phase, STOP_TABLE[state, kind]


def _with_stop(journey: Journey, stop_id: str, state: StopState) -> Journey:
    return msgspec.structs.replace(journey, stops={**journey.stops, stop_id: state})


def _with_line(journey: Journey, line_id: str, state: LineState) -> Journey:
    return msgspec.structs.replace(journey, lines={**journey.lines, line_id: state})


def _started(journey: Journey, _event: e.ShiftStarted, at: datetime, _record: str) -> Journey:
    return msgspec.structs.replace(journey, started=at)


def _departed(journey: Journey, event: e.VehicleDeparted, at: datetime, _record: str) -> Journey:
    first = at if journey.departed is None else journey.departed
    trip = max(journey.trip, event.trip)
    return msgspec.structs.replace(journey, departed=first, departures=(*journey.departures, at), trip=trip)


def _returned(journey: Journey, _event: e.VehicleReturned, at: datetime, _record: str) -> Journey:
    return msgspec.structs.replace(journey, returned=at)


def _ended(journey: Journey, _event: e.ShiftEnded, at: datetime, _record: str) -> Journey:
    return msgspec.structs.replace(journey, ended=at)


def _alarm_raised(journey: Journey, event: e.AlarmRaised, _at: datetime, _record: str) -> Journey:
    return msgspec.structs.replace(journey, alarms=journey.alarms | {event.logger_id})


def _alarm_acknowledged(journey: Journey, event: e.AlarmAcknowledged, _at: datetime, _record: str) -> Journey:
    return msgspec.structs.replace(journey, alarms=journey.alarms - {event.logger_id})


def _checked(journey: Journey, event: e.VehicleChecked, _at: datetime, _record: str) -> Journey:
    return msgspec.structs.replace(journey, vehicle_check=event)


def _precooled(journey: Journey, event: e.PrecoolingChecked, _at: datetime, _record: str) -> Journey:
    return msgspec.structs.replace(journey, precooling={**journey.precooling, event.container_id: event})


def _attached(journey: Journey, event: e.LoggerAttached, at: datetime, _record: str) -> Journey:
    calibrated = next((lo.calibrated_until for _, lo in journey.route.loggers() if lo.id == event.logger_id), None)
    attachment = Attachment(event.logger_id, event.container_id, at, None, calibrated)
    return msgspec.structs.replace(journey, attachments=(*journey.attachments, attachment))


def _detached(journey: Journey, event: e.LoggerDetached, at: datetime, _record: str) -> Journey:
    closed = tuple(
        msgspec.structs.replace(a, until=at)
        if a.until is None and (a.logger_id, a.container_id) == (event.logger_id, event.container_id)
        else a
        for a in journey.attachments
    )
    return msgspec.structs.replace(journey, attachments=closed)


def _loaded(journey: Journey, event: e.GoodsLoaded, at: datetime, _record: str) -> Journey:
    line = journey.line(event.line_id)
    rides = line.rides
    if not any(r.container_id == event.container_id and r.until is None for r in rides):
        rides = (*rides, Ride(event.container_id, at))
    line = msgspec.structs.replace(line, loaded=line.loaded + event.quantity, rides=rides)
    journey = _with_line(journey, event.line_id, line)
    return _with_codes(journey, LOADING, event)


def _with_codes(journey: Journey, purpose: str, event: e.GoodsLoaded | e.GoodsUnloaded) -> Journey:
    """Remember every code of a pack: those that were read, and those that it was loaded under beside them."""
    read = (event.code, *event.beside)
    together = tuple(dict.fromkeys((*read, *(name for code in read for name in journey.names_of(code)))))
    if purpose != LOADING:
        read = together
    elif event.beside:
        linked = {one: together for code in together if (one := identity(code)) and not code.startswith(CARTON)}
        journey = msgspec.structs.replace(journey, names={**journey.names, **linked})
    remembered = journey.packs.union(*(packs(purpose, event.line_id, code) for code in read))
    return msgspec.structs.replace(
        journey, codes=journey.codes.union((purpose, code) for code in read), packs=remembered
    )


def _arrived(journey: Journey, event: e.StopArrived, at: datetime, _record: str) -> Journey:
    return _with_stop(journey, event.stop_id, msgspec.structs.replace(journey.stop(event.stop_id), arrived=at))


def _unloaded(journey: Journey, event: e.GoodsUnloaded, _at: datetime, _record: str) -> Journey:
    line = journey.line(event.line_id)
    journey = _with_line(journey, event.line_id, msgspec.structs.replace(line, unloaded=line.unloaded + event.quantity))
    return _with_codes(journey, event.stop_id, event)


def _shown(journey: Journey, event: e.VerdictShown, _at: datetime, record: str) -> Journey:
    state = msgspec.structs.replace(journey.stop(event.stop_id), shown=event, shown_record=record)
    return _with_stop(journey, event.stop_id, state)


def _photo(journey: Journey, event: e.PhotoTaken, _at: datetime, _record: str) -> Journey:
    if event.stop_id is None:
        return journey
    state = journey.stop(event.stop_id)
    return _with_stop(journey, event.stop_id, msgspec.structs.replace(state, photos=(*state.photos, event)))


def _signed(journey: Journey, event: e.HandoverSigned, at: datetime, record: str) -> Journey:
    state = msgspec.structs.replace(journey.stop(event.stop_id), signed=event, signed_record=record, done=at)
    journey = _with_stop(journey, event.stop_id, state)
    for outcome in event.outcomes:
        line = journey.line(outcome.line_id)
        rides = line.rides
        if outcome.refused == 0:
            rides = _end_rides(rides, at)
        line = msgspec.structs.replace(line, accepted=line.accepted + outcome.accepted, rides=rides)
        journey = _with_line(journey, outcome.line_id, line)
    used = journey.signatures | {signatory.strokes for signatory in event.signatories}
    return msgspec.structs.replace(journey, signatures=used)


def _end_rides(rides: tuple[Ride, ...], at: datetime) -> tuple[Ride, ...]:
    return tuple(msgspec.structs.replace(r, until=at) if r.until is None else r for r in rides)


def _failed(journey: Journey, event: e.StopFailed, at: datetime, record: str) -> Journey:
    state = msgspec.structs.replace(journey.stop(event.stop_id), failed=event, failed_record=record, done=at)
    return _with_stop(journey, event.stop_id, state)


def _left(journey: Journey, event: e.StopLeft, at: datetime, _record: str) -> Journey:
    return _with_stop(journey, event.stop_id, msgspec.structs.replace(journey.stop(event.stop_id), left=at))


def _goods_returned(journey: Journey, event: e.GoodsReturned, at: datetime, _record: str) -> Journey:
    line = journey.line(event.line_id)
    line = msgspec.structs.replace(line, returned=line.returned + event.quantity, rides=_end_rides(line.rides, at))
    return _with_line(journey, event.line_id, line)


def _goods_moved(journey: Journey, event: e.GoodsMoved, at: datetime, _record: str) -> Journey:
    for moved in event.lines:
        line = journey.line(moved.line_id)
        line = msgspec.structs.replace(line, moved=line.moved + moved.quantity)
        if not line.on_board:
            line = msgspec.structs.replace(line, rides=_end_rides(line.rides, at))
        journey = _with_line(journey, moved.line_id, line)
    return msgspec.structs.replace(journey, signatures=journey.signatures | {event.strokes})


def _collected(journey: Journey, event: e.GoodsCollected, _at: datetime, _record: str) -> Journey:
    return msgspec.structs.replace(journey, collected={**journey.collected, event.item: event})


def _handed_in(journey: Journey, event: e.CollectionHandedIn, _at: datetime, _record: str) -> Journey:
    left = {item: collected for item, collected in journey.collected.items() if item != event.item}
    return msgspec.structs.replace(journey, collected=left)


_HANDLERS: Mapping[type, Callable[[Journey, Any, datetime, str], Journey]] = {
    e.ShiftStarted: _started,
    e.VehicleChecked: _checked,
    e.PrecoolingChecked: _precooled,
    e.LoggerAttached: _attached,
    e.LoggerDetached: _detached,
    e.GoodsLoaded: _loaded,
    e.VehicleDeparted: _departed,
    e.StopArrived: _arrived,
    e.GoodsUnloaded: _unloaded,
    e.VerdictShown: _shown,
    e.PhotoTaken: _photo,
    e.HandoverSigned: _signed,
    e.StopFailed: _failed,
    e.StopLeft: _left,
    e.VehicleReturned: _returned,
    e.GoodsReturned: _goods_returned,
    e.ShiftEnded: _ended,
    e.GoodsMoved: _goods_moved,
    e.GoodsCollected: _collected,
    e.CollectionHandedIn: _handed_in,
    e.AlarmRaised: _alarm_raised,
    e.AlarmAcknowledged: _alarm_acknowledged,
}
