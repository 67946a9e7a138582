"""An urgent order on the way into a plan that runs: what waits, who could take it, and the plan that comes of a choice.

An order that came after the plan was made is not in its problem. So the problem is kept with the order in it, its site
measured by the plan's roads, and what has begun locked; the plan with the order in its place is one of its own that takes the
other one's place, as everywhere at the desk (see docs/decisions/0026-urgent-orders.md).
"""

from dataclasses import dataclass
from datetime import timedelta

import msgspec

from server.context import context
from server.fleet import operations as fleet
from server.orders import operations as orders
from server.orders.schemas import Order, OrderState
from server.planning import drafts
from server.planning.broken import Names
from server.planning.checker import accept, check
from server.planning.compose import roads_of
from server.planning.day import capacity_of, node_of, planned_order, zone_of, zone_text
from server.planning.desk import evaluate
from server.planning.hand import Hand, HandRoute, hand_of
from server.planning.insertion import EXACT, Choice, Choices, rank
from server.planning.keeping import Kept, keep_plan
from server.planning.packing import keeps
from server.planning.plan import Cost, Plan, Unserved
from server.planning.problem import Capacity, Compartment, Problem, Vehicle
from server.planning.roads import remarks_of
from server.planning.searches import measured_problem
from server.planning.troubles import Trouble, TroubleKind, troubles_of
from server.planning.under_way import under_way, with_begun
from server.planning.urgent_roads import with_site
from shared import problems
from shared.errors import Refused

ENGINE = "insertion"
"""Who put an order into a plan."""


@dataclass(frozen=True)
class Asked:
    """An order and who could take it, ``now`` s into the plan's day: ``problem`` with the order in it, its roads measured and
    what has begun locked; ``plan`` without the order."""

    kept: Kept
    order: Order
    problem: Problem
    plan: Plan
    now: int
    choices: Choices


def waiting(kept: Kept) -> list[Order]:
    """The open orders of a plan's day that no route of it brings: those that came since, and those it left out."""
    served = {name for _, route in kept.routes for stop in route.stops for name in stop.orders}
    found = orders.orders(shipped=kept.day, state=OrderState.OPEN)
    return [order for order in found if order.consignment.id not in served]


def ask(kept: Kept, order_id: str, *, exact: int | None = EXACT, names: Names | None = None) -> Asked:
    """Who could take an order along. Call it outside a writing transaction, as roads may have to be measured.

    Raises:
        Refused: NOT_FOUND; DESK_SUPERSEDED for a plan that another one has taken the place of; URGENT_DRAFT where moves on
            the desk are not kept yet; URGENT_TROUBLE where a vehicle is out or a site closed and the plan does not know;
            ORDER_TAKEN for an order that is on a route or brought already; SITE_CLOSED; whatever the roads refuse;
            PLAN_REFUSED where the plan does not hold on them.
    """
    if kept.successor is not None:
        raise Refused(problems.DESK_SUPERSEDED, value=kept.successor)
    if drafts.draft_of(kept.id) is not None:
        raise Refused(problems.URGENT_DRAFT, value=kept.id)
    if unplanned := troubles_of(kept.id):
        raise Refused(problems.URGENT_TROUBLE, value=_subject(unplanned[0]))
    order = orders.order(order_id)
    if order_id not in {one.consignment.id for one in waiting(kept)}:
        raise Refused(problems.ORDER_TAKEN, value=order.consignment.note_number)
    if kept.problem.origin is None:
        raise Refused(problems.NOT_FOUND, what="方案日期 day of the plan", value=kept.id)
    begun = under_way(kept)
    now = int((context().clock.now() - kept.problem.origin) / timedelta(seconds=1))
    problem = with_begun(with_order(measured_problem(kept), order, kept, now), begun)
    problem = _called_back(problem)
    plan = _plan(problem, kept.plan, order_id)
    return Asked(kept, order, problem, plan, now, rank(problem, plan, order_id, now, exact=exact, names=names))


def _subject(trouble: Trouble) -> str:
    """What is out of service or closed, by its name."""
    broken = trouble.kind is TroubleKind.BREAKDOWN
    return (fleet.vehicle(trouble.subject) if broken else fleet.site(trouble.subject)).name.zh


def with_order(problem: Problem, order: Order, kept: Kept, now: int) -> Problem:
    """A measured problem with an order in it that is ready at the depot ``now`` (s)."""
    assert problem.origin is not None
    others = tuple(one for one in problem.orders if one.id != order.consignment.id)
    node = node_of(order, kept.day, problem.origin)
    made = planned_order(order, node.id, max(0, now))
    vehicles = tuple(_with_zone(vehicle, order) for vehicle in problem.vehicles)
    return with_site(msgspec.structs.replace(problem, orders=(*others, made), vehicles=vehicles), node)


