"""The entry ties the device to what happens, and never starts beside another writer."""

import subprocess
import sys
from pathlib import Path

import pytest

from driver_app.lease import WRITER, Lock
from tests.driver_app.screens.conftest import display as display
from tests.driver_app.screens.kivy_process import ROOT, run

pytestmark = pytest.mark.kivy


def test_shift_screen_keys_and_refusals_reach_whom_they_concern(display: str, tmp_path: Path) -> None:
    run(display, ["tests.driver_app.hardware_android.watch_process", "watch", str(tmp_path)])


def test_permissions_are_asked_for_where_they_are_needed_and_a_no_is_an_answer(display: str, tmp_path: Path) -> None:
    run(display, ["tests.driver_app.hardware_android.watch_process", "ask", str(tmp_path)])


def test_the_background_process_ends_by_itself_where_no_shift_runs(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "driver_app.background"],
        cwd=ROOT,
        env={"PATH": "", "ANDROID_PRIVATE": str(tmp_path), "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0
    lock = Lock(tmp_path / "handover" / WRITER)
    assert lock.try_take()
    lock.release()
