"""The road beside the handovers: what the driver reports, says, takes along and gives away."""

from datetime import timedelta

import msgspec
import pytest

from shared import problems
from shared.custody.events import (
    Collected,
    Failure,
    GoodsCollected,
    GoodsMoved,
    Incident,
    IncidentReported,
    MessageRead,
    MessageSent,
    MovedLine,
)
from shared.work import Message
from tests.driver_app.services.day import NIGHT, ROUTE, Phone, picture, refusing, signed, strokes, work

JPEG = b"\xff\xd8\xff picture"


@pytest.fixture
def phone() -> Phone:
    return Phone().on_the_road()


def test_an_incident_is_reported_with_its_photos(phone: Phone) -> None:
    digest = phone.services.stop.photo(JPEG)
    phone.services.road.report(Incident.BREAKDOWN, " 左前轮爆胎 ", [digest])
    [incident] = phone.events(IncidentReported)
    assert incident == IncidentReported("R1", Incident.BREAKDOWN, "左前轮爆胎", (digest,), None)
    assert phone.services.road.incidents() == (incident,)


def test_a_photo_that_nobody_took_is_not_reported(phone: Phone) -> None:
    assert refusing(phone.services.road.report, Incident.SPILL, "", ["e" * 64]).kind is problems.BLOB_MISSING


def test_something_else_has_to_be_said(phone: Phone) -> None:
    assert refusing(phone.services.road.report, Incident.OTHER, " ").kind is problems.OUTCOME_REASON


def test_nothing_is_reported_outside_a_shift() -> None:
    assert refusing(Phone().ready().services.road.report, Incident.TRAFFIC).kind is problems.JOURNEY_ILLEGAL


# messages ----------------------------------------------------------------------------------------------------------------


def told(minutes: float, *texts: str) -> bytes:
    messages = tuple(Message(f"M{n}", text, "u1", NIGHT + timedelta(minutes=n)) for n, text in enumerate(texts))
    return signed(msgspec.structs.replace(work(minutes=minutes), messages=messages))


def test_a_message_of_dispatch_waits_to_be_read(phone: Phone) -> None:
    assert phone.services.duty.offer(told(60, "先去协和", "到了请打电话"))
    assert [message.text for message in phone.services.road.unread()] == ["先去协和", "到了请打电话"]
    phone.services.road.read()
    phone.services.road.read()
    assert phone.events(MessageRead) == [MessageRead("R1", "M0"), MessageRead("R1", "M1")]
    assert phone.restart().road.unread() == ()


def test_both_sides_stand_in_the_order_they_were_said(phone: Phone) -> None:
    phone.services.duty.offer(told(60, "先去协和"))
    phone.clock.advance(3600)
    phone.services.road.send(" 收到 ")
    assert phone.events(MessageSent) == [MessageSent("R1", "收到")]
    assert [(said.message.text, said.ours) for said in phone.services.road.messages()] == [
        ("先去协和", False),
        ("收到", True),
    ]


@pytest.mark.parametrize("text", ["", "  ", "长" * 501])
def test_an_empty_or_endless_message_is_refused(phone: Phone, text: str) -> None:
    assert refusing(phone.services.road.send, text).kind is problems.FIELD_INVALID


def test_without_work_nothing_was_said() -> None:
    phone = Phone()
    phone.enrol_by_hand()
    assert phone.services.road.messages() == ()
    assert phone.services.road.collected() == ()


# goods that are taken along ----------------------------------------------------------------------------------------------


def test_a_return_is_taken_along_and_keeps_the_shift_open_until_it_is_handed_in(phone: Phone) -> None:
    phone.at_the_receiver("S1")
    item = phone.services.road.collect(
        Collected.RETURN, name="退货药", quantity=3, unit="盒", given_by="赵药师", lot="B24", container_id="VAN"
    )
    [collected] = phone.events(GoodsCollected)
    assert (collected.item, collected.stop_id, collected.quantity) == (item, "S1", 3)
    phone.services.stop.fail(Failure.CLOSED)
    phone.services.stop.leave()
    assert phone.restart().road.collected() == (collected,)
    phone.services.shift.return_to_depot()
    for line in phone.services.shift.to_return():
        phone.services.shift.return_goods(line.line.id, line.quantity)
    refused = refusing(phone.services.shift.end)
    assert refused.kind is problems.GOODS_ON_BOARD
    assert "退货药 B24 × 3" in refused.problem.values["value"]
    assert phone.services.steps.current().kind.value == "return"
    phone.services.road.hand_in(item, 3)
    phone.services.shift.end()


def test_without_a_giver_nothing_is_taken_along(phone: Phone) -> None:
    refused = refusing(phone.services.road.collect, Collected.EMPTIES, name="空箱", quantity=2, unit="个", given_by="")
    assert refused.kind is problems.FIELD_INVALID


# goods that change vehicles ----------------------------------------------------------------------------------------------


def test_the_goods_of_a_broken_down_vehicle_go_over_to_another(phone: Phone) -> None:
    phone.handed_over("S1")
    left = phone.services.road.on_board()
    assert {on.stop.id for on in left} == {"S2", "S3"}
    phone.services.road.move(
        [on.line.id for on in left], vehicle="京B·2", driver="李师傅", strokes=strokes(9), picture=picture(9)
    )
    [moved] = phone.events(GoodsMoved)
    assert moved.lines == tuple(MovedLine(on.line.id, on.quantity) for on in left)
    assert phone.services.road.on_board() == ()
    phone.services.shift.return_to_depot()
    assert phone.services.shift.to_return() == ()


def test_a_signature_of_a_receiver_takes_no_goods_over(phone: Phone) -> None:
    phone.handed_over("S1", seed=1)
    line = phone.services.road.on_board()[0].line.id
    refused = refusing(
        phone.services.road.move, [line], vehicle="京B", driver="李", strokes=strokes(10), picture=picture(10)
    )
    assert refused.kind is problems.SIGNATURE_REUSED


def test_a_picture_that_is_none_is_refused(phone: Phone) -> None:
    refused = refusing(phone.services.road.move, ["L4"], vehicle="京B", driver="李", strokes=strokes(8), picture=b"x")
    assert refused.kind is problems.FIELD_INVALID


def test_the_other_vehicle_takes_the_goods_on_board_on_the_road() -> None:
    """Its route gets the stop in a newer version, while it is on the road."""
    short = msgspec.structs.replace(ROUTE, stops=ROUTE.stops[:2])
    phone = Phone().on_the_road(work(short))
    phone.handed_over("S1")
    assert phone.services.duty.offer(signed(work(msgspec.structs.replace(ROUTE, version=2), minutes=90)))
    third = [progress for progress in phone.services.load.progress() if progress.stop.id == "S3"]
    assert [progress.missing for progress in third] == [progress.total for progress in third]
    phone.scan_all(ROUTE.stops[2].lines(), phone.services.load.scan)
    assert phone.services.load.finish().kind.value == "drive"
    assert not any(progress.missing for progress in phone.services.load.progress())
