"""A day of two trips on the handheld: what is loaded when, and what may be driven to."""

from datetime import timedelta

import msgspec
import pytest

from driver_app.services.scanning import Scanned
from driver_app.services.step import Step, StepKind
from shared import problems
from shared.custody.events import DepartureRefused, Entry, Failure, GoodsReturned, VehicleDeparted
from shared.errors import Refused
from shared.work import Line, Override, Reload, Route
from tests.driver_app.services.day import (
    EXPIRY,
    L1,
    L2,
    L3,
    L4,
    NIGHT,
    ROUTE,
    VACCINE,
    Phone,
    pack,
    signed,
    stop,
    work,
)


def of_two_trips(*second: Line) -> Route:
    """S1 and S2 on the first trip, S3 on the second; with further lines of S3 if need be."""
    last = msgspec.structs.replace(stop(3, *(second or (L4,))), trip=2)
    back = Reload(2, NIGHT + timedelta(hours=4), NIGHT + timedelta(hours=4), NIGHT + timedelta(hours=5), 9000.0)
    return msgspec.structs.replace(ROUTE, stops=(*ROUTE.stops[:2], last), reloads=(back,))


@pytest.fixture
def phone() -> Phone:
    return Phone().ready(work(of_two_trips())).started().checked().precooled()


def loaded(phone: Phone, *lines: Line) -> Phone:
    phone.scan_all(lines, phone.services.load.scan)
    phone.services.load.finish()
    return phone


def back(phone: Phone) -> Phone:
    """The first trip is done."""
    loaded(phone, L1, L2, L3).departed()
    phone.handed_over("S1", 1)
    phone.handed_over("S2", 2)
    return phone


def refusal(phone: Phone, text: str, quantity: int | None = None) -> Refused:
    phone.clock.advance(2)
    with pytest.raises(Refused) as caught:
        phone.services.load.scan(text, Entry.SCANNER, quantity)
    return caught.value


def test_only_the_goods_of_the_first_trip_are_loaded_first(phone: Phone) -> None:
    assert [progress.line.id for progress in phone.services.load.progress()] == ["L1", "L2", "L3"]
    loaded(phone, L1, L2, L3)
    assert phone.services.shift.gate().may_depart
    phone.departed()
    assert phone.events(VehicleDeparted)[-1] == VehicleDeparted("R1", None, (), 1000, 1)


def test_a_pack_of_the_second_trip_is_not_loaded_for_the_first(phone: Phone) -> None:
    refused = refusal(phone, pack(L4), 5)
    assert (refused.kind, refused.problem.values["trip"]) == (problems.SCAN_LATER_TRIP, "2")
    assert phone.services.duty.journey.line("L4").loaded == 0


def test_counted_packs_of_a_lot_that_goes_on_both_trips_are_those_of_this_one() -> None:
    same = Line("L5", VACCINE, "B1", EXPIRY, 4, "盒", (), "VAN", True)
    phone = Phone().ready(work(of_two_trips(same))).started().checked().precooled()
    refused = refusal(phone, pack(L2), 14)
    assert (refused.kind, refused.problem.values["expected"]) == (problems.SCAN_TOO_MANY, "10")
    phone.scan(phone.services.load.scan, pack(L2), 10)
    assert refusal(phone, pack(L2), 4).kind is problems.SCAN_LATER_TRIP


def test_a_carton_for_both_trips_comes_whole() -> None:
    carton = "(00)069012345678900019"
    here = msgspec.structs.replace(L2, codes=(carton,), quantity=1)
    there = Line("L5", VACCINE, "B1", EXPIRY, 1, "盒", (carton,), "VAN", True)
    plain = of_two_trips(there)
    first = msgspec.structs.replace(
        plain.stops[0], consignments=(msgspec.structs.replace(plain.stops[0].consignments[0], lines=(L1, here)),)
    )
    route = msgspec.structs.replace(plain, stops=(first, *plain.stops[1:]))
    phone = Phone().ready(work(route)).started().checked().precooled()
    assert isinstance(phone.services.load.scan(carton, Entry.SCANNER), Scanned)
    assert [phone.services.duty.journey.line(name).loaded for name in ("L2", "L5")] == [1, 1]


def test_after_the_last_stop_of_a_trip_the_way_leads_to_the_depot(phone: Phone) -> None:
    back(phone)
    assert phone.services.steps.current() == Step(StepKind.DRIVE, "R1", None)
    assert phone.services.trips.leaving == 2
    assert [progress.line.id for progress in phone.services.load.progress()] == ["L4"]
    assert phone.restart().steps.current() == Step(StepKind.DRIVE, "R1", None)


def test_a_stop_of_the_second_trip_is_not_begun_before_its_goods_are_on_board(phone: Phone) -> None:
    back(phone)
    with pytest.raises(Refused, check=lambda error: error.kind is problems.STOP_LATER_TRIP):
        phone.services.stop.arrive("S3")
    phone.services.steps.go(StepKind.LOAD)
    loaded(phone, L4)
    with pytest.raises(Refused, check=lambda error: error.kind is problems.STOP_LATER_TRIP):
        phone.services.stop.arrive("S3")  # they are loaded, and the gate was not passed
    phone.departed()
    phone.services.stop.arrive("S3")


