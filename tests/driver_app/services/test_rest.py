"""Driving and rest on the handheld: counted from positions, warned of in time, and not forgotten."""

from shared.custody.events import RestDue
from shared.geo import Position
from tests.driver_app.services.day import Phone

MINUTE = 1000 / 111_195
"""Degrees of latitude that a vehicle makes in a minute at 60 km/h."""


def drive(phone: Phone, minutes: int, start: float = 39.0) -> float:
    """A position a minute; returns the latitude where the vehicle is then."""
    for minute in range(minutes):
        start += MINUTE if minute or start == 39.0 else 0
        phone.services.track.heard(Position(start, 116.0))
        phone.clock.advance(60)
    return start


def stand(phone: Phone, minutes: int, where: float) -> None:
    for _ in range(minutes):
        phone.services.track.heard(Position(where, 116.0))
        phone.clock.advance(60)


def test_driving_is_counted() -> None:
    phone = Phone().on_the_road()
    drive(phone, 61)
    assert 59 * 60 <= phone.services.rest.state().driven <= 61 * 60
    assert not phone.services.rest.state().warned


def test_the_driver_is_told_half_an_hour_and_ten_minutes_before_and_when_it_is_due() -> None:
    phone = Phone().on_the_road()
    told: list[float] = []
    phone.services.rest.subscribe(lambda state: told.append(state.left))
    drive(phone, 250)
    assert [round(event.driven / 60) for event in phone.events(RestDue)] == [210, 230, 240]  # type: ignore[union-attr]
    assert [round(left / 60) for left in told] == [30, 10, 0]


def test_a_rest_sets_the_count_back_and_the_next_four_hours_are_warned_of_again() -> None:
    phone = Phone().on_the_road()
    where = drive(phone, 215)
    stand(phone, 21, where)
    assert phone.services.rest.state().driven == 0
    drive(phone, 215, where + MINUTE)
    assert len(phone.events(RestDue)) == 2


def test_killing_the_app_gives_no_fresh_four_hours() -> None:
    phone = Phone().on_the_road()
    drive(phone, 220)
    phone.services.track.seal()
    before = phone.services.rest.state().driven
    phone.restart()
    assert phone.services.rest.state().driven == before
    drive(phone, 5, 39.0 + 221 * MINUTE)
    assert len(phone.events(RestDue)) == 1


def test_outside_a_shift_nothing_is_counted() -> None:
    phone = Phone().ready()
    phone.services.track.heard(Position(39.0, 116.0))
    assert phone.services.rest.state().driven == 0
