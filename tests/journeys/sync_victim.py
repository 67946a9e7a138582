"""A handheld's process that is there to be killed: the real services over a real journal, a real thread that syncs over
real HTTP, and a driver who goes through a day. It says on its standard output what it was told is on disk, as it is told.

    python -m tests.journeys.sync_victim FOLDER CODE ANCHOR SEED STANDING
"""

import random
import secrets
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from driver_app.journal.sqlite import SqliteJournal
from driver_app.services.bootstrap import Ports, Services, build
from driver_app.services.http import HttpTransport
from driver_app.services.recorder import Recorded
from shared.custody.journey import Phase
from shared.keys import KeySigner
from tests.journeys.sync_driver import Driver
from tests.journeys.sync_phone import JOURNAL
from tests.journeys.sync_route import NIGHT

KEY = b"v" * 32


class Running:
    """A clock that runs: the rehearsed night began at ``anchor`` of the machine's monotonic clock, for every process."""

    def __init__(self, anchor: float) -> None:
        self._anchor = anchor

    def now(self) -> datetime:
        return NIGHT + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return time.monotonic() - self._anchor


class Phone:
    """What is there of a handset in one process. ``told``: the names of all events in its journal."""

    def __init__(self, folder: Path, clock: Running) -> None:
        self.clock = clock
        self.keystore = KeySigner(KEY)
        self.on_record: Callable[[Recorded], None] = lambda _recorded: None
        journal = SqliteJournal(folder / JOURNAL)
        self.told = [entry.sha256 for entry in journal.entries()]
        self.services: Services = build(
            Ports(journal, clock, self.keystore, HttpTransport, "victim 1", secrets.token_bytes)
        )
        self.services.recorder.subscribe(self._note)

    def _note(self, recorded: Recorded) -> None:
        self.told.append(recorded.sha256)
        self.on_record(recorded)

    def close(self) -> None:
        """Let go of the files."""
        self.services.journal.close()

    def rest(self) -> None:
        """Nobody taps quite as fast as a processor."""
        time.sleep(0.01)


def main(folder: str, code: str, anchor: str, seed: str, standing: str) -> None:
    """Go through the day until it is over, or this is."""
    phone = Phone(Path(folder), Running(float(anchor)))
    driver = Driver(phone, random.Random(seed), phone.clock, code, standing.strip("-"))
    services, held_by_driver = phone.services, phone.on_record

    def say(recorded: Recorded) -> None:
        held_by_driver(recorded)
        print(f"told {recorded.sha256}", flush=True)  # noqa: T201  # this is its mouth

    phone.on_record = say
    threading.Thread(target=services.sync.run, args=(threading.Event(),), daemon=True).start()
    while not (services.duty.started and services.duty.journey.phase is Phase.ENDED):
        driver.act()
        print(f"at {driver.standing or '-'}", flush=True)  # noqa: T201
    print("over", flush=True)  # noqa: T201
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
