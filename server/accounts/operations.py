"""Accounts' operations: add people, let them in, change what they know. None of them commits."""

import re
import unicodedata
from base64 import b32encode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import scrypt

from sqlalchemy import func, select

from server.accounts.audit import Tag, difference, record
from server.accounts.models import LoginThrottle, User
from server.accounts.schemas import Account, Role
from server.context import context
from server.db import db
from shared import problems
from shared.errors import Language, Refused
from shared.work import Name

PASSWORD_MINIMUM = 10
"""Characters; above the 8 of NIST SP 800-63B §5.1.1.1, as there is no second factor."""
PASSWORD_MAXIMUM = 200
"""Characters; a longer one only costs the server time."""
PIN_LENGTH = (6, 12)
"""Digits of a driver's PIN. Six withstand the slow hash for as long as a lost handheld takes to be revoked."""
FREE_FAILURES = 5
"""Failed logins of one name before it has to wait; each further failure doubles the wait."""
FREE_FAILURES_ADDRESS = 30
"""The same for one network address, behind which a whole depot may sit."""
FIRST_WAIT = 10
"""s"""
LONGEST_WAIT = 900
"""s"""
FAILURES_KEPT = timedelta(hours=1)

_NAME = re.compile(r"[^\W_][\w.\-]{1,62}")
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}


# people ----------------------------------------------------------------------------------------------------------------


