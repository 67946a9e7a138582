"""A driver who is out at noon eats on the way."""

import msgspec
import pytest

from server.planning.checker import Rule, check
from server.planning.plan import Break, Plan, Route
from server.planning.problem import Driver, Meal, Order, Problem, Rest, Site, Vehicle, Window
from tests.server.planning.days import line_matrix
from tests.server.planning.test_plans import day, made, reasons

change = msgspec.structs.replace
SITES = (Site("A", service=600), Site("B", service=600), Site("C", service=600))
ORDERS = (Order("a", "A"), Order("b", "B"), Order("c", "C"))
V = Vehicle("V", "D")


def noon(meal: Meal | None, sites: tuple[Site, ...] = SITES, rest: Rest | None = None, **more: object) -> Problem:
    """Three sites in a row, 1,000 s apart, 600 s each, and back again: 7,800 s without a meal."""
    driver = Driver("P", per_hour=36.0, meal=meal, **more)  # type: ignore[arg-type]
    return day(sites, ORDERS[: len(sites)], (V,), drivers=(driver,), rest=rest)


def route(plan: Plan) -> Route:
    (one,) = plan.routes
    return one


def test_a_driver_who_is_out_at_noon_eats_on_the_way():
    one = route(made(noon(Meal(3000, 4000, 1200))))
    (meal,) = one.breaks
    assert 3000 <= meal.start <= 4000
    assert meal.end - meal.start == 1200
    assert one.duration == 7800 + 1200


def test_a_driver_who_is_back_by_then_eats_at_home():
    assert route(made(noon(Meal(7000, 7800)))).breaks == ()


def test_a_driver_who_leaves_later_has_eaten():
    problem = noon(Meal(0, 1000), shift=Window(1000, 20_000))
    assert route(made(problem)).breaks == ()


def test_a_wait_is_used_for_the_meal():
    """A closes late and B opens late; the wait before B is long enough."""
    sites = (Site("A", windows=(Window(0, 1500),)), Site("B", windows=(Window(6000, 7000),)))
    one = route(made(noon(Meal(3000, 4500, 1800), sites)))
    assert len(one.breaks) == 1
    assert one.stops[1].start == 6000


def test_a_rest_and_a_meal_are_one_where_they_can_be():
    problem = noon(Meal(3000, 5000, 1200), rest=Rest(5000, 1200))
    assert len(route(made(problem)).breaks) == 1


def test_a_meal_shorter_than_a_rest_is_none():
    problem = noon(Meal(3000, 5000, 300), rest=Rest(5000, 1200))
    one = route(made(problem))
    assert sorted(b.end - b.start for b in one.breaks) in ([300, 1200], [1200])
    assert not check(problem, made(problem)).violations


def test_on_a_way_without_stops_the_meal_is_on_the_way():
    problem = change(noon(Meal(3000, 3500, 600), SITES[:1]), matrices={"default": line_matrix(0, 100_000)})
    one = route(made(problem))
    assert [(b.leg, b.driven) for b in one.breaks] == [(0, 3000 - one.departure)]
    assert one.stops[0].arrival == 10_600 + one.start


def test_what_the_meal_makes_late_is_not_promised():
    sites = (Site("A", windows=(Window(0, 2000),)), Site("B", windows=(Window(0, 2700),)))
    assert reasons(made(noon(Meal(500, 1800, 300), sites))) == {}
    assert list(reasons(made(noon(Meal(500, 1800, 3600), sites))).values())


def test_a_service_longer_than_the_time_for_the_meal_is_no_meal():
    """B takes an hour, and C has to be served after it before the meal is over."""
    sites = (Site("A", service=4000, windows=(Window(1000, 1000),)),)
    problem = noon(Meal(2000, 4000), sites, shift=Window(0, 20_000))
    plan = made(problem)
    assert reasons(plan) == {"a": 6309}


def test_the_meal_fits_into_the_shift():
    for length, left in ((1200, 0), (1300, 1)):
        plan = made(noon(Meal(3000, 4000, length), shift=Window(0, 9000)))
        assert len(plan.unserved) == left


def test_a_driver_is_chosen_by_what_the_meal_costs():
    orders, hungry = ORDERS, Driver("P", per_hour=36.0, meal=Meal(3000, 4000, 3600))
    plan = made(day(SITES, orders, (V,), drivers=(hungry, Driver("Q", per_hour=37.0))))
    assert route(plan).driver == "Q"


GOOD = noon(Meal(3000, 4000, 1200))
PLAN = made(GOOD)
(EATEN,) = PLAN.routes[0].breaks


def eaten(*breaks: Break) -> Plan:
    return change(PLAN, routes=(change(PLAN.routes[0], breaks=breaks),))


@pytest.mark.parametrize(
    ("rule", "plan"),
    [
        (Rule.MEAL, eaten()),
        (Rule.MEAL, eaten(change(EATEN, end=EATEN.end - 1))),
        (Rule.REST_TIME, eaten(change(EATEN, start=EATEN.start + 1))),
        (Rule.REST_TIME, eaten(EATEN, Break(len(ORDERS), 0, 9000, 9100))),
    ],
)
def test_a_meal_left_out_cut_short_or_moved_is_found(rule, plan):
    assert not check(GOOD, PLAN).violations
    assert rule in {found.rule for found in check(GOOD, plan).violations}


def test_a_meal_outside_its_time_is_none():
    for meal in (Meal(EATEN.start + 1, 6000, 1200), Meal(0, EATEN.start - 1, 1200)):
        driver = change(GOOD.drivers[0], meal=meal)
        assert Rule.MEAL in {found.rule for found in check(change(GOOD, drivers=(driver,)), PLAN).violations}
