"""Mending routes and building them from nothing."""

import pytest

from server.planning.lookup import Lookup
from server.planning.mend import Mender
from server.planning.problem import Amounts, Capacity, Lock, Order, Problem, Site, Vehicle, Window
from shared.errors import Problem as Reason
from tests.server.planning.days import line_matrix


def mender(problem: Problem, **more: object) -> Mender:
    lookup = Lookup(problem)
    crews = [lookup.crew(vehicle, None) for vehicle in problem.vehicles]
    return Mender(lookup, crews, lambda crew, orders: None, **more)  # type: ignore[arg-type]


def row(orders: tuple[Order, ...], vehicles: tuple[Vehicle, ...], **more: object) -> Problem:
    """Sites A, B, C in a row, 1,000 s apart; C closes at 3,000."""
    sites = (Site("D"), Site("A"), Site("B"), Site("C", windows=(Window(0, 3000),)))
    matrix = line_matrix(0, 10_000, 20_000, 30_000)
    return Problem("row", sites, orders, vehicles, matrices={"default": matrix}, rest=None, **more)  # type: ignore[arg-type]


A, B, C = (Order(name.lower(), name) for name in "ABC")
V = Vehicle("V", "D")


def numbers(left: dict[str, Reason]) -> dict[str, int]:
    return {name: reason.number for name, reason in left.items()}


def names(orders: list[Order]) -> list[str]:
    return [order.id for order in orders]


def test_a_route_that_holds_is_left_as_it_is():
    work = mender(row((A, B, C), (V,)))
    assert work.place(0, ["a", "b", "c"]) == []
    assert names(work.routes[0]) == ["a", "b", "c"]


def test_of_a_route_that_does_not_hold_the_least_is_taken_out():
    """b, a, c is too late at C; without any one of them the rest stands, and b ranks lowest."""
    low = (Order("a", "A", priority=1), B, Order("c", "C", priority=1))
    work = mender(row(low, (V,)))
    assert names(work.place(0, ["b", "a", "c"])) == ["b"]
    assert names(work.routes[0]) == ["a", "c"]


def test_what_may_be_left_goes_before_what_must_be_served():
    may = Order("a", "A", Amounts(5), penalty=9.0)
    orders = (may, Order("b", "B", Amounts(5)), Order("c", "C", Amounts(5)))
    work = mender(row(orders, (Vehicle("V", "D", capacity=Capacity(10)),)))
    assert names(work.place(0, ["a", "b", "c"])) == ["a"]


def test_what_no_single_absence_cures_is_cured_step_by_step():
    orders = tuple(Order(f"o{i}", "A", Amounts(5)) for i in range(5))
    work = mender(row(orders, (Vehicle("V", "D", capacity=Capacity(10)),)))
    assert len(work.place(0, names(list(orders)))) == 3
    assert len(work.routes[0]) == 2


def test_locked_orders_are_never_taken_out():
    work = mender(row((A, B, C), (V,), locks=(Lock("V", ("b", "a")),)))
    assert names(work.place(0, ["b", "a", "c"])) == ["c"]


def test_a_lock_without_a_timetable_is_an_error_of_the_caller():
    work = mender(row((A, B, C), (V,), locks=(Lock("V", ("b", "a", "c")),)))
    with pytest.raises(ValueError, match="lock of V"):
        work.place(0, ["b", "a", "c"])


def test_an_order_goes_where_it_costs_least():
    work = mender(row((A, B, C), (V, Vehicle("W", "D", fixed=5.0))))
    work.place(0, ["a", "c"])
    assert work.insert([B]) == {}
    assert names(work.routes[0]) == ["a", "b", "c"]
    assert 1 not in work.routes


def test_what_must_be_served_is_put_in_before_what_may_be_left():
    orders = (Order("may", "A", Amounts(10), penalty=1e6), Order("must", "B", Amounts(10)))
    work = mender(row(orders, (Vehicle("V", "D", capacity=Capacity(10)),)))
    assert numbers(work.insert(orders)) == {"may": 6310}


def test_an_order_that_costs_more_than_its_penalty_is_left_with_the_price():
    work = mender(row((Order("o", "B", penalty=39.0),), (V,)))
    left = work.insert([Order("o", "B", penalty=39.0)])
    assert numbers(left) == {"o": 6311}
    assert left["o"].values == {"value": "o", "cost": "40.00", "penalty": "39.00"}


def test_nothing_more_is_put_in_once_it_is_told_to_stop():
    work = mender(row((A, B), (V,)), should_stop=lambda: True)
    assert numbers(work.insert([A, B])) == {"a": 6312, "b": 6312}


def test_two_visits_to_a_site_become_one_where_that_costs_nothing():
    again = Order("a2", "A")
    work = mender(row((A, B, again), (V,)))
    work.place(0, ["a", "b", "a2"])
    work.gather()
    assert len(work.tables[0].visits) == 2


def test_two_visits_stay_two_where_one_would_cost_more():
    """A must be served at once and again it is only due; between them C, whose detour to serve A's second order later on the
    way home is nothing, but all of A's work before C would make C late."""
    sites = (Site("D"), Site("A", per_unit=100), Site("C", windows=(Window(0, 2500),)))
    orders = (Order("a", "A", due=1000), Order("c", "C"), Order("a2", "A", Amounts(9)))
    matrix = line_matrix(0, 10_000, 20_000)
    work = mender(Problem("row", sites, orders, (V,), matrices={"default": matrix}, rest=None))
    work.place(0, ["a", "c", "a2"])
    work.gather()
    assert [visit.site for visit in work.tables[0].visits] == ["A", "C", "A"]


def test_a_locked_order_is_not_moved_to_save_a_visit():
    again = Order("b2", "B")
    work = mender(row((A, B, again), (V,), locks=(Lock("V", ("b", "a")),)))
    work.place(0, ["b", "a", "b2"])
    work.gather()
    assert names(work.routes[0])[:2] == ["b", "a"]
