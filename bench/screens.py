"""Opening the app, or a bare one, on a display nobody sees."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness import Missing

ROOT = Path(__file__).parents[1]
DISPLAY = "1280x2000x24"
COMPILING = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
"""Not handed on: an installed app is compiled once, and only ours would be compiled anew at every start."""
LONGEST = 60.0
"""Seconds (s) until a window that shows nothing is given up."""


@dataclass(frozen=True)
class Shown:
    """A first frame: s since the process was started, the screen on it, KiB in memory then and at most."""

    seconds: float
    screen: str
    rss: int
    peak: int


@contextmanager
def display() -> Iterator[str]:
    """The name of a fresh Xvfb.

    Raises:
        Missing: Xvfb is not installed.
    """
    program = shutil.which("Xvfb")
    if program is None:
        raise Missing("Xvfb is not installed; `make setup` installs it")
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-screen", "0", DISPLAY, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def open_window(kind: str, folder: Path, name: str) -> Shown:
    """Start a process, ``app`` or ``bare``, over its folder, on display ``name``.

    Raises:
        RuntimeError: it ended without a frame; with what it said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    said = child("bench.child_screen", [kind, str(folder)], name)
    return Shown(said["at"] - start, said["screen"], said["rss"], said["peak"])


def child(module: str, arguments: list[str], name: str, longest: float = LONGEST) -> dict[str, Any]:
    """What a process with a window on display ``name`` says in its one line of JSON, within ``longest`` s.

    Raises:
        RuntimeError: it failed, or said nothing; with what it said.
    """
    own = {key: value for key, value in os.environ.items() if not key.startswith(("HANDOVER_", "KIVY_", *COMPILING))}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**own, "DISPLAY": name}, capture_output=True, text=True, timeout=longest, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or len(lines) != 1:
        what = " ".join([module, *arguments])
        raise RuntimeError(f"{what} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(lines[0])
    return found
