"""The chain: no event of a device can be dropped, moved or replaced."""

from datetime import datetime
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.custody.chain import GENESIS, ChainState, Record, extend, parse_record, read_record, write_record
from shared.custody.envelope import Envelope, seal
from shared.custody.events import AnyEvent, RemarkMade, UnknownEvent
from shared.errors import Refused
from shared.keys import KeySigner
from tests.shared.refusing import MODERATE, refusal
from tests.shared.story import R, at

SIGNER = KeySigner(b"c" * 32)
PUBLIC = SIGNER.public_key()


def written(count: int, device: str = "H1", signer: KeySigner = SIGNER) -> list[Envelope]:
    """The first ``count`` links of a device's chain."""
    state, envelopes = ChainState(device), []
    for number in range(count):
        envelope, state = write_record(
            state,
            RemarkMade(R, "T1", f"remark {number}"),
            signer,
            at=at(number),
            mono=number * 60_000,
            offset=-250 if number else None,
            app="1.0",
            actor="u1",
        )
        envelopes.append(envelope)
    return envelopes


def read(envelopes: list[Envelope], device: str = "H1") -> ChainState:
    """Where the chain stands after these envelopes, verified one by one."""
    state = ChainState(device)
    for envelope in envelopes:
        state = extend(state, read_record(envelope, PUBLIC), envelope.sha256)
    return state


CHAIN = written(6)


def test_a_chain_as_written_is_read_back_whole() -> None:
    assert read(CHAIN) == ChainState("H1", 6, CHAIN[-1].sha256)


def test_the_first_event_names_the_hash_of_nothing() -> None:
    assert (read_record(CHAIN[0], PUBLIC).prev, GENESIS) == (sha256(b"").hexdigest(), sha256(b"").hexdigest())


def test_each_event_names_the_hash_of_the_payload_before_it() -> None:
    assert [read_record(envelope, PUBLIC).prev for envelope in CHAIN[1:]] == [one.sha256 for one in CHAIN[:-1]]


def test_a_record_carries_who_when_and_by_which_clocks() -> None:
    record = read_record(CHAIN[2], PUBLIC)
    assert (record.v, record.device, record.seq, record.at, record.mono, record.offset, record.app, record.actor) == (
        *(1, "H1", 3, at(2), 120_000, -250, "1.0", "u1"),
    )


def test_a_record_gives_its_event_back() -> None:
    assert read_record(CHAIN[2], PUBLIC).decoded() == RemarkMade(R, "T1", "remark 2")


@pytest.mark.parametrize("dropped", range(5))
def test_an_event_dropped_from_the_chain_is_noticed_at_the_next(dropped: int) -> None:
    with refusal(problems.CHAIN_GAP, device="H1", expected=dropped + 1, value=dropped + 2):
        read(CHAIN[:dropped] + CHAIN[dropped + 1 :])


@pytest.mark.parametrize("moved", range(1, 6))
def test_an_event_moved_to_the_front_is_noticed(moved: int) -> None:
    with refusal(problems.CHAIN_GAP):
        read([CHAIN[moved], *CHAIN[:moved], *CHAIN[moved + 1 :]])


def test_an_event_told_twice_is_noticed() -> None:
    with refusal(problems.CHAIN_GAP, expected=3, value=2):
        read([*CHAIN[:2], CHAIN[1]])


def test_an_event_replaced_by_another_of_the_same_device_and_number_is_noticed_at_the_next() -> None:
    state = ChainState("H1", 2, CHAIN[1].sha256)
    event = RemarkMade(R, "T1", "rewritten")
    rewritten, after = write_record(state, event, SIGNER, at=at(2), mono=0, offset=0, app="1.0", actor="u1")
    with refusal(problems.CHAIN_BROKEN, device="H1", seq=4, value=CHAIN[2].sha256, expected=after.head):
        read([*CHAIN[:2], rewritten, *CHAIN[3:]])


def test_an_event_of_another_device_does_not_extend_a_chain() -> None:
    with refusal(problems.DEVICE_MISMATCH, value="H2", device="H1"):
        read(written(1, "H2"))


def test_an_event_signed_by_another_device_is_refused() -> None:
    with refusal(problems.ENVELOPE_KEY):
        read(written(1, signer=KeySigner(b"x" * 32)))


@MODERATE
@given(st.permutations(CHAIN))
def test_only_the_written_order_is_a_chain(envelopes: list[Envelope]) -> None:
    if envelopes != CHAIN:
        with pytest.raises(Refused):
            read(envelopes)


@MODERATE
@given(st.lists(st.sampled_from(CHAIN), max_size=8))
def test_whatever_is_read_as_a_chain_is_a_beginning_of_what_was_written(envelopes: list[Envelope]) -> None:
    try:
        read(envelopes)
    except Refused:
        return
    assert envelopes == CHAIN[: len(envelopes)]


def payload(**changes: object) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(CHAIN[0].payload), **changes})


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"\xff",
        payload(v=2),
        payload(at="2026-11-22T08:00:00"),
        payload(seq="1"),
        payload(event={"type": "RemarkMade"}),
        payload(event={}),
        payload(event=None),
        b'{"v":1,"event":' + b"[" * 100_000,
    ],
    ids=[
        "empty",
        "not JSON",
        "another form",
        "no zone",
        "text for a number",
        "half an event",
        "no type",
        "null",
        "deep",
    ],
)
def test_a_payload_that_is_no_record_is_refused(raw: bytes) -> None:
    with refusal(problems.ENVELOPE_MALFORMED):
        parse_record(raw)


def test_a_signed_payload_that_is_no_record_is_refused() -> None:
    with refusal(problems.ENVELOPE_MALFORMED):
        read_record(seal(payload(v=9), "application/vnd.handover.event+json", SIGNER), PUBLIC)


def test_an_event_that_a_newer_app_wrote_is_chained_like_any_other() -> None:
    raw = payload(event={"type": "DroneLanded", "rotors": 4})
    record = parse_record(raw)
    state = extend(ChainState("H1"), record, sha256(raw).hexdigest())
    event: AnyEvent = record.decoded()
    assert isinstance(event, UnknownEvent)
    assert (state.seq, event.type) == (1, "DroneLanded")


def test_a_record_keeps_the_exact_bytes_of_its_event() -> None:
    odd = b'{ "type":"RemarkMade", "route_id":"R-1","stop_id":"T1","text":"\\u4ea4" }'
    raw = payload(event=msgspec.Raw(odd))
    assert bytes(parse_record(raw).event) == odd


def test_a_wall_clock_of_another_zone_is_the_same_instant() -> None:
    record: Record = parse_record(payload(at="2026-11-22T08:00:00+08:00"))
    assert record.at == datetime.fromisoformat("2026-11-22T00:00:00+00:00")
