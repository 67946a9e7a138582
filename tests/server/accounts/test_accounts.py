"""People: how they get in, and how they are kept out."""

from base64 import b64decode
from hashlib import scrypt

import pytest
from flask import Flask
from sqlalchemy import select

from server.accounts import audit, operations
from server.accounts.models import LoginThrottle, User
from server.accounts.schemas import Role
from server.db import db
from server.transaction import transaction
from shared import problems
from shared.clock import ManualClock
from shared.errors import Kind, Refused
from shared.work import Name
from tests.server.accounts.browsing import PASSWORD, person

HERE = "192.0.2.1"
ADMIN = Name("管理员", "Administrator")


def refused(problem: Kind) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.kind is problem)


def attempt(name: str, password: str, address: str = HERE) -> Kind | None:
    """A login whose traces stay, as the page keeps them; the problem it met, if any."""
    db.session.rollback()
    with transaction():
        try:
            operations.authenticate(name, password, address=address)
        except Refused as error:
            return error.kind
    return None


def test_a_new_user_gets_a_one_time_password_that_is_kept_nowhere(app: Flask) -> None:
    with app.app_context(), transaction():
        account, password = operations.add_user(
            name="Chen.Admin ", role=Role.ADMINISTRATOR, display=ADMIN, by="command line"
        )
        assert account.name == "chen.admin"
        assert account.must_change
        assert len(password) == 23
        row = db.session.get(User, account.id)
        assert row is not None
        assert row.password_hash.startswith("$argon2id$")
        assert password not in str(vars(row))
        found, _ = operations.authenticate("CHEN.ADMIN", password, address=HERE)
        assert found == account


def test_two_one_time_passwords_differ(app: Flask) -> None:
    with app.app_context(), transaction():
        account, one = operations.add_user(name="chen", role=Role.DRIVER, display=ADMIN, by="x")
        assert operations.reset_password(account.id, by="x") != one


def test_a_name_is_given_once(app: Flask) -> None:
    with app.app_context(), transaction():
        operations.add_user(name="chen", role=Role.DRIVER, display=ADMIN, by="x")
        with refused(problems.DUPLICATE):
            operations.add_user(name="ＣＨＥＮ", role=Role.DRIVER, display=ADMIN, by="x")


@pytest.mark.parametrize("name", ["", "a", "a b", "-chen", "chen/../", "x" * 64, "a\x00b"])
def test_a_name_nobody_could_type_is_refused(app: Flask, name: str) -> None:
    with app.app_context(), transaction(), refused(problems.FIELD_INVALID):
        operations.add_user(name=name, role=Role.DRIVER, display=ADMIN, by="x")


def test_a_chinese_name_signs_in_too(app: Flask) -> None:
    with app.app_context():
        person("王师傅", Role.DRIVER)
        assert attempt("王师傅", PASSWORD) is None


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", problems.PASSWORD_WEAK),
        ("123456789", problems.PASSWORD_WEAK),
        ("x" * 201, problems.FIELD_INVALID),
        ("aaaaaaaaaaaa", problems.FIELD_INVALID),
        ("chen.li.beijing", problems.FIELD_INVALID),
    ],
)
def test_a_weak_password_is_refused(app: Flask, password: str, problem: Kind) -> None:
    with app.app_context(), transaction():
        account, _ = operations.add_user(name="chen.li.beijing", role=Role.DRIVER, display=ADMIN, by="x")
        with refused(problem):
            operations.set_password(account.id, password, by="x")


def test_ones_own_password_takes_the_old_one_to_change(app: Flask) -> None:
    with app.app_context():
        account = person("chen", Role.DISPATCHER)
        with transaction():
            with refused(problems.LOGIN_FAILED):
                operations.change_password(account.id, "wrong password", "another sentence")
            with refused(problems.FIELD_INVALID):
                operations.change_password(account.id, PASSWORD, PASSWORD)
            operations.change_password(account.id, PASSWORD, "another sentence")
        assert attempt("chen", PASSWORD) is problems.LOGIN_FAILED
        assert attempt("chen", "another sentence") is None


def test_unknown_wrong_and_locked_out_get_the_same_answer(app: Flask) -> None:
    with app.app_context():
        account = person("chen", Role.DISPATCHER)
        assert attempt("chen", "wrong") is problems.LOGIN_FAILED
        assert attempt("nobody", PASSWORD) is problems.LOGIN_FAILED
        with transaction():
            operations.set_disabled(account.id, True, by="x")
        assert attempt("chen", PASSWORD) is problems.LOGIN_FAILED


def test_after_five_failures_a_name_has_to_wait_longer_each_time(app: Flask, clock: ManualClock) -> None:
    with app.app_context():
        person("chen", Role.DISPATCHER)
        for _ in range(5):
            assert attempt("chen", "wrong") is problems.LOGIN_FAILED
        assert attempt("chen", PASSWORD) is problems.LOGIN_THROTTLED
        clock.advance(11)
        assert attempt("chen", "wrong") is problems.LOGIN_FAILED
        clock.advance(11)
        assert attempt("chen", PASSWORD) is problems.LOGIN_THROTTLED
        clock.advance(10)
        assert attempt("chen", PASSWORD) is None
        assert attempt("chen", "wrong") is problems.LOGIN_FAILED, "a good login starts the count afresh"


def test_an_unknown_name_is_throttled_like_a_known_one(app: Flask) -> None:
    with app.app_context():
        for _ in range(5):
            attempt("nobody", "wrong")
        assert attempt("nobody", "wrong") is problems.LOGIN_THROTTLED


