"""Sync: what the handheld believes, and when."""

import threading
from datetime import timedelta

import msgspec
import pytest

from driver_app.journal.ports import OutboxState
from driver_app.services.ports import Response
from driver_app.services.sync import Did
from shared import problems
from shared.clock import Clock, ManualClock
from shared.custody.chain import ChainState
from shared.custody.envelope import Envelope
from shared.custody.events import Failure
from shared.errors import Kind, Problem, Refused
from shared.keys import KeySigner
from shared.merkle import Tree
from shared.sync import CHUNK, MAX_BATCH, BlobReceipt, BlobStatus, Receipt, Refusal, Seals
from tests.driver_app.services.day import Phone, signed, work
from tests.driver_app.services.server import (
    FAULTS,
    FakeServer,
    Fault,
    answer_lost,
    captive_json,
    captive_portal,
    forged,
    redirected,
    request_lost,
    sent_twice,
    server_error,
    truncated,
)

JPEG = b"\xff\xd8\xff\xe0" + b"jpeg" * 200_000


@pytest.fixture
def phone() -> Phone:
    clock = ManualClock(work().issued)
    return Phone(clock=clock, transport=FakeServer(clock)).ready()


@pytest.fixture
def server(phone: Phone) -> FakeServer:
    assert isinstance(phone.transport, FakeServer)
    return phone.transport


def drain(phone: Phone, tries: int = 300) -> list[Kind]:
    """Step until nothing is left to do, letting time pass as a loop would; what was refused on the way."""
    refused: list[Kind] = []
    for _ in range(tries):
        try:
            did = phone.services.sync.step()
        except Refused as refusal:
            refused.append(refusal.kind)
            did = None
        status = phone.services.state.status()
        if did is Did.IDLE and status.on_phone == status.received == status.blobs_waiting == 0:
            return refused
        phone.clock.advance(60 if did is Did.IDLE or did is None else 0.1)
    raise AssertionError(f"never done: {phone.services.state.status()}")


def states(phone: Phone) -> list[OutboxState]:
    return [entry.state for entry in phone.journal.entries()]


# believing ------------------------------------------------------------------------------------------------------------


def test_everything_arrives_in_order_and_is_sealed(phone: Phone, server: FakeServer) -> None:
    phone.started().checked()
    phone.services.stop.photo(JPEG)
    assert drain(phone) == []
    assert [envelope.encode() for envelope in server.entries] == [e.envelope for e in phone.journal.entries()]
    assert set(states(phone)) == {OutboxState.SEALED}
    assert list(server.blobs.values()) == [JPEG]
    assert all(entry.proof is not None for entry in phone.journal.entries())


def test_events_go_before_blobs_and_signatures_before_photos(phone: Phone, server: FakeServer) -> None:
    phone.started().checked().precooled().loaded().departed()
    phone.services.stop.photo(JPEG)
    phone.handed_over("S1")
    drain(phone)
    order = [path for method, path in server.asked if method == "PUT" or path.endswith("/events")]
    assert order[0].endswith("/events")
    uploads = [path.split("/")[3].split("?")[0] for path in order if "/blobs/" in path]
    photo = phone.events()[[type(e).__name__ for e in phone.events()].index("PhotoTaken")]
    assert uploads.index(photo.sha256) == 2  # type: ignore[union-attr]
    assert len(dict.fromkeys(uploads)) == 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (request_lost, problems.SYNC_UNREACHABLE),
        (answer_lost, problems.SYNC_UNREACHABLE),
        (captive_portal, problems.SYNC_NOT_OURS),
        (captive_json, problems.SYNC_NOT_OURS),
        (redirected, problems.SYNC_NOT_OURS),
        (server_error, problems.SYNC_NOT_OURS),
        (truncated, problems.SYNC_NOT_OURS),
        (forged, problems.SYNC_RECEIPT_FORGED),
        (sent_twice, problems.SYNC_REPLAYED),
    ],
)
def test_nothing_is_received_without_the_servers_own_receipt(
    phone: Phone, server: FakeServer, fault: Fault, kind: Kind
) -> None:
    phone.started()
    server.faults.append(fault)
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is kind
    assert states(phone) == [OutboxState.ON_PHONE]
    assert phone.services.state.status().problem == refused.value.problem
    assert phone.services.state.status().last_contact is None
    assert drain(phone) == []
    assert states(phone) == [OutboxState.SEALED]
    assert len(server.entries) == 1
    assert phone.services.state.status().problem is None


