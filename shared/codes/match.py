"""A scan held against a manifest: the one judgement that the handheld and the server share.

:func:`judge` gives a :class:`Match`, or raises the numbered problem that the driver sees. It guesses nothing: a code that
could belong to two lots is refused as ambiguous, one without a lot where a lot is needed says so.

>>> from shared.codes.parse import parse
>>> line = ManifestLine("L1", "C1", "S1", gtin="06901234567892", lot="B24", expiry=date(2027, 12, 31), quantity=2)
>>> pack = parse("(01)06901234567892(17)271231(10)B24(21)7", year=2026)
>>> match = judge(pack, Manifest([line]), Scanned(), stop_id=None, today=date(2026, 11, 22))
>>> match.line_id, match.quantity
('L1', 1)
>>> judge(pack, Manifest([line]), Scanned().after(match), stop_id=None, today=date(2026, 11, 22))
Traceback (most recent call last):
    ...
shared.errors.Refused: #1104 Already scanned: (01)06901234567892(21)7(10)B24(17)271231
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from shared import problems
from shared.codes.checkdigit import digits
from shared.codes.element_string import bracketed
from shared.codes.gs1 import DigitalLink, Gs1Elements, PackCode, PlainGtin, SsccCode
from shared.codes.keys import Gtin, Sscc
from shared.codes.own import Enrolment, ReceiptCode
from shared.codes.parse import Code
from shared.codes.trace import DRUG_ID_LENGTH, TraceCode
from shared.errors import Refused


class ManifestLine(msgspec.Struct, frozen=True):
    """What a line offers a scanner, valid by construction.

    ``gtin``: 14 digits. ``drug_ids``: 药品标识码, 7 digits each, one per packaging level. ``trace_codes``, ``serials`` (of
    ``gtin``) and ``sscc``: packs and cartons that the delivery note lists one by one. ``countable``: one scan and a typed
    quantity may stand for all packs. ``recalled``: its lot is under recall. ``site``: what a person calls the stop.

    Raises:
        Refused: CODE_* for an identifier that is none, SCAN_NO_LOT without a lot, SCAN_QUANTITY for less than one.
    """

    line_id: str
    consignment_id: str
    stop_id: str
    gtin: str | None = None
    drug_ids: tuple[str, ...] = ()
    lot: str = ""
    expiry: date | None = None
    quantity: int = 1
    serials: tuple[str, ...] = ()
    trace_codes: tuple[str, ...] = ()
    sscc: tuple[str, ...] = ()
    countable: bool = False
    recalled: bool = False
    site: str = ""

    def __post_init__(self) -> None:
        if self.gtin is not None:
            Gtin(self.gtin)
        for drug_id in self.drug_ids:
            digits("药品标识码 / drug id", drug_id)
            if len(drug_id) != DRUG_ID_LENGTH:
                raise Refused(problems.CODE_LENGTH, what="药品标识码 / drug id", value=drug_id, expected=DRUG_ID_LENGTH)
        for code in self.trace_codes:
            TraceCode(code)
        for sscc in self.sscc:
            Sscc(sscc)
        if not self.lot:
            raise Refused(problems.SCAN_NO_LOT, value=self.line_id)
        if self.quantity < 1:
            raise Refused(problems.SCAN_QUANTITY, value=self.quantity)


Index = Mapping[str, Sequence[ManifestLine]]


class Manifest:
    """The lines of a route, indexed once for scanning.

    Raises:
        ValueError: two lines have the same id.
    """

    def __init__(self, lines: Iterable[ManifestLine]) -> None:
        self.lines = tuple(lines)
        self.by_id = {line.line_id: line for line in self.lines}
        if len(self.by_id) != len(self.lines):
            raise ValueError("two lines of a manifest have the same id")
        self.by_gtin = self._index(lambda line: () if line.gtin is None else (line.gtin,))
        self.by_lot = self._index(lambda line: (f"{line.gtin} {line.lot}",))
        self.by_drug_id = self._index(lambda line: line.drug_ids)
        self.by_trace_code = self._index(lambda line: line.trace_codes)
        self.by_sscc = self._index(lambda line: line.sscc)
        self.by_serial = self._index(lambda line: [f"{line.gtin} {serial}" for serial in line.serials])

    def _index(self, keys: Callable[[ManifestLine], Iterable[str]]) -> Index:
        index: dict[str, list[ManifestLine]] = defaultdict(list)
        for line in self.lines:
            for key in dict.fromkeys(keys(line)):
                index[key].append(line)
        return dict(index)


@dataclass(frozen=True)
class Match:
    """A scan that belongs: to which line, how many packs it stands for, and the code as it is to be recorded.

    ``quantity`` is 0 for a carton of a line that lists several: how many packs are in which of them is not known, so the
    last of them brings the whole line. ``others``: further lines that the same scan serves, of a mixed carton or of the same
    lot in two consignments. ``beside``: what else on the same pack belongs to this pack only, as it is to be recorded;
    scanned later by itself it is a code that was scanned already.
    """

    line_id: str
    quantity: int
    code_text: str
    others: tuple["Match", ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scanned:
    """What was scanned before for the same purpose (loading, or one stop): packs per line, and the codes as recorded.

    ``loaded``: at a stop, the line of each pack that was loaded, by what makes the pack one of a kind. It tells a trace code
    apart that the delivery note does not list, because the pack's lot was read beside it on board.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    loaded: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, counts: Mapping[str, int], code_texts: Iterable[str], loaded: Mapping[str, str] | None = None
    ) -> "Scanned":
        """From the records: packs per line, every recorded ``code_text``, and the lines of loaded packs."""
        return cls(dict(counts), frozenset(filter(None, map(identity, code_texts))), dict(loaded or {}))

    def after(self, match: Match) -> "Scanned":
        """The state once ``match`` has been recorded."""
        counts = dict(self.counts)
        for part in (match, *match.others):
            counts[part.line_id] = counts.get(part.line_id, 0) + part.quantity
        codes = self.codes.union(filter(None, map(identity, (match.code_text, *match.beside))))
        return Scanned(counts, codes, self.loaded)

    def count(self, line: ManifestLine) -> int:
        """Packs of ``line`` so far."""
        return self.counts.get(line.line_id, 0)

    def left(self, line: ManifestLine) -> int:
        """Packs of ``line`` still to come."""
        return line.quantity - self.count(line)


