"""Several codes on one pack: read together they are one pack, and are counted once.

A box of medicine often carries a GS1 DataMatrix, a 药品追溯码 and the EAN of its product side by side. A camera sees all of
them at once, and some scan engines read two at a time. Judged one after another they would count the pack twice, and the EAN
would be refused for having no lot.

>>> from shared.codes.parse import parse
>>> seen = [parse(text, year=2026) for text in ("6901234567892", "83857930000879766660", "(01)06901234567892(10)B24(21)7")]
>>> [code_text(code) for code in best_first(seen)]
['(01)06901234567892(21)7(10)B24', '83857930000879766660', '06901234567892']
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shared import problems
from shared.codes.gs1 import DigitalLink, PackCode, PlainGtin, SsccCode
from shared.codes.match import Manifest, Match, Scanned, code_text, identity, judge, may_be_of
from shared.codes.parse import Code
from shared.codes.trace import TraceCode
from shared.errors import Refused

STANDING = (
    problems.SCAN_RECALLED,
    problems.SCAN_EXPIRED,
    problems.SCAN_WRONG_LOT,
    problems.SCAN_ALREADY,
    problems.SCAN_WRONG_STOP,
)
"""What one code of a pack is refused for whatever its other codes say, the gravest first. The rest (not on the manifest, no
lot, …) only means that another code has to say it."""


def best_first(codes: Sequence[Code]) -> tuple[Code, ...]:
    """The codes of one pack, what tells most about it first; the same statement twice is given once.

    Raises:
        Refused: CODE_AMBIGUOUS where they cannot all be of one pack: two serials, two trace codes, two lots, two items.
    """
    found = {code_text(code): _goods(code) for code in codes}
    for group in (_items(found), _lots(found), _ones(found, PackCode), _ones(found, TraceCode), _ones(found, SsccCode)):
        if len(group) > 1:
            raise Refused(problems.CODE_AMBIGUOUS, value=" + ".join(found), readings=" | ".join(group))
    return tuple(sorted(found.values(), key=_rank))


def judge_pack(
    codes: Sequence[Code],
    manifest: Manifest,
    scanned: Scanned,
    *,
    stop_id: str | None,
    today: date,
    typed: int | None = None,
) -> Match:
    """The one match of a pack that carries ``codes`` (at least one); arguments as of :func:`shared.codes.match.judge`. What
    else on it belongs to this pack only is ``beside`` in the match.

    One code that stands against the pack (:data:`STANDING`) refuses it: a box whose DataMatrix says that it has expired does
    not pass by its trace code.

    Raises:
        Refused: as :func:`~shared.codes.match.judge`; CODE_AMBIGUOUS where the codes are of several packs or lines.
    """
    matches: list[Match] = []
    refusals: list[Refused] = []
    pack = best_first(codes)
    for code in pack:
        try:
            matches.append(judge(code, manifest, scanned, stop_id=stop_id, today=today, typed=typed))
        except Refused as refusal:
            refusals.append(refusal)
    standing = [one for kind in STANDING for one in refusals if one.kind is kind]
    if standing:
        raise standing[0]
    if not matches:
        raise refusals[0]
    lines = dict.fromkeys(match.line_id for match in matches)
    if len(lines) > 1:
        texts = " + ".join(match.code_text for match in matches)
        raise Refused(problems.CODE_AMBIGUOUS, value=texts, readings=" | ".join(lines))
    match = matches[0]
    rest = (code_text(code) for code in pack)
    return replace(match, beside=tuple(text for text in rest if text != match.code_text and identity(text) is not None))


def names_again(code: Code, pack: Sequence[Code], line_id: str, manifest: Manifest) -> bool:
    """Whether ``code``, read at once after the codes of ``pack``, which counted for a line, is one more code of that pack: it
    can stand on it beside them, and the manifest knows it for that line's. What the manifest does not know is not joined.

    >>> from shared.codes.match import ManifestLine
    >>> from shared.codes.parse import parse
    >>> line = ManifestLine("L1", "C1", "S1", gtin="06901234567892", lot="B24", drug_ids=("8385793",), quantity=2)
    >>> matrix = parse("(01)06901234567892(10)B24(21)7", year=2026)
    >>> names_again(parse("83857930000879766660", year=2026), [matrix], "L1", Manifest([line]))
    True
    >>> names_again(parse("81000020000879766660", year=2026), [matrix], "L1", Manifest([line]))
    False
    """
    try:
        best_first((*pack, code))
    except Refused:
        return False
    return any(line.line_id == line_id for line in may_be_of(code, manifest))


def standing_against(code: Code, manifest: Manifest, scanned: Scanned, *, stop_id: str | None, today: date) -> None:
    """Refuse a pack for what one more of its codes says, whatever the others said; arguments as of :func:`judge_pack`.

    Raises:
        Refused: one of :data:`STANDING`.
    """
    try:
        judge(code, manifest, scanned, stop_id=stop_id, today=today)
    except Refused as refusal:
        if refusal.kind in STANDING:
            raise


def _goods(code: Code) -> Code:
    return code.resolved if isinstance(code, DigitalLink) else code


def _rank(code: Code) -> tuple[bool, bool, bool, str]:
    """Smaller is better: goods at all; with lot; one of a kind."""
    text = code_text(code)
    lot = code.lot if isinstance(code, PackCode | SsccCode) else None
    goods = isinstance(code, PackCode | SsccCode | TraceCode | PlainGtin)
    return not goods, lot is None, identity(text) is None, text


def _items(found: dict[str, Code]) -> list[str]:
    """The items that the codes name."""
    gtins = [code.gtin for code in found.values() if isinstance(code, PackCode | PlainGtin)]
    return list(dict.fromkeys(gtins))


def _lots(found: dict[str, Code]) -> list[str]:
    lots = [code.lot for code in found.values() if isinstance(code, PackCode) and code.lot is not None]
    return list(dict.fromkeys(lots))


def _ones(found: dict[str, Code], kind: type) -> list[str]:
    """The individuals of a kind of code."""
    ones = [identity(text) for text, code in found.items() if isinstance(code, kind)]
    return list(dict.fromkeys(one for one in ones if one is not None))
