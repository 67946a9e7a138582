"""Which screen: a pure function of what is on disk."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_app.services.step import Step, StepKind, current_step, neighbourhood
from driver_app.services.trips import leaving_on
from shared import problems
from shared.custody.events import Failure
from shared.custody.journey import Journey, Phase, StopPhase, StopState
from tests.driver_app.services.day import ROUTE, Phone, refusing

PREPARING = (StepKind.VEHICLE_CHECK, StepKind.PRECOOL, StepKind.LOAD, StepKind.GATE)


@pytest.fixture
def phone() -> Phone:
    return Phone().ready()


def kind(phone: Phone) -> StepKind:
    return phone.services.steps.current().kind


def test_before_anything_it_is_to_enrol_then_to_sign_in() -> None:
    phone = Phone()
    assert phone.services.steps.current() == Step(StepKind.ENROL)
    assert phone.services.steps.allowed() == (StepKind.ENROL,)
    phone.enrol_by_hand()
    assert phone.services.steps.current() == Step(StepKind.SIGN_IN)
    assert refusing(phone.services.steps.go, StepKind.ROUTE).kind is problems.JOURNEY_ILLEGAL


def test_preparing_goes_from_check_to_gate_and_one_may_move_about(phone: Phone) -> None:
    assert kind(phone) is StepKind.ROUTE
    phone.started()
    assert kind(phone) is StepKind.VEHICLE_CHECK
    phone.checked()
    assert kind(phone) is StepKind.PRECOOL
    phone.precooled()
    assert kind(phone) is StepKind.LOAD
    phone.loaded()
    assert kind(phone) is StepKind.GATE
    for wanted in PREPARING:
        assert phone.services.steps.go(wanted).kind is wanted
        assert phone.restart().steps.current().kind is wanted
    assert phone.services.steps.rest().kind is StepKind.GATE
    assert refusing(phone.services.steps.go, StepKind.DRIVE).kind is problems.JOURNEY_ILLEGAL


def test_the_last_scan_does_not_pull_the_screen_away(phone: Phone) -> None:
    """The driver says when loading is done; the screen does not jump under the finger."""
    phone.started().checked().precooled()
    lines = [line for stop in ROUTE.stops for line in stop.lines()]
    phone.scan_all(lines, phone.services.load.scan)
    assert kind(phone) is StepKind.LOAD


def test_where_a_person_moved_to_is_forgotten_once_the_journey_moves_on(phone: Phone) -> None:
    phone.on_the_road()
    assert phone.services.steps.current() == Step(StepKind.DRIVE, "R1", "S1")
    assert phone.services.steps.go(StepKind.RETURN) == Step(StepKind.RETURN, "R1", None)
    assert phone.restart().steps.current().kind is StepKind.RETURN
    phone.services.steps.go(StepKind.DRIVE)
    phone.services.steps.go(StepKind.RETURN)
    phone.at_stop("S2")
    assert phone.services.steps.current() == Step(StepKind.STOP_UNLOAD, "R1", "S2")
    phone.services.stop.fail(Failure.CLOSED)
    assert phone.services.steps.current() == Step(StepKind.STOP_DONE, "R1", "S2")
    phone.services.stop.leave()
    assert phone.services.steps.current() == Step(StepKind.DRIVE, "R1", "S1")


def test_the_receiver_is_reached_only_over_the_verdict_and_the_pad_only_over_the_decisions(phone: Phone) -> None:
    phone.on_the_road().at_stop("S1")
    steps = phone.services.steps
    assert refusing(steps.go, StepKind.RECEIVER).kind is problems.JOURNEY_ILLEGAL
    phone.unloaded().downloaded()
    assert kind(phone) is StepKind.STOP_DOWNLOAD
    phone.services.stop.finish_download()
    assert kind(phone) is StepKind.RECEIVER
    assert refusing(steps.go, StepKind.SIGN).kind is problems.JOURNEY_ILLEGAL
    assert phone.services.stop.begin_signing().kind is StepKind.SIGN
    assert steps.go(StepKind.STOP_UNLOAD).kind is StepKind.STOP_UNLOAD
    assert steps.rest().kind is StepKind.RECEIVER


def test_without_a_moved_place_a_stop_is_where_its_goods_are(phone: Phone) -> None:
    phone.on_the_road().at_stop("S1")
    assert phone.services.steps.rest().kind is StepKind.STOP_UNLOAD
    phone.scan_all(phone.services.stop.stop.lines(), phone.services.stop.scan)
    assert phone.services.steps.rest().kind is StepKind.STOP_DOWNLOAD


def test_after_the_last_stop_it_is_to_return_and_with_goods_on_board_to_hand_them_back(phone: Phone) -> None:
    phone.on_the_road()
    for stop_id in ("S1", "S2", "S3"):
        phone.at_stop(stop_id)
        phone.services.stop.fail(Failure.NOBODY)
        phone.services.stop.leave()
    assert phone.services.steps.current() == Step(StepKind.RETURN, "R1", None)
    assert refusing(phone.services.steps.go, StepKind.DRIVE).kind is problems.JOURNEY_ILLEGAL
    phone.services.shift.return_to_depot()
    assert kind(phone) is StepKind.RETURN
    for line in phone.services.shift.to_return():
        phone.services.shift.return_goods(line.line.id, line.quantity)
    assert kind(phone) is StepKind.END


def test_listeners_hear_of_a_change_once(phone: Phone) -> None:
    seen: list[Step] = []
    stop = phone.services.steps.subscribe(seen.append)
    phone.started()
    phone.services.steps.look()
    phone.services.session.language = "en"
    phone.checked()
    stop()
    phone.precooled()
    assert [step.kind for step in seen] == [StepKind.VEHICLE_CHECK, StepKind.PRECOOL]


PHASES = st.sampled_from(list(Phase))
STATES = st.lists(st.sampled_from(list(StopPhase)), min_size=3, max_size=3)
PLACES = st.none() | st.builds(
    Step,
    st.sampled_from(list(StepKind)),
    st.sampled_from(["R1", "R2"]),
    st.sampled_from([None, "S1", "S2", "S3"]),
)


TRIPS = msgspec.structs.replace(ROUTE, stops=(*ROUTE.stops[:2], msgspec.structs.replace(ROUTE.stops[2], trip=2)))
"""The route, with its last stop on a second trip."""


@given(PHASES, STATES, PLACES, st.integers(0, 2), st.none() | st.integers(1, 3))
def test_whatever_the_place_says_the_step_fits_the_journey(
    phase: Phase, states: list[StopPhase], place: Step, trip: int, chosen: int | None
) -> None:
    """A draft is believed only where it fits; whatever is shown, the table can go on from it."""
    stops = {f"S{n}": StopState(state) for n, state in enumerate(states, 1) if state is not StopPhase.PLANNED}
    journey = msgspec.structs.replace(Journey(TRIPS), phase=phase, stops=stops, trip=trip)
    step = current_step(enrolled=True, signed_in=True, journey=journey, place=place, chosen=chosen)
    assert step.kind in (*neighbourhood(journey, chosen), *PREPARING, StepKind.STOP_UNLOAD, StepKind.STOP_DOWNLOAD)
    assert step.route_id == "R1"
    if step.kind in (StepKind.STOP_UNLOAD, StepKind.STOP_DOWNLOAD, StepKind.STOP_DONE):
        assert step.stop_id == journey.open_stop
    if step.kind is StepKind.DRIVE:
        assert step.stop_id in (journey.next_stop, None)
        assert (step.stop_id is None) is (leaving_on(journey, chosen) is not None)
        assert phase is Phase.DEPARTED
