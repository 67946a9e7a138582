"""Which screen shows which step. A screen's module and kv file are read on the first visit, not at the start."""

from importlib import import_module
from typing import TYPE_CHECKING

from driver_app.services.step import StepKind

if TYPE_CHECKING:
    from driver_app.app import HandoverApp
    from driver_app.screens.base import AppScreen

STEP_SCREENS: dict[StepKind, str] = {
    StepKind.ENROL: "enrol",
    StepKind.SIGN_IN: "sign_in",
    StepKind.ROUTE: "route",
    StepKind.VEHICLE_CHECK: "vehicle_check",
    StepKind.PRECOOL: "precool",
    StepKind.LOAD: "load",
    StepKind.GATE: "gate",
    StepKind.DRIVE: "drive",
    StepKind.STOP_UNLOAD: "unload",
    StepKind.STOP_DOWNLOAD: "download",
    StepKind.RECEIVER: "receiver",
    StepKind.SIGN: "sign",
    StepKind.STOP_DONE: "stop_done",
    StepKind.RETURN: "returning",
    StepKind.END: "end",
}
"""The screen of every step."""
ROUND = ("drive", "unload", "download", "receiver", "sign", "stop_done")
"""The screens of a stop and of the road to the next: what a shift shows again and again."""
OVERLAYS = (
    "settings",
    "fail_stop",
    "line",
    "stops",
    "write",
    "map",
    "incident",
    "messages",
    "collect",
    "move",
    "viewfinder",
)
"""Screens that lie over a step's screen, and lead back to it."""
CLASSES = {
    "enrol": "EnrolScreen",
    "sign_in": "SignInScreen",
    "route": "RouteScreen",
    "vehicle_check": "VehicleCheckScreen",
    "precool": "PrecoolScreen",
    "load": "LoadScreen",
    "gate": "GateScreen",
    "drive": "DriveScreen",
    "unload": "UnloadScreen",
    "download": "DownloadScreen",
    "receiver": "ReceiverScreen",
    "sign": "SignScreen",
    "stop_done": "StopDoneScreen",
    "returning": "ReturningScreen",
    "end": "EndScreen",
    "settings": "SettingsScreen",
    "fail_stop": "FailStopScreen",
    "line": "LineScreen",
    "stops": "StopsScreen",
    "write": "WriteScreen",
    "map": "MapScreen",
    "incident": "IncidentScreen",
    "messages": "MessagesScreen",
    "collect": "CollectScreen",
    "move": "MoveScreen",
    "viewfinder": "ViewfinderScreen",
}
"""The class in the module of the same name."""


def build(name: str, app: "HandoverApp") -> "AppScreen":
    """Make a screen, reading its module and rules if nobody has yet."""
    module = import_module(f"driver_app.screens.{name}")
    screen: AppScreen = getattr(module, CLASSES[name])(app, name=name)
    return screen
