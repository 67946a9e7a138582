"""Goods that changed vehicles on the road: what the ledger knows of them travels with the route that carries on."""

from flask import Flask
from msgspec import structs

from server.planning import publish
from server.trace.earlier import earlier_custody
from server.transaction import reading, transaction
from shared.coldchain.verdict import Conformity
from shared.custody import events as e
from shared.work import Route
from tests.server.proof.day import DEVICE, ROUTE, Day, at
from tests.server.store import project, store

MOVED = e.GoodsMoved(ROUTE, (e.MovedLine("L3", 20),), "京B·2", "李师傅", "a" * 64, "b" * 64, "爆胎 flat tyre", None)


def broken_down(*, moved: bool, told: bool = True) -> Day:
    """The vehicle breaks down after departure; its loggers are read, and the goods go over to another one."""
    day = Day()
    day.begin()
    if told:
        day.download(at(8), "LG-A", "LG-B")
    if moved:
        day.says(MOVED, at(8))
    return day


def carrying_on(day: Day) -> Route:
    """Another vehicle's route with the second stop of the first."""
    return structs.replace(day.route, id="R-other", stops=(structs.replace(day.route.stops[1], id="X1"),))


def test_what_was_given_over_has_its_verdict(app: Flask) -> None:
    with app.app_context():
        day = broken_down(moved=True)
        store(day, blobs=False)
        with reading():
            earlier = earlier_custody(ROUTE, "L3")
        assert earlier is not None
        assert earlier.verdict is not None
        assert (earlier.end, earlier.verdict.conformity) == (at(8), Conformity.CONFORMANT)
        assert earlier.start == day.journey.line("L3").rides[0].start


def test_what_is_still_on_board_there_is_not_known_yet(app: Flask) -> None:
    with app.app_context():
        store(broken_down(moved=False), blobs=False)
        with reading():
            earlier = earlier_custody(ROUTE, "L3")
        assert earlier is not None
        assert (earlier.end, earlier.verdict) == (None, None)


def test_without_the_readings_the_earlier_custody_is_unknown(app: Flask) -> None:
    with app.app_context():
        store(broken_down(moved=True, told=False), blobs=False)
        with reading():
            earlier = earlier_custody(ROUTE, "L3")
        assert earlier is not None
        assert earlier.verdict is not None
        assert earlier.verdict.conformity is Conformity.UNKNOWN


def test_goods_that_were_handed_over_or_never_rode_have_no_earlier_custody(app: Flask) -> None:
    with app.app_context():
        day = Day()
        day.begin()
        day.first_stop()
        store(day, blobs=False)
        with reading():
            assert earlier_custody(ROUTE, "L1") is None
            assert earlier_custody(ROUTE, "L0") is None
            assert earlier_custody("R-0", "L1") is None


def test_it_travels_with_the_route_that_carries_on(app: Flask) -> None:
    with app.app_context():
        day = broken_down(moved=True)
        store(day, blobs=False)
        project()
        with transaction():
            publish.keep_published(day.route, device_id=DEVICE, record="r" * 64, by="d")
        with reading():
            route = publish.with_earlier_custody(carrying_on(day))
        lines = {line.id: line for stop in route.stops for line in stop.lines()}
        assert lines["L3"].earlier is not None
        assert lines["L3"].earlier.route_id == ROUTE
        assert lines["L4"].earlier is not None
        assert lines["L4"].earlier.verdict is None
