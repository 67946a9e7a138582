"""Directs the day: who starts when, when the network goes away, when the handheld is killed."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from server.config import load
from server.rehearsal import beijing, world
from server.rehearsal.office import Concluded, Inserted, Office
from server.rehearsal.processes import Failed, Handheld, Server, free_port, server_environment
from server.rehearsal.road import Road
from server.rehearsal.seed import Seeded
from shared.clock import Pace
from shared.work import Route

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = timedelta(hours=6, minutes=20)
"""When the rehearsal's clock starts, after midnight."""
OFFLINE = (4, 6)
"""The network is away from the drive to the first of these stops until the second is left."""
URGENT_AT = 7
"""The stop at which the driver is told of an urgent order; on a shorter day the last one before the network goes away."""
KILLED_ON = "sign"
"""On which screen the app is killed, at a stop without a network."""
LIMIT = 600.0
"""Real seconds (s) after which a rehearsal that does not come to its end is given up."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """Where a rehearsal runs: folders, clock, ports."""

    folder: Path
    day: date
    midnight: datetime
    port: int
    language: str

    @property
    def pace(self) -> Path:
        """The file with the pace of the rehearsal's clock: server and app live by it, the app's driver sets it."""
        return self.folder / "pace.json"


def make_stage(folder: Path, language: str, port: int | None = None) -> Stage:
    """A stage in an empty folder; the day is today's where the hospitals are."""
    real = datetime.now(UTC)
    day = real.astimezone(ZONE).date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
    stage = Stage(folder, day, midnight, port or free_port(), language)
    stage.pace.write_bytes(msgspec.json.encode(Pace(real, midnight + BEGIN, 1.0)))
    return stage


@dataclass(frozen=True)
class Result:
    """What a rehearsal left behind."""

    stage: Stage
    route: Route
    stops: list[Concluded]
    seeded: Seeded
    offline: tuple[int, ...]
    resumed_at: str
    server: Server
    urgent: Inserted | None
    """The urgent order, where one was taken along."""


