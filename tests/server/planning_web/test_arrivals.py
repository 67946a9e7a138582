"""Expected arrivals, from the views: on the board and on a route's page, in both languages, learned where there is enough."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.accounts.schemas import Role
from server.board import operations as board
from server.db import db
from server.planning import arrivals, publish
from server.planning.forecast import ENOUGH, Basis, Certainty
from server.planning.models import PublishedRoute
from server.trace import operations as trace
from server.trace.models import RouteView, StopView
from server.transaction import reading, transaction
from shared.clock import ManualClock
from shared.custody.journey import Phase, StopPhase
from tests.server.accounts.browsing import Browser, person
from tests.server.planning_web.samples import DAY, Day, enter_day, keep
from tests.server.store import project


def at(hour: int, minute: int = 0) -> datetime:
    """On the sample day, as a clock in Beijing shows it."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def route_id(app: Flask, clock: ManualClock) -> str:
    """The sample route, published: out at 07:30, Xiehe at 08:00 for a quarter of an hour, Tongren at 08:30."""
    clock.jump((at(7) - clock.now()).total_seconds())
    with app.app_context():
        day: Day = enter_day()
        route_id = keep(day)
        with transaction():
            publish.publish_route(route_id, device_id=day.device, by="li")
        project()
    return route_id


def on_the_road(route_id: str, **told: object) -> None:
    with transaction():
        route = trace.route(route_id)
        assert route is not None
        for name, value in {"phase": Phase.DEPARTED.value, "departed": at(7, 30), **told}.items():
            setattr(route, name, value)


def at_stop(route_id: str, number: int, phase: StopPhase, **told: datetime) -> None:
    with transaction():
        (stop,) = [stop for stop in trace.stops_of(route_id) if stop.number == number]
        stop.phase = phase.value
        for name, value in told.items():
            setattr(stop, name, value)


def likely(route_id: str) -> list[datetime]:
    with reading():
        found = arrivals.of_route(route_id)
        assert found is not None
        return [one.likely for one in found.stops.values()]


def test_before_it_leaves_a_route_is_expected_as_planned_and_later_when_it_is_late(
    app: Flask, clock: ManualClock, route_id: str
) -> None:
    with app.app_context():
        assert likely(route_id) == [at(8), at(8, 30)]
        clock.advance(45 * 60)
        assert likely(route_id) == [at(8, 15), at(8, 45)]


def test_on_the_road_the_position_tells_and_a_newer_word_of_the_handheld(
    app: Flask, clock: ManualClock, route_id: str
) -> None:
    with app.app_context():
        on_the_road(route_id)
        clock.jump((at(8, 10) - clock.now()).total_seconds())
        assert likely(route_id)[0] == at(8, 10)  # it should be there by now
        halfway = {"lat": (39.795 + 39.911) / 2, "lon": (116.506 + 116.4097) / 2}
        on_the_road(route_id, **halfway, position_at=at(8, 10))
        first, second = likely(route_id)
        assert at(8, 24) <= first <= at(8, 26)
        assert second - first == timedelta(minutes=30)
        on_the_road(route_id, lat=39.911, lon=116.4097, position_at=at(8, 10))
        assert likely(route_id)[0] == at(8, 10)


def test_at_a_stop_the_handover_is_what_is_left_and_then_the_way(app: Flask, clock: ManualClock, route_id: str) -> None:
    with app.app_context():
        on_the_road(route_id)
        clock.jump((at(8, 25) - clock.now()).total_seconds())
        at_stop(route_id, 1, StopPhase.ARRIVED, arrived=at(8, 20))
        roads = timedelta(minutes=2)  # the first leg took 50 minutes instead of 30: this day's roads are slow
        assert likely(route_id) == [at(8, 20), at(8, 50) + roads]
        at_stop(route_id, 1, StopPhase.SIGNED, done=at(8, 25))
        assert likely(route_id) == [at(8, 20), at(8, 40) + roads]
        at_stop(route_id, 1, StopPhase.LEFT, left=at(8, 25))
        assert likely(route_id) == [at(8, 40) + roads]
        at_stop(route_id, 2, StopPhase.LEFT, left=at(8, 40))
        assert likely(route_id) == []
        on_the_road(route_id, phase=Phase.RETURNED.value)
        with reading():
            assert arrivals.of_route(route_id) is None


