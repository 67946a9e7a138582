"""Several trips within one shift: the vehicle comes back to its depot, loads again and leaves again."""

from collections.abc import Callable

import msgspec
import pytest

from server.planning.building import refuse_unknown_work
from server.planning.checker import Rule, check
from server.planning.cli_plan import as_object, table
from server.planning.explain import explain, lines
from server.planning.formats import Format
from server.planning.hand import orders_of as in_order
from server.planning.operations import make_plan
from server.planning.plan import Plan, Stop
from server.planning.problem import Amounts, Capacity, Driver, Lock, Order, Problem, Rest, Site, Vehicle, Window
from server.planning.sequences import RELOAD
from shared.errors import Refused
from tests.server.planning.days import HOUR, line_matrix
from tests.server.planning.test_plans import day, made, orders_of, reasons

change = msgspec.structs.replace
SITES = (Site("A"), Site("B"))
TWICE = Vehicle("V", "D", capacity=Capacity(10), trips=2)
DEPOT = Site("D", service=600)


def at_depot(problem: Problem, depot: Site = DEPOT) -> Problem:
    return change(problem, sites=(depot, *problem.sites[1:]))


def full(name: str, site: str, **more: object) -> Order:
    return Order(name, site, Amounts(10), **more)  # type: ignore[arg-type]


def stops_of(plan: Plan) -> list[str]:
    (route,) = plan.routes
    return ["-".join(stop.orders) or "reload" for stop in route.stops]


def test_what_one_load_does_not_hold_goes_with_a_second_trip():
    plan = made(at_depot(day(SITES, (full("a", "A"), full("b", "B")), (TWICE,))))
    assert plan.feasible
    (route,) = plan.routes
    again = route.stops[1]
    assert (again.site, again.reload, again.departure - again.start) == ("D", True, 600)
    assert again.load[0].amounts == route.load[0].amounts == Amounts(10)
    assert route.distance == 20_000 + 40_000


def test_there_are_not_more_trips_than_the_vehicle_makes():
    orders = (full("a", "A"), full("b", "B"), full("c", "A"))
    assert list(reasons(made(day(SITES, orders, (TWICE,)))).values()) == [6310]
    assert reasons(made(day(SITES, orders, (change(TWICE, trips=3),)))) == {}
    assert len(reasons(made(day(SITES, orders, (change(TWICE, trips=1),))))) == 2


def test_a_second_vehicle_is_not_called_where_a_second_trip_costs_less():
    orders, dear = (full("a", "A"), full("b", "B")), change(TWICE, trips=1, fixed=100.0)
    assert len(made(day(SITES, orders, (dear, change(dear, id="W")))).routes) == 2
    fleet = (change(dear, trips=2), change(dear, id="W", trips=2))
    assert len(made(day(SITES, orders, fleet)).routes) == 1


def test_each_trip_waits_only_for_its_own_goods():
    late = (full("a", "A", due=2 * HOUR), full("b", "B", release=3 * HOUR))
    plan = made(at_depot(day(SITES, late, (TWICE,))))
    assert stops_of(plan) == ["a", "reload", "b"]
    (route,) = plan.routes
    assert route.stops[1].start == 3 * HOUR
    assert route.departure < 3 * HOUR


def test_the_hold_time_of_a_box_counts_from_the_loading_of_its_trip():
    """On the first trip nothing is left of 1,700 s for B after A; on its own trip 600 + 1,000 s are used."""
    sites = (Site("A"), Site("B"))
    orders = (full("a", "A"), Order("box", "A", Amounts(1), hold=1700), Order("far", "B", Amounts(9), due=3000))
    plan = made(at_depot(day(sites, orders, (TWICE,))))
    assert plan.feasible


def test_the_second_trip_is_loaded_no_sooner_than_its_boxes_allow():
    """B opens at 8,000 s; loaded at once the box would be warm by then, so it is loaded later and back no later."""
    sites = (Site("A"), Site("B", windows=(Window(8000, 9000),)))
    orders = (full("a", "A", due=1600), full("box", "B", hold=3000))
    plan = made(at_depot(day(sites, orders, (TWICE,))))
    assert stops_of(plan) == ["a", "reload", "box"]
    (route,) = plan.routes
    assert route.stops[2].departure - route.stops[1].start <= 3000
    assert route.stops[1].start > route.stops[1].arrival


