"""The small ports: every implementation of one gives what the port says."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from driver_app.hardware.android.camera import AndroidCamera, CameraDevice, CameraScanner
from driver_app.hardware.android.device import AndroidFeedback, AndroidStorage
from driver_app.hardware.android.outside import AndroidOutside
from driver_app.hardware.desktop.device import BellFeedback, DiskStorage, NoCamera, NoLocation
from driver_app.hardware.desktop.outside import DesktopOutside
from driver_app.hardware.permissions import Need, Standing
from driver_app.hardware.ports import (
    Camera,
    Feedback,
    Location,
    Outside,
    Picture,
    RawCode,
    Scanner,
    Signal,
    Storage,
    Viewfinder,
)
from driver_app.hardware.virtual.camera import PictureCamera
from driver_app.hardware.virtual.device import AnsweredPermissions, FixedStorage, RecordedFeedback, RecordedOutside
from driver_app.hardware.virtual.location import ReplayedLocation, Waypoint
from driver_app.hardware.wedge import WedgeScanner
from shared import problems
from shared.errors import Problem, Refused
from shared.geo import Position
from shared.navigation import Navigator
from tests.driver_app.hardware_android.fake_java import FakeJava
from tests.driver_app.hardware_android.test_android_camera import Asked, Lens
from tests.driver_app.hardware_android.test_android_device import refusing, vibrating
from tests.driver_app.hardware_android.test_android_location import Bench as Places
from tests.driver_app.hardware_android.test_android_scanner import Bench as Broadcasts
from tests.driver_app.scenes import at, clock_at


class _Terminal:
    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...


def android_storage() -> AndroidStorage:
    java = FakeJava(30)
    java.on("android.os.StatFs.getAvailableBytes", lambda _: 5)
    return AndroidStorage(java, Path("/data"))


def android_camera_scanner() -> CameraScanner:
    lens = Lens()
    return CameraScanner(lens.java, CameraDevice(lens.java), clock_at(0))


def android_outside() -> AndroidOutside:
    java = FakeJava(33)
    java.on("android.net.Uri.encode", lambda _, text: text)
    java.on("android.content.Context.startActivity", refusing)
    return AndroidOutside(java)


def android_camera_without_a_lens() -> AndroidCamera:
    lens = Lens()
    lens.facings = []
    return AndroidCamera(lens.java, CameraDevice(lens.java), Asked())


@pytest.mark.parametrize("storage", [DiskStorage(Path()), FixedStorage(10), android_storage()])
def test_storage_tells_whole_bytes_that_are_left(storage: Storage) -> None:
    assert isinstance(storage.free(), int)
    assert storage.free() >= 0


@pytest.mark.parametrize("feedback", [BellFeedback(_Terminal()), RecordedFeedback(), AndroidFeedback(vibrating(33))])  # type: ignore[arg-type]
def test_feedback_takes_every_signal(feedback: Feedback) -> None:
    for signal in Signal:
        feedback.give(signal)


@pytest.mark.parametrize("scanner", [WedgeScanner(), PictureCamera(), Broadcasts().scanner, android_camera_scanner()])
def test_a_scan_can_be_stopped_twice_and_started_again(scanner: Scanner) -> None:
    seen: list[RawCode] = []
    for _ in range(2):
        scanning = scanner.start(seen.append)
        scanning.stop()
        scanning.stop()
    assert seen == []


@pytest.mark.parametrize("finder", [PictureCamera(), android_camera_scanner()])
def test_watching_can_be_stopped_twice_and_shows_nothing_afterwards(finder: Viewfinder) -> None:
    pictures: list[Picture] = []
    for _ in range(2):
        watching = finder.watch(pictures.append)
        watching.stop()
        watching.stop()
    assert pictures == []


@pytest.mark.parametrize(
    "outside",
    [
        DesktopOutside(lambda _uri: False),
        RecordedOutside("tel", "settings", "battery", *Navigator),
        android_outside(),
    ],
)
def test_what_no_app_opens_is_refused_by_its_number_and_never_passed_over(outside: Outside) -> None:
    acts: list[Callable[[], None]] = [
        lambda: outside.dial("010-1"),
        outside.open_settings,
        outside.ask_unrestricted,
        *(partial(outside.navigate, Position(39.9, 116.4), "医院", app) for app in Navigator),
    ]
    for act in acts:
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.kind is problems.NO_APP


@pytest.mark.parametrize("outside", [DesktopOutside(bool), RecordedOutside()])
def test_what_an_app_opens_is_opened(outside: Outside) -> None:
    outside.dial("010-1")
    for app in Navigator:
        outside.navigate(Position(39.9, 116.4), "医院", app)
    assert outside.unrestricted()


def test_somebody_who_answers_is_asked_once_for_each_question() -> None:
    device = AnsweredPermissions({Need.CAMERA: Standing.GRANTED}, {Need.LOCATION: Standing.GRANTED})
    answers: list[Standing] = []
    for need in (Need.LOCATION, Need.BLUETOOTH):
        device.ask(need, answers.append)
    assert answers == [Standing.GRANTED, Standing.REFUSED]
    assert [device.standing(need) for need in Need] == [
        Standing.GRANTED,
        Standing.GRANTED,
        Standing.UNASKED,
        Standing.REFUSED,
        Standing.UNASKED,
    ]


@pytest.mark.parametrize("camera", [NoCamera(), PictureCamera(), android_camera_without_a_lens()])
def test_a_camera_without_a_picture_answers_once_with_its_problem(camera: Camera) -> None:
    photos: list[bytes] = []
    troubles: list[Problem] = []
    camera.take(photos.append, troubles.append)
    assert photos == []
    assert [trouble.number for trouble in troubles] == [problems.NO_CAMERA.number]


@pytest.mark.parametrize(
    "location", [NoLocation(), ReplayedLocation((Waypoint(at(10), 39.9, 116.4),), clock_at(0)), Places().location]
)
def test_a_location_without_a_fix_refuses_and_its_follower_hears_nothing(location: Location) -> None:
    with pytest.raises(Refused) as refusal:
        location.current()
    assert refusal.value.kind is problems.NO_POSITION
    following = location.follow(lambda _: pytest.fail("there is no fix"), 0.01)
    following.stop()
    following.stop()
