"""The views say what the ledger says, whenever they are built and in whatever pieces."""

import json

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select

from server.custody import consumers, ledger
from server.db import db
from server.trace import operations as trace
from server.trace.models import AnomalyRow, LineView, PositionRow, ReadingRow, RouteView, StopView
from server.trace.projection import Projector
from server.transaction import reading, transaction
from shared import problems
from shared.custody import events as e
from shared.custody.events import ReadingsSealed
from tests.server.proof.day import DEVICE, ROUTE, Day, at, make_day
from tests.server.store import project, store


@pytest.fixture(scope="module")
def day() -> Day:
    return make_day()


def build(app: Flask, day: Day) -> None:
    store(day, blobs=False)
    project()


def dumped() -> bytes:
    with reading():
        return trace.dump()


def test_a_stop_shows_how_it_ended_and_by_which_proof(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)
        stops = {s.stop_id: s for s in trace.stops_of(ROUTE)}
        assert stops["T1"].proof_id == day.proofs["accepted"]
        assert stops["T1"].receiver == "李秀英"
        assert (stops["T2"].conformity, stops["T2"].refused) == ("non_conformant", 12)
        assert (stops["T3"].failure, stops["T3"].proof_id) == ("closed", day.proofs["failed"])
        assert {s.phase for s in stops.values()} == {"left"}


def test_a_line_shows_its_outcome_and_its_verdict(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)
        line = db.session.get(LineView, "L4")
        assert line is not None
        assert (line.outcome, line.reason, line.refused) == ("refused", "temperature", 12)
        assert line.conformity == "non_conformant"
        assert line.highest is not None
        assert line.highest > 8


def test_every_reading_of_every_segment_is_a_row_once(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)
        sealed = {
            (x.event.logger_id, at_ms)
            for x in day.ledger.entries
            if isinstance(x.event, ReadingsSealed)
            for at_ms in x.event.times
        }
        rows = {(r.logger_id, r.at_ms) for r in db.session.execute(select(ReadingRow)).scalars()}
        assert rows == sealed


def test_the_route_stands_where_its_newest_position_is(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)
        route = trace.route(ROUTE)
        assert route is not None
        assert (route.phase, route.position_at, route.alarms) == ("ended", at(11), 0)
        newest = db.session.execute(select(PositionRow).order_by(PositionRow.at_ms.desc()).limit(1)).scalar_one()
        assert (newest.lat, newest.lon) == (round(39.8001e6), round(116.5002e6))


def test_what_was_loaded_at_an_odd_moment_is_no_anomaly_in_a_good_day(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)
        assert trace.anomalies() == []


def test_an_illegal_event_is_kept_and_flagged_and_changes_nothing(app: Flask) -> None:
    day = make_day()
    day.ledger.append(day.handheld, e.StopArrived(ROUTE, "T1", e.ArrivedBy.HAND, None, None), at(12))
    with app.app_context():
        build(app, day)
        assert [a.type for a in trace.anomalies(ROUTE)] == ["StopArrived"]
        stop = trace.stop("T1")
        assert stop is not None
        assert stop.phase == "left"


def test_rebuilding_gives_the_same_bytes(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)
        before = dumped()
        assert before.count(b"\n") > 100
        with transaction():
            trace.drop()
        project()
        assert dumped() == before


@pytest.mark.parametrize("piece", [1, 3, 50])
def test_following_in_pieces_gives_the_same_bytes(app: Flask, day: Day, piece: int) -> None:
    with app.app_context():
        build(app, day)
        whole = dumped()
        with transaction():
            trace.drop()
        done = 1
        while done:
            # a fresh process for every piece: nothing is carried in memory
            with transaction():
                done = trace.follow(Projector(), piece)
        assert dumped() == whole


def test_while_on_the_road_the_next_stop_is_on_the_way(app: Flask, day: Day) -> None:
    with app.app_context():
        store(day, blobs=False)
        departed = next(x.index for x in day.ledger.entries if isinstance(x.event, e.VehicleDeparted))
        with transaction():
            trace.follow(Projector(), departed + 1)
        phases = [s.phase for s in trace.stops_of(ROUTE)]
        assert phases == ["on_the_way", "planned", "planned"]


def test_what_changed_since_an_entry_is_told(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)
        last = ledger.size() - 1
        routes, stops = trace.changes(last - 2)
        assert [r.route_id for r in routes] == [ROUTE]
        assert stops == []
        assert len(trace.changes(-1)[1]) == 3


