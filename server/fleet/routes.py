"""Pages of the fleet: what is in use, what expires, and the forms to enter and change it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts import audit
from server.accounts.access import actor, require
from server.accounts.schemas import Role
from server.answers import form_again
from server.context import context
from server.fleet import forms, operations
from server.fleet.fields import Kind
from server.fleet.forms import KINDS
from server.fleet.schemas import Subject
from server.i18n import gettext as _
from server.i18n import today
from shared.errors import Refused

blueprint = Blueprint("fleet", __name__, url_prefix="/fleet")
SEE = (Role.DISPATCHER, Role.COMPLIANCE, Role.ADMINISTRATOR)
EDIT = (Role.DISPATCHER, Role.ADMINISTRATOR)


@blueprint.get("/")
@require(*SEE)
def index() -> ResponseReturnValue:
    """What is over or soon will be, and the way to everything else."""
    day = today(context().clock.now())
    counts = {kind.key: len([entry for entry in kind.entries() if entry.data.active]) for kind in KINDS.values()}
    return render_template(
        "fleet/index.html", kinds=KINDS.values(), counts=counts, expiring=operations.expiring(day), today=day
    )


@blueprint.get("/<kind>")
@require(*SEE)
def table(kind: str) -> ResponseReturnValue:
    found = _kind(kind)
    day = today(context().clock.now())
    soonest: dict[str, Any] = {}
    if found.subject is not None:
        for paper in operations.qualifications(found.subject):
            soonest.setdefault(paper.data.subject_id, paper.data.expires)
    rows = [(entry, found.cells(entry.data)) for entry in found.entries()]
    page = "fleet/table.html"
    return render_template(page, kind=found, kinds=KINDS.values(), rows=rows, soonest=soonest, today=day)


@blueprint.route("/<kind>/new", methods=["GET", "POST"])
@require(*EDIT)
def new(kind: str) -> ResponseReturnValue:
    found = _kind(kind)
    values: dict[str, Any] = {"kind": found, "entry": None, "weekdays": forms.WEEKDAYS}
    if request.method == "GET":
        typed = forms.DEFAULTS.get(kind, {"active": "1"})
        return render_template("fleet/form.html", typed=typed, **values)
    try:
        entry_id = found.add(found.read(request.form), by=actor())
    except Refused as refused:
        return form_again(refused, "fleet/form.html", **values)
    flash(_("Saved."), "success")
    if found.subject is not None:  # its papers come next
        return redirect(url_for("fleet.change", kind=kind, entry_id=entry_id), 303)
    return redirect(url_for("fleet.table", kind=kind), 303)


@blueprint.route("/<kind>/<entry_id>", methods=["GET", "POST"])
@require(*EDIT)
def change(kind: str, entry_id: str) -> ResponseReturnValue:
    found = _kind(kind)
    entry = found.entry(entry_id)
    if request.method == "GET":
        return render_template("fleet/form.html", typed=found.typed(entry.data), **_form_values(found, entry_id))
    try:
        found.change(entry_id, found.read(request.form), by=actor())
    except Refused as refused:
        return form_again(refused, "fleet/form.html", **_form_values(found, entry_id))
    flash(_("Saved."), "success")
    return redirect(url_for("fleet.table", kind=kind), 303)


@blueprint.post("/<kind>/<entry_id>/papers")
@require(*EDIT)
def add_paper(kind: str, entry_id: str) -> ResponseReturnValue:
    found = _kind(kind)
    entry, subject = found.entry(entry_id), _subject(found)
    try:
        operations.add_qualification(forms.read_qualification(request.form, subject, entry_id), by=actor())
    except Refused as refused:
        values = _form_values(found, entry_id) | {"paper": request.form}
        return form_again(refused, "fleet/form.html", **values, own=found.typed(entry.data))
    flash(_("Saved."), "success")
    return redirect(url_for("fleet.change", kind=kind, entry_id=entry_id), 303)


@blueprint.post("/<kind>/<entry_id>/papers/<paper_id>")
@require(*EDIT)
def change_paper(kind: str, entry_id: str, paper_id: str) -> ResponseReturnValue:
    found = _kind(kind)
    subject = _subject(found)
    paper = operations.qualification(paper_id).data
    if (paper.subject, paper.subject_id) != (subject, entry_id):
        raise operations.not_found("papers", paper_id)
    if request.form.get("remove") == "1":
        operations.remove_qualification(paper_id, by=actor())
    else:
        data = forms.read_qualification(request.form, subject, entry_id)
        operations.change_qualification(paper_id, data, by=actor())
    flash(_("Saved."), "success")
    return redirect(url_for("fleet.change", kind=kind, entry_id=entry_id), 303)


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise operations.not_found("页面 page", key)
    return KINDS[key]


def _subject(kind: Kind) -> Subject:
    if kind.subject is None:
        raise operations.not_found("页面 page", kind.key)
    return kind.subject


def _form_values(kind: Kind, entry_id: str) -> dict[str, Any]:
    entry = kind.entry(entry_id)
    papers = [] if kind.subject is None else operations.qualifications(kind.subject, entry_id)
    return {
        "kind": kind,
        "entry": entry,
        "papers": papers,
        "weekdays": forms.WEEKDAYS,
        "today": today(context().clock.now()),
        "trail": audit.entries(key=entry_id),
    }
