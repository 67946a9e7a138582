"""Disk, motor, tone, screen, other apps: held to Android's documented signatures at every API level from 26 to 35."""

from pathlib import Path
from typing import Any

import pytest

from driver_app.hardware.android.device import TONES, VIBRATIONS, AndroidFeedback, AndroidScreen, AndroidStorage
from driver_app.hardware.android.outside import AndroidOutside
from driver_app.hardware.handoff import PACKAGES, handoff
from driver_app.hardware.ports import Signal
from shared import problems
from shared.errors import Refused
from shared.geo import Position, gcj02_to_wgs84
from shared.navigation import Navigator
from tests.driver_app.hardware_android.apis import APIS, EDGES
from tests.driver_app.hardware_android.fake_java import FakeJava, JavaThrew

HOSPITAL = Position(39.911954, 116.377817)


def refusing(*_: Any) -> None:
    raise JavaThrew("no")


def services(java: FakeJava, **of: str) -> FakeJava:
    """Give the context its system services: name = class."""
    java.on("android.content.Context.getSystemService", lambda _, name: java.make(of[name]))
    return java


def vibrating(api: int, *, motor: bool = True) -> FakeJava:
    java = FakeJava(api)
    services(
        java,
        vibrator="android.os.Vibrator",
        **({"vibrator_manager": "android.os.VibratorManager"} if api >= 31 else {}),
    )
    java.on("android.os.Vibrator.hasVibrator", lambda _: motor)
    java.on("android.media.ToneGenerator.startTone", lambda *_: True)
    return java


@pytest.mark.parametrize("api", EDGES)
def test_the_disk_tells_what_is_left_where_the_app_lives(api: int) -> None:
    java = FakeJava(api)
    java.on("android.os.StatFs.getAvailableBytes", lambda _: 5_000_000_000)
    assert AndroidStorage(java, Path("/data/app")).free() == 5_000_000_000
    assert java.called("android.os.StatFs.new") == [("/data/app",)]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("signal", Signal)
def test_every_signal_is_felt_and_heard(api: int, signal: Signal) -> None:
    java = vibrating(api)
    AndroidFeedback(java).give(signal)
    assert java.called("android.os.VibrationEffect.createWaveform") == [(list(VIBRATIONS[signal]), -1)]
    assert len(java.called("android.os.Vibrator.vibrate")) == 1
    stream, tone, length = TONES[signal]
    assert java.called("android.media.ToneGenerator.new") == [(stream, 100)]
    assert java.called("android.media.ToneGenerator.startTone") == [(tone, length)]


def test_signals_differ_in_kind_so_that_nobody_has_to_look() -> None:
    assert len({tone for _, tone, _ in TONES.values()}) == len(set(VIBRATIONS.values())) == len(Signal)


def test_one_tone_generator_a_stream_serves_the_whole_shift() -> None:
    java = vibrating(30)
    feedback = AndroidFeedback(java)
    for _ in range(50):
        feedback.give(Signal.OK)
        feedback.give(Signal.ALARM)
    assert len(java.called("android.media.ToneGenerator.new")) == 2


def test_a_handheld_without_a_motor_or_whose_audio_is_taken_gives_the_other() -> None:
    java = vibrating(33, motor=False)
    AndroidFeedback(java).give(Signal.WRONG)
    assert java.called("android.os.Vibrator.vibrate") == []
    java = vibrating(33)
    java.on("android.media.ToneGenerator.new", refusing)
    AndroidFeedback(java).give(Signal.WRONG)
    assert len(java.called("android.os.Vibrator.vibrate")) == 1
    assert java.called("android.media.ToneGenerator.startTone") == []


@pytest.mark.parametrize("api", EDGES)
def test_the_screen_stays_on_and_goes_dark_again(api: int) -> None:
    java = FakeJava(api)
    screen = AndroidScreen(java)
    for on in (True, True, False, False):
        screen.keep_on(on)
    assert java.called("android.view.Window.addFlags") == java.called("android.view.Window.clearFlags") == [(0x80,)]


def test_the_background_process_has_no_screen_to_keep_on() -> None:
    java = FakeJava(33, background=True)
    AndroidScreen(java).keep_on(True)
    assert java.calls == []


# other apps


