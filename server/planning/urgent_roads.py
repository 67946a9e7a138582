"""One more site in a problem that is measured already: its row and its column, by the same roads."""

from collections.abc import Mapping

import msgspec

from server.context import context
from server.db import db
from server.planning.operations import measure
from server.planning.problem import Matrix, Problem, Site
from server.planning.road.choose import chosen_roads
from server.planning.road.kept import DatabaseStore


def with_site(problem: Problem, site: Site) -> Problem:
    """The problem with a site in it, where it is not there yet. What was measured stays as it was; a site at a place that is
    known already is as far from everything as that one is. Call it outside a writing transaction, as roads may have to be
    measured.

    Raises:
        Refused: as :func:`server.planning.operations.measure`.
    """
    if any(one.id == site.id for one in problem.sites):
        return problem
    like = next((row for row, one in enumerate(problem.sites) if one.position == site.position), None)
    wider = msgspec.structs.replace(problem, sites=(*problem.sites, site))
    if like is not None:
        matrices = {name: _copied(matrix, like) for name, matrix in problem.matrices.items()}
        return msgspec.structs.replace(wider, matrices=matrices)
    db.session.rollback()  # nobody waits for the database while roads are measured
    with chosen_roads(context().config.roads, DatabaseStore()) as roads:
        found = measure(msgspec.structs.replace(wider, matrices={}), roads=roads)
    return msgspec.structs.replace(wider, matrices=_merged(problem, found))


def _merged(problem: Problem, found: Problem) -> Mapping[str, Matrix]:
    """The problem's matrices with the last row and column of those that were measured now, vehicle by vehicle."""
    made: dict[str, Matrix] = {}
    for old, new in zip(problem.vehicles, found.vehicles, strict=True):
        if old.profile not in made:
            made[old.profile] = _joined(problem.matrices[old.profile], found.matrices[new.profile])
    return made


def _joined(old: Matrix, new: Matrix) -> Matrix:
    roads = old.roads if new.roads == old.roads else f"{old.roads}; {new.roads}"
    remarks = (*old.remarks, *(remark for remark in new.remarks if remark not in old.remarks))
    return Matrix(roads, _table(old.distance, new.distance), _table(old.duration, new.duration), remarks)


def _table(old: tuple[tuple[int, ...], ...], new: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    return (*((*row, new[index][-1]) for index, row in enumerate(old)), new[-1])


def _copied(matrix: Matrix, like: int) -> Matrix:
    """A matrix with one more place, where another one is."""
    tables = []
    for table in (matrix.distance, matrix.duration):
        rows = [(*row, row[like]) for row in table]
        rows[like] = (*table[like], 0)
        tables.append((*rows, (*table[like][:like], 0, *table[like][like + 1 :], 0)))
    return msgspec.structs.replace(matrix, distance=tables[0], duration=tables[1])
