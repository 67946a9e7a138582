"""The road beside the handovers: incidents, goods that change vehicles, goods that are taken along, messages, rests."""

import pytest

from shared import problems
from shared.custody import events as e
from shared.custody.journey import Phase
from shared.errors import Kind
from tests.shared import story
from tests.shared.refusing import refusal
from tests.shared.story import R, Story


def moved(*lines: e.MovedLine, vehicle: str = "京B", driver: str = "李师傅", strokes: str = "a" * 64) -> e.GoodsMoved:
    return e.GoodsMoved(R, lines, vehicle, driver, strokes, "b" * 64 if strokes else "", "", None)


def collected(
    item: str = "I1",
    stop_id: str | None = "T1",
    quantity: int = 3,
    *,
    name: str = "退货药",
    given_by: str = "赵药师",
    container: str | None = "K",
) -> e.GoodsCollected:
    return e.GoodsCollected(
        R,
        item,
        stop_id,
        e.Collected.RETURN,
        name,
        "B24",
        quantity,
        "盒",
        "",
        e.Entry.TYPED,
        container,
        given_by,
        "",
        None,
    )


INCIDENT = e.IncidentReported(R, e.Incident.BREAKDOWN, "爆胎", ("c" * 64,), None)


@pytest.mark.parametrize("event", [INCIDENT, e.MessageSent(R, "晚到"), e.MessageRead(R, "M1")])
def test_an_incident_or_a_message_may_come_in_any_hour_of_a_shift(event: e.AnyEvent) -> None:
    told = Story().start()
    told.say(event)
    told = Story().arrive()
    told.say(event)
    assert told.journey.open_stop == "T1"
    told = Story().come_back()
    told.say(event)
    assert told.journey.phase is Phase.RETURNED


def test_an_incident_outside_a_shift_is_not_recorded() -> None:
    with refusal(problems.JOURNEY_ILLEGAL):
        Story().say(INCIDENT)


def test_a_message_may_be_read_before_the_shift() -> None:
    told = Story()
    told.say(e.MessageRead(R, "M1"))
    assert told.journey.phase is Phase.ASSIGNED


def test_a_rest_that_comes_due_moves_nothing() -> None:
    told = Story().arrive()
    before = told.journey
    told.say(e.RestDue(R, 12_600, 14_400))
    assert told.journey == before


# goods that change vehicles ----------------------------------------------------------------------------------------------


def test_moved_goods_are_no_longer_on_board() -> None:
    told = Story().depart()
    told.say(moved(e.MovedLine("L3", 4)))
    assert told.journey.line("L3").on_board == 2
    assert told.journey.line("L3").rides[-1].until is None


def test_the_ride_of_a_line_ends_with_its_last_pack() -> None:
    told = Story().depart()
    told.say(moved(e.MovedLine("L3", 6)))
    assert told.journey.line("L3").rides[-1].until is not None


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (moved(e.MovedLine("L3", 7)), problems.CLAIM_QUANTITY),
        (moved(e.MovedLine("L3", 0)), problems.CLAIM_QUANTITY),
        (moved(e.MovedLine("L0", 1)), problems.CLAIM_FOREIGN),
        (moved(), problems.CLAIM_FOREIGN),
        (moved(e.MovedLine("L3", 1), vehicle=" "), problems.CLAIM_FOREIGN),
        (moved(e.MovedLine("L3", 1), driver=""), problems.CLAIM_FOREIGN),
        (moved(e.MovedLine("L3", 1), e.MovedLine("L3", 1)), problems.LINES_DIFFER),
        (moved(e.MovedLine("L3", 1), strokes=""), problems.SIGNATURE_EMPTY),
    ],
)
def test_what_cannot_go_over_is_refused(event: e.GoodsMoved, kind: Kind) -> None:
    with refusal(kind):
        Story().depart().say(event)


def test_a_signature_takes_goods_over_once() -> None:
    told = Story().depart()
    told.say(moved(e.MovedLine("L3", 1)))
    with refusal(problems.SIGNATURE_REUSED):
        told.say(moved(e.MovedLine("L3", 1)))


def test_goods_do_not_change_vehicles_while_a_receiver_is_looking_at_them() -> None:
    with refusal(problems.JOURNEY_ILLEGAL):
        Story().arrive().say(moved(e.MovedLine("L3", 1)))


def test_on_the_road_goods_are_loaded_only_for_stops_still_to_come() -> None:
    told = Story().depart()
    told.journey = Story().hand_over().journey
    with refusal(problems.CLAIM_FOREIGN):
        told.say(story.loaded("L1", "K", 1))


# goods that are taken along ----------------------------------------------------------------------------------------------


def test_goods_are_taken_along_from_a_stop_and_handed_in_at_the_depot() -> None:
    told = Story().hand_over()
    told.say(collected(), story.left("T1"), collected("I2", None), story.RETURNED)
    assert list(told.journey.collected) == ["I1", "I2"]
    told.say(e.CollectionHandedIn(R, "I1", 3, ""), e.CollectionHandedIn(R, "I2", 2, "少一盒"))
    assert told.journey.collected == {}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (collected(quantity=0), problems.FIELD_INVALID),
        (collected(name=" "), problems.FIELD_INVALID),
        (collected(given_by=""), problems.FIELD_INVALID),
        (collected(container="X"), problems.CLAIM_FOREIGN),
        (collected(stop_id=None), problems.JOURNEY_ILLEGAL),
        (collected(stop_id="T2"), problems.JOURNEY_ILLEGAL),
    ],
)
def test_what_cannot_be_taken_along_is_refused(event: e.GoodsCollected, kind: Kind) -> None:
    with refusal(kind):
        Story().arrive().say(event)


def test_a_collection_has_a_name_of_its_own() -> None:
    told = Story().arrive()
    told.say(collected(container=None))
    with refusal(problems.DUPLICATE):
        told.say(collected())


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (e.CollectionHandedIn(R, "I9", 1, ""), problems.CLAIM_FOREIGN),
        (e.CollectionHandedIn(R, "I1", 4, ""), problems.CLAIM_QUANTITY),
        (e.CollectionHandedIn(R, "I1", 2, " "), problems.OUTCOME_REASON),
    ],
)
def test_what_was_not_taken_along_is_not_handed_in(event: e.CollectionHandedIn, kind: Kind) -> None:
    told = Story().hand_over()
    told.say(collected(), story.left("T1"), story.RETURNED)
    with refusal(kind):
        told.say(event)