def opened(java: FakeJava) -> tuple[str, str | None, str | None]:
    """Action, address and app of the intent that was started."""
    (action,) = java.called("android.content.Intent.new")[-1]
    uri = java.called("android.net.Uri.parse")
    package = java.called("android.content.Intent.setPackage")
    assert len(java.called("android.content.Context.startActivity")) == 1
    return action, uri[-1][0] if uri else None, package[-1][0] if package else None


@pytest.mark.parametrize("api", EDGES)
def test_dialling_opens_the_telephone_and_calls_nobody(api: int) -> None:
    java = FakeJava(api)
    java.on("android.net.Uri.encode", lambda _, text: text.replace("#", "%23"))
    AndroidOutside(java).dial("010-12345#6")
    assert opened(java) == ("android.intent.action.DIAL", "tel:010-12345%236", None)


@pytest.mark.parametrize("app", Navigator)
def test_a_destination_is_handed_over_in_the_datum_of_the_app(app: Navigator) -> None:
    java = FakeJava(30)
    AndroidOutside(java).navigate(HOSPITAL, "北京 医院", app)
    way = handoff(HOSPITAL, "北京 医院", app)
    assert opened(java) == ("android.intent.action.VIEW", way.uri, way.package)
    assert "%E5%8C%97%E4%BA%AC%20%E5%8C%BB%E9%99%A2" in way.uri or app is Navigator.GOOGLE


@pytest.mark.parametrize(
    ("app", "lat", "lon"), [(Navigator.AMAP, "lat=39.913", "lon=116.384"), (Navigator.BAIDU, "39.913", "116.384")]
)
def test_chinese_maps_get_gcj_02_within_half_a_metre_of_the_place(app: Navigator, lat: str, lon: str) -> None:
    import re

    uri = handoff(HOSPITAL, "x", app).uri
    assert lat in uri
    assert lon in uri
    numbers = [float(number) for number in re.findall(r"\d+\.\d{6}", uri)]
    back = gcj02_to_wgs84(*numbers)
    assert back == pytest.approx((HOSPITAL.lat, HOSPITAL.lon), abs=5e-6)
    assert handoff(HOSPITAL, "x", app).package in PACKAGES


@pytest.mark.parametrize("app", [Navigator.GOOGLE, Navigator.ANY])
def test_others_get_the_position_as_it_stands_in_evidence(app: Navigator) -> None:
    assert "39.911954,116.377817" in handoff(HOSPITAL, "x", app).uri


def test_an_app_that_is_not_there_is_refused_by_name() -> None:
    java = FakeJava(33)
    java.on("android.content.Context.startActivity", refusing)
    with pytest.raises(Refused) as refusal:
        AndroidOutside(java).navigate(HOSPITAL, "x", Navigator.BAIDU)
    assert refusal.value.kind is problems.NO_APP
    assert "baidu" in refusal.value.problem.text("zh")


def test_the_way_to_the_settings_is_this_app_s_own_page() -> None:
    java = FakeJava(33)
    AndroidOutside(java).open_settings()
    assert opened(java) == ("android.settings.APPLICATION_DETAILS_SETTINGS", "package:org.handover.driver", None)


@pytest.mark.parametrize("exempt", [True, False])
def test_battery_saving_is_asked_about(exempt: bool) -> None:
    java = services(FakeJava(31), power="android.os.PowerManager")
    java.on("android.os.PowerManager.isIgnoringBatteryOptimizations", lambda *_: exempt)
    outside = AndroidOutside(java)
    assert outside.unrestricted() is exempt
    outside.ask_unrestricted()
    assert opened(java)[:2] == ("android.settings.REQUEST_IGNORE_BATTERY_OPTIMIZATIONS", "package:org.handover.driver")


def test_where_a_maker_removed_the_question_the_list_is_opened() -> None:
    java = FakeJava(31)
    tries: list[int] = []

    def start(*_: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise JavaThrew("ActivityNotFoundException")

    java.on("android.content.Context.startActivity", start)
    AndroidOutside(java).ask_unrestricted()
    assert [action for (action,) in java.called("android.content.Intent.new")] == [
        "android.settings.REQUEST_IGNORE_BATTERY_OPTIMIZATIONS",
        "android.settings.IGNORE_BATTERY_OPTIMIZATION_SETTINGS",
    ]
