"""The judge is judged: what is not documented fails, whoever asks."""

from collections.abc import Callable

import pytest

from driver_app.hardware.android import camera, device, guard, java, keystore, outside, permissions, scan
from driver_app.hardware.android.java import Method
from driver_app.hardware.ports import Signal
from tests.driver_app.hardware_android.fake_java import CLASSES, FakeJava
from tests.driver_app.hardware_android.signatures import CONSTANTS


@pytest.mark.parametrize(
    "call",
    [
        lambda fake: fake.type("android.os.NoSuchThing"),
        lambda fake: fake.type("android.os.VibratorManager"),
        lambda fake: fake.type("android.os.StatFs")("/data", 1),
        lambda fake: fake.type("android.os.StatFs")(1),
        lambda fake: fake.type("android.os.StatFs")("/data").getFreeBytes(),
        lambda fake: fake.type("android.os.StatFs")("/data").getAvailableBytes(),
        lambda fake: fake.type("android.os.StatFs").getAvailableBytes(),
        lambda fake: fake.make("android.os.Looper").getMainLooper(),
        lambda fake: fake.make("android.location.Location").isMock(),
        lambda fake: fake.make("android.view.Window").addFlags(1 << 31),
        lambda fake: fake.make("android.view.Window").addFlags(True),
        lambda fake: fake.make("android.hardware.Camera$CameraInfo").facing,
        lambda fake: fake.type("android.security.keystore.KeyGenParameterSpec$Builder")("a", 1).setDigests(["NONE"]),
        lambda fake: fake.proxy("android.view.Window", []),
        lambda fake: fake.proxy("android.hardware.Camera$ShutterCallback", []),
        lambda fake: fake.proxy("android.hardware.Camera$ShutterCallback", [Method("onShutter", "(I)V", print)]),
        lambda fake: fake.cast("android.os.Vibrator", fake.make("android.view.Window")),
        lambda fake: fake.on("android.os.StatFs.getFreeBytes", lambda _: 1),
    ],
)
def test_what_is_not_documented_for_this_device_fails_whatever_catches_java_s_own_exceptions(
    call: Callable[[FakeJava], object],
) -> None:
    fake = FakeJava(26)
    assert not issubclass(fake.thrown, AssertionError)
    with pytest.raises(AssertionError):
        call(fake)


def test_a_scripted_answer_has_the_documented_type() -> None:
    fake = FakeJava(26)
    fake.on("android.os.StatFs.getAvailableBytes", lambda _: "many")
    with pytest.raises(AssertionError, match="documented"):
        fake.type("android.os.StatFs")("/data").getAvailableBytes()


def test_what_is_documented_passes_and_is_written_down() -> None:
    fake = FakeJava(26)
    fake.on("android.os.StatFs.getAvailableBytes", lambda _: 5)
    assert fake.type("android.os.StatFs")("/data").getAvailableBytes() == 5
    assert fake.called("android.os.StatFs.new") == [("/data",)]


def test_every_type_that_the_table_mentions_is_in_it_or_stays_unseen() -> None:
    """A parent, at least, has to be there: types are compared along it."""
    assert {parent for one in CLASSES.values() for parent in one.parents} <= CLASSES.keys()


def test_numbers_that_stand_for_constants_are_the_documented_ones() -> None:
    written = {
        "Context.RECEIVER_EXPORTED": java.RECEIVER_EXPORTED,
        "Intent.FLAG_ACTIVITY_NEW_TASK": outside.FLAG_NEW_TASK,
        "PackageManager.PERMISSION_GRANTED": permissions.GRANTED,
        "LayoutParams.FLAG_KEEP_SCREEN_ON": device.FLAG_KEEP_SCREEN_ON,
        "AlarmManager.ELAPSED_REALTIME_WAKEUP": guard.ELAPSED_REALTIME_WAKEUP,
        "AudioManager.STREAM_ALARM": device.STREAM_ALARM,
        "AudioManager.STREAM_NOTIFICATION": device.STREAM_NOTIFICATION,
        "ToneGenerator.MAX_VOLUME": device.LOUD,
        "ToneGenerator.TONE_PROP_BEEP": device.TONES[Signal.OK][1],
        "ToneGenerator.TONE_PROP_BEEP2": device.TONES[Signal.AGAIN][1],
        "ToneGenerator.TONE_PROP_PROMPT": device.TONES[Signal.NEWS][1],
        "ToneGenerator.TONE_CDMA_SOFT_ERROR_LITE": device.TONES[Signal.WRONG][1],
        "ToneGenerator.TONE_CDMA_ALERT_CALL_GUARD": device.TONES[Signal.ALARM][1],
        "ImageFormat.NV21": camera.NV21,
        "CameraInfo.CAMERA_FACING_BACK": camera.BACK,
        "ScanSettings.SCAN_MODE_LOW_LATENCY": scan.SCAN_MODE_LOW_LATENCY,
        "KeyProperties.PURPOSE_SIGN": keystore.PURPOSE_SIGN,
        "Cipher.ENCRYPT_MODE": keystore.ENCRYPT,
        "Cipher.DECRYPT_MODE": keystore.DECRYPT,
    }
    documented = {".".join(name.split(".")[-2:]): value for name, value in CONSTANTS.items()}
    assert written == {name: documented[name] for name in written}
    both = documented["KeyProperties.PURPOSE_ENCRYPT"] | documented["KeyProperties.PURPOSE_DECRYPT"]
    assert both == keystore.PURPOSE_ENCRYPT_OR_DECRYPT
    assert documented["PendingIntent.FLAG_UPDATE_CURRENT"] | documented["PendingIntent.FLAG_IMMUTABLE"] == guard.FLAGS
