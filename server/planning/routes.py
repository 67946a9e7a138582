"""Pages of planning: choose a day, let it be planned, look at the plan, publish its routes, override a departure."""

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.access import actor, require
from server.accounts.schemas import Role
from server.answers import form_again
from server.context import context
from server.custody import operations as custody
from server.db import db
from server.fleet import operations as fleet
from server.i18n import gettext as _
from server.i18n import language, shown_name, today, translate
from server.orders import operations as orders
from server.orders.schemas import OrderState
from server.planning import arrivals, keeping, publish, searches
from server.planning.day import Choice, day_problem, site_of_node
from server.planning.faults import validate
from server.planning.keeping import Kept
from server.planning.problem import Haste
from server.planning.road.valhalla import Valhalla
from server.planning.road.ways import Way, find_way
from server.planning.trouble import PLACE, is_roadside
from server.trace import operations as trace
from server.transaction import begin_writing
from shared import problems
from shared.custody.gate import qualification_problems
from shared.errors import CATALOGUE, Problem, Refused
from shared.work import Name, Route

blueprint = Blueprint("planning", __name__, url_prefix="/planning")
WHO = (Role.DISPATCHER, Role.ADMINISTRATOR)
SECONDS = (1, 120)
"""The least and the longest time (s) a person may let a plan be searched for while they wait."""
LONGEST, DEAREST = 24.0, 10_000.0
"""h of a trip, and money for an hour of it: more is a slip of the finger."""


@blueprint.get("/")
@require(*WHO)
def index() -> ResponseReturnValue:
    """The newest plans, and what was published."""
    names = {device.id: device.name for device in custody.devices()}
    return render_template(
        "planning/index.html", plans=keeping.kept_plans(), published=keeping.publications(limit=30), devices=names
    )


@blueprint.route("/new", methods=["GET", "POST"])
@require(*WHO)
def new() -> ResponseReturnValue:
    """What to plan; then the search for it, which the page waits for."""
    if request.method == "GET":
        day = _day(request.args.get("day") or today(context().clock.now()).isoformat())
        return render_template("planning/new.html", **_choices(day), typed=_defaults(day))
    try:
        chosen, seconds = _chosen(), _seconds()
        problem = day_problem(chosen)
        validate(problem)
    except Refused as refused:
        day = _day(request.form.get("day", ""))
        return form_again(refused, "planning/new.html", **_choices(day), **_ticked())
    search_id = searches.enter_search(day=chosen.day, seconds=seconds, by=actor())
    db.session.commit()  # the search looks for its row
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the thing itself, for the thread
    searches.begin_search(app, search_id, problem)
    return redirect(url_for("planning.desk.search", search_id=search_id), 303)


@blueprint.get("/plans/<plan_id>")
@require(*WHO)
def plan(plan_id: str) -> ResponseReturnValue:
    kept = keeping.kept_plan(plan_id)
    return render_template("planning/plan.html", **_plan_values(kept))


@blueprint.post("/routes/<route_id>/publish")
@require(*WHO)
def publish_route(route_id: str) -> ResponseReturnValue:
    """Give a route to a handheld."""
    device, driver, by = request.form.get("device", ""), request.form.get("driver") or None, actor()
    way = way_for(route_id, driver)
    publish.publish_route(route_id, device_id=device, by=by, driver_id=driver, way=way)
    flash(_("The route is published. The handheld fetches it with its next sync."), "success")
    return redirect(url_for("planning.route", route_id=route_id), 303)


def way_for(route_id: str, driver: str | None) -> Way | None:
    """The way of a route on real roads, where there are any: nobody waits for the database while the router looks. One that
    does not answer holds no delivery up, as turns are a help and nothing more; whoever publishes is told."""
    settings = context().config.roads
    if not settings.url:
        return None
    places, profile = publish.way_wanted(route_id, driver_id=driver)
    db.session.rollback()
    try:
        with Valhalla(settings) as router:
            return find_way(router, places, profile)
    except Refused as refused:
        why = refused.problem.text(language())
        flash(_("Without turns, which the road router could not tell: %(why)s", why=why), "warning")
        return None
    finally:
        begin_writing()


@blueprint.get("/routes/<route_id>")
@require(*WHO)
def route(route_id: str) -> ResponseReturnValue:
    """A published route: what stands against its departure, and what was overridden."""
    return render_template("planning/route.html", typed=request.args, **_route_values(route_id))


@blueprint.post("/routes/<route_id>/messages")
@require(*WHO)
def message(route_id: str) -> ResponseReturnValue:
    """Write to the driver."""
    try:
        publish.post_message(route_id, request.form.get("text", ""), by=actor())
    except Refused as refused:
        return form_again(refused, "planning/route.html", **_route_values(route_id))
    flash(_("Sent. The handheld shows it after its next sync."), "success")
    return redirect(url_for("planning.route", route_id=route_id) + "#road", 303)


