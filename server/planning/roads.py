"""Where distances and durations come from: a small port, and the default behind it that needs no map.

A client of a road router (Valhalla) implements the same port and labels its matrices with its own name; every plan
carries the label, so nobody mistakes a straight line for a road.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from server.planning.problem import Matrix, Problem
from shared.geo import Position, distance


class Roads(Protocol):
    """Measures the way between places."""

    def matrix(self, positions: Sequence[Position], profile: str) -> Matrix:
        """Distances (m) and durations (s) between all ``positions`` (WGS-84), in their order, for a vehicle ``profile``.
        Entries are :data:`~server.planning.problem.NO_ROAD` where there is no way; ``roads`` labels what was measured."""
        ...


class StraightLine:
    """Great-circle distance × ``detour``, driven at ``speed`` km/h throughout.

    1.35 is the usual ratio of road to straight-line distance in a city with a grid of main roads; 25 km/h a lorry's
    average by day in one. Both are estimates, which is why the plan says what it was made from.
    """

    def __init__(self, detour: float = 1.35, speed: float = 25.0) -> None:
        self.detour = detour
        self.speed = speed
        self.label = f"straight-line x {detour:g}"

    def matrix(self, positions: Sequence[Position], profile: str) -> Matrix:  # noqa: ARG002 - the same for every vehicle
        rows = [[round(distance(a, b) * self.detour) for b in positions] for a in positions]
        seconds = [[round(metres * 3.6 / self.speed) for metres in row] for row in rows]
        return Matrix(self.label, tuple(map(tuple, rows)), tuple(map(tuple, seconds)))


def with_matrices(problem: Problem, roads: Roads) -> Problem:
    """The problem with a matrix for every profile its vehicles use; given ones are kept as they are.

    The problem must be valid: every site then has a position where a matrix is missing.
    """
    needed = sorted({vehicle.profile for vehicle in problem.vehicles} - problem.matrices.keys())
    if not needed:
        return problem
    positions = [site.position for site in problem.sites if site.position is not None]
    measured = {profile: _scaled(roads.matrix(positions, profile), problem.resolution) for profile in needed}
    return msgspec.structs.replace(problem, matrices=problem.matrices | measured)


def _scaled(matrix: Matrix, resolution: int) -> Matrix:
    """A matrix in m and s as one in the problem's finer parts; entries without a road stay what they are."""
    if resolution == 1:
        return matrix
    tables = [
        tuple(tuple(value * resolution if value >= 0 else value for value in row) for row in table)
        for table in (matrix.distance, matrix.duration)
    ]
    return Matrix(matrix.roads, *tables)