def _with_zone(vehicle: Vehicle, order: Order) -> Vehicle:
    """A vehicle with a compartment for what the order needs, where it has containers for that."""
    zone = zone_of(order)
    text, spaces = zone_text(zone), fleet.containers_of(vehicle.id)
    if any(part.zone == text for part in vehicle.compartments):
        return vehicle
    if not all(any(keeps(container.range, one) for container, _ in spaces) for one in zone):
        return vehicle
    part = Compartment(text, Capacity(units=capacity_of(zone, spaces)))
    return msgspec.structs.replace(vehicle, compartments=(*vehicle.compartments, part))


def _called_back(problem: Problem) -> Problem:
    """The problem in which whoever has left may be called back once more to load."""
    left = {lock.vehicle for lock in problem.locks if lock.departure is not None}
    vehicles = tuple(
        msgspec.structs.replace(one, trips=one.trips + 1) if one.id in left else one for one in problem.vehicles
    )
    return msgspec.structs.replace(problem, vehicles=vehicles)


def _plan(problem: Problem, plan: Plan, order_id: str) -> Plan:
    """The plan without the order, on the problem's roads; worked out again where it was made on others."""
    unserved = tuple(left for left in plan.unserved if left.order != order_id)
    plan = msgspec.structs.replace(
        plan,
        unserved=unserved,
        roads=roads_of(problem),
        remarks=remarks_of(problem),
        feasible=_whole(problem, unserved),
    )
    left = with_left(plan, _left(order_id), problem)
    if check(problem, left).violations:
        hand = hand_of(problem, left)
        draft = evaluate(problem, msgspec.structs.replace(left, routes=()), hand)
        accept(draft.problem, draft.plan)
        plan = msgspec.structs.replace(draft.plan, unserved=unserved, feasible=_whole(problem, unserved))
    return plan


def _whole(problem: Problem, unserved: tuple[Unserved, ...]) -> bool:
    must = {order.id for order in problem.orders if order.penalty is None}
    return not any(left.order in must for left in unserved)


def _left(order_id: str) -> Unserved:
    return Unserved(order_id, Refused(problems.PLAN_UNSERVED_HAND, value=order_id).problem)


def with_left(plan: Plan, left: Unserved, problem: Problem) -> Plan:
    """A plan that leaves the order out."""
    unserved = (*plan.unserved, left)
    return msgspec.structs.replace(plan, unserved=unserved, feasible=_whole(problem, unserved))


def with_choice(problem: Problem, plan: Plan, choice: Choice) -> Plan:
    """A plan that serves the order as chosen."""
    places = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
    routes = [route for route in plan.routes if route.vehicle != choice.vehicle] + [choice.figures.route]
    routes.sort(key=lambda route: places[route.vehicle])
    cost = sum((route.cost for route in routes), Cost(penalty=plan.cost.penalty))
    engine = plan.engine if ENGINE in plan.engine else f"{plan.engine}, {ENGINE}"
    return msgspec.structs.replace(plan, routes=tuple(routes), cost=cost, engine=engine)


def take(asked: Asked, choice: Choice, *, by: str) -> str:
    """Keep the plan that comes of a choice in the place of the plan; returns its id.

    A choice that breaks something is no plan: then the plan that is kept leaves the order out, and the choice is its draft,
    for the dispatcher to put right at the desk.

    Raises:
        Refused: PLAN_REFUSED, DESK_SUPERSEDED.
    """
    problem, plan = asked.problem, asked.plan
    if choice.holds:
        made = with_choice(problem, plan, choice)
        accept(problem, made)
        return keep_plan(problem, made, day=asked.kept.day, by=by, predecessor=asked.kept.id)
    left = with_left(plan, _left(asked.order.consignment.id), problem)
    accept(problem, left)
    plan_id = keep_plan(problem, left, day=asked.kept.day, by=by, predecessor=asked.kept.id)
    drafts.save_draft(plan_id, _hand(problem, left, choice, asked.order.consignment.id), seen=0, by=by)
    return plan_id


def _hand(problem: Problem, plan: Plan, choice: Choice, order_id: str) -> Hand:
    """The arrangement that a choice is."""
    hand = hand_of(problem, plan)
    routes = {route.vehicle: route for route in hand.routes}
    old = routes.get(choice.vehicle, HandRoute(choice.vehicle, (), choice.driver))
    routes[choice.vehicle] = msgspec.structs.replace(old, orders=choice.sequence)
    return Hand(tuple(routes.values()), tuple(name for name in hand.off if name != order_id))
