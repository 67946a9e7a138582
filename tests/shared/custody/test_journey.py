"""The journey: what a route has come to, folded from what happened on it."""

from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.custody import events as e
from shared.custody.journey import Journey, Phase, StopPhase, replay
from shared.errors import Refused
from tests.shared import story as s
from tests.shared.refusing import MODERATE
from tests.shared.story import R, Story, accepted, at


def whole_day() -> Story:
    """T1 delivered in part, T2 closed, everything else back."""
    told = Story()
    shown = told.show()
    partly = e.LineOutcome("L2", e.Outcome.REFUSED, 0, 4, reason=e.Reason.TEMPERATURE)
    told.say(s.photo("T1", "L2"), s.signed("T1", (accepted("L1", 10), partly), shown), s.photo("T1"), s.left("T1"))
    told.say(e.RemarkMade(R, "T1", "cold box kept shut"), s.arrived("T2"), s.photo("T2"), s.failed("T2"), s.left("T2"))
    told.say(s.RETURNED, s.returned("L2", 4), s.returned("L3", 6))
    told.say(s.detached("LA", "K"), s.detached("LB", "K"), s.detached("LC", "B"), s.ENDED)
    return told


DAY = whole_day()


def test_a_whole_day_ends_with_every_stop_left() -> None:
    assert (DAY.journey.phase, {key: stop.phase for key, stop in DAY.journey.stops.items()}) == (
        Phase.ENDED,
        {"T1": StopPhase.LEFT, "T2": StopPhase.LEFT},
    )


def test_at_the_end_of_the_day_every_pack_is_accounted_for() -> None:
    found = {key: (line.loaded, line.accepted, line.returned, line.on_board) for key, line in DAY.journey.lines.items()}
    assert found == {"L1": (10, 10, 0, 0), "L2": (4, 0, 4, 0), "L3": (6, 0, 6, 0)}


def test_a_day_remembers_when_each_part_of_it_began() -> None:
    moments: dict[str, datetime] = {e.event_name(event): moment for event, moment, _ in reversed(DAY.told)}
    journey = DAY.journey
    assert (journey.started, journey.departed, journey.returned, journey.ended) == (
        moments["ShiftStarted"],
        moments["VehicleDeparted"],
        moments["VehicleReturned"],
        moments["ShiftEnded"],
    )


def test_a_signed_stop_keeps_the_event_its_record_and_the_verdict_it_stands_under() -> None:
    stop = DAY.journey.stop("T1")
    records = {e.event_name(event): record for event, _, record in DAY.told}
    assert stop.signed is not None
    assert (stop.signed_record, stop.signed.shown) == (records["HandoverSigned"], records["VerdictShown"])


def test_a_failed_stop_keeps_the_event_and_its_record() -> None:
    stop = DAY.journey.stop("T2")
    assert (stop.failed, stop.failed_record) == (
        s.failed("T2"),
        {e.event_name(a): r for a, _, r in DAY.told}["StopFailed"],
    )


def test_photos_stay_with_the_stop_they_were_taken_at() -> None:
    assert [len(DAY.journey.stop(stop_id).photos) for stop_id in ("T1", "T2")] == [2, 1]


def test_a_handover_ends_the_rides_of_what_was_accepted() -> None:
    assert all(ride.until is not None for ride in Story().hand_over().journey.line("L1").rides)


def test_refused_goods_ride_on() -> None:
    told = Story()
    shown = told.show()
    refused = e.LineOutcome("L2", e.Outcome.REFUSED, 0, 4, reason=e.Reason.TEMPERATURE)
    told.say(s.signed("T1", (accepted("L1", 10), refused), shown))
    assert [ride.until for ride in told.journey.line("L2").rides] == [None]


def test_goods_of_a_failed_stop_ride_on() -> None:
    assert [ride.until for ride in Story().fail().journey.line("L1").rides] == [None]


