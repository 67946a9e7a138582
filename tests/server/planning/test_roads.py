"""Straight lines where there is no map, and any other road measure behind the same port."""

from collections.abc import Sequence

import pytest

from server.planning.problem import NO_ROAD, Matrix, Order, Problem, Site, Vehicle
from server.planning.roads import StraightLine, with_matrices
from shared.geo import Position, distance

TIANTAN = Position(39.8822, 116.4066)
XIEHE = Position(39.9126, 116.4167)
DEPOT = Position(39.77, 116.32)


def test_a_straight_line_is_stretched_and_labelled():
    matrix = StraightLine(detour=1.4, speed=36.0).matrix([TIANTAN, XIEHE], "van")
    assert matrix.roads == "straight-line x 1.4"
    assert matrix.distance[0][1] == round(distance(TIANTAN, XIEHE) * 1.4)
    assert matrix.duration[0][1] == round(matrix.distance[0][1] / 10)
    assert matrix.distance[0][0] == matrix.duration[1][1] == 0


class Island:
    """A map on which the second place cannot be reached."""

    def matrix(self, positions: Sequence[Position], profile: str) -> Matrix:
        rows = tuple(tuple(0 if i == j else NO_ROAD for j in range(len(positions))) for i in range(len(positions)))
        return Matrix(f"island {profile}", rows, rows)


def mapped(**more: object) -> Problem:
    sites = (Site("D", position=DEPOT), Site("A", position=XIEHE))
    vehicles = (Vehicle("V", "D"), Vehicle("W", "D", profile="lorry"))
    return Problem("map", sites, (Order("a", "A"),), vehicles, **more)  # type: ignore[arg-type]


def test_every_profile_gets_a_matrix_and_given_ones_stay():
    own = Matrix("own", ((0, 1), (1, 0)), ((0, 1), (1, 0)))
    filled = with_matrices(mapped(matrices={"lorry": own}), StraightLine())
    assert filled.matrices["lorry"] is own
    assert filled.matrices["default"].roads == "straight-line x 1.35"
    assert with_matrices(filled, Island()) is filled


@pytest.mark.parametrize("resolution", [1, 10])
def test_a_matrix_is_measured_in_the_problems_own_parts(resolution):
    filled = with_matrices(mapped(resolution=resolution), StraightLine())
    plain = with_matrices(mapped(), StraightLine())
    assert filled.matrices["default"].distance[0][1] == resolution * plain.matrices["default"].distance[0][1]


def test_no_road_stays_no_road_in_finer_parts():
    filled = with_matrices(mapped(resolution=10), Island())
    assert filled.matrices["default"].distance[0][1] == NO_ROAD
