"""The handhelds' endpoints. Every request but enrolment is signed by the device; every answer that is to be believed is
signed by the server."""

from datetime import datetime
from typing import TypeVar

import msgspec
from flask import Blueprint, Response, g, request

from server.context import context
from server.custody import live, operations
from server.custody.models import Device
from server.planning import publish
from server.transaction import begin_writing
from shared import problems, sync
from shared.custody.envelope import WORK_TYPE, seal
from shared.errors import Refused

blueprint = Blueprint("custody", __name__, url_prefix="/sync")
JSON = "application/json"
T = TypeVar("T")


def _decode(kind: type[T]) -> T:
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except msgspec.DecodeError as error:
        raise Refused(problems.SYNC_MALFORMED, value=str(error)) from error


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, mimetype=JSON)


def _device() -> Device:
    """The device that signed this request. Also a request that only reads uses up its nonce."""
    if request.method == "GET":
        begin_writing()
        g.keep_changes = True
    headers = request.headers
    path = request.full_path if request.query_string else request.path
    return operations.authenticate(
        method=request.method,
        path=path,
        body=request.get_data(),
        device_id=headers.get(sync.HEADER_DEVICE, ""),
        time=headers.get(sync.HEADER_TIME, ""),
        nonce=headers.get(sync.HEADER_NONCE, ""),
        signature=headers.get(sync.HEADER_SIGNATURE, ""),
    )


@blueprint.post("/enrol")
def enrol() -> Response:
    """One-time code in, identity out."""
    return _json(operations.enrol(_decode(sync.Enrol)))


@blueprint.post("/events")
def events() -> Response:
    """Links of the device's chain in, and how its route stands; a signed receipt out."""
    device = _device()
    push = _decode(sync.Push)
    receipt = operations.take_in(push, device)
    if push.live is not None:
        live.take(push.live, device, datetime.fromisoformat(request.headers[sync.HEADER_TIME]))
    return _json(operations.sign_receipt(receipt))


@blueprint.get("/work")
def work() -> Response:
    """The device's work, signed; 204 if it has none."""
    device = _device()
    current = publish.current_work(device.id)
    if current is None:
        return Response(status=204)
    return _json(seal(msgspec.json.encode(current), WORK_TYPE, context().signer))


@blueprint.put("/blobs/<digest>")
def put_blob(digest: str) -> Response:
    """A piece of a blob in; once it is whole, a signed receipt out."""
    device = _device()
    size, offset = _number("size"), _number("offset")
    status = operations.put_blob(digest, size=size, offset=offset, data=request.get_data(), device=device)
    if not status.complete:
        return _json(status)
    nonce = request.headers[sync.HEADER_NONCE]
    receipt = sync.BlobReceipt(device.id, nonce, digest, status.have, context().clock.now())
    return _json(operations.sign_receipt(receipt), 201)


@blueprint.get("/blobs/<digest>")
def blob_status(digest: str) -> Response:
    """How much of a blob is here."""
    _device()
    return _json(operations.blob_status(digest))


@blueprint.post("/seals")
def seals() -> Response:
    """Which entries are sealed, each with its proof."""
    _device()
    return _json(operations.seals(_decode(sync.SealRequest).indexes))


def _number(name: str) -> int:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit()):
        raise Refused(problems.FIELD_INVALID, field=name, value=text, reason="not a number")
    return int(text)
