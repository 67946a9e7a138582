"""What was entered of vehicles, drivers and notes decides the day: from the forms to the plan, the desk and the handheld."""

import io
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.fleet import operations as fleet
from server.fleet.schemas import (
    CarrierData,
    ContainerData,
    DriverData,
    DriverTerms,
    MealTime,
    Shift,
    VehicleData,
    VehicleTerms,
)
from server.orders import operations as orders
from server.planning import publish
from server.planning.day import CONTROLLED, Choice, day_problem
from server.planning.keeping import Kept, kept_plan
from server.planning.plan import Plan
from server.planning.problem import Meal, Problem, Window
from server.transaction import reading, transaction
from shared.errors import Refused
from shared.work import ContainerKind, Name
from tests.server.accounts.browsing import Browser, person
from tests.server.fleet.samples import BY, PIN, Fleet, enter_fleet
from tests.server.orders.samples import as_csv, row
from tests.server.planning_web.samples import DAY, enrol
from tests.server.planning_web.waiting import found

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database has a part in."""
HOUR = 3600


@dataclass(frozen=True)
class House:
    """A distributor: two vans of the own fleet, one hired, three drivers."""

    fleet: Fleet
    hired: str
    vans: tuple[str, str, str]
    """The own two, then the hired one."""
    drivers: tuple[str, str, str]
    """Wang, Li, and the driver of the hired van."""


def crew(carrier: str, number: int) -> tuple[str, str]:
    """A van with a cold room and an ambient one, and a driver."""
    with transaction():
        user, _ = accounts.add_user(
            name=f"driver.{number}", role=Role.DRIVER, display=Name(f"司机{number}", f"Driver {number}"), by=BY
        )
        van = fleet.add_vehicle(VehicleData(carrier, Name(f"京A·{number}", f"Jing A {number}"), capacity=400), by=BY)
        for code, low, high in ((f"80-{number}-1", 2.0, 8.0), (f"80-{number}-2", 10.0, 30.0)):
            name = Name("厢", "Room")
            fleet.add_container(ContainerData(ContainerKind.COMPARTMENT, name, code, low, high, 9.0, 300, van), by=BY)
        accounts.set_pin(user.id, PIN, by=BY)
        driver = fleet.add_driver(DriverData(carrier, user.id, Name(f"司机{number}", f"Driver {number}")), by=BY)
    return van, driver


@pytest.fixture
def house(app: Flask) -> House:
    with app.app_context():
        person("li", Role.DISPATCHER)
        known = enter_fleet()
        with transaction():
            hired = fleet.add_carrier(CarrierData(Name("快运", "Express"), contracted=True), by=BY)
        van, driver = crew(known.carrier, 2)
        hired_van, hired_driver = crew(hired, 3)
        return House(known, hired, (known.vehicle, van, hired_van), (known.driver, driver, hired_driver))


@pytest.fixture
def browser(house: House, client: FlaskClient) -> Browser:
    browser = Browser(client)
    browser.sign_in("li")
    return browser


def note(number: str, **changes: str) -> dict[str, str]:
    day = DAY.isoformat()
    return row(随货同行单号=number, 发货日期=day, 追溯码="", 要求送达="", **changes)


OPIOID = {
    "药品通用名称": "盐酸吗啡注射液",
    "英文名": "Morphine hydrochloride injection",
    "规格": "1ml:10mg",
    "批号": "M1",
    "贮藏条件": "常温",
    "GTIN": "",
    "药品标识码": "",
    "是否麻精": "是",
}
TONGREN = {"收货单位": "北京同仁医院", "收货地址": "东交民巷1号"}
NOTES = (note("N-1"), note("N-2", **TONGREN), note("N-3", **OPIOID), note("N-4", 专车="是", 优先级="特急", **TONGREN))


def import_notes(*rows: dict[str, str]) -> None:
    with transaction():
        orders.import_orders(as_csv(rows), "day.csv", by=BY)


def day_of(house: House, **changes: Any) -> Problem:
    """Everything that was entered, as a problem."""
    ids = tuple(order.consignment.id for order in orders.orders(shipped=DAY))
    return day_problem(replace(Choice(DAY, house.fleet.depot, house.vans, house.drivers, ids), **changes))


def agree(vehicle_id: str, **terms: float) -> None:
    with transaction():
        data = fleet.vehicle_entry(vehicle_id).data
        fleet.change_vehicle(vehicle_id, replace(data, terms=VehicleTerms(**terms)), by=BY)


def agree_with(driver_id: str, terms: DriverTerms) -> None:
    with transaction():
        data = fleet.driver_entry(driver_id).data
        fleet.change_driver(driver_id, replace(data, terms=terms), by=BY)


# the problem -----------------------------------------------------------------------------------------------------------


@ON_SQLITE
def test_a_day_of_which_nothing_was_entered_is_planned_by_the_shortest_way(app: Flask, house: House) -> None:
    with app.app_context():
        import_notes(note("N-1"))
        with reading():
            problem = day_of(house)
    vehicle, driver, order = problem.vehicles[0], problem.drivers[0], problem.orders[0]
    assert (vehicle.fixed, vehicle.per_km, vehicle.per_hour, vehicle.per_stop) == (0.0, 1.0, 0.0, 0.0)
    assert (vehicle.max_duration, vehicle.max_trip, vehicle.max_distance, vehicle.carrier) == (None, None, None, "")
    assert vehicle.trips == 1
    assert (driver.shift, driver.meal, driver.per_hour, driver.qualifications) == (None, None, 0.0, ())
    assert (order.requires, order.alone, order.priority) == ((), None, 0)


@ON_SQLITE
def test_what_a_vehicle_costs_and_how_far_it_goes_is_in_the_problem(app: Flask, house: House) -> None:
    with app.app_context():
        import_notes(note("N-1"))
        terms = {"fixed": 280.0, "per_km": 0.0, "per_hour": 12.5, "per_stop": 8.0}
        agree(house.vans[0], **terms, max_duration=9.5, max_trip=4.25, max_distance=220.5, trips=3)
        with reading():
            problem = day_of(house)
    own, _, hired = problem.vehicles
    assert (own.fixed, own.per_km, own.per_hour, own.per_stop) == (280.0, 0.0, 12.5, 8.0)
    assert (own.max_duration, own.max_trip, own.max_distance) == (34_200, 15_300, 220_500)
    assert (own.trips, hired.trips) == (3, 1)
    assert (own.carrier, hired.carrier) == ("", "快运 Express")


@ON_SQLITE
def test_a_drivers_day_is_on_the_depots_clock(app: Flask, house: House) -> None:
    terms = DriverTerms(Shift(6 * 60, 15 * 60), MealTime(11 * 60, 12 * 60 + 30, 40), 38.5)
    with app.app_context():
        import_notes(note("N-1"))
        agree_with(house.drivers[0], terms)
        with reading():
            driver = day_of(house).drivers[0]
    assert driver.shift == Window(6 * HOUR, 15 * HOUR)
    assert driver.meal == Meal(11 * HOUR, 12 * HOUR + 1800, 2400)
    assert driver.per_hour == 38.5


@ON_SQLITE
@pytest.mark.parametrize(("until", "permitted"), [(DAY, True), (date(2026, 11, 22), False), (None, False)])
def test_a_permit_counts_if_it_is_valid_on_the_day(
    app: Flask, house: House, until: date | None, permitted: bool
) -> None:
    with app.app_context():
        import_notes(note("N-3", **OPIOID))
        agree_with(house.drivers[1], DriverTerms(controlled_until=until))
        with reading():
            problem = day_of(house)
    assert problem.orders[0].requires == (CONTROLLED,)
    assert problem.drivers[1].qualifications == ((CONTROLLED,) if permitted else ())


@ON_SQLITE
def test_what_a_note_asks_for_is_in_the_problem(app: Flask, house: House) -> None:
    with app.app_context():
        import_notes(*NOTES, note("N-5", 专车="高值A"), note("N-6", 专车="高值A", 优先级="1"))
        with reading():
            problem = day_of(house)
            names = {order.consignment.id: order.consignment.note_number for order in orders.orders(shipped=DAY)}
    found_orders = {names[one.id]: one for one in problem.orders}
    assert {name: one.alone for name, one in found_orders.items() if one.alone is not None} == {
        "N-4": "国药控股北京 N-4",
        "N-5": "高值A",
        "N-6": "高值A",
    }
    assert {name: one.priority for name, one in found_orders.items() if one.priority} == {"N-4": 2, "N-6": 1}


# a day -----------------------------------------------------------------------------------------------------------------


def fill(browser: Browser, path: str, **typed: str) -> None:
    """Fill in a form of the fleet over what stands in it."""
    kind, entry = path.split("/")
    with browser.client.application.app_context(), reading():
        data = fleet.vehicle_entry(entry).data if kind == "vehicles" else fleet.driver_entry(entry).data
    known = {"name_zh": data.name.zh, "name_en": data.name.en, "carrier_id": data.carrier_id, "active": "1"}
    known |= {"user_id": data.user_id} if isinstance(data, DriverData) else {"kind": data.kind, "capacity": "400"}
    browser.get(f"/fleet/{path}")
    assert browser.post(f"/fleet/{path}", {**known, **typed}).status_code == 303


def plan_day(app: Flask, browser: Browser, house: House) -> Kept:
    """Plan everything that is open, and look at what came out."""
    with app.app_context(), reading():
        ids = [order.consignment.id for order in orders.orders(shipped=DAY)]
    browser.get("/planning/new")
    chosen = {"vehicle": list(house.vans), "driver": list(house.drivers), "order": ids, "depot": house.fleet.depot}
    hours = {"day": DAY.isoformat(), "start": "07:00", "end": "19:00", "seconds": "1"}
    location = found(browser, browser.post("/planning/new", {**chosen, **hours}))
    with app.app_context(), reading():
        return kept_plan(location.split("/")[-1])


def notes_on(app: Flask, plan: Plan) -> dict[str, tuple[str | None, set[str]]]:
    """Each vehicle's driver and delivery notes."""
    with app.app_context(), reading():
        names = {order.consignment.id: order.consignment.note_number for order in orders.orders(shipped=DAY)}
    return {
        route.vehicle: (route.driver, {names[order] for stop in route.stops for order in stop.orders})
        for route in plan.routes
    }


