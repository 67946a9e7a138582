"""What the rest of the server asks of the planner."""

from collections.abc import Callable

import msgspec

from server.planning.checker import accept, check
from server.planning.effort import Effort, Progress
from server.planning.faults import validate
from server.planning.plan import Plan
from server.planning.problem import Problem
from server.planning.roads import Roads, StraightLine, Watch, remarks_of, with_matrices

__all__ = ["Progress", "make_plan", "measure", "worth"]


def measure(
    problem: Problem,
    roads: Roads | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_measured: Callable[[int, int], None] | None = None,
) -> Problem:
    """A valid problem with the distances and durations it does not bring, from ``roads`` as in :func:`make_plan`: what a
    plan is made from, and what a stop that is moved later has to be measured by.

    Raises:
        ProblemRefused, Refused: as :func:`make_plan`.
    """
    validate(problem)
    return with_matrices(problem, roads if roads is not None else StraightLine(), Watch(should_stop, on_measured))


def make_plan(
    problem: Problem,
    seconds: float | None = None,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    iterations: int | None = None,
    should_stop: Callable[[], bool] | None = None,
    roads: Roads | None = None,
    on_measured: Callable[[int, int], None] | None = None,
    warm: Plan | None = None,
) -> Plan:
    """A plan that the independent checker has accepted.

    It looks for ``seconds`` s of real time, or for a number of ``iterations`` of the search (then the same seed makes the
    same plan), or until ``should_stop`` says so, and keeps the best. Distances that the problem does not bring come from
    ``roads``, by default straight lines × a detour factor; the plan says which, and in its ``remarks`` what a person has to
    know about it; ``on_measured`` hears how many of how many blocks are measured. Orders that cannot be served are in
    ``unserved`` with their reasons; ``feasible`` says whether one of them had to be. ``warm`` is a plan to start
    from, of this problem or of one that was much the same: where it holds here as it is, nothing worse comes of it.

    Raises:
        ProblemRefused: the problem makes no sense; all faults are named at once.
        Refused: PLAN_NOTHING, there is no order or no vehicle.
        Refused: ROADS_SILENT, ROADS_ANSWER, ROADS_CHANGED where the roads do not answer and nothing may take their place;
            ROADS_STOPPED where ``should_stop`` said so before they were measured.
        PlanRefused: the checker refused what the engine made: a defect of the engine, and never a plan anybody sees.
        ValueError: neither ``seconds`` nor ``iterations`` was given.
    """
    from server.planning.engine import solve  # loads the solvers: see effort

    if seconds is None and iterations is None:
        raise ValueError("a search needs an end: seconds or iterations")
    measured = measure(problem, roads, should_stop, on_measured)
    plan = solve(measured, Effort(seed, seconds, iterations, on_progress, should_stop), warm)
    accept(measured, plan)
    if warm is not None and worth(measured, warm) < worth(measured, plan) and not check(measured, warm).violations:
        plan = msgspec.structs.replace(warm, seconds=plan.seconds, seed=plan.seed)
    return msgspec.structs.replace(plan, remarks=remarks_of(measured))


def worth(problem: Problem, plan: Plan) -> tuple[int, float]:
    """What plans of a problem are compared by, the least being the best: what must be served and is not, by its priority,
    then the cost (money), and what long trips count for."""
    must = {order.id: 1 + order.priority for order in problem.orders if order.penalty is None}
    hurry = problem.hurry(span for route in plan.routes for span in route.trips())
    return sum(must.get(left.order, 0) for left in plan.unserved), plan.cost.total + hurry
