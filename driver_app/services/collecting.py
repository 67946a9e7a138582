"""What a scan says about goods that are taken along: nothing has to be on a manifest, so what can be read is offered."""

from collections.abc import Callable
from datetime import date

import msgspec

from shared.codes.gs1 import DigitalLink, PackCode, PlainGtin, SsccCode
from shared.codes.parse import parse
from shared.codes.trace import TraceCode
from shared.work import Name, Product, Route


class Recognised(msgspec.Struct, frozen=True):
    """What a code says: the product's name where this route knows it, else its key; its lot, empty where it names none."""

    name: Name | None
    key: str
    lot: str


def recognise(text: str, route: Route, today: date) -> Recognised:
    """Read a code of goods that are taken along.

    Raises:
        Refused: CODE_* where it cannot be read. A lot is never guessed.
    """
    code = parse(text, year=today.year)
    if isinstance(code, DigitalLink):
        code = code.resolved
    match code:
        case PackCode() | SsccCode():
            key = code.gtin or text
            return Recognised(_named(route, lambda product: _same(product.gtin, key)), key, code.lot or "")
        case PlainGtin():
            key = code.gtin
            return Recognised(_named(route, lambda product: _same(product.gtin, key)), key, "")
        case TraceCode():
            drug = code.drug_id
            return Recognised(_named(route, lambda product: drug in product.drug_ids), code.code, "")
    return Recognised(None, text, "")


def _named(route: Route, is_it: Callable[[Product], bool]) -> Name | None:
    """The name of the first product of this route that it is."""
    products = (line.product for stop in route.stops for line in stop.lines())
    return next((product.name for product in products if is_it(product)), None)


def _same(one: str | None, other: str) -> bool:
    """Whether two GTINs are one, written with or without leading zeros (GS1 General Specifications 3.3.2: 14 digits)."""
    return one is not None and one.zfill(14) == other.zfill(14)
