"""The traceability record as EPCIS 2.0: valid by the schema, identified by its content, true to the day."""

import copy
import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema
import msgspec
import pytest
from epcis_event_hash_generator import hash_generator, json_to_py

from server.proof.evidence import gather
from server.trace.epcis import encode, make_document, make_events
from server.trace.epcis_names import EpcisNames
from server.trace.event_hash import document_namespaces, event_hash
from shared.clock import rfc3339, to_ms
from shared.coldchain.readings import TimeBasis
from shared.custody import events as e
from shared.work import Route
from tests.server.proof.day import Day, at, make_day, make_route
from tests.server.proof.memory_ledger import ORIGIN
from tests.vectors import vector

NAMES = EpcisNames(ORIGIN)
BASE = f"https://{ORIGIN}"
Json = dict[str, Any]


def events_of(day: Day, *lines: str, route: Route | None = None) -> list[Json]:
    ledger = day.ledger
    wanted = lines or tuple(line.id for stop in day.route.stops for line in stop.lines())
    entries = list(ledger.of_route(day.route.id))
    return make_events(route or day.route, entries, ledger.of_types(["CorrectionMade"]), wanted, NAMES)


@pytest.fixture(scope="module")
def day() -> Day:
    return make_day()


@pytest.fixture(scope="module")
def document(day: Day) -> Json:
    return make_document(events_of(day), NAMES, at(14))


@pytest.fixture
def _quiet_reference() -> Iterator[None]:
    json_to_py._namespaces.clear()
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def steps(events: list[Json], **wanted: object) -> list[Json]:
    return [event for event in events if all(event.get(name) == value for name, value in wanted.items())]


def quantities(event: Json) -> dict[str, int]:
    found = event.get("quantityList", []) + event.get("childQuantityList", [])
    return {one["epcClass"]: one["quantity"] for one in found}


# form ------------------------------------------------------------------------------------------------------------------


