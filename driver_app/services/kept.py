"""Small values that outlive the process: settings and drafts as typed JSON in the journal."""

from typing import Any, Generic, TypeVar

import msgspec

from driver_app.journal.ports import Journal
from shared import problems
from shared.errors import Refused

Value = TypeVar("Value")


def _decoded(raw: bytes, kind: Any, key: str) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise Refused(problems.JOURNAL_DAMAGED, value=0, reason=f"{key}: {error}") from error


class Setting(Generic[Value]):
    """One setting. It stays until it is changed.

    Raises, on reading:
        Refused: JOURNAL_DAMAGED where what is stored is not of its type.
    """

    def __init__(self, journal: Journal, key: str, kind: Any) -> None:
        self._journal, self._key, self._kind = journal, key, kind

    def get(self) -> Value | None:
        raw = self._journal.setting(self._key)
        found: Value | None = None if raw is None else _decoded(raw, self._kind, self._key)
        return found

    def put(self, value: Value) -> None:
        self._journal.put_setting(self._key, msgspec.json.encode(value))

    def drop(self) -> None:
        self._journal.drop_setting(self._key)


class Draft(Generic[Value]):
    """One screen's unsaved state: what a person entered and has not yet made an event of.

    Raises, on reading:
        Refused: JOURNAL_DAMAGED where what is stored is not of its type.
    """

    def __init__(self, journal: Journal, key: str, kind: Any) -> None:
        self._journal, self.key, self._kind = journal, key, kind

    def get(self) -> Value | None:
        raw = self._journal.draft(self.key)
        found: Value | None = None if raw is None else _decoded(raw, self._kind, self.key)
        return found

    def put(self, value: Value) -> None:
        self._journal.put_draft(self.key, msgspec.json.encode(value))

    def drop(self) -> None:
        self._journal.drop_draft(self.key)
