"""The manifest of a route: its work, as the scanner needs it."""

import re

from shared.codes.keys import Gtin
from shared.codes.match import Manifest, ManifestLine
from shared.codes.trace import is_trace_code
from shared.work import Consignment, Line, Route, Stop

_SSCC = re.compile(r"(?:\(00\)|00)([0-9]{18})")


def manifest_of(route: Route) -> Manifest:
    """Every line of ``route``, ready for :func:`shared.codes.match.judge`.

    Raises:
        Refused: CODE_* or SCAN_* for a line that no scan could be held against, as :class:`ManifestLine`.
    """
    recalled = frozenset(route.recalled_lots)
    return Manifest(
        manifest_line(stop, consignment, line, recalled=(line.product.id, line.lot) in recalled)
        for stop in route.stops
        for consignment in stop.consignments
        for line in consignment.lines
    )


def manifest_line(stop: Stop, consignment: Consignment, line: Line, *, recalled: bool) -> ManifestLine:
    """A line as the scanner needs it.

    Of the codes that the supplier lists, 20 digits beginning with 8 are trace codes, an SSCC is recognised by its AI (00),
    and what is left are serials of the product's GTIN.

    Raises:
        Refused: as :class:`ManifestLine`.
    """
    traces = tuple(code for code in line.codes if is_trace_code(code))
    cartons = {code: match[1] for code in line.codes if (match := _SSCC.fullmatch(code))}
    name = stop.site.name
    return ManifestLine(
        line_id=line.id,
        consignment_id=consignment.id,
        stop_id=stop.id,
        gtin=None if line.product.gtin is None else Gtin.parse(line.product.gtin).value,
        drug_ids=line.product.drug_ids,
        lot=line.lot,
        expiry=line.expiry,
        quantity=line.quantity,
        serials=tuple(code for code in line.codes if code not in traces and code not in cartons),
        trace_codes=traces,
        sscc=tuple(cartons.values()),
        countable=line.countable,
        recalled=recalled,
        site=f"{stop.number}. " + (name.zh if name.zh == name.en else f"{name.zh} / {name.en}"),
    )
