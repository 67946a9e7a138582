"""What the desk makes of meals, goods that ride alone, and permits: promises like any other, with their numbers."""

import msgspec

from server.planning.checker import Rule, accept
from server.planning.desk import Draft, evaluate
from server.planning.hand import Hand, HandRoute, hand_of, with_locks
from server.planning.operations import make_plan
from server.planning.plan import Cost, Plan
from server.planning.problem import Driver, Lock, Meal, Order, Problem, Rest, Site, Vehicle, Window
from tests.server.planning.days import line_matrix

change = msgspec.structs.replace
NOTHING = Plan("noon", "", True, (), (), Cost(), 0.0, 0, "test")
LUNCH = Meal(3000, 4000, 1200)


def noon(meal: Meal | None = LUNCH, **changes: object) -> Problem:
    """Three sites in a row, 1,000 s apart, 600 s each, and back again: loading takes 600 s, the day 8,400 s without a meal."""
    fields: dict[str, object] = {
        "name": "noon",
        "sites": (Site("D", service=600), *(Site(name, service=600) for name in "ABC")),
        "orders": (Order("a", "A"), Order("b", "B"), Order("c", "C")),
        "vehicles": (Vehicle("V1", "D"), Vehicle("V2", "D")),
        "drivers": (Driver("P1", meal=meal), Driver("P2", meal=meal)),
        "matrices": {"default": line_matrix(0, 10_000, 20_000, 30_000)},
        "rest": None,
    }
    return Problem(**(fields | changes))  # type: ignore[arg-type]


def arranged(problem: Problem, **routes: tuple[str, ...]) -> Draft:
    given = {name for orders in routes.values() for name in orders}
    off = tuple(order.id for order in problem.orders if order.id not in given)
    return evaluate(problem, NOTHING, Hand(tuple(HandRoute(name, orders) for name, orders in routes.items()), off))


def texts(draft: Draft) -> list[str]:
    return [one.problem.text("en") for one in draft.broken]


def rules(draft: Draft) -> set[Rule]:
    return {found.rule for found in draft.refused}


# meals -----------------------------------------------------------------------------------------------------------------


def test_a_route_arranged_by_hand_has_its_drivers_meal_in_it_and_holds() -> None:
    draft = arranged(noon(), V1=("c", "a", "b"))
    assert texts(draft) == []
    accept(draft.problem, draft.plan)
    (meal,) = draft.plan.routes[0].breaks
    assert LUNCH.start <= meal.start <= LUNCH.latest
    assert meal.end - meal.start == LUNCH.length


def test_who_has_to_eat_is_late_afterwards_and_by_how_much_is_told() -> None:
    """C closes when somebody who does not eat has just come: the meal makes that late, and nothing else."""
    day = noon()
    sites = (*day.sites[:3], Site("C", service=600, windows=(Window(0, 4800),)))
    draft = arranged(change(day, sites=sites), V1=("a", "b", "c"))
    assert texts(draft) == ["#6601 1:40:00 is after 1:20:00, when receiving ends, by 0:20"]
    assert rules(draft) == {Rule.WINDOW}
    assert len(draft.plan.routes[0].breaks) == 1


def test_the_meal_is_where_it_breaks_least() -> None:
    """B is missed anyhow, and not by more because of the meal; before C there is time for it."""
    day = noon(Meal(3000, 6000, 1800))
    late = Site("B", service=600, windows=(Window(0, 60),))
    sites = (*day.sites[:2], late, Site("C", service=600, windows=(Window(7000, 7100),)))
    draft = arranged(change(day, sites=sites), V1=("a", "b", "c"))
    (route,) = draft.plan.routes
    assert [text[:5] for text in texts(draft)] == ["#6601"]
    assert route.stops[2].start == 7000
    (meal,) = route.breaks
    assert meal.leg == 2


def test_a_meal_that_is_no_rest_does_not_take_its_place() -> None:
    """Nobody may drive for more than 2,500 s without 900 s of rest; the meal takes 300 s, and A is missed anyhow."""
    day = noon(Meal(500, 1500, 300), rest=Rest(2500, 900))
    sites = (day.sites[0], Site("A", service=600, windows=(Window(0, 60),)), *day.sites[2:])
    draft = arranged(change(day, sites=sites), V1=("a", "b", "c"))
    assert rules(draft) == {Rule.WINDOW}
    assert [rest.end - rest.start for rest in draft.plan.routes[0].breaks] == [300, 900, 900, 900]


