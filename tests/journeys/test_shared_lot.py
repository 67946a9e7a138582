"""Several stops take packs of one lot, and hands bring out whichever comes first: no pack is refused where its lot goes, and
handheld, ledger and views agree on how many went where."""

import random
from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
import pytest

from driver_app.hardware.ports import CodeSource, RawCode
from driver_app.services.scanning import Scanned
from server.custody import fsck
from server.trace import operations as trace
from server.transaction import reading
from shared.custody import events as e
from shared.custody.events import Entry
from shared.custody.journey import Phase
from shared.work import Line, Route
from tests.journeys.long_shift import Handset, enrol
from tests.journeys.sync_driver import Driver
from tests.journeys.sync_server import House
from tests.journeys.tapped_shift import tapped_route
from tests.journeys.test_sync_property import served

STOPS = 3


def printed(line: Line) -> list[RawCode]:
    """The packs of a line: each with its DataMatrix and, beside it, a trace code that no delivery note lists."""
    gtin, expiry = line.product.gtin, line.expiry.strftime("%y%m%d")
    place = int(line.id[1]) * 10 + int(line.id[-1])
    return [
        RawCode(
            f"(01){gtin}(17){expiry}(10){line.lot}(21){line.id}-{n}",
            None,
            CodeSource.SCANNER,
            (RawCode(f"8385793{place:05d}{n:08d}", None, CodeSource.SCANNER),),
        )
        for n in range(line.quantity)
    ]


class Hands(Driver):
    """Loads what comes out last first, and at each stop brings out the packs that the warehouse had packed for it, by
    either code."""

    def _load(self) -> None:
        load = self._services.load
        waiting = [pack for stop in reversed(self._services.duty.route.stops) for pack in packs_of(stop.lines())]
        for pack in waiting:
            self._handset.rest()
            assert isinstance(load.scan(pack, Entry.SCANNER), Scanned)
        load.finish()

    def _stop_unload(self) -> None:
        stop = self._services.stop
        for number, pack in enumerate(packs_of(stop.stop.lines())):
            self._handset.rest()
            found = stop.scan(pack.beside[0] if number % 2 else pack, Entry.SCANNER)
            assert isinstance(found, Scanned)
            assert found.line_id in {line.id for line in stop.stop.lines()}
        stop.finish_unloading()


def packs_of(lines: tuple[Line, ...] | list[Line]) -> list[RawCode]:
    return [pack for line in lines for pack in printed(line)]


@pytest.fixture
def shared() -> Route:
    """Every stop takes other numbers of the same two lots."""
    route = tapped_route(STOPS)
    lots = {(line.product.id, line.lot) for stop in route.stops for line in stop.lines()}
    assert len(lots) == 2
    assert all(line.expiry > date(2026, 11, 22) for stop in route.stops for line in stop.lines())
    return route


def test_a_pack_is_brought_out_wherever_its_lot_goes_whichever_line_it_was_counted_for(
    tmp_path: Path, shared: Route
) -> None:
    house, folder = House(tmp_path / "house"), tmp_path / "handset"
    folder.mkdir()
    with closing(house), served(house) as url:
        handset = Handset(folder)
        hands = Hands(handset, random.Random(1), handset.clock, house.enrolment_text(url))
        hands.calm = True
        driver = msgspec.structs.replace(shared.driver, id=house.driver_id)
        route = msgspec.structs.replace(shared, driver=driver)
        enrol(handset, hands._code, lambda: house.publish(house.device_ids()[0], route))
        services = handset.services
        while not (services.duty.started and services.duty.journey.phase is Phase.ENDED):
            hands.act()
        events = [entry.type for entry in handset.journal.entries()]
        assert e.ScanRefused.__name__ not in events
        loads = [pack for pack in services.duty.journey.packs if pack[0] == "load" and "(21)" in pack[2]]
        swapped = [pack for pack in loads if f"(21){pack[1]}-" not in pack[2]]
        assert swapped, "no pack was counted for another stop than it was packed for: this day shows nothing"
        house.clock.advance(handset.clock.monotonic() - house.clock.monotonic())
        handset.network.up = True
        services.sync.nudge()
        while services.state.status().on_phone:
            services.sync.step()
        while house.worker.step():
            pass
        with house.app.app_context(), reading():
            assert trace.anomalies() == []
            for stop in route.stops:
                for view in trace.lines_of(stop.id):
                    assert (view.loaded, view.unloaded, view.accepted) == (view.quantity,) * 3
            assert [problem.text("en") for problem in fsck.check(lambda _what: None)] == []
        handset.network.close()
        handset.journal.close()
