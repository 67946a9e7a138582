"""A Valhalla of one's own: its wheel fetched and unpacked, tiles built from an OpenStreetMap extract, the service started on
loopback, looked at, and stopped.

The wheel of Valhalla's Python bindings carries the programs beside them, and these run beside any Python; nothing of it is
imported here. It is pinned by version and hash, and fetched with ``pip``, so that it comes from wherever the other packages
of this machine come from. In production the Valhalla project's own container takes its place (``deploy/roads``).
"""

import hashlib
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from server.planning.road.settings import RoadSettings
from server.planning.road.valhalla import Edition, Valhalla
from shared import problems
from shared.clock import Clock
from shared.errors import Refused

VERSION = "3.9.1"
WHEELS = {
    ("Linux", "x86_64"): (
        "manylinux_2_28_x86_64",
        "7b49c5e5f86cefd555b473aaaf34df3305889d30aa889b8abd3b4c2acc622271",
    ),
}
"""By machine, the platform tag of the wheel and its SHA-256."""
PYTHON = "3.12"
"""The wheel is for the stable interface of this Python and newer ones; its programs need none."""
PAIRS = 10_000
"""Pairs of places in one question, four times Valhalla's default: blocks of 100 × 100 take half the time per pair of blocks
of 50 × 50 (docs/decisions/0020-roads.md)."""
STOPS = 100
"""Places of one way; Valhalla's default is 20."""
STARTING = 30.0
"""s until a service that was started has to answer; it maps its tiles first."""
STOPPING = 10.0
"""s until a service that was told to stop is killed; by itself it takes one or two."""
Say = Callable[[str], None]


class Running(msgspec.Struct, frozen=True):
    """A service that was started: its process, its port on loopback, and the folders of its sockets and its tiles."""

    pid: int
    port: int
    sockets: str
    tiles: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def programs_folder() -> Path:
    """Where the unpacked wheel is: ``$HANDOVER_VALHALLA``, else beside the packages of this Python's environment."""
    return Path(os.environ.get("HANDOVER_VALHALLA") or Path(sys.prefix) / "valhalla") / VERSION


def this_machine() -> tuple[str, str]:
    """The system and the processor, as :data:`WHEELS` names them."""
    return platform.system(), platform.machine()


