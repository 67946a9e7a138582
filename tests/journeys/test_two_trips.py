"""A vehicle that cannot take a day's goods at once: planned for two trips, published, loaded twice, and every line handed
over: on the handheld, in the ledger and in the views."""

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from driver_app.services.scanning import Scanned
from server.accounts import operations as accounts
from server.custody import fsck
from server.fleet import operations as fleet
from server.orders import operations as orders
from server.orders.schemas import Imported
from server.planning import publish
from server.planning.day import Choice, day_problem
from server.planning.keeping import keep_plan, kept_plan
from server.planning.operations import make_plan
from server.trace import operations as trace
from server.transaction import reading, transaction
from shared import problems
from shared.custody.events import Entry, GoodsLoaded, VehicleDeparted
from shared.custody.journey import Phase
from shared.errors import Refused
from shared.work import Line
from tests.journeys.long_shift import Handset, enrol
from tests.journeys.sync_driver import Driver
from tests.journeys.sync_route import DAY, PIN
from tests.journeys.sync_server import BY, House
from tests.journeys.test_sync_property import served
from tests.server.fleet.samples import Fleet, enter_fleet
from tests.server.orders.samples import as_csv, row

PACKS = 3
"""Of each note; the van takes five, its cold room four."""
TONGREN = {"随货同行单号": "N-2", "收货单位": "北京同仁医院", "收货地址": "东交民巷1号", "要求送达": ""}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with closing(House(tmp_path / "house")) as made:
        yield made


def enter_day() -> Fleet:
    """The sample fleet with a small van of two trips a day, and two notes of one lot."""
    entered = enter_fleet()
    day = {"发货日期": DAY.isoformat(), "数量": str(PACKS), "追溯码": ""}
    with transaction():
        accounts.set_pin(entered.user, PIN, by=BY)
        van = fleet.vehicle_entry(entered.vehicle).data
        small = replace(van, capacity=5, terms=replace(van.terms, trips=2))
        fleet.change_vehicle(entered.vehicle, small, by=BY)
        room = next(entry for entry in fleet.containers() if entry.id == entered.compartment)
        fleet.change_container(entered.compartment, replace(room.data, capacity=4), by=BY)
        report = orders.import_orders(as_csv([row(**day), row(**{**day, **TONGREN})]), "day.csv", by=BY)
        assert isinstance(report, Imported)
    return entered


def planned(entered: Fleet) -> str:
    """The day's plan, kept; returns the id of its one route."""
    with reading():
        notes = tuple(order.consignment.id for order in orders.orders(shipped=DAY))
        choice = Choice(DAY, entered.depot, (entered.vehicle,), (entered.driver,), notes, time(6), time(20))
        problem = day_problem(choice)
    plan = make_plan(problem, iterations=20)
    assert plan.feasible
    with transaction():
        return kept_plan(keep_plan(problem, plan, day=DAY, by=BY)).routes[0][0]


class Hands(Driver):
    """Scans each pack by the code its lot shares, and tries at the depot to take all of them at once."""

    later = 0

    def _scan(self, scan: object, line: Line, done: int, missing: int) -> None:
        assert callable(scan)
        code = f"(01){line.product.gtin}(17){line.expiry:%y%m%d}(10){line.lot}"
        assert isinstance(scan(code, Entry.SCANNER), Scanned)

    def _load(self) -> None:
        progress = self._services.load.progress()
        if any(one.missing for one in progress) or self._services.trips.loading == 2:
            super()._load()
            return
        line = progress[0].line
        with pytest.raises(Refused, check=lambda error: error.kind is problems.SCAN_LATER_TRIP):
            self._scan(self._services.load.scan, line, 0, 0)  # the next pack of the lot is the second hospital's
        self.later += 1
        super()._load()


def test_what_does_not_fit_at_once_is_brought_on_two_trips(tmp_path: Path, house: House) -> None:
    folder = tmp_path / "handset"
    folder.mkdir()
    with house.app.app_context():
        route_id = planned(enter_day())
    with served(house) as url:
        handset = Handset(folder)
        hands = Hands(handset, random.Random(1), handset.clock, house.enrolment_text(url))
        hands.calm = True

        def give() -> None:
            with house.app.app_context(), transaction():
                publish.publish_route(route_id, device_id=house.device_ids()[0], by=BY)

        enrol(handset, hands._code, give)
        services = handset.services
        route = services.duty.route
        assert [stop.trip for stop in route.stops] == [1, 2]
        assert [reload.trip for reload in route.reloads] == [2]
        while services.duty.journey.phase is not Phase.ENDED:
            hands.act()
        assert hands.later == 1
        types = [entry.type for entry in handset.journal.entries()]
        assert types.count(VehicleDeparted.__name__) == 2
        loads = [place for place, kind in enumerate(types) if kind == GoodsLoaded.__name__]
        departures = [place for place, kind in enumerate(types) if kind == VehicleDeparted.__name__]
        assert [sum(place < departure for place in loads) for departure in departures] == [PACKS, 2 * PACKS]
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
                    assert (view.loaded, view.unloaded, view.accepted) == (PACKS,) * 3
            assert [problem.text("en") for problem in fsck.check(lambda _what: None)] == []
        handset.network.close()
        handset.journal.close()
