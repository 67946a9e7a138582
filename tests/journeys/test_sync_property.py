"""Sync, the whole of it, against everything that can happen to it: nothing is lost, doubled, or attached to the wrong stop,
and nothing is shown as received or sealed before it is.

The real services of the handheld are joined to the real server. A schedule is decided by one number; to see one again:

    HANDOVER_SEED=1234 .venv/bin/python -m pytest tests/journeys/test_sync_property.py
"""

import gc
import itertools
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from driver_app.services.sync import Did
from server.custody import fsck
from server.trace import operations as trace
from server.transaction import reading
from tests.journeys.sync_driver import Driver
from tests.journeys.sync_promises import Promises
from tests.journeys.sync_schedule import Days, World, schedule_of
from tests.journeys.sync_server import House, Witness
from tests.journeys.sync_victim import Phone, Running
from tests.server.conftest import cluster, postgresql_url  # noqa: F401  # fixtures

SCHEDULES, SOAK = 2000, 10_000
EACH = 50
"""Schedules in one test: small enough for two workers to share them fairly."""
SEED = os.environ.get("HANDOVER_SEED")


def firsts(start: int, count: int) -> list[int]:
    """The first seed of each test; where one seed is asked for, that alone."""
    return list(range(start, start + count, EACH)) if SEED is None else [int(SEED)]


def seeds(first: int) -> range:
    return range(first, first + (EACH if SEED is None else 1))


