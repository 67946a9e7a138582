"""What an event claims must be there: goods, containers, loggers, verdicts and signatures. One false claim a test."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.custody import events as e
from shared.custody.journey import Journey
from tests.shared import story as s
from tests.shared.refusing import MODERATE, refusal
from tests.shared.story import GTIN, TRACE, R, Story, accepted, at

CARTON = "(00)106141412345678908"
PACK = f"(01){GTIN}(21)7(10)B24"
BOTH = (accepted("L1", 10), accepted("L2", 4))


# whose it is -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        e.ShiftStarted("R-2", 1, "D1", "V1", "", None),
        e.PositionsSealed("R-2", (), (), ()),
        msgspec.structs.replace(s.segment("LA", [], []), route_id="R-2"),
        e.DepartureOverridden("R-2", 3006, "SN-LA", "valid", "u1"),
    ],
    ids=e.event_name,
)
def test_an_event_of_another_route_is_refused(event: e.AnyEvent) -> None:
    with refusal(problems.CLAIM_ROUTE, value="R-2", expected=R):
        Story().say(event)


@pytest.mark.parametrize(("vehicle", "driver", "named"), [("V2", "D1", "V2"), ("V1", "D2", "D2")])
def test_a_shift_is_started_with_the_vehicle_and_driver_whose_papers_the_gate_looks_at(
    vehicle: str, driver: str, named: str
) -> None:
    with refusal(problems.CLAIM_FOREIGN, value=named):
        Story().say(e.ShiftStarted(R, 1, driver, vehicle, "", None))


def test_a_shift_that_was_started_under_an_earlier_plan_stands_when_the_plan_names_another_driver() -> None:
    plan = msgspec.structs.replace(s.route(), version=2, driver=msgspec.structs.replace(s.route().driver, id="D2"))
    assert Story(plan).start().journey.started == at(0)


# loggers -----------------------------------------------------------------------------------------------------------------


def test_a_logger_that_nobody_planned_has_no_known_calibration_and_is_not_attached() -> None:
    with refusal(problems.CLAIM_FOREIGN, value="LX"):
        Story().start().say(s.attached("LX", "K"))


def test_a_logger_is_not_attached_to_a_container_of_another_route() -> None:
    with refusal(problems.CLAIM_FOREIGN, value="X"):
        Story().start().say(s.attached("LA", "X"))


@pytest.mark.parametrize("container", ["K", "B"])
def test_a_logger_that_speaks_for_a_container_is_not_attached_again(container: str) -> None:
    with refusal(problems.LOGGER_BUSY, value="LA", container="K"):
        Story().start().say(s.attached("LA", "K"), s.attached("LA", container))


def test_a_logger_moves_to_another_container_by_being_detached_first() -> None:
    told = Story().start()
    told.say(s.attached("LA", "K"), s.detached("LA", "K"), s.attached("LA", "B"))
    assert [(a.container_id, a.until is None) for a in told.journey.attachments] == [("K", False), ("B", True)]


@pytest.mark.parametrize("container", ["K", "B"])
def test_only_an_attached_logger_is_detached_and_only_from_where_it_is(container: str) -> None:
    told = Story().start()
    told.say(s.attached("LB", "K"), s.attached("LA", "K"), s.detached("LA", "K"))
    with refusal(problems.LOGGER_ELSEWHERE, value="LA", container=container):
        told.say(s.detached("LA", container))


# pre-cooling -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [1.99, 8.01, 25.0, None])
def test_a_container_is_not_called_precooled_at_a_temperature_outside_its_range(temperature: float | None) -> None:
    with refusal(problems.PRECOOLING_FALSE, container="K", expected="2…8"):
        Story().start().say(s.precooled("K", "LA", temperature))


@pytest.mark.parametrize("temperature", [2.0, 8.0])
def test_the_ends_of_the_range_are_precooled(temperature: float) -> None:
    told = Story().start()
    told.say(s.precooled("K", "LA", temperature))
    assert told.journey.precooling["K"].temperature == temperature


@pytest.mark.parametrize("temperature", [0.0, -3.5, None])
def test_a_container_that_is_not_precooled_may_be_recorded_as_such(temperature: float | None) -> None:
    told = Story().start()
    told.say(s.precooled("K", "LA", temperature, ok=False))
    assert told.journey.precooling["K"].temperature == temperature


@pytest.mark.parametrize(("container", "logger"), [("X", "LA"), ("K", "LX")])
def test_precooling_is_of_a_container_and_by_a_logger_of_the_route(container: str, logger: str) -> None:
    with refusal(problems.CLAIM_FOREIGN):
        Story().start().say(s.precooled(container, logger))


# readings ----------------------------------------------------------------------------------------------------------------


def test_a_segment_whose_times_go_back_is_refused() -> None:
    with refusal(problems.SEGMENT_MALFORMED, value="LA", reason="times go back"):
        Story().start().say(s.segment("LA", [60_000, 120_000, 119_999], [400, 400, 400]))


def test_a_segment_with_a_reading_twice_is_refused() -> None:
    with refusal(problems.SEGMENT_MALFORMED, value="LA", reason="a reading twice"):
        Story().start().say(s.segment("LA", [60_000, 60_000], [400, 400]))


def test_two_different_values_at_one_instant_are_two_readings_and_both_are_kept() -> None:
    both = s.segment("LA", [60_000, 60_000], [400, 900])
    assert Story().start().say(both)


def test_a_segment_of_one_reading_and_of_none_is_a_segment() -> None:
    assert Story().start().say(s.segment("LA", [60_000], [None]), s.segment("LA", [], []))


# loading -----------------------------------------------------------------------------------------------------------------


def test_goods_of_another_route_are_not_loaded() -> None:
    with refusal(problems.CLAIM_FOREIGN, value="L9", where="线路 route R-1"):
        Story().start().say(s.loaded("L9", "K", 1))


def test_goods_are_not_loaded_into_a_container_of_another_route() -> None:
    with refusal(problems.CLAIM_FOREIGN, value="X"):
        Story().start().say(s.loaded("L1", "X", 1))


@pytest.mark.parametrize("quantity", [0, -1, 11])
def test_no_fewer_than_one_pack_and_no_more_than_the_note_says_are_loaded(quantity: int) -> None:
    with refusal(problems.CLAIM_QUANTITY, value=quantity, limit=10):
        Story().start().say(s.loaded("L1", "K", quantity))


def test_the_packs_of_several_scans_together_do_not_exceed_the_note() -> None:
    with refusal(problems.CLAIM_QUANTITY, value=5, limit=4):
        Story().start().say(s.loaded("L1", "K", 6), s.loaded("L1", "K", 5))


@pytest.mark.parametrize("code", [TRACE, PACK])
def test_an_individual_pack_is_loaded_once(code: str) -> None:
    with refusal(problems.SCAN_ALREADY, value=code):
        Story().start().say(s.loaded("L1", "K", 1, code), s.loaded("L1", "K", 1, code))


def test_a_pack_with_two_codes_is_loaded_once_by_whichever_of_them() -> None:
    for again in (s.loaded("L1", "K", 1, TRACE), s.loaded("L1", "K", 1, PACK), s.loaded("L1", "K", 1, None, TRACE)):
        with refusal(problems.SCAN_ALREADY):
            Story().start().say(s.loaded("L1", "K", 1, PACK, TRACE), again)


def test_a_pack_with_two_codes_is_brought_out_once_by_whichever_of_them() -> None:
    with refusal(problems.SCAN_ALREADY, value=TRACE):
        Story().arrive().say(s.unloaded("T1", "L1", 1, PACK, TRACE), s.unloaded("T1", "L1", 1, TRACE))


def test_a_code_that_came_a_moment_later_is_one_more_name_of_a_counted_pack_and_no_pack_more() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 1, PACK), s.loaded("L1", "K", 0, TRACE, PACK))
    assert told.journey.line("L1").loaded == 1
    with refusal(problems.SCAN_ALREADY, value=TRACE):
        told.say(s.loaded("L1", "K", 1, TRACE))


def test_it_may_be_a_name_of_a_pack_that_has_none_of_its_own() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 1), s.loaded("L1", "K", 0, TRACE, s.lot_code("L1")))
    assert told.journey.line("L1").loaded == 1


@pytest.mark.parametrize(
    ("code", "beside"),
    [(TRACE, "(01)06901234567892(21)8"), (f"(01){GTIN}(10)B24", PACK), (TRACE, f"(01){GTIN}(10)B99")],
)
def test_a_name_of_a_pack_that_nobody_counted_or_that_names_no_pack_is_refused(code: str, beside: str) -> None:
    with refusal(problems.CLAIM_FOREIGN):
        Story().start().say(s.loaded("L1", "K", 1, PACK), s.loaded("L1", "K", 0, code, beside))


def test_a_name_of_a_pack_of_another_line_is_refused() -> None:
    with refusal(problems.CLAIM_FOREIGN, value=PACK):
        Story().start().say(s.loaded("L1", "K", 1, PACK), s.loaded("L3", "K", 0, TRACE, PACK))


def test_a_second_pack_is_not_hidden_behind_the_name_of_a_first() -> None:
    with refusal(problems.SCAN_ALREADY, value=TRACE):
        Story().start().say(
            s.loaded("L1", "K", 1, PACK), s.loaded("L1", "K", 1, TRACE), s.loaded("L1", "K", 0, TRACE, PACK)
        )


def test_a_pack_that_was_loaded_under_two_codes_is_brought_out_once_by_whichever_of_them() -> None:
    for loads in (
        [s.loaded("L1", "K", 1, PACK, TRACE)],
        [s.loaded("L1", "K", 1, PACK), s.loaded("L1", "K", 0, TRACE, PACK)],
    ):
        told = Story().start()
        told.say(s.loaded("L1", "K", 1), *loads, s.DEPARTED, s.arrived("T1"), s.unloaded("T1", "L1", 1, TRACE))
        with refusal(problems.SCAN_ALREADY, value=PACK):
            told.say(s.unloaded("T1", "L1", 1, PACK))


@pytest.mark.parametrize("beside", [f"(01){GTIN}(10)B24", GTIN, PACK])
def test_what_many_packs_share_or_the_code_itself_is_no_second_code_of_a_pack(beside: str) -> None:
    with refusal(problems.CLAIM_FOREIGN, value=beside):
        Story().start().say(s.loaded("L1", "K", 1, PACK, beside))


def test_the_same_pack_read_from_another_symbol_is_still_the_same_pack() -> None:
    again = f"(01){GTIN}(21)7(10)B24(17)280331"
    with refusal(problems.SCAN_ALREADY, value=again):
        Story().start().say(s.loaded("L1", "K", 1, PACK), s.loaded("L1", "K", 1, again))


def test_a_code_that_all_packs_of_a_lot_share_may_be_scanned_pack_by_pack() -> None:
    told = Story().start()
    told.say(*[s.loaded("L1", "K", 1)] * 10)
    assert told.journey.line("L1").loaded == 10


def test_one_of_several_cartons_may_stand_for_no_pack_as_the_last_one_brings_them_all() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 0, CARTON), s.loaded("L1", "K", 10, "(00)106141412345678915"))
    assert told.journey.line("L1").loaded == 10


def test_a_mixed_carton_serves_several_lines_each_once() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 5, CARTON), s.loaded("L3", "K", 3, CARTON))
    with refusal(problems.SCAN_ALREADY, value=CARTON):
        told.say(s.loaded("L1", "K", 5, CARTON))


# unloading ---------------------------------------------------------------------------------------------------------------


def test_goods_of_another_stop_are_not_scanned_out() -> None:
    with refusal(problems.CLAIM_FOREIGN, value="L3", where="站点 stop T1"):
        Story().arrive().say(s.unloaded("T1", "L3", 1))


@pytest.mark.parametrize("quantity", [0, -2, 11])
def test_no_more_packs_are_scanned_out_than_were_loaded(quantity: int) -> None:
    with refusal(problems.CLAIM_QUANTITY, value=quantity, limit=10):
        Story().arrive().say(s.unloaded("T1", "L1", quantity))


def test_the_packs_of_several_scans_out_together_do_not_exceed_what_was_loaded() -> None:
    with refusal(problems.CLAIM_QUANTITY, value=5, limit=4):
        Story().arrive().say(s.unloaded("T1", "L1", 6), s.unloaded("T1", "L1", 5))


def test_packs_that_were_never_loaded_are_not_scanned_out() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 8), s.DEPARTED, s.arrived("T1"))
    with refusal(problems.CLAIM_QUANTITY, value=9, limit=8):
        told.say(s.unloaded("T1", "L1", 9))


def test_an_individual_pack_is_scanned_out_once() -> None:
    with refusal(problems.SCAN_ALREADY, value=TRACE):
        Story().arrive().say(s.unloaded("T1", "L1", 1, TRACE), s.unloaded("T1", "L1", 1, TRACE))


def at_the_second_stop() -> Story:
    """One pack and one mixed carton were brought out at T1; now the vehicle stands at T2."""
    told = Story().arrive()
    told.say(s.unloaded("T1", "L1", 1, PACK), s.unloaded("T1", "L1", 3, CARTON))
    told.say(e.StopFailed(R, "T1", e.Failure.CLOSED, "", None), s.left("T1"), s.arrived("T2"))
    return told


def test_a_pack_that_was_brought_out_at_one_stop_is_not_brought_out_at_another() -> None:
    with refusal(problems.SCAN_ALREADY, value=PACK):
        at_the_second_stop().say(s.unloaded("T2", "L3", 1, PACK))


def test_a_mixed_carton_may_be_brought_out_at_several_stops() -> None:
    told = at_the_second_stop()
    told.say(s.unloaded("T2", "L3", 2, CARTON))
    assert told.journey.line("L3").unloaded == 2


def test_a_pack_that_was_scanned_in_is_scanned_out_with_the_same_code() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 1, TRACE), s.DEPARTED, s.arrived("T1"), s.unloaded("T1", "L1", 1, TRACE))
    assert told.journey.line("L1").unloaded == 1


# the verdict -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines", [(), ("L1",), ("L1", "L2", "L3"), ("L1", "L3"), ("L1", "L1", "L2"), ("L1", "L1")], ids=" ".join
)
def test_the_verdicts_shown_are_those_of_exactly_this_stops_lines(lines: tuple[str, ...]) -> None:
    with refusal(problems.LINES_DIFFER, value=" ".join(sorted(lines)), expected="L1 L2"):
        Story().unload().say(s.verdict_shown("T1", *lines))


# photos ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stop_id", "line_id"), [("T1", "L3"), ("T1", "L9"), (None, "L9")])
def test_a_photo_is_of_a_line_that_is_there(stop_id: str | None, line_id: str) -> None:
    with refusal(problems.CLAIM_FOREIGN, value=line_id):
        Story().arrive().say(s.photo(stop_id, line_id))


def test_a_photo_of_a_line_may_be_taken_at_its_stop_and_before_departure() -> None:
    told = Story().start()
    told.say(s.photo(None, "L1"), s.DEPARTED, s.arrived("T1"), s.photo("T1", "L1"))
    assert told.journey.stop("T1").photos == (s.photo("T1", "L1"),)


# the handover ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines", [(), ("L1",), ("L1", "L2", "L3"), ("L1", "L1", "L2"), ("L3",)], ids=lambda lines: " ".join(lines)
)
def test_a_signature_covers_every_line_of_its_stop_exactly_once(lines: tuple[str, ...]) -> None:
    told = Story()
    shown = told.show()
    quantities = {"L1": 10, "L2": 4, "L3": 6}
    with refusal(problems.LINES_DIFFER, value=" ".join(sorted(lines)), expected="L1 L2"):
        told.say(s.signed("T1", [accepted(one, quantities[one]) for one in lines], shown))


def test_nobody_signs_without_having_been_shown_a_verdict() -> None:
    with refusal(problems.VERDICT_NOT_SHOWN, value="", expected="—"):
        Story().unload().say(s.signed("T1", BOTH, ""))


def test_a_signature_does_not_stand_under_a_verdict_that_was_replaced() -> None:
    told = Story()
    first = told.show()
    last = told.say(s.verdict_shown("T1", "L1", "L2"))
    with refusal(problems.VERDICT_NOT_SHOWN, value=first, expected=last):
        told.say(s.signed("T1", BOTH, first))


def test_a_signature_does_not_stand_under_the_verdict_of_another_stop() -> None:
    told = Story()
    told.depart().say(s.arrived("T2"), s.unloaded("T2", "L3", 6))
    elsewhere = told.say(s.verdict_shown("T2", "L3"))
    told.say(s.signed("T2", [accepted("L3", 6)], elsewhere), s.left("T2"), s.arrived("T1"))
    told.say(s.unloaded("T1", "L1", 10), s.unloaded("T1", "L2", 4), s.verdict_shown("T1", "L1", "L2"))
    with refusal(problems.VERDICT_NOT_SHOWN, value=elsewhere):
        told.say(s.signed("T1", BOTH, elsewhere))


def test_a_decision_whose_parts_do_not_add_up_is_refused_in_the_journey_as_well() -> None:
    told = Story()
    shown = told.show()
    with refusal(problems.OUTCOME_QUANTITY, line="B24"):
        told.say(s.signed("T1", (accepted("L1", 9), accepted("L2", 4)), shown))


def test_packs_that_nobody_scanned_out_are_not_accepted() -> None:
    told = Story()
    told.arrive().say(s.unloaded("T1", "L1", 9), s.unloaded("T1", "L2", 4))
    shown = told.say(s.verdict_shown("T1", "L1", "L2"))
    with refusal(problems.CLAIM_QUANTITY, what="签收 accepted", value=10, limit=9):
        told.say(s.signed("T1", BOTH, shown))


def test_packs_that_are_not_on_board_are_not_refused() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 8), s.loaded("L2", "B", 4), s.DEPARTED, s.arrived("T1"), s.unloaded("T1", "L2", 4))
    shown = told.say(s.verdict_shown("T1", "L1", "L2"))
    all_refused = e.LineOutcome("L1", e.Outcome.REFUSED, 0, 10, reason=e.Reason.DAMAGED)
    with refusal(problems.CLAIM_QUANTITY, what="拒收 refused", value=10, limit=8):
        told.say(s.signed("T1", (all_refused, accepted("L2", 4)), shown))


def test_packs_that_were_accepted_are_not_refused_as_well() -> None:
    told = Story().start()
    told.say(s.loaded("L1", "K", 8), s.loaded("L2", "B", 4), s.DEPARTED, s.arrived("T1"))
    told.say(s.unloaded("T1", "L1", 5), s.unloaded("T1", "L2", 4))
    shown = told.say(s.verdict_shown("T1", "L1", "L2"))
    both = e.LineOutcome("L1", e.Outcome.PARTLY_ACCEPTED, 5, 5, reason=e.Reason.DAMAGED)
    with refusal(problems.CLAIM_QUANTITY, what="拒收 refused", value=5, limit=3):
        told.say(s.signed("T1", (both, accepted("L2", 4)), shown))


def test_goods_that_were_accepted_once_are_not_accepted_again_where_a_new_plan_moves_their_line() -> None:
    told = Story().hand_over()
    told.say(s.left("T1"))
    plan = s.route()
    moved = msgspec.structs.replace(
        plan, version=2, stops=(plan.stops[0], s.stop(2, [*plan.stops[1].lines(), *plan.stops[0].lines()]))
    )
    told.journey = msgspec.structs.replace(told.journey, route=moved)
    told.say(s.arrived("T2"), s.unloaded("T2", "L3", 6))
    shown = told.say(s.verdict_shown("T2", "L1", "L2", "L3"))
    with refusal(problems.CLAIM_QUANTITY, what="签收 accepted", value=10, limit=0):
        told.say(s.signed("T2", (*BOTH, accepted("L3", 6)), shown))


def test_a_handover_that_nobody_signed_is_none() -> None:
    told = Story()
    shown = told.show()
    with refusal(problems.SIGNATURE_EMPTY):
        told.say(e.HandoverSigned(R, "T1", BOTH, (), shown, None, "zh"))


@pytest.mark.parametrize(("who", "role"), [("  ", "药师"), ("李", " ")])
def test_a_signature_without_a_printed_name_or_a_role_is_refused_in_the_journey_as_well(who: str, role: str) -> None:
    told = Story()
    shown = told.show()
    nameless = msgspec.structs.replace(s.signatory(), name=who, role=role)
    with refusal(problems.RECEIVER_UNNAMED):
        told.say(s.signed("T1", BOTH, shown, nameless))


@pytest.mark.parametrize("part", ["strokes", "picture"])
def test_a_signature_without_strokes_or_picture_is_none(part: str) -> None:
    told = Story()
    shown = told.show()
    with refusal(problems.SIGNATURE_EMPTY, value="李秀英"):
        told.say(s.signed("T1", BOTH, shown, msgspec.structs.replace(s.signatory(), **{part: ""})))


def test_a_signature_is_used_for_one_handover_only() -> None:
    told = Story().hand_over()
    told.say(s.left("T1"), s.arrived("T2"), s.unloaded("T2", "L3", 6))
    shown = told.say(s.verdict_shown("T2", "L3"))
    reused = s.signatory("T1")
    with refusal(problems.SIGNATURE_REUSED, value=reused.strokes):
        told.say(s.signed("T2", [accepted("L3", 6)], shown, msgspec.structs.replace(reused, name="赵敏")))


def test_two_people_do_not_share_a_signature() -> None:
    told = Story()
    shown = told.show()
    first = s.signatory("李")
    second = msgspec.structs.replace(first, name="陈", staff_number="PK2")
    with refusal(problems.SIGNATURE_REUSED, value=first.strokes):
        told.say(s.signed("T1", BOTH, shown, first, second))


def test_a_controlled_medicine_is_signed_for_by_two_people() -> None:
    told = Story(s.controlled_route())
    shown = told.show()
    with refusal(problems.SECOND_SIGNATORY, value="B24"):
        told.say(s.signed("T1", BOTH, shown, s.signatory("李")))


def test_one_person_signing_twice_is_not_two_people() -> None:
    told = Story(s.controlled_route())
    shown = told.show()
    again = s.signatory("李 ", strokes="b" * 64)
    with refusal(problems.SECOND_SIGNATORY):
        told.say(s.signed("T1", BOTH, shown, s.signatory("李"), again))


def test_two_people_may_sign_for_a_controlled_medicine() -> None:
    told = Story(s.controlled_route())
    shown = told.show()
    told.say(s.signed("T1", BOTH, shown, s.signatory("李", "PK1"), s.signatory("陈", "PK2")))
    assert told.journey.line("L1").accepted == 10


def test_one_person_is_enough_to_refuse_a_controlled_medicine() -> None:
    told = Story(s.controlled_route())
    shown = told.show()
    nothing = e.LineOutcome("L1", e.Outcome.REFUSED, 0, 10, reason=e.Reason.DOCUMENTS)
    told.say(s.signed("T1", (nothing, accepted("L2", 4)), shown))
    assert told.journey.line("L1").on_board == 10


# what comes back ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [-1, 7])
def test_no_more_comes_back_than_is_on_board(quantity: int) -> None:
    with refusal(problems.CLAIM_QUANTITY, what="交回 returned", value=quantity, limit=6):
        Story().come_back().say(s.returned("L3", quantity))


def test_goods_that_were_accepted_do_not_come_back() -> None:
    with refusal(problems.CLAIM_QUANTITY, value=1, limit=0):
        Story().come_back().say(s.returned("L1", 1))


def test_goods_of_another_route_do_not_come_back() -> None:
    with refusal(problems.CLAIM_FOREIGN, value="L9"):
        Story().come_back().say(s.returned("L9", 1))


def test_that_nothing_of_a_line_came_back_may_be_said() -> None:
    told = Story().come_back()
    told.say(s.returned("L3", 0))
    assert told.journey.line("L3").on_board == 6


def test_what_was_short_at_the_handover_may_still_be_found_in_the_vehicle() -> None:
    told = Story()
    told.arrive().say(s.unloaded("T1", "L1", 8), s.unloaded("T1", "L2", 4))
    shown = told.say(s.verdict_shown("T1", "L1", "L2"))
    short = e.LineOutcome("L1", e.Outcome.PARTLY_ACCEPTED, 8, 0, 2, reason=e.Reason.SHORT)
    told.say(s.signed("T1", (short, accepted("L2", 4)), shown), s.left("T1"), s.RETURNED, s.returned("L1", 2))
    assert told.journey.line("L1").on_board == 0


@MODERATE
@given(st.lists(st.integers(-2, 8), max_size=6))
def test_in_whatever_portions_packs_are_loaded_they_never_exceed_the_note(portions: list[int]) -> None:
    journey = Journey(s.route()).apply(s.STARTED, at(0))
    total = 0
    for portion in portions:
        event = s.loaded("L1", "K", portion)
        if portion >= 1 and total + portion <= 10:
            journey, total = journey.apply(event, at(1)), total + portion
        else:
            with refusal(problems.CLAIM_QUANTITY, value=portion, limit=10 - total):
                journey.apply(event, at(1))
    assert journey.line("L1").loaded == total