def test_goods_that_came_back_ride_no_longer() -> None:
    assert all(ride.until is not None for ride in DAY.journey.line("L3").rides)


def test_a_line_loaded_into_two_containers_rides_in_both() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 6), s.loaded("L1", "B", 4), s.loaded("L3", "K", 6))
    assert [(ride.container_id, ride.start) for ride in told.journey.line("L1").rides] == [("K", at(1)), ("B", at(2))]


def test_packs_of_a_line_in_one_container_are_one_ride_from_the_first_on() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 3), s.loaded("L1", "K", 4))
    assert [(ride.container_id, ride.start) for ride in told.journey.line("L1").rides] == [("K", at(1))]


def test_an_attached_logger_brings_the_calibration_of_the_published_route() -> None:
    plan = s.route()
    box = msgspec.structs.replace(plan.containers[1], loggers=(s.logger("LC", date(2026, 12, 24)),))
    told = Story(msgspec.structs.replace(plan, containers=(plan.containers[0], box))).start()
    told.say(s.attached("LA", "B"), s.attached("LC", "B"))
    assert [a.calibrated_until for a in told.journey.attachments] == [date(2027, 3, 1), date(2026, 12, 24)]


def test_detaching_a_logger_closes_its_attachment_and_no_other() -> None:
    told = Story().start()
    told.say(s.attached("LA", "K"), s.attached("LB", "K"), s.detached("LA", "K"))
    assert [(a.logger_id, a.until) for a in told.journey.attachments] == [("LA", at(3)), ("LB", None)]


def test_the_last_vehicle_check_and_precooling_count() -> None:
    told = Story().start()
    failing = e.VehicleChecked(R, (e.CheckItem("tyres", False),))
    told.say(failing, s.CHECKED, s.precooled("K", "LA", 12.0, ok=False), s.precooled("K", "LB"))
    assert (told.journey.vehicle_check, told.journey.precooling) == (s.CHECKED, {"K": s.precooled("K", "LB")})


def test_an_alarm_stands_until_somebody_acknowledges_it() -> None:
    told = Story().depart()
    told.say(e.AlarmRaised(R, "LA", "K", 9.0, 2.0, 8.0), e.AlarmRaised(R, "LC", "B", 9.0, 2.0, 8.0))
    told.say(e.AlarmAcknowledged(R, "LA", "door shut"))
    assert told.journey.alarms == {"LC"}


def test_the_open_stop_is_the_one_arrived_at_and_not_left() -> None:
    states = [Story().depart(), Story().arrive(), Story().hand_over(), Story().fail(), Story().come_back()]
    assert [told.journey.open_stop for told in states] == [None, "T1", "T1", "T1", None]


def test_the_next_stop_is_the_first_in_driving_order_that_was_not_visited() -> None:
    assert [told.journey.next_stop for told in (Story(), Story().arrive(), DAY)] == ["T1", "T2", None]


def test_driving_order_is_the_number_and_not_the_place_in_the_list() -> None:
    plain = s.route()
    assert Journey(msgspec.structs.replace(plain, stops=plain.stops[::-1])).next_stop == "T1"


def test_a_stop_may_be_visited_out_of_order() -> None:
    told = Story().depart()
    told.say(s.arrived("T2"))
    assert (told.journey.open_stop, told.journey.next_stop) == ("T2", "T1")


def test_a_remark_may_still_be_made_after_the_shift() -> None:
    assert DAY.journey.allows(e.RemarkMade(R, "T1", "the receiver called"))


@pytest.mark.parametrize("cut", range(len(DAY.told) + 1))
def test_a_journey_read_back_after_a_kill_goes_on_as_if_nothing_had_been(cut: int) -> None:
    journey = replay(s.route(), DAY.told[:cut])
    for event, moment, record in DAY.told[cut:]:
        journey = journey.apply(event, moment, record)
    assert journey == DAY.journey


