"""The rehearsal: a driver and the receivers of a day, played by a hand that taps the real app in its real window.

It looks at the step the app shows and does what a person would do there, so an app that was killed and started again is
simply carried on with. Only the physical world is played: codes are pictures held before the camera, the vehicle is the
virtual location being driven, strokes are drawn on the glass. Nothing here calls a service that writes.

The script is JSON (``driver_app.rehearsal_script``). Every change of step is one JSON line on the given stream, for whoever
directs the rehearsal from outside: ``screen`` is the step the services are at, ``glass`` the one whose screen is shown, and
``typed`` what stands in the field for the name of who signs.
"""

import json
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TextIO

import msgspec
from kivy.clock import Clock

from driver_app.app import HandoverApp
from driver_app.device_clock import DeviceClock, PaceFile
from driver_app.hardware.virtual.camera import PictureCamera
from driver_app.hardware.virtual.location import DrivenLocation
from driver_app.hardware.virtual.pictures import photograph, picture_of, strokes_of
from driver_app.rehearsal_script import Goods, Script, Visit
from driver_app.services.duty import Duty
from driver_app.services.step import Step, StepKind
from driver_app.services.stop import StopVisit
from driver_app.widgets.hand import Hand, NotThere, Player
from shared.clock import PacedClock
from shared.codes.match import code_text
from shared.codes.parse import parse
from shared.coldchain.verdict import Conformity
from shared.custody.journey import Phase
from shared.geo import Position

Act = Generator[None, None, None]
ARRIVAL_PATIENCE = 6.0
"""Real seconds (s) the driver waits at the site for the geofence before tapping that they are there."""
HANDS, ROAD, WAITING = 6.0, 120.0, 1200.0
"""Virtual seconds to a real one: slow while hands are busy, so that a logger read a moment ago is no gap; fast on the road;
faster while nothing happens."""
LEAVE_PATIENCE = 15.0
"""Real seconds (s) after which a step that does not end is done again."""
TRIALS = 4
"""How often a step is tried."""
STEP_PATIENCE = 60.0
"""Real seconds (s) a step may take before the rehearsal is given up."""