def test_the_second_departure_is_refused_while_goods_are_missing(phone: Phone) -> None:
    back(phone)
    phone.services.steps.go(StepKind.LOAD)
    assert phone.services.load.finish().kind is StepKind.GATE
    (against,) = phone.services.shift.depart()
    assert (against.number, against.values["actual"]) == (problems.GATE_NOT_LOADED.number, "0")
    assert phone.events(DepartureRefused)


def test_a_dispatcher_may_let_the_second_trip_go_without(phone: Phone) -> None:
    back(phone)
    subject = f"{L4.product.name.zh} {L4.lot} [N3]"
    override = Override(problems.GATE_NOT_LOADED.number, subject, "ward can wait", "u1", NIGHT, "e" * 64)
    phone.services.duty.offer(signed_again(phone, override))
    assert phone.services.shift.depart() == ()
    assert phone.events(VehicleDeparted)[-1] == VehicleDeparted("R1", None, ("e" * 64,), None, 2)


def signed_again(phone: Phone, override: Override) -> bytes:
    return signed(work(of_two_trips(), minutes=300, overrides=(override,)))


def test_a_whole_day_of_two_trips_hands_everything_over(phone: Phone) -> None:
    back(phone)
    phone.services.steps.go(StepKind.LOAD)
    loaded(phone, L4)
    assert phone.services.steps.current().kind is StepKind.GATE
    phone.departed()
    assert phone.services.steps.current() == Step(StepKind.DRIVE, "R1", "S3")
    phone.handed_over("S3", 3)
    assert phone.services.steps.current().kind is StepKind.RETURN
    phone.services.shift.return_to_depot()
    phone.services.shift.end()
    journey = phone.services.duty.journey
    assert all(journey.line(line.id).accepted == line.quantity for line in (L1, L2, L3, L4))
    assert len(journey.departures) == 2


def test_a_driver_may_turn_back_for_the_next_trip_with_stops_left(phone: Phone) -> None:
    loaded(phone, L1, L2, L3).departed()
    phone.handed_over("S1", 1)
    assert (phone.services.trips.after, phone.services.trips.leaving) == (2, None)
    assert phone.services.steps.turn_back() == Step(StepKind.DRIVE, "R1", None)
    assert (phone.services.trips.after, phone.services.trips.leaving) == (None, 2)
    phone.services.steps.go(StepKind.LOAD)
    assert [(p.line.id, p.missing) for p in phone.services.load.progress()] == [("L3", 0), ("L4", 5)]
    loaded(phone, L4).departed()
    assert phone.services.steps.current() == Step(StepKind.DRIVE, "R1", "S2")
    phone.handed_over("S2", 2)
    assert phone.services.steps.current() == Step(StepKind.DRIVE, "R1", "S3")


def test_who_turned_back_may_go_on_after_all(phone: Phone) -> None:
    loaded(phone, L1, L2, L3).departed()
    phone.services.steps.turn_back()
    assert phone.services.steps.go_on() == Step(StepKind.DRIVE, "R1", "S1")
    with pytest.raises(Refused, check=lambda error: error.kind is problems.JOURNEY_ILLEGAL):
        phone.services.steps.go(StepKind.GATE)


def test_nobody_turns_back_for_a_trip_there_is_not() -> None:
    phone = Phone().on_the_road()
    assert phone.services.trips.after is None
    with pytest.raises(Refused, check=lambda error: error.kind is problems.JOURNEY_ILLEGAL):
        phone.services.steps.turn_back()


def test_packs_of_a_lot_that_came_short_on_the_first_trip_go_to_the_second() -> None:
    """Two of ten were missing and a dispatcher let the vehicle go: on the second trip they are those of its stop."""
    same = Line("L5", VACCINE, "B1", EXPIRY, 4, "盒", (), "VAN", True)
    subject = f"{L2.product.name.zh} {L2.lot} [N1]"
    override = Override(problems.GATE_NOT_LOADED.number, subject, "two are missing", "u1", NIGHT, "e" * 64)
    phone = Phone().ready(work(of_two_trips(same), overrides=(override,))).started().checked().precooled()
    phone.scan_all((L1, L3), phone.services.load.scan)
    phone.scan(phone.services.load.scan, pack(L2), 8)
    phone.services.load.finish()
    phone.departed()
    for name in ("S1", "S2"):
        phone.at_stop(name)
        phone.services.stop.fail(Failure.CLOSED)
        phone.services.stop.leave()
    assert phone.scan(phone.services.load.scan, pack(L2), 4).line_id == "L5"


def test_what_came_back_from_the_first_trip_is_handed_back_before_the_second(phone: Phone) -> None:
    loaded(phone, L1, L2, L3).departed()
    assert phone.services.shift.came_back() == ()
    phone.handed_over("S1", 1)
    phone.at_stop("S2")
    phone.services.stop.fail(Failure.CLOSED)
    assert phone.services.shift.came_back() == ()  # still at the stop
    phone.services.stop.leave()
    (came,) = phone.services.shift.came_back()
    assert (came.line.id, came.quantity) == ("L3", 2)
    phone.services.shift.hand_back()
    assert phone.services.shift.came_back() == ()
    assert phone.events(GoodsReturned) == [GoodsReturned("R1", "L3", 2, "")]
    phone.services.shift.hand_back()
    assert len(phone.events(GoodsReturned)) == 1
    phone.services.steps.go(StepKind.LOAD)
    loaded(phone, L4).departed()
    phone.handed_over("S3", 3)
    phone.services.shift.return_to_depot()
    assert phone.services.shift.to_return() == ()
    phone.services.shift.end()
