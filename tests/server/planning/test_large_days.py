"""Large days, which are taken apart for the search, and plans that begin at the plan there was."""

from msgspec.structs import replace
from pyvrp import CostEvaluator, Solution

from server.planning import with_pyvrp
from server.planning.checker import check
from server.planning.lookup import Lookup
from server.planning.operations import make_plan
from server.planning.problem import Amounts, Capacity, Matrix, Order, Problem, Site, Vehicle, Window
from server.planning.schedule import Timetable, timetable
from server.planning.with_pyvrp_model import Model
from server.planning.with_pyvrp_parts import Divider
from server.planning.with_pyvrp_watch import Search
from tests.server.planning.days import HOUR, small_day

WINDOWS = (Window(1 * HOUR, 3 * HOUR), Window(5 * HOUR, 8 * HOUR))


def grid_day(**changes: object) -> Problem:
    """48 sites on a grid with the depot in a corner, some with two receiving windows, some optional; twelve vehicles of two
    kinds, of which the small ones may load again."""
    places = [(0, 0)] + [(1 + number % 8, 1 + number // 8) for number in range(48)]
    way = tuple(tuple(900 * (abs(a - c) + abs(b - d)) for c, d in places) for a, b in places)
    names = [f"S{number:02}" for number in range(1, 49)]
    fields: dict[str, object] = {
        "name": "grid",
        "sites": (
            Site("D", service=600),
            *(Site(name, windows=WINDOWS if n % 3 == 0 else (), service=240) for n, name in enumerate(names)),
        ),
        "orders": tuple(
            Order(f"o{name}", name, Amounts(1 + n % 3), penalty=3.0 if n % 11 == 0 else None)
            for n, name in enumerate(names)
        ),
        "vehicles": tuple(
            Vehicle(
                f"V{n:02}",
                "D",
                capacity=Capacity(8 if n % 2 else 14),
                shift=Window(0, 9 * HOUR),
                trips=2 if n % 2 else 1,
            )
            for n in range(12)
        ),
        "matrices": {"default": Matrix("grid", way, tuple(tuple(metres // 10 for metres in row) for row in way))},
    }
    return Problem(**{**fields, **changes})  # type: ignore[arg-type]


def translated(problem: Problem) -> Model:
    lookup = Lookup(problem)
    return Model(lookup, [lookup.crew(vehicle, None) for vehicle in problem.vehicles], problem.orders, {}, False)


def good_day(model: Model) -> Solution:
    found = with_pyvrp.explore(model.data, Search(seed=1, iterations=60, starts=1), model.prices, model.scale)
    assert found.solution.is_feasible()
    return found.solution


def test_each_visit_and_each_vehicle_of_a_day_is_in_one_part_of_it():
    model = translated(grid_day())
    day = good_day(model)
    for seed in range(5):
        parts = Divider(model.data, seed).parts(day, 15)
        assert len(parts) > 1
        assert sorted(client for part in parts for client in part.clients) == list(range(model.data.num_clients))
        for kind, vehicle in enumerate(model.data.vehicle_types()):
            given = [
                part.data.vehicle_type(own).num_available
                for part in parts
                for own, k in enumerate(part.types)
                if k == kind
            ]
            assert sum(given) <= vehicle.num_available


def test_the_parts_of_a_day_cost_together_what_it_costs_and_make_it_again():
    model = translated(grid_day())
    day = good_day(model)
    judge = CostEvaluator([0.0] * model.data.num_load_dimensions, 0.0, 0.0)
    parts = Divider(model.data, 2).parts(day, 15)
    assert all(part.first.is_feasible() for part in parts)
    assert sum(judge.cost(part.first) for part in parts) == judge.cost(day)
    again = Solution(model.data, [part.route(model.data, route) for part in parts for route in part.first.routes()])
    assert judge.cost(again) == judge.cost(day)
    assert {str(route) for route in again.routes()} == {str(route) for route in day.routes()}


def test_parts_are_cut_along_other_edges_each_time():
    model = translated(grid_day())
    day, divider = good_day(model), Divider(model.data, 3)
    edges = {tuple(tuple(part.clients) for part in divider.parts(day, 15)) for _ in range(6)}
    assert len(edges) > 1


def searched(problem: Problem, how: Search) -> dict[int, list[str]]:
    lookup = Lookup(problem)
    crews = [lookup.crew(vehicle, None) for vehicle in problem.vehicles]
    found = with_pyvrp.search(lookup, crews, problem.orders, {}, how)
    assert found.feasible
    for index, names in found.routes.items():
        orders = lookup.sequence(crews[index].vehicle, names)
        assert isinstance(timetable(lookup, crews[index], orders), Timetable)
        assert lookup.overload(crews[index].vehicle, orders) is None
    served = [name for names in found.routes.values() for name in names if name]
    assert len(served) == len(set(served))
    assert {order.id for order in problem.orders if order.penalty is None} <= set(served)
    return found.routes


def test_a_day_searched_in_parts_keeps_every_rule_and_the_same_seed_makes_the_same_routes():
    how = Search(seed=4, iterations=200, part=15)
    assert searched(grid_day(), how) == searched(grid_day(), how)


def test_a_day_searched_in_parts_by_the_clock_ends_with_it():
    told: list[float] = []
    searched(
        grid_day(), Search(seed=4, seconds=2.5, part=15, on_best=lambda _count, cost: told.append(cost or float("inf")))
    )
    assert told == sorted(told, reverse=True)


def test_a_plan_that_begins_at_the_one_there_was_is_not_dearer():
    problem = grid_day()
    before = make_plan(problem, iterations=400, seed=1)
    after = make_plan(problem, iterations=1, seed=9, warm=before)
    assert after.cost.total <= before.cost.total
    assert after.cost.total < make_plan(problem, iterations=1, seed=9).cost.total


def test_a_plan_to_begin_at_may_be_of_another_day():
    before = make_plan(small_day(), iterations=50, seed=1)
    day = small_day()
    other = replace(
        day,
        orders=(*day.orders[1:], Order("new", "C", Amounts(2))),
        vehicles=(day.vehicles[0], replace(day.vehicles[1], id="V9")),
    )
    plan = make_plan(other, iterations=50, seed=1, warm=before)
    assert not check(other, plan).violations
    assert "new" in {name for route in plan.routes for stop in route.stops for name in stop.orders}
