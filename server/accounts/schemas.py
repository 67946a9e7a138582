"""Accounts as values: what the rest of the server knows about a person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.work import Name


class Role(StrEnum):
    """What a person is here for. One each: who needs two has two accounts, so that the trail says in which role."""

    DRIVER = "driver"
    DISPATCHER = "dispatcher"
    COMPLIANCE = "compliance"
    ADMINISTRATOR = "administrator"


ROLE_NAMES: dict[Role, Name] = {
    Role.DRIVER: Name("驾驶员", "Driver"),
    Role.DISPATCHER: Name("调度员", "Dispatcher"),
    Role.COMPLIANCE: Name("质量合规", "Compliance"),
    Role.ADMINISTRATOR: Name("管理员", "Administrator"),
}


@dataclass(frozen=True)
class Account:
    """A user as others may see them: without any secret."""

    id: str
    name: str
    """What is typed to sign in, and what records call them by."""
    display: Name
    role: Role
    disabled: bool
    must_change: bool
    has_pin: bool
    language: str | None
    created_at: datetime
