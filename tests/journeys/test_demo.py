"""The demo is the main job: a short day of it runs in the tests, on the real parts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.kivy, pytest.mark.timeout(400)]


def test_a_short_day_runs_from_delivery_notes_to_verified_proofs(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    command = [
        sys.executable,
        "-m",
        "server.cli",
        "demo",
        "--exit",
        "--stops",
        "2",
        "--speed",
        "4",
        "--folder",
        str(folder),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SIGKILL" in done.stdout
    assert done.stdout.count("✓") == 2
    assert len(list((folder / "proofs").glob("*.zip"))) == 2


def test_a_folder_that_no_demo_made_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("keep")
    command = [sys.executable, "-m", "server.cli", "demo", "--exit", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (tmp_path / "precious.txt").read_text() == "keep"
