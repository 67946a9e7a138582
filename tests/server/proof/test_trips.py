"""Goods of a second trip: the proof says with which departure they left the depot, and so does the traceability record."""

import msgspec
import pytest

from server.proof.evidence import gather
from shared.custody import events as e
from shared.custody.journey import Journey
from shared.work import Reload
from tests.server.proof.day import DEVICE, ROUTE, Day, at
from tests.server.proof.test_facts import facts, pairs
from tests.server.trace.test_epcis import BASE, steps
from tests.server.trace.test_epcis_road import told

CODE = "(01)06901234567892(10)B240802"


@pytest.fixture(scope="module")
def day() -> Day:
    """L3 for T2 on the first trip, which comes back at nine; L5 for T3 on the second, loaded at 09:10."""
    history = Day()
    stops = tuple(msgspec.structs.replace(s, trip=2 if s.id == "T3" else 1) for s in history.route.stops)
    back = Reload(2, at(9), at(9), at(9, 30), 4000.0)
    history.route = msgspec.structs.replace(history.route, stops=stops, reloads=(back,))
    history.journey = Journey(history.route)
    history.decides(e.DeviceEnrolled(DEVICE, history.handheld.signer.public_key(), "7"), at(5))
    published = history.decides(e.RoutePublished(history.route, DEVICE, "d"), at(5))
    history.says(e.ShiftStarted(ROUTE, 1, "D1", "V1", published, None), at(6))
    history.says(e.GoodsLoaded(ROUTE, "L3", "K-1", 20, CODE, e.Entry.SCANNER), at(6, 1))
    history.says(e.VehicleDeparted(ROUTE, None, (), 48211), at(7))
    history.says(e.StopArrived(ROUTE, "T2", e.ArrivedBy.HAND, None, None), at(8))
    history.proofs["first"] = history.says(e.StopFailed(ROUTE, "T2", e.Failure.CLOSED, "", None), at(8, 5))
    history.says(e.StopLeft(ROUTE, "T2", None), at(8, 6))
    history.says(e.GoodsLoaded(ROUTE, "L5", "K-1", 8, CODE, e.Entry.SCANNER), at(9, 10))
    history.says(e.VehicleDeparted(ROUTE, None, (), 48260, 2), at(9, 30))
    history.third_stop()
    return history


def test_the_form_says_when_and_with_which_mileage_the_goods_left_the_depot(day: Day) -> None:
    first, second = (pairs(facts(gather(day.ledger, day.proofs[name]))) for name in ("first", "failed"))
    assert [form["启运时间"] for form in (first, second)] == ["2026-11-22 07:00:00", "2026-11-22 09:30:00"]
    assert first["行驶里程"].endswith("48211 km")
    assert second["行驶里程"].endswith("48260 km")


def test_a_later_departure_is_no_evidence_for_what_was_handed_over_before_it(day: Day) -> None:
    first, second = (gather(day.ledger, day.proofs[name]) for name in ("first", "failed"))
    assert [len(evidence.of(e.VehicleDeparted)) for evidence in (first, second)] == [1, 2]


def test_the_traceability_record_has_them_loaded_at_the_depot_and_leave_it_on_their_trip(day: Day) -> None:
    events = told(day, "L5", items=())
    (loading,) = steps(events, bizStep="loading", disposition="in_progress")
    assert loading["readPoint"] == {"id": f"{BASE}/site/S0"}
    (leaving,) = steps(events, bizStep="departing", disposition="in_transit")
    assert leaving["eventTime"].startswith("2026-11-22T01:30")
    (before,) = steps(told(day, "L3", items=()), bizStep="departing", disposition="in_transit")
    assert before["eventTime"].startswith("2026-11-21T23:00")
