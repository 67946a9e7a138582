"""Planning a day in one step, for commands; the page does the same in three, so that nobody waits for the database."""

from server.context import context
from server.planning.day import Choice, day_problem
from server.planning.keeping import keep_plan
from server.planning.operations import make_plan, measure
from server.planning.road.choose import chosen_roads
from server.planning.road.kept import DatabaseStore
from server.transaction import reading, transaction


def plan_day(
    choice: Choice, *, by: str, seconds: float | None = None, iterations: int | None = None, seed: int = 0
) -> str:
    """Plan a day and keep the plan; returns its id (see :func:`server.planning.keeping.kept_plan`).

    The search ends after ``seconds`` (s) or a number of ``iterations``; with ``iterations`` the same seed makes the same
    plan. Reading and keeping are a transaction each: nobody waits for the database while roads are measured and routes are
    searched for.

    Raises:
        Refused: as :func:`~server.planning.day.day_problem` and :func:`~server.planning.operations.make_plan`.
    """
    with reading():
        problem = day_problem(choice)
    with chosen_roads(context().config.roads, DatabaseStore()) as roads:
        measured = measure(problem, roads=roads)
        plan = make_plan(measured, seconds, seed, iterations=iterations)
    with transaction():
        return keep_plan(measured, plan, day=choice.day, by=by)
