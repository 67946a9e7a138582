"""What vehicles and drivers cost, when they are there, who is hired, and who may carry controlled drugs."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask
from sqlalchemy import create_engine, text

from server import migrations
from server.accounts import audit
from server.app import create_app
from server.context import make_context
from server.db import db
from server.fleet import operations as fleet
from server.fleet.rules import checked_driver_terms, checked_vehicle_terms
from server.fleet.schemas import DriverTerms, MealTime, Shift, VehicleTerms
from server.rowseal import sealed_tables
from server.transaction import reading, transaction
from shared import problems
from shared.clock import ManualClock
from shared.errors import Refused
from tests.server.accounts.browsing import Browser, problems_on
from tests.server.conftest import cheap_passwords, make_config
from tests.server.fleet.samples import BY, Fleet

COSTS = VehicleTerms(
    fixed=12345.67, per_km=2.45, per_hour=0.0, per_stop=8.5, max_duration=9.5, max_trip=4.0, max_distance=220.0, trips=2
)
AGREED = DriverTerms(Shift(6 * 60 + 30, 16 * 60), MealTime(11 * 60, 13 * 60, 30), 38.5, date(2027, 6, 30))


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database has a part in."""


def agree_on_vehicle(vehicle_id: str, terms: VehicleTerms, by: str = BY) -> None:
    fleet.change_vehicle(vehicle_id, replace(fleet.vehicle_entry(vehicle_id).data, terms=terms), by=by)


def agree_with_driver(driver_id: str, terms: DriverTerms, by: str = BY) -> None:
    fleet.change_driver(driver_id, replace(fleet.driver_entry(driver_id).data, terms=terms), by=by)


@ON_SQLITE
def test_what_was_never_entered_is_none(app: Flask, entered: Fleet) -> None:
    with app.app_context(), reading():
        assert fleet.vehicle_entry(entered.vehicle).data.terms == VehicleTerms()
        assert fleet.driver_entry(entered.driver).data.terms == DriverTerms()
        assert not fleet.carrier_entry(entered.carrier).data.contracted


def test_terms_are_kept_changed_and_taken_away_again(app: Flask, entered: Fleet) -> None:
    with app.app_context():
        for costs in (COSTS, replace(COSTS, fixed=None), VehicleTerms()):
            with transaction():
                agree_on_vehicle(entered.vehicle, costs)
            with reading():
                assert [entry.data.terms for entry in fleet.vehicles()] == [costs]
        for agreed in (AGREED, replace(AGREED, meal=None, shift=None), DriverTerms()):
            with transaction():
                agree_with_driver(entered.driver, agreed)
            with reading():
                assert [entry.data.terms for entry in fleet.drivers()] == [agreed]


def test_changed_terms_are_on_the_trail_and_their_rows_are_sealed(app: Flask, entered: Fleet) -> None:
    with app.app_context():
        with transaction():
            agree_on_vehicle(entered.vehicle, VehicleTerms(per_km=2.5), by="zhang")
            agree_on_vehicle(entered.vehicle, VehicleTerms(per_km=2.5), by="wang")
            agree_with_driver(entered.driver, DriverTerms(controlled_until=date(2027, 1, 1)), by="zhang")
        with reading():
            newest = audit.entries(key=entered.vehicle)[0]
            assert (newest.by, newest.subject, newest.changes) == ("zhang", "京A·12345", {"per_km": ("", "2.5")})
            assert audit.entries(key=entered.driver)[0].changes == {"controlled_until": ("", "2027-01-01")}
        assert {table.name for table in sealed_tables()} >= {
            "carrier_terms",
            "vehicle_terms",
            "vehicle_trips",
            "driver_terms",
        }


def test_a_carrier_is_hired_from_a_day_on_and_that_is_on_the_trail(app: Flask, entered: Fleet) -> None:
    with app.app_context(), transaction():
        data = fleet.carrier_entry(entered.carrier).data
        for contracted in (True, False):
            fleet.change_carrier(entered.carrier, replace(data, contracted=contracted), by=BY)
            assert fleet.carrier_entry(entered.carrier).data.contracted is contracted
            assert [entry.data.contracted for entry in fleet.carriers()] == [contracted]
        newest, before, *_ = audit.entries(key=entered.carrier)
        assert (before.changes, newest.changes) == ({"contracted": ("", "True")}, {"contracted": ("True", "False")})


