"""Schedules: what happens to a handset and its server, one step after the other, all of it decided by one number.

A schedule begins at some point of a day (kept as files from calm days, see :class:`Days`), goes through its steps, and ends
with the faults gone and everything drained. :meth:`World.play` says at each step what must hold.
"""

import random
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from driver_app.services.step import StepKind
from driver_app.services.sync import Did
from shared import problems
from shared.clock import ManualClock
from shared.custody.journey import Phase
from shared.errors import Refused
from tests.journeys.sync_driver import Driver
from tests.journeys.sync_network import FAULTS, Network
from tests.journeys.sync_phone import Handset, Killed
from tests.journeys.sync_promises import Promises
from tests.journeys.sync_route import NIGHT
from tests.journeys.sync_server import House, Witness

ACTIONS: Mapping[str, int] = {
    "act": 300,
    "sync": 80,
    "fault": 220,
    "die": 80,
    "server_dies": 60,
    "server_restarts": 4,
    "server_full": 30,
    "phone_full": 40,
    "jump": 30,
    "wait": 40,
    "seal": 50,
    "deliver": 40,
    "revoke": 6,
}
"""What can be the next step of a schedule, and how often of a thousand it is."""


@dataclass(frozen=True)
class Step:
    """One step: its kind, and a number that decides whatever else there is to decide."""

    kind: str
    seed: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.seed}"


def schedule_of(seed: int, *, shortest: int = 3, longest: int = 11) -> tuple[Step, ...]:
    """The steps of schedule ``seed``."""
    rng = random.Random(f"steps {seed}")
    kinds = rng.choices(list(ACTIONS), list(ACTIONS.values()), k=rng.randint(shortest, longest))
    return tuple(Step(kind, rng.randrange(1 << 30)) for kind in kinds)


class Point(msgspec.Struct, frozen=True):
    """A moment of a calm day to begin at; its files are in a folder of its name."""

    name: str
    told: tuple[str, ...]
    elapsed: float
    """s since the day began."""
    standing: str
    code: str
    device: str


