"""Results as people read them: tables for the terminal, and the same in docs/benchmarks.md between marks of each
measurement."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from bench.harness import Summary
from bench.results import Compared, Measured, Run

MARK = "<!-- bench {name} -->"
END = "<!-- bench end -->"


def number(value: float) -> str:
    """Three digits that count; thousands apart."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3g}"


def _cells(one: Compared) -> list[list[str]]:
    ratio = "" if one.ratio is None else f"{number(one.ratio)} x"
    return [
        [one.name, "ours", *_figures(one.ours, _kind(one)), one.unit, ratio],
        ["", one.peer_name, *_figures(one.peer, _kind(one)), one.unit, ""],
    ]


KINDS: dict[str, tuple[str, str, str]] = {
    "middle": ("median", "q1", "q3"),
    "tail": ("p50", "p95", "p99"),
    "mean": ("mean", "median", "highest"),
}
"""The three figures of each kind of table."""


def _kind(one: Compared) -> str:
    return "tail" if one.tail else "mean" if one.mean else "middle"


def _figures(side: Summary, kind: str) -> list[str]:
    return [*(number(getattr(side, name)) for name in KINDS[kind]), str(side.n)]


def _tables(one: Measured) -> list[list[list[str]]]:
    """One table for figures with quartiles, one for those with percentiles, one for those with means."""
    found = []
    for kind, names in KINDS.items():
        rows = [cells for compared in one.compared if _kind(compared) == kind for cells in _cells(compared)]
        if rows:
            found.append([["", "", *names, "n", "unit", "ours / peer"], *rows])
    return found


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            (cell + " " * (widths[i] - _width(cell))) if i < 2 else (" " * (widths[i] - _width(cell)) + cell)
            for i, cell in enumerate(row)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def text(one: Measured) -> str:
    """A measurement for the terminal."""
    lines = [f"\n{one.title} ({one.seconds:g} s)"]
    if one.left_out:
        lines.append(f"  left out: {one.left_out}")
    if one.stopped:
        lines.append("  stopped: as far as it came")
    for table in _tables(one):
        lines += ["", *("  " + line for line in _aligned(table))]
    if one.counts:
        lines += ["", *(f"  {name}: {count:,}" for name, count in one.counts.items())]
    return "\n".join(lines)


def stamp(run: Run, one: Measured) -> str:
    """Where and when, and of what."""
    machine = run.machine
    versions = ", ".join(f"{name} {value}" for name, value in {**run.versions, **one.versions}.items())
    return (
        f"Measured {run.started:%Y-%m-%d %H:%M} UTC at {run.revision or 'an unknown revision'}, on {machine.processor}, "
        f"{machine.cores} cores, {machine.memory / 1024:.0f} GiB, {machine.system}, {machine.python}; load "
        f"{one.load[0]:g} when it began, {one.load[1]:g} when it ended. {versions}."
    )


def section(run: Run, one: Measured) -> str:
    """A measurement for the page."""
    lines = [MARK.format(name=one.name), f"## {one.title}", "", one.meaning, "", f"**Beside it:** {one.peer}", ""]
    for table in _tables(one):
        head, *rows = table
        lines += ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
        lines.append("")
    if one.counts:
        listed = [f"- {name}: {count:,}" for name, count in one.counts.items()]
        lines += ["<details><summary>Done and counted</summary>", "", *listed, "", "</details>", ""]
    lines += [stamp(run, one), END]
    return "\n".join(lines)


def write_docs(page: Path, run: Run) -> list[str]:
    """Put the measurements of a run into the page, each over the last one of its name; new ones at the end. Returns the names
    written. One that was stopped, left out, or only shown to work does not enter.
    """
    told, names = page.read_text(), []
    for one in run.measurements:
        if run.quick or one.stopped or one.left_out or not one.compared:
            continue
        fresh = section(run, one)
        pattern = re.compile(re.escape(MARK.format(name=one.name)) + ".*?" + re.escape(END), re.DOTALL)
        if pattern.search(told):
            told = pattern.sub(lambda _match, fresh=fresh: fresh, told, count=1)  # type: ignore[misc]
        else:
            told = told.rstrip("\n") + "\n\n" + fresh + "\n"
        names.append(one.name)
    page.write_text(told)
    return names
