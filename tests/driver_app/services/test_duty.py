"""Duty: which work is in force, and what happens when newer work comes."""

import msgspec
import pytest

from driver_app.journal.ports import WorkSlot
from driver_app.services.duty import Duty
from driver_app.services.identity import IdentityStore
from shared import problems
from shared.custody.events import Failure, RouteRevised
from shared.custody.journey import Journey, Phase
from shared.keys import KeySigner
from shared.work import Override, Work
from tests.driver_app.services.day import NIGHT, PIN, ROUTE, Phone, refusing, signed, work


@pytest.fixture
def phone() -> Phone:
    return Phone().ready()


def offer(phone: Phone, what: Work) -> bool:
    return phone.services.duty.offer(signed(what))


def test_without_work_there_is_no_route() -> None:
    phone = Phone()
    phone.enrol_by_hand()
    duty = phone.services.duty
    assert (duty.work, duty.pending, duty.started, duty.on_shift) == (None, None, False, False)
    refused = refusing(lambda: duty.route)
    assert (refused.kind, refused.problem.values["value"]) == (problems.NO_ROUTE, "H-1")


def test_the_signed_bytes_are_kept_as_they_came_and_survive(phone: Phone) -> None:
    raw = signed(work())
    assert phone.journal.work(WorkSlot.CURRENT) == raw
    assert phone.restart().duty.work == work()
    assert phone.services.duty.journey == Journey(ROUTE)


def test_newer_work_before_the_shift_is_taken_on_at_once(phone: Phone) -> None:
    told: list[int] = []
    phone.services.duty.subscribe(lambda: told.append(1))
    other = msgspec.structs.replace(ROUTE, id="R2")
    assert offer(phone, work(other, minutes=1)) is True
    assert phone.services.duty.route.id == "R2"
    assert told == [1]


def test_older_work_played_back_changes_nothing(phone: Phone) -> None:
    offer(phone, work(msgspec.structs.replace(ROUTE, id="R2"), minutes=5))
    assert offer(phone, work(minutes=3)) is False
    assert phone.services.duty.route.id == "R2"


def test_the_same_work_issued_again_is_not_written_again(phone: Phone) -> None:
    assert offer(phone, work(minutes=7)) is False
    assert phone.journal.work(WorkSlot.CURRENT) == signed(work())


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>",
        signed(work(minutes=9), KeySigner(b"x" * 32)),
        signed(msgspec.structs.replace(work(minutes=9), device="H9")),
    ],
)
def test_work_that_the_server_did_not_sign_for_this_handheld_is_refused(phone: Phone, raw: bytes) -> None:
    assert refusing(phone.services.duty.offer, raw).kind in (problems.SYNC_NOT_OURS, problems.SYNC_RECEIPT_FORGED)
    assert phone.services.duty.work == work()


def test_an_override_reaches_a_running_shift(phone: Phone) -> None:
    phone.started()
    override = Override(2014, "x", "urgent", "dispatcher", NIGHT, "e" * 64)
    assert offer(phone, work(minutes=5, overrides=[override])) is True
    assert phone.services.duty.journey.phase is Phase.STARTED
    assert phone.services.duty.work is not None
    assert phone.services.duty.work.overrides == (override,)
    assert phone.restart().duty.journey.phase is Phase.STARTED


def test_a_withdrawn_stop_is_not_driven_to_and_its_goods_come_back(phone: Phone) -> None:
    """The dispatcher takes the last stop off the route; its goods are on board."""
    phone.on_the_road()
    phone.handed_over("S1")
    shorter = msgspec.structs.replace(ROUTE, version=2, stops=ROUTE.stops[:2])
    assert offer(phone, work(shorter, minutes=60)) is True
    journey = phone.services.duty.journey
    assert [stop.id for stop in journey.due_stops] == ["S1", "S2"]
    assert phone.events(RouteRevised) == [RouteRevised("R1", 2, "f" * 64)]
    phone.handed_over("S2", seed=2)
    assert phone.services.duty.journey.next_stop is None
    phone.services.shift.return_to_depot()
    assert "L4" in {back.line.id for back in phone.services.shift.to_return()}


def test_a_withdrawn_stop_that_is_done_stands(phone: Phone) -> None:
    phone.on_the_road()
    record = phone.handed_over("S1")
    assert offer(phone, work(msgspec.structs.replace(ROUTE, version=2, stops=ROUTE.stops[1:]), minutes=60)) is True
    for services in (phone.services, phone.restart()):
        assert services.duty.journey.stop("S1").signed_record == record
        assert services.duty.journey.withdrawn == {"S1"}
        assert services.duty.flagged == ()


def test_a_stop_withdrawn_while_the_driver_stands_there_may_still_be_signed(phone: Phone) -> None:
    phone.on_the_road().at_stop("S1")
    assert offer(phone, work(msgspec.structs.replace(ROUTE, version=2, stops=ROUTE.stops[1:]), minutes=60)) is True
    phone.unloaded().downloaded().services.stop.finish_download()
    phone.services.stop.begin_signing()
    for position in range(phone.services.stop.signatories_needed()):
        phone.sign(position, f"签收人{position}", position)
    assert phone.services.stop.sign()