def add_user(*, name: str, role: Role, display: Name, by: str) -> tuple[Account, str]:
    """Add somebody; returns the account and the one-time password, which is nowhere kept and shown once.

    Raises:
        Refused: FIELD_INVALID for a name nobody could type, DUPLICATE.
    """
    ports = context()
    name = normal_name(name)
    if db.session.execute(select(User.id).where(User.name == name)).first() is not None:
        raise Refused(problems.DUPLICATE, what="用户 user", value=name)
    password = _one_time_password()
    user = User(
        id=ports.ids.new(),
        name=name,
        display_zh=_display(display.zh or display.en or name),
        display_en=_display(display.en or display.zh or name),
        role=role.value,
        password_hash=context().passwords.hash(password),
        must_change=True,
        stamp=ports.ids.new(),
        disabled=False,
        created_at=ports.clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    record(Tag.USER_ADDED, by=by, subject=name, changes=difference({}, _facts(user)))
    return _account(user), password


def change_user(user_id: str, *, role: Role, display: Name, by: str) -> Account:
    """Change somebody's role or how they are written.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID, LAST_ADMINISTRATOR.
    """
    user = _user(user_id)
    before = _facts(user)
    if role is not Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    user.role, user.display_zh, user.display_en = role.value, _display(display.zh), _display(display.en or display.zh)
    changes = difference(before, _facts(user))
    if changes:
        user.stamp = context().ids.new()  # a new role takes a new login
        record(Tag.USER_CHANGED, by=by, subject=user.name, changes=changes)
    return _account(user)


def set_disabled(user_id: str, disabled: bool, *, by: str) -> Account:
    """Lock somebody out at once (all sessions end), or let them in again.

    Raises:
        Refused: NOT_FOUND, LAST_ADMINISTRATOR.
    """
    user = _user(user_id)
    if user.disabled != disabled:
        if disabled:
            _keep_an_administrator(user)
        user.disabled, user.stamp = disabled, context().ids.new()
        record(Tag.USER_DISABLED if disabled else Tag.USER_ENABLED, by=by, subject=user.name)
    return _account(user)


def set_language(user_id: str, wanted: Language) -> None:
    """Remember which language the pages speak to somebody.

    Raises:
        Refused: NOT_FOUND.
    """
    _user(user_id).language = wanted


def accounts(role: Role | None = None) -> Sequence[Account]:
    """Everybody (of a role), by name."""
    query = select(User).order_by(User.name)
    if role is not None:
        query = query.where(User.role == role.value)
    return [_account(user) for user in db.session.execute(query).scalars()]


def account(user_id: str) -> Account:
    """Somebody by id.

    Raises:
        Refused: NOT_FOUND.
    """
    return _account(_user(user_id))


def account_named(name: str) -> Account:
    """Somebody by the name they sign in with.

    Raises:
        Refused: NOT_FOUND.
    """
    user = _named(normal_name(name))
    if user is None:
        raise Refused(problems.NOT_FOUND, what="用户 user", value=name)
    return _account(user)


def normal_name(name: str) -> str:
    """A login name as it is kept: NFKC, lower case, 2 to 63 letters (of any script), digits, ``. _ -``.

    Raises:
        Refused: FIELD_INVALID.
    """
    normal = unicodedata.normalize("NFKC", name).strip().casefold()
    if not _NAME.fullmatch(normal):
        raise Refused(problems.FIELD_INVALID, field="用户名 user name", value=name, reason="2…63: a-z 0-9 . _ - 汉字")
    return normal


# secrets ---------------------------------------------------------------------------------------------------------------


def set_password(user_id: str, new: str, *, by: str) -> None:
    """Give somebody the password they chose; all their sessions end.

    Raises:
        Refused: NOT_FOUND, PASSWORD_WEAK, FIELD_INVALID.
    """
    user = _user(user_id)
    if len(new) < PASSWORD_MINIMUM:
        raise Refused(problems.PASSWORD_WEAK, limit=PASSWORD_MINIMUM, value=len(new))
    if len(new) > PASSWORD_MAXIMUM:
        raise Refused(problems.FIELD_INVALID, field="密码 password", value=len(new), reason=f"≤ {PASSWORD_MAXIMUM}")
    if new.casefold() == user.name or len(set(new)) < 4:
        raise Refused(problems.FIELD_INVALID, field="密码 password", value="…", reason="过于简单 too simple")
    user.password_hash, user.must_change, user.stamp = context().passwords.hash(new), False, context().ids.new()
    record(Tag.PASSWORD_CHANGED, by=by, subject=user.name)


def change_password(user_id: str, old: str, new: str) -> None:
    """Change one's own password.

    Raises:
        Refused: LOGIN_FAILED where ``old`` is not it, FIELD_INVALID where nothing changes, PASSWORD_WEAK.
    """
    user = _user(user_id)
    if not context().passwords.matches(user.password_hash, old):
        raise Refused(problems.LOGIN_FAILED, value=user.name)
    if old == new:
        raise Refused(
            problems.FIELD_INVALID, field="密码 password", value="…", reason="与原密码相同 the same as before"
        )
    set_password(user_id, new, by=user.name)


def reset_password(user_id: str, *, by: str) -> str:
    """A new one-time password for somebody who lost theirs; returned once, kept nowhere.

    Raises:
        Refused: NOT_FOUND.
    """
    user = _user(user_id)
    password = _one_time_password()
    user.password_hash, user.must_change, user.stamp = context().passwords.hash(password), True, context().ids.new()
    record(Tag.PASSWORD_RESET, by=by, subject=user.name)
    return password


def set_pin(user_id: str, pin: str, *, by: str) -> None:
    """Give a driver the PIN they unlock the handheld's route with.

    Raises:
        Refused: NOT_FOUND, FIELD_INVALID for somebody who is no driver, for what is not 6 to 12 digits, and for one digit
            repeated or a plain row of digits.
    """
    user = _user(user_id)
    low, high = PIN_LENGTH
    field = "PIN"
    if user.role != Role.DRIVER.value:
        raise Refused(problems.FIELD_INVALID, field=field, value=user.name, reason="不是驾驶员 not a driver")
    if not (low <= len(pin) <= high and pin.isascii() and pin.isdigit()):
        raise Refused(problems.FIELD_INVALID, field=field, value="*" * len(pin), reason=f"{low}…{high} 位数字 digits")
    if pin in "01234567890123456789" or pin in "98765432109876543210" or len(set(pin)) == 1:
        raise Refused(problems.FIELD_INVALID, field=field, value="*" * len(pin), reason="过于简单 too simple")
    user.pin_hash = hash_pin(pin, context().randomness(16))
    record(Tag.PIN_SET, by=by, subject=user.name)


def hash_pin(pin: str, salt: bytes) -> str:
    """A PIN's slow hash as the handheld verifies it offline: ``scrypt$n$r$p$salt$hash`` (RFC 7914), both in base64."""
    digest = scrypt(pin.encode(), salt=salt, dklen=32, **_SCRYPT)
    parts = ("scrypt", *(str(_SCRYPT[key]) for key in "nrp"), b64encode(salt).decode(), b64encode(digest).decode())
    return "$".join(parts)


def pin_hash(user_id: str) -> str | None:
    """The hash of somebody's PIN, or ``None`` while they have none.

    Raises:
        Refused: NOT_FOUND.
    """
    return _user(user_id).pin_hash


# letting in ------------------------------------------------------------------------------------------------------------


def authenticate(name: str, password: str, *, address: str) -> tuple[Account, str]:
    """The account a name and password belong to, and the stamp its session is good for.

    Unknown names, wrong passwords and disabled accounts get one and the same answer, after the same work. What it writes
    (the throttle and the trail) has to be committed even when it refuses.

    Raises:
        Refused: LOGIN_THROTTLED while the name or the address has to wait, else LOGIN_FAILED.
    """
    shown = unicodedata.normalize("NFKC", name).strip().casefold()[:64]
    keys = ((f"name:{shown}", FREE_FAILURES), (f"address:{address}", FREE_FAILURES_ADDRESS))
    for key, free in keys:
        wait = _waiting(key, free)
        if wait > 0:
            raise Refused(problems.LOGIN_THROTTLED, value=shown, seconds=wait)
    user = _named(shown)
    good = context().passwords.matches(None if user is None else user.password_hash, password[: PASSWORD_MAXIMUM + 1])
    if user is None or not good or user.disabled:
        _forget_old_failures()
        for key, _ in keys:
            _note_failure(key)
        record(Tag.LOGIN_FAILED, by=shown or "?", subject=shown or "?", changes={"address": ("", address)})
        raise Refused(problems.LOGIN_FAILED, value=shown)
    throttle = db.session.get(LoginThrottle, keys[0][0])
    if throttle is not None:
        db.session.delete(throttle)
    if context().passwords.is_weak(user.password_hash):
        user.password_hash = context().passwords.hash(password)
    record(Tag.LOGIN_SUCCEEDED, by=user.name, subject=user.name, changes={"address": ("", address)})
    return _account(user), user.stamp


def account_of_session(user_id: str, stamp: str) -> Account | None:
    """Whose session this is, if it is still good: not after a new password, a new role or a lock-out."""
    user = db.session.get(User, user_id)
    return None if user is None or user.disabled or user.stamp != stamp else _account(user)


def stamp_of(user_id: str) -> str:
    """What a session of this user has to carry from now on.

    Raises:
        Refused: NOT_FOUND.
    """
    return _user(user_id).stamp


def _waiting(key: str, free: int) -> int:
    row = db.session.get(LoginThrottle, key)
    if row is None or row.failures < free:
        return 0
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.failures - free, 20))
    passed = (context().clock.now() - row.last_failure).total_seconds()
    return max(0, int(wait - passed))