def test_lines_are_found_by_lot_code_consignment_site_and_day(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)

        def found(**wanted: object) -> set[str]:
            return {line.line_id for line, _ in trace.find_lines(**wanted)}  # type: ignore[arg-type]

        assert found(lot="B240801") == {"L1", "L3"}
        assert found(code="83857930000000000002") == {"L1", "L3", "L5"}
        assert found(consignment="SX20261122004") == {"L4"}
        assert found(consignment="PO-773") == {"L5"}
        assert found(site="同仁") == {"L5"}
        assert found(lot="B240801", site="Union") == {"L1"}
        assert found(day=day.route.day) == {"L1", "L2", "L3", "L4", "L5"}
        assert found(lot="nothing") == set()


def test_a_line_is_found_by_either_code_of_a_pack_that_carries_two(app: Flask) -> None:
    told = Day()
    told.decides(e.DeviceEnrolled(DEVICE, told.handheld.signer.public_key(), "7"), at(5))
    published = told.decides(e.RoutePublished(told.route, DEVICE, "d"), at(5, 30))
    told.says(e.ShiftStarted(ROUTE, 1, "D1", "V1", published, None), at(6))
    carton = "(01)06901234567892(21)S-1(10)B240801"
    told.says(e.GoodsLoaded(ROUTE, "L1", "K-1", 1, carton, e.Entry.CAMERA, ("83857930000879766660",)), at(6, 1))
    with app.app_context():
        build(app, told)
        for code in (carton, "83857930000879766660"):
            assert {line.line_id for line, _ in trace.find_lines(code=code)} == {"L1"}


def test_a_parked_consumer_waits_for_a_person(app: Flask) -> None:
    with app.app_context(), transaction():
        consumers.park(trace.CONSUMER, "why")
        assert consumers.parked(trace.CONSUMER)
        assert [c.problem for c in consumers.all_consumers()] == ["why"]
        consumers.resume(trace.CONSUMER)
        assert not consumers.parked(trace.CONSUMER)


def test_rows_of_views_are_never_left_over(app: Flask, day: Day) -> None:
    with app.app_context():
        build(app, day)
        with transaction():
            trace.drop()
        for model in (RouteView, StopView, LineView, ReadingRow, PositionRow, AnomalyRow):
            assert db.session.execute(select(model)).first() is None


def test_what_happens_beside_the_handovers_is_told_newest_first(app: Flask) -> None:
    day = make_day()
    day.ledger.append(day.handheld, e.RestDue(ROUTE, 12_600, 14_400), at(12))
    day.ledger.append(day.ledger.server, e.MessagePosted(ROUTE, "M1", "回库", "d"), at(13), "d")
    with app.app_context():
        build(app, day)
        told = [(row.type, row.who, row.text) for row in trace.road_of(ROUTE)]
        assert told == [("MessagePosted", "d", "回库"), ("RestDue", "u-driver", "3.5 h / 4 h")]


def withdrawn(*, done: bool) -> Day:
    """Dispatch takes T1 off the route while the vehicle is on its way there; the handheld hears nothing of it."""
    day = Day()
    day.begin()
    newer = msgspec.structs.replace(day.route, version=2, stops=day.route.stops[1:])
    day.decides(e.RoutePublished(newer, DEVICE, "d"), at(8))
    if done:
        day.first_stop()
    return day


def test_a_withdrawn_stop_is_shown_so(app: Flask) -> None:
    with app.app_context():
        build(app, withdrawn(done=False))
        stop, route = trace.stop("T1"), trace.route(ROUTE)
        assert stop is not None
        assert route is not None
        assert (stop.phase, route.stops_total) == ("withdrawn", 2)


def test_what_was_done_at_a_withdrawn_stop_stands_and_is_flagged(app: Flask) -> None:
    with app.app_context():
        day = withdrawn(done=True)
        build(app, day)
        stop, route = trace.stop("T1"), trace.route(ROUTE)
        assert stop is not None
        assert route is not None
        assert (stop.phase, stop.proof_id, route.stops_total) == ("left", day.proofs["accepted"], 3)
        [anomaly] = trace.anomalies(ROUTE)
        assert anomaly.type == "HandoverSigned"
        assert json.loads(anomaly.problem)["number"] == problems.STOP_WITHDRAWN.number