def fetch(folder: Path, tag: str) -> Path:
    """Have ``pip`` fetch the wheel for a platform into ``folder``, from wherever this machine's packages come from.

    Raises:
        Refused: ROADS_FETCH.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--python-version", PYTHON, "--platform", tag, "--dest", str(folder)]
    done = subprocess.run([*command, f"pyvalhalla=={VERSION}"], capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        raise Refused(problems.ROADS_FETCH, value=f"pyvalhalla {VERSION}", reason=_last_line(done.stderr))
    return wheels[0]


def install(folder: Path, machine: tuple[str, str] | None = None, fetched: Callable[[Path, str], Path] = fetch) -> Path:
    """Unpack the wheel into ``folder``, if it is not there yet; returns the folder.

    Raises:
        Refused: ROADS_MACHINE, there is no wheel for this machine; ROADS_FETCH, it could not be fetched or is another one.
    """
    if _program(folder, "valhalla_service").exists():
        return folder
    system = machine or this_machine()
    if system not in WHEELS:
        raise Refused(problems.ROADS_MACHINE, value=" ".join(system))
    tag, expected = WHEELS[system]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        wheel = fetched(Path(scratch), tag)
        actual = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if actual != expected:
            raise Refused(problems.ROADS_FETCH, value=wheel.name, reason=f"sha256 {actual} ≠ {expected}")
        unpacked = Path(scratch) / "unpacked"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        for program in (unpacked / "valhalla" / "bin").iterdir():
            program.chmod(0o755)
        # in one step: half a folder would look like a whole one the next time
        try:
            unpacked.rename(folder)
        except OSError:
            if not _program(folder, "valhalla_service").exists():
                raise  # else another process was quicker, and its copy is as good
    return folder


def build(programs: Path, extract: Path, folder: Path, say: Say) -> Path:
    """Tiles from an extract (``.osm.pbf``), in a folder below ``folder`` that is named after the extract's hash: the same
    extract is built once. ``say`` hears each stage. Returns the tiles' folder.

    Raises:
        Refused: ROADS_BUILD, the extract cannot be read or holds no roads.
    """
    if not extract.is_file():
        raise Refused(problems.ROADS_BUILD, value=extract, reason="没有这个文件 no such file")
    with extract.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    tiles = folder / f"tiles-{VERSION}-{digest}"
    if tiles.exists():
        say(f"{tiles.name}: 已有 already there")
        return tiles
    folder.mkdir(parents=True, exist_ok=True)
    # renamed when whole, so that what was interrupted is never taken for a map
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        making = Path(scratch) / "tiles"
        making.mkdir()
        config = write_config(programs, Path(scratch), making, port=0)
        command = [str(_program(programs, "valhalla_build_tiles")), "-c", str(config), str(extract)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            assert process.stdout is not None
            tail = list(_stages(process.stdout, say))[-3:]
        if process.returncode or not any(making.rglob("*.gph")):
            raise Refused(problems.ROADS_BUILD, value=extract.name, reason=" / ".join(tail) or process.returncode)
        making.rename(tiles)
    return tiles


def _stages(log: Iterator[str], say: Say) -> Iterator[str]:
    """The stages of a build as Valhalla tells them, without their time and level."""
    for line in log:
        text = line.rsplit("\x1b[0m", 1)[-1].strip()
        if text and "[TIMING]" not in text:
            say(text)
            yield text


def write_config(programs: Path, folder: Path, tiles: Path, port: int) -> Path:
    """Valhalla's configuration, written by its own program: everything at its defaults but what is ours. Its sockets are in
    ``folder``, because by default two of them on one machine would talk to each other's parts."""
    limits: list[str] = []
    for costing in ("auto", "truck"):
        limits += [f"--service-limits-{costing}-max-matrix-location-pairs", str(PAIRS)]
        limits += [f"--service-limits-{costing}-max-locations", str(STOPS)]
    own = {
        "mjolnir-tile-dir": tiles,
        "mjolnir-tile-extract": folder / "none.tar",
        "mjolnir-traffic-extract": folder / "none-traffic.tar",
        "mjolnir-admin": folder / "none-admin.sqlite",
        "mjolnir-timezone": folder / "none-timezone.sqlite",
        "mjolnir-concurrency": os.cpu_count() or 1,
        "loki-service-proxy": f"ipc://{folder}/loki",
        "thor-service-proxy": f"ipc://{folder}/thor",
        "odin-service-proxy": f"ipc://{folder}/odin",
        "meili-service-proxy": f"ipc://{folder}/meili",
        "httpd-service-listen": f"tcp://127.0.0.1:{port}",
        "httpd-service-loopback": f"ipc://{folder}/loopback",
        "httpd-service-interrupt": f"ipc://{folder}/interrupt",
        "httpd-service-drain-seconds": 0,
        "httpd-service-shutdown-seconds": 0,
    }
    command = [sys.executable, str(programs / "valhalla" / "valhalla_build_config.py"), *limits]
    for name, value in own.items():
        command += [f"--{name}", str(value)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise Refused(problems.ROADS_START, value="valhalla_build_config", reason=_last_line(made.stderr))
    config = folder / "valhalla.json"
    config.write_text(made.stdout, encoding="utf-8")
    return config


def start(programs: Path, tiles: Path, folder: Path, port: int, clock: Clock, wait: Callable[[float], None]) -> Running:
    """Start the service over ``tiles``, and wait until it answers; it lives on when this process ends.

    Raises:
        Refused: ROADS_START, one of this folder is running already, or it ended or did not answer in time.
    """
    earlier = running(folder)
    if earlier is not None:
        raise Refused(problems.ROADS_START, value=earlier.url, reason="已在运行 running already")
    stop(folder, clock, wait)  # what one that died left behind
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Refused(problems.ROADS_START, value=f"127.0.0.1:{port}", reason=error) from error
    # a path to a socket may have 107 characters at most, which a folder of a deployment may use up alone
    sockets = Path(tempfile.mkdtemp(prefix="handover-roads-"))
    config = write_config(programs, sockets, tiles, port)
    service = str(_program(programs, "valhalla_service"))
    with (folder / "valhalla.log").open("wb") as log:
        # no subprocess.Popen: that one wants to see its process end, and this one is left to itself
        pid = os.posix_spawn(
            service,
            [service, str(config), str(os.cpu_count() or 1)],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, log.fileno(), 1), (os.POSIX_SPAWN_DUP2, log.fileno(), 2)],
            setsid=True,
        )
    made = Running(pid, port, str(sockets), str(tiles))
    _state(folder).write_bytes(msgspec.json.encode(made))
    deadline = clock.monotonic() + STARTING
    while True:
        if _ended(pid):
            stop(folder, clock, wait)
            log_end = _last_line((folder / "valhalla.log").read_text(errors="replace"))
            raise Refused(problems.ROADS_START, value=made.url, reason=log_end)
        try:
            edition(made)
        except Refused as refused:
            if clock.monotonic() > deadline:
                stop(folder, clock, wait)
                raise Refused(problems.ROADS_START, value=made.url, reason=refused.problem.text("en")) from refused
            wait(0.1)
        else:
            return made


