"""Which screen the handheld must show: a pure function of what is on disk.

There is no other memory of "where we were". After a SIGKILL, or a week in a drawer, the same journal gives the same step.
A person may move about within a step's neighbourhood (back to the vehicle check, on to the signature); where they moved to
is a draft, believed only as long as it fits the journey.
"""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.kept import Draft
from driver_app.services.listeners import Listeners
from driver_app.services.recorder import Recorder
from driver_app.services.session import Session
from driver_app.services.trips import Trips, leaving_on
from shared import problems
from shared.custody.journey import Journey, Phase, StopPhase
from shared.errors import Refused

PLACE = "place"
"""Key of the draft that says where within its neighbourhood a person moved to."""


class StepKind(StrEnum):
    """The screens of a day, in its order."""

    ENROL = "enrol"
    SIGN_IN = "sign_in"
    ROUTE = "route"
    VEHICLE_CHECK = "vehicle_check"
    PRECOOL = "precool"
    LOAD = "load"
    GATE = "gate"
    DRIVE = "drive"
    STOP_UNLOAD = "stop_unload"
    STOP_DOWNLOAD = "stop_download"
    RECEIVER = "receiver"
    SIGN = "sign"
    STOP_DONE = "stop_done"
    RETURN = "return"
    END = "end"


_PREPARING = (StepKind.VEHICLE_CHECK, StepKind.PRECOOL, StepKind.LOAD, StepKind.GATE)
_AT_STOP = (StepKind.STOP_UNLOAD, StepKind.STOP_DOWNLOAD)
_AT_STOP_SHOWN = (*_AT_STOP, StepKind.RECEIVER, StepKind.SIGN)


class Step(msgspec.Struct, frozen=True):
    """A screen and what it is about. ``stop_id`` is the open stop; for DRIVE, the next one, or ``None`` where the way leads
    to the depot, to load for the next trip."""

    kind: StepKind
    route_id: str | None = None
    stop_id: str | None = None


def current_step(
    *, enrolled: bool, signed_in: bool, journey: Journey | None, place: Step | None, chosen: int | None = None
) -> Step:
    """The screen to show: ``place`` where the journey still allows it, else the one the journey has come to. ``chosen`` is
    the trip that the driver turned back for (:mod:`driver_app.services.trips`)."""
    if not enrolled:
        return Step(StepKind.ENROL)
    if not signed_in:
        return Step(StepKind.SIGN_IN)
    if journey is None:
        return Step(StepKind.ROUTE)
    if place is not None and place.route_id == journey.route.id:
        here = Step(place.kind, place.route_id, _stop_of(journey, place.kind, chosen))
        if here == place and place.kind in neighbourhood(journey, chosen):
            return place
    kind = _reached(journey)
    return Step(kind, journey.route.id, _stop_of(journey, kind, chosen))


def neighbourhood(journey: Journey, chosen: int | None = None) -> tuple[StepKind, ...]:
    """The steps a person may move among, as far as the journey has come."""
    if journey.phase is Phase.STARTED:
        return _PREPARING
    if journey.phase is Phase.DEPARTED:
        open_stop = journey.open_stop
        if open_stop is not None and journey.stop(open_stop).phase is StopPhase.ARRIVED:
            return _AT_STOP_SHOWN if journey.stop(open_stop).shown is not None else _AT_STOP
        if open_stop is None and journey.next_stop is not None:
            gate = () if leaving_on(journey, chosen) is None else (StepKind.GATE,)
            return (StepKind.DRIVE, StepKind.LOAD, *gate, StepKind.RETURN)
    return (_reached(journey),)


def _reached(journey: Journey) -> StepKind:
    """The step the journey has come to by itself."""
    match journey.phase:
        case Phase.ASSIGNED:
            return StepKind.ROUTE
        case Phase.STARTED:
            return _preparing(journey)
        case Phase.DEPARTED:
            return _on_the_road(journey)
        case Phase.RETURNED:
            return StepKind.RETURN if outstanding(journey) or journey.collected else StepKind.END
        case Phase.ENDED:
            return StepKind.END


def _preparing(journey: Journey) -> StepKind:
    if journey.vehicle_check is None:
        return StepKind.VEHICLE_CHECK
    attached = {a.logger_id for a in journey.attachments if a.until is None}
    for container in journey.route.containers:
        if container.loggers and container.id not in journey.precooling:
            return StepKind.PRECOOL
        if not attached.issuperset(logger.id for logger in container.loggers):
            return StepKind.PRECOOL
    for stop in journey.stops_of(journey.to_load or 1):
        if any(journey.line(line.id).loaded < line.quantity for line in stop.lines()):
            return StepKind.LOAD
    return StepKind.GATE


