"""One writer: the app's process or the background's, and the kernel says which."""

import subprocess
import sys
from pathlib import Path

import pytest

from driver_app.lease import APP, WRITER, AppLease, Lock, is_taken
from driver_app.watch import Act, Seen, decide
from shared import problems
from shared.errors import Refused
from tests.driver_app.scenes import clock_at


def test_nobody_else_gets_a_lock_that_is_held(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / WRITER), Lock(tmp_path / WRITER)
    assert first.try_take()
    assert first.try_take()
    assert not second.try_take()
    assert is_taken(tmp_path / WRITER)
    first.release()
    first.release()
    assert second.try_take()
    second.release()
    assert not is_taken(tmp_path / WRITER)


def test_a_killed_process_leaves_nothing_locked(tmp_path: Path) -> None:
    path = tmp_path / WRITER
    program = (
        "import sys, pathlib; from driver_app.lease import Lock;"
        "lock = Lock(pathlib.Path(sys.argv[1])); print(lock.try_take(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert is_taken(path)
        holder.kill()
        holder.wait()
    assert not is_taken(path)


def test_the_app_takes_both_locks_and_says_that_it_is_there(tmp_path: Path) -> None:
    lease, clock = AppLease(tmp_path), clock_at(0)
    lease.take(clock, 1.0, clock.advance)
    assert is_taken(tmp_path / APP)
    assert is_taken(tmp_path / WRITER)
    lease.release()
    assert not is_taken(tmp_path / APP)


def test_the_app_waits_until_the_background_process_has_stepped_back(tmp_path: Path) -> None:
    background, clock = Lock(tmp_path / WRITER), clock_at(0)
    background.try_take()

    def wait(seconds: float) -> None:
        clock.advance(seconds)
        assert is_taken(tmp_path / APP), "this is what the background process steps back for"
        if clock.monotonic() > 2.0:
            background.release()

    AppLease(tmp_path).take(clock, 15.0, wait)
    assert 2.0 < clock.monotonic() < 2.2


def test_an_app_that_waits_in_vain_is_refused_and_holds_nothing(tmp_path: Path) -> None:
    other, clock = Lock(tmp_path / WRITER), clock_at(0)
    other.try_take()
    with pytest.raises(Refused, match=r"journal\.lock") as refusal:
        AppLease(tmp_path).take(clock, 3.0, clock.advance)
    assert refusal.value.kind is problems.JOURNAL_IN_USE
    assert not is_taken(tmp_path / APP)


def test_a_second_app_over_the_same_folder_is_refused(tmp_path: Path) -> None:
    clock = clock_at(0)
    AppLease(tmp_path).take(clock, 1.0, clock.advance)
    with pytest.raises(Refused, match=r"app\.lock"):
        AppLease(tmp_path).take(clock, 1.0, clock.advance)


@pytest.mark.parametrize(
    ("shift", "app", "writing", "act"),
    [
        (True, True, False, Act.STAND_BY),
        (True, False, False, Act.TAKE_OVER),
        (True, False, True, Act.GO_ON),
        (True, True, True, Act.STEP_BACK),
        (False, True, True, Act.STEP_BACK),
        (False, False, True, Act.STEP_BACK),
        (False, True, False, Act.END),
        (False, False, False, Act.END),
    ],
)
def test_what_the_background_process_does_is_one_table(shift: bool, app: bool, writing: bool, act: Act) -> None:
    assert decide(Seen(shift, app, writing)) is act
