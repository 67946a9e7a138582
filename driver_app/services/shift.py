"""The shift: from taking on a route to handing back what came back."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from driver_app.services.checklist import CHECKLIST
from driver_app.services.duty import Duty
from driver_app.services.heard import Heard
from driver_app.services.recorder import Recorder
from driver_app.services.session import Session
from driver_app.services.step import PLACE, StepKind, Steps, outstanding, placed
from driver_app.services.track import Track
from driver_app.services.trips import TRIP, Trips
from shared import problems
from shared.clock import Clock
from shared.coldchain.readings import Reading
from shared.custody.events import (
    AnyEvent,
    CheckItem,
    DepartureRefused,
    GoodsReturned,
    LoggerAttached,
    LoggerDetached,
    PrecoolingChecked,
    ShiftEnded,
    ShiftStarted,
    VehicleChecked,
    VehicleDeparted,
    VehicleReturned,
)
from shared.custody.gate import departure_problems, standing
from shared.custody.journey import Phase
from shared.errors import Problem, Refused
from shared.work import Container, Line, Logger, Stop


class PrecoolState(msgspec.Struct, frozen=True):
    """A container before loading: its loggers, what was last heard of each, what was recorded, and whether all its loggers
    are attached."""

    container: Container
    heard: tuple[tuple[Logger, Reading | None], ...]
    checked: PrecoolingChecked | None
    attached: bool

    @property
    def in_range(self) -> bool:
        """Whether every logger was just heard, in range: what :meth:`Shift.precool` would record."""
        return bool(self.heard) and all(_inside(self.container, reading) for _, reading in self.heard)


class Gate(msgspec.Struct, frozen=True):
    """What stands against departure."""

    found: tuple[Problem, ...]
    overridden: tuple[Problem, ...]
    standing: tuple[Problem, ...]
    overrides: tuple[str, ...]
    """Hashes of the dispatcher's override events that count here."""

    @property
    def may_depart(self) -> bool:
        return not self.standing


class ReturnLine(msgspec.Struct, frozen=True):
    """Goods that are to be handed back at the depot: ``quantity`` packs should still be on board."""

    stop: Stop
    line: Line
    quantity: int


