"""Signing in, throttling, and the settings of the person at the screen."""

from datetime import timedelta

import msgspec
import pytest

from driver_app.services.session import pin_matches
from driver_app.services.step import StepKind
from shared import problems
from tests.driver_app.services.day import DRIVER, OTHER, PIN, ROUTE, Phone, pin_hash, refusing, signed, work


@pytest.fixture
def phone() -> Phone:
    return Phone().ready()


def test_a_pin_is_checked_against_its_scrypt_hash() -> None:
    assert pin_matches(pin_hash("1234"), "1234")
    assert not pin_matches(pin_hash("1234"), "1235")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "scrypt$2$1$1$AA==",
        "bcrypt$2$1$1$AA==$AA==",
        "scrypt$2$1$1$!$!",
        "scrypt$3$1$1$AAAA$" + "A" * 44,
    ],
)
def test_a_hash_of_another_form_is_refused_and_not_taken_for_a_wrong_pin(bad: str) -> None:
    assert refusing(pin_matches, bad, "1234").kind is problems.FIELD_INVALID


def test_a_driver_signs_in_without_a_network_and_stays_signed_in_after_a_restart(phone: Phone) -> None:
    assert phone.services.session.actor() == DRIVER
    assert phone.restart().session.actor() == DRIVER
    phone.services.session.sign_out()
    assert phone.services.session.actor() is None
    assert phone.restart().steps.current().kind is StepKind.SIGN_IN


def test_nobody_can_sign_in_before_work_has_come() -> None:
    phone = Phone()
    phone.enrol_by_hand()
    assert phone.services.session.people() == ()
    assert refusing(phone.services.session.sign_in, "D1", PIN).kind is problems.NO_ROUTE


def test_wrong_pins_are_counted_per_person_and_cost_ever_longer_waits(phone: Phone) -> None:
    session = phone.services.session
    for _ in range(5):
        refused = refusing(session.sign_in, "D2", "000000")
        assert refused.kind is problems.PIN_WRONG
        assert refused.problem.values["value"] == OTHER.name.zh
    refused = refusing(session.sign_in, "D2", "135791")
    assert (refused.kind, refused.problem.values["seconds"]) == (problems.LOGIN_THROTTLED, "30")
    assert session.sign_in("D1", PIN) == DRIVER
    phone.clock.advance(31)
    assert refusing(session.sign_in, "D2", "000000").kind is problems.PIN_WRONG
    phone.clock.advance(31)
    assert refusing(session.sign_in, "D2", "135791").problem.values["seconds"] == "29"
    phone.clock.advance(30)
    assert session.sign_in("D2", "135791") == OTHER
    assert refusing(session.sign_in, "D2", "000000").kind is problems.PIN_WRONG


def test_neither_a_restart_nor_the_wall_clock_shortens_the_wait(phone: Phone) -> None:
    for _ in range(5):
        refusing(phone.services.session.sign_in, "D2", "0")
    phone.clock.jump(3600)
    assert refusing(phone.services.session.sign_in, "D2", "135791").kind is problems.LOGIN_THROTTLED
    phone.restart()
    assert refusing(phone.services.session.sign_in, "D2", "135791").problem.values["seconds"] == "30"


def test_the_longest_wait_is_a_quarter_of_an_hour(phone: Phone) -> None:
    for _ in range(14):
        refusing(phone.services.session.sign_in, "D2", "0")
        phone.clock.advance(1000)
    refusing(phone.services.session.sign_in, "D2", "0")
    assert refusing(phone.services.session.sign_in, "D2", "0").problem.values["seconds"] == "900"


def test_somebody_nobody_knows_is_refused_like_a_wrong_pin(phone: Phone) -> None:
    assert refusing(phone.services.session.sign_in, "nobody", PIN).kind is problems.PIN_WRONG


def test_a_session_ends_by_itself_after_sixteen_hours(phone: Phone) -> None:
    phone.clock.advance(16 * 3600)
    assert phone.services.session.actor() == DRIVER
    phone.clock.advance(1)
    assert phone.services.session.actor() is None
    seen: list[StepKind] = []
    phone.services.steps.subscribe(lambda step: seen.append(step.kind))
    phone.services.steps.look()
    assert seen == [StepKind.SIGN_IN]


def test_people_of_the_work_that_waits_may_sign_in_once_the_shift_is_over(phone: Phone) -> None:
    third = msgspec.structs.replace(DRIVER, id="D3")
    tomorrow = msgspec.structs.replace(work(msgspec.structs.replace(ROUTE, id="R2"), minutes=9), people=(third,))
    phone.started()
    phone.services.duty.offer(signed(tomorrow))
    assert [p.id for p in phone.services.session.people()] == ["D1", "D2"]


def test_language_and_theme_are_kept_and_only_known_ones_are_taken(phone: Phone) -> None:
    session = phone.services.session
    told: list[int] = []
    session.subscribe(lambda: told.append(1))
    assert (session.language, session.theme) == ("zh", "light")
    session.language, session.theme = "en", "dark"
    assert len(told) == 2
    again = phone.restart().session
    assert (again.language, again.theme) == ("en", "dark")
    assert refusing(setattr, again, "language", "fr").kind is problems.FIELD_INVALID
    assert refusing(setattr, again, "theme", "pink").kind is problems.FIELD_INVALID
    assert (again.language, again.theme) == ("en", "dark")


def test_a_clock_set_back_does_not_end_a_session(phone: Phone) -> None:
    phone.clock.jump(-timedelta(days=1).total_seconds())
    assert phone.services.session.actor() == DRIVER
