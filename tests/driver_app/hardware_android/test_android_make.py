"""A handheld put together: its scanners, its guard, and the one function that makes it all."""

from pathlib import Path
from typing import Any

import pytest

from driver_app.hardware.android import make
from driver_app.hardware.android.guard import SERVICE, WAKE_EVERY, AndroidGuard
from driver_app.hardware.android.scanners import AndroidScanner, has_engine
from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import CodeSource, RawCode
from driver_app.watch import MARK
from shared import problems
from shared.errors import Problem
from shared.keys import verify
from tests.driver_app.hardware_android.apis import APIS, EDGES
from tests.driver_app.hardware_android.fake_java import FakeJava, JavaThrew
from tests.driver_app.hardware_android.keystores import Chip, with_keystore
from tests.driver_app.hardware_android.test_android_camera import Lens
from tests.driver_app.scenes import clock_at


def handheld(api: int, maker: str) -> FakeJava:
    java = with_keystore(api, Chip())
    java.on("android.os.Build.MANUFACTURER", lambda: maker)
    java.on("android.os.HandlerThread.quitSafely", lambda _: True)
    java.on("android.hardware.Camera.getNumberOfCameras", lambda _: 0)
    return java


@pytest.mark.parametrize("api", APIS)
def test_a_handheld_has_everything_the_app_asks_for(api: int, tmp_path: Path) -> None:
    java = handheld(api, "UROVO")
    hardware = make(tmp_path, clock_at(0), java)
    seen: list[RawCode] = []
    scanning = hardware.scanner.start(seen.append)
    assert hardware.wedge is not None
    for place, character in enumerate("6901234567892\r"):
        hardware.wedge.pressed(character, place * 0.01)
    scanning.stop()
    assert seen == [RawCode("6901234567892", None, CodeSource.SCANNER)]
    assert verify(hardware.keystore.public_key(), b"m", hardware.keystore.sign(b"m"))
    for part in (hardware.viewfinder, hardware.screen, hardware.outside, hardware.guard, hardware.permissions):
        assert part is not None
    hardware.close()


@pytest.mark.parametrize(
    ("maker", "engine"),
    [
        ("Zebra Technologies", True),
        ("POINTMOBILE", True),
        ("Point Mobile", True),
        ("CHAINWAY", True),
        ("samsung", False),
        ("Xiaomi", False),
    ],
)
def test_a_handheld_made_around_an_engine_leaves_its_camera_alone(maker: str, engine: bool, tmp_path: Path) -> None:
    assert has_engine(maker) is engine
    java = handheld(33, maker)
    hardware = make(tmp_path, clock_at(0), java)
    told: list[Problem] = []
    hardware.notices.subscribe(told.append)
    hardware.scanner.start(lambda _: None).stop()
    # this one has no camera on its back: without an engine that is said, and scanning goes on with what there is
    assert [problem.number for problem in told] == ([] if engine else [problems.NO_CAMERA.number])
    hardware.close()


def test_the_camera_can_be_asked_for_beside_the_engine(tmp_path: Path) -> None:
    lens = Lens()
    lens.java.on("android.os.Build.MANUFACTURER", lambda: "Zebra Technologies")
    lens.java.on("android.os.HandlerThread.quitSafely", lambda _: True)
    for name, script in with_keystore(33, Chip())._scripts.items():
        lens.java._scripts.setdefault(name, script)
    from driver_app.hardware.android.camera import CameraDevice, CameraScanner
    from driver_app.hardware.android.scanner import IntentScanner
    from driver_app.hardware.wedge import WedgeScanner

    clock, notices = clock_at(0), Notices()
    camera = CameraScanner(lens.java, CameraDevice(lens.java), clock)
    scanner = AndroidScanner(IntentScanner(lens.java, clock, notices), WedgeScanner(), camera, "Zebra", notices)
    scanner.start(lambda _: None).stop()
    assert lens.opened == 0
    engine = scanner.start(lambda _: None)
    camera.start(lambda _: None).stop()
    engine.stop()
    assert lens.opened == 1


# the guard


def guarded(api: int, folder: Path, **how: Any) -> tuple[FakeJava, AndroidGuard, list[Problem]]:
    java = FakeJava(api, **how)
    java.on("android.content.Context.getSystemService", lambda _, name: java.make("android.app.AlarmManager"))
    java.on("android.os.SystemClock.elapsedRealtime", lambda _: 5_000)
    notices, told = Notices(), []
    notices.subscribe(told.append)
    return java, AndroidGuard(java, folder, notices), told


@pytest.mark.parametrize("api", EDGES)
def test_a_shift_has_a_service_an_alarm_and_a_mark_and_afterwards_nothing_is_left(api: int, tmp_path: Path) -> None:
    java, guard, _ = guarded(api, tmp_path)
    for _ in range(3):
        guard.keep(True)
    assert (tmp_path / MARK).exists()
    assert len(java.called(f"{SERVICE}.start")) == 1
    ((kind, when, _),) = java.called("android.app.AlarmManager.setAndAllowWhileIdle")
    assert (kind, when) == (2, 5_000 + WAKE_EVERY)
    ((_, _, _, flags),) = java.called("android.app.PendingIntent.getBroadcast")
    assert flags & 0x0400_0000, "Android 12 refuses one that does not say whether it can be changed"
    for _ in range(3):
        guard.keep(False)
    assert not (tmp_path / MARK).exists()
    assert len(java.called(f"{SERVICE}.stop")) == len(java.called("android.app.AlarmManager.cancel")) == 1


def test_the_notice_of_a_running_shift_is_in_both_languages(tmp_path: Path) -> None:
    java, guard, _ = guarded(33, tmp_path)
    guard.keep(True)
    ((_, _, title, text, _),) = java.called(f"{SERVICE}.start")
    assert "班次" in title
    assert "Shift" in title
    assert "温度" in text


def test_a_service_that_may_not_start_now_is_told_and_tried_again(tmp_path: Path) -> None:
    java, guard, told = guarded(31, tmp_path)

    def forbid(*_: Any) -> None:
        raise JavaThrew("ForegroundServiceStartNotAllowedException")

    java.on(f"{SERVICE}.start", forbid)
    guard.keep(True)
    assert [problem.number for problem in told] == [problems.SERVICE_REFUSED.number]
    assert (tmp_path / MARK).exists(), "the alarm finds the mark and tries as well"
    java.on(f"{SERVICE}.start", lambda *_: None)
    guard.keep(True)
    guard.keep(True)
    assert len(java.called(f"{SERVICE}.start")) == 2


def test_an_app_that_starts_outside_a_shift_clears_what_a_dead_one_left(tmp_path: Path) -> None:
    (tmp_path / MARK).touch()
    _, guard, _ = guarded(33, tmp_path)
    guard.keep(False)
    assert not (tmp_path / MARK).exists()
