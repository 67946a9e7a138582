"""``handover plan``: a problem file in, a checked plan out, as one JSON object or as a table for people."""

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO
from unicodedata import east_asian_width

from server.planning.checker import PlanRefused
from server.planning.faults import ProblemRefused
from server.planning.formats import Format, read
from server.planning.operations import make_plan
from server.planning.plan import Plan
from server.planning.problem import Problem
from server.planning.road.choose import chosen_roads
from server.planning.road.settings import RoadSettings
from server.planning.road.store import MemoryStore
from shared import problems
from shared.errors import Language, Refused

DONE = 0
REFUSED = 2


def plan_command(path: Path, seconds: float, seed: int, as_json: bool, lang: Language = "zh") -> int:
    """Plan the problem in a file and print the plan; the exit status.

    0: a plan was made and accepted (whether it serves everything that must be served is in ``feasible``). 2: the file or
    the problem in it was refused; every fault is a numbered line on the error output, and nothing is on the output. What a
    person has to know about the roads of a plan is on the error output too.
    """
    return run(path, seconds, seed, as_json, lang, sys.stdout, sys.stderr, os.environ)


def run(
    path: Path,
    seconds: float,
    seed: int,
    as_json: bool,
    lang: Language,
    out: TextIO,
    err: TextIO,
    env: Mapping[str, str] | None = None,
) -> int:
    """:func:`plan_command` with its output and its settings of roads (``HANDOVER_ROADS_*``; default: none) given."""
    try:
        if not (math.isfinite(seconds) and seconds > 0):
            raise Refused(problems.FIELD_INVALID, field="--seconds", value=seconds, reason="> 0")
        source = read(path)
        with chosen_roads(RoadSettings.load(env or {}), MemoryStore()) as roads:
            plan = make_plan(source.problem, seconds, seed, roads=roads)
    except Refused as refused:
        err.write("".join(f"{line}\n" for line in _refusal(refused, lang)))
        return REFUSED
    err.write("".join(f"{remark.text(lang)}\n" for remark in plan.remarks))
    if as_json:
        out.write(json.dumps(as_object(source.format, plan, lang), ensure_ascii=False) + "\n")
    else:
        out.write("\n".join(table(source.problem, plan, lang)) + "\n")
    return DONE


def _refusal(refused: Refused, lang: Language) -> list[str]:
    lines = [refused.problem.text(lang)]
    if isinstance(refused, ProblemRefused):
        lines += [fault.text(lang) for fault in refused.faults]
    if isinstance(refused, PlanRefused):
        lines += [found.problem.text(lang) for found in refused.report.violations]
    return lines


def as_object(kind: Format, plan: Plan, lang: Language) -> dict[str, object]:
    """The plan as the object people script against: customers are numbers in benchmark formats, else orders by name."""

    def customer(name: str) -> str | int:
        return name if kind is Format.HANDOVER else int(name)

    return {
        "feasible": plan.feasible,
        "cost": round(plan.cost.total, 6),
        "routes": [[customer(name) for stop in route.stops for name in stop.orders] for route in plan.routes],
        "unserved": [{"order": customer(name), "reason": reason} for name, reason in plan.reasons(lang).items()],
        "seconds": round(plan.seconds, 3),
    }


_HEADS: dict[str, tuple[str, ...]] = {
    "zh": ("车辆", "司机", "出发", "返回", "里程", "费用", "站点（开始服务，余量）"),
    "en": ("vehicle", "driver", "leaves", "back", "way", "cost", "stops (service starts, slack)"),
}


def table(problem: Problem, plan: Plan, lang: Language) -> list[str]:
    """The plan for people: a row per route, then what is not served and why, then the sum."""
    rows: list[Sequence[str]] = [_HEADS[lang]]
    for route in plan.routes:
        stops = []
        for stop in route.stops:
            slack = "" if stop.slack is None else f", {problem.span(stop.slack)}"
            done = (
                ("再装" if lang == "zh" else "loads again")
                if stop.reload
                else "+".join((*stop.orders, *(f"↑{name}" for name in stop.fetched)))
            )
            stops.append(f"{done} ({problem.clock(stop.start)}{slack})")
        rows.append(
            (
                route.vehicle,
                route.driver or "–",
                problem.clock(route.departure),
                problem.clock(route.end),
                problem.km(route.distance),
                f"{route.cost.total:.2f}",
                " → ".join(stops),
            )
        )
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = ["  ".join([*map(_padded, row, widths), row[-1]]) for row in rows]
    left = "未安排" if lang == "zh" else "not served"
    lines += [f"{left} {name}: {reason}" for name, reason in plan.reasons(lang).items()]
    if lang == "zh":
        whole = "全部必送订单已安排" if plan.feasible else "有必送订单未安排"
        lines.append(
            f"{whole}；费用 {plan.cost.total:.2f}，{len(plan.routes)} 条线路，道路：{plan.roads}，{plan.seconds:.1f} 秒"
        )
    else:
        whole = "everything that must be is served" if plan.feasible else "not everything that must be is served"
        lines.append(
            f"{whole}; cost {plan.cost.total:.2f}, {len(plan.routes)} routes, roads: {plan.roads}, {plan.seconds:.1f} s"
        )
    return lines


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
