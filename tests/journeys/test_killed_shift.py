"""A shift whose app is killed again and again: it opens where it was, with nothing lost and nothing asked twice.

Real processes are ended by SIGKILL, at moments that a seed decides; each goes on over the journal that the last one left. The
driver does what the screen says, one thing at a time, so a shift is a fixed sequence of states; what a new process finds must
be the last state that was told of, or the one after it, and never another.
"""

import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from driver_app.journal.sqlite import SqliteJournal
from driver_app.services.bootstrap import Ports, Services, build
from driver_app.services.identity import Identity, IdentityStore
from driver_app.services.ports import Response
from shared import problems
from shared.custody.envelope import WORK_TYPE, seal
from shared.custody.journey import Phase
from shared.errors import Refused
from shared.keys import KeySigner
from shared.work import Person, Work
from tests.journeys.long_route import long_route
from tests.journeys.sync_driver import Driver
from tests.journeys.sync_route import NIGHT, PIN, cheap_pin_hash

MOMENTS = 500
STOPS = 12
LONGEST = 0.015
"""s that a process lives after it has opened, at most."""
SERVER, PHONE = KeySigner(b"s" * 32), KeySigner(b"p" * 32)


class State(NamedTuple):
    """What a person would see, and what is on record."""

    step: str
    stop: str | None
    undecided: int
    signed: int
    events: int
    last: str
    """The type of the last event."""


class Running:
    """A clock that runs on from one process to the next."""

    def __init__(self, anchor: float) -> None:
        self._anchor = anchor

    def now(self) -> datetime:
        return NIGHT + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return time.monotonic() - self._anchor


class _NoNetwork:
    def request(self, method: str, path: str, headers: object, body: bytes) -> Response:
        raise Refused(problems.SYNC_UNREACHABLE, value="no network")


class Handset:
    """The real services over what is on the disk."""

    def __init__(self, folder: Path, anchor: float) -> None:
        self.clock = Running(anchor)
        self.journal = SqliteJournal(folder / "journal.db")
        self.services: Services = build(
            Ports(self.journal, self.clock, PHONE, lambda _url: _NoNetwork(), "killed 1", os.urandom)
        )
        self.on_record = lambda _recorded: None

    def rest(self) -> None:
        """A driver who is as fast as the app: the more happens in a life, the more there is to kill."""

    def state(self) -> State:
        services = self.services
        step = services.steps.current()
        undecided = signed = 0
        if step.kind.value in ("receiver", "sign"):
            undecided = len(services.stop.undecided())
            signed = sum(given is not None for given in services.stop.signatures())
        head = self.journal.entries(after=self.journal.head().seq - 1)
        last = head[0].type if head else ""
        return State(step.kind.value, step.stop_id, undecided, signed, self.journal.head().seq, last)

    @property
    def over(self) -> bool:
        return self.services.duty.started and self.services.duty.journey.phase is Phase.ENDED


def enrolled(folder: Path) -> Path:
    """A handheld with its work, before the shift."""
    folder.mkdir()
    journal = SqliteJournal(folder / "journal.db")
    IdentityStore(journal).put(Identity("H1", "演示", "o", SERVER.public_key(), "http://127.0.0.1", "H-1"))
    route = long_route("D1", STOPS)
    work = Work("H1", NIGHT, route, (Person("D1", route.driver.name, cheap_pin_hash(PIN)),), published="f" * 64)
    services = build(
        Ports(journal, Running(time.monotonic()), PHONE, lambda _url: _NoNetwork(), "killed 1", os.urandom)
    )
    services.duty.offer(msgspec.json.encode(seal(msgspec.json.encode(work), WORK_TYPE, SERVER)))
    journal.close()
    return folder


def go_on(handset: Handset, seed: str) -> Iterator[State]:
    """Do what the screen says until the shift is over; the state after each thing done."""
    driver = Driver(handset, random.Random(seed), handset.clock, "", handset.services.steps.current().stop_id or "")
    driver.calm = True
    yield handset.state()
    while not handset.over:
        driver.act()
        yield handset.state()


def life(folder: Path, anchor: float, seed: str, out: int) -> None:
    """A process of the app: it says each state it came to, until it is killed or the shift is over."""
    for state in go_on(Handset(folder, anchor), seed):
        os.write(out, msgspec.json.encode(state) + b"\n")


def killed_life(folder: Path, anchor: float, seed: str, lasting: float) -> list[State]:
    """The states that a process told of before it was killed, ``lasting`` s after it had opened."""
    mouth, out = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(mouth)
            life(folder, anchor, seed, out)
        finally:
            os._exit(0)
    os.close(out)
    said = os.read(mouth, 65536)  # it has opened
    time.sleep(lasting)
    os.kill(pid, signal.SIGKILL)
    while chunk := os.read(mouth, 65536):
        said += chunk
    os.close(mouth)
    os.waitpid(pid, 0)
    whole = said[: said.rfind(b"\n") + 1]
    return [msgspec.json.decode(line, type=State) for line in whole.splitlines()]


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where the system has one: what is tested here are deaths of processes, not of machines."""
    shelf = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="handover-", dir=shelf if os.access(shelf, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def undisturbed(memory: Path) -> list[State]:
    """The states of the shift when nobody kills anything."""
    handset = Handset(enrolled(memory / "undisturbed"), time.monotonic())
    states = list(go_on(handset, "undisturbed"))
    handset.journal.close()
    assert len(states) > 15 * STOPS
    return states


@pytest.mark.no_cover
def test_a_shift_killed_at_five_hundred_moments_goes_on_where_it_was(memory: Path, undisturbed: list[State]) -> None:
    rng, kills, shifts, steps = random.Random("moments"), 0, 0, set()
    while kills < MOMENTS:
        folder, anchor = enrolled(memory / f"shift-{shifts}"), time.monotonic()
        shifts += 1
        at = 0
        while at < len(undisturbed) - 1 and kills < MOMENTS:
            found, *did = killed_life(folder, anchor, f"{kills}", rng.random() * LONGEST)
            assert found in undisturbed[at : at + 2], f"after kill {kills}: {found}, not {undisturbed[at : at + 2]}"
            at = undisturbed.index(found, at)
            assert did == undisturbed[at + 1 : at + 1 + len(did)], f"after kill {kills}: something else was asked for"
            at += len(did)
            kills += 1
            steps.add(undisturbed[at].step)
    assert {"load", "drive", "stop_unload", "stop_download", "receiver", "sign", "stop_done"} <= steps
