"""What a problem is, and that nonsense is named in full."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from server.planning.faults import LIMIT, ProblemRefused, validate
from server.planning.operations import make_plan
from server.planning.problem import (
    AGAIN,
    NO_ROAD,
    Amounts,
    Capacity,
    Compartment,
    Driver,
    Haste,
    Lock,
    Matrix,
    Meal,
    Order,
    Problem,
    Rest,
    Site,
    Vehicle,
    Window,
    load_problem,
    save_problem,
)
from shared.errors import CATALOGUE, Refused
from shared.geo import Position
from tests.server.planning.days import small_day

TWICE = tuple(msgspec.structs.replace(vehicle, trips=3) for vehicle in small_day().vehicles)
"""The vehicles of the small day, each for three trips."""


def with_(problem: Problem, **changes: object) -> Problem:
    return msgspec.structs.replace(problem, **changes)


def faults_of(problem: Problem) -> dict[str, int]:
    """The numbers of all faults by the path they are at."""
    with pytest.raises(ProblemRefused) as refused:
        validate(problem)
    return {fault.values["where"]: fault.number for fault in refused.value.faults}


def test_a_sound_problem_is_accepted():
    validate(small_day())


def test_a_problem_comes_back_from_json_as_it_was(tmp_path):
    path = tmp_path / "day.json"
    save_problem(small_day(), path)
    assert load_problem(path.read_bytes(), "day.json") == small_day()


@pytest.mark.parametrize(
    "damage",
    [b"{", b"[]", b'{"name": 1}', b"\xff\xfe", b'{"name": "x", "sites": [], "orders": [], "vehicles": [], "typo": 1}'],
)
def test_json_of_another_shape_is_refused_with_its_name(damage):
    with pytest.raises(Refused) as refused:
        load_problem(damage, "day.json")
    assert refused.value.problem.number == 6001
    assert refused.value.problem.values["value"] == "day.json"


def test_a_position_that_is_not_on_earth_is_refused():
    text = json.dumps(
        {"name": "x", "sites": [{"id": "A", "position": {"lat": 91, "lon": 0}}], "orders": [], "vehicles": []}
    )
    with pytest.raises(Refused):
        load_problem(text.encode(), "day.json")


def test_a_whole_number_must_be_whole():
    text = json.dumps({"name": "x", "sites": [{"id": "A", "service": 1.5}], "orders": [], "vehicles": []})
    with pytest.raises(Refused):
        load_problem(text.encode(), "day.json")


MATRIX = small_day().matrices["default"]
MIXED = (Order("x", "A", alone="gold"), Order("y", "A"))
BAD_ROW = (MATRIX.distance[0][:-1], *MATRIX.distance[1:])
NEGATIVE = ((0, -5, *MATRIX.distance[0][2:]), *MATRIX.distance[1:])
HALF_A_ROAD = ((0, NO_ROAD, *MATRIX.distance[0][2:]), *MATRIX.distance[1:])
NOT_ZERO = ((7, *MATRIX.distance[0][1:]), *MATRIX.distance[1:])
DAY = small_day()


@pytest.mark.parametrize(
    ("changes", "where", "number"),
    [
        ({"sites": (*DAY.sites, Site("A"))}, "sites", 6101),
        ({"orders": (*DAY.orders, Order("a1", "A"))}, "orders", 6101),
        ({"vehicles": (*DAY.vehicles, Vehicle("V1", "D"))}, "vehicles", 6101),
        ({"drivers": (*DAY.drivers, Driver("P1"))}, "drivers", 6101),
        ({"sites": (*DAY.sites, Site(" "))}, "sites[5]", 6110),
        ({"orders": (Order("x", "nowhere"),)}, "orders[x].site", 6102),
        ({"orders": (Order("x", "A", depot="nowhere"),)}, "orders[x].depot", 6102),
        ({"orders": (Order("x", "A", Amounts(units=-1)),)}, "orders[x].amounts.units", 6103),
        ({"orders": (Order("x", "A", Amounts(volume=LIMIT + 1)),)}, "orders[x].amounts.volume", 6103),
        ({"orders": (Order("x", "A", release=-1),)}, "orders[x].release", 6103),
        ({"orders": (Order("x", "A", due=-1),)}, "orders[x].due", 6103),
        ({"orders": (Order("x", "A", priority=-1),)}, "orders[x].priority", 6103),
        ({"orders": (Order("x", "A", penalty=float("nan")),)}, "orders[x].penalty", 6103),
        ({"orders": (Order("x", "A", penalty=float("inf")),)}, "orders[x].penalty", 6103),
        ({"orders": (Order("x", "A", hold=0),)}, "orders[x].hold", 6103),
        ({"orders": (Order("x", "A", zone=""),)}, "orders[x].zone", 6110),
        ({"orders": (Order("x", "A", origin="nowhere"),)}, "orders[x].origin", 6102),
        ({"orders": (Order("x", "A", origin="A"),)}, "orders[x].origin", 6112),
        ({"orders": (Order("x", "A", origin="B", collect=True),)}, "orders[x].origin", 6112),
        ({"orders": (Order("x", "A", origin="B", depot="D"),)}, "orders[x].origin", 6112),
        ({"orders": (Order("x", "A", origin="B"),), "locks": (Lock("V1", ("x",)),)}, "locks[V1].orders[x]", 6109),
        ({"orders": (Order("\x1fx", "A"),)}, "orders[\\x1fx].id", 6110),
        ({"orders": (Order("x", "A", alone=" "),)}, "orders[x].alone", 6110),
        ({"orders": MIXED, "locks": (Lock("V1", ("x", "y")),)}, "locks[V1].orders", 6109),
        ({"vehicles": (Vehicle("v", "nowhere"),)}, "vehicles[v].depot", 6102),
        ({"vehicles": (Vehicle("v", "D", end="nowhere"),)}, "vehicles[v].end", 6102),
        ({"vehicles": (Vehicle("v", "D", shift=Window(9, 8)),)}, "vehicles[v].shift", 6104),
        ({"vehicles": (Vehicle("v", "D", trips=0),)}, "vehicles[v].trips", 6103),
        ({"vehicles": (Vehicle("v", "D", fixed=-1.0),)}, "vehicles[v].fixed", 6103),
        ({"vehicles": (Vehicle("v", "D", per_stop=-1.0),)}, "vehicles[v].per_stop", 6103),
        ({"vehicles": (Vehicle("v", "D", per_km=float("nan")),)}, "vehicles[v].per_km", 6103),
        ({"vehicles": (Vehicle("v", "D", max_distance=-1),)}, "vehicles[v].max_distance", 6103),
        ({"vehicles": (Vehicle("v", "D", capacity=Capacity(weight=-1)),)}, "vehicles[v].capacity.weight", 6103),
        ({"vehicles": (Vehicle("v", "D", compartments=(Compartment("2-8"),) * 2),)}, "vehicles[v].compartments", 6101),
        ({"drivers": (Driver("d", shift=Window(9, 8)),)}, "drivers[d].shift", 6104),
        ({"drivers": (Driver("d", meal=Meal(9, 8)),)}, "drivers[d].meal", 6104),
        ({"drivers": (Driver("d", meal=Meal(8, 9, 0)),)}, "drivers[d].meal.length", 6103),
        ({"drivers": (Driver("d", per_hour=-1.0),)}, "drivers[d].per_hour", 6103),
        ({"locks": (Lock("nobody"),)}, "locks[nobody].vehicle", 6102),
        ({"locks": (Lock("V1", ("nothing",)),)}, "locks[V1].orders", 6102),
        ({"locks": (Lock("V1", driver="nobody"),)}, "locks[V1].driver", 6102),
        ({"locks": (Lock("V1", ("a1",)), Lock("V2", ("a1",)))}, "locks.orders", 6101),
        ({"locks": (Lock("V1"), Lock("V1"))}, "locks", 6101),
        ({"locks": (Lock("V1", ("a1", AGAIN, "a2")),)}, "locks[V1].orders", 6109),
        ({"vehicles": TWICE, "locks": (Lock("V1", (AGAIN, "a1")),)}, "locks[V1].orders", 6109),
        ({"vehicles": TWICE, "locks": (Lock("V1", ("a1", AGAIN)),)}, "locks[V1].orders", 6109),
        ({"vehicles": TWICE, "locks": (Lock("V1", ("a1", AGAIN, AGAIN, "a2")),)}, "locks[V1].orders", 6109),
        ({"locks": (Lock("V1", ("a1",), departure=6 * 3600),)}, "locks[V1].orders[a1]", 6109),
        (
            {"matrices": {"default": Matrix("r", MATRIX.distance[:-1], MATRIX.duration)}},
            "matrices[default].distance",
            6106,
        ),
        ({"matrices": {"default": Matrix("r", BAD_ROW, MATRIX.duration)}}, "matrices[default].distance", 6106),
        ({"matrices": {"default": Matrix("r", NEGATIVE, MATRIX.duration)}}, "matrices[default].distance[D][A]", 6103),
        (
            {"matrices": {"default": Matrix("r", HALF_A_ROAD, MATRIX.duration)}},
            "matrices[default].distance[D][A]",
            6103,
        ),
        ({"matrices": {"default": Matrix("r", NOT_ZERO, MATRIX.duration)}}, "matrices[default].distance[D][D]", 6103),
        ({"matrices": {}}, "sites[D]", 6107),
        ({"rest": Rest(0, 60)}, "rest.driving", 6103),
        ({"rest": Rest(60, 0)}, "rest.rest", 6103),
        ({"resolution": 0}, "resolution", 6103),
        ({"opening_loss": -1}, "opening_loss", 6103),
        ({"haste": Haste(-1, 10.0)}, "haste.after", 6103),
        ({"haste": Haste(0, -0.5)}, "haste.per_hour", 6103),
        ({"haste": Haste(0, float("nan"))}, "haste.per_hour", 6103),
        ({"origin": datetime(2026, 11, 23)}, "origin", 6111),  # noqa: DTZ001 - without a zone is the point
        ({"timezone": "Mars/Base"}, "timezone", 6111),
        ({"timezone": "../etc/passwd"}, "timezone", 6111),
    ],
)
def test_each_fault_is_named_where_it_is(changes, where, number):
    found = faults_of(with_(DAY, **changes))
    assert any(path.startswith(where) and n == number for path, n in found.items()), found


@pytest.mark.parametrize(
    ("windows", "number"),
    [
        ((Window(9, 8),), 6104),
        ((Window(5, 9), Window(9, 12)), 6105),
        ((Window(5, 9), Window(1, 2)), 6105),
        ((Window(-5, 9),), 6103),
    ],
)
def test_windows_must_be_sound_and_in_order(windows, number):
    sites = (DAY.sites[0], Site("A", windows=windows), *DAY.sites[2:])
    assert number in faults_of(with_(DAY, sites=sites)).values()


def test_a_depot_has_one_window_at_most():
    depot = Site("D", windows=(Window(0, 1), Window(2, 3)))
    assert faults_of(with_(DAY, sites=(depot, *DAY.sites[1:]))) == {"sites[D]": 6108}


def test_every_fault_is_named_at_once():
    broken = with_(
        DAY,
        orders=(Order("x", "nowhere", Amounts(units=-1)), Order("y", "A", hold=0)),
        vehicles=(Vehicle("v", "D", shift=Window(9, 8), fixed=-1.0),),
    )
    found = faults_of(broken)
    assert set(found) == {
        "orders[x].site",
        "orders[x].amounts.units",
        "orders[y].hold",
        "vehicles[v].shift",
        "vehicles[v].fixed",
    }


def test_the_refusal_counts_its_faults_and_reads_in_both_languages():
    with pytest.raises(ProblemRefused) as refused:
        validate(with_(DAY, orders=(Order("x", "nowhere"),)))
    problem = refused.value.problem
    assert problem.number == 6002
    assert problem.values["reason"].startswith("1: #6102 orders[x].site")
    assert "问题定义有误" in problem.text("zh")
    assert "nowhere" in refused.value.faults[0].text("zh")


@pytest.mark.parametrize("part", ["orders", "vehicles"])
def test_without_orders_or_vehicles_there_is_nothing_to_plan(part):
    with pytest.raises(Refused) as refused:
        validate(with_(DAY, **{part: (), "locks": ()}))
    assert refused.value.problem.number == 6004


def test_every_planning_problem_says_the_same_in_both_languages():
    ours = [kind for number, kind in CATALOGUE.items() if 6100 <= number < 6400]
    assert len(ours) == 12 + 42 + 16
    assert all(kind.zh and kind.en and kind.zh != kind.en for kind in ours)


@pytest.mark.parametrize(
    ("changes", "time", "shown"),
    [
        ({"origin": datetime(2026, 11, 22, 16, tzinfo=UTC)}, 8 * 3600 + 90, "08:01"),
        ({"origin": datetime(2026, 11, 22, 16, tzinfo=UTC)}, 25 * 3600, "11-24 01:00"),
        ({"origin": None}, 8 * 3600 + 90, "8:01:30"),
        ({"resolution": 10}, 1234, "123.4"),
    ],
)
def test_times_are_shown_on_the_clock_of_the_site(changes, time, shown):
    assert with_(DAY, **changes).clock(time) == shown


def test_spans_and_distances_are_shown_as_people_read_them():
    assert DAY.span(3661) == "1:01:01"
    assert DAY.span(-60) == "-0:01:00"
    assert DAY.km(12_345) == "12.3 km"
    assert with_(DAY, resolution=10).km(12_345) == "1234.5"


def test_a_site_may_have_a_position_instead_of_a_row_in_a_matrix():
    sites = tuple(msgspec.structs.replace(site, position=Position(39.9, 116.4)) for site in DAY.sites)
    validate(with_(DAY, sites=sites, matrices={}))


def test_the_example_of_the_handbook_is_a_sound_problem_and_uses_what_it_explains():
    text = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    example = load_problem(text.split("```json\n")[1].split("```")[0].encode(), "operations.md")
    validate(example)
    assert any(order.collect for order in example.orders)
    assert any(order.alone for order in example.orders)
    assert any(order.origin for order in example.orders)
    assert {vehicle.trips for vehicle in example.vehicles} == {1, 2}
    plan = make_plan(example, iterations=30, seed=1)
    assert plan.feasible
    assert not plan.unserved