@blueprint.post("/routes/<route_id>/override")
@require(*WHO)
def override(route_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        number = form.get("problem", "")
        if not number.isdecimal():
            raise Refused(problems.FIELD_INVALID, field=_("Problem"), value=number, reason=_("choose one"))
        publish.override_departure(
            route_id,
            problem=int(number),
            subject=form.get("subject", ""),
            reason=form.get("reason", ""),
            by=actor(),
        )
    except Refused as refused:
        return form_again(refused, "planning/route.html", **_route_values(route_id))
    flash(_("Overridden. It is on record, and reaches the handheld with its next sync."), "success")
    return redirect(url_for("planning.route", route_id=route_id), 303)


# the form of a day -----------------------------------------------------------------------------------------------------


def _choices(day: date) -> dict[str, Any]:
    """What can be chosen for a day."""
    open_orders = orders.orders(shipped=day, state=OrderState.OPEN)
    return {
        "day": day,
        "depots": [(entry.id, shown_name(entry.data.name)) for entry in fleet.depots()],
        "vehicles": [entry for entry in fleet.vehicles() if entry.data.active],
        "drivers": [entry for entry in fleet.drivers() if entry.data.active],
        "orders": open_orders,
        "sites": {entry.id: entry.data.name for entry in fleet.sites()},
    }


def _defaults(day: date) -> dict[str, Any]:
    times = {"start": "07:00", "end": "19:00", "seconds": "5", "after": "4"}
    return {"day": day.isoformat(), **times, **_ticked(everything=True)}


def _ticked(*, everything: bool = False) -> dict[str, Any]:
    """Which boxes are ticked: those that were, or all of a form that is shown for the first time."""
    if everything:
        return {"all_ticked": True}
    return {"ticked": {value for field in ("vehicle", "driver", "order") for value in request.form.getlist(field)}}


def _chosen() -> Choice:
    form = request.form
    return Choice(
        day=_day(form.get("day", "")),
        depot_id=form.get("depot", ""),
        vehicle_ids=tuple(form.getlist("vehicle")),
        driver_ids=tuple(form.getlist("driver")),
        order_ids=tuple(form.getlist("order")),
        start=_time("start", _("From")),
        end=_time("end", _("To")),
        haste=_haste(),
    )


def _haste() -> Haste | None:
    """What long trips count for; nothing where the field for the money is left empty."""
    after, per_hour = (request.form.get(name, "").strip() for name in ("after", "per_hour"))
    if not per_hour:
        return None
    hours = _positive(after, _("Trips beyond, h"), LONGEST)
    return Haste(round(hours * 3600), _positive(per_hour, _("Each hour counts, ¥"), DEAREST))


def _positive(text: str, label: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise Refused(problems.FIELD_INVALID, field=label, value=text, reason=f"0…{most:g}")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(problems.FIELD_INVALID, field=_("Day"), value=text, reason="YYYY-MM-DD") from error


def _time(name: str, label: str) -> time:
    text = request.form.get(name, "")
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Refused(problems.FIELD_INVALID, field=label, value=text, reason="HH:MM") from error


def _seconds() -> int:
    text, (least, most) = request.form.get("seconds", ""), SECONDS
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Refused(problems.FIELD_INVALID, field=_("Search for, s"), value=text, reason=f"{least}…{most}")
    return int(text)


# showing plans and routes ----------------------------------------------------------------------------------------------


def _plan_values(kept: Kept) -> dict[str, Any]:
    zone = ZoneInfo(kept.problem.timezone)
    origin = kept.problem.origin

    def clock(seconds: int) -> str:
        return "–" if origin is None else f"{(origin + timedelta(seconds=seconds)).astimezone(zone):%H:%M}"

    known = {order.consignment.id: order for order in orders.orders(shipped=kept.day)}
    shown = []
    for route_id, planned in kept.routes:
        draft, fault = _draft(route_id)
        shown.append(
            {
                "id": route_id,
                "planned": planned,
                "vehicle": fleet.vehicle(planned.vehicle).name,
                "driver": fleet.driver(planned.driver).name if planned.driver else None,
                "problem": fault,
                "against": [] if draft is None else qualification_problems(draft, kept.day),
                "published": keeping.publications(route_id=route_id, limit=1),
            }
        )
    return {
        "kept": kept,
        "routes": shown,
        "clock": clock,
        "orders": {one.id: known.get(one.id) or orders.order(one.id) for one in kept.problem.orders},
        "sites": {node.id: _place_name(node.id) for node in kept.problem.sites},
        "reasons": kept.plan.reasons(language()),
        "devices": [(device.id, device.name) for device in custody.devices() if device.revoked_at is None],
    }


def _place_name(node: str) -> Name:
    if is_roadside(node):
        vehicle = fleet.vehicle(node.removeprefix(PLACE)).name
        text = "Where %(vehicle)s stands"
        return Name(translate("zh", text, vehicle=vehicle.zh), translate("en", text, vehicle=vehicle.en))
    return fleet.site(site_of_node(node)).name


def _draft(route_id: str) -> tuple[Route | None, Problem | None]:
    """A route as it would be published now, or what stands against publishing it."""
    try:
        return publish.draft_route(route_id), None
    except Refused as refused:
        return None, refused.problem


def _route_values(route_id: str) -> dict[str, Any]:
    published = publish.published_route(route_id)
    devices = {device.id: device.name for device in custody.devices()}
    day = published.departure.astimezone(ZoneInfo(published.depot.zone)).date()
    return {
        "route": published,
        "plan_id": _plan_of(route_id),
        "versions": keeping.publications(route_id=route_id),
        "devices": devices,
        "against": qualification_problems(published, day),
        "road": trace.road_of(route_id),
        "ahead": arrivals.of_route(route_id),
        "overrides": publish.overrides_of(route_id),
        "overridable": [(str(number), _gate_text(number)) for number in sorted(publish.OVERRIDABLE)],
    }


def _plan_of(route_id: str) -> str | None:
    """The plan a route stands in now; ``None`` for one that was published without a plan."""
    try:
        return keeping.planned_route(route_id)[0].id
    except Refused as refused:
        if refused.kind is not problems.NOT_FOUND:
            raise
        return None


def _gate_text(number: int) -> str:
    """A problem of the gate as a list offers it: its sentence with dots for what it will name."""
    entry = CATALOGUE[number]
    sentence = entry.zh if language() == "zh" else entry.en
    return f"#{number} " + sentence.format_map(dict.fromkeys(entry.fields, "…"))