_PACK_ORDER = ("01", "21", "10", "17")
"""Recorded packs begin with what makes them one of a kind, so :func:`identity` needs no parser."""
_INDIVIDUAL = re.compile(r"8[0-9]{19}|\(00\)[0-9]{18}|\(01\)[0-9]{14}\(21\)(?:\\\(|[^(])+")


def code_text(code: Code) -> str:
    """A code as it is recorded in events: the same for the same pack, whichever of its symbols was read.

    :func:`shared.codes.parse.parse` reads it back.
    """
    if isinstance(code, DigitalLink):
        return code_text(code.resolved)
    if isinstance(code, PackCode):
        first = [element for ai in _PACK_ORDER for element in code.elements if element.ai == ai]
        rest = [element for element in code.elements if element.ai not in _PACK_ORDER]
        return bracketed(dict.fromkeys(first + rest))
    if isinstance(code, SsccCode):
        return bracketed((code.key, *(element for element in code.elements if element.ai != "00")))
    if isinstance(code, Gs1Elements):
        return code.text
    match code:
        case TraceCode():
            return code.code
        case PlainGtin():
            return code.gtin
        case Enrolment() | ReceiptCode():
            return code.text


def identity(recorded: str) -> str | None:
    """What of a recorded code belongs to one pack or carton only; ``None`` for a code that all packs of a lot share.

    >>> identity("(01)06901234567892(21)7(10)B24")
    '(01)06901234567892(21)7'
    >>> identity("(01)06901234567892(10)B24") is None
    True
    """
    match = _INDIVIDUAL.match(recorded)
    return None if match is None else match[0]


