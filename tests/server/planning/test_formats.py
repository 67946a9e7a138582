"""The three formats a problem may come in, told apart by content, and what a broken file gets."""

import math

import pytest

from server.planning.faults import validate
from server.planning.formats import Format, detect, parse, read
from server.planning.problem import Window, save_problem
from shared.errors import Refused
from tests.server.planning.days import small_day
from tests.vectors import vector

SOLOMON = """TINY

VEHICLE
NUMBER     CAPACITY
  2         20

CUSTOMER
CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME

    0      0      0     0      0     230      0
    1      1      1     7      5      60     10
    2      4      3     9     10      70     10
"""

VRPLIB = """NAME : tiny
TYPE : SDVRPTW
DIMENSION : 4
VEHICLES : 2
CAPACITY : 10
VEHICLES_MAX_DURATION : 99
EDGE_WEIGHT_TYPE : {weights}
NODE_COORD_SECTION
1 0 0
2 1 1
3 4 3
4 0 2
DEMAND_SECTION
1 0
2 3
3 4
4 5
SERVICE_TIME_SECTION
1 0
2 1
3 1
4 1.5
TIME_WINDOW_SECTION
1 0 100
2 0 50
3 0 50
4 10 60
VEHICLES_FIXED_COST_SECTION
1 30
2 40
VEHICLES_UNIT_DISTANCE_COST_SECTION
1 1
2 1.5
VEHICLES_ALLOWED_CLIENTS_SECTION
1 2 3
2 2 3 4
DEPOT_SECTION
1
-1
EOF
"""


def vrplib(weights: str = "EUC_2D") -> str:
    return VRPLIB.format(weights=weights)


def test_solomon_distances_are_cut_to_one_decimal():
    problem = parse(SOLOMON.encode(), "tiny.txt").problem
    matrix = problem.matrices["default"]
    assert matrix.distance[0][1] == 14  # √2 = 1.414…
    assert matrix.distance[0][2] == 50
    assert matrix.distance[1][2] == 36  # √13 = 3.605…
    assert matrix.distance == matrix.duration


def test_solomon_times_and_demands_are_those_of_the_file():
    problem = parse(SOLOMON.encode(), "tiny.txt").problem
    assert problem.resolution == 10
    assert [vehicle.capacity.units for vehicle in problem.vehicles] == [20, 20]
    assert problem.vehicles[0].shift == Window(0, 2300)
    assert problem.sites[1].windows == (Window(50, 600),)
    assert [site.service for site in problem.sites] == [0, 100, 100]
    assert [order.amounts.units for order in problem.orders] == [7, 9]
    validate(problem)


def test_a_metre_costs_one_in_benchmark_files():
    problem = parse(SOLOMON.encode(), "tiny.txt").problem
    assert problem.money(problem.vehicles[0].per_km, 50, 1000) == 5.0


def test_vrplib_fields_become_the_same_problem():
    problem = parse(vrplib().encode(), "tiny.vrp").problem
    assert [order.id for order in problem.orders] == ["1", "2", "3"]
    assert [vehicle.fixed for vehicle in problem.vehicles] == [30.0, 40.0]
    assert problem.vehicles[1].per_km == 1500.0
    assert problem.vehicles[0].max_duration == 99_000
    assert problem.sites[3].service == 1500
    assert problem.sites[3].windows == (Window(10_000, 60_000),)
    validate(problem)


def test_vehicles_may_serve_the_clients_listed_for_them_only():
    problem = parse(vrplib().encode(), "tiny.vrp").problem
    kinds = [vehicle.kind for vehicle in problem.vehicles]
    admits = {site.id: site.admits for site in problem.sites}
    assert admits["1"] == tuple(kinds)
    assert admits["3"] == (kinds[1],)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [("EUC_2D", 1414), ("CEIL_2D", 2000), ("FLOOR_2D", 1000), ("EXACT_2D", 1_414_000)],
)
def test_each_edge_weight_type_has_its_own_rule(weights, expected):
    problem = parse(vrplib(weights).encode(), "tiny.vrp").problem
    assert problem.matrices["default"].distance[0][1] == expected


