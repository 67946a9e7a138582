"""One measurement in a process of its own: ``python -m bench.one NAME OUT [--quick]``. Stopped by SIGINT, it writes what it
has."""

import os
import sys
import time
from pathlib import Path

from bench import registry, results
from bench.harness import Effort, Findings, Missing, stop_when_told


def main(name: str, out: Path, *, quick: bool) -> int:
    """Measure and write; 130 if it was stopped."""
    start, before = time.monotonic(), os.getloadavg()[0]
    findings = Findings(lambda text: print(f"   {text}", file=sys.stderr, flush=True))
    measurement = registry.load(name)
    stopped, left_out = False, ""
    try:
        measurement.run(findings, Effort(quick))
    except KeyboardInterrupt:
        stopped = True
    except Missing as missing:
        left_out = str(missing)
    seconds = time.monotonic() - start
    load = (round(before, 2), round(os.getloadavg()[0], 2))
    results.write(out, results.measured(measurement, findings, seconds, load, stopped=stopped, left_out=left_out))
    return 130 if stopped else 0


if __name__ == "__main__":
    stop_when_told()
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2]), quick="--quick" in sys.argv[3:]))