def test_a_meal_for_which_there_is_no_time_is_told() -> None:
    """All the time the meal may begin in goes by while the vehicle is loaded."""
    day = noon(Meal(1800, 5400, 1200))
    draft = arranged(change(day, sites=(Site("D", service=7200), *day.sites[1:])), V1=("a",))
    assert texts(draft) == ["#6618 The driver P1 has no 0:20 for the meal, which begins within 0:30:00–1:30:00"]
    assert rules(draft) == {Rule.MEAL}
    assert draft.broken[0].problem.text("zh").startswith("#6618 驾驶员 P1")


def test_a_driver_waits_between_two_visits_at_one_place_and_eats_then() -> None:
    """The same hospital wants one delivery at 1,600 s and the next at 6,000 s: there is no way to drive in between."""
    sites = (
        Site("D", service=600),
        Site("A", service=600, windows=(Window(1600, 1600),)),
        Site("A@late", service=600, windows=(Window(6000, 6000),)),
    )
    day = noon(
        Meal(3000, 4000, 1200),
        sites=sites,
        orders=(Order("a", "A"), Order("b", "A@late")),
        matrices={"default": line_matrix(0, 10_000, 10_000)},
    )
    draft = arranged(day, V1=("a", "b"))
    assert texts(draft) == []
    accept(draft.problem, draft.plan)
    accept(day, make_plan(day, iterations=20))


def test_a_vehicle_that_has_left_and_is_late_still_has_its_meal_on_the_way() -> None:
    day = noon(locks=(Lock("V1", ("a",), "P1", 600),))
    draft = evaluate(day, NOTHING, Hand((HandRoute("V1", ("a", "c", "b"), "P1", 1),)))
    accept(draft.problem, draft.plan)
    assert draft.plan.routes[0].departure == 600
    assert len(draft.plan.routes[0].breaks) == 1


# goods that ride alone -------------------------------------------------------------------------------------------------


def gold(*names: str, **changes: object) -> Problem:
    day = noon(None, **changes)
    return change(day, orders=tuple(change(one, alone="gold" if one.id in names else None) for one in day.orders))


def test_goods_that_ride_alone_are_told_with_what_is_beside_them() -> None:
    draft = arranged(gold("a"), V1=("b", "a", "c"))
    assert texts(draft) == ["#6619 a rides in a dedicated vehicle, and not with b c"]
    assert draft.broken[0].stop == 1
    assert rules(draft) == {Rule.ALONE}


def test_of_much_that_is_beside_them_some_is_named() -> None:
    day = noon(None)
    more = (*(Order(f"x{i}", "B") for i in range(5)), Order("g", "A", alone="gold"))
    draft = arranged(change(day, orders=more), V1=("g", "x0", "x1", "x2", "x3", "x4"))
    assert texts(draft) == ["#6619 g rides in a dedicated vehicle, and not with x0 x1 x2 + 2"]


def test_two_groups_are_told_on_both_sides_and_one_group_holds() -> None:
    day = noon(None, orders=(Order("a", "A", alone="gold"), Order("b", "B", alone="silver"), Order("c", "C")))
    assert [(one.stop, one.problem.values["order"]) for one in arranged(day, V1=("a", "b")).broken] == [
        (0, "a"),
        (1, "b"),
    ]
    draft = arranged(gold("a", "b"), V1=("b", "a"), V2=("c",))
    assert draft.broken == ()
    accept(draft.problem, draft.plan)


def test_the_rest_is_planned_around_a_locked_dedicated_route() -> None:
    day = gold("a", "b")
    draft = arranged(day, V1=("b",), V2=("c",))
    (first, second) = draft.hand.routes
    hand = Hand((change(first, locked=1), second), draft.hand.off)
    settled = with_locks(day, hand)
    plan = make_plan(settled, iterations=50)
    routes = {route.vehicle: {name for stop in route.stops for name in stop.orders} for route in plan.routes}
    assert routes == {"V1": {"a", "b"}, "V2": {"c"}}
    again = evaluate(settled, plan, hand_of(settled, plan))
    assert again.plan.routes == plan.routes
    assert again.holds


def test_a_route_that_nobody_drives_yet_gets_whoever_may_carry_what_is_on_it() -> None:
    """And whoever has the permit is not spent on a route that does not ask for it."""
    day = noon(orders=(Order("a", "A"), Order("b", "B", requires=("controlled",))))
    permitted, other = Driver("P1", qualifications=("controlled",)), Driver("P2")
    draft = arranged(change(day, drivers=(permitted, other)), V1=("a",), V2=("b",))
    assert {route.vehicle: route.driver for route in draft.plan.routes} == {"V1": "P2", "V2": "P1"}
    assert texts(draft) == []
