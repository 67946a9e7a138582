"""Making plans: each day is a history, and the plan that comes out keeps every rule and says what it could not do."""

from collections.abc import Callable

import msgspec
import pytest

from server.planning.effort import Effort, Progress
from server.planning.engine import solve
from server.planning.faults import ProblemRefused
from server.planning.operations import make_plan
from server.planning.plan import Plan
from server.planning.problem import (
    NO_ROAD,
    Amounts,
    Capacity,
    Compartment,
    Driver,
    Lock,
    Matrix,
    Order,
    Problem,
    Rest,
    Site,
    Vehicle,
    Window,
)
from shared.errors import Refused
from shared.geo import Position
from tests.server.planning.days import HOUR, line_matrix, small_day

change = msgspec.structs.replace
STEPS = 30


def day(sites: tuple[Site, ...], orders: tuple[Order, ...], vehicles: tuple[Vehicle, ...], **more: object) -> Problem:
    """A day on a straight road: the depot at 0, the sites 10 km apart, 10 m/s."""
    places = [10_000 * i for i in range(len(sites) + 1)]
    fields: dict[str, object] = {"matrices": {"default": line_matrix(*places)}, "rest": None}
    return Problem("day", (Site("D"), *sites), orders, vehicles, **(fields | more))  # type: ignore[arg-type]


def made(problem: Problem, **more: object) -> Plan:
    return make_plan(problem, iterations=STEPS, seed=1, **more)  # type: ignore[arg-type]


def reasons(plan: Plan) -> dict[str, int]:
    return {left.order: left.reason.number for left in plan.unserved}


def orders_of(plan: Plan, vehicle: str) -> list[str]:
    return [name for route in plan.routes if route.vehicle == vehicle for stop in route.stops for name in stop.orders]


def sort_of(plan: Plan) -> Plan:
    return change(plan, seconds=0.0)


V = Vehicle("V", "D")


def test_orders_for_one_site_are_handed_over_in_one_visit():
    sites = (Site("A", service=600, per_unit=10), Site("B", service=600))
    orders = (Order("a1", "A", Amounts(3)), Order("b", "B"), Order("a2", "A", Amounts(4)), Order("a3", "A"))
    plan = made(day(sites, orders, (V,)))
    (route,) = plan.routes
    visit = next(stop for stop in route.stops if stop.site == "A")
    assert len(route.stops) == 2
    assert sorted(visit.orders) == ["a1", "a2", "a3"]
    assert visit.departure - visit.start == 600 + 10 * 7


def test_of_several_receiving_windows_the_one_that_fits_is_used():
    """B is far and open in the morning only, so A is served in its second window on the way back."""
    sites = (Site("A", windows=(Window(0, 100), Window(4000, 5000))), Site("B", windows=(Window(0, 2100),)))
    plan = made(day(sites, (Order("a", "A"), Order("b", "B")), (V,)))
    (route,) = plan.routes
    assert [stop.site for stop in route.stops] == ["B", "A"]
    assert 4000 <= route.stops[1].start <= 5000


def test_an_hourly_vehicle_leaves_no_sooner_than_it_must():
    vehicle = Vehicle("V", "D", per_hour=30.0)
    plan = made(day((Site("A", windows=(Window(8 * HOUR, 9 * HOUR),)),), (Order("a", "A"),), (vehicle,)))
    assert plan.routes[0].start == 8 * HOUR - 1000
    assert plan.routes[0].duration == 2000


def test_loading_starts_when_the_last_order_is_released():
    sites = (Site("A"), Site("B"))
    orders = (Order("a", "A"), Order("b", "B", release=HOUR))
    problem = day(sites, orders, (V,))
    problem = change(problem, sites=(Site("D", service=900), *sites))
    plan = made(problem)
    assert plan.routes[0].start >= HOUR
    assert plan.routes[0].departure == plan.routes[0].start + 900


def test_a_second_vehicle_is_called_only_when_one_is_too_small():
    sites = (Site("A"), Site("B"))
    orders = (Order("a", "A", Amounts(6)), Order("b", "B", Amounts(6)))
    big = Vehicle("big", "D", capacity=Capacity(12), fixed=100.0)
    small = Vehicle("small", "D", capacity=Capacity(6), fixed=40.0)
    assert [route.vehicle for route in made(day(sites, orders, (big, small))).routes] == ["big"]
    plan = made(day(sites, orders, (small, change(small, id="small2"))))
    assert sorted(route.vehicle for route in plan.routes) == ["small", "small2"]
    assert plan.feasible


