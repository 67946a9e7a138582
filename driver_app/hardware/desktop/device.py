"""The small parts of a desktop: its disk, its bell, its keyboard, and the lack of a camera and a position."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import CodeSource, Fix, RawCode, Signal, Subscription
from driver_app.hardware.wedge import Assembler, Wedge
from shared import problems
from shared.errors import Problem, Refused


class DiskStorage:
    """:class:`driver_app.hardware.ports.Storage` of the disk that holds ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def free(self) -> int:
        return shutil.disk_usage(self._folder).free


class BellFeedback:
    """:class:`driver_app.hardware.ports.Feedback` on a terminal: one bell when something is wrong, three for an alarm."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def give(self, signal: Signal) -> None:
        bells = {Signal.OK: 0, Signal.WRONG: 1, Signal.ALARM: 3}[signal]
        if bells:
            self._terminal.write("\a" * bells)
            self._terminal.flush()


class WedgeScanner:
    """:class:`driver_app.hardware.ports.Scanner` for a reader that types, and for a person who does.

    Key by key, with :meth:`pressed` and :meth:`look`, which tell a reader from a person by their pace; or line by line, with
    :meth:`typed`. Many wedges cannot type GS (0x1D); ``separator`` is what this one types instead, and becomes GS again.
    ``terminated``: whether it types Enter or Tab after each code. What is cut off goes to ``notices``.

    Raises:
        Refused: CODE_CHARACTERS for a separator that may stand in a lot.
    """

    def __init__(
        self, separator: str | None = None, *, terminated: bool = True, notices: Notices | None = None
    ) -> None:
        self._wedge = Wedge(separator, terminated)
        self._assembler = Assembler(self._wedge)
        self._notices = notices or Notices()
        self._listeners: list[Callable[[RawCode], None]] = []

    def start(self, on_code: Callable[[RawCode], None]) -> Subscription:
        self._listeners.append(on_code)
        return _Scanning(self._listeners, on_code)

    def typed(self, text: str, source: CodeSource = CodeSource.SCANNER) -> None:
        """A line arrived. Only the line end is taken off: spaces and separators belong to the code."""
        line = text.rstrip("\r\n")
        if source is CodeSource.SCANNER:
            line = self._wedge.restored(line)
        for on_code in tuple(self._listeners):
            on_code(RawCode(line, None, source))

    def pressed(self, character: str, at: float) -> None:
        """A key was pressed at ``at`` (s, monotonic); see :func:`driver_app.hardware.wedge.character_of`."""
        self._assembled(lambda: self._assembler.key(character, at))

    def look(self, at: float) -> None:
        """No key came until ``at``; to be called a few times a second while keys are awaited."""
        self._assembled(lambda: self._assembler.look(at))

    def _assembled(self, assemble: Callable[[], str | None]) -> None:
        try:
            text = assemble()
        except Refused as refusal:
            self._notices.note(refusal.problem)
            return
        if text is not None:
            for on_code in tuple(self._listeners):
                on_code(RawCode(text, None, CodeSource.SCANNER))


class _Scanning:
    def __init__(self, listeners: list[Callable[[RawCode], None]], on_code: Callable[[RawCode], None]) -> None:
        self._listeners = listeners
        self._on_code = on_code

    def stop(self) -> None:
        if self._on_code in self._listeners:
            self._listeners.remove(self._on_code)


class NoCamera:
    """:class:`driver_app.hardware.ports.Camera` of a computer that has none it may use."""

    def take(self, on_photo: Callable[[bytes], None], on_problem: Callable[[Problem], None]) -> None:  # noqa: ARG002
        on_problem(Refused(problems.NO_CAMERA, value="desktop").problem)


class NoLocation:
    """:class:`driver_app.hardware.ports.Location` of a computer that does not know where it is."""

    def current(self) -> Fix:
        raise Refused(problems.NO_POSITION, value="desktop")

    def follow(self, on_fix: Callable[[Fix], None], every: float) -> Subscription:  # noqa: ARG002
        return _Nothing()


class _Nothing:
    def stop(self) -> None:
        """Nothing runs."""