def send(browser: Browser, path: str, body: object) -> TestResponse:
    headers = {"X-CSRFToken": browser.token, "Accept": "application/json"}
    return browser.client.post(path, json=body, headers=headers)


@ON_SQLITE
def test_a_day_is_entered_planned_arranged_and_published_with_all_of_it(
    app: Flask, browser: Browser, house: House
) -> None:
    """The controlled drug rides with whoever has the permit, the dedicated note alone, and the hired van stays at home."""
    for van, fixed in zip(house.vans, ("200", "220", "600"), strict=True):
        fill(browser, f"vehicles/{van}", fixed=fixed, per_km="2", max_duration="10")
    meal = {"meal_start": "11:30", "meal_latest": "13:00", "meal_length": "30"}
    hours = {"shift_start": "06:30", "shift_end": "17:30", "per_hour": "40"}
    for driver in (house.drivers[0], house.drivers[2]):
        fill(browser, f"drivers/{driver}", **hours, **meal)
    fill(browser, f"drivers/{house.drivers[1]}", **hours, **meal, controlled_until="2027-06-30")
    browser.get("/orders/import")
    assert browser.post("/orders/import", {"file": (io.BytesIO(as_csv(NOTES)), "day.csv")}).status_code == 303

    kept = plan_day(app, browser, house)
    routes = notes_on(app, kept.plan)
    assert kept.plan.unserved == ()
    assert house.vans[2] not in routes
    assert {"N-4"} in [notes for _, notes in routes.values()]
    assert [driver for driver, notes in routes.values() if "N-3" in notes] == [house.drivers[1]]

    desk = f"/planning/plans/{kept.id}/desk"
    page = browser.get(desk).text
    for words in ("麻精", "专车", "快运 Express"):
        assert words in page or words.encode("unicode_escape").decode() in page
    by_note = {note: van for van, (_, notes) in routes.items() for note in notes}
    ids = {order.id: order for order in kept.problem.orders}
    alone = next(one.id for one in ids.values() if one.alone is not None)
    other = next(route for route in kept.plan.routes if route.vehicle != by_note["N-4"])
    carried = [name for stop in other.stops for name in stop.orders]
    hand = {"routes": [{"vehicle": other.vehicle, "orders": [*carried, alone], "driver": other.driver}], "off": []}
    told = send(browser, f"{desk}/try", {"hand": hand}).get_json()
    assert not told["holds"]
    reasons = [text for route in told["routes"] for stop in route["stops"] for text in stop["broken"]]
    assert any(text.startswith("#6619 N-4") for text in reasons)
    answer = send(browser, f"{desk}/keep", {"hand": hand, "seen": 0})
    assert answer.get_json()["problem"]["number"] == 6003

    hand["routes"][0]["orders"] = carried[::-1]  # type: ignore[index]
    hand["routes"].append(  # type: ignore[attr-defined]
        {"vehicle": by_note["N-4"], "orders": [alone], "driver": routes[by_note["N-4"]][0], "locked": 1}
    )
    answer = send(browser, f"{desk}/keep", {"hand": hand, "seen": 0})
    assert answer.status_code == 200, answer.text
    made = answer.get_json()["location"]
    with app.app_context():
        devices = [enrol(), enrol()]
        with reading():
            given = dict(zip([route_id for route_id, _ in kept_plan(made.split("/")[-2]).routes], devices, strict=True))
    browser.get(made)
    answer = send(browser, f"{made}/publish", {"routes": given})
    assert answer.status_code == 200, answer.text
    with app.app_context(), reading():
        on_handhelds = [publish.published_route(route_id) for route_id in given]
    notes = [{one.note_number for stop in route.stops for one in stop.consignments} for route in on_handhelds]
    assert sorted(notes, key=len) == [{"N-4"}, {"N-1", "N-2", "N-3"}]


