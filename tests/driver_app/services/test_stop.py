"""The handover: what the receiver sees, decides and signs."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driver_app.journal.memory import MemoryJournal
from driver_app.services.decisions import check_decision, outcome_for, proposed
from driver_app.services.signing import ReceiverDraft
from driver_app.services.step import StepKind
from driver_app.services.stop_goods import SIGNATURE_ROOM, scanned_out
from shared import problems
from shared.coldchain.readings import TimeBasis
from shared.coldchain.verdict import Conformity, judge
from shared.custody import events as e
from shared.custody.events import Outcome, Reason
from shared.custody.journey import LineState
from shared.custody.signing import MEANING
from shared.errors import Refused
from shared.sync import MAX_BLOB, Lane
from tests.driver_app.services.day import L1, ROUTE, Phone, pack, picture, refusing, strokes


@pytest.fixture
def road() -> Phone:
    return Phone().on_the_road()


@pytest.fixture
def receiver(road: Phone) -> Phone:
    return road.at_the_receiver("S1")


# arriving -------------------------------------------------------------------------------------------------------------


def test_arriving_records_how_far_from_the_site(road: Phone) -> None:
    centre = ROUTE.stops[0].site.fence.centre
    road.services.track.heard(msgspec.structs.replace(centre, lat=centre.lat + 0.001))
    road.services.stop.arrive("S1")
    arrived = road.events(e.StopArrived)[0]
    assert isinstance(arrived, e.StopArrived)
    assert arrived.by is e.ArrivedBy.HAND
    assert arrived.distance == pytest.approx(111.2, abs=0.2)


def test_arriving_needs_no_position_but_a_stop_of_the_route(road: Phone) -> None:
    assert refusing(road.services.stop.arrive, "S9").kind is problems.NOT_FOUND
    road.at_stop("S1")
    assert road.events(e.StopArrived)[0].distance is None  # type: ignore[union-attr]
    assert refusing(road.services.stop.arrive, "S2").kind is problems.JOURNEY_ILLEGAL


def test_away_from_any_stop_there_is_nothing_to_do(road: Phone) -> None:
    stop = road.services.stop
    for call in (lambda: stop.stop, stop.show, stop.begin_signing, stop.leave, lambda: stop.fail(e.Failure.CLOSED)):
        assert refusing(call).kind is problems.JOURNEY_ILLEGAL


# the verdict ----------------------------------------------------------------------------------------------------------


def test_a_stop_needs_the_loggers_of_the_containers_its_goods_rode_in(road: Phone) -> None:
    road.at_stop("S1")
    needed = {n.logger.id: n for n in road.services.stop.loggers()}
    assert set(needed) == {"L1", "L2"}
    assert needed["L1"].known_until is None
    first_ride = road.services.duty.journey.line("L1").rides[0]
    assert needed["L1"].start == first_ride.start
    road.downloaded()
    assert {n.known_until for n in road.services.stop.loggers()} != {None}


@pytest.mark.parametrize(
    ("temperature", "conformity"),
    [
        (5.0, Conformity.CONFORMANT),
        (2.0, Conformity.CONFORMANT),
        (8.01, Conformity.NON_CONFORMANT),
        (0.0, Conformity.NON_CONFORMANT),
        (-0.5, Conformity.NON_CONFORMANT),
    ],
)
def test_the_verdict_follows_from_the_loggers_of_the_very_box(
    road: Phone, temperature: float, conformity: Conformity
) -> None:
    verdicts = road.at_the_receiver("S1", temperature).services.stop.shown()
    assert {v.conformity for v in verdicts.values()} == {conformity}
    assert verdicts["L1"].lowest == temperature


def test_a_single_reading_out_of_range_is_not_averaged_away(road: Phone) -> None:
    road.at_stop("S1").unloaded().downloaded(L1=[9.5, 5.0, 5.0])
    shown = road.services.stop.show()
    assert shown["L1"].conformity is Conformity.NON_CONFORMANT
    assert [x.peak for x in shown["L1"].excursions] == [9.5]
    series = {c.logger_id: c for c in road.services.stop.chart("L1", buckets=1)}
    assert max(s.value for s in series["L1"].samples) == 9.5
    assert (series["L1"].low, series["L1"].high, series["L1"].derived) == (2.0, 8.0, False)
    assert len(series["L1"].samples) <= 4


def test_a_logger_that_fell_silent_makes_the_line_unknown(road: Phone) -> None:
    road.at_stop("S1").unloaded().downloaded(L2=[None] * 10)
    assert road.services.stop.show()["L1"].conformity is Conformity.UNKNOWN


def test_without_any_download_the_line_is_unknown(road: Phone) -> None:
    road.at_stop("S1").unloaded()
    road.services.stop.finish_download()
    assert {v.conformity for v in road.services.stop.shown().values()} == {Conformity.UNKNOWN}
    assert all(c.samples == () for c in road.services.stop.chart("L1"))


def test_times_that_are_derived_stay_marked(road: Phone) -> None:
    road.at_stop("S1").unloaded()
    start = road.services.stop.loggers()[0].start - timedelta(minutes=1)
    for logger_id in ("L1", "L2"):
        road.seal(logger_id, start, [5.0] * 34, TimeBasis.DERIVED)
    assert road.services.stop.show()["L1"].derived
    assert all(c.derived for c in road.services.stop.chart("L1"))


def test_what_was_shown_is_exactly_what_anybody_computes_again_from_the_record(receiver: Phone) -> None:
    """The verdict reaches up to the very instant of its own record, so the server and a verifier can recompute it."""
    journey = receiver.services.duty.journey
    entry = receiver.journal.entry(journey.stop("S1").shown_record)
    assert entry is not None
    for line in ROUTE.stops[0].lines():
        again = judge(
            journey.line(line.id).rides,
            journey.attachments,
            receiver.services.readings.series(),
            line.product.range,
            at=entry.recorded,
        )
        assert again == receiver.services.stop.shown()[line.id]


def test_showing_again_records_only_what_changed(receiver: Phone) -> None:
    receiver.clock.advance(30)
    receiver.services.stop.show()
    assert len(receiver.events(e.VerdictShown)) == 1
    receiver.downloaded(temperature=9.0)
    receiver.clock.advance(60)
    receiver.downloaded(temperature=9.0)
    receiver.services.stop.show()
    assert len(receiver.events(e.VerdictShown)) == 2
    assert receiver.services.stop.shown()["L1"].conformity is Conformity.NON_CONFORMANT


def test_a_chart_of_a_line_that_is_not_there_is_refused(receiver: Phone) -> None:
    assert refusing(receiver.services.stop.chart, "L99").kind is problems.NOT_FOUND


# decisions ------------------------------------------------------------------------------------------------------------


def test_until_the_receiver_decides_what_was_scanned_out_stands_and_the_rest_is_short(road: Phone) -> None:
    road.at_stop("S1")
    road.scan(road.services.stop.scan, pack(L1, "L1-1"))
    assert road.services.stop.decisions() == (
        e.LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 1, 0, 2, 0, Reason.SHORT),
        e.LineOutcome("L2", Outcome.PARTLY_ACCEPTED, 0, 0, 10, 0, Reason.SHORT),
    )


def test_a_decision_survives_and_is_what_is_signed(receiver: Phone) -> None:
    stop = receiver.services.stop
    refused = stop.outcome("L1", accepted=2, refused=1, reason=Reason.DAMAGED, note=" 压坏 ")
    stop.decide(refused)
    assert refused.note == "压坏"
    assert receiver.restart().stop.decisions()[0] == refused
    stop = receiver.services.stop
    stop.begin_signing()
    receiver.sign()
    stop.sign()
    signed = receiver.events(e.HandoverSigned)[0]
    assert isinstance(signed, e.HandoverSigned)
    assert signed.outcomes[0] == refused
    assert signed.shown == receiver.services.duty.journey.stop("S1").shown_record


def test_a_decision_that_does_not_hold_is_refused(receiver: Phone) -> None:
    stop = receiver.services.stop
    for parts, kind in (
        ({"accepted": 2}, problems.OUTCOME_QUANTITY),
        ({"accepted": 4}, problems.OUTCOME_QUANTITY),
        ({"accepted": 2, "refused": 1}, problems.OUTCOME_REASON),
    ):
        assert refusing(lambda p=parts: stop.decide(stop.outcome("L1", **p))).kind is kind  # type: ignore[misc]
    assert refusing(stop.outcome, "L3", accepted=2).kind is problems.NOT_FOUND
    assert stop.decisions()[0].outcome is Outcome.ACCEPTED


def test_nobody_accepts_what_was_never_scanned_out(road: Phone) -> None:
    road.at_stop("S1")
    road.scan(road.services.stop.scan, pack(L1, "L1-1"))
    stop = road.services.stop
    stop.finish_unloading()
    stop.finish_download()
    refused = refusing(stop.decide, stop.outcome("L1", accepted=3))
    assert (refused.kind, refused.problem.values["expected"]) == (problems.OUTCOME_QUANTITY, "1")


def test_a_verdict_that_is_not_conformant_wants_a_decision_of_its_own(road: Phone) -> None:
    road.at_the_receiver("S1", 9.0)
    stop = road.services.stop
    assert stop.undecided() == ("L1", "L2")
    stop.accept_all()
    assert stop.undecided() == ("L1", "L2")
    refused = refusing(stop.begin_signing)
    assert refused.kind is problems.DECISION_NEEDED
    assert "药品1 A1" in refused.problem.values["value"]
    stop.decide(stop.outcome("L1", accepted=0, refused=3, reason=Reason.TEMPERATURE))
    stop.decide(stop.outcome("L2", accepted=10))
    assert stop.begin_signing().kind is StepKind.SIGN


def test_a_word_given_before_the_worse_news_came_does_not_count(road: Phone) -> None:
    road.at_stop("S1").unloaded()
    stop = road.services.stop
    stop.finish_download()
    assert stop.undecided() == ("L1", "L2")
    stop.decide(stop.outcome("L1", accepted=3))
    stop.decide(stop.outcome("L2", accepted=10))
    assert stop.undecided() == ()
    road.downloaded(9.0)
    stop.show()
    assert stop.undecided() == ("L1", "L2")
    assert road.restart().stop.undecided() == ("L1", "L2")


PARTS = st.tuples(*[st.integers(-1, 12)] * 4)


@given(parts=PARTS, unloaded=st.integers(0, 10), reason=st.none() | st.sampled_from(list(Reason)))
def test_no_decision_passes_whose_parts_do_not_add_up(
    parts: tuple[int, int, int, int], unloaded: int, reason: Reason | None
) -> None:
    """Whatever is typed: what passes adds up to the line, has a reason where something is missing, and is really there."""
    line = msgspec.structs.replace(L1, quantity=10)
    state = LineState(loaded=10, unloaded=unloaded)
    accepted, refused, short, over = parts
    outcome = outcome_for(line, accepted=accepted, refused=refused, short=short, over=over, reason=reason)
    try:
        check_decision(line, state, outcome)
    except Refused:
        return
    assert accepted + refused + short == 10
    assert min(parts) >= 0
    assert accepted <= unloaded
    assert reason is not None or (accepted == 10 and over == 0)
    assert (outcome.outcome is Outcome.ACCEPTED) == (accepted == 10 and over == 0)


@given(unloaded=st.integers(0, 12), loaded=st.integers(0, 10))
def test_what_stands_before_anybody_decides_always_holds(unloaded: int, loaded: int) -> None:
    line = msgspec.structs.replace(L1, quantity=10)
    state = LineState(loaded=loaded, unloaded=min(unloaded, loaded))
    check_decision(line, state, proposed(line, state))


# signing --------------------------------------------------------------------------------------------------------------


def signing(phone: Phone) -> Phone:
    phone.services.stop.accept_all()
    phone.services.stop.begin_signing()
    return phone


def test_a_handover_names_its_signature_by_hash_and_both_blobs_wait_to_be_sent(receiver: Phone) -> None:
    stop = signing(receiver).services.stop
    receiver.sign(name=" 赵药师 ")
    assert stop.signatures()[0] is not None
    record = stop.sign()
    signed = receiver.events(e.HandoverSigned)[0]
    assert isinstance(signed, e.HandoverSigned)
    signatory = signed.signatories[0]
    assert (signatory.name, signatory.role, signatory.staff_number) == ("赵药师", "药师", "007")
    assert signatory.meaning == MEANING[0]["zh"]
    assert signed.language == "zh"
    assert receiver.journal.read_blob(signatory.picture) == picture(0)
    assert msgspec.json.decode(receiver.journal.read_blob(signatory.strokes)) == [
        [[round(x, 4), round(y, 4)] for x, y in stroke] for stroke in strokes(0)
    ]
    entry = receiver.journal.entry(record)
    assert entry is not None
    assert [(b.media_type, b.lane) for b in receiver.journal.blobs_of(entry.seq)] == [
        ("application/json", Lane.OUTCOME),
        ("image/png", Lane.OUTCOME),
    ]
    assert receiver.services.steps.current().kind is StepKind.STOP_DONE
    assert receiver.journal.draft("stop.S1.decisions") is None
    assert receiver.journal.draft("stop.S1.signatures") is None


def test_the_meaning_is_stated_in_the_language_of_the_screen(receiver: Phone) -> None:
    stop = receiver.services.stop
    receiver.services.session.language = "en"
    assert stop.meaning() == MEANING[0]["en"]
    assert stop.meaning(1, "zh") == MEANING[1]["zh"]


def test_nothing_can_be_signed_before_the_verdict_was_shown(road: Phone) -> None:
    road.at_stop("S1").unloaded()
    assert refusing(road.services.stop.begin_signing).kind is problems.JOURNEY_ILLEGAL
    assert refusing(road.sign).kind is problems.JOURNEY_ILLEGAL


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"strokes": []}, problems.SIGNATURE_EMPTY),
        ({"strokes": [[(0.5, 0.5)] * 20]}, problems.SIGNATURE_EMPTY),
        ({"name": " "}, problems.RECEIVER_UNNAMED),
        ({"role": ""}, problems.RECEIVER_UNNAMED),
        ({"picture": b"GIF89a"}, problems.FIELD_INVALID),
        ({"position": 1}, problems.FIELD_INVALID),
        ({"position": -1}, problems.FIELD_INVALID),
    ],
)
def test_what_is_no_signature_is_refused(receiver: Phone, change: dict[str, object], kind: object) -> None:
    signing(receiver)
    whole = {
        "position": 0,
        "name": "赵",
        "role": "药师",
        "staff_number": "",
        "strokes": strokes(0),
        "picture": picture(0),
        **change,
    }
    assert refusing(receiver.services.stop.put_signature, whole.pop("position"), **whole).kind is kind
    assert receiver.services.stop.signatures() == (None,)
    assert refusing(receiver.services.stop.sign).kind is problems.SIGNATURE_EMPTY


def test_the_same_strokes_cannot_sign_twice_not_even_another_day(receiver: Phone) -> None:
    signing(receiver)
    receiver.sign(seed=4)
    receiver.services.stop.sign()
    receiver.services.stop.leave()
    receiver.at_the_receiver("S3")
    signing(receiver)
    assert refusing(receiver.sign, seed=4).kind is problems.SIGNATURE_REUSED
    receiver.restart()
    assert refusing(receiver.sign, name="别人", seed=4).kind is problems.SIGNATURE_REUSED
    receiver.sign(seed=5)


@pytest.mark.parametrize("change", ["decide", "accept", "scan", "show"])
def test_anything_that_changes_after_the_pen_voids_the_signature(road: Phone, change: str) -> None:
    road.at_stop("S1")
    road.scan_all([L1], road.services.stop.scan)
    stop = road.services.stop
    stop.finish_unloading()
    road.downloaded()
    stop.finish_download()
    signing(road)
    road.sign(seed=1)
    match change:
        case "decide":
            stop.decide(stop.outcome("L1", accepted=2, refused=1, reason=Reason.DAMAGED))
            stop.decide(stop.outcome("L1", accepted=3))  # back to what it was: still another act
        case "accept":
            stop.accept_all()
        case "scan":
            receiver_draft = ReceiverDraft("赵药师", "药师", "007")
            stop.put_receiver(receiver_draft)
            stop.decide(stop.outcome("L2", accepted=0, short=10, reason=Reason.SHORT))
        case "show":
            road.clock.advance(180)
            road.downloaded(5.5)
            stop.show()
    assert stop.signatures() == (None,)
    refused = refusing(stop.sign)
    assert (refused.kind, refused.problem.values["value"]) == (problems.SIGNATURE_VOID, "赵药师")
    assert road.restart().stop.signatures() == (None,)
    road.sign(seed=2)
    road.services.stop.sign()


def test_more_goods_scanned_out_after_the_pen_void_the_signature(road: Phone) -> None:
    road.at_stop("S1")
    road.scan_all([L1], road.services.stop.scan)
    stop = road.services.stop
    road.downloaded()
    stop.finish_download()
    stop.begin_signing()
    road.sign(seed=1)
    road.scan(stop.scan, pack(ROUTE.stops[0].lines()[1]), 10)
    assert stop.signatures() == (None,)
    assert refusing(stop.sign).kind is problems.SIGNATURE_VOID


def test_controlled_medicines_take_two_people_and_two_hands(road: Phone) -> None:
    road.at_the_receiver("S2")
    stop = signing(road).services.stop
    assert stop.signatories_needed() == 2
    road.sign(0, "赵", 1)
    refused = refusing(stop.sign)
    assert refused.kind is problems.SECOND_SIGNATORY
    assert "药品3 C1" in refused.problem.values["value"]
    assert refusing(road.sign, 1, "赵", 2).kind is problems.SECOND_SIGNATORY
    assert refusing(road.sign, 1, "钱", 1).kind is problems.SIGNATURE_REUSED
    road.restart()
    road.sign(1, "钱", 2)
    road.sign(0, "孙", 3)
    road.services.stop.sign()
    signed = road.events(e.HandoverSigned)[0]
    assert [s.name for s in signed.signatories] == ["孙", "钱"]  # type: ignore[union-attr]
    assert signed.signatories[1].meaning == MEANING[1]["zh"]  # type: ignore[union-attr]


def test_where_nothing_controlled_is_accepted_one_person_signs(road: Phone) -> None:
    road.at_the_receiver("S2")
    stop = road.services.stop
    stop.decide(stop.outcome("L3", accepted=0, refused=2, reason=Reason.DOCUMENTS))
    assert stop.signatories_needed() == 1
    stop.begin_signing()
    road.sign()
    stop.sign()


def test_what_was_typed_about_the_receiver_survives(receiver: Phone) -> None:
    stop = receiver.services.stop
    assert stop.receiver() == ReceiverDraft()
    stop.put_receiver(ReceiverDraft("赵", "药师", "7"))
    stop.put_receiver(ReceiverDraft("钱"), position=1)
    again = receiver.restart().stop
    assert again.receiver() == ReceiverDraft("赵", "药师", "7")
    assert again.receiver(1).name == "钱"


def test_a_full_disk_is_said_before_the_pen_and_takes_no_signature() -> None:
    left = [1 << 40]
    phone = Phone(MemoryJournal(lambda: left[0])).on_the_road().at_the_receiver("S1")
    stop = phone.services.stop
    stop.accept_all()
    left[0] = SIGNATURE_ROOM - 1
    assert refusing(stop.begin_signing).kind is problems.DISK_FULL
    assert phone.services.steps.current().kind is StepKind.RECEIVER
    left[0] = SIGNATURE_ROOM
    stop.begin_signing()
    phone.sign()
    left[0] = 0
    assert refusing(stop.sign).kind is problems.DISK_FULL
    left[0] = 1 << 40
    assert phone.restart().stop.signatures()[0] is not None
    phone.services.stop.sign()


def test_a_signed_stop_takes_no_further_decision(receiver: Phone) -> None:
    stop = signing(receiver).services.stop
    receiver.sign()
    stop.sign()
    for call in (stop.accept_all, stop.sign, stop.show, lambda: stop.fail(e.Failure.CLOSED)):
        assert refusing(call).kind is problems.JOURNEY_ILLEGAL
    assert refusing(stop.scan, pack(L1, "9"), e.Entry.CAMERA).kind is problems.JOURNEY_ILLEGAL


# photos, failing, leaving ---------------------------------------------------------------------------------------------


def test_a_photo_is_kept_by_hash_and_belongs_to_the_open_stop(receiver: Phone) -> None:
    data = b"\xff\xd8\xff carton"
    digest = receiver.services.stop.photo(data, line_id="L1")
    assert receiver.journal.read_blob(digest) == data
    photo = receiver.events(e.PhotoTaken)[0]
    assert isinstance(photo, e.PhotoTaken)
    assert (photo.stop_id, photo.line_id, photo.size, photo.media_type) == ("S1", "L1", len(data), "image/jpeg")
    waiting = receiver.journal.blobs_waiting()
    assert [(b.sha256, b.lane) for b in waiting] == [(digest, Lane.PHOTO)]


def test_a_photo_may_not_take_the_room_of_a_signature() -> None:
    left = [1 << 40]
    phone = Phone(MemoryJournal(lambda: left[0])).on_the_road().at_stop("S1")
    left[0] = SIGNATURE_ROOM + 3
    assert refusing(phone.services.stop.photo, b"1234").kind is problems.DISK_FULL
    phone.services.stop.photo(b"123")


def test_only_pictures_of_a_bearable_size_are_photos(receiver: Phone) -> None:
    photo = receiver.services.stop.photo
    assert refusing(photo, b"").kind is problems.FIELD_INVALID
    assert refusing(photo, b"x", "text/html").kind is problems.FIELD_INVALID
    assert refusing(photo, bytes(MAX_BLOB + 1)).kind is problems.BLOB_TOO_LARGE
    assert receiver.events(e.PhotoTaken) == []


def test_a_stop_that_fails_keeps_its_goods_on_board(road: Phone) -> None:
    road.at_stop("S1")
    stop = road.services.stop
    assert refusing(stop.fail, e.Failure.OTHER).kind is problems.OUTCOME_REASON
    assert refusing(stop.leave).kind is problems.JOURNEY_ILLEGAL
    stop.fail(e.Failure.OTHER, "道路施工")
    stop.leave()
    assert road.services.duty.journey.line("L1").on_board == 3
    assert refusing(stop.remark, "S1", "  ").kind is problems.FIELD_INVALID
    stop.remark("S1", "明天再送")
    assert road.events(e.RemarkMade) == [e.RemarkMade("R1", "S1", "明天再送")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(["scan", "decide", "accept", "sign", "show", "restart", "photo"]), max_size=14))
def test_whatever_the_order_a_signature_only_ever_stands_under_what_was_on_the_screen(acts: list[str]) -> None:
    """At every moment: a signature that stands was given under exactly the verdict and decisions that stand."""
    phone = Phone().on_the_road().at_stop("S1")
    phone.scan_all([L1], phone.services.stop.scan)
    phone.downloaded()
    phone.services.stop.show()
    under: object = None
    for number, act in enumerate(acts):
        stop = phone.services.stop
        try:
            match act:
                case "scan":
                    phone.scan(stop.scan, pack(ROUTE.stops[0].lines()[1]))
                case "decide":
                    stop.decide(stop.outcome("L1", accepted=2, refused=1, reason=Reason.OTHER))
                case "accept":
                    stop.accept_all()
                case "sign":
                    phone.sign(seed=number + 1)
                    under = (stop.decisions(), stop.shown())
                case "show":
                    phone.clock.advance(180)
                    phone.downloaded()
                    stop.show()
                case "restart":
                    phone.restart()
                case "photo":
                    stop.photo(b"%d" % number)
        except Refused as refused:
            if refused.kind not in (problems.SCAN_TOO_MANY, problems.DECISION_NEEDED):
                raise
        stop = phone.services.stop
        if stop.signatures() != (None,):
            assert under == (stop.decisions(), stop.shown())


@pytest.mark.parametrize(
    ("purpose", "code", "again"),
    [
        ("load", "(01)06901234567892(21)7", False),
        ("S2", "(01)06901234567892(21)7", True),
        ("S1", "(01)06901234567892(21)7", True),
        ("S1", "(00)106141412345678908", False),
        ("S2", "(00)106141412345678908", True),
    ],
)
def test_at_a_stop_no_pack_is_right_that_was_brought_out_anywhere(purpose: str, code: str, again: bool) -> None:
    """What was only loaded is; and so is a mixed carton that served another stop."""
    assert scanned_out(purpose, code, "S2") is again
