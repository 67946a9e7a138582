"""The board: the day as it happens, without a reload."""

import time
from collections.abc import Iterator
from datetime import date

import msgspec
from flask import Blueprint, Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from server.accounts.access import require
from server.accounts.schemas import Role
from server.board import operations
from server.context import context
from server.db import db
from server.i18n import language
from server.trace import operations as trace
from shared import problems
from shared.errors import Refused

blueprint = Blueprint("board", __name__, url_prefix="/board")

LOOK_EVERY = 0.5
"""Seconds (s) between looks for something new."""
BEAT_EVERY = 30
"""Looks between two heartbeats, which keep proxies from closing a quiet stream."""
DRIFT_EVERY = 60
"""Looks between two at how arrivals are expected while nothing happens: twice a minute, for times shown to the minute."""
LOOKS = 1200
"""Looks after which a stream ends; the browser opens the next one by itself and misses nothing."""

office = require(Role.DISPATCHER, Role.COMPLIANCE, Role.ADMINISTRATOR)


def _day() -> date:
    text = request.args.get("day", "")
    if not text:
        return operations.newest_day()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(problems.FIELD_INVALID, field="day", value=text, reason="YYYY-MM-DD") from error


@blueprint.get("/")
@office
def index() -> ResponseReturnValue:
    """The day: list and map."""
    config = context().config
    day = _day()
    seen = operations.seen()
    shown = operations.cards(day)
    return render_template(
        "board/index.html",
        day=day,
        cards=shown,
        seen=seen,
        features=operations.features(shown, config.tiles_datum),
        tiles=config.tiles_url,
        attribution=config.tiles_attribution,
    )


@blueprint.get("/events")
@office
def events() -> ResponseReturnValue:
    """Server-sent events: the cards and map features of routes as they change."""
    day = _day()
    last = request.headers.get("Last-Event-ID") or request.args.get("after", "-1")
    after = int(last) if last.lstrip("-").isdigit() else -1
    language()  # the session is read before the stream begins
    stream = stream_with_context(_changes(day, after))
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Response(stream, mimetype="text/event-stream", headers=headers)


def _changes(day: date, after: int) -> Iterator[str]:
    yield "retry: 1000\n\n"
    lively, drift = operations.Lively(), operations.Drift(day)
    for look in range(LOOKS):
        seen = operations.seen()
        moved = lively.changed()
        if look % DRIFT_EVERY == DRIFT_EVERY - 1:
            moved |= drift.changed()
        if seen > after or moved:
            shown = operations.changed_cards(day, after, moved)
            if shown:
                yield _message(seen, shown)
            after = seen
        elif look % BEAT_EVERY == 0:
            yield ": beat\n\n"
        db.session.rollback()  # the next look begins a new transaction and sees what was committed meanwhile
        time.sleep(LOOK_EVERY)


def _message(seen: int, shown: list[operations.RouteCard]) -> str:
    datum = context().config.tiles_datum
    routes = [{"id": one.route.route_id, "html": render_template("board/_route.html", card=one)} for one in shown]
    data = {"routes": routes, "features": operations.features(shown, datum)}
    return f"id: {seen}\nevent: change\ndata: {msgspec.json.encode(data).decode()}\n\n"


@blueprint.get("/stops/<stop_id>")
@office
def stop(stop_id: str) -> ResponseReturnValue:
    """One stop with its lines."""
    found = trace.stop(stop_id)
    if found is None:
        abort(404)
    route = trace.route(found.route_id)
    return render_template("board/stop.html", stop=found, route=route, lines=trace.lines_of(stop_id))
