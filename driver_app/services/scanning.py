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
from shared.codes.match import Manifest, Match, judge
from shared.codes.match import Scanned as ScannedBefore
from shared.codes.parse import Code, parse
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


def text_of(raw: RawCode) -> str:
    """A code from the scanner port as :func:`shared.codes.parse.parse` wants it: its symbology identifier in front."""
    return (raw.symbology or "") + raw.text


class Scanning:
    """Judges scans against the manifest of the route in force."""

    def __init__(self, duty: Duty, recorder: Recorder, clock: Clock) -> None:
        self._duty, self._recorder, self._clock = duty, recorder, clock
        self._manifest: tuple[Route, Manifest] | None = None
        self._last: tuple[str, float] | None = None

    def today(self, site: Site) -> date:
        """The day at a site."""
        return self._clock.now().astimezone(ZoneInfo(site.zone)).date()

    def read(
        self,
        text: str | bytes,
        entry: Entry,
        *,
        before: ScannedBefore,
        stop: Stop | None,
        quantity: int | None,
        accept: Callable[[Match], None],
    ) -> Match | Container | None:
        """What a code stands for: packs of a line; while loading (``stop`` is ``None``), perhaps a container; ``None`` where
        it is a double reading. ``accept`` may refuse a match for a reason of its own.

        Raises:
            Refused: CODE_* or SCAN_*, after it was recorded as :class:`ScanRefused`.
        """
        code = text.decode("iso-8859-1") if isinstance(text, bytes) else text
        if self._is_double(code):
            return None
        route = self._duty.route
        today = self.today(route.depot if stop is None else stop.site)
        try:
            container = self._container(code, today.year) if stop is None else None
            if container is not None:
                return container
            parsed = parse(code, year=today.year)
            typed = None if quantity == 1 else quantity
            stop_id = None if stop is None else stop.id
            match = judge(parsed, self._of(route), before, stop_id=stop_id, today=today, typed=typed)
            accept(match)
        except Refused as refused:
            where = self._duty.journey.open_stop
            event = ScanRefused(route.id, where, shown(code, _LONGEST), entry, refused.problem)
            self._recorder.record(event)
            raise
        return match

    def _is_double(self, code: str) -> bool:
        now = self._clock.monotonic()
        double = self._last is not None and self._last[0] == code and now - self._last[1] < DOUBLE
        self._last = code, now
        return double

    def _of(self, route: Route) -> Manifest:
        if self._manifest is None or self._manifest[0] is not route:
            self._manifest = route, manifest_of(route)
        return self._manifest[1]

    def _container(self, text: str, year: int) -> Container | None:
        """The container whose code this is: by its text (a plate number is no barcode), or by the key in its barcode."""
        route = self._duty.route
        written = {text.strip()}
        if not any(container.code in written for container in route.containers):
            try:
                written |= _keys(parse(text, year=year))
            except Refused:
                return None  # no container's; what it is otherwise is for the caller to say
        return next((container for container in route.containers if container.code in written), None)


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
