"""What a camera sees, picture after picture, as acts of scanning: one label held before the lens is one act.

A pack often carries several codes, and they do not come into focus at the same moment. They are delivered together, what
tells most about the pack first. Once a code that a pack can be counted by was delivered, the pack's other codes are not
delivered after it: they would count it twice. No Android and no Kivy here.
"""

from collections.abc import Sequence

from driver_app.hardware.doubles import Doubles
from driver_app.hardware.ports import RawCode
from shared.clock import Clock
from shared.codes.gs1 import DigitalLink, PackCode, SsccCode
from shared.codes.parse import Code, parse
from shared.codes.several import best_first
from shared.codes.trace import TraceCode
from shared.errors import Refused


class Sight:
    """Follows what is in view. One camera, one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._doubles = Doubles(clock)

    def see(self, codes: Sequence[RawCode]) -> RawCode | None:
        """The codes of one picture; the act of scanning that they are, or ``None`` where they are none of their own."""
        found = list(dict.fromkeys(codes))
        new = [self._doubles.is_new(code) for code in found]
        year = self._clock.now().year
        if not any(new) or any(counts(read(code, year)) for code, fresh in zip(found, new, strict=True) if not fresh):
            return None
        first, *beside = ordered(found, year)
        return RawCode(first.text, first.symbology, first.source, tuple(beside))


def read(code: RawCode, year: int) -> Code | None:
    """What a code says; ``None`` where it says nothing known here."""
    try:
        return parse((code.symbology or "") + code.text, year=year)
    except Refused:
        return None


def counts(code: Code | None) -> bool:
    """Whether a pack or carton can be counted by this code alone."""
    goods = code.resolved if isinstance(code, DigitalLink) else code
    if isinstance(goods, PackCode):
        return goods.lot is not None or goods.serial is not None
    return isinstance(goods, TraceCode | SsccCode)


def ordered(codes: Sequence[RawCode], year: int) -> list[RawCode]:
    """Codes of one picture, what tells most first; those that say nothing last. Codes of several packs stay in the order
    they were found in: whoever judges them says that they cannot be told apart."""
    values = {code: read(code, year) for code in codes}
    told = [value for value in values.values() if value is not None]
    try:
        ranked = list(best_first(told))
    except Refused:
        return list(codes)
    goods = {code: value.resolved if isinstance(value, DigitalLink) else value for code, value in values.items()}

    def place(code: RawCode) -> int:
        return ranked.index(goods[code]) if goods[code] in ranked else len(ranked)  # type: ignore[arg-type]

    return sorted(codes, key=place)