def test_a_receipt_for_another_request_is_not_believed(phone: Phone, server: FakeServer) -> None:
    """A recorded receipt that is played back later names another nonce."""
    phone.started()
    kept: list[Response] = []

    def record(_server: FakeServer, answer: object) -> Response:
        kept.append(answer())  # type: ignore[operator]
        raise Refused(problems.SYNC_UNREACHABLE, value="lost")

    server.faults += [record, lambda _server, _answer: kept[0]]
    for kind in (problems.SYNC_UNREACHABLE, problems.SYNC_RECEIPT_FORGED):
        phone.clock.advance(10)
        with pytest.raises(Refused) as refused:
            phone.services.sync.step()
        assert refused.value.kind is kind
    assert states(phone) == [OutboxState.ON_PHONE]


def test_sealed_only_with_a_proof_that_holds_for_these_very_bytes(phone: Phone, server: FakeServer) -> None:
    phone.started().checked()
    assert phone.services.sync.step() is Did.EVENTS
    assert set(states(phone)) == {OutboxState.RECEIVED}

    def swapped(_server: FakeServer, answer: object) -> Response:
        whole = answer()  # type: ignore[operator]
        first, second = msgspec.json.decode(whole.body, type=Seals).seals
        wrong = Seals((msgspec.structs.replace(first, proof=second.proof), second))
        return Response(200, {}, msgspec.json.encode(wrong))

    phone.services.sync.step()
    phone.clock.advance(5)
    server.faults.append(swapped)
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is problems.INCLUSION_INVALID
    assert states(phone) == [OutboxState.RECEIVED, OutboxState.SEALED]


def test_a_proof_under_another_key_seals_nothing(phone: Phone, server: FakeServer) -> None:
    phone.started()
    phone.services.sync.step()
    phone.services.sync.step()
    phone.clock.advance(5)

    def resigned(server: FakeServer, answer: object) -> Response:
        whole = answer()  # type: ignore[operator]
        text = whole.body.replace("— ".encode(), "— x".encode())
        return Response(200, {}, text)

    server.faults.append(resigned)
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is problems.CHECKPOINT_INVALID
    assert states(phone) == [OutboxState.RECEIVED]


def test_what_is_not_sealed_yet_is_asked_for_again_ever_more_slowly(phone: Phone, server: FakeServer) -> None:
    server.sealing = False
    phone.started()
    for _ in range(600):
        phone.services.sync.step()
        phone.clock.advance(1)
    asked = sum(path == "/sync/seals" for _, path in server.asked)
    assert 4 <= asked <= 10
    server.sealing = True
    drain(phone)
    assert states(phone) == [OutboxState.SEALED]


# clocks ---------------------------------------------------------------------------------------------------------------


def test_a_wrong_clock_is_told_the_time_and_tries_again_at_once(phone: Phone, server: FakeServer) -> None:
    server.skew = timedelta(hours=3)
    phone.started()
    assert phone.services.sync.step() is Did.EVENTS
    assert states(phone) == [OutboxState.RECEIVED]
    assert phone.services.recorder.offset == 3 * 3600 * 1000


def test_what_an_unsigned_refusal_says_about_the_time_is_no_evidence(phone: Phone, server: FakeServer) -> None:
    """A portal that imitates our refusal can make a request fail, but not put a wrong offset into records."""
    phone.started()
    lie = Refusal(Problem(problems.SYNC_STALE.number, {"value": "-999999"}), phone.clock.now() + timedelta(days=9))
    server.faults.append(lambda _server, _answer: Response(401, {}, msgspec.json.encode(lie)))
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is problems.SYNC_STALE
    assert phone.services.recorder.offset is None