class World:
    """A handset, a driver, a network and a house."""

    def __init__(self, house: House, folder: Path, seed: int | str, point: Point | None = None) -> None:
        self.house, self.folder = house, folder
        self.rng = random.Random(f"world {seed}")
        house.rng = random.Random(f"house {seed}")
        since = 0.0 if point is None else point.elapsed
        house.clock.at, house.clock.elapsed = NIGHT + timedelta(seconds=since), since
        self.true = house.clock
        self.phone_clock = ManualClock(house.clock.at)
        self.network = Network(house, self.rng, lambda: self.handset.die())
        self.handset = Handset(folder, self.phone_clock, b"p" * 32, self.network, self.rng)
        self.handset.told = [] if point is None else list(point.told)
        self.code = house.enrolment_text() if point is None else point.code
        self.driver = Driver(self.handset, self.rng, self.true, self.code, "" if point is None else point.standing)
        self.witness = Witness(house)
        self.handset.start()
        self.promises = Promises(self.handset, house, self.driver, self.witness)
        self.revoked = False
        self.published = point is not None and bool(point.device)

    def close(self) -> None:
        """Let go of everything but the house."""
        self.handset.stop()
        self.witness.close()
        self.house.fill("")
        self.house.left = None

    # time ------------------------------------------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        """Let time pass, for everybody."""
        self.true.advance(seconds)
        self.phone_clock.advance(seconds)
        self.handset.pace.advance(seconds / 10)

    # steps -----------------------------------------------------------------------------------------------------------------

    def play(self, steps: Sequence[Step]) -> None:
        """All steps, the promises after each; then the end without faults."""
        for number, step in enumerate(steps):
            try:
                self.take(step)
                self.promises.look()
            except Exception as error:
                error.add_note(f"at step {number} of {' '.join(map(str, steps))}")
                raise
        try:
            self.end()
        except Exception as error:
            error.add_note(f"at the end of {' '.join(map(str, steps))}")
            raise

    def lead_in(self, actions: int) -> None:
        """So much of a calm day, before anything goes wrong."""
        self.driver.calm = True
        for _ in range(actions):
            self.act()
        self.driver.calm = False

    def take(self, step: Step) -> None:
        """One step; whoever died on the way runs again after it."""
        rng = random.Random(step.seed)
        with suppress(Killed):
            getattr(self, f"_{step.kind}")(rng)
        if self.handset.storage.dead:
            self.pass_time(rng.choice((1, 5, 60)))
            self.handset.restart()

    def act(self) -> None:
        """One thing a driver does. What it may be refused for: a full disk, and a network while they enrol or wait for
        work."""
        online = self.driver.look().kind in (StepKind.ENROL, StepKind.SIGN_IN)
        self.pass_time(self.rng.choice((1, 5, 30)))
        try:
            self.driver.act()
        except Refused as refused:
            full = self.handset.storage.full and refused.kind is problems.DISK_FULL
            if not (full or online):
                raise AssertionError(f"{self.driver.look()}: {refused}") from refused
        self._publish_once()

    def _publish_once(self) -> None:
        """The dispatcher gives the route to the handheld as soon as it is enrolled."""
        device = "" if self.handset.storage.dead else self.promises.handset_device()
        if device and not self.published:
            self.house.publish(device)
            self.published = True

    def sync(self) -> Did | None:
        """One step of sync; ``None`` where it was refused, which it says by a numbered problem and by nothing else."""
        try:
            return self.handset.services.sync.step()
        except Refused:
            return None

    def hurry(self, rng: random.Random) -> None:
        """Let sync try again: somebody asks for it, or enough time passes for it to do so by itself."""
        if rng.random() < 0.2:
            self.handset.services.sync.nudge()
        else:
            self.handset.pace.advance(rng.choice((1, 3, 10)))

    def _act(self, _rng: random.Random) -> None:
        self.act()

    def _sync(self, rng: random.Random) -> None:
        self.pass_time(rng.choice((0.5, 3, 20)))
        self.sync()

    def _fault(self, rng: random.Random) -> None:
        """Something of the network's, to the next request of some kind."""
        waiting = self._waiting()
        if not waiting:
            self.act()
        self.network.fault = rng.choice(list(FAULTS))
        self.network.upon = rng.choice(waiting) if waiting else ""
        for _ in range(4):
            self.hurry(rng)
            if self.sync() is Did.IDLE or not self.network.fault:
                return

    def _waiting(self) -> list[str]:
        """The kinds of request that there is something for."""
        status = self.handset.services.state.status()
        counts = {"events": status.on_phone, "seals": status.received, "blobs": status.blobs_waiting}
        return [kind for kind, count in counts.items() if count]

    def _die(self, rng: random.Random) -> None:
        """SIGKILL at some write of what comes next: something of the driver's, or of sync."""
        storage = self.handset.storage
        storage.left, storage.torn = rng.randrange(30), rng.random()
        for _ in range(4):
            if rng.random() < 0.7:
                self.act()
            else:
                self.hurry(rng)
                self.sync()
        self.handset.die()

    def _server_dies(self, rng: random.Random) -> None:
        """At some statement of the next request, or at its commit."""
        self.house.left = rng.choice((rng.randrange(4), rng.randrange(25), rng.randrange(25)))
        self.hurry(rng)
        self.sync()
        self.house.left = None

    def _server_restarts(self, _rng: random.Random) -> None:
        self.house.restart()

    def _server_full(self, rng: random.Random) -> None:
        self.house.fill(rng.choice(("pages", "log", "blobs")), rng.randrange(6))
        try:
            for _ in range(rng.randint(1, 3)):
                self.hurry(rng)
                self.sync()
        finally:
            self.house.fill("")  # also where the handheld died over it

    def _phone_full(self, rng: random.Random) -> None:
        storage = self.handset.storage
        storage.full, storage.honest = True, rng.random() < 0.5
        try:
            for _ in range(rng.randint(1, 3)):
                if rng.random() < 0.6:
                    self.act()
                else:
                    self.hurry(rng)
                    self.sync()
        finally:
            storage.full = False

    def _jump(self, rng: random.Random) -> None:
        self.phone_clock.jump(rng.choice((-1, 1)) * rng.uniform(1, 36_000))

    def _wait(self, rng: random.Random) -> None:
        self.pass_time(rng.choice((10, 200, 1200)))

    def _seal(self, rng: random.Random) -> None:
        if rng.random() < 0.15:
            self.house.left = rng.randrange(10)
        self.house.seal()
        self.house.left = None

    def _deliver(self, _rng: random.Random) -> None:
        self.network.deliver_delayed()

    def _revoke(self, rng: random.Random) -> None:
        """A handheld is rarely revoked, but then for good."""
        device = self.promises.handset_device()
        if device and rng.random() < 0.4:
            self.house.revoke(device)
            self.revoked = True

    # the end ---------------------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """The faults are over: everything drains, and everything holds."""
        self.network.fault = ""
        self.network.deliver_delayed()
        if self.revoked:
            for _ in range(3):
                self.sync()
                self.handset.pace.advance(130)
            self.promises.revoked()
            return
        self.drain()
        self.promises.hold()

    def drain(self, tries: int = 60) -> None:
        """Sync until nothing waits, as the loop would."""
        if not self.promises.handset_device():
            return
        for _ in range(tries):
            did = self.sync()
            if did is None:
                self.handset.pace.advance(130)
            elif did is Did.EVENTS:
                if self.handset.services.journal.first_unreceived() is None:
                    self.house.seal()
                self.handset.pace.advance(2)
            elif self.promises.drained():
                return
            elif did is Did.IDLE:
                self.house.seal()
                self.handset.pace.advance(60)
        raise AssertionError(f"never drained: {self.handset.services.state.status()}")