def edition(service: Running) -> Edition:
    """Which roads a service has.

    Raises:
        Refused: ROADS_SILENT, ROADS_ANSWER.
    """
    with Valhalla(RoadSettings(url=service.url, timeout=5.0), wait=lambda _seconds: None) as router:
        return router.edition()


def running(folder: Path) -> Running | None:
    """The service that was started from ``folder`` and lives, else ``None``."""
    state = _state(folder)
    if not state.exists():
        return None
    told = msgspec.json.decode(state.read_bytes(), type=Running)
    return told if _is_ours(told) else None


def _is_ours(service: Running) -> bool:
    """Whether the process is the one that was started: its number may have been given to another one since."""
    with suppress(FileNotFoundError, ProcessLookupError):
        command = Path(f"/proc/{service.pid}/cmdline").read_bytes().split(b"\0")
        return any(part.startswith(service.sockets.encode()) for part in command)
    return False


def stop(folder: Path, clock: Clock, wait: Callable[[float], None], grace: float = STOPPING) -> bool:
    """End the service that was started from ``folder``; whether there was one. It ends what it started, and nothing else. A
    service that is still there after ``grace`` s is killed: it only reads, so nothing is lost but answers under way."""
    state = _state(folder)
    if not state.exists():
        return False
    told = msgspec.json.decode(state.read_bytes(), type=Running)
    found = _is_ours(told)
    if found:
        os.kill(told.pid, signal.SIGTERM)
        deadline = clock.monotonic() + grace
        while not _gone(told.pid):
            if clock.monotonic() > deadline:
                with suppress(ProcessLookupError):  # its number is its own as long as it is not gone
                    os.kill(told.pid, signal.SIGKILL)
            wait(0.05)
    shutil.rmtree(told.sockets, ignore_errors=True)
    state.unlink()
    return found


def _gone(pid: int) -> bool:
    """Whether a process has ended with all it held: its main thread ends, and with it its command line, before the threads
    that hold the port do."""
    if _ended(pid):
        return True
    return all(_thread_state(stat) in "ZX" for stat in Path(f"/proc/{pid}/task").glob("*/stat"))


def _thread_state(stat: Path) -> str:
    """R, S, D …; Z and X for one that has ended (proc(5))."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return stat.read_text().rpartition(")")[2].split()[0]
    return "X"


def _ended(pid: int) -> bool:
    """Whether a child of this very process has ended; it stays in the list of processes until it is asked for."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    return False


def _state(folder: Path) -> Path:
    return folder / "running.json"


def _program(folder: Path, name: str) -> Path:
    return folder / "valhalla" / "bin" / name


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "–"
