"""A distributor's day in Beijing, planned by the product and by hand: what it costs, and how long goods are on the road."""

import resource
import time
from collections.abc import Sequence
from statistics import fmean

from bench.beijing_day import BASE, HOUR, beijing_day, receivers
from bench.harness import Effort, Findings, Measurement, prose
from bench.manual import ByHand
from server.planning.checker import check
from server.planning.operations import make_plan
from server.planning.plan import Plan
from server.planning.problem import Haste, Problem

STOPS, MANY = 300, 1000
FIRST, GOOD, LONG = 4.2, 28.0, 110.0
"""s of a search: the first plan, which a person is to have in 5; the good one (30); and a thousand stops (120)."""
HASTE = Haste(after=4 * HOUR, per_hour=180.0)
"""What long trips count for where the planner is asked to have goods off the road sooner."""
DAYS = 6
PER_TERRITORY = (24, 21, 19, 17, 15, 13)
"""Stops of a territory that are tried; the cheapest day of those that serve the most counts."""


def on_the_road(plan: Plan) -> float:
    """How long an order is on the road on average, from leaving the depot until it is handed over (h); a meal before leaving
    is none of it, and returns do not count."""
    hours: list[float] = []
    for route in plan.routes:
        waits = {rest.leg: rest.end for rest in route.breaks if rest.driven == 0}
        left = waits.get(0, route.departure)
        for number, stop in enumerate(route.stops, 1):
            if stop.reload:
                left = waits.get(number, stop.departure)
            hours += [(stop.departure - left) / HOUR] * len([name for name in stop.orders if not name.startswith("b")])
    return fmean(hours)


def for_each(plan: Plan) -> float:
    """How long crews are out for each order, loading and returns included (min)."""
    orders = sum(len(stop.orders) for route in plan.routes for stop in route.stops)
    return sum(route.duration for route in plan.routes) / orders / 60


def by_hand(problem: Problem, seed: int, tried: Sequence[int]) -> Plan:
    """The best day by hand."""
    base = receivers(seed, max(BASE, 2 * len(problem.orders)))
    plans = [ByHand(problem, base, round(len(problem.orders) / stops)).plan() for stops in tried]
    return min(plans, key=lambda plan: (len(plan.unserved), plan.cost.total))


def accepted(findings: Findings, whose: str, problem: Problem, plan: Plan) -> Plan:
    """Count what the checker thinks of a plan, and what it leaves out."""
    findings.count(f"plans of {whose} that the checker accepts", not check(problem, plan).violations)
    must = {order.id for order in problem.orders if order.penalty is None}
    left = [one.order for one in plan.unserved]
    findings.count(f"orders that must be served, left out by {whose}", sum(name in must for name in left))
    findings.count(f"orders left out for their penalty by {whose}", sum(name not in must for name in left))
    return plan


def beijing(findings: Findings, effort: Effort) -> None:
    """Days of 300 stops, each planned for money alone, with short trips, and by hand."""
    stops = effort.of(STOPS, 60)
    peer = "by hand"
    first = findings.begin("cost of the first plan, 5 s", "money", "less", peer, mean=True)
    good = findings.begin("cost of the good plan, 30 s", "money", "less", peer, mean=True)
    short = findings.begin("cost when goods are to be handed over sooner, 30 s", "money", "less", peer, mean=True)
    road = findings.begin("goods on the road", "h", "less", peer, mean=True)
    brief = findings.begin("goods on the road when they are to be handed over sooner", "h", "less", peer, mean=True)
    each = findings.begin("crew's time for each delivery", "min", "less", peer, mean=True)
    waited = findings.begin("until the first plan is there", "s", "less", peer)
    for seed in range(1, effort.of(DAYS, 1) + 1):
        findings.say(f"day {seed}")
        problem, held = beijing_day(stops, seed), beijing_day(stops, seed, HASTE)
        began = time.perf_counter()
        quick = accepted(findings, "ours", problem, make_plan(problem, seconds=1.0 if effort.quick else FIRST, seed=1))
        waited.ours.append(time.perf_counter() - began)
        thorough = accepted(
            findings, "ours", problem, make_plan(problem, seconds=1.0 if effort.quick else GOOD, seed=1)
        )
        trips = accepted(findings, "ours", held, make_plan(held, seconds=1.0 if effort.quick else GOOD, seed=1))
        began = time.perf_counter()
        hand = accepted(findings, "those by hand", problem, by_hand(problem, seed, PER_TERRITORY[: effort.of(6, 1)]))
        waited.peer.append(time.perf_counter() - began)
        for series, plan in ((first, quick), (good, thorough), (short, trips)):
            series.ours.append(plan.cost.total)
            series.peer.append(hand.cost.total)
        for series, plan in ((road, thorough), (brief, trips)):
            series.ours.append(on_the_road(plan))
            series.peer.append(on_the_road(hand))
        each.ours.append(for_each(thorough))
        each.peer.append(for_each(hand))


def thousand(findings: Findings, effort: Effort) -> None:
    """A day of 1,000 stops."""
    stops = effort.of(MANY, 80)
    problem = beijing_day(stops, 1)
    took = findings.begin(f"plan of {stops} stops", "s", "less", "by hand")
    memory = findings.begin("memory at most", "MB", "less", "by hand")
    cost = findings.begin("cost", "money", "less", "by hand")
    began = time.perf_counter()
    plan = accepted(findings, "ours", problem, make_plan(problem, seconds=1.0 if effort.quick else LONG, seed=1))
    took.ours.append(time.perf_counter() - began)
    memory.ours.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    findings.say("by hand")
    began = time.perf_counter()
    hand = accepted(findings, "those by hand", problem, by_hand(problem, 1, PER_TERRITORY[2:3]))
    took.peer.append(time.perf_counter() - began)
    memory.peer.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    cost.ours.append(plan.cost.total)
    cost.peer.append(hand.cost.total)


HAND = prose("""
A day planned by hand (bench/manual.py): fixed territories with equally many receivers, in each the driver goes on to
whoever can be handed over soonest, home and out again when the vehicle is full; what is left over is put where it costs
least, one order after the other. It is fair because it is better than people are: it knows all roads and windows, works out
each timetable to the second, leaves as late as that allows, and has the number of territories for which its day is cheapest.
""")
BEIJING = Measurement(
    "planning-beijing",
    "Planning: a day in Beijing",
    prose("""
    300 stops of hospitals with two receiving windows, pharmacies and clinics, two depots, three temperature zones, goods that
    are ready late or due early, boxes with hold times, controlled drugs, returns, a consignment of high value, own and hired
    vehicles, drivers with shifts, meals and rests. "On the road" is from leaving the depot until handed over, on average over
    all orders. Where they are to be handed over sooner, each hour of a trip beyond 4 h counts for the planner like 180 of
    money, which nobody pays. Roads are straight lines x 1.35 at 25 km/h.
    """),
    HAND,
    beijing,
)
THOUSAND = Measurement(
    "planning-thousand",
    "Planning: 1,000 stops",
    prose("""
    The same kind of day with 1,000 stops: how long it takes until the plan is there, and the most memory the process had
    (by hand is worked out after it in the same process).
    """),
    HAND,
    thousand,
)
