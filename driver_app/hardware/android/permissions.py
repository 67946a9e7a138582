"""Android's permissions, behind the pure rules of :mod:`driver_app.hardware.permissions`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import msgspec

from driver_app.hardware.android.java import Java, Method
from driver_app.hardware.permissions import BEFORE, LABELS, Need, Seen, Standing, names, standing
from shared import problems
from shared.errors import Refused

GRANTED = 0
"""``PackageManager.PERMISSION_GRANTED``."""
FIRST_CODE = 7100
"""Request codes of ours begin here: bleak and python-for-android count from 1."""


class AndroidPermissions:
    """How each need stands, and asking for it.

    ``folder`` keeps which needs were ever asked for: Android itself cannot tell "not yet" from "never again".
    """

    def __init__(self, java: Java, folder: Path) -> None:
        self._java = java
        self._path = folder / "permissions.json"
        self._waiting: dict[int, tuple[Need, Callable[[Standing], None]]] = {}
        self._code = FIRST_CODE
        self._callback: object | None = None
        self._lock = Lock()

    def standing(self, need: Need) -> Standing:
        """How a need stands now; asked of Android each time, for it can be taken back in the settings."""
        wanted = names(need, self._java.api)
        return standing([self._seen(name) for name in wanted], asked=need in self._asked())

    def require(self, need: Need) -> None:
        """Nothing where it is granted.

        Raises:
            Refused: PERMISSION_MISSING.
        """
        if self.standing(need) is not Standing.GRANTED:
            raise Refused(problems.PERMISSION_MISSING, value=LABELS[need])

    def ask(self, need: Need, answered: Callable[[Standing], None]) -> None:
        """Ask for what ``need`` lacks; ``answered`` is called once, perhaps on Android's UI thread. It must not raise.

        What has to be granted first is asked for first; a no there is the answer. In the background process, where nobody
        can be asked, the answer is how the need stands.
        """
        now = self.standing(need)
        before = BEFORE.get(need)
        if now is Standing.GRANTED or self._java.activity() is None:
            answered(now)
        elif before is not None and self.standing(before) is not Standing.GRANTED:
            self.ask(before, lambda first: self.ask(need, answered) if first is Standing.GRANTED else answered(now))
        else:
            self._request(need, answered)

    def _request(self, need: Need, answered: Callable[[Standing], None]) -> None:
        activity = self._java.activity()
        if activity is None:
            answered(self.standing(need))
            return
        with self._lock:
            self._code += 1
            code = self._code
            self._waiting[code] = (need, answered)
            if self._callback is None:
                self._callback = self._java.proxy(
                    "org.kivy.android.PythonActivity$PermissionsCallback",
                    [Method("onRequestPermissionsResult", "(I[Ljava/lang/String;[I)V", self._answered)],
                )
                activity.addPermissionsCallback(self._callback)
        self._note_asked(need)
        activity.requestPermissionsWithRequestCode(list(names(need, self._java.api)), code)

    def _answered(self, code: int, _permissions: Sequence[str], _results: Sequence[int]) -> None:
        with self._lock:
            waiting = self._waiting.pop(code, None)
        if waiting is not None:  # other libraries' answers come through here as well
            need, answered = waiting
            # asked again rather than read from the results: a dialogue that was cut short answers with empty arrays
            answered(self.standing(need))

    def _seen(self, name: str) -> Seen:
        granted = self._java.context().checkSelfPermission(name) == GRANTED
        activity = self._java.activity()
        rationale = not granted and activity is not None and bool(activity.shouldShowRequestPermissionRationale(name))
        return Seen(granted, rationale)

    def _asked(self) -> frozenset[Need]:
        if not self._path.exists():
            return frozenset()
        return msgspec.json.decode(self._path.read_bytes(), type=frozenset[Need])

    def _note_asked(self, need: Need) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(sorted(self._asked() | {need})))
        fresh.replace(self._path)