class Rehearsal:
    """Plays a script on ``app``. ``outcome`` is the process's exit code: 0 once the shift has ended and all is sealed."""

    def __init__(self, app: HandoverApp, script: Path, out: TextIO) -> None:
        self._app = app
        self._script_path = script
        self._script = msgspec.json.decode(script.read_bytes(), type=Script)
        self._out = out
        self._pace = PaceFile(Path(self._script.pace))
        self._clock = PacedClock(DeviceClock(), self._pace.read)
        self._hand: Hand | None = None
        self.outcome = 1

    def begin(self) -> None:
        """Start as soon as the app is on the screen."""
        self._app.bind(on_start=lambda _app: self._start())

    def _start(self) -> None:
        self._hand = Hand()
        Player(self._play(), self._ended).start()

    def _ended(self, problem: BaseException | None) -> None:
        if problem is None:
            self.outcome = 0
            self._say("finished")
        else:
            self._app.shell.export_to_png(str(self._script_path.with_name("stuck.png")))
            self._say("failed", why=f"{type(problem).__name__}: {problem}")
        self._app.stop()

    # what it says

    def _say(self, what: str, **facts: object) -> None:
        step = self._app.services.steps.current()
        line: dict[str, object] = {"what": what, "screen": step.kind.value, "glass": self._app.step.kind.value}
        if self._app.screen.name == "sign":
            line["typed"] = self._app.screen.ids.name.text
        duty = self._app.services.duty
        if step.stop_id is not None and duty.work is not None and duty.work.route is not None:
            stop = duty.work.route.stop(step.stop_id)
            line |= {"number": stop.number, "site": stop.site.name.zh}
        self._out.write(json.dumps(line | facts, ensure_ascii=False) + "\n")
        self._out.flush()

    # what it does

    @property
    def hand(self) -> Hand:
        assert self._hand is not None
        return self._hand

    def _play(self) -> Act:
        self._say("opened")
        self._pace.change(HANDS)
        while True:
            step = self._app.services.steps.current()
            self._say("step")
            if step.kind is StepKind.END:
                yield from self._end()
                return
            yield from self._do(step)

    def _do(self, step: Step) -> Act:
        """Do a step, and again if nothing came of it: a tap can miss what moves away under the finger."""
        for trial in range(TRIALS):
            try:
                yield from self._ACTS[step.kind](self, step)
                yield from self._leave(step)
                return
            except NotThere:
                if trial + 1 == TRIALS and self._app.services.steps.current() == step:
                    raise
            if self._app.services.steps.current() != step:
                return
            self._say("again")

    def _leave(self, step: Step) -> Act:
        """Wait until the app has moved on, acknowledging alarms meanwhile."""
        yield from self._until(
            lambda: self._app.services.steps.current() != step, f"the end of {step.kind}", LEAVE_PATIENCE
        )
        yield from self.hand.until(lambda: self._app.step == self._app.services.steps.current(), "the next screen")
        yield from self.hand.frames(12)  # a person looks before the next tap

    def _until(self, condition: Callable[[], bool], what: str, patience: float = STEP_PATIENCE) -> Act:
        began = Clock.get_boottime()
        while not condition():
            if self.hand.sees("alarm.seen"):
                yield from self.hand.tap("alarm.seen")
            if Clock.get_boottime() - began > patience:
                raise NotThere(f"waited {patience:g} s for {what}; there are: {', '.join(sorted(self.hand.seen()))}")
            yield

    def _tap(self, hid: str) -> Act:
        if self.hand.sees("alarm.seen"):
            yield from self.hand.tap("alarm.seen")
        yield from self.hand.tap(hid)

    def _enrol(self, _step: Step) -> Act:
        yield from self._show(picture_of(self._script.enrolment))
        yield from self._until(lambda: self.hand.sees("enrol.again"), "the enrolment code to be read")
        yield from self.hand.type("enrol.name", self._script.handheld)
        yield from self._tap("enrol.confirm")

    def _sign_in(self, _step: Step) -> Act:
        yield from self._until(lambda: bool(self._app.services.session.people()), "work from the server")
        yield from self._until(lambda: self.hand.sees("pin.1"), "the PIN pad")
        for digit in self._script.pin:
            yield from self._tap(f"pin.{digit}")
        if self.hand.sees("pin.enter"):
            yield from self._tap("pin.enter")

    def _route(self, _step: Step) -> Act:
        yield from self._tap("route.start")

    def _vehicle_check(self, _step: Step) -> Act:
        yield from self._tap("check.all")
        yield from self._tap("check.done")

    def _precool(self, step: Step) -> Act:
        services = self._app.services
        yield from self._until(
            lambda: all(reading is not None for state in services.shift.precooling() for _, reading in state.heard),
            "every logger to be heard",
        )
        yield from self._tap("precool.record")
        yield from self._until(
            lambda: services.steps.current() != step or all(s.checked is not None for s in services.shift.precooling()),
            "the temperatures to be recorded",
            LEAVE_PATIENCE,
        )
        if services.steps.current() == step:
            yield from self._tap("precool.go_on")

    def _load(self, _step: Step) -> Act:
        services = self._app.services
        for stop in reversed(services.duty.journey.stops_of(services.trips.loading)):  # last out, first in
            for line in stop.lines():
                yield from self._scan("load", line.id)
        yield from self._until(lambda: self._app.screen.complete, "everything to be loaded")
        yield from self._tap(self._app.screen.done_hid)

    def _wait_for(self, at: datetime) -> Act:
        """Let the time pass quickly until ``at``; nothing where it is past."""
        if self._clock.now() < at:
            self._pace.change(WAITING * self._script.speed)
            yield from self._until(lambda: self._clock.now() >= at, f"{at}")
        self._pace.change(HANDS)

    def _gate(self, _step: Step) -> Act:
        services = self._app.services
        reload = services.duty.route.reload(services.trips.loading)
        leaves = services.duty.route.departure if reload is None else reload.departure
        yield from self._wait_for(leaves - timedelta(minutes=2))
        yield from self._tap("gate.depart")

    def _drive(self, step: Step) -> Act:
        services = self._app.services
        location = self._app.hardware.location
        assert isinstance(location, DrivenLocation)
        if step.stop_id is None:
            yield from self._read_news()
            yield from self._home(location)
            yield from self._tap("drive.load")
            return
        stop = services.duty.route.stop(step.stop_id)
        site = stop.site
        yield from self._read_news()
        if any(services.duty.journey.line(line.id).loaded < line.quantity for line in stop.lines()):
            yield from self._fetch(location)
            return
        yield from self._wait_for(stop.planned_arrival - timedelta(seconds=location.takes(site.fence.centre)))
        self._pace.change(ROAD * self._script.speed)
        location.drive(site.fence.centre)
        yield from self._until(lambda: site.fence.contains(location.current().position), "the vehicle to arrive")
        began = Clock.get_boottime()
        yield from self._until(
            lambda: services.steps.current() != step or Clock.get_boottime() - began > ARRIVAL_PATIENCE, "the geofence"
        )
        self._pace.change(HANDS)
        if services.steps.current() == step:
            yield from self._tap("drive.arrive")

    def _read_news(self) -> Act:
        """What dispatch wrote, and that the route is another one."""
        if self.hand.sees("drive.messages"):
            yield from self._tap("drive.messages")
            yield from self._until(lambda: not self._app.services.road.unread(), "the message to be read")
            yield from self.hand.back()
            yield from self.hand.frames(6)
        if self.hand.sees("drive.seen"):
            yield from self._tap("drive.seen")

    def _fetch(self, location: DrivenLocation) -> Act:
        """Back to the depot for goods that came after the vehicle had left; they are loaded there, between two stops."""
        yield from self._home(location)
        yield from self._tap("drive.more")
        yield from self._tap("sheet.load")

    def _home(self, location: DrivenLocation) -> Act:
        depot = self._app.services.duty.route.depot.fence
        self._pace.change(ROAD * self._script.speed)
        location.drive(depot.centre)
        yield from self._until(lambda: depot.contains(location.current().position), "the depot")
        self._pace.change(HANDS)

    @property
    def _goods(self) -> Goods:
        """Written by whoever published the route, before it is needed, and again when it changes."""
        return msgspec.json.decode(Path(self._script.goods).read_bytes(), type=Goods)

    def _visit(self, step: Step) -> Visit:
        assert step.stop_id is not None
        return self._goods.visits[step.stop_id]

    def _unload(self, step: Step) -> Act:
        visit = self._visit(step)
        stop = self._app.services.stop.stop
        self._stand_at(stop.site.fence.centre)
        if visit.failure:
            if self._app.screen.name != "fail_stop":
                yield from self._tap("unload.fail")
            yield from self._tap(f"fail.{visit.failure}")
            yield from self._photo("fail.photo.take", f"{stop.site.name.zh} {stop.number}")
            yield from self._tap("fail.done")
            return
        for line in stop.lines():
            yield from self._scan(stop.id, line.id)
        yield from self._until(lambda: self._app.screen.complete, "everything to be unloaded")
        yield from self._tap(self._app.screen.done_hid)

    def _download(self, _step: Step) -> Act:
        yield from self._until(lambda: not self._app.screen.running, "the loggers' histories")
        yield from self._tap("download.show")

    def _receiver(self, step: Step) -> Act:
        visit, service = self._visit(step), self._app.services.stop
        if visit.language and self._app.services.session.language != visit.language:
            yield from self._switch(visit.language)
        yield from self._held(step)
        while service.undecided():
            line_id = service.undecided()[0]
            verdict = service.shown()[line_id]
            yield from self._tap(f"line.{line_id}")
            if verdict.conformity is Conformity.NON_CONFORMANT:
                yield from self._tap("decide.refuse")
                yield from self._photo("decide.photo.take", "out of range")
            else:
                yield from self._tap("decide.accept")
            yield from self._tap("decide.done")
            yield from self._until(partial(_is_decided, service, line_id), "the decision")
            yield from self.hand.frames(4)
        yield from self._tap("receiver.next")

    def _sign(self, step: Step) -> Act:
        receiver, service = self._visit(step).receiver, self._app.services.stop
        position = sum(given is not None for given in service.signatures()[: service.signatories_needed()])
        fields = self._app.screen.ids
        for hid, field, text in (
            ("sign.name", fields.name, receiver.name),
            ("sign.staff", fields.staff, receiver.staff),
        ):
            if field.text != text:  # nobody types again what stands there
                yield from self.hand.type(hid, text)
        if not self._app.screen.role:
            yield from self._tap("sign.role")
            yield from self._tap("sheet.pharmacist")
        yield from self._held(step)
        yield from self.hand.draw("sign.pad", list(strokes_of(f"{receiver.name}{step.stop_id}{position}")))
        yield from self._tap("sign.done")

    def _stop_done(self, step: Step) -> Act:
        visit = self._visit(step)
        if visit.photo:
            yield from self._photo("done.photo.take", str(step.stop_id))
        yield from self._called()
        yield from self._tap("done.leave")

    def _called(self) -> Act:
        """Dispatch rings about an urgent order: the route is fetched at once, and not at its next turn."""
        number = self._app.services.stop.stop.number
        if self._goods.call != number or self._goods.answer is not None:
            return
        self._say("called")
        yield from self._until(lambda: self._goods.answer is not None, "what dispatch has to say")
        answer = self._goods.answer or 0
        if self._app.services.duty.route.version >= answer:
            return
        self._app.open("settings")
        yield from self._tap("settings.send")
        yield from self._until(lambda: self._app.services.duty.route.version >= answer, "the route as it is now")
        yield from self.hand.back()
        yield from self.hand.frames(6)

    def _return(self, _step: Step) -> Act:
        services, location = self._app.services, self._app.hardware.location
        assert isinstance(location, DrivenLocation)
        depot = services.duty.route.depot
        if services.duty.journey.phase is not Phase.RETURNED:
            self._pace.change(ROAD * self._script.speed)
            location.drive(depot.fence.centre)
            yield from self._until(lambda: depot.fence.contains(location.current().position), "the depot")
            self._pace.change(HANDS)
            yield from self._tap("return.arrive")
            yield from self._until(lambda: services.duty.journey.phase is Phase.RETURNED, "the return")
            yield from self.hand.frames(4)
        if services.shift.to_return():
            yield from self._tap("return.goods")

    def _end(self) -> Act:
        """End the shift and wait until the server has sealed everything."""
        services = self._app.services
        if services.duty.journey.phase is not Phase.ENDED:
            yield from self._tap("end.done")
            yield from self._until(lambda: services.duty.journey.phase is Phase.ENDED, "the end of the shift")
        self._say("ended")

        def sealed() -> bool:
            status = services.state.status()
            return status.on_phone == status.received == status.blobs_waiting == 0

        yield from self._until(sealed, "everything to be sealed")
        status = services.state.status()
        self._say("sealed", sealed=status.sealed, refused=status.refused)

    _ACTS = {  # noqa: RUF012 - a table, never changed
        StepKind.ENROL: _enrol,
        StepKind.SIGN_IN: _sign_in,
        StepKind.ROUTE: _route,
        StepKind.VEHICLE_CHECK: _vehicle_check,
        StepKind.PRECOOL: _precool,
        StepKind.LOAD: _load,
        StepKind.GATE: _gate,
        StepKind.DRIVE: _drive,
        StepKind.STOP_UNLOAD: _unload,
        StepKind.STOP_DOWNLOAD: _download,
        StepKind.RECEIVER: _receiver,
        StepKind.SIGN: _sign,
        StepKind.STOP_DONE: _stop_done,
        StepKind.RETURN: _return,
    }

    # small things

    def _held(self, step: Step) -> Act:
        hold = self._goods.hold
        number = self._app.services.stop.stop.number
        if hold is None or (hold.number, hold.screen) != (number, step.kind.value):
            return
        yield from self.hand.frames(40)  # what was typed is kept as a draft after a moment
        self._say("held")
        while True:
            yield

    def _stand_at(self, place: Position) -> None:
        """After a restart the virtual vehicle does not know where it was; the driver does."""
        location = self._app.hardware.location
        assert isinstance(location, DrivenLocation)
        location.put(place)

    def _scan(self, purpose: str, line_id: str) -> Act:
        """Hold each pack of a line before the camera, unless its code was read already."""
        duty = self._app.services.duty
        year = duty.route.day.year
        for text in self._goods.packs[line_id]:
            wanted = (purpose, code_text(parse(text, year=year)))
            if wanted in duty.journey.codes:
                continue
            yield from self._show(picture_of(text))
            yield from self._until(partial(_was_read, duty, wanted), f"{text} to be read")

    def _show(self, picture: bytes) -> Act:
        camera = self._app.hardware.scanner
        assert isinstance(camera, PictureCamera)
        yield from self._until(lambda: bool(camera.show(picture)), "the camera to look", 10)
        camera.put_away()

    def _photo(self, hid: str, words: str) -> Act:
        camera = self._app.hardware.camera
        assert isinstance(camera, PictureCamera)
        camera.show(photograph(words))
        yield from self._tap(hid)
        yield from self.hand.frames(10)

    def _switch(self, language: str) -> Act:
        self._app.open("settings")
        yield from self._tap(f"settings.{language}")
        yield from self.hand.back()
        yield from self.hand.frames(6)


def _is_decided(service: StopVisit, line_id: str) -> bool:
    return line_id not in service.undecided()


def _was_read(duty: Duty, wanted: tuple[str, str]) -> bool:
    return wanted in duty.journey.codes
