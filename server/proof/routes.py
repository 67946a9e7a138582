"""Pages of a proof: what it shows, its documents and bundle; and the public page that its QR code opens."""

import re

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.accounts.access import require
from server.accounts.schemas import Role
from server.i18n import language
from server.proof import operations
from shared import problems
from shared.errors import LANGUAGES, Language, Refused

blueprint = Blueprint("proof", __name__)
desk = require(Role.COMPLIANCE, Role.DISPATCHER, Role.ADMINISTRATOR)
_ID = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/proof/<proof_id>")
@desk
def show(proof_id: str) -> ResponseReturnValue:
    """The proof as a page."""
    facts = operations.proof_facts(_known(proof_id), language())
    return render_template("proof/show.html", facts=facts, proof_id=proof_id)


@blueprint.get("/proof/<proof_id>.pdf")
@desk
def pdf(proof_id: str) -> ResponseReturnValue:
    """The proof as PDF, in ``?lang=zh`` or ``en``."""
    wanted = _language(request.args.get("lang"))
    data = operations.proof_pdf(_known(proof_id), wanted)
    return _file(data, "application/pdf", f"proof-{proof_id[:16]}.{wanted}.pdf", attachment=False)


@blueprint.get("/proof/<proof_id>/bundle.zip")
@desk
def bundle(proof_id: str) -> ResponseReturnValue:
    """Everything needed to verify the proof alone."""
    return _file(operations.build_bundle(_known(proof_id)), "application/zip", f"proof-{proof_id[:16]}.zip")


@blueprint.get("/proof/<proof_id>/blob/<digest>")
@desk
def blob(proof_id: str, digest: str) -> ResponseReturnValue:
    """A photo or signature of the proof."""
    data, media_type = operations.proof_blob(_known(proof_id), _known(digest))
    return _file(data, media_type, digest[:16], attachment=not media_type.startswith("image/"))


@blueprint.get("/check/<proof_id>")
def check(proof_id: str) -> ResponseReturnValue:
    """Public: a record of this hash is in the ledger, at this place. No person, no goods, no place."""
    return render_template("proof/check.html", found=operations.check(_known(proof_id)))


@blueprint.get("/check/<proof_id>.tlog-proof")
def inclusion(proof_id: str) -> ResponseReturnValue:
    """Public: the inclusion proof of that record, which anyone can verify against the server's key."""
    found = operations.check(_known(proof_id))
    if found.sealed is None:
        raise Refused(problems.PROOF_INCOMPLETE, value=f"#{found.index}")
    return _file(found.sealed.text().encode(), "text/plain; charset=utf-8", f"{proof_id[:16]}.tlog-proof")


def _known(digest: str) -> str:
    if not _ID.fullmatch(digest):
        raise Refused(problems.NOT_FOUND, what="凭证 proof", value=digest)
    return digest


def _language(text: str | None) -> Language:
    return next((known for known in LANGUAGES if known == text), language())


def _file(data: bytes, media_type: str, name: str, *, attachment: bool = True) -> Response:
    response = Response(data, content_type=media_type)
    response.headers["Content-Disposition"] = f'{"attachment" if attachment else "inline"}; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
