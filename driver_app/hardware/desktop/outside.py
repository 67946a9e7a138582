"""Other programs of a desktop: whatever its browser hands an address to."""

from collections.abc import Callable

from shared import problems
from shared.errors import Refused
from shared.geo import Position
from shared.navigation import Navigator, navigation_uri


class DesktopOutside:
    """:class:`driver_app.hardware.ports.Outside`. ``opens``: hands an address over, and says whether anything took it
    (:func:`webbrowser.open`)."""

    def __init__(self, opens: Callable[[str], bool]) -> None:
        self._opens = opens

    def dial(self, number: str) -> None:
        self._open(f"tel:{number}", number)

    def navigate(self, to: Position, name: str, app: Navigator) -> None:
        self._open(navigation_uri(app, to, name), app.value)

    def open_settings(self) -> None:
        raise Refused(problems.NO_APP, value="settings")

    def unrestricted(self) -> bool:
        return True

    def ask_unrestricted(self) -> None:
        raise Refused(problems.NO_APP, value="battery")

    def _open(self, uri: str, value: str) -> None:
        if not self._opens(uri):
            raise Refused(problems.NO_APP, value=value)
