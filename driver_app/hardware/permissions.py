"""Permissions: what is asked for, when, what is said first, and what a driver can still do after a no. No Android here.

A permission is asked for when the thing that needs it is about to be used, after a sentence that says why; never all at the
start. A no is an answer: the app says what goes on without it, and the way to the settings stays open. Android itself stops
asking after a second no (since Android 11), so the third time leads to the settings.

Sources: developer.android.com, "Request runtime permissions", "Bluetooth permissions" (API 31), "Access location in the
background" (API 29, 30), "Notification runtime permission" (API 33).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from shared.work import Name


class Need(StrEnum):
    """What for."""

    CAMERA = "camera"
    LOCATION = "location"
    LOCATION_ALWAYS = "location_always"
    BLUETOOTH = "bluetooth"
    NOTIFICATIONS = "notifications"


class Standing(StrEnum):
    """How a need stands."""

    GRANTED = "granted"
    UNASKED = "unasked"
    REFUSED = "refused"
    """Refused once; it may be asked for again, with the reason."""
    BLOCKED = "blocked"
    """Android does not ask any more; only the settings help."""


class Move(StrEnum):
    """What to do next."""

    GO = "go"
    EXPLAIN_AND_ASK = "explain_and_ask"
    EXPLAIN_AND_OPEN_SETTINGS = "explain_and_open_settings"


_FINE, _COARSE = "android.permission.ACCESS_FINE_LOCATION", "android.permission.ACCESS_COARSE_LOCATION"
_BACKGROUND = "android.permission.ACCESS_BACKGROUND_LOCATION"
_SCAN, _CONNECT = "android.permission.BLUETOOTH_SCAN", "android.permission.BLUETOOTH_CONNECT"
_NOTIFY = "android.permission.POST_NOTIFICATIONS"


def names(need: Need, api: int) -> tuple[str, ...]:
    """The permissions behind a need at an API level; none where that level grants it with the installation.

    Fine location is always asked for together with coarse, as Android 12 wants it. Before Android 12 a Bluetooth scan needs
    the location permission; since then it has its own, and is declared to derive no location from it.
    """
    match need:
        case Need.CAMERA:
            return ("android.permission.CAMERA",)
        case Need.LOCATION:
            return (_FINE, _COARSE)
        case Need.LOCATION_ALWAYS:
            return (_BACKGROUND,) if api >= 29 else ()
        case Need.BLUETOOTH:
            return (_SCAN, _CONNECT) if api >= 31 else (_FINE, _COARSE)
        case Need.NOTIFICATIONS:
            return (_NOTIFY,) if api >= 33 else ()


BEFORE: Mapping[Need, Need] = {Need.LOCATION_ALWAYS: Need.LOCATION}
"""What has to be granted first: Android 11 ignores a request for both at once."""


class Seen(msgspec.Struct, frozen=True):
    """What Android says of one permission: whether it is granted, and whether a reason should be shown
    (``shouldShowRequestPermissionRationale``)."""

    granted: bool
    rationale: bool


def standing(seen: Sequence[Seen], *, asked: bool) -> Standing:
    """How a need stands, from its permissions and whether this app ever asked for it.

    Android gives the same answer before the first question and after the last one; ``asked`` tells the two apart.

    >>> standing([Seen(granted=False, rationale=False)], asked=True)
    <Standing.BLOCKED: 'blocked'>
    """
    if all(one.granted for one in seen):
        return Standing.GRANTED
    if not asked:
        return Standing.UNASKED
    missing = [one for one in seen if not one.granted]
    return Standing.REFUSED if any(one.rationale for one in missing) else Standing.BLOCKED


def move(now: Standing) -> Move:
    """What to do about a need."""
    match now:
        case Standing.GRANTED:
            return Move.GO
        case Standing.UNASKED | Standing.REFUSED:
            return Move.EXPLAIN_AND_ASK
        case Standing.BLOCKED:
            return Move.EXPLAIN_AND_OPEN_SETTINGS


WHY: Mapping[Need, Name] = {
    Need.CAMERA: Name(
        "相机用于扫描条码，以及拍摄交接现场和破损照片。",
        "The camera reads codes and takes photos of deliveries and damage.",
    ),
    Need.LOCATION: Name(
        "仅在班次期间记录车辆位置：到站、里程和冷链记录需要它。下班后不记录。",
        "The vehicle's position is recorded during a shift only: for arrivals and the cold chain. Never outside it.",
    ),
    Need.LOCATION_ALWAYS: Name(
        "屏幕关闭后仍要继续记录本班次的位置，请选择“始终允许”。下班后不记录。",
        'The shift goes on while the screen is off: choose "Allow all the time". Nothing is recorded outside a shift.',
    ),
    Need.BLUETOOTH: Name(
        "蓝牙用于读取温度记录仪。不会用它推断您的位置。",
        "Bluetooth reads the temperature loggers. It is not used to find out where you are.",
    ),
    Need.NOTIFICATIONS: Name(
        "超温报警和“班次进行中”需要通知。", "Temperature alarms and the running shift are shown as notifications."
    ),
}
"""Said before each question, in the reader's language."""