@ON_SQLITE
def test_a_hired_van_goes_when_that_pays(app: Flask, browser: Browser, house: House) -> None:
    with app.app_context():
        import_notes(note("N-1"), note("N-2", **TONGREN))
    for van, fixed in zip(house.vans, ("500", "500", "120"), strict=True):
        fill(browser, f"vehicles/{van}", fixed=fixed, per_km="2")
    assert list(notes_on(app, plan_day(app, browser, house).plan)) == [house.vans[2]]


@ON_SQLITE
def test_a_controlled_drug_that_nobody_may_carry_stays_with_its_reason(
    app: Flask, browser: Browser, house: House
) -> None:
    with app.app_context():
        import_notes(note("N-1"), note("N-3", **OPIOID))
    kept = plan_day(app, browser, house)
    (left,) = kept.plan.unserved
    assert left.reason.number == 6305
    assert CONTROLLED in left.reason.text("zh")


@ON_SQLITE
def test_controlled_drugs_are_published_to_nobody_without_the_permit(
    app: Flask, browser: Browser, house: House
) -> None:
    with app.app_context():
        import_notes(note("N-3", **OPIOID))
        agree_with(house.drivers[1], DriverTerms(controlled_until=DAY))
    kept = plan_day(app, browser, house)
    ((route_id, route),) = kept.routes
    assert route.driver == house.drivers[1]
    with app.app_context(), reading():
        assert publish.draft_route(route_id).driver.id == house.drivers[1]
        with pytest.raises(Refused) as refused:
            publish.draft_route(route_id, driver_id=house.drivers[0])
    assert refused.value.problem.text("zh") == "#6552 驾驶员 王师傅 当日没有有效的麻精药品配送资格：N-3"


