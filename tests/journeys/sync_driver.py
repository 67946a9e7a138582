"""A driver who does what the screen says: looks at the step the app is at, and does the next thing there, one at a time.

After a death or a full disk they look again and go on from there, as a person would. What they know of their own is where
they stand and what they did there; the promises are held against that, not against what the app thinks.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from driver_app.services.bootstrap import Services
from driver_app.services.checklist import CHECKLIST
from driver_app.services.recorder import Recorded
from driver_app.services.step import Step, StepKind
from shared.clock import Clock, to_ms
from shared.coldchain.readings import Reading, TimeBasis
from shared.custody.events import (
    CheckItem,
    Entry,
    Failure,
    HandoverSigned,
    PhotoTaken,
    ReadingsSealed,
    Reason,
    RemarkMade,
)
from shared.custody.journey import Phase
from shared.geo import Position
from shared.sync import CHUNK
from shared.work import Line
from tests.journeys.sync_route import PIN, element_string

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"


class Held(Protocol):
    """A handset, as far as a driver has to do with it."""

    services: Services
    clock: Any
    """Its own clock (:class:`shared.clock.Clock`)."""
    on_record: Callable[[Recorded], None]

    def rest(self) -> None:
        """Nobody taps twice within two seconds."""
        ...


class Driver:
    """Somebody with a handset. ``true`` is the time by the sun, which loggers keep; the handset's own clock may be off."""

    def __init__(self, handset: Held, rng: random.Random, true: Clock, code: str, standing: str = "") -> None:
        self._handset, self._rng, self._true, self._code = handset, rng, true, code
        self.standing = standing
        """The stop they stand at; empty on the road."""
        self.photos: dict[str, str] = {}
        """Where they stood when they took each photo (by its hash)."""
        self.calm = False
        """Whether they do only what a day needs."""
        handset.on_record = self._recorded

    def _recorded(self, recorded: Recorded) -> None:
        """Nothing may be recorded at a stop they do not stand at."""
        event = recorded.event
        stop_id = getattr(event, "stop_id", None)
        if not isinstance(event, RemarkMade):
            assert stop_id in (None, self.standing), f"{type(event).__name__} at {stop_id}, driver at {self.standing}"
        if isinstance(event, PhotoTaken):
            self.photos[event.sha256] = self.standing
        if isinstance(event, HandoverSigned):
            assert all(signatory.name.startswith(self.standing) for signatory in event.signatories)

    def _chance(self, probability: float) -> bool:
        return not self.calm and self._rng.random() < probability

    @property
    def _services(self) -> Services:
        return self._handset.services

    def look(self) -> Step:
        """What the screen shows; it must speak of the stop they stand at."""
        step = self._services.steps.current()
        if step.kind.value.startswith(("stop_", "receiver", "sign")) and step.stop_id is not None:
            assert step.stop_id == self.standing, f"the app is at {step.stop_id}, the driver at {self.standing}"
        return step

    def act(self) -> None:
        """The next thing the screen asks for.

        Raises:
            Refused: what the app refused. Killed: it died meanwhile.
        """
        self._handset.rest()
        getattr(self, f"_{self.look().kind.value}")()

    # before the road -----------------------------------------------------------------------------------------------------

    def _enrol(self) -> None:
        self._services.enrolment.enrol(self._code, "HH-1")

    def _sign_in(self) -> None:
        if self._services.duty.work is None:
            self._services.sync.nudge()
            self._services.sync.step()
        elif self._services.duty.journey.phase is not Phase.ENDED:
            person = self._services.session.people()[0]
            self._services.session.sign_in(person.id, PIN)

    def _route(self) -> None:
        self._services.shift.start()

    def _vehicle_check(self) -> None:
        self._services.shift.check_vehicle([CheckItem(point.id, True) for point in CHECKLIST])

    def _precool(self) -> None:
        for container in self._services.duty.route.containers:
            for logger in container.loggers:
                reading = Reading(self._handset.clock.now(), 5.0, 50.0, TimeBasis.HEARD)
                self._services.heard.hear(logger.id, reading)
        for state in self._services.shift.precooling():
            if state.checked is None or not state.checked.ok:
                self._services.shift.precool(state.container.id)
                return
        self._services.shift.finish_precooling()

    def _load(self) -> None:
        for progress in self._services.load.progress():
            if progress.missing:
                self._scan(self._services.load.scan, progress.line, progress.done, progress.missing)
                return
        self._services.load.finish()

    def _scan(self, scan: object, line: Line, done: int, missing: int) -> None:
        assert callable(scan)
        if line.countable:
            scan(element_string(line, None), Entry.SCANNER, missing)
        else:
            scan(element_string(line, done + 1), Entry.SCANNER)

    def _gate(self) -> None:
        against = [problem.text("en") for problem in self._services.shift.depart(odometer=1000)]
        assert against == []

    # on the road ---------------------------------------------------------------------------------------------------------

    def _drive(self) -> None:
        self.standing = ""
        stop_id = self.look().stop_id
        if stop_id is None:  # back to the depot, to load for the next trip
            self._services.steps.go(StepKind.LOAD)
            return
        number = self._services.duty.route.stop(stop_id).number
        if number > 1 and self._chance(0.2):
            self._services.stop.remark(f"S{number - 1}", "匝道在后面 the ramp is at the back")
        elif self._chance(0.2):
            self._services.track.heard(Position(39.85, 116.45))
        else:
            self.standing = stop_id
            self._services.stop.arrive(stop_id)

    def _stop_unload(self) -> None:
        missing = [p for p in self._services.stop.progress() if p.missing]
        if self._chance(0.06):
            self._services.stop.fail(Failure.CLOSED)
        elif not missing or self._chance(0.05):
            self._services.stop.finish_unloading()
        else:
            one = missing[0]
            self._scan(self._services.stop.scan, one.line, one.done, one.missing)

    def _stop_download(self) -> None:
        route_id = self._services.duty.route.id
        for needed in self._services.stop.loggers():
            if needed.known_until is None or self._true.now() - needed.known_until > timedelta(minutes=30):
                last = to_ms(self._true.now()) // 60_000 * 60_000
                times = tuple(last - 60_000 * n for n in (5, 4, 3, 2, 1, 0))
                segment = ReadingsSealed(
                    route_id,
                    needed.logger.id,
                    60,
                    TimeBasis.LOGGER_CLOCK,
                    times,
                    (500,) * 6,
                    (5000,) * 6,
                    self._handset.clock.now(),
                    None,
                    True,
                )
                self._services.readings.seal(segment)
                return
        self._services.stop.finish_download()

    def _receiver(self) -> None:
        stop = self._services.stop
        undecided = stop.undecided()
        if self._chance(0.15):
            self._photo()
        elif undecided:
            progress = next(p for p in stop.progress() if p.line.id == undecided[0])
            short = progress.line.quantity - progress.done
            refused = progress.done if self._chance(0.2) else 0
            reason = Reason.TEMPERATURE if refused else Reason.SHORT if short else None
            accepted = progress.done - refused
            outcome = stop.outcome(undecided[0], accepted=accepted, refused=refused, short=short, reason=reason)
            stop.decide(outcome)
        else:
            stop.begin_signing()

    def _photo(self) -> None:
        size = CHUNK + 1000 if self._chance(0.2) else 200
        self._services.stop.photo(_JPEG + self._label() + bytes(size))

    def _label(self) -> bytes:
        return f"{self.standing} {self._rng.getrandbits(64):016x}".encode()

    def _sign(self) -> None:
        stop = self._services.stop
        given = stop.signatures()
        if None not in given:
            stop.sign()
            return
        position = given.index(None)
        stop.put_signature(
            position,
            name=f"{self.standing} 签收人{position}",
            role="药师",
            staff_number="007",
            strokes=[[(self._rng.random(), self._rng.random()) for _ in range(8)] for _ in range(2)],
            picture=_PNG + self._label(),
        )

    def _stop_done(self) -> None:
        if self._chance(0.15):
            self._photo()
        else:
            self._services.stop.leave()

    # and home ------------------------------------------------------------------------------------------------------------

    def _return(self) -> None:
        self.standing = ""
        if self._services.duty.journey.phase is Phase.DEPARTED:
            self._services.shift.return_to_depot(odometer=1040)
        else:
            back = self._services.shift.to_return()[0]
            self._services.shift.return_goods(back.line.id, back.quantity, "" if back.quantity else "少了 short")

    def _end(self) -> None:
        if self._services.duty.journey.phase is Phase.ENDED:
            self._services.session.sign_out()
        else:
            self._services.shift.end()
