"""Event ids: the CBV event hash, held against its authors' vectors, their implementation, and its own rules."""

import copy
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from epcis_event_hash_generator import hash_generator, json_to_py
from hypothesis import given
from hypothesis import strategies as st

from server.trace.event_hash import document_namespaces, event_hash, pre_hash
from server.trace.gs1_uri import canonical_uri
from tests.vectors import ROOT, vector

FOLDER = "epcis/event_hash"
KNOWN_DIFFERENCES = {
    "SensorDataExample7": "writes a boolean as Python's True; the standard and its XML vectors say true",
    "SensorDataExample9": "writes a boolean as Python's True; the standard and its XML vectors say true",
    "SensorDataExample12": "moves extensions behind the event where their namespace has no trailing slash",
    "object_event_all_possible_fields": "writes a boolean as Python's True",
    "aggregation_event_all_possible_fields": "writes a boolean as Python's True",
    "transformation_event_all_possible_fields": "its JSON-LD library refuses the example's context",
    "EPCISQueryDocument": "a query document has no event list",
}
"""Examples on which the reference implementation cannot be followed, and why."""

DOCUMENTS = sorted(path.stem for path in (ROOT / FOLDER).glob("*.hashes")) or ["absent"]
EXAMPLES = sorted(path.stem for path in (ROOT / "epcis/examples").glob("*.jsonld")) or ["absent"]


@pytest.fixture(autouse=True)
def _fresh_reference() -> Iterator[None]:
    """The reference keeps prefixes of earlier documents, and logs a great deal."""
    json_to_py._namespaces.clear()
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def reference(document: dict[str, Any]) -> list[str]:
    """What the reference implementation hashes."""
    events = json_to_py.event_list_from_epcis_document_json(copy.deepcopy(document))
    found: list[str] = hash_generator.derive_prehashes_from_events(events)
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_given_event_hashes_are_met(name: str) -> None:
    expected = vector(f"{FOLDER}/{name}.hashes").read_text().split()
    if not (ROOT / FOLDER / f"{name}.jsonld").exists():
        pytest.skip(f"{name} is given as XML only; we write and read JSON-LD")
    document = json.loads(vector(f"{FOLDER}/{name}.jsonld").read_text())
    namespaces = document_namespaces(document["@context"])
    assert [event_hash(event, namespaces) for event in document["epcisBody"]["eventList"]] == expected