def judge(
    code: Code,
    manifest: Manifest,
    scanned: Scanned,
    *,
    stop_id: str | None,
    today: date,
    typed: int | None = None,
) -> Match:
    """Which line of ``manifest`` a scanned ``code`` belongs to, and how many packs it stands for.

    ``scanned``: what was scanned before for the same purpose. ``stop_id``: the stop being served; ``None`` while loading,
    when any stop's goods are right. ``today``: the day at the site; goods may be handed over through their day of expiry.
    ``typed``: packs that the driver says this scan stands for.

    Raises:
        Refused: SCAN_NOT_ON_MANIFEST, SCAN_NO_LOT, SCAN_WRONG_LOT, SCAN_RECALLED, SCAN_EXPIRED, SCAN_ALREADY,
            SCAN_WRONG_STOP, SCAN_TOO_MANY, SCAN_ONE_BY_ONE or SCAN_QUANTITY; CODE_AMBIGUOUS where lines of different lots
            would do. Where several apply, the first in this order; but a code that is known only from having been scanned
            beside another was scanned already.
    """
    goods = code.resolved if isinstance(code, DigitalLink) else code
    text = code_text(goods)
    one = identity(text)
    already = one is not None and one in scanned.codes
    on_board = None if one is None or isinstance(goods, SsccCode) else manifest.by_id.get(scanned.loaded.get(one, ""))
    try:
        candidates = _known(goods, manifest, text, on_board)
    except Refused as refusal:
        if already and refusal.kind in (problems.SCAN_NOT_ON_MANIFEST, problems.SCAN_NO_LOT):
            raise Refused(problems.SCAN_ALREADY, value=text) from refusal
        raise
    expiry = goods.expiry if isinstance(goods, PackCode | SsccCode) else None
    for line in candidates:
        if line.recalled:
            raise Refused(problems.SCAN_RECALLED, value=f"{line.lot} {text}")
    for line in candidates:
        last_day = expiry or line.expiry
        if last_day is not None and last_day < today:
            raise Refused(problems.SCAN_EXPIRED, value=text, expiry=last_day.isoformat())
    if already:
        raise Refused(problems.SCAN_ALREADY, value=text)
    here = [line for line in candidates if stop_id in (None, line.stop_id)]
    if isinstance(goods, SsccCode):
        return _carton(goods, text, candidates, here, scanned, typed)
    if not here:
        raise _wrong_stop(text, candidates[0])
    return _packs(text, here, scanned, typed, goods.count if isinstance(goods, PackCode) else None)


def may_be_of(code: Code, manifest: Manifest) -> Sequence[ManifestLine]:
    """The lines that the manifest says a code can be of, perhaps of several lots; none where it does not know."""
    goods = code.resolved if isinstance(code, DigitalLink) else code
    match goods:
        case TraceCode():
            return _by_trace_code(goods, manifest)
        case PlainGtin():
            return manifest.by_gtin.get(goods.gtin, ())
        case PackCode():
            try:
                return _by_pack(goods, manifest)
            except Refused:
                return ()
    return ()


def _known(code: Code, manifest: Manifest, text: str, on_board: ManifestLine | None) -> Sequence[ManifestLine]:
    """The lines that a code is of, by what the manifest knows of it; where that is not enough, by the line its pack was
    loaded for. Packs of one lot stand for one another: one loaded for another stop may be brought out where its lot goes too.
    """
    try:
        return _candidates(code, manifest, text)
    except Refused:
        if on_board is None:
            raise
        alike = () if on_board.gtin is None else manifest.by_lot.get(f"{on_board.gtin} {on_board.lot}", ())
        return alike or (on_board,)


def _candidates(code: Code, manifest: Manifest, text: str) -> Sequence[ManifestLine]:
    """The lines that a code is of, at whatever stop: never empty, and all of one lot unless it is a carton."""
    lines: Sequence[ManifestLine] = ()
    match code:
        case TraceCode():
            lines = _by_trace_code(code, manifest)
        case PackCode():
            lines = _by_pack(code, manifest)
        case SsccCode():
            lines = manifest.by_sscc.get(code.sscc, ())
        case PlainGtin() if code.gtin in manifest.by_gtin:
            raise Refused(problems.SCAN_NO_LOT, value=text)
    if not lines:
        raise Refused(problems.SCAN_NOT_ON_MANIFEST, value=text)
    lots = dict.fromkeys(line.lot for line in lines)
    if len(lots) > 1 and not isinstance(code, SsccCode):
        raise Refused(problems.CODE_AMBIGUOUS, value=text, readings=" | ".join(lots))
    return lines


