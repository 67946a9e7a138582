"""The planning desk: a plan on map and timeline, stops moved by hand, the rest planned again, and routes published."""

from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.access import actor, require, wants_page
from server.accounts.schemas import Role
from server.context import context
from server.db import db
from server.i18n import gettext as _
from server.i18n import language
from server.planning import desk_trouble, desk_view, drafts, keeping, publish, routes, searches, trouble_routes
from server.planning.broken import named
from server.planning.changes import changes
from server.planning.checker import accept
from server.planning.desk import Draft, evaluate
from server.planning.desk_view import Desk
from server.planning.desk_words import words
from server.planning.hand import Hand, hand_of, read_hand, with_fetches, with_locks
from server.planning.searches import Search
from server.planning.under_way import settled
from server.planning.urgent import waiting
from server.transaction import begin_writing, transaction
from shared import problems
from shared.errors import Refused

blueprint = Blueprint("desk", __name__)
"""Its pages belong to planning's, and so does its place in the menu."""
WHO = (Role.DISPATCHER, Role.ADMINISTRATOR)
SECONDS = (1, 120)
"""The least and the longest time (s) the rest of a plan may be searched for."""


class Move(msgspec.Struct, frozen=True):
    """What the page sends: an arrangement, and the version of the draft it was made from."""

    hand: msgspec.Raw
    seen: int = 0
    seconds: int = 10


class Publishing(msgspec.Struct, frozen=True):
    """Which routes go to which handhelds, by id."""

    routes: dict[str, str]


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the thing itself, for other threads
    return app


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), mimetype="application/json")


def _read(shape: Any) -> Any:
    try:
        return msgspec.json.decode(request.get_data(), type=shape)
    except (msgspec.DecodeError, ValueError) as error:
        raise Refused(problems.DESK_HAND, value="JSON", reason=str(error)) from error


def _write() -> None:
    """From reading to writing: what was read so far is over, and nobody had to wait for it."""
    db.session.rollback()
    begin_writing()


@blueprint.get("/plans/<plan_id>/desk")
@require(*WHO)
def desk(plan_id: str) -> ResponseReturnValue:
    """The page: the plan with what was moved since."""
    on_desk = desk_view.now(desk_view.open_desk(_app(), plan_id))
    draft, version = _standing(on_desk)
    config = context().config
    return render_template(
        "planning/desk.html",
        kept=on_desk.kept,
        roads=draft.plan.roads,
        remarks=draft.plan.remarks,
        left_behind=[on_desk.names.get(vehicle, vehicle) for vehicle in desk_view.left_behind(on_desk)],
        fixed=desk_view.fixed(on_desk),
        state=msgspec.to_builtins({**desk_view.shown(on_desk, draft), "seen": version}),
        published=desk_view.published(on_desk),
        troubles=desk_trouble.shown_troubles(on_desk),
        told=desk_trouble.told_of_trouble(on_desk, request.args),
        replan="replan" in request.args and not on_desk.kept.successor,
        devices=desk_view.devices(),
        waiting=len(waiting(on_desk.kept)),
        words=words(),
        tiles=config.tiles_url,
        attribution=config.tiles_attribution,
    )


def _standing(on_desk: Desk) -> tuple[Draft, int]:
    """The draft that was saved last, or the plan as it is; and the draft's version (0: none)."""
    saved = None if on_desk.kept.successor else drafts.draft_of(on_desk.kept.id)
    hand = hand_of(on_desk.problem, on_desk.kept.plan) if saved is None else saved.hand
    draft = _evaluated(on_desk, hand)
    return draft, 0 if saved is None else saved.version


def _evaluated(on_desk: Desk, hand: Hand) -> Draft:
    return evaluate(on_desk.problem, on_desk.base, hand, on_desk.names, on_desk.reasons)


@blueprint.post("/plans/<plan_id>/desk/try")
@require(*WHO)
def attempt(plan_id: str) -> ResponseReturnValue:
    """What an arrangement would come to; nothing is saved."""
    db.session.rollback()  # nobody waits for the database while it is worked out
    on_desk = desk_view.now(desk_view.desk_of(_app(), plan_id))
    draft, _move = _moved(on_desk)
    return _json(desk_view.shown(on_desk, draft))


