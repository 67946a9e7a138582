"""Goods that change vehicles, and goods that are taken along, as EPCIS 2.0: valid by the schema, identified by content."""

import copy
import json
import logging
from collections.abc import Iterator

import jsonschema
import pytest
from epcis_event_hash_generator import hash_generator, json_to_py
from flask import Flask

from server.proof.evidence import gather
from server.trace.epcis import export, make_document, make_events
from server.transaction import reading
from shared.custody import events as e
from shared.custody.road import Collected, MovedLine
from shared.errors import Refused
from shared.geo import Position
from tests.server.proof.day import DEVICE, ROUTE, Day, at
from tests.server.store import project, store
from tests.server.trace.test_epcis import BASE, NAMES, Json, quantities, steps
from tests.vectors import vector

LOT = "https://id.gs1.org/01/06901234567892/10/B240801"
HERE = Position(39.905, 116.41, 9.0)
GIVEN = "(01)06901234567892(10)B240801"
ONE = "(01)06901234567892(21)S9(10)B240801"
ALL = ("a", "b", "c", "d")


def collected(item: str, why: Collected, quantity: int, **more: object) -> e.GoodsCollected:
    given: dict[str, object] = {
        "stop_id": None, "name": "甘精胰岛素注射液", "lot": "B240801", "unit": "盒", "code": GIVEN,
        "container_id": "K-1", "given_by": "李秀英", "position": HERE, **more,
    }  # fmt: skip
    return e.GoodsCollected(
        route_id=ROUTE,
        item=item,
        why=why,
        quantity=quantity,
        entry=e.Entry.SCANNER,
        note="",
        **given,  # type: ignore[arg-type]
    )


def moved(*lines: MovedLine, position: Position | None = HERE) -> e.GoodsMoved:
    return e.GoodsMoved(ROUTE, lines, "京B·E5678", "赵强", "5" * 64, "6" * 64, "抛锚 breakdown", position)


@pytest.fixture(scope="module")
def day() -> Day:
    """A first stop where goods are given back, packs of the second that change vehicles, and a return to the depot."""
    history = Day()
    history.begin()
    history.first_stop(
        (collected("a", Collected.RECALL, 3, stop_id="T1"), at(8, 33)),
        (collected("b", Collected.RETURN, 1, stop_id="T1", code=ONE, container_id=None), at(8, 34)),
    )
    history.says(moved(MovedLine("L3", 20), MovedLine("L4", 5)), at(8, 50))
    history.says(collected("c", Collected.UNPLANNED, 2, code="?", lot="批/9", position=None), at(8, 55))
    history.says(collected("d", Collected.EMPTIES, 4, name="空箱", lot="", code=""), at(8, 56))
    history.says(e.VehicleReturned(ROUTE, None), at(11))
    for item, quantity, note in (("a", 3, ""), ("b", 1, ""), ("c", 0, "遗失 lost"), ("d", 3, "一只破损")):
        history.says(e.CollectionHandedIn(ROUTE, item, quantity, note), at(11, 5))
    return history


def told(day: Day, *lines: str, items: tuple[str, ...] = ALL) -> list[Json]:
    entries = list(day.ledger.of_route(ROUTE))
    return make_events(day.route, entries, (), lines, NAMES, items)


@pytest.fixture(scope="module")
def document(day: Day) -> Json:
    return make_document(told(day, "L1", "L3", "L4"), NAMES, at(14))