def test_one_address_cannot_try_many_names(app: Flask) -> None:
    with app.app_context():
        person("chen", Role.DISPATCHER)
        for number in range(30):
            attempt(f"name{number}", "wrong")
        assert attempt("chen", PASSWORD) is problems.LOGIN_THROTTLED
        assert attempt("chen", PASSWORD, address="192.0.2.2") is None


def test_failures_are_forgotten_after_an_hour(app: Flask, clock: ManualClock) -> None:
    with app.app_context():
        attempt("nobody", "wrong")
        clock.advance(3700)
        attempt("somebody", "wrong")
        keys = db.session.execute(select(LoginThrottle.key)).scalars()
        assert sorted(keys) == [f"address:{HERE}", "name:somebody"]


def test_a_session_ends_with_a_new_password_a_new_role_or_a_lock_out(app: Flask) -> None:
    with app.app_context():
        account = person("chen", Role.DISPATCHER)
        with transaction():
            for change in (
                lambda: operations.set_password(account.id, "another sentence", by="x"),
                lambda: operations.change_user(account.id, role=Role.COMPLIANCE, display=ADMIN, by="x"),
                lambda: operations.set_disabled(account.id, True, by="x"),
            ):
                stamp = operations.stamp_of(account.id)
                assert operations.account_of_session(account.id, stamp) is not None
                change()
                assert operations.account_of_session(account.id, stamp) is None
        assert operations.account_of_session("nobody", "x") is None


def test_somebody_who_was_locked_out_can_be_let_in_again(app: Flask) -> None:
    with app.app_context():
        account = person("chen", Role.DISPATCHER)
        with transaction():
            operations.set_disabled(account.id, True, by="x")
            operations.set_disabled(account.id, False, by="x")
        assert attempt("chen", PASSWORD) is None


def test_the_last_administrator_stays_one(app: Flask) -> None:
    with app.app_context():
        first = person("chen", Role.ADMINISTRATOR)
        with transaction(), refused(problems.LAST_ADMINISTRATOR):
            operations.set_disabled(first.id, True, by="x")
        with transaction(), refused(problems.LAST_ADMINISTRATOR):
            operations.change_user(first.id, role=Role.DRIVER, display=ADMIN, by="x")
        person("li", Role.ADMINISTRATOR)
        with transaction():
            operations.set_disabled(first.id, True, by="x")


def test_a_pin_is_kept_as_the_handheld_checks_it(app: Flask) -> None:
    with app.app_context():
        account = person("wang", Role.DRIVER)
        with transaction():
            operations.set_pin(account.id, "482913", by="x")
        text = operations.pin_hash(account.id)
        assert text is not None
        name, n, r, p, salt, expected = text.split("$")
        assert name == "scrypt"
        digest = scrypt(b"482913", salt=b64decode(salt), n=int(n), r=int(r), p=int(p), dklen=32)
        assert digest == b64decode(expected)
        assert operations.account(account.id).has_pin


@pytest.mark.parametrize("pin", ["", "12345", "1234567890123", "abcdef", "１２３４５６", "111111", "123456", "987654"])
def test_a_pin_that_is_guessed_at_once_is_refused(app: Flask, pin: str) -> None:
    with app.app_context():
        account = person("wang", Role.DRIVER)
        with transaction(), refused(problems.FIELD_INVALID):
            operations.set_pin(account.id, pin, by="x")


def test_only_drivers_have_pins(app: Flask) -> None:
    with app.app_context():
        account = person("chen", Role.DISPATCHER)
        with transaction(), refused(problems.FIELD_INVALID):
            operations.set_pin(account.id, "482913", by="x")


def test_people_are_listed_by_name_and_found_by_it(app: Flask) -> None:
    with app.app_context():
        chen, wang = person("chen", Role.DISPATCHER), person("wang", Role.DRIVER)
        assert [one.name for one in operations.accounts()] == ["chen", "wang"]
        assert [one.id for one in operations.accounts(Role.DRIVER)] == [wang.id]
        assert operations.account_named("Chen").id == chen.id
        with refused(problems.NOT_FOUND):
            operations.account_named("nobody")
        with refused(problems.NOT_FOUND):
            operations.account("nobody")


def test_every_change_of_a_user_is_on_the_trail_with_old_and_new(app: Flask, clock: ManualClock) -> None:
    with app.app_context():
        account = person("chen", Role.DISPATCHER)
        clock.advance(5)
        with transaction():
            operations.change_user(account.id, role=Role.COMPLIANCE, display=Name("陈", "Chen"), by="li")
            operations.change_user(account.id, role=Role.COMPLIANCE, display=Name("陈", "Chen"), by="li")
            operations.set_disabled(account.id, True, by="li")
            operations.reset_password(account.id, by="li")
        trail = audit.entries(subject="chen")
        assert [entry.tag.value for entry in trail] == [
            "accounts:password:reset",
            "accounts:user:disabled",
            "accounts:user:changed",
            "accounts:password:changed",
            "accounts:user:added",
        ]
        changed = trail[2]
        assert (changed.at, changed.by) == (clock.now(), "li")
        assert changed.changes["role"] == ("dispatcher", "compliance")
        assert changed.changes["name_zh"] == ("chen（中）", "陈")


def test_logins_are_on_the_trail(app: Flask) -> None:
    with app.app_context():
        person("chen", Role.DISPATCHER)
        attempt("chen", "wrong")
        attempt("chen", PASSWORD)
        assert [entry.changes["address"][1] for entry in audit.entries(tag=audit.Tag.LOGIN_FAILED)] == [HERE]
        assert [entry.by for entry in audit.entries(tag=audit.Tag.LOGIN_SUCCEEDED)] == ["chen"]