@pytest.mark.parametrize(("closes", "left"), [(3200, 0), (3199, 1)])
def test_the_depot_has_to_be_open_until_it_is_loaded_again(closes, left):
    """Loading, there and back again to A, loading: 3,200 s. The vehicle ends at B, which is always open."""
    orders = (full("a", "A"), full("b", "B"))
    problem = day(SITES, orders, (change(TWICE, end="B"),))
    plan = made(at_depot(problem, change(DEPOT, windows=(Window(0, closes),))))
    assert len(reasons(plan)) == left


def test_doors_opened_on_an_earlier_trip_cost_a_box_nothing():
    orders = (full("a", "A"), full("b", "B", hold=2000))
    plan = made(day(SITES, orders, (TWICE,), opening_loss=500))
    assert plan.feasible


def test_what_was_collected_is_unloaded_before_the_next_trip():
    orders = (full("a", "A"), Order("empty", "A", Amounts(10), collect=True, hold=1100), full("b", "B"))
    plan = made(day(SITES, orders, (TWICE,)))
    assert plan.feasible
    assert "reload" in stops_of(plan)


def test_rests_count_across_trips():
    sites = (Site("A"), Site("B"))
    places = (0, 60_000, 70_000)
    problem = day(sites, (full("a", "A"), full("b", "B")), (TWICE,), rest=Rest(4 * HOUR, 1200))
    problem = change(problem, matrices={"default": line_matrix(*places)})
    plan = made(problem)
    assert plan.feasible
    (route,) = plan.routes
    assert len(route.breaks) >= 1


def test_a_trip_is_opened_for_what_the_search_left():
    """The box cannot ride along, which the search does not know: mending makes a trip for it."""
    orders = (
        Order("a", "A", Amounts(4)),
        Order("b", "B", Amounts(5), hold=2000),
        Order("c", "A", Amounts(1), hold=1600),
    )
    sites = (Site("A", service=500), Site("B", service=0))
    assert made(day(sites, orders, (change(TWICE, trips=3),))).feasible


def test_drivers_are_matched_with_routes_of_several_trips():
    fleet = (TWICE, change(TWICE, id="once", trips=1, fixed=50.0))
    drivers = (Driver("P", per_hour=30.0), Driver("Q", per_hour=20.0))
    plan = made(day(SITES, (full("a", "A"), full("b", "B")), fleet, drivers=drivers))
    assert stops_of(plan) == ["b", "reload", "a"] or stops_of(plan) == ["a", "reload", "b"]
    assert plan.routes[0].driver == "Q"


def test_what_is_locked_is_on_the_first_trip_and_later_goods_on_the_next():
    orders = (full("a", "A"), full("b", "B", release=2 * HOUR))
    locks = (Lock("V", ("a",), departure=HOUR),)
    plan = made(day(SITES, orders, (TWICE,), locks=locks))
    assert orders_of(plan, "V") == ["a", "b"]
    assert plan.routes[0].departure == HOUR
    assert reasons(made(day(SITES, orders, (change(TWICE, trips=1),), locks=locks))) == {"b": 6310}


def test_a_visit_is_paid_and_a_return_to_the_depot_is_not():
    plan = made(day(SITES, (full("a", "A"), full("b", "B")), (change(TWICE, per_stop=7.0),)))
    assert plan.cost.stops == 14.0


def test_an_older_plan_reads_as_one_of_single_trips():
    stop = b'{"site": "A", "orders": ["a"], "arrival": 1, "start": 1, "departure": 2, "distance": 1, "duration": 1}'
    old = msgspec.json.decode(stop, type=Stop)
    assert not old.reload
    assert old.load == ()


def test_a_plan_of_several_trips_comes_back_from_json():
    assert msgspec.json.decode(msgspec.json.encode(PLAN), type=Plan) == PLAN


# told and published ----------------------------------------------------------------------------------------------------

GOOD = at_depot(
    day(
        SITES,
        (
            full("a", "A", due=1600),
            Order("e", "A", Amounts(2), collect=True, hold=2000, depot="D"),
            full("b", "B", hold=2600, release=2500, due=9000),
        ),
        (TWICE,),
    ),
    change(DEPOT, windows=(Window(0, 9000),)),
)
PLAN = made(GOOD)


