"""Several searches, and the choice of the best from all routes they saw."""

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.planning.checker import check
from server.planning.effort import Progress
from server.planning.formats import read
from server.planning.operations import make_plan
from server.planning.with_scip import Bound, Column, Rows, Shared, recombine
from tests.vectors import vector

THINGS = tuple("abcde")
columns = st.builds(
    lambda serves, kind, cost: Column(f"{sorted(serves)}{kind}{cost}", frozenset(serves), (kind,), cost),
    st.sets(st.sampled_from(THINGS), min_size=1, max_size=3),
    st.integers(0, 1),
    st.integers(-5, 30),
)


def cheapest(pool: list[Column[str]], rows: Rows) -> int | None:
    """By trying every choice."""
    costs = []
    for some in chain.from_iterable(combinations(pool, n) for n in range(len(pool) + 1)):
        served = [thing for column in some for thing in column.serves]
        kinds = [kind for column in some for kind in column.kinds]
        if len(served) != len(set(served)) or not rows.once <= set(served):
            continue
        if all(kinds.count(kind) <= number for kind, number in enumerate(rows.available)):
            vehicles = sum(one.cost * max(map(kinds.count, one.kinds)) for one in rows.shared)
            costs.append(sum(column.cost for column in some) + vehicles)
    return min(costs, default=None)


@settings(deadline=None, max_examples=60)
@given(st.lists(columns, min_size=1, max_size=9), st.sets(st.sampled_from(THINGS[:3]), min_size=1), st.integers(0, 30))
def test_the_choice_is_the_cheapest_of_all_that_serve_everything_once(pool, needed, shared):
    """Also where two kinds are driven by the same vehicles, which cost something."""
    rows = Rows(frozenset(needed), (2, 1), [Shared((0, 1), shared)] if shared else ())
    best = cheapest(pool, rows)
    chosen = recombine(pool, rows, frozenset(), 10**6, Bound(nodes=100))
    if best is None:
        assert chosen is None
    else:
        assert chosen is not None
        columns = {column.route: column for column in pool}
        kinds = [kind for route in chosen for kind in columns[route].kinds]
        assert sum(columns[route].cost for route in chosen) + shared * max(map(kinds.count, (0, 1))) == best


def test_a_choice_that_is_not_better_than_what_is_known_is_none():
    pool = [
        Column("one", frozenset("ab"), (0,), 10),
        Column("two", frozenset("a"), (0,), 4),
        Column("three", frozenset("b"), (0,), 5),
    ]
    rows = Rows(frozenset("ab"), (3,))
    assert recombine(pool, rows, frozenset({0}), 10, Bound(nodes=100)) == ["two", "three"]
    assert recombine(pool, rows, frozenset({1, 2}), 9, Bound(nodes=100)) is None


def test_several_searches_in_rounds_make_the_same_plan_from_the_same_seed():
    problem = read(vector("routing/solomon/RC101.txt")).problem
    one, other = (make_plan(problem, iterations=150, seed=3) for _ in range(2))
    assert [route.stops for route in one.routes] == [route.stops for route in other.routes]
    assert not check(problem, one).violations


def test_progress_only_ever_gets_better_though_several_search():
    told: list[Progress] = []
    problem = read(vector("routing/solomon/R103.txt")).problem
    make_plan(problem, seconds=2.5, seed=1, on_progress=told.append)
    costs = [one.cost for one in told if one.cost is not None]
    assert costs == sorted(costs, reverse=True)
    assert len(costs) > 1


def test_what_goes_wrong_while_searching_is_raised_where_the_plan_was_asked_for():
    def broken(_progress: Progress) -> None:
        raise OSError("nobody listens")

    with pytest.raises(OSError, match="nobody listens"):
        make_plan(read(vector("routing/solomon/R103.txt")).problem, iterations=200, seed=1, on_progress=broken)


def test_a_search_that_is_told_to_stop_keeps_the_best_so_far():
    asked: list[int] = []

    def enough() -> bool:
        asked.append(1)
        return len(asked) > 300

    problem = read(vector("routing/solomon/R101.txt")).problem
    plan = make_plan(problem, seconds=60.0, seed=1, should_stop=enough)
    assert plan.seconds < 30
    assert not check(problem, plan).violations
