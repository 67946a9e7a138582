"""Loading: every pack scanned against the manifest into the container it rides in."""

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.kept import Draft
from driver_app.services.recorder import Recorder
from driver_app.services.scanning import ContainerChosen, LineProgress, OtherName, Read, Scanned, Scanning
from driver_app.services.step import Step, StepKind, Steps
from shared import problems
from shared.codes.match import Match
from shared.codes.match import Scanned as ScannedBefore
from shared.custody.events import Entry, GoodsLoaded
from shared.custody.journey import Journey, Phase, StopPhase
from shared.errors import Refused
from shared.work import Container, Line

CONTAINER = "load.container"
"""Key of the draft that says which container was scanned last."""


class Load:
    """What the loading screen does."""

    def __init__(self, journal: Journal, duty: Duty, recorder: Recorder, scanning: Scanning, steps: Steps) -> None:
        self._duty, self._recorder, self._scanning, self._steps = duty, recorder, scanning, steps
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
                (recorded); NOT_FOUND where neither plan nor driver says which container.
        """
        with self._duty.lock:
            journey = self._duty.journey
            if journey.phase not in (Phase.STARTED, Phase.DEPARTED) or journey.open_stop is not None:
                raise Refused(problems.JOURNEY_ILLEGAL, state=journey.phase.value, value=GoodsLoaded.__name__)
            found = self._scanning.read(
                read, entry, before=_before(journey), stop=None, quantity=quantity, accept=lambda _: None
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
        """Every line of the route, in driving order, and how much of it is loaded; on the road, of stops still to come."""
        journey = self._duty.journey
        return tuple(
            LineProgress(stop, line, journey.line(line.id).loaded, line.quantity, _container_of(journey, line))
            for stop in sorted(journey.due_stops, key=lambda stop: stop.number)
            for line in stop.lines()
            if journey.departed is None or journey.stop(stop.id).phase is StopPhase.PLANNED
        )

    def finish(self) -> Step:
        """On to the departure gate, also with goods missing: the gate names them. On the road, back to the road."""
        return self._steps.go(StepKind.GATE if self._duty.journey.departed is None else StepKind.DRIVE)


def _before(journey: Journey) -> ScannedBefore:
    counts = {line_id: state.loaded for line_id, state in journey.lines.items()}
    return ScannedBefore.of(counts, (code for purpose, code in journey.codes if purpose == "load"))


def _container_of(journey: Journey, line: Line) -> str | None:
    """Where a line rides; before it is loaded, where the plan puts it."""
    rides = journey.line(line.id).rides
    return rides[-1].container_id if rides else line.container_id
