"""Loading: every pack scanned against the manifest into the container it rides in."""

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.kept import Draft
from driver_app.services.recorder import Recorder
from driver_app.services.scanning import ContainerChosen, LineProgress, OtherName, Read, Scanned, Scanning
from driver_app.services.step import Step, StepKind, Steps
from driver_app.services.trips import Trips
from shared import problems
from shared.codes.match import Match
from shared.codes.match import Scanned as ScannedBefore
from shared.custody.claims import CARTON
from shared.custody.events import Entry, GoodsLoaded
from shared.custody.journey import Journey, Phase, StopPhase
from shared.errors import Refused
from shared.work import Container, Line

CONTAINER = "load.container"
"""Key of the draft that says which container was scanned last."""


class Load:
    """What the loading screen does."""

    def __init__(
        self, journal: Journal, duty: Duty, recorder: Recorder, scanning: Scanning, steps: Steps, trips: Trips
    ) -> None:
        self._duty, self._recorder, self._scanning, self._steps = duty, recorder, scanning, steps
        self._trips = trips
        self._chosen: Draft[str] = Draft(journal, CONTAINER, str)

    @property
    def container_id(self) -> str | None:
        """The container goods go into, where one was chosen; without a choice each line goes where the plan puts it."""
        found = self._chosen.get()
        known = {c.id for c in self._duty.route.containers} if self._duty.started else set()
        return found if found in known else None

    @container_id.setter
    def container_id(self, container_id: str | None) -> None:
        if container_id is None:
            self._chosen.drop()
            return
        if container_id not in {c.id for c in self._duty.route.containers}:
            raise Refused(problems.NOT_FOUND, what="容器 container", value=container_id)
        self._chosen.put(container_id)

    def scan(self, read: Read, entry: Entry, quantity: int | None = None) -> Scanned | ContainerChosen | None:
        """Take a scan. ``quantity``: packs that it stands for, where the driver typed a number.

        ``None`` for the same code within a second, and for one more code of the pack just counted. A container's code
        chooses that container.

        Raises:
            Refused: JOURNEY_ILLEGAL outside loading (on the road goods are taken over between two stops); CODE_* or SCAN_*
                (recorded), also SCAN_LATER_TRIP; NOT_FOUND where neither plan nor driver says which container.
        """
        with self._duty.lock:
            journey = self._duty.journey
            if journey.phase not in (Phase.STARTED, Phase.DEPARTED) or journey.open_stop is not None:
                raise Refused(problems.JOURNEY_ILLEGAL, state=journey.phase.value, value=GoodsLoaded.__name__)
            found = self._scanning.read(
                read, entry, before=_before(journey), stop=None, quantity=quantity, accept=self._goes_now
            )
            if found is None:
                return None
            if isinstance(found, OtherName):
                self._recorder.record(self._event(Match(found.line_id, 0, found.code, beside=(found.of,)), entry))
                return None
            if isinstance(found, Container):
                self._chosen.put(found.id)
                return ContainerChosen(found)
            parts = (found, *found.others)
            self._recorder.record_all([self._event(part, entry) for part in parts])
            done = [self._scanned(part) for part in parts]
        first, *others = done
        return Scanned(
            first.line_id, first.product, first.lot, first.quantity, first.done, first.total, first.code, tuple(others)
        )

    def _goes_now(self, match: Match) -> None:
        """Refuse packs of a later trip: they would take the room of this one's, and ride for hours for nothing. A carton that
        has some for this trip comes whole."""
        trip, route = self._trips.loading, self._duty.route
        parts = (match, *match.others)
        later = [part for part in parts if route.line(part.line_id)[0].trip > trip]
        if not later or (len(later) < len(parts) and match.code_text.startswith(CARTON)):
            return
        if len(later) < len(parts):
            now = sum(part.quantity for part in parts if part not in later)
            raise Refused(problems.SCAN_TOO_MANY, value=sum(part.quantity for part in parts), expected=now)
        stop = route.line(later[0].line_id)[0]
        raise Refused(problems.SCAN_LATER_TRIP, value=match.code_text, trip=stop.trip)

    def _event(self, part: Match, entry: Entry) -> GoodsLoaded:
        route = self._duty.route
        _, _, line = route.line(part.line_id)
        return GoodsLoaded(route.id, line.id, self._into(line), part.quantity, part.code_text, entry, part.beside)

    def _into(self, line: Line) -> str:
        chosen = self.container_id or line.container_id
        if chosen is None and len(self._duty.route.containers) == 1:
            return self._duty.route.containers[0].id
        if chosen is None:
            raise Refused(problems.NOT_FOUND, what="容器 container", value=f"{line.product.name.zh} {line.lot}")
        return chosen

    def _scanned(self, part: Match) -> Scanned:
        _, _, line = self._duty.route.line(part.line_id)
        done = self._duty.journey.line(line.id).loaded
        return Scanned(line.id, line.product.name, line.lot, part.quantity, done, line.quantity, part.code_text)

    def progress(self) -> tuple[LineProgress, ...]:
        """Every line of the stops still to come on the trip that is loaded for, in driving order, and how much of it is on
        board."""
        journey = self._duty.journey
        return tuple(
            LineProgress(stop, line, journey.line(line.id).loaded, line.quantity, _container_of(journey, line))
            for stop in journey.stops_of(self._trips.loading)
            for line in stop.lines()
        )

    def finish(self) -> Step:
        """On to the departure gate, also with goods missing: the gate names them. On the road, back to the road, unless the
        next trip begins."""
        return self._steps.go(StepKind.DRIVE if self._trips.leaving is None else StepKind.GATE)


def _before(journey: Journey) -> ScannedBefore:
    """What was loaded before. A stop that was visited gets nothing more: its lines count as whole, so that packs of the same
    lot go to those still to come."""
    counts = {line_id: state.loaded for line_id, state in journey.lines.items()}
    for stop in journey.route.stops:
        if journey.stop(stop.id).phase is not StopPhase.PLANNED:
            counts |= {line.id: line.quantity for line in stop.lines()}
    return ScannedBefore.of(counts, (code for purpose, code in journey.codes if purpose == "load"))


def _container_of(journey: Journey, line: Line) -> str | None:
    """Where a line rides; before it is loaded, where the plan puts it."""
    rides = journey.line(line.id).rides
    return rides[-1].container_id if rides else line.container_id