@pytest.mark.filterwarnings("ignore:open_text is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_standards_own_examples_hash_as_by_the_reference_implementation(name: str) -> None:
    path = vector(f"epcis/examples/{name}.jsonld")
    if name in KNOWN_DIFFERENCES:
        pytest.skip(f"the reference {KNOWN_DIFFERENCES[name]}")
    document = json.loads(path.read_text())
    namespaces = document_namespaces(document["@context"])
    assert [pre_hash(event, namespaces) for event in document["epcisBody"]["eventList"]] == reference(document)


EVENT = {
    "type": "ObjectEvent",
    "eventTime": "2026-11-22T08:36:00.000+08:00",
    "eventTimeZoneOffset": "+08:00",
    "epcList": ["https://id.gs1.org/01/06901234567892/21/S1", "https://id.gs1.org/01/06901234567892/21/S2"],
    "action": "OBSERVE",
    "bizStep": "accepting",
    "readPoint": {"id": "https://handover.test/ledger/site/S1"},
    "handover:record": ["https://handover.test/ledger/record/ab"],
}
NAMESPACES = {"handover": "https://handover.test/ledger/epcis/"}


@given(st.permutations(list(EVENT)))
def test_the_order_of_fields_does_not_matter(order: list[str]) -> None:
    assert event_hash({name: EVENT[name] for name in order}, NAMESPACES) == event_hash(EVENT, NAMESPACES)


def test_the_order_of_a_list_does_not_matter() -> None:
    assert event_hash({**EVENT, "epcList": EVENT["epcList"][::-1]}, NAMESPACES) == event_hash(EVENT, NAMESPACES)


@pytest.mark.parametrize("name", ["eventID", "recordTime", "errorDeclaration"])
def test_what_is_said_about_an_event_does_not_count(name: str) -> None:
    said = {"eventID": "urn:x", "recordTime": "2027-01-01T00:00:00Z", "errorDeclaration": {"reason": "did_not_occur"}}
    assert event_hash({**EVENT, name: said[name]}, NAMESPACES) == event_hash(EVENT, NAMESPACES)


@pytest.mark.parametrize("name", sorted(set(EVENT) - {"type"}))
def test_everything_the_event_says_counts(name: str) -> None:
    less = {key: value for key, value in EVENT.items() if key != name}
    assert event_hash(less, NAMESPACES) != event_hash(EVENT, NAMESPACES)


def test_the_same_instant_in_another_zone_is_the_same() -> None:
    assert "eventTime=2026-11-22T00:36:00.000Z" in pre_hash(EVENT, NAMESPACES)


@pytest.mark.parametrize(
    ("given_time", "expected"),
    [
        ("02.1414Z", "02.141Z"),
        ("02.1415Z", "02.142Z"),
        ("02.1425Z", "02.143Z"),
        ("02.9995Z", "03.000Z"),
        ("02Z", "02.000Z"),
    ],
)
def test_the_fourth_decimal_rounds_half_up(given_time: str, expected: str) -> None:
    event = {**EVENT, "eventTime": f"2026-11-22T00:00:{given_time}"}
    assert f"eventTime=2026-11-22T00:00:{expected}" in pre_hash(event, NAMESPACES)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        pre_hash({**EVENT, "eventTime": "2026-11-22T00:00:00"}, NAMESPACES)


@pytest.mark.parametrize(("value", "text"), [(8.0, "8"), (0, "0"), (-0.5, "-0.5"), ("007.50", "7.5"), (True, "true")])
def test_values_have_one_spelling(value: object, text: str) -> None:
    report = {"type": "Temperature", "value": value}
    event = {**EVENT, "sensorElementList": [{"sensorReport": [report]}]}
    assert f"sensorReporttype=https://gs1.org/voc/Temperaturevalue={text}" in pre_hash(event, NAMESPACES)


def test_old_words_are_the_new_ones() -> None:
    old = {**EVENT, "bizStep": "urn:epcglobal:cbv:bizstep:accepting"}
    assert event_hash(old, NAMESPACES) == event_hash(EVENT, NAMESPACES)


def test_empty_values_leave_no_trace() -> None:
    more = {**EVENT, "bizLocation": {}, "quantityList": [], "disposition": "", "ilmd": None}
    assert event_hash(more, NAMESPACES) == event_hash(EVENT, NAMESPACES)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("urn:epc:id:sgtin:4012345.011111.9876", "/01/04012345111118/21/9876"),
        ("urn:epc:id:sgln:4012345.00005.0", "/414/4012345000054"),
        ("urn:epc:id:pgln:401234512345.", "/417/4012345123456"),
        ("urn:epc:id:sgtin:4012345.011111.A!B", "/01/04012345111118/21/A%21B"),
        ("https://example.com/x/gtin/4012345111118/lot/B1?17=1#f", "/01/04012345111118/10/B1"),
        ("https://example.com/01/4012345111118/22/V2/10/B1/21/S", "/01/04012345111118/21/S"),
        ("http://id.gs1.org/00/040123450000003338/", "/00/040123450000003338"),
    ],
)
def test_gs1_keys_have_one_spelling(uri: str, expected: str) -> None:
    assert canonical_uri(uri) == "https://id.gs1.org" + expected


@pytest.mark.parametrize(
    "uri",
    [
        "https://handover.test/ledger/site/S1",
        "https://example.com/01/notdigits",
        "https://example.com/01/06901234567892/10/B%2F1",
        "https://id.gs1.org/01/123456789",
        "urn:epc:id:sgtin:4012345.11.9876",
        "urn:epc:id:sgtin:1.2",
        "urn:epc:id:unknown:4012345.1",
        "urn:epc:idpat:sgtin:4012345.011111.5",
        "urn:uuid:0190",
        "geo:39.9,116.4",
    ],
)
def test_what_is_no_gs1_key_stays_as_it_is(uri: str) -> None:
    assert canonical_uri(uri) is None