@contextmanager
def replayable(seed: int, where: str = "") -> Iterator[None]:
    """Say with any failure how to see it again."""
    try:
        yield
    except Exception as error:
        replay = f"HANDOVER_SEED={seed} .venv/bin/python -m pytest tests/journeys/test_sync_property.py {where}"
        error.add_note(f"schedule {seed}; to see it again: {replay}")
        raise


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder in memory where the system has one: what is tested here are deaths of processes, not of machines."""
    shelf = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="handover-", dir=shelf if os.access(shelf, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def days(memory: Path) -> Iterator[Days]:
    """The points of calm days that schedules begin at."""
    house = House(memory / "house")
    made = Days(house, memory / "days")
    gc.collect()
    gc.freeze()
    yield made
    house.close()
    gc.unfreeze()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The server logs each of its deaths; there are thousands."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def play(days: Days, seed: int) -> None:
    folder = days.folder / "phone"
    world = days.world(seed, folder)
    try:
        world.play(schedule_of(seed))
    finally:
        world.close()
        shutil.rmtree(folder)


# thousands of schedules ----------------------------------------------------------------------------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize("first", firsts(0, SCHEDULES))
def test_whatever_happens_nothing_is_lost_doubled_misplaced_or_believed_too_early(days: Days, first: int) -> None:
    for seed in seeds(first):
        with replayable(seed):
            play(days, seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", firsts(SCHEDULES, SOAK))
def test_over_ten_thousand_more_schedules_the_same_holds(days: Days, first: int) -> None:
    for seed in seeds(first):
        with replayable(seed, "-m soak"):
            play(days, seed)


@pytest.mark.no_cover
@pytest.mark.parametrize("first", [0, 10, 20])
def test_after_any_schedule_the_ledger_is_sound_and_the_views_show_the_handhelds_day(days: Days, first: int) -> None:
    """What people see (the views) follows the ledger however often the server died over either; ``fsck`` finds nothing."""
    for seed in range(first, first + 10):
        folder = days.folder / "phone"
        world = days.world(seed, folder)
        with replayable(seed, "-k sound"):
            try:
                world.play(schedule_of(seed))
                check_views(world)
            finally:
                world.close()
                shutil.rmtree(folder)


def check_views(world: World) -> None:
    house, duty = world.house, world.handset.services.duty
    while house.worker.step():
        pass
    with house.app.app_context(), reading():
        assert [problem.text("en") for problem in fsck.check(lambda _what: None)] == []
        if not duty.started or world.revoked:
            return
        assert trace.anomalies() == []
        shown = {row.stop_id: (row.phase, row.proof_id) for row in trace.stops_of(duty.route.id)}
    for stop in duty.route.stops:
        state = duty.journey.stop(stop.id)
        proof = state.signed_record or state.failed_record or None
        phases = {state.phase.value, "on_the_way"} if duty.journey.next_stop == stop.id else {state.phase.value}
        assert shown[stop.id][0] in phases
        assert shown[stop.id][1] == proof


@pytest.mark.no_cover
@pytest.mark.parametrize("first", range(0, 40, 10))
def test_the_same_holds_on_postgresql(first: int, memory: Path, postgresql_url: str) -> None:  # noqa: F811
    """From before enrolment on, some way into a day."""
    house = House(memory / f"house-postgresql-{first}", postgresql_url)
    with closing(house):
        for seed in range(first, first + 10):
            house.clear()
            folder = memory / f"phone-postgresql-{seed}"
            folder.mkdir()
            world = World(house, folder, f"postgresql {seed}")
            with replayable(seed, "-k postgresql"):
                try:
                    world.lead_in(random.Random(seed).randrange(30))
                    world.play(schedule_of(seed))
                finally:
                    world.close()


# real processes, really killed ---------------------------------------------------------------------------------------------


class Victim:
    """A handheld's process, what it said, and where its driver stood."""

    def __init__(self, folder: Path, code: str, anchor: float, seed: int, standing: str) -> None:
        self.said: list[str] = []
        self.standing, self.over = standing, False
        arguments = [str(folder), code, str(anchor), str(seed), standing or "-"]
        command = [sys.executable, "-m", "tests.journeys.sync_victim", *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def hear(self, line: str) -> None:
        match line.split():
            case ["told", name]:
                self.said.append(name)
            case ["at", stop]:
                self.standing = stop.strip("-")
            case ["over"]:
                self.over = True

    def kill(self, lines: int, delay: float) -> None:
        """SIGKILL after so many lines and seconds (s), or when the day is over."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        for line in itertools.islice(self._process.stdout, lines):
            self.hear(line)
            if self.over:
                break
        time.sleep(delay)
        self._process.send_signal(signal.SIGKILL)
        for line in self._process.stdout:
            self.hear(line)
        complaint = self._process.stderr.read()
        assert self._process.wait() == -signal.SIGKILL, complaint
        self._process.stdout.close()
        self._process.stderr.close()


@contextmanager
def served(house: House) -> Iterator[str]:
    """The house over HTTP on loopback; its address."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("seed", range(4))
def test_a_process_that_is_really_killed_again_and_again_comes_to_the_same_end(memory: Path, seed: int) -> None:
    """SIGKILL at arbitrary moments while a driver records and a thread syncs; what was told is there each time, and in the
    end the server has all of it."""
    rng, anchor = random.Random(f"kill {seed}"), time.monotonic()
    house, folder = House(memory / f"house-{seed}"), memory / f"victim-{seed}"
    folder.mkdir()
    said: list[str] = []
    standing, kills, over = "", 0, False
    with closing(house), served(house) as url:
        code = house.enrolment_text(url)
        while not over:
            victim = Victim(folder, code, anchor, rng.randrange(1000), standing)
            if not house.device_ids():
                publish_when_enrolled(house)
            victim.kill(rng.randrange(4, 16), rng.random() * 0.03)
            said += victim.said
            standing, over, kills = victim.standing, victim.over, kills + 1
            with closing(Phone(folder, Running(anchor))) as phone:
                assert phone.told[: len(said)] == said, "an event that was told of is gone"
                said = phone.told
        assert kills >= 4
        with closing(Phone(folder, Running(anchor))) as phone, closing(Witness(house)) as witness:
            promises = Promises(phone, house, Driver(phone, rng, phone.clock, code, standing), witness)
            drain(phone, house, promises)
            promises.hold()


def publish_when_enrolled(house: House) -> None:
    until = time.monotonic() + 30
    while not house.device_ids():
        assert time.monotonic() < until, "never enrolled"
        time.sleep(0.02)
    house.publish(house.device_ids()[0])


def drain(phone: Phone, house: House, promises: Promises) -> None:
    until = time.monotonic() + 60
    while not promises.drained():
        assert time.monotonic() < until, f"never drained: {phone.services.state.status()}"
        house.seal()
        if phone.services.sync.step() is Did.IDLE:
            time.sleep(0.1)
        promises.look()
