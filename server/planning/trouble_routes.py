"""A dispatcher says that a vehicle broke down or a site is closed: from the desk, where the rest is planned again at once."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.access import actor, require
from server.accounts.schemas import Role
from server.context import context
from server.db import db
from server.fleet import operations as fleet
from server.i18n import gettext as _
from server.i18n import language, shown_name
from server.planning import keeping, troubles
from server.planning.keeping import Kept
from server.planning.searches import measured_problem
from server.transaction import begin_writing
from shared import problems
from shared.errors import Refused
from shared.geo import Position

blueprint = Blueprint("trouble", __name__)
"""Its forms are on the desk, and belong to planning's pages."""
WHO = (Role.DISPATCHER, Role.ADMINISTRATOR)


@blueprint.post("/plans/<plan_id>/breakdown")
@require(*WHO)
def breakdown(plan_id: str) -> ResponseReturnValue:
    """A vehicle broke down: where its handheld says it is, unless a place was typed; now, unless a time was."""
    vehicle = request.form.get("vehicle", "")
    try:
        kept = keeping.kept_plan(plan_id)
        at = _moment(kept, "at") or context().clock.now()
        position = _typed_place() or troubles.last_seen(kept, vehicle)
        if position is None:
            raise Refused(problems.TROUBLE_PLACE, vehicle=_vehicle(kept, vehicle), value="–")
        roads = troubles.measured(measured_problem(kept), vehicle, position)
        db.session.rollback()
        begin_writing()
        troubles.enter_breakdown(
            kept, vehicle, at=at, position=position, roads=roads, reason=request.form.get("reason", ""), by=actor()
        )
    except Refused as refused:
        return _refused(plan_id, refused)
    flash(_("On record. What it had on board is offered to other vehicles."), "success")
    return redirect(url_for("planning.desk.desk", plan_id=plan_id, replan=1), 303)


@blueprint.post("/plans/<plan_id>/closed")
@require(*WHO)
def closed(plan_id: str) -> ResponseReturnValue:
    """A site receives nobody: for the rest of the day, unless it was said until when."""
    try:
        kept = keeping.kept_plan(plan_id)
        troubles.enter_closure(
            kept,
            request.form.get("site", ""),
            until=_moment(kept, "until"),
            reason=request.form.get("reason", ""),
            by=actor(),
        )
    except Refused as refused:
        return _refused(plan_id, refused)
    flash(_("On record. The routes are planned without it."), "success")
    return redirect(url_for("planning.desk.desk", plan_id=plan_id, replan=1), 303)


@blueprint.post("/troubles/<trouble_id>/withdraw")
@require(*WHO)
def withdraw(trouble_id: str) -> ResponseReturnValue:
    """It was not so, or is over, before anything was planned with it."""
    plan_id = troubles.withdraw(trouble_id, by=actor())
    return redirect(url_for("planning.desk.desk", plan_id=plan_id), 303)


def _refused(plan_id: str, refused: Refused) -> ResponseReturnValue:
    """Back to the desk, which says why."""
    db.session.rollback()
    flash(refused.problem.text(language()), "danger")
    return redirect(url_for("planning.desk.desk", plan_id=plan_id), 303)


def _vehicle(kept: Kept, vehicle: str) -> str:
    known = {one.id for one in kept.problem.vehicles}
    return shown_name(fleet.vehicle(vehicle).name) if vehicle in known else vehicle


def _moment(kept: Kept, field: str) -> datetime | None:
    """A time of the plan's day, as the clocks there show it; ``None`` where nothing was typed."""
    text = request.form.get(field, "").strip()
    if not text:
        return None
    try:
        typed = time.fromisoformat(text)
    except ValueError as error:
        raise Refused(problems.FIELD_INVALID, field=_("Time"), value=text, reason="HH:MM") from error
    return datetime.combine(kept.day, typed, ZoneInfo(kept.problem.timezone)).astimezone(UTC)


def _typed_place() -> Position | None:
    """A place typed as latitude and longitude, WGS-84; ``None`` where nothing was typed."""
    text = request.form.get("place", "").strip()
    if not text:
        return None
    try:
        lat, lon = (float(part) for part in text.replace("，", ",").split(","))
        return Position(lat, lon)
    except ValueError as error:
        raise Refused(problems.FIELD_INVALID, field=_("Place"), value=text, reason="39.9042, 116.4074") from error