@pytest.mark.parametrize(("language", "words"), [("zh", "再装"), ("en", "loads again")])
def test_a_return_is_told_where_routes_are_told(language, words):
    assert words in "\n".join(lines(GOOD, explain(GOOD, PLAN), language))
    assert words in "\n".join(table(GOOD, PLAN, language))
    assert as_object(Format.HANDOVER, PLAN, language)["routes"] == [[n for s in PLAN.routes[0].stops for n in s.orders]]


def test_what_is_on_board_rises_where_the_vehicle_loads_again():
    (route,) = explain(GOOD, PLAN).routes
    again = next(i for i, stop in enumerate(PLAN.routes[0].stops) if stop.reload)
    units = [sum(part.amounts.units for part in board.load) for board in route.onboard]
    assert units[0] == units[again + 1] == 10
    assert units[-1] == 0
    assert {limit.what for limit in route.limits} >= {"hold", "capacity"}


def test_no_handheld_is_given_a_route_with_a_collection_but_one_with_a_return():
    (route,) = PLAN.routes
    with pytest.raises(Refused, match="collecting: e") as refused:
        refuse_unknown_work(GOOD, route)
    assert refused.value.problem.number == 6551
    assert any(stop.reload for stop in route.stops)
    refuse_unknown_work(change(GOOD, orders=(GOOD.orders[0],)), route)


def test_a_locked_return_stays_where_it_is_and_the_checker_misses_it_where_it_is_gone():
    (route,) = PLAN.routes
    begins = in_order(route)
    count = begins.index(RELOAD) + 2
    settled = change(GOOD, locks=(Lock(route.vehicle, begins[:count], route.driver, route.departure),))
    again = make_plan(settled, iterations=20)
    assert in_order(again.routes[0])[:count] == begins[:count]
    assert not check(settled, again).violations
    early = change(settled.locks[0], orders=tuple(name for name in begins[:count] if name != RELOAD))
    refused = check(change(GOOD, locks=(early,)), PLAN).violations
    assert {found.rule for found in refused} == {Rule.LOCK}


# the checker -----------------------------------------------------------------------------------------------------------

ROUTE = PLAN.routes[0]
AGAIN = next(i for i, stop in enumerate(ROUTE.stops) if stop.reload)
RETURN = ROUTE.stops[AGAIN]
Case = tuple[Problem, Plan]


def vehicle(**changes: object) -> Case:
    return change(GOOD, vehicles=(change(TWICE, **changes),)), PLAN


def order(number: int, **changes: object) -> Case:
    orders = list(GOOD.orders)
    orders[number] = change(orders[number], **changes)
    return change(GOOD, orders=tuple(orders)), PLAN


def depot(**changes: object) -> Case:
    return change(GOOD, sites=(change(GOOD.sites[0], **changes), *GOOD.sites[1:])), PLAN


def route(stops: tuple[Stop, ...]) -> Case:
    return GOOD, change(PLAN, routes=(change(ROUTE, stops=stops),))


def returns(**changes: object) -> Case:
    return route((*ROUTE.stops[:AGAIN], change(RETURN, **changes), *ROUTE.stops[AGAIN + 1 :]))


