"""How the reader of codes at this handheld is set up: what belongs to the device, and to nobody in particular."""

from driver_app.journal.ports import Journal
from driver_app.services.kept import Setting
from shared import problems
from shared.codes.ai_definition import TEXT
from shared.errors import Refused


class ReaderSettings:
    """Kept on the handheld, across people and shifts."""

    def __init__(self, journal: Journal) -> None:
        self._kept: Setting[str] = Setting(journal, "reader.separator", str)
        self._separator = self._kept.get()

    @property
    def separator(self) -> str | None:
        """What a keyboard wedge types for FNC1; ``None`` where nothing is known of it, and merged fields are refused."""
        return self._separator

    @separator.setter
    def separator(self, separator: str | None) -> None:
        if separator is None:
            self._kept.drop()
        elif TEXT.issuperset(separator):  # as parse(fnc1_substitute=…): it would tear lots apart
            raise Refused(problems.CODE_CHARACTERS, what="FNC1", value=separator)
        else:
            self._kept.put(separator)
        self._separator = separator