@pytest.fixture
def _quiet_reference() -> Iterator[None]:
    json_to_py._namespaces.clear()
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_the_document_is_valid_by_the_gs1_schema(document: Json) -> None:
    schema = json.loads(vector("epcis/EPCIS-JSON-Schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.usefixtures("_quiet_reference")
@pytest.mark.filterwarnings("ignore:open_text is deprecated:DeprecationWarning")
def test_every_event_id_is_what_the_reference_implementation_computes(document: Json) -> None:
    expected = hash_generator.epcis_hashes_from_events(
        json_to_py.event_list_from_epcis_document_json(copy.deepcopy(document))
    )
    assert [event["eventID"] for event in document["epcisBody"]["eventList"]] == expected


def test_packs_that_change_vehicles_leave_their_container_and_go_to_who_took_them(day: Day) -> None:
    (event,) = steps(told(day, "L3", items=()), bizStep="unloading")
    assert (event["type"], event["action"], event["disposition"]) == ("AggregationEvent", "DELETE", "in_transit")
    assert event["parentID"] == f"{BASE}/container/K-1"
    assert quantities(event) == {LOT: 20}
    assert event["readPoint"] == {"id": "geo:39.905000,116.410000"}
    assert event["sourceList"] == [{"type": "possessing_party", "source": f"{BASE}/carrier/K1"}]
    (destination,) = event["destinationList"]
    assert destination["destination"].startswith(f"{BASE}/driver/")
    assert {one["type"] for one in event["bizTransactionList"]} == {"desadv", "po"}


def test_packs_that_moved_do_not_come_back_from_a_failed_stop() -> None:
    history = Day()
    history.begin()
    history.says(moved(MovedLine("L5", 5), position=None), at(9))
    history.says(e.StopArrived(ROUTE, "T3", e.ArrivedBy.HAND, None, None), at(10))
    history.says(e.StopFailed(ROUTE, "T3", e.Failure.CLOSED, "", None), at(10, 5))
    history.says(e.StopLeft(ROUTE, "T3", None), at(10, 6))
    events = told(history, "L5", items=())
    (left,) = steps(events, bizStep="departing", disposition="returned")
    assert list(quantities(left).values()) == [3]
    (gone,) = steps(events, bizStep="unloading")
    assert "readPoint" not in gone


def test_packs_taken_over_on_the_road_are_loaded_at_no_site() -> None:
    history = Day()
    history.decides(e.DeviceEnrolled(DEVICE, history.handheld.signer.public_key(), "7"), at(5))
    published = history.decides(e.RoutePublished(history.route, DEVICE, "d"), at(5))
    history.says(e.ShiftStarted(ROUTE, 1, "D1", "V1", published, None), at(6))
    history.says(e.GoodsLoaded(ROUTE, "L5", "K-1", 6, "(01)06901234567892(10)B240802", e.Entry.SCANNER), at(6, 1))
    history.says(e.VehicleDeparted(ROUTE, None), at(7))
    history.says(e.GoodsLoaded(ROUTE, "L5", "B-7", 2, "(01)06901234567892(10)B240802", e.Entry.SCANNER), at(9))
    at_depot, on_road = steps(told(history, "L5", items=()), bizStep="loading")
    if "readPoint" not in at_depot:
        at_depot, on_road = on_road, at_depot
    assert (at_depot["readPoint"], at_depot["disposition"]) == ({"id": f"{BASE}/site/S0"}, "in_progress")
    assert ("readPoint" in on_road, on_road["disposition"]) == (False, "in_transit")
    assert list(quantities(on_road).values()) == [2]
    assert len(steps(told(history, "L5", items=()), bizStep="departing")) == 1  # the box was empty when it left


def test_recalled_goods_are_collected_from_the_receiver_and_handed_in(day: Day) -> None:
    taken, back = told(day, items=("a",))
    assert (taken["type"], taken["action"], taken["bizStep"], taken["disposition"]) == (
        "AggregationEvent", "ADD", "collecting", "recalled",
    )  # fmt: skip
    assert quantities(taken) == quantities(back) == {LOT: 3}
    assert taken["parentID"] == back["parentID"] == f"{BASE}/container/K-1"
    assert taken["readPoint"] == {"id": f"{BASE}/site/S1"}
    assert taken["sourceList"][0]["source"] == NAMES.giver(day.route.stops[0].site)
    assert taken["destinationList"][0]["destination"] == f"{BASE}/carrier/K1"
    assert taken["handover:reason"] == f"{BASE}/reason/recall"
    assert (back["action"], back["bizStep"], back["disposition"]) == ("DELETE", "unloading", "recalled")
    assert back["readPoint"] == back["bizLocation"] == {"id": f"{BASE}/site/S0"}


def test_one_pack_that_was_scanned_is_named_and_without_a_container_it_is_in_none(day: Day) -> None:
    taken, back = told(day, items=("b",))
    assert {taken["type"], back["type"]} == {"ObjectEvent"}
    assert {taken["action"], back["action"]} == {"OBSERVE"}
    assert taken["epcList"] == back["epcList"] == ["https://id.gs1.org/01/06901234567892/21/S9"]
    assert taken["disposition"] == back["disposition"] == "returned"


def test_what_is_missing_at_the_depot_is_a_mismatch_of_quantity(day: Day) -> None:
    taken, missing = told(day, items=("c",))
    assert (taken["bizStep"], taken["disposition"]) == ("loading", "in_transit")
    assert "readPoint" not in taken
    assert "sourceList" not in taken
    assert (missing["bizStep"], missing["disposition"]) == ("inspecting", "mismatch_quantity")
    assert quantities(missing) == quantities(taken) == {NAMES.own("collected", "甘精胰岛素注射液~批/9"): 2}
    _, handed_in, broken = told(day, items=("d",))
    assert (handed_in["disposition"], list(quantities(handed_in).values())) == ("in_progress", [3])
    assert list(quantities(broken).values()) == [1]


def test_an_event_is_the_same_in_every_document(day: Day) -> None:
    whole = {event["eventID"] for event in told(day, "L1", "L2", "L3", "L4")}
    for item in ALL:
        part = {event["eventID"] for event in told(day, items=(item,))}
        assert part
        assert part <= whole
    evidence = gather(day.ledger, day.proofs["accepted"])
    lines = [line.id for line in evidence.stop.lines()]
    taken = {entry.event.item for entry in evidence.of(e.GoodsCollected)}  # type: ignore[union-attr]
    assert taken == {"a", "b"}
    assert {x["eventID"] for x in make_events(evidence.route, evidence.entries, (), lines, NAMES, taken)} <= whole


def test_who_asks_for_a_lot_or_a_code_finds_what_was_taken_along(app: Flask, day: Day) -> None:
    with app.app_context():
        store(day, blobs=False)
        project()
        with reading():
            of_lot = export(lot="B240801")["epcisBody"]["eventList"]
            assert len(steps(of_lot, bizStep="collecting")) == 2
            of_code = export(code=ONE)["epcisBody"]["eventList"]
            assert [event["disposition"] for event in of_code] == ["returned", "returned"]
            with pytest.raises(Refused):
                export(code="nothing of the kind")


def test_a_pack_with_a_second_name_is_one_pack_in_epcis() -> None:
    """The name that came a moment later stands for no pack: the instance is named once, by the code it was counted under."""
    history = Day()
    history.decides(e.DeviceEnrolled(DEVICE, history.handheld.signer.public_key(), "7"), at(5))
    published = history.decides(e.RoutePublished(history.route, DEVICE, "d"), at(5))
    history.says(e.ShiftStarted(ROUTE, 1, "D1", "V1", published, None), at(6))
    history.says(e.GoodsLoaded(ROUTE, "L1", "K-1", 1, ONE, e.Entry.SCANNER), at(6, 1))
    history.says(e.GoodsLoaded(ROUTE, "L1", "K-1", 0, "83857930000000000001", e.Entry.SCANNER, (ONE,)), at(6, 1))
    (event,) = steps(told(history, "L1", items=()), bizStep="loading")
    assert event["childEPCs"] == ["https://id.gs1.org/01/06901234567892/21/S9"]
    assert "childQuantityList" not in event
