"""``python -m bench``: measure, print tables, write JSON. ``make bench ARGS="--only scan verdict"``."""

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import machine, registry, report, results
from bench.harness import stop_when_told

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "benchmarks.md"
STOPPED = 130
"""Exit code after Ctrl-C: 128 and the number of SIGINT, as shells count."""


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="benchmarks, each beside a peer in the same run"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=registry.MODULES, default=list(registry.MODULES))
    parser.add_argument("--quick", action="store_true", help="little of everything, to show that it works")
    parser.add_argument("--out", type=Path, help="the JSON file (default: bench/results/DATE.json)")
    parser.add_argument("--docs", action="store_true", help="put the results into docs/benchmarks.md")
    parser.add_argument("--list", action="store_true", help="only name the measurements")
    return parser.parse_args(arguments)


def _measure(name: str, *, quick: bool) -> tuple[results.Measured | None, bool]:
    """One measurement, in a process of its own, and whether Ctrl-C was pressed meanwhile: it is passed on, and the process
    hands over what it has. Nothing where it broke (it has said why)."""
    stopped = False
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as folder:
        out = Path(folder) / "measured.json"
        command = [sys.executable, "-m", "bench.one", name, str(out), *(["--quick"] if quick else [])]
        # a session of its own: the terminal's Ctrl-C reaches it once, through us
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        while True:
            try:
                process.wait()
                break
            except KeyboardInterrupt:
                stopped = True
                process.send_signal(signal.SIGINT)
        return results.read_measured(out) if out.exists() else None, stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 0, 1 where a measurement broke, 130 after Ctrl-C. What was measured is written in any case."""
    given = _arguments(arguments)
    if given.list:
        print("\n".join(registry.MODULES))
        return 0
    started, here, commit = datetime.now(UTC), machine.describe(), machine.revision()
    done: list[results.Measured] = []
    broken = stopped = False
    for number, name in enumerate(given.only, 1):
        print(f"[{number}/{len(given.only)}] {name}", file=sys.stderr, flush=True)
        one, stopped = _measure(name, quick=given.quick)
        if one is not None:
            done.append(one)
            print(report.text(one), flush=True)
        elif not stopped:
            broken = True
            print(f"{name} broke", file=sys.stderr, flush=True)
        if stopped:
            break
    run = results.Run(
        results.FORM,
        started,
        datetime.now(UTC),
        given.quick,
        stopped,
        commit,
        here,
        machine.versions(),
        tuple(done),
    )
    out = given.out or Path(__file__).parent / "results" / f"{started:%Y%m%dT%H%M%SZ}.json"
    results.write(out, run)
    print(f"\n{out}", file=sys.stderr)
    if given.docs:
        print("docs/benchmarks.md: " + (" ".join(report.write_docs(DOCS, run)) or "nothing"), file=sys.stderr)
    return STOPPED if stopped else int(broken)


if __name__ == "__main__":
    stop_when_told()
    raise SystemExit(main())