class Days:
    """Points of calm days, kept as files: made once by a driver whom nothing goes wrong for."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.folder = house, folder
        self.points: list[Point] = []
        house.save(folder / "new")
        for online in (True, False):
            self._walk(online)

    def _walk(self, online: bool) -> None:
        """A day from its first step to its last; ``online`` says whether sync runs along, or only until there is work."""
        place = self.folder / f"walk-{online}"
        self.house.load(self.folder / "new")
        place.mkdir()
        world = World(self.house, place, f"calm {online}")
        world.driver.calm = True
        seen: set[object] = set()
        while not (world.handset.services.duty.started and world.handset.services.duty.journey.phase is Phase.ENDED):
            step = world.driver.look()
            if step not in seen:
                seen.add(step)
                world = self._keep(world, f"{step.kind.value}-{step.stop_id}-{online}")
            world.act()
            if online:
                world.drain()
        self._keep(world, f"over-{online}").close()

    def _keep(self, world: World, name: str) -> World:
        """Keep this point, and go on from it."""
        world.promises.look()
        told, standing = tuple(world.handset.told), world.driver.standing
        device = world.promises.handset_device()
        world.close()
        self.house.save(self.folder / name)
        shutil.copytree(world.folder, self.folder / name / "phone")
        point = Point(name, told, world.true.elapsed, standing, world.code, device if world.published else "")
        self.points.append(point)
        after = World(self.house, world.folder, name, point)
        after.driver.calm = True
        return after

    def world(self, seed: int, folder: Path) -> World:
        """A world that begins at a point of the day which ``seed`` decides."""
        rng = random.Random(f"point {seed}")
        point = rng.choice(self.points)
        self.house.load(self.folder / point.name)
        shutil.copytree(self.folder / point.name / "phone", folder)
        return World(self.house, folder, seed, point)
