"""``python -m bench``: measure, print tables, write JSON. ``make bench ARGS="--only scan verdict"``."""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from bench import machine, registry, report, results

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


TOLD = Event()
"""Set by Ctrl-C or SIGTERM. Nothing is raised here: whatever was being done is finished, and no process is left behind."""
AGAIN = 5.0
"""s after which a measurement that goes on is told once more: while a process starts, a signal can be lost."""


def _measure(name: str, *, quick: bool) -> results.Measured | None:
    """One measurement, in a process of its own. Where we are told to stop, it is told, and hands over what it has. Nothing
    where it broke (it has said why)."""
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as folder:
        out = Path(folder) / "measured.json"
        command = [sys.executable, "-m", "bench.one", name, str(out), *(["--quick"] if quick else [])]
        # a session of its own: the terminal's Ctrl-C reaches it once, through us
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        told = -AGAIN
        while process.poll() is None:
            if TOLD.wait(0.1) and time.monotonic() - told > AGAIN:
                told = time.monotonic()
                process.send_signal(signal.SIGINT)
            elif TOLD.is_set():
                time.sleep(0.1)
        return results.read_measured(out) if out.exists() else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 0, 1 where a measurement broke, 130 after Ctrl-C. What was measured is written in any case."""
    given = _arguments(arguments)
    if given.list:
        print("\n".join(registry.MODULES))
        return 0
    started, here, commit = datetime.now(UTC), machine.describe(), machine.revision()
    done: list[results.Measured] = []
    broken = False
    for number, name in enumerate(given.only, 1):
        print(f"[{number}/{len(given.only)}] {name}", file=sys.stderr, flush=True)
        one = _measure(name, quick=given.quick)
        if one is not None:
            done.append(one)
            print(report.text(one), flush=True)
        elif not TOLD.is_set():
            broken = True
            print(f"{name} broke", file=sys.stderr, flush=True)
        if TOLD.is_set():
            break
    run = results.Run(
        results.FORM,
        started,
        datetime.now(UTC),
        given.quick,
        TOLD.is_set(),
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
    return STOPPED if TOLD.is_set() else int(broken)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: TOLD.set())
    raise SystemExit(main())
