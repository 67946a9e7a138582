"""Server processes of their own, and what they have in memory (Linux)."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.application import Request
from bench.harness import Missing

ROOT = Path(__file__).parents[1]
MIB = 1024
"""KiB."""
LONGEST = 60.0
"""Seconds (s) until a server that does not answer is given up."""


@dataclass(frozen=True)
class Memory:
    """What a process has: MiB resident, at most resident, and its share where pages are shared."""

    command: str
    rss: float
    peak: float
    share: float


class Server:
    """A running server and its children."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self.port = port

    def send(self, requests: Sequence[Request]) -> list[bytes]:
        """Send requests, one after the other over one connection; the answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        found = []
        for request in requests:
            connection.request("POST", request.path, request.body, request.headers)
            answer = connection.getresponse()
            found.append(answer.read())
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {found[-1][:500]!r}")
        connection.close()
        return found

    def processes(self) -> list[int]:
        """Its process and all below it."""
        found, waiting = [], [self._process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        return found

    def memory(self) -> dict[str, Memory]:
        """The memory of each process, by what it is: ``arbiter``, ``web``, and ``worker`` where there is one."""
        found = {}
        for pid in self.processes():
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            kind = (
                "worker" if command.endswith("server.cli worker") else "arbiter" if pid == self._process.pid else "web"
            )
            found[kind] = _memory(pid, command)
        return found


def _memory(pid: int, command: str) -> Memory:
    status = _fields(Path(f"/proc/{pid}/status"))
    shares = _fields(Path(f"/proc/{pid}/smaps_rollup"))
    return Memory(command, status["VmRSS"] / MIB, status["VmHWM"] / MIB, shares["Pss"] / MIB)


def _fields(path: Path) -> dict[str, int]:
    """The sizes in a file of /proc, in KiB."""
    found = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        if value.strip().endswith("kB"):
            found[name] = int(value.split()[0])
    return found


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def _ask(port: int) -> None:
    """Ask for a page, whatever it answers: the port is open before the process behind it has made its application."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()


@contextmanager
def serving(module: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    """A module of ours as a server on ``port``, from when it answers.

    Raises:
        Missing: this is not Linux.
        RuntimeError: it did not come up.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        raise Missing("memory is read from /proc, which is there on Linux only")
    own = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
    process = subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, env={**own, **environment})
    try:
        _wait(process, port)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + LONGEST
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return _ask(port)
    raise RuntimeError("the server did not come up")
