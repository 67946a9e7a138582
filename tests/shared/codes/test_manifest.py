"""The manifest of a route."""

from datetime import UTC, date, datetime
from typing import Any

from shared import problems
from shared.codes.keys import Gtin
from shared.codes.manifest import manifest_of
from shared.coldchain.profiles import REFRIGERATED
from shared.geo import Geofence, Position
from shared.work import Consignment, Line, Name, Party, Product, Route, Site, Stop
from tests.shared.codes.refusals import is_refused

TRACE = "83857930000879766660"
SSCC = "106141412345678908"
AT = datetime(2026, 11, 22, 1, tzinfo=UTC)
HOSPITAL = Name("北京协和医院", "Peking Union Medical College Hospital")


def product(**fields: Any) -> Product:
    values: dict[str, Any] = {
        "id": "P1",
        "name": Name("胰岛素", "Insulin"),
        "form": "注射剂",
        "specification": "3 ml",
        "maker": "某厂",
        "holder": "某厂",
        "gtin": "6901234567892",
        "drug_ids": (TRACE[:7],),
        "storage": "2–8 °C",
        "range": REFRIGERATED,
    }
    return Product(**{**values, **fields})


def line(line_id: str = "L1", goods: Product | None = None, **fields: Any) -> Line:
    values: dict[str, Any] = {"lot": "B24", "expiry": date(2027, 12, 31), "quantity": 3, "unit": "盒"}
    return Line(line_id, goods or product(), **{**values, **fields})


def route(*lines: Line, name: Name = HOSPITAL, recalled: tuple[tuple[str, str], ...] = ()) -> Route:
    site = Site("site", name, "", Geofence(Position(39.9, 116.4), 150.0))
    consignment = Consignment("C1", "N1", "O1", name, name, "", date(2026, 11, 22), True, lines)
    stop = Stop("S1", 4, site, (consignment,), (), AT, AT, 0.0)
    party = Party("x", name)
    return Route("R1", 1, date(2026, 11, 22), site, party, party, party, (), (stop,), AT, "straight", (), recalled)


def test_a_line_of_the_route_is_a_line_of_the_manifest() -> None:
    (found,) = manifest_of(route(line(countable=True))).lines
    assert (found.line_id, found.consignment_id, found.stop_id) == ("L1", "C1", "S1")
    assert (found.lot, found.expiry, found.quantity, found.countable) == ("B24", date(2027, 12, 31), 3, True)
    assert found.drug_ids == (TRACE[:7],)


def test_the_item_s_number_is_brought_to_14_digits() -> None:
    assert manifest_of(route(line())).by_id["L1"].gtin == Gtin.parse("6901234567892").value
    assert manifest_of(route(line(goods=product(gtin=None)))).by_id["L1"].gtin is None


def test_the_codes_of_a_line_are_told_apart() -> None:
    codes = (TRACE, f"(00){SSCC}", "S-7", "00" + SSCC[:-1])
    found = manifest_of(route(line(codes=codes))).by_id["L1"]
    assert found.trace_codes == (TRACE,)
    assert found.sscc == (SSCC,)
    assert found.serials == ("S-7", "00" + SSCC[:-1])
    assert manifest_of(route(line(codes=("00" + SSCC,)))).by_id["L1"].sscc == (SSCC,)


def test_a_recalled_lot_is_marked_and_the_next_lot_is_not() -> None:
    manifest = manifest_of(route(line(), line("L2", lot="B25"), recalled=(("P1", "B24"),)))
    assert [found.recalled for found in manifest.lines] == [True, False]


def test_a_stop_is_called_by_its_number_and_both_its_names() -> None:
    assert manifest_of(route(line())).lines[0].site == f"4. {HOSPITAL.zh} / {HOSPITAL.en}"
    assert manifest_of(route(line(), name=Name("某院", "某院"))).lines[0].site == "4. 某院"


def test_a_route_with_a_line_that_cannot_be_scanned_is_refused() -> None:
    assert is_refused(lambda: manifest_of(route(line(goods=product(gtin="6901234567891")))), problems.CODE_CHECK_DIGIT)
    assert is_refused(lambda: manifest_of(route(line(lot=""))), problems.SCAN_NO_LOT)
