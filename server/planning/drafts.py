"""Drafts on record: what was moved on the desk since the plan was made, saved with every move."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from server.context import context
from server.db import db
from server.planning.hand import Hand
from server.planning.models import PlanDraft
from shared import problems
from shared.errors import Refused


@dataclass(frozen=True)
class Saved:
    """A draft as it was last saved; ``version`` counts the savings."""

    hand: Hand
    version: int
    saved_at: datetime
    saved_by: str


def draft_of(plan_id: str) -> Saved | None:
    """What was moved since a plan was made; ``None``: nothing."""
    row = db.session.get(PlanDraft, plan_id)
    if row is None:
        return None
    return Saved(msgspec.json.decode(row.hand, type=Hand), row.version, row.saved_at, row.saved_by)


def save_draft(plan_id: str, hand: Hand, *, seen: int, by: str) -> int:
    """Save an arrangement as the plan's draft; returns its version. ``seen`` is the version it was made from (0: none).

    Raises:
        Refused: DESK_MOVED where somebody else has saved since; nothing of theirs is overwritten.
    """
    row = db.session.get(PlanDraft, plan_id)
    version = 0 if row is None else row.version
    if version != seen:
        raise Refused(problems.DESK_MOVED, value=by if row is None else row.saved_by)
    if row is None:
        row = PlanDraft(plan_id=plan_id)
        db.session.add(row)
    row.version = version + 1
    row.saved_at, row.saved_by = context().clock.now(), by
    row.hand = msgspec.json.encode(hand).decode()
    db.session.flush()
    return row.version


def drop_draft(plan_id: str) -> None:
    """Forget what was moved: it was kept as a plan, or nobody wants it."""
    row = db.session.get(PlanDraft, plan_id)
    if row is not None:
        db.session.delete(row)
        db.session.flush()