class Shift:
    """What the screens before the first and after the last stop do."""

    def __init__(
        self,
        duty: Duty,
        recorder: Recorder,
        session: Session,
        steps: Steps,
        track: Track,
        heard: Heard,
        clock: Clock,
        trips: Trips,
    ) -> None:
        self._duty, self._recorder, self._session, self._steps = duty, recorder, session, steps
        self._track, self._heard, self._clock, self._trips = track, heard, clock, trips

    # before ------------------------------------------------------------------------------------------------------------

    def start(self) -> str:
        """Take on the route; positions are recorded from here on.

        Raises:
            Refused: NO_ROUTE, JOURNEY_ILLEGAL.
        """
        route = self._duty.route
        published = self._duty.work.published if self._duty.work is not None else ""
        driver = self._session.actor()
        self._duty.keep_version()
        event = ShiftStarted(
            route.id,
            route.version,
            driver.id if driver is not None else "",
            route.vehicle.id,
            published,
            self._track.latest(),
        )
        return self._recorder.record(event, drop_drafts=(PLACE, TRIP))

    def check_vehicle(self, items: Sequence[CheckItem]) -> str:
        """Record the check list, one item for each point of it.

        Raises:
            Refused: FIELD_INVALID where a point is missing, unknown or twice.
        """
        given, wanted = sorted(item.item for item in items), sorted(point.id for point in CHECKLIST)
        if given != wanted:
            wrong = sorted(set(given) ^ set(wanted)) or given
            raise Refused(problems.FIELD_INVALID, field="items", value=", ".join(wrong), reason=f"{len(wanted)}")
        route_id = self._duty.route.id
        place = placed(StepKind.PRECOOL, route_id, None)
        return self._recorder.record(VehicleChecked(route_id, tuple(items)), put_drafts=place)

    def precooling(self) -> tuple[PrecoolState, ...]:
        """Every container that carries loggers, and how it stands."""
        journey = self._duty.journey
        attached = {a.logger_id for a in journey.attachments if a.until is None}
        return tuple(
            PrecoolState(
                container,
                tuple((logger, self._heard.latest(logger.id)) for logger in container.loggers),
                journey.precooling.get(container.id),
                attached.issuperset(logger.id for logger in container.loggers),
            )
            for container in journey.route.containers
            if container.loggers
        )

    def precool(self, container_id: str) -> PrecoolingChecked:
        """Record a container's temperature before loading, from what its loggers were last heard to say: of several, the one
        farthest from the middle of the range; one that was not heard makes it not known, and not fit.

        Source: GSP appendix on refrigerated and frozen medicines: pre-cool to the specified range before loading.

        Raises:
            Refused: NOT_FOUND where no such container carries loggers.
        """
        state = next((s for s in self.precooling() if s.container.id == container_id), None)
        if state is None:
            raise Refused(problems.NOT_FOUND, what="容器 container", value=container_id)
        limits = state.container.range
        middle = (limits.low + limits.high) / 2

        def distance(pair: tuple[Logger, Reading | None]) -> float:
            reading = pair[1]
            if reading is None or reading.temperature is None:
                return float("inf")
            return abs(reading.temperature - middle)

        logger, reading = max(state.heard, key=distance)
        event = PrecoolingChecked(
            self._duty.route.id,
            container_id,
            logger.id,
            None if reading is None else reading.temperature,
            limits.low,
            limits.high,
            state.in_range,
        )
        self._recorder.record(event)
        return event

    def finish_precooling(self) -> None:
        """Attach every logger that is not attached yet, and go on to loading: a line's verdict needs its loggers to speak for
        the container before the goods are in it.

        Raises:
            Refused: JOURNEY_ILLEGAL outside the time before departure.
        """
        route_id = self._duty.route.id
        attached = {a.logger_id for a in self._duty.journey.attachments if a.until is None}
        events: list[AnyEvent] = [
            LoggerAttached(route_id, logger.id, container.id)
            for container, logger in self._duty.route.loggers()
            if logger.id not in attached
        ]
        if events:
            self._recorder.record_all(events, put_drafts=placed(StepKind.LOAD, route_id, None))
        self._steps.go(StepKind.LOAD)

    # the gate ----------------------------------------------------------------------------------------------------------

    def gate(self) -> Gate:
        """What stands against departure on the trip that is next, and what of it a dispatcher has overridden."""
        overrides = self._duty.work.overrides if self._duty.work is not None else ()
        found = departure_problems(self._duty.journey, self.today(), self._trips.loading)
        left = standing(found, overrides)
        overridden = [problem for problem in found if problem not in left]
        subjects = {(problem.number, problem.values["value"]) for problem in overridden}
        records = tuple(o.record for o in overrides if (o.problem, o.subject) in subjects)
        return Gate(tuple(found), tuple(overridden), tuple(left), records)

    def today(self) -> date:
        """The day at the depot."""
        return self._clock.now().astimezone(ZoneInfo(self._duty.route.depot.zone)).date()

    def depart(self, odometer: int | None = None) -> tuple[Problem, ...]:
        """Leave the depot, on the trip that is loaded for; ``odometer`` in km. Empty: the vehicle has departed. Otherwise
        what stands against it, which is recorded as well.

        Raises:
            Refused: JOURNEY_ILLEGAL.
        """
        with self._duty.lock:
            gate, route_id = self.gate(), self._duty.route.id
            if not gate.may_depart:
                self._recorder.record(DepartureRefused(route_id, gate.standing))
                return gate.standing
            self._track.seal()
            event = VehicleDeparted(route_id, self._track.latest(), gate.overrides, odometer, self._trips.loading)
            self._recorder.record(event, drop_drafts=(PLACE, TRIP))
            return ()

    # after -------------------------------------------------------------------------------------------------------------

    def return_to_depot(self, odometer: int | None = None) -> str:
        """The vehicle is back; ``odometer`` in km.

        Raises:
            Refused: JOURNEY_ILLEGAL at an open stop or before departure.
        """
        self._track.seal()
        event = VehicleReturned(self._duty.route.id, self._track.latest(), odometer)
        return self._recorder.record(event, drop_drafts=(PLACE,))

    def to_return(self) -> tuple[ReturnLine, ...]:
        """The goods that still ride and have to be handed back: refused ones, and those of stops that failed or were not
        reached. What a receiver found to be short is not expected back."""
        journey = self._duty.journey
        found = []
        for line_id in outstanding(journey):
            stop, _, line = journey.route.line(line_id)
            signed = journey.stop(stop.id).signed
            short = sum(o.short for o in signed.outcomes if o.line_id == line_id) if signed is not None else 0
            found.append(ReturnLine(stop, line, max(0, journey.line(line_id).on_board - short)))
        return tuple(found)

    def came_back(self) -> tuple[ReturnLine, ...]:
        """Of these, the goods that nobody is driven to with any more: they can be handed back at the depot before the next
        trip begins. None while the vehicle goes on with the one it is on."""
        journey = self._duty.journey
        if journey.phase is not Phase.DEPARTED or self._trips.leaving is None or journey.open_stop is not None:
            return ()
        return tuple(
            found
            for found in self.to_return()
            if found.quantity and (journey.stop(found.stop.id).done is not None or found.stop.id in journey.withdrawn)
        )

    def hand_back(self) -> None:
        """Hand all of them back at the depot. What is missing is handed back at the end of the shift, where a note says why.

        Raises:
            Refused: JOURNEY_ILLEGAL.
        """
        with self._duty.lock:
            route_id = self._duty.route.id
            events: list[AnyEvent] = [
                GoodsReturned(route_id, found.line.id, found.quantity, "") for found in self.came_back()
            ]
            if events:
                self._recorder.record_all(events)

    def return_goods(self, line_id: str, quantity: int, note: str = "") -> str:
        """Hand a line's packs back. Fewer than should be on board need a note.

        Raises:
            Refused: NOT_FOUND where the line has nothing to return; OUTCOME_QUANTITY where it is more than is on board;
                OUTCOME_REASON where it is fewer and nobody says why.
        """
        expected = next((r for r in self.to_return() if r.line.id == line_id), None)
        if expected is None:
            raise Refused(problems.NOT_FOUND, what="待退货物 goods to return", value=line_id)
        line = expected.line
        on_board = self._duty.journey.line(line_id).on_board
        if not 0 <= quantity <= on_board:
            raise Refused(problems.OUTCOME_QUANTITY, line=line.lot, value=quantity, expected=on_board)
        if quantity < expected.quantity and not note.strip():
            raise Refused(problems.OUTCOME_REASON, value=f"{line.product.name.zh} {line.lot}")
        return self._recorder.record(GoodsReturned(self._duty.route.id, line_id, quantity, note.strip()))

    def end(self) -> str:
        """End the shift: loggers are detached, the last positions sealed, and the driver is signed out.

        Raises:
            Refused: GOODS_ON_BOARD, JOURNEY_ILLEGAL.
        """
        with self._duty.lock:
            left = [f"{r.line.product.name.zh} {r.line.lot} × {r.quantity}" for r in self.to_return()]
            left += [f"{c.name} {c.lot} × {c.quantity}" for c in self._duty.journey.collected.values()]
            if left:
                raise Refused(problems.GOODS_ON_BOARD, value=", ".join(left))
            self._track.seal()
            route_id = self._duty.route.id
            detached: list[AnyEvent] = [
                LoggerDetached(route_id, attachment.logger_id, attachment.container_id)
                for attachment in self._duty.journey.attachments
                if attachment.until is None
            ]
            record = self._recorder.record_all([*detached, ShiftEnded(route_id)], drop_drafts=(PLACE,))[-1]
        self._track.forget()
        self._session.sign_out()
        return record


def _inside(container: Container, reading: Reading | None) -> bool:
    if reading is None or reading.temperature is None:
        return False
    return container.range.low <= reading.temperature <= container.range.high
