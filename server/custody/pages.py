"""The handhelds' page: who may write, enrol another, let one write no more."""

import io

import qrcode
import qrcode.image.svg
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from server.accounts.access import actor, require
from server.accounts.schemas import Role
from server.custody import operations
from server.i18n import gettext as _
from shared.keys import key_id

blueprint = Blueprint("devices", __name__, url_prefix="/devices")
steer = require(Role.DISPATCHER, Role.ADMINISTRATOR)


@blueprint.get("/")
@steer
def index() -> ResponseReturnValue:
    """All handhelds."""
    return render_template("devices/index.html", devices=operations.devices(), key_id=key_id)


@blueprint.post("/enrol")
@steer
def enrol() -> ResponseReturnValue:
    """A QR code for one new handheld."""
    text = operations.enrolment_text(by=actor())
    code = qrcode.QRCode(border=2, image_factory=qrcode.image.svg.SvgPathImage)
    code.add_data(text)
    code.make()
    picture = io.BytesIO()
    code.make_image().save(picture)
    svg = picture.getvalue().decode().split("?>", 1)[-1]
    # our own picture of our own text: nothing in it was typed by anybody
    return render_template("devices/enrol.html", picture=Markup(svg), text=text)


@blueprint.post("/<device_id>/revoke")
@steer
def revoke(device_id: str) -> ResponseReturnValue:
    """Let a handheld write no more."""
    operations.revoke_device(device_id, reason=request.form.get("reason", "").strip() or "–", by=actor())
    flash(_("%(name)s may write no more.", name=device_id), "success")
    return redirect(url_for("devices.index"), 303)
