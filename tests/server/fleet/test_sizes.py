"""How large a vehicle is decides which roads it may take."""

from dataclasses import replace

import pytest
from flask import Flask

from server.accounts import audit
from server.fleet import operations as fleet
from server.fleet.rules import checked_size
from server.fleet.schemas import VehicleSize
from server.planning.day import day_problem
from server.planning.roads import Profile
from server.rowseal import sealed_tables
from server.transaction import reading, transaction
from shared import problems
from shared.errors import Refused
from tests.server.fleet.samples import BY, enter_fleet
from tests.server.planning_web.samples import choice, enter_day

BOX = VehicleSize(height=320, width=220, length=595, gross=4495, axle=2900)


def resize(vehicle_id: str, size: VehicleSize, by: str = BY) -> None:
    data = fleet.vehicle_entry(vehicle_id).data
    fleet.change_vehicle(vehicle_id, replace(data, size=size), by=by)


def test_a_size_is_kept_changed_and_taken_away_again(app: Flask) -> None:
    with app.app_context():
        vehicle = enter_fleet().vehicle
        for size in (BOX, replace(BOX, height=None), VehicleSize()):
            with transaction():
                resize(vehicle, size)
            with reading():
                assert fleet.vehicle_entry(vehicle).data.size == size
                assert [entry.data.size for entry in fleet.vehicles()] == [size]


def test_a_changed_size_is_on_the_trail_and_its_row_is_sealed(app: Flask) -> None:
    with app.app_context():
        vehicle = enter_fleet().vehicle
        with transaction():
            resize(vehicle, VehicleSize(height=320), by="li")
            resize(vehicle, VehicleSize(height=320), by="wang")
        with reading():
            newest = audit.entries(key=vehicle)[0]
            assert (newest.by, newest.subject, newest.changes) == ("li", "京A·12345", {"height": ("", "320")})
        assert "vehicle_size" in {table.name for table in sealed_tables()}


@pytest.mark.parametrize("wrong", [VehicleSize(height=32), VehicleSize(gross=4_500_000), VehicleSize(axle=0)])
def test_what_was_mistyped_is_refused(wrong: VehicleSize) -> None:
    assert checked_size(BOX) is BOX
    with pytest.raises(Refused, check=lambda error: error.kind is problems.FIELD_INVALID):
        checked_size(wrong)


def test_a_day_is_measured_for_the_vehicles_as_they_are(app: Flask) -> None:
    with app.app_context():
        day = enter_day()
        with transaction():
            resize(day.fleet.vehicle, BOX)
        with reading():
            (vehicle,) = day_problem(choice(day)).vehicles
    assert Profile.of(vehicle) == Profile("default", 320, 220, 595, 4495, 2900)
