"""Urgent orders: what waits beside a plan that runs, who could take it along, and the plan that comes of it."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.access import actor, require
from server.context import context
from server.db import db
from server.fleet import operations as fleet
from server.i18n import gettext as _
from server.i18n import shown_name, today
from server.orders.schemas import Order
from server.planning import desk_routes, desk_view, keeping, routes, urgent
from server.planning.broken import Names
from server.planning.insertion import EXACT
from server.planning.keeping import Kept
from server.planning.urgent_view import key_of, shown
from server.transaction import begin_writing
from shared import problems
from shared.errors import Refused

blueprint = Blueprint("urgent", __name__)
"""Its pages belong to planning's."""
WHO = desk_routes.WHO
MOST = 60
"""The most choices that are worked out for a page."""


@blueprint.get("/urgent")
@require(*WHO)
def newest() -> ResponseReturnValue:
    """What waits beside the newest plan of a day, today's by default."""
    day = request.args.get("day") or today(context().clock.now()).isoformat()
    for kept in keeping.kept_plans():
        if kept.day.isoformat() == day and kept.successor is None:
            return redirect(url_for("planning.urgent.waiting", plan_id=kept.id), 303)
    raise Refused(problems.URGENT_NO_PLAN, value=day)


@blueprint.get("/plans/<plan_id>/urgent")
@require(*WHO)
def waiting(plan_id: str) -> ResponseReturnValue:
    """The open orders of the day that are in no route of its plan."""
    kept = keeping.kept_plan(plan_id)
    found = urgent.waiting(kept)
    sites = {entry.id: shown_name(entry.data.name) for entry in fleet.sites()}
    return render_template("planning/waiting.html", kept=kept, orders=found, sites=sites)


@blueprint.get("/plans/<plan_id>/urgent/<order_id>")
@require(*WHO)
def choices(plan_id: str, order_id: str) -> ResponseReturnValue:
    """Who could take an order along: the cheapest first, or whoever hands it over soonest."""
    kept = keeping.kept_plan(plan_id)
    names = _names(kept, order_id)
    soonest = request.args.get("by") == "time"
    asked = urgent.ask(kept, order_id, exact=MOST if soonest else _wanted(), names=names)
    site = shown_name(fleet.site_entry(asked.order.site_id).data.name)
    known = {one.id for one in kept.problem.sites}
    names = {**names, **{one.id: site for one in asked.problem.sites if one.id not in known}}
    told = shown(asked, names, _wanted(), soonest)
    page = {"kept": kept, "order": asked.order, "site": site, "wanted": _wanted(), "most": MOST, "by_time": soonest}
    return render_template("planning/urgent.html", **page, **told)


def _wanted() -> int:
    text = request.args.get("exact", "")
    return min(int(text), MOST) if text.isdecimal() and int(text) > 0 else EXACT


def _names(kept: Kept, order_id: str) -> Names:
    desk = desk_view.desk_of(current_app._get_current_object(), kept.id)  # type: ignore[attr-defined]
    return {**desk.names, order_id: _note(urgent.waiting(kept), order_id)}


def _note(found: list[Order], order_id: str) -> str:
    return next((one.consignment.note_number for one in found if one.consignment.id == order_id), order_id)


@blueprint.post("/plans/<plan_id>/urgent/<order_id>")
@require(*WHO)
def take(plan_id: str, order_id: str) -> ResponseReturnValue:
    """Take a choice: the plan that comes of it takes this one's place."""
    key = request.form.get("choice", "")
    db.session.rollback()  # nobody waits for the database while it is worked out
    asked = urgent.ask(keeping.kept_plan(plan_id), order_id, exact=MOST)
    choice = next((one for one in asked.choices.choices if key_of(one) == key), None)
    if choice is None:
        raise Refused(problems.URGENT_STALE, value=asked.order.consignment.note_number)
    db.session.rollback()
    begin_writing()
    made = urgent.take(asked, choice, by=actor())
    if choice.holds:
        flash(_("The order is in its place. The route that changed can be published."), "success")
    else:
        flash(
            _("The order is in its place as a draft. What it breaks has to be put right, or taken off again."),
            "warning",
        )
    return redirect(url_for("planning.desk.desk", plan_id=made), 303)


planning: Blueprint = routes.blueprint
planning.register_blueprint(blueprint)