def _note_failure(key: str) -> None:
    row = db.session.get(LoginThrottle, key)
    now = context().clock.now()
    if row is None:
        db.session.add(LoginThrottle(key=key, failures=1, last_failure=now))
    else:
        row.failures, row.last_failure = row.failures + 1, now


def _forget_old_failures() -> None:
    horizon: datetime = context().clock.now() - FAILURES_KEPT
    old = select(LoginThrottle).where(LoginThrottle.last_failure < horizon).limit(100)
    for row in db.session.execute(old).scalars():
        db.session.delete(row)  # one by one, so that the row's seal goes with it
    db.session.flush()


# inside ----------------------------------------------------------------------------------------------------------------


def _user(user_id: str) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise Refused(problems.NOT_FOUND, what="用户 user", value=user_id)
    return user


def _named(name: str) -> User | None:
    return db.session.execute(select(User).where(User.name == name)).scalar_one_or_none()


def _keep_an_administrator(user: User) -> None:
    if user.role != Role.ADMINISTRATOR.value or user.disabled:
        return
    others = select(func.count()).where(
        User.role == Role.ADMINISTRATOR.value, User.disabled.is_(False), User.id != user.id
    )
    if db.session.execute(others).scalar_one() == 0:
        raise Refused(problems.LAST_ADMINISTRATOR, value=user.name)


def _one_time_password() -> str:
    """A hundred random bits as four groups that can be read out: 7G2K-…"""
    text = b32encode(context().randomness(13)).decode()[:20]
    return "-".join(text[start : start + 5] for start in range(0, 20, 5))


def _display(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= 120:
        raise Refused(problems.FIELD_INVALID, field="姓名 name", value=text, reason="1…120")
    return text


def _facts(user: User) -> dict[str, object]:
    return {"role": user.role, "name_zh": user.display_zh, "name_en": user.display_en}


def _account(user: User) -> Account:
    return Account(
        id=user.id,
        name=user.name,
        display=Name(user.display_zh, user.display_en),
        role=Role(user.role),
        disabled=user.disabled,
        must_change=user.must_change,
        has_pin=user.pin_hash is not None,
        language=user.language,
        created_at=user.created_at,
    )
