"""Transfers from hospital to hospital: fetched at one site, handed over at another, by one vehicle on one trip."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from server.planning.building import refuse_unknown_work
from server.planning.checker import Rule, check
from server.planning.cli_plan import table
from server.planning.explain import explain, lines
from server.planning.lookup import Lookup
from server.planning.mend import Mender
from server.planning.operations import make_plan
from server.planning.plan import Plan, Stop
from server.planning.problem import Amounts, Capacity, Order, Problem, Rest, Site, Vehicle, Window, load_problem
from server.planning.schedule import Failure, timetable
from server.planning.sequences import FETCH
from server.planning.with_ortools import place_rests
from shared.errors import Refused
from tests.server.planning.days import HOUR
from tests.server.planning.test_plans import day, made, orders_of, reasons

change = msgspec.structs.replace
SITES = (Site("A"), Site("B"), Site("C"))
V = Vehicle("V", "D", capacity=Capacity(10))


def move(name: str, origin: str, site: str, units: int = 4, **more: object) -> Order:
    return Order(name, site, Amounts(units), origin=origin, **more)  # type: ignore[arg-type]


def bring(name: str, site: str, units: int, **more: object) -> Order:
    return Order(name, site, Amounts(units), **more)  # type: ignore[arg-type]


def steps(plan: Plan) -> list[str]:
    """What happens at each stop of the only route."""
    (route,) = plan.routes
    return [
        " ".join([stop.site, *(f"-{n}" for n in stop.orders), *(f"+{n}" for n in stop.fetched)]) for stop in route.stops
    ]


def test_a_transfer_is_fetched_before_it_is_handed_over():
    assert steps(made(day(SITES, (move("t", "C", "A"),), (V,)))) == ["C +t", "A -t"]


def test_a_transfer_shares_visits_with_what_is_brought():
    plan = made(day(SITES, (move("t", "A", "C"), bring("a", "A", 3), bring("c", "C", 3)), (V,)))
    (route,) = plan.routes
    assert [stop.site for stop in route.stops] == ["A", "C"]
    assert (route.stops[0].orders, route.stops[0].fetched) == (("a",), ("t",))
    assert sorted(route.stops[1].orders) == ["c", "t"]


def test_service_takes_its_time_at_both_ends():
    sites = (Site("A", service=300, per_unit=10), Site("B", service=60, per_unit=5))
    (route,) = made(day(sites, (move("t", "A", "B"),), (V,))).routes
    assert [stop.departure - stop.start for stop in route.stops] == [340, 80]


def test_there_has_to_be_room_only_in_between():
    full = bring("b", "B", 10)
    plan = made(day(SITES, (full, move("t", "A", "C", 10)), (V,)))
    assert plan.feasible
    assert steps(plan) == ["B -b", "A +t", "C -t"]
    assert reasons(made(day(SITES, (move("t", "A", "C", 11),), (V,)))) == {"t": 6302}


def test_transfers_follow_one_another_where_the_vehicle_holds_only_one():
    problem = day(SITES, (move("t", "A", "B", 10), move("u", "B", "C", 10), move("v", "C", "A", 10)), (V,))
    plan = made(problem)
    assert plan.feasible
    boards = explain(problem, plan).routes[0].onboard
    assert max(sum(part.amounts.units for part in board.load) for board in boards) == 10


def test_it_is_not_fetched_before_it_is_ready_nor_handed_over_after_it_is_due():
    (route,) = made(day(SITES, (move("t", "A", "B", release=HOUR, due=2 * HOUR),), (V,))).routes
    assert route.stops[0].start >= HOUR
    assert reasons(made(day(SITES, (move("t", "A", "B", release=HOUR, due=HOUR + 999),), (V,)))) == {"t": 6307}


def test_windows_at_both_ends_are_kept():
    sites = (
        Site("A", windows=(Window(0, 500), Window(8000, 9000))),
        Site("B", windows=(Window(0, 1000), Window(12_000, 13_000))),
    )
    (route,) = made(day(sites, (move("t", "A", "B"),), (V,))).routes
    assert 8000 <= route.stops[0].start <= 9000
    assert 12_000 <= route.stops[1].start <= 13_000


def test_a_box_is_fetched_as_late_as_it_may_be():
    """C comes first, and B opens long after A could be reached."""
    sites = (Site("A"), Site("B", windows=(Window(8000, 9000),)), Site("C"))
    orders = (bring("c", "C", 1, due=3100), move("t", "A", "B", hold=2000))
    plan = made(day(sites, orders, (V,), opening_loss=60))
    assert plan.feasible
    (route,) = plan.routes
    fetched = next(stop for stop in route.stops if stop.fetched)
    assert route.stops[-1].departure - fetched.start <= 2000


def test_a_box_that_does_not_hold_on_the_way_is_not_taken():
    assert reasons(made(day(SITES, (move("t", "A", "C", hold=1999),), (V,)))) == {"t": 6308}
    assert reasons(made(day(SITES, (move("t", "A", "C", hold=2000),), (V,)))) == {}


def test_rests_are_placed_around_the_way_of_a_box():
    """By rule of thumb the driver rests at A with the box on board; before it is fetched there is time as well."""
    problem = day(SITES, (move("t", "A", "C", hold=2000),), (V,), rest=Rest(2500, 600))
    lookup = Lookup(problem)
    crew, sequence = lookup.crew(V, None), lookup.sequence(V, [FETCH + "t", "t"])
    assert isinstance(timetable(lookup, crew, sequence), Failure)
    found = place_rests(lookup, crew, sequence, 1)
    assert found is not None
    assert found.departures[1] - found.starts[0] == 2000
    assert found.breaks[0].leg == 0


def test_both_sites_have_to_admit_the_vehicle():
    for name in ("A", "C"):
        sites = tuple(change(site, admits=("van",)) if site.id == name else site for site in SITES)
        assert reasons(made(day(sites, (move("t", "A", "C"),), (V,)))) == {"t": 6303}


def test_it_stays_on_board_on_one_trip_of_several():
    orders = (bring("a", "A", 10), bring("b", "B", 10), move("t", "A", "C", 10))
    plan = made(day(SITES, orders, (change(V, trips=3),)))
    assert plan.feasible
    (route,) = plan.routes
    fetched = next(i for i, stop in enumerate(route.stops) if stop.fetched)
    handed = next(i for i, stop in enumerate(route.stops) if "t" in stop.orders)
    assert fetched < handed
    assert not any(stop.reload for stop in route.stops[fetched:handed])


def test_one_that_goes_alone_goes_alone():
    plan = made(day(SITES, (move("t", "A", "C", alone="gold"), bring("a", "A", 1)), (V, change(V, id="W"))))
    assert sorted(len(route.stops) for route in plan.routes) == [1, 2]


def test_one_that_costs_more_than_leaving_it_is_left():
    assert reasons(made(day(SITES, (move("t", "A", "C", penalty=59.0),), (V,)))) == {"t": 6311}
    assert reasons(made(day(SITES, (move("t", "A", "C", penalty=61.0), bring("a", "A", 1)), (V,)))) == {}


def test_what_cannot_stay_leaves_with_where_it_is_fetched():
    """B closes before the vehicle is there after A: the transfer goes, at both its ends."""
    sites = (Site("A"), Site("B", windows=(Window(0, 2500),)), Site("C"))
    problem = day(sites, (move("t", "A", "C", penalty=1.0), bring("b", "B", 1)), (V,))
    lookup = Lookup(problem)
    mender = Mender(lookup, [lookup.crew(V, None)], lambda crew, orders: None)
    removed = mender.place(0, [FETCH + "t", "t", "b"])
    assert [order.id for order in removed] == ["t"]
    assert [order.id for order in mender.routes[0]] == ["b"]


def test_mending_finds_the_cheapest_two_places():
    problem = day(SITES, (bring("a", "A", 1), bring("b", "B", 1), bring("c", "C", 1), move("t", "A", "C")), (V,))
    lookup = Lookup(problem)
    mender = Mender(lookup, [lookup.crew(V, None)], lambda crew, orders: None)
    mender.place(0, ["a", "b", "c"])
    assert mender.insert([problem.orders[3]]) == {}
    assert mender.tables[0].distance == 60_000
    assert mender.tables[0].calls == 3


def test_no_handheld_is_given_a_transfer():
    problem = day(SITES, (move("t", "A", "C"),), (V,))
    (route,) = made(problem).routes
    with pytest.raises(Refused, match="transfers: t"):
        refuse_unknown_work(problem, route)


def test_a_transfer_is_told_where_it_is_fetched():
    problem = day(SITES, (move("t", "A", "C", hold=5000),), (V,))
    plan = made(problem)
    assert "↑t" in "\n".join(lines(problem, explain(problem, plan), "en"))
    assert "↑t" in "\n".join(table(problem, plan, "zh"))
    limits = explain(problem, plan).routes[0].limits
    assert next(limit.margin for limit in limits if limit.what == "hold") == 3000
    assert orders_of(plan, "V") == ["t"]


# the checker -----------------------------------------------------------------------------------------------------------

GOOD = day(
    SITES,
    (move("t", "A", "C", 8, release=1000, hold=2500), bring("b", "B", 2)),
    (change(V, trips=2),),
)
PLAN = made(GOOD)
(ROUTE,) = PLAN.routes
FETCHED = next(i for i, stop in enumerate(ROUTE.stops) if stop.fetched)
HANDED = next(i for i, stop in enumerate(ROUTE.stops) if "t" in stop.orders)
Case = tuple[Problem, Plan]


def transfer(**changes: object) -> Case:
    return change(GOOD, orders=(change(GOOD.orders[0], **changes), GOOD.orders[1])), PLAN


def stop(number: int, **changes: object) -> Case:
    stops = list(ROUTE.stops)
    stops[number] = change(stops[number], **changes)
    return route(stops)


def route(stops: list[Stop]) -> Case:
    return GOOD, change(PLAN, routes=(change(ROUTE, stops=tuple(stops)),))


def reloaded() -> Case:
    again = Stop("D", (), 0, 0, 0, 0, 0, reload=True)
    return route([*ROUTE.stops[: FETCHED + 1], again, *ROUTE.stops[FETCHED + 1 :]])


CASES: dict[str, tuple[Rule, Callable[[], Case]]] = {
    "never fetched": (Rule.PAIR, lambda: stop(FETCHED, fetched=(), orders=("b",))),
    "fetched twice": (Rule.PAIR, lambda: stop(FETCHED, fetched=("t", "t"))),
    "fetched elsewhere": (Rule.PAIR, lambda: transfer(origin="B")),
    "fetched where it is handed over": (Rule.PAIR, lambda: stop(HANDED, fetched=("t",))),
    "fetched and not handed over": (Rule.PAIR, lambda: stop(HANDED, orders=("b",))),
    "fetched after it was handed over": (Rule.PAIR, lambda: route(list(reversed(ROUTE.stops)))),
    "unloaded in between": (Rule.PAIR, reloaded),
    "not there when fetched": (Rule.RELEASE, lambda: transfer(release=ROUTE.stops[FETCHED].start + 1)),
    "too long in its box": (
        Rule.HOLD,
        lambda: transfer(hold=ROUTE.stops[HANDED].departure - ROUTE.stops[FETCHED].start - 1),
    ),
    "more than fits in between": (Rule.CAPACITY, lambda: transfer(amounts=Amounts(11))),
    "loaded at the depot": (Rule.TOTAL, lambda: transfer(origin=None, release=0)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_plan_with_one_thing_wrong_with_a_transfer_is_refused_by_that_rule(case):
    assert not check(GOOD, PLAN).violations
    rule, damaged = CASES[case]
    assert rule in {found.rule for found in check(*damaged()).violations}


@pytest.mark.timeout(30)
def test_a_search_with_transfers_and_several_trips_ends():
    """A day on which PyVRP's local search goes on for ever where it is given both."""
    problem = load_problem((Path(__file__).parent / "transfers_and_trips.json").read_bytes(), "transfers and trips")
    plan = make_plan(problem, iterations=20, seed=3)
    assert {"o2"} <= {name for route in plan.routes for stop in route.stops for name in stop.orders}