CASES: dict[str, tuple[Rule, Callable[[], Case]]] = {
    "more trips than it makes": (Rule.RELOAD, lambda: vehicle(trips=1)),
    "loads at another place": (Rule.RELOAD, lambda: returns(site="A")),
    "hands something over at the depot": (Rule.RELOAD, lambda: returns(orders=("a",))),
    "no return at all": (Rule.EMPTY, lambda: returns(reload=False)),
    "returns before the first stop": (Rule.EMPTY, lambda: route((RETURN, *ROUTE.stops))),
    "returns after the last stop": (Rule.EMPTY, lambda: route((*ROUTE.stops, RETURN))),
    "returns twice": (Rule.EMPTY, lambda: route((*ROUTE.stops[: AGAIN + 1], *ROUTE.stops[AGAIN:]))),
    "one load for two trips": (Rule.CAPACITY, lambda: route(tuple(s for s in ROUTE.stops if not s.reload))),
    "more than the second trip holds": (Rule.CAPACITY, lambda: order(2, amounts=Amounts(11))),
    "loads less than it brings": (Rule.TOTAL, lambda: returns(load=())),
    "loads on the road": (Rule.TOTAL, lambda: route((change(ROUTE.stops[0], load=RETURN.load), *ROUTE.stops[1:]))),
    "not there when it is loaded": (Rule.RELEASE, lambda: order(2, release=RETURN.start + 1)),
    "too long since it was loaded": (Rule.HOLD, lambda: order(2, hold=ROUTE.stops[-1].departure - RETURN.start - 1)),
    "too long until it was back": (Rule.HOLD, lambda: order(1, hold=RETURN.arrival - ROUTE.stops[AGAIN - 1].start - 1)),
    "loaded too fast": (Rule.SERVICE, lambda: returns(departure=RETURN.departure - 1)),
    "slack of its own": (Rule.SLACK, lambda: returns(slack=1)),
    "depot closed before it left": (Rule.SHIFT, lambda: depot(windows=(Window(0, RETURN.departure - 1),))),
    "depot not open to load": (Rule.SHIFT, lambda: depot(windows=(Window(RETURN.start + 1, 99_999),))),
}


@pytest.mark.parametrize("case", CASES)
def test_a_plan_with_one_thing_wrong_with_a_second_trip_is_refused_by_that_rule(case):
    assert not check(GOOD, PLAN).violations
    rule, damaged = CASES[case]
    assert rule in {found.rule for found in check(*damaged()).violations}


def both_ways(**limits: object) -> Problem:
    """Sites 20 minutes from the depot on its two sides, whose goods would all fit on one trip of an hour and a half."""
    sites = (Site("A"), Site("B"))
    orders = tuple(Order(name.lower(), name, Amounts(3)) for name in "AB")
    fleet = (Vehicle("V", "D", capacity=Capacity(10), shift=Window(0, 12 * HOUR), trips=2, per_hour=30.0, **limits),)  # type: ignore[arg-type]
    return at_depot(change(day(sites, orders, fleet), matrices={"default": line_matrix(0, 12_000, -12_000)}))


def trips_of(plan: Plan) -> list[int]:
    """How long each trip takes, from the start of loading until the vehicle is back (s)."""
    (route,) = plan.routes
    back = [stop for stop in route.stops if stop.reload]
    begins = [route.start, *(stop.start for stop in back)]
    return [end - begin for begin, end in zip(begins, [*(stop.arrival for stop in back), route.end], strict=True)]


def test_goods_are_out_no_longer_than_a_trip_may_take():
    assert trips_of(made(both_ways())) == [600 + 4800]
    assert trips_of(made(both_ways(max_trip=5400))) == [600 + 4800]
    assert trips_of(made(both_ways(max_trip=5399))) == [600 + 2400, 600 + 2400]


def test_a_site_that_no_trip_reaches_and_comes_back_from_in_time_is_named():
    assert reasons(made(both_ways(max_trip=3000))) == {}
    assert reasons(made(both_ways(max_trip=2999))) == {"a": 6309, "b": 6309}


def test_trips_on_their_own_begin_at_the_plan_there_was():
    problem = both_ways(max_trip=5399)
    before = made(problem)
    again = make_plan(problem, iterations=1, seed=5, warm=before)
    assert again.routes == before.routes


def test_a_second_trip_that_waits_for_its_goods_loads_late_enough():
    """B opens late: loading for it is put off rather than the goods kept waiting at its door."""
    problem = both_ways(max_trip=3600)
    sites = tuple(change(s, windows=(Window(5 * HOUR, 6 * HOUR),)) if s.id == "B" else s for s in problem.sites)
    plan = made(change(problem, sites=sites))
    assert plan.feasible
    assert max(trips_of(plan)) <= 3600


def test_a_trip_that_is_too_long_is_explained_and_found_by_the_checker():
    problem = both_ways(max_trip=5399)
    plan = made(problem)
    limits = [limit for limit in explain(problem, plan).routes[0].limits if limit.what == "trip"]
    assert [limit.margin for limit in limits] == [5399 - 3000]
    shorter = change(problem, vehicles=(change(problem.vehicles[0], max_trip=2999),))
    assert [one.rule for one in check(shorter, plan).violations] == [Rule.TRIP, Rule.TRIP]
