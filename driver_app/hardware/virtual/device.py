"""The small parts of a virtual device: a key in memory, a disk of a given size, a record of its signals and of what it
opened, and somebody who answers when it asks for permissions."""

from collections.abc import Callable, Mapping

from driver_app.hardware.permissions import Need, Standing
from driver_app.hardware.ports import Signal
from shared import problems
from shared.errors import Refused
from shared.geo import Position
from shared.keys import KeySigner
from shared.navigation import Navigator, navigation_uri


class MemoryKeystore(KeySigner):
    """:class:`driver_app.hardware.ports.Keystore` that forgets its key with the process."""


class FixedStorage:
    """:class:`driver_app.hardware.ports.Storage` with as many bytes left as it is told."""

    def __init__(self, free: int) -> None:
        self.left = free

    def free(self) -> int:
        return self.left


class RecordedFeedback:
    """:class:`driver_app.hardware.ports.Feedback` that keeps what was given."""

    def __init__(self) -> None:
        self.given: list[Signal] = []

    def give(self, signal: Signal) -> None:
        self.given.append(signal)


class RecordedOutside:
    """:class:`driver_app.hardware.ports.Outside` that keeps what was opened. ``missing``: apps that are not installed, by
    navigator, ``tel`` for a telephone, ``settings`` and ``battery``; ``restricted``: battery saving may stop the app."""

    def __init__(self, *missing: str, restricted: bool = False) -> None:
        self.missing = set(missing)
        self.restricted = restricted
        self.opened: list[str] = []

    def dial(self, number: str) -> None:
        self._open("tel", f"tel:{number}", number)

    def navigate(self, to: Position, name: str, app: Navigator) -> None:
        self._open(app.value, navigation_uri(app, to, name), app.value)

    def open_settings(self) -> None:
        self._open("settings", "settings", "settings")

    def unrestricted(self) -> bool:
        return not self.restricted

    def ask_unrestricted(self) -> None:
        self._open("battery", "battery", "battery")
        self.restricted = False

    def _open(self, what: str, uri: str, value: str) -> None:
        if what in self.missing:
            raise Refused(problems.NO_APP, value=value)
        self.opened.append(uri)


class AnsweredPermissions:
    """:class:`driver_app.hardware.ports.Permissions` of a device before which somebody sits who answers: ``now`` is how each
    need stands (unasked, where nothing is said), ``answers`` how it will stand after the question."""

    def __init__(self, now: Mapping[Need, Standing], answers: Mapping[Need, Standing]) -> None:
        self.now = dict(now)
        self.answers = dict(answers)
        self.asked: list[Need] = []

    def standing(self, need: Need) -> Standing:
        return self.now.get(need, Standing.UNASKED)

    def ask(self, need: Need, answered: Callable[[Standing], None]) -> None:
        self.asked.append(need)
        self.now[need] = self.answers.get(need, Standing.REFUSED)
        answered(self.now[need])
