"""Tables of accounts: users, the throttle of failed logins, and the audit trail. Audit rows are only ever added."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class User(Base):
    """Somebody who may sign in. Never deleted: whoever once did something must stay nameable."""

    __tablename__ = "user_account"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    """What is typed to sign in; never changes, as records name people by it."""
    display_zh: Mapped[str] = mapped_column(String(120))
    display_en: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(255))
    """Argon2id, as ``argon2-cffi`` writes it."""
    must_change: Mapped[bool] = mapped_column(default=True)
    """Whether the password is a one-time one."""
    language: Mapped[str | None] = mapped_column(String(5))
    """What the pages speak to them, once they chose."""
    pin_hash: Mapped[str | None] = mapped_column(String(255))
    """A driver's PIN on the handheld: ``scrypt$n$r$p$salt$hash``."""
    stamp: Mapped[str] = mapped_column(String(40))
    """Stands in every session cookie; a new one ends all sessions."""
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class LoginThrottle(Base):
    """Failed logins of one name or from one address, known or not. Forgotten after an hour."""

    __tablename__ = "login_throttle"

    key: Mapped[str] = mapped_column(String(140), primary_key=True)
    failures: Mapped[int]
    last_failure: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Base):
    """Who changed what, when, from what, to what (21 CFR 11.10(e): old values stay readable)."""

    __tablename__ = "audit_row"
    __table_args__ = (Index(None, "subject", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    tag: Mapped[str] = mapped_column(String(80), index=True)
    subject: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(80), index=True)
    """The subject's id, where its name can change."""
    changes: Mapped[str]
    """JSON object: field → [old, new]."""