@pytest.mark.parametrize("dimension", ["units", "volume", "weight"])
def test_every_dimension_of_a_load_counts(dimension):
    sites = (Site("A"), Site("B"))
    amount = Amounts(**{dimension: 6})
    vehicles = tuple(Vehicle(name, "D", capacity=Capacity(**{dimension: 10})) for name in ("V1", "V2"))
    plan = made(day(sites, (Order("a", "A", amount), Order("b", "B", amount)), vehicles))
    assert len(plan.routes) == 2


def test_each_zone_has_its_own_room():
    sites = (Site("A"), Site("B"))
    orders = (Order("a", "A", Amounts(5), zone="2-8"), Order("b", "B", Amounts(5), zone="2-8"))
    rooms = (Compartment("2-8", Capacity(8)), Compartment("ambient"))
    vehicles = tuple(Vehicle(name, "D", compartments=rooms) for name in ("V1", "V2"))
    plan = made(day(sites, orders, vehicles))
    assert len(plan.routes) == 2
    assert [load.zone for route in plan.routes for load in route.load] == ["2-8", "2-8"]


ONE = (Site("A"),)


@pytest.mark.parametrize(
    ("site", "order", "vehicle", "number", "said"),
    [
        (Site("A"), Order("o", "A", zone="frozen"), V, 6301, "frozen"),
        (Site("A"), Order("o", "A", Amounts(9)), Vehicle("V", "D", capacity=Capacity(8)), 6302, "8"),
        (Site("A", admits=("van",)), Order("o", "A"), Vehicle("V", "D", kind="lorry"), 6303, "van"),
        (Site("A"), Order("o", "A", depot="A"), V, 6304, "A"),
        (Site("A", windows=(Window(0, 999),)), Order("o", "A"), V, 6307, "0:16:39"),
        (Site("A"), Order("o", "A", due=999), V, 6307, "0:16:39"),
        (Site("A", service=60), Order("o", "A", hold=1059), V, 6308, "0:17:39"),
        (Site("A"), Order("o", "A"), Vehicle("V", "D", shift=Window(0, 1999)), 6309, "o"),
        (Site("A"), Order("o", "A"), Vehicle("V", "D", max_duration=1999), 6309, "o"),
        (Site("A"), Order("o", "A"), Vehicle("V", "D", max_distance=19_999), 6309, "o"),
        (Site("A"), Order("o", "A", penalty=19.0), V, 6311, "19.00"),
    ],
)
def test_an_order_nobody_can_serve_is_left_with_the_reason(site, order, vehicle, number, said):
    plan = made(day((site,), (order,), (vehicle,)))
    assert reasons(plan) == {"o": number}
    assert plan.routes == ()
    assert plan.feasible == (order.penalty is not None)
    for language in ("zh", "en"):
        assert said in plan.reasons(language)["o"]


def test_an_order_that_fits_to_the_second_is_served():
    site = Site("A", windows=(Window(0, 1000),), service=60)
    vehicle = Vehicle("V", "D", shift=Window(0, 2060), max_duration=2060, max_distance=20_000)
    plan = made(day((site,), (Order("o", "A", hold=1060, due=1000, penalty=20.01),), (vehicle,)))
    assert plan.unserved == ()