class Rehearsal:
    """One day. Use :meth:`run`; whatever happens, :meth:`close` ends the processes (but for a server that is kept)."""

    def __init__(
        self, stage: Stage, say: Say, *, stops: int | None, notes: Path | None, window: str, speed: float
    ) -> None:
        self._stage, self._say, self._window, self._speed = stage, say, window, speed
        self._stops = stops
        self._notes = notes
        environment = server_environment(stage.folder / "server", stage.port, str(stage.pace), stage.language)
        self._environment = environment
        self._office = Office(load(environment))
        self._server: Server | None = None
        self._road: Road | None = None
        self._app: Handheld | None = None
        self._number = 0
        self._resumed = ""
        self._device = ""
        self._killed = False
        self._answer: int | None = None
        self._urgent: Inserted | None = None
        self._deadline = time.monotonic() + LIMIT

    def run(self) -> Result:
        """The whole day.

        Raises:
            Failed: something did not go as it must.
        """
        stage = self._stage
        self._say("import delivery notes, people, fleet / 导入随货同行单、人员与车辆")
        name, raw = self._delivery_notes()
        seeded = self._office.prepare(stage.day, raw, name)
        self._say(f"start the server / 启动服务器  http://127.0.0.1:{stage.port}")
        self._server = Server(self._environment, stage.port, stage.folder / "server.log")
        self._server.wait()
        self._road = Road(stage.port)
        self._say("start the app in its window, enrol / 启动终端应用并登记")
        self._app = self._start_app()
        route = self._publish(seeded)
        self._direct(route)
        self._settle()
        self._say("gather the proofs / 汇集凭证")
        stops = self._office.conclude(route.id, stage.folder / "proofs")
        return Result(stage, route, stops, seeded, OFFLINE, self._resumed, self._server, self._urgent)

    def close(self, *, keep_server: bool = False) -> None:
        """End what still runs."""
        if self._app is not None:
            self._app.stop()
        if self._road is not None:
            self._road.stop()
        if self._server is not None and not keep_server:
            self._server.stop()

    # the app

    def _start_app(self) -> Handheld:
        folder = self._stage.folder
        (folder / "world.json").write_bytes(world.describe(self._stage.midnight))
        self._write_script(self._office.enrolment_text())
        assert self._road is not None
        arguments = [
            *("--data", str(folder / "handheld"), "--virtual", str(folder / "world.json")),
            *("--server", self._road.url, "--size", self._window, "--clock", str(self._stage.pace)),
            *("--rehearse", str(folder / "script.json"), "--still"),
        ]
        environment = {n: v for n, v in os.environ.items() if not n.startswith("HANDOVER_")}
        return Handheld(arguments, environment, folder / "handheld.log")

    def _write_script(self, enrolment: str) -> None:
        script: dict[str, Any] = {
            "enrolment": enrolment,
            "handheld": "HH-01",
            "pin": beijing.PIN,
            "goods": str(self._stage.folder / "goods.json"),
            "pace": str(self._stage.pace),
            "speed": self._speed,
        }
        (self._stage.folder / "script.json").write_text(json.dumps(script, ensure_ascii=False, indent=1))

    def _write_goods(self, route: Route, *, hold: bool, answer: int | None = None) -> None:
        """What the hands need to know of the route they were given; ``answer`` is the version they are told of at the stop
        where dispatch rings (0: there is none)."""
        goods: dict[str, Any] = {"packs": beijing.printed(route), "visits": _visits(route), "call": _urgent_at(route)}
        if self._urgent is not None:
            (new,) = (stop for stop in self._urgent.route.stops if stop.id not in goods["visits"])
            goods["packs"] |= {line.id: list(line.codes) for line in new.lines()}
            goods["visits"][new.id] = _visit("receiver", len(route.stops) + 1)
        if answer is not None:
            goods["answer"] = answer
        if hold:
            goods["hold"] = {"number": _killed_at(route), "screen": KILLED_ON}
        path = self._stage.folder / "goods.json"
        path.with_suffix(".new").write_text(json.dumps(goods, ensure_ascii=False, indent=1))
        path.with_suffix(".new").replace(path)  # the hands read it at any moment

    # the day

    def _publish(self, seeded: Seeded) -> Route:
        while True:
            report = self._report()
            if report["screen"] == "sign_in":
                break
        device = self._office.enrolled_device()
        if device is None:
            raise Failed("the app says that it is enrolled, and the server does not know it")
        self._say("plan the day, check the plan, publish the route / 排线、独立检查、下发")
        self._device = device
        route = self._office.plan_and_publish(seeded, self._stage.day, device)
        self._write_goods(route, hold=True)
        km = sum(stop.leg_distance for stop in route.stops) / 1000
        self._say(f"  {len(route.stops)} stops, {km:.1f} km ({route.roads})")
        return route

    def _direct(self, route: Route) -> None:
        """Follow what the app reports, and interfere where the script of the day wants it."""
        assert self._app is not None
        assert self._road is not None
        offline = False
        first, last = min(OFFLINE[0], len(route.stops)), min(OFFLINE[1], len(route.stops))
        while True:
            report = self._report()
            what, screen = report["what"], report["screen"]
            number = report.get("number", 0)
            self._tell(report)
            if screen == "drive" and number == first and not offline:
                offline = True
                self._road.close_off()
                self._say("  the network is gone / 网络中断")
            if offline and ((screen == "drive" and number > last) or screen in ("return", "end")):
                offline = False
                self._road.open_up()
                self._say("  the network is back / 网络恢复")
            if what == "held":
                self._kill(report, route)
            if what == "called":
                self._take_urgent(route, number)
            if what == "finished":
                return

    def _take_urgent(self, route: Route, number: int) -> None:
        """An order comes while the driver is at a stop: the office puts it into the running route and rings."""
        (stop,) = (stop for stop in route.stops if stop.number == number)
        self._say("  an urgent order comes / 来了一张加急单")
        found = self._office.take_along(route.id, stop.id, beijing.urgent_note(self._stage.day), self._device)
        self._urgent, self._answer = found, 0
        if found is None:
            self._say("  nobody can take it along today / 今天无车可送")
        else:
            self._answer = found.route.version
            figures = found.choice.figures
            new = next(s for s in found.route.stops if found.order_id in {note.id for note in s.consignments})
            back = "back to the depot for it, then / 先回库装货，再送 " if found.choice.returns else ""
            self._say(
                f"  {back}stop {new.number} {new.site.name.zh}, {figures.distance / 1000:+.1f} km;"
                f" route v{found.route.version}"
            )
        self._write_goods(route, hold=not self._killed, answer=self._answer)

    def _kill(self, report: dict[str, Any], route: Route) -> None:
        assert self._app is not None
        self._say(f"  SIGKILL at stop {report['number']} on screen “{report['screen']}” / 强制终止应用")
        self._app.kill()
        self._killed = True
        self._write_goods(route, hold=False, answer=self._answer)
        self._app.restart()
        opened = self._report()
        if (opened["screen"], opened.get("number")) != (report["screen"], report["number"]):
            raise Failed(f"the app was killed at {report} and opened at {opened}")
        self._resumed = f"{opened['number']} / {opened['screen']}"
        self._say("  it opens at the same step / 重新打开后仍在同一步骤")

    def _tell(self, report: dict[str, Any]) -> None:
        number = report.get("number", 0)
        if report["what"] == "step" and report["screen"] == "drive" and number != self._number:
            self._number = number
            self._say(f"  → {number}  {report['site']}" if number else "  → back to the depot, to load / 回库装货")
        elif report["what"] == "step" and report["screen"] in ("load", "return", "end"):
            words = {"load": "load / 装车", "return": "back to the depot / 返程", "end": "end of shift / 收班"}
            self._say(f"  {words[report['screen']]}")

    def _report(self) -> dict[str, Any]:
        assert self._app is not None
        while True:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise Failed(f"the day did not end within {LIMIT:g} s")
            report = self._app.reports.get(timeout=max(0.1, left))
            if report is None:
                raise Failed(f"the app ended; see {self._stage.folder / 'handheld.log'}")
            if report["what"] == "failed":
                raise Failed(f"the rehearsal's hands got stuck: {report}")
            return report

    def _settle(self) -> None:
        end = time.monotonic() + 30
        while not self._office.settled():
            if time.monotonic() > end:
                raise Failed("the server did not come to rest")
            time.sleep(0.2)

    def _delivery_notes(self) -> tuple[str, bytes]:
        if self._notes is not None:
            return self._notes.name, self._notes.read_bytes()
        raw = beijing.delivery_notes(self._stage.day, self._stops)
        path = self._stage.folder / "delivery-notes.csv"
        path.write_bytes(raw)
        return path.name, raw


def _killed_at(route: Route) -> int:
    """The last stop without a network where goods are handed over."""
    numbers = [s.number for s in route.stops if s.number <= OFFLINE[1] and s.site.name.zh != beijing.FAILING_SITE]
    return max(numbers)


def _urgent_at(route: Route) -> int:
    """The number of the stop at which dispatch rings; 0 where the network is away from the first stop on."""
    count = len(route.stops)
    return URGENT_AT if count >= URGENT_AT else min(OFFLINE[0], count) - 1


def _visits(route: Route) -> dict[str, Any]:
    """What happens at each stop: who signs, who is not there, where a photo is taken, where the language is switched."""
    return {
        stop.id: _visit("nobody" if stop.site.name.zh == beijing.FAILING_SITE else "receiver", stop.number)
        for stop in route.stops
    }


def _visit(who: str, number: int) -> dict[str, Any]:
    return {
        "receiver": beijing.receiver(number),
        "failure": "nobody" if who == "nobody" else "",
        "photo": number % 3 == 1,
        "language": {7: "en", 8: "zh"}.get(number, ""),
    }