def test_the_offset_in_records_is_the_one_measured_from_receipts(phone: Phone, server: FakeServer) -> None:
    server.skew = timedelta(seconds=4)
    phone.started()
    phone.services.sync.step()
    phone.checked()
    phone.restart()
    phone.precooled()
    from driver_app.services.recording import record_of

    offsets = [record_of(entry).offset for entry in phone.journal.entries()]
    assert offsets[0] is None
    assert set(offsets[1:]) == {4000}


def test_a_slow_answer_measures_no_clock(phone: Phone, server: FakeServer) -> None:
    def slow(server: FakeServer, answer: object) -> Response:
        server.clock.advance(30)
        return answer()  # type: ignore[operator, no-any-return]

    phone.started()
    server.faults.append(slow)
    phone.services.sync.step()
    assert states(phone) == [OutboxState.RECEIVED]
    assert phone.services.recorder.offset is None


# refused --------------------------------------------------------------------------------------------------------------


def test_a_revoked_handheld_keeps_everything_and_says_so(phone: Phone, server: FakeServer) -> None:
    phone.started()
    no = Refusal(Problem(problems.SYNC_UNAUTHORISED.number, {"value": "handheld-1"}))
    server.faults += [lambda _server, _answer: Response(401, {}, msgspec.json.encode(no))] * 3
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            phone.services.sync.step()
        assert refused.value.kind is problems.SYNC_UNAUTHORISED
        phone.clock.advance(200)
    assert states(phone) == [OutboxState.ON_PHONE]


def test_an_event_that_is_refused_is_kept_with_its_problem_and_what_follows_waits(
    phone: Phone, server: FakeServer
) -> None:
    phone.started().checked()
    server.refuse[1] = Refused(problems.ENVELOPE_SIGNATURE, value="x")
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is problems.ENVELOPE_SIGNATURE
    assert states(phone) == [OutboxState.REFUSED, OutboxState.ON_PHONE]
    status = phone.services.state.status()
    assert status.refused == 1
    assert status.flags == (refused.value.problem,)
    del server.refuse[1]
    drain(phone)
    assert set(states(phone)) == {OutboxState.SEALED}
    assert phone.services.state.status().flags == ()


def test_a_refused_event_does_not_keep_photos_and_work_from_going_on(phone: Phone, server: FakeServer) -> None:
    phone.started()
    phone.services.stop.photo(JPEG)
    server.refuse[1] = Refused(problems.ENVELOPE_SIGNATURE, value="x")
    server.work = signed(work(minutes=5))
    for _ in range(20):
        try:
            phone.services.sync.step()
        except Refused:
            phone.clock.advance(0.5)
    assert list(server.blobs.values()) == [JPEG]
    assert phone.services.duty.work == work(minutes=5) or phone.services.duty.work == work()


def test_a_server_that_lost_events_gets_them_again_and_that_is_flagged(phone: Phone, server: FakeServer) -> None:
    """It was restored from a backup: it gave receipts for what it no longer has."""
    phone.started().checked()
    drain(phone)
    server.entries.clear()
    server.tree, server.state = Tree(), ChainState("handheld-1")
    phone.precooled()
    drain(phone)
    assert len(server.entries) == phone.journal.head().seq
    flags = phone.services.state.status().flags
    assert [flag.number for flag in flags] == [problems.SYNC_REWOUND.number]
    assert phone.restart().state.status().flags == flags
    phone.services.state.dismiss(problems.SYNC_REWOUND.number)
    assert phone.restart().state.status().flags == ()


