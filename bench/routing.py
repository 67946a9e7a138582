"""Planning on public problems, beside the open solvers on the same work: gaps, costs, and that the checker accepts."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import vrplib

from bench.harness import Effort, Findings, Measurement, Missing, prose
from bench.routing_peers import Judged, Routes, judged, ortools, ours, price, pyvrp_alone, pyvrp_priced, vroom
from server.planning.formats import read

VECTORS = Path(os.environ.get("HANDOVER_VECTORS") or Path(__file__).resolve().parents[2] / "shared" / "vectors")
ROUTING = VECTORS / "routing"
SEED = 1
SHORT, LONG, LARGE = 5.0, 20.0, 30.0
"""s of a search: on Solomon's problems, the same thoroughly, and on the larger and the mixed sets."""
QUICK = 1.0


def files(folder: str, suffix: str, effort: Effort) -> list[Path]:
    """The problems of a set, in order of name.

    Raises:
        Missing: they are not on this machine.
    """
    found = sorted((ROUTING / folder).glob(f"*{suffix}"))
    if not found:
        raise Missing(f"routing/{folder} is not on this machine (set HANDOVER_VECTORS)")
    return found[:: max(1, len(found) // 2)][:2] if effort.quick else found


@dataclass
class Field:
    """What every contestant made of one problem."""

    costs: dict[str, float | None] = field(default_factory=dict)

    def add(self, name: str, one: Judged, findings: Findings) -> Judged:
        self.costs[name] = one.cost
        findings.count(f"plans of {name} that the checker accepts", one.cost is not None)
        return one

    @property
    def best(self) -> float:
        return min(cost for cost in self.costs.values() if cost is not None)

    def gap(self, name: str) -> float | None:
        """% above the best of the field; what floats make of nothing is nothing."""
        cost = self.costs[name]
        return None if cost is None else round(100 * (cost / self.best - 1), 9)


def compare(findings: Findings, fields: Sequence[Field], name: str, one: str, other: str) -> None:
    """A series of gaps of two contestants, over the problems that both have solved."""
    series = findings.begin(name, "% above the best", "less", other, mean=True)
    for place in fields:
        mine, theirs = place.gap(one), place.gap(other)
        if mine is not None and theirs is not None:
            series.ours.append(mine)
            series.peer.append(theirs)


def solomon(findings: Findings, effort: Effort) -> None:
    """All 56 problems: ours at 5 s and at 20 s, each peer at 5 s, VROOM until it is done, and ours for as long as that."""
    short, long = (QUICK, 2 * QUICK) if effort.quick else (SHORT, LONG)
    fields = []
    for path in files("solomon", ".txt", effort):
        findings.say(path.stem)
        problem, place = read(path).problem, Field()
        place.add("ours, short", judged(problem, ours, short, SEED), findings)
        place.add("PyVRP alone", judged(problem, pyvrp_alone, short, SEED), findings)
        place.add("OR-Tools routing", judged(problem, ortools, short, SEED), findings)
        took = place.add("VROOM", judged(problem, vroom, 0.0, SEED), findings).seconds
        place.add("ours, as long as VROOM", judged(problem, ours, took, SEED), findings)
        place.add("ours, long", judged(problem, ours, long, SEED), findings)
        fields.append(place)
    for peer in ("PyVRP alone", "OR-Tools routing"):
        compare(findings, fields, f"{short:g} s each", "ours, short", peer)
    compare(findings, fields, f"{long:g} s", "ours, long", "PyVRP alone")
    compare(findings, fields, "as long as VROOM took", "ours, as long as VROOM", "VROOM")


def homberger(findings: Findings, effort: Effort) -> None:
    """The given problems of 200 customers, 30 s for everybody; VROOM until it is done."""
    seconds = QUICK if effort.quick else LARGE
    solvers = {"ours": ours, "PyVRP alone": pyvrp_alone, "OR-Tools routing": ortools, "VROOM": vroom}
    fields = []
    for path in files("homberger_200", ".txt", effort):
        findings.say(path.stem)
        problem, place = read(path).problem, Field()
        for name, solver in solvers.items():
            place.add(name, judged(problem, solver, seconds, SEED), findings)
        fields.append(place)
    for peer in list(solvers)[1:]:
        series = findings.begin(f"cost at {seconds:g} s, beside {peer}", "distance", "less", peer, mean=True)
        for place in fields:
            mine, theirs = place.costs["ours"], place.costs[peer]
            if mine is not None and theirs is not None:
                series.ours.append(mine)
                series.peer.append(theirs)


def fleets(findings: Findings, effort: Effort) -> None:
    """Mixed fleets and fleets that may not go everywhere: gaps to the solutions that come with the sets."""
    seconds = QUICK if effort.quick else LARGE
    for folder, title in (("site_dependent", "site-dependent"), ("heterogeneous", "heterogeneous")):
        series = findings.begin(f"{title}, {seconds:g} s", "% above the .sol", "less", "PyVRP alone", mean=True)
        for path in files(folder, ".vrp", effort):
            findings.say(path.stem)
            problem = read(path).problem
            solution = vrplib.read_solution(path.with_suffix(".sol"))
            known, stated = price(problem, published(solution["routes"])), float(solution["cost"])
            if known is None:
                continue  # and the count below says so
            # most of these files state thousandths, some hundreds, of distances before they were rounded
            same = round(known * 1000) == stated or math.isclose(known / 100, stated, rel_tol=2e-6)
            findings.count("published solutions that the checker accepts at their cost", same)
            mine, theirs = (judged(problem, solver, seconds, SEED).cost for solver in (ours, pyvrp_priced))
            findings.count("plans of ours that the checker accepts", mine is not None)
            if mine is not None and theirs is not None:
                series.ours.append(100 * (mine / known - 1))
                series.peer.append(100 * (theirs / known - 1))


def published(routes: Sequence[Sequence[int]]) -> Routes:
    """The routes of a solution file: they stand in the order of the vehicles, an empty one for each that stays at home."""
    return [(index, [str(number) for number in route]) for index, route in enumerate(routes) if route]


CONTESTANTS = prose("""
PyVRP as it comes, with one search; OR-Tools' routing library with guided local search, 5 s as well; VROOM at its most
thorough level on two threads, which decides itself when it is done. Each gets the same whole numbers and the same cores, one
after another, and what it answers is judged and priced by the same checker.
""")

SOLOMON = Measurement(
    "routing-solomon",
    "Planning: Solomon's 56 problems",
    prose("""
    % above the best that anybody found in this run. Distances are cut to one decimal, and the way is all that costs, as in
    the published comparisons of today's solvers. The row "as long as VROOM took" gives ours, for each problem, the time that
    VROOM took on it.
    """),
    CONTESTANTS,
    solomon,
)
HOMBERGER = Measurement(
    "routing-homberger",
    "Planning: problems of 200 customers",
    prose("""
    Cost of the plans of Gehring and Homberger's problems with 200 customers, 30 s for each; VROOM takes what it takes.
    """),
    CONTESTANTS,
    homberger,
)
FLEETS = Measurement(
    "routing-fleets",
    "Planning: mixed fleets",
    prose("""
    % above the solutions that come with the sets, 30 s for each problem: fleets of which not every vehicle may go everywhere,
    and fleets of different vehicles. Each published solution is first put to the checker, which must accept it at the cost it
    states.
    """),
    prose("""
    PyVRP with one search, given our translation of the problem and our starting prices: with its own it finds nothing in
    some of these sets, whose distances are large numbers.
    """),
    fleets,
)
