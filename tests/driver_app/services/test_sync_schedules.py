"""Sync under any schedule: whatever the network and the handheld do, nothing is lost, doubled or believed too early."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driver_app.journal.ports import OutboxState
from shared.clock import ManualClock
from shared.custody.events import RemarkMade
from shared.errors import Refused
from tests.driver_app.services.day import Phone, work
from tests.driver_app.services.server import FAULTS, FakeServer

RECORD, PHOTO, STEP, RESTART, WAIT = "record", "photo", "step", "restart", "wait"
ACTIONS = st.one_of(
    st.sampled_from([RECORD, PHOTO, STEP, STEP, STEP, RESTART, WAIT]),
    st.integers(0, len(FAULTS) - 1),
)


class Believing:
    """Holds, after every action, what must never be otherwise."""

    def __init__(self, phone: Phone, server: FakeServer) -> None:
        self.phone, self.server = phone, server
        self.ranks: dict[str, int] = {}
        self.bytes: dict[str, bytes] = {}

    def look(self) -> None:
        there = {envelope.sha256: n for n, envelope in enumerate(self.server.entries)}
        for entry in self.phone.journal.entries():
            assert entry.state.rank >= self.ranks.get(entry.sha256, 0), "a state went back"
            assert self.bytes.setdefault(entry.sha256, entry.envelope) == entry.envelope, "bytes changed"
            if entry.state.rank:
                assert there[entry.sha256] == entry.index, "received, but not there"
            self.ranks[entry.sha256] = entry.state.rank
        assert self.ranks.keys() == {entry.sha256 for entry in self.phone.journal.entries()}, "an event was lost"
        assert len(there) == len(self.server.entries), "an event is in the ledger twice"
        for blob in self.server.blobs:
            assert self.server.blobs[blob] == self.phone.journal.read_blob(blob)
        for waiting in self.phone.journal.blobs_waiting():
            assert waiting.receipt is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTIONS, max_size=40))
def test_any_schedule_ends_with_everything_sealed_and_nothing_believed_too_early(actions: list[str | int]) -> None:
    clock = ManualClock(work().issued)
    server = FakeServer(clock)
    phone = Phone(clock=clock, transport=server).ready().started()
    believing = Believing(phone, server)
    for number, action in enumerate(actions):
        match action:
            case "record":
                phone.services.track.heard(phone.services.duty.route.depot.fence.centre)
                phone.services.track.seal()
            case "photo":
                phone.services.stop.photo(b"\xff\xd8" + bytes([number]) * 300_000)
            case "restart":
                phone.restart()
            case "wait":
                clock.advance(130)
            case "step":
                step(phone)
            case int():
                server.faults.append(FAULTS[action])
                step(phone)
        believing.look()
    for _ in range(400):
        if not step(phone):
            clock.advance(130)
        believing.look()
        if done(phone):
            break
    assert done(phone)
    assert [envelope.encode() for envelope in server.entries] == [e.envelope for e in phone.journal.entries()]
    assert {entry.state for entry in phone.journal.entries()} == {OutboxState.SEALED}


def step(phone: Phone) -> bool:
    try:
        phone.services.sync.step()
    except Refused:
        return False
    phone.clock.advance(1)
    return True


def done(phone: Phone) -> bool:
    status = phone.services.state.status()
    return status.on_phone == status.received == status.refused == status.blobs_waiting == 0


def test_a_later_remark_arrives_like_any_other_event() -> None:
    """Later remarks to a stop are events like any other: they wait, arrive and are sealed."""
    clock = ManualClock(work().issued)
    phone = Phone(clock=clock, transport=FakeServer(clock)).on_the_road()
    phone.handed_over("S1")
    phone.services.stop.remark("S1", "The ramp is at the back.")
    assert len(phone.events(RemarkMade)) == 1
    for _ in range(100):
        if done(phone):
            break
        if not step(phone):
            clock.advance(60)
    assert done(phone)