def test_a_site_no_road_reaches_is_named():
    table = ((0, 10_000, NO_ROAD), (10_000, 0, NO_ROAD), (NO_ROAD, NO_ROAD, 0))
    times = tuple(tuple(value // 10 if value > 0 else value for value in row) for row in table)
    problem = day((Site("A"), Site("Island")), (Order("a", "A"), Order("i", "Island")), (V,))
    plan = made(change(problem, matrices={"default": Matrix("roads", table, times)}))
    assert reasons(plan) == {"i": 6306}
    assert "Island" in plan.reasons("en")["i"]
    assert orders_of(plan, "V") == ["a"]


def test_when_not_everything_fits_what_ranks_higher_goes():
    orders = tuple(Order(f"o{i}", "A", Amounts(5), priority=i) for i in range(4))
    plan = made(day(ONE, orders, (Vehicle("V", "D", capacity=Capacity(10)),)))
    assert sorted(orders_of(plan, "V")) == ["o2", "o3"]
    assert reasons(plan) == {"o0": 6310, "o1": 6310}
    assert not plan.feasible


def test_what_must_be_served_goes_before_what_need_not():
    orders = (Order("must", "A", Amounts(10)), Order("may", "A", Amounts(10), penalty=1e6, priority=9))
    plan = made(day(ONE, orders, (Vehicle("V", "D", capacity=Capacity(10)),)))
    assert orders_of(plan, "V") == ["must"]
    assert plan.feasible
    assert plan.cost.penalty == 1e6


def test_an_optional_order_rides_when_its_penalty_is_worth_the_way():
    plan = made(day(ONE, (Order("o", "A", penalty=21.0),), (V,)))
    assert plan.unserved == ()
    assert plan.cost.total == 20.0


def test_a_permit_goes_where_it_is_needed():
    """Only P2 may carry controlled drugs and only the cold vehicle may carry cold goods; the two meet."""
    sites = (Site("A"), Site("B"))
    orders = (
        Order("a", "A", zone="2-8", requires=("controlled",)),
        Order("b", "B", Amounts(5)),
    )
    vehicles = (
        Vehicle("warm", "D", capacity=Capacity(5)),
        Vehicle("cold", "D", compartments=(Compartment("2-8"),)),
    )
    drivers = (Driver("P1"), Driver("P2", qualifications=("controlled",)))
    plan = made(day(sites, orders, vehicles, drivers=drivers))
    assert {route.vehicle: route.driver for route in plan.routes} == {"warm": "P1", "cold": "P2"}


def test_without_the_permit_the_order_stays_and_says_so():
    plan = made(day(ONE, (Order("o", "A", requires=("controlled",)),), (V,), drivers=(Driver("P1"),)))
    assert reasons(plan) == {"o": 6305}
    assert "controlled" in plan.reasons("zh")["o"]


def test_no_more_routes_than_drivers():
    sites = (Site("A"), Site("B"))
    orders = (Order("a", "A", Amounts(5)), Order("b", "B", Amounts(5), priority=1))
    vehicles = tuple(Vehicle(name, "D", capacity=Capacity(5)) for name in ("V1", "V2"))
    plan = made(day(sites, orders, vehicles, drivers=(Driver("P1"),)))
    assert len(plan.routes) == 1
    assert reasons(plan) == {"a": 6310}


def test_the_cheaper_driver_takes_the_longer_route():
    sites = (Site("A"), Site("B"), Site("C"), Site("E"))
    orders = (Order("a", "A", Amounts(5)), Order("e", "E", Amounts(5)))
    vehicles = tuple(Vehicle(name, "D", capacity=Capacity(5)) for name in ("V1", "V2"))
    drivers = (Driver("dear", per_hour=90.0), Driver("cheap", per_hour=30.0))
    plan = made(day(sites, orders, vehicles, drivers=drivers))
    far = next(route for route in plan.routes if route.stops[0].site == "E")
    assert far.driver == "cheap"


def test_a_drivers_shift_bounds_the_route():
    drivers = (Driver("early", shift=Window(0, 2000)), Driver("late", shift=Window(5000, 9000)))
    sites = (Site("A", windows=(Window(6000, 7000),)), Site("B"))
    plan = made(day(sites, (Order("a", "A"),), (V,), drivers=drivers))
    assert [route.driver for route in plan.routes] == ["late"]


def test_boxes_are_handed_over_before_they_warm():
    """Two boxes that hold 1,100 s, at sites 1,000 s to either side of the depot: two vehicles go, though one would do."""
    matrix = line_matrix(10_000, 0, 20_000)
    sites = (Site("A"), Site("B"))
    boxes = (Order("a", "A", hold=1100), Order("b", "B", hold=1100))
    problem = day(sites, boxes, (Vehicle("V1", "D"), Vehicle("V2", "D")), matrices={"default": matrix})
    plan = made(problem)
    assert len(plan.routes) == 2
    assert plan.feasible
    alone = made(change(problem, vehicles=problem.vehicles[:1]))
    assert list(reasons(alone).values()) == [6310]


def test_a_box_leaves_late_rather_than_wait_at_the_door():
    sites = (Site("A", windows=(Window(8 * HOUR, 9 * HOUR),)),)
    plan = made(day(sites, (Order("o", "A", hold=1000),), (V,)))
    assert plan.feasible
    assert plan.routes[0].start >= 8 * HOUR - 1000


def test_each_opening_of_the_doors_costs_hold_time():
    """C comes after A and B; two openings of 100 s leave 2,800 s of its 3,000, and the way takes 3,000."""
    sites = (Site("A", windows=(Window(0, 1000),)), Site("B", windows=(Window(0, 2000),)), Site("C"))
    orders = (Order("a", "A"), Order("b", "B"), Order("c", "C", hold=3000))
    assert made(day(sites, orders, (V,))).feasible
    assert reasons(made(day(sites, orders, (V,), opening_loss=100))) == {"c": 6310}


def far(stops: int, apart: int, **more: object) -> Problem:
    """Sites ``apart`` s of driving from each other, in a row."""
    names = [f"S{i}" for i in range(stops)]
    places = [apart * 10 * i for i in range(stops + 1)]
    sites = tuple(Site(name, service=300) for name in names)
    fields: dict[str, object] = {"matrices": {"default": line_matrix(*places)}, "rest": Rest()}
    return Problem("far", (Site("D"), *sites), tuple(Order(n, n) for n in names), (V,), **(fields | more))  # type: ignore[arg-type]


def test_nobody_drives_four_hours_without_a_rest():
    plan = made(far(3, 3 * HOUR))
    (route,) = plan.routes
    assert route.duration == 6 * 3 * HOUR + 3 * 300 + len(route.breaks) * 1200
    assert len(route.breaks) == 5


def test_a_leg_longer_than_four_hours_has_its_rest_on_the_way():
    plan = made(far(1, 9 * HOUR))
    (route,) = plan.routes
    assert any(0 < rest.driven < 9 * HOUR for rest in route.breaks)


def test_a_wait_that_has_to_be_is_used_to_rest():
    """S1 opens at 8:00 h and 5 h of driving are before it: the wait is long enough to rest in, so no time is lost."""
    problem = far(2, 9000)
    sites = (
        problem.sites[0],
        Site("S0", windows=(Window(0, 9000),)),
        Site("S1", windows=(Window(8 * HOUR, 9 * HOUR),)),
    )
    plan = made(change(problem, sites=sites, vehicles=(Vehicle("V", "D", shift=Window(0, 8 * HOUR + 18_000 + 1200)),)))
    assert plan.feasible
    assert plan.routes[0].stops[1].start == 8 * HOUR


def test_no_rest_is_planned_where_none_is_needed():
    assert made(far(2, 3000)).routes[0].breaks == ()


def test_what_is_settled_stays_settled():
    problem = small_day(locks=(Lock("V1", ("c1", "a1"), driver="P1", departure=8 * HOUR),))
    plan = made(problem)
    (route,) = [route for route in plan.routes if route.vehicle == "V1"]
    assert orders_of(plan, "V1")[:2] == ["c1", "a1"]
    assert route.driver == "P1"
    assert route.departure == 8 * HOUR
    assert plan.feasible


def test_a_vehicle_that_has_left_does_not_take_what_was_not_ready():
    late = Order("late", "A", release=9 * HOUR)
    problem = day((Site("A"), Site("B")), (Order("b", "B"), late), (V,), locks=(Lock("V", ("b",), departure=8 * HOUR),))
    plan = made(problem)
    assert orders_of(plan, "V") == ["b"]
    assert reasons(plan) == {"late": 6310}


SMALL_VAN = Vehicle(
    "V1", "D", kind="van", capacity=Capacity(10), compartments=(Compartment("2-8"), Compartment("ambient"))
)


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"locks": (Lock("V2", ("a1",)),)}, "zone"),
        ({"locks": (Lock("V1", ("c1", "e1"), departure=18 * HOUR),)}, "window"),
        ({"locks": (Lock("V1", ("b1",), driver="P2"),)}, "driver"),
        ({"locks": (Lock("V1", ("a1", "a2", "b1", "c1")),), "vehicles": (SMALL_VAN,)}, "units"),
    ],
)
def test_a_lock_that_breaks_a_rule_is_refused_and_not_repaired(changes, value):
    with pytest.raises(ProblemRefused) as refused:
        made(small_day(**changes))
    assert {fault.number for fault in refused.value.faults} == {6109}
    assert any(value in fault.values["value"] for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("per_km", "per_hour", "fixed", "penalty"),
    [
        (1e6, 0.0, 1e8, 1e8),
        (1e-6, 1e6, 0.0, None),
        (1e6, 1e-6, 1e8, None),
        (0.0, 0.0, 0.0, None),
        (1.37, 41.13, 0.1, 1e8),
    ],
)
def test_rates_of_any_size_are_planned_with(per_km, per_hour, fixed, penalty):
    sites = tuple(Site(f"S{i}", windows=(Window(0, 9 * HOUR),), service=600) for i in range(12))
    orders = tuple(Order(f"o{i}", f"S{i}", Amounts(1), penalty=penalty if i % 2 else None) for i in range(12))
    vehicles = tuple(
        Vehicle(f"V{i}", "D", capacity=Capacity(6), fixed=fixed, per_km=per_km, per_hour=per_hour) for i in range(3)
    )
    plan = made(day(sites, orders, vehicles))
    assert plan.feasible
    assert plan.unserved == () or penalty is not None


