"""A driven vehicle is where its driver has taken it."""

from datetime import UTC, datetime

import pytest

from driver_app.hardware.virtual.location import DrivenLocation
from shared.clock import ManualClock
from shared.geo import Position, distance

HOME = Position(39.96, 116.36)
SITE = Position(39.93, 116.36)


def test_a_vehicle_stands_at_home_until_it_is_driven() -> None:
    clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
    location = DrivenLocation(HOME, 10.0, clock)
    clock.advance(3600)
    assert distance(location.current().position, HOME) == 0


def test_a_vehicle_goes_straight_at_its_speed_and_stops_there() -> None:
    clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
    location = DrivenLocation(HOME, 10.0, clock)
    seconds = location.drive(SITE)
    assert seconds == pytest.approx(distance(HOME, SITE) / 10)
    clock.advance(seconds / 2)
    assert distance(HOME, location.current().position) == pytest.approx(distance(HOME, SITE) / 2, rel=1e-3)
    clock.advance(seconds)
    assert distance(location.current().position, SITE) < 0.01


def test_a_vehicle_that_turns_on_the_way_starts_from_where_it_is() -> None:
    clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
    location = DrivenLocation(HOME, 10.0, clock)
    clock.advance(location.drive(SITE) / 2)
    back = location.drive(HOME)
    assert back == pytest.approx(distance(HOME, SITE) / 20, rel=1e-3)


def test_a_vehicle_can_be_put_somewhere() -> None:
    location = DrivenLocation(HOME, 10.0, ManualClock(datetime(2026, 11, 22, tzinfo=UTC)))
    location.put(SITE)
    assert distance(location.current().position, SITE) == 0
