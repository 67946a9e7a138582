"""Searches that run beside the pages: a person sees how far one is, and can take the best so far.

A search is a thread of the web process that was asked for it. How it goes stands in the database, written twice a second:
so any web process can tell, and a person may ask any of them to stop it. Nothing else hangs on the thread: when its process
ends, the search is over, its row says so, and somebody presses the button again (see docs/decisions/0024-planning-desk.md).
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import msgspec
from flask import Flask
from sqlalchemy import delete

from server.context import context
from server.db import db
from server.planning.checker import accept
from server.planning.drafts import drop_draft
from server.planning.effort import Progress as Best
from server.planning.hand import Hand, with_locks
from server.planning.keeping import Kept, keep_plan, kept_matrices
from server.planning.models import PlanSearch
from server.planning.operations import make_plan, measure
from server.planning.plan import Plan
from server.planning.problem import Problem
from server.planning.road.choose import chosen_roads
from server.planning.road.kept import DatabaseStore
from server.transaction import transaction
from shared import problems
from shared.errors import Problem as Fault
from shared.errors import Refused

log = logging.getLogger("handover.searches")

NEWS_EVERY = 0.5
"""Real seconds (s) between two looks of a search into the database."""
LOST_AFTER = timedelta(minutes=3)
"""A search of another process that was not heard of for so long is gone. Measuring roads may be silent for a minute."""
KEPT_FOR = timedelta(days=1)
"""How long the row of a search is kept."""


class State(StrEnum):
    """Where a search is."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    TAKEN = "taken"
    """What it proposed was kept as a plan."""


class Progress(msgspec.Struct, frozen=True):
    """How far a search is: blocks of roads measured of all, then real ``seconds`` of searching, rounds, and the best plan's
    cost (money; ``None``: no plan without a fault yet)."""

    measured: int = 0
    blocks: int = 0
    seconds: float = 0.0
    iterations: int = 0
    cost: float | None = None


@dataclass(frozen=True)
class Search:
    """A search as it stands. ``plan_id`` is the plan whose rest is planned again, ``found`` the one that was kept,
    ``proposed`` the one that waits to be accepted."""

    id: str
    day: date
    plan_id: str | None
    hand: Hand | None
    asked: int
    started_by: str
    state: State
    stopping: bool
    progress: Progress
    found: str | None
    proposed: Plan | None
    fault: Fault | None


