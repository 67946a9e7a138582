"""The timetable of one route, and where CP-SAT finds a better one."""

import msgspec
import pytest

from server.planning import with_ortools
from server.planning.lookup import Lookup
from server.planning.problem import Order, Problem, Rest, Site, Vehicle, Window
from server.planning.schedule import Failure, Snag, Timetable, timetable
from server.planning.with_ortools import assign_crews, place_rests
from tests.server.planning.days import HOUR, line_matrix

change = msgspec.structs.replace


def road(
    *sites: Site, orders: tuple[Order, ...] = (), rest: Rest | None = None, vehicle: Vehicle | None = None
) -> Lookup:
    """Sites 1,000 s apart on a straight road, one order each unless told."""
    places = [10_000 * i for i in range(len(sites) + 1)]
    orders = orders or tuple(Order(site.id, site.id) for site in sites)
    vehicle = vehicle or Vehicle("V", "D", per_hour=10.0)
    return Lookup(
        Problem("road", (Site("D"), *sites), orders, (vehicle,), matrices={"default": line_matrix(*places)}, rest=rest)
    )


def table(lookup: Lookup, thorough: bool = True) -> Timetable | Failure:
    problem = lookup.problem
    return timetable(lookup, lookup.crew(problem.vehicles[0], None), problem.orders, thorough)


def test_waiting_is_moved_to_before_the_start():
    found = table(road(Site("A", service=60), Site("B", windows=(Window(9000, 9500),))))
    assert isinstance(found, Timetable)
    assert found.starts[1] == found.arrivals[1] == 9000
    assert found.start == 9000 - 2000 - 60


def test_a_window_at_the_beginning_keeps_the_start_from_moving():
    found = table(road(Site("A", windows=(Window(0, 1500),)), Site("B", windows=(Window(9000, 9500),))))
    assert isinstance(found, Timetable)
    assert found.start == 500
    assert found.starts == (1500, 9000)


def test_a_later_window_is_chosen_where_that_makes_the_day_shorter():
    """Leaving at 0 would make A's first window and wait 7,500 s for B; A's second window makes no wait at all."""
    sites = (Site("A", windows=(Window(0, 1000), Window(8000, 9000))), Site("B", windows=(Window(9500, 9900),)))
    found = table(road(*sites))
    assert isinstance(found, Timetable)
    assert found.duration == 4000
    assert found.starts[0] == 8500


def test_the_thorough_search_is_never_worse_than_the_quick_one():
    sites = tuple(
        Site(f"S{i}", windows=(Window(900 * i, 900 * i + 600), Window(5000 + 950 * i, 9000 + 950 * i)))
        for i in range(5)
    )
    lookup = road(*sites)
    quick, thorough = table(lookup, thorough=False), table(lookup)
    assert isinstance(quick, Timetable)
    assert isinstance(thorough, Timetable)
    assert thorough.duration <= quick.duration


@pytest.mark.parametrize(
    ("site", "order", "vehicle", "snag"),
    [
        (Site("A", windows=(Window(0, 999),)), Order("A", "A"), Vehicle("V", "D"), Snag.WINDOW),
        (Site("A"), Order("A", "A", due=999), Vehicle("V", "D"), Snag.WINDOW),
        (Site("A"), Order("A", "A", hold=999), Vehicle("V", "D"), Snag.HOLD),
        (Site("A"), Order("A", "A"), Vehicle("V", "D", shift=Window(0, 1999)), Snag.SHIFT),
        (Site("A"), Order("A", "A"), Vehicle("V", "D", max_distance=19_999), Snag.SHIFT),
        (Site("A"), Order("A", "A"), Vehicle("V", "D", max_duration=1999), Snag.SHIFT),
    ],
)
def test_what_prevents_a_timetable_is_told(site, order, vehicle, snag):
    found = table(road(site, orders=(order,), vehicle=vehicle))
    assert isinstance(found, Failure)
    assert found.snag is snag


def test_rests_are_placed_where_the_wait_is():
    """Three legs of 1,000 s with 2,500 s allowed: the rule of thumb rests before the third leg, where that makes C too
    late; the exact search rests during the wait at B, although it is shorter than the rest."""
    sites = (Site("A"), Site("B", windows=(Window(2500, 2600),)), Site("C", windows=(Window(0, 3600),)))
    lookup = road(*sites, rest=Rest(2500, 600))
    crew = lookup.crew(lookup.problem.vehicles[0], None)
    thumb = timetable(lookup, crew, lookup.problem.orders)
    exact = place_rests(lookup, crew, lookup.problem.orders, seed=1)
    assert isinstance(thumb, Failure)
    assert exact is not None
    assert exact.starts[1] == 2600
    assert exact.starts[2] <= 3600


def test_no_rests_are_placed_where_none_is_needed():
    lookup = road(Site("A"), rest=Rest())
    assert place_rests(lookup, lookup.crew(lookup.problem.vehicles[0], None), lookup.problem.orders, seed=1) is None


def test_no_rests_save_a_route_that_is_too_late_anyway():
    lookup = road(Site("A", windows=(Window(0, 10),)), rest=Rest(500, 60))
    assert place_rests(lookup, lookup.crew(lookup.problem.vehicles[0], None), lookup.problem.orders, seed=1) is None


def test_boxes_shifts_and_windows_hold_while_rests_are_placed():
    sites = (Site("A", service=60, windows=(Window(0, 2000), Window(3000, 9000))), Site("B", service=60))
    orders = (Order("A", "A", due=8000), Order("B", "B", hold=3700))
    vehicle = Vehicle("V", "D", shift=Window(100, 2 * HOUR), max_duration=6000)
    lookup = road(*sites, orders=orders, rest=Rest(1500, 600), vehicle=vehicle)
    found = place_rests(lookup, lookup.crew(vehicle, None), orders, seed=1)
    assert found is not None
    assert found.departures[1] - found.start <= 3700
    assert found.duration <= 6000
    assert found.start >= 100
    assert len(found.breaks) >= 2


def test_routes_go_to_the_cheapest_crews_there_are():
    costs = [{(0, 0): 10.0, (0, 1): 30.0}, {(0, 0): 11.0, (0, 1): 12.0}]
    assert assign_crews(costs, [2], [1, 1], seed=1) == [(0, 0), (0, 1)]


def test_there_may_be_no_way_to_assign_crews():
    assert assign_crews([{(0, 0): 1.0}, {(0, 0): 1.0}], [1], [2], seed=1) is None


def test_the_engines_are_named():
    assert with_ortools.ENGINE.startswith("cp-sat ")