def test_several_depots_and_another_way_home():
    matrix = line_matrix(0, 10_000, 20_000, 30_000)
    sites = (Site("D"), Site("A"), Site("B"), Site("D2"))
    orders = (Order("a", "A", depot="D"), Order("b", "B", depot="D2"))
    vehicles = (Vehicle("V1", "D", end="D2"), Vehicle("V2", "D2"))
    plan = made(Problem("two", sites, orders, vehicles, matrices={"default": matrix}, rest=None))
    assert plan.feasible
    assert orders_of(plan, "V1") == ["a"]
    assert orders_of(plan, "V2") == ["b"]
    assert plan.routes[0].end_depot == "D2"


def test_each_profile_drives_on_its_own_matrix():
    problem = day(ONE, (Order("a", "A"),), (Vehicle("V", "D", profile="lorry"),))
    lorry = line_matrix(0, 12_345)
    plan = made(change(problem, matrices={"default": problem.matrices["default"], "lorry": lorry}))
    assert plan.routes[0].distance == 24_690


def test_without_a_matrix_distances_are_straight_lines_and_the_plan_says_so():
    sites = (Site("D", position=Position(39.9, 116.4)), Site("A", position=Position(39.99, 116.4)))
    plan = made(Problem("map", sites, (Order("a", "A"),), (V,)))
    assert plan.roads == "straight-line x 1.35"
    assert plan.routes[0].stops[0].distance == pytest.approx(10_007 * 1.35, abs=10)