ONE_LINE = msgspec.structs.replace(s.route(), stops=(s.stop(1, [s.line("L1", 10, "K")]),))
SPINE: list[e.AnyEvent] = [
    *(s.STARTED, s.loaded("L1", "K", 10), s.DEPARTED, s.arrived("T1"), s.unloaded("T1", "L1", 10)),
    *(
        s.verdict_shown("T1", "L1"),
        s.signed("T1", [accepted("L1", 10)], "VerdictShown"),
        s.left("T1"),
        s.RETURNED,
        s.ENDED,
    ),
]
"""What a delivery cannot do without, in the one order it has. Only scanning out and showing may be swapped; and goods may
come on board on the road, from another vehicle."""


def tell(events: list[e.AnyEvent]) -> Journey:
    return replay(ONE_LINE, [(event, at(n), e.event_name(event)) for n, event in enumerate(events)])


def test_a_delivery_told_in_its_order_is_whole() -> None:
    assert tell(SPINE).phase is Phase.ENDED


@pytest.mark.parametrize("position", [n for n in range(len(SPINE) - 1) if n not in (1, 4)])
def test_no_two_steps_of_a_delivery_can_be_told_in_the_other_order(position: int) -> None:
    events = list(SPINE)
    events[position : position + 2] = events[position : position + 2][::-1]
    with pytest.raises(Refused):
        tell(events)


@pytest.mark.parametrize("position", range(len(SPINE) - 1))
def test_no_step_of_a_delivery_can_be_left_out(position: int) -> None:
    with pytest.raises(Refused):
        tell(SPINE[:position] + SPINE[position + 1 :])


@pytest.mark.parametrize("position", [n for n, event in enumerate(SPINE) if not isinstance(event, e.VerdictShown)])
def test_no_step_of_a_delivery_but_showing_the_verdict_can_be_told_twice(position: int) -> None:
    with pytest.raises(Refused):
        tell([*SPINE[: position + 1], *SPINE[position:]])


@MODERATE
@given(st.permutations(SPINE))
def test_any_other_order_of_a_delivery_is_refused_somewhere(events: list[e.AnyEvent]) -> None:
    if [event for event in events if not isinstance(event, e.VerdictShown | e.GoodsUnloaded)] != [
        event for event in SPINE if not isinstance(event, e.VerdictShown | e.GoodsUnloaded)
    ]:
        with pytest.raises(Refused):
            tell(events)


WILD = settings(MODERATE, max_examples=40)


def anything(draw: st.DrawFn, shown: dict[str, str]) -> e.AnyEvent:
    """Any event that a wild handheld could write of this route."""
    stop_id = draw(st.sampled_from(["T1", "T2"]))
    line_id = draw(st.sampled_from(["L1", "L2", "L3"]))
    container = draw(st.sampled_from(["K", "B"]))
    logger_id = draw(st.sampled_from(["LA", "LB", "LC"]))
    quantity = draw(st.integers(-1, 11))
    of_stop = ("L1", "L2") if stop_id == "T1" else ("L3",)
    planned = {"L1": 10, "L2": 4, "L3": 6}
    outcomes = [accepted(one, planned[one]) for one in draw(st.sampled_from([of_stop, of_stop, ("L1",)]))]
    signed = s.signed(stop_id, outcomes, shown.get(stop_id, "?"), s.signatory(draw(st.sampled_from("AB"))))
    possible: list[e.AnyEvent] = [
        *(s.STARTED, s.CHECKED, s.DEPARTED, s.RETURNED, s.ENDED),
        *(s.attached(logger_id, container), s.detached(logger_id, container), s.loaded(line_id, container, quantity)),
        *(s.arrived(stop_id), s.failed(stop_id), s.left(stop_id), s.unloaded(stop_id, line_id, quantity)),
        *(s.verdict_shown(stop_id, *of_stop), signed, signed, s.returned(line_id, quantity)),
    ]
    return draw(st.sampled_from(possible))


