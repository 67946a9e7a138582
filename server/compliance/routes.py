"""The compliance desk: find by lot, code, consignment, site or day; open, download, verify."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.accounts.access import require
from server.accounts.schemas import Role
from server.compliance import operations
from server.compliance.operations import Wanted
from server.context import context
from server.custody import consumers, ledger
from server.proof.operations import build_bundle
from server.proof.report import CHECKS
from server.proof.verify import verify_bundle
from server.trace import operations as trace
from shared import problems
from shared.errors import Refused

blueprint = Blueprint("compliance", __name__, url_prefix="/compliance")
desk = require(Role.COMPLIANCE, Role.DISPATCHER, Role.ADMINISTRATOR)


@blueprint.get("/")
@desk
def index() -> ResponseReturnValue:
    """The search, and what it found."""
    wanted = _wanted()
    found = operations.find(wanted, year=context().clock.now().year) if wanted.anything else None
    return render_template("compliance/index.html", wanted=wanted, found=found)


@blueprint.get("/state")
@desk
def state() -> ResponseReturnValue:
    """The record's own state: ledger, seals, consumers, and what did not fit."""
    return render_template(
        "compliance/state.html",
        size=ledger.size(),
        checkpoint=ledger.latest_checkpoint(),
        consumers=consumers.all_consumers(),
        anomalies=trace.anomalies(),
    )


@blueprint.post("/verify/<proof_id>")
@desk
def verify(proof_id: str) -> ResponseReturnValue:
    """Verify a proof here and now, exactly as `handover verify` would: on the bundle's bytes alone."""
    bundle = build_bundle(proof_id)
    report = verify_bundle(bundle, context().signer.public_key())
    return render_template("compliance/report.html", report=report, titles=CHECKS, name=proof_id, size=len(bundle))


@blueprint.route("/verify", methods=["GET", "POST"])
@desk
def verify_upload() -> ResponseReturnValue:
    """Verify a bundle that somebody brings."""
    if request.method == "GET":
        return render_template("compliance/upload.html")
    file = request.files.get("bundle")
    if file is None or not file.filename:
        raise Refused(problems.FIELD_INVALID, field="bundle", value="", reason="no file")
    data = file.read()
    report = verify_bundle(data, context().signer.public_key())
    return render_template("compliance/report.html", report=report, titles=CHECKS, name=file.filename, size=len(data))


def _wanted() -> Wanted:
    given = {name: request.args.get(name, "").strip()[:200] for name in ("lot", "code", "consignment", "site", "day")}
    day = given.pop("day")
    try:
        return Wanted(**given, day=date.fromisoformat(day) if day else None)
    except ValueError as error:
        raise Refused(problems.FIELD_INVALID, field="day", value=day, reason="YYYY-MM-DD") from error
