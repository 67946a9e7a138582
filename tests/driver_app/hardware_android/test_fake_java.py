"""The judge is judged: what is not documented fails, whoever asks."""

from collections.abc import Callable

import pytest

from driver_app.hardware.android.java import Method
from tests.driver_app.hardware_android.fake_java import CLASSES, FakeJava


@pytest.mark.parametrize(
    "call",
    [
        lambda java: java.type("android.os.NoSuchThing"),
        lambda java: java.type("android.os.VibratorManager"),
        lambda java: java.type("android.os.StatFs")("/data", 1),
        lambda java: java.type("android.os.StatFs")(1),
        lambda java: java.type("android.os.StatFs")("/data").getFreeBytes(),
        lambda java: java.type("android.os.StatFs")("/data").getAvailableBytes(),
        lambda java: java.type("android.os.StatFs").getAvailableBytes(),
        lambda java: java.make("android.os.Looper").getMainLooper(),
        lambda java: java.make("android.location.Location").isMock(),
        lambda java: java.make("android.view.Window").addFlags(1 << 31),
        lambda java: java.make("android.view.Window").addFlags(True),
        lambda java: java.make("android.hardware.Camera$CameraInfo").facing,
        lambda java: java.type("android.security.keystore.KeyGenParameterSpec$Builder")("a", 1).setDigests(["NONE"]),
        lambda java: java.proxy("android.view.Window", []),
        lambda java: java.proxy("android.hardware.Camera$ShutterCallback", []),
        lambda java: java.proxy("android.hardware.Camera$ShutterCallback", [Method("onShutter", "(I)V", print)]),
        lambda java: java.cast("android.os.Vibrator", java.make("android.view.Window")),
        lambda java: java.on("android.os.StatFs.getFreeBytes", lambda _: 1),
    ],
)
def test_what_is_not_documented_for_this_device_fails_whatever_catches_java_s_own_exceptions(
    call: Callable[[FakeJava], object],
) -> None:
    java = FakeJava(26)
    assert not issubclass(java.thrown, AssertionError)
    with pytest.raises(AssertionError):
        call(java)


def test_a_scripted_answer_has_the_documented_type() -> None:
    java = FakeJava(26)
    java.on("android.os.StatFs.getAvailableBytes", lambda _: "many")
    with pytest.raises(AssertionError, match="documented"):
        java.type("android.os.StatFs")("/data").getAvailableBytes()


def test_what_is_documented_passes_and_is_written_down() -> None:
    java = FakeJava(26)
    java.on("android.os.StatFs.getAvailableBytes", lambda _: 5)
    assert java.type("android.os.StatFs")("/data").getAvailableBytes() == 5
    assert java.called("android.os.StatFs.new") == [("/data",)]


def test_every_type_that_the_table_mentions_is_in_it_or_stays_unseen() -> None:
    """A parent, at least, has to be there: types are compared along it."""
    assert {parent for one in CLASSES.values() for parent in one.parents} <= CLASSES.keys()
