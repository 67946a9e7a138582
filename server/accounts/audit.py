"""The audit trail: a row for every change of users, fleet, orders and plans.

What custody does needs none: its ledger is its own trail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import select

from server.accounts.models import AuditRow
from server.context import context
from server.db import db


class Tag(StrEnum):
    """What can be done, as ``source:subject:action``. A closed list: what is not on it cannot be recorded, so a reader of
    the trail knows every word it may hold."""

    USER_ADDED = "accounts:user:added"
    USER_CHANGED = "accounts:user:changed"
    USER_DISABLED = "accounts:user:disabled"
    USER_ENABLED = "accounts:user:enabled"
    PASSWORD_CHANGED = "accounts:password:changed"
    PASSWORD_RESET = "accounts:password:reset"
    PIN_SET = "accounts:pin:set"
    LOGIN_SUCCEEDED = "accounts:login:succeeded"
    LOGIN_FAILED = "accounts:login:failed"
    CARRIER_ADDED = "fleet:carrier:added"
    CARRIER_CHANGED = "fleet:carrier:changed"
    VEHICLE_ADDED = "fleet:vehicle:added"
    VEHICLE_CHANGED = "fleet:vehicle:changed"
    DRIVER_ADDED = "fleet:driver:added"
    DRIVER_CHANGED = "fleet:driver:changed"
    CONTAINER_ADDED = "fleet:container:added"
    CONTAINER_CHANGED = "fleet:container:changed"
    LOGGER_ADDED = "fleet:logger:added"
    LOGGER_CHANGED = "fleet:logger:changed"
    SITE_ADDED = "fleet:site:added"
    SITE_CHANGED = "fleet:site:changed"
    QUALIFICATION_ADDED = "fleet:qualification:added"
    QUALIFICATION_CHANGED = "fleet:qualification:changed"
    QUALIFICATION_REMOVED = "fleet:qualification:removed"
    ORDERS_IMPORTED = "orders:file:imported"
    CONSIGNMENT_ADDED = "orders:consignment:added"
    CONSIGNMENT_RELEASED = "orders:consignment:released"
    CONSIGNMENT_CANCELLED = "orders:consignment:cancelled"
    PRODUCT_ADDED = "orders:product:added"
    PRODUCT_CHANGED = "orders:product:changed"
    PLAN_MADE = "planning:plan:made"
    ROUTE_PUBLISHED = "planning:route:published"
    DEPARTURE_OVERRIDDEN = "planning:departure:overridden"
    VEHICLE_BROKE_DOWN = "planning:vehicle:broke_down"
    SITE_CLOSED = "planning:site:closed"
    TROUBLE_WITHDRAWN = "planning:trouble:withdrawn"


Changes = Mapping[str, tuple[object, object]]
"""Field → (old, new)."""


@dataclass(frozen=True)
class Entry:
    """One row of the trail, as it is read."""

    at: datetime
    by: str
    tag: Tag
    subject: str
    changes: dict[str, tuple[str, str]]


def record(tag: Tag, *, by: str, subject: str, key: str = "", changes: Changes | None = None) -> None:
    """Add a row to the trail.

    ``by`` is a user's name, or what acted in nobody's name, such as ``command line``; ``subject`` is what people call what
    was changed, ``key`` its id.
    """
    ports = context()
    told = {field: (_text(old), _text(new)) for field, (old, new) in (changes or {}).items()}
    row = AuditRow(
        at=ports.clock.now(),
        by=by[:80],
        tag=tag.value,
        subject=subject[:120],
        key=key,
        changes=msgspec.json.encode(told).decode(),
    )
    db.session.add(row)


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> Changes:
    """The fields whose values differ."""
    return {
        field: (before.get(field), after.get(field))
        for field in sorted(before.keys() | after.keys())
        if before.get(field) != after.get(field)
    }


def entries(
    *, subject: str | None = None, key: str | None = None, tag: Tag | None = None, limit: int = 200
) -> Sequence[Entry]:
    """The newest rows, newest first."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    if key is not None:
        query = query.where(AuditRow.key == key)
    if tag is not None:
        query = query.where(AuditRow.tag == tag.value)
    return [
        Entry(
            row.at, row.by, Tag(row.tag), row.subject, msgspec.json.decode(row.changes, type=dict[str, tuple[str, str]])
        )
        for row in db.session.execute(query).scalars()
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)