@pytest.mark.parametrize(
    "wrong",
    [
        VehicleTerms(fixed=-1.0),
        VehicleTerms(per_km=float("nan")),
        VehicleTerms(per_hour=float("inf")),
        VehicleTerms(per_stop=1e6),
        VehicleTerms(max_duration=25.0),
        VehicleTerms(max_trip=0.0),
        VehicleTerms(max_distance=90_000.0),
        VehicleTerms(max_duration=4.0, max_trip=5.0),
        VehicleTerms(trips=0),
        VehicleTerms(trips=6),
    ],
)
def test_a_vehicle_costs_no_less_than_nothing_and_goes_no_farther_than_that_makes_sense(wrong: VehicleTerms) -> None:
    assert checked_vehicle_terms(COSTS) is COSTS
    with pytest.raises(Refused, check=lambda error: error.kind is problems.FIELD_INVALID):
        checked_vehicle_terms(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        DriverTerms(shift=Shift(600, 600)),
        DriverTerms(shift=Shift(600, 1441)),
        DriverTerms(meal=MealTime(700, 690, 30)),
        DriverTerms(meal=MealTime(660, 780, 4)),
        DriverTerms(shift=Shift(360, 600), meal=MealTime(660, 780, 30)),
        DriverTerms(per_hour=-0.5),
    ],
)
def test_a_driver_whose_hours_make_no_sense_is_refused(wrong: DriverTerms) -> None:
    assert checked_driver_terms(AGREED) is AGREED
    with pytest.raises(Refused, check=lambda error: error.kind is problems.FIELD_INVALID):
        checked_driver_terms(wrong)


def test_a_permit_counts_through_its_last_day() -> None:
    assert AGREED.may_carry_controlled(date(2027, 6, 30))
    assert not AGREED.may_carry_controlled(date(2027, 7, 1))
    assert not DriverTerms().may_carry_controlled(date(2027, 6, 30))


@ON_SQLITE
def test_a_permit_that_ends_is_told_with_the_papers_that_do(app: Flask, entered: Fleet) -> None:
    with app.app_context(), transaction():
        agree_with_driver(entered.driver, DriverTerms(controlled_until=date(2026, 12, 1)))
        assert fleet.expiring(date(2026, 10, 1)) == []
        (soon,) = fleet.expiring(date(2026, 11, 22))
        assert (soon.subject, soon.subject_id, soon.document.zh) == ("driver", entered.driver, "麻精药品配送资格")


def upgrade(url: str, revision: str) -> None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(Path(migrations.__file__).parent))
    settings.attributes["url"] = url
    command.upgrade(settings, revision)


def test_a_fleet_that_was_entered_before_there_were_terms_is_there_and_gets_some(
    tmp_path: Path, clock: ManualClock
) -> None:
    url = f"sqlite:///{tmp_path / 'before.sqlite'}"
    upgrade(url, "0006")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO carrier VALUES ('C', '某物流', 'Some', 1)"))
        connection.execute(text("INSERT INTO vehicle VALUES ('V', 'C', '京B·1', 'Jing B 1', 'van', 100, 1)"))
    engine.dispose()
    upgrade(url, "head")
    app = create_app(ports=make_context(make_config(tmp_path, url), clock, bytes, cheap_passwords()))
    with app.app_context():
        with transaction():
            assert fleet.vehicle_entry("V").data.terms == VehicleTerms()
            assert not fleet.carrier_entry("C").data.contracted
            agree_on_vehicle("V", COSTS)
        with reading():
            assert fleet.vehicle_entry("V").data.terms == COSTS
        db.session.remove()
        db.engine.dispose()


# pages -----------------------------------------------------------------------------------------------------------------

VEHICLE_FORM = {
    "fixed": "12345.67",
    "per_km": "2.45",
    "per_hour": "0",
    "per_stop": "8.5",
    "max_duration": "9.5",
    "max_trip": "4",
    "max_distance": "220",
    "trips": "2",
}
DRIVER_FORM = {
    "shift_start": "06:30",
    "shift_end": "16:00",
    "meal_start": "11:00",
    "meal_latest": "13:00",
    "meal_length": "30",
    "per_hour": "38.5",
    "controlled_until": "2027-06-30",
}