def test_an_explicit_matrix_is_read():
    text = """NAME : explicit
DIMENSION : 3
CAPACITY : 10
EDGE_WEIGHT_TYPE : EXPLICIT
EDGE_WEIGHT_FORMAT : LOWER_ROW
EDGE_WEIGHT_SECTION
5
7 2
DEMAND_SECTION
1 0
2 1
3 1
DEPOT_SECTION
1
-1
EOF
"""
    problem = parse(text.encode(), "explicit.vrp").problem
    assert problem.matrices["default"].distance == ((0, 5000, 7000), (5000, 0, 2000), (7000, 2000, 0))
    assert len(problem.vehicles) == 2


def test_a_prize_makes_a_client_optional():
    text = vrplib().replace("DEPOT_SECTION", "PRIZE_SECTION\n1 0\n2 0\n3 12.5\n4 0\nDEPOT_SECTION")
    problem = parse(text.encode(), "prizes.vrp").problem
    assert [order.penalty for order in problem.orders] == [None, 12.5, None]


def test_our_own_json_is_told_by_its_first_sign(tmp_path):
    path = tmp_path / "whatever.txt"
    save_problem(small_day(), path)
    source = read(path)
    assert source.format is Format.HANDOVER
    assert source.problem == small_day()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\n  {", Format.HANDOVER),
        (SOLOMON.encode(), Format.SOLOMON),
        (vrplib().encode(), Format.VRPLIB),
        (b"COMMENT : x\nTYPE : CVRP", Format.VRPLIB),
        (b"hello", None),
        (b"", None),
        (b"\x00\x01\x02", None),
    ],
)
def test_formats_are_told_apart_by_content(data, kind):
    assert detect(data) is kind


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "nothing that we know",
        SOLOMON.replace("    2      4", "    3      4"),
        SOLOMON.replace("     9     10", "     9"),
        SOLOMON.replace("  2         20", "  x         20"),
        SOLOMON.replace("  2         20", "  0         20"),
        "\n".join(SOLOMON.splitlines()[:8]),
        SOLOMON.replace("4      3", "4.5    3"),
        vrplib("GEO"),
        vrplib().replace("DIMENSION : 4", "DIMENSION : 5"),
        vrplib().replace("DIMENSION : 4\n", ""),
        vrplib().replace("2 1 1", "2 1 x"),
        vrplib().replace("2 1 1", "2 1 nan"),
        vrplib().replace("3 4\n4 5\nSERVICE", "3 4\nSERVICE"),
        vrplib().replace("2 3\n3 4", "2 3.5\n3 4"),
        vrplib().replace("VEHICLES : 2", "VEHICLES : 3"),
        vrplib().replace("DEPOT_SECTION\n1", "DEPOT_SECTION\n9"),
        vrplib().replace("DEPOT_SECTION", "BACKHAUL_SECTION\n1 0\n2 0\n3 0\n4 0\nDEPOT_SECTION"),
    ],
)
def test_a_broken_file_is_a_numbered_problem_that_names_it(damaged, tmp_path):
    path = tmp_path / "broken.vrp"
    path.write_text(damaged)
    with pytest.raises(Refused) as refused:
        read(path)
    assert refused.value.problem.number == 6001
    assert refused.value.problem.values["value"] == "broken.vrp"
    assert refused.value.problem.values["reason"]


def test_bytes_that_are_not_text_are_refused(tmp_path):
    path = tmp_path / "broken.txt"
    path.write_bytes(SOLOMON.encode() + b"\xff")
    with pytest.raises(Refused):
        read(path)


def test_a_file_that_is_not_there_is_a_numbered_problem(tmp_path):
    with pytest.raises(Refused) as refused:
        read(tmp_path / "missing.json")
    assert refused.value.problem.number == 6001


def test_a_folder_is_not_a_problem(tmp_path):
    with pytest.raises(Refused):
        read(tmp_path)


def test_all_given_solomon_files_read_and_keep_their_distances():
    folder = vector("routing/solomon")
    files = sorted(folder.glob("*.txt"))
    assert len(files) == 56
    for path in files:
        problem = read(path).problem
        validate(problem)
        x, y = [
            [float(field) for field in line.split()[1:3]]
            for line in path.read_text().splitlines()
            if line.split()[:1] in (["0"], ["1"]) and len(line.split()) == 7
        ]
        assert problem.matrices["default"].distance[0][1] == int(10 * math.dist(x, y) + 1e-9)
