"""Copy what the pages load in a browser from ``node_modules`` (after ``npm ci``) into ``server/static/vendor``.

Only the files that are served are copied, each under a short stable path, so that templates need not know how a package
is laid out. The licence text goes with it where a package has one. Run from the repository: ``python deploy/assets.py``.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "server" / "static" / "vendor"

FILES: dict[str, tuple[str, ...]] = {
    "@tabler/core/dist/css/tabler.min.css": ("tabler", "tabler.min.css"),
    "@tabler/core/dist/js/tabler.min.js": ("tabler", "tabler.min.js"),
    "htmx.org/dist/htmx.min.js": ("htmx", "htmx.min.js"),
    "htmx.org/LICENSE": ("htmx", "LICENSE"),
    "htmx-ext-sse/dist/sse.min.js": ("htmx", "sse.min.js"),
    "htmx-ext-sse/LICENSE": ("htmx", "LICENSE-sse"),
    "maplibre-gl/dist/maplibre-gl-csp.js": ("maplibre", "maplibre-gl-csp.js"),
    "maplibre-gl/dist/maplibre-gl-csp-worker.js": ("maplibre", "maplibre-gl-csp-worker.js"),
    "maplibre-gl/dist/maplibre-gl.css": ("maplibre", "maplibre-gl.css"),
    "maplibre-gl/LICENSE.txt": ("maplibre", "LICENSE.txt"),
    "uplot/dist/uPlot.iife.min.js": ("uplot", "uPlot.iife.min.js"),
    "uplot/dist/uPlot.min.css": ("uplot", "uPlot.min.css"),
    "uplot/LICENSE": ("uplot", "LICENSE"),
}
"""Path inside ``node_modules`` → path inside ``server/static/vendor``."""


def copy(modules: Path, vendor: Path) -> list[str]:
    """Copy every file whose source is newer or missing in ``vendor``; returns the sources that are not there."""
    missing = []
    for source, target in FILES.items():
        origin, copied = modules / source, vendor.joinpath(*target)
        if not origin.is_file():
            missing.append(source)
            continue
        copied.parent.mkdir(parents=True, exist_ok=True)
        if not copied.exists() or copied.read_bytes() != origin.read_bytes():
            shutil.copyfile(origin, copied)
    return missing


def main() -> int:
    missing = copy(ROOT / "node_modules", VENDOR)
    for source in missing:
        sys.stderr.write(f"missing: node_modules/{source} (run npm ci first)\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
