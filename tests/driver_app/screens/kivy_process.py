"""Opens the real app in a window, in a process of its own: pytest's stays free of Kivy, its clock and its warnings."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).parents[3]
LONGEST = 100
"""Seconds (s) a scenario may take."""


def play(display: str, scenario: str, data: Path, size: str = "480x800@1.5") -> None:
    """Play a scenario of :mod:`tests.driver_app.screens.player`. Fails with what it printed, and its traceback."""
    run(display, ["tests.driver_app.screens.player", scenario, str(data), size])


def run(display: str, module: list[str], expected: int = 0, *, measured: bool = True) -> None:
    """Run a module in a window on ``display``, its coverage measured if this process's is (unless what it does was measured
    before); it must end with ``expected``."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DISPLAY": display}
    for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        environment.pop(name, None)
    if measured and coverage.Coverage.current() is not None:
        environment["COVERAGE_PROCESS_START"] = str(ROOT / "pyproject.toml")
    with tempfile.TemporaryFile(
        "w+"
    ) as out:  # not a pipe: a clipboard helper that Kivy leaves behind would keep it open
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", *module],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # faulthandler says where it stood
            process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        out.seek(0)
        said = out.read()
    if process.returncode != expected:
        pytest.fail(f"{' '.join(module)} ended with {process.returncode}\n{said[-8000:]}", pytrace=False)
