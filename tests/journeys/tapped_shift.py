"""A small shift for the real app: the folder it is opened over, its virtual world, and the script its hand plays.

No server: the handheld is enrolled and has its work, and the road has no network at all.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from driver_app.device_clock import DeviceClock, PaceFile
from driver_app.hardware.choose import KEY_FILE
from driver_app.hardware.desktop.keystore import FileKeystore
from driver_app.journal.sqlite import SqliteJournal
from driver_app.services.bootstrap import Ports, Services, build
from driver_app.services.identity import Identity, IdentityStore
from driver_app.services.ports import Response
from driver_app.services.recording import record_of
from shared import problems
from shared.clock import Pace, PacedClock
from shared.custody.envelope import WORK_TYPE, seal
from shared.custody.events import AnyEvent
from shared.errors import Refused
from shared.keys import KeySigner
from shared.work import Person, Route, Stop, Work
from tests.journeys.sync_route import DEPOT, NIGHT, PIN, cheap_pin_hash, element_string, route

ROOT = Path(__file__).parents[2]
SERVER = KeySigner(b"s" * 32)
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens on the discard port."""
HANDS = 6.0
"""Virtual seconds to a real one, while an app is dead."""


def tapped_route(stops: int) -> Route:
    """The first stop of the small day, so many times over: two packs with serials and three more of a second lot at each."""
    plain = route("D1")
    pattern = plain.stops[0]

    def stop(number: int) -> Stop:
        fence = msgspec.structs.replace(
            pattern.site.fence, centre=msgspec.structs.replace(DEPOT, lat=DEPOT.lat + number / 100)
        )
        site = msgspec.structs.replace(pattern.site, id=f"SITE{number}", fence=fence)
        lines = tuple(
            msgspec.structs.replace(line, id=f"L{number}-{place}", quantity=2 + place, countable=False)
            for place, line in enumerate(pattern.lines())
        )
        note = msgspec.structs.replace(pattern.consignments[0], id=f"C{number}", note_number=f"N{number}", lines=lines)
        planned = NIGHT + timedelta(minutes=30 + 15 * number)
        return msgspec.structs.replace(
            pattern, id=f"S{number}", number=number, site=site, consignments=(note,), planned_arrival=planned,
            planned_departure=planned + timedelta(minutes=5),
        )  # fmt: skip

    departure = NIGHT + timedelta(minutes=20)
    return msgspec.structs.replace(plain, stops=tuple(stop(n + 1) for n in range(stops)), departure=departure)


class _NoNetwork:
    def request(self, method: str, path: str, headers: object, body: bytes) -> Response:
        raise Refused(problems.SYNC_UNREACHABLE, value="no network")


@dataclass(frozen=True)
class Truth:
    """What is on the disk while no process runs: the step, what was recorded, and what was typed."""

    step: str
    stop: str | None
    events: tuple[tuple[str, AnyEvent], ...]
    typed: str

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]


