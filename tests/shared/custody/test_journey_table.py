"""The legal order, written down a second time: what the table does not say is refused, in every state."""

import msgspec
import pytest

from shared import problems
from shared.custody import events as e
from shared.custody.journey import Journey, Phase
from shared.errors import Problem
from tests.shared import story as s
from tests.shared.refusing import refusal
from tests.shared.story import R, Story, at

PROBLEM = Problem(2010, {"state": "x", "value": "y"})

EVENTS: dict[str, e.AnyEvent] = {
    "DeviceEnrolled": e.DeviceEnrolled("H1", b"k" * 32, "HH"),
    "DeviceRevoked": e.DeviceRevoked("H1", "lost", "u1"),
    "RoutePublished": e.RoutePublished(s.route(), "H1", "u1"),
    "DepartureOverridden": e.DepartureOverridden(R, 3006, "SN-LA", "second probe is valid", "u1"),
    "LotRecalled": e.LotRecalled("P1", "B24", "maker", "u1"),
    "CorrectionMade": e.CorrectionMade("a" * 64, "typed wrongly", "u1"),
    "ShiftStarted": s.STARTED,
    "VehicleChecked": s.CHECKED,
    "PrecoolingChecked": s.precooled("K", "LA"),
    "LoggerAttached": s.attached("LA", "K"),
    "LoggerDetached": s.detached("LA", "K"),
    "GoodsLoaded": s.loaded("L1", "K", 1),
    "ScanRefused": e.ScanRefused(R, None, "4711", e.Entry.SCANNER, PROBLEM),
    "DepartureRefused": e.DepartureRefused(R, (PROBLEM,)),
    "VehicleDeparted": s.DEPARTED,
    "StopArrived": s.arrived("T1"),
    "GoodsUnloaded": s.unloaded("T1", "L1", 1),
    "ReadingsSealed": s.segment("LA", [], []),
    "DownloadFailed": e.DownloadFailed(R, "LA", PROBLEM, 0),
    "VerdictShown": s.verdict_shown("T1", "L1", "L2"),
    "PhotoTaken": s.photo("T1"),
    "HandoverSigned": s.signed("T1", (), "a" * 64),
    "StopFailed": s.failed("T1"),
    "StopLeft": s.left("T1"),
    "AlarmRaised": e.AlarmRaised(R, "LA", "K", 9.0, 2.0, 8.0),
    "AlarmAcknowledged": e.AlarmAcknowledged(R, "LA", "seen"),
    "PositionsSealed": e.PositionsSealed(R, (), (), ()),
    "ClockJumped": e.ClockJumped(at(0), at(5), 300_000),
    "RemarkMade": e.RemarkMade(R, "T1", "later"),
    "VehicleReturned": s.RETURNED,
    "GoodsReturned": s.returned("L1", 1),
    "ShiftEnded": s.ENDED,
    "IncidentReported": e.IncidentReported(R, e.Incident.TRAFFIC, "", (), None),
    "RouteRevised": e.RouteRevised(R, 2, "f" * 64),
    "GoodsMoved": e.GoodsMoved(R, (e.MovedLine("L3", 1),), "京B", "李", "a" * 64, "b" * 64, "", None),
    "GoodsCollected": e.GoodsCollected(
        R, "I1", "T1", e.Collected.RETURN, "药", "B24", 1, "盒", "", e.Entry.TYPED, None, "赵", "", None
    ),
    "CollectionHandedIn": e.CollectionHandedIn(R, "I1", 1, ""),
    "RestDue": e.RestDue(R, 12_600, 14_400),
    "MessageSent": e.MessageSent(R, "late"),
    "MessageRead": e.MessageRead(R, "M1"),
    "MessagePosted": e.MessagePosted(R, "M1", "wait", "u1"),
    "UnknownEvent": e.UnknownEvent("DroneLanded", msgspec.Raw(b'{"type":"DroneLanded"}')),
}

OBSERVED = {
    *("ReadingsSealed", "DownloadFailed", "PositionsSealed", "ClockJumped", "AlarmRaised", "AlarmAcknowledged"),
    *("CorrectionMade", "UnknownEvent", "RestDue", "RouteRevised"),
}
SERVERS = {"DeviceEnrolled", "DeviceRevoked", "RoutePublished", "DepartureOverridden", "LotRecalled", "MessagePosted"}
MESSAGES = {"MessageSent", "MessageRead"}
SHIFT = MESSAGES | {"IncidentReported"}
ON_THE_ROAD = SHIFT | {"LoggerAttached", "LoggerDetached", "ScanRefused", "GoodsLoaded"}
LEGAL: dict[str, set[str]] = {
    "assigned": MESSAGES | {"ShiftStarted"},
    "started": SHIFT
    | {
        *("VehicleChecked", "PrecoolingChecked", "LoggerAttached", "LoggerDetached", "GoodsLoaded", "ScanRefused"),
        *("DepartureRefused", "VehicleDeparted"),
    },
    "departed": ON_THE_ROAD | {"StopArrived", "VehicleReturned", "GoodsMoved", "DepartureRefused", "GoodsReturned"},
    "arrived": ON_THE_ROAD
    | {"GoodsUnloaded", "VerdictShown", "PhotoTaken", "HandoverSigned", "StopFailed", "GoodsCollected"},
    "signed": ON_THE_ROAD | {"PhotoTaken", "RemarkMade", "StopLeft", "GoodsCollected"},
    "failed": ON_THE_ROAD | {"PhotoTaken", "RemarkMade", "StopLeft", "GoodsCollected"},
    "left": ON_THE_ROAD | {"RemarkMade", "VehicleReturned", "GoodsMoved", "DepartureRefused", "GoodsReturned"},
    "returned": SHIFT | {"CollectionHandedIn", "LoggerDetached", "GoodsReturned", "ShiftEnded", "RemarkMade"},
    "ended": {"RemarkMade"},
}