def natural(journey: Journey) -> e.AnyEvent:
    """What an honest driver would do next."""
    stop_id = journey.open_stop
    if journey.phase is Phase.STARTED:
        for stop in journey.route.stops:
            for line in stop.lines():
                if journey.line(line.id).loaded < line.quantity:
                    return s.loaded(line.id, "K", line.quantity - journey.line(line.id).loaded)
        return s.DEPARTED
    if journey.phase is Phase.DEPARTED and stop_id is None:
        return s.RETURNED if journey.next_stop is None else s.arrived(journey.next_stop)
    if stop_id is None:
        return s.ENDED
    state = journey.stop(stop_id)
    if state.phase is not StopPhase.ARRIVED:
        return s.left(stop_id)
    lines = journey.route.stop(stop_id).lines()
    for line in lines:
        left = journey.line(line.id).loaded - journey.line(line.id).unloaded
        if left:
            return s.unloaded(stop_id, line.id, left)
    if state.shown is None:
        return s.verdict_shown(stop_id, *[line.id for line in lines])
    outcomes = [accepted(line.id, line.quantity) for line in lines]
    return s.signed(stop_id, outcomes, state.shown_record, s.signatory(stop_id))


@st.composite
def wild_histories(draw: st.DrawFn) -> tuple[Journey, list[Journey]]:
    """What becomes of a journey when a handheld writes at random every other time; what is refused is dropped."""
    begin: Callable[[Story], Story] = draw(st.sampled_from([Story.start, Story.load, Story.depart, Story.unload]))
    told = begin(Story())
    seen = [told.journey]
    shown = {key: stop.shown_record for key, stop in told.journey.stops.items()}
    for number in range(draw(st.integers(10, 40))):
        event = anything(draw, shown) if number % 2 else natural(told.journey)
        record = sha256(f"wild {number}".encode()).hexdigest()
        try:
            told.journey = told.journey.apply(event, at(100 + number), record)
        except Refused:
            continue
        if isinstance(event, e.VerdictShown):
            shown[event.stop_id] = record
        seen.append(told.journey)
    return told.journey, seen


@WILD
@given(wild_histories())
def test_however_wildly_a_handheld_writes_no_pack_comes_from_nowhere_and_none_is_handed_over_twice(
    history: tuple[Journey, list[Journey]],
) -> None:
    planned = {line.id: line.quantity for stop in s.route().stops for line in stop.lines()}
    for line_id, line in history[0].lines.items():
        assert 0 <= line.accepted <= line.unloaded <= line.loaded <= planned[line_id]
        assert 0 <= line.on_board == line.loaded - line.accepted - line.returned


@WILD
@given(wild_histories())
def test_however_wildly_a_handheld_writes_every_signature_stands_under_a_verdict_of_exactly_its_lines(
    history: tuple[Journey, list[Journey]],
) -> None:
    for stop_id, stop in history[0].stops.items():
        if stop.signed is not None:
            lines = {line.id for line in s.route().stop(stop_id).lines()}
            assert stop.shown is not None
            assert {v.line_id for v in stop.shown.verdicts} == {o.line_id for o in stop.signed.outcomes} == lines
            assert stop.signed.shown == stop.shown_record


@WILD
@given(wild_histories())
def test_however_wildly_a_handheld_writes_at_most_one_stop_is_open_and_no_phase_goes_back(
    history: tuple[Journey, list[Journey]],
) -> None:
    phases = list(Phase)
    for before, after in zip(history[1], history[1][1:], strict=False):
        assert phases.index(after.phase) >= phases.index(before.phase)
        assert sum(stop.phase not in (StopPhase.PLANNED, StopPhase.LEFT) for stop in after.stops.values()) <= 1


@WILD
@given(wild_histories())
def test_however_wildly_a_handheld_writes_a_logger_speaks_for_one_container_at_a_time(
    history: tuple[Journey, list[Journey]],
) -> None:
    attached = [a.logger_id for a in history[0].attachments if a.until is None]
    assert len(attached) == len(set(attached))