def test_an_added_and_a_moved_stop_survive_a_restart(phone: Phone) -> None:
    phone.on_the_road()
    phone.handed_over("S1")
    extra = msgspec.structs.replace(ROUTE.stops[1], id="S9", number=2, consignments=())
    moved = (ROUTE.stops[0], extra, *(msgspec.structs.replace(s, number=s.number + 1) for s in ROUTE.stops[1:]))
    assert offer(phone, work(msgspec.structs.replace(ROUTE, version=2, stops=moved), minutes=60)) is True
    for services in (phone.services, phone.restart()):
        assert services.duty.journey.next_stop == "S9"
        assert [stop.id for stop in services.duty.journey.due_stops] == ["S1", "S9", "S2", "S3"]
    phone.at_stop("S9")
    assert phone.restart().duty.journey.open_stop == "S9"


def test_a_new_version_under_which_loaded_goods_would_be_others_waits_and_says_why(phone: Phone) -> None:
    phone.on_the_road().at_stop("S1")
    last = ROUTE.stops[2]
    [note] = last.consignments
    lines = tuple(msgspec.structs.replace(line, lot="ANOTHER") for line in note.lines)
    changed = msgspec.structs.replace(last, consignments=(msgspec.structs.replace(note, lines=lines),))
    newer = msgspec.structs.replace(ROUTE, version=2, stops=(*ROUTE.stops[:2], changed))
    assert offer(phone, work(newer, minutes=60)) is False
    conflict = phone.services.duty.conflict
    assert conflict is not None
    assert "line" in conflict.values["reason"]
    assert phone.services.duty.route == ROUTE
    assert phone.restart().duty.pending is not None


def test_a_container_with_loggers_at_work_stays_known(phone: Phone) -> None:
    phone.on_the_road()
    newer = msgspec.structs.replace(ROUTE, version=2, containers=ROUTE.containers[:1])
    assert offer(phone, work(newer, minutes=60)) is True
    assert {c.id for c in phone.restart().duty.route.containers} == {c.id for c in ROUTE.containers}


def test_dying_before_the_newer_work_is_stored_loses_nothing_and_writes_nothing_twice(phone: Phone) -> None:
    """The event is on disk, the document is not: the same work comes again."""
    phone.on_the_road()
    old = phone.journal.work(WorkSlot.CURRENT)
    assert old is not None
    newer = work(msgspec.structs.replace(ROUTE, version=2, stops=ROUTE.stops[:2]), minutes=60)
    offer(phone, newer)
    phone.journal.put_work(WorkSlot.CURRENT, old)
    phone.restart()
    assert phone.services.duty.journey.withdrawn == {"S3"}
    assert offer(phone, newer) is True
    assert phone.services.duty.route.version == 2
    assert phone.events(RouteRevised) == [RouteRevised("R1", 2, "f" * 64)]
    assert phone.restart().duty.journey.withdrawn == {"S3"}
    later = msgspec.structs.replace(ROUTE, version=3, stops=ROUTE.stops[:2])
    assert offer(phone, work(later, minutes=90)) is True
    assert phone.events(RouteRevised)[1:] == [RouteRevised("R1", 3, "f" * 64)]


def test_work_that_says_more_about_the_version_in_force_is_no_new_version(phone: Phone) -> None:
    """An override, after a version was taken on and after a restart."""
    phone.on_the_road()
    second = msgspec.structs.replace(ROUTE, version=2, stops=ROUTE.stops[:2])
    offer(phone, work(second, minutes=60))
    phone.restart()
    override = Override(2014, "x", "urgent", "dispatcher", NIGHT, "e" * 64)
    assert offer(phone, work(second, minutes=70, overrides=[override])) is True
    assert len(phone.events(RouteRevised)) == 1


def test_a_route_taken_away_during_a_shift_goes_on_until_its_end(phone: Phone) -> None:
    phone.on_the_road()
    assert offer(phone, work(None, minutes=30)) is False
    for stop_id in ("S1", "S2", "S3"):
        phone.at_stop(stop_id)
        phone.services.stop.fail(Failure.CLOSED)
        phone.services.stop.leave()
    phone.services.shift.return_to_depot()
    for line in phone.services.shift.to_return():
        phone.services.shift.return_goods(line.line.id, line.quantity)
    phone.services.shift.end()
    phone.services.session.sign_in("D1", PIN)
    assert phone.services.duty.work == work(None, minutes=30)
    assert not phone.services.duty.started


def test_stored_work_that_no_longer_verifies_is_damage(phone: Phone) -> None:
    phone.journal.put_work(WorkSlot.CURRENT, signed(work(), KeySigner(b"x" * 32)))
    refused = refusing(Duty, phone.journal, IdentityStore(phone.journal))
    assert refused.kind is problems.JOURNAL_DAMAGED


def test_history_that_this_version_would_not_allow_is_kept_skipped_and_flagged(phone: Phone) -> None:
    """As the server does: such an event was allowed when it was recorded. Here the route in the journal lost a stop."""
    phone.on_the_road().at_stop("S1")
    broken = msgspec.structs.replace(ROUTE, stops=ROUTE.stops[1:])
    phone.journal.put_setting(f"route.1.{'f' * 64}", msgspec.json.encode(broken))
    services = phone.restart()
    assert services.duty.journey.phase is Phase.DEPARTED
    assert services.duty.flagged
    assert services.state.status().flags


def test_work_that_waits_is_not_written_again_at_every_look(phone: Phone) -> None:
    """The server states a fresh time each time it is asked; what it says is the same."""
    phone.started()
    tomorrow = msgspec.structs.replace(ROUTE, id="R2")
    offer(phone, work(tomorrow, minutes=10))
    assert offer(phone, work(tomorrow, minutes=11)) is False
    assert phone.journal.work(WorkSlot.PENDING) == signed(work(tomorrow, minutes=10))