@ON_SQLITE
def test_a_route_arranged_on_the_desk_has_its_drivers_meal_and_is_planned_again_with_it(
    app: Flask, browser: Browser, house: House
) -> None:
    """One driver brings N-1 in the morning and N-2 in the afternoon: out at noon, with half an hour for lunch."""
    with app.app_context():
        import_notes({**note("N-1"), "要求送达": "09:00-10:00"}, {**note("N-2", **TONGREN), "要求送达": "14:00-15:00"})
        for driver in house.drivers:
            agree_with(driver, DriverTerms(meal=MealTime(11 * 60 + 30, 13 * 60, 30)))
    kept = plan_day(app, browser, house)
    desk = f"/planning/plans/{kept.id}/desk"
    browser.get(desk)
    ids = [order.id for order in kept.problem.orders]
    hand = {"routes": [{"vehicle": house.vans[0], "orders": ids, "driver": house.drivers[0], "locked": 1}], "off": []}
    told = send(browser, f"{desk}/try", {"hand": hand}).get_json()
    assert (told["holds"], told["broken"]) == (True, 0)
    ((start, end),) = told["routes"][0]["breaks"]
    begun = max(start, 11.5 * HOUR)  # it may begin with a wait until it is time for it
    assert begun <= 13 * HOUR
    assert end - begun >= 1800
    answer = send(browser, f"{desk}/replan", {"hand": hand, "seen": 0, "seconds": 1})
    assert answer.status_code == 200, answer.text
