"""Which of the routes that a search has seen make the best day: a set partitioning problem, solved exactly by SCIP.

A search keeps routes that are good in company and throws away good routes whose company is not. Chosen anew from all that
were seen, they make a day that none of the searches had. SCIP comes with OR-Tools and lets other threads run meanwhile; on
these problems it is done where CP-SAT is still far from it (docs/decisions/0025-recombination.md).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ortools.linear_solver.python import model_builder

Route = TypeVar("Route")
BETTER = 0.5
"""Costs are whole numbers: what is better is better by one."""


@dataclass(frozen=True)
class Column(Generic[Route]):
    """A route that was seen: what it serves, the kinds (of vehicle, of driver …) it takes one of each of, and its cost less
    the prizes it collects."""

    route: Route
    serves: frozenset[Hashable]
    kinds: Sequence[int]
    cost: int


@dataclass(frozen=True)
class Shared:
    """Kinds of route that the same vehicles drive one after the other: as many vehicles are paid for as there are routes of
    the kind that has the most."""

    kinds: Sequence[int]
    cost: int


@dataclass(frozen=True)
class Rows:
    """What must come of a choice: ``once`` are the things that must be served, each on exactly one route, others may be on
    one; ``available`` says how many routes of each kind there may be; what vehicles cost that several kinds share is not in
    the cost of their routes."""

    once: frozenset[Hashable]
    available: Sequence[int]
    shared: Sequence[Shared] = ()


@dataclass(frozen=True)
class Bound:
    """How long to look: real ``seconds``, or ``nodes`` of the search tree, which are the same on every machine."""

    seconds: float | None = None
    nodes: int | None = None


def recombine(
    columns: Iterable[Column[Route]], rows: Rows, known: frozenset[int], best: int, bound: Bound
) -> list[Route] | None:
    """The cheapest choice of routes that serves everything; ``None`` where none was found that is cheaper than ``best``.

    ``known`` are the places in ``columns`` of a choice that is known, from which the search starts.
    """
    pool = list(columns)
    model = model_builder.Model()  # type: ignore[no-untyped-call]  # it states its types otherwise
    chosen = [model.new_bool_var(f"{index}") for index in range(len(pool))]
    cover: dict[Hashable, list[model_builder.Variable]] = defaultdict(list)
    kinds: dict[int, list[model_builder.Variable]] = defaultdict(list)
    for index, (column, variable) in enumerate(zip(pool, chosen, strict=True)):
        for thing in column.serves:
            cover[thing].append(variable)
        for kind in column.kinds:
            kinds[kind].append(variable)
        model.add_hint(variable, 1.0 if index in known else 0.0)
    if not rows.once <= cover.keys():
        return None
    for thing, variables in cover.items():
        total = model_builder.LinearExpr.sum(variables)
        model.add(total == 1 if thing in rows.once else total <= 1)
    for kind, variables in kinds.items():
        if rows.available[kind] < len(cover):  # there cannot be more routes than things
            model.add(model_builder.LinearExpr.sum(variables) <= rows.available[kind])
    costs = [float(column.cost) for column in pool]
    for number, one in enumerate(rows.shared):
        driven = [kinds[kind] for kind in one.kinds if kind in kinds]
        if driven:
            vehicles = model.new_int_var(0, min(max(map(len, driven)), len(cover)), f"vehicles {number}")
            for variables in driven:
                model.add(model_builder.LinearExpr.sum(variables) <= vehicles)
            chosen.append(vehicles)
            costs.append(float(one.cost))
    model.minimize(model_builder.LinearExpr.weighted_sum(chosen, costs))
    solver = model_builder.Solver("SCIP")
    if bound.seconds is not None:
        solver.set_time_limit_in_seconds(bound.seconds)
    if bound.nodes is not None:
        solver.set_solver_specific_parameters(f"limits/nodes = {bound.nodes}")
    status = solver.solve(model)
    if status not in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE):
        return None
    if solver.objective_value > best - BETTER:
        return None
    return [column.route for column, variable in zip(pool, chosen, strict=False) if solver.value(variable) > 0.5]
