"""The two processes of a rehearsal: a real server and the real app, started, watched, killed and started again."""

import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SCREEN = "540x1140x24"
"""The virtual screen, where there is no real one."""


class Failed(Exception):
    """A process of the rehearsal ended that should not have, or something did not come in time."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


class Server:
    """A `handover serve` process with its worker."""

    def __init__(self, environment: Mapping[str, str], port: int, log: Path) -> None:
        self._log = log.open("ab")
        command = [sys.executable, "-m", "server.cli", "serve", "--port", str(port)]
        self.process = subprocess.Popen(command, env=dict(environment), stdout=self._log, stderr=self._log)
        self._port = port
        self._path = log

    def wait(self, seconds: float = 30) -> None:
        """Until it answers.

        Raises:
            Failed: it ended, or did not answer in time.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise Failed(f"the server did not come up; see {self._path}")

    def stop(self) -> None:
        """End it properly."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self._log.close()


class Handheld:
    """The app's process, in a window on a real or virtual screen, reporting one JSON line per step."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._arguments = list(arguments)
        self._environment = dict(environment)
        self._log = log.open("ab")
        self.reports: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.starts = 0
        self._screen = None if os.environ.get("DISPLAY") else _VirtualScreen()
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        environment = self._environment | ({"DISPLAY": self._screen.display} if self._screen else {})
        process = subprocess.Popen(
            [sys.executable, "-m", "driver_app.main", *self._arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.starts += 1
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                self.reports.put(json.loads(line))
        self.reports.put(None)

    def kill(self) -> None:
        """SIGKILL: no farewell, nothing flushed."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        while self.reports.get() is not None:
            pass

    def restart(self) -> None:
        """Start it again over the same folder."""
        self.process = self._start()

    def stop(self) -> None:
        """End it, whatever it is doing."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._screen is not None:
            self._screen.stop()
        self._log.close()


class _VirtualScreen:
    """An Xvfb on a number nobody uses."""

    def __init__(self) -> None:
        program = shutil.which("Xvfb")
        if program is None:
            raise Failed("there is no screen, and Xvfb is not installed: run `make setup`")
        read, write = os.pipe()
        command = [program, "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"]
        self._process = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            self.display = f":{answer.readline().strip()}"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def server_environment(config_home: Path, port: int, clock: str, language: str) -> dict[str, str]:
    """The environment of the rehearsal's server: nothing of the person's own settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
    return own | {
        "HANDOVER_HOME": str(config_home),
        "HANDOVER_BASE_URL": f"http://127.0.0.1:{port}",
        "HANDOVER_ORGANISATION": "示例医药有限公司（合成数据）",
        "HANDOVER_ORIGIN": "rehearsal.handover.local/ledger",
        "HANDOVER_CLOCK": clock,
        "HANDOVER_LANGUAGE": language,
    }
