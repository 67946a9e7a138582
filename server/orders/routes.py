"""Pages of orders: what is to be delivered, one delivery note in full, and the upload of a file of them."""

from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.access import actor, require
from server.accounts.schemas import Role
from server.fleet import operations as fleet
from server.i18n import N_
from server.i18n import gettext as _
from server.orders import columns, operations
from server.orders.schemas import Imported, OrderState
from shared import problems
from shared.errors import Refused

blueprint = Blueprint("orders", __name__, url_prefix="/orders")
SEE = (Role.DISPATCHER, Role.COMPLIANCE, Role.ADMINISTRATOR)
EDIT = (Role.DISPATCHER, Role.ADMINISTRATOR)
LISTED = 500
"""Delivery notes on one page."""
PROBLEMS_SHOWN = 500
"""Problems of a file on one page; how many there are in all is said above them."""
PRIORITIES = {0: N_("ordinary"), 1: N_("high"), 2: N_("urgent")}
STATES = {OrderState.OPEN: N_("open"), OrderState.PUBLISHED: N_("on a route"), OrderState.CANCELLED: N_("cancelled")}


@blueprint.get("/")
@require(*SEE)
def index() -> ResponseReturnValue:
    """The delivery notes, the newest day first, of a day or in a state if one is asked for."""
    state = next((known for known in OrderState if known.value == request.args.get("state")), None)
    found = operations.orders(shipped=_day(request.args.get("day", "")), state=state, limit=LISTED)
    names = {entry.id: entry.data.name for entry in fleet.sites()}
    return render_template(
        "orders/index.html",
        orders=found,
        sites=names,
        states=STATES,
        priorities=PRIORITIES,
        state=state,
        day=request.args.get("day", ""),
    )


@blueprint.get("/<order_id>")
@require(*SEE)
def order(order_id: str) -> ResponseReturnValue:
    found = operations.order(order_id)
    site = fleet.site(found.site_id)
    return render_template("orders/order.html", order=found, site=site, states=STATES, priorities=PRIORITIES)


@blueprint.route("/import", methods=["GET", "POST"], endpoint="upload")
@require(*EDIT)
def import_file() -> ResponseReturnValue:
    """A file in; its problems, or the list with its delivery notes, out."""
    page = "orders/import.html"
    if request.method == "GET":
        return render_template(page, headings=columns.HEADINGS)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(problems.FIELD_INVALID, field=_("File"), value="", reason=_("choose a file"))
    report = operations.import_orders(file.read(), file.filename, by=actor())
    if not isinstance(report, Imported):
        shown, total = report.problems[:PROBLEMS_SHOWN], len(report.problems)
        answer = render_template(
            page, headings=columns.HEADINGS, problems=shown, total=total, filename=file.filename, refused=True
        )
        return make_response(answer, problems.IMPORT_CELL.status)
    flash(
        _(
            "%(notes)s delivery notes with %(lines)s lines are imported (%(products)s new products).",
            notes=len(report.consignments),
            lines=report.lines,
            products=report.new_products,
        ),
        "success",
    )
    if report.ignored:
        flash(_("Not read, because they mean nothing here: %(columns)s", columns="、".join(report.ignored)), "warning")
    return redirect(url_for("orders.index", state=OrderState.OPEN.value), 303)


@blueprint.post("/<order_id>/release")
@require(*EDIT)
def release(order_id: str) -> ResponseReturnValue:
    operations.release(order_id, by=actor())
    flash(_("It can be planned again."), "success")
    return redirect(url_for("orders.order", order_id=order_id), 303)


@blueprint.post("/<order_id>/cancel")
@require(*EDIT)
def cancel(order_id: str) -> ResponseReturnValue:
    operations.cancel(order_id, by=actor())
    flash(_("It is cancelled, and stays on record."), "success")
    return redirect(url_for("orders.order", order_id=order_id), 303)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(problems.FIELD_INVALID, field=_("Day"), value=text, reason="YYYY-MM-DD") from error