def enter_search(*, day: date, seconds: int, by: str, plan_id: str | None = None, hand: Hand | None = None) -> str:
    """Put a search on record that is about to begin; returns its id. Rows of old ones go."""
    ports = context()
    now = ports.clock.now()
    db.session.execute(delete(PlanSearch).where(PlanSearch.started_at < now - KEPT_FOR))
    row = PlanSearch(
        id=ports.ids.new(),
        day=day,
        plan_id=plan_id,
        hand="" if hand is None else msgspec.json.encode(hand).decode(),
        asked=seconds,
        started_at=now,
        started_by=by,
        beat_at=now,
        state=State.RUNNING.value,
        stop=False,
        progress=msgspec.json.encode(Progress()).decode(),
        found=None,
        plan="",
        fault="",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def begin_search(
    app: Flask, search_id: str, problem: Problem, known: Plan | None = None, warm: Plan | None = None
) -> threading.Thread:
    """Search for a plan of the problem, in a thread of its own. Call it when the row is committed.

    A new plan is kept as soon as it is found; the rest of a plan, planned again, is proposed. ``known`` is a plan of the
    problem that the checker accepts already: where the search finds none that is better, that one is what it comes to.
    ``warm`` is a plan to start from, which may break rules.
    """
    arguments = (app, search_id, problem, known, warm)
    thread = threading.Thread(target=_run, args=arguments, name=f"search {search_id}", daemon=True)
    _running(app)[search_id] = thread
    thread.start()
    return thread


def _running(app: Flask) -> dict[str, threading.Thread]:
    """The searches of this process."""
    found: dict[str, threading.Thread] = app.extensions.setdefault("handover.searches", {})
    return found


def search(app: Flask, search_id: str) -> Search:
    """A search as it stands.

    Raises:
        Refused: NOT_FOUND.
    """
    row = _row(search_id)
    fault = msgspec.json.decode(row.fault, type=Fault) if row.fault else None
    state = State(row.state)
    here = search_id in _running(app)
    if state is State.RUNNING and not here and row.beat_at < context().clock.now() - LOST_AFTER:
        state, fault = State.REFUSED, Refused(problems.DESK_SEARCH_LOST, value=search_id).problem
    return Search(
        id=row.id,
        day=row.day,
        plan_id=row.plan_id,
        hand=msgspec.json.decode(row.hand, type=Hand) if row.hand else None,
        asked=row.asked,
        started_by=row.started_by,
        state=state,
        stopping=row.stop,
        progress=msgspec.json.decode(row.progress, type=Progress),
        found=row.found,
        proposed=msgspec.json.decode(row.plan, type=Plan) if row.plan else None,
        fault=fault,
    )


def stop_search(search_id: str) -> None:
    """Ask a search to end with the best it has.

    Raises:
        Refused: NOT_FOUND.
    """
    _row(search_id).stop = True
    db.session.flush()


def take_proposal(found: Search, measured: Problem, *, by: str) -> str:
    """Keep what a search proposes in the place of the plan it began from; returns the new plan's id. ``measured`` is the
    problem of that plan with its matrices. The checker looks at it once more: rows of searches carry no seal.

    Raises:
        Refused: DESK_SEARCH_OVER where there is nothing to take, DESK_SUPERSEDED, or PLAN_REFUSED.
    """
    if found.proposed is None or found.plan_id is None or found.hand is None or found.state is not State.DONE:
        raise Refused(problems.DESK_SEARCH_OVER, value=found.id)
    settled = with_locks(measured, found.hand)
    accept(settled, found.proposed)
    plan_id = keep_plan(settled, found.proposed, day=found.day, by=by, predecessor=found.plan_id)
    drop_draft(found.plan_id)
    _row(found.id).state = State.TAKEN.value
    db.session.flush()
    return plan_id


def measured_problem(kept: Kept) -> Problem:
    """The problem of a plan on record with the matrices it was made from; for a plan that was kept without any, measured
    now, by the roads of this deployment. Call it outside a writing transaction.

    Raises:
        Refused: as :func:`server.planning.operations.measure`.
    """
    problem = msgspec.structs.replace(kept.problem, matrices=kept_matrices(kept.id))
    db.session.rollback()  # nobody waits for the database while roads are measured
    if all(vehicle.profile in problem.matrices for vehicle in problem.vehicles):
        return problem
    with chosen_roads(context().config.roads, DatabaseStore()) as roads:
        return measure(problem, roads=roads)


def _row(search_id: str) -> PlanSearch:
    row = db.session.get(PlanSearch, search_id)
    if row is None:
        raise Refused(problems.NOT_FOUND, what="计算 search", value=search_id)
    return row


# the thread ------------------------------------------------------------------------------------------------------------


def _run(app: Flask, search_id: str, problem: Problem, known: Plan | None, warm: Plan | None) -> None:
    """Search, and write down what came of it, whatever that is."""
    with app.app_context():
        try:
            _search(search_id, problem, known, warm)
        except Refused as refused:
            _over(search_id, refused.problem)
        except Exception:  # a thread has nobody to tell but the log and the page that waits
            log.exception("search %s failed", search_id)
            _over(search_id, Refused(problems.SERVER_FAILED, value=search_id).problem)
        finally:
            _running(app).pop(search_id, None)


def _worth(plan: Plan) -> tuple[int, float]:
    """What a plan is compared by: how many orders it leaves out, then its cost (money)."""
    return len(plan.unserved), plan.cost.total


def _search(search_id: str, problem: Problem, known: Plan | None, warm: Plan | None) -> None:
    news = _News(search_id)
    with chosen_roads(context().config.roads, DatabaseStore()) as roads:
        measured = measure(problem, roads, news.should_stop, news.on_measured)
    plan = make_plan(measured, news.asked, 0, news.on_progress, should_stop=news.should_stop, warm=warm)
    if known is not None and _worth(known) <= _worth(plan):
        plan = known
    news.tell(force=True)
    with transaction():
        row = _row(search_id)
        if row.plan_id is None:
            row.found = keep_plan(measured, plan, day=row.day, by=row.started_by)
        else:
            row.plan = msgspec.json.encode(plan).decode()
        row.state = State.DONE.value


def _over(search_id: str, fault: Fault) -> None:
    db.session.rollback()
    with transaction():
        row = _row(search_id)
        row.state, row.fault = State.REFUSED.value, msgspec.json.encode(fault).decode()


class _News:
    """What a search tells and asks: into the database and out of it, twice a second at most."""

    def __init__(self, search_id: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._id = search_id
        self._monotonic = monotonic
        self._next = monotonic()
        self._stop = False
        self._progress = Progress()
        self.asked = float(_row(search_id).asked)
        self._began: float | None = None
        db.session.rollback()

    def on_measured(self, done: int, blocks: int) -> None:
        self._progress = msgspec.structs.replace(self._progress, measured=done, blocks=blocks)
        self.tell()

    def on_progress(self, best: Best) -> None:
        self._progress = msgspec.structs.replace(self._progress, iterations=best.iterations, cost=best.cost)
        self.tell()

    def should_stop(self) -> bool:
        self.tell()
        return self._stop

    def tell(self, *, force: bool = False) -> None:
        """Write how far it is, and read whether to stop."""
        now = self._monotonic()
        if now < self._next and not force:
            return
        if self._began is None:
            self._began = now
        self._next = now + NEWS_EVERY
        self._progress = msgspec.structs.replace(self._progress, seconds=now - self._began)
        with transaction():
            row = _row(self._id)
            row.progress = msgspec.json.encode(self._progress).decode()
            row.beat_at = context().clock.now()
            self._stop = row.stop
