"""Events: frozen values that validate themselves when decoded."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.custody import events as e
from shared.custody.events import EVENT_TYPES, UnknownEvent, decode_event, event_name
from shared.errors import Refused
from tests.shared import story as s
from tests.shared.custody.test_journey_table import EVENTS
from tests.shared.refusing import MODERATE, refusal

KNOWN = {kind: event for kind, event in EVENTS.items() if kind != "UnknownEvent"}


@pytest.mark.parametrize("kind", KNOWN)
def test_an_event_says_its_type_and_reads_back_as_it_was_written(kind: str) -> None:
    raw = msgspec.json.encode(KNOWN[kind])
    assert (msgspec.json.decode(raw)["type"], decode_event(raw)) == (kind, KNOWN[kind])


@pytest.mark.parametrize("kind", KNOWN)
def test_an_event_cannot_be_changed(kind: str) -> None:
    field = KNOWN[kind].__struct_fields__[0]
    with pytest.raises(AttributeError):
        setattr(KNOWN[kind], field, "other")


@pytest.mark.parametrize("kind", KNOWN)
def test_an_event_that_lacks_a_field_is_refused(kind: str) -> None:
    whole = msgspec.json.decode(msgspec.json.encode(KNOWN[kind]))
    raw = msgspec.json.encode({"type": kind})
    assert len(whole) > 1
    with refusal(problems.ENVELOPE_MALFORMED):
        decode_event(raw)


def test_an_event_of_a_type_that_is_not_known_yet_is_kept_as_it_came() -> None:
    raw = b'{"type":"DroneLanded","rotors":4}'
    event = decode_event(raw)
    assert isinstance(event, UnknownEvent)
    assert (event_name(event), bytes(event.raw)) == ("DroneLanded", raw)


def test_a_field_that_a_newer_version_added_does_not_make_an_event_unreadable() -> None:
    raw = b'{"type":"ShiftEnded","route_id":"R-1","mood":"good"}'
    assert decode_event(raw) == e.ShiftEnded("R-1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'{"route_id":"R-1"}',
        b'{"type":7}',
        b'{"type":"\xff"}',
        b'{"type":"ShiftEnded","x":' + b"[" * 5000,
    ],
    ids=["nothing", "null", "a list", "no type", "a number for type", "not UTF-8", "nested too deep"],
)
def test_bytes_that_are_no_event_are_refused(raw: bytes) -> None:
    with refusal(problems.ENVELOPE_MALFORMED):
        decode_event(raw)


def test_the_catalogue_of_types_names_each_by_its_class() -> None:
    assert {name: cls.__name__ for name, cls in EVENT_TYPES.items()} == {name: name for name in EVENT_TYPES}


def test_what_only_the_server_may_write_is_what_it_writes_before_and_around_a_journey() -> None:
    assert {cls.__name__ for cls in e.SERVER_ONLY} == {
        *("DeviceEnrolled", "DeviceRevoked", "RoutePublished", "DepartureOverridden", "LotRecalled"),
        "MessagePosted",
    }


@pytest.mark.parametrize(
    ("times", "temperatures", "humidities"),
    [((1, 2), (400,), (None, None)), ((1,), (400, 400), (None,)), ((1, 2), (400, 400), ()), ((), (400,), (None,))],
)
def test_readings_whose_columns_differ_in_length_do_not_exist(
    times: tuple[int, ...], temperatures: tuple[int, ...], humidities: tuple[None, ...]
) -> None:
    with refusal(problems.SEGMENT_MALFORMED, reason="columns of different length"):
        s.segment("LA", times, temperatures, humidities)


@pytest.mark.parametrize("time", [-1, 253_402_300_800_000])
def test_readings_at_instants_that_cannot_be_do_not_exist(time: int) -> None:
    with refusal(problems.SEGMENT_MALFORMED, reason="no such instant"):
        s.segment("LA", [0, time], [400, 400])


@pytest.mark.parametrize("value", [2**31, -(2**31)])
def test_a_value_that_no_logger_can_store_does_not_exist(value: int) -> None:
    with refusal(problems.SEGMENT_MALFORMED, value=value, reason="no such value"):
        s.segment("LA", [0], [None], [value])


@pytest.mark.parametrize("interval", [-1, 86_401])
def test_a_recording_interval_is_no_less_than_nothing_and_no_more_than_a_day(interval: int) -> None:
    with refusal(problems.SEGMENT_MALFORMED, value=interval, reason="interval"):
        msgspec.structs.replace(s.segment("LA", [], []), interval=interval)


def test_a_segment_that_contradicts_itself_is_refused_when_it_is_decoded() -> None:
    raw = msgspec.json.encode(s.segment("LA", [1_000], [400])).replace(b'"times":[1000]', b'"times":[1000,2000]')
    with refusal(problems.SEGMENT_MALFORMED):
        decode_event(raw)


@pytest.mark.parametrize(
    ("latitudes", "longitudes"),
    [((1,), ()), ((90_000_001,), (0,)), ((0,), (-180_000_001,))],
    ids=["length", "lat", "lon"],
)
def test_positions_that_are_nowhere_do_not_exist(latitudes: tuple[int, ...], longitudes: tuple[int, ...]) -> None:
    with refusal(problems.SEGMENT_MALFORMED):
        e.PositionsSealed("R-1", (0,), latitudes, longitudes)


def test_a_position_that_is_not_on_earth_is_refused_inside_an_event() -> None:
    raw = b'{"type":"StopLeft","route_id":"R","stop_id":"T","position":{"lat":91.0,"lon":0.0}}'
    with refusal(problems.ENVELOPE_MALFORMED):
        decode_event(raw)


def test_a_range_that_is_none_is_refused_inside_a_published_route() -> None:
    raw = msgspec.json.encode(EVENTS["RoutePublished"]).replace(b'"low":2.0,"high":8.0', b'"low":9.0,"high":8.0')
    with refusal(problems.RANGE_INVALID):
        decode_event(raw)


@MODERATE
@given(st.binary(max_size=60))
def test_no_bytes_at_all_are_answered_with_anything_but_an_event_or_a_refusal(raw: bytes) -> None:
    with suppress(Refused):
        assert event_name(decode_event(raw))


@pytest.mark.parametrize("event", [s.loaded("L1", "K", 1), s.unloaded("T1", "L1", 1)], ids=event_name)
def test_a_record_from_before_packs_had_two_codes_still_reads(event: e.AnyEvent) -> None:
    old = msgspec.json.decode(msgspec.json.encode(event))
    del old["beside"]
    assert decode_event(msgspec.json.encode(old)) == event
