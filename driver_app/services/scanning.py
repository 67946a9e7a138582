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
from shared.codes.match import Manifest, Match, code_text, identity
from shared.codes.match import Scanned as ScannedBefore
from shared.codes.parse import Code, parse
from shared.codes.several import judge_pack, names_again, standing_against
from shared.custody.claims import LOADING
from shared.custody.events import Entry, ScanRefused
from shared.errors import Refused, shown
from shared.work import Container, Line, Name, Route, Site, Stop

DOUBLE = 1.0
"""Seconds (s): the same code again within this of its last reading is the same act. A camera reads a code many times."""
TOGETHER = 0.5
"""Seconds (s) after a pack was read in which another code may be one more of its codes. A scan engine that reads two codes in
one pull of its trigger sends them some tens of ms apart, and each waits for a record and a frame; hands need longer than
this to put a pack down, take up the next and aim at it."""
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


class OtherName(msgspec.Struct, frozen=True):
    """``code`` is one more code of the pack that was counted a moment ago, for a line, under the code ``of``."""

    line_id: str
    code: str
    of: str


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


class _Counted(msgspec.Struct, frozen=True):
    """The pack that counted last: its codes, how it counted, for which purpose, when (s), and in which act."""

    codes: tuple[Code, ...]
    match: Match
    purpose: str
    at: float
    act: frozenset[str]


class Scanning:
    """Judges scans against the manifest of the route in force."""

    def __init__(self, duty: Duty, recorder: Recorder, clock: Clock) -> None:
        self._duty, self._recorder, self._clock = duty, recorder, clock
        self._manifest: tuple[Route, Manifest] | None = None
        self._last: tuple[frozenset[str], float] | None = None
        self._counted: _Counted | None = None

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
    ) -> Match | OtherName | Container | None:
        """What an act of scanning stands for: packs of a line; one more code of the pack just counted; while loading
        (``stop`` is ``None``), perhaps a container; ``None`` where it is a double reading. Several codes read in one act are
        those of one pack, which counts once; what is no code known here does not speak against the others. ``accept`` may
        refuse a match for a reason of its own.

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
            manifest = self._of(route)
            counted, self._counted = self._just_counted(stop_id or LOADING), None
            if counted is not None and len(codes) == 1 and quantity is None and entry is not Entry.TYPED:
                joined = self._joined(codes[0], counted, manifest)
                if joined:
                    standing_against(codes[0], manifest, before, stop_id=stop_id, today=today)
                if joined or self._loaded_under(codes[0], counted):
                    return self._join(codes[0], counted, act)
            match = judge_pack(codes, manifest, before, stop_id=stop_id, today=today, typed=typed)
            accept(match)
            if match.quantity == 1 and not match.others and entry is not Entry.TYPED:
                at, texts = self._clock.monotonic(), frozenset(act.texts)
                self._counted = _Counted(tuple(codes), match, stop_id or LOADING, at, texts)
        except Refused as refused:
            where = self._duty.journey.open_stop
            event = ScanRefused(route.id, where, shown(" + ".join(act.texts), _LONGEST), entry, refused.problem)
            self._recorder.record(event)
            raise
        return match

    def _just_counted(self, purpose: str) -> _Counted | None:
        """The pack that counted a moment ago for this purpose, if that is on the disk."""
        counted = self._counted
        if counted is None or counted.purpose != purpose or self._clock.monotonic() - counted.at >= TOGETHER:
            return None
        return counted if (purpose, counted.match.code_text) in self._duty.journey.codes else None

    def _loaded_under(self, code: Code, counted: _Counted) -> bool:
        """Whether the pack was loaded under this code, too."""
        return code_text(code) in self._duty.journey.names_of(counted.match.code_text)

    def _joined(self, code: Code, counted: _Counted, manifest: Manifest) -> bool:
        """Whether this is one more code of the pack: it belongs to it by the manifest, and was never scanned."""
        known = self._loaded_under(code, counted)
        return not known and names_again(code, counted.codes, counted.match.line_id, manifest)

    def _join(self, code: Code, counted: _Counted, act: Act) -> OtherName | None:
        """Take a code for one more of the pack's. It is recorded where it belongs to this pack only, and is new."""
        together = counted.act | frozenset(act.texts)
        self._last = together, self._clock.monotonic()
        self._counted = msgspec.structs.replace(counted, codes=(*counted.codes, code), act=together)
        text = code_text(code)
        if identity(text) is None or self._loaded_under(code, counted):
            return None
        return OtherName(counted.match.line_id, text, counted.match.code_text)

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