def test_a_server_that_knows_more_than_the_journal_is_flagged(phone: Phone, server: FakeServer) -> None:
    phone.started()

    def ahead(server: FakeServer, answer: object) -> Response:
        server.state = ChainState("handheld-1", 0)
        whole = answer()  # type: ignore[operator]
        server.state = msgspec.structs.replace(server.state, seq=9)
        return whole  # type: ignore[no-any-return]

    server.faults.append(ahead)
    phone.services.sync.step()
    phone.checked()
    server.faults.append(lambda server, answer: answer())
    phone.clock.advance(300)
    with pytest.raises(Refused):
        phone.services.sync.step()
    numbers = {flag.number for flag in phone.services.state.status().flags}
    assert problems.SYNC_AHEAD.number in numbers


def test_a_problem_that_only_a_newer_server_knows_is_shown_in_full(phone: Phone, server: FakeServer) -> None:
    phone.started()
    new = Refusal(Problem(4999, {"what": "news"}))
    server.faults.append(lambda _server, _answer: Response(409, {}, msgspec.json.encode(new)))
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert "#4999" in str(refused.value)
    assert "news" in str(refused.value)


# batches --------------------------------------------------------------------------------------------------------------


def test_a_long_offline_day_goes_in_bounded_batches(phone: Phone, server: FakeServer) -> None:
    phone.started()
    for _ in range(MAX_BATCH + 50):
        phone.clock.advance(200)
        phone.services.track.heard(phone.services.duty.route.depot.fence.centre)
        phone.services.track.seal()
    drain(phone)
    pushes = [path for _, path in server.asked if path == "/sync/events"]
    assert len(pushes) == 2 + len(server.told)
    assert len(server.entries) == phone.journal.head().seq


def test_a_batch_is_bounded_by_bytes_as_well(phone: Phone, server: FakeServer) -> None:
    phone.started()
    for number in range(6):
        phone.seal("L1", phone.clock.now() + timedelta(hours=number * 80), [5.0] * 4000)
    drain(phone)
    assert sum(path == "/sync/events" for _, path in server.asked) >= 2
    assert len(server.entries) == 7


# blobs ----------------------------------------------------------------------------------------------------------------


def blob_paths(server: FakeServer) -> list[str]:
    return [path.split("?", 1)[1] for method, path in server.asked if method == "PUT"]