# searching -------------------------------------------------------------------------------------------------------------


def busy_day() -> Problem:
    sites = tuple(Site(f"S{i}", windows=(Window(600 * i, 600 * i + 9000),), service=120) for i in range(20))
    orders = tuple(
        Order(f"o{i}", f"S{i}", Amounts(1 + i % 3), requires=("c",) if i % 5 == 0 else ()) for i in range(20)
    )
    places = [1000 * ((7 * i) % 21) for i in range(21)]
    vehicles = tuple(Vehicle(f"V{i}", "D", capacity=Capacity(12), fixed=20.0, per_hour=10.0) for i in range(6))
    drivers = tuple(Driver(f"P{i}", qualifications=("c",) if i < 3 else (), per_hour=20.0 + i) for i in range(6))
    return Problem("busy", (Site("D"), *sites), orders, vehicles, drivers, {"default": line_matrix(*places)})


@pytest.mark.parametrize("build", [small_day, busy_day, lambda: far(3, 3 * HOUR)])
def test_the_same_seed_and_iterations_make_the_same_plan(build: Callable[[], Problem]):
    first, second = (make_plan(build(), iterations=200, seed=7) for _ in range(2))
    assert sort_of(first) == sort_of(second)
    assert first.seed == 7


def test_progress_is_told_while_it_runs():
    told: list[Progress] = []
    plan = make_plan(busy_day(), iterations=300, seed=1, on_progress=told.append)
    costs = [progress.cost for progress in told if progress.cost is not None]
    assert costs == sorted(costs, reverse=True)
    assert plan.cost.total <= costs[-1] + 1e-3
    assert [progress.iterations for progress in told] == sorted(progress.iterations for progress in told)


def test_a_search_that_is_told_to_stop_keeps_what_it_has():
    plan = make_plan(busy_day(), iterations=10**9, seed=1, should_stop=lambda: True)
    assert {left.order for left in plan.unserved} | {n for r in plan.routes for s in r.stops for n in s.orders} == {
        order.id for order in busy_day().orders
    }


def test_a_search_ends_when_its_seconds_are_over():
    """A clock that moves 0.1 s each time it is looked at stands for a machine of any speed."""
    now = [0.0]

    def monotonic() -> float:
        now[0] += 0.1
        return now[0]

    plan = solve(busy_day(), Effort(seed=1, seconds=20.0, monotonic=monotonic))
    assert 15.0 <= plan.seconds <= 25.0


def test_a_search_without_an_end_is_not_started():
    with pytest.raises(ValueError, match="needs an end"):
        make_plan(small_day())


def test_a_problem_without_orders_is_refused():
    with pytest.raises(Refused) as refused:
        made(small_day(orders=()))
    assert refused.value.problem.number == 6004


def test_a_plan_travels_as_json_and_comes_back():
    plan = made(small_day())
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan
