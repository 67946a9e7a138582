"""Scans: from what a scanner delivers to the line it belongs to, the same for loading and for a stop.

What does not belong is recorded before it is refused: what nearly went wrong is evidence too.
"""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from driver_app.hardware.ports import RawCode
from driver_app.services.duty import Duty
from driver_app.services.recorder import Recorder
from shared.clock import Clock
from shared.codes.gs1 import GiaiCode, GraiCode, SsccCode
from shared.codes.manifest import manifest_of
from shared.codes.match import Manifest, Match
from shared.codes.match import Scanned as ScannedBefore
from shared.codes.parse import Code, parse
from shared.codes.several import judge_pack
from shared.custody.events import Entry, ScanRefused
from shared.errors import Refused, shown
from shared.work import Container, Line, Name, Route, Site, Stop

DOUBLE = 1.0
"""Seconds (s): the same code again within this of its last reading is the same act. A camera reads a code many times."""
_LONGEST = 500
"""Characters of a refused code that are kept."""


class Scanned(msgspec.Struct, frozen=True):
    """A scan that belonged: packs of ``line_id``, of which ``done`` of ``total`` are there now.

    ``quantity`` is 0 for all but the last of several cartons (see :class:`shared.codes.match.Match`); ``others`` are further
    lines that the same code served.
    """

    line_id: str
    product: Name
    lot: str
    quantity: int
    done: int
    total: int
    code: str
    others: tuple["Scanned", ...] = ()


class ContainerChosen(msgspec.Struct, frozen=True):
    """The code of a container was scanned: goods go into this one from now on."""

    container: Container


class LineProgress(msgspec.Struct, frozen=True):
    """How many packs of a line are done, of how many."""

    stop: Stop
    line: Line
    done: int
    total: int
    container_id: str | None

    @property
    def missing(self) -> int:
        return max(0, self.total - self.done)


Read = str | bytes | RawCode
"""A code as it comes in: what a reader delivered, or only its text."""


def text_of(raw: RawCode) -> str:
    """A code from the scanner port as :func:`shared.codes.parse.parse` wants it: its symbology identifier in front."""
    return (raw.symbology or "") + raw.text


class Act(msgspec.Struct, frozen=True):
    """One act of scanning: each code that was read in it, with the separator its reader is known to send."""

    codes: tuple[tuple[str, str | None], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for text, _ in self.codes)


def act_of(read: Read) -> Act:
    """The codes of an act, in the order they were delivered in; bytes are ISO-8859-1, so that every one survives."""
    match read:
        case RawCode():
            return Act(tuple((text_of(one), one.separator) for one in (read, *read.beside)))
        case bytes():
            return Act(((read.decode("iso-8859-1"), None),))
        case str():
            return Act(((read, None),))


class Scanning:
    """Judges scans against the manifest of the route in force."""

    def __init__(self, duty: Duty, recorder: Recorder, clock: Clock) -> None:
        self._duty, self._recorder, self._clock = duty, recorder, clock
        self._manifest: tuple[Route, Manifest] | None = None
        self._last: tuple[frozenset[str], float] | None = None

    def today(self, site: Site) -> date:
        """The day at a site."""
        return self._clock.now().astimezone(ZoneInfo(site.zone)).date()

    def read(
        self,
        read: Read,
        entry: Entry,
        *,
        before: ScannedBefore,
        stop: Stop | None,
        quantity: int | None,
        accept: Callable[[Match], None],
    ) -> Match | Container | None:
        """What an act of scanning stands for: packs of a line; while loading (``stop`` is ``None``), perhaps a container;
        ``None`` where it is a double reading. Several codes read in one act are those of one pack, which counts once; what is
        no code known here does not speak against the others. ``accept`` may refuse a match for a reason of its own.

        Raises:
            Refused: CODE_* or SCAN_*, after it was recorded as :class:`ScanRefused`.
        """
        act = act_of(read)
        if self._is_double(act):
            return None
        route = self._duty.route
        today = self.today(route.depot if stop is None else stop.site)
        try:
            container = self._container(act, today.year) if stop is None else None
            if container is not None:
                return container
            typed = None if quantity == 1 else quantity
            stop_id = None if stop is None else stop.id
            codes = _parsed(act, today.year)
            match = judge_pack(codes, self._of(route), before, stop_id=stop_id, today=today, typed=typed)
            accept(match)
        except Refused as refused:
            where = self._duty.journey.open_stop
            event = ScanRefused(route.id, where, shown(" + ".join(act.texts), _LONGEST), entry, refused.problem)
            self._recorder.record(event)
            raise
        return match

    def _is_double(self, act: Act) -> bool:
        """Whether nothing was read that was not read a moment ago. Each reading begins that moment anew."""
        now = self._clock.monotonic()
        texts = frozenset(act.texts)
        double = self._last is not None and texts <= self._last[0] and now - self._last[1] < DOUBLE
        self._last = (self._last[0] if double and self._last is not None else texts), now
        return double

    def _of(self, route: Route) -> Manifest:
        if self._manifest is None or self._manifest[0] is not route:
            self._manifest = route, manifest_of(route)
        return self._manifest[1]

    def _container(self, act: Act, year: int) -> Container | None:
        """The container whose code this is: by its text (a plate number is no barcode), or by the key in its barcode."""
        route = self._duty.route
        written = {text.strip() for text in act.texts}
        if not any(container.code in written for container in route.containers):
            for text, separator in act.codes:
                try:
                    written |= _keys(parse(text, year=year, fnc1_substitute=separator))
                except Refused:
                    continue  # no container's; what it is otherwise is for the caller to say
        return next((container for container in route.containers if container.code in written), None)


def _parsed(act: Act, year: int) -> list[Code]:
    """What the codes of an act say: those of them that say anything.

    Raises:
        Refused: CODE_*, of the first, where none does.
    """
    codes, refusals = [], []
    for text, separator in act.codes:
        try:
            codes.append(parse(text, year=year, fnc1_substitute=separator))
        except Refused as refusal:
            refusals.append(refusal)
    if not codes:
        raise refusals[0]
    return codes


def _keys(code: Code) -> set[str]:
    """A container's key in the ways that a fleet list may write it: bare, and as the element string on its label."""
    match code:
        case GraiCode():
            value = code.grai.value
            return {value, f"0{value}", f"(8003)0{value}"}
        case SsccCode():
            return {code.sscc, f"(00){code.sscc}"}
        case GiaiCode():
            return {code.giai, f"(8004){code.giai}"}
    return set()