def journey_in(state: str) -> Journey:
    """A journey in a state of :data:`LEGAL`; from *arrived* to *left* that of stop T1."""
    told = Story()
    match state:
        case "started":
            told.start()
        case "departed":
            told.depart()
        case "arrived":
            told.arrive()
        case "signed":
            told.hand_over()
        case "failed":
            told.fail()
        case "left":
            told.hand_over().say(s.left("T1"))
        case "returned":
            told.come_back()
        case "ended":
            told.end()
    return told.journey


STATES = {state: journey_in(state) for state in LEGAL}


def test_every_type_of_event_is_tried() -> None:
    assert set(EVENTS) == {*e.EVENT_TYPES, "UnknownEvent"}


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("state", LEGAL)
def test_an_event_may_happen_in_a_state_exactly_where_the_table_says_so(state: str, kind: str) -> None:
    legal = kind in LEGAL[state] | OBSERVED | SERVERS
    assert STATES[state].allows(EVENTS[kind]) is legal


@pytest.mark.parametrize(
    ("state", "kind"),
    [(state, kind) for state, legal in LEGAL.items() for kind in EVENTS if kind not in legal | OBSERVED | SERVERS],
)
def test_what_the_table_does_not_say_is_refused_and_changes_nothing(state: str, kind: str) -> None:
    journey = STATES[state]
    with refusal(problems.JOURNEY_ILLEGAL, value=kind):
        journey.apply(EVENTS[kind], at(500))
    assert journey == journey_in(state)


@pytest.mark.parametrize("kind", sorted(OBSERVED | SERVERS))
def test_what_merely_happens_is_taken_in_every_state_and_moves_no_phase(kind: str) -> None:
    for journey in STATES.values():
        after = journey.apply(EVENTS[kind], at(500))
        assert (after.phase, after.stops, after.lines) == (journey.phase, journey.stops, journey.lines)


def test_a_stop_cannot_be_arrived_at_while_the_driver_is_at_another() -> None:
    with refusal(problems.JOURNEY_ILLEGAL, state="at stop T1"):
        STATES["arrived"].apply(s.arrived("T2"), at(500))


@pytest.mark.parametrize("state", ["arrived", "signed", "failed"])
def test_the_vehicle_cannot_return_from_a_stop_that_was_not_left(state: str) -> None:
    with refusal(problems.JOURNEY_ILLEGAL, state="at stop T1"):
        STATES[state].apply(s.RETURNED, at(500))


def test_a_stop_of_another_route_cannot_be_arrived_at() -> None:
    with refusal(problems.JOURNEY_ILLEGAL, state="stop T9 is not on the route"):
        STATES["departed"].apply(s.arrived("T9"), at(500))


def test_a_stop_is_visited_once() -> None:
    with refusal(problems.JOURNEY_ILLEGAL, value="StopArrived"):
        STATES["left"].apply(s.arrived("T1"), at(500))


@pytest.mark.parametrize("state", ["started", "departed", "returned"])
def test_a_photo_of_no_stop_may_be_taken_during_a_shift(state: str) -> None:
    assert STATES[state].apply(s.photo(None), at(500)).stops == STATES[state].stops


@pytest.mark.parametrize("state", ["assigned", "ended"])
def test_no_photo_is_taken_outside_a_shift(state: str) -> None:
    with refusal(problems.JOURNEY_ILLEGAL, value="PhotoTaken"):
        STATES[state].apply(s.photo(None), at(500))


def test_the_phases_are_reached_in_the_order_of_the_day() -> None:
    reached = [STATES[state].phase for state in ("assigned", "started", "departed", "returned", "ended")]
    assert reached == list(Phase)


@pytest.mark.parametrize("state", LEGAL)
def test_a_vehicle_departs_on_a_further_trip_between_two_stops_and_nowhere_else(state: str) -> None:
    legal = state in ("started", "departed", "left")
    assert STATES[state].allows(msgspec.structs.replace(s.DEPARTED, trip=2)) is legal
