"""Other apps and the settings: the telephone, navigation, this app's own page, and being left alone by battery saving."""

from typing import Any

from driver_app.hardware.android.java import Java
from driver_app.hardware.handoff import handoff
from shared import problems
from shared.errors import Refused
from shared.geo import Position
from shared.navigation import Navigator

VIEW, DIAL = "android.intent.action.VIEW", "android.intent.action.DIAL"
APP_SETTINGS = "android.settings.APPLICATION_DETAILS_SETTINGS"
IGNORE_BATTERY = "android.settings.REQUEST_IGNORE_BATTERY_OPTIMIZATIONS"
BATTERY_LIST = "android.settings.IGNORE_BATTERY_OPTIMIZATION_SETTINGS"
FLAG_NEW_TASK = 0x10000000
"""``Intent.FLAG_ACTIVITY_NEW_TASK``."""


class AndroidOutside:
    """:class:`driver_app.hardware.ports.Outside`, and the ways into the settings."""

    def __init__(self, java: Java) -> None:
        self._java = java

    def dial(self, number: str) -> None:
        # DIAL only opens the telephone; CALL would want a permission and take the driver's thumb off the decision
        self._open(DIAL, f"tel:{self._java.type('android.net.Uri').encode(number)}", None, value=number)

    def navigate(self, to: Position, name: str, app: Navigator) -> None:
        way = handoff(to, name, app)
        self._open(VIEW, way.uri, way.package, value=app.value)

    def open_settings(self) -> None:
        """This app's page in the settings, where a permission can be given that Android no longer asks about."""
        self._open(APP_SETTINGS, f"package:{self._java.context().getPackageName()}", None, value=APP_SETTINGS)

    def unrestricted(self) -> bool:
        """Whether battery saving leaves this app alone."""
        context = self._java.context()
        power = self._java.cast("android.os.PowerManager", context.getSystemService("power"))
        return bool(power.isIgnoringBatteryOptimizations(context.getPackageName()))

    def ask_unrestricted(self) -> None:
        """Ask the driver to exempt this app from battery saving; where a maker removed the question, open the list.

        Raises:
            Refused: NO_APP where there is neither.
        """
        try:
            self._open(IGNORE_BATTERY, f"package:{self._java.context().getPackageName()}", None, value=IGNORE_BATTERY)
        except Refused:
            self._open(BATTERY_LIST, None, None, value=BATTERY_LIST)

    def _open(self, action: str, uri: str | None, package: str | None, *, value: str) -> None:
        intent = self._java.type("android.content.Intent")(action)
        if uri is not None:
            intent.setData(self._java.type("android.net.Uri").parse(uri))
        if package is not None:
            intent.setPackage(package)
        intent.addFlags(FLAG_NEW_TASK)
        try:
            self._start(intent)
        except self._java.thrown as error:  # ActivityNotFoundException, or an app that may not be started by others
            raise Refused(problems.NO_APP, value=value) from error

    def _start(self, intent: Any) -> None:
        self._java.context().startActivity(intent)