WITHOUT: Mapping[Need, Name] = {
    Need.CAMERA: Name(
        "没有相机：请用扫描头或手工录入（会标记为录入）；无法拍照。",
        "Without it: use the scan engine or type codes (they stay marked as typed); no photos can be taken.",
    ),
    Need.LOCATION: Name(
        "没有定位：到站须手动确认，交接记录中没有位置。",
        "Without it: confirm arrivals by hand; handovers are recorded without a position.",
    ),
    Need.LOCATION_ALWAYS: Name(
        "没有后台定位：屏幕关闭期间的位置会缺失，并记为缺口。",
        "Without it: positions are missing while the screen is off, and the gap is shown.",
    ),
    Need.BLUETOOTH: Name(
        "没有蓝牙：无法读取温度，温度结论将是“未知”。",
        "Without it: no temperature can be read, and the verdict will be unknown.",
    ),
    Need.NOTIFICATIONS: Name(
        "没有通知：屏幕关闭时超温报警只有声音和振动。",
        "Without them: with the screen off an alarm is sound and vibration only.",
    ),
}
"""What goes on after a no: the way out."""

BATTERY_WHY = Name(
    "省电功能会在屏幕关闭后停止温度和位置记录。请把本应用设为“不受限制”。",
    "Battery saving stops the recording of temperatures and positions when the screen is off. Please exempt this app.",
)
BATTERY_WITHOUT = Name(
    "不设置也可以继续：记录可能中断，中断会显示为缺口。",
    "You can go on without it: recording may be interrupted, and the gap is shown.",
)

NAMES: Mapping[Need, Name] = {
    Need.CAMERA: Name("相机", "camera"),
    Need.LOCATION: Name("定位", "location"),
    Need.LOCATION_ALWAYS: Name("后台定位", "background location"),
    Need.BLUETOOTH: Name("蓝牙", "Bluetooth"),
    Need.NOTIFICATIONS: Name("通知", "notifications"),
}
LABELS: Mapping[Need, str] = {need: f"{name.zh} {name.en}" for need, name in NAMES.items()}
"""As a problem names them."""


def every_permission() -> frozenset[str]:
    """All that may ever be asked for at run time, at any API level this app runs on (26 to 35)."""
    return frozenset(name for need in Need for api in range(26, 36) for name in names(need, api))


INSTALLED: Mapping[str, str] = {
    "android.permission.INTERNET": "driver_app.services.http",
    "android.permission.VIBRATE": "android.os.Vibrator",
    "android.permission.BLUETOOTH": "android.bluetooth.BluetoothManager",
    "android.permission.BLUETOOTH_ADMIN": "android.bluetooth.le.ScanSettings$Builder",
    "android.permission.FOREGROUND_SERVICE": "org.handover.driver",
    "android.permission.FOREGROUND_SERVICE_LOCATION": "org.handover.driver",
    "android.permission.FOREGROUND_SERVICE_CONNECTED_DEVICE": "org.handover.driver",
    "android.permission.RECEIVE_BOOT_COMPLETED": "Wake",
    "android.permission.REQUEST_IGNORE_BATTERY_OPTIMIZATIONS": "REQUEST_IGNORE_BATTERY_OPTIMIZATIONS",
    "com.honeywell.decode.permission.DECODE": "com.honeywell.aidc",
}
"""Permissions that are granted with the installation, and what in the app needs each. The manifest holds these, those of
:func:`every_permission`, and no others."""