def test_a_blob_goes_piece_by_piece_and_resumes_after_a_restart(phone: Phone, server: FakeServer) -> None:
    phone.started()
    digest = phone.services.stop.photo(JPEG)
    while not server.partial:
        phone.services.sync.step()
    phone.restart()
    drain(phone)
    size = len(JPEG)
    offsets = [f"offset={n * CHUNK}&size={size}" for n in range(size // CHUNK + 1)]
    assert blob_paths(server) == offsets
    assert server.blobs[digest] == JPEG


def test_an_upload_that_lost_its_place_asks_where_to_go_on(phone: Phone, server: FakeServer) -> None:
    """The answer to a piece was lost: the server has more than the handheld thinks."""
    phone.started()
    phone.services.stop.photo(JPEG)
    while not server.partial:
        phone.services.sync.step()
    server.faults.append(answer_lost)
    drain(phone)
    assert list(server.blobs.values()) == [JPEG]


def test_the_receipt_of_a_blob_that_was_lost_is_asked_for_again(phone: Phone, server: FakeServer) -> None:
    phone.started()
    digest = phone.services.stop.photo(b"\xff\xd8 small")
    phone.services.sync.step()
    phone.services.sync.step()
    server.faults.append(answer_lost)
    with pytest.raises(Refused):
        phone.services.sync.step()
    assert digest in server.blobs
    assert phone.services.state.status().blobs_waiting == 1
    drain(phone)
    blob = phone.journal.blob(digest)
    assert blob is not None
    assert blob.receipt is not None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_photo_survives_every_fault(phone: Phone, server: FakeServer, fault: Fault) -> None:
    phone.started()
    phone.services.stop.photo(JPEG)
    while not server.partial:
        phone.services.sync.step()
    server.faults += [fault, fault]
    drain(phone)
    assert list(server.blobs.values()) == [JPEG]


def test_a_blob_the_server_found_changed_starts_from_the_beginning(phone: Phone, server: FakeServer) -> None:
    phone.started()
    digest = phone.services.stop.photo(JPEG)
    while not server.partial:
        phone.services.sync.step()
    server.partial[digest] = bytes(len(server.partial[digest]))
    refused = drain(phone)
    assert problems.BLOB_HASH in refused
    assert server.blobs[digest] == JPEG


def test_one_bad_blob_does_not_block_the_others(phone: Phone, server: FakeServer) -> None:
    phone.started()
    first = phone.services.stop.photo(b"\xff\xd8 one")
    second = phone.services.stop.photo(b"\xff\xd8 two")
    server.refuse_blobs.add(first)
    for _ in range(30):
        try:
            phone.services.sync.step()
        except Refused as refused:
            if refused.kind is not problems.BLOB_TOO_LARGE:
                raise
        phone.clock.advance(1)
    assert set(server.blobs) == {second}
    waiting = phone.journal.blob(first)
    assert waiting is not None
    assert waiting.problem is not None
    server.refuse_blobs.clear()
    drain(phone)
    assert set(server.blobs) == {first, second}


@pytest.mark.parametrize("have", [-1, 7, 10**9])
def test_an_upload_status_that_cannot_be_is_not_believed(phone: Phone, server: FakeServer, have: int) -> None:
    phone.started()
    digest = phone.services.stop.photo(JPEG)
    for _ in range(2):
        phone.services.sync.step()
    status = msgspec.json.encode(BlobStatus(digest, have, False))
    server.faults.append(lambda _server, _answer: Response(200, {}, status))
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is problems.SYNC_NOT_OURS
    blob = phone.journal.blob(digest)
    assert blob is not None
    assert blob.uploaded == 0
    drain(phone)


def test_a_receipt_of_the_wrong_kind_is_not_believed(phone: Phone, server: FakeServer) -> None:
    phone.started()
    digest = phone.services.stop.photo(b"\xff\xd8 one")
    server.blobs["0" * 64] = b"x"

    def as_blob(server: FakeServer, answer: object) -> Response:
        whole = answer()  # type: ignore[operator]
        receipt = msgspec.json.decode(msgspec.json.decode(whole.body, type=Envelope).payload, type=Receipt)
        return server._blob("0" * 64, 0, 1, b"x", receipt.nonce)

    server.faults.append(as_blob)
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is problems.SYNC_NOT_OURS
    assert phone.services.state.status().received == 0
    phone.services.sync.nudge()
    phone.services.sync.step()
    phone.services.sync.step()

    def other_blob(server: FakeServer, answer: object) -> Response:
        whole = answer()  # type: ignore[operator]
        receipt = msgspec.json.decode(msgspec.json.decode(whole.body, type=Envelope).payload, type=BlobReceipt)
        return server._blob("0" * 64, 0, 1, b"x", receipt.nonce)

    server.faults.append(other_blob)
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is problems.SYNC_NOT_OURS
    blob = phone.journal.blob(digest)
    assert blob is not None
    assert blob.receipt is None


# work -----------------------------------------------------------------------------------------------------------------


def test_work_is_fetched_and_only_the_servers_is_taken_on(server: FakeServer) -> None:
    phone = Phone(clock=server.clock, transport=server)
    phone.enrol_by_hand()
    server.work = signed(work(), KeySigner(b"x" * 32))
    with pytest.raises(Refused) as refused:
        phone.services.sync.step()
    assert refused.value.kind is problems.SYNC_RECEIPT_FORGED
    assert phone.services.duty.work is None
    phone.clock.advance(10)
    server.work = signed(work())
    assert phone.services.sync.step() is Did.WORK
    assert phone.services.duty.work == work()


def test_without_work_it_is_asked_for_often_and_with_work_seldom(server: FakeServer) -> None:
    phone = Phone(clock=server.clock, transport=server)
    phone.enrol_by_hand()
    for _ in range(60):
        phone.services.sync.step()
        phone.clock.advance(1)
    often = len(server.asked)
    assert 10 <= often <= 13
    server.work = signed(work())
    for _ in range(120):
        phone.services.sync.step()
        phone.clock.advance(1)
    assert len(server.asked) - often <= 4
    before = len(server.asked)
    phone.services.sync.nudge()
    phone.services.sync.step()
    assert len(server.asked) == before + 1


def test_a_route_that_contradicts_the_day_is_flagged(phone: Phone, server: FakeServer) -> None:
    phone.started().checked().precooled().loaded().departed()
    route = phone.services.duty.route
    [first, *others] = route.stops
    [note, *rest] = first.consignments
    lines = tuple(msgspec.structs.replace(line, lot="ANOTHER") for line in note.lines)
    first = msgspec.structs.replace(first, consignments=(msgspec.structs.replace(note, lines=lines), *rest))
    server.work = signed(work(msgspec.structs.replace(route, version=2, stops=(first, *others)), minutes=9))
    drain(phone)
    numbers = [flag.number for flag in phone.services.state.status().flags]
    assert numbers == [problems.ROUTE_CONFLICT.number]
    assert phone.services.duty.route == route


def test_before_enrolment_nothing_is_sent() -> None:
    clock = ManualClock(work().issued)
    server = FakeServer(clock)
    assert Phone(clock=clock, transport=server).services.sync.step() is Did.IDLE
    assert server.asked == []


# the loop -------------------------------------------------------------------------------------------------------------


class Hurried:
    """A clock on which every look lets time pass, so that the loop's waits end by themselves."""

    def __init__(self, base: ManualClock) -> None:
        self.base = base

    def now(self) -> object:
        return self.base.now()

    def monotonic(self) -> float:
        self.base.elapsed += 3.0
        return self.base.elapsed


def test_the_loop_works_until_it_is_told_to_stop_and_survives_failures(phone: Phone, server: FakeServer) -> None:
    from driver_app.services.bootstrap import Ports, build

    pace: Clock = Hurried(ManualClock(phone.clock.at))  # type: ignore[assignment]
    services = build(Ports(phone.journal, phone.clock, _signer(), lambda _url: server, "t", phone.randomness, pace))
    server.faults += [request_lost, captive_portal, forged]
    services.shift.start()
    stop, waits = threading.Event(), []
    services.state.subscribe(lambda status: waits.append(status.next_try))

    def done(status: object) -> None:
        if status.sealed == 1:  # type: ignore[attr-defined]
            stop.set()

    services.state.subscribe(done)
    thread = threading.Thread(target=services.sync.run, args=(stop,))
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert services.state.status().sealed == 1
    assert {1.0, 2.0, 4.0} <= {wait for wait in waits if wait is not None}
    assert services.state.status().next_try is None


def _signer() -> KeySigner:
    from tests.driver_app.services.day import PHONE

    return PHONE


def test_the_state_of_a_stop_counts_its_signature(phone: Phone, server: FakeServer) -> None:
    phone.started().checked().precooled().loaded().departed()
    state = phone.services.state
    assert state.of_stop("S1") is None
    record = phone.handed_over("S1")
    assert state.of(record) is OutboxState.ON_PHONE
    phone.services.sync.step()
    assert state.of(record) is OutboxState.RECEIVED
    assert state.of_stop("S1") is OutboxState.ON_PHONE
    drain(phone)
    assert state.of_stop("S1") is OutboxState.SEALED
    assert phone.restart().state.of_stop("S1") is OutboxState.SEALED
    phone.at_stop("S2")
    phone.services.stop.fail(Failure.CLOSED)
    assert phone.services.state.of_stop("S2") is OutboxState.ON_PHONE
    assert phone.services.state.of("0" * 64) is None