@ON_SQLITE
def test_a_vehicles_costs_and_limits_are_entered_on_its_page_and_listed(
    app: Flask, browser: Browser, entered: Fleet
) -> None:
    path = f"/fleet/vehicles/{entered.vehicle}"
    browser.get(path)
    form = {"name_zh": "京A·12345", "carrier_id": entered.carrier, "kind": "van", "active": "1"}
    assert browser.post(path, {**form, **VEHICLE_FORM}).status_code == 303
    with app.app_context(), reading():
        assert fleet.vehicle_entry(entered.vehicle).data.terms == COSTS
    for field, value in VEHICLE_FORM.items():
        assert f'name="{field}" type="number" value="{value}"' in browser.get(path).text
    listed = browser.get("/fleet/vehicles").text
    assert "12345.67/天 + 2.45/公里 + 0/小时 + 8.5/站" in listed
    assert "每天 ≤ 9.5 小时, 每趟 ≤ 4 小时, ≤ 220 公里, 2 趟" in listed


@ON_SQLITE
def test_a_drivers_hours_meal_and_permit_are_entered_on_their_page_and_listed(
    app: Flask, browser: Browser, entered: Fleet
) -> None:
    path = f"/fleet/drivers/{entered.driver}"
    browser.get(path)
    form = {"name_zh": "王师傅", "carrier_id": entered.carrier, "user_id": entered.user, "active": "1"}
    assert browser.post(path, {**form, **DRIVER_FORM}).status_code == 303
    with app.app_context(), reading():
        assert fleet.driver_entry(entered.driver).data.terms == AGREED
    for value in DRIVER_FORM.values():
        assert f'value="{value}"' in browser.get(path).text
    listed = browser.get("/fleet/drivers").text
    for shown in ("06:30–16:00", "11:00–13:00, 30 分钟", "38.5", "2027-06-30"):
        assert shown in listed


@ON_SQLITE
def test_a_contracted_carrier_is_told_wherever_its_vehicles_are(app: Flask, browser: Browser, entered: Fleet) -> None:
    path = f"/fleet/carriers/{entered.carrier}"
    browser.get(path)
    assert browser.post(path, {"name_zh": "京东方冷链", "contracted": "1", "active": "1"}).status_code == 303
    for page in ("/fleet/carriers", "/fleet/vehicles", "/fleet/drivers", "/fleet/vehicles/new"):
        assert "外部承运商" in browser.get(page).text
    browser.get(path)
    assert browser.post(path, {"name_zh": "京东方冷链", "active": "1"}).status_code == 303
    assert "外部承运商" not in browser.get("/fleet/vehicles").text


@ON_SQLITE
@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("vehicles", {"fixed": "-1"}),
        ("vehicles", {"per_km": "cheap"}),
        ("vehicles", {"per_stop": "nan"}),
        ("vehicles", {"max_trip": "48"}),
        ("vehicles", {"trips": "6"}),
        ("vehicles", {"trips": "1.5"}),
        ("drivers", {"shift_start": "07:00"}),
        ("drivers", {"shift_start": "25:00", "shift_end": "16:00"}),
        ("drivers", {"meal_start": "11:00", "meal_latest": "13:00"}),
        ("drivers", {"meal_start": "11:00", "meal_latest": "13:00", "meal_length": "long"}),
        ("drivers", {"per_hour": "-3"}),
        ("drivers", {"controlled_until": "soon"}),
    ],
)
def test_terms_that_make_no_sense_come_back_with_what_was_typed(
    browser: Browser, entered: Fleet, kind: str, typed: dict[str, str]
) -> None:
    entry = entered.vehicle if kind == "vehicles" else entered.driver
    form = {"name_zh": "某", "carrier_id": entered.carrier, "user_id": entered.user, "kind": "van"}
    browser.get(f"/fleet/{kind}/{entry}")
    page = browser.post(f"/fleet/{kind}/{entry}", {**form, **typed})
    assert page.status_code == 400
    assert problems_on(page) == [5007]
    for value in typed.values():
        assert f'value="{value}"' in page.text