def test_the_document_is_valid_by_the_gs1_schema(document: Json) -> None:
    schema = json.loads(vector("epcis/EPCIS-JSON-Schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.usefixtures("_quiet_reference")
@pytest.mark.filterwarnings("ignore:open_text is deprecated:DeprecationWarning")
def test_every_event_id_is_what_the_reference_implementation_computes(day: Day) -> None:
    """Two stops' worth, with an excursion, a refusal, a shortage, a return and a correction."""
    events = events_of(day, "L2", "L3", "L4")
    made = make_document(events, NAMES, at(14))
    expected = hash_generator.epcis_hashes_from_events(
        json_to_py.event_list_from_epcis_document_json(copy.deepcopy(made))
    )
    assert [event["eventID"] for event in events] == expected


def test_an_event_carries_the_id_that_its_content_has(document: Json) -> None:
    namespaces = document_namespaces(document["@context"])
    for event in document["epcisBody"]["eventList"]:
        assert event["eventID"] == event_hash(event, namespaces)


def test_ids_are_unique_except_of_an_event_and_its_error_declaration(document: Json) -> None:
    found = Counter(event["eventID"] for event in document["epcisBody"]["eventList"])
    declared = {e["eventID"] for e in document["epcisBody"]["eventList"] if "errorDeclaration" in e}
    assert {name for name, count in found.items() if count > 1} == declared


def test_an_event_is_the_same_in_every_document(day: Day) -> None:
    """Asked for by route, by one line, or from the evidence of one stop: the same deed has the same id."""
    whole = {event["eventID"] for event in events_of(day)}
    assert {event["eventID"] for event in events_of(day, "L4")} < whole
    for proof in day.proofs.values():
        evidence = gather(day.ledger, proof)
        lines = [line.id for line in evidence.stop.lines()]
        corrections = evidence.of(e.CorrectionMade)
        part = {x["eventID"] for x in make_events(evidence.route, evidence.entries, corrections, lines, NAMES)}
        assert part
        assert part <= whole


def test_every_event_names_the_records_it_was_made_from(day: Day, document: Json) -> None:
    known = {f"{BASE}/record/{entry.sha256}" for entry in day.ledger.entries}
    for event in document["epcisBody"]["eventList"]:
        assert event["handover:record"]
        assert set(event["handover:record"]) <= known


def test_the_file_is_utf_8_json_and_the_same_every_time(day: Day, document: Json) -> None:
    assert json.loads(encode(document)) == document
    assert encode(make_document(events_of(make_day()), NAMES, at(14))) == encode(document)


def test_no_sensor_report_repeats_what_its_metadata_says(document: Json) -> None:
    """EPCIS 2.0 forbids the same attribute in both, though the schema lets it pass."""
    for event in document["epcisBody"]["eventList"]:
        for element in event.get("sensorElementList", []):
            for report in element["sensorReport"]:
                assert not report.keys() & element["sensorMetadata"].keys()


def test_the_coarse_steps_that_exclude_the_fine_ones_are_never_used(document: Json) -> None:
    """CBV 2.0: shipping excludes loading and departing; receiving excludes arriving and accepting."""
    used = {event["bizStep"] for event in document["epcisBody"]["eventList"]}
    assert not used & {"shipping", "receiving", "consigning", "staging_outbound"}


# what it tells ---------------------------------------------------------------------------------------------------------


def test_loading_puts_packs_into_their_container(day: Day) -> None:
    (event,) = steps(events_of(day, "L1"), bizStep="loading")
    assert (event["type"], event["action"]) == ("AggregationEvent", "ADD")
    assert event["parentID"] == f"{BASE}/container/K-1"
    assert quantities(event) == {"https://id.gs1.org/01/06901234567892/10/B240801": 30}
    assert event["readPoint"] == {"id": f"{BASE}/site/S0"}
    kinds = {one["type"]: one["bizTransaction"] for one in event["bizTransactionList"]}
    assert kinds == {"desadv": f"{BASE}/delivery-note/SX20261122001", "po": f"{BASE}/purchase-order/PO-771"}


def test_departure_and_arrival_are_of_the_container(day: Day) -> None:
    events = events_of(day, "L1")
    for step, place in (("departing", "S0"), ("arriving", "S1")):
        (event,) = steps(events, bizStep=step)
        assert event["epcList"] == [f"{BASE}/container/K-1"]
        assert event["disposition"] == "in_transit"
        assert event["readPoint"] == {"id": f"{BASE}/site/{place}"}


def test_readings_come_one_by_one_with_logger_time_and_unit(day: Day) -> None:
    events = steps(events_of(day, "L4"), bizStep="sensor_reporting")
    (first, *_) = events
    (element,) = first["sensorElementList"]
    segment = next(s for s in day.segments if s.logger_id == "LG-C")
    assert element["sensorMetadata"]["deviceID"] == f"{BASE}/logger/LG-C"
    assert element["sensorMetadata"]["rawData"] in first["handover:record"]
    warm = [report for report in element["sensorReport"] if report["type"] == "Temperature"]
    assert [report["value"] for report in warm] == [t / 100 for t in segment.temperatures if t is not None]
    assert {report["uom"] for report in warm} == {"CEL"}
    damp = [report for report in element["sensorReport"] if report["type"] == "RelativeHumidity"]
    assert {(report["value"], report["uom"]) for report in damp} == {(52.0, "P1")}


def test_a_reading_of_zero_or_below_is_a_value_and_no_value_is_none(day: Day) -> None:
    history = Day()
    history.begin()
    moment = at(7, 40)
    times = tuple(to_ms(moment + timedelta(minutes=m)) for m in range(3))
    fetched = moment + timedelta(minutes=3)
    segment = e.ReadingsSealed(
        history.route.id, "LG-A", 60, TimeBasis.LOGGER_CLOCK, times, (0, None, -250), (None,) * 3, fetched, None, True
    )
    history.says(segment, fetched)
    (event,) = steps(events_of(history, "L1"), bizStep="sensor_reporting")
    assert [report["value"] for report in event["sensorElementList"][0]["sensorReport"]] == [0.0, -2.5]


def test_a_segment_without_a_value_is_no_event(day: Day) -> None:
    history = Day()
    history.begin()
    nothing = e.ReadingsSealed(
        history.route.id,
        "LG-A",
        60,
        TimeBasis.LOGGER_CLOCK,
        (to_ms(at(7, 40)),),
        (None,),
        (None,),
        at(7, 41),
        None,
        True,
    )
    history.says(nothing, at(7, 41))
    assert steps(events_of(history, "L1"), bizStep="sensor_reporting") == []


def test_inspection_says_what_the_receiver_was_shown(day: Day) -> None:
    for line, disposition in (("L1", "conformant"), ("L3", "unknown"), ("L4", "non_conformant")):
        event = steps(events_of(day, line), bizStep="inspecting")[0]
        assert event["disposition"] == disposition
        (report,) = event["sensorElementList"][0]["sensorReport"]
        assert report.get("exception") == ("ALARM_CONDITION" if line == "L4" else None)
    assert report["maxValue"] == 11.17


def test_a_handover_moves_possession(day: Day) -> None:
    (event,) = steps(events_of(day, "L3"), bizStep="accepting")
    assert quantities(event) == {"https://id.gs1.org/01/06901234567892/10/B240801": 19}
    assert event["sourceList"] == [{"type": "possessing_party", "source": f"{BASE}/carrier/K1"}]
    (destination,) = event["destinationList"]
    assert destination["type"] == "possessing_party"
    assert {"type": "recadv", "bizTransaction": f"{BASE}/record/{day.proofs['refused']}"} in event["bizTransactionList"]


def test_a_shortage_is_a_mismatch_of_quantity(day: Day) -> None:
    (event,) = steps(events_of(day, "L3"), disposition="mismatch_quantity")
    assert quantities(event) == {"https://id.gs1.org/01/06901234567892/10/B240801": 1}
    assert event["handover:reason"] == f"{BASE}/reason/short"


def test_refused_goods_are_inspected_loaded_again_and_leave_as_returned(day: Day) -> None:
    events = events_of(day, "L4")
    refused = steps(events, bizStep="inspecting", disposition="non_conformant")[-1]
    assert refused["handover:reason"] == f"{BASE}/reason/temperature"
    assert steps(events, bizStep="accepting") == []
    back = steps(events, disposition="returned")
    assert [(event["action"], event["bizStep"]) for event in back] == [
        ("ADD", "loading"),
        ("OBSERVE", "departing"),
        ("DELETE", "unloading"),
    ]
    assert all(list(quantities(event).values()) == [12] for event in back)


@pytest.mark.parametrize(
    ("reason", "disposition"),
    [("damaged", "damaged"), ("wrong_goods", "mismatch_class"), ("expired", "expired"), ("recalled", "recalled"),
     ("documents", "non_sellable_other"), ("other", "non_sellable_other")],
)  # fmt: skip
def test_each_reason_has_its_disposition(reason: str, disposition: str) -> None:
    history = Day()
    history.begin()
    visit = history.route.stops[2]
    history.says(e.StopArrived(history.route.id, "T3", e.ArrivedBy.HAND, None, None), at(9, 58))
    history.says(e.GoodsUnloaded(history.route.id, "T3", "L5", 8, "u", e.Entry.SCANNER), at(9, 59))
    shown = history.show(visit, at(10))
    outcome = e.LineOutcome("L5", e.Outcome.REFUSED, 0, 8, reason=e.Reason(reason))
    signed = e.HandoverSigned(
        history.route.id, "T3", (outcome,), (history.signatory("王", "药师", "1", 5),), shown, None, "zh"
    )
    history.says(signed, at(10, 5))
    (event,) = steps(events_of(history, "L5"), disposition=disposition, bizStep="inspecting")
    assert event["handover:reason"] == f"{BASE}/reason/{reason}"


def test_goods_of_a_failed_stop_leave_again_and_come_back(day: Day) -> None:
    events = events_of(day, "L5")
    assert steps(events, bizStep="accepting") == []
    assert [event["bizStep"] for event in steps(events, disposition="returned")] == ["departing", "unloading"]


def test_a_correction_is_the_event_once_more_with_a_declaration(day: Day) -> None:
    """History is not edited: the typed code stays, and a declaration says that it is wrong."""
    events = events_of(day, "L4")
    (declared,) = [event for event in events if "errorDeclaration" in event]
    (original,) = [x for x in events if x["eventID"] == declared["eventID"] and "errorDeclaration" not in x]
    assert {k: v for k, v in declared.items() if k != "errorDeclaration"} == original
    assert declared["errorDeclaration"]["declarationTime"] == rfc3339(at(14))
    assert declared["errorDeclaration"]["reason"] == "incorrect_data"


def test_times_carry_the_offset_of_the_place(document: Json) -> None:
    assert {event["eventTimeZoneOffset"] for event in document["epcisBody"]["eventList"]} == {"+08:00"}


def test_a_line_in_two_containers_is_unloaded_from_both() -> None:
    history = Day()
    enrolled = e.DeviceEnrolled("0193-handheld-7", history.handheld.signer.public_key(), "7")
    history.decides(enrolled, at(5))
    published = history.decides(e.RoutePublished(history.route, "0193-handheld-7", "d"), at(5))
    route_id = history.route.id
    history.says(e.ShiftStarted(route_id, 1, "D1", "V1", published, None), at(6))
    history.says(e.GoodsLoaded(route_id, "L1", "K-1", 20, "a", e.Entry.SCANNER), at(6, 1))
    history.says(e.GoodsLoaded(route_id, "L1", "B-7", 10, "b", e.Entry.SCANNER), at(6, 2))
    history.says(e.VehicleDeparted(route_id, None), at(7))
    history.says(e.StopArrived(route_id, "T1", e.ArrivedBy.HAND, None, None), at(8))
    history.says(e.GoodsUnloaded(route_id, "T1", "L1", 25, "c", e.Entry.SCANNER), at(8, 1))
    history.show(history.route.stops[0], at(8, 5))
    taken = {event["parentID"]: quantities(event) for event in steps(events_of(history, "L1"), bizStep="unloading")}
    goods = "https://id.gs1.org/01/06901234567892/10/B240801"
    assert sorted(found[goods] for found in taken.values()) == [10, 15]


# names -----------------------------------------------------------------------------------------------------------------


def test_packs_scanned_one_by_one_are_named_one_by_one() -> None:
    year = 2026
    assert NAMES.pack("83857930000879766660", year) == f"{BASE}/trace-code/83857930000879766660"
    assert NAMES.pack("(01)06901234567892(21)S7", year) == "https://id.gs1.org/01/06901234567892/21/S7"
    assert NAMES.pack("(00)106141412345678908", year) == "https://id.gs1.org/00/106141412345678908"
    assert (
        NAMES.pack("https://id.gs1.org/01/06901234567892/21/S7", year) == "https://id.gs1.org/01/06901234567892/21/S7"
    )
    for shared_by_many in ("(01)06901234567892(10)B1", "6901234567892", "what is this?"):
        assert NAMES.pack(shared_by_many, year) is None


def test_goods_without_a_gtin_or_with_an_odd_lot_have_a_name_of_our_own() -> None:
    line = make_route().line("L1")[2]
    odd = msgspec.structs.replace(line, lot="批/1")
    assert NAMES.goods(odd) == f"{BASE}/product/P-INS~%E6%89%B9%2F1"
    for gtin in (None, "123"):
        nameless = msgspec.structs.replace(line, product=msgspec.structs.replace(line.product, gtin=gtin))
        assert NAMES.goods(nameless) == f"{BASE}/product/P-INS~B240801"


def test_a_box_is_named_by_its_grai_and_a_pallet_by_its_sscc() -> None:
    box = make_route().container("B-7")
    for code, name in (
        ("(8003)04006381333931BOX7", "https://id.gs1.org/8003/04006381333931BOX7"),
        ("(00)106141412345678908", "https://id.gs1.org/00/106141412345678908"),
        ("京A·D1234", f"{BASE}/container/B-7"),
    ):
        assert NAMES.container(msgspec.structs.replace(box, code=code), 2026) == name
