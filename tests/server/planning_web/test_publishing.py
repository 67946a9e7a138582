"""From delivery notes to the signed work of a handheld."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from msgspec import structs

from server.accounts import operations as accounts
from server.custody import ledger
from server.custody.operations import append_own
from server.db import db
from server.fleet import operations as fleet
from server.fleet.schemas import SiteData
from server.orders import operations as orders
from server.orders.schemas import OrderState
from server.planning import publish
from server.planning.building import build_route
from server.planning.day import day_problem, windows_for
from server.planning.keeping import kept_plan, kept_plans, planned_route, publications
from server.transaction import reading, transaction
from shared import problems
from shared.clock import ManualClock
from shared.custody.events import DepartureOverridden, LotRecalled, RoutePublished
from shared.errors import Refused
from shared.work import Message, Override, Route
from tests.server.fleet.samples import BY, PIN
from tests.server.planning_web.samples import DAY, Day, choice, enrol, enter_day, keep


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context():
        return enter_day()


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of the sample day on Beijing's clock."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def refused(problem: object) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.kind is problem)


def test_the_problem_of_a_day_has_a_node_per_site_and_wanted_time(app: Flask, day: Day) -> None:
    with app.app_context(), reading():
        problem = day_problem(choice(day))
        assert problem.origin == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
        depot, xiehe, tongren = problem.sites
        assert depot.service == 1800
        assert xiehe.id == f"{day.fleet.xiehe}@28800-41400"
        assert [(one.start, one.end) for one in xiehe.windows] == [(28_800, 41_400)]
        assert [(one.start, one.end) for one in tongren.windows] == [(28_800, 61_200)]
        assert [(order.zone, order.amounts.units) for order in problem.orders] == [
            ("10…30 °C + 2…8 °C", 60),
            ("2…8 °C", 20),
        ]
        (vehicle,) = problem.vehicles
        assert {(one.zone, one.capacity.units) for one in vehicle.compartments} == {
            ("10…30 °C + 2…8 °C", 500),
            ("2…8 °C", 300),
        }


def test_goods_wanted_outside_the_receiving_hours_are_refused(app: Flask, day: Day) -> None:
    with app.app_context(), reading():
        order = orders.order(day.orders[0])
        with refused(problems.SITE_CLOSED):
            windows_for(order, date(2026, 11, 24))


def test_a_site_without_hours_receives_at_any_time(app: Flask, day: Day) -> None:
    with app.app_context():
        with transaction():
            entry = fleet.site_entry(day.fleet.tongren)
            plain = {**vars(entry.data), "hours": ()}
            fleet.change_site(entry.id, SiteData(**plain), by=BY)
        assert windows_for(orders.order(day.orders[1]), DAY) == ()


def test_nothing_chosen_is_nothing_to_plan(app: Flask, day: Day) -> None:
    with app.app_context(), reading():
        chosen = choice(day)
        for less in (replace(chosen, vehicle_ids=()), replace(chosen, driver_ids=()), replace(chosen, order_ids=())):
            with refused(problems.PLAN_NOTHING):
                day_problem(less)
        with refused(problems.FIELD_INVALID):
            day_problem(replace(chosen, end=time(6, 0)))


def test_a_plan_is_kept_as_it_was_made(app: Flask, day: Day) -> None:
    with app.app_context():
        route_id = keep(day)
        with reading():
            kept, planned = planned_route(route_id)
            assert kept == kept_plan(kept.id)
            assert [one.id for one in kept_plans()] == [kept.id]
            assert planned == kept.plan.routes[0]
            assert kept.problem == day_problem(choice(day))
            with refused(problems.NOT_FOUND):
                planned_route("nothing")
            with refused(problems.NOT_FOUND):
                kept_plan("nothing")


def test_a_published_route_is_whole(app: Flask, day: Day) -> None:
    with app.app_context():
        route_id = keep(day)
        with reading():
            route = publish.draft_route(route_id)
        assert (route.id, route.version, route.day, route.roads) == (route_id, 1, DAY, "straight-line x 1.35")
        assert route.departure == at(7, 30)
        assert [party.name.zh for party in (route.carrier, route.vehicle, route.driver)] == [
            "京东方冷链",
            "京A·12345",
            "王师傅",
        ]
        assert all(len(party.qualifications) == 1 for party in (route.carrier, route.vehicle, route.driver))
        one, two = route.stops
        assert (one.id, one.number, one.site.name.zh) == (f"{route_id}-1", 1, "北京协和医院")
        assert (one.planned_arrival, one.planned_departure) == (at(8), at(8, 15))
        assert [(window.start, window.end) for window in one.windows] == [(at(8), at(11, 30))]
        assert (two.planned_arrival, two.leg_distance) == (at(8, 30), 1500.0)
        assert [line.container_id for line in one.lines()] == [day.fleet.compartment, day.fleet.box]
        assert [line.container_id for line in two.lines()] == [day.fleet.compartment]
        assert [len(container.loggers) for container in route.containers] == [2, 1]
        assert route.track == (
            route.depot.fence.centre,
            one.site.fence.centre,
            two.site.fence.centre,
            route.depot.fence.centre,
        )


def test_publishing_writes_the_ledger_and_gives_the_handheld_its_work(app: Flask, day: Day, clock: ManualClock) -> None:
    with app.app_context():
        route_id = keep(day)
        clock.advance(60)
        with transaction():
            record = publish.publish_route(route_id, device_id=day.device, by=BY)
        with reading():
            work = publish.current_work(day.device)
            assert work is not None
            assert work.route is not None
            assert (work.device, work.issued, work.published) == (day.device, clock.now(), record)
            (entry,) = [entry for entry in ledger.entries(0) if entry.sha256 == record]
            assert entry.event == RoutePublished(work.route, day.device, BY)
            (person,) = work.people
            assert (person.id, person.name.zh) == (day.fleet.driver, "王师傅")
            assert person.pin_hash == accounts.pin_hash(day.fleet.user)
            assert PIN not in person.pin_hash
            assert not work.rehearsal
            assert {order.state for order in orders.orders()} == {OrderState.PUBLISHED}


def test_publishing_again_makes_a_new_version(app: Flask, day: Day) -> None:
    with app.app_context():
        route_id = keep(day)
        with transaction():
            publish.publish_route(route_id, device_id=day.device, by=BY)
            second = publish.publish_route(route_id, device_id=day.device, by=BY)
        with reading():
            work = publish.current_work(day.device)
            assert work is not None
            assert isinstance(work.route, Route)
            assert (work.route.version, work.published) == (2, second)
            assert [one.version for one in publications(route_id=route_id)] == [2, 1]


def test_a_handheld_without_a_route_has_no_work(app: Flask, day: Day) -> None:
    with app.app_context(), reading():
        assert publish.current_work(day.device) is None


def test_a_route_goes_only_to_a_handheld_that_is_enrolled(app: Flask, day: Day) -> None:
    with app.app_context():
        route_id = keep(day)
        with refused(problems.SYNC_UNAUTHORISED), transaction():
            publish.publish_route(route_id, device_id="unknown", by=BY)
        with reading():
            assert {order.state for order in orders.orders()} == {OrderState.OPEN}
            assert publications() == []


def test_a_delivery_note_rides_on_one_route_until_it_is_released(app: Flask, day: Day) -> None:
    with app.app_context():
        first, second, other = keep(day), keep(day), enrol()
        with transaction():
            publish.publish_route(first, device_id=day.device, by=BY)
        with refused(problems.ORDER_TAKEN), transaction():
            publish.publish_route(second, device_id=other, by=BY)


def test_a_released_note_can_ride_again(app: Flask, day: Day) -> None:
    with app.app_context():
        first, second = keep(day), keep(day)
        with transaction():
            publish.publish_route(first, device_id=day.device, by=BY)
            with refused(problems.ORDER_TAKEN):
                orders.cancel(day.orders[0], by=BY)
            for order_id in day.orders:
                orders.release(order_id, by=BY)
            publish.publish_route(second, device_id=day.device, by=BY)
        with reading():
            assert {order.route_id for order in orders.orders()} == {second}


def test_a_cancelled_note_is_not_planned(app: Flask, day: Day) -> None:
    with app.app_context():
        with transaction():
            orders.cancel(day.orders[0], by=BY)
        with refused(problems.ORDER_TAKEN), reading():
            day_problem(choice(day))


def test_an_override_is_an_event_and_travels_with_the_work(app: Flask, day: Day, clock: ManualClock) -> None:
    with app.app_context():
        route_id = keep(day)
        with transaction():
            publish.publish_route(route_id, device_id=day.device, by=BY)
            record = publish.override_departure(
                route_id, problem=2011, subject=" 京A·12345 ", reason="年检当日已续，证书在途", by=BY
            )
        with reading():
            work = publish.current_work(day.device)
            assert work is not None
            assert work.overrides == (Override(2011, "京A·12345", "年检当日已续，证书在途", BY, clock.now(), record),)
            (entry,) = [entry for entry in ledger.entries(0) if entry.sha256 == record]
            assert entry.event == DepartureOverridden(route_id, 2011, "京A·12345", "年检当日已续，证书在途", BY)


@pytest.mark.parametrize(
    ("problem", "subject", "reason"),
    [(1001, "x", "a good reason"), (2016, "x", "a good reason"), (2011, " ", "a good reason"), (2011, "x", "ok")],
)
def test_an_override_has_to_be_about_the_gate_and_to_say_why(
    app: Flask, day: Day, problem: int, subject: str, reason: str
) -> None:
    with app.app_context():
        route_id = keep(day)
        with transaction():
            publish.publish_route(route_id, device_id=day.device, by=BY)
        with refused(problems.FIELD_INVALID), transaction():
            publish.override_departure(route_id, problem=problem, subject=subject, reason=reason, by=BY)


def test_only_a_published_route_can_be_overridden(app: Flask, day: Day) -> None:
    with app.app_context(), transaction(), refused(problems.NOT_FOUND):
        publish.override_departure("nothing", problem=2011, subject="x", reason="a good reason", by=BY)


def test_lots_under_recall_are_named_on_the_route(app: Flask, day: Day) -> None:
    with app.app_context():
        route_id = keep(day)
        with transaction():
            product = orders.order(day.orders[0]).consignment.lines[0].product.id
            append_own(LotRecalled(product, "B24101", "stability", BY), actor=BY)
        with reading():
            assert publish.draft_route(route_id).recalled_lots == ((product, "B24101"),)


def test_two_visits_to_one_place_in_a_row_are_one_stop(app: Flask, day: Day) -> None:
    """Two notes wanted at different times are two nodes of the problem, but the driver parks once."""
    with app.app_context():
        route_id = keep(day)
        with reading():
            _, planned = planned_route(route_id)
            one, two = planned.stops
            same = structs.replace(two, site=f"{day.fleet.xiehe}@0-1", distance=0)
            route = build_route(
                structs.replace(planned, stops=(one, same)),
                route_id=route_id,
                version=1,
                day=DAY,
                origin=at(0),
                roads="x",
                driver_id=day.fleet.driver,
            )
            (stop,) = route.stops
            assert len(stop.consignments) == 2
            assert (stop.planned_arrival, stop.planned_departure) == (at(8), at(8, 41).replace(second=40))
        db.session.rollback()


def test_a_message_is_an_event_and_travels_with_the_work(app: Flask, day: Day, clock: ManualClock) -> None:
    with app.app_context():
        route_id = keep(day)
        with transaction():
            publish.publish_route(route_id, device_id=day.device, by=BY)
            message_id = publish.post_message(route_id, " 协和药库改在西门收货 ", by=BY)
        with reading():
            work = publish.current_work(day.device)
            assert work is not None
            assert work.messages == (Message(message_id, "协和药库改在西门收货", BY, clock.now()),)


@pytest.mark.parametrize("text", ["", "  ", "长" * 501])
def test_a_message_has_to_say_something_and_be_short(app: Flask, day: Day, text: str) -> None:
    with app.app_context():
        route_id = keep(day)
        with transaction():
            publish.publish_route(route_id, device_id=day.device, by=BY)
            with refused(problems.FIELD_INVALID):
                publish.post_message(route_id, text, by=BY)


def test_nobody_is_written_to_on_a_route_that_was_never_published(app: Flask, day: Day) -> None:
    with app.app_context(), transaction(), refused(problems.NOT_FOUND):
        publish.post_message("R-0", "你好", by=BY)


def test_a_stop_keeps_its_id_through_every_version_of_its_route(app: Flask, day: Day) -> None:
    """A visit that was made must not become another one because a stop before it was withdrawn."""
    with app.app_context():
        route_id = keep(day)
        with transaction():
            publish.publish_route(route_id, device_id=day.device, by=BY)
        with reading():
            first = publish.published_route(route_id)
            shorter = structs.replace(
                first, version=2, stops=tuple(structs.replace(s, id="x") for s in first.stops[1:])
            )
            second = publish.with_standing_ids(shorter, [first])
            assert [stop.id for stop in second.stops] == [stop.id for stop in first.stops[1:]]
            third = publish.with_standing_ids(structs.replace(first, version=3), [second, first])
            assert [stop.id for stop in third.stops] == [stop.id for stop in first.stops]
            elsewhere = structs.replace(first.stops[0].site, id="another site")
            moved = structs.replace(first, version=4, stops=(structs.replace(first.stops[0], site=elsewhere),))
            [new] = publish.with_standing_ids(moved, [third, second, first]).stops
            assert new.id not in {stop.id for stop in first.stops}
