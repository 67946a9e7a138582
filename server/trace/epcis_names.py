"""What things are called in an EPCIS document: GS1 keys where they have one, our own addresses where they have none.

Our own are ``https://<ledger origin>/<kind>/<id>``: the origin never changes, so an address means the same thing for ever.
It is a name and need not open in a browser (CBV 2.0 §8.2, private and industry-wide URIs).
"""

from urllib.parse import quote

from shared.codes.gs1 import DigitalLink, GraiCode, PackCode, SsccCode
from shared.codes.keys import Gtin
from shared.codes.parse import parse
from shared.codes.trace import TraceCode
from shared.errors import Refused
from shared.geo import Position
from shared.work import Consignment, Container, Line, Party, Site

RESOLVER = "https://id.gs1.org"
_PLAIN = frozenset("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
"""Characters that stand in a Digital Link as they are; a lot or serial with others is named by an address of our own."""


class EpcisNames:
    """Names in the documents of one ledger, called ``origin``."""

    def __init__(self, origin: str) -> None:
        self._base = "https://" + quote(origin, safe="/.:-_~")

    @property
    def extensions(self) -> str:
        """The namespace of our extensions."""
        return f"{self._base}/epcis/"

    def own(self, kind: str, name: str) -> str:
        """An address of ours."""
        return f"{self._base}/{kind}/{quote(name, safe='-._~')}"

    def goods(self, line: Line) -> str:
        """A line's class: product and lot."""
        gtin = _gtin(line.product.gtin)
        if gtin is not None and line.lot and _PLAIN.issuperset(line.lot) and len(line.lot) <= 20:
            return f"{RESOLVER}/01/{gtin}/10/{line.lot}"
        return self.own("product", f"{line.product.id}~{line.lot}")

    def pack(self, code: str, year: int) -> str | None:
        """The single pack that a scanned code names, ``None`` where it names none (a product code, a typed lot)."""
        try:
            found = parse(code, year=year)
        except Refused:  # an unreadable code was accepted as a count; it names no pack
            return None
        if isinstance(found, DigitalLink):
            found = found.resolved
        if isinstance(found, TraceCode):
            return self.own("trace-code", found.code)
        if isinstance(found, SsccCode):
            return f"{RESOLVER}/00/{found.sscc}"
        if isinstance(found, PackCode) and found.serial and _PLAIN.issuperset(found.serial):
            return f"{RESOLVER}/01/{found.gtin}/21/{found.serial}"
        return None

    def container(self, container: Container, year: int) -> str:
        """A container: its GRAI or SSCC if it carries one."""
        try:
            found = parse(container.code, year=year)
        except Refused:  # a number plate or a label of our own: named by its id
            return self.own("container", container.id)
        if isinstance(found, GraiCode) and _PLAIN.issuperset(found.key.value):
            return f"{RESOLVER}/8003/{found.key.value}"
        if isinstance(found, SsccCode):
            return f"{RESOLVER}/00/{found.sscc}"
        return self.own("container", container.id)

    def logger(self, logger_id: str) -> str:
        return self.own("logger", logger_id)

    def site(self, site: Site) -> str:
        return self.own("site", site.id)

    def party(self, party: Party) -> str:
        return self.own("carrier", party.id)

    def receiver(self, consignment: Consignment) -> str:
        return self.own("receiver", consignment.receiver.zh)

    def driver(self, vehicle: str, name: str) -> str:
        """Who took goods over on the road: as they are called in the record, for they may be of another carrier."""
        return self.own("driver", f"{vehicle}~{name}")

    def giver(self, site: Site) -> str:
        """The institution that gives goods back at a site: the one that receives there."""
        return self.own("receiver", site.name.zh)

    def place(self, position: Position) -> str:
        """A place on the road: a geo URI (RFC 5870; CBV 2.0 §8.3, geographic location identifiers: read points only)."""
        return f"geo:{position.lat:.6f},{position.lon:.6f}"

    def goods_of(self, code: str, year: int) -> str | None:
        """The item and lot that a scanned code names, ``None`` where it does not name both."""
        try:
            found = parse(code, year=year) if code else None
        except Refused:  # what was scanned on the goods is no code known here
            return None
        if isinstance(found, DigitalLink):
            found = found.resolved
        if isinstance(found, PackCode) and found.lot and _PLAIN.issuperset(found.lot):
            return f"{RESOLVER}/01/{found.gtin}/10/{found.lot}"
        return None

    def note(self, consignment: Consignment) -> str:
        return self.own("delivery-note", consignment.note_number)

    def order(self, consignment: Consignment) -> str:
        return self.own("purchase-order", consignment.order_number)

    def record(self, digest: str) -> str:
        """A record of the ledger, by the hash of its payload."""
        return self.own("record", digest)

    def reason(self, word: str) -> str:
        return self.own("reason", word)


def _gtin(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return Gtin.parse(text).value
    except Refused:  # the product master carries something that is no GTIN; then it has no GS1 name
        return None