class TappedShift:
    """A shift's folder."""

    def __init__(self, folder: Path, stops: int) -> None:
        self.folder, self.route = folder, tapped_route(stops)
        folder.mkdir(parents=True)
        self.pace = folder / "pace.json"
        self.pace.write_bytes(msgspec.json.encode(Pace(datetime.now(UTC), NIGHT, HANDS)))
        self._clock = PacedClock(DeviceClock(), PaceFile(self.pace).read)
        self._write_world()
        self._write_script()
        self._enrol()

    @property
    def arguments(self) -> list[str]:
        """How the app is started."""
        return [
            *("--data", str(self.folder / "handheld"), "--virtual", str(self.folder / "world.json")),
            *("--server", NOWHERE, "--size", "480x800@1.5", "--clock", str(self.pace)),
            *("--rehearse", str(self.folder / "script.json"), "--still"),
        ]

    def _write_world(self) -> None:
        started = (NIGHT - timedelta(hours=1)).isoformat()
        loggers = [
            {
                "maker": logger.maker, "address": logger.address, "serial": logger.serial, "interval": logger.interval,
                "started": started,
                "box": {
                    "start": 5.0, "coolant": 5.0, "coupling": 900.0, "hold": None,
                    "ambient": [{"at": started, "temperature": 20.0}],
                },
            }
            for _, logger in self.route.loggers()
        ]  # fmt: skip
        world = {"loggers": loggers, "home": {"lat": DEPOT.lat, "lon": DEPOT.lon, "speed": 8.0}}
        (self.folder / "world.json").write_text(json.dumps(world))

    def _write_script(self) -> None:
        lines = [line for stop in self.route.stops for line in stop.lines()]
        packs = {line.id: [element_string(line, n) for n in range(line.quantity)] for line in lines}
        visits = {
            stop.id: {"receiver": {"name": f"赵药师{stop.number}", "role": "药师", "staff": f"00{stop.number}"}}
            for stop in self.route.stops
        }
        goods = self.folder / "goods.json"
        goods.write_text(json.dumps({"packs": packs, "visits": visits}))
        script = {
            "enrolment": "", "handheld": "H-1", "pin": PIN, "goods": str(goods), "pace": str(self.pace), "speed": 4.0,
        }  # fmt: skip
        (self.folder / "script.json").write_text(json.dumps(script))

    # what is on the disk

    def _open(self) -> tuple[SqliteJournal, Services]:
        data = self.folder / "handheld"
        data.mkdir(exist_ok=True)
        journal = SqliteJournal(data / "journal.db")
        keystore = FileKeystore(data / KEY_FILE)
        return journal, build(Ports(journal, self._clock, keystore, lambda _: _NoNetwork(), "tapped 1", os.urandom))

    def _enrol(self) -> None:
        journal, _ = self._open()
        IdentityStore(journal).put(Identity("H1", "演示", "o", SERVER.public_key(), NOWHERE, "H-1"))
        journal.close()
        journal, services = self._open()
        work = Work("H1", NIGHT, self.route, (Person("D1", self.route.driver.name, cheap_pin_hash(PIN)),), (), "f" * 64)
        services.duty.offer(msgspec.json.encode(seal(msgspec.json.encode(work), WORK_TYPE, SERVER)))
        journal.close()

    def truth(self) -> Truth:
        """What a new process has to come back to."""
        journal, services = self._open()
        step = services.steps.current()
        events = tuple((entry.sha256, record_of(entry).decoded()) for entry in journal.entries())
        typed = services.stop.receiver().name if step.kind.value == "sign" else ""
        journal.close()
        return Truth(step.kind.value, step.stop_id, events, typed)


class Tapped:
    """The app's process, tapped by its own hand, and what it says."""

    def __init__(self, shift: TappedShift, display: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
        self._log = (shift.folder / "app.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "driver_app.main", *shift.arguments],
            cwd=ROOT,
            env={**own, "PYTHONPATH": str(ROOT), "DISPLAY": display},
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )
        self._shift = shift
        self._said: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.told: list[dict[str, Any]] = []
        self._ear = threading.Thread(target=self._listen)
        self._ear.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                self._said.put(json.loads(line))
        self._said.put(None)

    def hear(self, patience: float) -> dict[str, Any] | None:
        """The next thing it says; ``None`` where nothing comes for ``patience`` s, or it has ended."""
        try:
            said = self._said.get(timeout=patience)
        except queue.Empty:
            return None
        if said is not None:
            assert said["what"] != "failed", said
            self.told.append(said)
        return said

    @property
    def ended(self) -> bool:
        """Whether its hand has ended the shift."""
        return any(said["what"] == "ended" for said in self.told)

    def kill(self) -> None:
        """SIGKILL; what it had said is heard to the end, and the day goes on at the pace of hands."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            # a clipboard helper that Kivy leaves behind would keep the pipe open
            os.killpg(self._process.pid, signal.SIGKILL)
        self._ear.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        while self.hear(1.0) is not None:
            pass
        self._log.close()
        PaceFile(self._shift.pace).change(HANDS)
