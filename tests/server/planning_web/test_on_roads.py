"""Days planned and published on the roads of a router, and what happens where it is not there."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts.schemas import Role
from server.context import Context
from server.db import db
from server.planning import publish
from server.planning.dispatch import plan_day
from server.planning.keeping import kept_plan
from server.planning.road.models import RoadRow
from server.planning.road.settings import RoadSettings
from server.planning.road.valhalla import Valhalla
from server.planning.road.ways import find_way
from server.transaction import reading, transaction
from shared import problems
from shared.errors import Refused
from shared.geo import Position, distance
from shared.work import Name
from tests.server.accounts.browsing import Browser, person
from tests.server.fleet.samples import BY
from tests.server.planning_web.loopback_roads import loopback_roads
from tests.server.planning_web.samples import Day, choice, enter_day, keep
from tests.server.planning_web.test_pages import form
from tests.server.planning_web.waiting import found, waited

DEAD = "http://127.0.0.1:9"
"""Nobody serves the discard port here."""


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database has a part in."""


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context():
        person("li", Role.DISPATCHER)
        return enter_day()


@pytest.fixture
def router() -> Iterator[str]:
    with loopback_roads() as url:
        yield url


def use(app: Flask, url: str, *, fallback: bool = False) -> RoadSettings:
    """Set a router up."""
    ports: Context = app.extensions["handover"]
    settings = RoadSettings(url=url, fallback=fallback, timeout=5.0, pause=0.01)
    app.extensions["handover"] = replace(ports, config=replace(ports.config, roads=settings))
    return settings


def browser(client: FlaskClient) -> Browser:
    made = Browser(client)
    made.sign_in("li")
    return made


def test_a_day_is_planned_on_the_router_and_the_next_one_on_what_was_kept(app: Flask, day: Day, router: str) -> None:
    use(app, router)
    with app.app_context():
        first = plan_day(choice(day), by=BY, iterations=5)
        with reading():
            label = kept_plan(first).plan.roads
            rows = db.session.query(RoadRow).count()
        assert label == "valhalla 3.9.1, roads of 2026-10-01, truck 3.3 x 2.3 x 6.0 m, 4.5 t*"
        assert rows == 3
        second = plan_day(choice(day), by=BY, iterations=5)
        with reading():
            assert kept_plan(second).plan.routes == kept_plan(first).plan.routes
            assert db.session.query(RoadRow).count() == rows


@ON_SQLITE
def test_a_page_without_its_router_says_which_one_and_plans_nothing(app: Flask, day: Day, client: FlaskClient) -> None:
    use(app, DEAD)
    li = browser(client)
    li.get("/planning/new")
    answer = li.post("/planning/new", form(day))
    told = waited(li, answer.location)
    assert (told["state"], told["location"]) == ("refused", None)
    assert "#6401" in told["fault"]
    assert DEAD in told["fault"]
    assert answer.location is not None
    assert "#6401" in li.get(answer.location).text


@ON_SQLITE
def test_a_page_with_a_fallback_shows_that_it_was_taken(app: Flask, day: Day, client: FlaskClient) -> None:
    use(app, DEAD, fallback=True)
    li = browser(client)
    li.get("/planning/new")
    answer = li.post("/planning/new", form(day))
    page = li.get(found(li, answer))
    assert "straight-line x 1.35 (#6401)" in page.text
    assert "#6407" in page.text


def published(app: Flask, route_id: str) -> publish.Route:
    with app.app_context(), reading():
        return publish.published_route(route_id)


def test_a_published_route_has_its_turns_and_a_track_on_the_road(
    app: Flask, day: Day, client: FlaskClient, router: str
) -> None:
    use(app, router)
    with app.app_context():
        route_id = keep(day)
    li = browser(client)
    li.get("/planning/")
    li.post(f"/planning/routes/{route_id}/publish", {"device": day.device})
    route = published(app, route_id)
    for stop in route.stops:
        start, end = stop.directions
        assert start.text == Name("出发，沿长安街行驶", "Drive north on 长安街")
        assert end.text == Name("到达", "You have arrived")
        assert distance(end.at, stop.site.fence.centre) < 1
        assert start.distance == pytest.approx(distance(start.at, end.at), rel=0.001)
    corners = [route.depot.fence.centre, *(stop.site.fence.centre for stop in route.stops), route.depot.fence.centre]
    assert [distance(a, b) < 1 for a, b in zip(route.track, corners, strict=True)] == [True] * 4


@ON_SQLITE
def test_a_router_that_is_down_holds_no_delivery_up_and_whoever_publishes_is_told(
    app: Flask, day: Day, client: FlaskClient
) -> None:
    use(app, DEAD)
    with app.app_context():
        route_id = keep(day)
    li = browser(client)
    li.get("/planning/")
    answer = li.post(f"/planning/routes/{route_id}/publish", {"device": day.device})
    assert answer.location is not None
    told = re.findall(r'alert-warning"[^>]*>([^<]+)<', li.get(answer.location).text)
    assert any("#6401" in one for one in told)
    route = published(app, route_id)
    assert [stop.directions for stop in route.stops] == [(), ()]
    assert len(route.track) == 4


def test_a_way_to_where_a_site_is_no_more_is_refused(app: Flask, day: Day, router: str) -> None:
    settings = use(app, router)
    with app.app_context():
        route_id = keep(day)
        with reading():
            places, profile = publish.way_wanted(route_id)
        with Valhalla(settings) as client:
            way = find_way(client, [*places[:-1], Position(39.95, 116.5)], profile)
        changed = pytest.raises(Refused, check=lambda error: error.kind is problems.ROADS_CHANGED)
        with changed, transaction():
            publish.publish_route(route_id, device_id=day.device, by=BY, way=way)