def _on_the_road(journey: Journey) -> StepKind:
    stop_id = journey.open_stop
    if stop_id is None:
        return StepKind.RETURN if journey.next_stop is None else StepKind.DRIVE
    state = journey.stop(stop_id)
    if state.phase is not StopPhase.ARRIVED:
        return StepKind.STOP_DONE
    if state.shown is not None:
        return StepKind.RECEIVER
    lines = journey.route.stop(stop_id).lines()
    unloaded = all(journey.line(line.id).unloaded >= journey.line(line.id).loaded for line in lines)
    return StepKind.STOP_DOWNLOAD if unloaded else StepKind.STOP_UNLOAD


def _stop_of(journey: Journey, kind: StepKind, chosen: int | None) -> str | None:
    if kind is StepKind.DRIVE:
        return journey.next_stop if leaving_on(journey, chosen) is None else None
    return journey.open_stop


def outstanding(journey: Journey) -> list[str]:
    """The ids of lines whose goods still ride: not all accepted, and not handed back at the depot."""
    return [line_id for line_id, line in journey.lines.items() if any(ride.until is None for ride in line.rides)]


def placed(kind: StepKind, route_id: str, stop_id: str | None) -> dict[str, bytes]:
    """The draft that says where a person is taken to, for the event that takes them there."""
    return {PLACE: msgspec.json.encode(Step(kind, route_id, stop_id))}


class Steps:
    """The current step, moving about, and being told when it changes."""

    def __init__(
        self,
        journal: Journal,
        duty: Duty,
        session: Session,
        recorder: Recorder,
        enrolled: Callable[[], bool],
        trips: Trips,
    ) -> None:
        self._duty, self._session, self._enrolled, self._trips = duty, session, enrolled, trips
        self._place: Draft[Step] = Draft(journal, PLACE, Step)
        self._listeners: Listeners[Step] = Listeners()
        self._last = self.current()
        recorder.subscribe(lambda _: self.look())
        session.subscribe(self.look)
        duty.subscribe(self.look)

    def current(self) -> Step:
        """The screen to show now."""
        journey = self._duty.journey if self._duty.started else None
        signed_in = self._session.actor() is not None
        return current_step(
            enrolled=self._enrolled(),
            signed_in=signed_in,
            journey=journey,
            place=self._place.get(),
            chosen=self._trips.chosen,
        )

    def allowed(self) -> tuple[StepKind, ...]:
        """Where :meth:`go` may lead from here. SIGN is not among them: it is reached through ``StopVisit.begin_signing``."""
        step = self.current()
        if not self._duty.started or step.kind in (StepKind.ENROL, StepKind.SIGN_IN):
            return (step.kind,)
        return tuple(
            kind for kind in neighbourhood(self._duty.journey, self._trips.chosen) if kind is not StepKind.SIGN
        )

    def go(self, kind: StepKind) -> Step:
        """Move to another step of the neighbourhood.

        Raises:
            Refused: JOURNEY_ILLEGAL where it is not :meth:`allowed`.
        """
        if kind not in self.allowed():
            raise Refused(problems.JOURNEY_ILLEGAL, state=self.current().kind.value, value=kind.value)
        return self.put(kind)

    def put(self, kind: StepKind) -> Step:
        """Move to a step whose conditions the caller has checked. Services call this; screens call :meth:`go`."""
        journey = self._duty.journey
        self._place.put(Step(kind, journey.route.id, _stop_of(journey, kind, self._trips.chosen)))
        self.look()
        return self.current()

    def turn_back(self) -> Step:
        """To the depot, to load for the next trip before the one under way is done.

        Raises:
            Refused: JOURNEY_ILLEGAL where there is none, or at a stop.
        """
        self._trips.turn_back()
        return self.put(StepKind.DRIVE)

    def go_on(self) -> Step:
        """On with the trip under way after all."""
        self._trips.go_on()
        return self.put(StepKind.DRIVE)

    def rest(self) -> Step:
        """Forget where a person moved to: back to the step the journey has come to."""
        self._place.drop()
        self.look()
        return self.current()

    def subscribe(self, listener: Callable[[Step], None]) -> Callable[[], None]:
        """Call ``listener`` with the new step whenever it changes; returns how to stop it."""
        return self._listeners.add(listener)

    def look(self) -> None:
        """Notice a change that nobody announced, such as a session that ran out."""
        step = self.current()
        if step != self._last:
            self._last = step
            self._listeners.tell(step)