def test_a_route_that_nobody_ended_is_not_expected_for_ever(app: Flask, clock: ManualClock, route_id: str) -> None:
    with app.app_context():
        on_the_road(route_id)
        clock.jump((at(23) - clock.now()).total_seconds())
        with reading():
            assert arrivals.of_route(route_id) is None


def test_the_board_and_the_routes_page_show_the_range_and_what_will_be_late(
    app: Flask, client: FlaskClient, clock: ManualClock, route_id: str
) -> None:
    with app.app_context():
        on_the_road(route_id)
        clock.jump((at(16, 50) - clock.now()).total_seconds())
        on_the_road(route_id, lat=39.795, lon=116.506, position_at=at(16, 50))
        with reading():
            (card,) = board.cards(DAY)
            misses = [one.expected.miss for one in card.stops if one.expected is not None]
            assert [miss and miss.certainty for miss in misses] == [Certainty.CERTAIN] * 2
            assert all(one.late for one in card.stops)
        person("li", Role.DISPATCHER)
    browser = Browser(client)
    browser.sign_in("li")
    for path in (f"/board/?day={DAY}", f"/planning/routes/{route_id}"):
        text = browser.get(path).text
        assert "≈ 17:20" in text
        assert "必将迟到 0:50" in text
    assert "尚无足够数据，为估计值" in text
    browser.post("/language", {"language": "en", "next": "/board/"})
    assert "will be 0:50 h late" in browser.get(f"/board/?day={DAY}").text
    assert "not learned yet" in browser.get(f"/planning/routes/{route_id}").text


def test_a_day_drifts_while_nothing_happens(app: Flask, clock: ManualClock, route_id: str) -> None:
    with app.app_context(), reading():
        drift = board.Drift(DAY)
        assert drift.changed() == frozenset()
        clock.advance(3600)
        assert drift.changed() == frozenset()  # it has not left: that is no news of the road
    with app.app_context():
        on_the_road(route_id)
        with reading():
            assert drift.changed() == {route_id}
            assert drift.changed() == frozenset()
            clock.advance(60)
            assert drift.changed() == {route_id}


def test_past_days_teach_and_this_days_legs_tell_of_its_roads(app: Flask, clock: ManualClock, route_id: str) -> None:
    """Yesterday's routes took half as long again; so this day's are expected to, and where they do not its roads are good."""
    with app.app_context():
        with transaction():
            today, stops = trace.route(route_id), trace.stops_of(route_id)
            assert today is not None
            published = publish.published_route(route_id)
            for number in range(ENOUGH // 2):
                _drove_yesterday(number, today, stops)
        on_the_road(route_id, departed=at(7, 30))
        clock.jump((at(7, 30) - clock.now()).total_seconds())
        with reading():
            found = arrivals.of_route(route_id)
            assert found is not None
            assert (found.model.legs.basis, found.model.legs.middle) == (Basis.LEARNED, 1.5)
            assert found.stops[published.stops[0].id].likely == at(8, 15)
        at_stop(route_id, 1, StopPhase.ARRIVED, arrived=at(8))
        with reading():
            found = arrivals.of_route(route_id)
            assert found is not None
            assert found.model.day < 1


def _drove_yesterday(number: int, today: RouteView, stops: Sequence[StopView]) -> None:
    """A route of the day before with the same plan, every leg half as long again, every visit as planned."""
    row = db.session.execute(select(PublishedRoute).where(PublishedRoute.route_id == today.route_id)).scalar_one()
    name, back = f"Y-{number}", timedelta(days=1)
    copied = {column.name: getattr(row, column.name) for column in PublishedRoute.__table__.columns}
    copied |= {"record": f"{number:064d}", "number": 100 + number, "route_id": name, "day": row.day - back}
    copied["route"] = row.route.replace(today.route_id, name)
    db.session.add(PublishedRoute(**copied))
    view = {column.name: getattr(today, column.name) for column in RouteView.__table__.columns}
    view |= {"route_id": name, "day": today.day - back, "departed": at(7, 30), "phase": Phase.ENDED.value}
    db.session.add(RouteView(**view))
    times = ((at(8, 15), at(8, 30)), (at(8, 52) + timedelta(seconds=30), at(9, 5)))
    for stop, (arrived, left) in zip(stops, times, strict=True):
        kept = {column.name: getattr(stop, column.name) for column in StopView.__table__.columns}
        kept |= {"stop_id": stop.stop_id.replace(today.route_id, name), "route_id": name, "day": today.day - back}
        db.session.add(StopView(**{**kept, "phase": StopPhase.LEFT.value, "arrived": arrived, "left": left}))