@blueprint.post("/plans/<plan_id>/desk/draft")
@require(*WHO)
def save(plan_id: str) -> ResponseReturnValue:
    """The same, saved: what breaks something can be a draft."""
    db.session.rollback()
    on_desk = desk_view.now(desk_view.desk_of(_app(), plan_id))
    draft, move = _moved(on_desk)
    body = desk_view.shown(on_desk, draft)
    _write()
    _not_superseded(plan_id)
    version = drafts.save_draft(plan_id, draft.hand, seen=move.seen, by=actor())
    return _json({**body, "seen": version})


def _moved(on_desk: Desk) -> tuple[Draft, Move]:
    move: Move = _read(Move)
    return _evaluated(on_desk, _hand(on_desk, move)), move


def _hand(on_desk: Desk, move: Move) -> Hand:
    """What the page sent, with what has begun on the road settled.

    Raises:
        Refused: DESK_HAND, DESK_BEGUN; in words that people know.
    """
    return _settled(on_desk, read_hand(on_desk.problem, bytes(move.hand)))


def _settled(on_desk: Desk, hand: Hand) -> Hand:
    try:
        return settled(with_fetches(on_desk.problem, hand), on_desk.begun)
    except Refused as refused:
        called = named(refused.problem, on_desk.names)
        raise Refused(refused.kind, **called.values) from refused


def _not_superseded(plan_id: str) -> None:
    successor = keeping.kept_plan(plan_id).successor
    if successor is not None:
        raise Refused(problems.DESK_SUPERSEDED, value=successor)


@blueprint.post("/plans/<plan_id>/desk/discard")
@require(*WHO)
def discard(plan_id: str) -> ResponseReturnValue:
    """Back to the plan as it was made."""
    keeping.kept_plan(plan_id)
    drafts.drop_draft(plan_id)
    return redirect(url_for("planning.desk.desk", plan_id=plan_id), 303)


@blueprint.post("/plans/<plan_id>/desk/keep")
@require(*WHO)
def keep(plan_id: str) -> ResponseReturnValue:
    """What was moved becomes a plan that takes this one's place, if the checker accepts it."""
    db.session.rollback()
    on_desk = desk_view.now(desk_view.desk_of(_app(), plan_id))
    draft, move = _moved(on_desk)
    accept(draft.problem, draft.plan)
    _write()
    saved = drafts.draft_of(plan_id)
    if (0 if saved is None else saved.version) != move.seen:
        raise Refused(problems.DESK_MOVED, value=actor() if saved is None else saved.saved_by)
    made = keeping.keep_plan(draft.problem, draft.plan, day=on_desk.kept.day, by=actor(), predecessor=plan_id)
    drafts.drop_draft(plan_id)
    flash(_("Kept. The checker has accepted every rule; routes that changed can be published."), "success")
    return _json({"location": url_for("planning.desk.desk", plan_id=made)})


@blueprint.post("/plans/<plan_id>/desk/publish")
@require(*WHO)
def publish_routes(plan_id: str) -> ResponseReturnValue:
    """Give routes of the plan to handhelds; one that a handheld has already goes out as its next version."""
    wanted: Publishing = _read(Publishing)
    kept = keeping.kept_plan(plan_id)
    _not_superseded(plan_id)
    for route_id in wanted.routes:
        if route_id not in {known for known, _route in kept.routes}:
            raise Refused(problems.NOT_FOUND, what="线路 route", value=route_id)
    given = [
        publish.Wanted(route_id, device_id, routes.way_for(route_id, None))
        for route_id, device_id in wanted.routes.items()
    ]
    publish.publish_together(given, by=actor())
    flash(
        _("%(count)s routes are published. The handhelds fetch them with their next sync.", count=len(given)), "success"
    )
    return _json({"location": url_for("planning.desk.desk", plan_id=plan_id)})


# searches --------------------------------------------------------------------------------------------------------------