def _by_trace_code(code: TraceCode, manifest: Manifest) -> Sequence[ManifestLine]:
    """Lines that list the code; else those of its medicine that do not list all their packs."""
    listed = manifest.by_trace_code.get(code.code)
    if listed:
        return listed
    of_medicine = manifest.by_drug_id.get(code.drug_id, ())
    return [line for line in of_medicine if len(line.trace_codes) < line.quantity]


def _by_pack(code: PackCode, manifest: Manifest) -> Sequence[ManifestLine]:
    """Lines that list the pack's serial, or have its lot."""
    of_item = manifest.by_gtin.get(code.gtin, ())
    if not of_item:
        return ()
    listed = manifest.by_serial.get(f"{code.gtin} {code.serial}", ()) if code.serial else ()
    if code.lot is None:
        if not listed:
            raise Refused(problems.SCAN_NO_LOT, value=code_text(code))
        return listed
    of_lot = (
        [line for line in listed if line.lot == code.lot] if listed else manifest.by_lot.get(f"{code.gtin} {code.lot}")
    )
    if not of_lot:
        lots = dict.fromkeys(line.lot for line in of_item)
        raise Refused(problems.SCAN_WRONG_LOT, value=code.lot, expected=" | ".join(lots))
    if listed or code.serial is None:
        return of_lot
    # a line that lists every pack has no room for one that it does not list
    return [line for line in of_lot if len(line.serials) < line.quantity]


def _packs(text: str, lines: Sequence[ManifestLine], scanned: Scanned, typed: int | None, count: int | None) -> Match:
    """Packs of one lot, which lines share in the order of the manifest: nothing tells such packs apart."""
    if typed is not None:
        lines = [line for line in lines if line.countable]
        if not lines:
            raise Refused(problems.SCAN_ONE_BY_ONE, value=text)
    quantity = next(number for number in (typed, count, 1) if number is not None)
    if quantity < 1:
        raise Refused(problems.SCAN_QUANTITY, value=quantity)
    parts = []
    unplaced = quantity
    for line in lines:
        taken = min(unplaced, scanned.left(line))
        if taken > 0:
            parts.append(Match(line.line_id, taken, text))
            unplaced -= taken
    if unplaced:
        total = sum(scanned.count(line) for line in lines) + quantity
        raise Refused(problems.SCAN_TOO_MANY, value=total, expected=sum(line.quantity for line in lines))
    return _one(parts)


def _one(parts: Sequence[Match]) -> Match:
    first, *others = parts
    return Match(first.line_id, first.quantity, first.code_text, tuple(others))


def _carton(
    code: SsccCode,
    text: str,
    lines: Sequence[ManifestLine],
    here: Sequence[ManifestLine],
    scanned: Scanned,
    typed: int | None,
) -> Match:
    """A carton that the delivery note lists: it comes whole, so all its lines have to be of this stop."""
    if typed is not None:
        raise Refused(problems.SCAN_ONE_BY_ONE, value=text)
    elsewhere = [line for line in lines if line not in here]
    if elsewhere:
        raise _wrong_stop(text, elsewhere[0])
    if code.lot is not None and code.lot not in {line.lot for line in lines}:
        expected = " | ".join(dict.fromkeys(line.lot for line in lines))
        raise Refused(problems.SCAN_WRONG_LOT, value=code.lot, expected=expected)
    parts = []
    for line in lines:
        missing = [sscc for sscc in line.sscc if sscc != code.sscc and f"(00){sscc}" not in scanned.codes]
        if scanned.left(line) < 1:
            raise Refused(problems.SCAN_TOO_MANY, value=scanned.count(line) + 1, expected=line.quantity)
        parts.append(Match(line.line_id, 0 if missing else scanned.left(line), text))
    return _one(parts)


def _wrong_stop(text: str, line: ManifestLine) -> Refused:
    return Refused(problems.SCAN_WRONG_STOP, value=text, site=line.site or line.stop_id)