@blueprint.post("/plans/<plan_id>/desk/replan")
@require(*WHO)
def replan(plan_id: str) -> ResponseReturnValue:
    """Plan everything again that is not locked; the search runs beside the page, which asks how it goes."""
    db.session.rollback()
    on_desk = desk_view.now(desk_view.desk_of(_app(), plan_id))
    move: Move = _read(Move)
    draft = _evaluated(on_desk, _hand(on_desk, move))
    least, most = SECONDS
    if not least <= move.seconds <= most:
        raise Refused(problems.FIELD_INVALID, field=_("Search for, s"), value=move.seconds, reason=f"{least}…{most}")
    db.session.rollback()
    with transaction():
        _not_superseded(plan_id)
        search_id = searches.enter_search(
            day=on_desk.kept.day, seconds=move.seconds, by=actor(), plan_id=plan_id, hand=draft.hand
        )
    known = draft.plan if draft.holds else None
    searches.begin_search(_app(), search_id, desk_view.to_search(on_desk, draft), known, warm=draft.plan)
    return _json({"search": url_for("planning.desk.search", search_id=search_id)})


@blueprint.get("/searches/<search_id>")
@require(*WHO)
def search(search_id: str) -> ResponseReturnValue:
    """How a search goes: a page that waits for it, or JSON for a page that shows it."""
    found = searches.search(_app(), search_id)
    if wants_page():
        if found.found is not None:
            return redirect(url_for("planning.desk.desk", plan_id=found.found), 303)
        return render_template("planning/searching.html", search=found, problem=found.fault)
    return _json(_told(found))


def _told(found: Search) -> dict[str, Any]:
    told: dict[str, Any] = {
        "state": found.state.value,
        "asked": found.asked,
        "stopping": found.stopping,
        "progress": found.progress,
        "fault": None if found.fault is None else found.fault.text(language()),
        "location": None if found.found is None else url_for("planning.desk.desk", plan_id=found.found),
    }
    if found.state is searches.State.DONE and found.proposed is not None and found.plan_id is not None:
        on_desk = desk_view.now(desk_view.desk_of(_app(), found.plan_id))
        before = _evaluated(on_desk, found.hand or Hand(())).plan
        told["changes"] = desk_view.shown_changes(on_desk, changes(before, found.proposed))
        told["cost"] = [before.cost.total, found.proposed.cost.total]
        told["off"] = [len(before.unserved), len(found.proposed.unserved)]
        told["routes"] = [len(before.routes), len(found.proposed.routes)]
    return told


@blueprint.post("/searches/<search_id>/stop")
@require(*WHO)
def stop(search_id: str) -> ResponseReturnValue:
    """Take the best so far."""
    searches.stop_search(search_id)
    if wants_page():
        return redirect(url_for("planning.desk.search", search_id=search_id), 303)
    return _json({})


@blueprint.post("/searches/<search_id>/accept")
@require(*WHO)
def take(search_id: str) -> ResponseReturnValue:
    """What the search proposes becomes a plan that takes the other one's place."""
    found = searches.search(_app(), search_id)
    if found.plan_id is None:
        raise Refused(problems.DESK_SEARCH_OVER, value=search_id)
    db.session.rollback()
    on_desk = desk_view.now(desk_view.desk_of(_app(), found.plan_id))
    draft = _proposal(on_desk, found)
    _write()
    made = searches.take_proposal(found, draft.problem, draft.plan, by=actor())
    flash(_("Kept. The checker has accepted every rule; routes that changed can be published."), "success")
    return _json({"location": url_for("planning.desk.desk", plan_id=made)})


def _proposal(on_desk: Desk, found: Search) -> Draft:
    """What a search proposes as the day stands now: vehicles may have left, and got later, while it was searched for.

    Raises:
        Refused: DESK_SEARCH_OVER, DESK_BEGUN, DESK_OVERTAKEN where the day has gone on too far for it.
    """
    if found.proposed is None or found.hand is None:
        raise Refused(problems.DESK_SEARCH_OVER, value=found.id)
    asked = with_locks(on_desk.problem, found.hand)
    hand = _settled(on_desk, hand_of(asked, found.proposed))
    draft = evaluate(asked, found.proposed, hand, on_desk.names, on_desk.reasons)
    if not draft.holds:
        why = draft.broken[0].problem.text(language()) if draft.broken else draft.refused[0].problem.text(language())
        raise Refused(problems.DESK_OVERTAKEN, value=why)
    return draft


planning: Blueprint = routes.blueprint
planning.register_blueprint(blueprint)
planning.register_blueprint(trouble_routes.blueprint)
